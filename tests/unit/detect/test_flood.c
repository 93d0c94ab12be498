/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flood_bed.h"

/* ---- leaving ---- */

static void test_thousand_syn_in_a_second(void **state)
{
	struct bench *bench = *state;
	const struct finding *finding;

	shower(bench, syn_out, syn, 1000, second - 1);
	flood_tick(bench->flood, bench->now_ns);
	assert_int_equal(book_count(bench->book), 0); /* judged at the close, not before */
	finding = only_finding(bench);
	assert_int_equal(finding->id, FINDING_FLOOD);
	assert_int_equal(finding->severity, SEVERITY_CRITICAL);
	assert_int_equal(finding->state, STATE_HIJACKED);
	assert_int_equal(finding->device, CAMERA);
	assert_int_equal(finding->count, 1000);
	assert_true(finding->has_source);
	assert_int_equal(finding->source[15], CAMERA);
	assert_int_equal(finding->flood.vector, VECTOR_SYN);
	assert_int_equal(finding->flood.port, 80);
	assert_int_equal(finding->flood.target_bits, 128);
	assert_int_equal(finding->flood.target[15], 7);
	assert_int_equal(finding->flood.packets, 1000);
	assert_int_equal(finding->flood.bytes, 40000);
	assert_int_equal(finding->flood.peak_pps, 1000);
	assert_int_equal(finding->first_ns, 1000 * second);
	assert_in_range(finding->last_ns, 1000 * second + second / 2, 1001 * second);
}

static void test_999_in_a_second_then_nothing(void **state)
{
	struct bench *bench = *state;

	shower(bench, syn_out, syn, 999, second - 1);
	no_finding(bench);
}

static void test_999_and_999_on_both_sides_of_a_window(void **state)
{
	struct bench *bench = *state;

	shower(bench, syn_out, syn, 999, second - 1);
	bench->now_ns += 1;
	shower(bench, syn_out, syn, 99, second - 1);
	no_finding(bench);
}

static void test_hundred_in_each_of_three_seconds(void **state)
{
	struct bench *bench = *state;
	const struct finding *finding;

	shower(bench, udp_out, datagram, 330, 3 * second - 1);
	finding = only_finding(bench);
	assert_int_equal(finding->flood.vector, VECTOR_UDP);
	assert_int_equal(finding->count, 330);
	assert_int_equal(finding->first_ns, 1000 * second);
	assert_in_range(finding->flood.peak_pps, 110, 111);
}

static void test_two_of_three_seconds_are_not_enough(void **state)
{
	struct bench *bench = *state;

	shower(bench, udp_out, datagram, 240, 2 * second);
	shower(bench, udp_out, datagram, 99, second);
	shower(bench, udp_out, datagram, 240, 2 * second);
	no_finding(bench);
}

static void test_three_seconds_with_a_gap_are_not_in_a_row(void **state)
{
	struct bench *bench = *state;

	for (int i = 0; i < 6; i++) {
		shower(bench, udp_out, datagram, 200, second - 1);
		bench->now_ns += second + 1 + (i % 2) * second;
	}
	no_finding(bench);
}

/* One answer to 20 packets is enough, one to 21 is not. */
static void test_answers(void **state)
{
	static const struct {
		uint32_t packets_to_one;
		uint32_t findings;
	} cases[] = {{19, 0}, {20, 0}, {21, 1}, {40, 1}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench *bench;
		struct talk talk = udp_out;

		setup((void **)&bench);
		stream(bench, &talk, datagram, cases[i].packets_to_one * 100, second - 1, cases[i].packets_to_one);
		flood_end(bench->flood, bench->now_ns);
		assert_int_equal(book_count(bench->book), cases[i].findings);
		teardown((void **)&bench);
	}
	(void)state;
}

/* A closed port refuses each SYN: no answer. */
static void test_a_refusal_is_no_answer(void **state)
{
	struct bench *bench = *state;

	for (uint32_t i = 0; i < 1500; i++) {
		struct talk talk = syn_out;

		talk.opener_port = (uint16_t)i;
		send_piece(bench, &talk, syn);
		send_piece(bench, &talk, (struct piece){.back = true, .flags = RST | ACK});
		bench->now_ns += second / 2000;
	}
	assert_int_equal(only_finding(bench)->flood.answers, 0);
}

