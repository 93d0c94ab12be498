/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fingerprints in recog's form: what matches, what it says then, and what a file can do that means harm. */
#include "inventory/recog.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inventory/recog_pattern.h"

#define HEAD "<fingerprints matches=\"t\" protocol=\"p\" preference=\"0.5\">"
#define TAIL "</fingerprints>"
#define FILE_OF(inside) HEAD inside TAIL
/* One fingerprint with a mark to know it by. */
#define PRINT(pattern, mark) "<fingerprint pattern=\"" pattern "\"><param pos=\"0\" name=\"mark\" value=\"" mark "\"/></fingerprint>"

static struct slice slice_of(const char *text)
{
	return (struct slice){(const uint8_t *)text, strlen(text)};
}

static struct recog *fresh(void)
{
	struct recog *recog = NULL;
	int error = recog_new(&recog);

	if (error == -ENOSYS) {
		print_message("SKIP recog: built without what reads its form\n");
		skip();
	}
	assert_int_equal(error, 0);
	return recog;
}

static struct recog *read_one(const char *body)
{
	struct recog *recog = fresh();
	struct fault fault = {0};

	assert_int_equal(recog_read(recog, "one.xml", body, strlen(body), &fault), 0);
	assert_string_equal(fault.sentence, "");
	return recog;
}

/* The value as a string, or NULL. */
static const char *said(struct recog *recog, const char *text, const char *name, char out[RECOG_VALUE_MAX + 1])
{
	struct recog_param params[RECOG_PARAM_MAX + 1];
	int count = recog_match(recog, "t", slice_of(text), params, RECOG_PARAM_MAX + 1);

	for (int i = 0; i < count; i++)
		if (!strcmp(params[i].name, name)) {
			memcpy(out, params[i].value.bytes, params[i].value.len);
			out[params[i].value.len] = 0;
			return out;
		}
	return NULL;
}

static void check(struct recog *recog, const char *text, const char *name, const char *wanted)
{
	char out[RECOG_VALUE_MAX + 1];
	const char *value = said(recog, text, name, out);

	if (!wanted && !value)
		return;
	if (!wanted || !value)
		fail_msg("\"%s\": %s is %s, not %s", text, name, value ? value : "not said", wanted ? wanted : "not said");
	assert_string_equal(value, wanted);
}

/* ---- matching ---- */

static void a_match_says_what_its_parameters_say(void **state)
{
	struct recog *recog =
		read_one(FILE_OF("<fingerprint pattern=\"^Acme(?:-(IP))? v(\\d+)(?:\\.(\\d+))?\">"
				 "<description>ignored</description><param pos=\"0\" name=\"hw.vendor\" value=\"Acme\"/>"
				 "<param pos=\"1\" name=\"hw.family\"/><param pos=\"2\" name=\"v\"/><param pos=\"3\" name=\"os.version\"/>"
				 "<param pos=\"0\" name=\"hw.product\" value=\"{hw.vendor} {v} {\"/>"
				 "<param pos=\"0\" name=\"os.cpe23\" value=\"cpe:/{os.version}\"/>"
				 "<param pos=\"0\" name=\"whole\" value=\"{os.version}!\"/>"
				 "<param pos=\"0\" name=\"_tmp.x\" value=\"x\"/></fingerprint>"));

	check(recog, "Acme v7", "hw.vendor", "Acme");
	check(recog, "Acme v7", "hw.family", NULL);
	check(recog, "Acme-IP v7", "hw.family", "IP");
	check(recog, "Acme v7", "hw.product", "Acme 7 {");
	check(recog, "Acme v7", "os.cpe23", "cpe:/-");
	check(recog, "Acme v7", "whole", NULL);
	check(recog, "Acme v7.1", "whole", "1!");
	check(recog, "Acme v7.1", "os.cpe23", "cpe:/1");
	check(recog, "Acme v7", "_tmp.x", NULL);
	check(recog, "Acme v7", "service.protocol", "p");
	check(recog, "no Acme v7", "hw.vendor", NULL);
	assert_int_equal(recog_find(recog, "other", slice_of("Acme v7")), RECOG_NONE);
	assert_true(recog_knows(recog, "t"));
	assert_false(recog_knows(recog, "other"));
	recog_free(recog);
}

