/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/prefix.h"
#include "base/text.h"

static void networks_as_people_write_them(void **state)
{
	static const struct {
		const char *text, *address;
		unsigned bits;
	} good[] = {
		{"192.0.2.0/24", "192.0.2.0", 120},
		{"192.0.2.7", "192.0.2.7", 128},
		{"192.0.2.7/32", "192.0.2.7", 128},
		{"0.0.0.0/0", "0.0.0.0", 96},
		{"192.0.2.77/024", "192.0.2.77", 120},
		{"2001:db8::/32", "2001:db8::", 32},
		{"::/0", "::", 0},
		{"::1", "::1", 128},
		{"::ffff:192.0.2.1/120", "192.0.2.1", 120},
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char shown[TEXT_ADDRESS_MAX];
		struct prefix prefix;

		assert_int_equal(prefix_read(good[i].text, &prefix), 0);
		assert_string_equal(text_address(shown, prefix.address), good[i].address);
		assert_int_equal(prefix.bits, good[i].bits);
	}
}

static void anything_else_is_none(void **state)
{
	static const char *const bad[] = {"", "/", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2/24", "192.0.2.0/ 8", "192.0.2.0/+8",
		"192.0.2.0/-1", "192.0.2.0/8x", "192.0.2.0/4294967304", "192.0.2.0/99999999999999999999999", "2001:db8::/129",
		"2001:db8:/32", " 192.0.2.0", "192.0.2.0 ", "1.2.3.4/8/8", "example.org",
		"11111111111111111111111111111111111111111111111111111111111111111111111111111111/8"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct prefix prefix = {.bits = 77};

		assert_int_equal(prefix_read(bad[i], &prefix), -EINVAL);
		assert_int_equal(prefix.bits, 77);
	}
}

/* Each length of both families against a slow reader, bit by bit. */
static void what_lies_in_a_network(void **state)
{
	struct prefix one, other;

	assert_int_equal(prefix_read("192.0.2.165", &one), 0);
	for (unsigned flipped = 96; flipped < 128; flipped++) {
		other = one;
		other.address[flipped / 8] ^= (uint8_t)(0x80 >> flipped % 8);
		for (one.bits = 96; one.bits < 128; one.bits++)
			assert_int_equal(prefix_holds(&one, other.address), flipped >= one.bits);
		assert_false(prefix_holds(&one, other.address));
	}
	assert_int_equal(prefix_read("2001:db8::a5", &one), 0);
	for (unsigned flipped = 0; flipped < 128; flipped++) {
		other = one;
		other.address[flipped / 8] ^= (uint8_t)(0x80 >> flipped % 8);
		for (one.bits = 0; one.bits < 128; one.bits++)
			assert_int_equal(prefix_holds(&one, other.address), flipped >= one.bits);
		assert_false(prefix_holds(&one, other.address));
	}
}

static void an_ipv6_network_holds_no_ipv4(void **state)
{
	struct prefix all, all4, four, six;

	assert_int_equal(prefix_read("::/0", &all), 0);
	assert_int_equal(prefix_read("0.0.0.0/0", &all4), 0);
	assert_int_equal(prefix_read("192.0.2.1", &four), 0);
	assert_int_equal(prefix_read("2001:db8::1", &six), 0);
	assert_true(prefix_holds(&all, six.address));
	assert_false(prefix_holds(&all, four.address));
	assert_true(prefix_holds(&all4, four.address));
	assert_false(prefix_holds(&all4, six.address));
}

static void some_hold_both_families(void **state)
{
	static const struct {
		const char *text;
		bool both;
	} cases[] = {{"::/0", true}, {"::/16", true}, {"::/80", true}, {"::ffff:0:0/90", true}, {"::ffff:0:0/95", true}, {"::/81", false},
		{"::ffff:0:0/96", false}, {"0.0.0.0/0", false}, {"2000::/3", false}, {"8000::/1", false}, {"::/1", true}, {"::1", false}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct prefix prefix;
		assert_int_equal(prefix_read(cases[i].text, &prefix), 0);
		if (prefix_is_both(&prefix) != cases[i].both)
			fail_msg("%s", cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(networks_as_people_write_them),
		cmocka_unit_test(anything_else_is_none),
		cmocka_unit_test(what_lies_in_a_network),
		cmocka_unit_test(an_ipv6_network_holds_no_ipv4),
		cmocka_unit_test(some_hold_both_families),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
