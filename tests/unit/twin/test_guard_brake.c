/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bound of each brake, as a property: whatever arrives when, within any span of t seconds no more passes than rate * t + burst. For
 * each bucket thousands of arrivals in patterns of their own (all at once, steady, bursts at the edge of what has been earned, by
 * chance, a clock that stands still or goes back); then every span between two of them that passed is held against the bound.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guard_bed.h"

enum { ARRIVALS = 1200, PATTERNS = 6 };

struct passed {
	uint64_t at_ns, cost;
};

static uint32_t pick(uint64_t *random, uint32_t below)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return (uint32_t)((*random * 0x9e3779b97f4a7c15ull) >> 33) % below;
}

/* A packet that takes from this bucket; number makes it another conversation. */
static struct talk talk_of(enum fw_brake brake, uint32_t number, uint64_t *random)
{
	struct talk talk = {.local = BED_CAMERA,
		.remote = 0x01000000 + number,
		.local_port = 40000,
		.remote_port = 80,
		.proto = FW_IP_TCP,
		.flags = FW_TCP_ACK};

	switch (brake) {
	case FW_BRAKE_QUESTIONS:
		talk.proto = FW_IP_UDP;
		talk.remote = BED_RESOLVER;
		talk.remote_port = 53;
		talk.local_port = (uint16_t)number;
		talk.payload_len = 30;
		break;
	case FW_BRAKE_LOGINS:
		talk.remote_port = 23;
		break;
	case FW_BRAKE_SYNS:
		talk.flags = FW_TCP_SYN;
		break;
	case FW_BRAKE_UNANSWERED: /* of whatever protocol */
		talk.proto = (uint8_t[]){FW_IP_UDP, FW_IP_GRE, FW_IP_ICMP, FW_IP_TCP}[pick(random, 4)];
		talk.remote = 0x01000000 + number % 3;
		talk.fragment = (uint16_t)(pick(random, 4) ? 0 : 0x0010);
		talk.payload_len = (uint16_t)pick(random, 1400);
		break;
	case FW_BRAKE_FORGED:
		talk.local = 0xc6120000 + number;
		talk.device = 2;
		break;
	case FW_BRAKE_LOCAL:
		talk.remote = 0xe00000fb;
		talk.proto = FW_IP_UDP;
		break;
	default:
		break;
	}
	return talk;
}

static uint64_t later(uint32_t pattern, uint64_t *random, uint64_t now_ns, uint32_t rate, uint32_t burst)
{
	uint64_t each_ns = FW_NS_PER_S / rate, earned_ns = burst * FW_NS_PER_S / rate;

	if (pattern == 0)
		return now_ns;
	if (pattern == 1)
		return now_ns + each_ns / 2 + 1;
	if (pattern == 2) /* quiet until all is earned again, then all at once */
		return pick(random, burst + 20) ? now_ns : now_ns + earned_ns + pick(random, 3) - 1;
	if (pattern == 3)
		return now_ns + pick(random, 1000000000) * (uint64_t)pick(random, 2);
	if (pattern == 4) /* the clock goes back, too */
		return pick(random, 10) ? now_ns + pick(random, 2000) * 1000 : now_ns - pick(random, 1000000);
	return now_ns + each_ns - 1 + pick(random, 3);
}

/* Spans from each one that passed on, forward in time; the clock may have gone back in between. */
static void hold_to_bound(const struct passed *passed, uint32_t count, uint32_t rate, uint32_t burst)
{
	for (uint32_t from = 0; from < count; from++) {
		uint64_t sum = 0, most_ns = passed[from].at_ns;

		for (uint32_t to = from; to < count; to++) {
			sum += passed[to].cost;
			if (passed[to].at_ns > most_ns)
				most_ns = passed[to].at_ns;
			/* exact: in units of a nanosecond's worth of rate */
			assert_true((__uint128_t)(sum - (sum < burst ? sum : burst)) * FW_NS_PER_S <=
				(__uint128_t)rate * (most_ns - passed[from].at_ns));
		}
	}
}

static uint32_t play(enum fw_brake brake, uint32_t pattern, uint32_t rate, uint32_t burst)
{
	static struct passed passed[ARRIVALS];
	uint64_t random = 20161021 + pattern;
	struct guard_bed bed;
	uint32_t count = 0;

	guard_bed_open(&bed);
	bed.t.config->brake[0][brake] = fw_bucket_rule_of(rate, burst);
	if (brake == FW_BRAKE_FORGED)
		bed.t.config->mode[FW_GUARD_FORGED] = FW_MODE_OFF;
	for (uint32_t i = 0; i < ARRIVALS; i++) {
		struct talk talk = talk_of(brake, i, &random);
		static uint8_t frame[2048];

		guard_bed_out(&bed, &talk);
		if (bed.last.outcome == FW_GUARD_PASSED)
			passed[count++] =
				(struct passed){bed.now_ns, brake == FW_BRAKE_UNANSWERED ? guard_bed_frame(&talk, true, frame) - 14 : 1};
		else
			assert_int_equal(bed.last.reason, FW_REASON_BRAKE_QUESTIONS + brake);
		bed.now_ns = later(pattern, &random, bed.now_ns, rate, burst);
	}
	guard_bed_close(&bed);
	hold_to_bound(passed, count, rate, burst);
	return count;
}

static void each_bound_holds_for_any_arrivals(void **state)
{
	for (uint32_t brake = 0; brake < FW_BRAKE_COUNT; brake++)
		for (uint32_t pattern = 0; pattern < PATTERNS; pattern++) {
			uint32_t scale = brake == FW_BRAKE_UNANSWERED ? 1000 : 1;

			assert_true(play(brake, pattern, 7 * scale, 20 * scale) >= 19);
			assert_true(play(brake, pattern, 50 * scale, 3 * scale) >= 3);
		}
}

/* What may pass does: at once the burst, and then what is earned. */
static void what_is_earned_is_given(void **state)
{
	for (uint32_t brake = 0; brake < FW_BRAKE_COUNT; brake++)
		if (brake != FW_BRAKE_UNANSWERED)
			assert_int_equal(play(brake, 0, 8, 20), 20); /* 7 a second are no whole nanoseconds each: 19 */
	assert_true(play(FW_BRAKE_CONTACTS, 1, 50, 20) >= ARRIVALS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_bound_holds_for_any_arrivals),
		cmocka_unit_test(what_is_earned_is_given),
	};

	return cmocka_run_group_tests_name("guard brake", tests, NULL, NULL);
}
