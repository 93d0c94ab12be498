/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the policies have room, asked before anything changes: a trial numbers their sets anew and compiles their rules into nowhere. It goes by rank,
 * so that nothing new pushes out what holds; of equals the smallest is first, so that one that asks for much takes nothing from those that ask
 * for little. One that has no room takes none.
 *
 *	holds     some device has it now
 *	named     by the configuration, or by a device that has a policy now: a reload that has no room for one is refused
 *	claimed   by a device that has none so far: it waits, and refuses nothing, or a device's word would stop a person's reload
 *	nobody's  its rules need no room; its names are asked for beforehand if they have some
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/guard_room.h"

enum rank { RANK_NOBODY, RANK_CLAIMED, RANK_NAMED, RANK_HOLDS };

enum { SETS_OF_OURS = 8 /* that no policy names: resolvers, clocks, update hosts */ };

struct trial {
	const struct settings *settings;
	struct guard_policies *policies;
	struct guard_policy **order;
	struct policy_sets *sets;
	struct fw_rule *rules; /* as many as the largest has */
};

/* ---- who would have which ---- */

static void want(struct trial *trial, const char *url_or_file, enum rank rank)
{
	uint32_t number = guard_find_policy(trial->policies, url_or_file);
	struct guard_policy *policy = number ? &trial->policies->list[number - 1] : NULL;

	if (!policy)
		return;
	policy->wanted++;
	if (policy->used)
		rank = RANK_HOLDS;
	if (rank > policy->rank)
		policy->rank = (uint8_t)rank;
}

static bool is_named(const struct settings_guard *settings, const uint8_t mac[6])
{
	for (uint32_t i = 0; i < settings->device_count; i++)
		if (settings->devices[i].mud[0] && memcmp(settings->devices[i].mac, mac, 6) == 0)
			return true;
	return false;
}

static void want_claimed(void *context, struct roster_device *device)
{
	struct trial *trial = context;

	if (device->url[0] && !device->url_by_user && !is_named(&trial->settings->guard, device->mac))
		want(trial, device->url, device->policy ? RANK_NAMED : RANK_CLAIMED);
}

static void want_all(struct trial *trial, struct guard *guard)
{
	const struct settings_guard *settings = &trial->settings->guard;

	for (uint32_t i = 0; i < trial->policies->count; i++) {
		struct guard_policy *policy = &trial->policies->list[i];
		policy->rank = policy->asked ? RANK_CLAIMED : RANK_NOBODY;
		policy->asked = false;
		policy->wanted = 0;
	}
	for (uint32_t i = 0; i < settings->device_count; i++)
		if (settings->devices[i].mud[0])
			want(trial, settings->devices[i].mud, RANK_NAMED);
	roster_each(guard->roster, want_claimed, trial);
}

/* ---- who has room ---- */

static uint32_t size_of(const struct guard_policy *policy)
{
	return policy->mud ? policy_rule_count(policy->mud) + policy->names : 0;
}

static int by_rank(const void *left, const void *right)
{
	const struct guard_policy *a = *(struct guard_policy *const *)left, *b = *(struct guard_policy *const *)right;
	uint32_t size_a = size_of(a), size_b = size_of(b);

	if (a->rank != b->rank)
		return a->rank < b->rank ? 1 : -1;
	if (size_a != size_b)
		return size_a > size_b ? 1 : -1;
	return (a > b) - (a < b);
}

static bool fit(struct trial *trial, struct guard_policy *policy)
{
	const struct settings_guard_sizes *sizes = &trial->settings->guard.sizes;
	uint32_t rules = policy_rule_count(policy->mud), first = policy_sets_next(trial->sets), count;
	uint32_t room = sizes->rules - (policy->rank > RANK_NOBODY ? trial->policies->rules : 0);

	if (rules > room) {
		snprintf(policy->why, sizeof(policy->why), "has %u rules, and %u more have room: guard.sizes.rules (%u) is too small",
			rules, room, sizes->rules);
		return false;
	}
	if (policy_rules(policy->mud, trial->sets, trial->rules, rules, &count) ||
		policy_set_count(trial->sets, POLICY_SET_NAME) > sizes->names) {
		policy_sets_back(trial->sets, first);
		snprintf(policy->why, sizeof(policy->why),
			"speaks of more names than have room beside those of the others: guard.sizes.names (%u) is too small",
			sizes->names);
		return false;
	}
	policy->why[0] = 0;
	return true;
}

