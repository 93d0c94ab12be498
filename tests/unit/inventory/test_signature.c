/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plain table: rows and their faults, what matches, what is replaced, and a device that is read by it. */
#include "inventory/signature.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inventory/glob.h"
#include "inventory/inventory.h"
#include "inventory/words.h"
#include "nomem.h"

static const uint8_t KEY[16] = "signature tests";

static void patterns(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
		const char *star;
	} cases[] = {
		{"udhcp", "udhcp", true, NULL},
		{"udhcp", "UDHCP", true, NULL},
		{"udhcp", "udhcp 1", false, NULL},
		{"udhcp*", "udhcp 1.2", true, " 1.2"},
		{"*", "", true, ""},
		{"**", "ab", true, ""},
		{"HS1##*", "HS110(EU)", true, "(EU)"},
		{"HS1##*", "HS1x0", false, NULL},
		{"D-Link * Utility*", "D-Link DCS-935L Configuration Utility (2)", true, "DCS-935L Configuration"},
		{"*:device:DCS-*:1", "urn:x:device:DCS-935L:1", true, "urn:x"},
		{"a*b*c", "aXbbYc", true, "X"},
		{"a?c", "abc", true, NULL},
		{"a?c", "ac", false, NULL},
		{"a\\*c", "a*c", true, NULL},
		{"a\\*c", "abc", false, NULL},
		{"a\\#", "a#", true, NULL},
		{"a\\", "a\\", true, NULL},
		{"", "", true, NULL},
		{"", "a", false, NULL},
		{"*abcabc", "abcababcabc", true, "abcab"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice star = {0};
		uint32_t steps = 100, none = 0;

		if (cases[i].text[0] && glob_match(cases[i].pattern, words_of(cases[i].text), &star, &none))
			fail_msg("%s against %s without a step", cases[i].pattern, cases[i].text);
		if (glob_match(cases[i].pattern, words_of(cases[i].text), &star, &steps) != cases[i].matches)
			fail_msg("%s against %s", cases[i].pattern, cases[i].text);
		if (cases[i].star && (star.len != strlen(cases[i].star) || memcmp(star.bytes, cases[i].star, star.len)))
			fail_msg("%s: the star is %.*s", cases[i].pattern, (int)star.len, (const char *)star.bytes);
	}
}

#define GOOD "dhcp 60\tudhcp*\truns\tudhcpc\t90\tpublic: BusyBox\n"

