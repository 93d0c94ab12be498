/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What so many names cost in memory: the shield's maps as the kernel accounts them (memlock), and the names in user space, once a zone's content
 * is taken and at most while it was loaded.
 *
 * usage: memory SHIELD NAMES
 *
 * Prints one JSON object. Exits 77 where BPF cannot be had.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shield/shield.h"
#include "shielded.h"

enum { TYPE_SOA = 6, TYPE_A = 1, CELLS = 1 << 20 };

/* In KiB, of /proc/self/status. */
static unsigned long status(const char *field)
{
	char line[256];
	unsigned long value = 0;
	FILE *file = fopen("/proc/self/status", "r");

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, field, strlen(field)))
			value = strtoul(line + strlen(field) + 1, NULL, 10);
	if (file)
		fclose(file);
	return value;
}

static int load_zone(struct names *names, const struct shape_world *world, uint32_t zone, uint32_t count)
{
	uint8_t name[SHAPE_NAME_MAX];
	size_t len = shape_apex(zone, name);
	struct fault fault = {0};
	struct zone_load *load;
	uint32_t place = 0;
	int error = names_zone(names, name, len, &place, &fault);

	if (!error)
		error = names_begin(names, place, &load);
	if (error)
		return error;
	error = names_record(load, name, len, TYPE_SOA);
	for (uint32_t i = 0; !error && i < count; i++) {
		if (shape_zone(world, i) != zone)
			continue;
		len = shape_owner(world, i, name);
		error = names_record(load, name, len, TYPE_A);
	}
	if (!error)
		return names_take(load, &fault);
	names_drop(load);
	return error;
}

/* Prints the members of the object that are about user space. */
static int user_space(uint32_t count)
{
	static const uint8_t key[16] = {1};
	const struct shape_world world = {SHAPE_QUESTION, shape_zones(count), false};
	unsigned long before = status("VmRSS");
	struct names *names;
	int error = names_new(count + 2 * BENCH_SHAPES, world.zones, key, &names);

	for (uint32_t zone = 0; !error && zone < world.zones; zone++)
		error = load_zone(names, &world, zone, count);
	if (error)
		return error;
	printf("\"user_bytes\": %llu, \"user_kib\": %lu, \"user_peak_kib\": %lu, \"user_names\": %u, ",
		(unsigned long long)names_counts(names).bytes, status("VmRSS") - before, status("VmHWM") - before,
		names_counts(names).names);
	names_free(names);
	return 0;
}

static void kernel_maps(const struct shielded *shielded)
{
	struct bpf_map *map;
	const char *comma = "";

	printf("\"maps\": {");
	bpf_object__for_each_map(map, shielded->object)
	{
		printf("%s\"%s\": %llu", comma, bpf_map__name(map), (unsigned long long)shielded_memory(shielded, bpf_map__name(map)));
		comma = ", ";
	}
	printf("}, \"names_in_table\": %u", shielded->name_count);
}

static int say_nothing(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

int main(int argc, char **argv)
{
	uint32_t count = argc == 3 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
	struct shielded_setup setup = {.world = {SHAPE_QUESTION, shape_zones(count), false}, .names = count, .blocked = 1, .cells = CELLS};
	struct shielded shielded;
	int error;

	if (!count) {
		fputs("usage: memory SHIELD NAMES\n", stderr);
		return 2;
	}
	libbpf_set_print(say_nothing);
	printf("{\"names\": %u, ", count);
	error = user_space(count); /* first: the peak is the process's */
	if (!error)
		error = shielded_open(argv[1], &setup, &shielded);
	if (!error) {
		kernel_maps(&shielded);
		shielded_close(&shielded);
	}
	puts("}");
	if (error)
		fprintf(stderr, "memory: %s\n", strerror(-error));
	return error == -EPERM || error == -ENOSYS ? 77 : error ? 1 : 0;
}
