/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live engine by cases: what is told when, what is not told because nobody could know, and what a run without an end costs. That it
 * finds what inspect finds is in test_live_captures.c.
 */
#include "fed.h"

#include <errno.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire/limits.h"

#define S 1000000000ull
#define START (1000 * S)

enum {
	BOT = 0xc0a80140,
	GATEWAY = 0xc0a80101,
	OTHER = 0xc0a80141,
	OUTSIDE = 0x2d210000,
	BOT_MAC = 0x40,
	GATEWAY_MAC = 1,
	OTHER_MAC = 0x41
};
enum { TCP = 6, UDP = 17, FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

static struct fed_packet syn_to(uint32_t target, uint16_t port)
{
	return (struct fed_packet){.from_mac = BOT_MAC,
		.to_mac = GATEWAY_MAC,
		.from = BOT,
		.to = target,
		.from_port = (uint16_t)(30000 + (target & 0xff)),
		.to_port = port,
		.proto = TCP,
		.flags = SYN,
		.seq = target ^ 0x5555,
		.frame = {.way = FW_GUARD_OUT}};
}

static struct fed_packet udp_to(uint32_t target)
{
	struct fed_packet udp = syn_to(target, 80);

	udp.proto = UDP;
	udp.from_port = 4000;
	udp.len = 40;
	return udp;
}

/* What comes back on the same conversation. */
static struct fed_packet back_of(const struct fed_packet *out, uint8_t flags)
{
	struct fed_packet back = *out;

	back.from_mac = out->to_mac;
	back.to_mac = out->from_mac;
	back.from = out->to;
	back.to = out->from;
	back.from_port = out->to_port;
	back.to_port = out->from_port;
	back.flags = flags;
	back.seq = 7;
	back.ack = out->seq + 1;
	back.len = 0;
	back.frame.way = FW_GUARD_IN;
	return back;
}

/* Another device hears from the outside, so that silence means something. */
static void hear_outside(struct fed *fed)
{
	struct fed_packet syn = syn_to(OUTSIDE + 0xfffe, 443), answer;

	syn.from = OTHER;
	syn.from_mac = OTHER_MAC;
	syn.from_port = (uint16_t)(20000 + fed->now_ns / S % 10000);
	answer = back_of(&syn, SYN | ACK);
	fed_packet(fed, &syn);
	fed_packet(fed, &answer);
}

static struct fed *begin(void)
{
	struct fed *fed = fed_new(NULL);

