/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones, counters, sampled frames: what the kernel says, and the words it works with. */
#include "plane/inside.h"

/* ---- zones ---- */

static struct fw_zone *zone_of(const struct plane *plane, uint32_t place)
{
	return (struct fw_zone *)plane->hold.memory[MAP_ZONES] + (place < plane->hold.entries[MAP_ZONES] ? place : 0);
}

void plane_zone(const struct plane *plane, uint32_t place, struct fw_zone *out_zone)
{
	*out_zone = *zone_of(plane, place);
}

void plane_zone_rules(struct plane *plane, uint32_t place, struct fw_bucket_rule unknown, struct fw_bucket_rule possible)
{
	struct fw_zone *zone = zone_of(plane, place);

	zone->unknown_rule = unknown;
	zone->possible_rule = possible;
}

uint32_t plane_zone_flags(struct plane *plane, uint32_t place, uint32_t clear, uint32_t set)
{
	uint32_t *flags = &zone_of(plane, place)->flags, before = __atomic_load_n(flags, __ATOMIC_RELAXED);

	while (!__atomic_compare_exchange_n(flags, &before, (before & ~clear) | set, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		;
	return before;
}

void plane_zone_clear(struct plane *plane, uint32_t place)
{
	struct fw_zone *zone = zone_of(plane, place);

	plane_zone_flags(plane, place, ~(uint32_t)FW_ZONE_ASIDE, FW_ZONE_ASIDE);
	__atomic_store_n(&zone->unknown, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&zone->possible, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&zone->contradicted, 0, __ATOMIC_RELAXED);
}

/* ---- counters ---- */

int plane_counts(const struct plane *plane, struct fw_shield_counts *out_counts)
{
	return hold_sum(&plane->hold, MAP_COUNTS, 0, out_counts);
}

int plane_zone_counts(const struct plane *plane, uint32_t place, struct fw_zone_count *out_count)
{
	return hold_sum(&plane->hold, MAP_ZONE_COUNTS, place, out_count);
}

uint64_t plane_word(const struct plane *plane, enum fw_shield_word word)
{
	return __atomic_load_n((const uint64_t *)plane->hold.memory[MAP_WORDS] + word, __ATOMIC_RELAXED);
}

/* ---- how full ---- */

void plane_fill(const struct plane *plane, struct plane_fill *out_fill)
{
	uint32_t half = config_active(plane)->names_half & 1;
	struct plane_fill fill = {
		.names_room = (uint64_t)fw_hint_buckets(plane->hold.entries[MAP_NAMES_A]) * FW_NAMES_SLOTS,
		.proven_room = (uint64_t)fw_hint_buckets(plane->hold.entries[MAP_PROVEN]) * FW_SEEN_SLOTS,
		.asked_room = (uint64_t)fw_hint_buckets(plane->hold.entries[MAP_ASKED]) * FW_SEEN_SLOTS,
		.blocked_room = (uint64_t)plane->hold.entries[MAP_BLOCKED] * FW_DIGEST_SLOTS,
		.prefixes_room = plane->hold.entries[MAP_PREFIXES],
		.blocked = plane->blocked,
	};

	fill.names = hold_used(
		plane->hold.memory[half ? MAP_NAMES_B : MAP_NAMES_A], fill.names_room, sizeof(struct fw_name_slot) / sizeof(uint64_t));
	fill.proven = hold_used(plane->hold.memory[MAP_PROVEN], fill.proven_room, 1);
	fill.asked = hold_used(plane->hold.memory[MAP_ASKED], fill.asked_room, 1);
	fill.prefixes = plane_prefix_count(plane);
	*out_fill = fill;
}

/* ---- sampled frames ---- */

struct samples {
	void (*visit)(void *context, const struct fw_shield_sample *sample);
	void *context;
	int count;
};

static int hand_on(void *context, const void *data, size_t len)
{
	struct samples *samples = context;

	samples->count++;
	if (len >= sizeof(struct fw_shield_sample))
		samples->visit(samples->context, data);
	return 0;
}

int plane_fd(const struct plane *plane)
{
	return hold_fd(&plane->hold);
}

int plane_samples(struct plane *plane, void (*visit)(void *context, const struct fw_shield_sample *sample), void *context)
{
	struct samples samples = {visit, context, 0};
	int error = hold_ring(&plane->hold, hand_on, &samples);

	return error ? error : samples.count;
}
