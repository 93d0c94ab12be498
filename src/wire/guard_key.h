/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Where the guard's tables keep what: keyed hashes of MACs, of (set, address) and of flows, and the buckets they lead to. Whoever
 * fills a table in user space (the daemon's maps, the twin's tables) does it with the functions at the end.
 *
 * All are multilinear hashes over 32-bit words, two lanes, the upper half of each (Dietzfelbinger 1996): two inputs meet in one lane with
 * 2^-32, in both with 2^-64, for whoever does not know the key.
 */
#pragma once

#include "wire/dns.h"
#include "wire/guard_state.h"

/* An address as two numbers. */
struct fw_guard_address {
	uint64_t high, low;
};

FW_INLINE struct fw_guard_address fw_guard_address_of(const uint8_t address[16])
{
	uint64_t words[2];

	fw_move(words, address, sizeof(words));
	return (struct fw_guard_address){.high = __builtin_bswap64(words[0]), .low = __builtin_bswap64(words[1])};
}

FW_INLINE uint64_t fw_guard_lane(const uint64_t *key, const struct fw_guard_address *of, uint64_t w4, uint64_t w5)
{
	return key[0] + key[1] * (of->high >> 32) + key[2] * (uint32_t)of->high + key[3] * (of->low >> 32) + key[4] * (uint32_t)of->low +
		key[5] * w4 + key[6] * w5;
}

/* Of an address and two numbers below 2^32. */
FW_INLINE uint64_t fw_guard_hash(const uint64_t key[16], const struct fw_guard_address *of, uint32_t w4, uint32_t w5)
{
	return fw_guard_lane(key, of, w4, w5) >> 32 | (fw_guard_lane(key + 7, of, w4, w5) & 0xffffffff00000000ull);
}

/* ---- places ---- */

FW_INLINE uint64_t fw_guard_mac(const uint8_t mac[6])
{
	uint32_t high;
	uint16_t low;

	fw_move(&high, mac, 4);
	fw_move(&low, mac + 4, 2);
	return (uint64_t)__builtin_bswap32(high) << 16 | __builtin_bswap16(low);
}

/* Its two buckets are by one half each; the lowest bits of the key's third lane pick a stranger's place. */
FW_INLINE uint64_t fw_guard_mac_hash(const uint64_t key[16], uint64_t mac)
{
	uint64_t high = mac >> 32, low = (uint32_t)mac;

	return (key[0] + key[1] * high + key[2] * low) >> 32 | ((key[3] + key[4] * high + key[5] * low) & 0xffffffff00000000ull);
}

FW_INLINE uint32_t fw_guard_first(uint64_t hash, uint32_t mask)
{
	return (uint32_t)hash & mask;
}

FW_INLINE uint32_t fw_guard_second(uint64_t hash, uint32_t mask)
{
	return (uint32_t)(hash >> 32) & mask;
}

FW_INLINE uint32_t fw_guard_stranger(uint64_t hash)
{
	return (uint32_t)(hash >> FW_LIMIT(60));
}
_Static_assert(FW_STRANGERS == 16, "the upper four bits of a hash");

/* 0 where it is not in this bucket: no place of a device is. */
FW_INLINE uint32_t fw_guard_place_in(const struct fw_place_bucket *bucket, uint64_t mac)
{
	FW_UNROLL
	for (uint32_t i = 0; i < FW_PLACE_SLOTS; i++)
		if (bucket->slot[i] >> 16 == mac && (bucket->slot[i] & 0xffff))
			return (uint32_t)bucket->slot[i] & 0xffff;
	return 0;
}

/* ---- members of sets ---- */

/* Time as the tables hold it: in 2^28 ns, a quarter of a second. */
FW_INLINE uint64_t fw_guard_tick(uint64_t ns)
{
	return ns >> FW_LIMIT(28);
}

#define FW_MEMBER_FOR_GOOD 0xffffffffu

FW_INLINE uint64_t fw_guard_member_hash(const uint64_t key[16], uint32_t set, const struct fw_guard_address *of)
{
	return fw_guard_hash(key, of, set, FW_LIMIT(0u));
}

/* Never 0, which is an empty slot. */
FW_INLINE uint32_t fw_guard_member_tag(uint64_t hash)
{
	return (uint32_t)(hash >> 32) | 1;
}

