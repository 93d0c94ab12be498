/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include "flood_bed.h"

#include "detect/tally.h"

/* ---- falling ---- */

static void test_spoofed_syn_flood(void **state)
{
	struct bench *bench = *state;
	const struct finding *finding;

	for (uint32_t i = 0; i < 37623; i++) {
		struct talk talk = syn_in;

		talk.opener = 0xc0000000 + i * 977;
		send_piece(bench, &talk, syn);
		send_piece(bench, &talk, (struct piece){.back = true, .flags = SYN | ACK});
		bench->now_ns += second / 20000;
	}
	finding = only_finding(bench);
	assert_int_equal(finding->id, FINDING_RECEIVES_FLOOD);
	assert_int_equal(finding->severity, SEVERITY_HIGH);
	assert_int_equal(finding->state, STATE_CLEAN);
	assert_int_equal(finding->device, SERVER);
	assert_false(finding->has_source);
	assert_int_equal(finding->flood.vector, VECTOR_SYN);
	assert_int_equal(finding->flood.port, 443);
	assert_int_equal(finding->flood.target[15], SERVER);
	assert_int_equal(finding->count, 37623);
	assert_in_range(finding->flood.sources_unproven, 36871, 38375);
	assert_int_equal(finding->flood.sources_proven, 0);
	assert_int_equal(flood_junk(bench->flood)->by_target[0].count.packets, 37623);
}

/* The victim says its first word when the flood is already running: one flood, and the victim's. */
static void test_a_victim_that_is_known_later(void **state)
{
	struct bench *bench = *state;
	struct talk model = syn_in;
	const struct finding *finding;

	model.strange = true;
	shower(bench, model, syn, 6000, 3 * second);
	model.strange = false;
	shower(bench, model, syn, 6000, 3 * second);
	finding = only_finding(bench);
	assert_int_equal(finding->device, SERVER);
	assert_int_equal(finding->count, 12000);
}

static void test_a_flash_crowd_is_quiet(void **state)
{
	struct bench *bench = *state;

	for (uint32_t i = 0; i < 20000; i++) {
		struct talk talk = syn_in;

		talk.opener = 0xc0000000 + i * 977;
		handshake(bench, &talk);
		send_piece(bench, &talk, (struct piece){.flags = ACK | PSH, .payload = 300});
		send_piece(bench, &talk, (struct piece){.back = true, .flags = ACK, .payload = 1400});
		bench->now_ns += second / 5000;
	}
	no_finding(bench);
}

static void test_a_busy_dns_server_is_quiet(void **state)
{
	enum { LATE = 300 };
	struct bench *bench = *state;
	struct talk *talks = calloc(50000, sizeof(*talks));

	/* 5,000 questions a second, each answered 60 ms later */
	for (uint32_t i = 0; i < 50000; i++) {
		talks[i] = udp_in;
		talks[i].opener = 0xc0000000 + i % 2491 * 977;
		talks[i].opener_port = (uint16_t)i;
		send_piece(bench, &talks[i], datagram);
		if (i >= LATE)
			send_piece(bench, &talks[i - LATE], (struct piece){.back = true, .payload = 300});
		bench->now_ns += second / 5000;
	}
	free(talks);
	no_finding(bench);
}

static void test_limits_of_what_falls(void **state)
{
	static const struct {
		uint32_t count;
		uint32_t seconds;
		uint32_t findings;
	} cases[] = {{999, 1, 0}, {1000, 1, 1}, {210 * 4, 4, 0}, {210 * 5, 5, 1}, {198 * 6, 6, 0}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench *bench;

		setup((void **)&bench);
		shower(bench, udp_in, datagram, cases[i].count, cases[i].seconds * second - 1);
		flood_end(bench->flood, bench->now_ns);
		assert_int_equal(book_count(bench->book), cases[i].findings);
		if (cases[i].findings)
			assert_int_equal(book_at(bench->book, 0)->count, cases[i].count);
		teardown((void **)&bench);
	}
	(void)state;
}

