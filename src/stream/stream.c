/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reassembly that cannot be filled.
 *
 * One direction is a number line of sequence numbers (modulo 2^32, RFC 9293 section 3.4):
 *
 *      given to the parser   | kept (not yet used) |  gap  | waiting |  gap  | waiting |
 *      ----------------------+---------------------+-------+---------+-------+---------+--->
 *                                                 next    from      to      from      to
 *
 * All comparisons are distances from next, so wraparound needs no thought. What waits lies in a ring indexed by the low
 * bits of its sequence number; which parts of the ring hold data is said by a short sorted list of intervals, so a segment
 * costs the same however many came before it. The list and the ring are the ceilings: where a segment fits neither, the
 * oldest gap is given up. Because gaps are given up from the front, one far stray segment can waste the ring but never
 * moves next beyond what really arrived.
 *
 * First arrival wins everywhere: bytes before next were given already, bytes of a waiting interval are never written again,
 * and an in-order segment that reaches into a waiting interval yields to it. Receivers differ in this (Ptacek and Newsham
 * 1998); one rule, stated, is what a reader of captures can offer.
 *
 * Memory: kept and ring of all slots are one block that is not written at start. Slots are taken last-freed first, so
 * that few conversations at a time touch few pages. What a slot held is wiped when it is dropped: it may be a password.
 */
#include "stream/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/limits.h"

enum { WAITING_INTERVALS_MAX = 16, RING_MASK = FW_STREAM_WAITING_MAX - 1 };
_Static_assert((FW_STREAM_WAITING_MAX & RING_MASK) == 0, "ring is indexed by the low bits");

/* Sequence numbers from .. to - 1. */
struct interval {
	uint32_t from, to;
};

struct side {
	uint8_t *kept, *ring;
	uint32_t next; /* sequence number of the next byte in order */
	uint32_t kept_len;
	uint32_t kept_high; /* most that kept ever held: what is to be wiped */
	uint32_t waiting_count;
	bool started, gap, ring_used;
	struct interval waiting[WAITING_INTERVALS_MAX]; /* sorted, apart from each other and from next */
};

struct stream {
	struct side sides[2];
	uint32_t next_free;
	bool in_use;
};

struct stream_pool {
	struct stream *slots;
	uint8_t *buffers;
	uint32_t capacity, free_head;
};

/* Where the bytes of one direction go. */
struct outlet {
	stream_take *take;
	void *context;
	int direction;
};

int stream_pool_new(uint32_t capacity, struct stream_pool **out_pool)
{
	const size_t per_side = FW_STREAM_KEPT_MAX + FW_STREAM_WAITING_MAX;
	struct stream_pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return -ENOMEM;
	pool->slots = calloc(capacity, sizeof(*pool->slots));
	pool->buffers = malloc(capacity * 2 * per_side);
	if (!pool->slots || !pool->buffers) {
		stream_pool_free(pool);
		return -ENOMEM;
	}
	pool->capacity = capacity;
	for (uint32_t i = 0; i < capacity; i++) {
		pool->slots[i].next_free = i + 1;
		for (uint32_t d = 0; d < 2; d++) {
			pool->slots[i].sides[d].kept = pool->buffers + (2 * (size_t)i + d) * per_side;
			pool->slots[i].sides[d].ring = pool->slots[i].sides[d].kept + FW_STREAM_KEPT_MAX;
		}
	}
	*out_pool = pool;
	return 0;
}

static void side_reset(struct side *side)
{
	uint8_t *kept = side->kept, *ring = side->ring;

	if (side->kept_high)
		explicit_bzero(kept, side->kept_high);
	if (side->ring_used)
		explicit_bzero(ring, FW_STREAM_WAITING_MAX);
	*side = (struct side){.kept = kept, .ring = ring};
}

void stream_pool_free(struct stream_pool *pool)
{
	if (!pool)
		return;
	for (uint32_t i = 0; pool->buffers && i < pool->capacity; i++) {
		side_reset(&pool->slots[i].sides[0]);
		side_reset(&pool->slots[i].sides[1]);
	}
	free(pool->slots);
	free(pool->buffers);
	free(pool);
}

struct stream *stream_take_slot(struct stream_pool *pool)
{
	struct stream *stream;

