/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stances: loads as a daemon would measure them, tick by tick, for each flood and for each quiet server. First action within a second,
 * vector within three, the cheapest set that is enough, back to calm when it is over; and never for those who do no harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shield/shield.h"

enum { TICKS = 5 }; /* a second */

/* A server, what reaches it, and what became of it. */
struct run {
	struct stance_limits limits;
	struct stance stance;
	struct stance_load load; /* a second's worth of each */
	uint64_t now_ns;
	enum fw_stance worst;
	bool enforce;
};

static struct run run_new(void)
{
	return (struct run){.limits = stance_limits_of(0), .now_ns = 1000 * FW_NS_PER_S};
}

static uint64_t part(uint64_t a_second, unsigned tick)
{
	return a_second / TICKS + (tick % TICKS < a_second % TICKS);
}

static void one_tick(struct run *run, unsigned tick)
{
	const struct stance *s = &run->stance;
	struct stance_load load = run->load;

	run->now_ns += STANCE_TICK_NS;
	load.now_ns = run->now_ns;
	load.span_ns = STANCE_TICK_NS;
	load.passed = 0;
	for (unsigned i = 0; i < FW_CLASS_COUNT; i++) {
		bool stopped = s->names.acting && i != FW_CLASS_EXISTS;
		load.seen[i] = part(run->load.seen[i], tick);
		load.passed += stopped && run->enforce ? 0 : load.seen[i];
		load.would += stopped && !run->enforce ? load.seen[i] : 0;
	}
	load.passed = load.passed + part(run->load.passed, tick);
	load.malformed = part(run->load.malformed, tick);
	load.answers = part(run->load.answers, tick);
	load.fragments = part(run->load.fragments, tick);
	load.other = part(run->load.other, tick);
	load.unknown.seen = part(run->load.unknown.seen, tick);
	load.possible.seen = part(run->load.possible.seen, tick);
	run->stance = stance_next(&run->stance, &run->limits, &load);
	if (run->stance.stance > run->worst)
		run->worst = run->stance.stance;
}

static void run_for(struct run *run, unsigned seconds)
{
	for (unsigned tick = 0; tick < seconds * TICKS; tick++)
		one_tick(run, tick);
}

/* Ten minutes of an ordinary evening: 2,000 questions a second, 5 % of them for names that do not exist. */
static void calm_down(struct run *run)
{
	run->load = (struct stance_load){.seen = {1900, 20, 70, 10}};
	run->worst = FW_STANCE_CALM;
	run_for(run, 600);
	assert_int_equal(run->worst, FW_STANCE_CALM);
}

/* Ticks until defend, at most a minute's; the load stays. */
static double first_action_s(struct run *run)
{
	uint64_t begin = run->now_ns;

	for (unsigned tick = 0; tick < 60 * TICKS && run->stance.stance != FW_STANCE_DEFEND; tick++)
		one_tick(run, tick);
	return (double)(run->now_ns - begin) / FW_NS_PER_S;
}

static void random_names_under_a_zone(void **state)
{
	static const uint64_t rates[] = {5000, 12000, 50000, 150000, 1000000};

	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		for (unsigned enforce = 0; enforce < 2; enforce++) {
			struct run run = run_new();
			char text[STANCE_TEXT_MAX];
			run.enforce = enforce;
			calm_down(&run);
			run.load.seen[FW_CLASS_UNKNOWN] = rates[i];
			run.load.unknown = (struct stance_top){.place = 7, .seen = rates[i] * 9 / 10};
			assert_true(first_action_s(&run) < 1.0);
			assert_int_equal(run.stance.vector, STANCE_UNKNOWN_NAMES);
			assert_int_equal(run.stance.zone, 7);
			assert_string_equal(
				stance_vector_text(text, &run.stance, "example.com."), "names that do not exist under example.com.");
			/* Names are enough, for as long as it lasts. */
			run_for(&run, 120);
			assert_true(run.stance.names.acting);
			assert_false(run.stance.budgets.acting);
			assert_int_equal(run.stance.zone, 7);
		}
}

static void under_wildcards_and_below_delegations(void **state)
{
	static const struct {
		uint32_t kinds;
		enum stance_vector vector;
	} cases[] = {
		{FW_NAME_WILDCARD, STANCE_WILDCARD_NAMES},
		{FW_NAME_APEX | FW_NAME_DNAME, STANCE_WILDCARD_NAMES},
		{FW_NAME_DELEGATION, STANCE_DELEGATED_NAMES},
		{FW_NAME_DELEGATION | FW_NAME_WILDCARD, STANCE_POSSIBLE_NAMES},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run run = run_new();
		calm_down(&run);
		run.load.seen[FW_CLASS_POSSIBLE] = 60000;
		run.load.possible = (struct stance_top){3, 60000, cases[i].kinds};
		assert_true(first_action_s(&run) < 1.0);
		assert_int_equal(run.stance.vector, cases[i].vector);
		assert_int_equal(run.stance.zone, 3);
		assert_true(run.stance.names.acting);
		assert_false(run.stance.budgets.acting);
	}
}

