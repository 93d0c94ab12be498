/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the guard lets through where it does not know for certain, and how far: a late start, names that flip, clocks, families without a network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "guard_bed.h"

static struct talk talk_of(uint8_t proto, uint32_t remote, uint16_t local_port, uint16_t remote_port, uint8_t flags)
{
	return (struct talk){.local = BED_CAMERA,
		.remote = remote,
		.local_port = local_port,
		.remote_port = remote_port,
		.proto = proto,
		.flags = flags,
		.payload_len = 4};
}

static void open_late(struct guard_bed *bed)
{
	guard_bed_open(bed);
	bed->t.config->late_until_ns = bed->now_ns + 60 * FW_NS_PER_S;
}

/* ---- a late start ---- */

static void a_download_under_way_goes_on(void **state)
{
	struct guard_bed bed;
	struct talk data = talk_of(FW_IP_TCP, BED_HOST, 40000, 443, ACK);

	open_late(&bed);
	IN(&bed, &data, LATE);
	assert_int_equal(bed.last.outcome, FW_GUARD_PASSED);
	assert_true(bed.t.totals->reason[FW_GUARD_IN][FW_GUARD_PASSED][FW_REASON_LATE].packets == 1);
	OUT(&bed, &data, FREE); /* its acknowledgement: from then on the conversation is known */
	bed.now_ns = bed.t.config->late_until_ns;
	IN(&bed, &data, ASKED);
	guard_bed_close(&bed);
}

static void nothing_begins_from_outside_however_late(void **state)
{
	struct guard_bed bed;
	struct talk syn = talk_of(FW_IP_TCP, BED_HOST, 23, 40000, SYN), both = talk_of(FW_IP_TCP, BED_HOST, 23, 40000, SYN_ACK),
		    echo = talk_of(FW_IP_ICMP, BED_HOST, 8 << 8, 7, 0);

	open_late(&bed);
	IN(&bed, &syn, INBOUND);
	IN(&bed, &both, INBOUND);
	IN(&bed, &echo, INBOUND);
	guard_bed_close(&bed);
}

/* Services listen above 1023, too: the camera's answer to one datagram would be a flow that it opened. Its own next one is. */
static void no_datagram_is_late(void **state)
{
	static const uint16_t ports[] = {53, 1023, 1024, 1900, 3702, 5353, 37810, 65535};
	struct guard_bed bed;
	struct talk data;

	open_late(&bed);
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		data = talk_of(FW_IP_UDP, BED_HOST, ports[i], 40000, 0);
		IN(&bed, &data, INBOUND);
		assert_int_equal(bed.last.outcome, FW_GUARD_DROPPED);
	}
	OUT(&bed, &data, FREE);
	IN(&bed, &data, ASKED);
	guard_bed_close(&bed);
}

/* A stray segment, the device's refusal, then a SYN from the same port: the refusal has opened nothing. */
static void a_refusal_opens_no_conversation(void **state)
{
	struct guard_bed bed;
	struct talk stray = talk_of(FW_IP_TCP, BED_HOST, 23, 40000, ACK), refusal = talk_of(FW_IP_TCP, BED_HOST, 23, 40000, RST),
		    syn = talk_of(FW_IP_TCP, BED_HOST, 23, 40000, SYN);

	open_late(&bed);
	IN(&bed, &stray, LATE);
	OUT(&bed, &refusal, FREE);
	IN(&bed, &syn, INBOUND);
	guard_bed_close(&bed);
}

static void what_is_late_is_bounded_and_ends(void **state)
{
	struct guard_bed bed;
	struct talk data = talk_of(FW_IP_TCP, BED_HOST, 1024, 40000, ACK);
	uint32_t passed = 0;

	open_late(&bed);
	bed.t.config->late = fw_bucket_rule_of(10, 30);
	for (uint32_t i = 0; i < 1000; i++) {
		passed += guard_bed_in(&bed, &data) == FW_REASON_LATE;
		bed.now_ns += 10000000;
	}
	assert_in_range(passed, 120, 130);
	bed.now_ns = bed.t.config->late_until_ns - 1;
	IN(&bed, &data, LATE);
	bed.now_ns++;
	IN(&bed, &data, INBOUND);
	guard_bed_close(&bed);
}

