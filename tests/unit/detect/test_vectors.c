/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every vector, leaving one of ours and falling on one: 1,000 packets in a second are a flood and named rightly, 999 are none, nor
 * are 1,200 of which one in twenty is answered. dns-random-subdomain has its own file, test_zone.c.
 */
#include "flood_bed.h"

static const char vse_query[] = "\xff\xff\xff\xffTSource Engine Query", get[] = "GET / HTTP/1.1\r\n", answer[] = "\x12\x34\x81\x80";

static const struct kind {
	enum vector vector;
	uint8_t proto;
	uint16_t from_port; /* 0: another one for each packet */
	struct piece piece;
	bool no_opening; /* nothing of the conversation was seen before */
	bool shakes_hands;
	bool falls_only;
} kinds[] = {
	{.vector = VECTOR_SYN, .proto = TCP, .piece = {.flags = SYN}},
	{.vector = VECTOR_ACK, .proto = TCP, .piece = {.flags = ACK | PSH, .payload = 8}, .no_opening = true},
	{.vector = VECTOR_STOMP, .proto = TCP, .from_port = 5000, .piece = {.flags = ACK | PSH, .payload = 700}, .shakes_hands = true},
	{.vector = VECTOR_HTTP,
		.proto = TCP,
		.piece = {.flags = ACK | PSH, .payload = 200, .text = get, .text_len = sizeof(get) - 1},
		.shakes_hands = true},
	{.vector = VECTOR_UDP, .proto = UDP, .piece = {.payload = 500}},
	{.vector = VECTOR_UDP_PLAIN, .proto = UDP, .from_port = 5000, .piece = {.payload = 500}},
	{.vector = VECTOR_VSE, .proto = UDP, .piece = {.payload = 25, .text = vse_query, .text_len = sizeof(vse_query)}},
	{.vector = VECTOR_GRE_IP, .proto = GRE, .piece = {.gre_proto = 0x0800}},
	{.vector = VECTOR_GRE_ETH, .proto = GRE, .piece = {.gre_proto = 0x6558}},
	{.vector = VECTOR_ICMP, .proto = ICMP, .from_port = 77, .piece = {.icmp_type = 8}},
	{.vector = VECTOR_FRAGMENT, .proto = UDP, .piece = {.fragment = FW_FRAGMENT_LATER}},
	{.vector = VECTOR_OTHER, .proto = 132, .piece = {.payload = 1}},
	{.vector = VECTOR_DNS_REFLECTION,
		.proto = UDP,
		.from_port = 53,
		.piece = {.payload = 400, .text = answer, .text_len = 4},
		.falls_only = true},
	{.vector = VECTOR_NTP_REFLECTION, .proto = UDP, .from_port = 123, .piece = {.payload = 468}, .falls_only = true},
	{.vector = VECTOR_SNMP_REFLECTION, .proto = UDP, .from_port = 161, .piece = {.payload = 400}, .falls_only = true},
	{.vector = VECTOR_ISAKMP_REFLECTION, .proto = UDP, .from_port = 500, .piece = {.payload = 400}, .falls_only = true},
	{.vector = VECTOR_SSDP_REFLECTION, .proto = UDP, .from_port = 1900, .piece = {.payload = 400}, .falls_only = true},
	{.vector = VECTOR_DHIP_REFLECTION, .proto = UDP, .from_port = 37810, .piece = {.payload = 700}, .falls_only = true},
	{.vector = VECTOR_BACNET_REFLECTION, .proto = UDP, .from_port = 47808, .piece = {.payload = 400}, .falls_only = true},
	{.vector = VECTOR_SYN_ACK_REFLECTION, .proto = TCP, .piece = {.flags = SYN | ACK}, .no_opening = true, .falls_only = true},
};

static bool has_ports(const struct kind *kind)
{
	return (kind->proto == TCP || kind->proto == UDP) && kind->piece.fragment != FW_FRAGMENT_LATER;
}

/* All its packets are one conversation. */
static bool lasts(const struct kind *kind)
{
	return kind->from_port || !has_ports(kind);
}

static struct talk talk_of(const struct kind *kind, bool leaves, uint32_t number)
{
	struct talk talk = {
		.opener = leaves ? INSIDE + CAMERA : OUTSIDE + 7,
		.target = leaves ? OUTSIDE + 7 : INSIDE + SERVER,
		.opener_port = lasts(kind) ? kind->from_port : (uint16_t)(10000 + number),
		.target_port = has_ports(kind) ? 4444 : kind->from_port,
		.proto = kind->proto,
		.opening_unseen = kind->no_opening,
	};

