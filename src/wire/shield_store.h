/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Where the judge's values come from: the one place where the two worlds differ. The kernel has maps, everybody else has tables
 * of the same layout; both give a pointer to one entry, or NULL where the table has no such place.
 *
 * In BPF these are declarations: shield.bpf.c, which knows the maps, defines them.
 */
#pragma once

#include "wire/shield_state.h"

#ifdef __bpf__

struct fw_store; /* the program's context; the maps are known by name */

#define FW_STORE __attribute__((visibility("hidden"), always_inline))

/* The frame from its first byte: asked again at each stage, so that the verifier forgets which way led there. */
FW_STORE void fw_store_frame_in(struct fw_store *store, struct fw_cursor *out_frame);
FW_STORE void fw_store_frame_out(struct fw_store *store, struct fw_cursor *out_frame);
FW_STORE uint64_t fw_store_now(struct fw_store *store);
FW_STORE const struct fw_names_bucket *fw_store_names(struct fw_store *store, uint32_t half, uint32_t place);
FW_STORE struct fw_zone *fw_store_zone(struct fw_store *store, uint32_t place);
FW_STORE struct fw_zone_count *fw_store_zone_count(struct fw_store *store, uint32_t place);
FW_STORE uint64_t *fw_store_cell(struct fw_store *store, uint32_t place);
FW_STORE struct fw_shield_words *fw_store_words(struct fw_store *store);
FW_STORE struct fw_seen_bucket *fw_store_proven(struct fw_store *store, uint32_t place);
FW_STORE struct fw_seen_bucket *fw_store_asked(struct fw_store *store, uint32_t place);
FW_STORE const struct fw_digest_bucket *fw_store_blocked(struct fw_store *store, uint32_t place);
FW_STORE const struct fw_protected_bucket *fw_store_protected(struct fw_store *store, uint32_t place);
FW_STORE enum fw_prefix_says fw_store_prefix(struct fw_store *store, const struct fw_packet *packet);
/* Room for one sample, or NULL; what was given is given back by fw_store_submit(). */
FW_STORE struct fw_shield_sample *fw_store_sample(struct fw_store *store);
FW_STORE void fw_store_submit(struct fw_store *store, struct fw_shield_sample *sample);

#else

struct fw_prefix_entry {
	struct fw_prefix_key key;
	uint32_t says; /* enum fw_prefix_says */
};

/* Tables, borrowed from whoever made them (twin/). Counts are of entries. */
struct fw_store {
	struct fw_cursor frame;
	uint64_t now_ns;
	const struct fw_names_bucket *names[2];
	struct fw_zone *zones;
	struct fw_zone_count *zone_counts;
	uint64_t *cells;
	struct fw_shield_words *words;
	struct fw_seen_bucket *proven, *asked;
	const struct fw_digest_bucket *blocked;
	const struct fw_protected_bucket *protected;
	const struct fw_prefix_entry *prefixes;
	struct fw_shield_sample *sample; /* the last one, if sampled; NULL: no room */
	uint32_t names_count, zones_count, cells_count, proven_count, asked_count, blocked_count, prefixes_count;
	uint32_t sampled; /* how often *sample was filled */
};

static inline void fw_store_frame_in(struct fw_store *store, struct fw_cursor *out_frame)
{
	*out_frame = store->frame;
}

static inline void fw_store_frame_out(struct fw_store *store, struct fw_cursor *out_frame)
{
	*out_frame = store->frame;
}

static inline uint64_t fw_store_now(struct fw_store *store)
{
	return store->now_ns;
}

static inline const struct fw_names_bucket *fw_store_names(struct fw_store *store, uint32_t half, uint32_t place)
{
	return place < store->names_count ? &store->names[half & 1][place] : NULL;
}

static inline struct fw_zone *fw_store_zone(struct fw_store *store, uint32_t place)
{
	return place < store->zones_count ? &store->zones[place] : NULL;
}

static inline struct fw_zone_count *fw_store_zone_count(struct fw_store *store, uint32_t place)
{
	return place < store->zones_count ? &store->zone_counts[place] : NULL;
}

static inline uint64_t *fw_store_cell(struct fw_store *store, uint32_t place)
{
	return place < store->cells_count ? &store->cells[place] : NULL;
}

static inline struct fw_shield_words *fw_store_words(struct fw_store *store)
{
	return store->words;
}

static inline struct fw_seen_bucket *fw_store_proven(struct fw_store *store, uint32_t place)
{
	return place < store->proven_count ? &store->proven[place] : NULL;
}

static inline struct fw_seen_bucket *fw_store_asked(struct fw_store *store, uint32_t place)
{
	return place < store->asked_count ? &store->asked[place] : NULL;
}

static inline const struct fw_digest_bucket *fw_store_blocked(struct fw_store *store, uint32_t place)
{
	return place < store->blocked_count ? &store->blocked[place] : NULL;
}

static inline const struct fw_protected_bucket *fw_store_protected(struct fw_store *store, uint32_t place)
{
	return place < FW_PROTECTED_BUCKETS ? &store->protected[place] : NULL;
}

static inline bool fw_prefix_covers(const struct fw_prefix_key *key, const uint8_t address[16])
{
	for (uint32_t i = 0; i < key->bits; i++)
		if ((key->address[i / 8] ^ address[i / 8]) & (0x80 >> i % 8))
			return false;
	return true;
}

/* The longest wins, as in a trie; a list will do for the few that an operator writes. */
static inline enum fw_prefix_says fw_store_prefix(struct fw_store *store, const struct fw_packet *packet)
{
	const struct fw_prefix_entry *longest = NULL;

	for (uint32_t i = 0; i < store->prefixes_count; i++) {
		const struct fw_prefix_entry *e = &store->prefixes[i];

		if ((!longest || e->key.bits > longest->key.bits) && fw_prefix_covers(&e->key, packet->src))
			longest = e;
	}
	return longest ? (enum fw_prefix_says)longest->says : (enum fw_prefix_says)0;
}

static inline struct fw_shield_sample *fw_store_sample(struct fw_store *store)
{
	return store->sample;
}

static inline void fw_store_submit(struct fw_store *store, struct fw_shield_sample *sample)
{
	store->sampled += sample != NULL;
}

#endif

/* Of what arrives ... */
FW_INLINE struct fw_cursor fw_store_frame(struct fw_store *store)
{
	struct fw_cursor frame;

	fw_store_frame_in(store, &frame);
	return frame;
}

/* ... and of what leaves. */
FW_INLINE struct fw_cursor fw_store_leaving(struct fw_store *store)
{
	struct fw_cursor frame;

	fw_store_frame_out(store, &frame);
	return frame;
}