static void test_vectors_that_leave(void **state)
{
	static const char vse[] = "\xff\xff\xff\xffTSource Engine Query";
	static const struct {
		uint8_t proto;
		struct piece piece;
		enum vector vector;
	} cases[] = {
		{TCP, {.flags = SYN}, VECTOR_SYN},
		{TCP, {.flags = ACK, .payload = 500}, VECTOR_ACK},
		{UDP, {.payload = 500}, VECTOR_UDP},
		{UDP, {.payload = 25, .text = vse, .text_len = sizeof(vse)}, VECTOR_VSE},
		{GRE, {.gre_proto = 0x0800}, VECTOR_GRE_IP},
		{GRE, {.gre_proto = 0x6558}, VECTOR_GRE_ETH},
		{ICMP, {.icmp_type = 8}, VECTOR_ICMP},
		{UDP, {.fragment = FW_FRAGMENT_LATER}, VECTOR_FRAGMENT},
		{132, {.payload = 1}, VECTOR_OTHER},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct talk talk = udp_out;
		struct bench *bench;

		setup((void **)&bench);
		talk.proto = cases[i].proto;
		talk.opening_unseen = talk.proto == TCP && cases[i].piece.flags != SYN;
		shower(bench, talk, cases[i].piece, 1000, second - 1);
		assert_int_equal(only_finding(bench)->flood.vector, cases[i].vector);
		assert_int_equal(flood_junk(bench->flood)->by_vector[cases[i].vector].packets, 1000);
		teardown((void **)&bench);
	}
	(void)state;
}

static void test_udp_plain_is_one_five_tuple(void **state)
{
	struct bench *bench = *state;
	struct talk talk = udp_out;
	const struct junk *junk;

	talk.opener_port = 4000;
	stream(bench, &talk, datagram, 3000, 2 * second, 0);
	flood_tick(bench->flood, bench->now_ns + second);
	assert_int_equal(book_at(bench->book, 0)->flood.vector, VECTOR_UDP_PLAIN);
	junk = flood_junk(bench->flood);
	assert_int_equal(junk->by_vector[VECTOR_UDP_PLAIN].packets, 3000);
	/* the ports begin to vary: it is udp now, and so was what came before */
	shower(bench, udp_out, datagram, 1500, second);
	assert_int_equal(only_finding(bench)->flood.vector, VECTOR_UDP);
	junk = flood_junk(bench->flood);
	assert_int_equal(junk->by_vector[VECTOR_UDP_PLAIN].packets, 0);
	assert_int_equal(junk->by_vector[VECTOR_UDP].packets, 4500);
	assert_int_equal(junk->total.packets, 4500);
}

static void test_stomp_is_data_that_nobody_acknowledges(void **state)
{
	struct bench *bench = *state;
	struct talk talk = syn_out;

	handshake(bench, &talk);
	stream(bench, &talk, (struct piece){.flags = ACK | PSH, .payload = 700}, 1200, second - 1, 0);
	assert_int_equal(only_finding(bench)->flood.vector, VECTOR_STOMP);
}

static void test_http_requests_without_responses(void **state)
{
	static const char get[] = "GET / HTTP/1.1\r\n";
	const struct piece request = {.flags = ACK | PSH, .payload = 200, .text = get, .text_len = sizeof(get) - 1};
	struct bench *bench = *state;

	for (int i = 0; i < 50; i++) {
		struct talk talk = syn_out;

		talk.opener_port = (uint16_t)(5000 + i);
		handshake(bench, &talk);
		send_piece(bench, &talk, request);
		send_piece(bench, &talk, (struct piece){.back = true, .flags = ACK}); /* acknowledged, not answered */
		bench->now_ns += second / 60;
	}
	assert_int_equal(only_finding(bench)->flood.vector, VECTOR_HTTP);
	assert_int_equal(book_at(bench->book, 0)->count, 50);
}

