/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Proven addresses are written in one life of the host and read in the next, whose clock begins anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shield/shield.h"
#include "wire/seen.h"

#define SECOND 1000000000ull
enum { BUCKETS = 64, DAY = 86400, HEAD = 8 + 4 + 4 + 8 + 8 * FW_SHIELD_KEY_WORDS, ENTRY = 12 };

static struct kept at(uint64_t steady_s, uint64_t wall_s)
{
	return (struct kept){
		.address_key = {11, 22}, .mask = BUCKETS - 1, .steady_ns = steady_s * SECOND, .wall_s = wall_s, .hold_ns = DAY * SECOND};
}

/* Tag 2i+1 in bucket i, seen i * 1000 s before the end of the first life, which is at 100,000 s. */
static void written(void **out_bytes, size_t *out_len)
{
	struct fw_seen_bucket table[BUCKETS + BUCKETS / FW_HINTS + 1] = {0};
	struct kept now = at(100000, 5000000);

	for (uint32_t i = 0; i < BUCKETS; i++)
		fw_seen_note(&table[i], 2 * i + 1, (100000 - i * 1000) * SECOND);
	/* older than a day: not worth a byte */
	fw_seen_note(&table[3], 999, (100000 - DAY - 10) * SECOND);
	assert_int_equal(kept_write(&now, table, out_bytes, out_len), 0);
	assert_int_equal(*out_len, HEAD + BUCKETS * ENTRY);
}

static unsigned holding(const struct fw_seen_bucket *table, uint32_t mask, uint64_t now_s)
{
	unsigned count = 0;

	for (uint32_t i = 0; i < BUCKETS; i++)
		count += fw_seen_may_hold(&table[fw_hint_line(i & mask, mask)], i & mask, 2 * i + 1) &&
			fw_seen_holds(&table[i & mask], 2 * i + 1, now_s * SECOND, DAY * SECOND);
	return count;
}

/* Ages go on: what had 1,000 seconds left has 400 left after an outage of 600. */
static void a_life_later(void **state)
{
	static const struct {
		uint64_t steady_s, wall_s;
		unsigned hold;
	} cases[] = {
		{30, 5000000, 64},
		{30, 5000000 + 3600, 64},
		{30, 5000000 + DAY - 30000 - 500, 31}, /* tags seen up to 30,000 s before the end */
		{200000, 5000000 + DAY - 2, 1},
		{30, 5000000 + DAY + 1, 0},
		{30, 4999999, 0}, /* a clock that went back */
		{30, UINT64_MAX, 0},
	};
	void *bytes;
	size_t len;

	(void)state;
	written(&bytes, &len);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fw_seen_bucket table[BUCKETS + BUCKETS / FW_HINTS + 1] = {0};
		struct kept now = at(cases[i].steady_s, cases[i].wall_s), then;
		assert_int_equal(kept_read(bytes, len, &then), FW_READ_OK);
		assert_int_equal(then.address_key[1], 22);
		assert_int_equal(kept_fill(bytes, len, &now, table), cases[i].hold);
		assert_int_equal(holding(table, BUCKETS - 1, cases[i].steady_s), cases[i].hold);
		assert_int_equal(holding(table, BUCKETS - 1, cases[i].steady_s + DAY + 10), 0);
	}
	free(bytes);
}

/* Half the buckets hold all; twice as many would need a bit that nobody kept. */
static void tables_of_other_sizes(void **state)
{
	struct fw_seen_bucket table[2 * BUCKETS + 2 * BUCKETS / FW_HINTS + 1] = {0};
	struct kept now = at(30, 5000000);
	void *bytes;
	size_t len;

	(void)state;
	written(&bytes, &len);
	now.mask = 2 * BUCKETS - 1;
	assert_int_equal(kept_fill(bytes, len, &now, table), 0);
	now.mask = BUCKETS / 2 - 1;
	assert_int_equal(kept_fill(bytes, len, &now, table), BUCKETS);
	assert_int_equal(holding(table, now.mask, 30), BUCKETS);
	free(bytes);
}

/* Cut at every byte, and each byte another one: nothing beyond the table, nothing that holds for ever. */
static void damaged(void **state)
{
	struct kept now = at(30, 5000000), then;
	uint8_t *bytes;
	size_t len;

	(void)state;
	written((void **)&bytes, &len);
	for (size_t cut = 0; cut < len; cut++) {
		struct fw_seen_bucket table[BUCKETS + BUCKETS / FW_HINTS + 1] = {0};
		uint8_t *copy = malloc(cut ? cut : 1);
		memcpy(copy, bytes, cut);
		bool whole = cut >= HEAD && (cut - HEAD) % ENTRY == 0;
		assert_int_equal(kept_fill(copy, cut, &now, table), whole ? (cut - HEAD) / ENTRY : 0);
		assert_int_equal(kept_read(copy, cut, &then) == FW_READ_OK, whole);
		free(copy);
	}
	for (size_t i = 0; i < len; i++)
		for (unsigned flip = 1; flip < 256; flip += 127) {
			struct fw_seen_bucket table[BUCKETS + BUCKETS / FW_HINTS + 1] = {0};
			bytes[i] ^= (uint8_t)flip;
			kept_fill(bytes, len, &now, table);
			bytes[i] ^= (uint8_t)flip;
			assert_int_equal(holding(table, BUCKETS - 1, 30 + DAY + 10), 0);
		}
	free(bytes);
}

/* More than the ceiling: the first are kept. */
static void a_ceiling(void **state)
{
	enum { MANY = KEPT_MAX / FW_SEEN_SLOTS * 2 };
	struct fw_seen_bucket *table = calloc(MANY + MANY / FW_HINTS + 1, sizeof(*table));
	struct kept now = at(1000, 5000000);
	void *bytes;
	size_t len;

	(void)state;
	now.mask = MANY - 1;
	for (uint32_t i = 0; i < MANY; i++)
		for (uint32_t k = 0; k < FW_SEEN_SLOTS; k++)
			table[i].slot[k] = (uint64_t)(2 * k + 1) << 32 | 1;
	assert_int_equal(kept_write(&now, table, &bytes, &len), 0);
	assert_int_equal(len, HEAD + (size_t)KEPT_MAX * ENTRY);
	free(bytes);
	free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_life_later),
		cmocka_unit_test(tables_of_other_sizes),
		cmocka_unit_test(damaged),
		cmocka_unit_test(a_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
