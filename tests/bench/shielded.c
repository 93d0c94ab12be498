/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shielded.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rivals.h"
#include "table.h"

enum { SEEN_BUCKETS = 16384, PLENTY = 4000000000 };

static uint32_t power_of_two(uint64_t least)
{
	uint32_t power = 1;

	while (power < least)
		power *= 2;
	return power;
}

/* Sizes as plane/ gives them: of 4 slots at most 7 in 8 filled, of 8 slots at most 9 in 10. */
static void sizes(const struct shielded_setup *setup, struct shielded *out)
{
	uint64_t names = (uint64_t)setup->names + 2 * BENCH_SHAPES; /* nodes in between, apexes and what is above them */

	out->zone_count = setup->world.zones;
	out->name_buckets = power_of_two(names * 2 / 7 + 1);
	out->blocked_buckets = power_of_two((uint64_t)setup->blocked * 10 / 72 + 1);
}

static void resize(struct bpf_object *object, const void *context)
{
	const struct shielded *shielded = ((const void *const *)context)[0];
	const struct shielded_setup *setup = ((const void *const *)context)[1];
	const struct {
		const char *map;
		uint32_t entries;
	} wanted[] = {
		{"shield_names_a", fw_hint_lines(shielded->name_buckets)},
		{"shield_names_b", fw_hint_lines(shielded->name_buckets)},
		{"shield_zones", shielded->zone_count + 1},
		{"shield_zone_counts", shielded->zone_count + 1},
		{"shield_cells", setup->cells},
		{"shield_proven", fw_hint_lines(SEEN_BUCKETS)},
		{"shield_asked", fw_hint_lines(SEEN_BUCKETS)},
		{"shield_blocked", shielded->blocked_buckets},
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(object, wanted[i].map);

		if (map)
			bpf_map__set_max_entries(map, wanted[i].entries);
	}
}

/* The whole map in our memory, for as long as the process lives; NULL where there is none such. */
static void *mapped(const struct shielded *shielded, const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(shielded->object, name);
	size_t page = (size_t)sysconf(_SC_PAGESIZE), len;
	void *memory;

	if (!map)
		return NULL;
	len = ((size_t)bpf_map__value_size(map) + 7) / 8 * 8 * bpf_map__max_entries(map);
	memory = mmap(NULL, (len + page - 1) / page * page, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
	return memory == MAP_FAILED ? NULL : memory;
}

static int fill_names(struct shielded *shielded, const struct shielded_setup *setup)
{
	struct table table = {mapped(shielded, "shield_names_a"), shielded->name_buckets - 1, 0};
	uint8_t name[SHAPE_NAME_MAX];
	int error = table.buckets ? 0 : -ENOENT;

	for (uint32_t i = 0; !error && i < setup->world.zones; i++)
		error = table_apex(&table, &shielded->config->dns_key, name, shape_apex(i, name), i + 1);
	for (uint32_t i = 0; !error && i < setup->names; i++)
		error = table_owner(&table, &shielded->config->dns_key, name, shape_owner(&setup->world, i, name));
	shielded->name_count = table.count;
	return error;
}

static int fill_blocked(struct shielded *shielded, const struct shielded_setup *setup)
{
	struct fw_digest_bucket *buckets = mapped(shielded, "shield_blocked");
	uint8_t address[16];
	int error = buckets ? 0 : -ENOENT;

	for (uint32_t i = 0; !error && i < setup->blocked; i++) {
		uint64_t hash;

		shape_source(setup->world.six, bench_source(setup->source_base, i), address);
		hash = fw_shield_hash(shielded->config->address_key, address, 0);
		error = table_digest(buckets, shielded->blocked_buckets - 1, hash ? hash : 1);
	}
	return error;
}

static int protect(struct shielded *shielded, bool six)
{
	struct fw_protected_bucket *buckets = mapped(shielded, "shield_protected");
	uint8_t address[16];

	if (!buckets)
		return -ENOENT;
	shape_target(six, address);
	memcpy(buckets[fw_protected_place(address, shielded->config->protected_seed)].address[0], address, sizeof(address));
	return 0;
}

static void keys(struct fw_shield_config *config)
{
	uint64_t state = 0x9e3779b97f4a7c15ull, words[FW_SHIELD_KEY_WORDS + sizeof(struct fw_dns_key) / 8];

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		words[i] = state;
	}
	memcpy(config->address_key, words, sizeof(config->address_key));
	memcpy(&config->dns_key, words + FW_SHIELD_KEY_WORDS, sizeof(config->dns_key));
}

static void configure(struct shielded *shielded, const struct shielded_setup *setup)
{
	struct fw_shield_config *config = shielded->config;

	keys(config);
	config->proven_ns = config->asked_ns = 600 * FW_NS_PER_S;
	config->names_mask = shielded->name_buckets - 1;
	config->cells_mask = setup->cells - 1;
	config->proven_mask = config->asked_mask = SEEN_BUCKETS - 1;
	config->blocked_mask = shielded->blocked_buckets - 1;
	config->dns_port = 53;
	for (size_t i = 0; i < FW_FILTER_COUNT; i++) {
		config->mode[i] = i == FW_FILTER_FRAGMENTS ? FW_MODE_OFF : FW_MODE_ENFORCE;
		config->acting[i] = 1;
	}
	for (uint32_t i = 1; i <= shielded->zone_count; i++)
		shielded->zones[i].flags = FW_ZONE_USED;
}

