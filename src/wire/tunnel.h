/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What is inside a packet that carries another one: where it begins and which link type reads it. Only finds it; whether
 * anybody should look inside is for the caller to decide (engine/tunnel.c says why not always).
 *
 *	IP -- 4 ---------------------------- IPv4      RFC 2003
 *	IP -- 41 --------------------------- IPv6      RFC 4213
 *	IP -- GRE -- 0x0800, 0x86dd, 0x6558 - IPv4, IPv6, Ethernet      RFC 2784, RFC 7676, RFC 1701
 *	IP -- UDP to 4789 -- 8 bytes -------- Ethernet  RFC 7348 (VXLAN)
 */
#pragma once

#include "wire/packet.h"

enum fw_tunnel_name { FW_IP_IPV4 = 4, FW_IP_IPV6 = 41, FW_ETHER_BRIDGED = 0x6558, FW_UDP_VXLAN = 4789 };

/* Bytes [off, off + len) of the frame, to be read as link. len is what was captured of it. */
struct fw_tunnel {
	uint32_t link; /* enum fw_link */
	uint32_t off, len;
	uint32_t zero;
};

FW_INLINE bool fw_tunnel_is(struct fw_tunnel *out, uint32_t link, const struct fw_packet *packet, uint32_t header_len)
{
	out->link = link;
	out->off = packet->payload_off + header_len;
	out->len = packet->payload_len - header_len;
	return true;
}

FW_INLINE bool fw_tunnel_gre(const struct fw_packet *packet, struct fw_tunnel *out)
{
	if (packet->gre_proto == FW_LIMIT(FW_ETHER_IPV4))
		return fw_tunnel_is(out, FW_LINK_IPV4, packet, 0);
	if (packet->gre_proto == FW_LIMIT(FW_ETHER_IPV6))
		return fw_tunnel_is(out, FW_LINK_IPV6, packet, 0);
	return packet->gre_proto == FW_LIMIT(FW_ETHER_BRIDGED) && fw_tunnel_is(out, FW_LINK_ETHERNET, packet, 0);
}

/* Flags (the one that must be set: a network identifier follows), three bytes reserved, the identifier, one byte reserved. */
FW_INLINE bool fw_tunnel_vxlan(struct fw_cursor frame, const struct fw_packet *packet, struct fw_tunnel *out)
{
	struct fw_cursor here = fw_clip(frame, packet->payload_off, packet->payload_len);
	const uint8_t *p = fw_peek(&here, FW_LIMIT(8u));

	if (!p || packet->dst_port != FW_LIMIT(FW_UDP_VXLAN) || !(fw_u8(p) & FW_LIMIT(8)))
		return false;
	return fw_tunnel_is(out, FW_LINK_ETHERNET, packet, FW_LIMIT(8u));
}

/* packet: as read from frame, FW_READ_OK. False if it carries no packet, or a fragment of one; *out is then as it was. */
FW_INLINE bool fw_tunnel_find(struct fw_cursor frame, const struct fw_packet *packet, struct fw_tunnel *out)
{
	uint32_t proto = packet->proto;

	if (packet->fragment != FW_LIMIT(FW_WHOLE) || !packet->payload_len)
		return false;
	if (proto == FW_LIMIT(FW_IP_UDP))
		return fw_tunnel_vxlan(frame, packet, out);
	if (proto == FW_LIMIT(FW_IP_GRE))
		return fw_tunnel_gre(packet, out);
	if (proto == FW_LIMIT(FW_IP_IPV4))
		return fw_tunnel_is(out, FW_LINK_IPV4, packet, 0);
	return proto == FW_LIMIT(FW_IP_IPV6) && fw_tunnel_is(out, FW_LINK_IPV6, packet, 0);
}
