/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A role without a kernel. Whoever judges in user space (twin/) has tables of the same layout as the maps (wire/guard_state.h), so all that
 * works on the memory of maps works on them unchanged: places, members, names, policies. What is left is here:
 *
 *	switch      one configuration, written in place: nobody is under way between two frames
 *	counters    one value instead of one per CPU
 *	ring        a function that is asked
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plane/guard_inside.h"

static struct role_switch only_half; /* the first configuration holds, always */

static void *entry(const struct hold *hold, uint32_t map, uint32_t key)
{
	return (char *)hold->memory[map] + (size_t)key * hold->role->maps[map].value_len;
}

void hold_open_dry(struct hold *hold, const struct hold_request *request, const struct hold_dry *dry)
{
	memset(hold, 0, sizeof(*hold));
	hold->role = request->role;
	hold->dry = true;
	hold->of_dry = *dry;
	memcpy(hold->entries, request->entries, request->role->map_count * sizeof(*request->entries));
	memcpy(hold->memory, dry->memory, sizeof(hold->memory));
	hold->memory[request->role->switch_map] = &only_half;
	for (uint32_t i = 0; i < request->interface_count && i < ROLE_SITES_MAX; i++) {
		struct hold_site *site = &hold->sites[hold->site_count++];
		size_t len = strnlen(request->interfaces[i], sizeof(site->interface) - 1);
		site->link = -1;
		memcpy(site->interface, request->interfaces[i], len);
	}
}

void hold_switch_dry(struct hold *hold, uint32_t config_map, const void *config)
{
	memcpy(entry(hold, config_map, 0), config, hold->role->maps[config_map].value_len);
}

void hold_sum_dry(const struct hold *hold, uint32_t map, uint32_t key, void *out)
{
	memcpy(out, entry(hold, map, key), hold->role->maps[map].value_len);
}

void hold_sum_clear_dry(struct hold *hold, uint32_t map, uint32_t key)
{
	memset(entry(hold, map, key), 0, hold->role->maps[map].value_len);
}

/* ---- the guard's ---- */

int plane_guard_sizes(const struct plane_guard_setup *setup, struct fw_guard_sizes *out_sizes)
{
	uint32_t entries[GUARD_MAP_COUNT];
	int error = guard_size_check(setup);

	if (error)
		return error;
	guard_size(setup, entries);
	*out_sizes = (struct fw_guard_sizes){
		.places = entries[GUARD_PLACES],
		.devices = entries[GUARD_DEVICES],
		.flow_buckets = guard_flow_buckets(setup),
		.rules = entries[GUARD_RULES_A],
		.members = entries[GUARD_MEMBERS],
		.names = entries[GUARD_NAMES],
		.bound = entries[GUARD_BOUND],
	};
	return 0;
}

static struct hold_dry tables_of(const struct plane_guard_dry *dry)
{
	return (struct hold_dry){
		.memory = {[GUARD_CONFIG] = dry->tables.config,
			[GUARD_PLACES] = dry->tables.places,
			[GUARD_DEVICES] = dry->tables.devices,
			[GUARD_COUNTS] = dry->tables.counts,
			[GUARD_POLICIES_A] = dry->tables.policies[0],
			[GUARD_POLICIES_B] = dry->tables.policies[1],
			[GUARD_RULES_A] = dry->tables.rules[0],
			[GUARD_RULES_B] = dry->tables.rules[1],
			[GUARD_FLOWS] = dry->tables.flows,
			[GUARD_MEMBERS] = dry->tables.members,
			[GUARD_NAMES] = dry->tables.names,
			[GUARD_BOUND] = dry->tables.bound,
			[GUARD_TOTALS] = dry->tables.totals,
			[GUARD_WORDS] = dry->tables.words},
		.frames = dry->frames,
		.context = dry->context,
	};
}

int plane_guard_open_dry(
	const struct plane_guard_setup *setup, const struct plane_guard_dry *dry, struct plane_guard **out_guard, struct fault *out_fault)
{
	uint32_t entries[GUARD_MAP_COUNT];
	const struct hold_request request = {
		.role = &role_guard, .interfaces = setup->interfaces, .interface_count = setup->interface_count, .entries = entries};
	const struct hold_dry tables = tables_of(dry);
	struct plane_guard *guard;
	int error = guard_size_check(setup);

	if (error) {
		fault_set(out_fault, "", 0, 0, "the tables cannot have these sizes: %s", strerror(-error));
		return error;
	}
	guard = calloc(1, sizeof(*guard));
	if (!guard)
		return -ENOMEM;
	guard_size(setup, entries);
	hold_open_dry(&guard->hold, &request, &tables);
	guard->flow_buckets = guard_flow_buckets(setup);
	guard->dry_now_ns = dry->now_ns;
	*out_guard = guard;
	return 0;
}
