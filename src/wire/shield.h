/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The shield's judge of what arrives before a DNS server: one frame, one verdict, one reason, one counter.
 *
 *	link, network -- protected? -- blocked? trusted? -- transport -- sane? -- fragment? -- another port?
 *	   DNS to the server -- an answer? sane? -- class of its name -- lane of its source -- budgets -- TC=1
 *
 * Cheapest first: who is blocked is known before the transport header is read. Each filter is off, observes or enforces; what a
 * filter that observes would have stopped is counted, and judged on as if that filter were not there. Whoever is not
 * addressed to the host that is protected is none of our business, nor what cannot be read for certain.
 *
 * A question that the server is about to get takes from the word FW_WORD_OVERLOAD. Where that is empty, names and budgets act
 * whatever the stance says: the first action waits for nobody, and outlives the daemon.
 */
#pragma once

#include "wire/answer.h"
#include "wire/seen.h"

_Static_assert(FW_REASON_EXISTS + FW_CLASS_FOREIGN == FW_REASON_FOREIGN && FW_CLASS_EXISTS == 0, "reasons in the order of classes");

FW_INLINE bool fw_shield_protects(struct fw_shield_case *c, const uint8_t address[16])
{
	const struct fw_protected_bucket *bucket = fw_store_protected(c->store, fw_protected_place(address, c->config->protected_seed));
	uint64_t is[2], of[2];

	if (!bucket)
		return false;
	fw_move(is, address, 16);
	FW_UNROLL
	for (uint32_t i = 0; i < FW_PROTECTED_SLOTS; i++) {
		fw_move(of, bucket->address[i], 16);
		if (of[0] == is[0] && of[1] == is[1])
			return true;
	}
	return false;
}

FW_INLINE bool fw_shield_in_digests(const struct fw_digest_bucket *bucket, uint64_t digest)
{
	if (!bucket)
		return false;
	FW_UNROLL
	for (uint32_t i = 0; i < FW_DIGEST_SLOTS; i++)
		if (bucket->slot[i] == digest)
			return true;
	return false;
}

/* A blocked address wins over any prefix: it is longer. */
FW_INLINE enum fw_prefix_says fw_shield_source(struct fw_shield_case *c)
{
	const struct fw_shield_config *config = c->config;

	if (config->blocked) {
		uint64_t digest = fw_shield_digest(config->address_key, &c->notes->src);

		if (fw_shield_in_digests(fw_store_blocked(c->store, (uint32_t)digest & config->blocked_mask), digest) ||
			fw_shield_in_digests(fw_store_blocked(c->store, (uint32_t)(digest >> FW_LIMIT(32)) & config->blocked_mask), digest))
			return FW_PREFIX_BLOCKED;
	}
	return config->prefixes ? fw_store_prefix(c->store, c->packet) : (enum fw_prefix_says)0;
}

/* The two ends, as the host at this one has noted them if it asked. */
FW_INLINE bool fw_shield_in_asked_here(struct fw_shield_case *c)
{
	struct fw_asked_key key = {.remote_port = c->packet->src_port, .local_port = c->packet->dst_port, .id = c->notes->asked_id};
	const struct fw_seen_bucket *bucket;
	uint32_t place;
	uint64_t hash;

	fw_move(key.remote, c->packet->src, 16);
	fw_move(key.local, c->packet->dst, 16);
	hash = fw_asked_hash(c->config, &key);
	place = (uint32_t)hash & c->config->asked_mask;
	c->notes->now_ns = fw_store_now(c->store);
	bucket = fw_store_asked(c->store, fw_hint_line(place, c->config->asked_mask));
	if (!bucket || !fw_seen_may_hold(bucket, place, fw_seen_tag(hash)))
		return false;
	bucket = fw_store_asked(c->store, place);
	return bucket && fw_seen_holds(bucket, fw_seen_tag(hash), c->notes->now_ns, c->config->asked_ns);
}
FW_PART(fw_shield_in_asked)

FW_INLINE bool fw_shield_was_asked(struct fw_shield_case *c)
{
	c->notes->asked_id = fw_asked_id(c, fw_store_frame(c->store), c->packet->src_port, c->packet->dst_port);
	return fw_shield_in_asked(c);
}

