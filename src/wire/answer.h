/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A query, turned where it stands into its own answer with TC=1: "ask me again over TCP". A resolver does; a forged source
 * cannot (RFC 1035 section 4.2.1; RFC 5966).
 *
 *	Ethernet, tags | IPv4 20, IPv6 40 | UDP | header | question | OPT of 11 bytes, if the query had one here | cut
 *	MACs swapped     addresses swapped  ports  QR TC   as it came  our size, DO copied (RFC 6891)
 *
 * Never larger than the query, so that nothing is amplified; and who asks it must be able to get it. The question keeps its
 * letters' case. The UDP checksum is computed anew: incremental would carry on a sum that the sender left to its card.
 */
#pragma once

#include "wire/dns.h"
#include "wire/packet.h"

enum { FW_ANSWER_OPT_LEN = 11, FW_ANSWER_UDP_SIZE = 1232 };

FW_INLINE void fw_put16(uint8_t *p, uint32_t number)
{
	uint16_t number_be = __builtin_bswap16((uint16_t)number);

	fw_move(p, &number_be, sizeof(number_be));
}

FW_INLINE void fw_put32(uint8_t *p, uint32_t number)
{
	fw_put16(p, number >> 16);
	fw_put16(p + 2, number & 0xffff);
}

/* Room to write: the same check as for reading. */
FW_INLINE uint8_t *fw_answer_room(struct fw_cursor frame, uint32_t at, uint32_t n)
{
	frame.at = at;
	return (uint8_t *)fw_peek(&frame, n);
}

/* An address that one host has: no "this network", loopback, multicast or broadcast; of IPv6 nothing in ::/64. */
FW_INLINE bool fw_answer_can_reach(const struct fw_packet *packet)
{
	uint32_t first = packet->src[12];
	uint32_t words[2];

	if (packet->family == 4)
		return first != FW_LIMIT(0u) && first != FW_LIMIT(127u) && first < FW_LIMIT(224u);
	fw_move(words, packet->src, sizeof(words));
	return packet->src[0] != FW_LIMIT(0xff) && (words[0] | words[1]);
}

/* Plain headers that are as long as we write them, nothing missing, nothing that many listen to. */
FW_INLINE bool fw_answer_fits(const struct fw_packet *packet)
{
	uint32_t header_len = packet->family == 4 ? FW_LIMIT(20u) : FW_LIMIT(40u);
	uint32_t transport_off = packet->transport_off, network_off = packet->network_off;

	return packet->fragment == FW_WHOLE && !packet->to_many && network_off == FW_LIMIT(14u) + FW_LIMIT(4u) * packet->vlan_count &&
		transport_off - network_off == header_len && packet->payload_len == packet->payload_wire_len && fw_answer_can_reach(packet);
}

FW_INLINE uint32_t fw_answer_fold(uint64_t sum)
{
	sum = (sum & 0xffffffffu) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint32_t)((sum & 0xffff) + (sum >> 16));
}

/* Of the rest of what the cursor spans; the sum of 32-bit words folds to that of 16-bit words. */
FW_INLINE uint64_t fw_answer_sum(struct fw_cursor here)
{
	uint64_t sum = 0;
	const uint8_t *p;

	FW_LOOP
	for (uint32_t i = 0; i < (8 + 12 + FW_DNS_NAME_MAX + 4 + FW_ANSWER_OPT_LEN) / 4 + 1; i++) {
		p = fw_peek(&here, 4);
		if (!p)
			break;
		sum += fw_be32(p);
		fw_skip(&here, 4);
	}
	for (uint32_t shift = 24; shift; shift -= 8) {
		p = fw_peek(&here, 1);
		if (!p)
			break;
		sum += (uint32_t)p[0] << shift;
		fw_skip(&here, 1);
	}
	return sum;
}

FW_INLINE bool fw_answer_link(struct fw_cursor frame, const struct fw_packet *packet)
{
	uint8_t *p = fw_answer_room(frame, 0, 12);

	if (!p)
		return false;
	fw_move(p, packet->src_mac, 6);
	fw_move(p + 6, packet->dst_mac, 6);
	return true;
}

FW_INLINE bool fw_answer_ipv4(struct fw_cursor frame, const struct fw_packet *packet, uint32_t udp_len)
{
	uint8_t *p = fw_answer_room(frame, packet->network_off, 20);
	uint64_t sum = 0;

	if (!p)
		return false;
	p[1] = 0;
	fw_put16(p + 2, udp_len + FW_LIMIT(20u));
	fw_put32(p + 4, FW_LIMIT(0x4000u)); /* identification 0, do not fragment */
	p[8] = FW_LIMIT(64);
	fw_put16(p + 10, 0);
	fw_move(p + 12, packet->dst + 12, 4);
	fw_move(p + 16, packet->src + 12, 4);
	for (uint32_t i = 0; i < 20; i += 2)
		sum += fw_be16(p + i);
	fw_put16(p + 10, ~fw_answer_fold(sum));
	return true;
}

