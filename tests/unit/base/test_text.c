/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/fault.h"
#include "base/text.h"

struct escape_case {
	const char *name, *raw, *expected;
};

static const struct escape_case escapes[] = {
	{"plain", "DVR-living room 2", "DVR-living room 2"},
	{"empty", "", ""},
	{"backslash doubled", "a\\x1b", "a\\\\x1b"},
	{"terminal clear screen", "\033[2J", "\\x1b[2J"},
	{"terminal title", "\033]0;owned\a", "\\x1b]0;owned\\x07"},
	{"line breaks and tab", "a\r\nb\tc", "a\\x0d\\x0ab\\x09c"},
	{"DEL",
		"a\x7f"
		"b",
		"a\\x7f"
		"b"},
	{"C1 raw byte",
		"a\x9b"
		"31m",
		"a\\x9b31m"},
	{"C1 as UTF-8",
		"a\xc2\x9b"
		"31m",
		"a\\xc2\\x9b31m"},
	{"last C1", "\xc2\x9f\xc2\xa0", "\\xc2\\x9f\xc2\xa0"},
	{"two bytes",
		"K\xc3\xbc"
		"che",
		"K\xc3\xbc"
		"che"},
	{"three bytes", "\xe5\xb0\x8f\xe7\xb1\xb3", "\xe5\xb0\x8f\xe7\xb1\xb3"},
	{"four bytes", "\xf0\x9f\x93\xb7", "\xf0\x9f\x93\xb7"},
	{"overlong slash", "\xc0\xaf", "\\xc0\\xaf"},
	{"overlong NUL", "\xc0\x80", "\\xc0\\x80"},
	{"overlong ESC in three", "\xe0\x80\x9b", "\\xe0\\x80\\x9b"},
	{"overlong in four", "\xf0\x82\x82\xac", "\\xf0\\x82\\x82\\xac"},
	{"surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80"},
	{"last before surrogates", "\xed\x9f\xbf", "\xed\x9f\xbf"},
	{"above the last plane", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
	{"F5 to FF", "\xf5\xff", "\\xf5\\xff"},
	{"stray continuation", "a\x80z", "a\\x80z"},
	{"sequence broken by a letter", "\xe5\xb0z", "\\xe5\\xb0z"},
	{"sequence broken by an escape", "\xe5\033", "\\xe5\\x1b"},
	{"sequence at the end", "ok\xe5\xb0", "ok\\xe5\\xb0"},
	{"bidi override",
		"a\xe2\x80\xae"
		"gpj",
		"a\\xe2\\x80\\xae"
		"gpj"},
	{"bidi embedding first", "\xe2\x80\xaa", "\\xe2\\x80\\xaa"},
	{"bidi isolates", "\xe2\x81\xa6\xe2\x81\xa9", "\\xe2\\x81\\xa6\\xe2\\x81\\xa9"},
	{"Arabic letter mark", "\xd8\x9c", "\\xd8\\x9c"},
	{"zero width space",
		"a\xe2\x80\x8b"
		"b",
		"a\\xe2\\x80\\x8b"
		"b"},
	{"left to right mark", "\xe2\x80\x8e", "\\xe2\\x80\\x8e"},
	{"hyphen next to it", "\xe2\x80\x90", "\xe2\x80\x90"},
	{"line separator", "\xe2\x80\xa8", "\\xe2\\x80\\xa8"},
	{"word joiner", "\xe2\x81\xa0", "\\xe2\\x81\\xa0"},
	{"byte order mark", "\xef\xbb\xbfhi", "\\xef\\xbb\\xbfhi"},
	{"soft hyphen", "a\xc2\xad", "a\\xc2\\xad"},
	{"tag character", "\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81"},
	{"right to left letters stay", "\xd7\xa9\xd7\x9c", "\xd7\xa9\xd7\x9c"},
};

static void escapes_what_is_not_text(void **state)
{
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		const struct escape_case *c = &escapes[i];
		char out[256];
		size_t len = text_escape(out, sizeof(out), c->raw, SIZE_MAX);

		if (strcmp(out, c->expected))
			fail_msg("%s: got \"%s\"", c->name, out);
		assert_int_equal(len, strlen(c->expected));
		assert_int_equal(text_clean(c->raw, SIZE_MAX), !strcmp(c->raw, c->expected));
	}
}

static void takes_nul_as_a_byte_when_a_length_is_given(void **state)
{
	char out[32];

	assert_int_equal(text_escape(out, sizeof(out), "a\0b", 3), 6);
	assert_string_equal(out, "a\\x00b");
	assert_false(text_clean("a\0b", 3));
	assert_true(text_clean("a\0b", 1));
	assert_int_equal(text_escape(out, sizeof(out), "\xe5\xb0\x8f", 2), 8);
	assert_string_equal(out, "\\xe5\\xb0");
}