/* Its second bucket: the first hash's halves the other way round. */
FW_INLINE uint32_t fw_guard_member_second(uint64_t hash, uint32_t mask)
{
	return ((uint32_t)hash << 16 | ((uint32_t)hash >> 16)) & mask;
}

FW_INLINE bool fw_guard_member_in(const struct fw_member_bucket *bucket, uint32_t tag, uint64_t now_tick)
{
	FW_UNROLL
	for (uint32_t i = 0; i < FW_MEMBER_SLOTS; i++)
		if (bucket->slot[i] >> 32 == tag && (uint32_t)bucket->slot[i] >= FW_LIMIT((uint32_t)now_tick))
			return true;
	return false;
}

/* Kept longer, if it is there. */
FW_INLINE bool fw_guard_member_extend(struct fw_member_bucket *bucket, uint32_t tag, uint32_t end_tick)
{
	FW_LOOP
	for (uint32_t i = 0; i < FW_MEMBER_SLOTS; i++) {
		uint64_t old = *(volatile uint64_t *)&bucket->slot[i];

		if (old >> 32 != tag)
			continue;
		if ((uint32_t)old < end_tick)
			__sync_val_compare_and_swap(&bucket->slot[i], old, (uint64_t)tag << 32 | end_tick);
		return true;
	}
	return false;
}

/* In the room of nobody, or of one whose time is over. */
FW_INLINE bool fw_guard_member_claim(struct fw_member_bucket *bucket, uint32_t tag, uint32_t end_tick, uint64_t now_tick)
{
	FW_LOOP
	for (uint32_t i = 0; i < FW_MEMBER_SLOTS; i++) {
		uint64_t old = *(volatile uint64_t *)&bucket->slot[i];

		if (old && (uint32_t)old >= FW_LIMIT((uint32_t)now_tick))
			continue;
		if (__sync_val_compare_and_swap(&bucket->slot[i], old, (uint64_t)tag << 32 | end_tick) == old)
			return true;
	}
	return false;
}

/* Nobody's any more. */
FW_INLINE bool fw_guard_member_leave(struct fw_member_bucket *bucket, uint32_t tag)
{
	bool found = false;

	FW_LOOP
	for (uint32_t i = 0; i < FW_MEMBER_SLOTS; i++) {
		uint64_t old = *(volatile uint64_t *)&bucket->slot[i];

		if (old >> 32 == tag)
			found |= __sync_val_compare_and_swap(&bucket->slot[i], old, 0) == old;
	}
	return found;
}

/* ---- what was bound to a name last ---- */

/* From other bits than those that lead to the name's bucket. */
FW_INLINE uint32_t fw_guard_bound_row(uint64_t digest, uint32_t mask)
{
	return (uint32_t)(digest >> 20) & mask;
}

/*
 * One that was told again: in the older half of the row it changes places with the next to leave, so that it stays until FW_BOUND_KEPT / 2
 * others were told at least. In the younger half it stays where it is: else one that is told all the time would make all others leave. False
 * where it is not down.
 */
FW_INLINE bool fw_guard_bound_renew(struct fw_bound_row *row, uint64_t hash)
{
	uint32_t next = (uint32_t) * (volatile uint64_t *)&row->next;

	FW_LOOP
	for (uint32_t i = 0; i < FW_BOUND_KEPT; i++) {
		uint64_t old;
		uint32_t at;

		if (*(volatile uint64_t *)&row->kept[i] != hash)
			continue;
		if (((next - 1 - i) & (FW_BOUND_KEPT - 1)) < FW_LIMIT(FW_BOUND_KEPT / 2))
			return true;
		at = (uint32_t)__sync_fetch_and_add(&row->next, 1) & (FW_BOUND_KEPT - 1);
		old = *(volatile uint64_t *)&row->kept[at];
		if (__sync_val_compare_and_swap(&row->kept[i], hash, old) == hash)
			*(volatile uint64_t *)&row->kept[at] = hash;
		return true;
	}
	return false;
}

/* Writes a member down that joins; returns the hash of the one that has to leave for it, or 0. */
FW_INLINE uint64_t fw_guard_bound_put(struct fw_bound_row *row, uint64_t hash)
{
	uint64_t gone;
	uint32_t at;

	if (fw_guard_bound_renew(row, hash))
		return 0;
	at = (uint32_t)__sync_fetch_and_add(&row->next, 1) & (FW_BOUND_KEPT - 1);
	gone = *(volatile uint64_t *)&row->kept[at];
	*(volatile uint64_t *)&row->kept[at] = hash;
	return gone;
}
_Static_assert((FW_BOUND_KEPT & (FW_BOUND_KEPT - 1)) == 0, "a mask");

