/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard's judge, scene by scene: each a conversation of a device and what must become of every packet of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "guard_bed.h"

static void only_what_it_asked_for_comes_in(void **state)
{
	struct guard_bed bed;
	struct talk syn = tcp(BED_HOST, 40000, 443, SYN), answer = tcp(BED_HOST, 40000, 443, SYN_ACK),
		    knock = tcp(BED_HOST, 23, 40001, SYN);
	struct talk elsewhere = tcp(BED_OTHER, 40000, 443, SYN_ACK), datagram = udp(BED_HOST, 40000, 443, 4);

	guard_bed_open(&bed);
	IN(&bed, &answer, INBOUND);
	assert_int_equal(bed.last.outcome, FW_GUARD_DROPPED);
	OUT(&bed, &syn, FREE);
	IN(&bed, &answer, ASKED);
	IN(&bed, &knock, INBOUND);
	IN(&bed, &elsewhere, INBOUND);
	IN(&bed, &datagram, INBOUND);
	bed.now_ns += bed.t.config->flow_tcp_ns + FW_NS_PER_S;
	IN(&bed, &answer, INBOUND);
	guard_bed_close(&bed);
}

static void what_is_ours_may_come_unless_it_is_closed(void **state)
{
	struct guard_bed bed;
	struct talk view = tcp(BED_PLUG, 80, 40000, SYN), gateway = tcp(BED_GATEWAY, 80, 40000, SYN);

	guard_bed_open(&bed);
	IN(&bed, &view, LATERAL);
	bed.t.config->lateral_closed = 1;
	view.local_port = 81;
	IN(&bed, &view, LATERAL_CLOSED);
	IN(&bed, &gateway, GATEWAY);
	guard_bed_close(&bed);
}

static void one_who_is_asked_may_answer_without_a_brake(void **state)
{
	struct guard_bed bed;
	struct talk view = tcp(BED_PLUG, 80, 40000, SYN), answer = tcp(BED_PLUG, 80, 40000, SYN_ACK), call = tcp(BED_HOST, 40000, 80, SYN);

	guard_bed_open(&bed);
	for (uint32_t i = 0; i < FW_BRAKE_COUNT; i++)
		bed.t.config->brake[0][i] = fw_bucket_rule_of(1, 0);
	IN(&bed, &view, LATERAL);
	OUT(&bed, &answer, FREE);
	OUT(&bed, &call, BRAKE_CONTACTS);
	guard_bed_close(&bed);
}

static void a_policy_is_read_each_way(void **state)
{
	struct guard_bed bed;
	struct fw_rule rules[2] = {guard_bed_rule(FW_WAY_FROM, FW_IP_TCP), guard_bed_rule(FW_WAY_TO, FW_IP_TCP)};
	struct talk syn = tcp(BED_HOST, 40000, 443, SYN), answer = tcp(BED_HOST, 40000, 443, SYN_ACK),
		    other = tcp(BED_HOST, 40000, 80, SYN);

	rules[0].remote_least = rules[0].remote_most = rules[1].remote_least = rules[1].remote_most = 443;
	guard_bed_open(&bed);
	guard_bed_policy(&bed, BED_CAMERA, rules, 1);
	OUT(&bed, &other, NO_RULE);
	OUT(&bed, &syn, RULE);
	assert_int_equal(bed.last.rule, 0);
	IN(&bed, &answer, NO_RULE);
	guard_bed_policy(&bed, BED_CAMERA, rules, 2);
	IN(&bed, &answer, RULE);
	assert_int_equal(bed.last.rule, 1);
	IN(&bed, &answer, RULE);
	assert_int_equal(bed.last.rule, UINT32_MAX); /* remembered */
	guard_bed_close(&bed);
}

static void a_new_generation_judges_flows_anew(void **state)
{
	struct guard_bed bed;
	struct fw_rule rule = guard_bed_rule(FW_WAY_FROM, FW_IP_UDP);
	struct talk talk = udp(BED_HOST, 40000, 443, 10);

	guard_bed_open(&bed);
	guard_bed_policy(&bed, BED_CAMERA, &rule, 1);
	OUT(&bed, &talk, RULE);
	OUT(&bed, &talk, RULE);
	rule.accept = 0;
	guard_bed_policy(&bed, BED_CAMERA, &rule, 1);
	OUT(&bed, &talk, RULE_DROP);
	guard_bed_close(&bed);
}