	return talk;
}

/* What the other side says to it: for a request a page, else anything. */
static struct piece reply_to(const struct kind *kind)
{
	return (struct piece){.back = true, .flags = ACK, .payload = kind->vector == VECTOR_HTTP ? 900 : 0};
}

/* count packets within a second, one in answer_each answered (0: none). One conversation, or one for each packet. */
static void pour(struct bench *bench, const struct kind *kind, bool leaves, uint32_t count, uint32_t answer_each)
{
	uint64_t start_ns = bench->now_ns;
	struct talk talk = talk_of(kind, leaves, 0);

	for (uint32_t i = 0; i < count; i++) {
		bench->now_ns = start_ns + (second - 1) * i / count;
		if (!lasts(kind) || i == 0) {
			talk = talk_of(kind, leaves, i);
			if (kind->shakes_hands)
				handshake(bench, &talk);
		}
		send_piece(bench, &talk, kind->piece);
		if (answer_each && i % answer_each == 0)
			send_piece(bench, &talk, reply_to(kind));
	}
	bench->now_ns = start_ns + second;
}

static const struct finding *find(struct bench *bench, enum vector vector)
{
	const struct finding *finding, *found = NULL;

	flood_end(bench->flood, bench->now_ns);
	for (uint32_t i = 0; (finding = book_at(bench->book, i)); i++) {
		if (finding->flood.vector != vector)
			fail_msg("vector %d is called %d", vector, finding->flood.vector);
		found = finding;
	}
	assert_true(book_count(bench->book) <= 1);
	return found;
}

static void try(const struct kind *kind, bool leaves, uint32_t count, uint32_t answer_each, bool expected)
{
	const struct finding *finding;
	struct bench *bench;

	setup((void **)&bench);
	pour(bench, kind, leaves, count, answer_each);
	finding = find(bench, kind->vector);
	if ((finding != NULL) != expected)
		fail_msg("vector %d, %s, %u packets, one in %u answered", kind->vector, leaves ? "leaving" : "falling", count, answer_each);
	if (finding) {
		assert_int_equal(finding->id, leaves ? FINDING_FLOOD : FINDING_RECEIVES_FLOOD);
		assert_int_equal(finding->severity, leaves ? SEVERITY_CRITICAL : SEVERITY_HIGH);
		assert_int_equal(finding->count, count);
		assert_int_equal(flood_junk(bench->flood)->by_vector[kind->vector].packets, count);
		assert_int_equal(finding->flood.port, has_ports(kind) ? 4444 : 0);
	}
	teardown((void **)&bench);
}

/* Requests have a limit of their own when they leave. */
static uint32_t limit_of(const struct kind *kind, bool leaves)
{
	return leaves && kind->vector == VECTOR_HTTP ? 50 : 1000;
}

static void each_kind(void (*check)(const struct kind *kind, bool leaves))
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (int leaves = 0; leaves < 2; leaves++)
			if (!leaves || !kinds[i].falls_only)
				check(&kinds[i], leaves);
}

static void is_found(const struct kind *kind, bool leaves)
{
	try(kind, leaves, limit_of(kind, leaves), 0, true);
}

static void is_too_little(const struct kind *kind, bool leaves)
{
	try(kind, leaves, limit_of(kind, leaves) - 1, 0, false);
}

/* Falling, an answer ends the matter for a whole conversation, so only one that lasts is ended by one answer in twenty. */
static void is_answered(const struct kind *kind, bool leaves)
{
	uint32_t each = leaves || kind->vector == VECTOR_HTTP ? 20 : 1;

	/* who answers a SYN without a handshake to follow is no less flooded: test_falling.c; a fragment has no conversation */
	if (kind->vector == VECTOR_FRAGMENT || (kind->vector == VECTOR_SYN && !leaves))
		return;
	try(kind, leaves, 1200, lasts(kind) ? 20 : each, false);
}

static void test_enough_of_each(void **state)
{
	each_kind(is_found);
	(void)state;
}

static void test_one_too_few_of_each(void **state)
{
	each_kind(is_too_little);
	(void)state;
}

static void test_each_with_answers(void **state)
{
	each_kind(is_answered);
	(void)state;
}

