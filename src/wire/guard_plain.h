/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The short way of the guard's judge, for what nearly all bytes of a home are: a segment in the midst of a TCP conversation that is known, under
 * way both ways, and allowed. Ethernet II, IPv4 without options or IPv6 without extension headers, TCP with none of SYN, FIN, RST.
 *
 *	frame -- fields at fixed places -- met before? its place and tag -- is its flow past its first packets, answered lately -- does it pass
 *	   |                                    | no: looked up, asked, kept                                                 without paying
 *	   '-- anything else: nothing said, nothing changed, the long way reads it anew                        passes, counted, noted --'
 *
 * There is no judgement of its own here: it calls what wire/guard.h calls, with what is found out in registers instead of in a map. It says
 * nothing but PASSED, and only where nothing is taken from a bucket and nothing goes up. For the kernel alone: in user space everything goes the long
 * way, so that the twin test holds the two against each other, with all that they count and leave behind.
 *
 * What depends on the headers and on one configuration alone is the same for each segment: whose it is, the tag of its flow, that its source is
 * not forged, that its ports tell nothing. It is kept beside what is the same in all headers of the conversation, and holds as long as that is
 * and guard_switch has the same number, which counts flags of devices and MACs that lose their place, too. All else is asked of
 * each segment: flags of the device, policy in force, state of the flow, buckets.
 *
 * A segment that passed is kept too: another one like it, in the same tick of the clock and with the same state of its flow, would be judged alike,
 * and is not. Only the packets in a row are counted on. This is what nearly every segment of a transfer meets, with other bytes in all caches since
 * the last: few lines are read, of what is kept (with IPv4) one, and few of the program.
 *
 * It reads no byte behind TCP's options, so that what stands in pages of its own (a bulk transfer's payload) need not be pulled to the front.
 */
#pragma once

#include "wire/guard.h"

FW_INLINE uint32_t fw_guard_plain_tcp_off(bool four)
{
	return four ? 34 : 54;
}

/* So many bytes of the frame are looked at, and must be there. */
FW_INLINE uint32_t fw_guard_plain_least(bool four)
{
	return fw_guard_plain_tcp_off(four) + 20;
}

FW_INLINE uint64_t fw_guard_plain_word(const uint8_t *p)
{
	uint64_t word;

	fw_move(&word, p, sizeof(word));
	return word;
}

FW_INLINE uint32_t fw_guard_plain_ports(const uint8_t *p, bool four)
{
	uint32_t ports;

	fw_move(&ports, p + fw_guard_plain_tcp_off(four), sizeof(ports));
	return ports;
}

#define FW_GUARD_KEPT 256u /* conversations of each way on each CPU; who comes to the same entry takes it over */

/* Where it is kept: no more than a place to look, so whoever picks ports to meet others there wins nothing but the way of before. */
FW_INLINE uint32_t fw_guard_plain_at(const uint8_t *p, bool four)
{
	uint64_t mixed = fw_guard_plain_word(p + (four ? 26 : 22));

	if (!four)
		mixed ^= fw_guard_plain_word(p + 30) ^ fw_guard_plain_word(p + 46);
	return (((uint32_t)(mixed >> 32) ^ (uint32_t)mixed ^ fw_guard_plain_ports(p, four)) * 0x9e3779b1u) >> 24;
}
_Static_assert(FW_GUARD_KEPT == 256, "the upper eight bits");

#ifdef __bpf__

#define FW_GUARD_LOW_MAPPED 0xffff0000ull /* the lower half of ::ffff:0.0.0.0, as it lies in memory */

#define FW_GUARD_NONE_PASSED (~0ull) /* the state of no flow: there are fewer flags */

