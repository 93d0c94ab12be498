/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "setting.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "rivals.h"

enum { OTHER_BASE = 11 << 24, CELLS = 1 << 20 };
#define UNKNOWN_FIRST (1u << 31) /* numbers of names that no table holds */

static const struct setting_case cases[] = {
	{"known", SHAPE_QUESTION, SHIELDED_CALM, true, false, false},
	{"known-defend", SHAPE_QUESTION, SHIELDED_ROOMY, true, false, false},
	{"known-listed", SHAPE_QUESTION, SHIELDED_CALM, true, true, false},
	{"unknown", SHAPE_QUESTION, SHIELDED_DROPS, false, false, true},
	{"malformed", SHAPE_MALFORMED, SHIELDED_DROPS, false, false, true},
	{"answer", SHAPE_ANSWER, SHIELDED_DROPS, false, false, true},
	{"truncate", SHAPE_QUESTION, SHIELDED_TRUNCATES, false, false, true},
	{"blocked", SHAPE_QUESTION, SHIELDED_CALM, true, true, true},
};

const struct setting_case *setting_case(const char *name)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (!strcmp(cases[i].name, name))
			return &cases[i];
	return NULL;
}

static int program_fd(struct bpf_object *object, const char *name)
{
	struct bpf_program *program = bpf_object__find_program_by_name(object, name);

	return program ? bpf_program__fd(program) : -1;
}

static void *map_all(struct bpf_object *object, const char *name, size_t len)
{
	int fd = bpf_object__find_map_fd_by_name(object, name);
	void *memory = mmap(NULL, (len + 4095) / 4096 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static int open_driver(struct setting *setting, const char *file)
{
	setting->object = object_load(file, NULL, NULL);
	if (!setting->object)
		return -errno;
	setting->shapes = map_all(setting->object, "bench_shapes", sizeof(*setting->shapes) * BENCH_SHAPES);
	setting->dial = map_all(setting->object, "bench_dial", sizeof(*setting->dial));
	setting->driver = program_fd(setting->object, "bench_driver");
	setting->next = bpf_object__find_map_fd_by_name(setting->object, "bench_next");
	setting->drop = program_fd(setting->object, "bare_drop");
	setting->pass = program_fd(setting->object, "bare_pass");
	return setting->driver < 0 || setting->next < 0 || !setting->shapes || !setting->dial ? -ENOENT : 0;
}

int setting_open(const char *driver_file, const char *shield_file, struct setting *setting)
{
	struct shielded_setup setup;
	int error = open_driver(setting, driver_file);

	setting->world.zones = shape_zones(setting->names);
	setup = (struct shielded_setup){
		.world = setting->world,
		.names = setting->names,
		.source_base = SETTING_BLOCKED_BASE,
		.blocked = setting->sources,
		.cells = CELLS,
	};
	return error ? error : shielded_open(shield_file, &setup, &setting->shield);
}

void setting_use(struct setting *setting, const struct setting_case *what, uint32_t verdict)
{
	setting->world.kind = what->kind;
	for (uint32_t i = 0; i < BENCH_SHAPES; i++)
		shape_make(&setting->world, i, &setting->shapes[i]);
	*setting->dial = (struct bench_dial){
		.random = 88172645463325252ull,
		.source_base = what->hit ? SETTING_BLOCKED_BASE : OTHER_BASE,
		.source_count = setting->sources,
		.name_first = what->known ? 0 : UNKNOWN_FIRST,
		.name_count = what->known ? setting->names : UNKNOWN_FIRST - 1,
		.verdict = verdict,
	};
	shielded_stance(&setting->shield, what->stance);
	shielded_block(&setting->shield, what->listed);
}

int setting_call(const struct setting *setting, int program)
{
	uint32_t zero = 0;

	if (program >= 0)
		return bpf_map_update_elem(setting->next, &zero, &program, BPF_ANY);
	bpf_map_delete_elem(setting->next, &zero);
	return 0;
}

void setting_print_shield(const struct setting *setting, const struct fw_shield_counts *before, uint64_t frames)
{
	static const char *const outcomes[] = {"passed", "dropped", "truncated", "would"};
	/* clang-format off */
	static const char *const reasons[] = {
#define NAME(id, counter, sentence) counter,
		"none", FW_REASONS_ALL(NAME)
#undef NAME
	};
	/* clang-format on */
	struct fw_shield_counts now;
	const char *comma = "";

	if (shielded_counts(&setting->shield, &now))
		return;
	for (size_t i = 0; i < FW_OUTCOME_COUNT; i++)
		for (size_t j = 0; j < FW_REASON_COUNT; j++) {
			uint64_t packets = now.reason[i][j].packets - before->reason[i][j].packets;

			if (!packets)
				continue;
			printf("%s\"%s: %s\": %.6f", comma, outcomes[i], reasons[j], (double)packets / (double)frames);
			comma = ", ";
		}
}

void setting_close(struct setting *setting)
{
	shielded_close(&setting->shield);
	bpf_object__close(setting->object);
	setting->object = NULL;
}

void setting_stay(void)
{
	cpu_set_t all;
	int last = 0;

	if (sched_getaffinity(0, sizeof(all), &all))
		return;
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &all))
			last = i;
	CPU_ZERO(&all);
	CPU_SET(last, &all);
	sched_setaffinity(0, sizeof(all), &all);
}