static void faults_by_line(void **state)
{
	static const struct {
		const char *body;
		uint64_t line;
		const char *sentence; /* how it begins; "" for none */
		int error;
	} cases[] = {
		{GOOD, 0, "", 0},
		{"# a remark\n\n" GOOD, 0, "", 0},
		{GOOD "dhcp 60\tx\tmaker\tAcme\t50\torigin\r\n", 0, "", 0},
		{"", 0, "holds no row", -EINVAL},
		{"# nothing\n", 0, "holds no row", -EINVAL},
		{GOOD "dhcp 60\tx\tmaker\tAcme\t50\n", 2, "not six columns", 0},
		{GOOD "dhcp 60\tx\tmaker\tAcme\t50\t\n", 2, "not six columns", 0},
		{GOOD "dhcp 60\tx\tmaker\tAcme\t50\torigin\tmore\n", 2, "not six columns", 0},
		{"dhcp 60 x maker Acme 50 origin\n", 1, "not six columns", -EINVAL},
		{GOOD "dhcp 60\tx\tcolour\tred\t50\torigin\n", 2, "states none of", 0},
		{GOOD "dhcp 60\tx\tmaker\tAcme\t0\torigin\n", 2, "strength", 0},
		{GOOD "dhcp 60\tx\tmaker\tAcme\t100\torigin\n", 2, "strength", 0},
		{GOOD "dhcp 60\tx\tmaker\tAcme\t-5\torigin\n", 2, "strength", 0},
		{GOOD "dhcp 60\tx\tmaker\tAcme\t4294967346\torigin\n", 2, "strength", 0},
		{GOOD "dhcp 60\tx\tkind\tgadget\t50\torigin\n", 2, "no kind", 0},
		{GOOD "answers tcp\thttp\tkind\tcamera\t50\torigin\n", 2, "the pattern of a port", 0},
		{GOOD "answers tcp\t65536\tkind\tcamera\t50\torigin\n", 2, "the pattern of a port", 0},
		{GOOD "asked name\texample.com\tmaker\tAcme\t50\torigin\n", 2, "the pattern of an asked name", 0},
		{GOOD "company\tAcme*\tmaker\tAcme\t50\torigin\n", 2, "a company is stated", 0},
		{GOOD "oui\tAcme*\tis\tAcme\t50\torigin\n", 2, "a company is stated", 0},
		{GOOD "dhcp 12\tAcme*\tradio\tAcme\t50\torigin\n", 2, "only an oui", 0},
		{GOOD "company\tAcme*\tis\t=\t50\torigin\n", 2, "such a row needs", 0},
		{GOOD "dhcp 60\t\x1b[31m\tmaker\tAcme\t50\torigin\n", 2, "holds a control character", 0},
		{GOOD "a source that is much too long\tx\tmaker\tAcme\t50\torigin\n", 2, "a column is too long", 0},
		{GOOD "\n\nbad\nbad too\n", 4, "not six columns", 0},
		{"bad\n" GOOD "bad\nbad\n", 1,
			"not six columns with something in each, parted by one tab: source, pattern, states, value, strength, origin, and "
			"2 more",
			0},
		{"bad\nbad\n", 1,
			"not six columns with something in each, parted by one tab: source, pattern, states, value, strength, origin, and "
			"1 more",
			-EINVAL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct signatures table = {0};
		struct fault fault = {0};
		int error = signature_read(&table, KEY, "t.tsv", words_of(cases[i].body), &fault);

		if (error != cases[i].error || fault.line != cases[i].line ||
			strncmp(fault.sentence, cases[i].sentence, strlen(cases[i].sentence)) || !*cases[i].sentence != !*fault.sentence)
			fail_msg("case %zu: %d, line %d: %s", i, error, (int)fault.line, fault.sentence);
		signature_done(&table);
	}
}

/* "maker=Acme 50; model=..." of what the table says. */
static const char *said(struct signatures *table, const char *source, const char *text)
{
	static const char *const words[STATES_COUNT] = {"maker", "brand", "kind", "model", "firmware", "runs", "radio", "is"};
	static char out[1024];
	struct signature signatures[SIGNATURE_MATCH_MAX];
	size_t count = signature_match(table, source, words_of(text), signatures), len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(out + len, sizeof(out) - len, "%s%s=%.*s%.*s %u", i ? "; " : "", words[signatures[i].states],
			(int)signatures[i].head.len, (const char *)signatures[i].head.bytes, (int)signatures[i].value.len,
			(const char *)signatures[i].value.bytes, signatures[i].strength);
	return out;
}

static void what_rows_say(void **state)
{
	static const char body[] = "dhcp 12\tHS1##*\tmodel\t=\t75\tx\n"
				   "dhcp 12\tHS1##*\tkind\tsmart plug\t85\tx\n"
				   "dhcp 60\tudhcp*\truns\tudhcpc\t90\tx\n"
				   "mdns service\t*Link * Config*\tmodel\tX *\t75\tx\n"
				   "asked name\t.example.com\tmaker\tAcme\t60\tx\n"
				   "asked name\t.cam.example.com\tkind\tcamera\t70\tx\n"
				   "asked name\t.cam.example.com\tbrand\tAcmeCam\t71\tx\n"
				   "dhcp 12\tHS110*\tbrand\tKasa\t60\tx\n"
				   "answers tcp\t62910\tkind\tsmart home hub\t80\tx\n";
	struct signatures table = {0};

	assert_int_equal(signature_read(&table, KEY, "t.tsv", words_of(body), NULL), 0);
	assert_string_equal(said(&table, "dhcp 12", " HS110(EU) "), "model=HS110(EU) 75; kind=smart plug 85; brand=Kasa 60");
	assert_string_equal(said(&table, "dhcp 60", "HS110(EU)"), "");
	assert_string_equal(said(&table, "nobody", "HS110(EU)"), "");
	assert_string_equal(said(&table, "mdns service", "D-Link D1 Config"), "model=X D- 75");
	assert_string_equal(said(&table, "asked name", "example.com"), "maker=Acme 60");
	assert_string_equal(said(&table, "asked name", "a.b.EXAMPLE.com"), "maker=Acme 60");
	assert_string_equal(said(&table, "asked name", "x.cam.example.com"), "maker=Acme 60; kind=camera 70; brand=AcmeCam 71");
	assert_string_equal(said(&table, "asked name", "notexample.com"), "");
	assert_string_equal(said(&table, "asked name", "com"), "");
	assert_string_equal(said(&table, "asked name", ""), "");
	assert_true(signature_port(&table, PORT_ANSWERS_TCP, 62910));
	assert_false(signature_port(&table, PORT_ANSWERS_UDP, 62910));
	assert_false(signature_port(&table, PORT_ANSWERS_TCP, 62911));
	signature_done(&table);
}

static void files_add_and_replace(void **state)
{
	static const char first[] = "dhcp 12\ta\tmaker\tA\t50\tx\nasked name\t.a.example\tmaker\tA\t50\tx\n";
	static const char second[] = "dhcp 12\ta\tmodel\tM\t60\tx\nasked name\t.a.example\tmodel\tM\t60\tx\n";
	struct signatures table = {0};

	assert_int_equal(signature_read(&table, KEY, "one.tsv", words_of(first), NULL), 0);
	assert_int_equal(signature_read(&table, KEY, "two.tsv", words_of(second), NULL), 0);
	assert_string_equal(said(&table, "dhcp 12", "a"), "maker=A 50; model=M 60");
	assert_string_equal(said(&table, "asked name", "x.a.example"), "maker=A 50; model=M 60");
	assert_int_equal(signature_read(&table, KEY, "/other/folder/one.tsv", words_of(second), NULL), 0);
	assert_string_equal(said(&table, "dhcp 12", "a"), "model=M 60; model=M 60");
	assert_int_equal(signature_read(&table, KEY, "two.tsv", words_of("bad\n"), NULL), -EINVAL);
	assert_string_equal(said(&table, "dhcp 12", "a"), "model=M 60; model=M 60");
	signature_done(&table);
}

/* What was wrong with one file takes nothing from what is said of the next. */
static void each_file_has_its_faults(void **state)
{
	static const struct {
		const char *file, *body;
		uint64_t line;
		int error;
	} files[] = {
		{"one.tsv", GOOD "bad\n", 2, 0},
		{"two.tsv", "# remark\n\nbad\n" GOOD, 3, 0},
		{"three.tsv", "bad\nbad\n", 1, -EINVAL},
		{"four.tsv", GOOD, 0, 0},
		{"five.tsv", "", 0, -EINVAL},
	};
	struct signatures table = {0};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct fault fault = {0};

		assert_int_equal(signature_read(&table, KEY, files[i].file, words_of(files[i].body), &fault), files[i].error);
		assert_int_equal(fault.line, files[i].line);
		assert_string_equal(fault.file, files[i].line || files[i].error ? files[i].file : "");
		assert_int_equal(!fault.sentence[0], !files[i].line && !files[i].error);
	}
	signature_done(&table);
}

