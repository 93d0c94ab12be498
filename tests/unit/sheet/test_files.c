/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person writes down is read as meant, or refused with its line: facts, marks, lists of devices. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sheet/sheet.h"

static const uint8_t key[16] = {1};

static const struct {
	const char *name, *text;
	unsigned line; /* of the fault; 0: none */
	const char *sentence; /* part of it */
} wrong_facts[] = {
	{"nothing at all", "", 0, NULL},
	{"comments alone", "# a\n\n   # b\n---\n", 0, NULL},
	{"bare, single, double", "- device: a\n  name: Shed # not part\n  note: 'it''s #1'\n  label: \"a \\\"b\\\" \\\\\"\n", 0, NULL},
	{"lines end as on Windows", "\xef\xbb\xbf- device: a\r\n  bought: 2014-11\r\n", 0, NULL},
	{"no record yet", "device: a\n", 1, "begins with"},
	{"not indented", "- device: a\nname: b\n", 2, "indented"},
	{"no key", "- device: a\n  2014-11\n", 2, "key: value"},
	{"no value", "- device: a\n  name:\n", 2, "missing"},
	{"no such key", "- device: a\n  colour: red\n", 2, "colour"},
	{"a key twice", "- device: a\n  name: b\n  name: c\n", 3, "already"},
	{"a tab", "- device: a\n\tname: b\n", 2, "control character"},
	{"an escape sequence", "- device: a\n  name: \x1b[31mred\n", 2, "control character"},
	{"no UTF-8", "- device: a\n  name: \xff\n", 2, "UTF-8"},
	{"a quote without an end", "- device: a\n  name: 'b\n", 2, "does not end"},
	{"something behind a quote", "- device: a\n  name: 'b' c\n", 2, "behind"},
	{"what YAML would take for a list", "- device: a\n  name: [b]\n", 2, "quotes"},
	{"what YAML would take for a map", "- device: a\n  name: b: c\n", 2, "quotes"},
	{"a day that is none", "- device: a\n  bought: 2015-02-29\n", 1, "date"},
	{"a month that is none", "- device: a\n  bought: 2015-13\n", 1, "date"},
	{"a leap day", "- device: a\n  bought: 2016-02-29\n", 0, NULL},
	{"nobody's", "- name: b\n", 1, "device is missing"},
	{"a device twice", "- device: a\n- device: b\n- device: A\n", 3, "already"},
	{"too long a value",
		"- device: 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\n", 1,
		"too long"},
};

static const char asked[] = "- asks: policy\n  provision: 5.2-1\n  title: a policy\n  question: Is there one?\n  where: On the page.\n"
			    "- asks: period\n  provision: 5.3-13\n  title: a period\n  question: Until when?\n  where: On the box.\n";

/* Provisions that a person answers for: yes, no, or not yet; what is neither is a fault with its line, not an answer. */
static void test_answers(void **state)
{
	static const struct {
		const char *facts;
		unsigned line;
		enum truth policy, period;
	} rows[] = {
		{"- device: a\n", 0, TRUTH_UNKNOWN, TRUTH_UNKNOWN},
		{"- device: a\n  policy: yes\n  period: no\n", 0, TRUTH_YES, TRUTH_NO},
		{"- policy: no\n  device: a\n", 0, TRUTH_NO, TRUTH_UNKNOWN},
		{"- device: b\n  policy: yes\n- device: a\n  period: yes\n", 0, TRUTH_UNKNOWN, TRUTH_YES},
		{"- device: a\n  policy: perhaps\n", 2, TRUTH_UNKNOWN, TRUTH_UNKNOWN},
		{"- device: a\n  policy: yes\n  policy: yes\n", 3, TRUTH_UNKNOWN, TRUTH_UNKNOWN},
		{"- device: a\n  price: no\n", 2, TRUTH_UNKNOWN, TRUTH_UNKNOWN},
	};
	struct questions *questions;
	struct fault fault = {0};
	uint32_t count;

	assert_int_equal(questions_read("q", asked, strlen(asked), &questions, &fault), 0);
	assert_string_equal(questions_list(questions, &count)[1].provision, "5.3-13");
	assert_int_equal(count, 2);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct facts_source source = {"f", rows[i].facts, strlen(rows[i].facts), questions};
		const struct device device = {.name = "a"};
		struct facts_list *list = NULL;

		if (facts_read(&source, &list, &fault) != (rows[i].line ? -EINVAL : 0) || (rows[i].line && fault.line != rows[i].line))
			fail_msg("%zu: line %llu: %s", i, (unsigned long long)fault.line, fault.sentence);
		if (rows[i].line)
			continue;
		assert_int_equal(facts_find(list, &device)->answers[0], rows[i].policy);
		assert_int_equal(facts_find(list, &device)->answers[1], rows[i].period);
		facts_free(list);
	}
	questions_free(questions);
}

