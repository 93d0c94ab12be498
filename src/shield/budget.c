/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may be asked in defend, from the one number that an operator knows: what the server bears (capacity, questions a second).
 *
 * Of a prefix, unproven, narrow to wide. The first column is what a small honest source needs; each wider one is less than the sum of
 * its parts, so that a flood from every address of a block fills the block's budget and not the server's; and what is over budget is
 * mostly answered with TC=1, so an honest source that is stopped proves itself over TCP and leaves these budgets behind.
 *
 *	              /32  /24    /20    /18    /128 /64 /56 /48 /32
 *	total          50  1600  12800  38400     50 100 150 200 3200   the multipliers of Knot's rrl module, its 50 a second, a burst of 2.5 s
 *	unknown         5    10     20     30      5  10  15  20   30   typing errors; the zone's own budget is not much more
 *	possible       20   100    400   1000     20  40 100 200 1000   names under wildcards and delegations are honest names, mostly
 *	truncated      10   128   2048   8192     10  20 256 4096 8192   the way out of all other budgets, below
 *
 * At most a quarter of the capacity for any of them; of truncated, half of it.
 *
 * TC=1 is never larger than the question, so it amplifies nothing; what has to be bounded is the mirror, for a victim in whose name junk
 * is sent. With questions of 60 bytes of IP one IPv4 address gets at most 600 bytes a second, a /24 7.7 kB (one answer in two seconds
 * for each address), a /18 491 kB, an IPv6 /64 1.6 kB of 80 bytes each, a site's /48 328 kB. Within that, more is better: an honest source beside junk has
 * to win one TC=1 against it, once, and is proven. Wide prefixes have bursts of half a second, so that together they do not empty
 * what all of them share, of which everybody else's TC=1 is taken.
 *
 *	overload   the capacity, a fifth of a second of burst: above it the kernel defends by itself
 *	share      half of the capacity for all unproven sources together: the other half is there for those who are proven or trusted
 *	truncated  twice the capacity: it costs this host a packet and the server nothing; no /18 has more than a quarter of it
 *	foreign    capacity / 2500: the server would say REFUSED
 *	zone       unknown: capacity / 1250 (40 a second for 50,000: 0.1 % of a flood of 40,000); possible: capacity / 50
 *	proven     capacity / 10 of one address, a fifth of that for names that do not exist: hijacked devices own real addresses
 *	icmp 1000, samples 500 a second
 *
 * What a zone is asked in calm is honest, however much it is (a root server's answers are mostly NXDOMAIN): while no flood falls on the
 * zone itself it may have twice that, whatever else is defended against. In a flood on the zone the tokens would be the junk's, and more
 * of them would help nobody.
 */
#include "shield/mean.h"
#include "shield/shield.h"

/* A word is filled up to what the kernel's clock said at its last tick, at most 10 ms ago. */
#define CLOCK_LAG_NS 10000000ull

enum { USUAL_TIMES = 2, RATE_MAX = 1000000000 };

static const uint32_t total_4[FW_LEVELS_4] = {50, 1600, 12800, 38400}, total_6[FW_LEVELS_6] = {50, 100, 150, 200, 3200};
static const uint32_t unknown_4[FW_LEVELS_4] = {5, 10, 20, 30}, unknown_6[FW_LEVELS_6] = {5, 10, 15, 20, 30};
static const uint32_t possible_4[FW_LEVELS_4] = {20, 100, 400, 1000}, possible_6[FW_LEVELS_6] = {20, 40, 100, 200, 1000};
static const uint32_t truncated_4[FW_LEVELS_4] = {10, 128, 2048, 8192}, truncated_6[FW_LEVELS_6] = {10, 20, 256, 4096, 8192};

static uint32_t between(uint32_t least, uint32_t rate, uint32_t most)
{
	if (rate < least)
		return least;
	return rate < most ? rate : most;
}

/* A burst of so many halves of a second. */
static struct fw_bucket_rule rule(uint32_t rate, uint32_t halves)
{
	uint64_t burst = (uint64_t)rate * halves / 2;

	return fw_bucket_rule_of(rate, burst > UINT32_MAX ? UINT32_MAX : (uint32_t)(burst ? burst : 1));
}

static void fill(struct fw_level_rules *rules, const uint32_t *four, const uint32_t *six, uint32_t most)
{
	enum { HALVES = 5 };

	for (unsigned i = 0; i < FW_LEVELS_4; i++)
		rules->four[i] = rule(between(1, four[i], most), HALVES);
	for (unsigned i = 0; i < FW_LEVELS_6; i++)
		rules->six[i] = rule(between(1, six[i], most), HALVES);
	rules->zero = 0;
}

static struct fw_bucket_rule half_a_second(uint32_t rate, uint32_t least)
{
	return fw_bucket_rule_of(rate, between(least, rate / 2, UINT32_MAX));
}

static void shorten(struct fw_level_rules *rules)
{
	enum { WIDE = 2, QUESTION = 2 /* tokens: wire/budget.h */ };

	for (unsigned i = WIDE; i < FW_LEVELS_4; i++)
		rules->four[i] = half_a_second((uint32_t)rules->four[i].rate_per_s, QUESTION);
	for (unsigned i = WIDE; i < FW_LEVELS_6; i++)
		rules->six[i] = half_a_second((uint32_t)rules->six[i].rate_per_s, QUESTION);
}

void budget_fill(uint32_t capacity, struct fw_shield_config *config)
{
	uint32_t all = capacity ? capacity : STANCE_CAPACITY_DEFAULT, quarter = between(1, all / 4, UINT32_MAX);

	fill(&config->total, total_4, total_6, quarter);
	fill(&config->unknown, unknown_4, unknown_6, quarter);
	fill(&config->possible, possible_4, possible_6, quarter);
	fill(&config->truncated, truncated_4, truncated_6, between(1, all / 2, UINT32_MAX));
	shorten(&config->truncated);
	config->words[FW_WORD_OVERLOAD] = fw_bucket_rule_of(all, between(1, all / 5, all));
	config->words[FW_WORD_SHARE] = rule(between(1, all / 2, all), 1);
	config->words[FW_WORD_TRUNCATED] = rule(all > UINT32_MAX / 2 ? UINT32_MAX : all * 2, 1);
	config->words[FW_WORD_ICMP] = rule(1000, 2);
	config->words[FW_WORD_SAMPLE] = rule(500, 2);
	config->words[FW_WORD_FOREIGN] = rule(between(10, all / 2500, all), 2);
	config->proven = rule(between(100, all / 10, UINT32_MAX), 2);
	config->proven_unknown = rule(between(20, all / 50, UINT32_MAX), 2);
}

void budget_zone(uint32_t capacity, struct fw_zone *zone)
{
	uint32_t all = capacity ? capacity : STANCE_CAPACITY_DEFAULT;

	zone->unknown = 0;
	zone->possible = 0;
	zone->unknown_rule = rule(between(10, all / 1250, all), 2);
	zone->possible_rule = rule(between(100, all / 50, UINT32_MAX), 2);
}

bool budget_is_spent(const struct fw_bucket_rule *rule, uint64_t word, uint64_t now_ns)
{
	uint64_t debt_ns = word > now_ns ? word - now_ns : 0, question_ns = FW_NS_PER_S / rule->rate_per_s + 1;
	uint64_t lag_ns = CLOCK_LAG_NS < rule->depth_ns / 2 ? CLOCK_LAG_NS : rule->depth_ns / 2;

	return debt_ns + 2 * question_ns + lag_ns > rule->depth_ns && debt_ns <= rule->depth_ns + lag_ns;
}

static uint64_t rate_of(uint64_t count, uint64_t span_ns)
{
	uint64_t rate = count > RATE_MAX ? 0 : count * FW_NS_PER_S / span_ns;

	return rate > RATE_MAX ? 0 : rate; /* counters that jump are no load */
}

static bool is_flood(uint64_t rate, uint64_t usual, const struct stance_limits *limits)
{
	uint64_t share = (uint64_t)limits->capacity * limits->names_share_pct / 100;

	return rate > limits->names_floor && rate > share && rate > limits->names_usual * usual;
}

struct budget_usual budget_usual_next(const struct budget_usual *old, const struct stance_limits *limits, const struct budget_load *load)
{
	struct budget_usual usual = *old;

	if (!load->span_ns)
		return usual;
	if (load->calm)
		usual.learned_ns =
			usual.learned_ns + load->span_ns < limits->usual_ns ? usual.learned_ns + load->span_ns : limits->usual_ns;
	for (unsigned i = 0; i < BUDGET_ZONE_COUNT; i++) {
		uint64_t rate = rate_of(load->seen[i], load->span_ns);
		usual.flooded[i] = is_flood(rate, usual.mean[i] / MEAN_ONE, limits);
		if (load->calm)
			usual.mean[i] = mean_next(usual.mean[i], rate, load->span_ns, usual.learned_ns);
	}
	return usual;
}

static void widen(struct fw_bucket_rule *out, const struct budget_usual *usual, enum budget_zone_class class, uint32_t most)
{
	uint64_t wanted = USUAL_TIMES * usual->mean[class] / MEAN_ONE;

	if (!usual->flooded[class] && wanted > out->rate_per_s)
		*out = rule(wanted > most ? most : (uint32_t)wanted, 2);
}

void budget_zone_usual(uint32_t capacity, const struct budget_usual *usual, struct fw_zone *zone)
{
	uint32_t all = capacity ? capacity : STANCE_CAPACITY_DEFAULT;

	budget_zone(capacity, zone);
	widen(&zone->unknown_rule, usual, BUDGET_ZONE_UNKNOWN, between(10, all / 2, all));
	widen(&zone->possible_rule, usual, BUDGET_ZONE_POSSIBLE, between(100, all / 2, UINT32_MAX));
}