FW_INLINE bool fw_answer_ipv6(struct fw_cursor frame, const struct fw_packet *packet, uint32_t udp_len)
{
	uint8_t *p = fw_answer_room(frame, packet->network_off, 40);

	if (!p)
		return false;
	fw_put32(p, FW_LIMIT(0x60000000u));
	fw_put16(p + 4, udp_len);
	p[7] = FW_LIMIT(64);
	fw_move(p + 8, packet->dst, 16);
	fw_move(p + 24, packet->src, 16);
	return true;
}

/* What follows the question is the query's OPT: it becomes ours. */
FW_INLINE bool fw_answer_opt(struct fw_cursor message, const struct fw_dns_question *question)
{
	uint8_t *p = fw_answer_room(message, message.at + question->end_off, FW_ANSWER_OPT_LEN);
	uint32_t dnssec_ok;

	if (!p || !question->additional || p[0] != FW_LIMIT(0) || ((uint32_t)p[1] << 8 | p[2]) != FW_LIMIT(41u))
		return false;
	dnssec_ok = p[7] & FW_LIMIT(0x80u);
	fw_put16(p + 3, FW_LIMIT(FW_ANSWER_UDP_SIZE));
	fw_put32(p + 5, dnssec_ok << 8);
	fw_put16(p + 9, 0);
	return true;
}

/* Ports and DNS header. *out_summed: the query had a checksum. */
FW_INLINE bool fw_answer_head(
	struct fw_cursor frame, const struct fw_packet *packet, const struct fw_dns_question *question, uint32_t udp_len, bool *out_summed)
{
	uint8_t *p = fw_answer_room(frame, packet->transport_off, 20);
	uint32_t opt = udp_len != FW_LIMIT(8u) + question->end_off;

	if (!p)
		return false;
	*out_summed = (p[6] | p[7]) != 0 || packet->family == FW_LIMIT(6);
	fw_put16(p, packet->dst_port);
	fw_put16(p + 2, packet->src_port);
	fw_put16(p + 4, udp_len);
	fw_put16(p + 6, 0);
	fw_put16(p + 10, (question->flags & FW_LIMIT(0x7910u)) | FW_LIMIT(0x8200u)); /* opcode, RD and CD stay; QR and TC */
	fw_put16(p + 12, FW_LIMIT(1u));
	fw_put32(p + 14, 0);
	fw_put16(p + 18, opt);
	return true;
}

/* The pseudo header (RFC 768, RFC 8200 section 8.1) and all behind it, into the place of the checksum; 0 is written as all ones. */
FW_INLINE bool fw_answer_checksum(struct fw_cursor frame, const struct fw_packet *packet, uint32_t udp_len)
{
	uint8_t *p = fw_answer_room(frame, packet->transport_off, 8);
	uint64_t sum = udp_len + FW_LIMIT((uint64_t)FW_IP_UDP);
	uint32_t words[8], checksum;

	if (!p)
		return false;
	fw_move(words, packet->src, 16);
	fw_move(words + 4, packet->dst, 16);
	sum += (uint64_t)__builtin_bswap32(words[3]) + __builtin_bswap32(words[7]);
	if (packet->family == 6)
		for (uint32_t i = 0; i < 3; i++)
			sum += (uint64_t)__builtin_bswap32(words[i]) + __builtin_bswap32(words[i + 4]);
	sum += fw_answer_sum(fw_clip(frame, packet->transport_off, udp_len));
	checksum = ~fw_answer_fold(sum) & 0xffff;
	fw_put16(p + 6, checksum ? checksum : 0xffff);
	return true;
}

/*
 * Writes the answer over the query, which fw_answer_fits() and whose question was read to its end. Returns the frame's new length,
 * at most its old one; the caller cuts it. 0 only where the frame is not what packet says.
 */
FW_INLINE uint32_t fw_answer_write(struct fw_cursor frame, const struct fw_packet *packet, const struct fw_dns_question *question)
{
	struct fw_cursor message = fw_clip(frame, packet->payload_off, packet->payload_len);
	uint32_t udp_len = 8u + question->end_off;
	bool summed;

	if (fw_answer_opt(message, question))
		udp_len += FW_LIMIT((uint32_t)FW_ANSWER_OPT_LEN);
	if (!fw_answer_link(frame, packet) || !fw_answer_head(frame, packet, question, udp_len, &summed))
		return 0;
	if (!(packet->family == 4 ? fw_answer_ipv4(frame, packet, udp_len) : fw_answer_ipv6(frame, packet, udp_len)))
		return 0;
	if (summed && !fw_answer_checksum(frame, packet, udp_len))
		return 0;
	return packet->transport_off + udp_len;
}
