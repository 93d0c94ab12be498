/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A zone file; "$INCLUDE more" in it finds what stands behind the first zero byte. First byte: bit 0 small ceilings. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fetch/fetch.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static char folder[] = "/tmp/floodwall-fuzz-XXXXXX";
static char zone_path[64], more_path[64];

static void clear(void)
{
	unlink(zone_path);
	unlink(more_path);
	rmdir(folder);
}

static void write_file(const char *path, const uint8_t *bytes, size_t len)
{
	int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (descriptor < 0 || write(descriptor, bytes, len) != (ssize_t)len || close(descriptor))
		abort();
}

static int hear(void *context, const uint8_t *owner, size_t len, uint16_t type)
{
	if (len == 0 || len > 255 || owner[len - 1] != 0)
		abort();
	return type == 65000 ? -1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct zone_tell tell = {.record = hear};
	const struct zone_ceilings small = {.bytes = 300, .records = 4};
	struct zone_name apex;
	struct zone_file_mark mark;
	struct zone_soa soa;
	struct fault fault = {0};
	size_t first = 1;

	if (len == 0 || len > 100000)
		return 0;
	if (!zone_path[0]) {
		if (!mkdtemp(folder))
			abort();
		snprintf(zone_path, sizeof(zone_path), "%s/zone", folder);
		snprintf(more_path, sizeof(more_path), "%s/more", folder);
		atexit(clear);
	}
	while (first < len && bytes[first])
		first++;
	write_file(zone_path, bytes + 1, first - 1);
	write_file(more_path, bytes + first, len - first);
	if (zone_name_read("example.org", &apex, NULL) || zone_file_mark(zone_path, &mark) || mark.size != first - 1)
		abort();
	if (zone_file_read(zone_path, &apex, bytes[0] & 1 ? &small : NULL, &tell, &soa, &fault) && !fault.sentence[0])
		abort();
	return 0;
}
