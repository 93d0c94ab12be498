/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The short way of the judge, for what nearly every frame of a flood is, and nearly every honest one: Ethernet II, IPv4 without options
 * or IPv6 without extension headers, UDP to the DNS port and nothing behind it, one question of a few labels.
 *
 *	frame -- fields at fixed places -- name -- is it there, is its parent -- lane -- budgets, only looked at
 *	   |                                                                                |
 *	   '-- not plain: nothing said, the long way              something is to be taken --+-- none is asked: passes, counted
 *	       reads the frame anew                               or answered: the notes     '-- empty, and so is all that might
 *	                                                          are handed to the judge        answer or sample: dropped, counted
 *
 * There is no judgement of its own here: it calls what wire/shield.h calls, with what is found out in registers instead of in a map,
 * which halves what a packet costs. For the kernel alone: in user space everything goes the long way, so that the twin test holds
 * the two against each other, with all that they note, count and leave behind.
 */
#pragma once

#include "wire/shield.h"

/*
 * What one tick of the clock has shown, for each CPU: a bucket fills by time alone, so that one which has nothing has nothing until
 * the next tick, and neither it nor the clock need be asked again for each frame of a flood. (Where another CPU moves tick and clock on
 * one after the other, the clock may lag by a tick more: then budgets give later, never more, and what another CPU has noted meanwhile is
 * ahead of it, which fw_seen_holds() expects.) Another configuration may have other budgets, so what is known ends with its serial number.
 */
struct fw_tick {
	uint64_t at; /* the tick; 0: none yet */
	uint64_t now_ns; /* fw_store_now() as it was first asked in it */
	uint32_t serial; /* of the configuration */
	uint32_t empty; /* a bit for each enum fw_shield_word that has nothing */
	struct fw_address last; /* the last source one of whose prefixes had nothing ... */
	uint64_t spent; /* ... and of what: two bits for each enum fw_cell_kind, see fw_plain_bit() */
};
_Static_assert(FW_WORD_COUNT <= 32 && FW_CELL_PROVEN_UNKNOWN < 32, "a bit each, or two");

#ifdef __bpf__

/* at: the tick that it is now, not 0. */
FW_INLINE void fw_tick_begin(struct fw_shield_case *c, struct fw_tick *tick, uint64_t at)
{
	if (tick->at != at || tick->serial != c->config->serial) {
		*tick = (struct fw_tick){.at = at, .now_ns = fw_store_now(c->store), .serial = c->config->serial};
		FW_FORGET();
	}
	c->notes->now_ns = tick->now_ns;
}

/* As fw_budget_word_has(). */
FW_INLINE bool fw_tick_has(struct fw_shield_case *c, struct fw_tick *tick, enum fw_shield_word which)
{
	if (tick->empty & 1u << which)
		return false;
	if (fw_budget_word_has(c, which))
		return true;
	tick->empty |= 1u << which;
	return false;
}

#define FW_PLAIN_LABELS 8u /* at most, without the root */
#define FW_PLAIN_LOW_MAPPED 0xffff0000ull /* the lower half of ::ffff:0.0.0.0, as it lies in memory */
#define FW_PLAIN_SHORTEST 17u /* header, root, type and class */

enum fw_plain_end {
	FW_PLAIN_NOT, /* nothing has been said, nor changed but for room that the long way fills anew */
	FW_PLAIN_HANDED, /* packet, question and notes are filled, class and lane known: fw_shield_weigh() has the word */
	FW_PLAIN_DONE, /* judged and counted; packet and notes are not written */
};

/* A plain frame, and what is needed of it more than once. */
struct fw_plain {
	const uint8_t *begin, *end;
	bool four; /* known when this is compiled, and so all places */
	uint32_t name_len, first_len; /* of the name and of its first label, with the byte before it */
	struct fw_address_sum sum; /* of the source */
	struct fw_tick *tick; /* begun */
};

FW_INLINE uint32_t fw_plain_udp_off(const struct fw_plain *plain)
{
	return plain->four ? 34 : 54;
}

FW_INLINE uint32_t fw_plain_name_off(const struct fw_plain *plain)
{
	return fw_plain_udp_off(plain) + 20;
}

FW_INLINE uint32_t fw_plain_load(const uint8_t *p)
{
	uint32_t number;

	fw_move(&number, p, sizeof(number));
	return number;
}