static void test_reflections_by_port(void **state)
{
	static const struct {
		uint16_t port;
		enum vector vector;
	} cases[] = {
		{53, VECTOR_DNS_REFLECTION},
		{161, VECTOR_SNMP_REFLECTION},
		{500, VECTOR_ISAKMP_REFLECTION},
		{1900, VECTOR_SSDP_REFLECTION},
		{123, VECTOR_NTP_REFLECTION},
		{37810, VECTOR_DHIP_REFLECTION},
		{47808, VECTOR_BACNET_REFLECTION},
		{30120, VECTOR_UDP},
	};
	static const char answer[] = "\x12\x34\x81\x80";

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct finding *finding;
		struct bench *bench;

		setup((void **)&bench);
		for (uint32_t k = 0; k < 1500; k++) {
			struct talk talk = {.opener = 0xc0000000 + k % 700 * 977, .target = INSIDE + SERVER, .proto = UDP};

			talk.opener_port = cases[i].port;
			talk.target_port = 30120;
			send_piece(bench, &talk, (struct piece){.payload = 400, .text = answer, .text_len = 4});
			bench->now_ns += 10000;
		}
		finding = only_finding(bench);
		assert_int_equal(finding->flood.vector, cases[i].vector);
		assert_in_range(finding->flood.sources_unproven, 686, 714);
		assert_false(finding->flood.backscatter);
		teardown((void **)&bench);
	}
	(void)state;
}

static void test_syn_ack_reflection(void **state)
{
	struct bench *bench = *state;
	const struct finding *finding;

	for (uint32_t i = 0; i < 7088; i++) {
		struct talk talk = {.opener = 0xc0000000 + i * 977, .target = INSIDE + SERVER, .opener_port = 80, .proto = TCP};

		talk.target_port = (uint16_t)(i * 31);
		talk.opening_unseen = true;
		send_piece(bench, &talk, (struct piece){.flags = i % 8 ? SYN | ACK : RST});
		bench->now_ns += 20000;
	}
	finding = only_finding(bench);
	assert_int_equal(finding->flood.vector, VECTOR_SYN_ACK_REFLECTION);
	assert_int_equal(finding->flood.port, 0);
	assert_in_range(finding->flood.sources_unproven, 6946, 7230);
}

/* Two senders answer 200 of ours: somebody floods them under our addresses. */
static void test_backscatter_is_low_and_no_junk(void **state)
{
	struct bench *bench = *state;

	for (uint32_t i = 0; i < 5000; i++) {
		struct talk talk = {.opener = OUTSIDE + i % 2, .target = INSIDE + 20 + i / 2 % 200, .opener_port = 443, .proto = TCP};

		talk.target_port = (uint16_t)(i * 31);
		talk.opening_unseen = true;
		send_piece(bench, &talk, (struct piece){.flags = SYN | ACK});
		bench->now_ns += second / 5000;
	}
	flood_end(bench->flood, bench->now_ns);
	assert_int_equal(book_count(bench->book), 2);
	for (uint32_t i = 0; i < 2; i++) {
		const struct finding *finding = book_at(bench->book, i);

		assert_int_equal(finding->severity, SEVERITY_LOW);
		assert_true(finding->flood.backscatter);
		assert_int_equal(finding->count, 2500);
		assert_int_equal(finding->device, DEVICE_NONE);
	}
	assert_int_equal(flood_junk(bench->flood)->total.packets, 0);
}

static void test_dhcp_flood_has_no_one_victim(void **state)
{
	struct bench *bench = *state;
	struct talk talk = {.opener = 0, .target = 0xffffffff, .opener_port = 68, .target_port = 67, .proto = UDP, .to_many = true};
	const struct finding *finding;

	stream(bench, &talk, datagram, 10000, 0, 0);
	finding = only_finding(bench);
	assert_int_equal(finding->id, FINDING_RECEIVES_FLOOD);
	assert_int_equal(finding->device, DEVICE_NONE);
	assert_int_equal(finding->flood.vector, VECTOR_DHCP);
	assert_int_equal(finding->flood.target[15], 255);
	assert_int_equal(finding->count, 10000);
	assert_false(finding->has_source);
}

static void test_fragments(void **state)
{
	struct bench *bench = *state;
	struct talk talk = {.opener = INSIDE + CAMERA, .target = INSIDE + SERVER, .proto = TCP};

	stream(bench, &talk, (struct piece){.fragment = FW_FRAGMENT_LATER}, 1248, second - 1, 0);
	flood_end(bench->flood, bench->now_ns);
	assert_int_equal(book_count(bench->book), 2);
	assert_int_equal(book_at(bench->book, 0)->id, FINDING_FLOOD);
	assert_int_equal(book_at(bench->book, 1)->id, FINDING_RECEIVES_FLOOD);
	assert_int_equal(flood_junk(bench->flood)->total.packets, 1248);
}

