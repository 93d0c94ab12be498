/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * TCP, UDP, ICMP, ICMPv6, GRE: ports or what stands for them, and where the payload is. Part of packet.h.
 *
 * Sources: RFC 9293, 768, 792, 4443; 2784, 2890 and 2637 (GRE, its key and sequence, its version 1); 1858 and 7112 (tiny fragments).
 */
#pragma once

#include "wire/fields.h"

/* The payload starts here and is wire_len bytes long, of which the capture may hold less. */
FW_INLINE enum fw_reason fw_transport_payload(struct fw_reading *r, uint32_t wire_len)
{
	uint32_t left = fw_left(&r->here);

	r->out->payload_wire_len = fw_u16(wire_len);
	if (r->here.at > FW_LIMIT(r->here.len))
		return FW_REASON_TRANSPORT_SHORT;
	r->out->payload_off = (uint16_t)r->here.at;
	r->out->payload_len = fw_u16(wire_len < left ? wire_len : left);
	return FW_REASON_NONE;
}

FW_INLINE enum fw_reason fw_transport_too_small(const struct fw_reading *r)
{
	return r->out->fragment == FW_WHOLE ? FW_REASON_TRANSPORT_LEN : FW_REASON_FRAGMENT_TINY;
}

/* The next n bytes of transport header, or NULL with the reason. */
FW_INLINE const uint8_t *fw_transport_header(const struct fw_reading *r, uint32_t n, enum fw_reason *out_reason)
{
	if (fw_reading_lacks(r, n)) {
		*out_reason = fw_transport_too_small(r);
		return NULL;
	}
	*out_reason = FW_REASON_TRANSPORT_SHORT;
	return fw_peek(&r->here, n);
}

/*
 * An ICMP error quotes 8 bytes behind the IP header (RFC 792), and a capture may keep no more: enough for the ports and the
 * sequence number, which tell whose packet it was.
 */
FW_INLINE enum fw_reason fw_transport_tcp(struct fw_reading *r)
{
	const uint8_t *p = fw_peek(&r->here, FW_LIMIT(8u));
	uint32_t words, header_len;

	if (fw_reading_lacks(r, FW_LIMIT(20u)))
		return fw_transport_too_small(r);
	if (!p)
		return FW_REASON_TRANSPORT_SHORT;
	r->out->src_port = fw_be16(p);
	r->out->dst_port = fw_be16(p + 2);
	r->out->tcp_seq = fw_be32(p + 4);
	p = fw_peek(&r->here, FW_LIMIT(20u));
	if (!p)
		return FW_REASON_TRANSPORT_SHORT;
	r->out->tcp_ack = fw_be32(p + 8);
	r->out->tcp_flags = fw_u8(p + 13) & FW_LIMIT(0x3f);
	r->out->tcp_window = fw_be16(p + 14);
	words = fw_u8(p + 12) >> FW_LIMIT(4);
	header_len = words * FW_LIMIT(4u);
	if (words < FW_LIMIT(5u) || fw_reading_lacks(r, FW_LIMIT(header_len)))
		return FW_REASON_TCP_HEADER_LEN;
	fw_skip(&r->here, header_len);
	return fw_transport_payload(r, fw_reading_rest(r));
}

/* A first fragment holds less than its UDP length says. */
FW_INLINE enum fw_reason fw_transport_udp(struct fw_reading *r)
{
	enum fw_reason reason;
	const uint8_t *p = fw_transport_header(r, FW_LIMIT(8u), &reason);
	uint32_t len, rest = fw_reading_rest(r);

	if (!p)
		return reason;
	r->out->src_port = fw_be16(p);
	r->out->dst_port = fw_be16(p + 2);
	len = fw_be16(p + 4);
	if (len < FW_LIMIT(8u) || (fw_reading_lacks(r, FW_LIMIT(len)) && r->out->fragment == FW_WHOLE))
		return FW_REASON_UDP_LEN;
	fw_skip(&r->here, FW_LIMIT(8u));
	return fw_transport_payload(r, (len < rest ? len : rest) - FW_LIMIT(8u));
}

/* echo and reply: the types whose identifier stands for a port. */
FW_INLINE enum fw_reason fw_transport_icmp(struct fw_reading *r, uint8_t echo, uint8_t reply)
{
	enum fw_reason reason;
	const uint8_t *p = fw_transport_header(r, FW_LIMIT(8u), &reason);

	if (!p)
		return reason;
	r->out->icmp_type = fw_u8(p);
	r->out->icmp_code = fw_u8(p + 1);
	if (r->out->icmp_type == echo || r->out->icmp_type == reply)
		r->out->src_port = r->out->dst_port = fw_be16(p + 4);
	fw_skip(&r->here, FW_LIMIT(8u));
	return fw_transport_payload(r, fw_reading_rest(r));
}

/* Base header of 4 bytes, then checksum, key, sequence and (version 1) acknowledgement of 4 each where their bit is set. */
FW_INLINE enum fw_reason fw_transport_gre(struct fw_reading *r)
{
	enum fw_reason reason;
	const uint8_t *p = fw_transport_header(r, FW_LIMIT(4u), &reason);
	uint32_t bits, words = 1;

	if (!p)
		return reason;
	bits = fw_be16(p);
	r->out->gre_proto = fw_be16(p + 2);
	if ((bits & FW_LIMIT(0x4000u)) || (bits & FW_LIMIT(6u)))
		return FW_REASON_GRE_OTHER;
	words += (bits & FW_LIMIT(0x8000u)) != 0;
	words += (bits & FW_LIMIT(0x2000u)) != 0;
	words += (bits & FW_LIMIT(0x1000u)) != 0;
	words += (bits & FW_LIMIT(0x0081u)) == FW_LIMIT(0x0081u);
	if (fw_reading_lacks(r, words * FW_LIMIT(4u)))
		return fw_transport_too_small(r);
	fw_skip(&r->here, words * FW_LIMIT(4u));
	return fw_transport_payload(r, fw_reading_rest(r));
}

FW_INLINE enum fw_reason fw_transport_read(struct fw_reading *r)
{
	uint32_t proto = r->out->proto;

	if (r->out->fragment == FW_FRAGMENT_LATER)
		return fw_transport_payload(r, fw_reading_rest(r));
	r->out->transport_off = (uint16_t)r->here.at;
	if (proto == FW_LIMIT(FW_IP_TCP))
		return fw_transport_tcp(r);
	if (proto == FW_LIMIT(FW_IP_UDP))
		return fw_transport_udp(r);
	if (proto == FW_LIMIT(FW_IP_ICMP))
		return fw_transport_icmp(r, FW_LIMIT(8), FW_LIMIT(0));
	if (proto == FW_LIMIT(FW_IP_ICMPV6))
		return fw_transport_icmp(r, FW_LIMIT(128), FW_LIMIT(129));
	if (proto == FW_LIMIT(FW_IP_GRE))
		return fw_transport_gre(r);
	return fw_transport_payload(r, fw_reading_rest(r));
}
