/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"

#include <errno.h>
#include <string.h>

enum { KICKS = 1000, HEADER = 12 };

/* The hashes of all suffixes. */
static void hashes(const struct fw_dns_key *key, const uint8_t *name, size_t len, struct fw_dns_question *out)
{
	uint8_t message[HEADER + FW_DNS_NAME_MAX + 4] = {[5] = 1};

	memcpy(message + HEADER, name, len);
	fw_dns_question_read(message, (uint32_t)(HEADER + len + 4), key, out);
}

static struct fw_name_slot *find(const struct table *table, uint64_t hash)
{
	return fw_names_find(table->buckets, table->mask, hash);
}

/* Cuckoo: what finds both its buckets full pushes out one, which goes on to its other bucket, not back. */
static int put(struct table *table, struct fw_name_slot slot)
{
	uint32_t at = fw_names_second(slot.hash, table->mask);

	table->count++;
	*fw_names_hints(table->buckets, table->mask, slot.hash) |= fw_names_hint(slot.hash);
	for (uint32_t kick = 0; kick < KICKS; kick++) {
		struct fw_name_slot *victim = &table->buckets[at].slot[kick % FW_NAMES_SLOTS], pushed;

		if (fw_names_put(table->buckets, table->mask, &slot))
			return 0;
		pushed = *victim;
		*victim = slot;
		slot = pushed;
		at = fw_names_first(slot.hash, table->mask) == at ? fw_names_second(slot.hash, table->mask)
								  : fw_names_first(slot.hash, table->mask);
	}
	return -ENOSPC;
}

int table_apex(struct table *table, const struct fw_dns_key *key, const uint8_t *name, size_t len, uint32_t zone)
{
	struct fw_dns_question read;
	int error = 0;

	hashes(key, name, len, &read);
	for (uint32_t i = 1; !error && i <= read.labels; i++)
		if (!find(table, fw_dns_suffix(&read, key, i)))
			error = put(table, (struct fw_name_slot){fw_dns_suffix(&read, key, i), 0, FW_NAME_ABOVE});
	return error ? error : put(table, (struct fw_name_slot){fw_dns_suffix(&read, key, 0), zone, FW_NAME_APEX});
}

int table_owner(struct table *table, const struct fw_dns_key *key, const uint8_t *name, size_t len)
{
	struct fw_dns_question read;
	struct fw_name_slot *apex = NULL;
	uint32_t above = 0;
	int error = 0;

	hashes(key, name, len, &read);
	while (!apex && ++above <= read.labels)
		apex = find(table, fw_dns_suffix(&read, key, above));
	if (!apex)
		return -ENOENT;
	for (uint32_t i = 0, zone = apex->zone; !error && i < above; i++)
		if (!find(table, fw_dns_suffix(&read, key, i)))
			error = put(table, (struct fw_name_slot){fw_dns_suffix(&read, key, i), zone, 0});
	return error;
}

int table_digest(struct fw_digest_bucket *buckets, uint32_t mask, uint64_t hash)
{
	uint32_t place = fw_names_first(hash, mask);

	for (uint32_t kick = 0; kick < KICKS; kick++) {
		uint64_t *slots = buckets[place].slot, pushed;

		for (size_t i = 0; i < FW_DIGEST_SLOTS; i++)
			if (!slots[i]) {
				slots[i] = hash;
				return 0;
			}
		if (kick) {
			pushed = slots[kick % FW_DIGEST_SLOTS];
			slots[kick % FW_DIGEST_SLOTS] = hash;
			hash = pushed;
		}
		place = fw_names_first(hash, mask) == place ? fw_names_second(hash, mask) : fw_names_first(hash, mask);
	}
	return -ENOSPC;
}
