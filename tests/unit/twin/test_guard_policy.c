/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A third opinion on policies. The plain list walk below was written from RFC 8520 and the words of wire/rule.h, over addresses as
 * numbers and flows as a list, without hashes, cached permissions, masks or maps, and walks all rules for every packet. Policies and
 * conversations by chance go through it and through the guard's twin: both must let the same packets pass, for the same reason.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guard_bed.h"

enum { SCENES = 3000, PACKETS = 60, RULES = 12, SETS = 4, FLOWS = PACKETS };

static const uint32_t remotes[] = {BED_PLUG, 0xc0a80180, 0xcb007107, 0xcb007187, 0x09090909, 0xa9fe0505, 0xc0a80201};
enum { REMOTES = sizeof(remotes) / sizeof(*remotes) };

/* What the plain walk knows: nothing that is packed. */
struct plain {
	struct fw_rule rules[RULES];
	uint32_t addresses[RULES]; /* of each rule's prefix */
	uint32_t count;
	bool in_set[SETS + 1][REMOTES];
	uint32_t plug_maker, plug_model, set_dns, set_ntp;
	bool defaults;
	struct flow {
		uint8_t proto;
		uint16_t local_port, remote_port;
		uint32_t remote;
		bool by_peer;
	} flows[FLOWS];
	uint32_t flow_count;
};

struct packet {
	struct talk talk;
	uint32_t remote_number;
	bool out;
};

static uint32_t pick(uint64_t *random, uint32_t below)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return (uint32_t)((*random * 0x9e3779b97f4a7c15ull) >> 33) % below;
}

/* ---- the plain walk ---- */

static bool has_ports(const struct packet *p)
{
	return p->talk.proto == 6 || p->talk.proto == 17;
}

static struct flow *flow_of(struct plain *plain, const struct packet *p)
{
	for (uint32_t i = 0; i < plain->flow_count; i++) {
		struct flow *flow = &plain->flows[i];

		if (flow->proto == p->talk.proto && flow->remote == p->talk.remote && flow->remote_port == p->talk.remote_port &&
			(p->talk.proto == 1 || flow->local_port == p->talk.local_port))
			return flow;
	}
	return NULL;
}

static bool peer_opened(struct plain *plain, const struct packet *p)
{
	const struct flow *flow = flow_of(plain, p);

	if (p->talk.proto == 6 && (p->talk.flags & 0x12) == 0x02)
		return !p->out;
	return flow ? flow->by_peer : !p->out;
}

static bool remote_fits(const struct plain *plain, uint32_t number, const struct packet *p)
{
	const struct fw_rule *rule = &plain->rules[number];
	uint32_t remote = p->talk.remote, shift = 128u - rule->bits;

	switch (rule->remote) {
	case FW_REMOTE_ANY:
		return true;
	case FW_REMOTE_PREFIX: /* an IPv4 prefix of n bits is written 96 + n */
		return rule->bits <= 96 || (remote ^ plain->addresses[number]) >> shift == 0 || rule->bits == 96;
	case FW_REMOTE_SET:
		return rule->set && plain->in_set[rule->set][p->remote_number];
	case FW_REMOTE_LOCAL:
		return remote >> 8 == 0xc0a801 || remote >> 16 == 0xa9fe;
	default:
		if (!rule->set)
			return false;
		if (p->talk.other == 3 && (plain->plug_maker == rule->set || plain->plug_model == rule->set))
			return true;
		return plain->in_set[rule->set][p->remote_number];
	}
}

static bool ports_fit(const struct fw_rule *rule, const struct packet *p)
{
	if (!has_ports(p))
		return rule->local_least == 0 && rule->local_most == 65535 && rule->remote_least == 0 && rule->remote_most == 65535;
	return rule->local_least <= p->talk.local_port && p->talk.local_port <= rule->local_most &&
		rule->remote_least <= p->talk.remote_port && p->talk.remote_port <= rule->remote_most;
}

static bool type_fits(const struct fw_rule *rule, const struct packet *p)
{
	bool icmp = p->talk.proto == 1;

	if (rule->icmp_type != 255 && (!icmp || rule->icmp_type != p->talk.local_port >> 8))
		return false;
	return rule->icmp_code == 255 || (icmp && rule->icmp_code == (p->talk.local_port & 0xff));
}