static void test_wrong_questions(void **state)
{
	static const char *const wrong[] = {"- asks: a\n  provision: 1\n", "- provision: 1\n",
		"- asks: a\n  provision: 1\n  title: t\n  question: q\n  where: w\n- asks: a\n  provision: 1\n  title: t\n  question: q\n  "
		"where: w\n",
		"- asks: a\n  colour: red\n"};
	char many[2048] = "";

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct questions *questions = NULL;
		struct fault fault = {0};

		assert_int_equal(questions_read("q", wrong[i], strlen(wrong[i]), &questions, &fault), -EINVAL);
		assert_true(fault.line && fault.sentence[0] && !questions);
	}
	for (int i = 0; i <= SHEET_QUESTIONS_MAX; i++) {
		struct questions *questions = NULL;
		struct fault fault = {0};

		snprintf(many + strlen(many), sizeof(many) - strlen(many),
			"- asks: a%c\n  provision: 1\n  title: t\n  question: q\n  where: w\n", 'a' + i);
		assert_int_equal(questions_read("q", many, strlen(many), &questions, &fault), i < SHEET_QUESTIONS_MAX ? 0 : -EINVAL);
		questions_free(questions);
	}
}

static void test_facts(void **state)
{
	for (size_t i = 0; i < sizeof(wrong_facts) / sizeof(wrong_facts[0]); i++) {
		struct facts_list *list = NULL;
		struct fault fault = {0};
		int error = facts_read(
			&(struct facts_source){"facts.yaml", wrong_facts[i].text, strlen(wrong_facts[i].text), NULL}, &list, &fault);

		if (error != (wrong_facts[i].line ? -EINVAL : 0) || fault.line != wrong_facts[i].line ||
			(wrong_facts[i].sentence && !strstr(fault.sentence, wrong_facts[i].sentence)))
			fail_msg("%s: %d, line %llu: %s", wrong_facts[i].name, error, (unsigned long long)fault.line, fault.sentence);
		facts_free(list);
	}
}

/* However a file is cut, it is read or refused, and nothing is read beyond it. */
static void test_cut(void **state)
{
	static const char text[] = "- device: 02:00:00:00:00:07\n  bought: 2014-11\n  label: \"a \\\"b\\\"\"\n  note: 'c''d'\n";

	for (size_t len = 0; len < sizeof(text); len++) {
		char *body = malloc(len + 1);
		struct facts_list *list = NULL;
		struct fault fault = {0};

		assert_non_null(body);
		memcpy(body, text, len);
		body[len] = 0;
		if (facts_read(&(struct facts_source){"facts", body, len, NULL}, &list, &fault))
			assert_true(fault.sentence[0] && fault.line);
		facts_free(list);
		free(body);
	}
}

static void test_facts_of(void **state)
{
	static const char text[] =
		"- device: Shed\n  name: by name\n- device: 192.168.1.7\n  name: by address\n- device: 02-00-00-00-00-07\n  name: by MAC\n"
		"  model: X1\n  bought: 2014\n  country: US\n- device: dev-00000000002a\n  name: by id\n";
	struct device device = {.id = 42,
		.mac_count = 1,
		.macs = {{2, 0, 0, 0, 0, 7}},
		.address_count = 1,
		.addresses = {{[10] = 0xff, [11] = 0xff, 192, 168, 1, 7}},
		.name = "shed",
		.model = {.name = "Y2", .confidence = 40}};
	struct facts_list *list;
	struct fault fault;
	char said[256];

	assert_int_equal(facts_read(&(struct facts_source){"f", text, strlen(text), NULL}, &list, &fault), 0);
	assert_string_equal(facts_find(list, &device)->name, "by MAC");
	facts_say(facts_find(list, &device), said, sizeof(said));
	assert_string_equal(said, "bought 2014, country US");
	facts_apply(facts_find(list, &device), &device);
	assert_string_equal(device.model.name, "X1");
	assert_int_equal(device.model.confidence, 100);
	assert_int_equal(device.name_source, NAME_USER);
	device.mac_count = 0;
	memcpy(device.name, "other", sizeof("other"));
	assert_string_equal(facts_find(list, &device)->name, "by address");
	device.address_count = 0;
	assert_string_equal(facts_find(list, &device)->name, "by id");
	device.id = 43;
	assert_null(facts_find(list, &device));
	assert_null(facts_find(NULL, &device));
	facts_free(list);
}

