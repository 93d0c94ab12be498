/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scans, through the door of scan.h: what raises an alarm, and how bad it is. */
#include "scan_bed.h"

/* The alarm */

static void test_alarm_at_the_fourth_failure(void **state)
{
	struct bed bed = bed_new();

	light(&bed);
	sweep(&bed, OUTSIDE, 3, 445, SECOND);
	assert_int_equal(book_count(bed.book), 0);
	sweep(&bed, OUTSIDE + 3, 1, 445, SECOND);
	const struct finding *finding = only(&bed);
	assert_int_equal(finding->severity, SEVERITY_LOW);
	assert_int_equal(finding->state, STATE_CLEAN);
	assert_int_equal(finding->device, 5);
	assert_int_equal(finding->count, 4);
	assert_int_equal(finding->first_ns, START);
	assert_int_equal(finding->last_ns, START + 3 * SECOND);
	assert_int_equal(finding->scan.kinds, SCAN_TCP | SCAN_HORIZONTAL);
	assert_true(finding->scan.outside);
	assert_false(finding->scan.source_outside);
	assert_int_equal(finding->scan.failed, 4);
	assert_int_equal(finding->scan.targets, 4);
	assert_int_equal(finding->scan.port_count, 1);
	assert_int_equal(finding->scan.ports[0], 445);
	bed_free(&bed);
}

static void test_only_first_contacts_count(void **state)
{
	struct bed bed = bed_new();

	light(&bed);
	for (int i = 0; i < 100; i++)
		sweep(&bed, OUTSIDE, 3, 445, SECOND);
	assert_int_equal(book_count(bed.book), 0);
	bed_free(&bed);
}

static void test_void_counts_for_nothing(void **state)
{
	struct bed bed = bed_new();

	light(&bed);
	for (uint32_t i = 0; i < 20; i++)
		tell(&bed, OUTSIDE + i, 23, CONTACT_VOID);
	assert_int_equal(book_count(bed.book), 0);
	sweep(&bed, OUTSIDE, 4, 23, SECOND); /* and the pairs are still new */
	assert_int_equal(only(&bed)->count, 4);
	bed_free(&bed);
}

static void test_each_outcome(void **state)
{
	static const enum contact_outcome failures[] = {CONTACT_REFUSED, CONTACT_SILENT, CONTACT_ENDED};
	struct bed bed = bed_new();

	light(&bed);
	for (uint32_t i = 0; i < 4; i++)
		tell(&bed, OUTSIDE + i, 445, failures[i % 3]);
	assert_int_equal(only(&bed)->scan.failed, 4);
	bed_free(&bed);
}

static void test_successes_hold_it_down(void **state)
{
	struct bed bed = bed_new();

	for (uint32_t i = 0; i < 500; i++)
		tell(&bed, OUTSIDE + i * 256, 443, i % 2 ? CONTACT_SILENT : CONTACT_ANSWERED);
	assert_int_equal(book_count(bed.book), 0);
	bed_free(&bed);
}

static void test_sides_and_families_walk_alone(void **state)
{
	struct bed bed = bed_new();
	struct contact contact;

	light(&bed);
	sweep(&bed, OUTSIDE, 3, 445, SECOND);
	sweep(&bed, INSIDE, 3, 445, SECOND);
	for (uint32_t i = 0; i < 3; i++) {
		contact = contact_of(&bed, INSIDE + 50 + i, 0, CONTACT_SILENT);
		contact.kind = CONTACT_ARP;
		scan_contact(bed.scan, &contact);
		contact = contact_of(&bed, OUTSIDE + 50 + i, 80, CONTACT_SILENT);
		contact.kind = CONTACT_ACK;
		scan_contact(bed.scan, &contact);
	}
	assert_int_equal(book_count(bed.book), 0);
	contact = contact_of(&bed, INSIDE + 90, 161, CONTACT_SILENT);
	contact.kind = CONTACT_UDP; /* TCP and UDP share a walk */
	scan_contact(bed.scan, &contact);
	assert_int_equal(only(&bed)->scan.kinds, SCAN_TCP | SCAN_UDP | SCAN_HORIZONTAL);
	bed_free(&bed);
}

