/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "plane/plane.h"
#include "plane/protect.h"

typedef uint8_t address[16];

/* IPv4 10.9.THIRD.FOURTH, mapped. */
static void four(address out, uint32_t third, uint32_t fourth)
{
	static const uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff, [12] = 10, [13] = 9};

	memcpy(out, mapped, 16);
	out[14] = (uint8_t)third;
	out[15] = (uint8_t)fourth;
}

/* 2001:db8::NUMBER */
static void six(address out, uint32_t number)
{
	static const uint8_t documentation[16] = {0x20, 0x01, 0x0d, 0xb8};

	memcpy(out, documentation, 16);
	out[14] = (uint8_t)(number >> 8);
	out[15] = (uint8_t)number;
}

static bool holds(const struct fw_protected_bucket *table, uint32_t seed, const address wanted)
{
	const struct fw_protected_bucket *bucket = &table[fw_protected_place(wanted, seed)];

	for (uint32_t i = 0; i < FW_PROTECTED_SLOTS; i++)
		if (memcmp(bucket->address[i], wanted, 16) == 0)
			return true;
	return false;
}

static uint32_t used(const struct fw_protected_bucket *table)
{
	static const address nobody;
	uint32_t count = 0;

	for (uint32_t b = 0; b < FW_PROTECTED_BUCKETS; b++)
		for (uint32_t i = 0; i < FW_PROTECTED_SLOTS; i++)
			count += memcmp(table[b].address[i], nobody, 16) != 0;
	return count;
}

/* Neighbours in the last byte, in the third, and in IPv6, up to as many as there may be. */
static void all_fit(void **state)
{
	static const struct fw_protected_bucket empty[FW_PROTECTED_BUCKETS];
	address set[PLANE_PROTECTED_MAX];

	for (uint32_t kind = 0; kind < 4; kind++)
		for (uint32_t count = 0; count <= PLANE_PROTECTED_MAX; count++) {
			struct fw_protected_bucket table[FW_PROTECTED_BUCKETS];
			uint32_t seed = 0;

			for (uint32_t i = 0; i < count; i++)
				if (kind == 3)
					six(set[i], i * 257);
				else
					four(set[i], kind == 1 ? i : 0, kind == 0 ? i : kind == 1 ? 1 : i * 8);
			assert_int_equal(protect_fit(empty, 0, set, count, table, &seed), 0);
			for (uint32_t i = 0; i < count; i++)
				assert_true(holds(table, seed, set[i]));
			assert_int_equal(used(table), count);
		}
}

/* While one set makes room for another, both are held, each by its own seed; afterwards only the new one. */
static void one_set_after_another(void **state)
{
	struct fw_protected_bucket table[FW_PROTECTED_BUCKETS] = {0};
	address before[20], after[20];
	uint32_t old_seed = 0, seed;

	for (uint32_t round = 0; round < 50; round++) {
		uint32_t count = round % 20 + 1;

		for (uint32_t i = 0; i < count; i++)
			if (i % 3)
				four(after[i], round % 7, i);
			else
				six(after[i], i * 1000 + round % 11);
		assert_int_equal(protect_fit(table, old_seed, after, count, table, &seed), 0);
		for (uint32_t i = 0; i < count; i++)
			assert_true(holds(table, seed, after[i]));
		for (uint32_t i = 0; round && i < (round - 1) % 20 + 1; i++)
			assert_true(holds(table, old_seed, before[i]));
		protect_only(table, seed, after, count);
		assert_int_equal(used(table), count);
		for (uint32_t i = 0; i < count; i++)
			assert_true(holds(table, seed, after[i]));
		memcpy(before, after, sizeof(after));
		old_seed = seed;
	}
}

/* What is there already keeps its seed, so that nothing moves when the same set is given again. */
static void the_same_again(void **state)
{
	struct fw_protected_bucket table[FW_PROTECTED_BUCKETS] = {0}, again[FW_PROTECTED_BUCKETS];
	address set[16];
	uint32_t seed, seed_again;

	for (uint32_t i = 0; i < 16; i++)
		four(set[i], 3, i * 5);
	assert_int_equal(protect_fit(table, 0, set, 16, table, &seed), 0);
	assert_int_equal(protect_fit(table, seed, set, 16, again, &seed_again), 0);
	assert_int_equal(seed, seed_again);
	assert_memory_equal(table, again, sizeof(table));
}

/* More than there is room for; what was passed in stays as it was. */
static void too_many(void **state)
{
	struct fw_protected_bucket table[FW_PROTECTED_BUCKETS] = {0}, out[FW_PROTECTED_BUCKETS] = {0};
	address set[65];
	uint32_t seed = 77;

	for (uint32_t i = 0; i < 65; i++)
		six(set[i], i + 1);
	assert_int_equal(protect_fit(table, 0, set, 65, out, &seed), -ENOSPC);
	assert_int_equal(seed, 77);
	assert_int_equal(used(out), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_fit),
		cmocka_unit_test(one_set_after_another),
		cmocka_unit_test(the_same_again),
		cmocka_unit_test(too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