static void a_policy_that_comes_later_forgets_what_went_before(void **state)
{
	struct guard_bed bed;
	struct talk talk = udp(BED_HOST, 40000, 443, 10);
	struct fw_rule none = guard_bed_rule(FW_WAY_FROM, FW_IP_TCP);

	guard_bed_open(&bed);
	OUT(&bed, &talk, FREE);
	guard_bed_policy(&bed, BED_CAMERA, &none, 1);
	OUT(&bed, &talk, NO_RULE);
	guard_bed_close(&bed);
}

static void only_the_named_side_opens(void **state)
{
	struct guard_bed bed;
	struct fw_rule rules[2] = {guard_bed_rule(FW_WAY_FROM, FW_IP_TCP), guard_bed_rule(FW_WAY_TO, FW_IP_TCP)};
	struct talk syn = tcp(BED_HOST, 40000, 443, SYN), syn_ack = tcp(BED_HOST, 40000, 443, SYN_ACK),
		    ack = tcp(BED_HOST, 40000, 443, ACK);
	struct talk knock = tcp(BED_HOST, 40000, 443, SYN), stray = tcp(BED_OTHER, 40000, 443, ACK);

	rules[0].opener = rules[1].opener = FW_OPENER_DEVICE;
	guard_bed_open(&bed);
	guard_bed_policy(&bed, BED_CAMERA, rules, 2);
	IN(&bed, &knock, WRONG_OPENER);
	IN(&bed, &stray, WRONG_OPENER);
	OUT(&bed, &syn, RULE);
	IN(&bed, &syn_ack, RULE);
	OUT(&bed, &ack, RULE);
	IN(&bed, &knock, WRONG_OPENER); /* a SYN of the other side opens another one */
	IN(&bed, &syn_ack, RULE);
	rules[0].opener = rules[1].opener = FW_OPENER_REMOTE;
	guard_bed_policy(&bed, BED_PLUG, rules, 2);
	syn.local = knock.local = syn_ack.local = BED_PLUG;
	OUT(&bed, &syn, WRONG_OPENER);
	IN(&bed, &knock, RULE);
	OUT(&bed, &syn_ack, RULE);
	guard_bed_close(&bed);
}

static void dns_and_ntp_stay_open_behind_the_rules(void **state)
{
	struct guard_bed bed;
	struct fw_rule drop = guard_bed_rule(FW_WAY_FROM, FW_IP_UDP);
	struct talk ask = udp(BED_RESOLVER, 40000, 53, 30), clock = udp(BED_HOST, 123, 123, 48), other = udp(BED_OTHER, 40000, 53, 30);

	guard_bed_open(&bed);
	drop.accept = 0;
	guard_bed_policy(&bed, BED_CAMERA, &drop, 0);
	OUT(&bed, &ask, NO_RULE);
	bed.t.policies[0][FW_STRANGERS].flags = FW_POLICY_DEFAULTS;
	IN(&bed, &ask, NO_RULE); /* nobody asked */
	OUT(&bed, &ask, DEFAULT_DNS);
	IN(&bed, &ask, DEFAULT_DNS);
	OUT(&bed, &clock, DEFAULT_NTP);
	bed.t.config->set_dns = 5;
	guard_bed_member(&bed, 5, BED_RESOLVER, 100);
	OUT(&bed, &other, NO_RULE);
	OUT(&bed, &ask, RULE);
	guard_bed_policy(&bed, BED_CAMERA, &drop, 1);
	OUT(&bed, &ask, RULE_DROP); /* explicit rules come first */
	ask.remote = BED_GATEWAY;
	OUT(&bed, &ask, GATEWAY);
	guard_bed_close(&bed);
}

static void groups_are_known_by_their_mac(void **state)
{
	struct guard_bed bed;
	struct fw_rule rule = guard_bed_rule(FW_WAY_FROM, FW_IP_TCP);
	struct talk talk = tcp(BED_PLUG, 40000, 80, SYN);

	guard_bed_open(&bed);
	rule.remote = FW_REMOTE_GROUP;
	rule.set = 9;
	guard_bed_policy(&bed, BED_CAMERA, &rule, 1);
	OUT(&bed, &talk, NO_RULE);
	guard_bed_device(&bed, BED_PLUG)->maker = 9;
	OUT(&bed, &talk, NO_RULE); /* by way of the gateway its MAC does not show */
	talk.other = 3;
	OUT(&bed, &talk, RULE);
	talk.other = 0;
	guard_bed_member(&bed, 9, BED_PLUG, 100);
	OUT(&bed, &talk, RULE);
	rule.remote = FW_REMOTE_LOCAL;
	guard_bed_policy(&bed, BED_CAMERA, &rule, 1);
	OUT(&bed, &talk, RULE);
	talk.remote = BED_HOST;
	OUT(&bed, &talk, NO_RULE);
	guard_bed_close(&bed);
}

