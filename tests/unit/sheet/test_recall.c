/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Three answers, and exactly the question that would decide. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sheet/sheet.h"

struct told {
	const char *bought, *made, *serial, *country, *label;
};

static struct known known_of(const struct told *told)
{
	struct known known = {.days = {DAYS_UNKNOWN, DAYS_UNKNOWN},
		.text = {told->bought, told->made, told->serial, told->country, told->label, "Hangzhou Xiongmai Technology", "", "", "NBD",
			""}};

	if (told->bought)
		assert_int_equal(days_read(told->bought, &known.days[LABEL_BOUGHT]), 0);
	if (told->made)
		assert_int_equal(days_read(told->made, &known.days[LABEL_MADE]), 0);
	return known;
}

static const struct {
	const char *condition;
	struct told told;
	enum truth answer;
	int ask; /* enum label_fact, or -1 */
} cases[] = {
	{"bought < 2015-04", {.bought = "2014-11"}, TRUTH_YES, -1},
	{"bought < 2015-04", {.bought = "2015-03-31"}, TRUTH_YES, -1},
	{"bought < 2015-04", {.bought = "2015-04"}, TRUTH_NO, -1},
	{"bought < 2015-04", {.bought = "2015-04-01"}, TRUTH_NO, -1},
	{"bought < 2015-04", {.bought = "2015"}, TRUTH_UNKNOWN, LABEL_BOUGHT},
	{"bought < 2015-04", {.bought = "2014"}, TRUTH_YES, -1},
	{"bought < 2015-04", {0}, TRUTH_UNKNOWN, LABEL_BOUGHT},
	{"bought < 2015-04", {.made = "2015-06"}, TRUTH_NO, -1}, /* it cannot have been bought before it was made */
	{"bought < 2015-04", {.made = "2014"}, TRUTH_UNKNOWN, LABEL_BOUGHT},
	{"bought <= 2015-04", {.bought = "2015-04-30"}, TRUTH_YES, -1},
	{"bought <= 2015-04", {.bought = "2015-05-01"}, TRUTH_NO, -1},
	{"bought > 2015-04", {.bought = "2015-04-30"}, TRUTH_NO, -1},
	{"bought > 2015-04", {.bought = "2015-05"}, TRUTH_YES, -1},
	{"bought >= 2015-04", {.bought = "2015-04"}, TRUTH_YES, -1},
	{"bought = 2015", {.bought = "2015-04"}, TRUTH_YES, -1},
	{"bought = 2015-04", {.bought = "2015"}, TRUTH_UNKNOWN, LABEL_BOUGHT},
	{"bought != 2015", {.bought = "2014-12"}, TRUTH_YES, -1},
	{"country = US", {.country = "us"}, TRUTH_YES, -1},
	{"country != US", {.country = "DE"}, TRUTH_YES, -1},
	{"serial ~ 'XM14*'", {.serial = "xm14-000"}, TRUTH_YES, -1},
	{"serial ~ '*00?'", {.serial = "xm14-001"}, TRUTH_YES, -1},
	{"serial ~ 'XM14'", {.serial = "XM14-000"}, TRUTH_NO, -1},
	{"serial ~ 'a*a*a*a*a*a*a*a*b'", {.serial = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}, TRUTH_NO, -1},
	/* what does not decide is not asked for */
	{"bought < 2015-04 and country = US", {.bought = "2016"}, TRUTH_NO, -1},
	{"bought < 2015-04 and country = US", {.country = "DE"}, TRUTH_NO, -1},
	{"bought < 2015-04 and country = US", {.bought = "2014"}, TRUTH_UNKNOWN, LABEL_COUNTRY},
	{"bought < 2015-04 and country = US", {.country = "US"}, TRUTH_UNKNOWN, LABEL_BOUGHT},
	{"bought < 2015-04 or serial ~ 'A*'", {.serial = "A1"}, TRUTH_YES, -1},
	{"bought < 2015-04 or serial ~ 'A*'", {.serial = "B1"}, TRUTH_UNKNOWN, LABEL_BOUGHT},
	{"not (bought < 2015-04 or country = DE)", {.bought = "2016", .country = "US"}, TRUTH_YES, -1},
	{"not bought < 2015-04 and not country = DE", {.bought = "2016"}, TRUTH_UNKNOWN, LABEL_COUNTRY},
	{"maker ~ '*xiongmai*' and model = nbd", {0}, TRUTH_YES, -1},
};

static void test_answers(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct known known = known_of(&cases[i].told);
		struct condition condition;
		const char *fault = condition_read(cases[i].condition, &condition);
		enum label_fact ask = LABEL_COUNT;
		bool asks;

		if (fault)
			fail_msg("%s: %s", cases[i].condition, fault);
		asks = condition_ask(&condition, &known, &ask);
		if (condition_judge(&condition, &known) != cases[i].answer || asks != (cases[i].ask >= 0) ||
			(asks && (int)ask != cases[i].ask))
			fail_msg("%zu %s: %d, asks %d", i, cases[i].condition, condition_judge(&condition, &known), asks ? (int)ask : -1);
	}
}

