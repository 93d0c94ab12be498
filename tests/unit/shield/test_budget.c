/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules from a capacity: each lets something pass, wider prefixes have more than narrower ones, and none has more than its share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "shield/shield.h"

static const uint32_t capacities[] = {1, 2, 100, 5000, 50000, 1000000, 100000000, UINT32_MAX};

static uint64_t burst_of(const struct fw_bucket_rule *rule)
{
	return rule->depth_ns / 1000 * rule->rate_per_s / 1000000;
}

/* A question costs two of a prefix's cells. */
static void passes(const struct fw_bucket_rule *rule)
{
	bool allowed = false;

	fw_bucket_next(0, rule, 2, 1000 * FW_NS_PER_S, &allowed);
	assert_true(allowed);
}

static void rises(const struct fw_bucket_rule *rules, unsigned count, uint32_t most)
{
	for (unsigned i = 0; i < count; i++) {
		passes(&rules[i]);
		assert_true(rules[i].rate_per_s <= most);
		assert_true(i == 0 || rules[i].rate_per_s >= rules[i - 1].rate_per_s);
	}
}

static void every_prefix_has_something_and_none_too_much(void **state)
{
	for (size_t i = 0; i < sizeof(capacities) / sizeof(capacities[0]); i++) {
		struct fw_shield_config config;
		uint32_t most = capacities[i] / 4 ? capacities[i] / 4 : 1;
		memset(&config, 0, sizeof(config));
		budget_fill(capacities[i], &config);
		const struct fw_level_rules *const all[] = {&config.total, &config.unknown, &config.possible};
		for (unsigned j = 0; j < 3; j++) {
			rises(all[j]->four, FW_LEVELS_4, most);
			rises(all[j]->six, FW_LEVELS_6, most);
		}
		most = capacities[i] / 2 ? capacities[i] / 2 : 1;
		rises(config.truncated.four, FW_LEVELS_4, most);
		rises(config.truncated.six, FW_LEVELS_6, most);
		for (unsigned j = 0; j < FW_WORD_COUNT; j++)
			assert_true(burst_of(&config.words[j]) || config.words[j].depth_ns);
		passes(&config.proven);
		passes(&config.proven_unknown);
		assert_int_equal(config.words[FW_WORD_OVERLOAD].rate_per_s, capacities[i]);
	}
}

static void nothing_else_is_touched(void **state)
{
	struct fw_shield_config config, before;

	memset(&config, 0x5a, sizeof(config));
	before = config;
	budget_fill(50000, &config);
	assert_memory_equal(&config.dns_key, &before.dns_key, offsetof(struct fw_shield_config, words));
	assert_memory_equal(&config.proven_ns, &before.proven_ns, sizeof(config) - offsetof(struct fw_shield_config, proven_ns));
	assert_int_equal(config.total.zero, 0);
}

/* The table in budget.c, and what 0 stands for. */
static void the_numbers_for_the_usual_server(void **state)
{
	struct fw_shield_config config, same;
	struct fw_zone zone = {.unknown = 5, .possible = 7, .flags = FW_ZONE_USED | FW_ZONE_ASIDE, .contradicted = 3};

	memset(&config, 0, sizeof(config));
	memset(&same, 0, sizeof(same));
	budget_fill(0, &config);
	budget_fill(STANCE_CAPACITY_DEFAULT, &same);
	assert_memory_equal(&config, &same, sizeof(config));
	assert_int_equal(config.total.four[0].rate_per_s, 50);
	assert_int_equal(config.total.four[3].rate_per_s, 12500);
	assert_int_equal(burst_of(&config.total.four[0]), 125);
	assert_int_equal(config.unknown.four[3].rate_per_s, 30);
	assert_int_equal(config.words[FW_WORD_SHARE].rate_per_s, 25000);
	assert_int_equal(config.words[FW_WORD_FOREIGN].rate_per_s, 20);
	assert_int_equal(config.proven.rate_per_s, 5000);
	assert_int_equal(config.proven_unknown.rate_per_s, 1000);
	budget_zone(0, &zone);
	assert_int_equal(zone.unknown_rule.rate_per_s, 40);
	assert_int_equal(zone.possible_rule.rate_per_s, 1000);
	assert_int_equal(zone.unknown | zone.possible, 0);
	assert_int_equal(zone.flags, FW_ZONE_USED | FW_ZONE_ASIDE);
	assert_int_equal(zone.contradicted, 3);
}

