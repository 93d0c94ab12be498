/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "detect/service.h"

static const uint8_t hash_key[16] = {1};

static struct service_seen seen_on(uint8_t proto, uint16_t port, bool asker_ours)
{
	struct service_seen seen = {.time_ns = 1000, .device = 3, .port = port, .proto = proto, .asker_ours = asker_ours};

	memcpy(seen.address, (uint8_t[16]){[10] = 0xff, 0xff, 192, 168, 1, 9}, 16);
	memcpy(seen.asker, (uint8_t[16]){[10] = 0xff, 0xff, 203, 0, 113, 5}, 16);
	seen.asker[15] = asker_ours ? 6 : 5;
	return seen;
}

static void test_severity_by_port_and_side(void **state)
{
	static const struct {
		const char *name;
		uint8_t proto;
		uint16_t port;
		int inside, outside; /* -1: no finding */
	} cases[] = {
		{"telnet", 6, 23, SEVERITY_MEDIUM, SEVERITY_HIGH},
		{"telnet 2323", 6, 2323, SEVERITY_MEDIUM, SEVERITY_HIGH},
		{"ADB", 6, 5555, SEVERITY_MEDIUM, SEVERITY_HIGH},
		{"FTP", 6, 21, SEVERITY_LOW, SEVERITY_HIGH},
		{"TR-069", 6, 7547, SEVERITY_LOW, SEVERITY_HIGH},
		{"Xiongmai shell", 6, 9527, SEVERITY_LOW, SEVERITY_HIGH},
		{"DVRIP", 6, 34567, SEVERITY_LOW, SEVERITY_HIGH},
		{"Dahua", 6, 37777, SEVERITY_LOW, SEVERITY_HIGH},
		{"DHIP over UDP", 17, 37810, SEVERITY_LOW, SEVERITY_HIGH},
		{"DHIP over TCP", 6, 37810, SEVERITY_LOW, SEVERITY_HIGH},
		{"telnet's port over UDP", 17, 23, -1, -1},
		{"HTTPS", 6, 443, -1, -1},
		{"SSH", 6, 22, -1, -1},
		{"port 0", 6, 0, -1, -1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int outside = 0; outside < 2; outside++) {
			struct book *book = NULL;
			assert_int_equal(book_new(4, hash_key, &book), 0);
			struct service_seen seen = seen_on(cases[i].proto, cases[i].port, !outside);
			int expected = outside ? cases[i].outside : cases[i].inside;
			service_see(book, &seen);
			const struct finding *finding = book_at(book, 0);
			if ((finding ? (int)finding->severity : -1) != expected || (finding && finding->state != STATE_EXPOSED))
				fail_msg("%s, asked from %s", cases[i].name, outside ? "outside" : "inside");
			assert_int_equal(service_listed(cases[i].proto, cases[i].port), expected >= 0);
			book_free(book);
		}
}

static void test_one_finding_rises_with_an_outside_asker(void **state)
{
	struct book *book = NULL;
	struct service_seen inside = seen_on(6, 21, true), outside = seen_on(6, 21, false);
	inside.asker_port = 1111;
	outside.asker_port = 2222;

	assert_int_equal(book_new(4, hash_key, &book), 0);
	service_see(book, &inside);
	service_see(book, &outside);
	service_see(book, &inside);
	const struct finding *finding = book_at(book, 0);
	assert_int_equal(book_count(book), 1);
	assert_int_equal(finding->severity, SEVERITY_HIGH);
	assert_int_equal(finding->count, 3);
	assert_int_equal(finding->service.askers, 3);
	assert_true(finding->service.outside);
	assert_memory_equal(finding->service.asker, outside.asker, 16);
	assert_memory_equal(finding->source, outside.asker, 16);
	assert_true(finding->has_target);
	assert_memory_equal(finding->target, outside.address, 16);
	assert_int_equal(finding->source_port, 2222); /* of one and the same conversation */
	book_free(book);
}

static void test_devices_and_ports_are_apart(void **state)
{
	struct book *book = NULL;
	struct service_seen seen = seen_on(6, 23, true);

	assert_int_equal(book_new(8, hash_key, &book), 0);
	service_see(book, &seen);
	seen.port = 2323;
	service_see(book, &seen);
	seen.device = 4;
	service_see(book, &seen);
	seen.device = DEVICE_NONE;
	service_see(book, &seen);
	seen.address[15] = 77;
	service_see(book, &seen);
	assert_int_equal(book_count(book), 5);
	book_free(book);
}

static void test_full_book(void **state)
{
	struct book *book = NULL;
	struct service_seen seen = seen_on(6, 23, true);

	assert_int_equal(book_new(1, hash_key, &book), 0);
	service_see(book, &seen);
	seen.port = 2323;
	service_see(book, &seen);
	assert_int_equal(book_count(book), 1);
	assert_int_equal(book_left_out(book), 1);
	book_free(book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_severity_by_port_and_side),
		cmocka_unit_test(test_one_finding_rises_with_an_outside_asker),
		cmocka_unit_test(test_devices_and_ports_are_apart),
		cmocka_unit_test(test_full_book),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
