/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the shield learns from what its host sends: whom it asked, who proved an address, and where our table of names is wrong. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "bed.h"

static void test_own_questions(void **state)
{
	const struct bed_message question = {.name = "example.net", .src = 0xc0000235, .far_port = 53, .near_port = 53, .id = 77};
	struct bed_message answer = question;
	struct bed *bed = bed_new();

	answer.flags = 0x8400;
	assert_int_equal(bed_ask(bed, &answer).reason, FW_REASON_UNASKED);
	bed_send(bed, &question);
	assert_int_equal(bed->t.counts->asked, 1);
	assert_int_equal(bed_ask(bed, &answer).reason, FW_REASON_OWN_ANSWER);
	answer.id = 78;
	assert_int_equal(bed_ask(bed, &answer).outcome, FW_OUTCOME_DROPPED);
	answer.id = 77;
	answer.far_port = 54;
	assert_int_equal(bed_ask(bed, &answer).outcome, FW_OUTCOME_DROPPED);
	answer.far_port = 53;
	answer.src++;
	assert_int_equal(bed_ask(bed, &answer).outcome, FW_OUTCOME_DROPPED);
	answer.src--;
	bed->now_ns += 12 * FW_NS_PER_S;
	assert_int_equal(bed_ask(bed, &answer).outcome, FW_OUTCOME_DROPPED);
	bed_free(bed);
}

/* A host that serves DNS alone, in defend: its own resolver and its clock go on, and so do its connections. */
static void test_only_dns(void **state)
{
	struct bed_message resolver = {.name = "example.net", .src = 0xc0000235, .far_port = 53, .near_port = 41000, .id = 5};
	struct bed_message clock = {.name = "", .src = 0xc0000237, .far_port = 123, .near_port = 123, .id = 9};
	struct bed_message tcp = {.name = "", .src = 0xc0000238, .tcp = true, .near_port = 22, .tcp_flags = 2, .empty = true};
	struct bed *bed = bed_new();

	assert_int_equal(bed_ask(bed, &clock).reason, FW_REASON_OTHER_PORT);
	bed->t.config->only_dns = 1;
	assert_int_equal(bed_ask(bed, &clock).reason, FW_REASON_CLOSED);
	bed_send(bed, &clock);
	bed_send(bed, &resolver);
	clock.id = 10; /* no DNS: no id */
	assert_int_equal(bed_ask(bed, &clock).reason, FW_REASON_OWN_ANSWER);
	resolver.flags = 0x8180;
	assert_int_equal(bed_ask(bed, &resolver).reason, FW_REASON_OWN_ANSWER);
	resolver.id = 6;
	assert_int_equal(bed_ask(bed, &resolver).reason, FW_REASON_CLOSED);
	assert_int_equal(bed_ask(bed, &tcp).reason, FW_REASON_CLOSED);
	tcp.tcp_flags = 0x12;
	assert_int_equal(bed_ask(bed, &tcp).reason, FW_REASON_OTHER_PORT);
	tcp.tcp_flags = 2;
	tcp.near_port = 53;
	assert_int_equal(bed_ask(bed, &tcp).reason, FW_REASON_TCP_DNS);
	tcp.near_port = 853;
	assert_int_equal(bed_ask(bed, &tcp).reason, FW_REASON_TCP_DNS);
	bed->t.config->stance = FW_STANCE_WATCH;
	tcp.near_port = 22;
	assert_int_equal(bed_ask(bed, &tcp).reason, FW_REASON_OTHER_PORT);
	bed_free(bed);
}

static uint64_t proven(const struct bed *bed)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < FW_OUTCOME_COUNT; i++)
		sum += bed->t.counts->lane[FW_LANE_PROVEN][i].packets;
	return sum;
}

static void test_proof(void **state)
{
	struct bed_message segment = {.name = "www.example.com", .src = 0xc0000207, .tcp = true, .tcp_flags = 0x18, .flags = 0x8400};
	struct bed_message question = {.name = "www.example.com", .src = 0xc0000207};
	struct bed *bed = bed_new();

	segment.tcp_flags = 0x12; /* half of a handshake proves nothing, nor does an empty segment, a reset, or another port */
	bed_send(bed, &segment);
	segment.tcp_flags = 0x10;
	segment.empty = true;
	bed_send(bed, &segment);
	segment.empty = false;
	segment.near_port = 80;
	bed_send(bed, &segment);
	assert_int_equal(bed->t.counts->proofs, 0);
	bed_ask(bed, &question);
	assert_int_equal(proven(bed), 0);
	segment.near_port = 53;
	bed_send(bed, &segment);
	assert_int_equal(bed->t.counts->proofs, 1);
	bed_ask(bed, &question);
	assert_int_equal(proven(bed), 1);
	question.src++;
	bed_ask(bed, &question);
	assert_int_equal(proven(bed), 1);
	question.src--;
	bed->now_ns += 3602 * FW_NS_PER_S;
	bed_ask(bed, &question);
	assert_int_equal(proven(bed), 1);
	bed_free(bed);
}

