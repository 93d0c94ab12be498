/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live engine where what it tells is muted, and where it is not any more. */
#include "fed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define S 1000000000ull
#define START (1000 * S)

enum { BOT = 0xc0a80140, OTHER = 0xc0a80141, OUTSIDE = 0x2d210000, BOT_MAC = 0x40, GATEWAY_MAC = 1, OTHER_MAC = 0x41 };
enum { TCP = 6, SYN = 2, ACK = 16 };

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

static void hear_outside(struct fed *fed)
{
	struct fed_packet syn = syn_to(OUTSIDE + 0xfffe, 443), answer;

	syn.from = OTHER;
	syn.from_mac = OTHER_MAC;
	syn.from_port = (uint16_t)(20000 + fed->now_ns / S % 10000);
	answer = syn;
	answer.from_mac = GATEWAY_MAC;
	answer.to_mac = OTHER_MAC;
	answer.from = syn.to;
	answer.to = OTHER;
	answer.from_port = 443;
	answer.to_port = syn.from_port;
	answer.flags = SYN | ACK;
	answer.ack = syn.seq + 1;
	answer.frame.way = FW_GUARD_IN;
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

static void muted(void **state)
{
	struct fed *fed = begin();
	struct device device;

	fed->mute = true;
	for (uint32_t i = 0; i < 8; i++) {
		struct fed_packet syn = syn_to(OUTSIDE + i, 23);

		fed_packet(fed, &syn);
	}
	fed_until(fed, fed->now_ns + 5 * S);
	assert_true(live_device(fed->live, live_device_of(fed->live, (const uint8_t[]){2, 0, 0, 0, 0, BOT_MAC}), &device));
	assert_int_equal(device.state, STATE_CLEAN);
	assert_int_equal(fed_count(fed, 0, FINDING_SCAN, SEVERITY_HIGH), 1);
	fed_free(fed);
}

/* The mute ends: what was found meanwhile is told once more and counts, but for what a person released since. */
static void muted_no_more(void **state)
{
	for (int release = 0; release < 2; release++) {
		struct fed *fed = begin();
		struct device device;
		uint32_t number, told;

		fed->mute = true;
		for (uint32_t i = 0; i < 8; i++) {
			struct fed_packet syn = syn_to(OUTSIDE + i, 23);

			fed_packet(fed, &syn);
		}
		fed_until(fed, fed->now_ns + 5 * S);
		number = live_device_of(fed->live, (const uint8_t[]){2, 0, 0, 0, 0, BOT_MAC});
		told = fed->told_count;
		live_judge_anew(fed->live);
		fed_until(fed, fed->now_ns + 5 * S);
		/* still muted: once, and no state of it */
		assert_int_equal(fed_count(fed, told, FINDING_SCAN, SEVERITY_HIGH), 1);
		assert_true(live_device(fed->live, number, &device) && device.state == STATE_CLEAN);
		if (release)
			live_release(fed->live, number);
		fed->mute = false;
		told = fed->told_count;
		live_judge_anew(fed->live);
		fed_until(fed, fed->now_ns + 5 * S);
		assert_int_equal(fed_count(fed, told, FINDING_SCAN, SEVERITY_HIGH), !release);
		assert_true(live_device(fed->live, number, &device));
		assert_int_equal(device.state, release ? STATE_CLEAN : STATE_HIJACKED);
		/* what counts is not told again */
		told = fed->told_count;
		live_judge_anew(fed->live);
		fed_until(fed, fed->now_ns + 5 * S);
		assert_int_equal(fed->told_count, told);
		fed_free(fed);
	}
}

/* An advisory is open, is none any more (a fix, a mark, a folder that is gone), and is open again: as many as before, and news all the same. */
static void advised_again(void **state)
{
	const struct evidence_advisory worst = {.certainty = ASSET_EXACT, .score = 98, .advisories = 1, .id = "HL-1"};
	struct fed *fed = begin();
	struct fed_packet syn = syn_to(OUTSIDE, 443);
	struct device device;
	uint32_t number;

	fed_packet(fed, &syn);
	number = live_device_of(fed->live, (const uint8_t[]){2, 0, 0, 0, 0, BOT_MAC});
	for (unsigned turn = 0; turn < 3; turn++) {
		uint32_t told = fed->told_count;

		live_advise(fed->live, number, &worst);
		live_judge_anew(fed->live);
		fed_until(fed, fed->now_ns + S);
		assert_int_equal(fed_count(fed, told, FINDING_ADVISORY, SEVERITY_HIGH), 1);
		assert_true(live_device(fed->live, number, &device) && device.state == STATE_EXPOSED);
		live_advise(fed->live, number, NULL);
		assert_true(live_device(fed->live, number, &device) && device.state == STATE_CLEAN);
		fed_until(fed, fed->now_ns + S);
	}
	/* what a person released is no news while it is as it was */
	live_advise(fed->live, number, &worst);
	fed_until(fed, fed->now_ns + S);
	live_release(fed->live, number);
	live_advise(fed->live, number, &worst);
	fed_until(fed, fed->now_ns + S);
	assert_true(live_device(fed->live, number, &device) && device.state == STATE_CLEAN);
	fed_free(fed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(muted), cmocka_unit_test(muted_no_more), cmocka_unit_test(advised_again)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
