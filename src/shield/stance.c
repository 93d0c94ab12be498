/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the load calls for.
 *
 * Filters that cost nobody anything (malformed packets, answers that nobody asked for) act at all times and need no stance. The two
 * that can cost an honest source a question or a round trip are called in the order of what they cost: names first, which never touch a
 * name that exists; budgets only where names that exist, or what names let through, are still more than the server bears.
 *
 *	            above its level for two ticks, or four times above it in one
 *	   rest  ----------------------------------------------------------------->  act
 *	         <-----------------------------------------------------------------
 *	            below half of its level for 30 s; twice as long each time it comes back within the hour, at most 10 minutes
 *
 * Offered load is compared with levels. What is usual is learned while nothing acts, by an exponential mean whose first minutes are a
 * plain mean; a flood that was there before the first start and that the server bears is therefore taken for usual.
 *
 * Whoever can send enough can make the shield act: that is no secret and no gain, for what acts is bounded by what it may stop.
 */
#include "shield/mean.h"
#include "shield/shield.h"

#define PCT(value, pct) ((uint64_t)(value) * (pct) / 100)

enum { RATE_MAX = 1000000000, SAMPLES_MANY = 32 };

struct stance_limits stance_limits_of(uint32_t capacity)
{
	return (struct stance_limits){
		.capacity = capacity ? capacity : STANCE_CAPACITY_DEFAULT,
		.names_floor = STANCE_NAMES_FLOOR,
		.names_share_pct = STANCE_NAMES_SHARE_PCT,
		.names_usual = STANCE_NAMES_USUAL,
		.cold_pct = STANCE_COLD_PCT,
		.budgets_pct = STANCE_BUDGETS_PCT,
		.watch_pct = STANCE_WATCH_PCT,
		.leave_pct = STANCE_LEAVE_PCT,
		.other_floor = STANCE_OTHER_FLOOR,
		.ticks = STANCE_TICKS,
		.sudden = STANCE_SUDDEN,
		.zone_pct = STANCE_ZONE_PCT,
		.hold_ns = STANCE_HOLD_NS,
		.hold_max_ns = STANCE_HOLD_MAX_NS,
		.forget_ns = STANCE_FORGET_NS,
		.watch_hold_ns = STANCE_WATCH_HOLD_NS,
		.warm_ns = STANCE_WARM_NS,
		.usual_ns = STANCE_USUAL_NS,
	};
}

