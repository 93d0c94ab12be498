/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the judge must hold to: a table of names and their verdicts, budgets that bound and do not starve, observe that drops nothing. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "bed.h"

static const struct {
	const char *name;
	enum fw_reason calm, defend; /* with empty budgets of zones */
} cases[] = {
	{"www.example.com", FW_REASON_EXISTS, FW_REASON_EXISTS},
	{"wWw.ExAmPlE.CoM", FW_REASON_EXISTS, FW_REASON_EXISTS},
	{"example.com", FW_REASON_EXISTS, FW_REASON_EXISTS},
	{"b.example.com", FW_REASON_EXISTS, FW_REASON_EXISTS},
	{"wild.example.com", FW_REASON_EXISTS, FW_REASON_EXISTS},
	{"*.wild.example.com", FW_REASON_EXISTS, FW_REASON_EXISTS},
	{"d.example.com", FW_REASON_EXISTS, FW_REASON_EXISTS},
	{"child.example.com", FW_REASON_EXISTS, FW_REASON_EXISTS},
	{"www.child.example.com", FW_REASON_EXISTS, FW_REASON_EXISTS},
	{"x.wild.example.com", FW_REASON_POSSIBLE, FW_REASON_ZONE_POSSIBLE},
	{"x.y.wild.example.com", FW_REASON_POSSIBLE, FW_REASON_ZONE_POSSIBLE},
	{"x.d.example.com", FW_REASON_POSSIBLE, FW_REASON_ZONE_POSSIBLE},
	{"sub.example.com", FW_REASON_POSSIBLE, FW_REASON_ZONE_POSSIBLE},
	{"ns.sub.example.com", FW_REASON_POSSIBLE, FW_REASON_ZONE_POSSIBLE},
	{"nope.example.com", FW_REASON_UNKNOWN, FW_REASON_ZONE_UNKNOWN},
	{"x.b.example.com", FW_REASON_UNKNOWN, FW_REASON_ZONE_UNKNOWN},
	{"x.www.example.com", FW_REASON_UNKNOWN, FW_REASON_ZONE_UNKNOWN},
	{"x.child.example.com", FW_REASON_UNKNOWN, FW_REASON_ZONE_UNKNOWN},
	{"www.aside.test", FW_REASON_ZONE_ASIDE, FW_REASON_ZONE_ASIDE},
	{"new.fresh.org", FW_REASON_POSSIBLE, FW_REASON_ZONE_POSSIBLE},
	{"www.fresh.org", FW_REASON_EXISTS, FW_REASON_EXISTS},
	{"com", FW_REASON_FOREIGN, FW_REASON_FOREIGN_RATE},
	{"", FW_REASON_FOREIGN, FW_REASON_FOREIGN_RATE},
	{"www.example.net", FW_REASON_FOREIGN, FW_REASON_FOREIGN_RATE},
	{"a.a.a", FW_REASON_EXISTS, FW_REASON_EXISTS},
};

static void test_names(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (uint32_t six = 0; six < 2; six++) {
			struct bed_message m = {.name = cases[i].name, .src = 0xc6120001, .six = six, .opt = 3};
			struct bed *bed = bed_new();

			bed->t.config->words[FW_WORD_FOREIGN] = fw_bucket_rule_of(1, 0);
			assert_int_equal(bed_ask(bed, &m).reason, cases[i].defend);
			bed->t.config->stance = FW_STANCE_CALM;
			memset(bed->t.config->acting, 0, sizeof(bed->t.config->acting));
			assert_int_equal(bed_ask(bed, &m).reason, cases[i].calm);
			assert_int_equal(bed_ask(bed, &m).outcome, FW_OUTCOME_PASSED);
			bed_free(bed);
		}
}

/* All 127 labels, each of them in the table: every ancestor by itself, and one that is not there below each. */
static void test_deep(void **state)
{
	char name[2 * FW_DNS_LABELS_MAX + 1];
	struct bed *bed = bed_new();

	for (uint32_t labels = 1; labels <= FW_DNS_LABELS_MAX; labels++) {
		struct bed_message m = {.name = name, .src = 0xc6120001};

		for (uint32_t i = 0; i < labels; i++) {
			name[2 * i] = 'a';
			name[2 * i + 1] = '.';
		}
		name[2 * labels - 1] = 0;
		assert_int_equal(bed_ask(bed, &m).reason, FW_REASON_EXISTS);
		name[0] = 'b';
		assert_int_equal(bed_ask(bed, &m).reason, labels > 1 ? FW_REASON_ZONE_UNKNOWN : FW_REASON_FOREIGN);
		if (labels > 2) {
			name[0] = 'a';
			name[2 * (labels / 2)] = 'b';
			assert_int_equal(bed_ask(bed, &m).reason, FW_REASON_ZONE_UNKNOWN);
		}
	}
	bed_free(bed);
}