/* Ethernet, IP and UDP: nothing but their fixed parts, no fragment, and lengths that agree with the frame's and leave room for one name. */
FW_INLINE bool fw_plain_headers(const struct fw_plain *plain, uint32_t dns_port)
{
	const uint8_t *p = plain->begin, *udp = p + fw_plain_udp_off(plain);
	uint32_t udp_len = fw_be16(udp + 4), frame_len = (uint32_t)(plain->end - p);

	if (plain->four) {
		if ((fw_plain_load(p + 12) & 0xffffff) != 0x450008 || (fw_be16(p + 20) & 0x3fff) || p[23] != FW_IP_UDP)
			return false;
	} else if (fw_be16(p + 12) != FW_ETHER_IPV6 || p[14] >> 4 != 6 || p[20] != FW_IP_UDP) {
		return false;
	}
	return fw_be16(p + (plain->four ? 16 : 18)) == udp_len + (plain->four ? 20 : 0) && frame_len == udp_len + fw_plain_udp_off(plain) &&
		fw_be16(udp + 2) == dns_port && udp_len - 8 - FW_PLAIN_SHORTEST < FW_DNS_NAME_MAX;
}

/* src and dst of the packet, which lie side by side. */
FW_INLINE void fw_plain_ends(const struct fw_plain *plain, struct fw_packet *packet)
{
	uint64_t words[4] = {0, FW_PLAIN_LOW_MAPPED, 0, FW_PLAIN_LOW_MAPPED};

	if (plain->four) {
		words[1] |= (uint64_t)fw_plain_load(plain->begin + 26) << 32;
		words[3] |= (uint64_t)fw_plain_load(plain->begin + 30) << 32;
	} else {
		fw_move(words, plain->begin + 22, sizeof(words));
	}
	fw_move(packet->src, words, 16);
	fw_move(packet->dst, words + 2, 16);
}

/* One question, no answer, no more of the rest than a query has: where fw_dns_header() finds nothing wrong. */
FW_INLINE bool fw_plain_asks(const uint8_t *message)
{
	return !(fw_be16(message + 2) & 0xf800) && fw_plain_load(message + 4) == 0x100 && fw_be16(message + 8) <= 1 &&
		fw_be16(message + 10) <= 2;
}

/* The name of a question of class IN, into the question as far as the looks need it: start, name_len, labels, word and sum. */
FW_INLINE bool fw_plain_name(struct fw_shield_case *c, struct fw_plain *plain)
{
	struct fw_dns_question *question = c->question;
	struct fw_cursor frame = {.begin = plain->begin, .end = plain->end};
	const uint8_t *p = plain->begin;
	uint64_t at = 0;
	uint32_t len = 1, labels = 0;

	FW_UNROLL
	for (uint32_t i = 0; i <= FW_PLAIN_LABELS; i++) {
		p = plain->begin + fw_plain_name_off(plain) + at;
		FW_PIN(p);
		if (p + 5 > plain->end)
			return false;
		len = p[0];
		question->start[i] = (uint8_t)at;
		labels = i;
		if (len - 1 > FW_DNS_LABEL_MAX - 1)
			break;
		at += len + 1;
		FW_PIN(at);
		if (!i)
			plain->first_len = (uint32_t)at;
	}
	if (len || !labels || fw_be16(p + 3) != 1)
		return false;
	question->labels = (uint8_t)labels;
	plain->name_len = (uint32_t)at + 1;
	question->name_len = (uint16_t)plain->name_len;
	return fw_dns_words(&frame, fw_plain_name_off(plain) + plain->name_len, &c->config->dns_key, question);
}

/*
 * fw_dns_end(), with the sum taken lane by lane: clang copies the struct byte by byte, in fifty instructions. (In the long way the
 * verifier would then not see that one round of the search is like the next.)
 */
FW_INLINE uint64_t fw_plain_hash(const struct fw_dns_question *question, const struct fw_dns_key *key, uint32_t len)
{
	const struct fw_dns_sum *sum = &question->sum[len >> 3];

	return fw_dns_end_after((struct fw_dns_sum){{sum->lane[0], sum->lane[1]}}, question, key, len);
}

