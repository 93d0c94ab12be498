/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "outside_bed.h"

static const struct talk web_in = {.opener = OUTSIDE + 7, .target = INSIDE + CAMERA, .opener_port = 50000, .target_port = 80, .proto = TCP};
static const struct talk snmp_in = {
	.opener = OUTSIDE + 7, .target = INSIDE + CAMERA, .opener_port = 50000, .target_port = 161, .proto = UDP};
static const struct talk udp_out = {
	.opener = INSIDE + CAMERA, .target = OUTSIDE + 7, .opener_port = 40000, .target_port = 32100, .proto = UDP};

static void test_a_handshake_from_outside(void **state)
{
	struct bench *bench = *state;
	const struct finding *finding;

	exchange(bench, web_in);
	exchange(bench, web_in);
	finding = only_finding(bench);
	assert_int_equal(finding->id, FINDING_REACHED_FROM_INTERNET);
	assert_int_equal(finding->severity, SEVERITY_MEDIUM);
	assert_int_equal(finding->state, STATE_EXPOSED);
	assert_int_equal(finding->device, CAMERA);
	assert_int_equal(finding->count, 2);
	assert_int_equal(finding->source[15], 7);
	assert_int_equal(finding->reached.how, REACHED_IN);
	assert_int_equal(finding->reached.proto, TCP);
	assert_int_equal(finding->reached.port, 80);
	assert_int_equal(finding->reached.asker[15], 7);
	assert_int_equal(finding->reached.askers, 1);
	assert_false(finding->reached.mapped);
}

static void test_medium_after_a_minute_not_before(void **state)
{
	struct bench *bench = *state;

	exchange(bench, web_in);
	pass(bench, 59 * second);
	assert_int_equal(book_at(bench->book, 0)->severity, SEVERITY_LOW);
	pass(bench, 2 * second);
	assert_int_equal(book_at(bench->book, 0)->severity, SEVERITY_MEDIUM);
}

static void test_half_a_handshake_is_none(void **state)
{
	struct bench *bench = *state;
	struct talk talk = web_in;

	say(bench, &talk, false, 0);
	say(bench, &talk, true, 0);
	no_finding(bench);
}

static void test_a_conversation_picked_up_midway_proves_nothing(void **state)
{
	struct bench *bench = *state;
	struct talk talk = web_in;

	talk.opening_unseen = true;
	for (int i = 0; i < 10; i++)
		say(bench, &talk, i % 2, 100);
	no_finding(bench);
}

static void test_a_udp_answer(void **state)
{
	struct bench *bench = *state;
	const struct finding *finding;

	exchange(bench, snmp_in);
	finding = only_finding(bench);
	assert_int_equal(finding->severity, SEVERITY_MEDIUM);
	assert_int_equal(finding->reached.proto, UDP);
	assert_int_equal(finding->reached.port, 161);
}

static void test_silence_and_late_words_are_no_answer(void **state)
{
	struct bench *bench = *state;
	struct talk silent = snmp_in, late = snmp_in;

	for (int i = 0; i < 5; i++)
		say(bench, &silent, false, 40);
	late.opener_port++;
	say(bench, &late, false, 40);
	pass(bench, 4 * second);
	say(bench, &late, true, 40);
	no_finding(bench);
}