/* What a victim gets in whose name junk is sent: an address next to nothing, a network one in two seconds for each address. */
static void nobody_is_mirrored(void **state)
{
	struct fw_shield_config config;

	memset(&config, 0, sizeof(config));
	budget_fill(100000000, &config);
	assert_int_equal(config.truncated.four[0].rate_per_s, 10);
	for (unsigned i = 1; i < FW_LEVELS_4; i++)
		assert_true(config.truncated.four[i].rate_per_s <= 1u << (i == 1 ? 7 : i == 2 ? 11 : 13));
	assert_true(config.truncated.six[1].rate_per_s <= 20);
	assert_true(config.truncated.six[3].rate_per_s <= 4096);
}

/* A flood in the name of one /18, burst and all, leaves three quarters of every second's TC=1 to everybody else. */
static void one_network_does_not_take_it_all(void **state)
{
	for (size_t i = 3; i < sizeof(capacities) / sizeof(capacities[0]) - 1; i++) {
		struct fw_shield_config config;
		const struct fw_bucket_rule *all = &config.words[FW_WORD_TRUNCATED], *four = &config.truncated.four[FW_LEVELS_4 - 1];
		memset(&config, 0, sizeof(config));
		budget_fill(capacities[i], &config);
		assert_true(4 * four->rate_per_s <= all->rate_per_s);
		assert_true(4 * burst_of(four) <= burst_of(all) + 4);
	}
}

/* Full, nearly full as of the kernel's last tick, not full; and further ahead than it can be, which is an old clock of ours. */
static void spent_or_not(void **state)
{
	enum { MS = 1000000 };
	static const struct {
		int64_t ahead_ms; /* the word lies so far ahead of our clock; the burst is 200 ms */
		bool spent;
	} cases[] = {{-1000, false}, {0, false}, {100, false}, {188, false}, {191, true}, {196, true}, {200, true}, {209, true},
		{211, false}, {500, false}};
	struct fw_bucket_rule rule = fw_bucket_rule_of(20000, 4000), small = fw_bucket_rule_of(1000000, 1000);
	uint64_t now_ns = 1000 * FW_NS_PER_S;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(budget_is_spent(&rule, (uint64_t)((int64_t)now_ns + cases[i].ahead_ms * MS), now_ns), cases[i].spent);
	assert_false(budget_is_spent(&rule, 0, now_ns));
	assert_false(budget_is_spent(&small, now_ns, now_ns)); /* a burst below the clock's own step: half of it at least is needed */
	assert_true(budget_is_spent(&small, now_ns + MS, now_ns));
}

/* Seconds of so many unknown and possible names, in ticks of a fifth. */
static struct budget_usual ask(
	struct budget_usual usual, const struct stance_limits *limits, uint64_t unknown, uint64_t possible, unsigned s, bool calm)
{
	struct budget_load load = {.seen = {unknown / 5, possible / 5}, .span_ns = STANCE_TICK_NS, .calm = calm};

	for (unsigned tick = 0; tick < 5 * s; tick++)
		usual = budget_usual_next(&usual, limits, &load);
	return usual;
}

static struct fw_zone rules_of(const struct budget_usual *usual)
{
	struct fw_zone zone;

	memset(&zone, 0, sizeof(zone));
	budget_zone_usual(20000, usual, &zone);
	return zone;
}

