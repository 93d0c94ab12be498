/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * IPv4, IPv6 with its extension headers, ARP. Part of packet.h. After OK the reading stands behind the last header of this layer.
 *
 * Sources: RFC 791, 8200, 4302 (length of AH), 2675 (jumbograms), 826.
 */
#pragma once

#include "wire/fields.h"

/* In one word: a part that is read back as a word would wait for its pieces. */
FW_INLINE void fw_network_map(uint8_t to[16], const uint8_t *p)
{
	uint64_t low = 0xffff0000;
	uint32_t address;

	fw_copy(&address, p, 4);
	low |= (uint64_t)address << 32;
	__builtin_memcpy(to + 8, &low, sizeof(low));
}

/* The IP packet starts here and is len bytes long; 0 means all that was captured. */
FW_INLINE void fw_network_len(struct fw_reading *r, uint32_t len)
{
	r->open = !len;
	r->out->ip_len = len ? len : fw_left(&r->here);
	r->ip_end = r->here.at + r->out->ip_len;
}

FW_INLINE enum fw_reason fw_network_ipv4(struct fw_reading *r)
{
	const uint8_t *p = fw_peek(&r->here, FW_LIMIT(20u));
	uint32_t words, header_len, total_len, fragment;

	if (!p)
		return FW_REASON_NETWORK_SHORT;
	if (fw_u8(p) >> FW_LIMIT(4) != FW_LIMIT(4))
		return FW_REASON_IP_VERSION;
	words = fw_u8(p) & FW_LIMIT(0x0fu);
	if (words < FW_LIMIT(5u))
		return FW_REASON_IP_HEADER_LEN;
	header_len = words * FW_LIMIT(4u);
	r->out->family = 4;
	fw_network_map(r->out->src, p + 12);
	fw_network_map(r->out->dst, p + 16);
	r->out->hops = fw_u8(p + 8);
	r->out->proto = fw_u8(p + 9);
	total_len = fw_be16(p + 2);
	fw_network_len(r, total_len);
	if (total_len && total_len < FW_LIMIT(header_len))
		return FW_REASON_IP_LEN;
	fragment = fw_be16(p + 6);
	if (fragment & FW_LIMIT(0x1fffu))
		r->out->fragment = FW_FRAGMENT_LATER;
	else if (fragment >> FW_LIMIT(13) & FW_LIMIT(1u))
		r->out->fragment = FW_FRAGMENT_FIRST;
	fw_skip(&r->here, header_len);
	return r->here.at > FW_LIMIT(r->here.len) ? FW_REASON_NETWORK_SHORT : FW_REASON_NONE;
}

FW_INLINE bool fw_network_is_extension(uint32_t proto)
{
	return proto == FW_LIMIT(FW_IP_HOP_BY_HOP) || proto == FW_LIMIT(FW_IP_ROUTING) || proto == FW_LIMIT(FW_IP_FRAGMENT) ||
		proto == FW_LIMIT(FW_IP_AUTH) || proto == FW_LIMIT(FW_IP_OPTIONS);
}

/* Length of an extension header of this kind; each counts in its own way (RFC 8200 section 4, RFC 4302 section 2.2). */
FW_INLINE uint32_t fw_network_extension_len(uint32_t proto, uint32_t count)
{
	if (proto == FW_LIMIT(FW_IP_FRAGMENT))
		return FW_LIMIT(8u);
	if (proto == FW_LIMIT(FW_IP_AUTH))
		return (count + FW_LIMIT(2u)) * FW_LIMIT(4u);
	return (count + FW_LIMIT(1u)) * FW_LIMIT(8u);
}

