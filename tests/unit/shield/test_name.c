/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names between wire form and text: what comes out is safe to print, reads back as the same name, and nothing else is taken for one. */
#include "shield/inside.h"
#include "zones.h"

static void names_come_out_as_in_a_zone_file(void **state)
{
	static const struct {
		const char *wire;
		size_t len;
		const char *text;
	} cases[] = {
		{"\0", 1, "."},
		{"\3www\7example\3com\0", 17, "www.example.com."},
		{"\1*\1_\0", 5, "*._."},
		{"\3WwW\0", 5, "WwW."},
		{"\3a.b\0", 5, "a\\046b."},
		{"\4\x1b[2J\0", 6, "\\027\\0912J."},
		{"\2\0\xff\0", 4, "\\000\\255."},
		/* No names. */
		{"", 0, "?"},
		{"\3www", 4, "?"},
		{"\3ww", 3, "?"},
		{"\3www\0\0", 6, "?"},
		{"\300\14", 2, "?"},
		{"\0\0", 2, "?"},
	};
	char text[NAME_TEXT_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(name_text(text, (const uint8_t *)cases[i].wire, cases[i].len), cases[i].text);
}

static void text_is_read_back(void **state)
{
	static const struct {
		const char *text, *wire;
		size_t len;
	} cases[] = {
		{".", "\0", 1},
		{"example.com", "\7example\3com\0", 13},
		{"Example.COM.", "\7example\3com\0", 13},
		{"a\\.b.c", "\3a.b\1c\0", 7},
		{"\\065\\\\", "\2a\\\0", 4},
		{"\\000\\255", "\2\0\xff\0", 4},
	};
	uint8_t wire[FW_DNS_NAME_MAX];
	size_t len;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(name_read(cases[i].text, wire, &len), 0);
		assert_int_equal(len, cases[i].len);
		assert_memory_equal(wire, cases[i].wire, len);
	}
}

static void wrong_text_is_refused(void **state)
{
	static const char *const wrong[] = {"", "..", ".a", "a..b", "a..", "\\", "a\\", "\\1", "\\25", "\\256", "\\999", "a.\\x\\2"};
	uint8_t wire[FW_DNS_NAME_MAX] = {7};
	size_t len = 42;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(name_read(wrong[i], wire, &len), -EINVAL);
	assert_int_equal(len, 42);
	assert_int_equal(wire[0], 7);
}

/* A text of labels of this length each, with dots between them. */
static size_t repeat(char *out, unsigned label, unsigned count, char c)
{
	size_t at = 0;

	for (unsigned i = 0; i < count; i++) {
		memset(out + at, c, label);
		at += label;
		out[at++] = '.';
	}
	out[at] = '\0';
	return at;
}

static void the_longest_names(void **state)
{
	char text[NAME_TEXT_MAX], back[NAME_TEXT_MAX];
	uint8_t wire[FW_DNS_NAME_MAX], copy[FW_DNS_NAME_MAX];
	size_t len, at;

	/* 127 labels of one byte; one more is one too many. */
	repeat(text, 1, 127, 'a');
	assert_int_equal(name_read(text, wire, &len), 0);
	assert_int_equal(len, 255);
	assert_int_equal(name_copy(copy, wire, len), 127);
	assert_string_equal(name_text(back, wire, len), text);
	repeat(text, 1, 128, 'a');
	assert_int_equal(name_read(text, wire, &len), -EINVAL);

	/* Labels of 63 and 64; 255 bytes and 256. */
	repeat(text, 63, 1, 'b');
	assert_int_equal(name_read(text, wire, &len), 0);
	repeat(text, 64, 1, 'b');
	assert_int_equal(name_read(text, wire, &len), -EINVAL);
	at = repeat(text, 63, 3, 'c');
	repeat(text + at, 61, 1, 'd');
	assert_int_equal(name_read(text, wire, &len), 0);
	assert_int_equal(len, 255);
	repeat(text + at, 62, 1, 'd');
	assert_int_equal(name_read(text, wire, &len), -EINVAL);
}

static void all_of_it_escaped_fits(void **state)
{
	uint8_t wire[FW_DNS_NAME_MAX], back[FW_DNS_NAME_MAX];
	char text[NAME_TEXT_MAX];
	size_t len;

	memset(wire, 0xfe, sizeof(wire));
	wire[0] = wire[64] = wire[128] = 63;
	wire[192] = 61;
	wire[254] = 0;
	name_text(text, wire, sizeof(wire));
	assert_int_equal(strlen(text), 250 * 4 + 4);
	assert_int_equal(name_read(text, back, &len), 0);
	assert_int_equal(len, 255);
	assert_memory_equal(back, wire, len);
}

/* Each cut of a good name is none, and each changed length byte is one only where the labels still add up. */
static void cut_and_bent(void **state)
{
	static const uint8_t good[] = "\3www\7example\3com";
	uint8_t out[FW_DNS_NAME_MAX];

	for (size_t len = 0; len < sizeof(good); len++) {
		uint8_t *exact = malloc(len + 1);
		memcpy(exact, good, len);
		assert_int_equal(name_copy(out, exact, len), -EINVAL);
		free(exact);
	}
	assert_int_equal(name_copy(out, good, sizeof(good)), 3);
	for (unsigned bent = 0; bent < 256; bent++) {
		uint8_t *exact = malloc(sizeof(good));
		memcpy(exact, good, sizeof(good));
		exact[4] = (uint8_t)bent;
		int labels = name_copy(out, exact, sizeof(good));
		assert_int_equal(labels, bent == 7 ? 3 : bent == 11 ? 2 : -EINVAL);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_come_out_as_in_a_zone_file),
		cmocka_unit_test(text_is_read_back),
		cmocka_unit_test(wrong_text_is_refused),
		cmocka_unit_test(the_longest_names),
		cmocka_unit_test(all_of_it_escaped_fits),
		cmocka_unit_test(cut_and_bent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
