/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard's maps. Places and members lie in two buckets of eight (at most 9 in 10 filled, size.c), names in two of four (7 in 8).
 * Members lie in two buckets of
 * eight and never move, as the kernel adds to them too: at most half are filled. A device's flows lie
 * in one bucket of four and forget the one that was idle longest, so there is room for twice as many.
 */
#include <errno.h>

#include "plane/guard_maps.h"
#include "plane/maps.h"
#include "plane/object.h"

static const struct role_map maps[GUARD_MAP_COUNT] = {
	[GUARD_SWITCH] = {"guard_switch", ROLE_MAPPED, sizeof(struct fw_guard_switch)},
	[GUARD_CONFIG] = {"guard_config", ROLE_MAPPED, sizeof(struct fw_guard_config)},
	[GUARD_PLACES] = {"guard_places", ROLE_MAPPED, sizeof(struct fw_place_bucket)},
	[GUARD_DEVICES] = {"guard_devices", ROLE_MAPPED, sizeof(struct fw_guard_device)},
	[GUARD_COUNTS] = {"guard_counts", ROLE_COUNTED, sizeof(struct fw_guard_count)},
	[GUARD_POLICIES_A] = {"guard_policies_a", ROLE_MAPPED, sizeof(struct fw_guard_policy)},
	[GUARD_POLICIES_B] = {"guard_policies_b", ROLE_MAPPED, sizeof(struct fw_guard_policy)},
	[GUARD_RULES_A] = {"guard_rules_a", ROLE_MAPPED, sizeof(struct fw_rule)},
	[GUARD_RULES_B] = {"guard_rules_b", ROLE_MAPPED, sizeof(struct fw_rule)},
	[GUARD_FLOWS] = {"guard_flows", ROLE_PEEKED, sizeof(struct fw_flow_bucket)},
	[GUARD_MEMBERS] = {"guard_members", ROLE_MAPPED, sizeof(struct fw_member_bucket)},
	[GUARD_NAMES] = {"guard_names", ROLE_MAPPED, sizeof(struct fw_name_bucket)},
	[GUARD_BOUND] = {"guard_bound", ROLE_MAPPED, sizeof(struct fw_bound_row)},
	[GUARD_TOTALS] = {"guard_totals", ROLE_COUNTED, sizeof(struct fw_guard_totals)},
	[GUARD_WORDS] = {"guard_words", ROLE_MAPPED, sizeof(uint64_t)},
	[GUARD_FRAMES] = {"guard_frames", ROLE_RING, .any_size = true},
};
_Static_assert(sizeof(struct fw_guard_config) % 8 == 0 && sizeof(struct fw_rule) % 8 == 0,
	"an array's entries lie 8 bytes apart or a multiple of it");
_Static_assert(sizeof(struct fw_guard_count) % 8 == 0 && sizeof(struct fw_guard_totals) % 8 == 0, "words, and no gap between CPUs");
_Static_assert(sizeof(struct role_switch) == sizeof(struct fw_guard_switch) &&
		offsetof(struct role_switch, layout) == offsetof(struct fw_guard_switch, layout),
	"the guard's switch is a role's");
_Static_assert((int)GUARD_MAP_COUNT <= (int)ROLE_MAPS_MAX && (int)PLANE_GUARD_INTERFACES_MAX <= (int)ROLE_SITES_MAX, "room for all");

const struct role role_guard = {
	.name = "guard",
	.own_map = "guard_totals",
	.maps = maps,
	.map_count = GUARD_MAP_COUNT,
	.switch_map = GUARD_SWITCH,
	.layout = FW_GUARD_LAYOUT,
	.shares = true,
	.object = plane_guard_object,
	.object_len = &plane_guard_object_len,
};

int guard_size_check(const struct plane_guard_setup *setup)
{
	if (!setup->devices || !setup->flows)
		return -EINVAL;
	if (setup->devices > (uint32_t)PLANE_GUARD_DEVICES_MAX || setup->rules > PLANE_GUARD_RULES_MAX ||
		setup->flows > PLANE_GUARD_FLOWS_MAX || setup->members > PLANE_GUARD_MEMBERS_MAX || setup->names > PLANE_GUARD_NAMES_MAX ||
		setup->ring_bytes > PLANE_GUARD_RING_MAX)
		return -E2BIG;
	/* a map's entries are counted with 32 bits, and so are the slots of flows */
	return (uint64_t)(setup->devices + FW_STRANGERS) * guard_flow_buckets(setup) > UINT32_MAX / FW_FLOW_SLOTS ? -E2BIG : 0;
}

uint32_t guard_flow_buckets(const struct plane_guard_setup *setup)
{
	return maps_buckets(setup->flows, FW_FLOW_SLOTS, 1, 2);
}

void guard_size(const struct plane_guard_setup *setup, uint32_t entries[GUARD_MAP_COUNT])
{
	uint32_t places = setup->devices + FW_STRANGERS;

	entries[GUARD_SWITCH] = 1;
	entries[GUARD_CONFIG] = 2;
	entries[GUARD_PLACES] = maps_buckets(setup->devices, FW_PLACE_SLOTS, 9, 10);
	entries[GUARD_DEVICES] = entries[GUARD_COUNTS] = places;
	entries[GUARD_POLICIES_A] = entries[GUARD_POLICIES_B] = places;
	entries[GUARD_RULES_A] = entries[GUARD_RULES_B] = setup->rules ? setup->rules : 1;
	entries[GUARD_FLOWS] = places * guard_flow_buckets(setup);
	entries[GUARD_MEMBERS] = maps_buckets(setup->members, FW_MEMBER_SLOTS, 1, 2);
	entries[GUARD_NAMES] = maps_buckets(setup->names, FW_NAME_SLOTS, 7, 8);
	/* few names are followed, and they may share */
	entries[GUARD_BOUND] = maps_power(setup->names > 4 ? setup->names / 4 : 1);
	entries[GUARD_TOTALS] = 1;
	entries[GUARD_WORDS] = FW_GUARD_WORD_COUNT;
	entries[GUARD_FRAMES] = maps_power(setup->ring_bytes < ROLE_RING_LEAST ? ROLE_RING_LEAST : setup->ring_bytes);
}

uint64_t plane_guard_memory(const struct plane_guard_setup *setup)
{
	uint32_t entries[GUARD_MAP_COUNT];
	uint64_t bytes = 0;

	guard_size(setup, entries);
	for (int i = 0; i < GUARD_MAP_COUNT; i++)
		if (maps[i].kind == ROLE_MAPPED || maps[i].kind == ROLE_PEEKED)
			bytes += (uint64_t)entries[i] * maps[i].value_len;
	return bytes + entries[GUARD_FRAMES];
}