static int fit_all(struct trial *trial, bool strict, struct fault *out_fault)
{
	struct guard_policies *policies = trial->policies;

	policies->rules = 0;
	for (uint32_t i = 0; i < policies->count; i++) {
		struct guard_policy *policy = trial->order[i];
		policy->used = false;
		policy->fits = policy->mud && fit(trial, policy);
		if (policy->fits && policy->rank > RANK_NOBODY) {
			policy->used = true;
			policies->rules += policy_rule_count(policy->mud);
		}
		if (policy->mud && !policy->fits && strict && policy->rank >= RANK_NAMED) {
			fault_set(out_fault, policy->file, 0, 0, "%s", policy->why);
			return -ENOSPC;
		}
	}
	return 0;
}

static int open_trial(struct trial *trial, const struct guard *guard)
{
	uint32_t count = trial->policies->count, largest = 1;
	uint8_t key[16];

	memcpy(key, guard->config.key, sizeof(key));
	for (uint32_t i = 0; i < count; i++) {
		uint32_t rules = trial->policies->list[i].mud ? policy_rule_count(trial->policies->list[i].mud) : 0;
		largest = rules > largest ? rules : largest;
	}
	trial->order = calloc(count + 1u, sizeof(struct guard_policy *));
	trial->rules = calloc(largest, sizeof(*trial->rules));
	if (!trial->order || !trial->rules)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++)
		trial->order[i] = &trial->policies->list[i];
	return policy_sets_new(trial->settings->guard.sizes.names + GUARD_POLICIES_MAX - SETS_OF_OURS, 1, key, &trial->sets);
}

int guard_fit_policies(
	struct guard *guard, const struct settings *settings, struct guard_policies *policies, bool strict, struct fault *out_fault)
{
	struct trial trial = {.settings = settings, .policies = policies};
	int error = open_trial(&trial, guard);

	if (error) {
		fault_set(out_fault, "guard", 0, 0, "there is no memory to find out whether the policies have room");
	} else {
		want_all(&trial, guard);
		qsort(trial.order, policies->count, sizeof(struct guard_policy *), by_rank);
		error = fit_all(&trial, strict, out_fault);
	}
	policy_sets_free(trial.sets);
	free(trial.rules);
	free(trial.order);
	return error;
}

/* ---- one more ---- */

bool guard_use_policy(struct guard *guard, struct guard_policy *policy)
{
	uint32_t rules = policy_rule_count(policy->mud);

	if (policy->used)
		return true;
	if (policy->fits && rules <= guard->settings->guard.sizes.rules - guard->policies.rules) {
		policy->used = true;
		guard->policies.rules += rules;
		return true;
	}
	/* who was asked about has its answer */
	if (policy->rank == RANK_NOBODY)
		policy->asked = guard->fit_due = true;
	return false;
}

void guard_leave_policy(struct guard *guard)
{
	for (uint32_t i = 0; i < guard->policies.count; i++)
		guard->fit_due |= guard->policies.list[i].wanted && !guard->policies.list[i].used;
}

void guard_tell_unfit(struct guard *guard)
{
	for (uint32_t i = 0; i < guard->policies.count; i++) {
		struct guard_policy *policy = &guard->policies.list[i];
		if (!policy->mud || policy->fits || !policy->wanted || policy->told)
			continue;
		guard_tell(guard, "%s: %s; no device has this policy", policy->file, policy->why);
		policy->told = true;
	}
}