static void foreign_names(void **state)
{
	struct run run = run_new();

	calm_down(&run);
	run.load.seen[FW_CLASS_FOREIGN] = 20000;
	assert_true(first_action_s(&run) < 1.0);
	assert_int_equal(run.stance.vector, STANCE_FOREIGN_NAMES);
	assert_int_equal(run.stance.zone, 0);
}

/* The names filter can do nothing about them: budgets, and only they. */
static void existing_names_above_the_capacity(void **state)
{
	struct run run = run_new();
	char text[STANCE_TEXT_MAX];

	calm_down(&run);
	run.load.seen[FW_CLASS_EXISTS] = 120000;
	run.load.sampled = 50;
	run.load.sampled_sources = 50;
	assert_true(first_action_s(&run) < 1.0);
	assert_int_equal(run.stance.vector, STANCE_EXISTING_NAMES);
	assert_true(run.stance.budgets.acting);
	assert_false(run.stance.names.acting);
	stance_vector_text(text, &run.stance, NULL);
	assert_non_null(strstr(text, "from many sources"));
}

/* Unknown names and existing ones: both, and the heavier is named. */
static void a_mixed_flood_needs_both(void **state)
{
	struct run run = run_new();

	calm_down(&run);
	run.load.seen[FW_CLASS_EXISTS] = 80000;
	run.load.seen[FW_CLASS_UNKNOWN] = 90000;
	assert_true(first_action_s(&run) < 1.0);
	run_for(&run, 1);
	assert_true(run.stance.names.acting);
	assert_true(run.stance.budgets.acting);
	assert_int_equal(run.stance.vector, STANCE_UNKNOWN_NAMES);
}

/* The names filter acts and the server still gets too much (budgets of names set too large): budgets are added. */
static void budgets_where_names_are_not_enough(void **state)
{
	struct run run = run_new();

	run.enforce = true;
	calm_down(&run);
	run.load.seen[FW_CLASS_POSSIBLE] = 200000;
	run.load.possible = (struct stance_top){3, 200000, FW_NAME_WILDCARD};
	assert_true(first_action_s(&run) < 1.0);
	run_for(&run, 2);
	assert_false(run.stance.budgets.acting);
	run.load.passed = 70000; /* beside the existing ones */
	run_for(&run, 1);
	assert_true(run.stance.budgets.acting);
	assert_true(run.stance.names.acting);
}

/* What is stopped anyway is watched and named, and no reason to defend. */
static void junk_that_costs_the_server_nothing(void **state)
{
	static const size_t fields[] = {
		offsetof(struct stance_load, malformed), offsetof(struct stance_load, answers), offsetof(struct stance_load, fragments)};
	static const enum stance_vector vectors[] = {STANCE_MALFORMED, STANCE_ANSWERS, STANCE_FRAGMENTS};

	for (size_t i = 0; i < 3; i++) {
		struct run run = run_new();
		uint64_t *field = (uint64_t *)((char *)&run.load + fields[i]);
		calm_down(&run);
		*field = 300000;
		run_for(&run, 2);
		assert_int_equal(run.stance.vector, vectors[i]);
		assert_int_equal(run.worst, FW_STANCE_WATCH);
	}
}

static void other_ports_where_only_dns_is_served(void **state)
{
	for (unsigned only_dns = 0; only_dns < 2; only_dns++) {
		struct run run = run_new();
		run.limits.only_dns = only_dns;
		calm_down(&run);
		run.load.other = 100000;
		run_for(&run, 2);
		assert_int_equal(run.stance.vector, STANCE_OTHER);
		assert_int_equal(run.worst, only_dns ? FW_STANCE_DEFEND : FW_STANCE_WATCH);
		assert_int_equal(run.stance.only_dns.acting, only_dns);
		assert_false(run.stance.names.acting || run.stance.budgets.acting);
	}
}

