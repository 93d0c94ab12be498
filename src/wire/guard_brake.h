/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The brake: what a device may do before anybody knows what is wrong with it. Part of guard.h. Each bucket holds exactly, for any
 * span of t seconds and whatever arrives when: passed <= rate * t + burst (wire/bucket.h).
 *
 * A frame may cost something in several buckets. First all are looked at, then taken from, in the order of enum fw_brake: where one
 * refuses, the others keep what they have. If another CPU empties one in between, what was taken is lost to the device, never won.
 */
#pragma once

#include "wire/guard_case.h"

_Static_assert(FW_REASON_BRAKE_QUESTIONS + FW_BRAKE_UNANSWERED == FW_REASON_BRAKE_UNANSWERED &&
		FW_REASON_BRAKE_QUESTIONS + FW_BRAKE_COUNT - 1 == FW_REASON_BRAKE_LOCAL && FW_BRAKE_QUESTIONS == 0,
	"reasons in the order of brakes");

FW_INLINE const struct fw_bucket_rule *fw_brake_rules(const struct fw_guard_case *c)
{
	return c->config->brake[c->device->class & (FW_GUARD_CLASSES - 1)];
}
_Static_assert((FW_GUARD_CLASSES & (FW_GUARD_CLASSES - 1)) == 0, "a mask");

/* The bucket that refuses, or FW_BRAKE_COUNT: then all has been taken. */
FW_INLINE uint32_t fw_brake_take(struct fw_guard_case *c)
{
	const struct fw_bucket_rule *rules = fw_brake_rules(c);

	FW_UNROLL
	for (uint32_t i = 0; i < FW_BRAKE_COUNT; i++)
		if (c->notes->cost[i] && !fw_guard_has(c, &c->device->brake[i], &rules[i], c->notes->cost[i]))
			return i;
	FW_UNROLL
	for (uint32_t i = 0; i < FW_BRAKE_COUNT; i++)
		if (c->notes->cost[i] && !fw_guard_take(c, &c->device->brake[i], &rules[i], c->notes->cost[i]))
			return i;
	return FW_BRAKE_COUNT;
}

/* Why it is stopped, or NONE. */
FW_INLINE int fw_brake_judge_here(struct fw_guard_case *c)
{
	uint32_t full;

	if (!fw_guard_is_on(c, FW_GUARD_BRAKE))
		return FW_REASON_NONE;
	full = fw_brake_take(c);
	if (full == FW_BRAKE_COUNT)
		return FW_REASON_NONE;
	return fw_guard_stop(c, FW_GUARD_BRAKE, (enum fw_reason)(FW_REASON_BRAKE_QUESTIONS + full))
		? (int)(FW_REASON_BRAKE_QUESTIONS + full)
		: FW_REASON_NONE;
}
FW_GUARD_PART(fw_brake_judge)

/* Ports where devices are taken over. */
FW_INLINE bool fw_brake_is_login(const struct fw_guard_case *c)
{
	FW_LOOP
	for (uint32_t i = 0; i < FW_GUARD_LOGIN_PORTS; i++) {
		if (i >= c->config->login_ports_count)
			break;
		if (c->config->login_ports[i] == c->notes->remote_port)
			return true;
	}
	return false;
}

/*
 * What a frame costs that a device sends to one other. A DNS question over UDP has its own bucket in place of that of contacts. A first
 * fragment too small to show TCP's ports and flags (RFC 1858) costs as the worst that it could be: nobody honest sends one.
 */
FW_INLINE int fw_brake_cost_here(struct fw_guard_case *c)
{
	struct fw_guard_notes *notes = c->notes;
	bool asks = notes->has_ports && notes->remote_port == FW_LIMIT(FW_GUARD_DNS) && c->packet->payload_wire_len;
	bool hides = c->packet->reason == FW_REASON_FRAGMENT_TINY;

	notes->cost[FW_BRAKE_QUESTIONS] = asks;
	if (!notes->state) {
		notes->cost[FW_BRAKE_CONTACTS] = !asks || c->packet->proto != FW_LIMIT(FW_IP_UDP);
		notes->cost[FW_BRAKE_LOGINS] = notes->has_ports && fw_brake_is_login(c);
	}
	notes->cost[FW_BRAKE_LOGINS] |= hides;
	notes->cost[FW_BRAKE_SYNS] = notes->is_syn || hides;
	notes->cost[FW_BRAKE_UNANSWERED] = notes->is_heard ? 0 : c->packet->ip_len;
	return 0;
}
FW_GUARD_PART(fw_brake_cost)