static uint64_t most(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* --- rates ------------------------------------------------------------------------------------------------------------------ */

static uint64_t rate_of(uint64_t count, uint64_t span_ns)
{
	/* Counters that jump (a map that was emptied) are no load. */
	return count > RATE_MAX ? 0 : count * FW_NS_PER_S / span_ns;
}

static void measure(struct stance *s, const struct stance_load *load)
{
	uint64_t span = load->span_ns;

	s->questions = 0;
	for (unsigned i = 0; i < FW_CLASS_COUNT; i++) {
		s->rate[i] = rate_of(load->seen[i], span);
		s->questions += s->rate[i];
	}
	s->rate[STANCE_LEVEL_MALFORMED] = rate_of(load->malformed, span);
	s->rate[STANCE_LEVEL_ANSWERS] = rate_of(load->answers, span);
	s->rate[STANCE_LEVEL_FRAGMENTS] = rate_of(load->fragments, span);
	s->rate[STANCE_LEVEL_OTHER] = rate_of(load->other, span);
	s->passed = rate_of(load->passed, span);
	s->left = less(s->passed, rate_of(load->would, span));
	s->proven = rate_of(load->proven, span);
	s->would_proven = rate_of(load->would_proven, span);
	s->many_sources = load->sampled >= SAMPLES_MANY && load->sampled_sources >= load->sampled / 2;
}

static void learn(struct stance *s, const struct stance_limits *limits, uint64_t span_ns)
{
	s->learned_ns = s->learned_ns + span_ns < limits->usual_ns ? s->learned_ns + span_ns : limits->usual_ns;
	for (unsigned i = 0; i < STANCE_LEVEL_COUNT; i++)
		s->usual[i] = mean_next(s->usual[i], s->rate[i], span_ns, s->learned_ns);
}

static uint64_t usual(const struct stance *s, unsigned level)
{
	return s->usual[level] / MEAN_ONE;
}

/* --- levels ----------------------------------------------------------------------------------------------------------------- */

static uint64_t suspect(const struct stance *s)
{
	return s->rate[FW_CLASS_UNKNOWN] + s->rate[FW_CLASS_POSSIBLE] + s->rate[FW_CLASS_FOREIGN];
}

static bool is_warm(const struct stance *s, const struct stance_limits *limits)
{
	return s->learned_ns >= limits->warm_ns;
}

static uint64_t names_level(const struct stance *s, const struct stance_limits *limits)
{
	uint64_t level = most(limits->names_floor, PCT(limits->capacity, limits->names_share_pct));

	if (!is_warm(s, limits))
		return most(level, PCT(limits->capacity, limits->cold_pct));
	return most(level, limits->names_usual * (usual(s, FW_CLASS_UNKNOWN) + usual(s, FW_CLASS_POSSIBLE) + usual(s, FW_CLASS_FOREIGN)));
}

static uint64_t budgets_level(const struct stance_limits *limits)
{
	return PCT(limits->capacity, limits->budgets_pct);
}

/* Of what is stopped anyway, or passes to nobody. */
static uint64_t kind_level(const struct stance *s, const struct stance_limits *limits, unsigned level)
{
	return most(limits->other_floor, limits->names_usual * usual(s, level));
}

/* What the server gets when names act, as far as is known: once it has acted for a whole tick, that can be seen. */
static uint64_t behind_names(const struct stance *s, const struct stance_load *load)
{
	uint64_t exists = s->rate[FW_CLASS_EXISTS];
	bool seen = s->names.acting && load->now_ns - s->names.since_ns >= 2 * load->span_ns;

	return seen && !s->budgets.acting ? most(exists, s->left) : exists;
}

/* --- filters ---------------------------------------------------------------------------------------------------------------- */

struct call {
	uint64_t value, level; /* a second */
	bool now; /* whatever the two say */
};

static void call_filter(struct stance_filter *filter, const struct call *call, const struct stance_limits *limits, uint64_t now_ns)
{
	bool again = filter->since_ns && now_ns - filter->since_ns < limits->forget_ns;

	filter->above = call->value > call->level ? filter->above + 1 : 0;
	if (!call->now && filter->above < limits->ticks && call->value <= call->level * limits->sudden)
		return;
	filter->hold_ns = again ? filter->hold_ns * 2 : limits->hold_ns;
	if (filter->hold_ns > limits->hold_max_ns)
		filter->hold_ns = limits->hold_max_ns;
	filter->acting = true;
	filter->since_ns = now_ns;
	filter->below_ns = 0;
}

static void rest_filter(struct stance_filter *filter, const struct call *call, const struct stance_limits *limits, uint64_t now_ns)
{
	if (call->now || call->value > PCT(call->level, limits->leave_pct)) {
		filter->below_ns = 0;
		return;
	}
	if (!filter->below_ns)
		filter->below_ns = now_ns;
	if (now_ns - filter->below_ns < filter->hold_ns)
		return;
	filter->acting = false;
	filter->since_ns = now_ns;
	filter->above = 0;
}

static void ask_filter(struct stance_filter *filter, const struct call *call, const struct stance_limits *limits, uint64_t now_ns)
{
	if (filter->acting)
		rest_filter(filter, call, limits, now_ns);
	else
		call_filter(filter, call, limits, now_ns);
}

static void ask_filters(struct stance *s, const struct stance_limits *limits, const struct stance_load *load)
{
	uint64_t exists = s->rate[FW_CLASS_EXISTS];
	struct call names = {suspect(s), names_level(s, limits), load->overloaded && suspect(s) > exists};
	struct call budgets = {0, budgets_level(limits), load->overloaded && suspect(s) <= exists};
	struct call other = {limits->only_dns ? s->rate[STANCE_LEVEL_OTHER] : 0, kind_level(s, limits, STANCE_LEVEL_OTHER), false};

	ask_filter(&s->names, &names, limits, load->now_ns);
	budgets.value = behind_names(s, load);
	ask_filter(&s->budgets, &budgets, limits, load->now_ns);
	ask_filter(&s->only_dns, &other, limits, load->now_ns);
}

/* --- vectors ---------------------------------------------------------------------------------------------------------------- */

static enum stance_vector possible_vector(const struct stance_load *load)
{
	bool wildcard = load->possible.kinds & (FW_NAME_WILDCARD | FW_NAME_DNAME), delegation = load->possible.kinds & FW_NAME_DELEGATION;

	if (wildcard != delegation)
		return wildcard ? STANCE_WILDCARD_NAMES : STANCE_DELEGATED_NAMES;
	return STANCE_POSSIBLE_NAMES; /* a zone that has both: no counter tells them apart */
}

/* The kind of suspect names that is the most. */
static enum stance_vector names_vector(const struct stance *s, const struct stance_load *load, const struct stance_top **out_top)
{
	uint64_t unknown = s->rate[FW_CLASS_UNKNOWN], possible = s->rate[FW_CLASS_POSSIBLE], foreign = s->rate[FW_CLASS_FOREIGN];

	*out_top = NULL;
	if (foreign > unknown && foreign > possible)
		return STANCE_FOREIGN_NAMES;
	*out_top = unknown >= possible ? &load->unknown : &load->possible;
	return unknown >= possible ? STANCE_UNKNOWN_NAMES : possible_vector(load);
}

struct heaviest {
	enum stance_vector vector;
	uint64_t rate;
};

static void weigh(struct heaviest *heaviest, enum stance_vector vector, uint64_t rate, uint64_t level)
{
	if (rate > level && rate > heaviest->rate)
		*heaviest = (struct heaviest){vector, rate};
}

static uint32_t zone_of(const struct stance_top *top, const struct stance_limits *limits, const struct stance_load *load)
{
	uint64_t all = top == &load->unknown ? load->seen[FW_CLASS_UNKNOWN] : load->seen[FW_CLASS_POSSIBLE];

	return top->seen && top->seen >= PCT(all, limits->zone_pct) ? top->place : 0;
}

/* Returns whether anything is unusual now. */
static bool name_vector(struct stance *s, const struct stance_limits *limits, const struct stance_load *load)
{
	static const enum stance_vector kinds[] = {[STANCE_LEVEL_MALFORMED] = STANCE_MALFORMED,
		[STANCE_LEVEL_ANSWERS] = STANCE_ANSWERS,
		[STANCE_LEVEL_FRAGMENTS] = STANCE_FRAGMENTS,
		[STANCE_LEVEL_OTHER] = STANCE_OTHER};
	struct heaviest heaviest = {STANCE_NOTHING, 0};
	const struct stance_top *top;
	enum stance_vector names = names_vector(s, load, &top);

	weigh(&heaviest, names, suspect(s), load->overloaded ? 0 : names_level(s, limits));
	weigh(&heaviest, STANCE_EXISTING_NAMES, s->rate[FW_CLASS_EXISTS], load->overloaded ? 0 : budgets_level(limits));
	for (unsigned i = STANCE_LEVEL_MALFORMED; i < STANCE_LEVEL_COUNT; i++)
		weigh(&heaviest, kinds[i], s->rate[i], kind_level(s, limits, i));
	if (!heaviest.vector)
		return false;
	if (heaviest.vector != s->vector)
		s->vector_ns = load->now_ns;
	s->vector = heaviest.vector;
	s->zone = heaviest.vector == names && top ? zone_of(top, limits, load) : 0;
	return true;
}

/* --- stance ----------------------------------------------------------------------------------------------------------------- */

static bool is_loud(const struct stance *s, const struct stance_limits *limits, const struct stance_load *load)
{
	bool loud = load->overloaded || suspect(s) > PCT(names_level(s, limits), limits->watch_pct);

	/* A server that is at sixty percent all day is not loud. */
	loud = loud || s->questions > most(PCT(budgets_level(limits), limits->watch_pct), 2 * usual(s, FW_CLASS_EXISTS));
	for (unsigned i = STANCE_LEVEL_MALFORMED; i < STANCE_LEVEL_COUNT; i++)
		loud = loud || s->rate[i] > PCT(kind_level(s, limits, i), limits->watch_pct);
	return loud;
}

static enum fw_stance stance_of(const struct stance *s, const struct stance_limits *limits, uint64_t now_ns)
{
	if (s->names.acting || s->budgets.acting || s->only_dns.acting)
		return FW_STANCE_DEFEND;
	return s->loud_ns && now_ns - s->loud_ns < limits->watch_hold_ns ? FW_STANCE_WATCH : FW_STANCE_CALM;
}

struct stance stance_next(const struct stance *old, const struct stance_limits *limits, const struct stance_load *load)
{
	struct stance s = *old;
	bool unusual;

	if (!load->span_ns)
		return s;
	measure(&s, load);
	ask_filters(&s, limits, load);
	unusual = name_vector(&s, limits, load);
	if (unusual || is_loud(&s, limits, load))
		s.loud_ns = load->now_ns;
	s.stance = stance_of(&s, limits, load->now_ns);
	if (s.stance != FW_STANCE_DEFEND)
		learn(&s, limits, load->span_ns);
	if (s.stance == FW_STANCE_CALM) {
		s.vector = STANCE_NOTHING;
		s.zone = 0;
		s.vector_ns = 0;
	}
	if (s.stance != old->stance)
		s.since_ns = load->now_ns;
	return s;
}

static void resume_filter(struct stance_filter *filter, bool acting, const struct stance_limits *limits, uint64_t now_ns)
{
	if (acting)
		*filter = (struct stance_filter){.acting = true, .since_ns = now_ns, .hold_ns = limits->hold_ns};
}

struct stance stance_resume(const struct fw_shield_config *config, const struct stance_limits *limits, uint64_t now_ns)
{
	struct stance s = {.since_ns = now_ns};

	if (config->stance != FW_STANCE_DEFEND)
		return s;
	resume_filter(&s.names, config->acting[FW_FILTER_NAMES], limits, now_ns);
	resume_filter(&s.budgets, config->acting[FW_FILTER_BUDGETS], limits, now_ns);
	resume_filter(&s.only_dns, config->only_dns && config->acting[FW_FILTER_ONLY_DNS], limits, now_ns);
	s.stance = stance_of(&s, limits, now_ns);
	return s;
}
