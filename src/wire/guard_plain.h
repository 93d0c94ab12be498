/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The short way of the guard's judge, for what nearly all bytes of a home are: a segment in the midst of a TCP conversation that is known, under
 * way both ways, and allowed. Ethernet II, IPv4 without options or IPv6 without extension headers, TCP with none of SYN, FIN, RST.
 *
 *	frame -- fields at fixed places -- is its flow known, past its first packets, answered lately -- does it pass without paying
 *	   |                                                                                                   |
 *	   '-- anything else: nothing said, nothing changed, the long way reads it anew                        '-- passes, counted, noted
 *
 * There is no judgement of its own here: it calls what wire/guard.h calls, with what is found out in registers instead of in a map. It says
 * nothing but PASSED, and only where nothing is taken from a bucket and nothing goes up. For the kernel alone: in user space everything goes the long
 * way, so that the twin test holds the two against each other, with all that they count and leave behind.
 *
 * It reads no byte behind TCP's options, so that what stands in pages of its own (a bulk transfer's payload) need not be pulled to the front.
 */
#pragma once

#include "wire/guard.h"

#ifdef __bpf__

#define FW_GUARD_LOW_MAPPED 0xffff0000ull /* the lower half of ::ffff:0.0.0.0, as it lies in memory */

FW_INLINE uint32_t fw_guard_plain_tcp_off(bool four)
{
	return four ? 34 : 54;
}

/* Fixed parts only, no fragment, unicast; lengths as the long way wants them. The caller has seen that 20 bytes of TCP are there. */
FW_INLINE bool fw_guard_plain_headers(const uint8_t *p, uint32_t frame_len, bool four)
{
	const uint8_t *tcp = p + fw_guard_plain_tcp_off(four);
	uint32_t header_len = (uint32_t)(tcp[12] >> 4) * 4, payload_len;

	if (four) {
		if (p[13] || p[14] != 0x45 || (fw_be16(p + 20) & 0x3fff) || p[23] != FW_IP_TCP)
			return false;
		payload_len = fw_be16(p + 16) - 20u;
	} else {
		if (fw_be16(p + 12) != FW_ETHER_IPV6 || p[14] >> 4 != 6 || p[20] != FW_IP_TCP)
			return false;
		payload_len = fw_be16(p + 18);
	}
	if ((p[0] & 1) || (tcp[13] & (FW_TCP_FIN | FW_TCP_SYN | FW_TCP_RST)))
		return false;
	return header_len >= 20 && payload_len <= 0xffff && payload_len >= header_len &&
		frame_len >= fw_guard_plain_tcp_off(four) + header_len;
}

FW_INLINE struct fw_guard_address fw_guard_plain_address(const uint8_t *p, bool four)
{
	uint64_t words[2] = {0, FW_GUARD_LOW_MAPPED};
	uint32_t address;

	if (four) {
		fw_move(&address, p, sizeof(address));
		words[1] |= (uint64_t)address << 32;
	} else {
		fw_move(words, p, sizeof(words));
	}
	return (struct fw_guard_address){.high = __builtin_bswap64(words[0]), .low = __builtin_bswap64(words[1])};
}

/* What fw_guard_ends() notes of such a frame. */
FW_INLINE void fw_guard_plain_ends(struct fw_guard_case *c, const uint8_t *p, bool four)
{
	struct fw_guard_address src = fw_guard_plain_address(p + (four ? 26 : 22), four),
				dst = fw_guard_plain_address(p + (four ? 30 : 38), four);
	const uint8_t *tcp = p + fw_guard_plain_tcp_off(four);
	bool out = c->notes->way == FW_GUARD_OUT;

	c->notes->local = out ? src : dst;
	c->notes->remote = out ? dst : src;
	c->notes->local_port = fw_be16(tcp + (out ? 0 : 2));
	c->notes->remote_port = fw_be16(tcp + (out ? 2 : 0));
	c->notes->has_ports = 1;
	c->packet->proto = FW_IP_TCP;
	c->packet->family = four ? 4 : 6;
	c->packet->ether_type = four ? FW_ETHER_IPV4 : FW_ETHER_IPV6;
	c->packet->tcp_flags = tcp[13] & 0x3f;
}

/* The slot of the flow, with its state in the notes as fw_flow_look() has it there; NULL where none is known. */
FW_INLINE struct fw_flow_slot *fw_guard_plain_flow(struct fw_guard_case *c)
{
	struct fw_guard_notes *notes = c->notes;
	struct fw_flow_bucket *bucket;

	notes->tag = fw_flow_tag(c->config, &notes->remote, (uint32_t)notes->local_port << 16 | notes->remote_port, FW_IP_TCP);
	bucket = fw_flow_bucket_of(c, notes->tag);
	if (!bucket)
		return NULL;
	FW_UNROLL
	for (uint32_t i = 0; i < FW_FLOW_SLOTS; i++) {
		uint64_t state = *(const volatile uint64_t *)&bucket->slot[i].state;

		if (bucket->slot[i].tag != notes->tag || !fw_flow_packets(state))
			continue;
		if (fw_flow_is_over(c, state))
			return NULL;
		notes->state = state;
		notes->is_heard = fw_flow_heard(state, notes->now_ns, c->config->answered_ns);
		notes->by_peer = (fw_flow_flags(state) & FW_FLOW_BY_PEER) != 0;
		return &bucket->slot[i];
	}
	return NULL;
}

