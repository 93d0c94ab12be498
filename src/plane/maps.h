/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shield's maps as a list: names, sizes, and whether memory of them is mapped here. */
#pragma once

#include "plane/plane.h"

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

enum { SIZE_RING_LEAST = 65536 };

/* Returns 0, -EINVAL or -E2BIG. */
int size_check(const struct plane_setup *setup);
/* max_entries of each map; of the ring: bytes. */
void size_maps(const struct plane_setup *setup, uint32_t entries[MAP_COUNT]);

const char *maps_name(enum plane_map map); /* also of its pin */
uint32_t maps_value_len(enum plane_map map); /* bytes of one entry; 0 where it is not an array */
bool maps_mapped(enum plane_map map); /* an ARRAY with BPF_F_MMAPABLE */

/* The memory of a map: entries * value_len, as the kernel lays it out. NULL on failure. */
void *maps_open(int descriptor, enum plane_map map, uint32_t entries);
void maps_close(void *memory, enum plane_map map, uint32_t entries);

struct bpf_object;

/* Sets max_entries of every map of an object that is not loaded yet. Returns 0 or -ENOENT: the object has no such map. */
int maps_size(struct bpf_object *object, const uint32_t entries[MAP_COUNT]);

/* Whether the map behind descriptor is as the object wants it: kind, key, value, entries, flags. */
bool maps_alike(struct bpf_object *object, enum plane_map map, int descriptor);

int maps_descriptor(struct bpf_object *object, enum plane_map map); /* borrowed, of a loaded object */
