/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guarded.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guard_dial.h"
#include "rivals.h"
#include "wire/guard_key.h"
#include "wire/shield_state.h"

enum { FLOW_BUCKETS = 128, TABLE = 1024, RING = 1 << 20, PLENTY = 2000000000 };

static uint32_t power_of_two(uint64_t least)
{
	uint32_t power = 1;

	while (power < least)
		power *= 2;
	return power;
}

static uint32_t places_of(const struct guarded *guarded)
{
	return guarded->devices + FW_STRANGERS;
}

static uint32_t rule_count(const struct guarded *guarded)
{
	return guarded->devices * guarded->rules;
}

static void resize(struct bpf_object *object, const void *context)
{
	const struct guarded *guarded = context;
	const struct {
		const char *map;
		uint32_t entries;
	} wanted[] = {
		{"guard_places", power_of_two((uint64_t)guarded->devices * 10 / 60 + 1)},
		{"guard_devices", places_of(guarded)},
		{"guard_counts", places_of(guarded)},
		{"guard_policies_a", places_of(guarded)},
		{"guard_policies_b", places_of(guarded)},
		{"guard_rules_a", rule_count(guarded)},
		{"guard_rules_b", rule_count(guarded)},
		{"guard_flows", places_of(guarded) * FLOW_BUCKETS},
		{"guard_members", TABLE},
		{"guard_names", TABLE},
		{"guard_frames", RING},
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(object, wanted[i].map);

		if (map)
			bpf_map__set_max_entries(map, wanted[i].entries);
	}
}

