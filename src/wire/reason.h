/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Why: one list of reasons. A reader that does not say OK names one; a judge that drops names one. Each has a counter
 * (the name is part of the outside: metrics, JSON) and a sentence for people.
 *
 * The list stands in the order of enum fw_read, so that the reason alone gives the result; the judges' own reasons follow,
 * first those for passing. Append within a group; numbers are not stable across versions, names are.
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

/* Why a judge lets something pass ... */
#define FW_REASONS_PASS(X) \
	X(NOT_IP, "not_ip", "neither IPv4 nor IPv6") \
	X(NOT_PROTECTED, "not_protected", "to an address that is not protected") \
	X(TRUSTED, "trusted", "from a prefix that the operator trusts") \
	X(OTHER_PORT, "other_port", "another port or protocol of a protected address") \
	X(ICMP, "icmp", "ICMP that the network needs") \
	X(FRAGMENT, "fragment", "a fragment to a protected address") \
	X(TCP_DNS, "tcp_dns", "DNS over TCP or TLS") \
	X(OWN_ANSWER, "own_answer", "an answer to what this host asked") \
	X(NOTIFY, "notify", "a NOTIFY or UPDATE, for the server's own rules") \
	X(ZONE_ASIDE, "zone_aside", "a question in a zone whose names are not judged") \
	X(EXISTS, "exists", "a question for a name that exists") \
	X(POSSIBLE, "possible", "a question under a wildcard, a DNAME or a delegation") \
	X(UNKNOWN, "unknown", "a question for a name that is not there") \
	X(FOREIGN, "foreign", "a question in no zone of ours, or not of class IN")

/* ... and why it stops it. */
#define FW_REASONS_STOP(X) \
	X(BLOCKED, "blocked", "from a source that is blocked") \
	X(UNASKED, "unasked", "an answer that nobody here asked for") \
	X(FRAGMENT_CLOSED, "fragment_closed", "a fragment, and the host takes none") \
	X(CLOSED, "closed", "another port or protocol of a host that serves DNS alone") \
	X(ICMP_RATE, "icmp_rate", "more ICMP than the host needs") \
	X(ZONE_UNKNOWN, "zone_unknown", "more unknown names than this zone may be asked for") \
	X(ZONE_POSSIBLE, "zone_possible", "more possible names than this zone may be asked for") \
	X(FOREIGN_RATE, "foreign_rate", "more foreign questions than are let through") \
	X(PREFIX_UNKNOWN, "prefix_unknown", "more unknown or foreign names than the source's prefix may ask for") \
	X(PREFIX_POSSIBLE, "prefix_possible", "more possible names than the source's prefix may ask for") \
	X(PREFIX_RATE, "prefix_rate", "more questions than the source's prefix may ask") \
	X(SHARE_RATE, "share_rate", "more questions than all unproven sources together may ask") \
	X(PROVEN_UNKNOWN, "proven_unknown", "more unknown or foreign names than a proven address may ask for") \
	X(PROVEN_RATE, "proven_rate", "more questions than a proven address may ask")

/* The guard at a gateway: why something passes that leaves a device or reaches one ... */
#define FW_REASONS_GUARD_PASS(X) \
	X(HELD_BACK, "held_back", "a device that is never stopped") \
	X(GATEWAY, "gateway", "between a device and the gateway itself") \
	X(LOCAL, "local", "ARP, neighbour discovery, DHCP, broadcast or multicast") \
	X(SLIT, "slit", "what stays open to a device in quarantine") \
	X(RULE, "rule", "a rule of the device's policy allows it") \
	X(DEFAULT_DNS, "default_dns", "DNS, which a policy leaves open behind its rules") \
	X(DEFAULT_NTP, "default_ntp", "NTP, which a policy leaves open behind its rules") \
	X(FREE, "free", "from a device that has no policy") \
	X(ASKED, "asked", "an answer to what a device without a policy asked for") \
	X(LATERAL, "lateral", "from our side, to a device that has no policy") \
	X(ICMP_ERROR, "icmp_error", "an ICMP error about a conversation of the device") \
	X(LATE, "late", "seems to belong to a conversation that was under way when the guard began")