	if (pool->free_head == pool->capacity)
		return NULL;
	stream = &pool->slots[pool->free_head];
	pool->free_head = stream->next_free;
	stream->in_use = true;
	return stream;
}

void stream_drop(struct stream_pool *pool, struct stream *stream)
{
	if (!stream || !stream->in_use)
		return;
	side_reset(&stream->sides[0]);
	side_reset(&stream->sides[1]);
	stream->in_use = false;
	stream->next_free = pool->free_head;
	pool->free_head = (uint32_t)(stream - pool->slots);
}

void stream_start(struct stream *stream, int direction, uint32_t first_seq)
{
	struct side *side = &stream->sides[direction & 1];

	side_reset(side);
	side->next = first_seq;
	side->started = true;
}

bool stream_started(const struct stream *stream, int direction)
{
	return stream->sides[direction & 1].started;
}

static size_t give(struct side *side, const struct outlet *outlet, const uint8_t *bytes, size_t len)
{
	struct stream_chunk chunk = {.bytes = bytes, .len = len, .gap = side->gap};
	size_t used;

	side->gap = false;
	used = outlet->take(outlet->context, outlet->direction, &chunk);
	return used < len ? used : len;
}

static void keep(struct side *side, const uint8_t *bytes, size_t len)
{
	memcpy(side->kept + side->kept_len, bytes, len);
	side->kept_len += (uint32_t)len;
	if (side->kept_high < side->kept_len)
		side->kept_high = side->kept_len;
}

/* Who parses did not get along with a full buffer: it starts afresh with what comes next. */
static void kept_drop(struct side *side)
{
	side->kept_len = 0;
	side->gap = true;
}

/* Adds as much as fits to what is kept and gives it all; returns how many of the new bytes were taken in. */
static size_t deliver_kept(struct side *side, const struct outlet *outlet, const uint8_t *bytes, size_t len)
{
	size_t room = FW_STREAM_KEPT_MAX - side->kept_len, used;

	if (len > room)
		len = room;
	keep(side, bytes, len);
	used = give(side, outlet, side->kept, side->kept_len);
	side->kept_len -= (uint32_t)used;
	if (used && side->kept_len)
		memmove(side->kept, side->kept + used, side->kept_len);
	if (side->kept_len == FW_STREAM_KEPT_MAX)
		kept_drop(side);
	return len;
}

/* Bytes that are next in order. Does not move side->next. */
static void deliver(struct side *side, const struct outlet *outlet, const uint8_t *bytes, size_t len)
{
	size_t used;

	while (len && side->kept_len) {
		used = deliver_kept(side, outlet, bytes, len);
		bytes += used;
		len -= used;
	}
	if (!len)
		return;
	used = give(side, outlet, bytes, len);
	if (len - used >= FW_STREAM_KEPT_MAX)
		kept_drop(side);
	else if (len > used)
		keep(side, bytes + used, len - used);
}

static uint32_t ahead(const struct side *side, uint32_t seq)
{
	return seq - side->next;
}

/* Delivers the first waiting interval if it is next in order; returns its length or 0. */
static uint32_t release_first(struct side *side, const struct outlet *outlet)
{
	struct interval first = side->waiting[0];
	uint32_t len = first.to - first.from, start = first.from & RING_MASK, until_end = FW_STREAM_WAITING_MAX - start;

	if (!side->waiting_count || first.from != side->next)
		return 0;
	side->waiting_count--;
	memmove(&side->waiting[0], &side->waiting[1], side->waiting_count * sizeof(side->waiting[0]));
	deliver(side, outlet, side->ring + start, len < until_end ? len : until_end);
	if (len > until_end)
		deliver(side, outlet, side->ring, len - until_end);
	side->next = first.to;
	return len;
}

/* A segment that begins at side->next; where data was waiting, that data wins. */
static void take_in_order(struct side *side, const struct outlet *outlet, const uint8_t *bytes, size_t len)
{
	do {
		size_t run = len, covered;

		if (side->waiting_count && ahead(side, side->waiting[0].from) < run)
			run = ahead(side, side->waiting[0].from);
		deliver(side, outlet, bytes, run);
		side->next += (uint32_t)run;
		covered = release_first(side, outlet);
		run += covered < len - run ? covered : len - run;
		bytes += run;
		len -= run;
	} while (len);
}