/* A root server: 110 of 170 questions a second are for names that do not exist. */
static void a_zone_keeps_what_is_usual(void **state)
{
	struct stance_limits limits = stance_limits_of(20000);
	struct budget_usual none, usual;
	struct fw_zone zone;

	memset(&none, 0, sizeof(none));
	zone = rules_of(&none);
	assert_int_equal(zone.unknown_rule.rate_per_s, 16);
	assert_int_equal(zone.possible_rule.rate_per_s, 400);
	usual = ask(none, &limits, 110, 60, 1, true);
	zone = rules_of(&usual);
	assert_in_range(zone.unknown_rule.rate_per_s, 215, 221);
	assert_int_equal(zone.possible_rule.rate_per_s, 400);
	usual = ask(usual, &limits, 110, 8000, 600, false); /* defended: nothing is learned */
	assert_in_range(rules_of(&usual).unknown_rule.rate_per_s, 215, 221);
	assert_int_equal(rules_of(&usual).possible_rule.rate_per_s, 400);
	usual = ask(none, &limits, 1000000, 900000, 600, true);
	usual = ask(usual, &limits, 100000, 90000, 1, true);
	assert_int_equal(rules_of(&usual).unknown_rule.rate_per_s, 10000); /* never above half of what the server bears */
	assert_int_equal(rules_of(&usual).possible_rule.rate_per_s, 10000);
}

/* In a flood on the zone it is the base again, at once, for the class that floods; and after it what was usual. */
static void a_flood_gets_no_more_than_ever(void **state)
{
	struct stance_limits limits = stance_limits_of(20000);
	struct budget_usual usual, before;

	memset(&usual, 0, sizeof(usual));
	usual = before = ask(usual, &limits, 500, 1000, 60, true);
	assert_in_range(rules_of(&usual).unknown_rule.rate_per_s, 990, 1000);
	usual = ask(usual, &limits, 1900, 1000, 60, false); /* below what the names filter leaves alone */
	assert_in_range(rules_of(&usual).unknown_rule.rate_per_s, 990, 1000);
	usual = ask(usual, &limits, 150000, 1000, 1, false);
	assert_int_equal(rules_of(&usual).unknown_rule.rate_per_s, 16);
	assert_in_range(rules_of(&usual).possible_rule.rate_per_s, 1990, 2000);
	usual = ask(usual, &limits, 500, 150000, 1, false);
	assert_in_range(rules_of(&usual).unknown_rule.rate_per_s, 990, 1000);
	assert_int_equal(rules_of(&usual).possible_rule.rate_per_s, 400);
	usual = ask(usual, &limits, 0, 0, 1, false);
	assert_memory_equal(usual.mean, before.mean, sizeof(usual.mean));
}

static void loads_that_cannot_be(void **state)
{
	struct stance_limits limits = stance_limits_of(20000);
	struct budget_load load = {.seen = {UINT64_MAX, 1000000000}, .span_ns = 1, .calm = true};
	struct budget_usual usual, zero;

	memset(&zero, 0, sizeof(zero));
	usual = budget_usual_next(&zero, &limits, &load);
	assert_int_equal(usual.mean[0], 0);
	assert_int_equal(usual.mean[1], 0);
	load.span_ns = 0;
	usual = budget_usual_next(&zero, &limits, &load);
	assert_int_equal(usual.learned_ns, 0);
	load.span_ns = UINT64_MAX;
	usual = budget_usual_next(&zero, &limits, &load);
	assert_int_equal(usual.mean[BUDGET_ZONE_POSSIBLE], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_prefix_has_something_and_none_too_much),
		cmocka_unit_test(nothing_else_is_touched),
		cmocka_unit_test(the_numbers_for_the_usual_server),
		cmocka_unit_test(nobody_is_mirrored),
		cmocka_unit_test(one_network_does_not_take_it_all),
		cmocka_unit_test(spent_or_not),
		cmocka_unit_test(a_zone_keeps_what_is_usual),
		cmocka_unit_test(a_flood_gets_no_more_than_ever),
		cmocka_unit_test(loads_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