/* IPv4 and IPv6 addresses of one device are one walker. */
static void test_one_walk_per_device(void **state)
{
	struct bed bed = bed_new();

	light(&bed);
	for (uint32_t i = 0; i < 4; i++) {
		struct contact contact = contact_of(&bed, OUTSIDE + i, 445, CONTACT_SILENT);
		contact.source[15] = (uint8_t)(40 + i);
		scan_contact(bed.scan, &contact);
	}
	assert_int_equal(only(&bed)->device, 5);
	bed_free(&bed);
}

static void test_device_zero_is_like_any_other(void **state)
{
	struct bed bed = bed_new();

	light(&bed);
	for (uint32_t i = 0; i < 12; i++, bed.now_ns += SECOND) {
		struct contact contact = contact_of(&bed, OUTSIDE + i, 445, CONTACT_SILENT);
		contact.device = 0;
		scan_contact(bed.scan, &contact);
	}
	assert_int_equal(only(&bed)->device, 0);
	assert_int_equal(only(&bed)->severity, SEVERITY_HIGH);
	bed_free(&bed);
}

/* How bad */

static void test_horizontal_thresholds(void **state)
{
	static const struct {
		const char *name;
		uint32_t base, count;
		uint16_t port;
		uint64_t step_ns;
		enum contact_kind kind;
		bool mark, named;
		int severity, state;
	} cases[] = {
		{"9 targets outside", OUTSIDE, 9, 445, SECOND, CONTACT_TCP, false, false, SEVERITY_LOW, STATE_CLEAN},
		{"10 targets outside", OUTSIDE, 10, 445, SECOND, CONTACT_TCP, false, false, SEVERITY_HIGH, STATE_HIJACKED},
		{"10 targets inside", INSIDE, 10, 445, SECOND, CONTACT_TCP, false, false, SEVERITY_HIGH, STATE_SUSPECT},
		{"10 targets in 60 s", OUTSIDE, 10, 445, 20 * SECOND / 3, CONTACT_TCP, false, false, SEVERITY_HIGH, STATE_HIJACKED},
		{"10 targets in 61 s", OUTSIDE, 10, 445, 61 * SECOND / 9 + 1, CONTACT_TCP, false, false, SEVERITY_LOW, STATE_CLEAN},
		{"3 on telnet", OUTSIDE, 3, 23, SECOND, CONTACT_TCP, false, false, -1, 0},
		{"4 on telnet", OUTSIDE, 4, 23, SECOND, CONTACT_TCP, false, false, SEVERITY_HIGH, STATE_HIJACKED},
		{"4 on telnet inside", INSIDE, 4, 2323, SECOND, CONTACT_TCP, false, false, SEVERITY_HIGH, STATE_HIJACKED},
		{"4 on telnet in 60 s", OUTSIDE, 4, 23, 20 * SECOND, CONTACT_TCP, false, false, SEVERITY_HIGH, STATE_HIJACKED},
		{"4 on telnet in 61 s", OUTSIDE, 4, 23, 61 * SECOND / 3 + 1, CONTACT_TCP, false, false, SEVERITY_LOW, STATE_CLEAN},
		{"4 on 37215", OUTSIDE, 4, 37215, SECOND, CONTACT_TCP, false, false, SEVERITY_HIGH, STATE_HIJACKED},
		{"4 on telnet's port over UDP", OUTSIDE, 4, 23, SECOND, CONTACT_UDP, false, false, SEVERITY_LOW, STATE_CLEAN},
		{"3 with the mark", OUTSIDE, 3, 81, SECOND, CONTACT_TCP, true, false, -1, 0},
		{"4 with the mark", OUTSIDE, 4, 81, SECOND, CONTACT_TCP, true, false, SEVERITY_HIGH, STATE_HIJACKED},
		{"4 with the mark inside", INSIDE, 4, 81, SECOND, CONTACT_TCP, true, false, SEVERITY_HIGH, STATE_SUSPECT},
		{"40 named", OUTSIDE, 40, 445, SECOND / 10, CONTACT_TCP, false, true, SEVERITY_LOW, STATE_CLEAN},
		{"40 named on telnet", OUTSIDE, 40, 23, SECOND / 10, CONTACT_TCP, true, true, SEVERITY_LOW, STATE_CLEAN},
		{"UDP", OUTSIDE, 10, 161, SECOND, CONTACT_UDP, false, false, SEVERITY_HIGH, STATE_HIJACKED},
		{"ping outside", OUTSIDE, 10, 0, SECOND, CONTACT_ICMP, false, false, SEVERITY_HIGH, STATE_HIJACKED},
		{"ping inside", INSIDE, 200, 0, SECOND / 10, CONTACT_ICMP, false, false, SEVERITY_MEDIUM, STATE_SUSPECT},
		{"9 pings", INSIDE, 9, 0, SECOND, CONTACT_ICMP, false, false, SEVERITY_LOW, STATE_CLEAN},
		{"ARP", INSIDE, 200, 0, SECOND / 10, CONTACT_ARP, false, false, SEVERITY_MEDIUM, STATE_SUSPECT},
		{"9 ARP", INSIDE, 9, 0, SECOND, CONTACT_ARP, false, false, SEVERITY_LOW, STATE_CLEAN},
		{"ACKs to 10", OUTSIDE, 10, 80, SECOND, CONTACT_ACK, false, false, SEVERITY_LOW, STATE_CLEAN},
		{"ACKs to 12 in the first second", OUTSIDE, 12, 443, SECOND / 12, CONTACT_ACK, false, false, SEVERITY_LOW, STATE_CLEAN},
		{"ACKs on telnet", INSIDE, 100, 23, SECOND / 10, CONTACT_ACK, false, false, SEVERITY_LOW, STATE_CLEAN},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bed bed = bed_new();
		light(&bed);
		for (uint32_t k = 0; k < cases[i].count; k++, bed.now_ns += cases[i].step_ns) {
			struct contact contact = contact_of(&bed, cases[i].base + k, cases[i].port, CONTACT_SILENT);
			contact.kind = cases[i].kind;
			contact.mirai_mark = cases[i].mark;
			contact.target_named = cases[i].named;
			scan_contact(bed.scan, &contact);
			light(&bed);
		}
		int severity = worst(&bed);
		if (severity != cases[i].severity || (severity >= 0 && (int)book_at(bed.book, 0)->state != cases[i].state))
			fail_msg("%s: severity %d", cases[i].name, severity);
		if (severity >= 0)
			assert_int_equal(book_at(bed.book, 0)->scan.mirai_mark, cases[i].mark && !cases[i].named);
		bed_free(&bed);
	}
}

