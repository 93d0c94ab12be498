/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes to a socket comes back as it was, and is what the library makes of the same text. */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/endpoint.h"

static const uint8_t four[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 7};
static const uint8_t six[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 9};

static void test_ipv4(void **state)
{
	struct sockaddr_storage name;
	struct sockaddr_in wanted = {.sin_family = AF_INET, .sin_port = htons(853)};
	uint8_t back[16];

	(void)state;
	inet_pton(AF_INET, "192.0.2.7", &wanted.sin_addr);
	assert_int_equal(endpoint_name(four, 853, &name), sizeof(wanted));
	assert_memory_equal(&name, &wanted, sizeof(wanted));
	assert_int_equal(endpoint_read((struct sockaddr *)&name, back), 853);
	assert_memory_equal(back, four, 16);
}

static void test_ipv6(void **state)
{
	struct sockaddr_storage name;
	struct sockaddr_in6 wanted = {.sin6_family = AF_INET6, .sin6_port = htons(65535)};
	uint8_t back[16];

	(void)state;
	inet_pton(AF_INET6, "2001:db8::9", &wanted.sin6_addr);
	assert_int_equal(endpoint_name(six, 65535, &name), sizeof(wanted));
	assert_memory_equal(&name, &wanted, sizeof(wanted));
	assert_int_equal(endpoint_read((struct sockaddr *)&name, back), 65535);
	assert_memory_equal(back, six, 16);
}

static void test_neither(void **state)
{
	struct sockaddr_storage name = {.ss_family = AF_UNIX};
	static const uint8_t nobody[16];
	uint8_t back[16];

	(void)state;
	memset(back, 1, sizeof(back));
	assert_int_equal(endpoint_read((struct sockaddr *)&name, back), -EAFNOSUPPORT);
	assert_memory_equal(back, nobody, 16);
	memset(back, 1, sizeof(back));
	assert_int_equal(endpoint_read(NULL, back), -EAFNOSUPPORT);
	assert_memory_equal(back, nobody, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_ipv4), cmocka_unit_test(test_ipv6), cmocka_unit_test(test_neither)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