static void the_first_match_counts(void **state)
{
	static const char low[] = "<fingerprints matches=\"t\" preference=\".10\">" PRINT("b", "low") PRINT("low only", "low only") TAIL;
	static const char high[] =
		"<fingerprints matches=\"t\" preference=\"0.95\">" PRINT("ab", "high, first") PRINT("b", "high, second") TAIL;
	static const char usual[] = "<fingerprints matches=\"t\">" PRINT("u|b", "usual") TAIL;
	struct recog *recog = fresh();

	assert_int_equal(recog_read(recog, "low", low, strlen(low), NULL), 0);
	assert_int_equal(recog_read(recog, "usual", usual, strlen(usual), NULL), 0);
	assert_int_equal(recog_read(recog, "high", high, strlen(high), NULL), 0);
	check(recog, "ab", "mark", "high, first");
	check(recog, "cb", "mark", "high, second");
	check(recog, "u", "mark", "usual");
	check(recog, "low only u", "mark", "low only"); /* as high as the usual one, and read before */
	recog_free(recog);
}

static void a_file_takes_the_place_of_its_name(void **state)
{
	static const char old[] = FILE_OF(PRINT("old", "old") PRINT("both", "old")), new[] = FILE_OF(PRINT("both", "new"));
	struct recog *recog = fresh();
	struct recog_stats stats;

	assert_int_equal(recog_read(recog, "mine.xml", old, strlen(old), NULL), 0);
	assert_int_equal(
		recog_read(recog, "other.xml", FILE_OF(PRINT("other", "other")), strlen(FILE_OF(PRINT("other", "other"))), NULL), 0);
	assert_int_not_equal(recog_read(recog, "/else/where/mine.xml", "no XML", 6, NULL), 0);
	check(recog, "both", "mark", "old");
	assert_int_equal(recog_read(recog, "/else/where/mine.xml", new, strlen(new), NULL), 0);
	check(recog, "both", "mark", "new");
	check(recog, "old", "mark", NULL);
	check(recog, "other", "mark", "other");
	recog_stats(recog, &stats);
	assert_int_equal(stats.fingerprints, 2);
	recog_free(recog);
}

static void without_matches_the_name_counts(void **state)
{
	static const char body[] = "<fingerprints>" PRINT("^x$", "m") TAIL;
	struct recog *recog = fresh();

	assert_int_equal(recog_read(recog, "/some/where/telnet_banners.xml", body, strlen(body), NULL), 0);
	assert_int_not_equal(recog_find(recog, "telnet_banners", slice_of("x")), RECOG_NONE);
	recog_free(recog);
}