/* Errors, within what the host needs of them; neighbour discovery, which nobody off the link can send with this hop limit. */
FW_INLINE enum fw_reason fw_shield_icmp_here(struct fw_shield_case *c)
{
	uint32_t type = c->packet->icmp_type;
	bool error;

	if (c->packet->family == 6) {
		if (type >= FW_LIMIT(133u) && type <= FW_LIMIT(137u) && c->packet->hops == FW_LIMIT(255))
			return FW_REASON_ICMP;
		error = type >= FW_LIMIT(1u) && type <= FW_LIMIT(4u);
	} else {
		error = type == FW_LIMIT(3u) || type == FW_LIMIT(11u) || type == FW_LIMIT(12u);
	}
	if (!error)
		return FW_REASON_CLOSED;
	c->notes->now_ns = fw_store_now(c->store);
	return fw_budget_word_take(c, FW_WORD_ICMP) ? FW_REASON_ICMP : FW_REASON_ICMP_RATE;
}
FW_PART(fw_shield_icmp)

/* What a host that serves DNS alone needs beside it. */
FW_INLINE enum fw_reason fw_shield_needs(struct fw_shield_case *c)
{
	uint32_t proto = c->packet->proto;

	if (proto == FW_LIMIT(FW_IP_TCP)) /* its own connections go on */
		return (c->packet->tcp_flags & FW_LIMIT(0x12)) == FW_LIMIT(0x02) ? FW_REASON_CLOSED : FW_REASON_OTHER_PORT;
	if (proto == FW_LIMIT(FW_IP_UDP))
		return fw_shield_was_asked(c) ? FW_REASON_OWN_ANSWER : FW_REASON_CLOSED;
	if ((proto == FW_LIMIT(FW_IP_ICMP) && c->packet->family == 4) || (proto == FW_LIMIT(FW_IP_ICMPV6) && c->packet->family == 6))
		return (enum fw_reason)fw_shield_icmp(c);
	return FW_REASON_CLOSED;
}

FW_INLINE enum fw_reason fw_shield_other(struct fw_shield_case *c)
{
	const struct fw_shield_config *config = c->config;
	enum fw_reason reason;

	if (c->packet->proto == FW_LIMIT(FW_IP_TCP) &&
		(c->packet->dst_port == config->dns_port || c->packet->dst_port == FW_LIMIT(FW_PORT_DOT)))
		return FW_REASON_TCP_DNS;
	if (!config->only_dns || config->stance != FW_LIMIT(FW_STANCE_DEFEND) || !fw_shield_is_on(c, FW_FILTER_ONLY_DNS))
		return FW_REASON_OTHER_PORT;
	reason = fw_shield_needs(c);
	if (reason != FW_REASON_CLOSED && reason != FW_REASON_ICMP_RATE)
		return reason;
	return fw_shield_stop(c, FW_FILTER_ONLY_DNS, reason) ? reason : FW_REASON_OTHER_PORT;
}

/* One look into one bucket: what is there goes into the notes. */
FW_INLINE bool fw_shield_look(struct fw_shield_case *c, uint64_t hash, const struct fw_names_bucket *bucket)
{
	uint32_t slot = fw_names_slot(bucket, hash);

	if (slot >= FW_NAMES_SLOTS)
		return false;
	c->notes->place = bucket->slot[slot].zone;
	c->notes->name_flags = bucket->slot[slot].flags;
	return true;
}

/* In its two buckets. */
FW_INLINE bool fw_shield_find(struct fw_shield_case *c, uint64_t hash)
{
	uint32_t half = c->config->names_half, mask = c->config->names_mask;
	const struct fw_names_bucket *line = fw_store_names(c->store, half, fw_names_first(hash, mask));

	if (line && fw_shield_look(c, hash, line))
		return true;
	line = fw_store_names(c->store, half, fw_names_second(hash, mask));
	return line && fw_shield_look(c, hash, line);
}

/* Most of what is not there ends at its hints. */
FW_INLINE bool fw_shield_holds(struct fw_shield_case *c, uint64_t hash)
{
	uint32_t half = c->config->names_half, mask = c->config->names_mask;
	uint32_t first = fw_names_first(hash, mask), hint = fw_names_hint(hash);
	const struct fw_names_bucket *line = fw_store_names(c->store, half, fw_hint_line(first, mask));

	return line && (line->hint[fw_hint_place(first)] & hint) == hint && fw_shield_find(c, hash);
}

