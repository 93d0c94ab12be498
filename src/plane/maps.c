/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plane/maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct {
	const char *name;
	uint32_t value_len;
	bool mapped;
} maps[MAP_COUNT] = {
	[MAP_SWITCH] = {"shield_switch", sizeof(struct fw_shield_switch), true},
	[MAP_CONFIG] = {"shield_config", sizeof(struct fw_shield_config), true},
	[MAP_NAMES_A] = {"shield_names_a", sizeof(struct fw_names_bucket), true},
	[MAP_NAMES_B] = {"shield_names_b", sizeof(struct fw_names_bucket), true},
	[MAP_ZONES] = {"shield_zones", sizeof(struct fw_zone), true},
	[MAP_ZONE_COUNTS] = {"shield_zone_counts", sizeof(struct fw_zone_count), false},
	[MAP_COUNTS] = {"shield_counts", sizeof(struct fw_shield_counts), false},
	[MAP_CELLS] = {"shield_cells", sizeof(uint64_t), true},
	[MAP_WORDS] = {"shield_words", sizeof(uint64_t), true},
	[MAP_PROVEN] = {"shield_proven", sizeof(struct fw_seen_bucket), true},
	[MAP_ASKED] = {"shield_asked", sizeof(struct fw_seen_bucket), true},
	[MAP_BLOCKED] = {"shield_blocked", sizeof(struct fw_digest_bucket), true},
	[MAP_PREFIXES] = {"shield_prefixes", 0, false},
	[MAP_PROTECTED] = {"shield_protected", sizeof(struct fw_protected_bucket), true},
	[MAP_SAMPLES] = {"shield_samples", 0, false},
};
_Static_assert(sizeof(struct fw_shield_config) % 8 == 0, "an array's entries lie 8 bytes apart or a multiple of it");

const char *maps_name(enum plane_map map)
{
	return maps[map].name;
}

uint32_t maps_value_len(enum plane_map map)
{
	return maps[map].value_len;
}

bool maps_mapped(enum plane_map map)
{
	return maps[map].mapped;
}

static size_t mapped_len(enum plane_map map, uint32_t entries)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), len = (size_t)entries * maps[map].value_len;

	return (len + page - 1) / page * page;
}

void *maps_open(int descriptor, enum plane_map map, uint32_t entries)
{
	void *memory = mmap(NULL, mapped_len(map, entries), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void maps_close(void *memory, enum plane_map map, uint32_t entries)
{
	if (memory)
		munmap(memory, mapped_len(map, entries));
}

int maps_size(struct bpf_object *object, const uint32_t entries[MAP_COUNT])
{
	for (int i = 0; i < MAP_COUNT; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(object, maps[i].name);
		int error = map ? bpf_map__set_max_entries(map, entries[i]) : -ENOENT;

		if (error)
			return error;
	}
	return 0;
}

bool maps_alike(struct bpf_object *object, enum plane_map map, int descriptor)
{
	struct bpf_map *wanted = bpf_object__find_map_by_name(object, maps[map].name);
	struct bpf_map_info found = {0};
	uint32_t len = sizeof(found);

	if (!wanted || bpf_obj_get_info_by_fd(descriptor, &found, &len))
		return false;
	return found.type == bpf_map__type(wanted) && found.key_size == bpf_map__key_size(wanted) &&
		found.value_size == bpf_map__value_size(wanted) && found.max_entries == bpf_map__max_entries(wanted) &&
		found.map_flags == bpf_map__map_flags(wanted);
}

int maps_descriptor(struct bpf_object *object, enum plane_map map)
{
	return bpf_object__find_map_fd_by_name(object, maps[map].name);
}