/* What Ruby's dialect makes of a text. */
static void patterns_are_rubys(void **state)
{
	static const struct {
		const char *pattern, *flags, *text;
		bool matches;
	} cases[] = {
		{"^b$", "", "a\nb\nc", true},
		{"a.b", "", "a\nb", false},
		{"a.b", "REG_DOT_NEWLINE", "a\nb", true},
		{"a.b", "REG_MULTILINE", "a\nb", true},
		{"(?m)a.b", "", "a\nb", true},
		{"(?m:a.)b", "REG_ICASE", "A\nB", true},
		{"a(?i)b|c", "", "aC", true},
		{"a(?i)b|c", "", "C", false},
		{"(?i)b|c", "", "C", true},
		{"x(?-i)y", "REG_ICASE", "XY", false},
		{"^\\h+\\H$", "", "0aFg", true},
		{"^[\\h-]+$", "", "0a-F", true},
		{"^a\\vb$", "", "a\vb", true},
		{"^a\\vb$", "", "a\nb", false},
		{"^a{,2}$", "", "aa", true},
		{"^a{,2}$", "", "aaa", false},
		{"^a{b}$", "", "a{b}", true},
		{"^(?&lt;n&gt;a)(b)\\k&lt;n&gt;$", "", "aba", true},
		{"\\/\\-\\_", "", "/-_", true},
		{"^\\yes$", "", "yes", true},
		{"^Sign in . Acme$", "", "Sign in \xc2\xb7 Acme", true},
		{"^Sign in . Acme$", "", "Sign in \xc2 Acme", true},
		{"^Sign in . Acme$", "", "Sign in \xc2\xc2 Acme", false},
		{"^caf\xc3\xa9 [\xc3\xa0-\xc3\xbf]$", "", "caf\xc3\xa9 \xc3\xa9", true},
		{"^caf\xc3\xa9$", "REG_ICASE", "CAF\xc3\x89", true},
		{"caf\xc3\xa9", "", "\xff\xff caf\xc3\xa9", true},
		{"^caf\\u00e9$", "", "caf\xc3\xa9", true},
		{"^[[:alpha:]]+[]x]$", "", "ab]", true},
		{"a(?#no b)c", "", "ac", true},
		{"^(?=a)(?!ab)(?&gt;a+)(?&lt;=a)(?&lt;!b)c", "", "aac", true},
		{"", "", "anything", true},
	};
	char body[512];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(body, sizeof(body), HEAD "<fingerprint pattern=\"%s\" flags=\"%s\"/>" TAIL, cases[i].pattern, cases[i].flags);
		struct recog *recog = read_one(body);

		if ((recog_find(recog, "t", slice_of(cases[i].text)) != RECOG_NONE) != cases[i].matches)
			fail_msg("\"%s\" and \"%s\"", cases[i].pattern, cases[i].text);
		recog_free(recog);
	}
}

static void groups_of_long_characters_come_back_whole(void **state)
{
	struct recog *recog =
		read_one(FILE_OF("<fingerprint pattern=\"^(.)(.*) (x*)-\"><param pos=\"1\" name=\"a\"/><param pos=\"2\" name=\"b\"/>"
				 "<param pos=\"3\" name=\"c\"/></fingerprint>"));

	check(recog, "\xc3\xa9t\xe2\x82\xac\xf0\x9f\x98\x80 -", "a", "\xc3\xa9");
	check(recog, "\xc3\xa9t\xe2\x82\xac\xf0\x9f\x98\x80 -", "b", "t\xe2\x82\xac\xf0\x9f\x98\x80");
	check(recog, "\xc3\xa9t\xe2\x82\xac\xf0\x9f\x98\x80 -", "c", "");
	check(recog, "\xc3t \xff-", "b", NULL);
	check(recog, "\xc3t -", "a", "\xc3");
	recog_free(recog);
}

/* What every match must contain is looked for first: never too much of it. */
static void required_text_is_never_too_much(void **state)
{
	static const struct {
		const char *pattern, *literal;
	} cases[] = {
		{"^Acme-Cam/(\\d+)", "acme-cam/"},
		{"ab?c", "a"},
		{"abc?", "ab"},
		{"ab*cde", "cde"},
		{"ab+cd", "ab"},
		{"ab{0,1}c", "a"},
		{"ab{2}", "a"},
		{"a|b", ""},
		{"(a|b)cd", "cd"},
		{"x(?:abc)?yz", "yz"},
		{"(?i)ABC", "abc"},
		{"[abc]de", "de"},
		{"[]abc]de", "de"},
		{"[^]\\]abc]de", "de"},
		{"a\\.b\\/c", "a.b/c"},
		{"ab\\d?c", "ab"},
		{"ab\\x41cd", ""},
		{"a(?=b)c", "a"},
		{"(?!abc)d", "d"},
		{"(?<!abc)d", "d"},
		{"a{b}c", "a{b}c"},
		{"caf\xc3\xa9", ""},
		{"ab(?#cd?)ef", "ab"},
		{"abcdefghijklmnopqrstuvwxyz0123456789?", "abcdefghijklmnopqrstuvwxyz012345"},
		{"abcdefghijklmnopqrstuvwxyz012345?", "abcdefghijklmnopqrstuvwxyz01234"},
		{"", ""},
	};
	static struct recog_pattern pattern;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_null(recog_pattern_read(&pattern, cases[i].pattern, strlen(cases[i].pattern)));
		if (pattern.literal_len != strlen(cases[i].literal) || memcmp(pattern.literal, cases[i].literal, pattern.literal_len) != 0)
			fail_msg("\"%s\" requires \"%.*s\"", cases[i].pattern, (int)pattern.literal_len, pattern.literal);
	}
}

