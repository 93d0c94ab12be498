/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The names that a DNS server serves, as a table which a question can be held against while it is still on the card.
 *
 * An exact keyed table, not a filter of probabilities: an owner name is the 64 bits of its hash in two lanes (wire/dns.h). Two
 * names of a million meet with a chance of 2^-25 while the table is built, which is seen and answered by new keys; a name that
 * is not served is taken for one that is with 2^-44 or less, and what that costs is one query that reaches the server.
 *
 * What is in it: every owner name of every zone, every empty non-terminal, and every ancestor of every apex up to the root. So
 * the set is closed upwards: where a name is missing, all below it are missing too, and the closest encloser (RFC 4592 section
 * 3.3.1) is found by halving the number of labels, in at most 9 looks where walking takes 127. The first look is at the whole
 * name, which is where almost every honest question ends; the second at the name without its first label, which is where a
 * random label under a zone ends.
 *
 *	bucket   64 bytes, one cache line: four slots of 16
 *	place    each name has two buckets, by one lane of its hash each (cuckoo, Pagh and Rodler 2001)
 *	hint     in those of its first bucket each name has its own (wire/hint.h), so that for nearly all names that are not there no
 *	         bucket is read
 *
 * What is not in it: names below a delegation (glue), and owners that have nothing but NSEC3 or RRSIG (RFC 5155 section 7.2.8).
 */
#pragma once

#include "wire/dns.h"
#include "wire/hint.h"

#define FW_NAMES_SLOTS 4u
#define FW_NAMES_LOOKS_MAX 9u /* the whole name, the name without its first label, and halving what is left of 127 */

/* What a name is, beside being there. */
enum fw_name_flag {
	FW_NAME_APEX = 1, /* the top of a zone of ours; wins over a delegation from its parent */
	FW_NAME_ABOVE = 2, /* only an ancestor of an apex: in no zone of ours */
	FW_NAME_DELEGATION = 4, /* NS below an apex: what lies below it belongs to others */
	FW_NAME_DNAME = 8, /* what lies below it is rewritten (RFC 6672) */
	FW_NAME_WILDCARD = 16, /* has a child "*" (RFC 4592) */
};

struct fw_name_slot {
	uint64_t hash; /* of the name: fw_dns_suffix(); 0 where the slot is empty */
	uint32_t zone; /* its place in the table of zones; 0 where no zone of ours */
	uint32_t flags; /* enum fw_name_flag */
};
_Static_assert(sizeof(struct fw_name_slot) == 16, "no holes");

/* One line of the table: a bucket, or hints (wire/hint.h). */
struct fw_names_bucket {
	union {
		struct fw_name_slot slot[FW_NAMES_SLOTS];
		uint32_t hint[FW_HINTS];
	};
};
_Static_assert(sizeof(struct fw_names_bucket) == 64, "a cache line");

/* What a question is to us. */
enum fw_name_class {
	FW_CLASS_EXISTS, /* a name, or an empty non-terminal */
	FW_CLASS_POSSIBLE, /* under a wildcard or a DNAME; at or below a delegation */
	FW_CLASS_UNKNOWN, /* in a zone of ours, and not there */
	FW_CLASS_FOREIGN, /* in no zone of ours; not a question of class IN; no question at all */
	FW_CLASS_COUNT
};

/* The two buckets of a name; mask is the number of buckets, a power of two, less one. */
FW_INLINE uint32_t fw_names_first(uint64_t hash, uint32_t mask)
{
	return (uint32_t)hash & mask;
}

FW_INLINE uint32_t fw_names_second(uint64_t hash, uint32_t mask)
{
	return (uint32_t)(hash >> FW_LIMIT(32)) & mask;
}

/* What a name sets in the hints of its first bucket: by bits of its hash that give no place, unless the table is huge. */
FW_INLINE uint32_t fw_names_hint(uint64_t hash)
{
	return fw_hint_bits((uint32_t)(hash >> FW_LIMIT(49)));
}

/* 0 where they are the same, else 1; no branch, for nobody could foretell it. */
FW_INLINE uint32_t fw_names_differ(uint64_t a, uint64_t b)
{
	uint64_t x = a ^ b;

	x |= 0 - x;
	FW_PIN(x);
	return (uint32_t)(x >> 63);
}

