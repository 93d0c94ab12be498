/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard_kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { FRAME_LEAST = 15, PAGE = 4096, CPUS_MAX = 512 };

struct given {
	uint64_t now_ns, vlan, asked;
};

struct guard_kernel {
	struct bpf_object *object;
	struct ring_buffer *ring;
	int program_out, program_in;
	int counts, totals, desk_out, desk_in;
	int cpus;
	struct given *given; /* NULL: the kernel's clock */
	void *config, *at, *places, *devices, *policies[2], *rules[2], *flows, *members, *names, *bound, *words;
	void *room; /* for the values of all CPUs */
	struct {
		struct fw_guard_frame head;
		uint8_t bytes[FW_FRAME_LONG];
	} sent;
	uint32_t sent_count;
};

static int say_warnings(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

static const struct {
	const char *name;
	uint32_t entries;
} sizes[] = {
	{"guard_places", GUARD_PLACES},
	{"guard_devices", GUARD_DEVICES},
	{"guard_counts", GUARD_DEVICES},
	{"guard_policies_a", GUARD_DEVICES},
	{"guard_policies_b", GUARD_DEVICES},
	{"guard_rules_a", GUARD_RULES},
	{"guard_rules_b", GUARD_RULES},
	{"guard_flows", GUARD_FLOWS},
	{"guard_members", GUARD_MEMBERS},
	{"guard_names", GUARD_NAMES},
	{"guard_bound", GUARD_BOUND},
};

static int map_fd(struct guard_kernel *kernel, const char *name)
{
	return bpf_object__find_map_fd_by_name(kernel->object, name);
}

static void *map_memory(struct guard_kernel *kernel, const char *name, size_t len)
{
	int fd = map_fd(kernel, name);
	void *memory = fd < 0 ? MAP_FAILED : mmap(NULL, (len + PAGE - 1) / PAGE * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static int take_frame(void *context, void *data, size_t len)
{
	struct guard_kernel *kernel = context;

	if (len > sizeof(kernel->sent))
		return -EINVAL;
	memset(&kernel->sent, 0, sizeof(kernel->sent));
	memcpy(&kernel->sent, data, len);
	kernel->sent_count++;
	return kernel->sent.head.kept_len <= len - sizeof(kernel->sent.head) ? 0 : -EINVAL;
}

static int maps_open(struct guard_kernel *k)
{
	k->config = map_memory(k, "guard_config", 2 * sizeof(struct fw_guard_config));
	k->at = map_memory(k, "guard_switch", sizeof(struct fw_guard_switch));
	k->places = map_memory(k, "guard_places", GUARD_PLACES * sizeof(struct fw_place_bucket));
	k->devices = map_memory(k, "guard_devices", GUARD_DEVICES * sizeof(struct fw_guard_device));
	k->policies[0] = map_memory(k, "guard_policies_a", GUARD_DEVICES * sizeof(struct fw_guard_policy));
	k->policies[1] = map_memory(k, "guard_policies_b", GUARD_DEVICES * sizeof(struct fw_guard_policy));
	k->rules[0] = map_memory(k, "guard_rules_a", GUARD_RULES * sizeof(struct fw_rule));
	k->rules[1] = map_memory(k, "guard_rules_b", GUARD_RULES * sizeof(struct fw_rule));
	k->flows = map_memory(k, "guard_flows", GUARD_FLOWS * sizeof(struct fw_flow_bucket));
	k->members = map_memory(k, "guard_members", GUARD_MEMBERS * sizeof(struct fw_member_bucket));
	k->names = map_memory(k, "guard_names", GUARD_NAMES * sizeof(struct fw_name_bucket));
	k->bound = map_memory(k, "guard_bound", GUARD_BOUND * sizeof(struct fw_bound_row));
	k->words = map_memory(k, "guard_words", FW_GUARD_WORD_COUNT * sizeof(uint64_t));
	k->given = map_memory(k, "guard_given", sizeof(struct given));
	k->counts = map_fd(k, "guard_counts");
	k->totals = map_fd(k, "guard_totals");
	k->desk_out = map_fd(k, "guard_desk_out");
	k->desk_in = map_fd(k, "guard_desk_in");
	k->ring = ring_buffer__new(map_fd(k, "guard_frames"), take_frame, k, NULL);
	k->room = calloc((size_t)k->cpus, sizeof(struct guard_counts));
	return k->config && k->at && k->places && k->devices && k->policies[0] && k->policies[1] && k->rules[0] && k->rules[1] &&
			k->flows && k->members && k->names && k->bound && k->words && k->counts >= 0 && k->totals >= 0 &&
			k->desk_out >= 0 && k->desk_in >= 0 && k->ring && k->room
		? 0
		: -ENODEV;
}

static int kernel_load(struct guard_kernel *k, const char *object_file)
{
	int error;

	k->object = bpf_object__open_file(object_file, NULL);
	if (!k->object)
		return -errno;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		error = bpf_map__set_max_entries(bpf_object__find_map_by_name(k->object, sizes[i].name), sizes[i].entries);
		if (error)
			return error;
	}
	error = bpf_object__load(k->object);
	if (error)
		return error;
	k->program_out = bpf_program__fd(bpf_object__find_program_by_name(k->object, "guard_out"));
	k->program_in = bpf_program__fd(bpf_object__find_program_by_name(k->object, "guard_in"));
	k->cpus = libbpf_num_possible_cpus();
	return k->program_out < 0 || k->program_in < 0 || k->cpus < 1 || k->cpus > CPUS_MAX ? -ENODEV : maps_open(k);
}

int guard_kernel_open(const char *object_file, struct guard_kernel **out)
{
	struct guard_kernel *k = calloc(1, sizeof(*k));
	int error;

	if (!k)
		return -ENOMEM;
	libbpf_set_print(say_warnings);
	error = kernel_load(k, object_file);
	if (error)
		guard_kernel_close(k);
	else
		*out = k;
	return error;
}

/* The mappings end with the process. */
void guard_kernel_close(struct guard_kernel *k)
{
	if (!k)
		return;
	ring_buffer__free(k->ring);
	free(k->room);
	bpf_object__close(k->object);
	free(k);
}

static int clear(const struct guard_kernel *k, int map, uint32_t entries)
{
	int error = 0;

	memset(k->room, 0, (size_t)k->cpus * sizeof(struct guard_counts));
	for (uint32_t i = 0; i < entries && !error; i++)
		error = bpf_map_update_elem(map, &i, k->room, BPF_ANY);
	return error;
}

int guard_kernel_begin(struct guard_kernel *k, const struct guard_scene *scene)
{
	int error;

	((struct fw_guard_config *)k->config)[1] = scene->config;
	*(struct fw_guard_switch *)k->at = (struct fw_guard_switch){.config = scene->number, .layout = FW_GUARD_LAYOUT};
	memcpy(k->places, scene->places, sizeof(scene->places));
	memcpy(k->devices, scene->state.devices, sizeof(scene->state.devices));
	for (int i = 0; i < 2; i++) {
		memcpy(k->policies[i], scene->policies[i], sizeof(scene->policies[i]));
		memcpy(k->rules[i], scene->rules[i], sizeof(scene->rules[i]));
	}
	memcpy(k->flows, scene->state.flows, sizeof(scene->state.flows));
	memcpy(k->members, scene->state.members, sizeof(scene->state.members));
	memcpy(k->names, scene->names, sizeof(scene->names));
	memcpy(k->bound, scene->state.bound, sizeof(scene->state.bound));
	memcpy(k->words, scene->state.words, sizeof(scene->state.words));
	error = clear(k, k->counts, GUARD_DEVICES);
	if (!error)
		error = clear(k, k->totals, 1);
	if (!error)
		error = clear(k, k->desk_out, 1);
	return error ? error : clear(k, k->desk_in, 1);
}

/* A test run of a tc program wants what looks like IP to have all of its header. */
bool guard_kernel_takes(const struct guard_step *step)
{
	uint32_t type = step->len >= FRAME_LEAST ? fw_be16(step->bytes + 12) : 0;

	if (step->way == FW_GUARD_IN && type == FW_ETHER_IPV4 && step->len < 34)
		return false;
	if (step->way == FW_GUARD_IN && type == FW_ETHER_IPV6 && step->len < 54)
		return false;
	return step->len >= FRAME_LEAST && step->len <= GUARD_ROOM;
}

/* No desk says that anything was read: after the step, the one of the CPU that ran does, unless all went the short way. */
static int wipe_desk(struct guard_kernel *k, uint8_t way)
{
	size_t each = (sizeof(struct fw_guard_desk) + 7) / 8 * 8;
	int map = way == FW_GUARD_OUT ? k->desk_out : k->desk_in;
	uint32_t zero = 0;
	int error = bpf_map_lookup_elem(map, &zero, k->room);

	for (int i = 0; i < k->cpus; i++)
		((struct fw_guard_desk *)((uint8_t *)k->room + each * (size_t)i))->notes.frame_len = 0;
	return error ? error : bpf_map_update_elem(map, &zero, k->room, BPF_ANY);
}

/* The desk of the CPU that ran: the only one that is not all zero. */
static int read_desk(struct guard_kernel *k, uint8_t way, struct guard_result *out)
{
	size_t each = (sizeof(struct fw_guard_desk) + 7) / 8 * 8;
	uint32_t zero = 0;
	const struct fw_guard_desk *desk = k->room;
	int error = bpf_map_lookup_elem(way == FW_GUARD_OUT ? k->desk_out : k->desk_in, &zero, k->room);

	for (int i = 0; i < k->cpus && !desk->notes.frame_len; i++)
		desk = (const struct fw_guard_desk *)((const uint8_t *)k->room + each * (size_t)i);
	out->notes = desk->notes;
	out->packet = desk->packet;
	out->inner = desk->inner;
	out->question = desk->question;
	return error;
}

/* XDP_DROP or TC_ACT_SHOT; XDP_PASS or TC_ACT_UNSPEC; 2: anything else. */
static uint32_t dropped(uint8_t way, uint32_t action)
{
	if (way == FW_GUARD_OUT)
		return action == XDP_DROP ? 1 : action == XDP_PASS ? 0 : 2;
	return action == (uint32_t)TC_ACT_SHOT ? 1 : action == (uint32_t)TC_ACT_UNSPEC ? 0 : 2;
}

int guard_kernel_step(struct guard_kernel *k, const struct guard_step *step, struct guard_result *out)
{
	static uint8_t frame[GUARD_ROOM + 256];
	struct __sk_buff context = {.gso_segs = step->packets};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = step->bytes, .data_size_in = step->len, .data_out = frame,
		.data_size_out = sizeof(frame), .repeat = 1);
	int error;

	memset(out, 0, sizeof(*out));
	k->sent_count = 0;
	if (k->given)
		*k->given = (struct given){step->now_ns, step->vlan, 0};
	if (step->way == FW_GUARD_IN) {
		run.ctx_in = &context;
		run.ctx_size_in = sizeof(context);
	}
	error = wipe_desk(k, step->way);
	if (error)
		return error;
	error = bpf_prog_test_run_opts(guard_kernel_program(k, step->way), &run);
	if (!error)
		error = read_desk(k, step->way, out);
	if (error)
		return error;
	ring_buffer__consume(k->ring);
	out->dropped = dropped(step->way, run.retval);
	out->sent = k->sent_count;
	if (!k->sent_count)
		return 0;
	out->head = k->sent.head;
	out->head.interface = 0; /* the test run's own */
	memcpy(out->bytes, k->sent.bytes, k->sent.head.kept_len);
	return 0;
}

bool guard_kernel_judged(const struct guard_kernel *kernel)
{
	return kernel->given->asked != 0;
}

void guard_kernel_state(struct guard_kernel *k, struct guard_state *out)
{
	memcpy(out->devices, k->devices, sizeof(out->devices));
	memcpy(out->flows, k->flows, sizeof(out->flows));
	memcpy(out->members, k->members, sizeof(out->members));
	memcpy(out->bound, k->bound, sizeof(out->bound));
	memcpy(out->words, k->words, sizeof(out->words));
}

static int add_up(struct guard_kernel *k, int map, uint32_t place, void *sum, size_t len)
{
	const uint64_t *values = k->room;
	uint64_t *to = sum;
	int error = bpf_map_lookup_elem(map, &place, k->room);

	for (int cpu = 0; cpu < k->cpus && !error; cpu++)
		for (size_t i = 0; i < len / 8; i++)
			to[i] += values[(size_t)cpu * (len / 8) + i];
	return error;
}

int guard_kernel_counts(struct guard_kernel *k, struct guard_counts *out)
{
	int error;

	memset(out, 0, sizeof(*out));
	error = add_up(k, k->totals, 0, &out->totals, sizeof(out->totals));
	for (uint32_t i = 0; i < GUARD_DEVICES && !error; i++)
		error = add_up(k, k->counts, i, &out->counts[i], sizeof(out->counts[i]));
	return error;
}

int guard_kernel_program(const struct guard_kernel *k, enum fw_guard_way way)
{
	return way == FW_GUARD_OUT ? k->program_out : k->program_in;
}
