/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table beside a stupid twin: an array searched from its start, with the time of each entry's last use. They must
 * agree after every step about what is there, what went, and in which order the rest would go.
 * With --measure N: nanoseconds for find and put at N entries with keys of 40 bytes.
 */
#include "base/table.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "nomem.h"

static const uint8_t HASH_KEY[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static uint32_t random_next(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

struct entry {
	uint32_t key;
	uint32_t key_more;
	uint64_t value;
};

enum { MODEL_MAX = 97, KEY_RANGE = 300, STEPS = 60000 };

struct model {
	struct entry entries[MODEL_MAX];
	uint64_t used_at[MODEL_MAX]; /* 0: free */
	uint64_t now;
};

static struct entry *model_find(struct model *model, uint32_t key)
{
	for (size_t i = 0; i < MODEL_MAX; i++)
		if (model->used_at[i] && model->entries[i].key == key)
			return &model->entries[i];
	return NULL;
}

static struct entry *model_oldest(struct model *model)
{
	size_t oldest = MODEL_MAX;

	for (size_t i = 0; i < MODEL_MAX; i++)
		if (model->used_at[i] && (oldest == MODEL_MAX || model->used_at[i] < model->used_at[oldest]))
			oldest = i;
	return oldest == MODEL_MAX ? NULL : &model->entries[oldest];
}

static void model_touch(struct model *model, struct entry *entry)
{
	model->used_at[entry - model->entries] = ++model->now;
}

static struct entry *model_add(struct model *model, uint32_t key)
{
	for (size_t i = 0; i < MODEL_MAX; i++) {
		if (model->used_at[i])
			continue;
		model->entries[i] = (struct entry){.key = key, .key_more = key * 7};
		model->used_at[i] = ++model->now;
		return &model->entries[i];
	}
	return NULL;
}

struct pair {
	struct table table;
	struct model model;
	uint32_t evicted_key;
	unsigned evictions;
};

static void note_evicted(void *context, void *entry)
{
	struct pair *pair = context;

	pair->evicted_key = ((struct entry *)entry)->key;
	pair->evictions++;
}

static void step_put(struct pair *pair, uint32_t key, uint64_t value)
{
	uint32_t whole_key[2] = {key, key * 7};
	struct entry *expected = model_find(&pair->model, key);
	struct entry *gone = !expected && pair->table.count == MODEL_MAX ? model_oldest(&pair->model) : NULL;
	unsigned evictions = pair->evictions;
	bool is_new;
	struct entry *entry = table_put(&pair->table, whole_key, &is_new, note_evicted, pair);

	assert_int_equal(is_new, !expected);
	assert_int_equal(pair->evictions - evictions, gone ? 1 : 0);
	if (gone) {
		assert_int_equal(pair->evicted_key, gone->key);
		pair->model.used_at[gone - pair->model.entries] = 0;
	}
	if (expected)
		model_touch(&pair->model, expected);
	else
		expected = model_add(&pair->model, key);
	assert_memory_equal(entry, expected, sizeof(*entry));
	entry->value = expected->value = value;
}

/* The next key that nobody has: number and order stay. */
static void step_rekey(struct pair *pair, struct entry *entry, struct entry *expected)
{
	uint32_t key = expected->key;

	while (model_find(&pair->model, key))
		key = (key + 1) % KEY_RANGE;
	table_rekey(&pair->table, entry, (uint32_t[2]){key, key * 7});
	expected->key = key;
	expected->key_more = key * 7;
	assert_memory_equal(entry, expected, sizeof(*entry));
	assert_ptr_equal(table_find(&pair->table, (uint32_t[2]){key, key * 7}), entry);
}

static void step_other(struct pair *pair, unsigned what, uint32_t key)
{
	uint32_t whole_key[2] = {key, key * 7};
	struct entry *expected = model_find(&pair->model, key);
	struct entry *entry = table_find(&pair->table, whole_key);

	assert_int_equal(!entry, !expected);
	if (!entry)
		return;
	assert_memory_equal(entry, expected, sizeof(*entry));
	assert_ptr_equal(table_at(&pair->table, table_index(&pair->table, entry)), entry);
	assert_true(table_index(&pair->table, entry) < MODEL_MAX);
	if (what == 0) {
		table_remove(&pair->table, entry);
		pair->model.used_at[expected - pair->model.entries] = 0;
	} else if (what == 1) {
		table_touch(&pair->table, entry);
		model_touch(&pair->model, expected);
	} else if (what == 2) {
		step_rekey(pair, entry, expected);
	}
}

static void visit_in_order(void *context, void *entry)
{
	struct model *left = context;
	struct entry *oldest = model_oldest(left);

	assert_non_null(oldest);
	assert_memory_equal(oldest, entry, sizeof(*oldest));
	left->used_at[oldest - left->entries] = 0;
}

static void compare_order(const struct pair *pair)
{
	struct model left = pair->model;
	struct entry *oldest = model_oldest(&left), *found = table_oldest(&pair->table);

	assert_int_equal(!oldest, !found);
	if (oldest)
		assert_memory_equal(oldest, found, sizeof(*oldest));
	table_each(&pair->table, visit_in_order, &left);
	assert_null(model_oldest(&left));
}

static void agrees_with_twin(void **state)
{
	static struct pair pair;
	uint32_t random = 20161021;

	assert_int_equal(table_init(&pair.table, MODEL_MAX, sizeof(struct entry), 8, HASH_KEY), 0);
	for (unsigned step = 0; step < STEPS; step++) {
		/* Phases that mostly fill and phases that mostly empty, so that both ends are visited. */
		unsigned bias = step / 4000 % 2 ? 2 : 6;
		unsigned what = random_next(&random) % 8;
		uint32_t key = random_next(&random) % KEY_RANGE;

		if (what < bias)
			step_put(&pair, key, step);
		else
			step_other(&pair, what % 3 ? 0 : random_next(&random) % 3, key);
		if (step % 64 == 0)
			compare_order(&pair);
	}
	assert_true(pair.evictions > 1000);
	assert_int_equal(pair.table.evicted, pair.evictions);
	table_done(&pair.table);
}

static void numbers_ascend_then_are_reused(void **state)
{
	struct table table;
	bool is_new;

	assert_int_equal(table_init(&table, 10, 8, 8, HASH_KEY), 0);
	for (uint64_t key = 0; key < 10; key++)
		assert_int_equal(table_index(&table, table_put(&table, &key, &is_new, NULL, NULL)), key);
	table_remove(&table, table_at(&table, 3));
	table_remove(&table, table_at(&table, 7));
	uint64_t key = 100;
	assert_int_equal(table_index(&table, table_put(&table, &key, &is_new, NULL, NULL)), 7);
	key++;
	assert_int_equal(table_index(&table, table_put(&table, &key, &is_new, NULL, NULL)), 3);
	key++;
	assert_int_equal(table_index(&table, table_put(&table, &key, &is_new, NULL, NULL)), 0);
	assert_int_equal(table.evicted, 1);
	assert_int_equal(table.count, 10);
	table_done(&table);
}

static void odd_key_lengths(void **state)
{
	for (size_t key_len = 1; key_len <= 24; key_len++) {
		struct table table;
		uint8_t key[24] = {0};
		bool is_new;

		assert_int_equal(table_init(&table, 64, 24, key_len, HASH_KEY), 0);
		/* Keys that differ in one byte only, each in another place. */
		for (size_t i = 0; i < key_len; i++) {
			memset(key, 0, sizeof(key));
			key[i] = 1;
			table_put(&table, key, &is_new, NULL, NULL);
			assert_true(is_new);
		}
		memset(key, 0, sizeof(key));
		assert_null(table_find(&table, key));
		key[key_len - 1] = 1;
		assert_non_null(table_find(&table, key));
		assert_int_equal(table.count, key_len);
		table_done(&table);
	}
}

static void one_entry_only(void **state)
{
	struct table table;
	bool is_new;

	assert_int_equal(table_init(&table, 0, 8, 8, HASH_KEY), 0);
	assert_null(table_oldest(&table));
	for (uint64_t key = 0; key < 5; key++) {
		assert_null(table_find(&table, &key));
		assert_non_null(table_put(&table, &key, &is_new, NULL, NULL));
		assert_true(is_new);
	}
	assert_int_equal(table.count, 1);
	assert_int_equal(table.evicted, 4);
	table_done(&table);
	table_done(&table);
}

static void refuses_what_does_not_fit(void **state)
{
	struct table table;

	memset(&table, 0x5a, sizeof(table));
	struct table before = table;

	assert_int_equal(table_init(&table, TABLE_NONE, 8, 8, HASH_KEY), -ENOMEM);
	assert_int_equal(table_init(&table, 1u << 31, 64, 8, HASH_KEY), -ENOMEM);
	assert_int_equal(table_init(&table, 4, 12, 8, HASH_KEY), -ENOMEM);
	assert_int_equal(table_init(&table, 4, 8, 9, HASH_KEY), -ENOMEM);
	assert_memory_equal(&table, &before, sizeof(table));
}

static void survives_no_memory(void **state)
{
	unsigned failed = 0;

	for (;; failed++) {
		struct table table;

		nomem_start(failed, false);
		int error = table_init(&table, 1000, 16, 8, HASH_KEY);

		if (!nomem_stop()) {
			assert_int_equal(error, 0);
			table_done(&table);
			break;
		}
		assert_int_equal(error, -ENOMEM);
	}
	assert_int_equal(failed, 3);
}

struct wide {
	uint8_t key[40];
	uint64_t rest[11];
};

static void key_of(uint8_t key[40], uint32_t number)
{
	memset(key, 0, 40);
	key[10] = key[26] = key[11] = key[27] = 0xff;
	memcpy(key + 12, &number, 4);
	number *= 2654435761u;
	memcpy(key + 28, &number, 4);
}

static double elapsed_ns(const struct timespec *since)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)(now.tv_sec - since->tv_sec) * 1e9 + (double)(now.tv_nsec - since->tv_nsec);
}

