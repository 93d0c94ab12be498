/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard's configuration, policies and rules: two halves each; halves.c says how they are exchanged. A policy whose rules are
 * the same in both halves keeps its generation, so that a reload of a thousand policies makes only those flows be judged anew whose policy
 * did change.
 */
#include <errno.h>
#include <string.h>

#include "plane/guard_inside.h"

static struct plane_guard_half half_of(const struct plane_guard *guard, uint32_t half)
{
	const struct hold *hold = &guard->hold;

	return (struct plane_guard_half){
		.policies = hold->memory[half & 1 ? GUARD_POLICIES_B : GUARD_POLICIES_A],
		.rules = hold->memory[half & 1 ? GUARD_RULES_B : GUARD_RULES_A],
		.place_count = hold->entries[GUARD_POLICIES_A],
		.rule_count = hold->entries[GUARD_RULES_A],
	};
}

const struct fw_guard_config *plane_guard_config_now(const struct plane_guard *guard)
{
	return guard_config(guard);
}

static int write_config(struct plane_guard *guard, const struct fw_guard_config *config, uint32_t half)
{
	const uint32_t *entries = guard->hold.entries;
	struct fw_guard_config whole = *config;
	int error;

	whole.half = half;
	whole.places_mask = entries[GUARD_PLACES] - 1;
	whole.members_mask = entries[GUARD_MEMBERS] - 1;
	whole.names_mask = entries[GUARD_NAMES] - 1;
	whole.bound_mask = entries[GUARD_BOUND] - 1;
	whole.flow_buckets_mask = guard->flow_buckets - 1;
	whole.place_count = entries[GUARD_DEVICES];
	whole.rule_count = entries[GUARD_RULES_A];
	error = hold_switch(&guard->hold, GUARD_CONFIG, &whole);
	guard->configured |= !error;
	return error;
}

int plane_guard_config(struct plane_guard *guard, const struct fw_guard_config *config)
{
	return write_config(guard, config, guard_config(guard)->half & 1);
}

int plane_guard_half(struct plane_guard *guard, struct plane_guard_half *out_half)
{
	struct plane_guard_half half = half_of(guard, (guard_config(guard)->half & 1) ^ 1);
	int error = hold_wait(&guard->hold);

	if (error)
		return error;
	memset(half.policies, 0, half.place_count * sizeof(*half.policies));
	memset(half.rules, 0, half.rule_count * sizeof(*half.rules));
	*out_half = half;
	return 0;
}

static bool same(const struct plane_guard_half *now, const struct plane_guard_half *next, uint32_t place)
{
	const struct fw_guard_policy *a = &now->policies[place], *b = &next->policies[place];

	return a->count == b->count && a->flags == b->flags && (uint64_t)a->first + a->count <= now->rule_count &&
		memcmp(&now->rules[a->first], &next->rules[b->first], a->count * sizeof(struct fw_rule)) == 0;
}

int plane_guard_config_policies(struct plane_guard *guard, const struct fw_guard_config *config, bool anew)
{
	uint32_t active = guard_config(guard)->half & 1;
	struct plane_guard_half now = half_of(guard, active), next = half_of(guard, active ^ 1);

	for (uint32_t place = 0; place < next.place_count; place++)
		if ((uint64_t)next.policies[place].first + next.policies[place].count > next.rule_count)
			return -EINVAL;
	for (uint32_t place = 0; place < next.place_count; place++) {
		uint8_t generation = now.policies[place].generation;

		next.policies[place].generation = (uint8_t)(generation + (anew || !guard->configured || !same(&now, &next, place)));
	}
	return write_config(guard, config, active ^ 1);
}
