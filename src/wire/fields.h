/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What is known of one frame, and the names its layers go by. Filled by packet.h; the same struct in both worlds.
 */
#pragma once

#include "wire/bytes.h"
#include "wire/limits.h"
#include "wire/reason.h"

/* Link types by their LINKTYPE_ number (tcpdump.org/linktypes.html). */
enum fw_link {
	FW_LINK_NULL = 0,
	FW_LINK_ETHERNET = 1,
	FW_LINK_RAW = 101,
	FW_LINK_LOOP = 108,
	FW_LINK_SLL = 113,
	FW_LINK_IPV4 = 228,
	FW_LINK_IPV6 = 229,
	FW_LINK_SLL2 = 276,
};

/* What the layers call each other. */
enum fw_ether_type {
	FW_ETHER_LEAST = 0x0600, /* below: a length */
	FW_ETHER_IPV4 = 0x0800,
	FW_ETHER_ARP = 0x0806,
	FW_ETHER_IPV6 = 0x86dd,
	FW_ETHER_PPPOE = 0x8864,
	FW_ETHER_LLDP = 0x88cc,
	FW_ETHER_TAG = 0x8100,
	FW_ETHER_TAG_AD = 0x88a8,
	FW_ETHER_TAG_OLD = 0x9100,
};

enum fw_ppp_proto { FW_PPP_IPV4 = 0x0021, FW_PPP_IPV6 = 0x0057 };

enum fw_ip_proto {
	FW_IP_HOP_BY_HOP = 0,
	FW_IP_ICMP = 1,
	FW_IP_TCP = 6,
	FW_IP_UDP = 17,
	FW_IP_ROUTING = 43,
	FW_IP_FRAGMENT = 44,
	FW_IP_GRE = 47,
	FW_IP_AUTH = 51,
	FW_IP_ICMPV6 = 58,
	FW_IP_OPTIONS = 60,
};

/* Packet types of cooked v1 and v2. The rest: 0 to us, 3 to somebody else, 4 sent by us (to whomever). */
enum fw_cooked_type { FW_COOKED_BROADCAST = 1, FW_COOKED_MULTICAST = 2 };

/* Address families of NULL and LOOP: IPv4 is 2 everywhere; IPv6 on Linux, Windows, NetBSD and OpenBSD, FreeBSD, Darwin. */
enum fw_null_family { FW_AF_INET = 2, FW_AF_LINUX6 = 10, FW_AF_WINDOWS6 = 23, FW_AF_NETBSD6 = 24, FW_AF_FREEBSD6 = 28, FW_AF_DARWIN6 = 30 };

enum fw_fragment { FW_WHOLE, FW_FRAGMENT_FIRST, FW_FRAGMENT_LATER };

struct fw_packet {
	uint8_t src[16], dst[16]; /* IPv4 as ::ffff:a.b.c.d; ARP: the protocol addresses */
	uint8_t src_mac[6], dst_mac[6]; /* zero where has_mac is false (cooked v1/v2: src_mac only, dst_mac zero) */
	uint16_t ether_type; /* below tags and PPPoE; 0x0800 and 0x86dd for raw IP too */
	uint16_t vlan[2]; /* VLAN identifiers, outer first */
	uint16_t src_port, dst_port; /* TCP, UDP; ICMP echo: identifier in both; else 0 */
	uint16_t tcp_window;
	uint16_t gre_proto; /* GRE: protocol type (0x0800, 0x86dd, 0x6558 ...) */
	uint16_t network_off, transport_off, payload_off; /* from the start of the frame; 0 where not reached */
	uint16_t payload_len; /* captured payload after TCP/UDP/ICMP header, clipped to what IP says */
	uint16_t payload_wire_len; /* as IP and UDP say, may exceed what was captured */
	uint32_t tcp_seq, tcp_ack;
	uint32_t ip_len; /* length of the IP packet as its header says, 0 when not IP */
	uint8_t family; /* 4, 6, or 0 when not IP */
	uint8_t proto; /* IP protocol after extension headers */
	uint8_t hops; /* TTL or hop limit */
	uint8_t tcp_flags; /* FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32 */
	uint8_t icmp_type, icmp_code;
	uint8_t fragment; /* enum fw_fragment */
	uint8_t vlan_count;
	uint8_t has_mac;
	uint8_t reason; /* enum fw_reason: why the reader stopped */
	uint8_t to_many; /* the link says broadcast or multicast: group bit of dst_mac, packet type of cooked v1/v2 */
	uint8_t zero[5]; /* padding, always zero */
} __attribute__((aligned(8))); /* so that it is cleared, and its addresses are read, in words */
_Static_assert(sizeof(struct fw_packet) == 96, "padded by hand");
_Static_assert(offsetof(struct fw_packet, tcp_seq) == 68 && offsetof(struct fw_packet, zero) == 91, "no holes");

/* One reading in progress: fields are set in out as soon as they are known. */
struct fw_reading {
	struct fw_cursor here;
	uint32_t ip_end; /* where the IP packet ends by its own word; may lie past the captured bytes */
	bool open; /* it gives no length: ip_end is where the capture ends, and nothing can be too long for it */
	struct fw_packet *out;
};

/* Bytes from here to the end of the IP packet. */
FW_INLINE uint32_t fw_reading_rest(const struct fw_reading *r)
{
	return r->here.at < r->ip_end ? r->ip_end - r->here.at : 0;
}

/* By the IP packet's own word it cannot hold n bytes from here on. */
FW_INLINE bool fw_reading_lacks(const struct fw_reading *r, uint32_t n)
{
	return !r->open && fw_reading_rest(r) < n;
}