static void measure_puts(struct table *table, uint32_t capacity, uint32_t first, const char *what)
{
	struct timespec since;
	uint8_t key[40];
	bool is_new;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &since);
	for (uint32_t i = 0; i < capacity; i++) {
		key_of(key, first + i);
		table_put(table, key, &is_new, NULL, NULL);
	}
	printf("%-28s %6.1f ns\n", what, elapsed_ns(&since) / capacity);
}

/* Keys first to first + range, in no order: a small range stays in the processor's caches, as busy conversations do. */
static void measure_random(struct table *table, bool put, uint32_t first, uint32_t range)
{
	enum { ROUNDS = 2000000 };
	struct timespec since;
	uint32_t random = 1, hits = 0;
	uint8_t key[40];
	bool is_new;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &since);
	for (unsigned i = 0; i < ROUNDS; i++) {
		key_of(key, first + random_next(&random) % range);
		hits += put ? table_put(table, key, &is_new, NULL, NULL) != NULL : table_find(table, key) != NULL;
	}
	printf("%s among %-10u %6.1f ns (%u there)\n", put ? "put " : "find", range, elapsed_ns(&since) / ROUNDS, hits);
}

static int measure(uint32_t capacity)
{
	struct table table;

	if (!capacity || table_init(&table, capacity, sizeof(struct wide), 40, HASH_KEY))
		return 1;
	measure_puts(&table, capacity, 0, "put of a new one");
	for (uint32_t range = 64; range < capacity; range *= 8) {
		measure_random(&table, false, 0, range);
		measure_random(&table, true, 0, range);
	}
	measure_random(&table, false, 0, capacity);
	measure_random(&table, true, 0, capacity);
	measure_random(&table, false, capacity, capacity);
	measure_puts(&table, capacity, capacity, "put that evicts");
	table_done(&table);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_twin),
		cmocka_unit_test(numbers_ascend_then_are_reused),
		cmocka_unit_test(odd_key_lengths),
		cmocka_unit_test(one_entry_only),
		cmocka_unit_test(refuses_what_does_not_fit),
		cmocka_unit_test(survives_no_memory),
	};

	if (argc == 3 && !strcmp(argv[1], "--measure"))
		return measure((uint32_t)strtoul(argv[2], NULL, 10));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
