/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shield_kernel.h"

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

#include "wire/shield_plain.h"

enum { FRAME_LEAST = 15, FRAME_MOST = 3000, PAGE = 4096, CPUS_MAX = 512 };

struct scratch {
	struct fw_shield_notes notes;
	struct fw_packet packet;
	struct fw_dns_question question;
	struct fw_tick tick;
	uint64_t early;
};

struct shield_kernel {
	struct bpf_object *object;
	struct ring_buffer *ring;
	int program_in, program_out;
	int counts, zone_counts, scratch_in, scratch_out, prefixes;
	int cpus;
	uint64_t *clock; /* NULL: the kernel's */
	void *config, *at, *names[2], *zones, *cells, *words, *proven, *asked, *blocked, *protected;
	void *room; /* for the values of all CPUs */
	struct fw_shield_sample sample;
	uint32_t sampled;
};

static int say_warnings(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

static const struct {
	const char *name;
	uint32_t entries;
} sizes[] = {
	{"shield_names_a", SCENE_NAMES_LINES},
	{"shield_names_b", SCENE_NAMES_LINES},
	{"shield_zones", SCENE_ZONES},
	{"shield_zone_counts", SCENE_ZONES},
	{"shield_cells", SCENE_CELLS},
	{"shield_proven", SCENE_SEEN_LINES},
	{"shield_asked", SCENE_SEEN_LINES},
	{"shield_blocked", SCENE_BLOCKED},
	{"shield_prefixes", SCENE_PREFIXES},
};

static int map_fd(struct shield_kernel *kernel, const char *name)
{
	return bpf_object__find_map_fd_by_name(kernel->object, name);
}

static void *map_memory(struct shield_kernel *kernel, const char *name, size_t len)
{
	int fd = map_fd(kernel, name);
	void *memory = fd < 0 ? MAP_FAILED : mmap(NULL, (len + PAGE - 1) / PAGE * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static int take_sample(void *context, void *data, size_t len)
{
	struct shield_kernel *kernel = context;

	if (len != sizeof(kernel->sample))
		return -EINVAL;
	memcpy(&kernel->sample, data, len);
	kernel->sampled++;
	return 0;
}

static int maps_open(struct shield_kernel *k)
{
	k->config = map_memory(k, "shield_config", 2 * sizeof(struct fw_shield_config));
	k->at = map_memory(k, "shield_switch", sizeof(struct fw_shield_switch));
	k->names[0] = map_memory(k, "shield_names_a", SCENE_NAMES_LINES * sizeof(struct fw_names_bucket));
	k->names[1] = map_memory(k, "shield_names_b", SCENE_NAMES_LINES * sizeof(struct fw_names_bucket));
	k->zones = map_memory(k, "shield_zones", SCENE_ZONES * sizeof(struct fw_zone));
	k->cells = map_memory(k, "shield_cells", SCENE_CELLS * sizeof(uint64_t));
	k->words = map_memory(k, "shield_words", FW_WORD_COUNT * sizeof(uint64_t));
	k->proven = map_memory(k, "shield_proven", SCENE_SEEN_LINES * sizeof(struct fw_seen_bucket));
	k->asked = map_memory(k, "shield_asked", SCENE_SEEN_LINES * sizeof(struct fw_seen_bucket));
	k->blocked = map_memory(k, "shield_blocked", SCENE_BLOCKED * sizeof(struct fw_digest_bucket));
	k->protected = map_memory(k, "shield_protected", FW_PROTECTED_BUCKETS * sizeof(struct fw_protected_bucket));
	k->clock = map_memory(k, "shield_clock", sizeof(uint64_t));
	k->counts = map_fd(k, "shield_counts");
	k->zone_counts = map_fd(k, "shield_zone_counts");
	k->scratch_in = map_fd(k, "shield_scratch");
	k->scratch_out = map_fd(k, "shield_scratch_out");
	k->prefixes = map_fd(k, "shield_prefixes");
	k->ring = ring_buffer__new(map_fd(k, "shield_samples"), take_sample, k, NULL);
	k->room = calloc((size_t)k->cpus, sizeof(struct scene_counts));
	return k->config && k->at && k->names[0] && k->names[1] && k->zones && k->cells && k->words && k->proven && k->asked &&
			k->blocked && k->protected && k->counts >= 0 && k->zone_counts >= 0 && k->scratch_in >= 0 && k->scratch_out >= 0 &&
			k->prefixes >= 0 && k->ring && k->room
		? 0
		: -ENODEV;
}

static int kernel_load(struct shield_kernel *k, const char *object_file)
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
	k->program_in = bpf_program__fd(bpf_object__find_program_by_name(k->object, "shield"));
	k->program_out = bpf_program__fd(bpf_object__find_program_by_name(k->object, "shield_egress"));
	k->cpus = libbpf_num_possible_cpus();
	return k->program_in < 0 || k->program_out < 0 || k->cpus < 1 || k->cpus > CPUS_MAX ? -ENODEV : maps_open(k);
}

int shield_kernel_open(const char *object_file, struct shield_kernel **out)
{
	struct shield_kernel *k = calloc(1, sizeof(*k));
	int error;

	if (!k)
		return -ENOMEM;
	libbpf_set_print(say_warnings);
	error = kernel_load(k, object_file);
	if (error)
		shield_kernel_close(k);
	else
		*out = k;
	return error;
}

/* The mappings end with the process. */
void shield_kernel_close(struct shield_kernel *k)
{
	if (!k)
		return;
	ring_buffer__free(k->ring);
	free(k->room);
	bpf_object__close(k->object);
	free(k);
}

static int set_prefixes(struct shield_kernel *k, const struct scene *scene)
{
	struct fw_prefix_key key;

	while (!bpf_map_get_next_key(k->prefixes, NULL, &key))
		bpf_map_delete_elem(k->prefixes, &key);
	for (uint32_t i = 0; i < scene->prefixes_count; i++) {
		int error = bpf_map_update_elem(k->prefixes, &scene->prefixes[i].key, &scene->prefixes[i].says, BPF_ANY);

		if (error)
			return error;
	}
	return 0;
}

static int clear(const struct shield_kernel *k, int map, uint32_t entries)
{
	int error = 0;

	memset(k->room, 0, (size_t)k->cpus * sizeof(struct scene_counts));
	for (uint32_t i = 0; i < entries && !error; i++)
		error = bpf_map_update_elem(map, &i, k->room, BPF_ANY);
	return error;
}

/* What the configuration before this one has left in the very tick in which the scene begins: nothing had anything left. */
static int leave_tick(const struct shield_kernel *k, const struct scene *scene)
{
	struct scratch scratch = {.tick = {.at = SCENE_BEGIN_S * FW_NS_PER_S + 1,
					  .now_ns = 1,
					  .serial = scene->config.serial - 1,
					  .empty = ~0u,
					  .spent = ~0ull}};
	size_t each = (sizeof(scratch) + 7) / 8 * 8;

	for (int i = 0; i < k->cpus; i++)
		memcpy((uint8_t *)k->room + each * (size_t)i, &scratch, sizeof(scratch));
	return bpf_map_update_elem(k->scratch_in, &(uint32_t){0}, k->room, BPF_ANY);
}

int shield_kernel_begin(struct shield_kernel *k, const struct scene *scene)
{
	int error = set_prefixes(k, scene);

	((struct fw_shield_config *)k->config)[1] = scene->config;
	*(struct fw_shield_switch *)k->at = (struct fw_shield_switch){.config = 1, .layout = FW_SHIELD_LAYOUT};
	memcpy(k->names[0], scene->names[0], sizeof(scene->names[0]));
	memcpy(k->names[1], scene->names[1], sizeof(scene->names[1]));
	memcpy(k->blocked, scene->blocked, sizeof(scene->blocked));
	memcpy(k->protected, scene->protected, sizeof(scene->protected));
	memcpy(k->zones, scene->state.zones, sizeof(scene->state.zones));
	memcpy(k->cells, scene->state.cells, sizeof(scene->state.cells));
	memcpy(k->words, scene->state.words, sizeof(scene->state.words));
	memcpy(k->proven, scene->state.proven, sizeof(scene->state.proven));
	memcpy(k->asked, scene->state.asked, sizeof(scene->state.asked));
	if (!error)
		error = clear(k, k->counts, 1);
	if (!error)
		error = clear(k, k->zone_counts, SCENE_ZONES);
	if (!error)
		error = leave_tick(k, scene);
	return error ? error : clear(k, k->scratch_out, 1);
}

/* A test run of a tc program wants what looks like IP to have all of its header. */
bool shield_kernel_takes(const struct scene_step *step)
{
	uint32_t type = step->len >= FRAME_LEAST ? fw_be16(step->bytes + 12) : 0;

	if (step->leaves && type == FW_ETHER_IPV4 && step->len < 34)
		return false;
	if (step->leaves && type == FW_ETHER_IPV6 && step->len < 54)
		return false;
	return step->len >= FRAME_LEAST && step->len <= (step->leaves ? FRAME_ROOM : FRAME_MOST);
}

/* The scratch of the CPU that ran: the only one that is not all zero. */
static int read_scratch(struct shield_kernel *k, bool leaves, struct scene_result *out)
{
	size_t each = (sizeof(struct scratch) + 7) / 8 * 8;
	uint32_t zero = 0;
	const struct scratch *scratch = k->room;
	int error = bpf_map_lookup_elem(leaves ? k->scratch_out : k->scratch_in, &zero, k->room);

	for (int i = 0; i < k->cpus && !scratch->notes.frame_len; i++)
		scratch = (const struct scratch *)((const uint8_t *)k->room + each * (size_t)i);
	out->notes = scratch->notes;
	out->packet = scratch->packet;
	out->question = scratch->question;
	out->early = (uint32_t)scratch->early;
	return error;
}

static uint32_t outcome_of(bool leaves, uint32_t action)
{
	if (leaves)
		return action == (uint32_t)TC_ACT_UNSPEC ? FW_OUTCOME_PASSED : FW_OUTCOME_COUNT;
	if (action == XDP_PASS)
		return FW_OUTCOME_PASSED;
	if (action == XDP_DROP)
		return FW_OUTCOME_DROPPED;
	return action == XDP_TX ? FW_OUTCOME_TRUNCATED : FW_OUTCOME_COUNT;
}

int shield_kernel_step(struct shield_kernel *k, const struct scene_step *step, struct scene_result *out)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = step->bytes, .data_size_in = step->len, .data_out = out->frame,
		.data_size_out = sizeof(out->frame), .repeat = 1);
	int error;

	memset(out, 0, sizeof(*out));
	k->sampled = 0;
	if (k->clock)
		*k->clock = step->now_ns;
	error = bpf_prog_test_run_opts(step->leaves ? k->program_out : k->program_in, &run);
	if (!error)
		error = read_scratch(k, step->leaves, out);
	if (error)
		return error;
	ring_buffer__consume(k->ring);
	out->outcome = outcome_of(step->leaves, run.retval);
	out->len = run.data_size_out;
	out->sampled = k->sampled;
	if (k->sampled)
		out->sample = k->sample;
	return 0;
}

