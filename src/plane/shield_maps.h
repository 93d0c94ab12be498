/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shield's maps as a list, and how large each becomes. */
#pragma once

#include "plane/plane.h"
#include "plane/role.h"

enum plane_map {
	MAP_SWITCH,
	MAP_CONFIG,
	MAP_NAMES_A,
	MAP_NAMES_B,
	MAP_ZONES,
	MAP_ZONE_COUNTS,
	MAP_COUNTS,
	MAP_CELLS,
	MAP_WORDS,
	MAP_PROVEN,
	MAP_ASKED,
	MAP_BLOCKED,
	MAP_PREFIXES,
	MAP_PROTECTED,
	MAP_SAMPLES,
	MAP_COUNT
};

/* Returns 0, -EINVAL or -E2BIG. */
int size_check(const struct plane_setup *setup);
/* max_entries of each map; of the ring: bytes. */
void size_maps(const struct plane_setup *setup, uint32_t entries[MAP_COUNT]);
