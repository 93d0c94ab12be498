/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of 64-bit words in buckets of one cache line, two buckets for each word (cuckoo), in memory that the kernel reads
 * while it changes; user space alone writes. Behind blocked addresses, places and names. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { CUCKOO_BUCKET_WORDS = 8, CUCKOO_SLOTS_MAX = 8 };

struct cuckoo {
	uint64_t *words; /* all buckets; a slot of 0 is empty */
	uint32_t slots; /* of a bucket: its first words */
	uint32_t mask; /* buckets less one */
	bool beside; /* behind the words of a bucket stand as many 32-bit values, which go with them */
	uint64_t key_bits; /* bits by which a word is known: the rest is its value */
	void (*buckets)(const struct cuckoo *table, uint64_t word, uint32_t out_buckets[2]);
	const uint64_t *hash_key; /* for buckets() */
};

/* The slot of whatever has these key bits, or NULL. */
uint64_t *cuckoo_find(const struct cuckoo *table, uint64_t word);
/* The value beside a slot that was found. */
uint32_t cuckoo_beside(const struct cuckoo *table, const uint64_t *slot);

/* Nothing that is in the table is missing at any moment, but for a look that falls between two steps. Returns 0, -EEXIST or -ENOSPC. */
int cuckoo_add(const struct cuckoo *table, uint64_t word, uint32_t beside);

/* Returns 0 or -ENOENT. */
int cuckoo_remove(const struct cuckoo *table, uint64_t word);

uint32_t cuckoo_count(const struct cuckoo *table);
