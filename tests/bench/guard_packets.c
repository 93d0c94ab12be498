/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nanoseconds a packet that leaves a device, by BPF_PROG_TEST_RUN over random frames (guard_driver.bpf.c), beside a bare XDP_PASS.
 *
 * usage: guard_packets DRIVER GUARD DEVICES RULES ROUNDS
 *
 * In each round driver, bare program and guard have their turns after one that is not counted. Nobody takes frames out of the ring and peers never
 * answer: one frame in some that the buckets allow is also copied up, as from a device that talks to the wall; in a house it is less.
 * Prints one JSON object a kind of frames. Exits 77 where BPF cannot be had.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guard_dial.h"
#include "guarded.h"
#include "rivals.h"
#include "setting.h"

enum { ROUNDS_MAX = 101, FRAMES = 20000, WARMING = 200000, FRAME_ROOM = 64 };

enum program { DRIVER, BARE, GUARD, PROGRAMS };

static const char *const program_names[PROGRAMS] = {"driver", "bare pass", "guard"};
static const char *const kind_names[GUARD_FRAMES_KINDS] = {"known", "opening"};

struct bench {
	struct bpf_object *object; /* the driver's; owned */
	struct guard_dial *dial; /* mapped */
	struct guarded guarded;
	int driver, next, program[PROGRAMS];
	uint32_t rounds, took_ns[PROGRAMS][ROUNDS_MAX];
};

static int open_driver(const char *file, struct bench *bench)
{
	struct bpf_program *driver, *bare;
	int dial, next;

	bench->object = object_load(file, NULL, NULL);
	if (!bench->object)
		return -errno;
	driver = bpf_object__find_program_by_name(bench->object, "guard_driver");
	bare = bpf_object__find_program_by_name(bench->object, "guard_bare");
	dial = bpf_object__find_map_fd_by_name(bench->object, "guard_dial");
	next = bpf_object__find_map_fd_by_name(bench->object, "guard_next");
	if (!driver || !bare || dial < 0 || next < 0)
		return -ENOENT;
	bench->dial = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED, dial, 0);
	if (bench->dial == MAP_FAILED)
		return -errno;
	bench->driver = bpf_program__fd(driver);
	bench->next = next;
	bench->program[DRIVER] = -1;
	bench->program[BARE] = bpf_program__fd(bare);
	return 0;
}

static int test_run(const struct bench *bench, uint32_t frames, uint32_t *out_ns)
{
	uint8_t room[FRAME_ROOM] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = room, .data_size_in = sizeof(room), .repeat = (int)frames);
	int error = bpf_prog_test_run_opts(bench->driver, &options);

	*out_ns = options.duration;
	return error ? error : options.retval == XDP_ABORTED ? -EIO : 0;
}

static int call(const struct bench *bench, int program)
{
	uint32_t zero = 0;

	if (program >= 0)
		return bpf_map_update_elem(bench->next, &zero, &program, BPF_ANY);
	bpf_map_delete_elem(bench->next, &zero);
	return 0;
}

static int turn(struct bench *bench, enum program program, uint32_t round)
{
	uint32_t warm_ns;
	int error = call(bench, bench->program[program]);

	if (!error)
		error = test_run(bench, round ? FRAMES / 2 : WARMING, &warm_ns);
	if (!error)
		error = test_run(bench, FRAMES, &bench->took_ns[program][round]);
	return error;
}

static void print(const struct bench *bench, uint64_t made, uint64_t passed)
{
	printf("{\"kind\": \"%s\", \"devices\": %u, \"rules\": %u, \"passed\": %.6f, \"bytes\": %llu", kind_names[bench->dial->kind],
		bench->guarded.devices, bench->guarded.rules, (double)passed / (double)made,
		(unsigned long long)guarded_memory(&bench->guarded));
	for (enum program program = DRIVER; program < PROGRAMS; program++) {
		printf(", \"%s\": [", program_names[program]);
		for (uint32_t round = 0; round < bench->rounds; round++)
			printf("%s%u", round ? ", " : "", bench->took_ns[program][round]);
		printf("]");
	}
	printf("}\n");
}

static int measure(struct bench *bench, enum guard_frames_kind kind)
{
	uint64_t made = 0, passed = guarded_passed(&bench->guarded);
	int error = 0;

	bench->dial->kind = kind;
	for (uint32_t round = 0; !error && round < bench->rounds; round++)
		for (enum program program = DRIVER; !error && program < PROGRAMS; program++) {
			uint64_t before = bench->dial->runs;

			error = turn(bench, program, round);
			made += program == GUARD ? bench->dial->runs - before : 0;
		}
	if (!error)
		print(bench, made, guarded_passed(&bench->guarded) - passed);
	return error;
}

static int say_nothing(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

int main(int argc, char **argv)
{
	static struct bench bench;
	int error;

	if (argc != 6) {
		fputs("usage: guard_packets DRIVER GUARD DEVICES RULES ROUNDS\n", stderr);
		return 2;
	}
	bench.guarded.devices = (uint32_t)strtoul(argv[3], NULL, 10);
	bench.guarded.rules = (uint32_t)strtoul(argv[4], NULL, 10);
	bench.rounds = (uint32_t)strtoul(argv[5], NULL, 10);
	if (bench.rounds > ROUNDS_MAX)
		bench.rounds = ROUNDS_MAX;
	setting_stay();
	libbpf_set_print(say_nothing);
	error = open_driver(argv[1], &bench);
	if (!error)
		error = guarded_open(argv[2], &bench.guarded);
	if (!error) {
		bench.program[GUARD] = bench.guarded.out;
		*bench.dial = (struct guard_dial){.random = 0x123456789abcdefull, .devices = bench.guarded.devices};
	}
	for (enum guard_frames_kind kind = 0; !error && kind < GUARD_FRAMES_KINDS; kind++)
		error = measure(&bench, kind);
	if (error)
		fprintf(stderr, "guard_packets: %s\n", strerror(-error));
	guarded_close(&bench.guarded);
	bpf_object__close(bench.object);
	return error == -EPERM || error == -ENOSYS ? 77 : error ? 1 : 0;
}
