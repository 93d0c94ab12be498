/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "conf/conf.h"
#include "model/device.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const names[FINDING_ID_COUNT] = {"default-password", "cleartext-login", "open-service", "reached-from-internet",
		"scan", "login-guessing", "beacon", "flood", "reflector", "receives-flood", "forged-source", "policy-violation",
		"advisory"};
	struct device device = {.address_count = 1,
		.mac_count = 1,
		.addresses = {{[10] = 0xff, [11] = 0xff, 192, 168, 1, 20}},
		.macs = {{2, 0, 0, 0, 0, 7}}};
	struct mute_list *list = NULL;
	struct fault fault;
	uint64_t moment_ns;
	char body[4096];

	if (len >= sizeof(body))
		return 0;
	__builtin_memcpy(body, bytes, len);
	body[len] = 0;
	if (mute_read("fuzz", body, len, names, &list, &fault) == 0)
		for (int id = 0; id < FINDING_ID_COUNT; id++) {
			struct finding finding = {.id = (enum finding_id)id, .has_source = id % 2 == 0, .last_ns = 1477047600000000000u};
			memcpy(finding.source, device.addresses[0], 16);
			mute_find(list, &finding, id % 3 ? &device : NULL);
		}
	mute_free(list);
	/* times as the command line has them, a line each */
	for (char *rest = body, *line; (line = strsep(&rest, "\n"));)
		moment_read(line, &moment_ns);
	return 0;
}