static void test_several_ports_together(void **state)
{
	static const uint16_t ports[] = {81, 8081, 9000, 49152};
	struct bed bed = bed_new();

	light(&bed);
	/* Hide and Seek's way: a handful of ports, and half as many tries again of peers on scattered ones. */
	for (uint32_t i = 0; i < 60; i++, bed.now_ns += SECOND / 2)
		tell(&bed, OUTSIDE + i * 7, i % 3 == 2 ? (uint16_t)(10000 + i * 531) : ports[i % 4], CONTACT_SILENT);
	const struct finding *finding = only(&bed);
	assert_int_equal(finding->severity, SEVERITY_HIGH);
	assert_int_equal(finding->scan.targets, 60);
	for (int i = 0; i < 4; i++)
		assert_true(finding->scan.ports[i] == 81 || finding->scan.ports[i] == 8081 || finding->scan.ports[i] == 9000 ||
			finding->scan.ports[i] == 49152);
	assert_int_equal(finding->scan.port_shown, EVIDENCE_PORTS_MAX);
	assert_int_equal(finding->scan.port_count, 24);
	bed_free(&bed);
}

static void test_raise_after_a_low_alarm(void **state)
{
	struct bed bed = bed_new();

	light(&bed);
	sweep(&bed, OUTSIDE, 5, 445, 20 * SECOND);
	assert_int_equal(worst(&bed), SEVERITY_LOW);
	light(&bed);
	sweep(&bed, OUTSIDE + 100, 10, 445, SECOND);
	const struct finding *finding = only(&bed);
	assert_int_equal(finding->severity, SEVERITY_HIGH);
	assert_int_equal(finding->count, 15);
	bed_free(&bed);
}

