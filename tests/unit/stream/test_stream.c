/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stream/: named cases, and a property test against a twin that is as stupid as possible: one array of bytes and one of
 * "has arrived", walked byte by byte. The twin knows the overlap rule and the ceilings, nothing of rings or intervals.
 */
#include "stream/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/limits.h"

enum { LOG_MAX = 1 << 20, GAP_MARK = 256 };

/* What came out: bytes, and GAP_MARK where a gap was told. */
struct log {
	uint16_t *items;
	size_t len;
	size_t calls;
};

static void log_gap(struct log *log)
{
	assert_true(log->len < LOG_MAX);
	log->items[log->len++] = GAP_MARK;
}

static void log_bytes(struct log *log, const uint8_t *bytes, size_t len)
{
	assert_true(log->len + len < LOG_MAX);
	for (size_t i = 0; i < len; i++)
		log->items[log->len++] = bytes[i];
}

static size_t take_all(void *context, int direction, const struct stream_chunk *chunk)
{
	struct log *log = context;

	(void)direction;
	if (chunk->gap)
		log_gap(log);
	log_bytes(log, chunk->bytes, chunk->len);
	log->calls++;
	return chunk->len;
}

struct bed {
	struct stream_pool *pool;
	struct stream *stream;
	struct log log;
};

static int set_up(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));

	assert_int_equal(stream_pool_new(2, &bed->pool), 0);
	bed->stream = stream_take_slot(bed->pool);
	bed->log.items = calloc(LOG_MAX, sizeof(*bed->log.items));
	*state = bed;
	return 0;
}

static int tear_down(void **state)
{
	struct bed *bed = *state;

	stream_drop(bed->pool, bed->stream);
	stream_pool_free(bed->pool);
	free(bed->log.items);
	free(bed);
	return 0;
}

static void segment(struct bed *bed, uint32_t seq, const char *text)
{
	stream_segment(bed->stream, 0, seq, (const uint8_t *)text, strlen(text), take_all, &bed->log);
}

/* expected: bytes, with '|' where a gap is told. */
static void assert_log(const struct bed *bed, const char *expected)
{
	char *got = calloc(1, bed->log.len + 1);

	for (size_t i = 0; i < bed->log.len; i++)
		got[i] = bed->log.items[i] == GAP_MARK ? '|' : (char)bed->log.items[i];
	assert_string_equal(got, expected);
	free(got);
}

struct piece {
	int32_t at;
	const char *text;
};

struct named_case {
	const char *name;
	struct piece pieces[8];
	const char *expected;
};

static const struct named_case CASES[] = {
	{"in order", {{0, "abc"}, {3, "def"}}, "abcdef"},
	{"repeated whole", {{0, "abc"}, {0, "abc"}, {3, "d"}}, "abcd"},
	{"repeated with other bytes: the first stays", {{0, "abc"}, {0, "XYZ"}, {3, "d"}}, "abcd"},
	{"overlap at the end of what came: only the new part", {{0, "abc"}, {1, "XYde"}}, "abcde"},
	{"two swapped", {{3, "def"}, {0, "abc"}}, "abcdef"},
	{"three backwards", {{6, "ghi"}, {3, "def"}, {0, "abc"}}, "abcdefghi"},
	{"waiting data wins over the segment that closes the gap", {{2, "CD"}, {0, "abxxef"}}, "abCDef"},
	{"waiting data wins over later waiting data", {{3, "DE"}, {2, "cxxf"}, {0, "ab"}}, "abcDEf"},
	{"two islands joined by a third", {{2, "c"}, {6, "g"}, {3, "def"}, {0, "ab"}}, "abcdefg"},
	{"segment over two islands", {{2, "C"}, {5, "F"}, {1, "bxdexg"}, {0, "a"}}, "abCdeFg"},
	{"in-order segment over two islands", {{2, "C"}, {5, "F"}, {0, "abxdexgh"}}, "abCdeFgh"},
	{"before the start", {{-3, "xyz"}, {-2, "xxab"}, {2, "c"}}, "abc"},
	{"empty", {{0, ""}, {0, "a"}, {1, ""}, {1, "b"}}, "ab"},
	{"beyond the ring: the gap is given up", {{1, "b"}, {1 + 4096, "z"}}, "|b"},
	{"beyond the ring, then on", {{1, "b"}, {1 + 4096, "z"}, {2, "c"}}, "|bc"},
	{"far stray does not move the stream", {{0, "a"}, {1000000, "stray"}, {1, "b"}, {3, "d"}, {2, "c"}}, "ab|d"},
};