static void quarantine_leaves_a_slit(void **state)
{
	struct guard_bed bed;
	struct talk ask = udp(BED_RESOLVER, 40000, 53, 30), update = tcp(BED_HOST, 40000, 443, SYN),
		    other = tcp(BED_OTHER, 40000, 443, SYN);
	struct talk doh = tcp(BED_RESOLVER, 40000, 443, SYN), admin = tcp(BED_GATEWAY, 40000, 80, SYN),
		    name = udp(BED_GATEWAY, 40000, 53, 30);

	guard_bed_open(&bed);
	OUT(&bed, &other, FREE);
	guard_bed_device(&bed, BED_CAMERA)->flags |= FW_DEVICE_QUARANTINED;
	guard_bed_device(&bed, BED_CAMERA)->slit = 3;
	guard_bed_member(&bed, 3, BED_HOST, 100);
	OUT(&bed, &other, QUARANTINED);
	OUT(&bed, &doh, QUARANTINED);
	OUT(&bed, &admin, QUARANTINED);
	OUT(&bed, &name, GATEWAY);
	IN(&bed, &name, GATEWAY);
	IN(&bed, &update, QUARANTINED); /* only answers */
	OUT(&bed, &update, SLIT);
	update.flags = SYN_ACK;
	IN(&bed, &update, SLIT);
	OUT(&bed, &ask, SLIT);
	other.flags = SYN_ACK;
	IN(&bed, &other, QUARANTINED);
	guard_bed_device(&bed, BED_CAMERA)->flags |= FW_DEVICE_HELD;
	OUT(&bed, &other, HELD_BACK);
	guard_bed_close(&bed);
}

static void forged_sources_never_leave(void **state)
{
	struct guard_bed bed;
	struct talk talk = udp(BED_HOST, 40000, 80, 10), gateway = talk;

	guard_bed_open(&bed);
	talk.local = 0xc6120001;
	talk.device = 2;
	gateway.local = BED_GATEWAY;
	gateway.device = 2;
	OUT(&bed, &talk, FORGED);
	OUT(&bed, &gateway, FORGED);
	bed.t.config->mode[FW_GUARD_FORGED] = FW_MODE_OBSERVE;
	bed.t.config->brake[0][FW_BRAKE_FORGED] = fw_bucket_rule_of(1, 2);
	OUT(&bed, &talk, FREE);
	assert_int_equal(bed.last.would, FW_REASON_FORGED);
	assert_non_null(bed.last.sent);
	assert_int_equal(bed.last.sent->outcome, FW_GUARD_WOULD);
	OUT(&bed, &talk, FREE);
	OUT(&bed, &talk, BRAKE_FORGED);
	guard_bed_close(&bed);
}

static void fragments_follow_their_first(void **state)
{
	struct guard_bed bed;
	struct fw_rule rules[2] = {guard_bed_rule(FW_WAY_FROM, FW_IP_UDP), guard_bed_rule(FW_WAY_TO, FW_IP_UDP)};
	struct talk first = udp(BED_HOST, 40000, 443, 100), later = first;

	rules[0].remote_least = rules[0].remote_most = rules[1].remote_least = rules[1].remote_most = 443;
	first.fragment = 0x2000;
	later.fragment = 0x0010;
	guard_bed_open(&bed);
	guard_bed_policy(&bed, BED_CAMERA, rules, 2);
	OUT(&bed, &later, NO_RULE);
	OUT(&bed, &first, RULE);
	OUT(&bed, &later, RULE);
	IN(&bed, &later, NO_RULE);
	IN(&bed, &first, RULE);
	IN(&bed, &later, RULE);
	later.remote = BED_OTHER;
	OUT(&bed, &later, NO_RULE);
	guard_bed_close(&bed);
}