/* As fw_shield_class() does: class and zone of a name that is there, or whose parent is, for which no hint is asked, as it nearly always is there. NULL: anything else. */
FW_INLINE struct fw_zone *fw_plain_class(struct fw_shield_case *c, const struct fw_plain *plain)
{
	const struct fw_dns_key *key = &c->config->dns_key;
	struct fw_name_slot encloser = {.flags = 0};
	bool whole = fw_shield_holds(c, fw_plain_hash(c->question, key, plain->name_len & 0xff));
	struct fw_zone *zone;

	if (!whole && !fw_shield_find(c, fw_plain_hash(c->question, key, (plain->name_len - plain->first_len) & 0xff)))
		return NULL;
	c->notes->walk.found = c->notes->walk.longest = c->notes->walk.at = !whole;
	encloser.flags = c->notes->name_flags;
	c->notes->class = c->notes->budget = fw_names_class(&encloser, whole);
	if (c->notes->class == FW_CLASS_FOREIGN)
		return NULL;
	zone = fw_store_zone(c->store, c->notes->place);
	return zone && !(zone->flags & (FW_ZONE_ASIDE | FW_ZONE_FRESH)) ? zone : NULL;
}

/* The narrowest prefix of this source or its widest has nothing left: fw_budget_levels_take() would find the same, and take nothing. */
FW_INLINE bool fw_plain_look(struct fw_shield_case *c, const struct fw_plain *plain, enum fw_cell_kind kind)
{
	const struct fw_level_rules *rules = fw_budget_rules(c->config, kind);
	uint32_t widest = fw_level_bits(plain->four, plain->four ? FW_LEVELS_4 - 1 : FW_LEVELS_6 - 1);

	if (!fw_budget_cells_have(c, fw_budget_cells(c, kind, 128, plain->sum), plain->four ? &rules->four[0] : &rules->six[0]))
		return true;
	return !fw_budget_prefix_has(c, kind, widest, plain->four ? &rules->four[FW_LEVELS_4 - 1] : &rules->six[FW_LEVELS_6 - 1]);
}

/* ::ffff:192.0.2.1 may come by IPv6 too, as the same source, but not of the same prefixes: what one family has spent says nothing of the other. */
FW_INLINE uint64_t fw_plain_bit(const struct fw_plain *plain, enum fw_cell_kind kind)
{
	return 1ull << (2 * kind + plain->four);
}

/* The same, once a tick for a source that sends all the time. */
FW_INLINE bool fw_plain_spent(struct fw_shield_case *c, const struct fw_plain *plain, enum fw_cell_kind kind)
{
	const struct fw_address *src = &c->notes->src;
	struct fw_tick *tick = plain->tick;
	bool last = tick->last.low == src->low && tick->last.high == src->high;

	if (last && (tick->spent & fw_plain_bit(plain, kind)))
		return true;
	if (!fw_plain_look(c, plain, kind))
		return false;
	tick->spent = (last ? tick->spent : 0) | fw_plain_bit(plain, kind);
	tick->last = *src;
	return true;
}

/* The reason for which fw_shield_names() would stop it, where a look is enough to say so; or none. */
FW_INLINE enum fw_reason fw_plain_names(struct fw_shield_case *c, const struct fw_plain *plain, struct fw_zone *zone)
{
	bool possible = c->notes->budget == FW_CLASS_POSSIBLE;

	if (!fw_budget_has(c, possible ? &zone->possible : &zone->unknown, possible ? &zone->possible_rule : &zone->unknown_rule, 1))
		return possible ? FW_REASON_ZONE_POSSIBLE : FW_REASON_ZONE_UNKNOWN;
	if (fw_plain_spent(c, plain, possible ? FW_CELL_POSSIBLE : FW_CELL_UNKNOWN))
		return possible ? FW_REASON_PREFIX_POSSIBLE : FW_REASON_PREFIX_UNKNOWN;
	return FW_REASON_NONE;
}

/* The same of fw_shield_budgets(). */
FW_INLINE enum fw_reason fw_plain_budgets(struct fw_shield_case *c, const struct fw_plain *plain)
{
	if (!fw_tick_has(c, plain->tick, FW_WORD_SHARE))
		return FW_REASON_SHARE_RATE;
	return fw_plain_spent(c, plain, FW_CELL_TOTAL) ? FW_REASON_PREFIX_RATE : FW_REASON_NONE;
}

