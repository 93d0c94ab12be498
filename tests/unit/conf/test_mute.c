/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "conf/conf.h"

static const char *const names[FINDING_ID_COUNT] = {"default-password", "cleartext-login", "open-service", "reached-from-internet", "scan",
	"login-guessing", "beacon", "flood", "reflector", "receives-flood", "forged-source", "policy-violation", "advisory"};

static struct mute_list *list_of(const char *text)
{
	struct mute_list *list;
	struct fault fault;

	if (mute_read("mutes", text, strlen(text), names, &list, &fault))
		fail_msg("%llu: %s", (unsigned long long)fault.line, fault.sentence);
	return list;
}

static void four(uint8_t out[16], uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	memcpy(out, (uint8_t[]){0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}, 16);
}

static const struct {
	const char *name, *rules;
	bool muted;
} cases[] = {
	{"no rule", "# nothing\n\n", false},
	{"finding and any device", "scan * our own scanner\n", true},
	{"any finding by MAC", "* 02:00:00:00:00:07 mine\n", true},
	{"MAC in capitals", "* 02:00:00:00:00:07 mine\r\n", true},
	{"another MAC", "* 02:00:00:00:00:08 mine\n", false},
	{"by the device's address", "scan 192.168.1.7 mine\n", true},
	{"by the source's prefix", "scan 10.0.0.0/8 mine\n", true},
	{"another prefix", "scan 10.1.0.0/16 mine\n", false},
	{"another finding", "beacon * mine\n", false},
	{"by pair", "scan * -> 203.0.113.0/24 mine\n", true},
	{"another target", "scan * -> 203.0.112.0/24 mine\n", false},
	{"with an end after it", "scan * until=2016-10-22 mine\n", true},
	{"with an end before it", "scan * until=2016-10-21 mine\n", false},
	{"pair and end", "scan 192.168.1.7 -> * until=2030-01-01 ours # seen\n", true},
	{"an IPv6 prefix holds no IPv4 address", "scan ::/0 six only\n", false},
	{"second rule", "beacon * a\nscan * b\n", true},
};

static void test_rules(void **state)
{
	struct device device = {.mac_count = 1, .macs = {{2, 0, 0, 0, 0, 7}}, .address_count = 1};
	struct finding finding = {.id = FINDING_SCAN,
		.scan = {.kinds = SCAN_VERTICAL | SCAN_TCP},
		.has_source = true,
		.last_ns = 1477047600ull * 1000000000ull};

	four(device.addresses[0], 192, 168, 1, 7);
	four(finding.source, 10, 0, 0, 1);
	four(finding.scan.target, 203, 0, 113, 9);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mute_list *list = list_of(cases[i].rules);
		print_message("%s\n", cases[i].name);
		assert_int_equal(mute_find(list, &finding, &device) != NULL, cases[i].muted);
		mute_free(list);
	}
	assert_null(mute_find(NULL, &finding, NULL));
	/* a scan of many targets is not covered by a rule about one of them */
	struct mute_list *list = list_of("scan * -> 203.0.113.0/24 mine\n");
	finding.scan.kinds = SCAN_HORIZONTAL | SCAN_TCP;
	finding.scan.target_bits = 119;
	assert_null(mute_find(list, &finding, &device));
	finding.scan.target_bits = 120;
	assert_non_null(mute_find(list, &finding, &device));
	mute_free(list);
}

/* A neighbour's address that the device claimed later does not make it the neighbour. */
static void test_borrowed(void **state)
{
	static const struct {
		const char *rules;
		bool muted;
	} who[] = {
		{"scan 192.168.1.7 mine\n", true},
		{"scan 192.168.1.5 the printer\n", false},
		{"scan 192.168.1.4/30 the printers\n", true},
		{"scan 192.168.1.5/32 the printer\n", false},
		{"scan 169.254.0.0/16 not yet named\n", true},
		{"scan fe80::7 mine\n", true},
		{"scan 2001:db8::/64 mine\n", true},
		{"scan 2001:db8:1::5 the printer\n", false},
		{"scan 02:00:00:00:00:07 mine\n", true},
	};
	struct device device = {.address_count = 6,
		.mac_count = 1,
		.macs = {{2, 0, 0, 0, 0, 7}},
		.addresses = {[2] = {0xfe, 0x80, [15] = 7},
			[3] = {0x20, 0x01, 0x0d, 0xb8, [15] = 7},
			[5] = {0x20, 0x01, 0x0d, 0xb8, 0, 1, [15] = 5}}};
	struct finding finding = {.id = FINDING_SCAN, .scan.kinds = SCAN_HORIZONTAL};

	four(device.addresses[0], 169, 254, 0, 7);
	four(device.addresses[1], 192, 168, 1, 7);
	four(device.addresses[4], 192, 168, 1, 5);
	for (size_t i = 0; i < sizeof(who) / sizeof(who[0]); i++) {
		struct mute_list *list = list_of(who[i].rules);
		print_message("%s", who[i].rules);
		assert_int_equal(mute_find(list, &finding, &device) != NULL, who[i].muted);
		mute_free(list);
	}
	/* it sent from there: it is what the rule speaks of */
	struct mute_list *list = list_of("scan 192.168.1.5 the printer\n");
	finding.has_source = true;
	four(finding.source, 192, 168, 1, 5);
	assert_non_null(mute_find(list, &finding, &device));
	mute_free(list);
}