/* Every output size: the result is what came out in full, cut between two units. */
static void cuts_between_units(void **state)
{
	static const char raw[] = "ab\xc3\xbc\033\xe5\xb0\x8f\\\xe2\x80\xaez";
	static const size_t ends[] = {0, 1, 2, 4, 8, 11, 13, 25, 26};
	char whole[64];
	size_t whole_len = text_escape(whole, sizeof(whole), raw, SIZE_MAX);

	assert_int_equal(whole_len, 26);
	for (size_t size = 1; size <= whole_len + 2; size++) {
		char *out = malloc(size);
		size_t len, expected = 0;

		assert_non_null(out);
		len = text_escape(out, size, raw, SIZE_MAX);
		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
			if (ends[i] < size)
				expected = ends[i];
		assert_int_equal(len, expected);
		assert_memory_equal(out, whole, len);
		assert_int_equal(out[len], 0);
		free(out);
	}
	assert_int_equal(text_escape(NULL, 0, raw, SIZE_MAX), 0);
}

/* All strings of up to three bytes of a telling alphabet: escaping once makes text that only backslashes change again. */
static void result_is_always_clean(void **state)
{
	static const char alphabet[] = "a\\\033\x80\x9b\xa8\xbf\xc2\xe2\xed\xef\xf0\xff";
	size_t n = sizeof(alphabet) - 1;

	for (size_t i = 0; i < n * n * n; i++) {
		char raw[3] = {alphabet[i % n], alphabet[i / n % n], alphabet[i / n / n]};
		char out[16];

		text_escape(out, sizeof(out), raw, sizeof(raw));
		for (char *at = out; *at; at++)
			if (*at == '\\')
				*at = '/';
		assert_true(text_clean(out, SIZE_MAX));
	}
}

static void addresses_in_their_usual_form(void **state)
{
	static const struct {
		uint8_t address[16];
		const char *expected;
	} cases[] = {
		{{[10] = 0xff, [11] = 0xff, 192, 0, 2, 1}, "192.0.2.1"},
		{{[10] = 0xff, [11] = 0xff, 255, 255, 255, 255}, "255.255.255.255"},
		{{0x20, 0x01, 0x0d, 0xb8, [15] = 1}, "2001:db8::1"},
		{{0}, "::"},
		{{0xfe, 0x80, [8] = 2, [11] = 0xff, [12] = 0xfe, [15] = 9}, "fe80::200:ff:fe00:9"},
	};
	uint8_t longest[16];
	char out[TEXT_ADDRESS_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(text_address(out, cases[i].address), cases[i].expected);
	memset(longest, 0xff, sizeof(longest));
	assert_string_equal(text_address(out, longest), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

static void macs_and_times(void **state)
{
	char mac[TEXT_MAC_MAX], time[TEXT_TIME_MAX];

	assert_string_equal(text_mac(mac, (const uint8_t[]){0x00, 0x12, 0x34, 0xab, 0xcd, 0xef}), "00:12:34:ab:cd:ef");
	assert_string_equal(text_time(time, 0), "1970-01-01T00:00:00.000000Z");
	assert_string_equal(text_time(time, 1477048200000000000u), "2016-10-21T11:10:00.000000Z");
	assert_string_equal(text_time(time, 1456704000123456789u), "2016-02-29T00:00:00.123456Z");
	assert_string_equal(text_time(time, UINT64_MAX), "2554-07-21T23:34:33.709551Z");
}

static void faults_hold_no_raw_bytes(void **state)
{
	struct fault fault;

	fault_set(&fault, "a\033b.pcap", 3, 9, "block of %u bytes in %s", 7u,
		"\x9b"
		"2J");
	assert_string_equal(fault.file, "a\\x1bb.pcap");
	assert_string_equal(fault.sentence, "block of 7 bytes in \\x9b2J");
	assert_int_equal(fault.line, 3);
	assert_int_equal(fault.offset, 9);
	fault_set(NULL, "x", 0, 0, "nobody listens");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_what_is_not_text),
		cmocka_unit_test(takes_nul_as_a_byte_when_a_length_is_given),
		cmocka_unit_test(cuts_between_units),
		cmocka_unit_test(result_is_always_clean),
		cmocka_unit_test(addresses_in_their_usual_form),
		cmocka_unit_test(macs_and_times),
		cmocka_unit_test(faults_hold_no_raw_bytes),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