/* Of bytes 8 to 15 as they lie in memory, what may differ, set; but for the highest bit, which says the family. So the word is never zero. */
#define FW_GUARD_TYPE_FOUR 0xff00000000000000ull /* the type of service */
#define FW_GUARD_TYPE_SIX 0xff0f000000000000ull /* traffic class and flow label */
#define FW_GUARD_TYPE_FAMILY 0x8000000000000000ull
/* Of bytes 16 to 23, what may not. */
#define FW_GUARD_PROTO_FOUR 0xff00ff3f00000000ull /* fragment (but for "don't") and protocol */
#define FW_GUARD_PROTO_SIX 0x000000ff00000000ull /* next header */
#define FW_GUARD_FLAGS ((FW_TCP_FIN | FW_TCP_SYN | FW_TCP_RST) << 8 | 0xf0u) /* TCP's bytes 12 and 13: header length, flags */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words as they lie in memory");

/* One of them, and the last that passed; what each IPv4 segment needs comes first, and fits into a line of the cache. */
struct fw_guard_kept {
	uint64_t macs, type, address; /* bytes 0 to 7; 8 to 15 (0: nobody); IPv4: both addresses, IPv6: half the source */
	uint32_t ports;
	uint32_t number; /* of guard_switch */
	uint64_t tag, tick;
	uint64_t state; /* of its flow behind it, or FW_GUARD_NONE_PASSED */
	uint32_t bucket; /* of guard_flows, with the slot in it: bits 1 and 0 */
	uint16_t place;
	uint8_t reason; /* enum fw_reason */
	uint8_t over; /* many in a row did not go up any more */
	uint64_t more[3]; /* of the addresses of IPv6 */
	uint32_t first; /* so many packets of its flow go up */
	uint32_t zero[9]; /* padding, always zero */
};
_Static_assert(offsetof(struct fw_guard_kept, more) == 64 && sizeof(struct fw_guard_kept) == 128, "two lines");
_Static_assert(FW_REASON_COUNT < 256 && FW_FLOW_SLOTS == 4, "what fits where");

/* Of one CPU, one way. In one piece: where it lies is known before the frame is read. */
struct fw_guard_kept_all {
	struct fw_guard_kept at[FW_GUARD_KEPT];
};
_Static_assert(sizeof(struct fw_guard_kept_all) <= 32 << 10, "what the kernel gives for each CPU: PCPU_MIN_UNIT_SIZE");

/* TCP behind fixed parts only, no fragment. */
FW_INLINE bool fw_guard_plain_is_tcp(const uint8_t *p, bool four)
{
	uint64_t word = fw_guard_plain_word(p + 16);

	if (four)
		return (word & FW_GUARD_PROTO_FOUR) == (uint64_t)FW_IP_TCP << 56;
	return (word & FW_GUARD_PROTO_SIX) == (uint64_t)FW_IP_TCP << 32;
}

FW_INLINE uint64_t fw_guard_plain_type(const uint8_t *p, bool four)
{
	uint64_t word = fw_guard_plain_word(p + 8);

	return four ? word | FW_GUARD_TYPE_FOUR : (word | FW_GUARD_TYPE_SIX) ^ FW_GUARD_TYPE_FAMILY;
}

FW_INLINE uint32_t fw_guard_plain_flags(const uint8_t *p, bool four)
{
	uint16_t flags;

	fw_move(&flags, p + fw_guard_plain_tcp_off(four) + 12, sizeof(flags));
	return flags & FW_GUARD_FLAGS;
}

/* A segment with none of the flags that begin or end; lengths as the long way wants them. */
FW_INLINE bool fw_guard_plain_is_plain(const struct fw_cursor *frame, bool four)
{
	uint32_t flags = fw_guard_plain_flags(frame->begin, four), header_len = (flags & 0xf0) >> 2;
	uint32_t said_len = fw_be16(frame->begin + (four ? 16 : 18));

	if (flags < 0x50 || flags > 0xf0 || !fw_guard_plain_is_tcp(frame->begin, four))
		return false;
	return said_len >= header_len + (four ? 20 : 0) && frame->end - frame->begin >= fw_guard_plain_tcp_off(four) + header_len;
}

