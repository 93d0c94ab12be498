/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Names in policies follow the DNS answers that devices get (RFC 9726): an answer of a configured resolver, to a question that this
 * device has pending, binds its addresses to the set of the name that was asked for, before the answer passes: no packet of the
 * device can be faster. Part of guard.h.
 *
 *	header  QR=1, opcode 0, rcode 0 | one question: the name that counts | answers: CNAME ... A, AAAA | the rest is not looked at
 *	record  name (labels, or a pointer, which ends it)  type 2  class 2  TTL 4  length 2  data
 *
 * Of a chain of CNAMEs the name asked for counts, whatever stands between. Owners are not compared: the resolver is trusted for what
 * it says, and who could forge its answer could forge the owner's name too. Names of records are skipped label by label; a walk has as
 * many steps as it can use, and the verifier sees one.
 */
#pragma once

#include "wire/guard_case.h"

#define FW_ANSWER_RECORDS_MAX 32u /* records of one answer that are looked at */
#define FW_ANSWER_STEPS_MAX 512u /* of records and labels together */
#define FW_ANSWER_TTL_MAX 604800u /* seconds: no address is held for longer (RFC 8767 section 4 takes a week) */

enum fw_dns_record { FW_DNS_A = 1, FW_DNS_AAAA = 28 };

/* The sets of a name that was asked for, or 0. */
FW_INLINE int fw_answer_wants_here(struct fw_guard_case *c)
{
	uint64_t digest = fw_guard_digest(c->config, &c->desk->question);
	const struct fw_name_bucket *bucket = fw_guard_store_name(c->store, fw_guard_first(digest, c->config->names_mask));

	c->notes->wants = bucket ? fw_guard_name_in(bucket, digest) : 0;
	if (c->notes->wants)
		return 0;
	bucket = fw_guard_store_name(c->store, fw_guard_second(digest, c->config->names_mask));
	c->notes->wants = bucket ? fw_guard_name_in(bucket, digest) : 0;
	return 0;
}
FW_GUARD_PART(fw_answer_wants)

struct fw_answer_walk {
	struct fw_guard_store *store;
	const struct fw_guard_config *config;
	struct fw_guard_totals *totals;
	struct fw_guard_desk *desk;
	uint32_t at, end; /* bytes of the frame: where we are, where the message ends */
	uint32_t records; /* still to come */
	struct fw_guard_device *device;
	uint64_t digest; /* of the name */
};

/* Whether this device may have one more address added: it is the one that asks, as often as it likes. */
FW_INLINE bool fw_answer_may_add(struct fw_answer_walk *walk)
{
	struct fw_guard_case c = {.totals = walk->totals, .notes = &walk->desk->notes};

	return fw_guard_take(&c, &walk->device->binds, &walk->config->binds, FW_LIMIT(1u));
}

/* The name has its share: where it is used up, an address that was told long ago leaves. */
FW_INLINE void fw_answer_make_room(struct fw_answer_walk *walk, uint64_t hash)
{
	const struct fw_guard_config *config = walk->config;
	struct fw_bound_row *row = fw_guard_store_bound(walk->store, fw_guard_bound_row(walk->digest, config->bound_mask));
	uint64_t gone = row ? fw_guard_bound_put(row, hash) : 0;
	struct fw_member_bucket *first, *second;

	if (!gone)
		return;
	first = fw_guard_store_member(walk->store, fw_guard_first(gone, config->members_mask));
	second = fw_guard_store_member(walk->store, fw_guard_member_second(gone, config->members_mask));
	if (!first || !second)
		return;
	if (fw_guard_member_leave(first, fw_guard_member_tag(gone)) || fw_guard_member_leave(second, fw_guard_member_tag(gone)))
		walk->totals->bound_gone++;
}

FW_INLINE void fw_answer_renew(struct fw_answer_walk *walk, uint64_t hash)
{
	struct fw_bound_row *row = fw_guard_store_bound(walk->store, fw_guard_bound_row(walk->digest, walk->config->bound_mask));

	if (row)
		fw_guard_bound_renew(row, hash);
}

FW_INLINE void fw_answer_bind(struct fw_answer_walk *walk, const struct fw_guard_address *of, uint32_t ttl_s)
{
	const struct fw_guard_config *config = walk->config;
	const struct fw_guard_notes *notes = &walk->desk->notes;
	uint32_t set = notes->wants & ~FW_NAME_LOCAL;
	uint32_t most_s = FW_LIMIT(FW_ANSWER_TTL_MAX);
	uint64_t hold_ns = (ttl_s < most_s ? ttl_s : most_s) * FW_LIMIT(FW_NS_PER_S) + config->grace_ns;
	uint64_t hash = fw_guard_member_hash(config->key, set, of), now = fw_guard_tick(notes->now_ns);
	uint32_t end = (uint32_t)fw_guard_tick(notes->now_ns + hold_ns), tag = fw_guard_member_tag(hash);
	struct fw_member_bucket *first = fw_guard_store_member(walk->store, fw_guard_first(hash, config->members_mask));
	struct fw_member_bucket *second = fw_guard_store_member(walk->store, fw_guard_member_second(hash, config->members_mask));

	if (!first || !second)
		return;
	if (!fw_guard_may_bind(config, of, notes->wants & FW_NAME_LOCAL)) {
		walk->totals->bound_refused++;
		return;
	}
	if (fw_guard_member_in(first, tag, now) || fw_guard_member_in(second, tag, now)) {
		if (!fw_guard_member_extend(first, tag, end))
			fw_guard_member_extend(second, tag, end);
		fw_answer_renew(walk, hash);
		walk->totals->bound++;
		return;
	}
	if (!fw_answer_may_add(walk)) {
		walk->totals->bound_over++;
		return;
	}
	fw_answer_make_room(walk, hash);
	if (fw_guard_member_extend(first, tag, end) || fw_guard_member_extend(second, tag, end) ||
		fw_guard_member_claim(first, tag, end, now) || fw_guard_member_claim(second, tag, end, now))
		walk->totals->bound++;
	else
		walk->totals->bound_full++;
}

