/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard_walk.h"

#include <string.h>

static const uint32_t remotes[] = {BED_PLUG, 0xc0a80180, 0xcb007107, 0xcb007187, 0x09090909, 0xa9fe0505, 0xc0a80201};
_Static_assert(sizeof(remotes) / sizeof(*remotes) == WALK_REMOTES, "each has a place in the sets");

static uint32_t pick(uint64_t *random, uint32_t below)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return (uint32_t)((*random * 0x9e3779b97f4a7c15ull) >> 33) % below;
}

/* ---- the plain walk ---- */

static bool has_ports(const struct walk_packet *p)
{
	return p->talk.proto == 6 || p->talk.proto == 17;
}

static struct walk_flow *flow_of(struct walk *walk, const struct walk_packet *p)
{
	for (uint32_t i = 0; i < walk->flow_count; i++) {
		struct walk_flow *flow = &walk->flows[i];

		if (flow->proto == p->talk.proto && flow->remote == p->talk.remote && flow->remote_port == p->talk.remote_port &&
			(p->talk.proto == 1 || flow->local_port == p->talk.local_port))
			return flow;
	}
	return NULL;
}

static bool peer_opened(struct walk *walk, const struct walk_packet *p)
{
	const struct walk_flow *flow = flow_of(walk, p);

	if (p->talk.proto == 6 && (p->talk.flags & 0x12) == 0x02)
		return !p->out;
	return flow ? flow->by_peer : !p->out;
}

static bool remote_fits(const struct walk *walk, uint32_t number, const struct walk_packet *p)
{
	const struct fw_rule *rule = &walk->rules[number];
	uint32_t remote = p->talk.remote, shift = 128u - rule->bits;

	switch (rule->remote) {
	case FW_REMOTE_ANY:
		return true;
	case FW_REMOTE_PREFIX: /* an IPv4 prefix of n bits is written 96 + n */
		return rule->bits <= 96 || (remote ^ walk->addresses[number]) >> shift == 0 || rule->bits == 96;
	case FW_REMOTE_SET:
		return rule->set && walk->in_set[rule->set][p->remote_number];
	case FW_REMOTE_LOCAL:
		return remote >> 8 == 0xc0a801 || remote >> 16 == 0xa9fe;
	default:
		if (!rule->set)
			return false;
		if (p->talk.other == 3 && (walk->plug_maker == rule->set || walk->plug_model == rule->set))
			return true;
		return walk->in_set[rule->set][p->remote_number];
	}
}

static bool ports_fit(const struct fw_rule *rule, const struct walk_packet *p)
{
	if (!has_ports(p))
		return rule->local_least == 0 && rule->local_most == 65535 && rule->remote_least == 0 && rule->remote_most == 65535;
	return rule->local_least <= p->talk.local_port && p->talk.local_port <= rule->local_most &&
		rule->remote_least <= p->talk.remote_port && p->talk.remote_port <= rule->remote_most;
}

static bool type_fits(const struct fw_rule *rule, const struct walk_packet *p)
{
	bool icmp = p->talk.proto == 1;

	if (rule->icmp_type != 255 && (!icmp || rule->icmp_type != p->talk.local_port >> 8))
		return false;
	return rule->icmp_code == 255 || (icmp && rule->icmp_code == (p->talk.local_port & 0xff));
}

static enum fw_reason rules_say(struct walk *walk, const struct walk_packet *p)
{
	bool misopened = false, by_peer = peer_opened(walk, p);

	for (uint32_t i = 0; i < walk->count; i++) {
		const struct fw_rule *rule = &walk->rules[i];

		if (rule->way != (p->out ? FW_WAY_FROM : FW_WAY_TO) || rule->family == 6 ||
			(!rule->any_proto && rule->proto != p->talk.proto) || !ports_fit(rule, p) || !type_fits(rule, p) ||
			!remote_fits(walk, i, p))
			continue;
		if (rule->opener && (p->talk.proto != 6 || by_peer != (rule->opener == FW_OPENER_REMOTE))) {
			misopened |= rule->accept;
			continue;
		}
		return rule->accept ? FW_REASON_RULE : FW_REASON_RULE_DROP;
	}
	if (walk->defaults && has_ports(p) && !by_peer) {
		if (p->talk.remote_port == 53 && (!walk->set_dns || walk->in_set[walk->set_dns][p->remote_number]))
			return FW_REASON_DEFAULT_DNS;
		if (p->talk.remote_port == 123 && p->talk.proto == 17 && (!walk->set_ntp || walk->in_set[walk->set_ntp][p->remote_number]))
			return FW_REASON_DEFAULT_NTP;
	}
	return misopened ? FW_REASON_WRONG_OPENER : FW_REASON_NO_RULE;
}