/* The kernel ran out of its overload word before anybody measured: what is most of the load decides. */
static void overload_acts_at_once(void **state)
{
	for (unsigned unknown = 0; unknown < 2; unknown++) {
		struct run run = run_new();
		calm_down(&run);
		run.load.seen[unknown ? FW_CLASS_UNKNOWN : FW_CLASS_EXISTS] = 9000;
		if (!unknown)
			run.load.seen[FW_CLASS_UNKNOWN] = 100;
		run.load.overloaded = 10;
		one_tick(&run, 0);
		assert_int_equal(run.stance.stance, FW_STANCE_DEFEND);
		assert_int_equal(run.stance.names.acting, unknown);
		assert_int_equal(run.stance.budgets.acting, !unknown);
		assert_int_equal(run.stance.vector, unknown ? STANCE_UNKNOWN_NAMES : STANCE_EXISTING_NAMES);
	}
}

/* --- back to calm ------------------------------------------------------------------------------------------------------------ */

static void back_to_calm(void **state)
{
	struct run run = run_new();

	calm_down(&run);
	run.load.seen[FW_CLASS_UNKNOWN] = 80000;
	run_for(&run, 60);
	assert_int_equal(run.stance.stance, FW_STANCE_DEFEND);
	run.load.seen[FW_CLASS_UNKNOWN] = 70;
	run_for(&run, 29);
	assert_int_equal(run.stance.stance, FW_STANCE_DEFEND);
	run_for(&run, 2);
	assert_int_equal(run.stance.stance, FW_STANCE_CALM);
	assert_false(run.stance.names.acting);
	assert_int_equal(run.stance.vector, STANCE_NOTHING);
	/* What the flood sent is not what is usual. */
	assert_true(run.stance.usual[FW_CLASS_UNKNOWN] / 1024 < 200);
}

/* One tick is enough for four times the level, which here is 2,500; two for less. */
static void sudden_or_not(void **state)
{
	struct run run = run_new();

	calm_down(&run);
	run.load.seen[FW_CLASS_UNKNOWN] = 10500;
	one_tick(&run, 0);
	assert_int_equal(run.stance.stance, FW_STANCE_DEFEND);
	run = run_new();
	calm_down(&run);
	run.load.seen[FW_CLASS_UNKNOWN] = 9500;
	one_tick(&run, 0);
	assert_int_equal(run.stance.stance, FW_STANCE_WATCH);
	one_tick(&run, 1);
	assert_int_equal(run.stance.stance, FW_STANCE_DEFEND);
}

/* Less than before, and still more than half of the level: it goes on. */
static void it_ends_at_half_of_the_level(void **state)
{
	struct run run = run_new();

	calm_down(&run);
	run.load.seen[FW_CLASS_UNKNOWN] = 80000;
	run_for(&run, 10);
	run.load.seen[FW_CLASS_UNKNOWN] = 1500;
	run_for(&run, 120);
	assert_int_equal(run.stance.stance, FW_STANCE_DEFEND);
	run.load.seen[FW_CLASS_UNKNOWN] = 1000;
	run_for(&run, 31);
	assert_true(run.stance.stance < FW_STANCE_DEFEND);
}

/* A new daemon in the middle of a flood: what acted goes on, and rests when it is over. */
static void taken_over_from_an_earlier_process(void **state)
{
	struct fw_shield_config config;
	struct run run = run_new();

	memset(&config, 0, sizeof(config));
	config.acting[FW_FILTER_NAMES] = 1;
	run.stance = stance_resume(&config, &run.limits, run.now_ns);
	assert_int_equal(run.stance.stance, FW_STANCE_CALM);
	assert_false(run.stance.names.acting);
	config.stance = FW_STANCE_DEFEND;
	run.stance = stance_resume(&config, &run.limits, run.now_ns);
	assert_true(run.stance.names.acting);
	assert_false(run.stance.budgets.acting || run.stance.only_dns.acting);
	run.load.seen[FW_CLASS_UNKNOWN] = 80000;
	run_for(&run, 60);
	assert_int_equal(run.stance.stance, FW_STANCE_DEFEND);
	assert_int_equal(run.stance.vector, STANCE_UNKNOWN_NAMES);
	run.load.seen[FW_CLASS_UNKNOWN] = 70;
	run_for(&run, 31);
	assert_int_equal(run.stance.stance, FW_STANCE_CALM);
}

