/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the shield remembers: the layout of each of its maps, the same for the program in the kernel, for the daemon that fills
 * and reads them, and for the twin. Fixed memory, sized at start; nothing that an outsider sends makes any of it grow.
 *
 *	map                kind            of
 *	shield_switch      ARRAY 1, mmap   struct fw_shield_switch: which of two configurations holds
 *	shield_config      ARRAY 2, mmap   struct fw_shield_config
 *	shield_names_a, _b ARRAY, mmap     struct fw_names_bucket: two halves of the table of names; 2^n buckets and their hints
 *	shield_zones       ARRAY, mmap     struct fw_zone: place 0 stands for "no zone of ours"
 *	shield_zone_counts PERCPU_ARRAY    struct fw_zone_count, the same places
 *	shield_counts      PERCPU_ARRAY 1  struct fw_shield_counts
 *	shield_cells       ARRAY 2^n, mmap uint64_t: rate buckets (wire/bucket.h) of prefixes and proven addresses
 *	shield_words       ARRAY 1, mmap   struct fw_shield_words: rate buckets that stand alone, by enum fw_shield_word
 *	shield_proven      ARRAY, mmap     struct fw_seen_bucket: addresses that completed a TCP handshake; 2^n buckets and their hints
 *	shield_asked       ARRAY, mmap     struct fw_seen_bucket: questions that this host asked itself; the same
 *	shield_blocked     ARRAY 2^n, mmap struct fw_digest_bucket: single addresses that are blocked
 *	shield_prefixes    LPM_TRIE        struct fw_prefix_key to uint32_t enum fw_prefix_says: trusted and blocked prefixes
 *	shield_protected   ARRAY 16, mmap  struct fw_protected_bucket
 *	shield_samples     RINGBUF         struct fw_shield_sample
 */
#pragma once

#include "wire/bucket.h"
#include "wire/event.h"
#include "wire/names.h"

/* One more for each change of a struct or map in this file: pins of another layout are refused. */
#define FW_SHIELD_LAYOUT 5u

/* Each is off, observes (counts what it would do) or enforces. In the order in which they are asked. */
enum fw_shield_filter {
	FW_FILTER_BLOCK, /* sources that a person blocked */
	FW_FILTER_SANITY, /* lengths, flags, counts, the walk of the name */
	FW_FILTER_ANSWERS, /* answers that nobody here asked for */
	FW_FILTER_FRAGMENTS, /* fragments to a protected address */
	FW_FILTER_ONLY_DNS, /* other ports and protocols of a host that serves DNS alone, in defend */
	FW_FILTER_NAMES, /* unknown and possible names, by zone and by prefix */
	FW_FILTER_BUDGETS, /* all questions, by prefix and by proven address */
	FW_FILTER_COUNT
};

enum fw_filter_mode { FW_MODE_OFF, FW_MODE_OBSERVE, FW_MODE_ENFORCE };

enum fw_stance { FW_STANCE_CALM, FW_STANCE_WATCH, FW_STANCE_DEFEND, FW_STANCE_COUNT };

/* Whose question: the prefix is the operator's, the address has completed a handshake, or nothing is known. */
enum fw_lane { FW_LANE_TRUSTED, FW_LANE_PROVEN, FW_LANE_UNPROVEN, FW_LANE_COUNT };

/* What came of it. */
enum fw_outcome {
	FW_OUTCOME_PASSED,
	FW_OUTCOME_DROPPED,
	FW_OUTCOME_TRUNCATED, /* answered with TC=1 from here */
	FW_OUTCOME_WOULD, /* a filter that observes would have dropped or truncated it; counted beside what then happened */
	FW_OUTCOME_COUNT
};

/* Prefix lengths that have a budget each, narrow to wide (Knot's module rrl has the same). */
#define FW_LEVELS_4 4u /* /32 /24 /20 /18 */
#define FW_LEVELS_6 5u /* /128 /64 /56 /48 /32 */
#define FW_LEVELS_MAX 5u

/*
 * Budgets of what one prefix may ask: narrow to wide. Each prefix draws from two cells at half of this, where each question costs
 * 2: a burst below 2 lets nothing through.
 */
struct fw_level_rules {
	struct fw_bucket_rule four[FW_LEVELS_4], six[FW_LEVELS_6];
	uint64_t zero; /* padding, always zero */
};
_Static_assert(sizeof(struct fw_level_rules) == 152, "no holes");

/* Rate buckets that stand alone: places of shield_words. */
enum fw_shield_word {
	FW_WORD_OVERLOAD, /* all questions: empty means more than the server can bear, and defend until it fills again */
	FW_WORD_SHARE, /* what all unproven sources together may ask in defend */
	FW_WORD_TRUNCATED, /* TC=1 in all */
	FW_WORD_ICMP, /* ICMP to a host that serves DNS alone, in defend */
	FW_WORD_SAMPLE, /* frames sent up */
	FW_WORD_FOREIGN, /* questions of class FW_CLASS_FOREIGN, in defend */
	FW_WORD_COUNT
};

