/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Three arrays, each touched once on the way to an entry:
 *
 *      heads[hash & mask] --> links[i] { hash, chain, newer, older } --> entries[i]
 *           4 bytes               16 bytes, four to a cache line           key first
 *
 * The 32-bit hash stands in the link record, so a walk along a chain stays in that small array and an entry is
 * fetched only when it is almost surely the right one; a prefetch starts that fetch before the compare needs it.
 * Order of use is a doubly linked list through the same records, by index: exact, and no memory of its own.
 *
 * All three arrays come zeroed and untouched from calloc, and zero has a meaning everywhere: a head holds index + 1,
 * so 0 is an empty bucket; a free record's chain holds the distance from its right neighbour to the next free one,
 * so a record that was never used names its neighbour. Thus the list of free entries exists without having been
 * written, hands out fresh ones in ascending order, and a table costs resident memory only for what it has held.
 */
#include "base/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/siphash.h"

struct table_link {
	uint32_t hash;
	uint32_t chain; /* in use: index + 1 of the next in the bucket, 0 at its end; free: distance as above */
	uint32_t newer, older;
};

/* At least two buckets an entry: shorter chains bought a sixth of the time of a lookup for 8 bytes an entry. */
static uint32_t bucket_count(uint32_t capacity)
{
	uint32_t count = 2;

	while (count / 2 < capacity && count < 1u << 31)
		count <<= 1;
	return count;
}

int table_init(struct table *table, uint32_t capacity, size_t entry_size, size_t key_len, const uint8_t hash_key[16])
{
	if (!capacity)
		capacity = 1;
	uint32_t buckets = bucket_count(capacity);
	struct table made = {
		.entry_size = (uint32_t)entry_size,
		.key_len = (uint32_t)key_len,
		.capacity = capacity,
		.bucket_mask = buckets - 1,
		.newest = TABLE_NONE,
		.oldest = TABLE_NONE,
	};

	/* Beyond this, table_index() would not fit its 32 bits. */
	if (!entry_size || entry_size % 8 || key_len > entry_size || entry_size / 8 > UINT32_MAX / capacity || capacity == TABLE_NONE)
		return -ENOMEM;
	memcpy(made.hash_key, hash_key, sizeof(made.hash_key));
	made.entries = calloc(capacity, entry_size);
	made.links = calloc(capacity, sizeof(*made.links));
	made.heads = calloc(buckets, sizeof(*made.heads));
	if (!made.entries || !made.links || !made.heads) {
		table_done(&made);
		return -ENOMEM;
	}
	*table = made;
	return 0;
}

void table_done(struct table *table)
{
	free(table->entries);
	free(table->links);
	free(table->heads);
	*table = (struct table){.newest = TABLE_NONE, .oldest = TABLE_NONE};
}

static uint32_t hash_of(const struct table *table, const void *key)
{
	return (uint32_t)fw_siphash13(table->hash_key, key, table->key_len);
}

/* memcmp() with a length only known here is a call; most keys are whole words. */
static bool same_key(const uint8_t *one, const uint8_t *other, uint32_t len)
{
	uint64_t a, b, differ = 0;

	for (; len >= sizeof(a); len -= (uint32_t)sizeof(a), one += sizeof(a), other += sizeof(a)) {
		memcpy(&a, one, sizeof(a));
		memcpy(&b, other, sizeof(b));
		differ |= a ^ b;
	}
	return !differ && (!len || !memcmp(one, other, len));
}

static uint32_t find_hashed(const struct table *table, const void *key, uint32_t hash)
{
	for (uint32_t next = table->heads[hash & table->bucket_mask]; next; next = table->links[next - 1].chain) {
		uint8_t *entry = table_at(table, next - 1);

		__builtin_prefetch(entry);
		if (table->links[next - 1].hash == hash && same_key(entry, key, table->key_len))
			return next - 1;
	}
	return TABLE_NONE;
}