/* ---- names ---- */

/* What guard_names holds of a name that was walked; two buckets, as for MACs. */
FW_INLINE uint64_t fw_guard_digest(const struct fw_guard_config *config, const struct fw_dns_question *question)
{
	uint64_t digest = fw_dns_suffix(question, &config->name_key, 0);

	return digest ? digest : 1;
}

/* 0 where it is not in this bucket: no set is. */
FW_INLINE uint32_t fw_guard_name_in(const struct fw_name_bucket *bucket, uint64_t digest)
{
	FW_UNROLL
	for (uint32_t i = 0; i < FW_NAME_SLOTS; i++)
		if (bucket->digest[i] == digest)
			return bucket->set[i];
	return 0;
}

#ifndef __bpf__

/* ---- filling, in user space; false where there is no room ---- */

/* In a shared map the kernel reads beside us: each slot is written whole. */
static inline bool fw_guard_place_add(
	struct fw_place_bucket *buckets, const struct fw_guard_config *config, const uint8_t mac[6], uint16_t place)
{
	uint64_t number = fw_guard_mac(mac), hash = fw_guard_mac_hash(config->key, number);
	struct fw_place_bucket *two[2] = {
		&buckets[fw_guard_first(hash, config->places_mask)], &buckets[fw_guard_second(hash, config->places_mask)]};
	uint64_t *empty = NULL;

	for (uint32_t i = 0; i < 2 * FW_PLACE_SLOTS; i++) {
		uint64_t *slot = &two[i & 1]->slot[i / 2];

		if (*slot && *slot >> 16 == number) {
			__atomic_store_n(slot, number << 16 | place, __ATOMIC_RELEASE);
			return true;
		}
		empty = *slot || empty ? empty : slot;
	}
	if (empty)
		__atomic_store_n(empty, number << 16 | place, __ATOMIC_RELEASE);
	return empty != NULL;
}

static inline bool fw_guard_place_remove(struct fw_place_bucket *buckets, const struct fw_guard_config *config, const uint8_t mac[6])
{
	uint64_t number = fw_guard_mac(mac), hash = fw_guard_mac_hash(config->key, number);
	struct fw_place_bucket *two[2] = {
		&buckets[fw_guard_first(hash, config->places_mask)], &buckets[fw_guard_second(hash, config->places_mask)]};
	bool found = false;

	for (uint32_t i = 0; i < 2 * FW_PLACE_SLOTS; i++) {
		uint64_t *slot = &two[i & 1]->slot[i / 2];

		if (!*slot || *slot >> 16 != number)
			continue;
		__atomic_store_n(slot, 0, __ATOMIC_RELEASE);
		found = true;
	}
	return found;
}

/* Of a name in wire form, whatever its letters' case; 0 where it is none. */
static inline uint64_t fw_guard_name_digest(const struct fw_guard_config *config, const uint8_t *name, uint32_t len)
{
	static _Thread_local struct fw_dns_question question;

	if (!fw_dns_name_read(name, len, &config->name_key, &question) || question.name_len != len)
		return 0;
	return fw_guard_digest(config, &question);
}

/* An address that joins a set. */
struct fw_guard_member {
	uint8_t address[16];
	uint32_t set;
	uint64_t now_ns, end_ns; /* UINT64_MAX: for good */
};

static inline uint32_t fw_guard_member_room(const struct fw_member_bucket *bucket, uint64_t now_tick)
{
	uint32_t room = 0;

	for (uint32_t i = 0; i < FW_MEMBER_SLOTS; i++)
		room += !bucket->slot[i] || (uint32_t)bucket->slot[i] < (uint32_t)now_tick;
	return room;
}

