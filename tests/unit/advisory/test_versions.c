/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Versions compared, against facts that others published: the precedence list of semver.org, the tests of vers-spec (intdot, pypi, maven, parsing),
 * Debian policy's examples of tildes and epochs, rpm's own test list, PEP 440's order; and ranges as the makers in CISA's documents write them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "advisory/advisory.h"
#include "advisory/range.h"

/* Each list rises; "=" in front of a version: equal to the one before it. */
static const struct {
	enum scheme scheme;
	const char *versions[16];
} LADDERS[] = {
	/* semver.org, section 11 */
	{SCHEME_SEMVER,
		{"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0",
			"=1.0.0+build.5", "=v1.0.0", "1.9.0", "1.10.0", "1.11.0", "2.0.0", "10.0.0"}},
	{SCHEME_SEMVER, {"1.2.99999999999999999999999999998", "1.2.99999999999999999999999999999", "1.3"}},
	/* vers-spec, intdot_version_cmp_test.json */
	{SCHEME_INTDOT,
		{"1.2", "=1.02", "=1.2beta", "1.2.1", "1.2.2", "1.2.10", "=1.0002.10", "=1.02.0010", "1.10alpha", "10.234.4.1",
			"10.234.5.12"}},
	/* Debian policy 5.6.12: ~~, ~~a, ~, empty, a */
	{SCHEME_DEB, {"1.0~~", "1.0~~a", "1.0~", "1.0", "1.0a", "1.0+b"}},
	{SCHEME_DEB, {"1.0~beta1~svn1245", "1.0~beta1", "1.0", "1.0-1~bpo1", "1.0-1", "1.0-1+b1", "1.0-1.1", "1.1", "1:0.4", "2:0.1"}},
	{SCHEME_DEB, {"1.0", "=1.0-0", "=0:1.0", "=1.00"}},
	/* rpm's rpmvercmp.at */
	{SCHEME_RPM, {"1.0~rc1", "1.0", "1.0^", "1.0^git1", "1.0.1", "2.0", "2.0.1", "2.0.1a"}},
	{SCHEME_RPM, {"5.5p1", "5.5p2", "5.5p10", "=5.5.p10", "6.0", "10.0001", "=10.1", "10.0039"}},
	{SCHEME_RPM, {"xyz.4", "8", "=8", "1:1.0-1", "1:1.0-2.el9", "2:0.1-1"}},
	/* vers-spec, maven_version_cmp_test.json, and the list of the POM reference */
	{SCHEME_MAVEN,
		{"1.0-alpha-1-SNAPSHOT", "1.0-alpha-1", "1.0-alpha-2", "1.0-beta-1", "1.0-SNAPSHOT", "1.0", "=1.0.0", "=1-ga", "1.0-1",
			"1.0-2", "1.0.1", "1.1", "1.2.0", "1.5", "2", "2.5"}},
	{SCHEME_MAVEN, {"2.0.1", "2.0.1-klm", "2.0.1-lmn", "2.0.1-xyz", "2.0.1-123", "2.0.2"}},
	{SCHEME_MAVEN, {"1-alpha-1", "=1a1", "1-beta-2", "=1b2", "1-rc", "=1-cr", "1", "1-sp", "1-foo2", "1-foo10", "1-1", "1.1"}},
	/* PEP 440, "Summary of permitted suffixes and relative ordering" */
	{SCHEME_PYPI,
		{"1.0.dev456", "1.0a1", "1.0a2.dev456", "1.0a12.dev456", "1.0a12", "1.0b1.dev456", "1.0b2", "1.0b2.post345.dev456",
			"1.0b2.post345", "1.0rc1.dev456", "1.0rc1", "1.0", "1.0.post456.dev34", "1.0.post456", "1.1.dev1", "1!0.1"}},
	{SCHEME_PYPI, {"0.0.0.1", "0.0.2", "1.5", "=1.5.0", "=v1.5", "1.5+local.1", "1.5+local.2", "1.5-1", "=1.5.post1"}},
	/* the manual of Gem::Version */
	{SCHEME_GEM, {"1.0.a.2", "1.0.b1", "1.0", "=1.0.0", "1.8.2.a", "1.8.2.b", "1.8.2", "1.8.10", "10"}},
	{SCHEME_GENERIC, {"1", "1.2", "1.9a", "1.9b", "1.10"}},
	{SCHEME_LEXICOGRAPHIC, {"1.10", "1.2", "a"}},
	/* what makers write, from the documents of CISA */
	{SCHEME_LOOSE,
		{"5.2.0 build 140721", "5.3.1 build 150410", "V5.4.0 build 160530", "=5.4.0  Build 160530", "5.4.4  Build 161125",
			"=V5.4.4 build 161125"}},
	{SCHEME_LOOSE,
		{"1.000.HW00.20.20190101", "1.000.HW00.21.20190812", "=1.000.HW00.21.20190812", "1.000.HW02.8.20190813",
			"2.420.HW00.12.20190819"}},
	{SCHEME_LOOSE, {"V15 beta", "V15", "=15.0", "=Version 15", "V15 SP1", "V15 SP1 Update 1", "V15 SP1 Update 3", "V15 SP2", "V16"}},
	{SCHEME_LOOSE, {"V4.02.R11.00000117.10001.131900.00000", "V4.02.R11.34531191.10010.140900.00000", "V4.03.R11"}},
};

