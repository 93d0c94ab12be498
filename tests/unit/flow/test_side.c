/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "flow/flow.h"

static void address(uint8_t out[16], const char *text)
{
	struct prefix prefix;

	assert_int_equal(side_read_cidr(text, &prefix, NULL), 0);
	memcpy(out, prefix.address, 16);
}

static void test_private(void **state)
{
	static const struct {
		const char *address;
		bool ours;
	} cases[] = {
		{"10.0.0.1", true},
		{"172.15.255.255", false},
		{"172.16.0.1", true},
		{"172.31.255.255", true},
		{"172.32.0.1", false},
		{"192.168.3.4", true},
		{"192.169.0.1", false},
		{"169.254.1.1", true},
		{"127.0.0.1", true},
		{"8.8.8.8", false},
		{"100.64.0.1", false},
		{"fd00::1", true},
		{"fc00::1", true},
		{"fe80::1", true},
		{"2001:db8::1", false},
		{"::1", true},
	};
	struct side side;
	uint8_t a[16];

	side_init(&side);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		address(a, cases[i].address);
		print_message("%s\n", cases[i].address);
		assert_int_equal(side_is_ours(&side, a), cases[i].ours);
	}
}

static void test_cidr(void **state)
{
	static const char *const bad[] = {"", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/-1", "10.0.0.0/8x", "2001:db8::/129",
		"localhost", "10.0.0.0/ 8", "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd:eeee"};
	struct prefix prefix;
	struct fault fault = {0};
	struct side side;
	uint8_t a[16];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_not_equal(side_read_cidr(bad[i], &prefix, &fault), 0);
		assert_true(fault.sentence[0]);
	}
	side_init(&side);
	assert_int_equal(side_read_cidr("198.51.100.128/25", &prefix, NULL), 0);
	assert_int_equal(prefix.bits, 121);
	side_add(&side, prefix.address, prefix.bits);
	address(a, "198.51.100.127");
	assert_false(side_is_ours(&side, a));
	address(a, "198.51.100.200");
	assert_true(side_is_ours(&side, a));
	assert_int_equal(side_read_cidr("0.0.0.0/0", &prefix, NULL), 0);
	side_add(&side, prefix.address, prefix.bits);
	address(a, "8.8.8.8");
	assert_true(side_is_ours(&side, a));
	address(a, "2001:db8::1");
	assert_false(side_is_ours(&side, a));
}

/* pairs: "SRC>DST" each */
static size_t infer(const char *const *pairs, size_t count, struct side *side, struct prefix out[SIDE_INFERRED_MAX])
{
	struct side_pair list[64];
	char one[64];

	for (size_t i = 0; i < count; i++) {
		size_t at = strcspn(pairs[i], ">");
		memcpy(one, pairs[i], at);
		one[at] = 0;
		address(list[i].src, one);
		address(list[i].dst, pairs[i] + at + 1);
	}
	side_init(side);
	return side_infer(side, list, count, out);
}

static void test_infer(void **state)
{
	static const char *const server[] = {"1.1.1.1>9.9.9.9", "9.9.9.9>1.1.1.1", "2.2.2.2>9.9.9.9", "3.3.3.3>9.9.9.9",
		"2001:db8::1>2001:db8:9::9", "2001:db8::2>2001:db8:9::9"};
	static const char *const two[] = {"1.1.1.1>9.9.9.9", "9.9.9.9>1.1.1.1"};
	static const char *const net[] = {"1.1.1.1>9.9.9.1", "2.2.2.2>9.9.9.2", "3.3.3.3>9.9.9.3", "4.4.4.4>9.9.9.4"};
	static const char *const noise[] = {"1.1.1.1>2.2.2.2", "3.3.3.3>4.4.4.4", "5.5.5.5>6.6.6.6", "7.7.7.7>8.8.8.8", "9.9.9.9>11.1.1.1"};
	struct prefix out[SIDE_INFERRED_MAX];
	struct side side;
	uint8_t a[16];

	assert_int_equal(infer(server, 6, &side, out), 2);
	address(a, "9.9.9.9");
	assert_memory_equal(out[0].address, a, 16);
	assert_true(side_is_ours(&side, a));
	address(a, "2001:db8:9::9");
	assert_true(side_is_ours(&side, a));
	assert_true(side.inferred);
	assert_int_equal(infer(two, 2, &side, out), 1);
	address(a, "9.9.9.9"); /* who was asked first */
	assert_true(side_is_ours(&side, a));
	assert_int_equal(infer(net, 4, &side, out), 1);
	assert_int_equal(out[0].bits, 120);
	assert_int_equal(infer(noise, 5, &side, out), 0);
	assert_false(side.inferred);
	assert_int_equal(infer(noise, 0, &side, out), 0);
}

static void test_ceiling(void **state)
{
	struct side side;
	uint8_t a[16] = {[10] = 0xff, [11] = 0xff, 8, 8, 8, 8};

	side_init(&side);
	for (int i = 0; i < 200; i++) {
		a[15] = (uint8_t)i;
		side_add(&side, a, 128);
		side_add(&side, a, 128);
	}
	assert_int_equal(side.prefix_count, SIDE_PREFIX_MAX);
	assert_int_equal(side.prefixes_left_out, 2 * (200 - SIDE_PREFIX_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_private),
		cmocka_unit_test(test_cidr),
		cmocka_unit_test(test_infer),
		cmocka_unit_test(test_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
