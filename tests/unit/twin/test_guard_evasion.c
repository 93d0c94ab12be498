/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard's judge against who wants to get round it, from within and from without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "guard_bed.h"

/* Into a conversation that the device opened: whoever sent it, the answers go on. */
static void a_syn_from_without_turns_nothing_round(void **state)
{
	struct guard_bed bed;
	struct talk syn = tcp(BED_HOST, 40000, 443, SYN), answer = tcp(BED_HOST, 40000, 443, SYN_ACK),
		    data = tcp(BED_HOST, 40000, 443, ACK);

	guard_bed_open(&bed);
	OUT(&bed, &syn, FREE);
	IN(&bed, &answer, ASKED);
	IN(&bed, &syn, ASKED);
	IN(&bed, &data, ASKED);
	OUT(&bed, &data, FREE);
	IN(&bed, &data, ASKED);
	guard_bed_close(&bed);
}

/* To everybody's MAC, with one host's address: some hosts take it for theirs, the gateway among them. */
static void quarantine_holds_for_frames_to_many(void **state)
{
	static uint8_t bytes[2048];
	struct guard_bed bed;
	struct talk talk = udp(BED_GATEWAY, 40000, 5351, 12), many = udp(0xefffffff, 40000, 1900, 100);
	struct twin_guard_frame frame = {.bytes = bytes, .packets = 1};

	guard_bed_open(&bed);
	frame.now_ns = bed.now_ns;
	frame.len = frame.frame_len = guard_bed_frame(&talk, true, bytes);
	memset(bytes, 0xff, 6);
	assert_int_equal(twin_guard_out(bed.guard, &frame).reason, FW_REASON_LOCAL);
	guard_bed_device(&bed, BED_CAMERA)->flags |= FW_DEVICE_QUARANTINED;
	assert_int_equal(twin_guard_out(bed.guard, &frame).reason, FW_REASON_QUARANTINED);
	OUT(&bed, &many, LOCAL);
	guard_bed_close(&bed);
}

/* Eight bytes of TCP, the rest to follow: ports and flags are nobody's, so it passes no rule and no bucket that they would have stopped. */
static void a_tiny_first_fragment_hides_nothing(void **state)
{
	struct guard_bed bed;
	struct fw_rule rules[2] = {guard_bed_rule(FW_WAY_FROM, FW_IP_TCP), guard_bed_rule(FW_WAY_FROM, FW_IP_TCP)};
	struct talk tiny = {.local = BED_CAMERA, .remote = BED_HOST, .proto = FW_IP_TCP, .fragment = 0x2000},
		    syn = tcp(BED_OTHER, 40000, 80, SYN);
	static uint8_t bytes[2048];
	struct twin_guard_frame frame = {.bytes = bytes, .packets = 1};

	guard_bed_open(&bed);
	frame.now_ns = bed.now_ns;
	guard_bed_frame(&tiny, true, bytes);
	bytes[17] = 28; /* total length */
	frame.len = frame.frame_len = 14 + 28;
	bed.t.config->brake[0][FW_BRAKE_LOGINS] = fw_bucket_rule_of(1, 2);
	assert_int_equal(twin_guard_out(bed.guard, &frame).reason, FW_REASON_FREE);
	assert_int_equal(twin_guard_out(bed.guard, &frame).reason, FW_REASON_FREE);
	assert_int_equal(twin_guard_out(bed.guard, &frame).reason, FW_REASON_BRAKE_LOGINS);
	OUT(&bed, &syn, FREE);
	rules[0].remote_least = rules[0].remote_most = 23;
	rules[0].accept = 0;
	guard_bed_policy(&bed, BED_CAMERA, rules, 2);
	assert_int_equal(twin_guard_out(bed.guard, &frame).reason, FW_REASON_RULE_DROP);
	OUT(&bed, &syn, RULE);
	guard_bed_close(&bed);
}