/* ---- marks ---- */

static char *marks_text(struct marks *marks)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(marks_write(marks, out), 0);
	fclose(out);
	return text;
}

static void test_marks(void **state)
{
	struct mark mark = {.asset = "02:00:00:00:00:07",
		.advisory = "HL-1",
		.vulnerability = "CVE-2016-1000",
		.version = "1.0.0",
		.day = "2016-10-21",
		.note = "says \"done\" \\ ok",
		.print = 0xfeed,
		.mark = MARK_DONE};
	struct marks *marks, *again;
	struct fault fault = {0};
	char *text, *second;

	assert_int_equal(marks_new(&marks), 0);
	assert_int_equal(marks_set(marks, &mark), 0);
	memcpy(mark.asset, "01:00:00:00:00:07", sizeof("01:00:00:00:00:07"));
	memcpy(mark.vulnerability, "*", sizeof("*"));
	mark.mark = MARK_IN_PROGRESS;
	assert_int_equal(marks_set(marks, &mark), 0);
	text = marks_text(marks);
	assert_int_equal(marks_new(&again), 0);
	if (marks_read(again, "marks", text, strlen(text), &fault))
		fail_msg("%llu: %s\n%s", (unsigned long long)fault.line, fault.sentence, text);
	second = marks_text(again);
	assert_string_equal(text, second);
	assert_int_equal(marks_find(again, "02:00:00:00:00:07", "hl-1", "CVE-2016-1000")->print, 0xfeed);
	assert_int_equal(marks_find(again, "01:00:00:00:00:07", "HL-1", "whichever")->mark, MARK_IN_PROGRESS);
	assert_null(marks_find(again, "02:00:00:00:00:07", "HL-1", "another"));
	assert_null(marks_find(again, "02:00:00:00:00:07", "HL-2", "CVE-2016-1000"));
	assert_null(marks_find(NULL, "02:00:00:00:00:07", "HL-2", "CVE-2016-1000"));
	/* taken away */
	mark.mark = MARK_NOT_REMEDIATED;
	memcpy(mark.vulnerability, "CVE-1", sizeof("CVE-1"));
	assert_int_equal(marks_set(again, &mark), 0); /* against one for all */
	assert_int_equal(marks_find(again, mark.asset, "HL-1", "CVE-1")->mark, MARK_NOT_REMEDIATED);
	assert_int_equal(marks_find(again, mark.asset, "HL-1", "CVE-2")->mark, MARK_IN_PROGRESS);
	memcpy(mark.vulnerability, "*", sizeof("*"));
	assert_int_equal(marks_set(again, &mark), 0);
	memcpy(mark.vulnerability, "CVE-1", sizeof("CVE-1"));
	assert_int_equal(marks_set(again, &mark), 0);
	assert_int_equal(marks_count(again), 1);
	free(text);
	free(second);
	marks_free(marks);
	marks_free(again);
}

static void test_wrong_marks(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *sentence;
	} cases[] = {
		{"- asset: a\n  advisory: b\n", 1, "needs"},
		{"- asset: a\n  advisory: b\n  mark: perhaps\n", 1, "in progress"},
		{"- asset: a\n  advisory: b\n  mark: done\n  print: xyz\n", 1, "hexadecimal"},
		{"- asset: a\n  advisory: b\n  mark: done\n- asset: a\n  advisory: B\n  mark: done\n", 4, "already"},
		{"- asset: a\n  advisory: b\n  mark: done\n  color: b\n", 4, "color"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct marks *marks;
		struct fault fault = {0};

		assert_int_equal(marks_new(&marks), 0);
		if (marks_read(marks, "m", cases[i].text, strlen(cases[i].text), &fault) != -EINVAL || fault.line != cases[i].line ||
			!strstr(fault.sentence, cases[i].sentence))
			fail_msg("%zu: line %llu: %s", i, (unsigned long long)fault.line, fault.sentence);
		marks_free(marks);
	}
}

/* ---- lists of devices ---- */