static void test_outside_sources_stay_low(void **state)
{
	struct bed bed = bed_new();

	for (uint32_t i = 0; i < 100; i++, bed.now_ns += SECOND / 10) {
		struct contact contact = contact_of(&bed, INSIDE + i, 23, CONTACT_SILENT);
		contact.source_ours = false;
		contact.device = DEVICE_NONE;
		contact.mirai_mark = true;
		ipv4(contact.source, 0xc6336407);
		scan_contact(bed.scan, &contact);
	}
	const struct finding *finding = only(&bed);
	assert_int_equal(finding->severity, SEVERITY_LOW);
	assert_int_equal(finding->state, STATE_CLEAN);
	assert_int_equal(finding->device, DEVICE_NONE);
	assert_true(finding->scan.source_outside);
	assert_int_equal(finding->scan.ports[0], 23);
	assert_int_equal(finding->count, 100);
	bed_free(&bed);
}

/* Vertical */

static void test_vertical_thresholds(void **state)
{
	static const struct {
		const char *name;
		uint32_t target;
		uint16_t first;
		uint32_t count;
		uint64_t step_ns;
		enum contact_kind kind;
		bool named;
		int severity, state;
	} cases[] = {
		{"3 ports", INSIDE, 100, 3, SECOND, CONTACT_TCP, false, -1, 0},
		{"4 ports", INSIDE, 100, 4, SECOND, CONTACT_TCP, false, SEVERITY_LOW, STATE_CLEAN},
		{"9 ports", INSIDE, 100, 9, SECOND, CONTACT_TCP, false, SEVERITY_LOW, STATE_CLEAN},
		{"10 ports", INSIDE, 100, 10, SECOND, CONTACT_TCP, false, SEVERITY_HIGH, STATE_SUSPECT},
		{"10 ports outside", OUTSIDE, 100, 10, SECOND, CONTACT_TCP, false, SEVERITY_HIGH, STATE_HIJACKED},
		{"10 ports in 60 s", INSIDE, 100, 10, 20 * SECOND / 3, CONTACT_TCP, false, SEVERITY_HIGH, STATE_SUSPECT},
		{"10 ports in 61 s", INSIDE, 100, 10, 61 * SECOND / 9 + 1, CONTACT_TCP, false, SEVERITY_LOW, STATE_CLEAN},
		{"all ports", INSIDE, 0, 65536, 1000, CONTACT_TCP, false, SEVERITY_HIGH, STATE_SUSPECT},
		{"named", OUTSIDE, 100, 50, SECOND / 10, CONTACT_TCP, true, SEVERITY_LOW, STATE_CLEAN},
		{"UDP", INSIDE, 100, 10, SECOND, CONTACT_UDP, false, SEVERITY_HIGH, STATE_SUSPECT},
		{"traceroute", OUTSIDE, 33434, 90, SECOND / 10, CONTACT_UDP, false, SEVERITY_LOW, STATE_CLEAN},
		{"answers of a name server without their questions", INSIDE, 20000, 400, SECOND / 100, CONTACT_UDP, false, SEVERITY_LOW,
			STATE_CLEAN},
		{"ACK", INSIDE, 100, 10, SECOND, CONTACT_ACK, false, SEVERITY_HIGH, STATE_SUSPECT},
		{"ICMP has none", INSIDE, 100, 10, SECOND, CONTACT_ICMP, false, -1, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bed bed = bed_new();
		light(&bed);
		for (uint32_t k = 0; k < cases[i].count; k++, bed.now_ns += cases[i].step_ns) {
			struct contact contact = contact_of(&bed, cases[i].target, (uint16_t)(cases[i].first + k), CONTACT_REFUSED);
			contact.kind = cases[i].kind;
			contact.target_named = cases[i].named;
			scan_contact(bed.scan, &contact);
		}
		int severity = worst(&bed);
		if (severity != cases[i].severity)
			fail_msg("%s: severity %d", cases[i].name, severity);
		if (severity >= 0) {
			const struct finding *finding = only(&bed);
			assert_int_equal(finding->state, cases[i].state);
			assert_true(finding->scan.kinds & SCAN_VERTICAL);
			assert_false(finding->scan.kinds & SCAN_HORIZONTAL);
			assert_int_equal(finding->count, cases[i].count);
			assert_int_equal(finding->scan.port_count, cases[i].count);
			assert_int_equal(finding->scan.targets, 1);
			assert_int_equal(finding->first_ns, START);
		}
		bed_free(&bed);
	}
}

static void test_ports_count_once(void **state)
{
	struct bed bed = bed_new();

	for (int round = 0; round < 50; round++)
		ports_of(&bed, INSIDE, 100, 3, SECOND / 10);
	assert_int_equal(book_count(bed.book), 0);
	for (int round = 0; round < 50; round++)
		ports_of(&bed, INSIDE, 100, 9, SECOND / 10);
	assert_int_equal(only(&bed)->count, 9);
	assert_int_equal(only(&bed)->severity, SEVERITY_LOW);
	bed_free(&bed);
}

static void test_open_ports_hold_it_down(void **state)
{
	struct bed bed = bed_new();

	for (uint16_t port = 1; port < 400; port++)
		tell(&bed, INSIDE, port, port % 2 ? CONTACT_ANSWERED : CONTACT_REFUSED);
	assert_int_equal(book_count(bed.book), 0);
	bed_free(&bed);
}

static void test_vertical_from_outside_concerns_the_target(void **state)
{
	struct bed bed = bed_new();

	for (uint16_t port = 1; port <= 50; port++) {
		struct contact contact = contact_of(&bed, INSIDE + 9, port, CONTACT_REFUSED);
		contact.source_ours = false;
		contact.device = DEVICE_NONE;
		ipv4(contact.source, 0xc6336407);
		scan_contact(bed.scan, &contact);
	}
	assert_int_equal(only(&bed)->device, 9);
	assert_int_equal(only(&bed)->severity, SEVERITY_LOW);
	bed_free(&bed);
}

static void test_sets_pushed_out_do_not_shrink_the_finding(void **state)
{
	struct bed bed = bed_new();

	ports_of(&bed, INSIDE, 1, 30, SECOND / 100);
	for (uint32_t other = 1; other <= SCAN_PORT_SETS_OURS; other++)
		ports_of(&bed, INSIDE + other, 1, 5, SECOND / 100);
	ports_of(&bed, INSIDE, 1, 8, SECOND / 100);
	scan_end(bed.scan);
	assert_int_equal(book_at(bed.book, 0)->count, 30);
	assert_int_equal(book_at(bed.book, 0)->scan.port_count, 30);
	bed_free(&bed);
}

static void test_ack_probes_of_one_target_are_a_scan(void **state)
{
	struct bed bed = bed_new();

	light(&bed);
	for (uint32_t i = 0; i < 12; i++, bed.now_ns += SECOND / 10) {
		struct contact contact = contact_of(&bed, OUTSIDE, (uint16_t)(20 + i), CONTACT_REFUSED);
		contact.kind = CONTACT_ACK;
		scan_contact(bed.scan, &contact);
	}
	assert_int_equal(only(&bed)->severity, SEVERITY_HIGH);
	assert_true(only(&bed)->scan.kinds & SCAN_ACK);
	bed_free(&bed);
}

static void assert_ports_differ(const struct evidence_scan *scan)
{
	for (uint32_t i = 0; i < scan->port_shown; i++)
		for (uint32_t k = 0; k < i; k++)
			assert_int_not_equal(scan->ports[i], scan->ports[k]);
}

/* By TCP and by UDP, on many targets and on one: a port is shown once. */
static void test_no_port_is_shown_twice(void **state)
{
	for (uint32_t vertical = 0; vertical < 2; vertical++) {
		struct bed bed = bed_new();

		light(&bed);
		for (uint32_t i = 0; i < 60; i++, bed.now_ns += SECOND / 10) {
			uint16_t port = (uint16_t)(20 + i / 2 % 10);
			struct contact contact = contact_of(&bed, OUTSIDE + (vertical ? 0 : i), port, CONTACT_SILENT);
			contact.kind = i % 2 ? CONTACT_UDP : CONTACT_TCP;
			scan_contact(bed.scan, &contact);
		}
		assert_int_equal(only(&bed)->scan.port_shown, 10);
		assert_ports_differ(&only(&bed)->scan);
		bed_free(&bed);
	}
}

/* The pair is forgotten, its set is not: ports tried again are no new ones. */
static void test_a_pair_pushed_out_finds_its_set_again(void **state)
{
	struct bed bed = bed_new();

	ports_of(&bed, INSIDE, 1, 12, SECOND / 100);
	assert_int_equal(only(&bed)->count, 12);
	for (uint32_t i = 0; i < 4096; i++)
		tell(&bed, 0x0a100000u + i, 80, CONTACT_ANSWERED);
	ports_of(&bed, INSIDE, 1, 12, SECOND / 100);
	assert_int_equal(only(&bed)->count, 12);
	assert_int_equal(only(&bed)->scan.port_shown, 12);
	assert_ports_differ(&only(&bed)->scan);
	bed_free(&bed);
}

static void tell_from(struct bed *bed, uint32_t source, uint32_t target, uint16_t port)
{
	struct contact contact = contact_of(bed, target, port, CONTACT_SILENT);

	contact.device = DEVICE_NONE;
	contact.source_ours = false;
	ipv4(contact.source, source);
	scan_contact(bed->scan, &contact);
}

/* An outside source's first target stands with its walk, the others elsewhere: each counts once all the same. */
static void test_targets_of_an_outside_source_count_once(void **state)
{
	struct bed bed = bed_new();

	for (uint32_t round = 0; round < 5; round++)
		for (uint32_t i = 0; i < 3; i++)
			tell_from(&bed, OUTSIDE, INSIDE + i, 23);
	assert_int_equal(book_count(bed.book), 0);
	tell_from(&bed, OUTSIDE, INSIDE + 3, 23);
	assert_int_equal(only(&bed)->count, 4);
	assert_int_equal(only(&bed)->severity, SEVERITY_LOW);
	assert_int_equal(scan_pairs_left_out(bed.scan), 0);
	for (uint32_t i = 0; i < SCAN_WALKS_OUTSIDE; i++)
		tell_from(&bed, 0x0b000000u + i, INSIDE, 23);
	assert_int_equal(scan_pairs_left_out(bed.scan), 1);
	bed_free(&bed);
}

/* What was half known about the ports of a target, or the last minute of a device, and had to make room. */
static void test_what_is_forgotten_half_way_is_counted(void **state)
{
	struct bed bed = bed_new();

	light(&bed);
	for (uint32_t i = 0; i < SCAN_PORT_SETS_OURS + 3; i++)
		for (uint16_t port = 100; port < 104; port++)
			tell(&bed, INSIDE + i, port, port % 2 ? CONTACT_ANSWERED : CONTACT_REFUSED);
	assert_int_equal(scan_pairs_left_out(bed.scan), 3);
	for (uint32_t round = 0; round < 2; round++) {
		bed.now_ns += 2 * WINDOW_NS;
		for (uint32_t i = 0; i < SCAN_WINDOWS_OURS + 5; i++) {
			struct contact contact =
				contact_of(&bed, OUTSIDE + 256 * round + i % 16, 443, i % 2 ? CONTACT_SILENT : CONTACT_ANSWERED);

			contact.device = 100 + i;
			scan_contact(bed.scan, &contact);
		}
	}
	/* of each round the first five went before their minute was over, two of them with a failure */
	assert_int_equal(scan_pairs_left_out(bed.scan), 3 + 2 + 2);
	bed_free(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alarm_at_the_fourth_failure),
		cmocka_unit_test(test_what_is_forgotten_half_way_is_counted),
		cmocka_unit_test(test_only_first_contacts_count),
		cmocka_unit_test(test_void_counts_for_nothing),
		cmocka_unit_test(test_each_outcome),
		cmocka_unit_test(test_successes_hold_it_down),
		cmocka_unit_test(test_sides_and_families_walk_alone),
		cmocka_unit_test(test_one_walk_per_device),
		cmocka_unit_test(test_device_zero_is_like_any_other),
		cmocka_unit_test(test_horizontal_thresholds),
		cmocka_unit_test(test_several_ports_together),
		cmocka_unit_test(test_raise_after_a_low_alarm),
		cmocka_unit_test(test_outside_sources_stay_low),
		cmocka_unit_test(test_vertical_thresholds),
		cmocka_unit_test(test_ports_count_once),
		cmocka_unit_test(test_open_ports_hold_it_down),
		cmocka_unit_test(test_vertical_from_outside_concerns_the_target),
		cmocka_unit_test(test_sets_pushed_out_do_not_shrink_the_finding),
		cmocka_unit_test(test_ack_probes_of_one_target_are_a_scan),
		cmocka_unit_test(test_no_port_is_shown_twice),
		cmocka_unit_test(test_a_pair_pushed_out_finds_its_set_again),
		cmocka_unit_test(test_targets_of_an_outside_source_count_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