/* On for a minute, off for a minute: it is held longer each time, and then does not open in between. */
static void a_flood_that_pulses(void **state)
{
	struct run run = run_new();
	unsigned opened = 0;

	calm_down(&run);
	for (unsigned pulse = 0; pulse < 20; pulse++) {
		run.load.seen[FW_CLASS_UNKNOWN] = 80000;
		run_for(&run, 60);
		assert_int_equal(run.stance.stance, FW_STANCE_DEFEND);
		run.load.seen[FW_CLASS_UNKNOWN] = 70;
		run_for(&run, 60);
		opened += run.stance.stance != FW_STANCE_DEFEND;
	}
	assert_true(opened <= 2);
	run_for(&run, 601);
	assert_int_equal(run.stance.stance, FW_STANCE_CALM);
	/* An hour later it counts as new. */
	run_for(&run, 3601);
	run.load.seen[FW_CLASS_UNKNOWN] = 80000;
	run_for(&run, 60);
	run.load.seen[FW_CLASS_UNKNOWN] = 70;
	run_for(&run, 31);
	assert_int_equal(run.stance.stance, FW_STANCE_CALM);
}

/* Around the level, up and down each tick: it goes in once and stays. */
static void a_load_at_the_level_does_not_flap(void **state)
{
	struct run run = run_new();
	unsigned changes = 0;

	calm_down(&run);
	for (unsigned tick = 0; tick < 600 * TICKS; tick++) {
		bool before = run.stance.names.acting;
		run.load.seen[FW_CLASS_UNKNOWN] = tick / 3 % 2 ? 2600 : 2300;
		one_tick(&run, tick);
		changes += run.stance.names.acting != before;
	}
	assert_int_equal(changes, 1);
}

/* --- never ------------------------------------------------------------------------------------------------------------------- */

static void never_for_those_who_do_no_harm(void **state)
{
	static const struct {
		const char *who;
		uint64_t seen[FW_CLASS_COUNT];
	} cases[] = {
		{"a crowd for one existing name, just below what the server bears", {49900, 20, 70, 10}},
		{"a scanner with a list of a few hundred names", {1900, 20, 970, 10}},
		{"a walker of a signed zone", {1900, 20, 1500, 10}},
		{"an open resolver's questions for other people's zones", {1900, 20, 70, 800}},
		{"a service with one-time names under a wildcard, growing fast", {1900, 1800, 70, 10}},
		{"nothing at all", {0, 0, 0, 0}},
		{"one question a minute", {0, 0, 0, 0}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run run = run_new();
		calm_down(&run);
		memcpy(run.load.seen, cases[i].seen, sizeof(cases[i].seen));
		run_for(&run, 300);
		if (run.worst >= FW_STANCE_DEFEND)
			fail_msg("defends against %s", cases[i].who);
	}
}

/* Whatever is usual, from the first second on: top-level domains answer NXDOMAIN to a third, the root to most. */
static void never_at_its_usual_load(void **state)
{
	static const uint64_t seen[][FW_CLASS_COUNT] = {
		{30000, 5000, 14000, 500}, {2000, 22000, 20000, 0}, {100, 20000, 1000, 50}, {49000, 0, 0, 0}};

	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
		struct run run = run_new();
		run.limits = stance_limits_of(100000);
		/* A day in minutes: half of it to the whole, and back. */
		for (unsigned minute = 0; minute < 48; minute++) {
			for (unsigned j = 0; j < FW_CLASS_COUNT; j++)
				run.load.seen[j] = seen[i][j] * (24 + (minute < 24 ? minute : 48 - minute)) / 48;
			run_for(&run, 60);
		}
		assert_true(run.worst < FW_STANCE_DEFEND);
	}
}

/* Half of what it bears, all day long: once that is usual there is nothing to watch. */
static void a_busy_server_is_calm(void **state)
{
	struct run run = run_new();

	run.load.seen[FW_CLASS_EXISTS] = 32000;
	run_for(&run, 60);
	assert_int_equal(run.stance.stance, FW_STANCE_CALM);
	run.load.seen[FW_CLASS_EXISTS] = 70000 - 32000;
	run_for(&run, 60);
	assert_int_equal(run.stance.stance, FW_STANCE_CALM);
}

static void a_burst_of_one_tick_is_none(void **state)
{
	struct run run = run_new();

	calm_down(&run);
	for (unsigned i = 0; i < 60; i++) {
		run.load.seen[FW_CLASS_UNKNOWN] = 6000;
		one_tick(&run, 0);
		run.load.seen[FW_CLASS_UNKNOWN] = 70;
		run_for(&run, 5);
	}
	assert_true(run.worst < FW_STANCE_DEFEND);
}

/* Before it is known what is usual only the capacity counts. */
static void a_flood_right_after_the_start(void **state)
{
	struct run run = run_new();

	run.load.seen[FW_CLASS_UNKNOWN] = 20000;
	run_for(&run, 5);
	assert_true(run.worst < FW_STANCE_DEFEND);
	run = run_new();
	run.load.seen[FW_CLASS_UNKNOWN] = 100000;
	assert_true(first_action_s(&run) < 1.0);
}