/* Nothing will be answered nor sampled: what is over its budget ends here. */
FW_INLINE bool fw_plain_silent(struct fw_shield_case *c, const struct fw_plain *plain)
{
	return (!fw_tick_has(c, plain->tick, FW_WORD_TRUNCATED) || fw_plain_spent(c, plain, FW_CELL_TRUNCATED)) &&
		!fw_tick_has(c, plain->tick, FW_WORD_SAMPLE);
}

/* As fw_shield_weigh(), as far as looks go. True: outcome and reason stand. */
FW_INLINE bool fw_plain_weighs(struct fw_shield_case *c, const struct fw_plain *plain, struct fw_zone *zone)
{
	bool names = fw_shield_acts(c, FW_FILTER_NAMES) && c->notes->budget != FW_CLASS_EXISTS;
	enum fw_reason reason;

	if (!names && !fw_shield_acts(c, FW_FILTER_BUDGETS)) {
		fw_budget_word_take(c, FW_WORD_OVERLOAD);
		return true;
	}
	if (c->notes->lane != FW_LANE_UNPROVEN || c->config->mode[names ? FW_FILTER_NAMES : FW_FILTER_BUDGETS] != FW_MODE_ENFORCE)
		return false;
	reason = names ? fw_plain_names(c, plain, zone) : fw_plain_budgets(c, plain);
	if (!reason || !fw_plain_silent(c, plain))
		return false;
	c->notes->reason = reason;
	c->notes->outcome = FW_OUTCOME_DROPPED;
	return true;
}

/* What the long way would have read of the headers. */
FW_INLINE void fw_plain_fill_packet(const struct fw_plain *plain, struct fw_packet *packet)
{
	uint32_t udp_off = fw_plain_udp_off(plain);
	const uint8_t *p = plain->begin, *udp = p + udp_off;

	fw_packet_clear(packet);
	fw_plain_ends(plain, packet);
	fw_copy(packet->dst_mac, p, 6);
	fw_copy(packet->src_mac, p + 6, 6);
	packet->ether_type = plain->four ? FW_ETHER_IPV4 : FW_ETHER_IPV6;
	packet->src_port = fw_be16(udp);
	packet->dst_port = fw_be16(udp + 2);
	packet->network_off = 14;
	packet->transport_off = (uint16_t)udp_off;
	packet->payload_off = (uint16_t)(udp_off + 8);
	packet->payload_len = packet->payload_wire_len = (uint16_t)(fw_be16(udp + 4) - 8);
	packet->ip_len = fw_be16(udp + 4) + udp_off - 14;
	packet->family = plain->four ? 4 : 6;
	packet->proto = FW_IP_UDP;
	packet->hops = p[plain->four ? 22 : 21];
	packet->has_mac = 1;
	packet->to_many = p[0] & 1;
}

/* And of the question, beside the name. */
FW_INLINE void fw_plain_fill_question(const struct fw_plain *plain, struct fw_dns_question *question)
{
	const uint8_t *message = plain->begin + fw_plain_udp_off(plain) + 8, *p;

	question->id = fw_be16(message);
	question->flags = fw_be16(message + 2);
	question->additional = fw_be16(message + 10);
	question->class = 1;
	question->end_off = (uint16_t)(12 + question->name_len + 4);
	question->reason = FW_REASON_NONE;
	p = fw_dns_back(&(struct fw_cursor){.begin = plain->begin, .end = plain->end}, fw_plain_udp_off(plain) + 8 + question->end_off, 4);
	question->type = p ? fw_be16(p) : 0;
}

FW_INLINE bool fw_plain_proven(struct fw_shield_case *c, const struct fw_plain *plain)
{
	return plain->four ? fw_shield_in_proven(c, fw_shield_hash_for(c->config->address_key, plain->sum, 0)) : fw_shield_is_proven(c);
}

