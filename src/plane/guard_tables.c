/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What hangs on the configuration's keys: places, names, members, flows.
 *
 * Places and names have one writer, us, and are exact tables (cuckoo.c). Members have two: a DNS answer binds an address in the kernel
 * at the moment at which we may add, lengthen or take out another. So a member never moves, and each slot changes by
 * compare-and-swap alone: who finds it changed looks again. (wire/guard_key.h, which both worlds use.)
 */
#include <errno.h>
#include <string.h>

#include "plane/guard_inside.h"
#include "wire/guard_key.h"

static void buckets_of_mac(const struct cuckoo *table, uint64_t word, uint32_t out_buckets[2])
{
	uint64_t hash = fw_guard_mac_hash(table->hash_key, word >> 16);

	out_buckets[0] = fw_guard_first(hash, table->mask);
	out_buckets[1] = fw_guard_second(hash, table->mask);
}

static void buckets_of_name(const struct cuckoo *table, uint64_t digest, uint32_t out_buckets[2])
{
	out_buckets[0] = fw_guard_first(digest, table->mask);
	out_buckets[1] = fw_guard_second(digest, table->mask);
}

struct cuckoo guard_places(const struct plane_guard *guard)
{
	return (struct cuckoo){.words = guard->hold.memory[GUARD_PLACES],
		.slots = FW_PLACE_SLOTS,
		.mask = guard->hold.entries[GUARD_PLACES] - 1,
		.key_bits = ~0xffffull,
		.buckets = buckets_of_mac,
		.hash_key = guard_config(guard)->key};
}

struct cuckoo guard_names(const struct plane_guard *guard)
{
	return (struct cuckoo){.words = guard->hold.memory[GUARD_NAMES],
		.slots = FW_NAME_SLOTS,
		.mask = guard->hold.entries[GUARD_NAMES] - 1,
		.beside = true,
		.key_bits = UINT64_MAX,
		.buckets = buckets_of_name};
}
_Static_assert(sizeof(struct fw_name_bucket) == CUCKOO_BUCKET_WORDS * sizeof(uint64_t) &&
		offsetof(struct fw_name_bucket, set) == FW_NAME_SLOTS * sizeof(uint64_t),
	"sets stand behind the digests");

/* Where they cannot be mapped (no memory), they are forgotten as they grow old. */
static void clear_flows(struct plane_guard *guard, uint64_t first, uint64_t count)
{
	struct hold_window window;
	struct fw_flow_bucket *flows = hold_window(&guard->hold, GUARD_FLOWS, first, count, &window);

	if (flows)
		memset(flows, 0, count * sizeof(*flows));
	hold_window_close(&window);
}

void guard_flows_clear(struct plane_guard *guard, uint32_t place)
{
	clear_flows(guard, (uint64_t)place * guard->flow_buckets, guard->flow_buckets);
}

void plane_guard_forget(struct plane_guard *guard)
{
	static const enum guard_map hashed[] = {GUARD_PLACES, GUARD_DEVICES, GUARD_MEMBERS, GUARD_NAMES, GUARD_BOUND};

	for (size_t i = 0; i < sizeof(hashed) / sizeof(hashed[0]); i++)
		memset(guard->hold.memory[hashed[i]], 0, (size_t)guard->hold.entries[hashed[i]] * role_guard.maps[hashed[i]].value_len);
	clear_flows(guard, 0, guard->hold.entries[GUARD_FLOWS]);
	hold_renew(&guard->hold);
}

/* ---- members ---- */

static struct fw_member_bucket *members_of(const struct plane_guard *guard)
{
	return guard->hold.memory[GUARD_MEMBERS];
}

int plane_guard_member_add(struct plane_guard *guard, uint32_t set, const uint8_t address[16], uint64_t until_ns)
{
	struct fw_guard_member member = {.set = set, .now_ns = guard_now(guard), .end_ns = until_ns};

	if (!set || !guard->configured)
		return -EINVAL;
	memcpy(member.address, address, sizeof(member.address));
	return fw_guard_member_add(members_of(guard), guard_config(guard), &member) ? 0 : -ENOSPC;
}

int plane_guard_name_bind(struct plane_guard *guard, uint64_t digest, uint32_t set, const uint8_t address[16], uint64_t until_ns)
{
	struct fw_guard_member member = {.set = set, .now_ns = guard_now(guard), .end_ns = until_ns};
	struct fw_bound_row *rows = guard->hold.memory[GUARD_BOUND];

	if (!set || !digest || !guard->configured)
		return -EINVAL;
	memcpy(member.address, address, sizeof(member.address));
	return fw_guard_name_bind(members_of(guard), rows, guard_config(guard), &member, digest) ? 0 : -ENOSPC;
}

int plane_guard_member_remove(struct plane_guard *guard, uint32_t set, const uint8_t address[16])
{
	if (!set || !guard->configured)
		return -ENOENT;
	return fw_guard_member_remove(members_of(guard), guard_config(guard), set, address) ? 0 : -ENOENT;
}

bool plane_guard_member_find(const struct plane_guard *guard, uint32_t set, const uint8_t address[16], uint64_t now_ns)
{
	const struct fw_guard_config *config = guard_config(guard);
	struct fw_guard_address of = fw_guard_address_of(address);
	uint64_t hash = fw_guard_member_hash(config->key, set, &of), now = fw_guard_tick(now_ns);
	const struct fw_member_bucket *members = members_of(guard);
	uint32_t tag = fw_guard_member_tag(hash);

	if (!set || !guard->configured)
		return false;
	return fw_guard_member_in(&members[fw_guard_first(hash, config->members_mask)], tag, now) ||
		fw_guard_member_in(&members[fw_guard_member_second(hash, config->members_mask)], tag, now);
}

/* ---- names ---- */

int plane_guard_name_add(struct plane_guard *guard, uint64_t digest, uint32_t set)
{
	struct cuckoo names = guard_names(guard);
	const uint64_t *slot;

	if (!digest || !set)
		return -EINVAL;
	slot = cuckoo_find(&names, digest);
	if (slot && cuckoo_beside(&names, slot) == set)
		return 0;
	if (slot)
		cuckoo_remove(&names, digest);
	return cuckoo_add(&names, digest, set);
}

int plane_guard_name_remove(struct plane_guard *guard, uint64_t digest)
{
	struct cuckoo names = guard_names(guard);

	return cuckoo_remove(&names, digest);
}

uint32_t plane_guard_name_find(const struct plane_guard *guard, uint64_t digest)
{
	struct cuckoo names = guard_names(guard);
	const uint64_t *slot = cuckoo_find(&names, digest);

	return slot ? cuckoo_beside(&names, slot) : 0;
}