static void test_wrong_conditions(void **state)
{
	static const char *const wrong[] = {"", "bought", "bought <", "bought < soon", "bought ~ 2014", "country < US", "colour = red",
		"country = US DE", "(country = US", "country = US and", "country = 'US", "country = ''", "not", "and", "country = US)",
		"((((((((((country = US))))))))))", "country = 0123456789012345678901234567890123456789012345678901234567890123456789"};
	char many[4096] = "country = A";

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct condition condition;
		struct known known = known_of(&(struct told){.country = "US"});

		if (!condition_read(wrong[i], &condition))
			fail_msg("taken: %s", wrong[i]);
		assert_int_equal(condition_judge(&condition, &known), TRUTH_UNKNOWN);
	}
	for (int i = 0; i < 20; i++)
		snprintf(many + strlen(many), sizeof(many) - strlen(many), " or country = A");
	assert_non_null(condition_read(many, &(struct condition){0}));
}

static const char rule[] =
	"- recall: one\n  title: T\n  source: S\n  applies-if: maker ~ '*xiongmai*'\n  recalled-if: bought < 2015-04 and country = US\n"
	"  assume: country = US\n  yes: It is.\n  no: It is not.\n  where-bought: On the receipt.\n";

static size_t judge(const char *text, const struct told *told, struct sheet_recall out[SHEET_RECALLS_MAX], struct recalls **out_recalls)
{
	struct known known = known_of(told);
	struct fault fault = {0};
	uint32_t left_out;
	size_t count;

	assert_int_equal(recalls_new(out_recalls), 0);
	if (recalls_read(*out_recalls, "r", text, strlen(text), &fault))
		fail_msg("%llu: %s", (unsigned long long)fault.line, fault.sentence);
	count = recalls_judge(*out_recalls, &known, out, &left_out);
	assert_int_equal(left_out, 0);
	return count;
}

static void test_recall(void **state)
{
	struct sheet_recall found[SHEET_RECALLS_MAX];
	struct recalls *recalls;

	assert_int_equal(judge(rule, &(struct told){.bought = "2014-11"}, found, &recalls), 1);
	assert_int_equal(found[0].answer, TRUTH_YES);
	assert_string_equal(found[0].says, "It is.");
	assert_string_equal(found[0].because, "bought 2014-11");
	assert_string_equal(found[0].assumed, "country = US"); /* and says so */
	recalls_free(recalls);

	assert_int_equal(judge(rule, &(struct told){.bought = "2016"}, found, &recalls), 1);
	assert_int_equal(found[0].answer, TRUTH_NO);
	assert_string_equal(found[0].assumed, ""); /* it does not matter */
	recalls_free(recalls);

	assert_int_equal(judge(rule, &(struct told){.bought = "2014", .country = "DE"}, found, &recalls), 1);
	assert_int_equal(found[0].answer, TRUTH_NO);
	assert_string_equal(found[0].because, "country DE");
	recalls_free(recalls);

	assert_int_equal(judge(rule, &(struct told){.bought = "2015"}, found, &recalls), 1);
	assert_int_equal(found[0].answer, TRUTH_UNKNOWN);
	assert_true(found[0].asks && found[0].ask == LABEL_BOUGHT);
	assert_string_equal(found[0].question, "In which month of 2015 was it bought?");
	assert_string_equal(found[0].where, "On the receipt.");
	recalls_free(recalls);
}

/* What is not known of a device is no reason to speak of somebody's recall. */
static void test_applies(void **state)
{
	struct sheet_recall found[SHEET_RECALLS_MAX];
	struct recalls *recalls;
	uint32_t left_out;
	struct known nobody = {.days = {DAYS_UNKNOWN, DAYS_UNKNOWN}};

	assert_int_equal(judge(rule, &(struct told){0}, found, &recalls), 1);
	assert_int_equal(recalls_judge(recalls, &nobody, found, &left_out), 0);
	nobody.text[LABEL_MAKER] = "Acme";
	assert_int_equal(recalls_judge(recalls, &nobody, found, &left_out), 0);
	recalls_free(recalls);
}

