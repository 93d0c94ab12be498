/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Segments from the input: each is (offset, 2 bytes, signed from where the last ended; length, 1 byte, times 1, 16 or 32 by
 * the kind; kind, 1 byte). A byte's value is decided by its place, so every copy of it is equal and whatever comes out must
 * count up from one byte to the next; only a gap may break the row.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stream/stream.h"
#include "wire/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { SEGMENT_LEN_MAX = 255 << 5, SEGMENTS_MAX = 100, STEP = 37, STEP_INVERSE = 173 /* modulo 256 */ };

/* What stands from any place on: the row of values comes again after 256. Compared and copied whole, which is a tenth of the time of bytes. */
static uint8_t values[256 + SEGMENT_LEN_MAX];

struct row {
	bool begun;
	uint8_t next;
	uint8_t mood; /* how much is taken each time */
};

static size_t take(void *context, int direction, const struct stream_chunk *chunk)
{
	struct row *row = &((struct row *)context)[direction];
	const size_t choices[] = {chunk->len, 0, chunk->len / 2 + 1, chunk->len > 3 ? chunk->len - 3 : 1};
	size_t used = choices[row->mood % 4];

	if (!chunk->len || chunk->len > SEGMENT_LEN_MAX)
		abort();
	if (row->begun && !chunk->gap && chunk->bytes[0] != row->next)
		abort();
	if (memcmp(chunk->bytes, values + (uint8_t)(chunk->bytes[0] * STEP_INVERSE), chunk->len) != 0)
		abort();
	row->begun = true;
	row->next = (uint8_t)(chunk->bytes[0] + used * STEP);
	return used;
}

static void values_init(void)
{
	for (size_t i = 0; i < sizeof(values); i++)
		values[i] = (uint8_t)(i * STEP);
}

/* In a block of exactly its size, so that one byte too far is seen. */
static void send(struct stream *stream, int direction, uint32_t seq, size_t len, struct row rows[2])
{
	uint8_t *segment = malloc(len + !len);

	if (!segment)
		abort();
	memcpy(segment, values + (uint8_t)seq, len);
	stream_segment(stream, direction, seq, segment, len, take, rows);
	free(segment);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct row rows[2] = {0};
	struct stream_pool *pool;
	struct stream *stream;
	uint32_t at[2] = {0xfffff000u, 100};

	if (!values[1])
		values_init();
	if (stream_pool_new(1, &pool))
		return 0;
	stream = stream_take_slot(pool);
	stream_start(stream, 0, at[0]);
	stream_start(stream, 1, at[1]);
	for (int i = 0; i < SEGMENTS_MAX && len >= 4; i++, bytes += 4, len -= 4) {
		int direction = bytes[3] & 1;
		uint32_t seq = at[direction] + (uint32_t)(int16_t)(bytes[0] << 8 | bytes[1]);
		size_t segment_len = (size_t)bytes[2] << (bytes[3] & 2 ? 4 : bytes[3] & 4 ? 5 : 0);
		rows[direction].mood = bytes[3] >> 3;
		send(stream, direction, seq, segment_len, rows);
		if (bytes[3] & 0x80)
			stream_acked(stream, direction, seq, take, rows);
		at[direction] = seq + (uint32_t)segment_len;
	}
	stream_flush(stream, 0, take, rows);
	stream_flush(stream, 1, take, rows);
	stream_drop(pool, stream);
	stream_pool_free(pool);
	return 0;
}
