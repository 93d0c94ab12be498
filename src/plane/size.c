/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How large each map becomes. Tables are powers of two, because a place is a hash and a mask; how full one may be is a
 * matter of its kind: names and blocked addresses have two buckets each (cuckoo), where 4 slots a bucket take 97 % and 8 slots
 * 99 % before something finds no place (Dietzfelbinger, Weidling 2007; Fan et al. 2014), so 7 in 8 and 9 in 10 leave room to
 * spare. What is seen has one bucket, and one that is full forgets its oldest: at half, one in a hundred has more than 8.
 */
#include <errno.h>

#include "plane/maps.h"
#include "plane/shield_maps.h"

uint32_t plane_size_names(uint32_t names)
{
	return maps_buckets(names, FW_NAMES_SLOTS, 7, 8);
}

uint32_t plane_size_cells(uint32_t cells)
{
	return maps_power(cells);
}

uint32_t plane_size_seen(uint32_t entries)
{
	return maps_buckets(entries, FW_SEEN_SLOTS, 1, 2);
}

uint32_t plane_size_blocked(uint32_t addresses)
{
	return maps_buckets(addresses, FW_DIGEST_SLOTS, 9, 10);
}

int size_check(const struct plane_setup *setup)
{
	if (!setup->names || !setup->cells || !setup->proven || !setup->asked || !setup->zones)
		return -EINVAL;
	if (setup->names > PLANE_NAMES_MAX || setup->zones > PLANE_ZONES_MAX || setup->cells > PLANE_CELLS_MAX ||
		setup->proven > PLANE_SEEN_MAX || setup->asked > PLANE_SEEN_MAX || setup->blocked > PLANE_BLOCKED_MAX ||
		setup->prefixes > PLANE_PREFIXES_MAX || setup->sample_bytes > PLANE_SAMPLE_MAX)
		return -E2BIG;
	return 0;
}

void size_maps(const struct plane_setup *setup, uint32_t entries[MAP_COUNT])
{
	for (int i = 0; i < MAP_COUNT; i++)
		entries[i] = 1;
	entries[MAP_CONFIG] = 2;
	entries[MAP_NAMES_A] = entries[MAP_NAMES_B] = fw_hint_lines(plane_size_names(setup->names));
	entries[MAP_ZONES] = entries[MAP_ZONE_COUNTS] = setup->zones + 1;
	entries[MAP_CELLS] = plane_size_cells(setup->cells);
	entries[MAP_WORDS] = 1;
	entries[MAP_PROVEN] = fw_hint_lines(plane_size_seen(setup->proven));
	entries[MAP_ASKED] = fw_hint_lines(plane_size_seen(setup->asked));
	entries[MAP_BLOCKED] = plane_size_blocked(setup->blocked);
	entries[MAP_PREFIXES] = setup->prefixes ? setup->prefixes : 1;
	entries[MAP_PROTECTED] = FW_PROTECTED_BUCKETS;
	entries[MAP_SAMPLES] = maps_power(setup->sample_bytes < ROLE_RING_LEAST ? ROLE_RING_LEAST : setup->sample_bytes);
}

/* A node of the kernel's trie: its header, 16 bytes of key and the value, as the allocator rounds it; half of all are forks. */
enum { TRIE_NODE_BYTES = 64, TRIE_NODES_A_PREFIX = 2 };

uint64_t plane_memory(const struct plane_setup *setup)
{
	uint32_t entries[MAP_COUNT];
	uint64_t bytes = 0;

	size_maps(setup, entries);
	for (int i = 0; i < MAP_COUNT; i++)
		bytes += (uint64_t)entries[i] * role_shield.maps[i].value_len;
	return bytes + entries[MAP_SAMPLES] + (uint64_t)entries[MAP_PREFIXES] * TRIE_NODE_BYTES * TRIE_NODES_A_PREFIX;
}