FW_INLINE enum fw_plain_end fw_plain_judge(struct fw_shield_case *c, struct fw_plain *plain)
{
	struct fw_zone *zone;
	bool defends;

	if (!fw_plain_headers(plain, c->config->dns_port) || !fw_plain_asks(plain->begin + fw_plain_udp_off(plain) + 8))
		return FW_PLAIN_NOT;
	fw_plain_ends(plain, c->packet);
	if (!fw_shield_protects(c, c->packet->dst))
		return FW_PLAIN_NOT;
	c->notes->src = fw_address_of(c->packet->src);
	c->notes->family = plain->four ? 4 : 6;
	if (fw_shield_source(c) || !fw_plain_name(c, plain))
		return FW_PLAIN_NOT;
	zone = fw_plain_class(c, plain);
	if (!zone)
		return FW_PLAIN_NOT;
	c->notes->answerable = true;
	c->notes->reason = FW_REASON_EXISTS + c->notes->class;
	c->notes->is_question = true;
	plain->sum = fw_shield_sum_of(c->config->address_key, &c->notes->src);
	c->notes->lane = fw_plain_proven(c, plain) ? FW_LANE_PROVEN : FW_LANE_UNPROVEN;
	defends = c->config->acting[FW_FILTER_NAMES] && c->config->acting[FW_FILTER_BUDGETS];
	if (!defends)
		c->notes->overload = !fw_tick_has(c, plain->tick, FW_WORD_OVERLOAD);
	if (fw_plain_weighs(c, plain, zone))
		return FW_PLAIN_DONE;
	if (defends) /* whatever acts acts anyway: nobody has asked until now */
		c->notes->overload = !fw_tick_has(c, plain->tick, FW_WORD_OVERLOAD);
	return FW_PLAIN_HANDED;
}

/* As fw_shield_count(), of what passed or was dropped and has not been observed by anybody. */
FW_INLINE void fw_plain_count(struct fw_shield_case *c)
{
	const struct fw_shield_notes *notes = c->notes;
	bool passed = notes->outcome == FW_OUTCOME_PASSED;
	struct fw_zone_count *count = fw_store_zone_count(c->store, notes->place);
	struct fw_tally *tally = &c->counts->lane[notes->lane == FW_LANE_PROVEN ? FW_LANE_PROVEN : FW_LANE_UNPROVEN]
						 [passed ? FW_OUTCOME_PASSED : FW_OUTCOME_DROPPED];

	fw_shield_tally(c, passed ? FW_OUTCOME_PASSED : FW_OUTCOME_DROPPED, notes->reason);
	tally->packets++;
	tally->bytes += notes->frame_len;
	if (!count || notes->class >= FW_CLASS_COUNT)
		return;
	count->seen[notes->class]++;
	if (passed)
		count->passed[notes->class]++;
	else
		count->dropped++;
}

FW_INLINE enum fw_plain_end fw_plain_case(struct fw_shield_case *c, struct fw_tick *tick, bool four)
{
	const struct fw_cursor frame = fw_store_frame(c->store);
	struct fw_plain plain = {.begin = frame.begin, .end = frame.end, .four = four, .tick = tick};
	struct fw_shield_notes notes = {.frame_len = c->notes->frame_len, .now_ns = c->notes->now_ns};
	struct fw_packet packet;
	struct fw_shield_case own = {c->store, c->config, c->counts, &packet, c->question, &notes, NULL};
	enum fw_plain_end end;

	if (plain.begin + fw_plain_udp_off(&plain) + 8 + FW_PLAIN_SHORTEST > plain.end)
		return FW_PLAIN_NOT;
	end = fw_plain_judge(&own, &plain);
	if (end == FW_PLAIN_DONE) {
		fw_plain_count(&own);
		c->notes->outcome = notes.outcome;
		c->notes->reason = notes.reason;
	} else if (end == FW_PLAIN_HANDED) {
		fw_plain_fill_packet(&plain, c->packet);
		fw_plain_fill_question(&plain, c->question);
		*c->notes = notes;
	}
	return end;
}

/* A frame that arrives; the case as for fw_shield_arrive(), at a tick that has begun. */
FW_INLINE enum fw_plain_end fw_shield_plain(struct fw_shield_case *c, struct fw_tick *tick)
{
	const struct fw_cursor frame = fw_store_frame(c->store);

	if (frame.begin + 14 > frame.end)
		return FW_PLAIN_NOT;
	return frame.begin[12] == FW_ETHER_IPV4 >> 8 ? fw_plain_case(c, tick, true) : fw_plain_case(c, tick, false);
}

/* What is left to be said of a case that was handed over. */
FW_INLINE enum fw_reason fw_plain_weigh_here(struct fw_shield_case *c)
{
	return fw_shield_weigh(c, fw_store_zone(c->store, c->notes->place), (enum fw_reason)c->notes->reason);
}
FW_PART(fw_plain_weigh)

#endif