void *table_find(const struct table *table, const void *key)
{
	uint32_t index = table->count ? find_hashed(table, key, hash_of(table, key)) : TABLE_NONE;

	return index == TABLE_NONE ? NULL : table_at(table, index);
}

static void order_leave(struct table *table, uint32_t index)
{
	struct table_link *link = &table->links[index];

	if (link->newer == TABLE_NONE)
		table->newest = link->older;
	else
		table->links[link->newer].older = link->older;
	if (link->older == TABLE_NONE)
		table->oldest = link->newer;
	else
		table->links[link->older].newer = link->newer;
}

static void order_join(struct table *table, uint32_t index)
{
	struct table_link *link = &table->links[index];

	link->newer = TABLE_NONE;
	link->older = table->newest;
	if (table->newest == TABLE_NONE)
		table->oldest = index;
	else
		table->links[table->newest].newer = index;
	table->newest = index;
}

static void order_renew(struct table *table, uint32_t index)
{
	if (table->newest == index)
		return;
	order_leave(table, index);
	order_join(table, index);
}

static void bucket_leave(struct table *table, uint32_t index)
{
	uint32_t *from = &table->heads[table->links[index].hash & table->bucket_mask];

	while (*from != index + 1)
		from = &table->links[*from - 1].chain;
	*from = table->links[index].chain;
}

static void bucket_join(struct table *table, uint32_t index, uint32_t hash)
{
	uint32_t *head = &table->heads[hash & table->bucket_mask];

	table->links[index].hash = hash;
	table->links[index].chain = *head;
	*head = index + 1;
}

static uint32_t free_take(struct table *table)
{
	uint32_t index = table->free_head;

	table->free_head = index + 1 + table->links[index].chain;
	return index;
}

static void free_give(struct table *table, uint32_t index)
{
	table->links[index].chain = table->free_head - (index + 1);
	table->free_head = index;
}

void *table_put(struct table *table, const void *key, bool *out_new, void (*evict)(void *context, void *entry), void *context)
{
	uint32_t hash = hash_of(table, key);
	uint32_t index = find_hashed(table, key, hash);

	*out_new = index == TABLE_NONE;
	if (!*out_new) {
		order_renew(table, index);
		return table_at(table, index);
	}
	if (table->count == table->capacity) {
		void *oldest = table_oldest(table);

		if (evict)
			evict(context, oldest);
		table_remove(table, oldest);
		table->evicted++;
	}
	index = free_take(table);
	bucket_join(table, index, hash);
	order_join(table, index);
	table->count++;

	uint8_t *entry = table_at(table, index);

	memcpy(entry, key, table->key_len);
	memset(entry + table->key_len, 0, table->entry_size - table->key_len);
	return entry;
}

void table_touch(struct table *table, void *entry)
{
	order_renew(table, table_index(table, entry));
}

void *table_oldest(const struct table *table)
{
	return table->oldest == TABLE_NONE ? NULL : table_at(table, table->oldest);
}

void table_remove(struct table *table, void *entry)
{
	uint32_t index = table_index(table, entry);

	bucket_leave(table, index);
	order_leave(table, index);
	free_give(table, index);
	table->count--;
}

void table_rekey(struct table *table, void *entry, const void *key)
{
	uint32_t index = table_index(table, entry);

	bucket_leave(table, index);
	memcpy(entry, key, table->key_len);
	bucket_join(table, index, hash_of(table, key));
}

/* In units of 8 bytes, so that 32 bits suffice: a 64-bit division is several times slower on many processors. */
uint32_t table_index(const struct table *table, const void *entry)
{
	size_t offset = (size_t)((const uint8_t *)entry - table->entries);

	return (uint32_t)(offset / 8) / (table->entry_size / 8);
}

void *table_at(const struct table *table, uint32_t index)
{
	return table->entries + (size_t)index * table->entry_size;
}

void table_each(const struct table *table, void (*visit)(void *context, void *entry), void *context)
{
	for (uint32_t index = table->oldest; index != TABLE_NONE; index = table->links[index].newer)
		visit(context, table_at(table, index));
}