/* Under GRE the addresses inside, random or not, change nothing: there is one tunnel, and one target. */
static void test_gre_is_one_stream(void **state)
{
	struct bench *bench = *state;
	struct talk talk = talk_of(&kinds[8], true, 0);

	stream(bench, &talk, (struct piece){.gre_proto = 0x6558, .payload = 512}, 5000, second, 0);
	assert_int_equal(only_finding(bench)->flood.vector, VECTOR_GRE_ETH);
	assert_int_equal(book_at(bench->book, 0)->flood.target_bits, 128);
}

/* Real and forged senders of one flood are told apart: 40 completed a handshake, 200 only sent SYNs. */
static void test_proven_and_unproven(void **state)
{
	struct bench *bench = *state;
	const struct finding *finding, *stomp = NULL, *syns = NULL;

	for (uint32_t i = 0; i < 2000; i++) {
		struct talk real = syn_in, forged = syn_in;

		real.opener = 0xc0000000 + i % 40;
		real.opener_port = (uint16_t)i;
		handshake(bench, &real);
		send_piece(bench, &real, (struct piece){.flags = ACK | PSH, .payload = 10});
		forged.opener = 0xc1000000 + i % 200;
		forged.opener_port = (uint16_t)i;
		send_piece(bench, &forged, syn);
		bench->now_ns += second / 2500;
	}
	flood_end(bench->flood, bench->now_ns);
	for (uint32_t i = 0; (finding = book_at(bench->book, i)); i++)
		*(finding->flood.vector == VECTOR_SYN ? &syns : &stomp) = finding;
	assert_non_null(syns);
	assert_non_null(stomp);
	assert_int_equal(stomp->flood.vector, VECTOR_STOMP);
	assert_in_range(stomp->flood.sources_proven, 39, 41);
	assert_int_equal(stomp->flood.sources_unproven, 0);
	assert_in_range(syns->flood.sources_unproven, 196, 245); /* those that completed it later sent one SYN as well */
	assert_int_equal(syns->flood.sources_proven, 0);
	assert_int_equal(syns->count, 2000);
}

/* The limits between backscatter and reflection: at most 8 senders, at least 16 of ours. */
static void test_reflection_and_backscatter(void **state)
{
	static const struct {
		uint32_t senders, victims, each;
		bool reflection, backscatter;
	} cases[] = {
		{700, 1, 2, true, false}, /* many answer one of ours */
		{9, 1, 150, true, false},
		{1, 1, 1200, true, false}, /* one answers one of ours: a weak attack, but an attack */
		{1, 16, 80, false, true}, /* one answers many of ours */
		{8, 16, 200, false, true},
		{1, 15, 80, false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool reflection = false, backscatter = false;
		const struct finding *finding;
		struct bench *bench;

		setup((void **)&bench);
		for (uint32_t k = 0; k < cases[i].senders * cases[i].victims * cases[i].each; k++) {
			struct talk talk = {.proto = UDP, .opener_port = 53};

			talk.opener = OUTSIDE - 0x10000 + k % cases[i].senders;
			talk.target = INSIDE + 20 + k / cases[i].senders % cases[i].victims;
			talk.target_port = (uint16_t)(1024 + k);
			send_piece(bench, &talk, kinds[12].piece);
			bench->now_ns += second / (cases[i].senders * cases[i].victims * cases[i].each);
		}
		flood_end(bench->flood, bench->now_ns);
		for (uint32_t k = 0; (finding = book_at(bench->book, k)); k++) {
			reflection |= !finding->flood.backscatter && finding->severity == SEVERITY_HIGH;
			backscatter |= finding->flood.backscatter && finding->severity == SEVERITY_LOW;
		}
		if (reflection != cases[i].reflection || backscatter != cases[i].backscatter)
			fail_msg("%u senders, %u of ours: %d, %d", cases[i].senders, cases[i].victims, reflection, backscatter);
		assert_int_equal(flood_junk(bench->flood)->total.packets != 0, cases[i].reflection);
		teardown((void **)&bench);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_enough_of_each),
		cmocka_unit_test(test_one_too_few_of_each),
		cmocka_unit_test(test_each_with_answers),
		cmocka_unit_test_setup_teardown(test_gre_is_one_stream, setup, teardown),
		cmocka_unit_test_setup_teardown(test_proven_and_unproven, setup, teardown),
		cmocka_unit_test(test_reflection_and_backscatter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
