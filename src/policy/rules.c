/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries to rules, in their order. One entry is one rule, but for ports: "all but 53" is what lies below and what lies above, and both ends
 * may say so; the up to four rules stand in a row and decide the same, so the first match is still the entry's.
 */
#include <errno.h>
#include <string.h>

#include "policy/inside.h"

/* Ranges that a port match comes to: none, one or two. */
static uint32_t pieces_of(const struct mud_ports *ports, struct mud_ports out[2])
{
	uint32_t count = 0;

	if (!ports->except) {
		out[0] = *ports;
		return 1;
	}
	if (ports->least > 0)
		out[count++] = (struct mud_ports){0, (uint16_t)(ports->least - 1), false};
	if (ports->most < UINT16_MAX)
		out[count++] = (struct mud_ports){(uint16_t)(ports->most + 1), UINT16_MAX, false};
	return count;
}

uint32_t policy_rule_count(const struct mud *mud)
{
	struct mud_ports unused[2];
	uint32_t count = 0;

	for (uint32_t i = 0; i < mud->ace_count; i++)
		count += pieces_of(&mud->aces[i].local_ports, unused) * pieces_of(&mud->aces[i].remote_ports, unused);
	return count;
}

uint32_t policy_rule_entry(const struct mud *mud, uint32_t rule)
{
	struct mud_ports unused[2];
	uint32_t count = 0, i;

	for (i = 0; i < mud->ace_count; i++) {
		count += pieces_of(&mud->aces[i].local_ports, unused) * pieces_of(&mud->aces[i].remote_ports, unused);
		if (rule < count)
			break;
	}
	return i;
}

/* The bits behind the prefix are zero: the judge compares masked words. */
static void set_network(struct fw_rule *rule, const struct prefix *network)
{
	rule->remote = FW_REMOTE_PREFIX;
	rule->bits = network->bits;
	for (unsigned i = 0; i < 16; i++) {
		unsigned kept = network->bits > 8 * i ? network->bits - 8 * i : 0;
		rule->address[i] = (uint8_t)(network->address[i] & (kept >= 8 ? 0xffu : 0xff00u >> kept));
	}
}

static void set_group(struct fw_rule *rule, enum fw_rule_remote remote, uint32_t set)
{
	rule->remote = (uint8_t)remote;
	rule->set = set;
}

/* Who the other end may be; -E2BIG where there is no number for it. */
static int set_remote(const struct mud *mud, const struct mud_ace *ace, struct policy_sets *sets, struct fw_rule *rule)
{
	switch (ace->remote) {
	case MUD_NETWORK:
		set_network(rule, &ace->network);
		return 0;
	case MUD_LOCAL_NETWORKS:
		rule->remote = FW_REMOTE_LOCAL;
		return 0;
	case MUD_DNS_NAME:
		set_group(rule, FW_REMOTE_SET, policy_set(sets, POLICY_SET_NAME, ace->text));
		break;
	case MUD_CONTROLLER:
		set_group(rule, FW_REMOTE_SET, policy_set(sets, POLICY_SET_CONTROLLER, ace->text));
		break;
	case MUD_MY_CONTROLLER:
		set_group(rule, FW_REMOTE_SET, policy_set(sets, POLICY_SET_MY_CONTROLLER, mud->head.url));
		break;
	case MUD_MANUFACTURER:
		set_group(rule, FW_REMOTE_GROUP, policy_set(sets, POLICY_SET_MAKER, ace->text));
		break;
	case MUD_SAME_MANUFACTURER:
		set_group(rule, FW_REMOTE_GROUP, policy_set(sets, POLICY_SET_MAKER, mud->head.maker));
		break;
	case MUD_MODEL:
		set_group(rule, FW_REMOTE_GROUP, policy_set(sets, POLICY_SET_MODEL, ace->text));
		break;
	default:
		rule->remote = FW_REMOTE_ANY;
		return 0;
	}
	return rule->set ? 0 : -E2BIG;
}

static int put_pieces(const struct mud_ace *ace, const struct fw_rule *pattern, struct fw_rule *out, uint32_t room)
{
	struct mud_ports local[2], remote[2];
	uint32_t locals = pieces_of(&ace->local_ports, local), remotes = pieces_of(&ace->remote_ports, remote), count = 0;

	if (locals * remotes > room)
		return -ENOSPC;
	for (uint32_t i = 0; i < locals; i++) {
		for (uint32_t j = 0; j < remotes; j++) {
			out[count] = *pattern;
			out[count].local_least = local[i].least;
			out[count].local_most = local[i].most;
			out[count].remote_least = remote[j].least;
			out[count++].remote_most = remote[j].most;
		}
	}
	return (int)count;
}

int policy_rules(const struct mud *mud, struct policy_sets *sets, struct fw_rule *out, uint32_t room, uint32_t *out_count)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < mud->ace_count; i++) {
		const struct mud_ace *ace = &mud->aces[i];
		struct fw_rule rule = {.way = ace->way,
			.family = ace->family,
			.proto = ace->proto,
			.any_proto = ace->any_proto,
			.icmp_type = ace->icmp_type,
			.icmp_code = ace->icmp_code,
			.opener = ace->opener,
			.accept = ace->accept};
		int put = set_remote(mud, ace, sets, &rule);
		if (!put)
			put = put_pieces(ace, &rule, out + count, room - count);
		if (put < 0)
			return put;
		count += (uint32_t)put;
	}
	*out_count = count;
	return 0;
}