static struct chars chars(const char *text)
{
	return (struct chars){text, strlen(text)};
}

static void a_list_rises(void **state)
{
	for (size_t i = 0; i < sizeof(LADDERS) / sizeof(*LADDERS); i++) {
		int ranks[16] = {0};
		const char *const *versions = LADDERS[i].versions;
		size_t count = 0;
		for (; count < 16 && versions[count]; count++)
			ranks[count] = count ? ranks[count - 1] + (*versions[count] != '=') : 0;
		for (size_t a = 0; a < count; a++)
			for (size_t b = 0; b < count; b++) {
				const char *left = versions[a] + (*versions[a] == '='), *right = versions[b] + (*versions[b] == '=');
				int want = ranks[a] < ranks[b] ? ORDER_LESS : ranks[a] > ranks[b] ? ORDER_GREATER : ORDER_EQUAL;
				int got = version_order(LADDERS[i].scheme, chars(left), chars(right));
				if (got != want)
					fail_msg("list %zu: %s to %s: %d, not %d", i, left, right, got, want);
			}
	}
}

/* Nobody knows, and so do we. */
static void what_cannot_be_compared(void **state)
{
	static const struct {
		enum scheme scheme;
		const char *left, *right;
	} pairs[] = {
		{SCHEME_LOOSE, "5.4.0", "5.4.0 build 160530"},
		{SCHEME_LOOSE, "1.000.HW00.21", "1.000.0000.21"},
		{SCHEME_LOOSE, "4.1 Extended", "4.1"},
		{SCHEME_LOOSE, "1.2foo", "1.2bar"},
		{SCHEME_LOOSE, "V15 SP1", "V15.1"},
		{SCHEME_SEMVER, "1.2.3.4", "1.2.3"},
		{SCHEME_SEMVER, "one", "1.2.3"},
		{SCHEME_PYPI, "1.0-foo", "1.0"},
		{SCHEME_INTDOT, "x", "1"},
		{SCHEME_NONE, "1", "1"},
		{SCHEME_DEB, "", "1"},
	};
	char huge[FW_CSAF_VERSION_MAX + 2];

	memset(huge, '1', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = 0;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		assert_int_equal(version_order(pairs[i].scheme, chars(pairs[i].left), chars(pairs[i].right)), ORDER_UNKNOWN);
		assert_int_equal(version_order(pairs[i].scheme, chars(pairs[i].right), chars(pairs[i].left)), ORDER_UNKNOWN);
	}
	for (enum scheme scheme = SCHEME_LOOSE; scheme <= SCHEME_LEXICOGRAPHIC; scheme++)
		assert_int_equal(version_order(scheme, chars(huge), chars("1")), ORDER_UNKNOWN);
}