/* A file server over UDP: large datagrams out, small answers back. */
static void test_wanted_fragments_are_quiet(void **state)
{
	struct bench *bench = *state;
	struct talk talk = udp_out, pieces = {.opener = INSIDE + CAMERA, .target = OUTSIDE + 7, .proto = UDP};

	for (uint32_t i = 0; i < 200; i++) {
		send_piece(bench, &talk, (struct piece){.payload = 1400, .fragment = FW_FRAGMENT_FIRST});
		for (int k = 0; k < 44; k++)
			send_piece(bench, &pieces, (struct piece){.fragment = FW_FRAGMENT_LATER});
		send_piece(bench, &talk, (struct piece){.back = true, .payload = 60});
		bench->now_ns += second / 50;
	}
	no_finding(bench);
}

/* ---- both ends ours ---- */

static void test_junk_inside_counts_once(void **state)
{
	struct bench *bench = *state;
	struct talk talk = syn_out;
	const struct junk *junk;

	talk.target = INSIDE + SERVER;
	shower(bench, talk, syn, 5000, 3 * second);
	flood_end(bench->flood, bench->now_ns);
	assert_int_equal(book_count(bench->book), 2);
	assert_int_equal(book_at(bench->book, 0)->count, 5000);
	assert_int_equal(book_at(bench->book, 1)->count, 5000);
	assert_int_equal(book_at(bench->book, 1)->flood.sources_unproven, 1);
	assert_true(book_at(bench->book, 1)->has_source);
	junk = flood_junk(bench->flood);
	assert_int_equal(junk->total.packets, 5000);
	assert_int_equal(junk->target_count, 1);
	assert_int_equal(junk->by_target[0].count.packets, 5000);
}

/* Each of ten sends too little for a finding of its own; together they flood. One joins in earnest later. */
static void test_junk_inside_of_many_small_and_one_large(void **state)
{
	struct bench *bench = *state;

	for (uint32_t i = 0; i < 6000; i++) {
		struct talk talk = syn_out;

		talk.opener = INSIDE + 100 + i % 30;
		talk.target = INSIDE + SERVER;
		talk.opener_port = (uint16_t)i;
		send_piece(bench, &talk, syn);
		bench->now_ns += second / 1500;
	}
	flood_tick(bench->flood, bench->now_ns + second);
	assert_int_equal(book_count(bench->book), 1);
	assert_int_equal(flood_junk(bench->flood)->total.packets, 6000);
	bench->now_ns += second;
	shower(bench, (struct talk){.opener = INSIDE + CAMERA, .target = INSIDE + SERVER, .proto = TCP}, syn, 450, 3 * second);
	flood_end(bench->flood, bench->now_ns);
	assert_int_equal(book_count(bench->book), 2);
	assert_int_equal(flood_junk(bench->flood)->total.packets, 6450);
}

static void test_senders_and_targets_without_room_are_counted(void **state)
{
	struct bench *bench = *state;
	struct tally *tally;

	/* 256 senders of reflections are watched here, and 4,096 targets are summed up */
	for (uint32_t i = 0; i < 256 + 6; i++) {
		struct talk talk = {
			.opener = 0xc0000000 + i, .target = INSIDE + i % 256, .opener_port = 1900, .target_port = 80, .proto = UDP};
		send_piece(bench, &talk, (struct piece){.payload = 600});
	}
	assert_int_equal(flood_left_out(bench->flood), 6);
	assert_int_equal(tally_new(hash_key, &tally), 0);
	for (uint32_t i = 0; i < TALLY_TARGET_MAX + 3; i++) {
		uint8_t target[16];
		address_of(i, target);
		tally_target(tally, target, 128, target, false, (struct junk_count){1, 1});
	}
	assert_int_equal(tally_left_out(tally), 3);
	tally_free(tally);
}

/* ---- makers ---- */

static void say(struct flood *flood, const uint8_t address[16], enum junk_trait trait, const char *name)
{
	const struct sender_says says = {
		.trait = trait, .basis = BASIS_PROTOCOL, .confidence = 90, .value = {(const uint8_t *)name, strlen(name)}};

	flood_sender_says(flood, address, &says);
}

