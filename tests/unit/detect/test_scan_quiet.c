/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must stay quiet: a dead link, a one-sided capture, busy programs; and what stays whole when tables are full. */
#include "scan_bed.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

/* In the dark */

static void test_dark_needs_ten_on_one_port(void **state)
{
	struct bed bed = bed_new();

	sweep(&bed, OUTSIDE, 9, 23, SECOND / 10);
	assert_int_equal(book_count(bed.book), 0);
	sweep(&bed, OUTSIDE + 9, 1, 23, SECOND / 10);
	assert_int_equal(only(&bed)->severity, SEVERITY_HIGH);
	assert_int_equal(only(&bed)->state, STATE_HIJACKED);
	assert_int_equal(only(&bed)->count, 10);
	bed_free(&bed);
}

static void test_dark_begins_after_sixty_seconds(void **state)
{
	static const struct {
		const char *name;
		uint64_t after_ns;
		uint32_t findings;
	} cases[] = {
		{"60 s after the last answer", 60 * SECOND, 1},
		{"61 s after it", 61 * SECOND, 0},
	};

	for (size_t i = 0; i < 2; i++) {
		struct bed bed = bed_new();
		light(&bed);
		bed.now_ns += cases[i].after_ns;
		sweep(&bed, OUTSIDE, 4, 445, 0);
		if (book_count(bed.book) != cases[i].findings)
			fail_msg("%s", cases[i].name);
		bed_free(&bed);
	}
}

static void test_dark_tries_do_not_count_when_light_returns(void **state)
{
	struct bed bed = bed_new();

	sweep(&bed, OUTSIDE, 9, 445, SECOND / 10);
	light(&bed);
	sweep(&bed, OUTSIDE + 20, 3, 445, SECOND / 10);
	assert_int_equal(book_count(bed.book), 0);
	sweep(&bed, OUTSIDE + 40, 1, 445, SECOND / 10);
	assert_int_equal(only(&bed)->severity, SEVERITY_LOW);
	bed_free(&bed);
}