static enum fw_reason walk(struct plain *plain, const struct packet *p)
{
	bool misopened = false, by_peer = peer_opened(plain, p);

	for (uint32_t i = 0; i < plain->count; i++) {
		const struct fw_rule *rule = &plain->rules[i];

		if (rule->way != (p->out ? FW_WAY_FROM : FW_WAY_TO) || rule->family == 6 ||
			(!rule->any_proto && rule->proto != p->talk.proto) || !ports_fit(rule, p) || !type_fits(rule, p) ||
			!remote_fits(plain, i, p))
			continue;
		if (rule->opener && (p->talk.proto != 6 || by_peer != (rule->opener == FW_OPENER_REMOTE))) {
			misopened |= rule->accept;
			continue;
		}
		return rule->accept ? FW_REASON_RULE : FW_REASON_RULE_DROP;
	}
	if (plain->defaults && has_ports(p) && !by_peer) {
		if (p->talk.remote_port == 53 && (!plain->set_dns || plain->in_set[plain->set_dns][p->remote_number]))
			return FW_REASON_DEFAULT_DNS;
		if (p->talk.remote_port == 123 && p->talk.proto == 17 &&
			(!plain->set_ntp || plain->in_set[plain->set_ntp][p->remote_number]))
			return FW_REASON_DEFAULT_NTP;
	}
	return misopened ? FW_REASON_WRONG_OPENER : FW_REASON_NO_RULE;
}

static void remember(struct plain *plain, const struct packet *p)
{
	struct flow *flow = flow_of(plain, p);
	bool by_peer = peer_opened(plain, p);

	if (!flow) {
		flow = &plain->flows[plain->flow_count++];
		*flow = (struct flow){p->talk.proto, p->talk.local_port, p->talk.remote_port, p->talk.remote, by_peer};
	}
	flow->by_peer = by_peer;
}

/* ---- by chance ---- */

static void some_ports(uint64_t *random, uint16_t *least, uint16_t *most)
{
	static const uint16_t edges[] = {0, 52, 53, 54, 80, 123, 443, 40000, 65535};

	*least = pick(random, 3) ? 0 : edges[pick(random, 9)];
	*most = pick(random, 3) ? 65535 : edges[pick(random, 9)];
}

static void some_rule(uint64_t *random, struct plain *plain, uint32_t number)
{
	static const uint8_t bits[] = {0, 96, 97, 104, 112, 120, 121, 127, 128};
	struct fw_rule *rule = &plain->rules[number];
	uint32_t address = remotes[pick(random, REMOTES)];

	*rule = guard_bed_rule((enum fw_rule_way)pick(random, 2), (uint8_t[]){6, 6, 17, 1, 47}[pick(random, 5)]);
	rule->any_proto = pick(random, 4) == 0;
	rule->family = (uint8_t[]){0, 0, 4, 6}[pick(random, 4)];
	rule->remote = (uint8_t)pick(random, 5);
	rule->set = pick(random, SETS + 1);
	rule->bits = bits[pick(random, 9)];
	memset(rule->address + 10, 0xff, 2);
	for (uint32_t i = 0; i < 4; i++)
		rule->address[12 + i] = (uint8_t)(address >> (24 - 8 * i));
	plain->addresses[number] = address;
	some_ports(random, &rule->local_least, &rule->local_most);
	some_ports(random, &rule->remote_least, &rule->remote_most);
	rule->icmp_type = pick(random, 3) ? 255 : (uint8_t[]){8, 0, 3}[pick(random, 3)];
	rule->icmp_code = pick(random, 3) ? 255 : (uint8_t)pick(random, 2);
	rule->opener = (uint8_t)(pick(random, 2) ? 0 : pick(random, 3));
	rule->accept = pick(random, 4) != 0;
}

