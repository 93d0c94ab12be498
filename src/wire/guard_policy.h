/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A device's policy: its rules in order, the first that matches decides; behind them DNS and NTP, if the policy says so; then
 * nothing (RFC 8520 section 5). Part of guard.h. Read strictly, as the NIST expectations do: each way by its own rules, so an answer
 * needs one too; what stays open behind the rules counts both ways, but only as an answer to what the device asked.
 *
 * The walk is for the first packet of a conversation, for each SYN and each ICMP; the flow remembers what was allowed, as long as it
 * lasts: also when an address leaves its set, or answers from another MAC.
 */
#pragma once

#include "wire/guard_flow.h"

_Static_assert(FW_WAY_FROM == (int)FW_GUARD_OUT && FW_WAY_TO == (int)FW_GUARD_IN, "a rule's way is a frame's");

FW_INLINE bool fw_policy_in_ports(uint32_t port, uint32_t least, uint32_t most)
{
	return port >= least && port <= most;
}

/* A rule about ports is not about what has none; but one that drops is about a first fragment too small to show them (RFC 1858). */
FW_INLINE bool fw_policy_fits_ports(const struct fw_guard_case *c, const struct fw_rule *rule)
{
	const struct fw_guard_notes *notes = c->notes;

	if (!rule->accept && c->packet->reason == FW_REASON_FRAGMENT_TINY)
		return true;
	if (notes->has_ports)
		return fw_policy_in_ports(notes->local_port, rule->local_least, rule->local_most) &&
			fw_policy_in_ports(notes->remote_port, rule->remote_least, rule->remote_most);
	return !rule->local_least && rule->local_most == FW_LIMIT(65535u) && !rule->remote_least && rule->remote_most == FW_LIMIT(65535u);
}

FW_INLINE bool fw_policy_fits_type(const struct fw_guard_case *c, const struct fw_rule *rule)
{
	bool type = rule->icmp_type != FW_LIMIT(FW_RULE_ANY), code = rule->icmp_code != FW_LIMIT(FW_RULE_ANY);

	if (type && (!c->notes->has_type || rule->icmp_type != c->packet->icmp_type))
		return false;
	return !code || (c->notes->has_type && rule->icmp_code == c->packet->icmp_code);
}

FW_INLINE bool fw_policy_in_prefix(const struct fw_guard_address *of, const struct fw_rule *rule)
{
	struct fw_guard_address is = fw_guard_address_of(rule->address);
	uint32_t bits = rule->bits;

	is.high ^= of->high;
	is.low ^= of->low;
	if (bits <= FW_LIMIT(64u))
		return !bits || !(is.high >> ((64 - bits) & 63));
	return !is.high && !(is.low >> ((128 - bits) & 63));
}

FW_INLINE bool fw_policy_fits_remote(struct fw_guard_case *c, const struct fw_rule *rule)
{
	uint32_t remote = rule->remote;

	if (remote == FW_REMOTE_ANY)
		return true;
	if (remote == FW_REMOTE_PREFIX)
		return fw_policy_in_prefix(&c->notes->remote, rule);
	if (remote == FW_REMOTE_LOCAL)
		return c->notes->remote_inside;
	if (remote == FW_REMOTE_GROUP && rule->set && (c->notes->remote_maker == rule->set || c->notes->remote_model == rule->set))
		return true;
	return (remote == FW_REMOTE_GROUP || remote == FW_REMOTE_SET) && fw_guard_is_member(c, rule->set);
}

/* direction-initiated is about TCP. */
FW_INLINE bool fw_policy_fits_opener(const struct fw_guard_case *c, const struct fw_rule *rule)
{
	if (rule->opener == FW_OPENER_ANY)
		return true;
	return c->packet->proto == FW_LIMIT(FW_IP_TCP) && c->notes->by_peer == (rule->opener == FW_OPENER_REMOTE);
}

/* All but the opener. */
FW_INLINE bool fw_policy_fits(struct fw_guard_case *c, const struct fw_rule *rule)
{
	const struct fw_guard_notes *notes = c->notes;

	if (rule->way != notes->way || (rule->family && rule->family != c->packet->family))
		return false;
	if (!rule->any_proto && rule->proto != c->packet->proto)
		return false;
	return fw_policy_fits_ports(c, rule) && fw_policy_fits_type(c, rule) && fw_policy_fits_remote(c, rule);
}