static void test_ordinary_in_the_dark(void **state)
{
	static const struct {
		const char *name;
		enum contact_kind kind;
		uint16_t port;
		bool ipv6;
	} cases[] = {
		{"root name servers", CONTACT_UDP, 53, false},
		{"time servers from a list", CONTACT_UDP, 123, false},
		{"web over broken IPv6", CONTACT_TCP, 443, true},
		{"plain web over broken IPv6", CONTACT_TCP, 80, true},
		{"conversations older than the capture", CONTACT_ACK, 443, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bed bed = bed_new();
		if (cases[i].ipv6)
			light(&bed); /* IPv4 works */
		for (uint32_t k = 0; k < 40; k++, bed.now_ns += SECOND / 10) {
			struct contact contact = contact_of(&bed, OUTSIDE + k, cases[i].port, CONTACT_SILENT);
			contact.kind = cases[i].kind;
			if (cases[i].ipv6)
				memcpy(contact.target, (uint8_t[16]){0x20, 0x01, 0x0d, 0xb8, [15] = (uint8_t)(k + 1)}, 16);
			scan_contact(bed.scan, &contact);
		}
		if (worst(&bed) > SEVERITY_LOW)
			fail_msg("%s", cases[i].name);
		bed_free(&bed);
	}
}

static void test_dark_is_about_outside_only(void **state)
{
	struct bed bed = bed_new();

	sweep(&bed, INSIDE, 4, 23, SECOND);
	assert_int_equal(only(&bed)->severity, SEVERITY_HIGH);
	bed_free(&bed);
}

static void test_link_down_for_a_minute(void **state)
{
	struct bed bed = bed_new();

	for (uint32_t i = 0; i < 60; i++, bed.now_ns += SECOND)
		tell(&bed, OUTSIDE + i, 443, CONTACT_ANSWERED);
	for (uint32_t i = 0; i < 300; i++, bed.now_ns += SECOND / 5) /* known hosts, again and again */
		tell(&bed, OUTSIDE + i % 60, 443, CONTACT_SILENT);
	assert_int_equal(book_count(bed.book), 0);
	bed_free(&bed);
}

/* Busy programs */

/* Peers fail nine times in ten; `share` percent listen on 6881 or 51413, the rest on ports of their own. */
static void bittorrent(struct bed *bed, uint32_t minutes, uint32_t per_minute, uint32_t share)
{
	for (uint32_t i = 0; i < minutes * per_minute; i++, bed->now_ns += 60 * SECOND / per_minute) {
		uint16_t port = (uint16_t)(10000 + random_below(bed, 50000));
		uint32_t target = 0x50000000u + random_below(bed, 0x10000000u);
		if (random_below(bed, 100) < share)
			port = random_below(bed, 5) == 0 ? 51413 : 6881;
		tell(bed, target, port, random_below(bed, 10) == 0 ? CONTACT_ANSWERED : CONTACT_SILENT);
		if (i % 20 == 0)
			light(bed);
	}
}

static void test_bittorrent_stays_low(void **state)
{
	static const uint32_t per_minute[] = {20, 40, 60, 120, 300, 1200};

	for (size_t i = 0; i < sizeof(per_minute) / sizeof(per_minute[0]); i++) {
		struct bed bed = bed_new();
		bed.random = (uint32_t)i + 1;
		bittorrent(&bed, per_minute[i] > 100 ? 60 : 600, per_minute[i], 15);
		const struct finding *finding = only(&bed);
		if (finding->severity != SEVERITY_LOW)
			fail_msg("BitTorrent with %u tries a minute is called severity %d", per_minute[i], (int)finding->severity);
		bed_free(&bed);
	}
}

static void test_a_scanner_behind_bittorrent_is_seen(void **state)
{
	struct bed bed = bed_new();

	bittorrent(&bed, 10, 60, 15);
	for (uint32_t i = 0; i < 60; i++, bed.now_ns += SECOND / 2) {
		tell(&bed, OUTSIDE + i, 5060, CONTACT_SILENT);
		if (i % 2)
			tell(&bed, 0x5a000000u + i, (uint16_t)(20000 + 7 * i), CONTACT_SILENT);
	}
	assert_int_equal(worst(&bed), SEVERITY_HIGH);
	bed_free(&bed);
}

static void test_a_port_that_often_answers_stays_low(void **state)
{
	struct bed bed = bed_new();

	for (uint32_t i = 0; i < 400; i++, bed.now_ns += SECOND / 10) /* game servers: six in ten are gone, in runs */
		tell(&bed, OUTSIDE + 3 * i, 27015, i % 10 < 6 ? CONTACT_SILENT : CONTACT_ANSWERED);
	assert_true(worst(&bed) <= SEVERITY_LOW);
	bed_free(&bed);
}

static void test_ping_monitor_stays_low(void **state)
{
	struct bed bed = bed_new();

	for (uint32_t i = 0; i < 3600; i++, bed.now_ns += SECOND) {
		struct contact contact = contact_of(&bed, OUTSIDE + i % 8, 0, CONTACT_SILENT);
		contact.kind = CONTACT_ICMP;
		scan_contact(bed.scan, &contact);
		light(&bed);
	}
	assert_true(worst(&bed) <= SEVERITY_LOW);
	bed_free(&bed);
}

static void test_leftover_acks_do_not_count(void **state)
{
	struct bed bed = bed_new();

	for (uint32_t i = 0; i < 40; i++)
		tell(&bed, OUTSIDE + i, 443, CONTACT_ANSWERED);
	for (uint32_t i = 0; i < 40; i++) {
		struct contact contact = contact_of(&bed, OUTSIDE + i, 443, CONTACT_SILENT);
		contact.kind = CONTACT_ACK;
		scan_contact(bed.scan, &contact);
	}
	assert_int_equal(book_count(bed.book), 0);
	bed_free(&bed);
}

static void test_backscatter_is_no_scan(void **state)
{
	struct bed bed = bed_new();

	for (uint32_t i = 0; i < 100; i++) {
		struct contact contact = contact_of(&bed, INSIDE, (uint16_t)(1000 + i), CONTACT_SILENT);
		contact.source_ours = false;
		contact.device = DEVICE_NONE;
		contact.kind = CONTACT_ACK;
		ipv4(contact.source, 0xc6336407);
		scan_contact(bed.scan, &contact);
	}
	assert_int_equal(book_count(bed.book), 0);
	bed_free(&bed);
}

/* Ceilings and hostile values */

static void test_forged_sources_leave_ours_alone(void **state)
{
	struct bed bed = bed_new();

	light(&bed);
	sweep(&bed, OUTSIDE, 3, 445, SECOND);
	for (uint32_t i = 0; i < 100000; i++) {
		struct contact contact = contact_of(&bed, INSIDE + i % 4, 80, CONTACT_SILENT);
		contact.source_ours = false;
		contact.device = DEVICE_NONE;
		ipv4(contact.source, 0xd0000000u + i / 4); /* four targets each: every source raises an alarm */
		scan_contact(bed.scan, &contact);
	}
	assert_int_equal(book_count(bed.book), SCAN_OUTSIDE_FINDINGS);
	assert_true(scan_findings_left_out(bed.scan) > 0);
	assert_true(scan_pairs_left_out(bed.scan) > 0);
	sweep(&bed, OUTSIDE, 3, 445, SECOND); /* known pairs still: nothing */
	assert_int_equal(book_count(bed.book), SCAN_OUTSIDE_FINDINGS);
	sweep(&bed, OUTSIDE + 3, 1, 445, SECOND);
	assert_int_equal(book_count(bed.book), SCAN_OUTSIDE_FINDINGS + 1);
	bed_free(&bed);
}

static void test_full_book_is_counted(void **state)
{
	struct bed bed = {.now_ns = START};

	assert_int_equal(book_new(1, scan_hash_key, &bed.book), 0);
	assert_int_equal(scan_new(64, scan_hash_key, bed.book, &bed.scan), 0);
	light(&bed);
	sweep(&bed, OUTSIDE, 200, 23, SECOND / 100);
	sweep(&bed, INSIDE, 200, 23, SECOND / 100);
	ports_of(&bed, INSIDE, 1, 200, SECOND / 100);
	assert_int_equal(book_count(bed.book), 1);
	assert_int_equal(book_at(bed.book, 0)->count, 200);
	assert_true(book_left_out(bed.book) >= 1);
	bed_free(&bed);
}

static void test_many_walkers(void **state)
{
	struct bed bed = bed_new();

	light(&bed);
	for (uint32_t i = 0; i < 3 * (SCAN_WALKS_OURS + SCAN_WINDOWS_OURS); i++) {
		struct contact contact = contact_of(&bed, OUTSIDE + i, (uint16_t)i, CONTACT_SILENT);
		contact.device = DEVICE_NONE;
		ipv4(contact.source, 0x0a100000u + i % (SCAN_WALKS_OURS + SCAN_WINDOWS_OURS));
		scan_contact(bed.scan, &contact);
		scan_tick(bed.scan, bed.now_ns + i * SECOND / 10);
	}
	bed_free(&bed);
}

static void test_times_out_of_order(void **state)
{
	struct bed bed = bed_new();
	static const uint64_t times[] = {0, UINT64_MAX, 1, UINT64_MAX - 1, 0, 5 * SECOND, UINT64_MAX / 2};

	light(&bed);
	for (uint32_t i = 0; i < 700; i++) {
		bed.now_ns = times[i % 7];
		tell(&bed, OUTSIDE + i % 300, (uint16_t)(i % 11), i % 13 ? CONTACT_SILENT : CONTACT_ANSWERED);
	}
	scan_end(bed.scan);
	bed_free(&bed);
}

static void test_too_few_pairs_is_refused(void **state)
{
	struct scan *scan = NULL;

	assert_int_equal(scan_new(3, scan_hash_key, NULL, &scan), -EINVAL);
	assert_null(scan);
	scan_free(NULL);
}

/* With --measure: nanoseconds a contact of one scanner's 500,000 and of the same tries again. */
static void measure(void)
{
	struct bed bed = {.now_ns = START};
	struct timespec before, after;

	book_new(4096, scan_hash_key, &bed.book);
	scan_new(65536, scan_hash_key, bed.book, &bed.scan);
	for (int round = 0; round < 3; round++) {
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
		for (uint32_t i = 0; i < 500000; i++, bed.now_ns += 100000)
			tell(&bed, 0x50000000u + i * 2654435761u % 0x0fffffff, round == 1 ? (uint16_t)i : 23, CONTACT_SILENT);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
		printf("%d: %.0f ns a contact\n", round,
			((double)(after.tv_sec - before.tv_sec) * 1e9 + (double)(after.tv_nsec - before.tv_nsec)) / 500000);
	}
	bed_free(&bed);
}

/* A name server's answers whose questions are forgotten, or older than the capture: each goes to another port of the client. */
static void test_late_answers_of_a_name_server_are_no_scan(void **state)
{
	struct bed bed = bed_new();

	light(&bed);
	for (int resolver = 0; resolver < 2; resolver++) {
		for (uint32_t i = 0; i < 20; i++) {
			struct contact contact = contact_of(&bed, INSIDE, (uint16_t)(40000 + 7 * i), CONTACT_SILENT);

			contact.kind = CONTACT_UDP;
			contact.source_port = 53;
			contact.source_ours = !resolver;
			contact.device = resolver ? DEVICE_NONE : 5;
			scan_contact(bed.scan, &contact);
		}
	}
	assert_int_equal(worst(&bed), -1);
	/* a scanner that pretends to be one wants other ports */
	for (uint32_t i = 0; i < 20; i++) {
		struct contact contact = contact_of(&bed, INSIDE, (uint16_t)(60 + 7 * i), CONTACT_SILENT);

		contact.kind = CONTACT_UDP;
		contact.source_port = 53;
		scan_contact(bed.scan, &contact);
	}
	assert_int_equal(worst(&bed), SEVERITY_HIGH);
	bed_free(&bed);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_late_answers_of_a_name_server_are_no_scan),
		cmocka_unit_test(test_dark_needs_ten_on_one_port),
		cmocka_unit_test(test_dark_begins_after_sixty_seconds),
		cmocka_unit_test(test_dark_tries_do_not_count_when_light_returns),
		cmocka_unit_test(test_ordinary_in_the_dark),
		cmocka_unit_test(test_dark_is_about_outside_only),
		cmocka_unit_test(test_link_down_for_a_minute),
		cmocka_unit_test(test_bittorrent_stays_low),
		cmocka_unit_test(test_a_scanner_behind_bittorrent_is_seen),
		cmocka_unit_test(test_a_port_that_often_answers_stays_low),
		cmocka_unit_test(test_ping_monitor_stays_low),
		cmocka_unit_test(test_leftover_acks_do_not_count),
		cmocka_unit_test(test_backscatter_is_no_scan),
		cmocka_unit_test(test_forged_sources_leave_ours_alone),
		cmocka_unit_test(test_full_book_is_counted),
		cmocka_unit_test(test_many_walkers),
		cmocka_unit_test(test_times_out_of_order),
		cmocka_unit_test(test_too_few_pairs_is_refused),
	};

	if (argc > 1 && strcmp(argv[1], "--measure") == 0) {
		measure();
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
