/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The set of protected addresses is read by every packet, so a look must cost one cache line: sixteen buckets of four, placed by a
 * multiplication, with a factor (the seed) chosen so that no bucket overflows. The seed stands in the configuration and is
 * switched with it; the table has no second half, so while the set changes it holds both sets, the old under the old seed and the
 * new under the new one:
 *
 *	1. a seed is found under which the new set fits into what the old one leaves free
 *	2. the new addresses are added, the configuration with the new seed is switched to
 *	3. when no packet reads by the old seed any more, what is not of the new set is removed
 *
 * Half of the 64 slots may be taken by each set; two full sets that have nothing in common may find no such seed. Then, and
 * only then, the table is emptied in between, and packets of some microseconds pass unjudged.
 */
#include "plane/protect.h"

#include <errno.h>
#include <string.h>

#include "plane/inside.h"

enum { SEEDS = 1 << 16 };

static const uint8_t nobody[16];

/* Seeds far apart, so that few bits of an address decide differently under each. */
static uint32_t seed_number(uint32_t i)
{
	return (i * 0x9e3779b1u) | 1;
}

static uint8_t *slot_of(struct fw_protected_bucket *bucket, const uint8_t address[16])
{
	for (uint32_t i = 0; i < FW_PROTECTED_SLOTS; i++)
		if (memcmp(bucket->address[i], address, 16) == 0)
			return bucket->address[i];
	return NULL;
}

static bool add_all(struct fw_protected_bucket *table, uint32_t seed, const uint8_t (*addresses)[16], uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct fw_protected_bucket *bucket = &table[fw_protected_place(addresses[i], seed)];
		uint8_t *slot = slot_of(bucket, addresses[i]) ? slot_of(bucket, addresses[i]) : slot_of(bucket, nobody);

		if (!slot)
			return false;
		memcpy(slot, addresses[i], 16);
	}
	return true;
}

int protect_fit(const struct fw_protected_bucket table[FW_PROTECTED_BUCKETS], uint32_t keep, const uint8_t (*addresses)[16], uint32_t count,
	struct fw_protected_bucket out_table[FW_PROTECTED_BUCKETS], uint32_t *out_seed)
{
	struct fw_protected_bucket both[FW_PROTECTED_BUCKETS];

	for (uint32_t i = 0; i <= SEEDS; i++) {
		uint32_t seed = i ? seed_number(i) : keep;

		memcpy(both, table, sizeof(both));
		if (!add_all(both, seed, addresses, count))
			continue;
		memcpy(out_table, both, sizeof(both));
		*out_seed = seed;
		return 0;
	}
	return -ENOSPC;
}

static bool among(const uint8_t address[16], const uint8_t (*addresses)[16], uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (memcmp(addresses[i], address, 16) == 0)
			return true;
	return false;
}

void protect_only(struct fw_protected_bucket table[FW_PROTECTED_BUCKETS], uint32_t seed, const uint8_t (*addresses)[16], uint32_t count)
{
	for (uint32_t b = 0; b < FW_PROTECTED_BUCKETS; b++)
		for (uint32_t i = 0; i < FW_PROTECTED_SLOTS; i++) {
			uint8_t *slot = table[b].address[i];

			if (memcmp(slot, nobody, 16) != 0 && (fw_protected_place(slot, seed) != b || !among(slot, addresses, count)))
				memset(slot, 0, 16);
		}
}

/* Steps 2 and 3. */
static int change(struct plane *plane, const struct fw_protected_bucket *both, const uint8_t (*addresses)[16], uint32_t count)
{
	struct fw_protected_bucket *table = plane->hold.memory[MAP_PROTECTED];
	int error;

	memcpy(table, both, FW_PROTECTED_BUCKETS * sizeof(*table));
	error = config_renew(plane);
	error = error ? error : hold_wait(&plane->hold);
	if (!error)
		protect_only(table, plane->seed, addresses, count);
	return error;
}

int plane_protect(struct plane *plane, const uint8_t (*addresses)[16], uint32_t count)
{
	struct fw_protected_bucket *table = plane->hold.memory[MAP_PROTECTED], both[FW_PROTECTED_BUCKETS];

	if (count > PLANE_PROTECTED_MAX)
		return -E2BIG;
	if (among(nobody, addresses, count))
		return -EINVAL;
	if (protect_fit(table, plane->seed, addresses, count, both, &plane->seed)) {
		memset(table, 0, sizeof(both));
		if (protect_fit(table, plane->seed, addresses, count, both, &plane->seed))
			return -ENOSPC;
	}
	return change(plane, both, addresses, count);
}
