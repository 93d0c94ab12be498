/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A conversation from the input: first byte chooses the server's port, then chunks: kind (bit 0 direction, bit 1 gap, bit 2
 * long), length (1 byte, or 2 when long), bytes. What a dissector leaves is kept and given again, as stream/ would.
 * Every byte of every fact is read, so that one that points nowhere is seen.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/dissect.h"
#include "wire/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const uint16_t PORTS[] = {23, 80, 21, 1883, 443, 53, 10000, 2323, 25, 554};
static const uint16_t MAKER_PORTS[] = {9999, 37777}; /* chosen by the top bit */
enum { PORT_COUNT = sizeof(PORTS) / sizeof(PORTS[0]) };

struct kept {
	uint8_t bytes[FW_STREAM_KEPT_MAX + 65536];
	size_t len;
};

static unsigned sum_slice(struct slice slice)
{
	unsigned sum = 0;

	for (size_t i = 0; i < slice.len; i++)
		sum += slice.bytes[i];
	return sum;
}

static void take_fact(void *context, const struct fact *fact)
{
	unsigned *sum = context;

	if (fact->kind >= FACT_COUNT)
		abort();
	*sum += sum_slice(fact->name) + sum_slice(fact->text) + sum_slice(fact->alias) + fact->number;
}

static bool feed(struct dissect_session *session, struct kept *kept, int direction, bool gap)
{
	unsigned sum = 0;
	struct fact_sink sink = {take_fact, &sum};
	bool done = false;
	uint8_t *exact = malloc(kept->len + 1);
	size_t used;

	if (!exact)
		abort();
	memcpy(exact, kept->bytes, kept->len);
	used = dissect_session_take(session, direction, exact, kept->len, gap, &sink, &done);
	if (used > kept->len)
		abort();
	free(exact);
	kept->len -= used;
	memmove(kept->bytes, kept->bytes + used, kept->len);
	if (kept->len >= FW_STREAM_KEPT_MAX)
		abort(); /* a dissector may never wait for more than is kept */
	return done;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct kept kept[2];
	struct dissect_session *session = malloc(dissect_session_size());
	bool done = false;

	if (!session || !len)
		goto out;
	kept[0].len = kept[1].len = 0;
	dissect_session_init(session, bytes[0] & 0x80 ? MAKER_PORTS[bytes[0] & 1] : PORTS[(bytes[0] & 0x3f) % PORT_COUNT]);
	if (bytes[0] & 0x40)
		dissect_session_midway(session);
	for (bytes++, len--; len >= 3 && !done;) {
		int direction = bytes[0] & 1;
		bool gap = bytes[0] & 2;
		size_t header_len = bytes[0] & 4 ? 3 : 2, chunk_len = header_len == 3 ? (size_t)(bytes[1] << 8 | bytes[2]) : bytes[1];
		bytes += header_len;
		len -= header_len;
		if (chunk_len > len)
			chunk_len = len;
		if (gap)
			kept[direction].len = 0;
		memcpy(kept[direction].bytes + kept[direction].len, bytes, chunk_len);
		kept[direction].len += chunk_len;
		bytes += chunk_len;
		len -= chunk_len;
		done = feed(session, &kept[direction], direction, gap);
	}
out:
	free(session);
	return 0;
}