static void errors_about_a_conversation_come_in(void **state)
{
	static uint8_t frame[2048];
	struct guard_bed bed;
	struct talk sent = udp(BED_HOST, 40000, 4444, 10);
	struct talk error = {.local = BED_CAMERA,
		.remote = BED_OTHER,
		.proto = FW_IP_ICMP,
		.local_port = 0x0303,
		.payload_len = 28,
		.payload = frame + 14};

	guard_bed_open(&bed);
	guard_bed_frame(&sent, true, frame);
	IN(&bed, &error, INBOUND);
	OUT(&bed, &sent, FREE);
	IN(&bed, &error, ICMP_ERROR);
	frame[14 + 20 + 3]++;
	IN(&bed, &error, INBOUND);
	guard_bed_close(&bed);
}

/* An answer counts for a while: who goes on sending without one is braked again. */
static void an_answer_lifts_the_brake_for_a_while(void **state)
{
	struct guard_bed bed;
	struct talk talk = udp(BED_HOST, 40000, 443, 1000);

	guard_bed_open(&bed);
	bed.t.config->brake[0][FW_BRAKE_UNANSWERED] = fw_bucket_rule_of(1, 2 * 1028);
	OUT(&bed, &talk, FREE);
	OUT(&bed, &talk, FREE);
	OUT(&bed, &talk, BRAKE_UNANSWERED);
	IN(&bed, &talk, ASKED);
	for (uint32_t i = 0; i < 280; i++) { /* an answer's time is kept in seconds and a bit */
		OUT(&bed, &talk, FREE);
		bed.now_ns += FW_NS_PER_S / 10;
	}
	guard_bed_device(&bed, BED_CAMERA)->brake[FW_BRAKE_UNANSWERED] = bed.now_ns + 4 * 1028 * FW_NS_PER_S;
	bed.now_ns += 4 * FW_NS_PER_S;
	OUT(&bed, &talk, BRAKE_UNANSWERED);
	bed.now_ns += 275 * FW_NS_PER_S; /* the time of the last answer comes round */
	talk.payload_len = 1400;
	OUT(&bed, &talk, BRAKE_UNANSWERED);
	assert_true(bed.t.counts[FW_STRANGERS].unanswered.packets == 2);
	guard_bed_close(&bed);
}

static void nothing_is_taken_where_one_bucket_refuses(void **state)
{
	struct guard_bed bed;
	struct talk syn = tcp(BED_HOST, 40000, 23, SYN);
	const uint64_t *brake;

	guard_bed_open(&bed);
	bed.t.config->brake[0][FW_BRAKE_LOGINS] = fw_bucket_rule_of(1, 1);
	bed.t.config->brake[0][FW_BRAKE_CONTACTS] = bed.t.config->brake[0][FW_BRAKE_SYNS] = fw_bucket_rule_of(1, 3);
	brake = guard_bed_device(&bed, BED_CAMERA)->brake;
	OUT(&bed, &syn, FREE);
	syn.local_port++;
	OUT(&bed, &syn, BRAKE_LOGINS);
	assert_true(brake[FW_BRAKE_CONTACTS] == bed.now_ns + FW_NS_PER_S && brake[FW_BRAKE_SYNS] == bed.now_ns + FW_NS_PER_S);
	syn.remote_port = 80;
	OUT(&bed, &syn, FREE);
	guard_bed_close(&bed);
}

static void a_device_fills_only_its_own_row(void **state)
{
	struct guard_bed bed;
	struct talk scan = tcp(0x01000000, 40000, 80, SYN), quiet = udp(BED_HOST, 40000, 443, 10);

	guard_bed_open(&bed);
	quiet.local = BED_PLUG;
	OUT(&bed, &quiet, FREE);
	for (uint32_t i = 0; i < 5000; i++, scan.remote++)
		guard_bed_out(&bed, &scan);
	IN(&bed, &quiet, ASKED);
	assert_true(bed.t.counts[FW_STRANGERS].flows_forgotten > 4000);
	assert_true(bed.t.counts[FW_STRANGERS + 1].flows_forgotten == 0);
	guard_bed_close(&bed);
}