static void test_http_requests_with_responses_or_too_few(void **state)
{
	static const char get[] = "GET / HTTP/1.1\r\n";
	const struct piece request = {.flags = ACK | PSH, .payload = 200, .text = get, .text_len = sizeof(get) - 1};
	const struct piece response = {.back = true, .flags = ACK | PSH, .payload = 900};
	struct bench *bench = *state;
	struct talk talk = syn_out;

	handshake(bench, &talk);
	for (int i = 0; i < 600; i++) {
		send_piece(bench, &talk, request);
		send_piece(bench, &talk, response);
		bench->now_ns += second / 200;
	}
	bench->now_ns += 5 * second;
	for (int i = 0; i < 49; i++) {
		send_piece(bench, &talk, request);
		bench->now_ns += second / 50;
	}
	no_finding(bench);
}

static void test_targets_in_one_network_are_one_finding(void **state)
{
	struct bench *bench = *state;
	const struct finding *finding;

	for (uint32_t i = 0; i < 2000; i++) {
		struct talk talk = syn_out;

		talk.target = OUTSIDE + i % 256;
		talk.opener_port = (uint16_t)i;
		send_piece(bench, &talk, syn);
		bench->now_ns += second / 2500;
	}
	finding = only_finding(bench);
	assert_int_equal(finding->flood.target_bits, 120);
	assert_int_equal(finding->flood.target[15], 0);
	assert_int_equal(flood_junk(bench->flood)->target_count, 1);
	assert_int_equal(flood_junk(bench->flood)->by_target[0].bits, 120);
}

/* One packet in other_in goes to neighbours, to another port, the very first one among them; only that one is answered. */
static void aim(struct bench *bench, uint32_t target, uint32_t count, uint32_t other_in)
{
	for (uint32_t i = 0; i < count; i++) {
		struct talk talk = syn_out;
		bool other = other_in && i % other_in == 0;

		talk.target = other ? OUTSIDE + 100 + i / other_in % 50 : target;
		talk.target_port = other ? 443 : 80;
		talk.opener_port = (uint16_t)i;
		send_piece(bench, &talk, syn);
		if (other && i == 0)
			send_piece(bench, &talk, (struct piece){.back = true, .flags = SYN | ACK});
		bench->now_ns += second / 2500;
	}
}

static void test_one_address_that_carries_the_flood_is_named(void **state)
{
	static const struct {
		uint32_t other_in;
		uint8_t bits, last_byte;
		uint32_t packets, answers, port;
	} cases[] = {{0, 128, 7, 2000, 0, 80}, {2000, 128, 7, 1999, 0, 80}, {20, 128, 7, 1900, 0, 80}, {10, 128, 7, 1800, 0, 80},
		{9, 120, 0, 2000, 1, 0}, {2, 120, 0, 2000, 1, 0}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct finding *finding;
		const struct junk *junk;
		struct bench *bench;

		setup((void **)&bench);
		aim(bench, OUTSIDE + 7, 2000, cases[i].other_in);
		finding = only_finding(bench);
		junk = flood_junk(bench->flood);
		assert_int_equal(finding->flood.target_bits, cases[i].bits);
		assert_int_equal(finding->flood.target[15], cases[i].last_byte);
		assert_int_equal(finding->flood.packets, cases[i].packets);
		assert_int_equal(finding->count, cases[i].packets);
		assert_int_equal(finding->flood.bytes, 40 * cases[i].packets);
		assert_int_equal(finding->flood.answers, cases[i].answers);
		assert_int_equal(finding->flood.port, cases[i].port);
		assert_int_equal(junk->total.packets, cases[i].packets);
		assert_int_equal(junk->by_target[0].bits, cases[i].bits);
		assert_int_equal(junk->by_target[0].count.packets, cases[i].packets);
		teardown((void **)&bench);
	}
	(void)state;
}