static const struct {
	const char *range, *version;
	enum version_answer want;
} RANGES[] = {
	/* vers-spec: pypi_range_containment_test.json, intdot_version_cmp_test.json */
	{"vers:pypi/<=1.3.0|3.0.0", "1.0.0", VERSION_IN},
	{"vers:pypi/>0.0.2", "0.0.3", VERSION_IN},
	{"vers:pypi/<0.0.2", "0.0.0.1", VERSION_IN},
	{"vers:pypi/>=1.0.0|<=2.0.0", "1.5", VERSION_IN},
	{"vers:pypi/>=3.0.0|2.0.3", "2.0.3", VERSION_IN},
	{"vers:pypi/>=1.0.0|<=2.0.0", "2.0.3", VERSION_OUT},
	{"vers:pypi/>=1.0.0|<=2.0.0", "0.0.9", VERSION_OUT},
	{"vers:pypi/>=3.0.0|!=2.0.3", "2.0.3", VERSION_OUT},
	{"vers:pypi/<=1.0.0|>=2.0.0", "1.5", VERSION_OUT},
	{"vers:pypi/0.0.2|0.0.6|>=3.0.0|0.0.1|0.0.4|0.0.5|0.0.3", "2.0.3", VERSION_OUT},
	{"vers:intdot/>=1.2|<2.0", "1.5.0", VERSION_IN},
	{"vers:intdot/>=1.2|<2.0", "2.0", VERSION_OUT},
	/* the same: vers_canonical_parse_test.json; what must not parse is not judged */
	{"vers:npm/>=1.0.0|<2.0.0", "1.9.9", VERSION_IN},
	{"vers:npm/>=1.0.0| <2.0.0", "1.9.9", VERSION_NOT_JUDGED},
	{"vers:npm/|>=1.0.0|<2.0.0", "1.9.9", VERSION_NOT_JUDGED},
	{"vers:npm/>=1.0.0|<2.0.0|", "1.9.9", VERSION_NOT_JUDGED},
	{"vers:npm/>=1.0.0||<2.0.0", "1.9.9", VERSION_NOT_JUDGED},
	{"vers:npm/1.0%2G0", "1.0", VERSION_NOT_JUDGED},
	{"vers:lexicographic/1%202", "1 2", VERSION_IN},
	{"vers:lexicographic/1 2", "1 2", VERSION_NOT_JUDGED},
	{"vers:lexicographic/1.0%252F0", "1.0%2F0", VERSION_IN},
	{"vers:npm/1.0.0|1.0.0", "1.0.0", VERSION_NOT_JUDGED},
	{"vers:npm/", "1.0.0", VERSION_NOT_JUDGED},
	{"vers:npm/>=", "1.0.0", VERSION_NOT_JUDGED},
	{"vers:npm/!=1.5.0", "1.4.0", VERSION_IN},
	{"vers:npm/!=1.5.0", "1.5.0", VERSION_OUT},
	/* CSAF's own examples: the one with a space, and its cure */
	{"vers:gem/>=2.2.0|!= 2.2.1|<2.3.0", "2.2.5", VERSION_NOT_JUDGED},
	{"vers:gem/>=2.2.0|!=2.2.1|<2.3.0", "2.2.5", VERSION_IN},
	{"vers:gem/>=2.2.0|!=2.2.1|<2.3.0", "2.2.1", VERSION_OUT},
	{"vers:gem/>=2.2.0|!=2.2.1|<2.3.0", "2.3.0", VERSION_OUT},
	{"vers:npm/1.2.3|>=2.0.0|<5.0.0", "1.2.3", VERSION_IN},
	{"vers:npm/1.2.3|>=2.0.0|<5.0.0", "1.2.4", VERSION_OUT},
	{"vers:pypi/0.0.0|0.0.1|0.0.2|0.0.3|1.0|2.0pre1", "2.0rc1", VERSION_IN},
	{"vers:tomee/>=8.0.0-M1|<=8.0.1", "8.0.0", VERSION_NOT_JUDGED},
	{"vers:deb/<1.0-1", "1.0~rc1-2", VERSION_IN},
	{"vers:deb/<1.0-1", "1:0.9", VERSION_OUT},
	{"vers:all/*", "", VERSION_IN},
	{"vers:all/*", "anything", VERSION_IN},
	{"vers:semver/*", "1.0.0", VERSION_IN},
	/* documents of CISA */
	{"vers:all/<V4.1.2", "V4.1.1", VERSION_IN},
	{"vers:all/<V4.1.2", "V4.1.2", VERSION_OUT},
	{"<= 3.3", "3.3", VERSION_IN},
	{"<= 3.3", "3.4", VERSION_OUT},
	{"<=3.3", "", VERSION_NOT_JUDGED},
	{" <1.000.HW00.21.20190812", "1.000.HW00.20.20190101", VERSION_IN},
	{" <1.000.HW00.21.20190812", "1.000.HW00.21.20190812", VERSION_OUT},
	{" <1.000.HW00.21.20190812", "1.000.0000.19.20190819", VERSION_NOT_JUDGED},
	{">=  5.3.1 build 150410 | <= 5.4.4  Build 161125", "V5.4.0 build 160530", VERSION_IN},
	{">=  5.3.1 build 150410 | <= 5.4.4  Build 161125", "V5.4.5 build 170123", VERSION_OUT},
	{">=  5.3.1 build 150410 | <= 5.4.4  Build 161125", "V5.4.4", VERSION_NOT_JUDGED},
	{">= V4.0 and < V4.1.1", "4.1", VERSION_IN},
	{"> V4.0 < V4.2", "4.1", VERSION_IN},
	{"All versions", "7", VERSION_IN},
	{"*", "7", VERSION_IN},
	{"All versions < V15 SP1 Update 3", "V15 SP1 Update 2", VERSION_IN},
	{"All versions < V15 SP1 Update 3", "V15 SP1 Update 3", VERSION_OUT},
	{"All versions prior to V4.1.2", "V4.1.1", VERSION_IN},
	{"All versions prior to V4.1.2", "V4.1.2", VERSION_OUT},
	{"V2.0 to 3.1", "3.1", VERSION_IN},
	{"V2.0 to 3.1", "3.2", VERSION_OUT},
	{"V2.0 - V3.1", "2.5", VERSION_IN},
	{"between 2.0 and 3.1", "2.0", VERSION_IN},
	{"between 2.0 and 3.1", "1.9", VERSION_OUT},
	{"3.3 and prior", "3.2", VERSION_IN},
	{"3.3 and prior", "3.4", VERSION_OUT},
	{"1.2.3 and  below", "1.2.3", VERSION_IN},
	{"3.3 or later", "3.4", VERSION_IN},
	{"3.3 and up", "3.2", VERSION_OUT},
	{"earlier than 3.3", "3.3", VERSION_OUT},
	{"later than 3.3", "3.3", VERSION_OUT},
	{"later than 3.3", "3.3.1", VERSION_IN},
	{"since 3.3", "3.3", VERSION_IN},
	{"up to and including 3.1", "3.1", VERSION_IN},
	{"\xe2\x89\xa4 3.1", "3.1", VERSION_IN},
	{"\xe2\x89\xa5 3.1", "3.0", VERSION_OUT},
	{"=> 3.1", "3.2", VERSION_IN},
	{"4.2.x", "4.2.17", VERSION_IN},
	{"4.2.x", "4.20", VERSION_OUT},
	{"4.X", "4.9.1", VERSION_IN},
	{"4.2 *", "4.2.1", VERSION_IN},
	{"<= 4.x", "4.7", VERSION_IN},
	{"<= 4.x", "5.0", VERSION_OUT},
	{"1.0 | 1.1 | 1.4", "1.1", VERSION_IN},
	{"1.0 | 1.1 | 1.4", "1.2", VERSION_OUT},
	{"1.0, 1.1 and 1.4", "1.4", VERSION_IN},
	{"<= 3.4 | 3.6", "3.6", VERSION_IN},
	{"Firmware Version 2.1", "2.1", VERSION_IN},
	{"< FW810", "FW809", VERSION_IN},
	{"15.0(2)SE", "15.0(2)SE", VERSION_IN},
	/* limits that are meant too, from one to the other, days */
	{"prior to and including 3.3", "3.3", VERSION_IN},
	{"prior to and including 3.3", "3.4", VERSION_OUT},
	{"including and prior to 3.3", "3.3", VERSION_IN},
	{"before and including version 3.3", "3.3", VERSION_IN},
	{"prior to 3.3 inclusive", "3.3", VERSION_IN},
	{"before 3.3", "3.3", VERSION_OUT},
	{"before 3.3, including 3.1", "3.3", VERSION_OUT},
	{"after and including 3.3", "3.3", VERSION_IN},
	{"1.0-2.0", "1.5", VERSION_IN},
	{"V1.0-V2.0", "1.5", VERSION_IN},
	{"1.0\xe2\x80\x93"
	 "2.0",
		"1.5", VERSION_IN},
	{"1.0-2.0, 3.0-3.5", "3.6", VERSION_OUT},
	{"1.0-2.0", "2.1", VERSION_OUT},
	{"2-4", "3", VERSION_NOT_JUDGED},
	{"2.0-4", "3", VERSION_NOT_JUDGED},
	{"< 1.0-2.0", "0.9", VERSION_NOT_JUDGED},
	{"7.50.3-1", "7.50.3-1", VERSION_IN},
	{"7.50.3-1", "7.50.4", VERSION_OUT},
	{"<= 5.4.0-1234", "5.3", VERSION_IN},
	{"< 20210208", "2.1.3", VERSION_NOT_JUDGED},
	{"< 20210208", "20210101", VERSION_IN},
	{"< 20210208", "2021-03-01", VERSION_NOT_JUDGED},
	{"<= 2019-09-21", "1.8.82", VERSION_NOT_JUDGED},
	{"<= 2019-09-21", "2019-09-22", VERSION_OUT},
	{"before 2019-01", "4.1", VERSION_NOT_JUDGED},
	{"before 2019/01", "4.1", VERSION_NOT_JUDGED},
	{"< 4.1", "2019-01-02", VERSION_NOT_JUDGED},
	{"< 2019.10", "2019.9", VERSION_IN},
	{"< 2020", "4.1", VERSION_IN},
	/* words that may change the sense */
	{"All versions with U-Boot < V2.1", "V2.0", VERSION_NOT_JUDGED},
	{"No version", "1", VERSION_NOT_JUDGED},
	{"distributed  < april 9, 2017", "1", VERSION_NOT_JUDGED},
	{"< 3.1, < 4.2", "3.5", VERSION_NOT_JUDGED},
	{"< 3.1, < 4.2", "3.0", VERSION_IN},
	{"2.2 (Only affected by CVE-2020-1 CVE-2020-2)", "2.2", VERSION_NOT_JUDGED},
	{"<", "2.2", VERSION_NOT_JUDGED},
	{"< | 2", "2.2", VERSION_NOT_JUDGED},
	{"", "2.2", VERSION_NOT_JUDGED},
	{"@", "2.2", VERSION_NOT_JUDGED},
	{"versions", "2.2", VERSION_NOT_JUDGED},
};