/* ---- harm ---- */

/* One fingerprint is left out with a sentence that says why; the ones before and behind live. */
static void a_bad_fingerprint_goes_alone(void **state)
{
	static const struct {
		const char *print, *why;
	} cases[] = {
		{"<fingerprint/>", "missing"},
		{"<fingerprint pattern=\"(\"/>", "not closed"},
		{"<fingerprint pattern=\"a)\"/>", "closes nothing"},
		{"<fingerprint pattern=\"[a\"/>", "bracket"},
		{"<fingerprint pattern=\"*a\"/>", "quantifier"},
		{"<fingerprint pattern=\"a\\\"/>", "backslash"},
		{"<fingerprint pattern=\"[a&amp;&amp;b]\"/>", "&&"},
		{"<fingerprint pattern=\"[a[b]]\"/>", "set within"},
		{"<fingerprint pattern=\"[\\H]\"/>", "\\\\H"},
		{"<fingerprint pattern=\"a{2}+\"/>", "possessive"},
		{"<fingerprint pattern=\"a{2}?\"/>", "option in Ruby"},
		{"<fingerprint pattern=\"\\Qa\\E\"/>", "\\\\Q"},
		{"<fingerprint pattern=\"(?x) a\"/>", "(x)"},
		{"<fingerprint pattern=\"(?~a)\"/>", "group"},
		{"<fingerprint pattern=\"(*ACCEPT)\"/>", "verb"},
		{"<fingerprint pattern=\"(?#a\"/>", "comment"},
		{"<fingerprint pattern=\"\\u12\"/>", "\\\\u"},
		{"<fingerprint pattern=\"(?&lt;=a+)b\"/>", "lookbehind"},
		{"<fingerprint pattern=\"(?:(?:a{999}){999}){999}\"/>", "large"},
		{"<fingerprint pattern=\"a\" flags=\"REG_ICASE,REG_MAGIC\"/>", "REG_MAGIC"},
		{"<fingerprint pattern=\"(a)\"><param pos=\"2\" name=\"two\"/></fingerprint>", "two"},
		{"<fingerprint pattern=\"a\"><param pos=\"-1\" name=\"x\"/></fingerprint>", "no place"},
		{"<fingerprint pattern=\"a\"><param pos=\"9999\" name=\"x\"/></fingerprint>", "no place"},
		{"<fingerprint pattern=\"a\"><param name=\"x\"/></fingerprint>", "no place"},
		{"<fingerprint pattern=\"a\"><param pos=\"0\" value=\"x\"/></fingerprint>", "no name"},
		{"<fingerprint pattern=\"()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()\"/>", "31 groups"},
	};
	char body[1024];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct recog *recog = fresh();
		struct recog_stats stats;
		struct fault fault;

		snprintf(body, sizeof(body), HEAD "\n" PRINT("before", "1") "\n%s\n" PRINT("behind", "2") "\n" TAIL, cases[i].print);
		assert_int_equal(recog_read(recog, "b.xml", body, strlen(body), &fault), 0);
		if (fault.line != 3 || !strstr(fault.sentence, cases[i].why))
			fail_msg("%s: line %lu: %s", cases[i].print, (unsigned long)fault.line, fault.sentence);
		check(recog, "before", "mark", "1");
		check(recog, "behind", "mark", "2");
		recog_stats(recog, &stats);
		assert_int_equal(stats.fingerprints, 2);
		assert_int_equal(stats.params, 2);
		assert_int_equal(stats.left_out, 1);
		recog_free(recog);
	}
}

