/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person lets be dropped or passed: single addresses in a set of hashes, prefixes in the kernel's trie. */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "plane/digests.h"
#include "plane/inside.h"

/* ---- single addresses ---- */

static struct fw_digest_bucket *table_of(const struct plane *plane)
{
	return plane->hold.memory[MAP_BLOCKED];
}

static uint32_t mask_of(const struct plane *plane)
{
	return plane->hold.entries[MAP_BLOCKED] - 1;
}

static uint64_t digest_of(const struct plane *plane, const uint8_t address[16])
{
	struct fw_address of = fw_address_of(address);

	return fw_shield_digest(config_active(plane)->address_key, &of);
}

/* Packets look into the table only while something is in it: asking is not free. */
static int count_to(struct plane *plane, uint32_t count)
{
	bool changes = (count != 0) != (plane->blocked != 0);

	plane->blocked = count;
	return changes ? config_renew(plane) : 0;
}

int plane_block(struct plane *plane, const uint8_t address[16])
{
	int error;

	if (!plane->configured)
		return -EINVAL;
	error = digests_add(table_of(plane), mask_of(plane), digest_of(plane, address));
	if (error)
		return error == -EEXIST ? 0 : error;
	return count_to(plane, plane->blocked + 1);
}

int plane_unblock(struct plane *plane, const uint8_t address[16])
{
	uint64_t digest = digest_of(plane, address);

	if (digests_remove(table_of(plane), mask_of(plane), digest))
		return 0;
	return count_to(plane, plane->blocked - 1);
}

void plane_blocked_clear(struct plane *plane)
{
	memset(table_of(plane), 0, (size_t)plane->hold.entries[MAP_BLOCKED] * sizeof(struct fw_digest_bucket));
	count_to(plane, 0);
}

uint32_t plane_blocked_count(const struct plane *plane)
{
	return plane->blocked;
}

void blocked_read(struct plane *plane)
{
	/* A table of gigabytes is walked only if it was in use. */
	plane->blocked = config_active(plane)->blocked ? digests_count(table_of(plane), mask_of(plane)) : 0;
}

/* ---- prefixes ---- */

static bool key_of(const struct prefix *prefix, struct fw_prefix_key *out_key)
{
	if (prefix->bits > 128)
		return false;
	out_key->bits = prefix->bits;
	memcpy(out_key->address, prefix->address, sizeof(out_key->address));
	return true;
}

static bool any(const struct plane *plane)
{
	struct fw_prefix_key first;

	return bpf_map_get_next_key(plane->hold.descriptors[MAP_PREFIXES], NULL, &first) == 0;
}

static int prefixed_to(struct plane *plane, bool prefixed)
{
	bool changes = prefixed != plane->prefixed;

	plane->prefixed = prefixed;
	return changes ? config_renew(plane) : 0;
}

int plane_prefix_set(struct plane *plane, const struct prefix *prefix, enum fw_prefix_says says)
{
	struct fw_prefix_key key;

	if (!key_of(prefix, &key))
		return -EINVAL;
	if (bpf_map_update_elem(plane->hold.descriptors[MAP_PREFIXES], &key, &(uint32_t){says}, BPF_ANY))
		return -errno;
	return prefixed_to(plane, true);
}

int plane_prefix_remove(struct plane *plane, const struct prefix *prefix)
{
	struct fw_prefix_key key;

	if (!key_of(prefix, &key))
		return -EINVAL;
	if (bpf_map_delete_elem(plane->hold.descriptors[MAP_PREFIXES], &key))
		return -errno;
	return prefixed_to(plane, any(plane));
}

void plane_prefixes_clear(struct plane *plane)
{
	struct fw_prefix_key key;

	while (bpf_map_get_next_key(plane->hold.descriptors[MAP_PREFIXES], NULL, &key) == 0)
		if (bpf_map_delete_elem(plane->hold.descriptors[MAP_PREFIXES], &key))
			break;
	prefixed_to(plane, any(plane));
}

uint32_t plane_prefix_count(const struct plane *plane)
{
	struct fw_prefix_key key, next;
	uint32_t count = 0;

	for (int more = bpf_map_get_next_key(plane->hold.descriptors[MAP_PREFIXES], NULL, &next); more == 0; count++) {
		key = next;
		more = bpf_map_get_next_key(plane->hold.descriptors[MAP_PREFIXES], &key, &next);
	}
	return count;
}

void prefixes_read(struct plane *plane)
{
	plane->prefixed = any(plane);
}