/* The name without so many labels. */
FW_INLINE bool fw_shield_has(struct fw_shield_case *c, uint32_t labels)
{
	return fw_shield_holds(c, fw_dns_suffix(c->question, &c->config->dns_key, labels));
}

/* The closest encloser of what is asked, and so its class and zone. */
FW_INLINE void fw_shield_name(struct fw_shield_case *c)
{
	struct fw_shield_notes *notes = c->notes;
	struct fw_name_slot encloser = {.flags = 0};

	notes->name_flags = FW_NAME_ABOVE;
	fw_names_begin(&notes->walk, c->question->labels);
	FW_LOOP
	for (uint32_t i = 0; i < FW_NAMES_LOOKS_MAX; i++) {
		bool there;

		FW_FORGET();
		there = fw_shield_has(c, notes->walk.at);
		FW_FORGET();
		if (!fw_names_next(&notes->walk, there))
			break;
	}
	FW_FORGET();
	encloser.flags = notes->name_flags;
	notes->class = fw_names_class(&encloser, notes->walk.found == 0);
	if (notes->class == FW_CLASS_FOREIGN)
		notes->place = 0;
}

/* What kind of question this is, and why it passes if nothing stops it. */
FW_INLINE enum fw_reason fw_shield_class(struct fw_shield_case *c, struct fw_zone **out_zone)
{
	c->notes->class = c->notes->budget = FW_CLASS_FOREIGN;
	if (c->question->reason == FW_REASON_DNS_OPCODE && (c->question->flags & FW_LIMIT(0x7000)) == FW_LIMIT(0x2000)) {
		c->notes->class = c->notes->budget = FW_CLASS_POSSIBLE;
		return FW_REASON_NOTIFY;
	}
	if (c->question->reason != FW_REASON_NONE)
		return fw_reason_read(c->question->reason) == FW_READ_OTHER ? FW_REASON_FOREIGN : (enum fw_reason)c->question->reason;
	c->notes->answerable = true;
	if (c->question->class != FW_LIMIT(1))
		return FW_REASON_FOREIGN;
	fw_shield_name(c);
	c->notes->budget = c->notes->class;
	if (c->notes->class == FW_CLASS_FOREIGN)
		return FW_REASON_FOREIGN;
	*out_zone = fw_store_zone(c->store, c->notes->place);
	if (!*out_zone || ((*out_zone)->flags & FW_ZONE_ASIDE)) {
		c->notes->budget = FW_CLASS_EXISTS;
		return FW_REASON_ZONE_ASIDE;
	}
	if (((*out_zone)->flags & FW_ZONE_FRESH) && c->notes->class == FW_CLASS_UNKNOWN)
		c->notes->class = c->notes->budget = FW_CLASS_POSSIBLE;
	return (enum fw_reason)(FW_REASON_EXISTS + c->notes->class);
}

/* An address that completed a handshake, by its hash. */
FW_INLINE bool fw_shield_in_proven(struct fw_shield_case *c, uint64_t hash)
{
	uint32_t place = (uint32_t)hash & c->config->proven_mask;
	const struct fw_seen_bucket *bucket = fw_store_proven(c->store, fw_hint_line(place, c->config->proven_mask));

	if (!bucket || !fw_seen_may_hold(bucket, place, fw_seen_tag(hash)))
		return false;
	bucket = fw_store_proven(c->store, place);
	return bucket && fw_seen_holds(bucket, fw_seen_tag(hash), c->notes->now_ns, c->config->proven_ns);
}

/* The same, of IPv6 with all of its /64. */
FW_INLINE bool fw_shield_is_proven(struct fw_shield_case *c)
{
	struct fw_address prefix = fw_budget_prefix(&c->notes->src, fw_address_bits(c));

	return fw_shield_in_proven(c, fw_shield_hash_of(c->config->address_key, &prefix, 0));
}