/* ... and why it is stopped. */
#define FW_REASONS_GUARD_STOP(X) \
	X(QUARANTINED, "quarantined", "the device is in quarantine") \
	X(FORGED, "forged", "a source address that is not ours, or the gateway's own") \
	X(RULE_DROP, "rule_drop", "a rule of the device's policy forbids it") \
	X(NO_RULE, "no_rule", "no rule of the device's policy allows it") \
	X(WRONG_OPENER, "wrong_opener", "the device's policy allows it in connections that the other end opens, or the device") \
	X(INBOUND, "inbound", "from outside, to a device that did not ask") \
	X(LATERAL_CLOSED, "lateral_closed", "from our side, to a device that did not ask") \
	X(BRAKE_QUESTIONS, "brake_questions", "more DNS questions than the device may ask") \
	X(BRAKE_CONTACTS, "brake_contacts", "more first contacts than the device may make") \
	X(BRAKE_LOGINS, "brake_logins", "more first contacts to login ports than the device may make") \
	X(BRAKE_SYNS, "brake_syns", "more TCP connections than the device may open") \
	X(BRAKE_UNANSWERED, "brake_unanswered", "more bytes than the device may send to peers that do not answer") \
	X(BRAKE_FORGED, "brake_forged", "more forged sources than are let through") \
	X(BRAKE_LOCAL, "brake_local", "more ARP, discovery, broadcast or multicast than the device may send")

#define FW_REASONS_ALL(X) \
	FW_REASONS_SHORT(X) \
	FW_REASONS_OTHER(X) FW_REASONS_BAD(X) FW_REASONS_PASS(X) FW_REASONS_STOP(X) FW_REASONS_GUARD_PASS(X) FW_REASONS_GUARD_STOP(X)

#define FW_REASON_ENUM(id, counter, sentence) FW_REASON_##id,

#define FW_REASON_PLUS_ONE(id, counter, sentence) +1

/* clang-format off */
enum fw_reason {
	FW_REASON_NONE,
	FW_REASONS_ALL(FW_REASON_ENUM)
	FW_REASON_COUNT
};

/* The first reason behind each group. */
enum {
	FW_REASON_SHORT_END = 1 FW_REASONS_SHORT(FW_REASON_PLUS_ONE),
	FW_REASON_OTHER_END = FW_REASON_SHORT_END FW_REASONS_OTHER(FW_REASON_PLUS_ONE),
	FW_REASON_BAD_END = FW_REASON_OTHER_END FW_REASONS_BAD(FW_REASON_PLUS_ONE), /* no reader says what lies from here on */
	FW_REASON_PASS_END = FW_REASON_BAD_END FW_REASONS_PASS(FW_REASON_PLUS_ONE),
	FW_REASON_STOP_END = FW_REASON_PASS_END FW_REASONS_STOP(FW_REASON_PLUS_ONE), /* no shield says what lies from here on */
	FW_REASON_GUARD_PASS_END = FW_REASON_STOP_END FW_REASONS_GUARD_PASS(FW_REASON_PLUS_ONE),
};
/* clang-format on */

/* What a reader says that stopped for this reason. A judge's reason is none of a reader's. */
FW_INLINE enum fw_read fw_reason_read(enum fw_reason reason)
{
	if (reason == FW_REASON_NONE)
		return FW_READ_OK;
	if ((uint32_t)reason < FW_LIMIT((uint32_t)FW_REASON_SHORT_END))
		return FW_READ_SHORT;
	return (uint32_t)reason < FW_LIMIT((uint32_t)FW_REASON_OTHER_END) ? FW_READ_OTHER : FW_READ_BAD;
}
