/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What was seen, and when: addresses that completed a handshake, questions that this host asked itself. Buckets of eight entries
 * in a table of fixed size; an entry is 32 bits of a keyed hash and a time. The oldest of a bucket makes room. Only what this
 * host sends is ever noted, so that nobody can fill it with forged sources.
 *
 * Two CPUs that note in one bucket at once may lose one of the two, or its hint: it is noted again with the next segment or question.
 */
#pragma once

#include "wire/budget.h"
#include "wire/siphash.h"

/* Time as the tables hold it: in 2^30 ns, a second and a bit. */
FW_INLINE uint32_t fw_seen_time(uint64_t ns)
{
	return (uint32_t)(ns >> FW_LIMIT(30));
}

/* Never 0, which is an empty slot. */
FW_INLINE uint32_t fw_seen_tag(uint64_t hash)
{
	return (uint32_t)(hash >> FW_LIMIT(32)) | 1;
}

/* What a tag sets in the hints of its bucket. */
FW_INLINE uint32_t fw_seen_bits(uint32_t tag)
{
	return fw_hint_bits(tag >> FW_LIMIT(17));
}

/* False: it is surely not in the bucket at this place, whose line of hints this is. */
FW_INLINE bool fw_seen_may_hold(const struct fw_seen_bucket *hints, uint32_t place, uint32_t tag)
{
	uint32_t bits = fw_seen_bits(tag);

	return (hints->hint[fw_hint_place(place)] & bits) == bits;
}

/* The hints of a bucket as it is now: to be written after each entry. */
FW_INLINE uint32_t fw_seen_hint(const struct fw_seen_bucket *bucket)
{
	uint32_t hint = 0;

	FW_LOOP
	for (uint32_t i = 0; i < FW_SEEN_SLOTS; i++)
		hint |= fw_seen_bits((uint32_t)(bucket->slot[i] >> 32));
	return hint;
}

/* Noted at most hold_ns ago; or just now by a CPU whose clock was ahead of ours (fw_tick of shield_plain.h). */
FW_INLINE bool fw_seen_holds(const struct fw_seen_bucket *bucket, uint32_t tag, uint64_t now_ns, uint64_t hold_ns)
{
	FW_UNROLL
	for (uint32_t i = 0; i < FW_SEEN_SLOTS; i++) {
		uint64_t slot = bucket->slot[i];

		if ((uint32_t)(slot >> FW_LIMIT(32)) == tag)
			return fw_seen_time(now_ns) + 1 - (uint32_t)slot <= FW_LIMIT(fw_seen_time(hold_ns)) + 1;
	}
	return false;
}

FW_INLINE void fw_seen_note(struct fw_seen_bucket *bucket, uint32_t tag, uint64_t now_ns)
{
	uint32_t now = fw_seen_time(now_ns), place = 0, oldest = 0;

	FW_LOOP
	for (uint32_t i = 0; i < FW_SEEN_SLOTS; i++) {
		uint64_t slot = bucket->slot[i];
		uint32_t age = now - (uint32_t)slot;

		if (!slot)
			age = UINT32_MAX - 1;
		if ((uint32_t)(slot >> 32) == tag)
			age = UINT32_MAX;
		if (age > oldest) {
			oldest = age;
			place = i;
		}
	}
	bucket->slot[place & (FW_SEEN_SLOTS - 1)] = (uint64_t)tag << 32 | now;
}

/* The two ends of something that this host asked over UDP; id of DNS only, else 0. */
struct fw_asked_key {
	uint8_t remote[16], local[16];
	uint16_t remote_port, local_port, id, zero;
};
_Static_assert(sizeof(struct fw_asked_key) == 40, "hashed as it lies");

FW_INLINE uint64_t fw_asked_hash(const struct fw_shield_config *config, const struct fw_asked_key *key)
{
	return fw_siphash13((const uint8_t *)config->address_key, key, sizeof(*key));
}

/* What is DNS by its ports has an id, and then it is part of the key, so that guessing the port does not do; else 0. */
FW_INLINE uint16_t fw_asked_id(struct fw_shield_case *c, struct fw_cursor frame, uint16_t remote_port, uint16_t local_port)
{
	struct fw_cursor message = fw_clip(frame, c->packet->payload_off, c->packet->payload_len);
	const uint8_t *p = fw_peek(&message, FW_LIMIT(2u));

	return p && (remote_port == FW_LIMIT(FW_PORT_DNS) || local_port == c->config->dns_port) ? fw_be16(p) : 0;
}
