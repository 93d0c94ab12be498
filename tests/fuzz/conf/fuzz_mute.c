/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const names[FINDING_ID_COUNT] = {"default-password", "cleartext-login", "open-service", "reached-from-internet",
		"scan", "login-guessing", "beacon", "flood", "reflector", "receives-flood", "forged-source", "policy-violation"};
	struct finding finding = {.id = FINDING_SCAN};
	struct mute_list *list = NULL;
	struct fault fault;
	char body[4096];

	if (len >= sizeof(body))
		return 0;
	__builtin_memcpy(body, bytes, len);
	body[len] = 0;
	if (mute_read("fuzz", body, len, names, &list, &fault) == 0)
		mute_find(list, &finding, NULL);
	mute_free(list);
	return 0;
}