/* A policy that allows it in connections that the device opens: it may have opened it before. */
static void a_policy_decides_of_what_is_late(void **state)
{
	struct guard_bed bed;
	struct fw_rule rule = guard_bed_rule(FW_WAY_TO, FW_IP_TCP);
	struct talk data = talk_of(FW_IP_TCP, BED_HOST, 40000, 443, ACK), other = talk_of(FW_IP_TCP, BED_HOST, 40000, 80, ACK),
		    syn = talk_of(FW_IP_TCP, BED_HOST, 40000, 443, SYN);

	open_late(&bed);
	rule.remote_least = rule.remote_most = 443;
	rule.opener = FW_OPENER_DEVICE;
	guard_bed_policy(&bed, BED_CAMERA, &rule, 1);
	IN(&bed, &data, LATE);
	IN(&bed, &other, NO_RULE);
	IN(&bed, &syn, WRONG_OPENER);
	bed.now_ns = bed.t.config->late_until_ns;
	IN(&bed, &data, WRONG_OPENER);
	guard_bed_close(&bed);
}

static void quarantine_knows_no_late_start(void **state)
{
	struct guard_bed bed;
	struct talk data = talk_of(FW_IP_TCP, BED_HOST, 40000, 443, ACK);

	open_late(&bed);
	guard_bed_device(&bed, BED_CAMERA)->flags |= FW_DEVICE_QUARANTINED;
	IN(&bed, &data, QUARANTINED);
	guard_bed_close(&bed);
}

/* ---- names ---- */

struct answer {
	uint8_t bytes[64];
	uint32_t len;
};

