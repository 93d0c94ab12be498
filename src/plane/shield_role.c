/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plane/object.h"
#include "plane/shield_maps.h"

static const struct role_map maps[MAP_COUNT] = {
	[MAP_SWITCH] = {"shield_switch", ROLE_MAPPED, sizeof(struct fw_shield_switch)},
	[MAP_CONFIG] = {"shield_config", ROLE_MAPPED, sizeof(struct fw_shield_config)},
	[MAP_NAMES_A] = {"shield_names_a", ROLE_MAPPED, sizeof(struct fw_names_bucket)},
	[MAP_NAMES_B] = {"shield_names_b", ROLE_MAPPED, sizeof(struct fw_names_bucket)},
	[MAP_ZONES] = {"shield_zones", ROLE_MAPPED, sizeof(struct fw_zone)},
	[MAP_ZONE_COUNTS] = {"shield_zone_counts", ROLE_COUNTED, sizeof(struct fw_zone_count)},
	[MAP_COUNTS] = {"shield_counts", ROLE_COUNTED, sizeof(struct fw_shield_counts)},
	[MAP_CELLS] = {"shield_cells", ROLE_MAPPED, sizeof(uint64_t)},
	[MAP_WORDS] = {"shield_words", ROLE_MAPPED, sizeof(struct fw_shield_words)},
	[MAP_PROVEN] = {"shield_proven", ROLE_MAPPED, sizeof(struct fw_seen_bucket)},
	[MAP_ASKED] = {"shield_asked", ROLE_MAPPED, sizeof(struct fw_seen_bucket)},
	[MAP_BLOCKED] = {"shield_blocked", ROLE_MAPPED, sizeof(struct fw_digest_bucket)},
	[MAP_PREFIXES] = {"shield_prefixes", ROLE_KEYED, 0},
	[MAP_PROTECTED] = {"shield_protected", ROLE_MAPPED, sizeof(struct fw_protected_bucket)},
	[MAP_SAMPLES] = {"shield_samples", ROLE_RING, 0},
};
_Static_assert(sizeof(struct fw_shield_config) % 8 == 0, "an array's entries lie 8 bytes apart or a multiple of it");
_Static_assert(sizeof(struct fw_shield_counts) % 8 == 0 && sizeof(struct fw_zone_count) % 8 == 0, "words, and no gap between CPUs");
_Static_assert(sizeof(struct role_switch) == sizeof(struct fw_shield_switch) &&
		offsetof(struct role_switch, layout) == offsetof(struct fw_shield_switch, layout),
	"the shield's switch is a role's");
_Static_assert((int)MAP_COUNT <= (int)ROLE_MAPS_MAX, "room for all maps");

const struct role role_shield = {
	.name = "shield",
	.own_map = "shield_counts",
	.maps = maps,
	.map_count = MAP_COUNT,
	.switch_map = MAP_SWITCH,
	.layout = FW_SHIELD_LAYOUT,
	.object = plane_shield_object,
	.object_len = &plane_shield_object_len,
};
