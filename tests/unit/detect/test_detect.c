/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The door: every observation reaches its detector, and the rule that needs two of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "detect/detect.h"

#define SECOND 1000000000ull
#define START (1477048200 * SECOND)

static struct detect *detect_of(void)
{
	struct detect_config config;
	struct detect *detect = NULL;

	detect_defaults(&config);
	assert_int_equal(detect_new(&config, &detect), 0);
	return detect;
}

static struct contact contact_of(uint64_t now_ns, uint8_t last, uint16_t port, enum contact_outcome outcome)
{
	struct contact contact = {
		.start_ns = now_ns,
		.decided_ns = now_ns + 3 * SECOND,
		.device = 2,
		.target_device = DEVICE_NONE,
		.source = {[10] = 0xff, 0xff, 10, 0, 0, 2},
		.target = {[10] = 0xff, 0xff, 203, 0, 113, last},
		.port = port,
		.kind = CONTACT_TCP,
		.outcome = outcome,
		.source_ours = true,
	};

	return contact;
}

static const struct finding *find(const struct detect *detect, enum finding_id id)
{
	const struct finding *finding;

	for (uint32_t i = 0; (finding = detect_finding(detect, i)); i++)
		if (finding->id == id)
			return finding;
	return NULL;
}

/* A dead controller asked for once a minute, through the same device's eyes: the contact, then its end. */
static void call_home_untold(struct detect *detect, uint64_t now_ns)
{
	struct contact contact = contact_of(now_ns, 200, 50, CONTACT_SILENT);
	struct conversation_end end = {
		.first_ns = now_ns,
		.last_ns = now_ns + 3 * SECOND,
		.device = 2,
		.target_device = DEVICE_NONE,
		.port = 50,
		.proto = 6,
		.packets_out = 3,
		.bytes_out = 180,
		.source_ours = true,
	};

	memcpy(end.source, contact.source, sizeof(end.source));
	memcpy(end.target, contact.target, sizeof(end.target));
	detect_contact(detect, &contact);
	detect_conversation(detect, &end);
}

static void call_home(struct detect *detect, uint64_t now_ns)
{
	call_home_untold(detect, now_ns);
	detect_tick(detect, now_ns + 3 * SECOND);
}

static void test_a_beacon_is_worse_with_a_scan(void **state)
{
	for (int scans = 0; scans < 2; scans++) {
		struct detect *detect = detect_of();
		uint64_t now_ns = START;
		for (int minute = 0; minute < 120; minute++, now_ns += 60 * SECOND) {
			call_home(detect, now_ns);
			for (uint8_t i = 0; scans && minute == 5 && i < 20; i++) {
				struct contact contact = contact_of(now_ns + i, i, 23, CONTACT_SILENT);
				detect_contact(detect, &contact);
			}
		}
		detect_end(detect, now_ns);
		const struct finding *beacon = find(detect, FINDING_BEACON);
		assert_non_null(beacon);
		assert_int_equal(beacon->severity, scans ? SEVERITY_HIGH : SEVERITY_MEDIUM);
		assert_int_equal(beacon->state, STATE_SUSPECT);
		assert_int_equal(find(detect, FINDING_SCAN) != NULL, scans);
		detect_free(detect);
	}
}

static void test_logins_and_services_arrive(void **state)
{
	struct detect *detect = detect_of();
	struct login_seen login = {
		.time_ns = START,
		.conversation = 1,
		.device = 3,
		.source_device = DEVICE_NONE,
		.port = 23,
		.target_ours = true,
		.user = {(const uint8_t *)"root", 4},
		.password = {(const uint8_t *)"xc3511", 6},
	};
	struct service_seen service = {.time_ns = START, .device = 3, .port = 23, .proto = 6};

	detect_service(detect, &service);
	detect_login(detect, &login);
	detect_login_result(detect, 1, LOGIN_ACCEPTED, START);
	assert_int_equal(find(detect, FINDING_OPEN_SERVICE)->severity, SEVERITY_HIGH);
	assert_int_equal(find(detect, FINDING_DEFAULT_PASSWORD)->severity, SEVERITY_CRITICAL);
	detect_end(detect, START + SECOND);
	assert_null(detect_finding(detect, 2));
	assert_int_equal(detect_junk(detect)->total.packets, 0);
	detect_free(detect);
}

static void test_port_mappings_arrive(void **state)
{
	struct detect *detect = detect_of();
	struct port_mapping_seen mapping = {.time_ns = START, .device = 3, .external_port = 80, .internal_port = 80, .proto = 6};

	detect_port_mapping(detect, &mapping);
	assert_int_equal(find(detect, FINDING_REACHED_FROM_INTERNET)->severity, SEVERITY_LOW);
	detect_end(detect, START + SECOND);
	detect_free(detect);
}

/* Nobody ticks between the last contact and the end, so only the end can see that the beacon's device also scanned. */
static void test_the_end_alone_rescores_a_beacon(void **state)
{
	for (int scans = 0; scans < 2; scans++) {
		struct detect *detect = detect_of();
		uint64_t now_ns = START;
		for (int minute = 0; minute < 120; minute++, now_ns += 60 * SECOND)
			call_home_untold(detect, now_ns);
		for (uint8_t i = 0; scans && i < 20; i++) {
			struct contact contact = contact_of(now_ns + i, i, 23, CONTACT_SILENT);
			detect_contact(detect, &contact);
		}
		assert_null(find(detect, FINDING_BEACON));
		detect_end(detect, now_ns);
		assert_int_equal(find(detect, FINDING_BEACON)->severity, scans ? SEVERITY_HIGH : SEVERITY_MEDIUM);
		detect_free(detect);
	}
}

static void test_nothing_is_left_out_of_little(void **state)
{
	static const struct detect_left_out none;
	struct detect *detect = detect_of();

	detect_tick(detect, START);
	detect_end(detect, START);
	assert_memory_equal(detect_left_out(detect), &none, sizeof(none));
	assert_null(detect_finding(detect, 0));
	detect_free(detect);
	detect_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_beacon_is_worse_with_a_scan),
		cmocka_unit_test(test_logins_and_services_arrive),
		cmocka_unit_test(test_the_end_alone_rescores_a_beacon),
		cmocka_unit_test(test_port_mappings_arrive),
		cmocka_unit_test(test_nothing_is_left_out_of_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