static void test_makers_of_senders_that_name_themselves(void **state)
{
	static const struct sender_says dahua = {
		.trait = JUNK_MAKER, .basis = BASIS_PROTOCOL, .confidence = 90, .value = {(const uint8_t *)"Dahua", 5}};
	struct bench *bench = *state;
	const struct junk *junk;

	for (uint32_t i = 0; i < 1424; i++) {
		struct talk talk = {.opener = 0xc0000000 + i * 977, .target = INSIDE + SERVER, .opener_port = 37810, .proto = UDP};
		uint8_t address[16];

		talk.target_port = 30120;
		for (int k = 0; k < 2; k++)
			send_piece(bench, &talk, (struct piece){.payload = 600});
		address_of(talk.opener, address);
		if (i % 2)
			flood_sender_says(bench->flood, address, &dahua);
		send_piece(bench, &talk, (struct piece){.payload = 600});
		bench->now_ns += 10000;
	}
	only_finding(bench);
	junk = flood_junk(bench->flood);
	assert_int_equal(junk->maker_count, 1);
	assert_string_equal(junk->by_maker[0].name, "Dahua");
	assert_int_equal(junk->by_maker[0].count.packets, 712 * 3);
	assert_int_equal(junk->by_maker[0].count.bytes, 712 * 3 * 640);
	assert_int_equal(junk->total.packets, 1424 * 3);
	assert_int_equal(junk->sources.count, 1424);
	assert_false(junk->sources.estimated);
	assert_int_equal(junk->sources.named, 712);
	assert_int_equal(junk->by_maker[0].sources, 712);
	assert_int_equal(junk->by_maker[0].by_basis[BASIS_PROTOCOL], 712);
	assert_int_equal(junk->by_maker[0].by_vector[VECTOR_DHIP_REFLECTION], 712);
}

/* What was counted before all was said moves along: brand and kind come after the maker, and after the packet. */
static void test_brands_and_kinds_of_senders(void **state)
{
	struct bench *bench = *state;
	const struct junk *junk;

	for (uint32_t i = 0; i < 1200; i++) {
		struct talk talk = {.opener = 0xc0000000 + i * 977, .target = INSIDE + SERVER, .opener_port = 37810, .proto = UDP};
		uint8_t address[16];

		talk.target_port = 30120;
		send_piece(bench, &talk, (struct piece){.payload = 600});
		address_of(talk.opener, address);
		say(bench->flood, address, JUNK_MAKER, "Dahua");
		say(bench->flood, address, JUNK_KIND, i % 3 ? "camera" : "video recorder");
		say(bench->flood, address, JUNK_BRAND, i % 4 == 0 ? "QSee" : i % 4 == 1 ? "Intelbras" : "IntelBras");
		bench->now_ns += 10000;
	}
	only_finding(bench);
	junk = flood_junk(bench->flood);
	assert_int_equal(junk->maker_count, 1);
	assert_int_equal(junk->by_maker[0].count.packets, 1200);
	assert_int_equal(junk->brand_count, 2);
	assert_string_equal(junk->by_brand[0].name, "QSee");
	assert_int_equal(junk->by_brand[0].count.packets, 300);
	assert_int_equal(junk->by_brand[0].sources, 300);
	assert_int_equal(junk->by_brand[0].maker, 1);
	assert_int_equal(junk->by_brand[1].sources, 900);
	assert_int_equal(junk->kind_count, 2);
	assert_int_equal(junk->by_kind[0].count.packets + junk->by_kind[1].count.packets, 1200);
	assert_int_equal(junk->by_kind[1].sources, 800);
	assert_int_equal(junk->sources.contradicted, 0);
}

/* A source that calls itself a thousand things is one source, of the first brand it named; and of the maker that it told most surely. */
static void test_a_source_of_a_thousand_names(void **state)
{
	struct talk talk = {.opener = 0xc0000001, .target = INSIDE + SERVER, .opener_port = 37810, .target_port = 30120, .proto = UDP};
	const struct sender_says weak = {.trait = JUNK_MAKER, .confidence = 50, .value = {(const uint8_t *)"Acme", 4}};
	struct bench *bench = *state;
	const struct junk *junk;
	uint8_t address[16];

	address_of(talk.opener, address);
	flood_sender_says(bench->flood, address, &weak);
	for (uint32_t i = 0; i < 2000; i++) {
		char name[16];

		send_piece(bench, &talk, (struct piece){.payload = 600});
		say(bench->flood, address, JUNK_MAKER, "Dahua");
		snprintf(name, sizeof(name), "brand %u", i % 1000);
		say(bench->flood, address, JUNK_BRAND, name);
		bench->now_ns += 10000;
	}
	only_finding(bench);
	junk = flood_junk(bench->flood);
	assert_int_equal(junk->sources.count, 1);
	assert_int_equal(junk->sources.contradicted, 1);
	assert_int_equal(junk->brand_count, 1);
	assert_string_equal(junk->by_brand[0].name, "brand 0");
	assert_int_equal(junk->by_brand[0].count.packets, 2000);
	assert_string_equal(junk->by_maker[1].name, "Dahua");
	assert_int_equal(junk->by_maker[1].count.packets, 2000);
	assert_int_equal(junk->by_maker[0].count.packets, 0);
}