/* Of IPv6 the /64 is proven. */
static void test_proof_ipv6(void **state)
{
	struct bed_message segment = {.name = "www.example.com", .src = 0x00080001, .tcp = true, .tcp_flags = 0x18, .six = true};
	struct bed_message question = {.name = "www.example.com", .src = 0x00080001, .six = true};
	struct bed *bed = bed_new();

	bed_send(bed, &segment);
	bed_write(bed, &question);
	bed->frame[14 + 8 + 15] = 0x77; /* the host in the /64 */
	twin_arrive(bed->twin, bed->now_ns, bed->frame, bed->len);
	assert_int_equal(proven(bed), 1);
	question.src++;
	bed_ask(bed, &question);
	assert_int_equal(proven(bed), 1);
	bed_free(bed);
}

/* Whatever is sent to it: nothing that an outsider says is remembered. */
static void test_forged_sources_leave_no_trace(void **state)
{
	static uint8_t before[68 * sizeof(struct fw_seen_bucket)], bytes[FRAME_ROOM];
	struct bed_message segment = {.name = "www.example.com", .src = 0xc0000207, .tcp = true, .tcp_flags = 0x18};
	struct bed_message question = {.name = "www.example.com", .src = 0xc0000207};
	struct bed *bed = bed_new();
	uint64_t random = 99;

	bed_send(bed, &segment);
	memcpy(before, bed->t.proven, sizeof(before));
	for (uint32_t i = 0; i < 200000; i++) {
		uint32_t len = scene_frame(&random, false, bytes);

		fw_put32(bytes + 26, scene_pick(&random, 0x7fffffff) * 2u);
		twin_arrive(bed->twin, bed->now_ns, bytes, len);
		bed->now_ns += 1000;
	}
	assert_memory_equal(before, bed->t.proven, sizeof(before));
	bed_ask(bed, &question);
	assert_true(proven(bed) >= 1);
	bed_free(bed);
}

static uint32_t after(uint32_t flags, uint32_t answers, const char *name, uint32_t class)
{
	const struct bed_message m = {.name = name, .src = 0xc0000207, .flags = flags, .answers = answers, .class = class};
	struct bed *bed = bed_new();
	uint32_t contradicted;

	bed_send(bed, &m);
	contradicted = bed->t.zones[1].contradicted;
	assert_int_equal(contradicted != 0, (bed->t.zones[1].flags & FW_ZONE_ASIDE) != 0);
	assert_int_equal(contradicted, bed->t.zone_counts[1].contradicted);
	bed_free(bed);
	return contradicted;
}

static void test_contradiction(void **state)
{
	struct bed_message m = {.name = "nope.example.com", .src = 0xc0000207, .flags = 0x8400, .answers = 1};
	struct bed *bed = bed_new();

	assert_int_equal(after(0x8400, 1, "nope.example.com", 1), 1);
	assert_int_equal(after(0x8580, 1, "x.y.example.com", 1), 1);
	assert_int_equal(after(0x8403, 0, "nope.example.com", 1), 0); /* NXDOMAIN: as we say */
	assert_int_equal(after(0x8600, 1, "nope.example.com", 1), 0); /* TC=1: a limit on rates says so of any name */
	assert_int_equal(after(0x8400, 0, "nope.example.com", 1), 0); /* nothing in it: BADVERS looks like that */
	assert_int_equal(after(0x8000, 1, "nope.example.com", 1), 0); /* not authoritative */
	assert_int_equal(after(0x8400, 1, "nope.example.com", 3), 0);
	assert_int_equal(after(0x8400, 1, "www.example.com", 1), 0);
	assert_int_equal(after(0x8400, 1, "x.wild.example.com", 1), 0);
	assert_int_equal(after(0x8400, 1, "x.sub.example.com", 1), 0);
	assert_int_equal(after(0x8400, 1, "nope.example.net", 1), 0);
	m.flags = 0;
	m.answers = 0;
	assert_int_equal(bed_ask(bed, &m).reason, FW_REASON_ZONE_UNKNOWN);
	m.flags = 0x8400;
	m.answers = 1;
	bed_send(bed, &m);
	m.flags = 0;
	m.answers = 0;
	assert_int_equal(bed_ask(bed, &m).reason, FW_REASON_ZONE_ASIDE);
	bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_questions),
		cmocka_unit_test(test_only_dns),
		cmocka_unit_test(test_proof),
		cmocka_unit_test(test_proof_ipv6),
		cmocka_unit_test(test_forged_sources_leave_no_trace),
		cmocka_unit_test(test_contradiction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
