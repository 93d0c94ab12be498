/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifdef FW_MUTANTS
#define HALF(name) mutant_guard_##name
#define twin_guard_new mutant_twin_guard_new
#define twin_guard_free mutant_twin_guard_free
#define twin_guard_tables mutant_twin_guard_tables_of
#define twin_guard_out mutant_twin_guard_out
#define twin_guard_in mutant_twin_guard_in
#else
#define HALF(name) clean_guard_##name
#define twin_guard_new clean_twin_guard_new
#define twin_guard_free clean_twin_guard_free
#define twin_guard_tables clean_twin_guard_tables_of
#define twin_guard_out clean_twin_guard_out
#define twin_guard_in clean_twin_guard_in
#endif

/* Places in these are told by the readers' own twin test, or the shield's. */
#include "wire/bucket.h"
#include "wire/dns.h"
#include "wire/event.h"
#include "wire/packet.h"
#include "wire/shield_state.h"

#ifdef FW_MUTANTS
const int mutant_first = __COUNTER__ + 2;
#endif

#include "../../src/twin/guard.c"

#include "guard_half.h"

static struct twin_guard *half;

static void half_open(void)
{
	static const struct fw_guard_sizes sizes = {
		GUARD_PLACES, GUARD_DEVICES, GUARD_FLOW_BUCKETS, GUARD_RULES, GUARD_MEMBERS, GUARD_NAMES, GUARD_BOUND};

	if (!half && twin_guard_new(&sizes, &half))
		abort();
}

void HALF(begin)(const struct guard_scene *scene)
{
	struct fw_guard_tables *t;

	half_open();
	t = &half->tables;
	*t->config = scene->config;
	memset(t->totals, 0, sizeof(*t->totals));
	memset(t->counts, 0, GUARD_DEVICES * sizeof(*t->counts));
	memcpy(t->places, scene->places, sizeof(scene->places));
	memcpy(t->devices, scene->state.devices, sizeof(scene->state.devices));
	for (int i = 0; i < 2; i++) {
		memcpy(t->policies[i], scene->policies[i], sizeof(scene->policies[i]));
		memcpy(t->rules[i], scene->rules[i], sizeof(scene->rules[i]));
	}
	memcpy(t->flows, scene->state.flows, sizeof(scene->state.flows));
	memcpy(t->members, scene->state.members, sizeof(scene->state.members));
	memcpy(t->names, scene->names, sizeof(scene->names));
	memcpy(t->bound, scene->state.bound, sizeof(scene->state.bound));
	memcpy(t->words, scene->state.words, sizeof(scene->state.words));
	memset(&half->in, 0, sizeof(half->in));
	memset(&half->out, 0, sizeof(half->out));
}

void HALF(step)(const struct guard_step *step, const uint8_t *bytes, struct guard_result *out)
{
	struct twin_guard_frame frame = {.now_ns = step->now_ns,
		.bytes = bytes,
		.len = step->len,
		.frame_len = step->len,
		.packets = step->packets,
		.vlan = step->vlan};
	const struct fw_guard_desk *desk = step->way == FW_GUARD_OUT ? &half->out : &half->in;
	struct twin_guard_verdict verdict = step->way == FW_GUARD_OUT ? twin_guard_out(half, &frame) : twin_guard_in(half, &frame);

	memset(out, 0, sizeof(*out));
	out->notes = desk->notes;
	out->packet = desk->packet;
	out->inner = desk->inner;
	out->question = desk->question;
	out->dropped = verdict.outcome == FW_GUARD_DROPPED;
	out->sent = verdict.sent != NULL;
	if (!verdict.sent)
		return;
	out->head = *verdict.sent;
	memcpy(out->bytes, verdict.sent + 1, verdict.sent->kept_len);
}

void HALF(state)(struct guard_state *out_state, struct guard_counts *out_counts)
{
	const struct fw_guard_tables *t = &half->tables;

	memcpy(out_state->devices, t->devices, sizeof(out_state->devices));
	memcpy(out_state->flows, t->flows, sizeof(out_state->flows));
	memcpy(out_state->members, t->members, sizeof(out_state->members));
	memcpy(out_state->bound, t->bound, sizeof(out_state->bound));
	memcpy(out_state->words, t->words, sizeof(out_state->words));
	out_counts->totals = *t->totals;
	memcpy(out_counts->counts, t->counts, sizeof(out_counts->counts));
}

#ifdef FW_MUTANTS
int fw_mutant;
int fw_mutant_lines[1024];
const char *fw_mutant_files[1024];
const int mutant_last = __COUNTER__;
_Static_assert(__COUNTER__ < 1024, "room for all places");
#endif
