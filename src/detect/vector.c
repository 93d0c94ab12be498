/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Vectors by protocol. Reflection is told by the port that it comes from: the amplifiers' well-known ports (US-CERT
 * TA14-017A; Dahua's DHIP 37810 and BACnet 47808 from captures of 2020 and later), and only when the sender is not ours and
 * spoke first: an answer that somebody here asked for belongs to a conversation that we opened.
 *
 * TCP, by what is known of the conversation:
 *
 *      SYN                                     syn
 *      SYN-ACK or RST, nothing seen before     syn-ack-reflection (from outside)
 *      request line of HTTP                    http
 *      data after a handshake                  stomp (junk only if it is never acknowledged)
 *      anything else without a handshake       ack
 */
#include "detect/vector.h"

#include <string.h>

#include "wire/packet.h"

enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_GRE = 47, PROTO_ICMP6 = 58 };
enum { TCP_SYN = 2, TCP_RST = 4, TCP_ACK = 16 };
enum { GRE_ETHERNET = 0x6558 };
enum { DHCP_SERVER_PORT = 67, DHCP_CLIENT_PORT = 68 };
enum { DNS_FLAGS_OFF = 2, DNS_QR = 0x80 };

static enum vector tcp_vector(const struct sighting *seen)
{
	const struct fw_packet *p = seen->packet;
	bool syn = p->tcp_flags & TCP_SYN, ack = p->tcp_flags & TCP_ACK, rst = p->tcp_flags & TCP_RST;

	if (syn && !ack && !rst)
		return VECTOR_SYN;
	if (rst || (syn && ack))
		return seen->opening_seen || seen->src_ours ? VECTOR_NONE : VECTOR_SYN_ACK_REFLECTION;
	if (seen->http_request)
		return VECTOR_HTTP;
	if (seen->handshake_done)
		return p->payload_wire_len ? VECTOR_STOMP : VECTOR_NONE;
	return VECTOR_ACK;
}

static bool is_dns_answer(const struct slice *payload)
{
	return payload->len > DNS_FLAGS_OFF && (payload->bytes[DNS_FLAGS_OFF] & DNS_QR);
}

static enum vector reflected_from(uint16_t port, const struct slice *payload)
{
	switch (port) {
	case 53:
		return is_dns_answer(payload) ? VECTOR_DNS_REFLECTION : VECTOR_UDP;
	case 123:
		return VECTOR_NTP_REFLECTION;
	case 161:
		return VECTOR_SNMP_REFLECTION;
	case 500:
		return VECTOR_ISAKMP_REFLECTION;
	case 1900:
		return VECTOR_SSDP_REFLECTION;
	case 37810:
		return VECTOR_DHIP_REFLECTION;
	case 47808:
		return VECTOR_BACNET_REFLECTION;
	default:
		return VECTOR_UDP;
	}
}

/* Valve's A2S_INFO query, as Mirai's VSE flood copies it. */
static bool is_source_engine_query(const struct slice *payload)
{
	static const uint8_t query[] = "\xff\xff\xff\xffTSource Engine Query";

	return payload->len >= sizeof(query) - 1 && memcmp(payload->bytes, query, sizeof(query) - 1) == 0;
}

static enum vector udp_vector(const struct sighting *seen)
{
	const struct fw_packet *p = seen->packet;

	if (p->dst_port == DHCP_SERVER_PORT && p->src_port == DHCP_CLIENT_PORT)
		return VECTOR_DHCP;
	if (is_source_engine_query(&seen->payload))
		return VECTOR_VSE;
	return seen->src_ours ? VECTOR_UDP : reflected_from(p->src_port, &seen->payload);
}

/* An error answers a packet: a host that tells its flooder "unreachable" floods nobody. */
static enum vector icmp_vector(const struct sighting *seen)
{
	const struct fw_packet *p = seen->packet;
	bool error = p->proto == PROTO_ICMP6
		? p->icmp_type < 128
		: p->icmp_type == 3 || p->icmp_type == 4 || p->icmp_type == 5 || p->icmp_type == 11 || p->icmp_type == 12;

	return error && seen->src_ours ? VECTOR_NONE : VECTOR_ICMP;
}

enum vector vector_of(const struct sighting *seen)
{
	const struct fw_packet *p = seen->packet;

	if (p->family == 0)
		return VECTOR_NONE;
	if (p->fragment == FW_FRAGMENT_LATER)
		return VECTOR_FRAGMENT;
	switch (p->proto) {
	case PROTO_TCP:
		return tcp_vector(seen);
	case PROTO_UDP:
		return udp_vector(seen);
	case PROTO_ICMP:
	case PROTO_ICMP6:
		return icmp_vector(seen);
	case PROTO_GRE:
		return p->gre_proto == GRE_ETHERNET ? VECTOR_GRE_ETH : VECTOR_GRE_IP;
	default:
		return VECTOR_OTHER;
	}
}

bool vector_reflected(enum vector vector)
{
	return vector >= VECTOR_SYN_ACK_REFLECTION && vector <= VECTOR_BACNET_REFLECTION;
}