static void test_named(void **state)
{
	struct bed *bed = *state;
	static const uint32_t STARTS[] = {0, 1, 4095, 4096, 0x7ffffffe, 0x80000000, 0xfffffffd, 0xffffffff};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		for (size_t s = 0; s < sizeof(STARTS) / sizeof(STARTS[0]); s++) {
			bed->log.len = 0;
			stream_start(bed->stream, 0, STARTS[s]);
			for (size_t p = 0; p < 8 && CASES[i].pieces[p].text; p++)
				segment(bed, STARTS[s] + (uint32_t)CASES[i].pieces[p].at, CASES[i].pieces[p].text);
			print_message("case: %s, start %u\n", CASES[i].name, STARTS[s]);
			assert_log(bed, CASES[i].expected);
		}
	}
}

static void test_flush_and_acked(void **state)
{
	struct bed *bed = *state;

	stream_start(bed->stream, 0, 100);
	segment(bed, 102, "c");
	segment(bed, 104, "efg");
	stream_acked(bed->stream, 0, 102, take_all, &bed->log);
	assert_log(bed, "");
	stream_acked(bed->stream, 0, 103, take_all, &bed->log);
	assert_log(bed, "|c");
	stream_acked(bed->stream, 0, 106, take_all, &bed->log);
	assert_log(bed, "|c");
	stream_flush(bed->stream, 0, take_all, &bed->log);
	assert_log(bed, "|c|efg");
	segment(bed, 107, "h");
	assert_log(bed, "|c|efgh");
}

struct frugal {
	size_t wanted; /* consumes nothing until so many bytes are there */
	size_t seen_max, gaps, calls;
	uint8_t last[FW_STREAM_KEPT_MAX];
};

static size_t take_when_enough(void *context, int direction, const struct stream_chunk *chunk)
{
	struct frugal *frugal = context;

	(void)direction;
	frugal->calls++;
	frugal->gaps += chunk->gap;
	if (chunk->len > frugal->seen_max)
		frugal->seen_max = chunk->len;
	if (chunk->len <= sizeof(frugal->last))
		memcpy(frugal->last, chunk->bytes, chunk->len);
	return chunk->len >= frugal->wanted ? frugal->wanted : 0;
}

static void test_kept_until_used(void **state)
{
	struct bed *bed = *state;
	struct frugal frugal = {.wanted = 4};

	stream_start(bed->stream, 1, 7);
	stream_segment(bed->stream, 1, 7, (const uint8_t *)"ab", 2, take_when_enough, &frugal);
	stream_segment(bed->stream, 1, 9, (const uint8_t *)"c", 1, take_when_enough, &frugal);
	assert_memory_equal(frugal.last, "abc", 3);
	stream_segment(bed->stream, 1, 10, (const uint8_t *)"def", 3, take_when_enough, &frugal);
	assert_memory_equal(frugal.last, "abcdef", 6);
	stream_segment(bed->stream, 1, 13, (const uint8_t *)"g", 1, take_when_enough, &frugal);
	assert_memory_equal(frugal.last, "efg", 3);
	assert_int_equal(frugal.gaps, 0);
}

static void test_kept_ceiling(void **state)
{
	struct bed *bed = *state;
	struct frugal frugal = {.wanted = SIZE_MAX};
	uint8_t bytes[1000] = {0};
	uint32_t seq = 0;

	stream_start(bed->stream, 0, 0);
	for (int i = 0; i < 100; i++, seq += sizeof(bytes))
		stream_segment(bed->stream, 0, seq, bytes, sizeof(bytes), take_when_enough, &frugal);
	assert_true(frugal.seen_max <= FW_STREAM_KEPT_MAX);
	assert_int_equal(frugal.gaps, 100000 / FW_STREAM_KEPT_MAX);
}

static void test_pool_full_and_reused(void **state)
{
	struct bed *bed = *state;
	struct stream *second = stream_take_slot(bed->pool);

	assert_non_null(second);
	assert_null(stream_take_slot(bed->pool));
	stream_start(second, 0, 5);
	assert_true(stream_started(second, 0));
	assert_false(stream_started(second, 1));
	stream_drop(bed->pool, second);
	stream_drop(bed->pool, second);
	assert_ptr_equal(stream_take_slot(bed->pool), second);
	assert_false(stream_started(second, 0));
	stream_drop(bed->pool, second);
}

/* Every second byte only: each is an island of its own, and the list of islands is short. */
static void test_tiny_fragments(void **state)
{
	struct bed *bed = *state;

	stream_start(bed->stream, 0, 0);
	for (uint32_t i = 0; i < 100000; i++) {
		stream_segment(bed->stream, 0, 1 + 2 * i, (const uint8_t *)"x", 1, take_all, &bed->log);
	}
	stream_flush(bed->stream, 0, take_all, &bed->log);
	assert_int_equal(bed->log.calls, 100000);
	assert_int_equal(bed->log.len, 200000);
}