/* All that is kept holds of this frame too, if guard_switch says the same. The caller has seen that fw_guard_plain_least() are there. */
FW_INLINE bool fw_guard_plain_holds(const struct fw_cursor *frame, bool four, const struct fw_guard_kept *kept)
{
	const uint8_t *p = frame->begin;

	if (fw_guard_plain_word(p + (four ? 26 : 22)) != kept->address || fw_guard_plain_ports(p, four) != kept->ports)
		return false;
	if (fw_guard_plain_word(p) != kept->macs || fw_guard_plain_type(p, four) != kept->type)
		return false;
	if (!four &&
		(fw_guard_plain_word(p + 30) != kept->more[0] || fw_guard_plain_word(p + 38) != kept->more[1] ||
			fw_guard_plain_word(p + 46) != kept->more[2]))
		return false;
	return fw_guard_plain_is_plain(frame, four);
}

FW_INLINE void fw_guard_plain_mark(const uint8_t *p, bool four, struct fw_guard_kept *kept)
{
	kept->macs = fw_guard_plain_word(p);
	kept->type = fw_guard_plain_type(p, four);
	kept->address = fw_guard_plain_word(p + (four ? 26 : 22));
	kept->ports = fw_guard_plain_ports(p, four);
	if (!four)
		fw_move(kept->more, p + 30, sizeof(kept->more));
}

/* Such a segment, unicast. */
FW_INLINE bool fw_guard_plain_headers(const struct fw_cursor *frame, bool four)
{
	const uint8_t *p = frame->begin;

	if (fw_be16(p + 12) != (four ? FW_ETHER_IPV4 : FW_ETHER_IPV6) || (four ? p[14] != 0x45 : p[14] >> 4 != 6) || (p[0] & 1))
		return false;
	return fw_guard_plain_is_plain(frame, four);
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
	c->packet->ether_type = four ? FW_ETHER_IPV4 : FW_ETHER_IPV6;
	c->packet->tcp_flags = tcp[13] & 0x3f;
}

/* Nothing that stays the same with these headers makes a difference: as fw_guard_is_local() and fw_guard_forgery() ask, and what goes up. */
FW_INLINE bool fw_guard_plain_is_usual(const struct fw_guard_case *c)
{
	const struct fw_guard_notes *notes = c->notes;

	if (fw_guard_identifies(c) || fw_guard_is_many(notes->way == FW_GUARD_OUT ? &notes->remote : &notes->local))
		return false;
	return notes->way == FW_GUARD_IN || !fw_guard_is_forged(c);
}

/*
 * Keeps what holds of a frame, by the configuration of this number. False: it goes the long way, as do strangers. The case has its configuration,
 * an empty packet, and notes that are zero but for way. The caller has seen that fw_guard_plain_least() are there.
 */
FW_INLINE bool fw_guard_plain_keep(struct fw_guard_case *c, uint32_t number, const uint8_t *p, bool four, struct fw_guard_kept *kept)
{
	struct fw_guard_notes *notes = c->notes;
	bool telnet;

	fw_guard_plain_ends(c, p, four);
	notes->place = fw_guard_place_of(c, p + (notes->way == FW_GUARD_OUT ? 6 : 0));
	if (notes->place < FW_STRANGERS || !fw_guard_plain_is_usual(c))
		return false;
	telnet = fw_guard_is_telnet(notes->local_port) || fw_guard_is_telnet(notes->remote_port);
	kept->number = number;
	kept->first = telnet ? FW_GUARD_FIRST_TELNET : FW_GUARD_FIRST;
	kept->tag = fw_flow_tag(c->config, &notes->remote, (uint32_t)notes->local_port << 16 | notes->remote_port, FW_IP_TCP);
	kept->place = (uint16_t)notes->place;
	kept->bucket = fw_flow_place_of(c, kept->tag) * FW_FLOW_SLOTS;
	fw_guard_plain_mark(p, four, kept);
	return true;
}

