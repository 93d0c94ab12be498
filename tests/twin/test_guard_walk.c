/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One packet, three judges: the guard in the kernel, the guard in user space, and the plain list walk of unit/twin/guard_walk.h. What the one
 * lets pass, all do.
 *
 * Argument: guard_twin.bpf.o. Exits 77 where BPF cannot be had.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guard_walk.h"

enum { SCENES = 1000, FRAME_ROOM = 2048, PAGE = 4096 };

struct kernel {
	struct bpf_object *object; /* mappings of its maps end with the process */
	int out, in;
	uint32_t number; /* of the configuration */
};

static int say_warnings(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

static int load(const char *file, struct kernel *out)
{
	const struct fw_guard_sizes *sizes = &guard_bed_sizes;
	const struct {
		const char *name;
		uint32_t entries;
	} wanted[] = {
		{"guard_places", sizes->places},
		{"guard_devices", sizes->devices},
		{"guard_counts", sizes->devices},
		{"guard_policies_a", sizes->devices},
		{"guard_policies_b", sizes->devices},
		{"guard_rules_a", sizes->rules},
		{"guard_rules_b", sizes->rules},
		{"guard_flows", sizes->devices * sizes->flow_buckets},
		{"guard_members", sizes->members},
		{"guard_names", sizes->names},
		{"guard_bound", sizes->bound},
	};
	int error = 0;

	out->object = bpf_object__open_file(file, NULL);
	if (!out->object)
		return -errno;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted) && !error; i++)
		error = bpf_map__set_max_entries(bpf_object__find_map_by_name(out->object, wanted[i].name), wanted[i].entries);
	error = error ? error : bpf_object__load(out->object);
	if (error)
		return error;
	out->out = bpf_program__fd(bpf_object__find_program_by_name(out->object, "guard_out"));
	out->in = bpf_program__fd(bpf_object__find_program_by_name(out->object, "guard_in"));
	return out->out < 0 || out->in < 0 ? -ENODEV : 0;
}

/* A table of the bed, in the kernel's from this entry on. */
static int lay(const struct kernel *kernel, const char *name, uint32_t first, const void *from, uint32_t entries)
{
	struct bpf_map *map = bpf_object__find_map_by_name(kernel->object, name);
	size_t each = bpf_map__value_size(map), all = (each * bpf_map__max_entries(map) + PAGE - 1) / PAGE * PAGE;
	uint8_t *memory = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);

	if (memory == MAP_FAILED)
		return -errno;
	memcpy(memory + first * each, from, entries * each);
	return munmap(memory, all) ? -errno : 0;
}

static int begin(struct kernel *kernel, const struct guard_bed *bed)
{
	const struct fw_guard_sizes *sizes = &guard_bed_sizes;
	const struct fw_guard_tables *t = &bed->t;
	struct fw_guard_switch at = {.config = kernel->number += 2, .layout = FW_GUARD_LAYOUT};
	uint64_t given[3] = {bed->now_ns};

	return lay(kernel, "guard_switch", 0, &at, 1) || lay(kernel, "guard_config", 0, t->config, 1) ||
		lay(kernel, "guard_given", 0, given, 1) || lay(kernel, "guard_places", 0, t->places, sizes->places) ||
		lay(kernel, "guard_devices", 0, t->devices, sizes->devices) ||
		lay(kernel, "guard_policies_a", 0, t->policies[0], sizes->devices) ||
		lay(kernel, "guard_rules_a", 0, t->rules[0], sizes->rules) ||
		lay(kernel, "guard_flows", 0, t->flows, sizes->devices * sizes->flow_buckets) ||
		lay(kernel, "guard_members", 0, t->members, sizes->members) || lay(kernel, "guard_names", 0, t->names, sizes->names) ||
		lay(kernel, "guard_bound", 0, t->bound, sizes->bound) || lay(kernel, "guard_words", 0, t->words, FW_GUARD_WORD_COUNT);
}

/* 1: dropped, 0: passed, or -errno. */
static int judge(const struct kernel *kernel, const struct walk_packet *p)
{
	static uint8_t frame[FRAME_ROOM];
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .data_size_in = guard_bed_frame(&p->talk, p->out, frame), .repeat = 1);
	int error = bpf_prog_test_run_opts(p->out ? kernel->out : kernel->in, &run);

	if (error)
		return error;
	if (p->out)
		return run.retval == XDP_DROP ? 1 : run.retval == XDP_PASS ? 0 : -EPROTO;
	return run.retval == (uint32_t)TC_ACT_SHOT ? 1 : run.retval == (uint32_t)TC_ACT_UNSPEC ? 0 : -EPROTO;
}

/* Packets on which not all agree, or -errno. */
static int play(struct kernel *kernel, uint64_t *random, uint32_t verdicts[2])
{
	static struct walk walk;
	struct guard_bed bed;
	int differ = 0;

	guard_bed_open(&bed);
	walk_scene(random, &walk, &bed);
	if (begin(kernel, &bed))
		differ = -EIO;
	for (uint32_t i = 0; i < WALK_PACKETS && differ >= 0; i++) {
		struct walk_packet p;
		bool want, twin;
		int got;

		walk_packet(random, &p);
		want = walk_drops(walk_judge(&walk, &p));
		(void)(p.out ? guard_bed_out(&bed, &p.talk) : guard_bed_in(&bed, &p.talk));
		twin = bed.last.outcome == FW_GUARD_DROPPED;
		got = judge(kernel, &p);
		verdicts[want]++;
		differ = got < 0 ? got : differ + (got != want || twin != want);
	}
	guard_bed_close(&bed);
	return differ;
}

int main(int argc, char **argv)
{
	uint32_t verdicts[2] = {0}, differ = 0;
	struct kernel kernel = {0};
	uint64_t random = 8520;
	int error;

	if (argc != 2) {
		fprintf(stderr, "usage: test_guard_walk guard_twin.bpf.o\n");
		return 2;
	}
	libbpf_set_print(say_warnings);
	error = geteuid() ? -EPERM : load(argv[1], &kernel);
	if (error == -EPERM || error == -ENOSYS) {
		printf("SKIP twin-guard-walk: %s\n", error == -EPERM ? "loading a BPF program needs root" : "this kernel has no BPF");
		return 77;
	}
	for (uint32_t scene = 0; scene < SCENES && !error; scene++) {
		int found = play(&kernel, &random, verdicts);

		error = found < 0 ? found : 0;
		differ += found > 0 ? (uint32_t)found : 0;
	}
	bpf_object__close(kernel.object);
	if (error) {
		printf("%s\n", strerror(-error));
		return 1;
	}
	printf("%u passed, %u dropped by kernel, twin and plain walk; they differ on %u\n", verdicts[0], verdicts[1], differ);
	return differ || verdicts[0] < SCENES || verdicts[1] < SCENES;
}
