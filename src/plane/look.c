/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones, counters, sampled frames: what the kernel says, and the words it works with. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plane/inside.h"

/* ---- zones ---- */

static struct fw_zone *zone_of(const struct plane *plane, uint32_t place)
{
	return (struct fw_zone *)plane->memory[MAP_ZONES] + (place < plane->entries[MAP_ZONES] ? place : 0);
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

/* ---- counters: one value per possible CPU, all made of 64-bit words ---- */

_Static_assert(sizeof(struct fw_shield_counts) % 8 == 0 && sizeof(struct fw_zone_count) % 8 == 0, "words, and no gap between CPUs");

static int sum(const struct plane *plane, int descriptor, uint32_t key, uint64_t *out, size_t words)
{
	const uint64_t *value = plane->summed;

	if (bpf_map_lookup_elem(descriptor, &key, plane->summed))
		return -errno;
	memset(out, 0, words * sizeof(*out));
	for (uint32_t cpu = 0; cpu < plane->cpus; cpu++)
		for (size_t i = 0; i < words; i++)
			out[i] += value[cpu * words + i];
	return 0;
}

int plane_counts(const struct plane *plane, struct fw_shield_counts *out_counts)
{
	return sum(plane, plane->counts, 0, (uint64_t *)out_counts, sizeof(*out_counts) / sizeof(uint64_t));
}

int plane_zone_counts(const struct plane *plane, uint32_t place, struct fw_zone_count *out_count)
{
	return sum(plane, plane->zone_counts, place, (uint64_t *)out_count, sizeof(*out_count) / sizeof(uint64_t));
}

uint64_t plane_word(const struct plane *plane, enum fw_shield_word word)
{
	return __atomic_load_n((const uint64_t *)plane->memory[MAP_WORDS] + word, __ATOMIC_RELAXED);
}

/* ---- how full ---- */

static uint64_t used(const void *memory, uint64_t slots, size_t slot_words)
{
	const uint64_t *word = memory;
	uint64_t count = 0;

	for (uint64_t i = 0; i < slots; i++)
		count += word[i * slot_words] != 0;
	return count;
}

void plane_fill(const struct plane *plane, struct plane_fill *out_fill)
{
	uint32_t half = config_active(plane)->names_half & 1;
	struct plane_fill fill = {
		.names_room = (uint64_t)fw_hint_buckets(plane->entries[MAP_NAMES_A]) * FW_NAMES_SLOTS,
		.proven_room = (uint64_t)fw_hint_buckets(plane->entries[MAP_PROVEN]) * FW_SEEN_SLOTS,
		.asked_room = (uint64_t)fw_hint_buckets(plane->entries[MAP_ASKED]) * FW_SEEN_SLOTS,
		.blocked_room = (uint64_t)plane->entries[MAP_BLOCKED] * FW_DIGEST_SLOTS,
		.prefixes_room = plane->entries[MAP_PREFIXES],
		.blocked = plane->blocked,
	};

	fill.names = used(plane->memory[half ? MAP_NAMES_B : MAP_NAMES_A], fill.names_room, sizeof(struct fw_name_slot) / sizeof(uint64_t));
	fill.proven = used(plane->memory[MAP_PROVEN], fill.proven_room, 1);
	fill.asked = used(plane->memory[MAP_ASKED], fill.asked_room, 1);
	fill.prefixes = plane_prefix_count(plane);
	*out_fill = fill;
}

/* ---- sampled frames ---- */

static int hand_on(void *context, void *data, size_t len)
{
	const struct plane *plane = context;

	if (plane->visit && len >= sizeof(struct fw_shield_sample))
		plane->visit(plane->visit_context, data);
	return 0;
}

int look_open(struct plane *plane)
{
	size_t largest = sizeof(struct fw_shield_counts) > sizeof(struct fw_zone_count) ? sizeof(struct fw_shield_counts)
											: sizeof(struct fw_zone_count);
	int cpus = libbpf_num_possible_cpus();

	if (cpus < 0)
		return cpus;
	plane->cpus = (uint32_t)cpus;
	plane->summed = calloc(plane->cpus, largest);
	plane->ring = ring_buffer__new(plane->samples, hand_on, plane, NULL);
	return plane->summed && plane->ring ? 0 : errno ? -errno : -ENOMEM;
}

void look_close(struct plane *plane)
{
	ring_buffer__free(plane->ring);
	free(plane->summed);
}

int plane_fd(const struct plane *plane)
{
	return ring_buffer__epoll_fd(plane->ring);
}

int plane_samples(struct plane *plane, void (*visit)(void *context, const struct fw_shield_sample *sample), void *context)
{
	int count;

	plane->visit = visit;
	plane->visit_context = context;
	count = ring_buffer__consume(plane->ring);
	plane->visit = NULL;
	return count;
}
