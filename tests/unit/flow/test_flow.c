/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Outcomes of openings, packet by packet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/flow.h"
#include "wire/limits.h"

enum { SYN = 2, RST = 4, ACK = 16, FIN = 1, PSH = 8 };
#define S 1000000000ull

static const uint8_t key[16] = {1, 2, 3};

struct told {
	struct flow *flow;
	enum contact_outcome outcomes[64];
	uint64_t decided[64];
	size_t count, ended;
};

static void on_contact(void *context, const struct conversation *c, enum contact_outcome outcome, uint64_t now_ns)
{
	struct told *told = context;

	assert_true(c->kind < CONTACT_KIND_COUNT);
	if (told->count < 64) {
		told->outcomes[told->count] = outcome;
		told->decided[told->count] = now_ns;
	}
	told->count++;
}

static void on_ended(void *context, struct conversation *c)
{
	struct told *told = context;

	assert_false(c->flags & CONVERSATION_PENDING);
	told->ended++;
}

static void open_flow(struct told *told, uint32_t capacity)
{
	struct flow_tell tell = {on_contact, on_ended, told};

	memset(told, 0, sizeof(*told));
	assert_int_equal(flow_new(capacity, key, &tell, &told->flow), 0);
}

static struct fw_packet packet(uint8_t proto, uint8_t from, uint16_t from_port, uint8_t to, uint16_t to_port)
{
	struct fw_packet p = {.proto = proto, .family = 4, .src_port = from_port, .dst_port = to_port, .ip_len = 40};

	p.src[10] = p.src[11] = p.dst[10] = p.dst[11] = 0xff;
	memcpy(p.src + 12, (uint8_t[]){10, 0, 0, from}, 4);
	memcpy(p.dst + 12, (uint8_t[]){10, 0, 0, to}, 4);
	return p;
}

static struct flow_step tcp(struct told *told, uint64_t now_ns, bool forth, uint8_t flags)
{
	struct fw_packet p = forth ? packet(6, 1, 40000, 2, 23) : packet(6, 2, 23, 1, 40000);
	struct flow_step step;

	p.tcp_flags = flags;
	p.tcp_seq = 7;
	p.tcp_ack = flags & ACK ? 8 : 0;
	flow_see(told->flow, &p, 0, now_ns, &step);
	return step;
}

/* s SYN, S SYN-ACK, a ACK forth, A ACK back, r RST forth, R RST back, f FIN forth, F FIN back; a number waits so many seconds */
struct story {
	const char *name, *packets;
	int outcome; /* -1: no contact was told before the end */
	bool handshake;
	int at_end; /* -1: nothing more */
};

static const struct story stories[] = {
	{"answered", "sSa", CONTACT_ANSWERED, true, -1},
	{"half open", "sS", CONTACT_ANSWERED, false, -1},
	{"refused", "sR", CONTACT_REFUSED, false, -1},
	{"silent for three seconds", "s3", CONTACT_SILENT, false, -1},
	{"silent for two seconds, then the end", "s2", -1, false, CONTACT_ENDED},
	{"answered late counts as silent", "s4S", CONTACT_SILENT, false, -1},
	{"retransmission is no news", "s1s1s1", CONTACT_SILENT, false, -1},
	{"bare ACK without answer", "a3", CONTACT_SILENT, false, -1},
	{"bare ACK refused", "aR", CONTACT_REFUSED, false, -1},
	{"picked up midway with FIN: no contact", "f3", -1, false, -1},
	{"picked up midway with SYN-ACK: no contact", "S3", -1, false, -1},
	{"reset after the answer is no refusal", "sSaR", CONTACT_ANSWERED, true, -1},
	{"handshake needs the opener's ACK", "sSAAA", CONTACT_ANSWERED, false, -1},
};

static struct flow_step play(struct told *told, const char *packets, uint64_t *now_ns)
{
	struct flow_step step = {0};

	for (; *packets; packets++) {
		if (*packets >= '0' && *packets <= '9') {
			*now_ns += (uint64_t)(*packets - '0') * S;
			flow_tick(told->flow, *now_ns);
			continue;
		}
		bool forth = strchr("sarf", *packets) != NULL;
		uint8_t flags = *packets == 's'  ? SYN
			: *packets == 'S'        ? SYN | ACK
			: strchr("rR", *packets) ? RST
			: strchr("fF", *packets) ? FIN | ACK
						 : ACK;
		step = tcp(told, *now_ns, forth, flags);
	}
	return step;
}

static void test_stories(void **state)
{
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		const struct story *story = &stories[i];
		struct told told;
		uint64_t now_ns = 100 * S;
		open_flow(&told, 64);
		struct flow_step step = play(&told, story->packets, &now_ns);
		print_message("%s\n", story->name);
		assert_int_equal(told.count, story->outcome == -1 ? 0 : 1);
		if (story->outcome != -1)
			assert_int_equal(told.outcomes[0], story->outcome);
		assert_int_equal(step.conversation ? !!(step.conversation->flags & CONVERSATION_HANDSHAKE) : 0, story->handshake);
		told.count = 0;
		flow_end(told.flow, now_ns);
		assert_int_equal(told.count, story->at_end == -1 ? 0 : 1);
		if (story->at_end != -1)
			assert_int_equal(told.outcomes[0], story->at_end);
		flow_free(told.flow);
	}
}

