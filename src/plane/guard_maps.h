/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard's maps as a list, and how large each becomes. */
#pragma once

#include "plane/guard.h"
#include "plane/role.h"

enum guard_map {
	GUARD_SWITCH,
	GUARD_CONFIG,
	GUARD_PLACES,
	GUARD_DEVICES,
	GUARD_COUNTS,
	GUARD_POLICIES_A,
	GUARD_POLICIES_B,
	GUARD_RULES_A,
	GUARD_RULES_B,
	GUARD_FLOWS,
	GUARD_MEMBERS,
	GUARD_NAMES,
	GUARD_BOUND,
	GUARD_TOTALS,
	GUARD_WORDS,
	GUARD_FRAMES,
	GUARD_MAP_COUNT
};

/* Returns 0, -EINVAL or -E2BIG. */
int guard_size_check(const struct plane_guard_setup *setup);
/* max_entries of each map; of the ring: bytes. */
void guard_size(const struct plane_guard_setup *setup, uint32_t entries[GUARD_MAP_COUNT]);
/* Buckets of each device's flows. */
uint32_t guard_flow_buckets(const struct plane_guard_setup *setup);
