/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * One frame, from the link layer to the start of its payload. The only place where a byte of these layers is interpreted.
 *
 *	Ethernet II | cooked v1, v2 | NULL, LOOP | raw IP
 *	   +-- up to two tags (802.1Q, 802.1ad, 0x9100) -- PPPoE session
 *	         +-- IPv4 -+- IPv6 -- up to 8 extension headers            ARP
 *	                   +-- TCP, UDP, ICMP, ICMPv6, GRE, or left as it is
 *
 * What IP says counts, not what was captured: padding is never payload, and a frame cut by the capture keeps the
 * lengths of its packet. An IP length of zero (the card cuts the segment later: TSO, jumbograms) means all there is.
 * A fragment but the first has no ports; its transport_off stays 0 and its payload is whatever it carries.
 * Where a reader stops, it says why in reason, and all fields above that place are valid. Checksums are not looked at:
 * captures taken at the sender hold none.
 *
 * One file per layer: link.h, network.h, transport.h; what they fill is in fields.h.
 */
#pragma once

#include "wire/fields.h"
#include "wire/link.h"
#include "wire/network.h"
#include "wire/transport.h"

FW_INLINE enum fw_reason fw_packet_layers(struct fw_reading *r, uint32_t link)
{
	enum fw_reason reason = fw_link_read(r, link);

	if (!reason)
		reason = fw_network_read(r);
	return reason || !r->out->family ? reason : fw_transport_read(r);
}

/* In halves: gcc clears a struct of this size with "rep stos", which takes longer than reading the frame. */
FW_INLINE void fw_packet_clear(struct fw_packet *out)
{
	_Static_assert(sizeof(*out) == 96, "two halves of 48 bytes");
	__builtin_memset(out, 0, 48);
	__builtin_memset((uint8_t *)out + 48, 0, 48);
}

/* Both worlds: the frame is all that the cursor spans. Fills *out whatever it returns. */
FW_INLINE enum fw_read fw_packet_parse(struct fw_cursor frame, uint32_t link, struct fw_packet *out)
{
	struct fw_reading r = {.here = frame, .ip_end = 0, .open = false, .out = out};
	enum fw_reason reason;

	fw_packet_clear(out);
	reason = fw_packet_layers(&r, link);
	out->reason = (uint8_t)reason;
	return fw_reason_read(reason);
}

#ifndef __bpf__
/*
 * User space: len captured bytes of a frame with this LINKTYPE_ value. Fills *out whatever it returns; after SHORT, OTHER
 * and BAD, out->reason says where it stopped, and the fields above that place are valid, the rest zero.
 */
static inline enum fw_read fw_packet_read(const uint8_t *bytes, uint32_t len, uint32_t link, struct fw_packet *out)
{
	return fw_packet_parse(fw_cursor_of(bytes, len), link, out);
}
#endif
