/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What left since a moment: never too little, and too much by one tick at most. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guard/guard.h"

#define TICK_NS LEAK_FINE_NS

enum { BOOK_MAX = 4 };

static struct leak_book *book;

static int open_book(void **state)
{
	return leak_book_new(BOOK_MAX, (const uint8_t *)"key of the tests", &book);
}

static int close_book(void **state)
{
	leak_book_free(book);
	return 0;
}

static void note(struct leak *leak, uint64_t now_ns, uint64_t packets, uint64_t bytes)
{
	leak_note(book, leak, &(struct leak_sample){now_ns, packets, bytes});
}

static bool since(const struct leak *leak, uint64_t first_ns, uint64_t packets, uint64_t bytes, struct leak_sample *out)
{
	return leak_since(book, leak, first_ns, &(struct leak_sample){0, packets, bytes}, out);
}

/* A counter that grows by rate packets a tick from begin_ns on. */
static uint64_t counter(uint64_t now_ns, uint64_t begin_ns, uint64_t rate)
{
	return now_ns > begin_ns ? (now_ns - begin_ns) * rate / TICK_NS : 0;
}

static void never_too_little_and_one_tick_too_much_at_most(void **state)
{
	const uint64_t rate = 1000, begin_ns = 1000000000000ull;
	struct leak leak = {0};
	struct leak_sample out;

	for (uint64_t now_ns = begin_ns; now_ns < begin_ns + 100 * TICK_NS; now_ns += TICK_NS) {
		uint64_t first_ns = now_ns > begin_ns + 4 * 1000000000ull ? now_ns - 4 * 1000000000ull + 12345 : begin_ns;
		uint64_t packets = counter(now_ns, begin_ns, rate), before = counter(first_ns, begin_ns, rate);
		note(&leak, now_ns, packets, packets * 60);
		assert_true(since(&leak, first_ns, packets, packets * 60, &out));
		assert_true(out.packets >= packets - before);
		assert_true(out.packets <= packets - before + rate);
		assert_int_equal(out.bytes, out.packets * 60);
	}
}

/* Minutes back the coarse ring answers; further back the oldest sample, and it is said. */
static void a_long_time_ago(void **state)
{
	struct leak leak = {0};
	struct leak_sample out;
	uint64_t now_ns = 0;

	for (unsigned i = 0; i <= 300 * 5; i++, now_ns += TICK_NS)
		note(&leak, now_ns, i, i);
	assert_true(since(&leak, now_ns - 60 * 1000000000ull, 1500, 1500, &out));
	assert_in_range(out.packets, 300, 350);
	assert_true(since(&leak, now_ns - 300 * 1000000000ull, 1500, 1500, &out));
	for (unsigned i = 1501; i <= 400 * 5; i++, now_ns += TICK_NS)
		note(&leak, now_ns, i, i);
	assert_false(since(&leak, 0, 2000, 2000, &out));
	assert_true(out.packets >= 1500);
}

static void a_counter_that_begins_anew(void **state)
{
	struct leak leak = {0};
	struct leak_sample out;

	note(&leak, 1 * TICK_NS, 5000, 5000);
	note(&leak, 2 * TICK_NS, 10, 10);
	assert_true(since(&leak, 2 * TICK_NS, 25, 25, &out));
	assert_int_equal(out.packets, 15);
	assert_false(since(&leak, TICK_NS, 25, 25, &out));
}

static void a_clock_that_runs_back(void **state)
{
	struct leak leak = {0};
	struct leak_sample out;

	note(&leak, 100 * TICK_NS, 10, 10);
	note(&leak, 5 * TICK_NS, 20, 20);
	assert_true(since(&leak, 100 * TICK_NS, 30, 30, &out));
	assert_int_equal(out.packets, 20);
}

static void nothing_noted(void **state)
{
	struct leak leak = {0};
	struct leak_sample out;

	assert_false(since(&leak, 5, 7, 8, &out));
	assert_true(out.packets == 7 && out.bytes == 8);
}

/* What is answered moves no counter: how it stood is known all the same, from the first time to the last. */
static void answered_all_the_time(void **state)
{
	struct leak leak = {0}, other[BOOK_MAX] = {0};
	struct leak_sample out;
	uint64_t now_ns = 0;

	for (unsigned i = 0; i < 1000; i++, now_ns += TICK_NS)
		note(&leak, now_ns, 50, 5000);
	/* and others take no room from it */
	for (unsigned i = 0; i < BOOK_MAX; i++) {
		other[i].mac[5] = (uint8_t)(i + 1);
		note(&other[i], now_ns, 0, 0);
		note(&other[i], now_ns + TICK_NS, 7, 7);
	}
	note(&leak, now_ns + TICK_NS, 60, 6000);
	for (uint64_t first_ns = 0; first_ns <= now_ns; first_ns += 7 * TICK_NS + 1) {
		assert_true(since(&leak, first_ns, 61, 6100, &out));
		assert_int_equal(out.packets, 11);
	}
	for (unsigned i = 1; i < BOOK_MAX; i++) {
		assert_true(since(&other[i], now_ns, 7, 7, &out));
		assert_int_equal(out.packets, 7);
	}
	/* the one whose counter had moved longest ago made room: it knows of no time before that */
	assert_false(since(&other[0], now_ns, 8, 8, &out));
	assert_true(since(&other[0], now_ns + TICK_NS, 8, 8, &out));
	assert_int_equal(out.packets, 1);
}

/* Thousands whose counters move at once: whoever goes on is never told too little of what it is known of. */
static void more_than_there_is_room_for(void **state)
{
	struct leak leaks[3 * BOOK_MAX] = {0};
	struct leak_sample out;

	for (unsigned i = 0; i < 3 * BOOK_MAX; i++)
		leaks[i].mac[5] = (uint8_t)i;
	for (unsigned tick = 0; tick < 50; tick++)
		for (unsigned i = 0; i < 3 * BOOK_MAX; i++) {
			note(&leaks[i], (tick + 1) * TICK_NS, tick * (i + 1), tick);
			if (since(&leaks[i], tick * TICK_NS, tick * (i + 1), tick, &out))
				assert_true(!tick || out.packets >= i + 1);
		}
}

/* A MAC that left and comes again has nothing of its minutes. */
static void who_comes_again_begins_anew(void **state)
{
	struct leak before = {.mac = {2}}, after = {.mac = {2}};
	struct leak_sample out;

	note(&before, 1 * TICK_NS, 0, 0);
	note(&before, 2 * TICK_NS, 900, 900);
	note(&after, 50 * TICK_NS, 0, 0);
	note(&after, 51 * TICK_NS, 1000, 1000);
	assert_true(since(&after, 50 * TICK_NS, 1000, 1000, &out));
	assert_int_equal(out.packets, 1000);
	assert_false(since(&after, 2 * TICK_NS, 1000, 1000, &out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(never_too_little_and_one_tick_too_much_at_most, open_book, close_book),
		cmocka_unit_test_setup_teardown(a_long_time_ago, open_book, close_book),
		cmocka_unit_test_setup_teardown(a_counter_that_begins_anew, open_book, close_book),
		cmocka_unit_test_setup_teardown(a_clock_that_runs_back, open_book, close_book),
		cmocka_unit_test_setup_teardown(nothing_noted, open_book, close_book),
		cmocka_unit_test_setup_teardown(answered_all_the_time, open_book, close_book),
		cmocka_unit_test_setup_teardown(more_than_there_is_room_for, open_book, close_book),
		cmocka_unit_test_setup_teardown(who_comes_again_begins_anew, open_book, close_book),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