/* Which ports prove that the asker began, in a capture just begun and in one that is two minutes old. */
static void test_ports_of_udp_conversations(void **state)
{
	static const struct {
		const char *name;
		uint16_t ours, theirs;
		bool at_once, later;
	} cases[] = {
		{"a known service", 47808, 50000, true, true},
		{"a low port", 623, 50000, true, true},
		{"an unknown port", 32100, 50000, false, true},
		{"QUIC in progress", 50000, 443, false, false},
		{"a DNS answer", 50000, 53, false, false},
		{"IKE among gateways", 500, 500, false, true},
		{"NTP among peers", 123, 123, false, true},
		{"a DHCP client", 68, 50000, false, false},
		{"a DHCPv6 client", 546, 50000, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int old = 0; old < 2; old++) {
			struct bench *bench = bench_new(false, 8);
			struct talk talk = snmp_in;

			talk.target_port = cases[i].ours;
			talk.opener_port = cases[i].theirs;
			if (old)
				pass(bench, 120 * second);
			exchange(bench, talk);
			if (book_count(bench->book) != (old ? cases[i].later : cases[i].at_once))
				fail_msg("%s, %s", cases[i].name, old ? "later" : "at once");
			teardown((void **)&bench);
		}
}

struct caller {
	uint32_t address;
	uint16_t port;
	uint32_t after_s; /* the one before, or the capture's beginning */
};

static void called_by(struct bench *bench, const struct caller *callers, uint16_t port)
{
	for (size_t i = 0; i < 4 && callers[i].address; i++) {
		struct talk talk = snmp_in;

		pass(bench, callers[i].after_s * second);
		talk.opener = callers[i].address;
		talk.opener_port = callers[i].port;
		talk.target_port = port;
		exchange(bench, talk);
	}
}

/* Where the capture's age is all that speaks against the asker: one that keeps asking may be a provider, two are none. */
static void test_a_provider_that_asks_whether_we_are_there(void **state)
{
	enum { SIP = 5060, CLOUD = 8886, FREE = 50000, NEAR = OUTSIDE + 8, FAR = 0xcb007109 };
	static const struct {
		const char *name;
		uint16_t port;
		struct caller callers[4];
		uint32_t findings;
		enum severity severity;
	} cases[] = {
		{"a telephone's provider", SIP, {{OUTSIDE + 7, SIP, 130}, {OUTSIDE + 7, SIP, 130}, {NEAR, SIP, 400}}, 1, SEVERITY_LOW},
		{"two networks", SIP, {{OUTSIDE + 7, SIP, 130}, {FAR, SIP, 10}}, 1, SEVERITY_MEDIUM},
		{"two networks, one after the judgement", SIP, {{OUTSIDE + 7, SIP, 130}, {FAR, SIP, 100}}, 1, SEVERITY_MEDIUM},
		{"one with a client's port", SIP, {{OUTSIDE + 7, FREE, 130}}, 1, SEVERITY_MEDIUM},
		{"the same with a client's port", SIP, {{OUTSIDE + 7, SIP, 130}, {OUTSIDE + 7, FREE, 1}}, 1, SEVERITY_MEDIUM},
		{"a cloud, 299 s", 40000, {{OUTSIDE + 7, CLOUD, 299}, {OUTSIDE + 7, CLOUD, 310}}, 1, SEVERITY_LOW},
		{"a cloud, 300 s", 40000, {{OUTSIDE + 7, CLOUD, 300}}, 1, SEVERITY_MEDIUM},
		{"an old acquaintance", 40000, {{OUTSIDE + 7, CLOUD, 119}, {OUTSIDE + 7, CLOUD, 310}}, 0, SEVERITY_LOW},
		{"a stranger besides", 40000, {{OUTSIDE + 7, CLOUD, 119}, {NEAR, CLOUD, 310}}, 1, SEVERITY_MEDIUM},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench *bench = bench_new(false, 8);
		const struct finding *finding = NULL;

		called_by(bench, cases[i].callers, cases[i].port);
		reached_end(bench->reached);
		if (book_count(bench->book))
			finding = book_at(bench->book, 0);
		if (book_count(bench->book) != cases[i].findings || (finding && finding->severity != cases[i].severity))
			fail_msg("%s", cases[i].name);
		if (finding)
			assert_int_equal(finding->reached.how, cases[i].severity == SEVERITY_LOW ? REACHED_BY_ONE : REACHED_IN);
		teardown((void **)&bench);
	}
}

/* What was under way when the capture began excuses UDP, not a handshake from there. */
static void test_an_acquaintance_over_udp_is_none_over_tcp(void **state)
{
	struct bench *bench = *state;
	struct talk old = snmp_in;

	old.target_port = 32100;
	exchange(bench, old);
	exchange(bench, web_in);
	assert_int_equal(only_finding(bench)->reached.proto, TCP);
}

/* The router was asked to open the port: who comes through is no old acquaintance. */
static void test_one_asker_through_a_mapping(void **state)
{
	struct bench *bench = *state;
	struct port_mapping_seen seen = {.time_ns = 900, .device = CAMERA, .external_port = 5060, .internal_port = 5060, .proto = UDP};

	reached_port_mapping(bench->reached, &seen);
	called_by(bench, (const struct caller[4]){{OUTSIDE + 7, 5060, 130}}, 5060);
	assert_int_equal(only_finding(bench)->severity, SEVERITY_MEDIUM);
}

/* Two captures with a night between: the second begins in the middle as well. */
static void test_a_gap_is_another_beginning(void **state)
{
	struct bench *bench = *state;
	struct talk talk = snmp_in;

	pass(bench, 300 * second);
	bench->now_ns += 36000 * second;
	reached_tick(bench->reached, bench->now_ns);
	talk.target_port = 32100;
	exchange(bench, talk);
	no_finding(bench);
}

/* Our own datagram first: it asked, and whatever comes from there is an answer. */
static void test_hole_punching_did_ask(void **state)
{
	struct bench *bench = *state;
	struct talk out = udp_out, in = snmp_in, tcp = web_in;

	say(bench, &out, false, 20);
	exchange(bench, in);
	exchange(bench, tcp);
	no_finding(bench);
	/* somebody else's question is not this device's */
	in.target = tcp.target = INSIDE + SERVER;
	exchange(bench, in);
	reached_end(bench->reached);
	assert_int_equal(book_count(bench->book), 1);
}

/* FTP in active mode: the device logged in, the server opens the data connection. */
static void test_a_server_that_calls_back(void **state)
{
	struct bench *bench = *state;
	struct talk control = {.opener = INSIDE + CAMERA, .target = OUTSIDE + 7, .opener_port = 40000, .target_port = 21, .proto = TCP};
	struct talk data = web_in;

	exchange(bench, control);
	data.target_port = 40001;
	data.opener_port = 20;
	exchange(bench, data);
	no_finding(bench);
}

static void test_a_syn_that_nobody_answered_did_not_ask(void **state)
{
	struct bench *bench = *state;
	struct talk probe = {.opener = INSIDE + CAMERA, .target = OUTSIDE + 7, .opener_port = 40000, .target_port = 23, .proto = TCP};

	say(bench, &probe, false, 0);
	exchange(bench, web_in);
	assert_int_equal(only_finding(bench)->severity, SEVERITY_MEDIUM);
}

static void test_neighbours_and_groups_are_no_internet(void **state)
{
	struct bench *bench = *state;
	struct talk inside = web_in, outward = web_in, many = snmp_in;

	inside.opener = INSIDE + SERVER;
	exchange(bench, inside);
	outward.opener = INSIDE + CAMERA;
	outward.target = OUTSIDE + 9;
	exchange(bench, outward);
	many.to_many = true;
	exchange(bench, many);
	no_finding(bench);
}

static void test_what_open_service_tells_is_not_told_twice(void **state)
{
	struct bench *bench = *state;
	struct talk telnet = web_in, dhip = snmp_in;

	telnet.target_port = 23;
	exchange(bench, telnet);
	dhip.target_port = 37810;
	exchange(bench, dhip);
	no_finding(bench);
}

static void test_a_server_captured_at_its_own_place(void **state)
{
	struct bench *bench = *state;
	const struct finding *finding;

	exchange(bench, web_in);
	finding = only_finding(bench);
	assert_int_equal(finding->severity, SEVERITY_LOW);
	assert_int_equal(finding->state, STATE_CLEAN);
	assert_int_equal(finding->reached.how, REACHED_PUBLIC_SERVER);
}

static const struct finding *crowd_of(struct bench *bench, uint32_t askers, uint64_t apart_ns)
{
	for (uint32_t i = 0; i < askers; i++) {
		struct talk talk = web_in;

		talk.opener = 0xc0000000 + i;
		exchange(bench, talk);
		pass(bench, apart_ns);
	}
	return only_finding(bench);
}

static void test_a_crowd_makes_a_public_service(void **state)
{
	static const struct {
		uint32_t askers;
		uint64_t apart_ns;
		enum severity severity;
	} cases[] = {{32, 1000000000, SEVERITY_LOW}, {31, 1000000000, SEVERITY_MEDIUM}, {40, 3000000000, SEVERITY_MEDIUM}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench *bench = bench_new(false, 8);
		const struct finding *finding = crowd_of(bench, cases[i].askers, cases[i].apart_ns);

		assert_int_equal(finding->severity, cases[i].severity);
		assert_int_equal(finding->count, cases[i].askers);
		assert_int_equal(finding->reached.askers, cases[i].askers < 32 ? cases[i].askers : 32);
		teardown((void **)&bench);
	}
}

/* Over UDP anybody can be many. */
static void test_a_crowd_over_udp_is_none(void **state)
{
	struct bench *bench = *state;

	for (uint32_t i = 0; i < 100; i++) {
		struct talk talk = snmp_in;

		talk.opener = 0xc0000000 + i;
		exchange(bench, talk);
	}
	assert_int_equal(only_finding(bench)->severity, SEVERITY_MEDIUM);
}

/* The device speaks from its peer's port by itself: to one for UDP, to four addresses for TCP. */
static void test_peer_to_peer(void **state)
{
	static const struct {
		uint8_t proto;
		uint16_t port;
		uint32_t peers;
		enum severity severity;
	} cases[] = {
		{UDP, 51413, 1, SEVERITY_LOW},
		{UDP, 51413, 0, SEVERITY_MEDIUM},
		{TCP, 51413, 4, SEVERITY_LOW},
		{TCP, 51413, 3, SEVERITY_MEDIUM},
		{UDP, 37810 + 1, 4, SEVERITY_LOW},
		{UDP, 47808, 4, SEVERITY_MEDIUM}, /* a known service stays one */
		{TCP, 80, 4, SEVERITY_MEDIUM},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench *bench = bench_new(false, 8);
		struct talk in = cases[i].proto == UDP ? snmp_in : web_in;

		pass(bench, 300 * second);
		in.target_port = cases[i].port;
		exchange(bench, in);
		/* it speaks after the first came in, within the minute */
		for (uint32_t k = 0; k < cases[i].peers; k++) {
			struct talk out = udp_out;

			out.opener_port = cases[i].port;
			out.target = OUTSIDE + 100 + k;
			say(bench, &out, false, 60);
		}
		assert_int_equal(only_finding(bench)->severity, cases[i].severity);
		assert_int_equal(only_finding(bench)->reached.how, cases[i].severity == SEVERITY_LOW ? REACHED_PEER_TO_PEER : REACHED_IN);
		teardown((void **)&bench);
	}
}

static const struct port_mapping_seen mapping = {
	.time_ns = 900,
	.device = CAMERA,
	.external_port = 8081,
	.internal_port = 80,
	.proto = TCP,
	.description = {(const uint8_t *)"CamP2P", 6},
};

static void test_a_mapping_is_low_until_somebody_comes(void **state)
{
	struct bench *bench = *state;
	const struct finding *finding;

	reached_port_mapping(bench->reached, &mapping);
	pass(bench, 100 * second);
	finding = book_at(bench->book, 0);
	assert_int_equal(finding->severity, SEVERITY_LOW);
	assert_int_equal(finding->state, STATE_EXPOSED);
	assert_int_equal(finding->reached.how, REACHED_NOT_YET);
	assert_int_equal(finding->reached.mapped_port, 8081);
	assert_string_equal(finding->reached.mapped_for, "CamP2P");
	assert_false(finding->has_source);
	exchange(bench, web_in);
	finding = only_finding(bench);
	assert_int_equal(finding->severity, SEVERITY_MEDIUM);
	assert_int_equal(finding->reached.how, REACHED_IN);
	assert_true(finding->reached.mapped);
	assert_int_equal(finding->count, 2);
}

static void test_mappings_of_any_size(void **state)
{
	struct bench *bench = *state;
	struct port_mapping_seen long_one = mapping, empty = mapping;
	uint8_t text[600];

	memset(text, 0x1b, sizeof(text));
	long_one.description = (struct slice){text, sizeof(text)};
	reached_port_mapping(bench->reached, &long_one);
	assert_int_equal(strlen(book_at(bench->book, 0)->reached.mapped_for), EVIDENCE_NOTE_MAX - 1);
	empty.description = (struct slice){NULL, 0};
	reached_port_mapping(bench->reached, &empty);
	assert_string_equal(book_at(bench->book, 0)->reached.mapped_for, "");
	assert_int_equal(book_count(bench->book), 1);
	empty.device = DEVICE_NONE;
	reached_port_mapping(bench->reached, &empty);
	empty.proto = UDP;
	reached_port_mapping(bench->reached, &empty);
	assert_int_equal(book_count(bench->book), 3);
}

/* No place for the device: it is known by its address, and who came stands in the evidence. */
static void test_without_a_device(void **state)
{
	struct bench *bench = *state;
	struct talk talk = web_in;
	const struct finding *finding;

	talk.target = INSIDE + NOBODY;
	exchange(bench, talk);
	finding = only_finding(bench);
	assert_int_equal(finding->device, DEVICE_NONE);
	assert_true(finding->has_source);
	assert_int_equal(finding->source[15], NOBODY);
	assert_int_equal(finding->reached.asker[15], 7);
}

/* A host that answers on every port, then 200 others: its share, the ceiling of all, and the rest counted. */
static void test_ceilings(void **state)
{
	struct bench *bench = *state;

	for (uint32_t port = 1; port <= 3000; port++) {
		struct talk talk = web_in;

		talk.target_port = (uint16_t)(port + 10000);
		exchange(bench, talk);
	}
	assert_int_equal(book_count(bench->book), FW_REACHED_PORTS_MAX);
	assert_int_equal(reached_left_out(bench->reached), 3000 - FW_REACHED_PORTS_MAX);
	for (uint32_t i = 0; i < 200 * 10; i++) {
		struct talk talk = web_in;

		talk.target = INSIDE + 50 + i % 200;
		talk.target_port = (uint16_t)(6000 + i / 200);
		exchange(bench, talk);
	}
	assert_int_equal(book_count(bench->book), FW_REACHED_MAX);
	reached_end(bench->reached);
	for (uint32_t i = 0; i < FW_REACHED_MAX; i++)
		assert_int_equal(book_at(bench->book, i)->severity, SEVERITY_MEDIUM);
}

static void test_a_full_book_and_clocks_at_their_ends(void **state)
{
	struct bench *bench = bench_new(false, 1);
	struct talk second_one = web_in;

	(void)state;
	bench->now_ns = UINT64_MAX / 2;
	exchange(bench, web_in);
	second_one.target_port = 443;
	exchange(bench, second_one);
	exchange(bench, second_one);
	reached_tick(bench->reached, 0);
	assert_int_equal(only_finding(bench)->count, 1);
	teardown((void **)&bench);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_a_handshake_from_outside),
		CASE(test_medium_after_a_minute_not_before),
		CASE(test_half_a_handshake_is_none),
		CASE(test_a_conversation_picked_up_midway_proves_nothing),
		CASE(test_a_udp_answer),
		CASE(test_silence_and_late_words_are_no_answer),
		cmocka_unit_test(test_ports_of_udp_conversations),
		cmocka_unit_test(test_a_provider_that_asks_whether_we_are_there),
		CASE(test_an_acquaintance_over_udp_is_none_over_tcp),
		CASE(test_one_asker_through_a_mapping),
		CASE(test_a_gap_is_another_beginning),
		CASE(test_hole_punching_did_ask),
		CASE(test_a_server_that_calls_back),
		CASE(test_a_syn_that_nobody_answered_did_not_ask),
		CASE(test_neighbours_and_groups_are_no_internet),
		CASE(test_without_a_device),
		CASE(test_what_open_service_tells_is_not_told_twice),
		cmocka_unit_test_setup_teardown(test_a_server_captured_at_its_own_place, setup_inferred, teardown),
		cmocka_unit_test(test_a_crowd_makes_a_public_service),
		CASE(test_a_crowd_over_udp_is_none),
		cmocka_unit_test(test_peer_to_peer),
		CASE(test_a_mapping_is_low_until_somebody_comes),
		CASE(test_mappings_of_any_size),
		CASE(test_ceilings),
		cmocka_unit_test(test_a_full_book_and_clocks_at_their_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