/* Type, class, TTL and length, and the data of an address. False where it is cut: what a record is short of, the next one is too. */
FW_INLINE bool fw_answer_record(struct fw_answer_walk *walk, struct fw_cursor here)
{
	struct fw_guard_address of = {.high = 0, .low = FW_LIMIT(0xffff00000000ull)};
	const uint8_t *p = fw_peek(&here, 10), *data;
	uint32_t type, len;

	if (!p)
		return false;
	type = fw_be16(p);
	len = fw_be16(p + 8);
	fw_skip(&here, FW_LIMIT(10u));
	walk->at = here.at + len;
	walk->records--;
	if (fw_be16(p + 2) != FW_LIMIT(1u))
		return true;
	if (type == FW_LIMIT((uint32_t)FW_DNS_A) && len == FW_LIMIT(4u)) {
		data = fw_peek(&here, FW_LIMIT(4u));
		if (!data)
			return false;
		of.low |= fw_be32(data);
		fw_answer_bind(walk, &of, fw_be32(p + 4));
	} else if (type == FW_LIMIT((uint32_t)FW_DNS_AAAA) && len == FW_LIMIT(16u)) {
		data = fw_peek(&here, FW_LIMIT(16u));
		if (!data)
			return false;
		of = fw_guard_address_of(data);
		fw_answer_bind(walk, &of, fw_be32(p + 4));
	}
	return true;
}

/* One label, or the end of the name and the record behind it. */
static long fw_answer_step(uint32_t index, void *context)
{
	struct fw_answer_walk *walk = context;
	struct fw_cursor frame, here;
	const uint8_t *p;
	uint32_t len;

	(void)index;
	fw_guard_store_frame_in(walk->store, &frame);
	here = frame;
	here.at = walk->at;
	if (walk->end < here.len)
		here.len = walk->end;
	p = fw_peek(&here, 1);
	if (!p || !walk->records)
		return 1;
	len = fw_u8(p);
	if (len && len <= FW_LIMIT(FW_DNS_LABEL_MAX)) {
		walk->at += len + FW_LIMIT(1u);
		return 0;
	}
	if (len && len < FW_LIMIT(0xc0u))
		return 1;
	fw_skip(&here, len ? FW_LIMIT(2u) : FW_LIMIT(1u));
	return !fw_answer_record(walk, here);
}

/* An answer without error to one question, with records; opcode QUERY. */
FW_INLINE bool fw_answer_is_one(const uint8_t *header)
{
	return (fw_be16(header + 2) & FW_LIMIT(0xf80fu)) == FW_LIMIT(0x8000u) && fw_be16(header + 4) == FW_LIMIT(1u) && fw_be16(header + 6);
}

/* The question of the message; into desk->question. */
FW_INLINE bool fw_answer_question(struct fw_guard_case *c, struct fw_cursor message)
{
	const uint8_t *header = fw_peek(&message, 12); /* and a question behind it, or the rest is for nothing */
	uint32_t records, most = FW_LIMIT(FW_ANSWER_RECORDS_MAX);

	if (!header || !fw_answer_is_one(header))
		return false;
	records = fw_be16(header + 6);
	fw_dns_clear(&c->desk->question);
	fw_skip(&message, FW_LIMIT(12u));
	if (fw_dns_asked(&message, &c->config->name_key, &c->desk->question) != FW_REASON_NONE || c->desk->question.class != FW_LIMIT(1))
		return false;
	c->desk->question.additional = (uint16_t)(records < most ? records : most);
	return true;
}

/* From a resolver of ours, and the device has asked just this. */
FW_INLINE bool fw_answer_was_asked(const struct fw_guard_case *c)
{
	const struct fw_guard_notes *notes = c->notes;

	return notes->has_ports && notes->remote_port == FW_LIMIT(FW_GUARD_DNS) && c->packet->proto == FW_LIMIT(FW_IP_UDP) &&
		notes->state && !notes->by_peer && fw_guard_is_resolver(c->config, &notes->remote);
}

/* The frame is an answer that was asked for: its addresses join the name's set. */
FW_INLINE void fw_answer_read(struct fw_guard_case *c)
{
	struct fw_cursor frame, message;
	struct fw_answer_walk walk = {.store = c->store, .config = c->config, .totals = c->totals, .desk = c->desk, .device = c->device};

	fw_guard_store_gather(c->store);
	fw_guard_store_frame_in(c->store, &frame);
	message = fw_clip(frame, c->packet->payload_off, c->packet->payload_wire_len);
	if (!fw_answer_question(c, message))
		return;
	FW_FORGET();
	fw_answer_wants(c);
	FW_FORGET();
	if (!c->notes->wants)
		return;
	walk.digest = fw_guard_digest(c->config, &c->desk->question);
	walk.records = c->desk->question.additional;
	walk.at = c->packet->payload_off + FW_LIMIT(12u) + c->desk->question.name_len + FW_LIMIT(4u);
	walk.end = c->packet->payload_off + c->packet->payload_wire_len;
	fw_guard_store_walk(FW_ANSWER_STEPS_MAX, fw_answer_step, &walk);
}
