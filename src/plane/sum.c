/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counters, one value per possible CPU and all made of 64-bit words; maps that are looked at a piece at a time; and the ring. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "plane/hold.h"

/* A pinned map may be of another size than one that were made now. */
static int open_ring(struct hold *hold, uint32_t ring)
{
	struct epoll_event event = {.events = EPOLLIN};
	struct bpf_map_info info = {0};
	uint32_t len = sizeof(info);

	if (bpf_obj_get_info_by_fd(hold->descriptors[ring], &info, &len))
		return -errno;
	hold->ring_fd = epoll_create1(EPOLL_CLOEXEC);
	if (hold->ring_fd < 0 || epoll_ctl(hold->ring_fd, EPOLL_CTL_ADD, hold->descriptors[ring], &event))
		return -errno;
	return ring_open(&hold->ring, hold->descriptors[ring], info.max_entries);
}

int hold_sum_open(struct hold *hold)
{
	const struct role *role = hold->role;
	uint32_t largest = 8, ring = 0;
	int cpus = libbpf_num_possible_cpus();

	if (cpus < 0)
		return cpus;
	for (uint32_t i = 0; i < role->map_count; i++) {
		if (role->maps[i].kind == ROLE_COUNTED && role->maps[i].value_len > largest)
			largest = role->maps[i].value_len;
		if (role->maps[i].kind == ROLE_RING)
			ring = i;
	}
	hold->cpus = (uint32_t)cpus;
	hold->summed = calloc(hold->cpus, largest);
	return hold->summed ? open_ring(hold, ring) : -ENOMEM;
}

void hold_sum_close(struct hold *hold)
{
	ring_close(&hold->ring);
	if (hold->ring_fd >= 0)
		close(hold->ring_fd);
	free(hold->summed);
}

int hold_sum(const struct hold *hold, uint32_t map, uint32_t key, void *out)
{
	size_t words = hold->role->maps[map].value_len / sizeof(uint64_t);
	const uint64_t *value = hold->summed;
	uint64_t *sum = out;

	if (hold->dry) {
		hold_sum_dry(hold, map, key, out);
		return 0;
	}
	if (bpf_map_lookup_elem(hold->descriptors[map], &key, hold->summed))
		return -errno;
	memset(sum, 0, words * sizeof(*sum));
	for (uint32_t cpu = 0; cpu < hold->cpus; cpu++)
		for (size_t i = 0; i < words; i++)
			sum[i] += value[cpu * words + i];
	return 0;
}

int hold_sum_clear(struct hold *hold, uint32_t map, uint32_t key)
{
	if (hold->dry) {
		hold_sum_clear_dry(hold, map, key);
		return 0;
	}
	memset(hold->summed, 0, (size_t)hold->cpus * hold->role->maps[map].value_len);
	return bpf_map_update_elem(hold->descriptors[map], &key, hold->summed, BPF_ANY) ? -errno : 0;
}

uint64_t hold_used(const void *memory, uint64_t slots, size_t slot_words)
{
	const uint64_t *word = memory;
	uint64_t count = 0;

	for (uint64_t i = 0; i < slots; i++)
		count += word[i * slot_words] != 0;
	return count;
}

void *hold_window(const struct hold *hold, uint32_t map, uint64_t first, uint64_t count, struct hold_window *out_window)
{
	size_t value_len = hold->role->maps[map].value_len, page = (size_t)sysconf(_SC_PAGESIZE);
	size_t begin = first * value_len / page * page, end = ((first + count) * value_len + page - 1) / page * page;

	*out_window = (struct hold_window){.len = end - begin};
	if (hold->memory[map]) /* tables of this process */
		return (char *)hold->memory[map] + first * value_len;
	out_window->pages = mmap(NULL, end - begin, PROT_READ | PROT_WRITE, MAP_SHARED, hold->descriptors[map], (off_t)begin);
	if (out_window->pages == MAP_FAILED) {
		out_window->pages = NULL;
		return NULL;
	}
	return (char *)out_window->pages + (first * value_len - begin);
}

void hold_window_close(struct hold_window *window)
{
	if (window->pages)
		munmap(window->pages, window->len);
}

int hold_fd(const struct hold *hold)
{
	return hold->dry ? -1 : hold->ring_fd;
}

int hold_ring(struct hold *hold, int (*visit)(void *context, const void *data, size_t len), void *context)
{
	if (hold->dry)
		return hold->of_dry.frames(hold->of_dry.context, visit, context);
	ring_read(&hold->ring, visit, context);
	return 0;
}
