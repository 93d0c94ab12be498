/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * One rule of a device's policy, as policy/ compiles it from MUD (RFC 8520 with the matches of RFC 8519) and as both worlds walk it:
 * in order, the first that matches decides; behind the last, what the policy says about the rest (FW_POLICY_*).
 *
 * "Local" is the device, "remote" the other end, in both directions: a rule for what leaves the device and one for what reaches it
 * name the same port the same way. Seen by whoever judges a frame: what leaves has local = source.
 */
#pragma once

#include "wire/bytes.h"

enum fw_rule_way { FW_WAY_FROM, FW_WAY_TO }; /* from-device-policy, to-device-policy */

/* Who may be the other end. */
enum fw_rule_remote {
	FW_REMOTE_ANY,
	FW_REMOTE_PREFIX, /* address/bits */
	FW_REMOTE_SET, /* addresses in this set now: a name's, a controller class's */
	FW_REMOTE_LOCAL, /* local-networks: our prefixes, but not the gateway's way out */
	FW_REMOTE_GROUP, /* a device of this maker or model: by its MAC where the frame shows it, else by the set of the same number */
};

/* direction-initiated (RFC 8520 section 4.8): who must have opened the TCP connection. */
enum fw_rule_opener { FW_OPENER_ANY, FW_OPENER_DEVICE, FW_OPENER_REMOTE };

#define FW_RULE_ANY 255u /* icmp_type, icmp_code: all */

struct fw_rule {
	uint8_t address[16]; /* IPv4 mapped; FW_REMOTE_PREFIX */
	uint32_t set; /* FW_REMOTE_SET, FW_REMOTE_GROUP; 0 is no set */
	uint16_t local_least, local_most, remote_least, remote_most; /* ports, inclusive; 0 to 65535: all, and what has no ports */
	uint16_t zero; /* padding, always zero */
	uint8_t bits; /* of address, of 128: an IPv4 /24 has 120 */
	uint8_t remote; /* enum fw_rule_remote */
	uint8_t way; /* enum fw_rule_way */
	uint8_t family; /* 4, 6, or 0: both */
	uint8_t proto; /* IP protocol */
	uint8_t any_proto; /* proto does not count */
	uint8_t icmp_type, icmp_code; /* or FW_RULE_ANY */
	uint8_t opener; /* enum fw_rule_opener */
	uint8_t accept; /* else drop */
};
_Static_assert(sizeof(struct fw_rule) == 40, "no holes");
