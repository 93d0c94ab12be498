/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counters over time: what the kernel's totals grew by. The kernel's go on when the daemon restarts; a first look is only where to count from. */
#include <string.h>

#include "daemon/remember.h"

static void take_guards(struct guard *guard, uint64_t out[COUNTED_COUNT])
{
	static const enum remembered_counter bytes[] = {COUNTED_BYTES_OUT, COUNTED_BYTES_IN};
	static const enum remembered_counter packets[] = {COUNTED_PACKETS_OUT, COUNTED_PACKETS_IN};
	static const enum remembered_counter dropped[] = {COUNTED_DROPPED_OUT, COUNTED_DROPPED_IN};
	static struct fw_guard_totals totals; /* some kilobytes */

	_Static_assert(FW_GUARD_WAYS == 2, "out and in");
	guard_totals(guard, &totals);
	for (unsigned way = 0; way < FW_GUARD_WAYS; way++)
		for (unsigned reason = 0; reason < FW_REASON_COUNT; reason++) {
			const struct fw_guard_tally *passed = &totals.reason[way][FW_GUARD_PASSED][reason];
			out[bytes[way]] += passed->bytes;
			out[packets[way]] += passed->packets;
			out[dropped[way]] += totals.reason[way][FW_GUARD_DROPPED][reason].packets;
			/* counted beside what it did */
			out[COUNTED_WOULD] += totals.reason[way][FW_GUARD_WOULD][reason].packets;
		}
}

static void take_shields(const struct shield_view *view, uint64_t out[COUNTED_COUNT])
{
	for (unsigned lane = 0; lane < FW_LANE_COUNT; lane++) {
		const struct fw_tally *tally = view->counts.lane[lane];
		out[COUNTED_PASSED] += tally[FW_OUTCOME_PASSED].packets;
		out[COUNTED_DROPPED] += tally[FW_OUTCOME_DROPPED].packets;
		out[COUNTED_TRUNCATED] += tally[FW_OUTCOME_TRUNCATED].packets;
		out[COUNTED_WOULD] += tally[FW_OUTCOME_WOULD].packets;
		/* who proved itself, or is trusted, and was let through */
		if (lane != FW_LANE_UNPROVEN)
			out[COUNTED_LEGITIMATE] += tally[FW_OUTCOME_PASSED].packets;
	}
	out[COUNTED_QUESTIONS] = out[COUNTED_PASSED] + out[COUNTED_DROPPED] + out[COUNTED_TRUNCATED];
}

static bool take(const struct remember *remember, uint64_t out[COUNTED_COUNT])
{
	struct fetch_time now = host_now();
	const struct shield_view *view;

	memset(out, 0, COUNTED_COUNT * sizeof(out[0]));
	out[COUNTED_FINDINGS] = remember->findings;
	if (host_guard(remember->host)) {
		take_guards(host_guard(remember->host), out);
		return true;
	}
	view = protect_view(host_protect(remember->host), &now);
	if (view)
		take_shields(view, out);
	return view != NULL;
}

static int add(struct remember *remember, const uint64_t totals[COUNTED_COUNT], uint64_t time_s, struct fault *out_fault)
{
	struct store *store = host_store(remember->host);
	int error = store_gather(store, out_fault), settled;

	if (error)
		return error;
	for (uint32_t i = 0; i < COUNTED_COUNT && !error; i++)
		/* less than before: the tables were made anew, and what was between nobody knows */
		if (totals[i] > remember->totals[i])
			error = store_count_add(store, i, time_s, totals[i] - remember->totals[i], out_fault);
	settled = store_settle(store, error ? NULL : out_fault);
	return error ? error : settled;
}

void remember_running(struct host *host, uint64_t out[COUNTED_COUNT])
{
	const struct remember *remember = part_find(host, part_remember.name);
	uint64_t totals[COUNTED_COUNT];

	memset(out, 0, COUNTED_COUNT * sizeof(out[0]));
	if (!remember || !remember->based || !take(remember, totals))
		return;
	for (unsigned i = 0; i < COUNTED_COUNT; i++)
		if (totals[i] > remember->totals[i])
			out[i] = totals[i] - remember->totals[i];
}

void remember_traffic(struct remember *remember, uint64_t time_s)
{
	uint64_t totals[COUNTED_COUNT];
	struct fault fault = {0};
	bool grew = false;

	if (!take(remember, totals))
		return;
	for (unsigned i = 0; i < COUNTED_COUNT; i++)
		grew |= totals[i] > remember->totals[i];
	/* what could not be written now is in the next minute's */
	if (remember->based && grew && remember_took(remember, add(remember, totals, time_s, &fault), &fault))
		return;
	memcpy(remember->totals, totals, sizeof(totals));
	remember->based = true;
}