struct fw_shield_words {
	uint64_t word[FW_WORD_COUNT];
};

struct fw_shield_switch {
	uint32_t config; /* counts; the lowest bit says which configuration holds */
	uint32_t layout; /* FW_SHIELD_LAYOUT */
};
_Static_assert(sizeof(struct fw_shield_switch) == 8, "no holes");

#define FW_SHIELD_KEY_WORDS 12u

struct fw_shield_config {
	struct fw_dns_key dns_key;
	uint64_t address_key[FW_SHIELD_KEY_WORDS]; /* of fw_shield_hash(); random per start */
	struct fw_bucket_rule words[FW_WORD_COUNT];
	struct fw_level_rules total; /* of all questions of a prefix */
	struct fw_level_rules unknown, possible; /* of questions of these classes */
	struct fw_level_rules truncated; /* TC=1 towards a prefix */
	struct fw_bucket_rule proven, proven_unknown; /* one proven address: all its questions, those of class unknown and foreign */
	uint64_t proven_ns, asked_ns; /* for how long an entry holds */
	uint32_t names_half, names_mask; /* which half; buckets less one */
	uint32_t cells_mask, proven_mask, asked_mask, blocked_mask; /* words or buckets less one */
	uint32_t protected_seed; /* of fw_protected_place(): chosen so that no bucket overflows */
	uint32_t generation; /* of the operator's configuration, for people */
	uint16_t dns_port; /* 53 */
	uint8_t stance; /* enum fw_stance, as the daemon measured it */
	uint8_t only_dns; /* the host serves DNS alone */
	uint8_t prefixes; /* whether shield_prefixes holds anything: asking a trie costs more than all the rest */
	uint8_t blocked; /* the same of shield_blocked */
	uint8_t mode[FW_FILTER_COUNT]; /* enum fw_filter_mode */
	uint8_t acting[FW_FILTER_COUNT]; /* which of NAMES and BUDGETS the stance calls for now; the others need not be called */
	uint32_t serial; /* another one for each configuration that holds: what was found out under the one before is forgotten */
};
_Static_assert(sizeof(struct fw_shield_config) == 1040 + 8 * FW_SHIELD_KEY_WORDS + 16 * FW_WORD_COUNT + 4 * 152 + 2 * 16 + 16 + 8 * 4 + 24,
	"no holes");

enum fw_zone_flag {
	FW_ZONE_USED = 1,
	FW_ZONE_ASIDE = 2, /* its names are not judged: not loaded, or the server answers names that we do not know */
	FW_ZONE_FRESH = 4, /* NOTIFY came, the new content is on its way: unknown is taken for possible */
};

struct fw_zone {
	uint64_t unknown, possible; /* words of rate buckets: what unproven sources may ask in defend */
	struct fw_bucket_rule unknown_rule, possible_rule;
	uint32_t flags; /* enum fw_zone_flag; FW_ZONE_ASIDE is also set by the program that sees answers leave */
	uint32_t contradicted; /* how often the server answered NOERROR to a name called unknown */
	uint64_t zero; /* padding, always zero */
};
_Static_assert(sizeof(struct fw_zone) == 64, "a cache line");

struct fw_zone_count {
	uint64_t seen[FW_CLASS_COUNT], passed[FW_CLASS_COUNT]; /* questions by class */
	uint64_t truncated, dropped, would; /* of them */
	uint64_t contradicted; /* answers */
};
_Static_assert(sizeof(struct fw_zone_count) == 96, "no holes");

struct fw_tally {
	uint64_t packets, bytes;
};

/* One per CPU. */
struct fw_shield_counts {
	struct fw_tally reason[FW_OUTCOME_COUNT][FW_REASON_COUNT];
	struct fw_tally lane[FW_LANE_COUNT][FW_OUTCOME_COUNT]; /* questions over UDP */
	uint64_t would_proven; /* questions of proven sources that a filter that observes would have stopped: collateral */
	uint64_t samples_lost; /* the ring was full */
	uint64_t contended; /* a word that other CPUs kept changing: taken for empty */
	uint64_t proofs; /* addresses that proved themselves, or did so again */
	uint64_t asked; /* own questions noted */
	uint64_t zero; /* padding, always zero */
};
_Static_assert(sizeof(struct fw_shield_counts) == 16 * FW_OUTCOME_COUNT * (FW_REASON_COUNT + FW_LANE_COUNT) + 6 * 8, "no holes");

/* Things remembered with the time they were seen: 32 bits of a keyed hash, and 2^30 ns (about a second) of the monotonic clock. */
#define FW_SEEN_SLOTS 8u
struct fw_seen_bucket { /* or a line of hints (wire/hint.h) */
	union {
		uint64_t slot[FW_SEEN_SLOTS]; /* tag in the upper half, time in the lower; 0 where empty; the oldest makes room */
		uint32_t hint[FW_HINTS];
	};
};
_Static_assert(sizeof(struct fw_seen_bucket) == 64, "a cache line");