/* A walk over the network comes first, in windows that are not guilty. */
static void test_a_scan_before_does_not_blur_the_target(void **state)
{
	struct bench *bench = *state;
	const struct finding *finding;

	for (uint32_t i = 0; i < 90; i++) {
		struct talk talk = syn_out;

		talk.target = OUTSIDE + 100 + i;
		talk.target_port = 23;
		send_piece(bench, &talk, syn);
		bench->now_ns += second / 50;
	}
	aim(bench, OUTSIDE + 7, 6000, 0);
	finding = only_finding(bench);
	assert_int_equal(finding->flood.target_bits, 128);
	assert_int_equal(finding->flood.target[15], 7);
	assert_int_equal(finding->flood.port, 80);
	assert_int_equal(finding->flood.packets, 5500); /* the first 500 share the last window of the walk */
}

/* One address, then a neighbour: the network while neither has nine tenths of all, and what was told of the first gives way. */
static void test_a_flood_that_moves_on_is_the_networks(void **state)
{
	struct bench *bench = *state;
	const struct finding *finding;

	aim(bench, OUTSIDE + 7, 5000, 0);
	bench->now_ns += second;
	flood_tick(bench->flood, bench->now_ns);
	finding = book_at(bench->book, 0);
	assert_int_equal(finding->flood.target_bits, 128);
	assert_int_equal(finding->count, 5000);
	aim(bench, OUTSIDE + 8, 5000, 0);
	finding = only_finding(bench);
	assert_int_equal(finding->flood.target_bits, 120);
	assert_int_equal(finding->flood.packets, 10000);
	assert_int_equal(finding->count, 10000);
	assert_int_equal(flood_junk(bench->flood)->total.packets, 10000);
}

/* The rate that told of the first address was pushed out: its packets stay in the finding, so the finding is the network's. */
static void test_a_rate_pushed_out_leaves_its_targets_behind(void **state)
{
	struct bench *bench = *state;
	const struct finding *finding;

	aim(bench, OUTSIDE + 7, 2000, 0);
	for (uint32_t i = 1; i <= 8; i++) {
		struct talk talk = syn_out;

		talk.target = OUTSIDE + (i << 8);
		send_piece(bench, &talk, syn);
	}
	aim(bench, OUTSIDE + 8, 40000, 0);
	finding = only_finding(bench);
	assert_int_equal(finding->flood.target_bits, 120);
	assert_int_equal(finding->count, 42000);
}

static void test_after_the_alarm_a_quarter_counts(void **state)
{
	struct bench *bench = *state;
	const struct finding *finding;

	shower(bench, syn_out, syn, 1000, second - 1);
	bench->now_ns += 5 * second;
	shower(bench, syn_out, syn, 25, second - 1);
	bench->now_ns += 5 * second;
	shower(bench, syn_out, syn, 24, second - 1);
	bench->now_ns += 70 * second; /* more than a minute: calm */
	shower(bench, syn_out, syn, 90, second - 1);
	finding = only_finding(bench);
	assert_int_equal(finding->count, 1025);
	assert_int_equal(flood_junk(bench->flood)->total.packets, 1025);
	assert_in_range(finding->last_ns, 1005 * second, 1008 * second);
}

/* ---- quiet shapes ---- */

static void test_a_speed_test_is_quiet(void **state)
{
	struct bench *bench = *state;
	struct talk up = syn_out, down = syn_out, served = syn_in;

	handshake(bench, &up);
	stream(bench, &up, (struct piece){.flags = ACK, .payload = 1448}, 100000, 10 * second, 10);
	down.opener_port = 2;
	handshake(bench, &down);
	for (uint32_t i = 0; i < 100000; i++) {
		send_piece(bench, &down, (struct piece){.back = true, .flags = ACK, .payload = 1448});
		if (i % 2)
			send_piece(bench, &down, (struct piece){.flags = ACK});
		bench->now_ns += second / 10000;
	}
	handshake(bench, &served);
	stream(bench, &served, (struct piece){.flags = ACK, .payload = 1448}, 100000, 10 * second, 2);
	no_finding(bench);
}

static void test_an_upload_over_quic_is_quiet(void **state)
{
	struct bench *bench = *state;
	struct talk talk = udp_out;

	talk.target_port = 443;
	stream(bench, &talk, (struct piece){.payload = 1350}, 50000, 10 * second, 10);
	no_finding(bench);
}