void shield_kernel_give(struct shield_kernel *k, const struct fw_dns_question *question)
{
	size_t each = (sizeof(struct scratch) + 7) / 8 * 8;
	struct scratch *scratch = k->room;
	uint32_t zero = 0;

	if (bpf_map_lookup_elem(k->scratch_in, &zero, k->room))
		abort();
	for (int i = 0; i < k->cpus && !scratch->notes.frame_len; i++)
		scratch = (struct scratch *)((uint8_t *)k->room + each * (size_t)i);
	scratch->question = *question;
	if (bpf_map_update_elem(k->scratch_in, &zero, k->room, BPF_ANY))
		abort();
}

int shield_kernel_state(struct shield_kernel *k, struct scene_state *out)
{
	memcpy(out->zones, k->zones, sizeof(out->zones));
	memcpy(out->cells, k->cells, sizeof(out->cells));
	memcpy(out->words, k->words, sizeof(out->words));
	memcpy(out->proven, k->proven, sizeof(out->proven));
	memcpy(out->asked, k->asked, sizeof(out->asked));
	return 0;
}

static int add_up(struct shield_kernel *k, int map, uint32_t place, void *sum, size_t len)
{
	const uint64_t *values = k->room;
	uint64_t *to = sum;
	int error = bpf_map_lookup_elem(map, &place, k->room);

	for (int cpu = 0; cpu < k->cpus && !error; cpu++)
		for (size_t i = 0; i < len / 8; i++)
			to[i] += values[(size_t)cpu * (len / 8) + i];
	return error;
}

int shield_kernel_counts(struct shield_kernel *k, struct scene_counts *out)
{
	int error;

	memset(out, 0, sizeof(*out));
	error = add_up(k, k->counts, 0, &out->counts, sizeof(out->counts));
	for (uint32_t i = 0; i < SCENE_ZONES && !error; i++)
		error = add_up(k, k->zone_counts, i, &out->zones[i], sizeof(out->zones[i]));
	return error;
}

int shield_kernel_program(const struct shield_kernel *k)
{
	return k->program_in;
}
