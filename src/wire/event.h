/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the kernel tells user space about one frame: the record of the ring buffer. Eighty bytes instead of the frame,
 * the same on every machine: no pointers, no holes, padding that is always zero.
 *
 * Written by bpf/ (and by the twin, so that both can be compared), read by plane/.
 */
#pragma once

#include "wire/packet.h"

enum fw_verdict { FW_PASS, FW_DROP };

/* What a judge says: each drop has one reason, each reason one counter. */
struct fw_judgement {
	enum fw_verdict verdict;
	enum fw_reason reason;
};

struct fw_event {
	uint64_t time_ns; /* of the world that wrote it: the kernel's monotonic clock, or the capture's */
	uint8_t src[16], dst[16]; /* as in struct fw_packet, like all that have its names */
	uint8_t src_mac[6], dst_mac[6];
	uint32_t frame_len; /* bytes of the frame */
	uint32_t tcp_seq;
	uint16_t ether_type;
	uint16_t vlan[2];
	uint16_t src_port, dst_port;
	uint8_t family, proto, tcp_flags, fragment;
	uint8_t icmp_type, icmp_code;
	uint8_t verdict; /* enum fw_verdict */
	uint8_t reason; /* enum fw_reason */
	uint8_t zero[2]; /* padding, always zero */
};
_Static_assert(sizeof(struct fw_event) == 80, "padded by hand");
_Static_assert(offsetof(struct fw_event, frame_len) == 52 && offsetof(struct fw_event, zero) == 78, "no holes");

/* time_ns and frame_len are left to the caller, who knows them. */
FW_INLINE void fw_event_fill(struct fw_event *event, const struct fw_packet *packet, struct fw_judgement judgement)
{
	__builtin_memset(event, 0, sizeof(*event));
	fw_move(event->src, packet->src, sizeof(event->src));
	fw_move(event->dst, packet->dst, sizeof(event->dst));
	fw_move(event->src_mac, packet->src_mac, sizeof(event->src_mac));
	fw_move(event->dst_mac, packet->dst_mac, sizeof(event->dst_mac));
	event->tcp_seq = packet->tcp_seq;
	event->ether_type = packet->ether_type;
	event->vlan[0] = packet->vlan[0];
	event->vlan[1] = packet->vlan[1];
	event->src_port = packet->src_port;
	event->dst_port = packet->dst_port;
	event->family = packet->family;
	event->proto = packet->proto;
	event->tcp_flags = packet->tcp_flags;
	event->fragment = packet->fragment;
	event->icmp_type = packet->icmp_type;
	event->icmp_code = packet->icmp_code;
	event->verdict = (uint8_t)judgement.verdict;
	event->reason = (uint8_t)judgement.reason;
}