/* Patterns that each walk a text for long: it is broken off, counted, and what was found until then stays. */
static void a_table_that_takes_too_long(void **state)
{
	enum { ROWS = 2000, ROW_LEN = 128, LETTERS = 80 };
	char *body = malloc((size_t)ROWS * ROW_LEN), letters[LETTERS + 1] = "", text[SIGNATURE_TEXT_MAX * 5 + 1] = "";
	struct signatures table = {0};
	size_t len;

	assert_non_null(body);
	memset(letters, 'a', LETTERS);
	memset(text, 'a', sizeof(text) - 1);
	len = (size_t)snprintf(body, ROW_LEN, "http agent\ta*\tmaker\tFirst\t50\tx\n");
	for (unsigned i = 1; i < ROWS; i++)
		len += (size_t)snprintf(body + len, ROW_LEN, "http agent\t*%s%04u\tmodel\t=\t50\tx\n", letters, i);
	assert_int_equal(signature_read(&table, KEY, "slow.tsv", (struct slice){(uint8_t *)body, len}, NULL), 0);
	assert_string_equal(said(&table, "http agent", "a browser"), "maker=First 50");
	assert_int_equal(table.stalls, 0);
	assert_string_equal(said(&table, "http agent", text), "maker=First 50");
	assert_int_equal(table.stalls, 1);
	assert_int_equal(signature_read(&table, KEY, "more.tsv", words_of(GOOD), NULL), 0);
	assert_int_equal(table.stalls, 1);
	free(body);
	signature_done(&table);
}

