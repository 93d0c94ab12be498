/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RFC 4648 section 10, and what is no such text. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"

static void test_both_ways(void **state)
{
	static const char *const table[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}, {"\xff\xfe\xfd", "//79"}, {"\xfb\xff", "+/8="}};
	uint8_t bytes[16];
	char text[16];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		size_t raw = strlen(table[i][0]);
		base64_write(text, (const uint8_t *)table[i][0], raw);
		assert_int_equal(BASE64_LEN(raw), strlen(table[i][1]));
		assert_memory_equal(text, table[i][1], strlen(table[i][1]));
		assert_int_equal(base64_read(bytes, &len, table[i][1], strlen(table[i][1])), 0);
		assert_int_equal(len, raw);
		assert_memory_equal(bytes, table[i][0], raw);
	}
}

static void test_refused(void **state)
{
	static const char *const wrong[] = {"Z", "Zg", "Zg=", "Zg==Zg==", "=g==", "Zh==", "Zm9=", "Z===", "Zm9 ", "Zm-v", "Zm=v"};
	uint8_t bytes[16];
	size_t len = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(base64_read(bytes, &len, wrong[i], strlen(wrong[i])), -EBADMSG);
	assert_int_equal(base64_read(bytes, &len, "Zm\0v", 4), -EBADMSG);
	assert_int_equal(len, 77);
}

static void test_all_lengths(void **state)
{
	uint8_t bytes[100], again[102];
	char text[136];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37);
	for (size_t raw = 0; raw <= sizeof(bytes); raw++) {
		base64_write(text, bytes, raw);
		assert_int_equal(base64_read(again, &len, text, BASE64_LEN(raw)), 0);
		assert_int_equal(len, raw);
		assert_memory_equal(again, bytes, raw);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_all_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