/* A million senders: a fair sample stands for them, and the shares in it are those of all. */
static void test_a_million_sources(void **state)
{
	enum { SOURCES = 1000000, OF_THREE = 3 };
	struct bench *bench = *state;
	const struct junk *junk;

	for (uint32_t i = 0; i < SOURCES; i++) {
		struct talk talk = {.opener = 0xc0000000 + i * 977, .target = INSIDE + SERVER, .opener_port = 37810, .proto = UDP};
		uint8_t address[16];

		talk.target_port = 30120;
		send_piece(bench, &talk, (struct piece){.payload = 600});
		address_of(talk.opener, address);
		if (i % OF_THREE)
			say(bench->flood, address, JUNK_MAKER, "Dahua");
		bench->now_ns += 1000;
	}
	only_finding(bench);
	junk = flood_junk(bench->flood);
	assert_true(junk->sources.estimated);
	assert_in_range(junk->sources.sampled, SAMPLE_MAX / 3, SAMPLE_MAX);
	assert_in_range(junk->sources.count, SOURCES * 95ull / 100, SOURCES * 105ull / 100);
	assert_in_range(junk->by_maker[0].sampled * 1000ull / junk->sources.sampled, 640, 693);
	assert_int_equal(junk->by_maker[0].count.packets, SOURCES - (SOURCES + 2) / OF_THREE);
}

static uint16_t says_of(struct tally *tally, uint32_t sender, const char *name, enum junk_trait trait)
{
	const struct sender_says says = {
		.trait = trait, .basis = BASIS_DESCRIBED, .confidence = 50, .value = {(const uint8_t *)name, strlen(name)}};
	struct tally_change change;
	uint8_t address[16];

	address_of(sender, address);
	tally_says(tally, address, sender, &says, &change);
	return change.to;
}

/* More names than places: each sender of another one is counted once, however often it says so; who speaks its maker's own protocol finds room. */
static void test_more_names_than_places(void **state)
{
	static const struct sender_says dahua = {
		.trait = JUNK_MAKER, .basis = BASIS_PROTOCOL, .confidence = 90, .value = {(const uint8_t *)"Dahua", 5}};
	enum { ROOM = JUNK_MAKER_MAX - PARTY_MAKER_SPARE, MANY = 20000 };
	struct tally_change change;
	struct tally *tally;
	char name[16];

	(void)state;
	assert_int_equal(tally_new(hash_key, &tally), 0);
	for (uint32_t i = 0; i < 3 * (ROOM + 5); i++) {
		snprintf(name, sizeof(name), "maker %u", i % (ROOM + 5));
		says_of(tally, i % (ROOM + 5), name, JUNK_MAKER);
	}
	assert_int_equal(tally_junk(tally)->maker_count, ROOM);
	assert_int_equal(tally_left_out(tally), 5);
	for (uint32_t i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "brand %u", i);
		says_of(tally, 1000 + i, name, JUNK_BRAND);
	}
	tally_says(tally, (const uint8_t[16]){1}, 77, &dahua, &change);
	assert_int_not_equal(change.to, PARTY_NOBODY);
	assert_string_equal(tally_junk(tally)->by_maker[ROOM].name, "Dahua");
	assert_in_range(tally_junk(tally)->brand_count, 1, JUNK_BRAND_MAX);
	assert_int_equal(says_of(tally, 5, "", JUNK_MAKER), says_of(tally, 5, "", JUNK_BRAND)); /* nothing was said */
	tally_free(tally);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
#define ALONE(test) cmocka_unit_test(test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_spoofed_syn_flood),
		CASE(test_a_victim_that_is_known_later),
		CASE(test_a_flash_crowd_is_quiet),
		CASE(test_a_busy_dns_server_is_quiet),
		ALONE(test_limits_of_what_falls),
		ALONE(test_reflections_by_port),
		CASE(test_syn_ack_reflection),
		CASE(test_backscatter_is_low_and_no_junk),
		CASE(test_dhcp_flood_has_no_one_victim),
		CASE(test_fragments),
		CASE(test_wanted_fragments_are_quiet),
		CASE(test_junk_inside_counts_once),
		CASE(test_junk_inside_of_many_small_and_one_large),
		CASE(test_senders_and_targets_without_room_are_counted),
		CASE(test_makers_of_senders_that_name_themselves),
		CASE(test_brands_and_kinds_of_senders),
		CASE(test_a_source_of_a_thousand_names),
		CASE(test_a_million_sources),
		ALONE(test_more_names_than_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
