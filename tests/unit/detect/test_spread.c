/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "detect/spread.h"

#define SECOND 1000000000ull
#define BEGIN (1477077000ull * SECOND)

static int setup(void **state)
{
	struct spread *spread;

	assert_int_equal(spread_new(&spread), 0);
	*state = spread;
	return 0;
}

static int teardown(void **state)
{
	spread_free(*state);
	return 0;
}

static uint64_t sum(const struct junk_count bins[TIMELINE_BINS])
{
	uint64_t packets = 0;

	for (size_t i = 0; i < TIMELINE_BINS; i++)
		packets += bins[i].packets;
	return packets;
}

/* count packets of 100 bytes, from the begin on, one each step_ns */
static void stream(struct spread *spread, uint32_t count, uint64_t step_ns)
{
	for (uint32_t i = 0; i < count; i++)
		spread_packet(spread, BEGIN + i * step_ns, 100);
}

static struct junk_piece piece(uint64_t first_ns, uint64_t last_ns, uint64_t packets)
{
	return (struct junk_piece){BEGIN + first_ns, BEGIN + last_ns, {packets, packets * 60}};
}

static void nothing_seen_has_no_bins(void **state)
{
	struct junk_piece early = piece(0, SECOND, 10);

	spread_junk(*state, VECTOR_SYN, &early);
	spread_move(*state, VECTOR_SYN, VECTOR_UDP, early.count);
	assert_int_equal(spread_timeline(*state)->bin_count, 0);
	assert_int_equal(sum(spread_timeline(*state)->junk[VECTOR_SYN]), 0);
}

static void width_doubles_as_the_capture_grows(void **state)
{
	static const struct {
		uint32_t packets;
		uint64_t step_ns, width_ns;
		uint32_t bin_count;
	} cases[] = {
		{1, SECOND, SECOND / 512, 1},
		{240, SECOND / 512, SECOND / 512, 240},
		{241, SECOND / 512, SECOND / 256, 121},
		{240, SECOND, SECOND, 240},
		{241, SECOND, 2 * SECOND, 121},
		{2, 3600 * SECOND, 16 * SECOND, 226},
		{2, 40ull * 365 * 86400 * SECOND, (SECOND / 512) << 32, 151},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct timeline *line;

		stream(*state, cases[i].packets, cases[i].step_ns);
		line = spread_timeline(*state);
		assert_int_equal(line->begin_ns, BEGIN);
		assert_int_equal(line->width_ns, cases[i].width_ns);
		assert_int_equal(line->bin_count, cases[i].bin_count);
		assert_int_equal(sum(line->all), cases[i].packets);
		assert_int_equal(line->all[line->bin_count - 1].packets > 0, 1);
		teardown(state);
		setup(state);
	}
}

static void junk_has_the_shape_of_the_traffic(void **state)
{
	struct junk_piece flood = piece(0, SECOND - 1, 90);
	const struct timeline *line;

	for (uint32_t i = 0; i < 100; i++) /* all in the first quarter of the second */
		spread_packet(*state, BEGIN + i * (SECOND / 400), 100);
	spread_packet(*state, BEGIN + SECOND, 100);
	spread_junk(*state, VECTOR_SYN, &flood);
	line = spread_timeline(*state);
	assert_int_equal(sum(line->junk[VECTOR_SYN]), 90);
	for (uint32_t i = 0; i < TIMELINE_BINS; i++) {
		assert_true(line->junk[VECTOR_SYN][i].packets <= line->all[i].packets);
		assert_true(i < 33 || line->junk[VECTOR_SYN][i].packets == 0);
	}
}

static void junk_lies_in_its_time(void **state)
{
	struct junk_piece flood = piece(10 * SECOND, 15 * SECOND, 1001);
	const struct timeline *line;

	stream(*state, 20000, SECOND / 1000);
	spread_junk(*state, VECTOR_UDP, &flood);
	line = spread_timeline(*state);
	assert_int_equal(line->width_ns, SECOND / 8);
	assert_int_equal(sum(line->junk[VECTOR_UDP]), 1001);
	for (uint32_t i = 0; i < 80; i++)
		assert_int_equal(line->junk[VECTOR_UDP][i].packets, 0);
	for (uint32_t i = 80; i < 120; i++)
		assert_in_range(line->junk[VECTOR_UDP][i].packets, 24, 26);
	for (uint32_t i = 121; i < TIMELINE_BINS; i++)
		assert_int_equal(line->junk[VECTOR_UDP][i].packets, 0);
}

static void sums_hold_when_the_width_doubles_and_the_vector_turns(void **state)
{
	struct junk_piece flood = piece(0, 9 * SECOND, 777), other = piece(5 * SECOND, 6 * SECOND, 55);
	const struct timeline *line;
	uint64_t bytes = 0;

	stream(*state, 10000, SECOND / 1000);
	spread_junk(*state, VECTOR_UDP_PLAIN, &flood);
	spread_junk(*state, VECTOR_UDP_PLAIN, &other);
	spread_packet(*state, BEGIN + 3600 * SECOND, 40);
	spread_move(*state, VECTOR_UDP_PLAIN, VECTOR_UDP, flood.count);
	line = spread_timeline(*state);
	assert_int_equal(sum(line->all), 10001);
	assert_int_equal(sum(line->junk[VECTOR_UDP_PLAIN]), 55);
	assert_int_equal(sum(line->junk[VECTOR_UDP]), 777);
	for (size_t i = 0; i < TIMELINE_BINS; i++)
		bytes += line->junk[VECTOR_UDP][i].bytes + line->junk[VECTOR_UDP_PLAIN][i].bytes;
	assert_int_equal(bytes, (777 + 55) * 60);
}

static void a_piece_that_lies_about_its_time_is_kept_whole(void **state)
{
	struct junk_piece pieces[] = {
		{0, 0, {5, 5}},
		{0, UINT64_MAX, {UINT64_MAX / 4, 7}},
		{UINT64_MAX, UINT64_MAX, {3, 3}},
		{BEGIN + 4 * SECOND, BEGIN, {2, 2}},
	};
	uint64_t want = 0;

	stream(*state, 5, SECOND);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		spread_junk(*state, VECTOR_ICMP, &pieces[i]);
		want += pieces[i].count.packets;
		assert_int_equal(sum(spread_timeline(*state)->junk[VECTOR_ICMP]), want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_seen_has_no_bins, setup, teardown),
		cmocka_unit_test_setup_teardown(width_doubles_as_the_capture_grows, setup, teardown),
		cmocka_unit_test_setup_teardown(junk_has_the_shape_of_the_traffic, setup, teardown),
		cmocka_unit_test_setup_teardown(junk_lies_in_its_time, setup, teardown),
		cmocka_unit_test_setup_teardown(sums_hold_when_the_width_doubles_and_the_vector_turns, setup, teardown),
		cmocka_unit_test_setup_teardown(a_piece_that_lies_about_its_time_is_kept_whole, setup, teardown),
	};

	return cmocka_run_group_tests_name("spread", tests, NULL, NULL);
}