/* Which slot of the bucket has it; FW_NAMES_SLOTS: none. */
FW_INLINE uint32_t fw_names_slot(const struct fw_names_bucket *bucket, uint64_t hash)
{
	uint32_t differ = 1, slot = 0;

	FW_UNROLL
	for (uint32_t i = 0; i < FW_NAMES_SLOTS; i++) {
		differ &= fw_names_differ(bucket->slot[i].hash, hash);
		slot += differ;
	}
	return slot;
}

/*
 * The search for the closest encloser. The caller looks up the name without its first walk.at labels and says whether it was there:
 *
 *	fw_names_begin(&walk, labels);
 *	do slot = look up fw_dns_suffix(..., walk.at); while (fw_names_next(&walk, slot != NULL));
 *
 * At the end walk.found is the index of the longest suffix that is there, or above labels where not even the root is.
 */
struct fw_names_walk {
	uint32_t found; /* the longest that was there so far */
	uint32_t longest; /* nothing longer than this can be there */
	uint32_t at; /* the next to look up */
};

FW_INLINE void fw_names_begin(struct fw_names_walk *walk, uint32_t labels)
{
	walk->found = labels + 1;
	walk->longest = 0;
	walk->at = 0;
}

FW_INLINE bool fw_names_next(struct fw_names_walk *walk, bool there)
{
	if (there)
		walk->found = walk->at;
	else
		walk->longest = walk->at + 1;
	walk->at = walk->longest == 1 ? 1 : (walk->longest + walk->found) >> 1;
	return walk->longest < walk->found;
}

/* encloser: the slot of the longest suffix that is there, or NULL; whole: it is the name that was asked for itself. */
FW_INLINE enum fw_name_class fw_names_class(const struct fw_name_slot *encloser, bool whole)
{
	uint32_t flags = encloser ? encloser->flags : FW_NAME_ABOVE;

	if (flags & FW_NAME_APEX)
		flags &= ~(uint32_t)FW_NAME_DELEGATION;
	if (flags & FW_NAME_ABOVE)
		return FW_CLASS_FOREIGN;
	if (flags & FW_NAME_DELEGATION)
		return FW_CLASS_POSSIBLE;
	if (whole)
		return FW_CLASS_EXISTS;
	return flags & (FW_NAME_DNAME | FW_NAME_WILDCARD) ? FW_CLASS_POSSIBLE : FW_CLASS_UNKNOWN;
}

#ifndef __bpf__

/* User space: the hints that a name has its own in. */
static inline uint32_t *fw_names_hints(struct fw_names_bucket *lines, uint32_t mask, uint64_t hash)
{
	uint32_t first = fw_names_first(hash, mask);

	return &lines[fw_hint_line(first, mask)].hint[fw_hint_place(first)];
}

/* User space: where a name is, or NULL. mask: buckets less one. */
static inline struct fw_name_slot *fw_names_find(struct fw_names_bucket *lines, uint32_t mask, uint64_t hash)
{
	struct fw_names_bucket *bucket = &lines[fw_names_first(hash, mask)];
	uint32_t hint = fw_names_hint(hash), slot;

	if ((*fw_names_hints(lines, mask, hash) & hint) != hint)
		return NULL;
	slot = fw_names_slot(bucket, hash);
	if (slot == FW_NAMES_SLOTS) {
		bucket = &lines[fw_names_second(hash, mask)];
		slot = fw_names_slot(bucket, hash);
	}
	return slot < FW_NAMES_SLOTS ? &bucket->slot[slot] : NULL;
}

/* User space: a name goes into a bucket of its own that has room; false where neither has. */
static inline bool fw_names_put(struct fw_names_bucket *lines, uint32_t mask, const struct fw_name_slot *what)
{
	struct fw_names_bucket *bucket = &lines[fw_names_first(what->hash, mask)];
	uint32_t slot = fw_names_slot(bucket, 0);

	if (slot == FW_NAMES_SLOTS) {
		bucket = &lines[fw_names_second(what->hash, mask)];
		slot = fw_names_slot(bucket, 0);
	}
	if (slot == FW_NAMES_SLOTS)
		return false;
	bucket->slot[slot] = *what;
	*fw_names_hints(lines, mask, what->hash) |= fw_names_hint(what->hash);
	return true;
}

#endif