static const struct {
	const char *name, *text;
	size_t count; /* 0: a fault */
	unsigned line;
	const char *sentence;
} lists[] = {
	{"CSV", "name,maker,model,Firmware,colour\nShed,Acme,\"X, 1\",5.1.3,red\n\nHall,Acme,X2,,\n", 2, 0, NULL},
	{"with semicolons and CRLF", "maker;model\r\nAcme;X1\r\n", 1, 0, NULL},
	{"without a last line end", "maker\tmodel\nAcme\tX1", 1, 0, NULL},
	{"quotes in quotes", "maker,model\nAcme,\"a \"\"b\"\"\"\n", 1, 0, NULL},
	{"vendor and version", "vendor,product,version,ip\nAcme,X1,1.0,192.0.2.1\n", 1, 0, NULL},
	{"JSON", "[{\"maker\": \"Acme\", \"model\": \"X1\", \"seen\": 4}]", 1, 0, NULL},
	{"JSON with assets", " {\"assets\": [{\"maker\": \"Acme\"}, {\"model\": null, \"name\": \"n\"}]}", 2, 0, NULL},
	{"no known column", "colour\nred\n", 0, 1, "no column"},
	{"more cells than columns", "maker\nAcme,X1\n", 0, 2, "more cells"},
	{"a quoted cell goes on", "maker,model\n\"Acme\"x,X1\n", 0, 2, "separator"},
	{"a line end in a cell", "maker,model\n\"Ac\nme\",X1\n", 0, 2, "line end"},
	{"no date", "maker,bought\nAcme,yesterday\n", 0, 2, "date"},
	{"no address", "maker,address\nAcme,192.0.2.0/24\n", 0, 2, "address"},
	{"no MAC", "maker,mac\nAcme,02:00:00:00:00:07\nAcme,02:00:00:00:00\n", 0, 3, "MAC"},
	{"no device", "maker,model\n\n", 0, 0, "no device"},
	{"empty", "", 0, 1, "no column"},
	{"broken JSON", "[{\"maker\":\n \"Acme\"", 0, 2, ""},
	{"JSON of something else", "{\"a\": 1}", 0, 0, "no list"},
	{"an asset that is a number", "[{\"maker\": \"a\"}, 4]", 0, 0, "asset 2"},
	{"a value that is none", "[{\"maker\": 4}]", 0, 0, "asset 1"},
};

static void test_lists(void **state)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct asset_list assets = {0};
		struct fault fault = {0};
		int error = assets_read("list", lists[i].text, strlen(lists[i].text), &assets, &fault);

		if (error != (lists[i].count ? 0 : -EINVAL) || assets.count != lists[i].count || (error && fault.line != lists[i].line) ||
			(error && !strstr(fault.sentence, lists[i].sentence)))
			fail_msg("%s: %d, %zu, line %llu: %s", lists[i].name, error, assets.count, (unsigned long long)fault.line,
				fault.sentence);
		assets_free(&assets);
	}
}

static void test_asset(void **state)
{
	struct asset_list assets = {0};
	struct fault fault = {0};
	struct device device;
	char name[DEVICE_KEY_MAX];

	assert_int_equal(assets_add(&assets, "maker=Acme Ltd., model=X1", &fault), -EINVAL); /* a blank before a name */
	assert_int_equal(assets_add(&assets, "maker=Acme,colour=red", &fault), -EINVAL);
	assert_int_equal(assets_add(&assets, "maker", &fault), -EINVAL);
	assert_int_equal(assets_add(&assets, "", &fault), -EINVAL);
	assert_int_equal(assets_add(&assets, "maker=Acme Ltd.,model=X1,mac=02:00:00:00:00:09,address=192.0.2.9,bought=2014", &fault), 0);
	asset_device(&assets.list[0], key, &device);
	assert_string_equal(device.maker.name, "Acme Ltd.");
	assert_int_equal(device.maker.confidence, 100);
	assert_string_equal(device.name, "Acme Ltd. X1");
	assert_int_equal(device.mac_count, 1);
	assert_int_equal(device.macs[0][5], 9);
	assert_int_equal(device.address_count, 1);
	device_key(&device, "X", name);
	assert_string_equal(name, "02:00:00:00:00:09");
	device.mac_count = 0;
	device_key(&device, "X", name);
	assert_string_equal(name, "192.0.2.9");
	device.address_count = 0;
	device_key(&device, "X", name);
	assert_string_equal(name, "serial X");
	device_key(&device, "", name);
	assert_memory_equal(name, "dev-", 4); /* never the name that was made up */
	device.name_source = NAME_USER;
	device_key(&device, "", name);
	assert_string_equal(name, "Acme Ltd. X1");
	device.mac_count = device.address_count = 1;
	assert_true(device_is(&device, "02:00:00:00:00:09") && device_is(&device, "192.0.2.9") && device_is(&device, "acme ltd. x1"));
	assert_false(device_is(&device, "02:00:00:00:00:08") || device_is(&device, "192.0.2.0/24") || device_is(&device, "02:00"));
	assets_free(&assets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_wrong_questions),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_facts_of),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_wrong_marks),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_asset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