/* A maker that is only likely, and a kind that nobody knows, are asked for before anything is said. */
static void test_doubt(void **state)
{
	static const char of_kind[] = "- recall: k\n  title: T\n  source: S\n  applies-if: maker ~ '*xiongmai*' and kind = camera\n"
				      "  recalled-if: bought < 2015-04\n  yes: It is.\n";
	struct known known = known_of(&(struct told){.bought = "2014-11"});
	struct sheet_recall found[SHEET_RECALLS_MAX];
	struct recalls *recalls;
	uint32_t left_out;

	assert_int_equal(judge(of_kind, &(struct told){.bought = "2014-11"}, found, &recalls), 1);
	assert_int_equal(found[0].answer, TRUTH_UNKNOWN);
	assert_true(found[0].asks && found[0].ask == LABEL_KIND && found[0].where[0]);
	known.text[LABEL_KIND] = "telephone";
	assert_int_equal(recalls_judge(recalls, &known, found, &left_out), 0);
	known.text[LABEL_KIND] = "camera";
	known.maker_doubtful = true;
	assert_int_equal(recalls_judge(recalls, &known, found, &left_out), 1);
	assert_int_equal(found[0].answer, TRUTH_UNKNOWN);
	assert_string_equal(found[0].question, "Who made it?");
	assert_non_null(strstr(found[0].where, "label"));
	known.maker_doubtful = false;
	assert_int_equal(recalls_judge(recalls, &known, found, &left_out), 1);
	assert_int_equal(found[0].answer, TRUTH_YES);
	assert_int_equal(days_read("2016", &known.days[LABEL_BOUGHT]), 0);
	known.maker_doubtful = true;
	assert_int_equal(recalls_judge(recalls, &known, found, &left_out), 0); /* whoever made it */
	recalls_free(recalls);
}

/* Twelve makers' recalls may concern it: eight are told, four are counted. */
static void test_left_out(void **state)
{
	struct sheet_recall found[SHEET_RECALLS_MAX];
	struct known known = known_of(&(struct told){.bought = "2014-11"});
	struct recalls *recalls;
	struct fault fault = {0};
	uint32_t left_out = 0;
	char rules[4096] = "";

	for (int i = 0; i < 12; i++)
		snprintf(rules + strlen(rules), sizeof(rules) - strlen(rules),
			"- recall: r%d\n  title: T\n  source: S\n  applies-if: maker ~ '*xiongmai*'\n  recalled-if: bought < 2015-04\n", i);
	assert_int_equal(recalls_new(&recalls), 0);
	assert_int_equal(recalls_read(recalls, "r", rules, strlen(rules), &fault), 0);
	assert_int_equal(recalls_judge(recalls, &known, found, &left_out), SHEET_RECALLS_MAX);
	assert_int_equal(left_out, 12 - SHEET_RECALLS_MAX);
	assert_string_equal(found[SHEET_RECALLS_MAX - 1].id, "r7");
	recalls_free(recalls);
}

static void test_wrong_rules(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *sentence;
	} wrong[] = {
		{"- recall: a\n  title: b\n", 1, "needs"},
		{"- recall: a\n  title: b\n  source: c\n  applies-if: maker = X\n  recalled-if: bought < soon\n", 1, "date"},
		{"- recall: a\n  title: b\n  source: c\n  applies-if: bought < 2014\n  recalled-if: bought < 2015\n", 1, "applies-if"},
		{"- recall: a\n  title: b\n  source: c\n  applies-if: maker = X\n  recalled-if: bought < 2015\n  assume: not country = "
		 "US\n",
			1, "assume"},
		{"- recall: a\n  title: b\n  source: c\n  applies-if: maker = X\n  recalled-if: bought < 2015\n"
		 "- recall: a\n  title: b\n  source: c\n  applies-if: maker = X\n  recalled-if: bought < 2015\n",
			6, "already"},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct recalls *recalls;
		struct fault fault = {0};

		assert_int_equal(recalls_new(&recalls), 0);
		if (recalls_read(recalls, "r", wrong[i].text, strlen(wrong[i].text), &fault) != -EINVAL || fault.line != wrong[i].line ||
			!strstr(fault.sentence, wrong[i].sentence))
			fail_msg("%zu: %llu: %s", i, (unsigned long long)fault.line, fault.sentence);
		recalls_free(recalls);
	}
}

/* A rule in a person's own file takes the place of the shipped one. */
static void test_replaced(void **state)
{
	static const char own[] =
		"- recall: one\n  title: Mine\n  source: S\n  applies-if: maker ~ '*xiongmai*'\n  recalled-if: bought < 2010\n";
	struct sheet_recall found[SHEET_RECALLS_MAX];
	struct known known = known_of(&(struct told){.bought = "2014"});
	struct recalls *recalls;
	uint32_t left_out;
	struct fault fault;

	judge(rule, &(struct told){0}, found, &recalls);
	assert_int_equal(recalls_read(recalls, "own", own, strlen(own), &fault), 0);
	assert_int_equal(recalls_judge(recalls, &known, found, &left_out), 1);
	assert_string_equal(found[0].title, "Mine");
	assert_int_equal(found[0].answer, TRUTH_NO);
	recalls_free(recalls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_wrong_conditions),
		cmocka_unit_test(test_recall),
		cmocka_unit_test(test_applies),
		cmocka_unit_test(test_doubt),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_wrong_rules),
		cmocka_unit_test(test_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
