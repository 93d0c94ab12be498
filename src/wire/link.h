/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Ethernet II, cooked, NULL, LOOP, raw IP; then tags and PPPoE. Part of packet.h. Each reader leaves the type of what follows in
 * ether_type, whatever the link calls it.
 *
 * Sources: IEEE 802.3 and 802.1Q, RFC 2516, tcpdump.org/linktypes.html.
 */
#pragma once

#include "wire/fields.h"

FW_INLINE enum fw_reason fw_link_ethernet(struct fw_reading *r)
{
	const uint8_t *p = fw_peek(&r->here, FW_LIMIT(14u));

	if (!p)
		return FW_REASON_LINK_SHORT;
	r->out->has_mac = 1;
	r->out->to_many = fw_u8(p) & FW_LIMIT(1u);
	fw_copy(r->out->dst_mac, p, 6);
	fw_copy(r->out->src_mac, p + 6, 6);
	r->out->ether_type = fw_be16(p + 12);
	fw_skip(&r->here, FW_LIMIT(14u));
	return FW_REASON_NONE;
}

/* Cooked headers have room for longer and shorter addresses. */
FW_INLINE void fw_link_sender(struct fw_reading *r, uint32_t address_len, const uint8_t *p)
{
	if (address_len != FW_LIMIT(6))
		return;
	r->out->has_mac = 1;
	fw_copy(r->out->src_mac, p, 6);
}

/* They do not tell the receiver, only of which kind it was. */
FW_INLINE void fw_link_receiver(struct fw_reading *r, uint32_t type)
{
	r->out->to_many = type == FW_LIMIT(FW_COOKED_BROADCAST) || type == FW_LIMIT(FW_COOKED_MULTICAST);
}

FW_INLINE enum fw_reason fw_link_cooked(struct fw_reading *r)
{
	const uint8_t *p = fw_peek(&r->here, FW_LIMIT(16u));

	if (!p)
		return FW_REASON_LINK_SHORT;
	fw_link_receiver(r, fw_be16(p));
	fw_link_sender(r, fw_be16(p + 4), p + 6);
	r->out->ether_type = fw_be16(p + 14);
	fw_skip(&r->here, FW_LIMIT(16u));
	return FW_REASON_NONE;
}

FW_INLINE enum fw_reason fw_link_cooked2(struct fw_reading *r)
{
	const uint8_t *p = fw_peek(&r->here, FW_LIMIT(20u));

	if (!p)
		return FW_REASON_LINK_SHORT;
	fw_link_receiver(r, fw_u8(p + 10));
	fw_link_sender(r, fw_u8(p + 11), p + 12);
	r->out->ether_type = fw_be16(p);
	fw_skip(&r->here, FW_LIMIT(20u));
	return FW_REASON_NONE;
}

FW_INLINE bool fw_link_is_inet6(uint32_t family)
{
	return family == FW_LIMIT(FW_AF_LINUX6) || family == FW_LIMIT(FW_AF_WINDOWS6) || family == FW_LIMIT(FW_AF_NETBSD6) ||
		family == FW_LIMIT(FW_AF_FREEBSD6) || family == FW_LIMIT(FW_AF_DARWIN6);
}

/* The family is in the byte order of whoever captured (LOOP: of the network); families are small, so the smaller reading is meant. */
FW_INLINE enum fw_reason fw_link_null(struct fw_reading *r, bool either_order)
{
	const uint8_t *p = fw_peek(&r->here, FW_LIMIT(4u));
	uint32_t family, swapped;

	if (!p)
		return FW_REASON_LINK_SHORT;
	family = fw_be32(p);
	swapped = fw_le32(p);
	if (either_order && swapped < family)
		family = swapped;
	fw_skip(&r->here, FW_LIMIT(4u));
	if (family != FW_LIMIT(FW_AF_INET) && !fw_link_is_inet6(family))
		return FW_REASON_ETHER_OTHER;
	r->out->ether_type = family == FW_AF_INET ? FW_ETHER_IPV4 : FW_ETHER_IPV6;
	return FW_REASON_NONE;
}