/* The first action needs no stance: when the server has all that it can bear, names and budgets act by themselves. */
static void test_overload(void **state)
{
	struct bed_message unknown = {.name = "nope.example.com", .src = 0xc6120001},
			   known = {.name = "www.example.com", .src = 0xc6120001};
	struct bed *bed = bed_new();

	bed->t.config->stance = FW_STANCE_CALM;
	memset(bed->t.config->acting, 0, sizeof(bed->t.config->acting));
	bed->t.config->words[FW_WORD_OVERLOAD] = fw_bucket_rule_of(100, 10);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(bed_ask(bed, &unknown).reason, FW_REASON_UNKNOWN);
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(bed_ask(bed, &unknown).outcome, FW_OUTCOME_DROPPED);
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(bed_ask(bed, &known).outcome, FW_OUTCOME_PASSED);
	bed->now_ns += FW_NS_PER_S;
	assert_int_equal(bed_ask(bed, &unknown).reason, FW_REASON_UNKNOWN);
	bed_free(bed);
}

/* One prefix, for any times: never more than rate * t + burst, and not much less. */
static void bound_of(uint32_t level, bool six, uint64_t seed)
{
	const uint32_t rate = 100, burst = 20;
	struct bed_message m = {.name = "www.example.com", .src = six ? 0x00050001 : 0xc6120001, .six = six};
	struct bed *bed = bed_new();
	uint64_t begin_ns = bed->now_ns, random = seed, passed = 0, bound;

	(six ? bed->t.config->total.six : bed->t.config->total.four)[level] = fw_bucket_rule_of(rate, burst);
	for (uint32_t i = 0; i < 20000; i++) {
		m.src ^= six || level == 0 ? 0 : scene_pick(&random, level == 1 ? 256 : level == 2 ? 4096 : 16384) & 0x3fff;
		m.src = six || level == 0 ? m.src : (0xc6120000 | (m.src & (level == 1 ? 0xff : level == 2 ? 0xfff : 0x3fff)));
		passed += bed_ask(bed, &m).outcome == FW_OUTCOME_PASSED;
		bound = (bed->now_ns - begin_ns) * rate / FW_NS_PER_S + burst;
		assert_true(passed <= bound);
		bed->now_ns += scene_pick(&random, 4000000);
	}
	assert_true(passed * 10 >= bound * 9);
	bed_free(bed);
}

static void test_bound(void **state)
{
	for (uint32_t level = 0; level < FW_LEVELS_4; level++)
		bound_of(level, false, level + 1);
	for (uint32_t level = 0; level < FW_LEVELS_6; level++)
		bound_of(level, true, level + 1);
}

/* An address far above its own budget leaves that of its /24 to its neighbours. */
static void test_neighbours(void **state)
{
	struct bed_message heavy = {.name = "www.example.com", .src = 0xc6120001}, quiet = {.name = "www.example.com", .src = 0xc6120002};
	struct bed *bed = bed_new();

	bed_levels(&bed->t.config->total, fw_bucket_rule_of(1000, 1000));
	bed->t.config->total.four[0] = fw_bucket_rule_of(50, 50);
	for (uint32_t i = 0; i < 20000; i++) {
		bed_ask(bed, &heavy);
		if (i % 1000 == 0)
			assert_int_equal(bed_ask(bed, &quiet).outcome, FW_OUTCOME_PASSED);
		bed->now_ns += 100000;
	}
	bed_free(bed);
}