/* As many rows as there is room for, then more: the first stay. Lines without end and 64 KiB columns are passed over. */
static void hostile_tables(void **state)
{
	enum { ROWS = SIGNATURE_ROW_MAX + 100, ROW_LEN = 40 };
	struct signatures table = {0};
	struct fault fault = {0};
	char *body = malloc((size_t)ROWS * ROW_LEN);
	size_t len = 0;

	assert_non_null(body);
	for (unsigned i = 0; i < ROWS; i++)
		len += (size_t)snprintf(body + len, ROW_LEN, "dhcp 12\tn%u\tmaker\tM%u\t50\tx\n", i, i);
	assert_int_equal(signature_read(&table, KEY, "big.tsv", (struct slice){(uint8_t *)body, len}, &fault), 0);
	assert_int_equal(table.row_count, SIGNATURE_ROW_MAX);
	assert_int_equal(fault.line, SIGNATURE_ROW_MAX + 1);
	memset(body, 'a', len);
	assert_int_equal(signature_read(&table, KEY, "line.tsv", (struct slice){(uint8_t *)body, len}, &fault), -EINVAL);
	memset(body, '*', 90);
	memcpy(body + 90, "b", 2);
	struct slice star;
	uint32_t steps = SIGNATURE_STEPS_MAX;

	assert_false(glob_match(body, (struct slice){(uint8_t *)body + 100, 512}, &star, &steps));
	assert_true(steps > SIGNATURE_STEPS_MAX - 90 * 512);
	free(body);
	signature_done(&table);
}

static void every_allocation_fails_once(void **state)
{
	static const char body[] =
		"dhcp 12\ta\tmaker\tA\t50\tx\nasked name\t.a.example\tmaker\tA\t50\tx\nanswers tcp\t80\tkind\tcamera\t50\tx\n";
	unsigned failed = 0;
	bool one_failed = true;

	for (unsigned at = 0; one_failed; at++) {
		struct signatures table = {0};

		assert_int_equal(signature_read(&table, KEY, "one.tsv", words_of("dhcp 12\ta\tmaker\tOld\t50\tx\n"), NULL), 0);
		nomem_start(at, false);
		int error = signature_read(&table, KEY, "two.tsv", words_of(body), NULL);

		one_failed = nomem_stop();
		assert_int_equal(error, one_failed ? -ENOMEM : 0);
		assert_string_equal(said(&table, "dhcp 12", "a"), one_failed ? "maker=Old 50" : "maker=Old 50; maker=A 50");
		failed += one_failed;
		signature_done(&table);
	}
	assert_int_equal(failed, 6);
}

static const uint8_t MAC[6] = {0x5c, 0xcf, 0x7f, 1, 2, 3};
static const uint8_t ADDRESS[16] = {[10] = 0xff, [11] = 0xff, 192, 168, 0, 2};

static void note(struct inventory *inventory, enum fact_kind kind, const char *name, const char *text)
{
	struct fact fact = {.kind = kind, .name = words_of(name), .text = words_of(text), .number = 1};

	inventory_note_fact(inventory, 0, &fact);
}

/* What the shipped tables make of a device that was made up for it. */
static void a_device_by_the_shipped_tables(void **state)
{
	static const char registry[] = "MA-L,5CCF7F,Espressif Inc.,x\n";
	struct inventory_config config = {.device_max = 2};
	struct inventory *inventory = NULL;

	assert_int_equal(inventory_new(&config, &inventory), 0);
	assert_int_equal(inventory_read_shipped(inventory), 0);
	assert_int_equal(inventory_read_oui(inventory, "r", registry, strlen(registry), NULL), 0);
	assert_int_equal(inventory_tie(inventory, MAC, ADDRESS, 1), 0);
	const struct device *device = inventory_device(inventory, 0);

	inventory_settle(inventory);
	assert_string_equal(device->maker.name, "Espressif");
	assert_true(device->maker.confidence < 50); /* who made its radio */
	assert_string_equal(device->clues[0].says, "radio: Espressif");
	note(inventory, FACT_DHCP_HOST_NAME, "", "shellyplug-s-0a0b0c");
	note(inventory, FACT_DNS_QUESTION, "api.shelly.cloud", "");
	inventory_note_port(inventory, 0, INVENTORY_ANSWERS_TCP, 80); /* nobody speaks of it */
	inventory_settle(inventory);
	assert_string_equal(device->maker.name, "Shelly");
	assert_string_equal(device->kind.name, "smart plug");
	assert_true(device->maker.confidence > 80 && device->kind.confidence > 80);
	assert_int_equal(device->clue_count, 3);
	inventory_note_port(inventory, 0, INVENTORY_ANSWERS_TCP, 554);
	assert_string_equal(device->clues[3].says, "kind: camera");
	inventory_free(inventory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns),
		cmocka_unit_test(faults_by_line),
		cmocka_unit_test(what_rows_say),
		cmocka_unit_test(files_add_and_replace),
		cmocka_unit_test(each_file_has_its_faults),
		cmocka_unit_test(a_table_that_takes_too_long),
		cmocka_unit_test(hostile_tables),
		cmocka_unit_test(every_allocation_fails_once),
		cmocka_unit_test(a_device_by_the_shipped_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