/* The slot of the flow, with its state in the notes as fw_flow_look() has it there; NULL where none is known. */
FW_INLINE struct fw_flow_slot *fw_guard_plain_flow(struct fw_guard_case *c, struct fw_guard_kept *kept)
{
	struct fw_guard_notes *notes = c->notes;
	struct fw_flow_bucket *bucket = fw_guard_store_flow(c->store, kept->bucket / FW_FLOW_SLOTS);

	if (!bucket)
		return NULL;
	FW_UNROLL
	for (uint32_t i = 0; i < FW_FLOW_SLOTS; i++) {
		uint64_t state = *(const volatile uint64_t *)&bucket->slot[i].state;

		if (bucket->slot[i].tag != notes->tag)
			continue;
		if (fw_flow_is_over(c, state))
			return NULL;
		notes->state = state;
		notes->is_heard = fw_flow_heard(state, notes->now_ns, c->config->answered_ns);
		notes->by_peer = (fw_flow_flags(state) & FW_FLOW_BY_PEER) != 0;
		kept->bucket = kept->bucket / FW_FLOW_SLOTS * FW_FLOW_SLOTS + i;
		return &bucket->slot[i];
	}
	return NULL;
}

/* With this packet it is one of many in a row, which would go up: a bulk upload. */
FW_INLINE bool fw_guard_plain_is_run(const struct fw_guard_case *c)
{
	return c->notes->way == FW_GUARD_OUT && fw_flow_run(c->notes->state) >= FW_GUARD_RUN;
}

/* What fw_guard_wants() takes from has nothing left: it will not go up. */
FW_INLINE bool fw_guard_plain_is_over(struct fw_guard_case *c)
{
	const uint64_t *word;

	if (!fw_guard_has(c, &c->device->frames_out, &c->config->frames_out, 1))
		return true;
	word = fw_guard_store_word(c->store, FW_GUARD_WORD_FRAMES);
	return !word || !fw_guard_has(c, word, &c->config->words[FW_GUARD_WORD_FRAMES], 1);
}

/* As fw_guard_judge_out(): the reason to pass, or NONE where more has to be asked. */
FW_INLINE enum fw_reason fw_guard_plain_out(struct fw_guard_case *c)
{
	if (!c->notes->is_heard)
		return FW_REASON_NONE;
	if (!c->notes->governed)
		return FW_REASON_FREE;
	return fw_policy_knows(c, FW_FLOW_FROM_OK) ? FW_REASON_RULE : FW_REASON_NONE;
}

/* As fw_guard_judge_in(). */
FW_INLINE enum fw_reason fw_guard_plain_in(struct fw_guard_case *c)
{
	if (c->notes->governed)
		return fw_policy_knows(c, FW_FLOW_TO_OK) ? FW_REASON_RULE : FW_REASON_NONE;
	return c->notes->by_peer ? FW_REASON_NONE : FW_REASON_ASKED;
}

/* All but the packets in a row: with these alone another one, a state is judged alike. */
#define FW_GUARD_ALIKE (~0xff00ull)

/*
 * The flow after this segment. A word that stays the same need not be written: its line stays where it is, also with the CPU that serves the
 * other way. One that another CPU took over in between stays its: as where two claim at once.
 */
FW_INLINE void fw_guard_plain_renew(struct fw_guard_case *c, struct fw_flow_slot *slot, struct fw_guard_kept *kept, bool is_run)
{
	uint64_t old = c->notes->state, next = fw_flow_next(c, old);

	if (next != old && __sync_val_compare_and_swap(&slot->state, old, next) != old) {
		fw_flow_renew(c, slot, c->notes->tag);
	} else if (!((next ^ old) & FW_GUARD_ALIKE)) {
		kept->state = next;
		kept->reason = (uint8_t)c->notes->reason;
		kept->over = is_run;
	}
}

