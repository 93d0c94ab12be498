/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where both buckets of a new hash are full, somebody must move to its other bucket, which may be full too, and so on. The
 * shortest such chain is searched breadth first (as MemC3 does, Fan et al. 2013) and then walked from its free end: each
 * hash is written to its new slot before its old one is given to the next, so a reader finds it in at least one of them. A reader
 * that has looked at one bucket before and at the other after a move misses it, once.
 *
 * The search ends after SEARCHED buckets: with eight slots each, four steps reach over a thousand, and a table that is nine
 * tenths full needs one or two steps.
 */
#include "plane/digests.h"

#include <errno.h>

enum { SEARCHED = 1024 };

static uint32_t first_of(uint64_t digest, uint32_t mask)
{
	return (uint32_t)digest & mask;
}

static uint32_t second_of(uint64_t digest, uint32_t mask)
{
	return (uint32_t)(digest >> 32) & mask;
}

static uint32_t other_of(uint64_t digest, uint32_t mask, uint32_t bucket)
{
	uint32_t first = first_of(digest, mask);

	return first == bucket ? second_of(digest, mask) : first;
}

static void put(struct fw_digest_bucket *bucket, uint32_t slot, uint64_t digest)
{
	__atomic_store_n(&bucket->slot[slot], digest, __ATOMIC_RELEASE);
}

/* FW_DIGEST_SLOTS where there is none. */
static uint32_t slot_of(const struct fw_digest_bucket *bucket, uint64_t digest)
{
	uint32_t slot = 0;

	while (slot < FW_DIGEST_SLOTS && bucket->slot[slot] != digest)
		slot++;
	return slot;
}

bool digests_find(const struct fw_digest_bucket *table, uint32_t mask, uint64_t digest)
{
	return slot_of(&table[first_of(digest, mask)], digest) < FW_DIGEST_SLOTS ||
		slot_of(&table[second_of(digest, mask)], digest) < FW_DIGEST_SLOTS;
}

/* A bucket that the search reached: by moving there what lies in this slot of that step's bucket. */
struct step {
	uint32_t bucket, from, slot;
};

static void move_along(struct fw_digest_bucket *table, const struct step *steps, uint32_t last, uint32_t free_slot, uint64_t digest)
{
	uint32_t slot = free_slot;

	for (uint32_t i = last; steps[i].from != i; i = steps[i].from) {
		put(&table[steps[i].bucket], slot, table[steps[steps[i].from].bucket].slot[steps[i].slot]);
		slot = steps[i].slot;
		last = steps[i].from;
	}
	put(&table[steps[last].bucket], slot, digest);
}

int digests_add(struct fw_digest_bucket *table, uint32_t mask, uint64_t digest)
{
	struct step steps[SEARCHED] = {{first_of(digest, mask), 0, 0}, {second_of(digest, mask), 1, 0}};
	uint32_t count = 2;

	if (digests_find(table, mask, digest))
		return -EEXIST;
	for (uint32_t i = 0; i < count; i++) {
		const struct fw_digest_bucket *bucket = &table[steps[i].bucket];
		uint32_t slot = slot_of(bucket, 0);

		if (slot < FW_DIGEST_SLOTS) {
			move_along(table, steps, i, slot, digest);
			return 0;
		}
		for (slot = 0; slot < FW_DIGEST_SLOTS && count < SEARCHED; slot++)
			steps[count++] = (struct step){other_of(bucket->slot[slot], mask, steps[i].bucket), i, slot};
	}
	return -ENOSPC;
}

int digests_remove(struct fw_digest_bucket *table, uint32_t mask, uint64_t digest)
{
	const uint32_t buckets[] = {first_of(digest, mask), second_of(digest, mask)};
	int error = -ENOENT;

	/* In both: whoever was killed between two steps of a move left it twice. */
	for (uint32_t i = 0; i < 2; i++)
		for (uint32_t slot = 0; slot < FW_DIGEST_SLOTS; slot++)
			if (table[buckets[i]].slot[slot] == digest) {
				put(&table[buckets[i]], slot, 0);
				error = 0;
			}
	return error;
}

uint32_t digests_count(const struct fw_digest_bucket *table, uint32_t mask)
{
	uint32_t count = 0;

	for (uint64_t i = 0; i <= mask; i++)
		for (uint32_t slot = 0; slot < FW_DIGEST_SLOTS; slot++)
			count += table[i].slot[slot] != 0;
	return count;
}