/* What is said of one target covers no others. */
static void test_targets(void **state)
{
	static const struct {
		const char *name, *target;
		struct finding finding;
		bool muted;
	} aims[] = {
		{"flood of one", "203.0.113.9", {.id = FINDING_FLOOD, .flood.target_bits = 128}, true},
		{"flood of a /24, by one", "203.0.113.9", {.id = FINDING_FLOOD, .flood.target_bits = 120}, false},
		{"flood of a /24, by half of it", "203.0.113.0/25", {.id = FINDING_FLOOD, .flood.target_bits = 120}, false},
		{"flood of a /24", "203.0.113.0/24", {.id = FINDING_FLOOD, .flood.target_bits = 120}, true},
		{"flood of a /24, by more", "203.0.0.0/16", {.id = FINDING_FLOOD, .flood.target_bits = 120}, true},
		{"flood of nobody in particular", "0.0.0.0/0", {.id = FINDING_FLOOD, .flood.target_bits = 0}, false},
		{"received", "203.0.113.9", {.id = FINDING_RECEIVES_FLOOD, .flood.target_bits = 128}, true},
		{"backscatter", "203.0.113.9", {.id = FINDING_RECEIVES_FLOOD, .flood = {.target_bits = 128, .backscatter = true}}, false},
		{"forged", "203.0.113.9", {.id = FINDING_FORGED_SOURCE}, false},
		{"forged, to all", "*", {.id = FINDING_FORGED_SOURCE}, true},
		{"reflector asked by one", "203.0.113.9", {.id = FINDING_REFLECTOR, .reflector.askers = 1}, true},
		{"reflector asked by two", "203.0.113.9", {.id = FINDING_REFLECTOR, .reflector.askers = 2}, false},
		{"reflector asked by two, of all", "*", {.id = FINDING_REFLECTOR, .reflector.askers = 2}, true},
	};

	for (size_t i = 0; i < sizeof(aims) / sizeof(aims[0]); i++) {
		struct finding finding = aims[i].finding;
		char rule[64];
		struct mute_list *list;

		print_message("%s\n", aims[i].name);
		if (finding.id == FINDING_FORGED_SOURCE)
			four(finding.forged.target, 203, 0, 113, 9);
		else if (finding.id == FINDING_REFLECTOR)
			four(finding.reflector.victim, 203, 0, 113, 9);
		else
			four(finding.flood.target, 203, 0, 113, 9);
		snprintf(rule, sizeof(rule), "* * -> %s mine\n", aims[i].target);
		list = list_of(rule);
		assert_int_equal(mute_find(list, &finding, NULL) != NULL, aims[i].muted);
		mute_free(list);
	}
	/* IPv6: its /64 */
	struct finding six = {.id = FINDING_FLOOD, .flood = {.target = {0x20, 0x01, 0x0d, 0xb8}, .target_bits = 64}};
	struct mute_list *one = list_of("flood * -> 2001:db8:: mine\n"), *all = list_of("flood * -> 2001:db8::/64 mine\n");
	assert_null(mute_find(one, &six, NULL));
	assert_non_null(mute_find(all, &six, NULL));
	mute_free(one);
	mute_free(all);
}

static void test_faults(void **state)
{
	static const struct {
		const char *rules;
		uint64_t line;
	} bad[] = {
		{"scan\n", 1},
		{"scan *\n", 1},
		{"\nflud * reason\n", 2},
		{"scan 300.1.1.1 reason\n", 1},
		{"scan 10.0.0.0/33 reason\n", 1},
		{"scan 10.0.0.0/ reason\n", 1},
		{"scan * -> 02:00:00:00:00:07 reason\n", 1},
		{"scan * -> \n", 1},
		{"# a\nscan * until=soon why\n", 2},
		{"scan * until=2016-13-41 why\n", 1},
		{"scan * until=2026-02-31 why\n", 1},
		{"scan * until=2016-10-22\n", 1},
		{"scan * until=2016-10-22x why\n", 1},
		{"scan zz:00:00:00:00:07 why", 1},
	};
	struct mute_list *list = NULL;
	struct fault fault;
	char large[2048];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		print_message("%s\n", bad[i].rules);
		assert_int_not_equal(mute_read("m", bad[i].rules, strlen(bad[i].rules), names, &list, &fault), 0);
		assert_int_equal(fault.line, bad[i].line);
		assert_true(fault.sentence[0]);
	}
	memset(large, 'x', sizeof(large));
	assert_int_not_equal(mute_read("m", large, sizeof(large), names, &list, &fault), 0);
	assert_int_not_equal(mute_read("m", "scan * \0x", 9, names, &list, &fault), 0);
	assert_null(list);
}

static void test_too_many(void **state)
{
	static char text[(MUTE_MAX + 1) * 9 + 1];
	struct mute_list *list = NULL;
	struct fault fault;

	for (size_t i = 0; i <= MUTE_MAX; i++)
		memcpy(text + i * 9, "scan * x\n", 9);
	assert_int_equal(mute_read("m", text, MUTE_MAX * 9, names, &list, &fault), 0);
	mute_free(list);
	assert_int_not_equal(mute_read("m", text, (MUTE_MAX + 1) * 9, names, &list, &fault), 0);
	assert_int_equal(fault.line, MUTE_MAX + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rules), cmocka_unit_test(test_borrowed), cmocka_unit_test(test_targets),
		cmocka_unit_test(test_faults), cmocka_unit_test(test_too_many)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
