/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where both buckets of a new word are full, somebody must move to its other bucket, which may be full too, and so on. The
 * shortest such chain is searched breadth first (as MemC3 does, Fan et al. 2013) and then walked from its free end: each
 * word is written to its new slot before its old one is given to the next, so a reader finds it in at least one of them. A reader
 * that has looked at one bucket before and at the other after a move misses it, once.
 *
 * What stands beside a word is written while its slot is empty, so that a reader takes no word for one with another's value, unless it
 * read the word before and the value after.
 *
 * The search ends after SEARCHED buckets: with eight slots each, four steps reach over a thousand, and a table that is nine
 * tenths full needs one or two steps.
 */
#include "plane/cuckoo.h"

#include <errno.h>
#include <stddef.h>

enum { SEARCHED = 1024 };

static uint64_t *bucket_of(const struct cuckoo *table, uint32_t bucket)
{
	return table->words + (size_t)bucket * CUCKOO_BUCKET_WORDS;
}

static uint32_t *beside_of(const struct cuckoo *table, uint32_t bucket)
{
	return (uint32_t *)(bucket_of(table, bucket) + table->slots);
}

static uint32_t other_of(const struct cuckoo *table, uint64_t word, uint32_t bucket)
{
	uint32_t two[2];

	table->buckets(table, word, two);
	return two[0] == bucket ? two[1] : two[0];
}

static uint32_t beside_at(const struct cuckoo *table, uint32_t bucket, uint32_t slot)
{
	return table->beside ? beside_of(table, bucket)[slot] : 0;
}

static void put(const struct cuckoo *table, uint32_t bucket, uint32_t slot, uint64_t word, uint32_t beside)
{
	uint64_t *to = &bucket_of(table, bucket)[slot];

	if (table->beside) {
		__atomic_store_n(to, 0, __ATOMIC_SEQ_CST);
		__atomic_store_n(&beside_of(table, bucket)[slot], beside, __ATOMIC_SEQ_CST);
	}
	__atomic_store_n(to, word, __ATOMIC_RELEASE);
}

/* table->slots where there is none. An empty slot is known by all of its bits. */
static uint32_t slot_of(const struct cuckoo *table, uint32_t bucket, uint64_t word, uint64_t key_bits)
{
	const uint64_t *words = bucket_of(table, bucket);
	uint32_t slot = 0;

	while (slot < table->slots && (((words[slot] ^ word) & key_bits) || !words[slot] != !word))
		slot++;
	return slot;
}

static uint32_t free_of(const struct cuckoo *table, uint32_t bucket)
{
	return slot_of(table, bucket, 0, UINT64_MAX);
}

uint64_t *cuckoo_find(const struct cuckoo *table, uint64_t word)
{
	uint32_t two[2], slot;

	if (!word)
		return NULL;
	table->buckets(table, word, two);
	for (int i = 0; i < 2; i++)
		if ((slot = slot_of(table, two[i], word, table->key_bits)) < table->slots)
			return &bucket_of(table, two[i])[slot];
	return NULL;
}

uint32_t cuckoo_beside(const struct cuckoo *table, const uint64_t *slot)
{
	size_t at = (size_t)(slot - table->words);

	return beside_at(table, (uint32_t)(at / CUCKOO_BUCKET_WORDS), at % CUCKOO_BUCKET_WORDS);
}

/* A bucket that the search reached: by moving there what lies in this slot of that step's bucket. */
struct step {
	uint32_t bucket, from, slot;
};

struct newcomer {
	uint64_t word;
	uint32_t beside;
};

static void move_along(
	const struct cuckoo *table, const struct step *steps, uint32_t last, uint32_t free_slot, const struct newcomer *newcomer)
{
	uint32_t slot = free_slot;

	for (uint32_t i = last; steps[i].from != i; i = steps[i].from) {
		uint32_t from = steps[steps[i].from].bucket;

		put(table, steps[i].bucket, slot, bucket_of(table, from)[steps[i].slot], beside_at(table, from, steps[i].slot));
		slot = steps[i].slot;
		last = steps[i].from;
	}
	put(table, steps[last].bucket, slot, newcomer->word, newcomer->beside);
}

int cuckoo_add(const struct cuckoo *table, uint64_t word, uint32_t beside)
{
	struct step steps[SEARCHED];
	uint32_t two[2], count = 2;

	if (cuckoo_find(table, word))
		return -EEXIST;
	table->buckets(table, word, two);
	steps[0] = (struct step){two[0], 0, 0};
	steps[1] = (struct step){two[1], 1, 0};
	for (uint32_t i = 0; i < count; i++) {
		const uint64_t *bucket = bucket_of(table, steps[i].bucket);
		uint32_t slot = free_of(table, steps[i].bucket);

		if (slot < table->slots) {
			move_along(table, steps, i, slot, &(struct newcomer){word, beside});
			return 0;
		}
		for (slot = 0; slot < table->slots && count < SEARCHED; slot++)
			steps[count++] = (struct step){other_of(table, bucket[slot], steps[i].bucket), i, slot};
	}
	return -ENOSPC;
}

int cuckoo_remove(const struct cuckoo *table, uint64_t word)
{
	uint64_t *slot;
	int error = -ENOENT;

	/* Also twice: whoever was killed between two steps of a move left it twice. */
	while ((slot = cuckoo_find(table, word))) {
		__atomic_store_n(slot, 0, __ATOMIC_RELEASE);
		error = 0;
	}
	return error;
}

uint32_t cuckoo_count(const struct cuckoo *table)
{
	uint32_t count = 0;

	for (uint64_t bucket = 0; bucket <= table->mask; bucket++)
		for (uint32_t slot = 0; slot < table->slots; slot++)
			count += bucket_of(table, (uint32_t)bucket)[slot] != 0;
	return count;
}
