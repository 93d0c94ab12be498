/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The maps of a role: memory of them, their sizes in an object that is not loaded yet, those that are pinned. */
#pragma once

#include "plane/role.h"

/* The memory of a map: entries * value_len, as the kernel lays it out. NULL on failure. */
void *maps_open(int descriptor, const struct role_map *map, uint32_t entries);
void maps_close(void *memory, const struct role_map *map, uint32_t entries);

struct bpf_object;

/* Sets max_entries of every map of an object that is not loaded yet. Returns 0 or -ENOENT: the object has no such map. */
int maps_size(struct bpf_object *object, const struct role *role, const uint32_t entries[]);

/* Whether the map behind descriptor is as the object wants it: kind, key, value, flags, and entries but for any_size. */
bool maps_alike(struct bpf_object *object, const struct role_map *map, int descriptor);

int maps_descriptor(struct bpf_object *object, const struct role_map *map); /* borrowed, of a loaded object */

/* The least power of two that is no less. Pure. */
uint32_t maps_power(uint64_t count);
/* Buckets, a power of two, for entries that may fill num of den slots of each. Pure. */
uint32_t maps_buckets(uint32_t entries, uint32_t slots, uint32_t num, uint32_t den);
