/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A keyed hash table of fixed size with exact least-recently-used eviction.
 *
 * Everything the network can fill stands in one of these: it is sized once, a full table is a normal
 * state, and who goes next is decided by last use alone, so that the same input gives the same output.
 * The key is the first key_len bytes of an entry; padding inside it must be zero. SipHash-1-3 with the
 * caller's key keeps an outsider from choosing collisions.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_NONE UINT32_MAX

struct table {
	uint8_t *entries; /* capacity * entry_size */
	struct table_link *links;
	uint32_t *heads; /* power of two buckets */
	uint32_t entry_size, key_len, capacity, bucket_mask;
	uint32_t count, free_head, newest, oldest;
	uint64_t evicted; /* entries dropped because it was full */
	uint8_t hash_key[16];
};

/* entry_size is a multiple of 8; pages are touched only as entries are used. Returns 0 or -ENOMEM. */
int table_init(struct table *table, uint32_t capacity, size_t entry_size, size_t key_len, const uint8_t hash_key[16]);
void table_done(struct table *table);

/* Borrowed entry or NULL; does not change the order of use. */
void *table_find(const struct table *table, const void *key);

/*
 * The entry for key, as most recently used: found, or new with the key copied and the rest zero (*out_new true).
 * When full, the oldest is given to evict (if not NULL) and then reused. Never NULL.
 */
void *table_put(struct table *table, const void *key, bool *out_new, void (*evict)(void *context, void *entry), void *context);

/* Marks as most recently used. */
void table_touch(struct table *table, void *entry);

/* The least recently used entry, or NULL when empty. */
void *table_oldest(const struct table *table);

void table_remove(struct table *table, void *entry);

/* Gives an entry another key, which no entry has yet; its number and place in the order of use stay. Allowed within table_each(). */
void table_rekey(struct table *table, void *entry, const void *key);

/* Entry number for entry and back; numbers are below capacity and stable while the entry lives. */
uint32_t table_index(const struct table *table, const void *entry);
void *table_at(const struct table *table, uint32_t index);

/* Each entry from the least to the most recently used. The callback must not add or remove. */
void table_each(const struct table *table, void (*visit)(void *context, void *entry), void *context);
