/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plane/digests.h"
#include "plane/plane.h"

/* The n-th of a row of well mixed numbers that are never 0 (splitmix64). */
static uint64_t number(uint64_t n)
{
	uint64_t z = (n + 1) * 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	z ^= z >> 31;
	return z ? z : 1;
}

static struct fw_digest_bucket *table_of(uint32_t buckets)
{
	struct fw_digest_bucket *table = calloc(buckets, sizeof(*table));

	assert_non_null(table);
	return table;
}

static void there_and_not_there(void **state)
{
	struct fw_digest_bucket *table = table_of(16);

	assert_false(digests_find(table, 15, number(1)));
	assert_int_equal(digests_add(table, 15, number(1)), 0);
	assert_int_equal(digests_add(table, 15, number(1)), -EEXIST);
	assert_true(digests_find(table, 15, number(1)));
	assert_false(digests_find(table, 15, number(2)));
	assert_int_equal(digests_count(table, 15), 1);
	assert_int_equal(digests_remove(table, 15, number(2)), -ENOENT);
	assert_int_equal(digests_remove(table, 15, number(1)), 0);
	assert_int_equal(digests_remove(table, 15, number(1)), -ENOENT);
	assert_int_equal(digests_count(table, 15), 0);
	free(table);
}

/* As many as the size promises, at several sizes: all find a place, all are found, none that is not in. */
static void filled_as_promised(void **state)
{
	static const uint32_t counts[] = {1, 7, 8, 14, 100, 115, 921, 7372, 58982, 471859, 943718};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		uint32_t mask = plane_size_blocked(counts[i]) - 1, wrong = 0;
		struct fw_digest_bucket *table = table_of(mask + 1);

		for (uint32_t n = 0; n < counts[i]; n++)
			if (digests_add(table, mask, number(n)))
				fail_msg("%u of %u found no place", n, counts[i]);
		for (uint32_t n = 0; n < counts[i]; n++)
			wrong += !digests_find(table, mask, number(n)) + digests_find(table, mask, number(n + counts[i]));
		assert_int_equal(wrong, 0);
		assert_int_equal(digests_count(table, mask), counts[i]);
		free(table);
	}
}

/* Beyond what fits: refused, and nothing that was in is lost. */
static void full(void **state)
{
	enum { MASK = 63, ROOM = 64 * 8 };
	struct fw_digest_bucket *table = table_of(MASK + 1);
	bool in[2 * ROOM];
	uint32_t count = 0;

	for (uint32_t n = 0; n < 2 * ROOM; n++) {
		in[n] = digests_add(table, MASK, number(n)) == 0;
		count += in[n];
	}
	assert_in_range(count, ROOM * 98 / 100, ROOM);
	for (uint32_t n = 0; n < 2 * ROOM; n++)
		assert_int_equal(digests_find(table, MASK, number(n)), in[n]);
	assert_int_equal(digests_count(table, MASK), count);
	free(table);
}

/* Both halves the same place, for all of them: eight fit and the ninth is refused, without a walk that never ends. */
static void all_in_one_bucket(void **state)
{
	struct fw_digest_bucket *table = table_of(64);

	for (uint64_t n = 1; n <= 8; n++)
		assert_int_equal(digests_add(table, 63, n << 40 | n << 8 | 0x500000005ull), 0);
	assert_int_equal(digests_add(table, 63, 9ull << 40 | 9 << 8 | 0x500000005ull), -ENOSPC);
	assert_int_equal(digests_count(table, 63), 8);
	free(table);
}

/* Whatever was moved while others came and went: the table holds what a plain list holds. */
static void against_a_list(void **state)
{
	enum { MASK = 31, KINDS = 400 };
	struct fw_digest_bucket *table = table_of(MASK + 1);
	bool in[KINDS] = {false};
	uint32_t count = 0;

	for (uint64_t turn = 0; turn < 200000; turn++) {
		uint64_t random = number(turn + 1000000), kind = random % KINDS;

		if (random >> 63 || count > (MASK + 1) * 8 * 9 / 10) {
			assert_int_equal(digests_remove(table, MASK, number(kind)), in[kind] ? 0 : -ENOENT);
			count -= in[kind];
			in[kind] = false;
		} else {
			assert_int_equal(digests_add(table, MASK, number(kind)), in[kind] ? -EEXIST : 0);
			count += !in[kind];
			in[kind] = true;
		}
		if (turn % 1000 == 0)
			for (uint64_t i = 0; i < KINDS; i++)
				assert_int_equal(digests_find(table, MASK, number(i)), in[i]);
	}
	assert_int_equal(digests_count(table, MASK), count);
	free(table);
}

/* A process killed in the middle of a move leaves a hash in both of its buckets: removing it takes both. */
static void left_twice(void **state)
{
	struct fw_digest_bucket *table = table_of(16);
	const uint64_t digest = 0x0000000700000003ull | 1ull << 60;

	table[3].slot[2] = digest;
	table[7].slot[5] = digest;
	assert_int_equal(digests_remove(table, 15, digest), 0);
	assert_false(digests_find(table, 15, digest));
	assert_int_equal(digests_count(table, 15), 0);
	free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_not_there),
		cmocka_unit_test(filled_as_promised),
		cmocka_unit_test(full),
		cmocka_unit_test(all_in_one_bucket),
		cmocka_unit_test(against_a_list),
		cmocka_unit_test(left_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