/* TC=1 towards this prefix, within what all of it may cost; the word is looked at first, because a flood empties it. */
FW_INLINE bool fw_shield_may_truncate(struct fw_shield_case *c)
{
	return c->notes->answerable && fw_answer_fits(c->packet) && fw_budget_word_has(c, FW_WORD_TRUNCATED) &&
		fw_budget_levels_take(c, FW_CELL_TRUNCATED) && fw_budget_word_take(c, FW_WORD_TRUNCATED);
}

/* Over a budget. True if that is the end of it. */
FW_INLINE bool fw_shield_over(struct fw_shield_case *c, uint32_t filter, enum fw_reason reason)
{
	return reason && fw_shield_stop(c, filter, reason);
}

FW_INLINE bool fw_shield_acts(const struct fw_shield_case *c, uint32_t filter)
{
	return fw_shield_is_on(c, filter) && (c->config->acting[filter] || c->notes->overload);
}

/* Unknown, foreign and possible names of sources that proved nothing. zone: NULL where the class has none. */
FW_INLINE enum fw_reason fw_shield_names_unproven(struct fw_shield_case *c, struct fw_zone *zone)
{
	bool possible = c->notes->budget == FW_CLASS_POSSIBLE, foreign = c->notes->budget == FW_CLASS_FOREIGN;
	uint64_t *word = zone ? (possible ? &zone->possible : &zone->unknown) : NULL;
	const struct fw_bucket_rule *rule = zone ? (possible ? &zone->possible_rule : &zone->unknown_rule) : NULL;
	enum fw_cell_kind kind = possible ? FW_CELL_POSSIBLE : FW_CELL_UNKNOWN;
	enum fw_reason whole = possible ? FW_REASON_ZONE_POSSIBLE : FW_REASON_ZONE_UNKNOWN;
	enum fw_reason narrow = possible ? FW_REASON_PREFIX_POSSIBLE : FW_REASON_PREFIX_UNKNOWN;

	if (foreign) {
		whole = FW_REASON_FOREIGN_RATE;
		word = fw_shield_word(c, FW_WORD_FOREIGN);
		rule = &c->config->words[FW_WORD_FOREIGN];
	}
	if (word && rule && !fw_budget_has(c, word, rule, 1))
		return whole;
	if (!fw_budget_levels_take(c, kind))
		return narrow;
	return word && rule && !fw_budget_take(c, word, rule, 1) ? whole : FW_REASON_NONE;
}

FW_INLINE enum fw_reason fw_shield_names(struct fw_shield_case *c, struct fw_zone *zone)
{
	if (c->notes->budget == FW_CLASS_EXISTS)
		return FW_REASON_NONE;
	if (c->notes->lane == FW_LANE_UNPROVEN)
		return fw_shield_names_unproven(c, zone);
	if (c->notes->budget == FW_CLASS_POSSIBLE ||
		fw_budget_prefix_take(c, FW_CELL_PROVEN_UNKNOWN, fw_address_bits(c), &c->config->proven_unknown))
		return FW_REASON_NONE;
	return FW_REASON_PROVEN_UNKNOWN;
}

FW_INLINE enum fw_reason fw_shield_budgets(struct fw_shield_case *c)
{
	if (c->notes->lane == FW_LANE_PROVEN)
		return fw_budget_prefix_take(c, FW_CELL_PROVEN, fw_address_bits(c), &c->config->proven) ? FW_REASON_NONE
													: FW_REASON_PROVEN_RATE;
	if (!fw_budget_word_has(c, FW_WORD_SHARE))
		return FW_REASON_SHARE_RATE;
	if (!fw_budget_levels_take(c, FW_CELL_TOTAL))
		return FW_REASON_PREFIX_RATE;
	return fw_budget_word_take(c, FW_WORD_SHARE) ? FW_REASON_NONE : FW_REASON_SHARE_RATE;
}

/* What is over its budget and gets TC=1 instead of nothing, if that can be. */
FW_INLINE enum fw_reason fw_shield_truncate(struct fw_shield_case *c, enum fw_reason reason)
{
	if (fw_shield_may_truncate(c))
		c->notes->outcome = FW_OUTCOME_TRUNCATED;
	return reason;
}