static void ring_write(struct side *side, uint32_t seq, const uint8_t *bytes, uint32_t len)
{
	uint32_t start = seq & RING_MASK, until_end = FW_STREAM_WAITING_MAX - start, head = len < until_end ? len : until_end;

	memcpy(side->ring + start, bytes, head);
	memcpy(side->ring, bytes + head, len - head);
	side->ring_used = true;
}

/* True if everything waiting, from the first to the last byte, still fits the ring with [from, to) added. */
static bool ring_fits(const struct side *side, uint32_t from, uint32_t to)
{
	uint32_t low = ahead(side, from), high = ahead(side, to);

	if (side->waiting_count) {
		uint32_t first = ahead(side, side->waiting[0].from), last = ahead(side, side->waiting[side->waiting_count - 1].to);
		low = first < low ? first : low;
		high = last > high ? last : high;
	}
	return high - low <= FW_STREAM_WAITING_MAX;
}

/* Puts a segment that begins after next behind the gap. False, and nothing done, when a ceiling stands against it. */
static bool wait_behind_gap(struct side *side, uint32_t from, const uint8_t *bytes, size_t len)
{
	uint32_t to = from + (uint32_t)len, at = from, first = 0, last;

	if (len > FW_STREAM_WAITING_MAX || !ring_fits(side, from, to))
		return false;
	while (first < side->waiting_count && ahead(side, side->waiting[first].to) < ahead(side, from))
		first++;
	for (last = first; last < side->waiting_count && ahead(side, side->waiting[last].from) <= ahead(side, to); last++)
		;
	if (first == last && side->waiting_count == WAITING_INTERVALS_MAX)
		return false;
	for (uint32_t i = first; i < last; i++) {
		struct interval old = side->waiting[i];
		if (ahead(side, at) < ahead(side, old.from))
			ring_write(side, at, bytes + (at - from), old.from - at);
		at = old.to;
	}
	if (ahead(side, at) < ahead(side, to))
		ring_write(side, at, bytes + (at - from), to - at);
	if (first < last) {
		if (ahead(side, side->waiting[first].from) < ahead(side, from))
			from = side->waiting[first].from;
		if (ahead(side, at) > ahead(side, to))
			to = at;
	}
	memmove(&side->waiting[first + 1], &side->waiting[last], (side->waiting_count - last) * sizeof(side->waiting[0]));
	side->waiting[first] = (struct interval){from, to};
	side->waiting_count += 1 - (last - first);
	return true;
}

/* Gives up the gap before seq. */
static void skip_gap(struct side *side, const struct outlet *outlet, uint32_t seq)
{
	kept_drop(side);
	side->next = seq;
	release_first(side, outlet);
}

void stream_segment(struct stream *stream, int direction, uint32_t seq, const uint8_t *bytes, size_t len, stream_take *take, void *context)
{
	struct side *side = &stream->sides[direction & 1];
	struct outlet outlet = {take, context, direction & 1};

	while (len) {
		int32_t offset = (int32_t)ahead(side, seq);
		if (offset < 0) {
			size_t old = -(uint32_t)offset;
			if (old >= len)
				return;
			seq = side->next;
			bytes += old;
			len -= old;
			offset = 0;
		}
		if (offset == 0) {
			take_in_order(side, &outlet, bytes, len);
			return;
		}
		if (wait_behind_gap(side, seq, bytes, len))
			return;
		if (side->waiting_count && ahead(side, side->waiting[0].from) < (uint32_t)offset)
			skip_gap(side, &outlet, side->waiting[0].from);
		else
			skip_gap(side, &outlet, seq);
	}
}

void stream_acked(struct stream *stream, int direction, uint32_t ack, stream_take *take, void *context)
{
	struct side *side = &stream->sides[direction & 1];
	struct outlet outlet = {take, context, direction & 1};

	while (side->waiting_count && (int32_t)(ack - side->waiting[0].to) >= 0)
		skip_gap(side, &outlet, side->waiting[0].from);
}

void stream_flush(struct stream *stream, int direction, stream_take *take, void *context)
{
	struct side *side = &stream->sides[direction & 1];
	struct outlet outlet = {take, context, direction & 1};

	while (side->waiting_count)
		skip_gap(side, &outlet, side->waiting[0].from);
}