static void remember(struct walk *walk, const struct walk_packet *p)
{
	struct walk_flow *flow = flow_of(walk, p);
	bool by_peer = peer_opened(walk, p);

	if (!flow) {
		flow = &walk->flows[walk->flow_count++];
		*flow = (struct walk_flow){p->talk.proto, p->talk.local_port, p->talk.remote_port, p->talk.remote, by_peer};
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

static void some_rule(uint64_t *random, struct walk *walk, uint32_t number)
{
	static const uint8_t bits[] = {0, 96, 97, 104, 112, 120, 121, 127, 128};
	struct fw_rule *rule = &walk->rules[number];
	uint32_t address = remotes[pick(random, WALK_REMOTES)];

	*rule = guard_bed_rule((enum fw_rule_way)pick(random, 2), (uint8_t[]){6, 6, 17, 1, 47}[pick(random, 5)]);
	rule->any_proto = pick(random, 4) == 0;
	rule->family = (uint8_t[]){0, 0, 4, 6}[pick(random, 4)];
	rule->remote = (uint8_t)pick(random, 5);
	rule->set = pick(random, WALK_SETS + 1);
	rule->bits = bits[pick(random, 9)];
	memset(rule->address + 10, 0xff, 2);
	for (uint32_t i = 0; i < 4; i++)
		rule->address[12 + i] = (uint8_t)(address >> (24 - 8 * i));
	walk->addresses[number] = address;
	some_ports(random, &rule->local_least, &rule->local_most);
	some_ports(random, &rule->remote_least, &rule->remote_most);
	rule->icmp_type = pick(random, 3) ? 255 : (uint8_t[]){8, 0, 3}[pick(random, 3)];
	rule->icmp_code = pick(random, 3) ? 255 : (uint8_t)pick(random, 2);
	rule->opener = (uint8_t)(pick(random, 2) ? 0 : pick(random, 3));
	rule->accept = pick(random, 4) != 0;
}

void walk_scene(uint64_t *random, struct walk *walk, struct guard_bed *bed)
{
	memset(walk, 0, sizeof(*walk));
	walk->count = 1 + pick(random, WALK_RULES);
	for (uint32_t i = 0; i < walk->count; i++)
		some_rule(random, walk, i);
	walk->defaults = pick(random, 2);
	walk->set_dns = pick(random, WALK_SETS + 1);
	walk->set_ntp = pick(random, WALK_SETS + 1);
	walk->plug_maker = pick(random, WALK_SETS + 1);
	walk->plug_model = pick(random, WALK_SETS + 1);
	guard_bed_policy(bed, BED_CAMERA, walk->rules, walk->count);
	bed->t.policies[0][FW_STRANGERS].flags = walk->defaults ? FW_POLICY_DEFAULTS : 0;
	bed->t.config->set_dns = walk->set_dns;
	bed->t.config->set_ntp = walk->set_ntp;
	guard_bed_device(bed, BED_PLUG)->maker = walk->plug_maker;
	guard_bed_device(bed, BED_PLUG)->model = walk->plug_model;
	for (uint32_t set = 1; set <= WALK_SETS; set++)
		for (uint32_t i = 0; i < WALK_REMOTES; i++) {
			walk->in_set[set][i] = pick(random, 3) == 0;
			if (walk->in_set[set][i])
				guard_bed_member(bed, set, remotes[i], 100000);
		}
	for (uint32_t i = 0; i < FW_GUARD_FILTER_COUNT; i++)
		bed->t.config->mode[i] = i == FW_GUARD_POLICY ? FW_MODE_ENFORCE : FW_MODE_OFF;
}

void walk_packet(uint64_t *random, struct walk_packet *p)
{
	static const uint8_t protos[] = {6, 6, 6, 17, 17, 1, 47};
	static const uint16_t ports[] = {53, 80, 123, 443};

	p->out = pick(random, 2);
	p->remote_number = pick(random, WALK_REMOTES);
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

bool walk_drops(enum fw_reason reason)
{
	return (uint32_t)reason >= FW_REASON_GUARD_PASS_END;
}

enum fw_reason walk_judge(struct walk *walk, const struct walk_packet *p)
{
	enum fw_reason reason = rules_say(walk, p);

	if (!walk_drops(reason))
		remember(walk, p);
	return reason;
}