static void some_scene(uint64_t *random, struct plain *plain, struct guard_bed *bed)
{
	memset(plain, 0, sizeof(*plain));
	plain->count = 1 + pick(random, RULES);
	for (uint32_t i = 0; i < plain->count; i++)
		some_rule(random, plain, i);
	plain->defaults = pick(random, 2);
	plain->set_dns = pick(random, SETS + 1);
	plain->set_ntp = pick(random, SETS + 1);
	plain->plug_maker = pick(random, SETS + 1);
	plain->plug_model = pick(random, SETS + 1);
	guard_bed_policy(bed, BED_CAMERA, plain->rules, plain->count);
	bed->t.policies[0][FW_STRANGERS].flags = plain->defaults ? FW_POLICY_DEFAULTS : 0;
	bed->t.config->set_dns = plain->set_dns;
	bed->t.config->set_ntp = plain->set_ntp;
	guard_bed_device(bed, BED_PLUG)->maker = plain->plug_maker;
	guard_bed_device(bed, BED_PLUG)->model = plain->plug_model;
	for (uint32_t set = 1; set <= SETS; set++)
		for (uint32_t i = 0; i < REMOTES; i++) {
			plain->in_set[set][i] = pick(random, 3) == 0;
			if (plain->in_set[set][i])
				guard_bed_member(bed, set, remotes[i], 100000);
		}
	for (uint32_t i = 0; i < FW_GUARD_FILTER_COUNT; i++)
		bed->t.config->mode[i] = i == FW_GUARD_POLICY ? FW_MODE_ENFORCE : FW_MODE_OFF;
}

static void some_packet(uint64_t *random, struct packet *p)
{
	static const uint8_t protos[] = {6, 6, 6, 17, 17, 1, 47};
	static const uint16_t ports[] = {53, 80, 123, 443};

	p->out = pick(random, 2);
	p->remote_number = pick(random, REMOTES);
	p->talk = (struct talk){.local = BED_CAMERA,
		.remote = remotes[p->remote_number],
		.local_port = pick(random, 2) ? 40000 : ports[pick(random, 4)],
		.remote_port = pick(random, 3) ? ports[pick(random, 4)] : 40000,
		.proto = protos[pick(random, 7)],
		.flags = (uint8_t[]){0x02, 0x12, 0x10, 0x10, 0x11}[pick(random, 5)],
		.other = p->remote_number % 2 ? 3 : 0}; /* an address keeps its MAC: a flow knows none */
	if (p->talk.proto == 1) {
		p->talk.local_port = (uint16_t)((uint32_t[]){8, 0, 3, 13}[pick(random, 4)] << 8 | pick(random, 2));
		p->talk.remote_port = (p->talk.local_port >> 8) % 8 == 0 ? 7 : 0;
	}
	if (p->talk.proto == 47)
		p->talk.local_port = p->talk.remote_port = 0;
}

static bool drops(enum fw_reason reason)
{
	return (uint32_t)reason >= FW_REASON_GUARD_PASS_END;
}

static void the_guard_and_a_plain_walk_agree(void **state)
{
	static struct plain plain;
	uint64_t random = 8520, passed = 0, dropped = 0;

	for (uint32_t scene = 0; scene < SCENES; scene++) {
		struct guard_bed bed;

		guard_bed_open(&bed);
		some_scene(&random, &plain, &bed);
		for (uint32_t i = 0; i < PACKETS; i++) {
			struct packet p;
			enum fw_reason want, got;

			some_packet(&random, &p);
			want = walk(&plain, &p);
			got = p.out ? guard_bed_out(&bed, &p.talk) : guard_bed_in(&bed, &p.talk);
			if (got == FW_REASON_RULE && bed.last.rule == UINT32_MAX && !drops(want))
				got = want; /* remembered: by which rule is not */
			if (got != want)
				print_error("scene %u, packet %u\n", scene, i);
			assert_int_equal(got, want);
			assert_int_equal(bed.last.outcome == FW_GUARD_DROPPED, drops(want));
			if (!drops(want))
				remember(&plain, &p);
			passed += !drops(want);
			dropped += drops(want);
		}
		guard_bed_close(&bed);
	}
	assert_true(passed > SCENES * PACKETS / 20 && dropped > SCENES * PACKETS / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_guard_and_a_plain_walk_agree)};

	return cmocka_run_group_tests_name("guard policy", tests, NULL, NULL);
}
