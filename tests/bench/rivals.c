/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rivals.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shapes.h"

enum { TOOL_ROOM = 10000, BY_SOURCE = 1, BY_DESTINATION = 2, OVER_UDP = 8 }; /* what the tool writes into its maps; seen with bpftool */

struct bpf_object *object_load(const char *file, void (*resize)(struct bpf_object *object, const void *context), const void *context)
{
	struct bpf_object *object = bpf_object__open_file(file, NULL);
	struct bpf_map *map;
	int error;

	if (!object)
		return NULL;
	bpf_object__for_each_map(map, object) bpf_map__set_pin_path(map, NULL);
	if (resize)
		resize(object, context);
	error = bpf_object__load(object);
	if (!error)
		return object;
	bpf_object__close(object);
	errno = -error;
	return NULL;
}

static int open_rival(
	const char *folder, const char *name, void (*resize)(struct bpf_object *, const void *), const void *context, struct rival *out)
{
	char file[4096];
	struct bpf_program *program;

	snprintf(file, sizeof(file), "%s/%s", folder, name);
	out->object = object_load(file, resize, context);
	if (!out->object)
		return -errno;
	program = bpf_object__next_program(out->object, NULL);
	out->program = program ? bpf_program__fd(program) : -1;
	return out->program < 0 ? -ENOENT : 0;
}

struct addresses {
	const char *map;
	uint32_t count;
};

static void make_room(struct bpf_object *object, const void *context)
{
	const struct addresses *addresses = context;
	struct bpf_map *map = bpf_object__find_map_by_name(object, addresses->map);

	if (map && addresses->count > TOOL_ROOM)
		bpf_map__set_max_entries(map, addresses->count);
}

/* One value for each CPU. */
static uint64_t *everywhere(uint64_t value)
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t *values = cpus > 0 ? calloc((size_t)cpus, sizeof(*values)) : NULL;

	for (int i = 0; values && i < cpus; i++)
		values[i] = value;
	return values;
}

int rival_block(const char *folder, bool six, uint32_t base, uint32_t count, struct rival *out)
{
	struct addresses addresses = {six ? "filter_ipv6" : "filter_ipv4", count};
	int error = open_rival(folder, "xdpfilt_alw_ip.o", make_room, &addresses, out);
	uint64_t *value = everywhere(BY_SOURCE);
	uint8_t address[16];
	int map = error ? -1 : bpf_object__find_map_fd_by_name(out->object, addresses.map);

	if (!error && !value)
		error = -ENOMEM;
	for (uint32_t i = 0; !error && i < count; i++) {
		shape_source(six, bench_source(base, i), address);
		error = bpf_map_update_elem(map, six ? address : address + 12, value, BPF_ANY);
	}
	free(value);
	return error;
}

int rival_port(const char *folder, struct rival *out)
{
	int error = open_rival(folder, "xdpfilt_alw_udp.o", NULL, NULL, out);
	uint64_t *value = everywhere(BY_DESTINATION | OVER_UDP);
	uint8_t port[4] = {0, 53};

	if (!error && !value)
		error = -ENOMEM;
	if (!error)
		error = bpf_map_update_elem(bpf_object__find_map_fd_by_name(out->object, "filter_ports"), port, value, BPF_ANY);
	free(value);
	return error;
}

uint64_t rival_count(const struct rival *rival, uint32_t verdict)
{
	struct {
		uint64_t packets, bytes;
	} *counts = calloc((size_t)libbpf_num_possible_cpus(), sizeof(*counts));
	uint64_t sum = 0;

	if (counts && !bpf_map_lookup_elem(bpf_object__find_map_fd_by_name(rival->object, "xdp_stats_map"), &verdict, counts))
		for (int i = 0; i < libbpf_num_possible_cpus(); i++)
			sum += counts[i].packets;
	free(counts);
	return sum;
}

void rival_close(struct rival *rival)
{
	bpf_object__close(rival->object);
	rival->object = NULL;
}