/* Whether the budgets let a question through, of which class, zone and lane are known. pass: why, if so. */
FW_INLINE enum fw_reason fw_shield_weigh(struct fw_shield_case *c, struct fw_zone *zone, enum fw_reason pass)
{
	enum fw_reason reason;

	if (fw_shield_acts(c, FW_FILTER_NAMES)) {
		reason = fw_shield_names(c, zone);
		if (fw_shield_over(c, FW_FILTER_NAMES, reason))
			return fw_shield_truncate(c, reason);
	}
	if (fw_shield_acts(c, FW_FILTER_BUDGETS)) {
		reason = fw_shield_budgets(c);
		if (fw_shield_over(c, FW_FILTER_BUDGETS, reason))
			return fw_shield_truncate(c, reason);
	}
	if (!c->notes->overload)
		fw_budget_word_take(c, FW_WORD_OVERLOAD);
	return pass;
}

/* A question for the server, of whatever class. */
FW_INLINE enum fw_reason fw_shield_question_here(struct fw_shield_case *c)
{
	struct fw_zone *zone = NULL;
	enum fw_reason pass = fw_shield_class(c, &zone);

	c->notes->is_question = true;
	c->notes->now_ns = fw_store_now(c->store);
	c->notes->lane = fw_shield_is_proven(c) ? FW_LANE_PROVEN : FW_LANE_UNPROVEN;
	c->notes->overload = !fw_budget_word_has(c, FW_WORD_OVERLOAD);
	return fw_shield_weigh(c, zone, pass);
}
FW_PART(fw_shield_question)

/* UDP to the DNS port. */
FW_INLINE enum fw_reason fw_shield_dns(struct fw_shield_case *c)
{
	struct fw_cursor message = fw_clip(fw_store_frame(c->store), c->packet->payload_off, c->packet->payload_len);
	enum fw_read read = fw_dns_parse(message, &c->config->dns_key, c->question);
	enum fw_reason reason = c->question->reason;

	if (reason == FW_REASON_DNS_ANSWER) {
		if (!fw_shield_is_on(c, FW_FILTER_ANSWERS))
			return reason;
		if (fw_shield_was_asked(c))
			return FW_REASON_OWN_ANSWER;
		return fw_shield_stop(c, FW_FILTER_ANSWERS, FW_REASON_UNASKED) ? FW_REASON_UNASKED : reason;
	}
	if ((read == FW_READ_SHORT || read == FW_READ_BAD) && fw_shield_is_on(c, FW_FILTER_SANITY) &&
		fw_shield_stop(c, FW_FILTER_SANITY, reason))
		return reason;
	return (enum fw_reason)fw_shield_question(c);
}

/* Lengths that lie, or more headers than honest packets have: a frame on a card is never cut short. */
FW_INLINE bool fw_shield_is_insane(enum fw_reason reason)
{
	enum fw_read read = fw_reason_read(reason);

	return read == FW_READ_SHORT || read == FW_READ_BAD || reason == FW_REASON_EXTENSIONS_MANY;
}

/* To a protected address, from a source that is neither blocked nor trusted. */
FW_INLINE enum fw_reason fw_shield_transport(struct fw_shield_case *c)
{
	enum fw_reason reason = (enum fw_reason)c->packet->reason;

	if (fw_shield_is_insane(reason)) {
		if (fw_shield_is_on(c, FW_FILTER_SANITY))
			fw_shield_stop(c, FW_FILTER_SANITY, reason);
		return reason;
	}
	if (c->packet->fragment != FW_WHOLE) {
		if (fw_shield_is_on(c, FW_FILTER_FRAGMENTS) && fw_shield_stop(c, FW_FILTER_FRAGMENTS, FW_REASON_FRAGMENT_CLOSED))
			return FW_REASON_FRAGMENT_CLOSED;
		return FW_REASON_FRAGMENT;
	}
	if (c->packet->proto == FW_LIMIT(FW_IP_UDP) && c->packet->dst_port == c->config->dns_port)
		return fw_shield_dns(c);
	return fw_shield_other(c);
}