FW_INLINE bool fw_guard_plain_judge(struct fw_guard_case *c, struct fw_guard_kept *kept)
{
	struct fw_guard_notes *notes = c->notes;
	struct fw_flow_slot *slot = fw_guard_plain_flow(c, kept);
	bool is_run;

	/* with this packet too it is not among the first of its flow; a slot that is being written has no packets yet */
	if (!slot || fw_flow_packets(notes->state) < kept->first)
		return false;
	is_run = fw_guard_plain_is_run(c);
	if (is_run && !fw_guard_plain_is_over(c))
		return false;
	fw_policy_begin(c);
	notes->reason = notes->way == FW_GUARD_OUT ? fw_guard_plain_out(c) : fw_guard_plain_in(c);
	if (!notes->reason)
		return false;
	fw_guard_plain_renew(c, slot, kept, is_run);
	fw_guard_tally(c, FW_GUARD_PASSED, notes->reason);
	if (notes->way == FW_GUARD_OUT && notes->now_ns - c->device->last_ns > FW_NS_PER_S)
		c->device->last_ns = notes->now_ns;
	if (is_run)
		fw_guard_lose(c);
	return true;
}

/*
 * True: it passes, and all is said. The case as for fw_guard_out(), with device and count of kept->place, but that its notes are zero but for
 * place, frame_len, packets and way, and it needs no packet. tick was read before whatever it asks.
 */
FW_INLINE bool fw_guard_plain(struct fw_guard_case *c, struct fw_guard_kept *kept, uint64_t tick)
{
	struct fw_packet packet = {.proto = FW_IP_TCP};

	kept->state = FW_GUARD_NONE_PASSED;
	kept->tick = tick;
	if (c->device->flags & (FW_DEVICE_HELD | FW_DEVICE_QUARANTINED))
		return false;
	c->packet = &packet;
	c->notes->tag = kept->tag;
	c->notes->now_ns = fw_guard_store_now(c->store);
	return fw_guard_plain_judge(c, kept);
}

/* Its state after another one. Many in a row: where nothing was left to go up, nothing is, as long as the clock stands still. */
FW_INLINE bool fw_guard_plain_next(const struct fw_guard_kept *kept, enum fw_guard_way way, uint64_t *state)
{
	uint32_t run = fw_flow_run(*state);

	if (way == FW_GUARD_IN) {
		*state &= FW_GUARD_ALIKE;
		return true;
	}
	if (run >= FW_GUARD_RUN && !kept->over)
		return false;
	*state += (uint64_t)(fw_flow_one_more(run) - run) << 8;
	return true;
}

/*
 * As fw_guard_plain(), in the same tick, of what would be judged as the last one that passed was: all is said but fw_guard_plain_say(). Of the
 * notes it needs way, and puts there the state of the flow before it.
 */
FW_INLINE bool fw_guard_plain_again(struct fw_guard_case *c, const struct fw_guard_kept *kept, struct fw_flow_bucket *bucket)
{
	struct fw_flow_slot *slot = &bucket->slot[kept->bucket & (FW_FLOW_SLOTS - 1)];
	uint64_t state = *(const volatile uint64_t *)&slot->state, next = state;

	if (((state ^ kept->state) & FW_GUARD_ALIKE) || *(const volatile uint64_t *)&slot->tag != kept->tag ||
		!fw_guard_plain_next(kept, c->notes->way, &next))
		return false;
	c->notes->state = state;
	return next == state || __sync_val_compare_and_swap(&slot->state, state, next) == state;
}

/* The rest of it, with packets, frame_len and reason in the notes. */
FW_INLINE void fw_guard_plain_say(struct fw_guard_case *c)
{
	const struct fw_guard_notes *notes = c->notes;

	fw_guard_add(c, &c->totals->reason[notes->way][FW_GUARD_PASSED][notes->reason]);
	fw_guard_add(c, &c->count->way[notes->way][FW_GUARD_PASSED]);
	if (notes->way == FW_GUARD_OUT && fw_flow_run(notes->state) >= FW_GUARD_RUN)
		fw_guard_lose(c);
}

#endif