/* What is stopped on its way in can be no answer that was lost. */
static void knocking_loses_no_answers(void **state)
{
	struct guard_bed bed;
	struct talk knock = tcp(BED_HOST, 23, 40001, SYN), syn = tcp(BED_HOST, 40000, 443, SYN),
		    answer = tcp(BED_HOST, 40000, 443, SYN_ACK);
	const struct fw_guard_count *count;

	guard_bed_open(&bed);
	count = &bed.t.counts[FW_STRANGERS];
	bed.t.config->frames_in = fw_bucket_rule_of(1, 1);
	for (uint32_t i = 0; i < 3; i++)
		IN(&bed, &knock, INBOUND);
	assert_true(count->frames_lost == 2 && count->frames_lost_in == 0);
	OUT(&bed, &syn, FREE);
	IN(&bed, &answer, ASKED);
	assert_true(count->frames_lost == 3 && count->frames_lost_in == 1);
	guard_bed_close(&bed);
}

/* A datagram of which so many bytes came; returns how it was judged. */
static struct twin_guard_verdict cut_at(struct guard_bed *bed, uint32_t len, bool out)
{
	struct talk talk = udp(BED_HOST, 40000, 9000, 64);
	uint8_t bytes[2048];
	struct twin_guard_frame frame = {.now_ns = bed->now_ns, .bytes = bytes, .len = len, .frame_len = len, .packets = 1};

	guard_bed_frame(&talk, out, bytes);
	return out ? twin_guard_out(bed->guard, &frame) : twin_guard_in(bed->guard, &frame);
}

enum { LINK_LEN = 14, NETWORK_LEN = 34, TRANSPORT_LEN = 42 };

/* Of a frame that ends within a header, the rest may be anything: fail: open judges by what came, fail: closed drops. Both count. */
static void the_fail_mode(void **state)
{
	for (uint32_t len = LINK_LEN; len < TRANSPORT_LEN; len++) {
		for (unsigned out = 0; out < 2; out++) {
			/* without addresses it is for the link; with them, what comes in is nobody's answer */
			enum fw_reason wanted = len < NETWORK_LEN ? FW_REASON_LOCAL : out ? FW_REASON_FREE : FW_REASON_INBOUND;
			enum fw_reason unread = len < NETWORK_LEN ? FW_REASON_NETWORK_SHORT : FW_REASON_TRANSPORT_SHORT;
			enum fw_guard_way way = out ? FW_GUARD_OUT : FW_GUARD_IN;
			enum fw_guard_outcome outcome = wanted == FW_REASON_INBOUND ? FW_GUARD_DROPPED : FW_GUARD_PASSED;
			struct twin_guard_verdict verdict;
			struct guard_bed bed;

			guard_bed_open(&bed);
			verdict = cut_at(&bed, len, out);
			assert_int_equal(verdict.reason, wanted);
			assert_int_equal(verdict.outcome, outcome);
			assert_int_equal(bed.t.totals->reason[way][outcome][wanted].packets, 1);
			bed.t.config->closed = 1;
			verdict = cut_at(&bed, len, out);
			assert_int_equal(verdict.reason, unread);
			assert_int_equal(verdict.outcome, FW_GUARD_DROPPED);
			assert_int_equal(bed.t.totals->reason[way][FW_GUARD_DROPPED][unread].packets, 1);
			assert_int_equal(bed.t.counts[FW_STRANGERS].way[way][FW_GUARD_DROPPED].packets, 1u + (outcome == FW_GUARD_DROPPED));
			/* who is never stopped is not stopped by that either */
			bed.t.devices[FW_STRANGERS].flags |= FW_DEVICE_HELD;
			assert_int_equal(cut_at(&bed, len, out).outcome, FW_GUARD_PASSED);
			guard_bed_close(&bed);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_syn_from_without_turns_nothing_round),
		cmocka_unit_test(quarantine_holds_for_frames_to_many),
		cmocka_unit_test(a_tiny_first_fragment_hides_nothing),
		cmocka_unit_test(knocking_loses_no_answers),
		cmocka_unit_test(the_fail_mode),
	};

	return cmocka_run_group_tests_name("twin guard, evasion", tests, NULL, NULL);
}