/* A conversation that both sides hold outlives a scan of the same device, but for one that meets it in each slot of its bucket. */
static void a_scan_pushes_out_itself(void **state)
{
	struct guard_bed bed;
	struct talk scan = tcp(0x01000000, 40000, 80, SYN), held = udp(BED_HOST, 40000, 443, 10);

	guard_bed_open(&bed);
	OUT(&bed, &held, FREE);
	IN(&bed, &held, ASKED);
	for (uint32_t i = 0; i < 5000; i++, scan.remote++)
		guard_bed_out(&bed, &scan);
	IN(&bed, &held, ASKED);
	guard_bed_close(&bed);
}

static void the_link_s_own_traffic_passes_within_its_brake(void **state)
{
	struct guard_bed bed;
	struct talk renew = udp(BED_GATEWAY, 68, 67, 300), far = udp(BED_HOST, 68, 67, 300), many = udp(0xefffffff, 40000, 1900, 100);
	struct fw_rule none = guard_bed_rule(FW_WAY_FROM, FW_IP_TCP);

	guard_bed_open(&bed);
	guard_bed_policy(&bed, BED_CAMERA, &none, 1);
	OUT(&bed, &renew, LOCAL);
	IN(&bed, &renew, LOCAL);
	OUT(&bed, &many, LOCAL);
	OUT(&bed, &far, NO_RULE);
	bed.t.config->brake[0][FW_BRAKE_LOCAL] = fw_bucket_rule_of(1, 1);
	guard_bed_device(&bed, BED_CAMERA)->brake[FW_BRAKE_LOCAL] = 0;
	OUT(&bed, &many, LOCAL);
	OUT(&bed, &many, BRAKE_LOCAL);
	guard_bed_close(&bed);
}

static void observing_stops_nothing(void **state)
{
	struct guard_bed bed;
	struct fw_rule none = guard_bed_rule(FW_WAY_FROM, FW_IP_TCP);
	struct talk talk = udp(BED_HOST, 40000, 80, 10);

	guard_bed_open(&bed);
	memset(bed.t.config->mode, FW_MODE_OBSERVE, sizeof(bed.t.config->mode));
	for (uint32_t i = 0; i < FW_BRAKE_COUNT; i++)
		bed.t.config->brake[0][i] = fw_bucket_rule_of(1, 0);
	guard_bed_policy(&bed, BED_CAMERA, &none, 1);
	guard_bed_device(&bed, BED_CAMERA)->flags |= FW_DEVICE_QUARANTINED;
	OUT(&bed, &talk, FREE);
	assert_int_equal(bed.last.would, FW_REASON_QUARANTINED);
	assert_true(bed.t.totals->reason[0][FW_GUARD_WOULD][FW_REASON_NO_RULE].packets == 1);
	assert_true(bed.t.totals->reason[0][FW_GUARD_WOULD][FW_REASON_BRAKE_CONTACTS].packets == 1);
	talk.remote = BED_OTHER;
	IN(&bed, &talk, FREE);
	assert_true(bed.t.totals->reason[1][FW_GUARD_WOULD][FW_REASON_INBOUND].packets == 1);
	guard_bed_close(&bed);
}