#define LAUGH(n, m) "<!ENTITY " n " \"&" m ";&" m ";&" m ";&" m ";&" m ";&" m ";&" m ";&" m ";&" m ";&" m ";\">"

/* The whole file is refused, with a line; what was read before stays. */
static void a_bad_file_goes_whole(void **state)
{
	static const struct {
		const char *body, *why;
		uint64_t line;
	} cases[] = {
		{"", "no element", 1},
		{"\n\nhello", "no XML", 3},
		{"<html/>", "not recog's form", 1},
		{HEAD PRINT("kept", "no") "\n<fingerprint", "no XML", 2},
		{HEAD PRINT("kept", "no"), "no XML", 1},
		{HEAD "\n" PRINT("\xff\xfe", "x") TAIL, "invalid token", 2},
		{"<!DOCTYPE lolz [<!ENTITY a \"lol\">" LAUGH("b", "a") LAUGH("c", "b") LAUGH("d", "c") LAUGH("e", "d")
				LAUGH("f", "e") "]>" HEAD "&f;" TAIL,
			"document type", 1},
		{"<!DOCTYPE a SYSTEM \"file:///etc/passwd\">" FILE_OF(""), "document type", 1},
		{HEAD "&unknown;" TAIL, "undefined entity", 1},
		{HEAD "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>", "16 deep", 1},
		{HEAD "<fingerprint pattern=\"a\" pattern=\"b\"/>" TAIL, "duplicate attribute", 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct recog *recog = read_one(FILE_OF(PRINT("good", "yes")));
		struct recog_stats before, after;
		struct fault fault;

		recog_stats(recog, &before);
		assert_int_not_equal(recog_read(recog, "bad.xml", cases[i].body, strlen(cases[i].body), &fault), 0);
		if (!strstr(fault.sentence, cases[i].why) || fault.line != cases[i].line)
			fail_msg("%zu: line %lu: %s", i, (unsigned long)fault.line, fault.sentence);
		recog_stats(recog, &after);
		assert_int_equal(after.fingerprints, before.fingerprints);
		assert_int_equal(after.files, before.files);
		check(recog, "good", "mark", "yes");
		check(recog, "kept", "mark", NULL);
		recog_free(recog);
	}
}

/* count times part, between head and tail. The caller frees. */
static char *repeated(const char *head, const char *part, size_t count, const char *tail, size_t *out_len)
{
	size_t part_len = strlen(part), len = strlen(head) + part_len * count + strlen(tail);
	char *body = malloc(len + 1), *at = body;

	assert_non_null(body);
	at = stpcpy(at, head);
	for (size_t i = 0; i < count; i++, at += part_len)
		memcpy(at, part, part_len);
	stpcpy(at, tail);
	*out_len = len;
	return body;
}

static void ceilings_hold(void **state)
{
	static const struct {
		const char *head, *part, *tail, *why;
		size_t count;
	} cases[] = {
		{HEAD "<fingerprint pattern=\"", "a", "\"/>" TAIL, "4096", 5000},
		{HEAD "<fingerprint pattern=\"", "(", "\"/>" TAIL, "too deep", 100},
		{HEAD "<fingerprint pattern=\"", "\\h", "\"/>" TAIL, "too long", 2000},
		{HEAD "<description>", "a", "</description>" TAIL, "65536", 70000},
		{HEAD "<fingerprint pattern=\"a\">", "<param pos=\"0\" name=\"a\"/><param pos=\"0\" name=\"b\"/>", "</fingerprint>" TAIL,
			"", 100},
		{HEAD "<description>", "0123456789abcdef", "</description>" TAIL, "larger than signatures may be", (100 << 20) / 16},
		{HEAD, "<fingerprint pattern=\"a\"/>", TAIL, "too many", 17000},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct recog *recog = fresh();
		struct fault fault;
		size_t len;
		char *body = repeated(cases[i].head, cases[i].part, cases[i].count, cases[i].tail, &len);

		recog_read(recog, "large.xml", body, len, &fault);
		if (!strstr(fault.sentence, cases[i].why))
			fail_msg("%zu: %s", i, fault.sentence);
		recog_free(recog);
		free(body);
	}
}

static void a_start_tag_without_end_takes_no_memory_without_end(void **state)
{
	size_t len = 8 << 20, at;
	char *body = malloc(len);
	struct recog *recog = fresh();
	struct fault fault;

	assert_non_null(body);
	at = (size_t)snprintf(body, len, "%s", "<fingerprints");
	for (unsigned i = 0; at + 16 < len; i++)
		at += (size_t)snprintf(body + at, len - at, " a%x=''", i);
	at += (size_t)snprintf(body + at, len - at, "/>");
	assert_int_equal(recog_read(recog, "wide.xml", body, at, &fault), -EFBIG);
	assert_true(strstr(fault.sentence, "64 attributes") || strstr(fault.sentence, "memory"));
	recog_free(recog);
	free(body);
}

/* A pattern that goes wild is broken off, each time, and not tried again after eight; others go on. */
static void a_wild_pattern_is_set_aside(void **state)
{
	struct recog *recog = read_one(FILE_OF(PRINT("^(a+)+$", "wild") PRINT("b$", "tame")));
	static char text[RECOG_TEXT_MAX + 100];
	struct recog_stats stats;

	memset(text, 'a', sizeof(text) - 1);
	text[RECOG_TEXT_MAX - 1] = 'b';
	for (int i = 0; i < 20; i++)
		check(recog, text, "mark", "tame");
	recog_stats(recog, &stats);
	assert_int_equal(stats.stalls, RECOG_STALLS_MAX);
	assert_int_equal(stats.set_aside, 1);
	check(recog, "aaa", "mark", NULL);
	recog_free(recog);
}

static void deep_patterns_take_the_memory_that_is_there(void **state)
{
	struct recog *recog = read_one(FILE_OF(PRINT("^(?:(a)|b)*$", "deep") PRINT(".", "other")));
	static char text[RECOG_TEXT_MAX];

	memset(text, 'a', sizeof(text) - 1);
	check(recog, text, "mark", "other");
	check(recog, "abab", "mark", "deep");
	recog_free(recog);
}

static void circles_end(void **state)
{
	struct recog *recog = read_one(FILE_OF("<fingerprint pattern=\"x\"><param pos=\"0\" name=\"a\" value=\"1{b}\"/>"
					       "<param pos=\"0\" name=\"b\" value=\"2{a}\"/><param pos=\"0\" name=\"c\" value=\"{c}{c}\"/>"
					       "<param pos=\"0\" name=\"d\" value=\"{ } {} {nobody\"/></fingerprint>"));

	check(recog, "x", "a", "12{a}");
	check(recog, "x", "b", "212{a}");
	check(recog, "x", "c", "{c}{c}{c}{c}");
	check(recog, "x", "d", "{ } {} {nobody");
	recog_free(recog);
}

/* Values are cut, however they grow. */
static void what_is_filled_in_has_a_ceiling(void **state)
{
	struct recog *recog = read_one(FILE_OF(
		"<fingerprint pattern=\"^(.*)$\"><param pos=\"1\" name=\"a\"/>"
		"<param pos=\"0\" name=\"b\" value=\"{a}{a}{a}{a}\"/><param pos=\"0\" name=\"c\" value=\"{b}{b}{b}.\"/></fingerprint>"));
	static char text[400];
	struct recog_param params[RECOG_PARAM_MAX];

	memset(text, 'z', sizeof(text) - 1);
	assert_int_equal(recog_match(recog, "t", slice_of(text), params, RECOG_PARAM_MAX), 4);
	assert_int_equal(params[1].value.len, RECOG_VALUE_MAX);
	assert_int_equal(params[2].value.len, RECOG_VALUE_MAX);
	assert_int_equal(recog_match(recog, "t", slice_of(text), params, 2), 2);
	recog_free(recog);
}

static void of_two_with_one_name_the_last_counts(void **state)
{
	struct recog *recog = read_one(FILE_OF("<fingerprint pattern=\"x\"><param pos=\"0\" name=\"a\" value=\"1\"/>"
					       "<param pos=\"0\" name=\"a\" value=\"2\"/></fingerprint>"));
	struct recog_stats stats;

	check(recog, "x", "a", "2");
	recog_stats(recog, &stats);
	assert_int_equal(stats.params, 1);
	recog_free(recog);
}

/* ---- examples ---- */

struct seen {
	unsigned count, elsewhere;
	size_t last_len;
	char last[16];
};

static void see_example(void *context, const struct recog_example *example)
{
	struct seen *seen = context;

	seen->count++;
	seen->elsewhere += example->elsewhere != NULL;
	seen->last_len = example->text.len;
	assert_string_equal(example->matches, "t");
	memcpy(seen->last, example->text.bytes, example->text.len < 16 ? example->text.len : 16);
}

static void examples_are_given_with_their_fingerprint(void **state)
{
	static const char body[] = FILE_OF("<fingerprint pattern=\"x\"><example a=\"b\">x&amp;y</example>"
					   "<example _encoding=\"base64\">eD\n8A/w==</example><example _filename=\"f.txt\"/>"
					   "<example _encoding=\"base64\">not base64!</example></fingerprint>"
					   "<fingerprint pattern=\"(\"><example>of one that was left out</example></fingerprint>");
	struct recog *recog = fresh();
	struct seen seen = {0};
	struct fault fault = {0};

	assert_int_equal(recog_read(recog, "e.xml", body, strlen(body), NULL), 0);
	assert_int_equal(recog_examples(recog, "e.xml", body, strlen(body), see_example, &seen, &fault), 0);
	assert_int_equal(seen.count, 3);
	assert_int_equal(seen.elsewhere, 1);
	assert_non_null(strstr(fault.sentence, "bad base64"));
	assert_int_equal(recog_examples(recog, "never.xml", body, strlen(body), see_example, &seen, &fault), -EINVAL);
	recog_free(recog);
}

static void base64_is_undone(void **state)
{
	static const struct {
		const char *written, *text;
		size_t len;
	} cases[] = {{"", "", 0}, {"eA==", "x", 1}, {"eHk=", "xy", 2}, {"eHl6", "xyz", 3}, {"AAECAwT/", "\0\1\2\3\4\xff", 6}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char body[256];
		struct seen seen = {0};

		snprintf(body, sizeof(body),
			HEAD "<fingerprint pattern=\"x\"><example _encoding=\"base64\">%s</example></fingerprint>" TAIL, cases[i].written);
		struct recog *recog = read_one(body);

		assert_int_equal(recog_examples(recog, "one.xml", body, strlen(body), see_example, &seen, NULL), 0);
		assert_int_equal(seen.last_len, cases[i].len);
		assert_memory_equal(seen.last, cases[i].text, cases[i].len);
		recog_free(recog);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_match_says_what_its_parameters_say),
		cmocka_unit_test(the_first_match_counts),
		cmocka_unit_test(a_file_takes_the_place_of_its_name),
		cmocka_unit_test(without_matches_the_name_counts),
		cmocka_unit_test(patterns_are_rubys),
		cmocka_unit_test(groups_of_long_characters_come_back_whole),
		cmocka_unit_test(required_text_is_never_too_much),
		cmocka_unit_test(a_bad_fingerprint_goes_alone),
		cmocka_unit_test(a_bad_file_goes_whole),
		cmocka_unit_test(ceilings_hold),
		cmocka_unit_test(a_start_tag_without_end_takes_no_memory_without_end),
		cmocka_unit_test(a_wild_pattern_is_set_aside),
		cmocka_unit_test(deep_patterns_take_the_memory_that_is_there),
		cmocka_unit_test(circles_end),
		cmocka_unit_test(what_is_filled_in_has_a_ceiling),
		cmocka_unit_test(of_two_with_one_name_the_last_counts),
		cmocka_unit_test(examples_are_given_with_their_fingerprint),
		cmocka_unit_test(base64_is_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