static inline bool fw_guard_member_add(
	struct fw_member_bucket *buckets, const struct fw_guard_config *config, const struct fw_guard_member *member)
{
	struct fw_guard_address of = fw_guard_address_of(member->address);
	uint64_t hash = fw_guard_member_hash(config->key, member->set, &of), now = fw_guard_tick(member->now_ns),
		 end = fw_guard_tick(member->end_ns);
	uint32_t tag = fw_guard_member_tag(hash), end_tick = end < FW_MEMBER_FOR_GOOD ? (uint32_t)end : FW_MEMBER_FOR_GOOD;
	struct fw_member_bucket *first = &buckets[fw_guard_first(hash, config->members_mask)];
	struct fw_member_bucket *second = &buckets[fw_guard_member_second(hash, config->members_mask)];

	if (fw_guard_member_extend(first, tag, end_tick) || fw_guard_member_extend(second, tag, end_tick))
		return true;
	/* into the emptier one: so one that is full is rare up to half of all slots (Azar et al. 1999) */
	if (fw_guard_member_room(second, now) > fw_guard_member_room(first, now)) {
		struct fw_member_bucket *fuller = first;

		first = second;
		second = fuller;
	}
	return fw_guard_member_claim(first, tag, end_tick, now) || fw_guard_member_claim(second, tag, end_tick, now);
}

static inline bool fw_guard_member_remove(
	struct fw_member_bucket *buckets, const struct fw_guard_config *config, uint32_t set, const uint8_t address[16])
{
	struct fw_guard_address of = fw_guard_address_of(address);
	uint64_t hash = fw_guard_member_hash(config->key, set, &of);
	struct fw_member_bucket *two[2] = {
		&buckets[fw_guard_first(hash, config->members_mask)], &buckets[fw_guard_member_second(hash, config->members_mask)]};
	bool found = false;

	for (uint32_t i = 0; i < 2 * FW_MEMBER_SLOTS; i++) {
		uint64_t *slot = &two[i & 1]->slot[i / 2];

		if (*slot >> 32 != fw_guard_member_tag(hash))
			continue;
		__atomic_store_n(slot, 0, __ATOMIC_RELEASE);
		found = true;
	}
	return found;
}

/* The same for an address of a name: where it is one too many, one that was told long ago leaves. */
static inline bool fw_guard_name_bind(struct fw_member_bucket *buckets, struct fw_bound_row *rows, const struct fw_guard_config *config,
	const struct fw_guard_member *member, uint64_t digest)
{
	struct fw_guard_address of = fw_guard_address_of(member->address);
	uint64_t hash = fw_guard_member_hash(config->key, member->set, &of), gone = 0;
	struct fw_bound_row *row = &rows[fw_guard_bound_row(digest, config->bound_mask)];
	uint64_t now = fw_guard_tick(member->now_ns);
	uint32_t tag = fw_guard_member_tag(hash);
	bool there = fw_guard_member_in(&buckets[fw_guard_first(hash, config->members_mask)], tag, now) ||
		fw_guard_member_in(&buckets[fw_guard_member_second(hash, config->members_mask)], tag, now);

	if (there)
		fw_guard_bound_renew(row, hash);
	else
		gone = fw_guard_bound_put(row, hash);
	if (gone) {
		fw_guard_member_leave(&buckets[fw_guard_first(gone, config->members_mask)], fw_guard_member_tag(gone));
		fw_guard_member_leave(&buckets[fw_guard_member_second(gone, config->members_mask)], fw_guard_member_tag(gone));
	}
	return fw_guard_member_add(buckets, config, member);
}

/* The set that follows a name; 0 takes the name out. */
static inline bool fw_guard_name_set(struct fw_name_bucket *buckets, const struct fw_guard_config *config, uint64_t digest, uint32_t set)
{
	struct fw_name_bucket *two[2] = {
		&buckets[fw_guard_first(digest, config->names_mask)], &buckets[fw_guard_second(digest, config->names_mask)]};
	int32_t empty = -1, at = -1;

	for (int32_t i = 0; i < (int32_t)(2 * FW_NAME_SLOTS) && at < 0; i++) {
		uint64_t there = two[i & 1]->digest[i / 2];

		at = there == digest ? i : -1;
		empty = there || empty >= 0 ? empty : i;
	}
	if (!digest || (at < 0 && !set))
		return false;
	at = at < 0 ? empty : at;
	if (at < 0)
		return false;
	__atomic_store_n(&two[at & 1]->set[at / 2], set, __ATOMIC_RELEASE);
	__atomic_store_n(&two[at & 1]->digest[at / 2], set ? digest : 0, __ATOMIC_RELEASE);
	return true;
}

#endif
