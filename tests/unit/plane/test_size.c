/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "plane/shield_maps.h"

static const struct plane_setup some = {.names = 1000, .zones = 10, .cells = 5000, .proven = 100, .asked = 100};

/* Powers of two; just full by the stated share, and one entry more. */
static void powers(void **state)
{
	static const struct {
		uint32_t (*size)(uint32_t entries);
		uint32_t entries, places;
	} cases[] = {
		{plane_size_names, 0, 1},
		{plane_size_names, 1, 1},
		{plane_size_names, 3, 1},
		{plane_size_names, 4, 2},
		{plane_size_names, 7, 2},
		{plane_size_names, 8, 4},
		{plane_size_names, 917504, 1 << 18},
		{plane_size_names, 917505, 1 << 19},
		{plane_size_names, PLANE_NAMES_MAX, 1u << 25},
		{plane_size_cells, 1, 1},
		{plane_size_cells, 65536, 65536},
		{plane_size_cells, 65537, 131072},
		{plane_size_cells, PLANE_CELLS_MAX, 1u << 28},
		{plane_size_seen, 1, 1},
		{plane_size_seen, 4, 1},
		{plane_size_seen, 5, 2},
		{plane_size_seen, 262144, 65536},
		{plane_size_seen, PLANE_SEEN_MAX, 1u << 25},
		{plane_size_blocked, 0, 1},
		{plane_size_blocked, 7, 1},
		{plane_size_blocked, 8, 2},
		{plane_size_blocked, 14, 2},
		{plane_size_blocked, 15, 4},
		{plane_size_blocked, 10000000, 1 << 21},
		{plane_size_blocked, PLANE_BLOCKED_MAX, 1u << 25},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t places = cases[i].size(cases[i].entries);

		if (places != cases[i].places)
			fail_msg("case %zu: %u entries: %u places, not %u", i, cases[i].entries, places, cases[i].places);
	}
}

static void every_map_has_a_size(void **state)
{
	uint32_t entries[MAP_COUNT];

	size_maps(&some, entries);
	for (int i = 0; i < MAP_COUNT; i++)
		assert_true(entries[i] > 0);
	assert_int_equal(entries[MAP_ZONES], 11);
	assert_int_equal(entries[MAP_ZONE_COUNTS], 11);
	assert_int_equal(entries[MAP_NAMES_A], entries[MAP_NAMES_B]);
	assert_int_equal(entries[MAP_SAMPLES], ROLE_RING_LEAST);
	assert_int_equal(entries[MAP_PREFIXES], 1);
}

/* The figure that documentation gives: ten million blocked addresses are 128 MiB, a million names 68 MiB in both halves. */
static void memory(void **state)
{
	struct plane_setup setup = some, more = some;

	more.blocked = 10000000;
	assert_in_range(plane_memory(&more) - plane_memory(&setup), 127u << 20, 128u << 20);
	more = some;
	more.names = 1000000;
	assert_in_range(plane_memory(&more) - plane_memory(&setup), 67u << 20, 68u << 20);
}

static void what_makes_no_sense(void **state)
{
	struct plane_setup setup = some;

	assert_int_equal(size_check(&setup), 0);
#define REFUSED(member, value, error) \
	setup = some; \
	setup.member = (value); \
	assert_int_equal(size_check(&setup), error)
	REFUSED(names, 0, -EINVAL);
	REFUSED(zones, 0, -EINVAL);
	REFUSED(cells, 0, -EINVAL);
	REFUSED(proven, 0, -EINVAL);
	REFUSED(asked, 0, -EINVAL);
	REFUSED(blocked, 0, 0);
	REFUSED(prefixes, 0, 0);
	REFUSED(names, PLANE_NAMES_MAX, 0);
	REFUSED(names, PLANE_NAMES_MAX + 1u, -E2BIG);
	REFUSED(zones, PLANE_ZONES_MAX + 1u, -E2BIG);
	REFUSED(cells, PLANE_CELLS_MAX + 1u, -E2BIG);
	REFUSED(proven, PLANE_SEEN_MAX + 1u, -E2BIG);
	REFUSED(asked, UINT32_MAX, -E2BIG);
	REFUSED(blocked, PLANE_BLOCKED_MAX + 1u, -E2BIG);
	REFUSED(prefixes, PLANE_PREFIXES_MAX + 1u, -E2BIG);
	REFUSED(sample_bytes, PLANE_SAMPLE_MAX + 1u, -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(powers),
		cmocka_unit_test(every_map_has_a_size),
		cmocka_unit_test(memory),
		cmocka_unit_test(what_makes_no_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