FW_INLINE enum fw_reason fw_shield_judge(struct fw_shield_case *c)
{
	struct fw_reading r = {.here = fw_store_frame(c->store), .ip_end = 0, .open = false, .out = c->packet};
	enum fw_prefix_says says;
	enum fw_reason reason;

	fw_packet_clear(c->packet);
	reason = fw_link_read(&r, FW_LINK_ETHERNET);
	if (!reason)
		reason = fw_network_read(&r);
	if (!c->packet->family)
		return reason ? reason : FW_REASON_NOT_IP;
	if (!fw_shield_protects(c, c->packet->dst))
		return FW_REASON_NOT_PROTECTED;
	c->notes->src = fw_address_of(c->packet->src);
	c->notes->family = c->packet->family;
	says = fw_shield_source(c);
	if (says == FW_PREFIX_BLOCKED && fw_shield_is_on(c, FW_FILTER_BLOCK) && fw_shield_stop(c, FW_FILTER_BLOCK, FW_REASON_BLOCKED))
		return FW_REASON_BLOCKED;
	if (says == FW_PREFIX_TRUSTED) {
		c->notes->is_question = c->packet->proto == FW_LIMIT(FW_IP_UDP);
		c->notes->lane = FW_LANE_TRUSTED;
		return FW_REASON_TRUSTED;
	}
	c->packet->reason = (uint8_t)(reason ? reason : fw_transport_read(&r));
	FW_FORGET();
	return fw_shield_transport(c);
}

/* Whether this case goes up as a sample: of what was stopped, or would have been, so many a second. */
FW_INLINE bool fw_shield_is_sampled_here(struct fw_shield_case *c)
{
	if (c->notes->outcome == FW_OUTCOME_PASSED && !c->notes->would)
		return false;
	if (!c->notes->now_ns)
		c->notes->now_ns = fw_store_now(c->store);
	return fw_budget_word_take(c, FW_WORD_SAMPLE);
}
FW_PART(fw_shield_is_sampled)

FW_INLINE uint32_t fw_shield_keep(struct fw_cursor frame, uint8_t *to)
{
	__builtin_memset(to, 0, FW_SAMPLE_BYTES);
	FW_LOOP
	for (uint32_t i = 0; i < FW_SAMPLE_BYTES; i++) {
		const uint8_t *p = fw_peek(&frame, 1);

		if (!p)
			break;
		to[i] = p[0];
		fw_skip(&frame, 1);
	}
	return frame.at;
}

/* The frame as it came. */
FW_INLINE void fw_shield_sample(struct fw_shield_case *c)
{
	bool passed = c->notes->outcome == FW_OUTCOME_PASSED;
	struct fw_judgement judgement = {FW_DROP, (enum fw_reason)(passed ? c->notes->would : c->notes->reason)};
	struct fw_shield_sample *sample = fw_store_sample(c->store);

	if (!sample) {
		c->counts->samples_lost++;
		return;
	}
	fw_event_fill(&sample->event, c->packet, judgement);
	sample->event.time_ns = c->notes->now_ns;
	sample->event.frame_len = c->notes->frame_len;
	sample->frame_len = c->notes->frame_len;
	sample->outcome = (uint8_t)(passed ? FW_OUTCOME_WOULD : c->notes->outcome);
	sample->filter = (uint8_t)c->notes->filter;
	__builtin_memset(sample->zero, 0, sizeof(sample->zero));
	sample->kept_len = fw_shield_keep(fw_store_frame(c->store), sample->frame);
	fw_store_submit(c->store, sample);
}

/* What follows a verdict: the sample, the answer, the counters. */
FW_INLINE void fw_shield_end(struct fw_shield_case *c)
{
	FW_FORGET();
	if (fw_shield_is_sampled(c))
		fw_shield_sample(c);
	FW_FORGET();
	if (c->notes->outcome == FW_OUTCOME_TRUNCATED) {
		c->notes->reply_len = fw_answer_write(fw_store_frame(c->store), c->packet, c->question);
		if (!c->notes->reply_len)
			c->notes->outcome = FW_OUTCOME_DROPPED;
	}
	fw_shield_count(c);
}

/*
 * One frame that arrives. The caller has set all pointers, cleared the notes and set their frame_len. notes->outcome says what
 * becomes of it, notes->reason why. After TRUNCATED the frame is its own answer, to be cut to notes->reply_len and sent back.
 */
FW_INLINE void fw_shield_arrive(struct fw_shield_case *c)
{
	c->notes->reason = fw_shield_judge(c);
	fw_shield_end(c);
}
