/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plane/maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t mapped_len(const struct role_map *map, uint32_t entries)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), len = (size_t)entries * map->value_len;

	return (len + page - 1) / page * page;
}

void *maps_open(int descriptor, const struct role_map *map, uint32_t entries)
{
	void *memory = mmap(NULL, mapped_len(map, entries), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void maps_close(void *memory, const struct role_map *map, uint32_t entries)
{
	if (memory)
		munmap(memory, mapped_len(map, entries));
}

int maps_size(struct bpf_object *object, const struct role *role, const uint32_t entries[])
{
	for (uint32_t i = 0; i < role->map_count; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(object, role->maps[i].name);
		int error = map ? bpf_map__set_max_entries(map, entries[i]) : -ENOENT;

		if (error)
			return error;
	}
	return 0;
}

bool maps_alike(struct bpf_object *object, const struct role_map *map, int descriptor)
{
	struct bpf_map *wanted = bpf_object__find_map_by_name(object, map->name);
	struct bpf_map_info found = {0};
	uint32_t len = sizeof(found);

	if (!wanted || bpf_obj_get_info_by_fd(descriptor, &found, &len))
		return false;
	return found.type == bpf_map__type(wanted) && found.key_size == bpf_map__key_size(wanted) &&
		found.value_size == bpf_map__value_size(wanted) && (map->any_size || found.max_entries == bpf_map__max_entries(wanted)) &&
		found.map_flags == bpf_map__map_flags(wanted);
}

int maps_descriptor(struct bpf_object *object, const struct role_map *map)
{
	return bpf_object__find_map_fd_by_name(object, map->name);
}

uint32_t maps_power(uint64_t count)
{
	uint32_t power = 1;

	while (power < count)
		power <<= 1;
	return power;
}

uint32_t maps_buckets(uint32_t entries, uint32_t slots, uint32_t num, uint32_t den)
{
	return maps_power(((uint64_t)entries * den + (uint64_t)num * slots - 1) / ((uint64_t)num * slots));
}
