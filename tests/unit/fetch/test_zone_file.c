/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones from files: what is in them, where they may lie, and the line of what is wrong. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "craft.h"

#define SOA "@ SOA ns h 7 3600 600 86400 300\n"

static char folder[] = "/tmp/floodwall-zone-XXXXXX";

static char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void write_file(const char *name, const char *body)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	fputs(body, file);
	assert_int_equal(fclose(file), 0);
}

struct heard {
	unsigned records;
	char names[4096]; /* in their order, a blank behind each */
};

static int hear(void *context, const uint8_t *owner, size_t len, uint16_t type)
{
	struct heard *heard = context;
	struct zone_name name = {.len = (uint8_t)len};
	char text[ZONE_NAME_TEXT_MAX];
	size_t at = strlen(heard->names);

	memcpy(name.wire, owner, len);
	heard->records++;
	snprintf(heard->names + at, sizeof(heard->names) - at, "%s/%u ", zone_name_text(text, &name), type);
	return strstr(text, "refused") ? -E2BIG : 0;
}

static int read_zone(const char *path, struct heard *heard, struct zone_soa *soa, struct fault *fault)
{
	const struct zone_name apex = craft_zone("example.org");
	const struct zone_tell tell = {.record = hear, .context = heard};

	memset(heard, 0, sizeof(*heard));
	memset(fault, 0, sizeof(*fault));
	return zone_file_read(path, &apex, NULL, &tell, soa, fault);
}

static void expect(const char *body, const char *names)
{
	struct heard heard;
	struct zone_soa soa;
	struct fault fault;

	write_file("zone", body);
	if (read_zone(path_of("zone"), &heard, &soa, &fault))
		fail_msg("%s:%u: %s", fault.file, (unsigned)fault.line, fault.sentence);
	assert_string_equal(heard.names, names);
	assert_int_equal(soa.serial, 7);
	assert_int_equal(soa.refresh_s, 3600);
	assert_int_equal(soa.retry_s, 600);
	assert_int_equal(soa.expire_s, 86400);
}

static void what_is_in_it(void **state)
{
	expect(SOA, "example.org./6 ");
	expect("@ SOA ns h 7 3600 600 86400 300", "example.org./6 ");
	expect(SOA "www A 192.0.2.1\n\tTXT \"a\"\nWWW.EXAMPLE.ORG. AAAA ::1\n",
		"example.org./6 www.example.org./1 www.example.org./16 www.example.org./28 ");
	expect("$ORIGIN org.\nexample IN 300 SOA ns h ( 7 ; a comment )\n3600 600\n\n86400 300 )\n*.example CNAME example\n",
		"example.org./6 *.example.org./5 ");
	expect(SOA "a TXT \"(\" ; (\nb TXT ( \"x ; y\" ; z\n\"\\\"\" )\nc TXT \\( \\\" \\;\nd TYPE65280 \\# 1 00\n",
		"example.org./6 a.example.org./16 b.example.org./16 c.example.org./16 d.example.org./65280 ");
	expect("\n\n; nothing\n\n" SOA "\n;\n", "example.org./6 ");
}

/* Around the ends of the pieces in which a file is read, and with entries over many lines. */
static void a_large_one(void **state)
{
	struct zone_name apex = craft_zone("example.org");
	for (int shift = 0; shift < 40; shift += 3) {
		FILE *file = fopen(path_of("zone"), "w");
		struct heard heard = {0};
		struct zone_tell tell = {.record = hear, .context = &heard};
		struct zone_soa soa;
		struct fault fault = {0};
		assert_non_null(file);
		fprintf(file, SOA ";%*s\n", shift, "");
		for (int i = 0; i < 25000; i++)
			fprintf(file, i % 3 ? "n%d A 192.0.2.1\n" : "n%d ( A\n192.0.2.1 ; (\n\n)\n", i);
		fprintf(file, "last A 192.0.2\n");
		assert_true(ftell(file) > 2 * 200000);
		assert_int_equal(fclose(file), 0);
		assert_int_equal(zone_file_read(path_of("zone"), &apex, NULL, &tell, &soa, &fault), -EINVAL);
		assert_int_equal(heard.records, 25001);
		assert_int_equal(fault.line, 2 + 25000 + 3 * 8334 + 1);
	}
}

