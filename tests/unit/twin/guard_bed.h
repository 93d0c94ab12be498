/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A gateway for tests, in user space: 192.168.1.1, devices .2 to .5 with MACs 02:..:02 to 02:..:05 at places 16 to 19, resolver 9.9.9.9.
 * Every filter enforces; every brake is wide.
 */
#pragma once

#include "twin/twin.h"

enum {
	BED_GATEWAY = 0xc0a80101,
	BED_CAMERA = 0xc0a80102,
	BED_PLUG = 0xc0a80103,
	BED_RESOLVER = 0x09090909,
	BED_HOST = 0xcb007107,
	BED_OTHER = 0xcb007108
};

struct guard_bed {
	struct twin_guard *guard;
	struct fw_guard_tables t;
	uint64_t now_ns;
	struct twin_guard_verdict last;
};

/* One packet of IPv4 between a device and somebody. */
struct talk {
	uint32_t local, remote;
	uint16_t local_port, remote_port; /* ICMP: type and code, identifier */
	uint8_t proto, flags; /* of TCP */
	uint8_t device; /* last byte of its MAC; 0: of its address */
	uint8_t other; /* last byte of the other MAC; 0: the gateway's */
	uint16_t fragment; /* field of the header */
	uint16_t payload_len;
	const uint8_t *payload; /* NULL: zeros */
};

extern const struct fw_guard_sizes guard_bed_sizes; /* of its tables */

void guard_bed_open(struct guard_bed *bed);
void guard_bed_close(struct guard_bed *bed);

/* What becomes of it: the reason; bed->last has the rest. */
enum fw_reason guard_bed_out(struct guard_bed *bed, const struct talk *talk);
enum fw_reason guard_bed_in(struct guard_bed *bed, const struct talk *talk);

/* The frame of it; returns its length. */
uint32_t guard_bed_frame(const struct talk *talk, bool out, uint8_t frame[2048]);

struct fw_guard_device *guard_bed_device(struct guard_bed *bed, uint32_t local);
/* The device gets a policy of these rules. */
void guard_bed_policy(struct guard_bed *bed, uint32_t local, const struct fw_rule *rules, uint32_t count);
void guard_bed_member(struct guard_bed *bed, uint32_t set, uint32_t address, uint64_t seconds);
/* A rule of TCP or UDP, any ports and everybody, that accepts: to be narrowed. */
struct fw_rule guard_bed_rule(enum fw_rule_way way, uint8_t proto);

/* ---- the short words of stories ---- */

#define OUT(bed, talk, why) assert_int_equal(guard_bed_out(bed, talk), FW_REASON_##why)
#define IN(bed, talk, why) assert_int_equal(guard_bed_in(bed, talk), FW_REASON_##why)

enum { SYN = FW_TCP_SYN, ACK = FW_TCP_ACK, RST = FW_TCP_RST, SYN_ACK = FW_TCP_SYN | FW_TCP_ACK };

/* Of the camera's. */
static inline struct talk tcp(uint32_t remote, uint16_t local_port, uint16_t remote_port, uint8_t flags)
{
	return (struct talk){BED_CAMERA, remote, local_port, remote_port, .proto = FW_IP_TCP, .flags = flags};
}

static inline struct talk udp(uint32_t remote, uint16_t local_port, uint16_t remote_port, uint16_t len)
{
	return (struct talk){BED_CAMERA, remote, local_port, remote_port, .proto = FW_IP_UDP, .payload_len = len};
}