static void test_handshake_is_the_first_answer(void **state)
{
	struct told told;

	open_flow(&told, 64);
	assert_true(tcp(&told, S, true, SYN).is_new);
	assert_true(tcp(&told, S, false, SYN | ACK).accepted_now);
	assert_false(tcp(&told, S, false, SYN | ACK).accepted_now);
	assert_true(tcp(&told, S, true, ACK).first_answer);
	assert_false(tcp(&told, S, true, ACK).first_answer);
	flow_free(told.flow);
}

/* Whoever sent the SYN under another's address does not see the SYN-ACK, and can only guess its number. */
static void test_a_handshake_needs_the_number(void **state)
{
	static const struct {
		const char *name;
		uint32_t server_seq, ack, sent; /* sent: bytes of the server after its SYN-ACK */
		bool done;
	} cases[] = {
		{"acknowledges the SYN-ACK", 1000, 1001, 0, true},
		{"and a banner", 1000, 1101, 100, true},
		{"more than was sent", 1000, 1102 + 40 + 40, 100, false},
		{"the number before", 1000, 1000, 0, false},
		{"round the corner", UINT32_MAX, 0, 0, true},
		{"zero", 1000, 0, 0, false},
		{"a guess", 0x12345678, 0x9abcdef0, 0, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fw_packet forth = packet(6, 1, 40000, 2, 23), back = packet(6, 2, 23, 1, 40000);
		struct flow_step step;
		struct told told;

		open_flow(&told, 16);
		forth.tcp_flags = SYN;
		flow_see(told.flow, &forth, 0, S, &step);
		back.tcp_flags = SYN | ACK;
		back.tcp_seq = cases[i].server_seq;
		flow_see(told.flow, &back, 0, S, &step);
		back.tcp_flags = ACK;
		back.ip_len = (uint16_t)(40 + cases[i].sent);
		if (cases[i].sent)
			flow_see(told.flow, &back, 0, S, &step);
		forth.tcp_flags = ACK;
		forth.tcp_ack = cases[i].ack;
		flow_see(told.flow, &forth, 0, S, &step);
		if (((step.conversation->flags & CONVERSATION_HANDSHAKE) != 0) != cases[i].done)
			fail_msg("%s", cases[i].name);
		flow_free(told.flow);
	}
	(void)state;
}

static void test_udp_icmp_arp(void **state)
{
	struct fw_packet question = packet(17, 1, 5000, 2, 53), answer = packet(17, 2, 53, 1, 5000);
	struct fw_packet ask = packet(0, 1, 0, 2, 0), reply = packet(0, 2, 0, 1, 0), ping = packet(1, 1, 9, 3, 9);
	struct flow_step step;
	struct told told;

	open_flow(&told, 64);
	flow_see(told.flow, &question, 0, S, &step);
	flow_see(told.flow, &answer, 0, S, &step);
	assert_true(step.first_answer && step.direction == 1);
	assert_int_equal(told.outcomes[0], CONTACT_ANSWERED);
	flow_see(told.flow, &ask, 1, S, &step);
	flow_see(told.flow, &reply, 2, S, &step);
	assert_int_equal(told.outcomes[1], CONTACT_ANSWERED);
	ping.icmp_type = 8;
	flow_see(told.flow, &ping, 0, S, &step);
	flow_tick(told.flow, 4 * S);
	assert_int_equal(told.outcomes[2], CONTACT_SILENT);
	assert_int_equal(told.decided[2], 4 * S);
	flow_free(told.flow);
}

static void test_no_contacts(void **state)
{
	struct fw_packet gratuitous = packet(0, 1, 0, 1, 0), error = packet(1, 1, 0, 2, 0), group = packet(17, 1, 5353, 2, 5353);
	struct fw_packet loop = packet(17, 1, 1, 2, 2), question = packet(17, 1, 50000, 2, 1900), answer = packet(17, 9, 1900, 1, 50000);
	struct flow_step step;
	struct told told;

	open_flow(&told, 64);
	error.icmp_type = 3;
	group.dst[12] = 224;
	question.dst[12] = 239;
	loop.src[12] = loop.dst[12] = 127;
	flow_see(told.flow, &gratuitous, 1, S, &step);
	flow_see(told.flow, &error, 0, S, &step);
	flow_see(told.flow, &group, 0, S, &step);
	flow_see(told.flow, &loop, 0, S, &step);
	/* asked by multicast, answered by unicast from a port of its own: nobody answers the answer */
	flow_see(told.flow, &question, 0, S, &step);
	flow_see(told.flow, &answer, 0, S, &step);
	assert_true(step.conversation->flags & CONVERSATION_REPLY_TO_MANY);
	flow_end(told.flow, 10 * S);
	assert_int_equal(told.count, 0);
	assert_int_equal(told.ended, 6);
	flow_free(told.flow);
}

static void test_icmp_error_refuses(void **state)
{
	struct fw_packet question = packet(17, 1, 5000, 2, 53), back = packet(17, 2, 53, 1, 5000);
	struct flow_step step;
	struct told told;

	open_flow(&told, 64);
	flow_see(told.flow, &question, 0, S, &step);
	flow_quoted(told.flow, &back, true, S); /* quotes an answer, not the question: says nothing */
	assert_int_equal(told.count, 0);
	flow_quoted(told.flow, &question, true, S);
	flow_quoted(told.flow, &question, true, S);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.outcomes[0], CONTACT_REFUSED);
	flow_free(told.flow);
}