/* --- numbers ----------------------------------------------------------------------------------------------------------------- */

static void pure_and_safe_at_the_edges(void **state)
{
	struct stance_limits limits = stance_limits_of(UINT32_MAX);
	struct stance_load load = {.now_ns = 5,
		.span_ns = 1,
		.seen = {UINT64_MAX, 1000000000, 1000000000, 3},
		.passed = 1,
		.would = UINT64_MAX,
		.proven = UINT64_MAX,
		.would_proven = 1,
		.malformed = UINT64_MAX,
		.other = UINT64_MAX / 2,
		.overloaded = 1};
	struct stance zero = {0}, one, two;

	memset(&one, 0, sizeof(one));
	memset(&two, 0, sizeof(two));
	for (unsigned i = 0; i < 20; i++) {
		one = stance_next(&one, &limits, &load);
		two = stance_next(&two, &limits, &load);
		assert_memory_equal(&one, &two, sizeof(one));
		load.now_ns += 1;
	}
	load.span_ns = 0;
	one = stance_next(&two, &limits, &load);
	assert_memory_equal(&one, &two, sizeof(one));
	limits = stance_limits_of(1);
	load.span_ns = UINT64_MAX;
	one = stance_next(&zero, &limits, &load);
	assert_int_equal(one.rate[FW_CLASS_POSSIBLE], 0);
}

static void lines_for_people(void **state)
{
	struct run run = run_new();
	char text[STANCE_TEXT_MAX], longest[2000];

	calm_down(&run);
	assert_string_equal(stance_text(text, &run.stance, NULL), "calm: 2000 questions a second, 2000 of them reach the server");
	run.enforce = true;
	run.load.seen[FW_CLASS_UNKNOWN] = 150000;
	run.load.unknown = (struct stance_top){7, 150000, 0};
	run_for(&run, 2);
	assert_string_equal(stance_text(text, &run.stance, "example.com."),
		"defend: names that do not exist under example.com.; 151930 questions a second, 1900 of them reach the server; called for: "
		"names");
	run.stance.proven = 1000;
	run.stance.would_proven = 12;
	run.stance.budgets.acting = true;
	run.stance.only_dns.acting = true;
	run.stance.zone = 0;
	assert_string_equal(stance_text(text, &run.stance, "example.com."),
		"defend: names that do not exist under several zones; 151930 questions a second, 1900 of them reach the server; called "
		"for: "
		"names and budgets; only DNS passes; enforcing what observes would also stop 12 a second from proven sources (1.2 % of "
		"theirs)");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	run.stance.zone = 7;
	stance_text(text, &run.stance, longest);
	assert_int_equal(strlen(text), STANCE_TEXT_MAX - 1);
	for (unsigned i = 0; i < STANCE_VECTOR_COUNT; i++) {
		run.stance.vector = i;
		assert_true(strlen(stance_vector_text(text, &run.stance, NULL)) > 8);
		assert_true(strlen(stance_vector_word(i)) > 3);
	}
	assert_string_equal(stance_word(FW_STANCE_WATCH), "watch");
	assert_string_equal(stance_word(FW_STANCE_COUNT), "?");
	assert_string_equal(stance_vector_word(STANCE_VECTOR_COUNT), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_names_under_a_zone),
		cmocka_unit_test(under_wildcards_and_below_delegations),
		cmocka_unit_test(foreign_names),
		cmocka_unit_test(existing_names_above_the_capacity),
		cmocka_unit_test(a_mixed_flood_needs_both),
		cmocka_unit_test(budgets_where_names_are_not_enough),
		cmocka_unit_test(junk_that_costs_the_server_nothing),
		cmocka_unit_test(other_ports_where_only_dns_is_served),
		cmocka_unit_test(overload_acts_at_once),
		cmocka_unit_test(back_to_calm),
		cmocka_unit_test(sudden_or_not),
		cmocka_unit_test(it_ends_at_half_of_the_level),
		cmocka_unit_test(taken_over_from_an_earlier_process),
		cmocka_unit_test(a_flood_that_pulses),
		cmocka_unit_test(a_load_at_the_level_does_not_flap),
		cmocka_unit_test(never_for_those_who_do_no_harm),
		cmocka_unit_test(never_at_its_usual_load),
		cmocka_unit_test(a_busy_server_is_calm),
		cmocka_unit_test(a_burst_of_one_tick_is_none),
		cmocka_unit_test(a_flood_right_after_the_start),
		cmocka_unit_test(pure_and_safe_at_the_edges),
		cmocka_unit_test(lines_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