/* Of the walk: what a step needs, and what it leaves. */
struct fw_policy_walk {
	struct fw_guard_store *store;
	const struct fw_guard_config *config;
	struct fw_guard_desk *desk;
	uint32_t first, reason;
};

static long fw_policy_step(uint32_t index, void *context)
{
	struct fw_policy_walk *walk = context;
	struct fw_guard_case c = {.store = walk->store,
		.config = walk->config,
		.desk = walk->desk,
		.notes = &walk->desk->notes,
		.packet = &walk->desk->packet};
	const struct fw_rule *rule = fw_guard_store_rule(c.store, c.config->half, walk->first + index);

	if (!rule || !fw_policy_fits(&c, rule))
		return 0;
	if (!fw_policy_fits_opener(&c, rule)) {
		c.notes->misopened |= rule->accept;
		return 0;
	}
	c.notes->rule = index;
	walk->reason = rule->accept ? FW_REASON_RULE : FW_REASON_RULE_DROP;
	return 1;
}

/* What stays open behind the rules. NONE: it does not. */
FW_INLINE enum fw_reason fw_policy_default(struct fw_guard_case *c)
{
	const struct fw_guard_notes *notes = c->notes;
	uint32_t proto = c->packet->proto, port = notes->remote_port;

	if (!(notes->policy_flags & FW_POLICY_DEFAULTS) || !notes->has_ports || notes->by_peer)
		return FW_REASON_NONE;
	if (port == FW_LIMIT(FW_GUARD_DNS) && (!c->config->set_dns || fw_guard_is_member(c, c->config->set_dns)))
		return FW_REASON_DEFAULT_DNS;
	if (port == FW_LIMIT(FW_GUARD_NTP) && proto == FW_LIMIT(FW_IP_UDP) &&
		(!c->config->set_ntp || fw_guard_is_member(c, c->config->set_ntp)))
		return FW_REASON_DEFAULT_NTP;
	return FW_REASON_NONE;
}

/* Whose device the other end is, by its MAC. */
FW_INLINE void fw_policy_meet(struct fw_guard_case *c)
{
	const uint8_t *mac = c->notes->way == FW_GUARD_OUT ? c->packet->dst_mac : c->packet->src_mac;
	const struct fw_guard_device *device = fw_guard_store_device(c->store, fw_guard_place_of(c, mac));

	c->notes->remote_maker = device ? device->maker : 0;
	c->notes->remote_model = device ? device->model : 0;
	c->notes->remote_inside = fw_guard_is_inside(c->config, &c->notes->remote);
}

/* What the policy says of this frame; accepted if a reason to pass. */
FW_INLINE int fw_policy_judge_here(struct fw_guard_case *c)
{
	const struct fw_guard_policy *policy = fw_guard_store_policy(c->store, c->config->half, c->notes->place);
	struct fw_policy_walk walk = {.store = c->store, .config = c->config, .desk = c->desk, .reason = FW_REASON_NONE};
	enum fw_reason reason;

	if (!policy)
		return FW_REASON_NO_RULE;
	fw_policy_meet(c);
	walk.first = policy->first;
	fw_guard_store_walk(policy->count, fw_policy_step, &walk);
	if (walk.reason)
		return (int)walk.reason;
	reason = fw_policy_default(c);
	if (reason)
		return (int)reason;
	return c->notes->misopened ? FW_REASON_WRONG_OPENER : FW_REASON_NO_RULE;
}
FW_GUARD_PART(fw_policy_judge)

/* The policy in force, into the notes. */
FW_INLINE void fw_policy_begin(struct fw_guard_case *c)
{
	const struct fw_guard_policy *policy;

	if (!(c->device->flags & FW_DEVICE_POLICY) || !fw_guard_is_on(c, FW_GUARD_POLICY))
		return;
	policy = fw_guard_store_policy(c->store, c->config->half, c->notes->place);
	if (!policy)
		return;
	c->notes->governed = 1;
	c->notes->generation = policy->generation;
	c->notes->policy_flags = policy->flags;
}

/* It was asked before, and allowed what goes this way: no SYN, no ICMP whose type is told. */
FW_INLINE bool fw_policy_knows(const struct fw_guard_case *c, uint32_t flag)
{
	const struct fw_guard_notes *notes = c->notes;

	return notes->state && (fw_flow_flags(notes->state) & flag) && fw_flow_generation(notes->state) == notes->generation &&
		!notes->is_syn && !notes->has_type;
}