static void a_range_holds_a_version(void **state)
{
	for (size_t i = 0; i < sizeof(RANGES) / sizeof(*RANGES); i++) {
		enum version_answer got = advisory_version_judge(RANGES[i].range, RANGES[i].version, NULL);
		if (got != RANGES[i].want)
			fail_msg("\"%s\" holds \"%s\": %d, not %d", RANGES[i].range, RANGES[i].version, got, RANGES[i].want);
	}
}

/* What was judged by words alone says so; cut at every byte nothing is read beyond the end. */
static void loose_text_is_told_and_cut(void **state)
{
	bool loose;

	advisory_version_judge("<= 3.3", "3.2", &loose);
	assert_true(loose);
	advisory_version_judge("vers:semver/<=3.3.0", "3.2.0", &loose);
	assert_false(loose);
	advisory_version_judge("vers:all/*", "3.2.0", &loose);
	assert_false(loose);
	for (size_t i = 0; i < sizeof(RANGES) / sizeof(*RANGES); i++)
		for (size_t len = 0; len <= strlen(RANGES[i].range); len++) {
			char *cut = strndup(RANGES[i].range, len);
			advisory_version_judge(cut, RANGES[i].version, NULL);
			free(cut);
		}
}

static void too_many_parts(void **state)
{
	char text[RANGE_TEXT_MAX * 2] = "vers:generic/0";

	for (unsigned i = 1; i < FW_CSAF_RANGE_MAX; i++)
		snprintf(text + strlen(text), 8, "|%u", i);
	assert_int_equal(advisory_version_judge(text, "127", NULL), VERSION_IN);
	assert_int_equal(advisory_version_judge(text, "128", NULL), VERSION_OUT);
	snprintf(text + strlen(text), 8, "|%u", FW_CSAF_RANGE_MAX);
	assert_int_equal(advisory_version_judge(text, "127", NULL), VERSION_NOT_JUDGED);
	memset(text, '1', RANGE_TEXT_MAX);
	text[RANGE_TEXT_MAX] = 0;
	assert_int_equal(advisory_version_judge(text, "1", NULL), VERSION_NOT_JUDGED);
}

