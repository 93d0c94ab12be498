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
		leak_note(&leak, now_ns, packets, packets * 60);
		assert_true(leak_since(&leak, first_ns, packets, packets * 60, &out));
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
		leak_note(&leak, now_ns, i, i);
	assert_true(leak_since(&leak, now_ns - 60 * 1000000000ull, 1500, 1500, &out));
	assert_in_range(out.packets, 300, 350);
	assert_true(leak_since(&leak, now_ns - 300 * 1000000000ull, 1500, 1500, &out));
	for (unsigned i = 1501; i <= 400 * 5; i++, now_ns += TICK_NS)
		leak_note(&leak, now_ns, i, i);
	assert_false(leak_since(&leak, 0, 2000, 2000, &out));
	assert_true(out.packets >= 1500);
}

static void a_counter_that_begins_anew(void **state)
{
	struct leak leak = {0};
	struct leak_sample out;

	leak_note(&leak, 1 * TICK_NS, 5000, 5000);
	leak_note(&leak, 2 * TICK_NS, 10, 10);
	assert_true(leak_since(&leak, 2 * TICK_NS, 25, 25, &out));
	assert_int_equal(out.packets, 15);
	assert_false(leak_since(&leak, TICK_NS, 25, 25, &out));
}

static void a_clock_that_runs_back(void **state)
{
	struct leak leak = {0};
	struct leak_sample out;

	leak_note(&leak, 100 * TICK_NS, 10, 10);
	leak_note(&leak, 5 * TICK_NS, 20, 20);
	assert_true(leak_since(&leak, 100 * TICK_NS, 30, 30, &out));
	assert_int_equal(out.packets, 20);
}

static void nothing_noted(void **state)
{
	struct leak leak = {0};
	struct leak_sample out;

	assert_false(leak_since(&leak, 5, 7, 8, &out));
	assert_true(out.packets == 7 && out.bytes == 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_too_little_and_one_tick_too_much_at_most),
		cmocka_unit_test(a_long_time_ago),
		cmocka_unit_test(a_counter_that_begins_anew),
		cmocka_unit_test(a_clock_that_runs_back),
		cmocka_unit_test(nothing_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
