/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "detect/crowd.h"
#include "detect/sketch.h"
#include "wire/siphash.h"

static uint64_t hash_of(uint64_t key, uint64_t thing)
{
	uint8_t hash_key[16] = {0};

	memcpy(hash_key, &key, sizeof(key));
	return fw_siphash(hash_key, &thing, sizeof(thing));
}

static uint32_t count_of(struct sketch *sketch, uint64_t key, uint32_t things, uint32_t times)
{
	memset(sketch, 0, sizeof(*sketch));
	for (uint32_t again = 0; again < times; again++)
		for (uint32_t i = 0; i < things; i++)
			sketch_add(sketch, hash_of(key, i));
	return sketch_count(sketch);
}

static void test_sketch_is_within_two_percent(void **state)
{
	static const uint32_t sizes[] = {33, 100, 1000, 7088, 16384, 37623, 40960, 60000, 100000, 1000000};
	struct sketch *sketch = malloc(sizeof(*sketch));

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint32_t count = count_of(sketch, 1, sizes[i], 1);

		assert_in_range(count, (uint32_t)(sizes[i] * 0.98), (uint32_t)(sizes[i] * 1.02) + 1);
	}
	free(sketch);
}

/* The error over many keys is what the paper says, and there is no bias where the first estimator had its own. */
static void test_sketch_error_is_as_published(void **state)
{
	static const uint32_t sizes[] = {20000, 41000, 80000};
	struct sketch *sketch = malloc(sizeof(*sketch));

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		double sum = 0, squares = 0;
		enum { KEYS = 40 };

		for (uint64_t key = 1; key <= KEYS; key++) {
			double error = count_of(sketch, key, sizes[i], 1) / (double)sizes[i] - 1;

			sum += error;
			squares += error * error;
		}
		assert_true(sum / KEYS < 0.004 && sum / KEYS > -0.004);
		assert_true(squares / KEYS < 0.011 * 0.011);
	}
	free(sketch);
}

static void test_sketch_edges(void **state)
{
	struct sketch *sketch = calloc(1, sizeof(*sketch));

	assert_int_equal(sketch_count(sketch), 0);
	sketch_add(sketch, 0);
	assert_int_equal(sketch_count(sketch), 1);
	sketch_add(sketch, 0);
	assert_int_equal(sketch_count(sketch), 1);
	assert_int_equal(count_of(sketch, 3, 500, 3), count_of(sketch, 3, 500, 1));
	memset(sketch, 51, sizeof(*sketch));
	assert_int_equal(sketch_count(sketch), UINT32_MAX);
	free(sketch);
}

static void test_few_is_exact_to_its_end(void **state)
{
	struct few few = {0};

	for (uint64_t i = 0; i < FEW_MAX; i++) {
		assert_true(few_add(&few, i));
		assert_true(few_add(&few, i));
		assert_int_equal(few.count, i + 1);
	}
	assert_false(few_add(&few, FEW_MAX));
	assert_true(few_add(&few, 3));
	assert_int_equal(few.count, FEW_MAX);
}

static void crowd_of(struct crowds *crowds, struct crowd *crowd, uint32_t from, uint32_t count, bool proven)
{
	for (uint32_t i = from; i < from + count; i++)
		crowd_see(crowds, crowd, hash_of(9, i), proven, 1);
}

static void test_crowd_tells_proven_from_unproven(void **state)
{
	struct crowd crowd = {0};
	struct crowds *crowds;
	uint32_t proven, unproven;

	assert_int_equal(crowds_new(&crowds), 0);
	crowd_of(crowds, &crowd, 0, 20, false);
	crowd_of(crowds, &crowd, 100, 12, true);
	crowd_count(crowds, &crowd, &proven, &unproven);
	assert_int_equal(proven, 12);
	assert_int_equal(unproven, 20);
	assert_int_equal(crowd.place, 0);
	crowd_of(crowds, &crowd, 0, 10000, false);
	crowd_of(crowds, &crowd, 20000, 3000, true);
	crowd_count(crowds, &crowd, &proven, &unproven);
	assert_in_range(proven, 2950, 3070);
	assert_in_range(unproven, 9800, 10200);
	crowds_free(crowds);
}

static void test_crowd_places_run_out_and_come_back(void **state)
{
	enum { MORE = CROWD_PLACE_MAX + 2 };
	struct crowd *crowd = calloc(MORE, sizeof(*crowd));
	struct crowds *crowds;
	uint32_t proven, unproven;

	assert_int_equal(crowds_new(&crowds), 0);
	for (uint32_t i = 0; i < MORE; i++)
		crowd_of(crowds, &crowd[i], 0, 100, false);
	crowd_count(crowds, &crowd[0], &proven, &unproven);
	assert_in_range(unproven, 98, 102);
	assert_true(crowd[MORE - 1].overflowed);
	crowd_count(crowds, &crowd[MORE - 1], &proven, &unproven);
	assert_int_equal(unproven, FEW_MAX);
	crowd_clear(crowds, &crowd[0]);
	crowd_clear(crowds, &crowd[MORE - 1]);
	crowd_of(crowds, &crowd[MORE - 1], 0, 100, false);
	crowd_count(crowds, &crowd[MORE - 1], &proven, &unproven);
	assert_in_range(unproven, 98, 102);
	/* after more than a minute the idlest gives way */
	crowd_see(crowds, &crowd[2], hash_of(9, 1), false, 70000000000ull);
	memset(&crowd[0], 0, sizeof(crowd[0]));
	for (uint32_t i = 0; i < 100; i++)
		crowd_see(crowds, &crowd[0], hash_of(9, i), false, 70000000000ull);
	assert_true(crowd[0].estimated);
	assert_true(crowd[MORE - 1].overflowed);
	assert_false(crowd[MORE - 1].estimated);
	assert_true(crowd[2].estimated);
	crowds_free(crowds);
	free(crowd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sketch_is_within_two_percent),
		cmocka_unit_test(test_sketch_error_is_as_published),
		cmocka_unit_test(test_sketch_edges),
		cmocka_unit_test(test_few_is_exact_to_its_end),
		cmocka_unit_test(test_crowd_tells_proven_from_unproven),
		cmocka_unit_test(test_crowd_places_run_out_and_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