static void test_clock_broke(void **state)
{
	struct told told;

	open_flow(&told, 64);
	tcp(&told, S, true, SYN);
	flow_clock_broke(told.flow, S);
	assert_int_equal(told.outcomes[0], CONTACT_VOID);
	flow_end(told.flow, 100 * S);
	assert_int_equal(told.count, 1);
	flow_free(told.flow);
}

static void test_ports_used_again(void **state)
{
	struct fw_packet again = packet(6, 1, 40000, 2, 23);
	struct flow_step step;
	struct told told;
	uint64_t number;

	open_flow(&told, 64);
	number = flow_number(told.flow, tcp(&told, S, true, SYN).conversation);
	tcp(&told, S, false, RST);
	again.tcp_flags = SYN;
	again.tcp_seq = 8;
	flow_see(told.flow, &again, 0, 2 * S, &step);
	assert_true(step.is_new);
	assert_true(flow_number(told.flow, step.conversation) != number);
	assert_int_equal(told.ended, 1);
	assert_int_equal(step.conversation->packets[0], 1);
	flow_free(told.flow);
}

/* A table of 1,000 and 100,000 openings: the ceiling holds, each opening is told once, each conversation ends once. */
static void test_full_is_normal(void **state)
{
	struct flow_step step;
	struct told told;

	open_flow(&told, 1000);
	for (uint32_t i = 0; i < 100000; i++) {
		struct fw_packet syn = packet(6, 1, (uint16_t)i, 2, 23);
		syn.dst[13] = (uint8_t)(i >> 16);
		syn.tcp_flags = SYN;
		flow_see(told.flow, &syn, 0, S + i, &step);
	}
	assert_int_equal(flow_left_out(told.flow), 99000);
	assert_int_equal(told.count, 99000);
	assert_int_equal(told.outcomes[0], CONTACT_VOID);
	flow_end(told.flow, 20 * S);
	assert_int_equal(told.count, 100000);
	assert_int_equal(told.ended, 100000);
	flow_free(told.flow);
}

static void test_mirai_mark(void **state)
{
	struct fw_packet syn = packet(6, 1, 4000, 2, 23);
	struct flow_step step;
	struct told told;

	open_flow(&told, 16);
	syn.tcp_flags = SYN;
	syn.tcp_seq = 0x0a000002;
	flow_see(told.flow, &syn, 0, S, &step);
	assert_true(step.conversation->flags & CONVERSATION_MIRAI_MARK);
	syn.src_port++;
	syn.tcp_seq++;
	flow_see(told.flow, &syn, 0, S, &step);
	assert_false(step.conversation->flags & CONVERSATION_MIRAI_MARK);
	flow_free(told.flow);
}

/* Who asked many and is forgotten before the answers can have come, because too many asked, is left out; who asked long ago is not. */
static void askers_forgotten_early_are_counted(void **state)
{
	struct fw_packet p = packet(17, 1, 0, 2, 1900);
	struct flow_step step;
	struct told told;

	open_flow(&told, 4096);
	memcpy(p.dst + 12, (uint8_t[]){239, 255, 255, 250}, 4);
	for (uint64_t round = 1; round <= 2; round++) {
		for (uint32_t i = 0; i < 1100; i++) {
			p.src_port = (uint16_t)(1024 + i);
			p.src[15] = (uint8_t)round;
			flow_see(told.flow, &p, 0, round * 31 * S, &step);
		}
		assert_int_equal(flow_left_out(told.flow), round * (1100 - 1024));
	}
	flow_free(told.flow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(askers_forgotten_early_are_counted),
		cmocka_unit_test(test_stories),
		cmocka_unit_test(test_handshake_is_the_first_answer),
		cmocka_unit_test(test_a_handshake_needs_the_number),
		cmocka_unit_test(test_udp_icmp_arp),
		cmocka_unit_test(test_no_contacts),
		cmocka_unit_test(test_icmp_error_refuses),
		cmocka_unit_test(test_clock_broke),
		cmocka_unit_test(test_ports_used_again),
		cmocka_unit_test(test_full_is_normal),
		cmocka_unit_test(test_mirai_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
