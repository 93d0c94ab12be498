/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nanoseconds a packet, by BPF_PROG_TEST_RUN over random frames (how, and how honestly: driver.bpf.c).
 *
 * usage: packets DRIVER SHIELD XDP-FILTER-FOLDER 4|6 NAMES SOURCES ROUNDS CASE...
 *
 * All cases at one size. In each round each program has its turn on frames of the same making, after a shorter turn that warms the
 * caches and is not counted. Prints one JSON object a case and program: what each round took, and what it did with the frames
 * by its own counters, so that a figure for "drop" cannot come from frames that passed. Exits 77 where BPF cannot be had.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rivals.h"
#include "setting.h"

enum { ROUNDS_MAX = 101, FRAMES = 50000, WARMING = 25000 };

enum program { DRIVER, DROP, PASS, BLOCK, PORT, SHIELD, PROGRAMS };

static const char *const program_names[PROGRAMS] = {"driver", "bare drop", "bare pass", "xdp-filter ip", "xdp-filter udp", "shield"};

struct bench {
	struct setting setting;
	const struct setting_case *what;
	uint32_t rounds;
	int program[PROGRAMS]; /* -1: not there, or the driver alone */
	struct rival block, port;
	struct fw_shield_counts before;
	uint64_t runs[PROGRAMS], dropped[PROGRAMS]; /* of this case; by rivals so far */
	uint32_t took_ns[PROGRAMS][ROUNDS_MAX];
};

static int open_all(struct bench *bench, char **files)
{
	struct setting *setting = &bench->setting;
	int error = setting_open(files[0], files[1], setting);

	if (error)
		return error;
	bench->program[DRIVER] = -1;
	bench->program[DROP] = setting->drop;
	bench->program[PASS] = setting->pass;
	bench->program[SHIELD] = setting->shield.program;
	error = rival_block(files[2], setting->world.six, SETTING_BLOCKED_BASE, setting->sources, &bench->block);
	bench->program[BLOCK] = error ? -1 : bench->block.program;
	if (!error)
		error = rival_port(files[2], &bench->port);
	bench->program[PORT] = error ? -1 : bench->port.program;
	if (error)
		fprintf(stderr, "SKIP xdp-filter: its objects do not load: %s\n", strerror(-error));
	return 0;
}

static int test_run(const struct bench *bench, uint32_t frames, uint32_t *out_ns)
{
	uint8_t room[BENCH_FRAME_MAX] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = room, .data_size_in = sizeof(room), .repeat = (int)frames);
	int error = bpf_prog_test_run_opts(bench->setting.driver, &options);

	*out_ns = options.duration;
	return error ? error : options.retval == XDP_ABORTED ? -EIO : 0;
}

static int turn(struct bench *bench, enum program program, uint32_t round)
{
	uint64_t runs = bench->setting.dial->runs;
	uint32_t warm_ns;
	int error = setting_call(&bench->setting, bench->program[program]);

	if (!error)
		error = test_run(bench, WARMING, &warm_ns);
	if (!error)
		error = test_run(bench, FRAMES, &bench->took_ns[program][round]);
	bench->runs[program] += bench->setting.dial->runs - runs;
	return error;
}

static const struct rival *rival_of(const struct bench *bench, enum program program)
{
	return program == BLOCK ? &bench->block : program == PORT ? &bench->port : NULL;
}

/* What drops all can be held only against what drops. */
static bool takes_part(const struct bench *bench, enum program program)
{
	if (program == PORT && !bench->what->hit)
		return false;
	return program == DRIVER || bench->program[program] >= 0;
}

static int run(struct bench *bench)
{
	int error = shielded_counts(&bench->setting.shield, &bench->before);

	memset(bench->runs, 0, sizeof(bench->runs));
	for (enum program program = BLOCK; program <= PORT; program++)
		bench->dropped[program] = bench->program[program] < 0 ? 0 : rival_count(rival_of(bench, program), XDP_DROP);
	for (uint32_t round = 0; round < bench->rounds; round++)
		for (enum program program = DRIVER; !error && program < PROGRAMS; program++)
			if (takes_part(bench, program))
				error = turn(bench, program, round);
	return error;
}

static void print_outcome(const struct bench *bench, enum program program)
{
	uint64_t dropped;

	if (program == SHIELD) {
		setting_print_shield(&bench->setting, &bench->before, bench->runs[SHIELD]);
	} else if (program == BLOCK || program == PORT) {
		dropped = rival_count(rival_of(bench, program), XDP_DROP) - bench->dropped[program];
		printf("\"dropped\": %.6f", (double)dropped / (double)bench->runs[program]);
	}
}

static void print(const struct bench *bench)
{
	const struct setting *setting = &bench->setting;

	for (enum program program = DRIVER; program < PROGRAMS; program++) {
		if (!bench->runs[program])
			continue;
		printf("{\"case\": \"%s\", \"family\": %d, \"names\": %u, \"sources\": %u, \"program\": \"%s\", \"ns\": [",
			bench->what->name, setting->world.six ? 6 : 4, setting->names, setting->sources, program_names[program]);
		for (uint32_t round = 0; round < bench->rounds; round++)
			printf("%s%u", round ? ", " : "", bench->took_ns[program][round]);
		printf("], \"outcome\": {");
		print_outcome(bench, program);
		printf("}}\n");
	}
}

static int say_nothing(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

static int run_cases(struct bench *bench, char **names)
{
	int error = 0;

	for (; !error && *names; names++) {
		bench->what = setting_case(*names);
		if (!bench->what)
			return -EINVAL;
		setting_use(&bench->setting, bench->what, XDP_DROP);
		error = run(bench);
		if (!error)
			print(bench);
	}
	return error;
}

int main(int argc, char **argv)
{
	static struct bench bench;
	struct setting *setting = &bench.setting;
	int error;

	if (argc < 9) {
		fputs("usage: packets DRIVER SHIELD XDP-FILTER-FOLDER 4|6 NAMES SOURCES ROUNDS CASE...\n", stderr);
		return 2;
	}
	setting->world.six = argv[4][0] == '6';
	setting->names = (uint32_t)strtoul(argv[5], NULL, 10);
	setting->sources = (uint32_t)strtoul(argv[6], NULL, 10);
	bench.rounds = (uint32_t)strtoul(argv[7], NULL, 10);
	if (bench.rounds > ROUNDS_MAX)
		bench.rounds = ROUNDS_MAX;
	setting_stay();
	libbpf_set_print(say_nothing);
	error = open_all(&bench, argv + 1);
	if (!error)
		error = run_cases(&bench, argv + 8);
	if (error)
		fprintf(stderr, "packets: %s\n", strerror(-error));
	rival_close(&bench.block);
	rival_close(&bench.port);
	setting_close(setting);
	return error == -EPERM || error == -ENOSYS ? 77 : error ? 1 : 0;
}