FW_INLINE enum fw_reason fw_link_raw(struct fw_reading *r)
{
	const uint8_t *p = fw_peek(&r->here, FW_LIMIT(1u));

	if (!p)
		return FW_REASON_NETWORK_SHORT;
	r->out->ether_type = fw_u8(p) >> FW_LIMIT(4) == FW_LIMIT(6) ? FW_ETHER_IPV6 : FW_ETHER_IPV4;
	return FW_REASON_NONE;
}

FW_INLINE enum fw_reason fw_link_header(struct fw_reading *r, uint32_t link)
{
	if (link == FW_LIMIT(FW_LINK_ETHERNET))
		return fw_link_ethernet(r);
	if (link == FW_LIMIT(FW_LINK_SLL))
		return fw_link_cooked(r);
	if (link == FW_LIMIT(FW_LINK_SLL2))
		return fw_link_cooked2(r);
	if (link == FW_LIMIT(FW_LINK_RAW))
		return fw_link_raw(r);
	if (link == FW_LIMIT(FW_LINK_NULL) || link == FW_LIMIT(FW_LINK_LOOP))
		return fw_link_null(r, link == FW_LINK_NULL);
	if (link != FW_LIMIT(FW_LINK_IPV4) && link != FW_LIMIT(FW_LINK_IPV6))
		return FW_REASON_LINK_OTHER;
	r->out->ether_type = link == FW_LINK_IPV4 ? FW_ETHER_IPV4 : FW_ETHER_IPV6;
	return FW_REASON_NONE;
}

FW_INLINE bool fw_link_is_tag(uint32_t type)
{
	return type == FW_LIMIT(FW_ETHER_TAG) || type == FW_LIMIT(FW_ETHER_TAG_AD) || type == FW_LIMIT(FW_ETHER_TAG_OLD);
}

FW_INLINE enum fw_reason fw_link_tags(struct fw_reading *r)
{
	for (uint32_t i = 0; fw_link_is_tag(r->out->ether_type); i++) {
		const uint8_t *p = fw_peek(&r->here, FW_LIMIT(4u));

		if (i >= FW_LIMIT(FW_TAGS_MAX))
			return FW_REASON_TAGS_MANY;
		if (!p)
			return FW_REASON_LINK_SHORT;
		r->out->vlan[i & 1] = fw_be16(p) & FW_LIMIT(0x0fff);
		r->out->vlan_count++;
		r->out->ether_type = fw_be16(p + 2);
		fw_skip(&r->here, FW_LIMIT(4u));
	}
	return FW_REASON_NONE;
}

/* PPPoE session header of 6 bytes (version and type 1, code 0), then the PPP protocol in two. */
FW_INLINE enum fw_reason fw_link_pppoe(struct fw_reading *r)
{
	const uint8_t *p;
	uint32_t proto;

	if (r->out->ether_type != FW_LIMIT(FW_ETHER_PPPOE))
		return FW_REASON_NONE;
	p = fw_peek(&r->here, FW_LIMIT(8u));
	if (!p)
		return FW_REASON_LINK_SHORT;
	proto = fw_be16(p + 6);
	if (fw_be16(p) != FW_LIMIT(0x1100) || (proto != FW_LIMIT(FW_PPP_IPV4) && proto != FW_LIMIT(FW_PPP_IPV6)))
		return FW_REASON_PPP_OTHER;
	r->out->ether_type = proto == FW_PPP_IPV4 ? FW_ETHER_IPV4 : FW_ETHER_IPV6;
	fw_skip(&r->here, FW_LIMIT(8u));
	return FW_REASON_NONE;
}

/* All below the network layer. */
FW_INLINE enum fw_reason fw_link_read(struct fw_reading *r, uint32_t link)
{
	enum fw_reason reason = fw_link_header(r, link);

	if (!reason)
		reason = fw_link_tags(r);
	return reason ? reason : fw_link_pppoe(r);
}
