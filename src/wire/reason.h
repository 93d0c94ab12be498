/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Why: one list of reasons. A reader that does not say OK names one; a judge that drops names one. Each has a counter
 * (the name is part of the outside: metrics, JSON) and a sentence for people.
 *
 * The list stands in the order of enum fw_read, so that the reason alone gives the result. Append within a group;
 * numbers are not stable across versions, names are.
 */
#pragma once

#include "wire/bytes.h"

/* X(identifier, counter, sentence) */
#define FW_REASONS_SHORT(X) \
	X(LINK_SHORT, "link_short", "the frame ends within its link-layer header") \
	X(NETWORK_SHORT, "network_short", "the frame ends within its network header") \
	X(EXTENSION_SHORT, "extension_short", "the frame ends within an IPv6 extension header") \
	X(TRANSPORT_SHORT, "transport_short", "the frame ends within its transport header") \
	X(DNS_SHORT, "dns_short", "the DNS message ends within its header or question")

#define FW_REASONS_OTHER(X) \
	X(LINK_OTHER, "link_other", "a link type that is not read here") \
	X(LLC, "llc", "an IEEE 802.3 frame with a length instead of a type") \
	X(TAGS_MANY, "tags_many", "more VLAN tags than are followed") \
	X(ETHER_OTHER, "ether_other", "neither IPv4, IPv6 nor ARP") \
	X(PPP_OTHER, "ppp_other", "PPPoE that carries neither IPv4 nor IPv6") \
	X(ARP_OTHER, "arp_other", "ARP for something else than IPv4 over 6-byte addresses") \
	X(EXTENSIONS_MANY, "extensions_many", "more IPv6 extension headers than are followed") \
	X(GRE_OTHER, "gre_other", "GRE with source routes or of an unknown version") \
	X(DNS_ANSWER, "dns_answer", "a DNS answer, not a question") \
	X(DNS_OPCODE, "dns_opcode", "a DNS message with another opcode than QUERY") \
	X(DNS_NO_QUESTION, "dns_no_question", "a DNS query that asks nothing")

#define FW_REASONS_BAD(X) \
	X(IP_VERSION, "ip_version", "the IP version contradicts the layer below") \
	X(IP_HEADER_LEN, "ip_header_len", "an IPv4 header length below 20 bytes") \
	X(IP_LEN, "ip_len", "an IP length that does not cover the IP header") \
	X(EXTENSION_LEN, "extension_len", "an IPv6 extension header longer than its packet") \
	X(FRAGMENT_TINY, "fragment_tiny", "a first fragment too small for its transport header") \
	X(TRANSPORT_LEN, "transport_len", "an IP packet too small for its transport header") \
	X(TCP_HEADER_LEN, "tcp_header_len", "a TCP header length below 20 bytes or beyond its packet") \
	X(UDP_LEN, "udp_len", "a UDP length below 8 bytes or beyond its packet") \
	X(DNS_COUNTS, "dns_counts", "a DNS query with record counts that no query has") \
	X(DNS_LABEL, "dns_label", "a DNS label of more than 63 bytes or a compressed name in a question") \
	X(DNS_NAME_LEN, "dns_name_len", "a DNS name of more than 255 bytes")

#define FW_REASON_ENUM(id, counter, sentence) FW_REASON_##id,

#define FW_REASON_PLUS_ONE(id, counter, sentence) +1

/* clang-format off */
enum fw_reason {
	FW_REASON_NONE,
	FW_REASONS_SHORT(FW_REASON_ENUM)
	FW_REASONS_OTHER(FW_REASON_ENUM)
	FW_REASONS_BAD(FW_REASON_ENUM)
	FW_REASON_COUNT
};

/* The first reason behind each group. */
enum {
	FW_REASON_SHORT_END = 1 FW_REASONS_SHORT(FW_REASON_PLUS_ONE),
	FW_REASON_OTHER_END = FW_REASON_SHORT_END FW_REASONS_OTHER(FW_REASON_PLUS_ONE),
};
/* clang-format on */

/* What a reader says that stopped for this reason. */
FW_INLINE enum fw_read fw_reason_read(enum fw_reason reason)
{
	if (reason == FW_REASON_NONE)
		return FW_READ_OK;
	if ((uint32_t)reason < FW_LIMIT((uint32_t)FW_REASON_SHORT_END))
		return FW_READ_SHORT;
	return (uint32_t)reason < FW_LIMIT((uint32_t)FW_REASON_OTHER_END) ? FW_READ_OTHER : FW_READ_BAD;
}
