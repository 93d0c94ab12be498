/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the shield learns from the frames that its host sends. Nothing is ever stopped here.
 *
 *	TCP with payload from a DNS port          its receiver completed a handshake: proven
 *	UDP but for answers                       what comes back was asked for
 *	an answer to a name that we called unknown    our table is wrong: the zone stands aside, at once
 *
 * Only an answer that says something counts against a zone: authoritative, NOERROR, with a record, not truncated. Servers that limit
 * rates send TC=1 to whatever name, and a query of EDNS version 1 gets BADVERS, whose code in the header is 0: anybody could
 * have either for any name, and so switch off the filter.
 */
#pragma once

#include "wire/shield.h"

FW_INLINE int fw_shield_prove_here(struct fw_shield_case *c)
{
	struct fw_address dst = fw_address_of(c->packet->dst), prefix = fw_budget_prefix(&dst, fw_address_bits(c));
	uint64_t hash = fw_shield_hash_of(c->config->address_key, &prefix, 0);
	uint32_t place = (uint32_t)hash & c->config->proven_mask;
	struct fw_seen_bucket *bucket = fw_store_proven(c->store, place);
	struct fw_seen_bucket *hints = fw_store_proven(c->store, fw_hint_line(place, c->config->proven_mask));

	if (!bucket || !hints)
		return 0;
	fw_seen_note(bucket, fw_seen_tag(hash), fw_store_now(c->store));
	hints->hint[fw_hint_place(place)] = fw_seen_hint(bucket);
	c->counts->proofs++;
	return 0;
}
FW_PART(fw_shield_prove)

FW_INLINE int fw_shield_ask_here(struct fw_shield_case *c)
{
	struct fw_asked_key key = {.remote_port = c->packet->dst_port, .local_port = c->packet->src_port, .id = c->notes->asked_id};
	struct fw_seen_bucket *bucket, *hints;
	uint32_t place;
	uint64_t hash;

	fw_move(key.remote, c->packet->dst, 16);
	fw_move(key.local, c->packet->src, 16);
	hash = fw_asked_hash(c->config, &key);
	place = (uint32_t)hash & c->config->asked_mask;
	bucket = fw_store_asked(c->store, place);
	hints = fw_store_asked(c->store, fw_hint_line(place, c->config->asked_mask));
	if (!bucket || !hints)
		return 0;
	fw_seen_note(bucket, fw_seen_tag(hash), fw_store_now(c->store));
	hints->hint[fw_hint_place(place)] = fw_seen_hint(bucket);
	c->counts->asked++;
	return 0;
}
FW_PART(fw_shield_ask)

/* An answer, by its header. */
FW_INLINE bool fw_shield_is_answer(const uint8_t *header)
{
	return (fw_be16(header + 2) & FW_LIMIT(0x8000u)) != 0;
}

/* QR and AA set, opcode, TC and rcode zero; one question; something in the answer or authority section. */
FW_INLINE bool fw_shield_says_it_is_there(const uint8_t *header)
{
	return (fw_be16(header + 2) & FW_LIMIT(0xfe0fu)) == FW_LIMIT(0x8400u) && fw_be16(header + 4) == FW_LIMIT(1) &&
		(fw_be16(header + 6) || fw_be16(header + 8));
}

/* The question of an answer that says the name is there. */
FW_INLINE int fw_shield_contradict_here(struct fw_shield_case *c)
{
	struct fw_zone_count *count;
	struct fw_zone *zone;

	fw_shield_name(c);
	zone = c->notes->class == FW_CLASS_UNKNOWN ? fw_store_zone(c->store, c->notes->place) : NULL;
	if (!zone || (zone->flags & (FW_ZONE_ASIDE | FW_ZONE_FRESH)))
		return 0;
	__sync_fetch_and_add(&zone->contradicted, 1);
	__sync_fetch_and_or(&zone->flags, FW_ZONE_ASIDE);
	count = fw_store_zone_count(c->store, c->notes->place);
	if (count)
		count->contradicted++;
	return 0;
}
FW_PART(fw_shield_contradict)

FW_INLINE bool fw_shield_asked_in(struct fw_shield_case *c, struct fw_cursor message)
{
	fw_dns_clear(c->question);
	fw_skip(&message, FW_LIMIT(12u));
	return fw_dns_asked(&message, &c->config->dns_key, c->question) == FW_REASON_NONE && c->question->class == FW_LIMIT(1);
}

FW_INLINE void fw_shield_udp_out(struct fw_shield_case *c)
{
	struct fw_cursor frame = fw_store_leaving(c->store), message = fw_clip(frame, c->packet->payload_off, c->packet->payload_len);
	const uint8_t *header = fw_peek(&message, FW_LIMIT(12u));

	if (c->packet->src_port != c->config->dns_port || (header && !fw_shield_is_answer(header))) {
		c->notes->asked_id = fw_asked_id(c, frame, c->packet->dst_port, c->packet->src_port);
		fw_shield_ask(c);
	} else if (header && fw_shield_says_it_is_there(header) && fw_shield_asked_in(c, message)) {
		fw_shield_contradict(c);
	}
}

/* One frame that leaves; the case as for fw_shield_arrive(). */
FW_INLINE void fw_shield_leave(struct fw_shield_case *c)
{
	const struct fw_packet *packet = c->packet;

	enum fw_read read = fw_packet_parse(fw_store_leaving(c->store), FW_LINK_ETHERNET, c->packet);

	FW_FORGET();
	if (read != FW_READ_OK || packet->fragment == FW_FRAGMENT_LATER)
		return;
	if (!packet->family || !fw_shield_protects(c, packet->src))
		return;
	c->notes->family = packet->family;
	if (packet->proto == FW_LIMIT(FW_IP_UDP))
		fw_shield_udp_out(c);
	else if (packet->proto == FW_LIMIT(FW_IP_TCP) && packet->payload_wire_len &&
		(packet->tcp_flags & FW_LIMIT(0x12)) == FW_LIMIT(0x10) &&
		(packet->src_port == c->config->dns_port || packet->src_port == FW_LIMIT(FW_PORT_DOT)))
		fw_shield_prove(c);
}