static const uint8_t question_bytes[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0\5cloud\4test\0\0\1\0\1";

/* The camera asks for cloud.test, and is told this address. */
static void resolve(struct guard_bed *bed, uint32_t address)
{
	static uint8_t answer[] = "\x12\x34\x81\x80\0\1\0\1\0\0\0\0\5cloud\4test\0\0\1\0\1\xc0\x0c\0\1\0\1\0\0\0\x0a\0\4....";
	struct talk talk = talk_of(FW_IP_UDP, BED_RESOLVER, 40000, 53, 0);

	for (uint32_t i = 0; i < 4; i++)
		answer[sizeof(answer) - 5 + i] = (uint8_t)(address >> (24 - 8 * i));
	talk.payload = question_bytes;
	talk.payload_len = sizeof(question_bytes) - 1;
	OUT(bed, &talk, FREE);
	talk.payload = answer;
	talk.payload_len = sizeof(answer) - 1;
	IN(bed, &talk, ASKED);
}

static void open_names(struct guard_bed *bed, uint32_t set)
{
	guard_bed_open(bed);
	assert_true(fw_guard_name_set(
		bed->t.names, bed->t.config, fw_guard_name_digest(bed->t.config, (const uint8_t *)"\5cloud\4test", 12), set));
}

static bool is_in(const struct guard_bed *bed, uint32_t set, uint32_t address)
{
	struct fw_guard_address of = {.low = 0xffff00000000ull | address};
	uint64_t hash = fw_guard_member_hash(bed->t.config->key, set, &of), now = fw_guard_tick(bed->now_ns);
	uint32_t mask = bed->t.config->members_mask, tag = fw_guard_member_tag(hash);

	return fw_guard_member_in(&bed->t.members[fw_guard_first(hash, mask)], tag, now) ||
		fw_guard_member_in(&bed->t.members[fw_guard_member_second(hash, mask)], tag, now);
}

static void a_name_is_no_way_to_what_is_ours(void **state)
{
	static const uint32_t never[] = {BED_GATEWAY, 0x7f000001, 0, 0xe00000fb, 0xffffffff};
	static const uint32_t ours[] = {BED_PLUG, 0xa9fe0101};
	struct guard_bed bed;

	open_names(&bed, 4);
	for (size_t i = 0; i < 5; i++)
		resolve(&bed, never[i]);
	for (size_t i = 0; i < 2; i++)
		resolve(&bed, ours[i]);
	assert_true(bed.t.totals->bound == 0 && bed.t.totals->bound_refused == 7);
	assert_false(is_in(&bed, 4, BED_PLUG) || is_in(&bed, 4, BED_GATEWAY));
	resolve(&bed, BED_HOST);
	assert_true(is_in(&bed, 4, BED_HOST));
	guard_bed_close(&bed);
}

/* Update hosts that the configuration names may be at home; the gateway itself never. */
static void a_name_that_a_person_wrote_may_be_at_home(void **state)
{
	struct guard_bed bed;

	open_names(&bed, 4 | FW_NAME_LOCAL);
	resolve(&bed, BED_PLUG);
	resolve(&bed, BED_GATEWAY);
	resolve(&bed, 0x7f000001);
	assert_true(is_in(&bed, 4, BED_PLUG));
	assert_true(bed.t.totals->bound == 1 && bed.t.totals->bound_refused == 2);
	guard_bed_close(&bed);
}

/* A zone that tells another address each time holds FW_BOUND_KEPT of them, the latest; and the other name's stay. */
static void one_zone_has_its_share_of_the_table(void **state)
{
	struct guard_bed bed;

	open_names(&bed, 4);
	guard_bed_member(&bed, 5, BED_OTHER, 100000);
	for (uint32_t i = 0; i < 3000; i++)
		resolve(&bed, 0x05000000 + i);
	for (uint32_t i = 0; i < 3000; i++)
		assert_true(is_in(&bed, 4, 0x05000000 + i) == (i >= 3000 - FW_BOUND_KEPT));
	assert_true(is_in(&bed, 5, BED_OTHER));
	assert_true(bed.t.totals->bound_gone == 3000 - FW_BOUND_KEPT && bed.t.totals->bound_full == 0);
	guard_bed_close(&bed);
}

static void addresses_that_come_again_push_out_nobody(void **state)
{
	struct guard_bed bed;

	open_names(&bed, 4);
	for (uint32_t round = 0; round < 100; round++) {
		for (uint32_t i = 0; i < 8; i++)
			resolve(&bed, 0x05000000 + i);
		bed.now_ns += 100 * FW_NS_PER_S; /* their time is over */
	}
	assert_true(bed.t.totals->bound == 800 && bed.t.totals->bound_gone == 0);
	guard_bed_close(&bed);
}

/* From a pool that is larger than its share, in turn at random: what was told last is in, whatever was told how often before. */
static void what_was_told_last_stays(void **state)
{
	uint32_t told[FW_BOUND_KEPT / 2] = {0}, at = 0;
	struct guard_bed bed;
	uint64_t random = 7;

	open_names(&bed, 4);
	for (uint32_t i = 0; i < 4000; i++) {
		random = random * 6364136223846793005ull + 1442695040888963407ull;
		told[at++ % (FW_BOUND_KEPT / 2)] = 0x05000000 + (uint32_t)(random >> 33) % 100;
		resolve(&bed, told[(at - 1) % (FW_BOUND_KEPT / 2)]);
		resolve(&bed, 0x06000000); /* and one in between, always */
		for (uint32_t j = 0; j < FW_BOUND_KEPT / 2 - 1 && j < at; j++)
			assert_true(is_in(&bed, 4, told[(at - 1 - j) % (FW_BOUND_KEPT / 2)]));
		assert_true(is_in(&bed, 4, 0x06000000));
	}
	assert_true(bed.t.totals->bound_gone > 500);
	guard_bed_close(&bed);
}

static void one_device_adds_only_so_many(void **state)
{
	struct guard_bed bed;

	open_names(&bed, 4);
	bed.t.config->binds = fw_bucket_rule_of(1, 10);
	for (uint32_t i = 0; i < 30; i++)
		resolve(&bed, 0x05000000 + i);
	assert_true(bed.t.totals->bound == 10 && bed.t.totals->bound_over == 20);
	resolve(&bed, 0x05000000); /* that is there is no new one */
	assert_true(bed.t.totals->bound == 11);
	guard_bed_close(&bed);
}

/* ---- clocks ---- */

static void in_quarantine_only_known_clocks_are_asked(void **state)
{
	struct guard_bed bed;
	struct talk anybody = talk_of(FW_IP_UDP, BED_HOST, 123, 123, 0), gateway = talk_of(FW_IP_UDP, BED_GATEWAY, 123, 123, 0),
		    known = talk_of(FW_IP_UDP, BED_OTHER, 123, 123, 0);

	guard_bed_open(&bed);
	guard_bed_device(&bed, BED_CAMERA)->flags |= FW_DEVICE_QUARANTINED;
	OUT(&bed, &anybody, QUARANTINED);
	OUT(&bed, &gateway, SLIT);
	OUT(&bed, &known, QUARANTINED);
	bed.t.config->set_time = 6;
	guard_bed_member(&bed, 6, BED_OTHER, 1000);
	OUT(&bed, &known, SLIT);
	IN(&bed, &known, SLIT);
	OUT(&bed, &anybody, QUARANTINED);
	guard_bed_close(&bed);
}

/* ---- a family of which no network is known ---- */

static void an_unknown_family_is_neither_forged_nor_inside(void **state)
{
	struct guard_bed bed;
	struct talk odd = talk_of(FW_IP_TCP, BED_HOST, 40000, 443, SYN), knock = talk_of(FW_IP_TCP, BED_HOST, 23, 40000, SYN),
		    neighbour = talk_of(FW_IP_TCP, BED_OTHER, 80, 40000, SYN), private = talk_of(FW_IP_TCP, 0x0a010203, 80, 40000, SYN);

	guard_bed_open(&bed);
	odd.local = 0xc6336402; /* the camera's, of a network that nobody told us */
	odd.device = 2;
	OUT(&bed, &odd, FORGED);
	bed.t.config->unknown_four = 1;
	bed.t.config->ours[0] = (struct fw_guard_prefix){0x20010db800000000, 0, ~0ull, 0};
	OUT(&bed, &odd, FREE);
	IN(&bed, &knock, INBOUND);
	neighbour.other = 3; /* by the plug's MAC: it did not come through the gateway */
	IN(&bed, &neighbour, LATERAL);
	neighbour.other = 99;
	IN(&bed, &neighbour, INBOUND);
	IN(&bed, &private, LATERAL);
	odd.local = BED_GATEWAY;
	OUT(&bed, &odd, FORGED);
	guard_bed_close(&bed);
}

static void what_is_nobodys_is_not_to_many(void **state)
{
	struct guard_bed bed;
	struct talk nobody = talk_of(FW_IP_UDP, 0xf0000001, 40000, 5000, 0), many = talk_of(FW_IP_UDP, 0xefffffff, 40000, 5000, 0),
		    all = talk_of(FW_IP_UDP, 0xffffffff, 40000, 5000, 0);

	guard_bed_open(&bed);
	OUT(&bed, &nobody, FREE);
	OUT(&bed, &many, LOCAL);
	OUT(&bed, &all, LOCAL);
	guard_bed_device(&bed, BED_CAMERA)->flags |= FW_DEVICE_QUARANTINED;
	OUT(&bed, &nobody, QUARANTINED);
	guard_bed_close(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_download_under_way_goes_on),
		cmocka_unit_test(nothing_begins_from_outside_however_late),
		cmocka_unit_test(no_datagram_is_late),
		cmocka_unit_test(a_refusal_opens_no_conversation),
		cmocka_unit_test(what_is_late_is_bounded_and_ends),
		cmocka_unit_test(a_policy_decides_of_what_is_late),
		cmocka_unit_test(quarantine_knows_no_late_start),
		cmocka_unit_test(a_name_is_no_way_to_what_is_ours),
		cmocka_unit_test(a_name_that_a_person_wrote_may_be_at_home),
		cmocka_unit_test(one_zone_has_its_share_of_the_table),
		cmocka_unit_test(addresses_that_come_again_push_out_nobody),
		cmocka_unit_test(what_was_told_last_stays),
		cmocka_unit_test(one_device_adds_only_so_many),
		cmocka_unit_test(in_quarantine_only_known_clocks_are_asked),
		cmocka_unit_test(an_unknown_family_is_neither_forged_nor_inside),
		cmocka_unit_test(what_is_nobodys_is_not_to_many),
	};

	return cmocka_run_group_tests_name("guard bounds", tests, NULL, NULL);
}