/* ---- the stupid twin ---- */

enum { LINE_MAX_LEN = 20000, SEGMENT_MAX = 1500, ISLANDS_MAX = 16 };

struct twin {
	uint8_t value[LINE_MAX_LEN];
	bool arrived[LINE_MAX_LEN];
	size_t next;
	bool gap;
	struct log log;
};

static void twin_run_out(struct twin *twin)
{
	while (twin->next < LINE_MAX_LEN && twin->arrived[twin->next]) {
		if (twin->gap)
			log_gap(&twin->log);
		twin->gap = false;
		log_bytes(&twin->log, &twin->value[twin->next++], 1);
	}
}

/* Would the ring and the list still hold everything after next, with [from, to) added? */
static bool twin_fits(const struct twin *twin, size_t from, size_t to)
{
	size_t low = LINE_MAX_LEN, high = 0, islands = 0;
	bool before = false;

	for (size_t i = twin->next; i < LINE_MAX_LEN; i++) {
		bool here = twin->arrived[i] || (i >= from && i < to);
		if (here && i < low)
			low = i;
		if (here)
			high = i + 1;
		islands += here && !before;
		before = here;
	}
	return high - low <= FW_STREAM_WAITING_MAX && islands <= ISLANDS_MAX;
}

static void twin_skip(struct twin *twin, size_t from)
{
	while (!twin->arrived[twin->next] && twin->next != from)
		twin->next++;
	twin->gap = true;
	twin_run_out(twin);
}

static void twin_segment(struct twin *twin, size_t from, const uint8_t *bytes, size_t len)
{
	while (len && from > twin->next && !twin_fits(twin, from, from + len))
		twin_skip(twin, from);
	for (size_t i = from; i < from + len; i++) {
		if (i >= twin->next && !twin->arrived[i]) {
			twin->value[i] = bytes[i - from];
			twin->arrived[i] = true;
		}
	}
	twin_run_out(twin);
}

static uint32_t random_next(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void compare_round(struct bed *bed, struct twin *twin, uint32_t seed)
{
	uint32_t random = seed, start = random_next(&random) * 257u, step = 1 + seed % 5;
	size_t longest = seed % 3 == 0 ? 20 : seed % 3 == 1 ? 300 : SEGMENT_MAX, at = 0;
	uint8_t bytes[SEGMENT_MAX];

	if (seed % 2)
		start = 0u - random_next(&random) % LINE_MAX_LEN;
	memset(twin->arrived, 0, sizeof(twin->arrived));
	twin->next = twin->log.len = bed->log.len = 0;
	twin->gap = false;
	stream_start(bed->stream, 0, start);
	for (int i = 0; i < 400 && at + 8 * SEGMENT_MAX < LINE_MAX_LEN; i++) {
		size_t len = random_next(&random) % (longest + 1), from = at + random_next(&random) % (step * longest);
		from = from > longest ? from - longest : 0;
		for (size_t b = 0; b < len; b++)
			bytes[b] = (uint8_t)random_next(&random);
		twin_segment(twin, from, bytes, len);
		stream_segment(bed->stream, 0, start + (uint32_t)from, bytes, len, take_all, &bed->log);
		if (random_next(&random) % 3 == 0)
			at += random_next(&random) % longest;
	}
	assert_int_equal(bed->log.len, twin->log.len);
	assert_memory_equal(bed->log.items, twin->log.items, twin->log.len * sizeof(uint16_t));
}

static void test_same_as_stupid_twin(void **state)
{
	struct bed *bed = *state;
	struct twin *twin = calloc(1, sizeof(*twin));
	size_t gaps = 0, bytes = 0;

	twin->log.items = calloc(LOG_MAX, sizeof(*twin->log.items));
	for (uint32_t seed = 1; seed <= 200; seed++) {
		compare_round(bed, twin, seed);
		for (size_t i = 0; i < twin->log.len; i++)
			gaps += twin->log.items[i] == GAP_MARK;
		bytes += twin->log.len;
	}
	print_message("200 rounds, %zu bytes came out, %zu gaps were skipped\n", bytes, gaps);
	assert_true(gaps > 500);
	free(twin->log.items);
	free(twin);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_flush_and_acked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_kept_until_used, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_kept_ceiling, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_pool_full_and_reused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_tiny_fragments, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_same_as_stupid_twin, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