/* With this packet too it is not among the first of its flow, and its ports tell nothing. */
FW_INLINE bool fw_guard_plain_is_dull(const struct fw_guard_case *c)
{
	const struct fw_guard_notes *notes = c->notes;
	bool telnet = fw_guard_is_telnet(notes->local_port) || fw_guard_is_telnet(notes->remote_port);

	return fw_flow_packets(notes->state) >= (telnet ? FW_GUARD_FIRST_TELNET : FW_GUARD_FIRST) && !fw_guard_identifies(c);
}

/* With this packet it is one of many in a row, which would go up: a bulk upload. */
FW_INLINE bool fw_guard_plain_is_run(const struct fw_guard_case *c)
{
	return c->notes->way == FW_GUARD_OUT && fw_flow_run(c->notes->state) >= FW_GUARD_RUN;
}

/* What fw_guard_wants() takes from has nothing left: it will not go up. */
FW_INLINE bool fw_guard_plain_is_over(struct fw_guard_case *c)
{
	const uint64_t *word = fw_guard_store_word(c->store, FW_GUARD_WORD_FRAMES);

	return !word || !fw_guard_has(c, word, &c->config->words[FW_GUARD_WORD_FRAMES], 1) ||
		!fw_guard_has(c, &c->device->frames_out, &c->config->frames_out, 1);
}

/* As fw_guard_judge_out(): the reason to pass, or NONE where more has to be asked. */
FW_INLINE enum fw_reason fw_guard_plain_out(struct fw_guard_case *c)
{
	if (!c->notes->is_heard || fw_guard_is_many(&c->notes->remote))
		return FW_REASON_NONE;
	if ((fw_guard_is_on(c, FW_GUARD_FORGED) || fw_guard_is_on(c, FW_GUARD_BRAKE)) && fw_guard_is_forged(c))
		return FW_REASON_NONE;
	if (!c->notes->governed)
		return FW_REASON_FREE;
	return fw_policy_knows(c, FW_FLOW_FROM_OK) ? FW_REASON_RULE : FW_REASON_NONE;
}

/* As fw_guard_judge_in(). */
FW_INLINE enum fw_reason fw_guard_plain_in(struct fw_guard_case *c)
{
	if (fw_guard_is_many(&c->notes->local))
		return FW_REASON_NONE;
	if (c->notes->governed)
		return fw_policy_knows(c, FW_FLOW_TO_OK) ? FW_REASON_RULE : FW_REASON_NONE;
	return c->notes->by_peer ? FW_REASON_NONE : FW_REASON_ASKED;
}

FW_INLINE bool fw_guard_plain_judge(struct fw_guard_case *c)
{
	struct fw_flow_slot *slot;
	bool is_run;

	c->notes->now_ns = fw_guard_store_now(c->store);
	slot = fw_guard_plain_flow(c);
	if (!slot || !fw_guard_plain_is_dull(c))
		return false;
	is_run = fw_guard_plain_is_run(c);
	if (is_run && !fw_guard_plain_is_over(c))
		return false;
	fw_policy_begin(c);
	c->notes->reason = c->notes->way == FW_GUARD_OUT ? fw_guard_plain_out(c) : fw_guard_plain_in(c);
	if (!c->notes->reason)
		return false;
	fw_guard_tally(c, FW_GUARD_PASSED, c->notes->reason);
	if (c->notes->way == FW_GUARD_OUT && c->notes->now_ns - c->device->last_ns > FW_NS_PER_S)
		c->device->last_ns = c->notes->now_ns;
	/* one that another CPU took over in between stays its: as where two claim at once */
	fw_flow_renew(c, slot, c->notes->tag);
	if (is_run)
		fw_guard_lose(c);
	return true;
}

FW_INLINE bool fw_guard_plain_case(struct fw_guard_case *c, struct fw_cursor frame, bool four, struct fw_guard_notes *notes)
{
	struct fw_packet packet;
	struct fw_guard_case own = {c->store, c->config, c->totals, c->count, c->device, notes, &packet, c->desk};

	if (frame.begin + fw_guard_plain_tcp_off(four) + 20 > frame.end ||
		!fw_guard_plain_headers(frame.begin, (uint32_t)(frame.end - frame.begin), four))
		return false;
	fw_guard_plain_ends(&own, frame.begin, four);
	return fw_guard_plain_judge(&own);
}

/*
 * True: it passes, and all is said. The case as for fw_guard_out(), but that its own notes are neither needed nor written: these are, zero but for
 * place, frame_len, packets and way.
 */
FW_INLINE bool fw_guard_plain(struct fw_guard_case *c, struct fw_cursor frame, struct fw_guard_notes *notes)
{
	if (frame.begin + 14 > frame.end || (c->device->flags & (FW_DEVICE_HELD | FW_DEVICE_QUARANTINED)))
		return false;
	return frame.begin[12] == FW_ETHER_IPV4 >> 8 ? fw_guard_plain_case(c, frame, true, notes)
						     : fw_guard_plain_case(c, frame, false, notes);
}

#endif
