/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifdef FW_MUTANTS
#define HALF(name) mutant_##name
#define twin_new mutant_twin_new
#define twin_free mutant_twin_free
#define twin_tables mutant_twin_tables_of
#define twin_use_prefixes mutant_twin_use_prefixes
#define twin_arrive mutant_twin_arrive
#define twin_leave mutant_twin_leave
#else
#define HALF(name) clean_##name
#define twin_new clean_twin_new
#define twin_free clean_twin_free
#define twin_tables clean_twin_tables_of
#define twin_use_prefixes clean_twin_use_prefixes
#define twin_arrive clean_twin_arrive
#define twin_leave clean_twin_leave
#endif

/* Places in these are told by the readers' own twin test, or the guard's. */
#include "wire/bucket.h"
#include "wire/dns.h"
#include "wire/event.h"
#include "wire/guard.h"
#include "wire/packet.h"
#include "wire/siphash.h"

#ifdef FW_MUTANTS
const int mutant_first = __COUNTER__ + 2;
#endif

#include "../../src/twin/twin.c"

#include "shield_half.h"

static struct twin *half;

static void half_open(void)
{
	static const struct twin_sizes sizes = {
		SCENE_NAMES_LINES, SCENE_ZONES, SCENE_CELLS, SCENE_SEEN_LINES, SCENE_SEEN_LINES, SCENE_BLOCKED, SCENE_PREFIXES};

	if (!half && twin_new(&sizes, &half))
		abort();
}

void HALF(begin)(const struct scene *scene)
{
	struct twin_tables *t;

	half_open();
	t = &half->tables;
	*t->config = scene->config;
	memset(t->counts, 0, sizeof(*t->counts));
	memset(t->zone_counts, 0, SCENE_ZONES * sizeof(*t->zone_counts));
	memcpy(t->names[0], scene->names[0], sizeof(scene->names[0]));
	memcpy(t->names[1], scene->names[1], sizeof(scene->names[1]));
	memcpy(t->zones, scene->state.zones, sizeof(scene->state.zones));
	memcpy(t->cells, scene->state.cells, sizeof(scene->state.cells));
	memcpy(t->words, scene->state.words, sizeof(scene->state.words));
	memcpy(t->proven, scene->state.proven, sizeof(scene->state.proven));
	memcpy(t->asked, scene->state.asked, sizeof(scene->state.asked));
	memcpy(t->blocked, scene->blocked, sizeof(scene->blocked));
	memcpy(t->protected, scene->protected, sizeof(scene->protected));
	memcpy(t->prefixes, scene->prefixes, sizeof(scene->prefixes));
	twin_use_prefixes(half, scene->prefixes_count);
	memset(&half->in, 0, sizeof(half->in));
	memset(&half->out, 0, sizeof(half->out));
}

void HALF(step)(const struct scene_step *step, uint8_t *bytes, struct scene_result *out)
{
	struct twin_verdict verdict = {.outcome = FW_OUTCOME_PASSED, .len = step->len};
	const struct scratch *scratch = step->leaves ? &half->out : &half->in;

	memset(out, 0, sizeof(*out));
	if (step->leaves)
		twin_leave(half, step->now_ns, bytes, step->len);
	else
		verdict = twin_arrive(half, step->now_ns, bytes, step->len);
	out->outcome = verdict.outcome;
	out->len = verdict.len;
	out->notes = scratch->notes;
	out->packet = scratch->packet;
	out->question = scratch->question;
	out->sampled = verdict.sample != NULL;
	if (verdict.sample)
		out->sample = *verdict.sample;
	memcpy(out->frame, bytes, verdict.len < FRAME_ROOM ? verdict.len : FRAME_ROOM);
}

void HALF(state)(struct scene_state *out_state, struct scene_counts *out_counts)
{
	const struct twin_tables *t = &half->tables;

	memcpy(out_state->zones, t->zones, sizeof(out_state->zones));
	memcpy(out_state->cells, t->cells, sizeof(out_state->cells));
	memcpy(out_state->words, t->words, sizeof(out_state->words));
	memcpy(out_state->proven, t->proven, sizeof(out_state->proven));
	memcpy(out_state->asked, t->asked, sizeof(out_state->asked));
	out_counts->counts = *t->counts;
	memcpy(out_counts->zones, t->zone_counts, sizeof(out_counts->zones));
}

#ifdef FW_MUTANTS
int fw_mutant;
int fw_mutant_lines[1024];
const char *fw_mutant_files[1024];
const int mutant_last = __COUNTER__;
_Static_assert(__COUNTER__ < 1024, "room for all places");
#endif