/* One extension header, as the protocol read last says: goes behind it and notes what follows. */
FW_INLINE enum fw_reason fw_network_extension(struct fw_reading *r)
{
	const uint8_t *p = fw_peek(&r->here, FW_LIMIT(8u));
	uint32_t len, fragment, kind = r->out->proto;

	if (!p)
		return fw_reading_lacks(r, FW_LIMIT(8u)) ? FW_REASON_EXTENSION_LEN : FW_REASON_EXTENSION_SHORT;
	len = fw_network_extension_len(kind, fw_u8(p + 1));
	if (fw_reading_lacks(r, FW_LIMIT(len)))
		return FW_REASON_EXTENSION_LEN;
	if (kind == FW_LIMIT(FW_IP_FRAGMENT)) {
		fragment = fw_be16(p + 2);
		if (fragment & FW_LIMIT(0xfff8u))
			r->out->fragment = FW_FRAGMENT_LATER;
		else if (fragment & FW_LIMIT(1u))
			r->out->fragment = FW_FRAGMENT_FIRST;
	}
	r->out->proto = fw_u8(p);
	fw_skip(&r->here, len);
	return r->here.at > FW_LIMIT(r->here.len) ? FW_REASON_EXTENSION_SHORT : FW_REASON_NONE;
}

/* The place of the next header goes through memory (transport_off, if nothing stops us): see FW_FORGET. */
FW_INLINE enum fw_reason fw_network_extensions(struct fw_reading *r)
{
	FW_LOOP
	for (uint32_t i = 0; fw_network_is_extension(r->out->proto) && r->out->fragment != FW_FRAGMENT_LATER; i++) {
		enum fw_reason reason;

		r->out->transport_off = 0;
		if (i >= FW_LIMIT(FW_EXTENSIONS_MAX))
			return FW_REASON_EXTENSIONS_MANY;
		reason = fw_network_extension(r);
		if (reason)
			return reason;
		r->out->transport_off = (uint16_t)r->here.at;
		FW_FORGET();
		r->here.at = r->out->transport_off;
	}
	r->out->transport_off = 0;
	return FW_REASON_NONE;
}

/* A payload length of 0 before a hop-by-hop header is a jumbogram's (RFC 2675). */
FW_INLINE enum fw_reason fw_network_ipv6(struct fw_reading *r)
{
	const uint8_t *p = fw_peek(&r->here, FW_LIMIT(40u));
	uint32_t len;

	if (!p)
		return FW_REASON_NETWORK_SHORT;
	if (fw_u8(p) >> FW_LIMIT(4) != FW_LIMIT(6))
		return FW_REASON_IP_VERSION;
	r->out->family = 6;
	fw_copy(r->out->src, p + 8, 16);
	fw_copy(r->out->dst, p + 24, 16);
	r->out->hops = fw_u8(p + 7);
	r->out->proto = fw_u8(p + 6);
	len = fw_be16(p + 4);
	fw_network_len(r, len || r->out->proto != FW_LIMIT(FW_IP_HOP_BY_HOP) ? len + FW_LIMIT(40u) : 0);
	fw_skip(&r->here, FW_LIMIT(40u));
	return fw_network_extensions(r);
}

/* The addresses of IPv4 over 6-byte hardware addresses; what is asked or told is for dissectors. */
FW_INLINE enum fw_reason fw_network_arp(struct fw_reading *r)
{
	const uint8_t *p = fw_peek(&r->here, FW_LIMIT(28u));

	if (!p)
		return FW_REASON_NETWORK_SHORT;
	if (fw_be16(p + 2) != FW_LIMIT(FW_ETHER_IPV4) || fw_u8(p + 4) != FW_LIMIT(6) || fw_u8(p + 5) != FW_LIMIT(4))
		return FW_REASON_ARP_OTHER;
	fw_network_map(r->out->src, p + 14);
	fw_network_map(r->out->dst, p + 24);
	return FW_REASON_NONE;
}

/* What stands above the link layer, or how it is called there. */
FW_INLINE enum fw_reason fw_network_read(struct fw_reading *r)
{
	uint32_t type = r->out->ether_type;

	if (type == FW_LIMIT(FW_ETHER_IPV4) || type == FW_LIMIT(FW_ETHER_IPV6)) {
		r->out->network_off = (uint16_t)r->here.at;
		return type == FW_ETHER_IPV4 ? fw_network_ipv4(r) : fw_network_ipv6(r);
	}
	if (type == FW_LIMIT(FW_ETHER_ARP)) {
		r->out->network_off = (uint16_t)r->here.at;
		return fw_network_arp(r);
	}
	if (type < FW_LIMIT(FW_ETHER_LEAST))
		return FW_REASON_LLC;
	/* not read here, but others may want to know where it is */
	r->out->network_off = (uint16_t)r->here.at;
	return FW_REASON_ETHER_OTHER;
}