	fed_until(fed, START);
	hear_outside(fed);
	return fed;
}

/* ---- when ---- */

/* The fourth failure is known 3 s after the fourth SYN, or when it is refused; told within a second of it. */
static void scan_within_a_second(void **state)
{
	for (int refused = 0; refused < 2; refused++) {
		struct fed *fed = begin();
		uint64_t decided_ns;

		for (uint32_t i = 0; i < 4; i++) {
			struct fed_packet syn = syn_to(OUTSIDE + i, 23), reset = back_of(&syn, RST | ACK);

			fed_until(fed, fed->now_ns + S / 5);
			fed_packet(fed, &syn);
			if (refused)
				fed_packet(fed, &reset);
		}
		decided_ns = fed->now_ns + (refused ? 0 : FW_CONTACT_SILENT_NS);
		fed_until(fed, fed->now_ns + 10 * S);
		assert_int_equal(fed_count(fed, 0, FINDING_SCAN, SEVERITY_HIGH), 1);
		assert_int_equal(fed->told_count, 1);
		assert_in_range(fed->told[0].time_ns, decided_ns, decided_ns + S);
		fed_free(fed);
	}
}

static void flood_within_a_second(void **state)
{
	struct fed *fed = begin();
	uint64_t begin_ns = fed->now_ns;

	/* 150 a second: guilty when the third window closes */
	for (uint32_t i = 0; i < 15 * 60; i++) {
		struct fed_packet udp = udp_to(OUTSIDE + 5);

		if (i % 15 == 0)
			fed_until(fed, fed->now_ns + S / 10);
		fed_packet(fed, &udp);
	}
	assert_int_equal(fed_count(fed, 0, FINDING_FLOOD, SEVERITY_CRITICAL), 1);
	assert_in_range(fed->told[0].time_ns, begin_ns + 3 * S, begin_ns + 4 * S + S / 10);
	fed_free(fed);
}

/* Once when it appears, once when it is worse, then at most once in a minute. */
static void told_once(void **state)
{
	struct fed *fed = begin();
	uint32_t more = 0;

	for (uint32_t i = 0; i < 3000; i++) {
		struct fed_packet syn = syn_to(OUTSIDE + 0x1000 + i, 8443);

		fed_until(fed, fed->now_ns + S / 10);
		fed_packet(fed, &syn);
		if (i % 100 == 0)
			hear_outside(fed);
	}
	for (uint32_t i = 0; i < fed->told_count; i++) {
		assert_int_equal(fed->told[i].number, fed->told[0].number);
		more += fed->told[i].news == LIVE_MORE;
	}
	assert_int_equal(fed->told[0].news, LIVE_NEW);
	assert_int_equal(fed->told[1].news, LIVE_WORSE);
	assert_int_equal(fed->told[1].key.severity, SEVERITY_HIGH);
	assert_in_range(more, 4, 5);
	assert_int_equal(fed->told_count, 2 + more);
	fed_free(fed);
}

/* ---- what nobody could know ---- */

static uint32_t scans_where(bool lost, bool stopped, enum fw_reason reason)
{
	struct fed *fed = begin();
	const uint8_t mac[6] = {2, 0, 0, 0, 0, BOT_MAC};
	uint32_t count;

	for (uint32_t i = 0; i < 20; i++) {
		struct fed_packet syn = syn_to(OUTSIDE + i, 23);

		syn.frame.outcome = stopped ? FW_GUARD_DROPPED : FW_GUARD_PASSED;
		syn.frame.reason = (uint8_t)reason;
		fed_until(fed, fed->now_ns + S / 10);
		fed_packet(fed, &syn);
		if (lost)
			live_lost(fed->live, i & 1 ? mac : NULL, 100, 50);
	}
	for (int i = 0; i < 10; i++) {
		fed_until(fed, fed->now_ns + S);
		if (lost)
			live_lost(fed->live, mac, 100, 50);
	}
	count = fed_count(fed, 0, FINDING_SCAN, SEVERITY_LOW);
	fed_free(fed);
	return count;
}

static void silence_that_says_nothing(void **state)
{
	assert_true(scans_where(false, false, FW_REASON_FREE) > 0);
	assert_int_equal(scans_where(true, false, FW_REASON_FREE), 0);
	assert_int_equal(scans_where(false, true, FW_REASON_RULE_DROP), 0);
	assert_int_equal(scans_where(false, true, FW_REASON_BRAKE_CONTACTS), 0);
	assert_int_equal(scans_where(false, true, FW_REASON_BRAKE_SYNS), 0);
}

/* SYNs that the brake stops are a flood all the same; what policy stops is not. */
static uint32_t floods_stopped_by(enum fw_reason reason)
{
	struct fed *fed = begin();
	uint32_t count;

	for (uint32_t i = 0; i < 50 * 60; i++) {
		struct fed_packet syn = syn_to(OUTSIDE + 9, 80);

		if (i % 50 == 0)
			fed_until(fed, fed->now_ns + S / 10);
		syn.from_port = (uint16_t)(1024 + i);
		syn.frame.outcome = FW_GUARD_DROPPED;
		syn.frame.reason = (uint8_t)reason;
		fed_packet(fed, &syn);
	}
	count = fed_count(fed, 0, FINDING_FLOOD, SEVERITY_CRITICAL);
	fed_free(fed);
	return count;
}

static void floods_that_are_stopped(void **state)
{
	assert_int_equal(floods_stopped_by(FW_REASON_BRAKE_SYNS), 1);
	assert_int_equal(floods_stopped_by(FW_REASON_BRAKE_UNANSWERED), 1);
	assert_int_equal(floods_stopped_by(FW_REASON_RULE_DROP), 0);
	assert_int_equal(floods_stopped_by(FW_REASON_QUARANTINED), 0);
}

/*
 * An upload as the ring shows it: the first 16 packets, then of each burst of 60 those behind the fifteenth and the one that
 * acknowledges them. run: what the ring says of that one.
 */
static uint32_t floods_of_upload(uint8_t run)
{
	struct fed *fed = begin();
	struct fed_packet data = syn_to(OUTSIDE + 77, 443), answer = back_of(&data, SYN | ACK);
	uint32_t count;

	fed_packet(fed, &data);
	fed_packet(fed, &answer);
	data.flags = ACK;
	data.seq++;
	data.ack = 8;
	fed_packet(fed, &data);
	data.flags = ACK | PSH;
	data.len = 1448;
	for (uint32_t burst = 0; burst < 100; burst++) {
		fed_until(fed, fed->now_ns + S / 10);
		for (uint32_t i = 15; i < 60; i++, data.seq += 1448)
			fed_packet(fed, &data);
		answer = back_of(&data, ACK);
		answer.frame.run = run;
		fed_packet(fed, &answer);
	}
	count = fed_count(fed, 0, FINDING_FLOOD, SEVERITY_LOW);
	fed_free(fed);
	return count;
}

static void an_upload(void **state)
{
	assert_int_equal(floods_of_upload(60), 0);
	assert_int_equal(floods_of_upload(0), 1);
}

/* Answers to a busy device, most of which found no room in the ring; lost beside seen. */
static uint32_t floods_with_loss(uint64_t lost, uint64_t seen, uint32_t answered_of_50)
{
	struct fed *fed = begin();
	const uint8_t mac[6] = {2, 0, 0, 0, 0, BOT_MAC};
	uint32_t count;

	for (uint32_t i = 0; i < 50 * 60; i++) {
		struct fed_packet udp = udp_to(OUTSIDE + 5);
		struct fed_packet answer = back_of(&udp, 0);

		if (i % 50 == 0) {
			live_lost(fed->live, mac, lost, seen);
			fed_until(fed, fed->now_ns + S / 10);
		}
		fed_packet(fed, &udp);
		if (i % 50 < answered_of_50)
			fed_packet(fed, &answer);
	}
	count = fed_count(fed, 0, FINDING_FLOOD, SEVERITY_LOW);
	fed_free(fed);
	return count;
}

static void floods_where_answers_were_lost(void **state)
{
	assert_int_equal(floods_with_loss(0, 0, 1), 1); /* 1 in 50 is too few */
	assert_int_equal(floods_with_loss(40, 10, 1), 0); /* 1 in 10, as far as anybody knows */
	assert_int_equal(floods_with_loss(100, 0, 0), 0); /* nothing was seen at all */
	assert_int_equal(floods_with_loss(4000, 1000, 0), 1); /* of a thousand that were seen, none was an answer */
}

/* From one device to another, on the ports of a bridge: out of the one, into the other. The gateway's own is seen only once. */
static void seen_twice(void **state)
{
	struct live_config config = {.held = {{[10] = 0xff, [11] = 0xff, [12] = 192, [13] = 168, [14] = 1, [15] = 1}}, .held_count = 1};
	struct live_fill fill;
	struct fed *fed;

	side_init(&config.side);
	fed = fed_new(&config);
	fed_until(fed, START);
	for (int i = 0; i < 2; i++) {
		struct fed_packet syn = syn_to(OTHER, 80), again;

		syn.to_mac = OTHER_MAC;
		again = syn;
		again.frame.way = FW_GUARD_IN;
		fed_packet(fed, &syn);
		fed_packet(fed, &again);
		again.from = GATEWAY;
		again.from_mac = GATEWAY_MAC;
		fed_packet(fed, &again);
	}
	live_fill(fed->live, &fill);
	assert_int_equal(fill.frames, 4);
	assert_int_equal(fill.frames_twice, 2);
	fed_free(fed);
}

/* ---- clocks ---- */

static void a_wall_clock_that_jumps(void **state)
{
	struct fed *fed = begin();

	for (uint32_t i = 0; i < 6; i++) {
		struct fed_packet syn = syn_to(OUTSIDE + i, 23);

		fed->wall_ahead_ns = i & 1 ? 1700000000 * S : 5 * S;
		fed_until(fed, fed->now_ns + S / 5);
		fed_packet(fed, &syn);
	}
	fed->wall_ahead_ns = 1800000000 * S;
	live_tick(fed->live, fed->now_ns - 100 * S, fed->now_ns); /* runs back: as if it stood still */
	fed_until(fed, fed->now_ns + 5 * S);
	assert_int_equal(fed_count(fed, 0, FINDING_SCAN, SEVERITY_HIGH), 1);
	for (uint32_t i = 0; i < fed->told_count; i++)
		assert_in_range(fed->told[i].first_ns, START + 1800000000 * S, fed->now_ns + 1800000000 * S);
	fed_free(fed);
}

/* The daemon stood still for 4 s, and the ring held what came meanwhile: 300 a second, not 1,200 at once. */
static void a_stall(void **state)
{
	struct fed *fed = begin();
	uint64_t from_ns = fed->now_ns;
	struct live_fill fill;

	live_tick(fed->live, from_ns + S / 2, from_ns);
	for (uint32_t i = 0; i < 1200; i++) {
		struct fed_packet udp = udp_to(OUTSIDE + i % 12 * 256);

		fed->now_ns = from_ns + S / 2 + 4 * S * i / 1200;
		fed_packet(fed, &udp);
		if (i % 600 == 599)
			live_tick(fed->live, from_ns + 9 * S / 2, from_ns); /* some still wait */
	}
	fed_until(fed, fed->now_ns + 5 * S);
	live_fill(fed->live, &fill);
	assert_int_equal(fill.left_out.clock_jumps, 0);
	assert_int_equal(fed_count(fed, 0, FINDING_FLOOD, SEVERITY_LOW), 0);
	fed_free(fed);
}

/* ---- people ---- */

static void released(void **state)
{
	struct fed *fed = begin();
	struct device device;
	uint32_t number, told;

	for (uint32_t i = 0; i < 8; i++) {
		struct fed_packet syn = syn_to(OUTSIDE + i, 23);

		fed_packet(fed, &syn);
	}
	fed_until(fed, fed->now_ns + 5 * S);
	number = live_device_of(fed->live, (const uint8_t[]){2, 0, 0, 0, 0, BOT_MAC});
	assert_true(live_device(fed->live, number, &device));
	assert_int_equal(device.state, STATE_HIJACKED);
	live_release(fed->live, number);
	assert_true(live_device(fed->live, number, &device) && device.state == STATE_CLEAN);
	assert_true(fed->told[0].first);
	told = fed->told_count;
	fed_until(fed, fed->now_ns + 100 * S);
	assert_int_equal(fed->told_count, told);
	hear_outside(fed);
	for (uint32_t i = 0; i < 8; i++) {
		struct fed_packet syn = syn_to(OUTSIDE + 100 + i, 23);

		fed_packet(fed, &syn);
	}
	fed_until(fed, fed->now_ns + 5 * S);
	assert_int_equal(fed_count(fed, told, FINDING_SCAN, SEVERITY_HIGH), 1);
	assert_int_equal(fed->told[told].news, LIVE_NEW);
	assert_false(fed->told[told].first); /* the same one, once more */
	assert_int_equal(fed->told[told].number, fed->told[0].number);
	assert_true(live_device(fed->live, number, &device) && device.state == STATE_HIJACKED);
	fed_free(fed);
}

/* ---- without an end ---- */

/* All that is allocated, small and large. */
static size_t heap_bytes(void)
{
	struct mallinfo2 heap = mallinfo2();

	return heap.uordblks + heap.hblkhd;
}

/* One target after the other, five ports each: a finding for each target, 17,280 in a day. */
static void try_target(struct fed *fed, uint32_t target)
{
	for (uint16_t port = 0; port < 5; port++) {
		struct fed_packet syn = syn_to(target, (uint16_t)(9000 + port));

		fed_packet(fed, &syn);
	}
	fed_walk(fed, fed->now_ns + 5 * S, S);
	if (target % 8 == 0)
		hear_outside(fed);
}

/* The book is full of old findings long before noon, and the last one of the day is told as the first was. */
static void a_day(void **state)
{
	struct fed *fed = begin();
	struct live_fill fill;
	size_t morning_bytes = heap_bytes();
	uint32_t told = 0, targets = 86400 / 5;

	for (uint32_t i = 0; i < targets; i++) {
		try_target(fed, OUTSIDE + i);
		live_fill(fed->live, &fill);
		assert_true(fill.findings < FW_FINDING_MAX);
		if (i == targets - 2)
			told = fed->told_count;
	}
	assert_int_equal(heap_bytes(), morning_bytes);
	print_message("%u targets: %u findings kept, %llu left, %llu refused\n", targets, fill.findings,
		(unsigned long long)fill.findings_left, (unsigned long long)fill.left_out.findings);
	assert_int_equal(fill.left_out.findings, 0);
	assert_true(fill.findings >= FW_FINDING_MAX / 2);
	assert_in_range(fill.findings_left + fill.findings, targets - 10, targets + 10);
	assert_true(fed_count(fed, told, FINDING_SCAN, SEVERITY_LOW) > 0);
	fed_walk(fed, fed->now_ns + 26 * 3600 * S, 10 * S);
	live_fill(fed->live, &fill);
	assert_int_equal(fill.findings, 0);
	assert_null(live_finding_at(fed->live, 0));
	fed_free(fed);
}

/* A finding that left is found again, as a new one. */
static void found_again(void **state)
{
	struct fed *fed = begin();
	uint64_t first = 0;

	for (int day = 0; day < 2; day++) {
		hear_outside(fed);
		for (uint32_t i = 0; i < 8; i++) {
			struct fed_packet syn = syn_to(OUTSIDE + 1000 * (uint32_t)day + i, 23);

			fed_packet(fed, &syn);
		}
		fed_until(fed, fed->now_ns + 5 * S);
		fed_walk(fed, fed->now_ns + 26 * 3600 * S, 10 * S);
		assert_int_equal(fed_count(fed, 0, FINDING_SCAN, SEVERITY_HIGH), (uint32_t)day + 1);
		first = day ? first : fed->told[0].number;
	}
	assert_true(fed->told[fed->told_count - 1].number != first);
	fed_free(fed);
}

static void refused(void **state)
{
	struct live_config config = {.held_count = 0};
	struct live *live = NULL;

	side_init(&config.side);
	assert_int_equal(live_new(&config, &live), -EINVAL);
	assert_null(live);
	live_free(NULL);
}

/* A network of ours that a person names while we run: what leaves from it was a forgery, and is none from then on. */
static void ours_grows(void **state)
{
	static const uint8_t named[16] = {[10] = 0xff, [11] = 0xff, 198, 51, 100};
	struct fed *fed = begin();
	struct fed_packet own = udp_to(OUTSIDE + 7), forged = udp_to(OUTSIDE + 8);
	struct side side;
	uint32_t before;

	(void)state;
	fed_packet(fed, &own);
	for (uint16_t i = 0; i < 6; i++) {
		forged.from = 0xc6336405;
		forged.from_port = (uint16_t)(5000 + i);
		fed_packet(fed, &forged);
	}
	fed_until(fed, fed->now_ns + 2 * S);
	assert_int_equal(fed_count(fed, 0, FINDING_FORGED_SOURCE, SEVERITY_HIGH), 1);
	side_init(&side);
	side_add(&side, named, 120);
	live_ours(fed->live, &side, NULL, 0);
	live_release(fed->live, live_device_of(fed->live, (const uint8_t[6]){2, 0, 0, 0, 0, BOT_MAC}));
	before = fed->told_count;
	for (uint16_t i = 0; i < 20; i++) {
		forged.from_port = (uint16_t)(6000 + i);
		fed_packet(fed, &forged);
	}
	fed_until(fed, fed->now_ns + 2 * S);
	assert_int_equal(fed_count(fed, before, FINDING_FORGED_SOURCE, SEVERITY_LOW), 0);
	fed_free(fed);
}

/* Devices that teach the link prefixes without end leave no place for a new one: it gets one all the same. */
static void ours_has_a_place(void **state)
{
	struct fed *fed = begin();
	struct fed_packet own = udp_to(OUTSIDE + 7), forged = udp_to(OUTSIDE + 8);
	struct side side;

	(void)state;
	side_init(&side);
	for (uint8_t i = 0; i < SIDE_PREFIX_MAX; i++)
		side_add(&side, (const uint8_t[16]){0x20, 1, i, 1}, 64);
	live_ours(fed->live, &side, NULL, 0);
	side_init(&side);
	side_add(&side, (const uint8_t[16]){[10] = 0xff, [11] = 0xff, 198, 51, 100}, 120);
	live_ours(fed->live, &side, NULL, 0);
	fed_packet(fed, &own);
	for (uint16_t i = 0; i < 6; i++) {
		forged.from = 0xc6336405;
		forged.from_port = (uint16_t)(5000 + i);
		fed_packet(fed, &forged);
	}
	fed_until(fed, fed->now_ns + 2 * S);
	assert_int_equal(fed_count(fed, 0, FINDING_FORGED_SOURCE, SEVERITY_LOW), 0);
	fed_free(fed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scan_within_a_second),
		cmocka_unit_test(flood_within_a_second),
		cmocka_unit_test(told_once),
		cmocka_unit_test(ours_grows),
		cmocka_unit_test(ours_has_a_place),
		cmocka_unit_test(silence_that_says_nothing),
		cmocka_unit_test(floods_that_are_stopped),
		cmocka_unit_test(an_upload),
		cmocka_unit_test(floods_where_answers_were_lost),
		cmocka_unit_test(seen_twice),
		cmocka_unit_test(a_wall_clock_that_jumps),
		cmocka_unit_test(a_stall),
		cmocka_unit_test(released),
		cmocka_unit_test(a_day),
		cmocka_unit_test(found_again),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