int shielded_open(const char *file, const struct shielded_setup *setup, struct shielded *out)
{
	const void *context[] = {out, setup};
	struct fw_shield_switch *hold;
	struct bpf_program *program;
	int error;

	sizes(setup, out);
	out->object = object_load(file, resize, context);
	if (!out->object)
		return -errno;
	program = bpf_object__find_program_by_name(out->object, "shield");
	out->program = program ? bpf_program__fd(program) : -1;
	out->config = mapped(out, "shield_config");
	out->zones = mapped(out, "shield_zones");
	hold = mapped(out, "shield_switch");
	if (out->program < 0 || !out->config || !out->zones || !hold)
		return -ENOENT;
	configure(out, setup);
	error = fill_names(out, setup);
	if (!error)
		error = fill_blocked(out, setup);
	if (!error)
		error = protect(out, setup->world.six);
	hold->layout = FW_SHIELD_LAYOUT;
	return error;
}

static void levels(struct fw_level_rules *rules, uint32_t rate, uint32_t step)
{
	static const uint32_t times_4[FW_LEVELS_4] = {1, 2, 4, 5}, times_6[FW_LEVELS_6] = {1, 1, 2, 2, 4};
	uint32_t wide = rate;

	for (size_t i = 0; i < FW_LEVELS_4; i++)
		rules->four[i] = fw_bucket_rule_of(step ? rate * times_4[i] * step : wide, step ? rate * times_4[i] * step : wide);
	for (size_t i = 0; i < FW_LEVELS_6; i++)
		rules->six[i] = fw_bucket_rule_of(step ? rate * times_6[i] * step : wide, step ? rate * times_6[i] * step : wide);
}

void shielded_stance(struct shielded *shielded, enum shielded_stance stance)
{
	struct fw_shield_config *config = shielded->config;
	bool roomy = stance == SHIELDED_CALM || stance == SHIELDED_ROOMY, truncates = stance == SHIELDED_TRUNCATES;

	for (size_t i = 0; i < FW_WORD_COUNT; i++)
		config->words[i] = roomy ? fw_bucket_rule_of(PLENTY, PLENTY) : fw_bucket_rule_of(1000, 100);
	config->words[FW_WORD_OVERLOAD] = fw_bucket_rule_of(PLENTY, PLENTY);
	config->words[FW_WORD_SAMPLE] = fw_bucket_rule_of(50, 50);
	if (truncates)
		config->words[FW_WORD_TRUNCATED] = fw_bucket_rule_of(PLENTY, PLENTY);
	levels(&config->total, roomy ? PLENTY : 50, !roomy);
	levels(&config->unknown, roomy ? PLENTY : 5, !roomy);
	levels(&config->possible, roomy ? PLENTY : 10, !roomy);
	levels(&config->truncated, roomy || truncates ? PLENTY : 10, !(roomy || truncates));
	config->proven = config->proven_unknown = fw_bucket_rule_of(1000, 1000);
	for (uint32_t i = 1; i <= shielded->zone_count; i++) {
		shielded->zones[i].unknown = shielded->zones[i].possible = 0;
		shielded->zones[i].unknown_rule = roomy ? fw_bucket_rule_of(PLENTY, PLENTY) : fw_bucket_rule_of(50, 10);
		shielded->zones[i].possible_rule = roomy ? fw_bucket_rule_of(PLENTY, PLENTY) : fw_bucket_rule_of(200, 40);
	}
	config->stance = stance == SHIELDED_CALM ? FW_STANCE_CALM : FW_STANCE_DEFEND;
	config->acting[FW_FILTER_NAMES] = config->acting[FW_FILTER_BUDGETS] = stance != SHIELDED_CALM;
	config->serial++;
}

void shielded_block(struct shielded *shielded, bool asked)
{
	shielded->config->blocked = asked;
}

int shielded_counts(const struct shielded *shielded, struct fw_shield_counts *out)
{
	struct bpf_map *map = bpf_object__find_map_by_name(shielded->object, "shield_counts");
	int cpus = libbpf_num_possible_cpus(), error;
	struct fw_shield_counts *each = map && cpus > 0 ? calloc((size_t)cpus, sizeof(*each)) : NULL;
	uint32_t zero = 0;

	if (!each)
		return -ENOMEM;
	error = bpf_map_lookup_elem(bpf_map__fd(map), &zero, each);
	memset(out, 0, sizeof(*out));
	for (int i = 0; !error && i < cpus; i++)
		for (size_t j = 0; j < sizeof(*out) / sizeof(uint64_t); j++) /* nothing but numbers */
			((uint64_t *)out)[j] += ((const uint64_t *)&each[i])[j];
	free(each);
	return error;
}

uint64_t shielded_memory(const struct shielded *shielded, const char *map)
{
	char path[64], line[256];
	unsigned long long bytes = 0;
	FILE *info;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", bpf_object__find_map_fd_by_name(shielded->object, map));
	info = fopen(path, "r");
	while (info && fgets(line, sizeof(line), info))
		if (sscanf(line, "memlock: %llu", &bytes) == 1)
			break;
	if (info)
		fclose(info);
	return bytes;
}

void shielded_close(struct shielded *shielded)
{
	bpf_object__close(shielded->object);
	shielded->object = NULL;
}
