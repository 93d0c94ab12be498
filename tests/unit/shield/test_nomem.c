/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first allocation fails, then the second, and so on: what was there stays, and nothing is left behind. */
#include <inttypes.h>

#include "nomem.h"
#include "zones.h"

static void new_names(void **state)
{
	uint64_t at = 0;

	for (;; at++) {
		struct names *names = NULL;
		nomem_start(at, false);
		int error = names_new(100, 100, zones_key, &names);
		if (!nomem_stop()) {
			assert_int_equal(error, 0);
			names_free(names);
			break;
		}
		assert_int_equal(error, -ENOMEM);
		assert_null(names);
	}
	assert_int_equal(at, 3);
}

/* A zone's place and content, with trees that grow. */
static int load(struct names *names, uint32_t *out_place, struct fault *fault)
{
	static const uint8_t apex[] = "\4long\7example";
	struct zone_load *load;
	int error = names_zone(names, apex, sizeof(apex), out_place, fault);

	if (!error)
		error = names_begin(names, *out_place, &load);
	if (error)
		return error;
	names_record(load, apex, sizeof(apex), T_SOA);
	for (unsigned i = 0; i < 200; i++) {
		uint8_t owner[4 + sizeof(apex)] = {3, 'x', (uint8_t)i, 'y'};
		memcpy(owner + 4, apex, sizeof(apex));
		names_record(load, owner, sizeof(owner), T_A);
	}
	return names_take(load, fault);
}

static void a_zone_without_memory_is_not_loaded(void **state)
{
	struct names_counts before, after;
	struct names *names;
	uint64_t at = 0;

	assert_int_equal(names_new(1000, 4, zones_key, &names), 0);
	for (;; at++) {
		struct names_view view;
		struct fault fault = {0};
		uint32_t place = 0;
		before = names_counts(names);
		nomem_start(at, false);
		int error = load(names, &place, &fault);
		if (!nomem_stop()) {
			assert_int_equal(error, 0);
			break;
		}
		assert_int_equal(error, -ENOMEM);
		assert_false(place && names_view(names, place, &view) && view.loaded);
		after = names_counts(names);
		assert_int_equal(after.loaded, before.loaded);
		/* Only the place may have come. */
		assert_true(after.names == before.names || before.zones == 0);
	}
	print_message("%" PRIu64 " allocations, each failed once\n", at);
	assert_true(at > 10);
	/* Of 200 bytes 26 are the same letters; the apex and its two labels. */
	assert_int_equal(names_counts(names).names, 174 + 1 + 2);
	/* Again, over what is there: it stays. */
	for (uint64_t i = 0; i < at; i++) {
		struct fault fault = {0};
		uint32_t place;
		before = names_counts(names);
		nomem_start(i, true);
		int error = load(names, &place, &fault);
		if (!nomem_stop())
			break;
		assert_int_equal(error, -ENOMEM);
		after = names_counts(names);
		assert_memory_equal(&before, &after, sizeof(before));
	}
	names_free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(new_names), cmocka_unit_test(a_zone_without_memory_is_not_loaded)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