/* The whole map in our memory, for as long as the process lives; NULL where there is none such. */
static void *mapped(const struct guarded *guarded, const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(guarded->object, name);
	size_t page = (size_t)sysconf(_SC_PAGESIZE), len;
	void *memory;

	if (!map)
		return NULL;
	len = ((size_t)bpf_map__value_size(map) + 7) / 8 * 8 * bpf_map__max_entries(map);
	memory = mmap(NULL, (len + page - 1) / page * page, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
	return memory == MAP_FAILED ? NULL : memory;
}

/* As the daemon would, but that no brake ever refuses: what is measured is the asking. */
static void configure(struct guarded *guarded)
{
	struct fw_guard_config *config = guarded->config;
	uint64_t state = 0x9e3779b97f4a7c15ull;

	for (size_t i = 0; i < 16 + sizeof(config->name_key) / 8; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		*(i < 16 ? &config->key[i] : (uint64_t *)&config->name_key + i - 16) = state;
	}
	for (size_t class = 0; class < FW_GUARD_CLASSES; class ++)
		for (size_t i = 0; i < FW_BRAKE_COUNT; i++)
			config->brake[class][i] = fw_bucket_rule_of(PLENTY, PLENTY);
	config->words[FW_GUARD_WORD_FRAMES] = fw_bucket_rule_of(50000, 100000);
	config->frames_out = config->frames_in = fw_bucket_rule_of(2000, 4000);
	config->binds = fw_bucket_rule_of(10, 512);
	config->ours[0] = (struct fw_guard_prefix){.low = 0xffff0a000000ull, .high_mask = UINT64_MAX, .low_mask = 0xffffffffff000000ull};
	config->ours_count = 1;
	config->flow_tcp_ns = 7200000000000ull;
	config->flow_other_ns = 180000000000ull;
	config->answered_ns = 30000000000ull;
	config->places_mask = power_of_two((uint64_t)guarded->devices * 10 / 60 + 1) - 1;
	config->members_mask = config->names_mask = TABLE - 1;
	config->flow_buckets_mask = FLOW_BUCKETS - 1;
	config->place_count = places_of(guarded);
	config->rule_count = rule_count(guarded);
	for (size_t i = 0; i < FW_GUARD_FILTER_COUNT; i++)
		config->mode[i] = FW_MODE_ENFORCE;
}

/* Both ways in turn; all but the last of each way are for somebody else. */
static struct fw_rule rule_at(const struct guarded *guarded, uint32_t number)
{
	bool last = number + 2 >= guarded->rules;
	struct fw_rule rule = {
		.local_most = UINT16_MAX, .remote_most = UINT16_MAX, .bits = last ? 120 : 128, .remote = FW_REMOTE_PREFIX, .family = 4};
	const uint8_t address[16] = {[10] = 0xff,
		[11] = 0xff,
		[12] = last ? 203 : 198,
		[14] = last ? 113 : (uint8_t)(number >> 8),
		[15] = last ? 0 : (uint8_t)number};

	memcpy(rule.address, address, sizeof(address));
	rule.way = (guarded->rules - number) % 2 ? FW_WAY_FROM : FW_WAY_TO;
	rule.any_proto = 1;
	rule.icmp_type = rule.icmp_code = FW_RULE_ANY;
	rule.accept = 1;
	return rule;
}

static int fill(struct guarded *guarded)
{
	struct fw_place_bucket *places = mapped(guarded, "guard_places");
	struct fw_guard_device *devices = mapped(guarded, "guard_devices");
	struct fw_guard_policy *policies = mapped(guarded, "guard_policies_a");
	struct fw_rule *rules = mapped(guarded, "guard_rules_a");

	if (!places || !devices || !policies || !rules)
		return -ENOENT;
	for (uint32_t i = 0; i < guarded->devices; i++) {
		uint32_t place = FW_STRANGERS + i, low = guard_bench_mac(i);
		struct fw_guard_device *device = &devices[place];

		memcpy(device->mac, "\x02\xfb", 2);
		memcpy(device->mac + 2, &low, 4);
		device->flags = FW_DEVICE_USED | FW_DEVICE_POLICY;
		policies[place] = (struct fw_guard_policy){.first = i * guarded->rules, .count = guarded->rules, .generation = 1};
		for (uint32_t rule = 0; rule < guarded->rules; rule++)
			rules[i * guarded->rules + rule] = rule_at(guarded, rule);
		if (!fw_guard_place_add(places, guarded->config, device->mac, (uint16_t)place))
			return -ENOSPC;
	}
	return 0;
}

int guarded_open(const char *file, struct guarded *guarded)
{
	struct fw_guard_switch *hold;
	struct bpf_program *out, *in;
	int error;

	guarded->object = object_load(file, resize, guarded);
	if (!guarded->object)
		return -errno;
	out = bpf_object__find_program_by_name(guarded->object, "guard_out");
	in = bpf_object__find_program_by_name(guarded->object, "guard_in");
	guarded->out = out ? bpf_program__fd(out) : -1;
	guarded->in = in ? bpf_program__fd(in) : -1;
	guarded->config = mapped(guarded, "guard_config");
	hold = mapped(guarded, "guard_switch");
	if (guarded->out < 0 || guarded->in < 0 || !guarded->config || !hold)
		return -ENOENT;
	configure(guarded);
	error = fill(guarded);
	hold->layout = FW_GUARD_LAYOUT;
	return error;
}

uint64_t guarded_passed(const struct guarded *guarded)
{
	struct bpf_map *map = bpf_object__find_map_by_name(guarded->object, "guard_totals");
	int cpus = libbpf_num_possible_cpus();
	struct fw_guard_totals *each = map && cpus > 0 ? calloc((size_t)cpus, sizeof(*each)) : NULL;
	uint64_t passed = 0;
	uint32_t zero = 0;

	if (each && bpf_map_lookup_elem(bpf_map__fd(map), &zero, each) == 0)
		for (int cpu = 0; cpu < cpus; cpu++)
			for (unsigned reason = 0; reason < FW_REASON_COUNT; reason++)
				passed += each[cpu].reason[FW_GUARD_OUT][FW_GUARD_PASSED][reason].packets;
	free(each);
	return passed;
}

static uint64_t memory_of(const struct bpf_map *map)
{
	char path[64], line[256];
	unsigned long long bytes = 0;
	FILE *info;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", bpf_map__fd(map));
	info = fopen(path, "r");
	while (info && fgets(line, sizeof(line), info))
		if (sscanf(line, "memlock: %llu", &bytes) == 1)
			break;
	if (info)
		fclose(info);
	return bytes;
}

uint64_t guarded_memory(const struct guarded *guarded)
{
	uint64_t bytes = 0;
	struct bpf_map *map;

	bpf_object__for_each_map(map, guarded->object) bytes += memory_of(map);
	return bytes;
}

void guarded_close(struct guarded *guarded)
{
	bpf_object__close(guarded->object);
	guarded->object = NULL;
}