static void test_transfers_picked_up_midway_are_quiet(void **state)
{
	struct bench *bench = *state;
	struct talk up = syn_out, in = syn_in;

	up.opening_unseen = in.opening_unseen = true;
	stream(bench, &up, (struct piece){.flags = ACK, .payload = 1448}, 20000, 5 * second, 4);
	stream(bench, &in, (struct piece){.flags = ACK, .payload = 1448}, 20000, 5 * second, 4);
	no_finding(bench);
}

static void test_our_server_answers_at_length(void **state)
{
	struct bench *bench = *state;
	struct talk talk = udp_in;

	send_piece(bench, &talk, datagram);
	stream(bench, &talk, (struct piece){.back = true, .payload = 1400}, 5000, second, 0);
	no_finding(bench);
}

static void test_what_never_counts(void **state)
{
	struct bench *bench = *state;
	struct talk many = {.opener = INSIDE + CAMERA, .target = 0xefff0001, .proto = UDP, .to_many = true};
	struct talk self = {.opener = INSIDE + CAMERA, .target = INSIDE + CAMERA, .proto = UDP};
	struct talk loop = {.opener = INSIDE + CAMERA, .target = 0x7f000001, .proto = UDP};

	stream(bench, &many, datagram, 5000, second, 0);
	stream(bench, &self, datagram, 5000, second, 0);
	stream(bench, &loop, datagram, 5000, second, 0);
	/* neither do errors that we send, nor refusals */
	shower(bench, (struct talk){.opener = INSIDE + CAMERA, .target = OUTSIDE, .proto = ICMP}, (struct piece){.icmp_type = 3}, 5000,
		second);
	shower(bench, syn_out, (struct piece){.flags = RST}, 5000, second);
	no_finding(bench);
}

/* ---- a line that goes down ---- */

/* Calls and games go on for up to 30 s when nobody answers any more (RFC 7675): no flood while all the outside is silent. */
static void test_a_call_on_a_dead_line_is_quiet(void **state)
{
	struct bench *bench = *state;
	struct talk call = udp_out;

	stream(bench, &call, datagram, 150 * 10 + 37, 10 * second + second / 4, 1);
	stream(bench, &call, datagram, 150 * 28, 28 * second, 0);
	stream(bench, &call, datagram, 150 * 10, 10 * second, 1);
	no_finding(bench);
}

enum dead_line { TOO_LONG, OTHERS_HEAR, TOO_MUCH, GROWN, NEVER_ANSWERED };

static void test_what_is_no_call_on_a_dead_line(void **state)
{
	for (enum dead_line which = TOO_LONG; which <= NEVER_ANSWERED; which++) {
		setup(state);
		struct bench *bench = *state;
		struct talk call = udp_out, other = udp_out;
		uint32_t pps = which == TOO_MUCH ? 1500 : which == GROWN ? 900 : 150, seconds = which == TOO_LONG ? 40 : 20;

		other.target = OUTSIDE + 300;
		other.opener = INSIDE + SERVER;
		stream(bench, &call, datagram, (which == TOO_MUCH ? 1500 : 150) * 10, 10 * second, which == NEVER_ANSWERED ? 0 : 1);
		for (uint32_t i = 0; i < seconds; i++) {
			stream(bench, &call, datagram, pps, second, 0);
			if (which == OTHERS_HEAR)
				stream(bench, &other, datagram, 1, 1000, 1);
		}
		assert_int_equal(only_finding(bench)->severity, SEVERITY_CRITICAL);
		teardown(state);
	}
}

/* ---- ceilings and clocks ---- */

static void test_a_full_table_still_judges_what_must_go(void **state)
{
	struct bench *bench = *state;
	struct talk talk = udp_out;

	shower(bench, udp_out, datagram, 1200, second / 2);
	for (uint32_t i = 0; i < 100; i++) {
		talk.target = 0x01000000 + (i << 8);
		send_piece(bench, &talk, datagram);
		memset(talk.memo, 0, sizeof(talk.memo));
	}
	assert_int_equal(book_count(bench->book), 1);
	assert_int_equal(flood_left_out(bench->flood), 100 + 1 - 8);
	flood_end(bench->flood, bench->now_ns);
	assert_int_equal(book_at(bench->book, 0)->count, 1200);
}