/* A flood from everywhere fills the table's cells; who asks little is served, whatever else is in his cells. */
static void test_no_starving(void **state)
{
	struct bed_message junk = {.name = "www.example.com"}, quiet = {.name = "www.example.com", .src = 0x0b0c0d0e};
	struct bed *bed = bed_new();
	uint64_t random = 7, served = 0;

	bed_levels(&bed->t.config->total, fw_bucket_rule_of(20, 20));
	for (uint32_t i = 0; i < 100000; i++) { /* 10,000 a second from 64 heavy addresses, in 4096 cells */
		junk.src = 0xc6120001 + (scene_pick(&random, 64) << 16);
		bed_ask(bed, &junk);
		if (i % 5000 == 0)
			served += bed_ask(bed, &quiet).outcome == FW_OUTCOME_PASSED;
		bed->now_ns += 100000;
	}
	assert_int_equal(served, 20);
	bed_free(bed);
}

/* Each filter observed: nothing is dropped, all that would have been is counted, and each frame once more as what it was. */
static void test_observe(void **state)
{
	static uint8_t bytes[FRAME_ROOM], copy[FRAME_ROOM];
	uint64_t random = 16, would = 0, passed = 0;
	struct bed *bed = bed_new();

	memset(bed->t.config->mode, FW_MODE_OBSERVE, sizeof(bed->t.config->mode));
	bed_levels(&bed->t.config->total, fw_bucket_rule_of(1, 2));
	bed_levels(&bed->t.config->possible, fw_bucket_rule_of(1, 2));
	bed->t.config->words[FW_WORD_TRUNCATED] = bed_plenty();
	bed->t.config->only_dns = bed->t.config->blocked = bed->t.config->prefixes = 1;
	for (uint32_t i = 0; i < 50000; i++) {
		uint32_t len = scene_frame(&random, false, bytes);
		struct twin_verdict verdict;

		memcpy(copy, bytes, len);
		verdict = twin_arrive(bed->twin, bed->now_ns, bytes, len);
		assert_int_equal(verdict.outcome, FW_OUTCOME_PASSED);
		assert_memory_equal(copy, bytes, len);
		bed->now_ns += 1000000;
	}
	for (uint32_t i = 0; i < FW_REASON_COUNT; i++) {
		passed += bed->t.counts->reason[FW_OUTCOME_PASSED][i].packets;
		would += bed->t.counts->reason[FW_OUTCOME_WOULD][i].packets;
		assert_int_equal(bed->t.counts->reason[FW_OUTCOME_DROPPED][i].packets, 0);
		assert_int_equal(bed->t.counts->reason[FW_OUTCOME_TRUNCATED][i].packets, 0);
	}
	assert_int_equal(passed, 50000);
	assert_true(would > 5000);
	bed_free(bed);
}

/* Off: not even counted. */
static void test_off(void **state)
{
	static uint8_t bytes[FRAME_ROOM];
	struct bed *bed = bed_new();
	uint64_t random = 17;

	memset(bed->t.config->mode, FW_MODE_OFF, sizeof(bed->t.config->mode));
	bed->t.config->only_dns = bed->t.config->blocked = bed->t.config->prefixes = 1;
	for (uint32_t i = 0; i < 20000; i++) {
		struct twin_verdict verdict = twin_arrive(bed->twin, bed->now_ns, bytes, scene_frame(&random, false, bytes));

		assert_int_equal(verdict.outcome, FW_OUTCOME_PASSED);
		assert_int_equal(verdict.would, FW_REASON_NONE);
	}
	bed_free(bed);
}

/* Blocked, trusted: addresses by themselves, and the longest prefix wins. */
static void test_sources(void **state)
{
	static const struct {
		uint32_t src;
		enum fw_reason reason;
	} sources[] = {{0xcb007105, FW_REASON_BLOCKED}, {0xcb007106, FW_REASON_EXISTS}, {0xcb007201, FW_REASON_BLOCKED},
		{0xcb007205, FW_REASON_BLOCKED}, {0xcb007206, FW_REASON_TRUSTED}, {0xcb007207, FW_REASON_TRUSTED},
		{0xcb007208, FW_REASON_BLOCKED}, {0xcb007301, FW_REASON_EXISTS}};
	struct bed *bed = bed_new();

	bed->t.config->blocked = bed->t.config->prefixes = 1;
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		struct bed_message m = {.name = "www.example.com", .src = sources[i].src};

		assert_int_equal(bed_ask(bed, &m).reason, sources[i].reason);
	}
	assert_int_equal(bed->t.counts->lane[FW_LANE_TRUSTED][FW_OUTCOME_PASSED].packets, 2);
	bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_overload),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_neighbours),
		cmocka_unit_test(test_no_starving),
		cmocka_unit_test(test_observe),
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