/* An id that was not asked for, another port, another resolver: no answer, and nothing is bound. */
static void only_the_answer_to_a_pending_question_binds(void **state)
{
	static uint8_t ask[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0\5cloud\4test\0\0\1\0\1";
	static uint8_t answer[] = "\x12\x34\x81\x80\0\1\0\1\0\0\0\0\5cloud\4test\0\0\1\0\1\xc0\x0c\0\1\0\1\0\0\0\x0a\0\4\xcb\0\x71\7";
	struct guard_bed bed;
	struct fw_rule rule = guard_bed_rule(FW_WAY_FROM, FW_IP_TCP);
	struct talk question = udp(BED_RESOLVER, 40000, 53, sizeof(ask) - 1), reply = udp(BED_RESOLVER, 40000, 53, sizeof(answer) - 1);
	struct talk syn = tcp(BED_HOST, 40000, 443, SYN);

	question.payload = ask;
	reply.payload = answer;
	rule.remote = FW_REMOTE_SET;
	rule.set = 4;
	guard_bed_open(&bed);
	assert_true(
		fw_guard_name_set(bed.t.names, bed.t.config, fw_guard_name_digest(bed.t.config, (const uint8_t *)"\5Cloud\4TEST", 12), 4));
	guard_bed_policy(&bed, BED_CAMERA, &rule, 1);
	bed.t.policies[0][FW_STRANGERS].flags = FW_POLICY_DEFAULTS;
	IN(&bed, &reply, NO_RULE);
	OUT(&bed, &question, DEFAULT_DNS);
	OUT(&bed, &syn, NO_RULE);
	answer[1]++;
	IN(&bed, &reply, NO_RULE);
	answer[1]--;
	reply.remote = BED_OTHER;
	IN(&bed, &reply, NO_RULE);
	OUT(&bed, &syn, NO_RULE);
	reply.remote = BED_RESOLVER;
	IN(&bed, &reply, DEFAULT_DNS);
	assert_true(bed.t.totals->bound == 1);
	OUT(&bed, &syn, RULE);
	bed.now_ns += 71 * FW_NS_PER_S; /* its TTL and the grace */
	OUT(&bed, &syn, NO_RULE);
	syn.flags = ACK;
	OUT(&bed, &syn, RULE); /* the conversation goes on */
	guard_bed_close(&bed);
}

static void a_frame_goes_up_at_length_where_it_tells_something(void **state)
{
	struct guard_bed bed;
	struct talk talk = tcp(BED_HOST, 40000, 80, ACK), mdns = udp(0xe00000fb, 5353, 5353, 400);

	guard_bed_open(&bed);
	talk.payload_len = 400;
	for (uint32_t i = 0; i < 8; i++) {
		guard_bed_out(&bed, &talk);
		assert_non_null(bed.last.sent);
		assert_int_equal(bed.last.sent->kept_len, 454);
		guard_bed_in(&bed, &talk);
	}
	guard_bed_out(&bed, &talk);
	assert_null(bed.last.sent);
	for (uint32_t i = 1; i < 15; i++)
		guard_bed_out(&bed, &talk);
	assert_null(bed.last.sent);
	guard_bed_out(&bed, &talk); /* the sixteenth in a row without an answer */
	assert_non_null(bed.last.sent);
	assert_int_equal(bed.last.sent->kept_len, FW_FRAME_SHORT);
	guard_bed_out(&bed, &mdns);
	assert_int_equal(bed.last.sent->kept_len, 442);
	bed.t.config->frames_out = fw_bucket_rule_of(1, 0);
	guard_bed_out(&bed, &mdns);
	assert_null(bed.last.sent);
	assert_true(bed.t.counts[FW_STRANGERS].frames_lost == 1);
	guard_bed_close(&bed);
}

static void wrong_sizes_are_refused(void **state)
{
	struct fw_guard_sizes sizes = {8, FW_STRANGERS, 64, 64, 64, 8, 8};
	struct twin_guard *guard = NULL;

	assert_true(twin_guard_new(&sizes, &guard) < 0);
	sizes.devices++;
	sizes.places = 3;
	assert_true(twin_guard_new(&sizes, &guard) < 0);
	assert_null(guard);
	twin_guard_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_it_asked_for_comes_in),
		cmocka_unit_test(what_is_ours_may_come_unless_it_is_closed),
		cmocka_unit_test(one_who_is_asked_may_answer_without_a_brake),
		cmocka_unit_test(a_policy_is_read_each_way),
		cmocka_unit_test(a_new_generation_judges_flows_anew),
		cmocka_unit_test(a_policy_that_comes_later_forgets_what_went_before),
		cmocka_unit_test(only_the_named_side_opens),
		cmocka_unit_test(dns_and_ntp_stay_open_behind_the_rules),
		cmocka_unit_test(groups_are_known_by_their_mac),
		cmocka_unit_test(quarantine_leaves_a_slit),
		cmocka_unit_test(forged_sources_never_leave),
		cmocka_unit_test(fragments_follow_their_first),
		cmocka_unit_test(errors_about_a_conversation_come_in),
		cmocka_unit_test(an_answer_lifts_the_brake_for_a_while),
		cmocka_unit_test(nothing_is_taken_where_one_bucket_refuses),
		cmocka_unit_test(a_device_fills_only_its_own_row),
		cmocka_unit_test(a_scan_pushes_out_itself),
		cmocka_unit_test(the_link_s_own_traffic_passes_within_its_brake),
		cmocka_unit_test(observing_stops_nothing),
		cmocka_unit_test(only_the_answer_to_a_pending_question_binds),
		cmocka_unit_test(a_frame_goes_up_at_length_where_it_tells_something),
		cmocka_unit_test(wrong_sizes_are_refused),
	};

	return cmocka_run_group_tests_name("twin guard", tests, NULL, NULL);
}