/* A conversation remembers a rate whose place went to another. */
static void test_a_stale_memo_counts_for_nobody_else(void **state)
{
	struct bench *bench = *state;
	struct talk old = udp_out, filler = udp_out;

	send_piece(bench, &old, datagram);
	for (uint32_t i = 0; i < 8; i++) {
		filler.target = 0x01000000 + (i << 8);
		memset(filler.memo, 0, sizeof(filler.memo));
		send_piece(bench, &filler, datagram);
	}
	stream(bench, &old, datagram, 1000, second / 2, 0);
	assert_int_equal(only_finding(bench)->flood.target[12], OUTSIDE >> 24);
}

static void test_the_clock_at_its_ends(void **state)
{
	struct bench *bench = *state;

	bench->now_ns = 0;
	shower(bench, syn_out, syn, 1000, second - 1);
	bench->now_ns = UINT64_MAX - 2;
	shower(bench, syn_out, syn, 1000, 2);
	bench->now_ns = 5; /* backwards: taken as the latest time known */
	shower(bench, syn_out, syn, 1000, 2);
	flood_end(bench->flood, UINT64_MAX);
	assert_int_equal(book_count(bench->book), 1);
	assert_int_equal(book_at(bench->book, 0)->count, 3000);
}

static void test_a_full_book_still_sums_the_junk(void **state)
{
	struct bench bench = {.now_ns = 0};

	assert_int_equal(book_new(1, hash_key, &bench.book), 0);
	assert_int_equal(flood_new(64, hash_key, bench.book, &bench.flood), 0);
	shower(&bench, syn_out, syn, 1000, second - 1);
	shower(&bench, syn_in, syn, 1000, second - 1);
	flood_end(bench.flood, bench.now_ns);
	assert_int_equal(book_count(bench.book), 1);
	assert_int_equal(flood_junk(bench.flood)->total.packets, 2000);
	flood_free(bench.flood);
	book_free(bench.book);
	(void)state;
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
#define ALONE(test) cmocka_unit_test(test)
#define SMALL(test) cmocka_unit_test_setup_teardown(test, setup_small, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_a_call_on_a_dead_line_is_quiet),
		cmocka_unit_test(test_what_is_no_call_on_a_dead_line),
		CASE(test_thousand_syn_in_a_second),
		CASE(test_999_in_a_second_then_nothing),
		CASE(test_999_and_999_on_both_sides_of_a_window),
		CASE(test_hundred_in_each_of_three_seconds),
		CASE(test_two_of_three_seconds_are_not_enough),
		CASE(test_three_seconds_with_a_gap_are_not_in_a_row),
		ALONE(test_answers),
		CASE(test_a_refusal_is_no_answer),
		ALONE(test_vectors_that_leave),
		CASE(test_udp_plain_is_one_five_tuple),
		CASE(test_stomp_is_data_that_nobody_acknowledges),
		CASE(test_http_requests_without_responses),
		CASE(test_http_requests_with_responses_or_too_few),
		CASE(test_targets_in_one_network_are_one_finding),
		ALONE(test_one_address_that_carries_the_flood_is_named),
		CASE(test_a_scan_before_does_not_blur_the_target),
		CASE(test_a_flood_that_moves_on_is_the_networks),
		SMALL(test_a_rate_pushed_out_leaves_its_targets_behind),
		CASE(test_after_the_alarm_a_quarter_counts),
		CASE(test_a_speed_test_is_quiet),
		CASE(test_an_upload_over_quic_is_quiet),
		CASE(test_transfers_picked_up_midway_are_quiet),
		CASE(test_our_server_answers_at_length),
		CASE(test_what_never_counts),
		SMALL(test_a_full_table_still_judges_what_must_go),
		SMALL(test_a_stale_memo_counts_for_nobody_else),
		CASE(test_the_clock_at_its_ends),
		ALONE(test_a_full_book_still_sums_the_junk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