#define FW_DIGEST_SLOTS 8u
struct fw_digest_bucket {
	uint64_t slot[FW_DIGEST_SLOTS]; /* fw_shield_digest(), 0 where empty; two buckets each, as for names */
};
_Static_assert(sizeof(struct fw_digest_bucket) == 64, "a cache line");

enum fw_prefix_says { FW_PREFIX_TRUSTED = 1, FW_PREFIX_BLOCKED = 2 };

/* The key of a kernel LPM trie. */
struct fw_prefix_key {
	uint32_t bits; /* of the 16-byte address: an IPv4 /24 has 120 */
	uint8_t address[16];
};
_Static_assert(sizeof(struct fw_prefix_key) == 20, "no holes");

#define FW_PROTECTED_SLOTS 4u
#define FW_PROTECTED_BUCKETS 16u
struct fw_protected_bucket {
	uint8_t address[FW_PROTECTED_SLOTS][16]; /* all zero where empty */
};
_Static_assert(sizeof(struct fw_protected_bucket) == 64, "a cache line");

/* Which bucket of shield_protected an address is in. Nothing secret: only the operator fills it. */
FW_INLINE uint32_t fw_protected_place(const uint8_t address[16], uint32_t seed)
{
	uint32_t words[4];

	fw_move(words, address, sizeof(words));
	return ((words[0] ^ words[1] ^ words[2] ^ words[3]) * (seed | 1)) >> FW_LIMIT(28);
}

/* An address as two numbers. */
struct fw_address {
	uint64_t high, low;
};

FW_INLINE struct fw_address fw_address_of(const uint8_t address[16])
{
	uint64_t words[2];

	fw_move(words, address, sizeof(words));
	return (struct fw_address){.high = __builtin_bswap64(words[0]), .low = __builtin_bswap64(words[1])};
}

/*
 * A keyed hash of an address and of what is kept of it, for tables that an outsider can fill. Two lanes of a multilinear hash
 * over 32-bit words, the upper half of each (Dietzfelbinger 1996): two inputs meet in one lane with 2^-32, in both with 2^-64,
 * for whoever does not know the key.
 */
struct fw_address_sum {
	uint64_t lane[2];
};

FW_INLINE struct fw_address_sum fw_shield_sum_of(const uint64_t key[FW_SHIELD_KEY_WORDS], const struct fw_address *of)
{
	uint64_t w0 = of->high >> 32, w1 = (uint32_t)of->high, w2 = of->low >> 32, w3 = (uint32_t)of->low;

	return (struct fw_address_sum){{
		key[0] + key[1] * w0 + key[2] * w1 + key[3] * w2 + key[4] * w3,
		key[6] + key[7] * w0 + key[8] * w1 + key[9] * w2 + key[10] * w3,
	}};
}

/* An address is summed once, whatever it is then looked up for. */
FW_INLINE uint64_t fw_shield_hash_for(const uint64_t key[FW_SHIELD_KEY_WORDS], struct fw_address_sum sum, uint32_t what)
{
	return ((sum.lane[0] + key[5] * what) >> 32) | ((sum.lane[1] + key[11] * what) & 0xffffffff00000000ull);
}

FW_INLINE uint64_t fw_shield_hash_of(const uint64_t key[FW_SHIELD_KEY_WORDS], const struct fw_address *of, uint32_t what)
{
	return fw_shield_hash_for(key, fw_shield_sum_of(key, of), what);
}

FW_INLINE uint64_t fw_shield_hash(const uint64_t key[FW_SHIELD_KEY_WORDS], const uint8_t address[16], uint32_t what)
{
	struct fw_address of = fw_address_of(address);

	return fw_shield_hash_of(key, &of, what);
}

/* What shield_blocked holds of an address. */
FW_INLINE uint64_t fw_shield_digest(const uint64_t key[FW_SHIELD_KEY_WORDS], const struct fw_address *of)
{
	uint64_t hash = fw_shield_hash_of(key, of, 0);

	return hash ? hash : 1;
}

#define FW_SAMPLE_BYTES 320u /* the largest question over IPv6 with two tags, and some more */

struct fw_shield_sample {
	struct fw_event event; /* verdict and reason as enforced, or as observed */
	uint32_t frame_len, kept_len; /* bytes of the frame, bytes of it below */
	uint8_t outcome; /* enum fw_outcome */
	uint8_t filter; /* enum fw_shield_filter */
	uint8_t zero[6]; /* padding, always zero */
	uint8_t frame[FW_SAMPLE_BYTES];
};
_Static_assert(sizeof(struct fw_shield_sample) == 80 + 16 + 320, "no holes");
