/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard's plane from inside: what its files share. */
#pragma once

#include "base/clock.h"
#include "plane/cuckoo.h"
#include "plane/guard_maps.h"
#include "plane/hold.h"

struct plane_guard {
	struct hold hold;
	bool configured;
	uint32_t flow_buckets; /* of each device */
	const uint64_t *dry_now_ns; /* of struct plane_guard_dry; NULL: the steady clock */
};

static inline struct fw_guard_config *guard_config(const struct plane_guard *guard)
{
	return hold_config(&guard->hold, GUARD_CONFIG);
}

static inline struct fw_guard_device *guard_device(const struct plane_guard *guard, uint32_t place)
{
	return (struct fw_guard_device *)guard->hold.memory[GUARD_DEVICES] + place;
}

/* The clock by which packets are judged. */
static inline uint64_t guard_now(const struct plane_guard *guard)
{
	return guard->dry_now_ns ? *guard->dry_now_ns : clock_steady_ns();
}

/* ---- guard_tables.c ---- */

struct cuckoo guard_places(const struct plane_guard *guard);
struct cuckoo guard_names(const struct plane_guard *guard);
void guard_flows_clear(struct plane_guard *guard, uint32_t place);