/* CSAF 2.0 sections 3.1.11 and 9.1.13. */
static void what_a_revision_is_to_a_match(void **state)
{
	static const struct {
		const char *then, *now;
		uint64_t print_then, print_now;
		enum advisory_news want;
	} rows[] = {
		{"", "1", 0, 7, NEWS_NEW},
		{"1", "1", 7, 7, NEWS_SAME},
		{"1", "2", 7, 7, NEWS_SAME}, /* matching runs again, and the remediation has not changed */
		{"1", "2", 7, 8, NEWS_CHANGED},
		{"1.0.0", "1.0.1", 7, 8, NEWS_SAME}, /* says itself that matching need not run */
		{"1.0.0", "1.1.0", 7, 8, NEWS_SAME},
		{"1.4.2", "2.0.0", 7, 8, NEWS_CHANGED},
		{"1.4.2", "2.0.0", 7, 7, NEWS_SAME},
		{"1", "1.0.0", 7, 8, NEWS_CHANGED},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(advisory_news_judge(rows[i].then, rows[i].print_then, rows[i].now, rows[i].print_now), rows[i].want);
	assert_true(version_tracking_order("2", "10") < 0);
	assert_true(version_tracking_order("1.0.0-beta", "1.0.0") < 0);
	assert_true(version_tracking_order("", "1") < 0);
	assert_int_equal(version_tracking_order("3", "3.0.0"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_rises),
		cmocka_unit_test(what_cannot_be_compared),
		cmocka_unit_test(a_range_holds_a_version),
		cmocka_unit_test(loose_text_is_told_and_cut),
		cmocka_unit_test(too_many_parts),
		cmocka_unit_test(what_a_revision_is_to_a_match),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