static void what_is_wrong_and_where(void **state)
{
	static const struct {
		const char *what, *body, *word;
		unsigned line;
		int error;
	} cases[] = {
		{"nothing", "", "no SOA", 0, -EINVAL},
		{"no SOA", "a A 192.0.2.1\n", "no SOA", 0, -EINVAL},
		{"two", SOA SOA, "second SOA", 2, -EINVAL},
		{"another zone's", "sub SOA ns h 7 1 1 1 1\n", "not of the zone", 1, -EINVAL},
		{"outside", SOA "\nexample.net. A 192.0.2.1\n", "outside of the zone", 3, -EINVAL},
		{"above", SOA "org. A 192.0.2.1\n", "outside of the zone", 2, -EINVAL},
		{"a wrong address", SOA "a A 192.0.2.256\nb A 192.0.2.1\n", "invalid IPv4", 2, -EINVAL},
		{"an unknown type", SOA "a B 1\n", "", 2, -EINVAL},
		{"class CHAOS", SOA "a CH A 192.0.2.1\n", "unsupported", 2, -EINVAL},
		{"class 3", SOA "a CLASS3 A 192.0.2.1\n", "unsupported", 2, -EINVAL},
		{"a parenthesis never closed", SOA "a TXT ( a\nb\nc\n", "", 5, -EINVAL},
		{"a quote never closed", SOA "a TXT \"a\nb A 192.0.2.1\n", "", 2, -EINVAL},
		{"an unknown directive", SOA "$GENERATE 1-9 a$ A 192.0.2.$\n", "directive", 2, -EINVAL},
		{"a name too long", SOA "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa A 192.0.2.1\n", "label", 2,
			-EINVAL},
		{"refused by who is told", SOA "refused A 192.0.2.1\n", "too long", 2, -E2BIG},
		{"a zero byte", "@ SOA ns h 7 \001", "", 1, -EINVAL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard heard;
		struct zone_soa soa;
		struct fault fault;
		print_message("%s\n", cases[i].what);
		write_file("zone", cases[i].body);
		assert_int_equal(read_zone(path_of("zone"), &heard, &soa, &fault), cases[i].error);
		if (!strstr(fault.sentence, cases[i].word) || !fault.sentence[0])
			fail_msg("'%s' is not in '%s'", cases[i].word, fault.sentence);
		assert_int_equal(fault.line, cases[i].line);
		assert_string_equal(fault.file, path_of("zone"));
	}
}

static void files_in_files(void **state)
{
	char body[512];

	assert_int_equal(mkdir(path_of("sub"), 0700), 0);
	write_file("sub/one", "one A 192.0.2.1\n$INCLUDE two\n");
	write_file("sub/two", "two A 192.0.2.1\n");
	expect(SOA "$INCLUDE sub/one\nlast A 192.0.2.1\n", "example.org./6 one.example.org./1 two.example.org./1 last.example.org./1 ");
	expect(SOA "$INCLUDE sub/two below.example.org.\nlast A 192.0.2.1\n",
		"example.org./6 two.below.example.org./1 last.example.org./1 ");
	expect(SOA "$INCLUDE sub/../sub/two ; here\n", "example.org./6 two.example.org./1 ");
	snprintf(body, sizeof(body), SOA "$INCLUDE %s\n", path_of("sub/two"));
	expect(body, "example.org./6 two.example.org./1 ");
}

static void files_that_are_not_ours_to_read(void **state)
{
	static const struct {
		const char *what, *body, *word, *file;
		unsigned line;
	} cases[] = {
		{"outside", SOA "$INCLUDE /etc/passwd\n", "outside of the folder", "zone", 2},
		{"upwards", SOA "$INCLUDE ../../etc/passwd\n", "outside of the folder", "zone", 2},
		{"by a link", SOA "$INCLUDE link\n", "outside of the folder", "zone", 2},
		{"a pipe", SOA "$INCLUDE pipe\n", "no ordinary file", "pipe", 0},
		{"a folder", SOA "$INCLUDE sub\n", "no ordinary file", "sub", 0},
		{"not there", SOA "\n$INCLUDE nothing\n", "No such file", "zone", 3},
		{"itself", "$INCLUDE zone\n", "too deeply", "zone", 1},
		{"wrong inside", SOA "$INCLUDE wrong\n", "invalid IPv4", "wrong", 2},
	};

	assert_int_equal(symlink("/etc/passwd", path_of("link")), 0);
	assert_int_equal(mkfifo(path_of("pipe"), 0600), 0);
	write_file("wrong", "\na A 1\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard heard;
		struct zone_soa soa;
		struct fault fault;
		print_message("%s\n", cases[i].what);
		write_file("zone", cases[i].body);
		assert_true(read_zone(path_of("zone"), &heard, &soa, &fault) < 0);
		if (!strstr(fault.sentence, cases[i].word))
			fail_msg("'%s' is not in '%s'", cases[i].word, fault.sentence);
		assert_string_equal(fault.file, path_of(cases[i].file));
		assert_int_equal(fault.line, cases[i].line);
	}
}

static void ceilings(void **state)
{
	static const struct {
		struct zone_ceilings ceilings;
		int error;
	} cases[] = {{{0, 0}, 0}, {{0, 2}, 0}, {{0, 1}, -E2BIG}, {{100, 0}, 0}, {{40, 0}, -E2BIG}};
	const struct zone_name apex = craft_zone("example.org");

	write_file("more", "a A 192.0.2.1\n");
	write_file("zone", SOA "$INCLUDE more\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard heard = {0};
		struct zone_tell tell = {.record = hear, .context = &heard};
		struct zone_soa soa;
		struct fault fault = {0};
		assert_int_equal(zone_file_read(path_of("zone"), &apex, &cases[i].ceilings, &tell, &soa, &fault), cases[i].error);
		assert_int_equal(fault.sentence[0] != 0, cases[i].error != 0);
	}
}

static void an_entry_without_end(void **state)
{
	FILE *file = fopen(path_of("zone"), "w");
	struct heard heard;
	struct zone_soa soa;
	struct fault fault;

	assert_non_null(file);
	fputs(SOA "a TXT (\n", file);
	for (int i = 0; i < 200000; i++)
		fputs("b A 192.0.2.1\n", file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(read_zone(path_of("zone"), &heard, &soa, &fault), -E2BIG);
	assert_non_null(strstr(fault.sentence, "never closed"));
	assert_int_equal(fault.line, 2);
}

static void which_file(void **state)
{
	struct zone_file_mark one, two;
	char other[256];
	struct heard heard;
	struct zone_soa soa;
	struct fault fault;

	assert_int_equal(read_zone("/nonexistent/zone", &heard, &soa, &fault), -ENOENT);
	assert_int_equal(zone_file_mark("/nonexistent/zone", &one), -ENOENT);
	assert_int_equal(read_zone(folder, &heard, &soa, &fault), -EINVAL);
	write_file("zone", SOA);
	assert_int_equal(zone_file_mark(path_of("zone"), &one), 0);
	assert_int_equal(zone_file_mark(path_of("zone"), &two), 0);
	assert_memory_equal(&one, &two, sizeof(one));
	write_file("zone.new", SOA);
	snprintf(other, sizeof(other), "%s", path_of("zone.new"));
	assert_int_equal(rename(other, path_of("zone")), 0);
	assert_int_equal(zone_file_mark(path_of("zone"), &two), 0);
	assert_memory_not_equal(&one, &two, sizeof(one));
	write_file("zone", SOA "a A 192.0.2.1\n");
	assert_int_equal(zone_file_mark(path_of("zone"), &one), 0);
	assert_int_not_equal(one.size, two.size);
}

static int start(void **state)
{
	return mkdtemp(folder) ? 0 : -1;
}

static int finish(void **state)
{
	static const char *const names[] = {"sub/one", "sub/two", "zone", "zone.new", "more", "link", "pipe", "wrong"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(path_of(names[i]));
	return rmdir(path_of("sub")) || rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_it),
		cmocka_unit_test(a_large_one),
		cmocka_unit_test(what_is_wrong_and_where),
		cmocka_unit_test(files_in_files),
		cmocka_unit_test(files_that_are_not_ours_to_read),
		cmocka_unit_test(ceilings),
		cmocka_unit_test(an_entry_without_end),
		cmocka_unit_test(which_file),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
