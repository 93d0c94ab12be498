/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a shield before a DNS server knows and decides: which names the server serves, and by measured load which filters act.
 * Takes records and counts, gives tables and decisions; opens nothing, reads no clock. Called by the daemon; the kernel side
 * (bpf/shield.bpf.c, through plane/) gets what comes out as the structs of wire/names.h and wire/shield_state.h.
 *
 *	names     owner names of all zones (RFC 1034, 4592, 6672), and the table that a question is held against
 *	stance    calm, watch or defend; which of the filters that cost somebody something act; what the junk is made of
 *	budget    what prefixes, zones and proven addresses may ask, from what the server can bear
 *
 * Zones are the operator's, and still what they hold may be hostile (a zone of a customer): every count has a ceiling.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "wire/limits.h"
#include "wire/shield_state.h"

/* --- a name as people write it --------------------------------------------------------------------------------------------- */

/* 255 bytes, each as \DDD at most, a dot behind each label, and the terminator. */
enum { NAME_TEXT_MAX = 1024 };

/*
 * A name in wire form (uncompressed, root's zero byte included) as in a zone file: "www.example.com.", the root ".". What is not a
 * letter, digit, '-', '_' or '*' comes out as \DDD (RFC 4343 section 2.1): safe for terminals. Returns out; "?" for bytes that are no name.
 */
char *name_text(char out[NAME_TEXT_MAX], const uint8_t *wire, size_t len);
/* The reverse, with or without the last dot, letters made small. Returns 0, or -EINVAL: empty or too long a label, too long a name, a bad escape. */
int name_read(const char *text, uint8_t out_wire[FW_DNS_NAME_MAX], size_t *out_len);

/* --- names ----------------------------------------------------------------------------------------------------------------- */

/*
 * All zones and their names. What counts against names_max: each owner name that is kept, each empty non-terminal, and for each zone the
 * labels of its apex (its ancestors are in the table too). Left out: what lies below a delegation or a DNAME (answered from
 * elsewhere), owners that have nothing but NSEC3 or RRSIG.
 *
 * Memory: a name costs 3 bytes and its first label (at most 66, in practice about 14), a zone at most 400; while a zone is being
 * loaded at most 150 a name, for at most 2 * names_max names of all loads together, glue included. The table is the caller's.
 */
struct names;
struct zone_load; /* a zone's new content on its way; belongs to names, ends with names_take() or names_drop() */

#define NAMES_MAX_DEFAULT 1048576u /* names: two tables of 32 MiB */
#define NAMES_ZONES_DEFAULT 4096u
#define NAMES_ZONES_MAX 65536u /* places 1 to 65,536 */
#define NAMES_CEILING 67108864u /* names at most, whatever is asked for: two tables of 2 GiB */

/* key: random per start; what a zone holds must not choose the cost of loading it. Returns 0, -ENOMEM, -EINVAL (0, or above the ceilings). */
int names_new(uint32_t names_max, uint32_t zones_max, const uint8_t key[16], struct names **out);
void names_free(struct names *names);

/*
 * A zone that the server serves, by its apex in wire form; the same zone again gives the same place, for as long as it is not forgotten.
 * Until its content is taken it stands in the table with its apex alone: the caller lets it stand aside (FW_ZONE_ASIDE), so that its
 * names pass unjudged and are not taken for foreign. *out_place from 1. Returns 0, -EINVAL (no name), -ENOSPC (zones or names), -ENOMEM.
 */
int names_zone(struct names *names, const uint8_t *apex, size_t len, uint32_t *out_place, struct fault *out_fault);
/* The server serves it no more: its names leave the next image, its place may be given to another zone. No load of it may be open. */
void names_forget(struct names *names, uint32_t place);
/* Its content alone: as before the first take. */
void names_empty(struct names *names, uint32_t place);

/*
 * One zone's new content: begun, filled record by record in any order, taken whole or not at all; the old content holds until then.
 * Other zones are not touched. Several loads may be open at once. All of them return 0 or
 *	names_begin   -EINVAL no zone at this place; -ENOMEM
 *	names_record  -EINVAL not a name, or outside the zone; -E2BIG this zone alone is above the ceiling; -EBUSY all loads together are (drop
 *	              this one and load it when another is done); -ENOMEM. After any of these names_take() fails too.
 *	names_take    the same, and -EINVAL: no SOA at the apex, or one elsewhere; -E2BIG it does not fit beside the other zones.
 *	              Ends the load whatever it returns; the sentence names the zone and, where there is one, the owner.
 * owner in wire form, uncompressed, any case; type in host order. Records of other classes than IN are the caller's to leave out.
 */
int names_begin(struct names *names, uint32_t place, struct zone_load **out);
int names_record(struct zone_load *load, const uint8_t *owner, size_t len, uint16_t type);
int names_take(struct zone_load *load, struct fault *out_fault);
/*
 * May come before names_take() and spares it the long part: all records are there, what is kept of them is written out. What is wrong is
 * names_take()'s to say. This and names_record() touch nothing but their load and two counters, so they may run in a thread of their
 * own while others use names; the load's own zone must not be forgotten meanwhile.
 */
void names_settle(struct zone_load *load);
void names_drop(struct zone_load *load); /* accepts NULL */

/* Lines of the table that names_max names need: buckets, a power of two of them, of which at most 7 of 8 slots are filled; their hints. */
uint32_t names_buckets(uint32_t names_max);

/*
 * The table of all zones for wire/names.h, under this key, into so many lines (as names_buckets() says), whatever they held before.
 * Zones without content have their apex alone. 0.2 s for a million names; reads only, so it may run in a thread of its own while
 * nobody changes names. Returns 0; -EEXIST: two names met, draw another key (2^-25 for a million names); -ENOSPC: too few lines.
 */
int names_image(const struct names *names, const struct fw_dns_key *key, struct fw_names_bucket *lines, uint32_t line_count);
/* The same, but ends soon with -ECANCELED once *stop is true (set by another thread). */
int names_image_until(const struct names *names, const struct fw_dns_key *key, struct fw_names_bucket *lines, uint32_t line_count,
	const atomic_bool *stop);

/* What a question is, by an image: the same that the kernel says. For samples of frames, and for people who ask. */
struct names_answer {
	enum fw_name_class class;
	uint32_t zone; /* place, or 0 */
	uint32_t flags; /* enum fw_name_flag of the closest encloser */
	bool whole; /* the encloser is the name itself */
};
/* key: the image's, and the question's. */
struct names_answer names_ask(
	struct fw_names_bucket *lines, uint32_t line_count, const struct fw_dns_key *key, const struct fw_dns_question *question);

/* A zone, for people and for the daemon's view. Borrowed until the zone changes. */
struct names_view {
	const uint8_t *apex; /* wire form, small letters */
	size_t apex_len;
	bool loaded;
	uint32_t names; /* that are kept, empty non-terminals included; without the labels of the apex */
	uint32_t kinds; /* enum fw_name_flag of all its names: has it wildcards, delegations, DNAMEs at all */
	uint64_t bytes;
};
/* False where no zone is. */
bool names_view(const struct names *names, uint32_t place, struct names_view *out);
/* The place of a zone by its apex, or 0. */
uint32_t names_find(const struct names *names, const uint8_t *apex, size_t len);

struct names_counts {
	uint32_t zones, zones_max, loaded; /* loaded: with content */
	uint32_t names, names_max; /* all that counts against the ceiling */
	uint64_t bytes; /* of content and of open loads */
};
struct names_counts names_counts(const struct names *names);

/* --- stance ---------------------------------------------------------------------------------------------------------------- */

/* What the junk is made of. */
enum stance_vector {
	STANCE_NOTHING,
	STANCE_UNKNOWN_NAMES, /* random names under a zone of ours (water torture) */
	STANCE_WILDCARD_NAMES, /* the same under a wildcard or a DNAME */
	STANCE_DELEGATED_NAMES, /* the same below a delegation */
	STANCE_POSSIBLE_NAMES, /* one of the last two, and it is not known which */
	STANCE_FOREIGN_NAMES, /* names in no zone of ours */
	STANCE_EXISTING_NAMES, /* names that exist, more than the server can bear: a flood, or a crowd */
	STANCE_MALFORMED,
	STANCE_ANSWERS, /* nobody here asked for: reflection */
	STANCE_FRAGMENTS,
	STANCE_OTHER, /* other ports and protocols */
	STANCE_VECTOR_COUNT
};

/* Loads whose usual level is learned. */
enum stance_level {
	STANCE_BY_CLASS,
	STANCE_LEVEL_MALFORMED = FW_CLASS_COUNT,
	STANCE_LEVEL_ANSWERS,
	STANCE_LEVEL_FRAGMENTS,
	STANCE_LEVEL_OTHER,
	STANCE_LEVEL_COUNT
};

/* What one tick saw: differences of counters. Questions are those over UDP that are whole, to a protected address, trusted sources included. */
struct stance_load {
	uint64_t now_ns, span_ns; /* end and length of the tick */
	uint64_t seen[FW_CLASS_COUNT]; /* questions by class, whatever became of them */
	uint64_t proven; /* of them from proven sources */
	uint64_t passed; /* of them handed to the server */
	uint64_t would; /* of the passed: those that a filter that observes would have stopped */
	uint64_t would_proven; /* of those: from proven sources */
	uint64_t malformed, answers, fragments, other; /* packets of these kinds, whatever became of them */
	uint64_t overloaded; /* questions judged as in defend because FW_WORD_OVERLOAD was empty */
	struct stance_top {
		uint32_t place; /* 0 for none */
		uint64_t seen;
		uint32_t kinds; /* names_view.kinds of it */
	} unknown, possible; /* the zone with the most questions of this class, and how many */
	uint32_t sampled, sampled_sources; /* sampled frames, and different sources among them; 0 and 0 where nobody counts */
};

/*
 * Constants, all configuration with these defaults. Rates are per second.
 */
#define STANCE_TICK_NS 200000000ull /* five a second: two ticks above a level are a first action after 0.6 s at the latest */
#define STANCE_CAPACITY_DEFAULT \
	50000u /* questions a server with one worker answers without loss on a small machine (Knot 3.2: 50,000 yes, 100,000 no) */
#define STANCE_NAMES_FLOOR \
	2000u /* suspect questions: a scanner or a zone walker asks hundreds; random-subdomain floods begin at thousands */
#define STANCE_NAMES_SHARE_PCT 5u /* of the capacity: on a large server the floor is this, as less does it no harm */
#define STANCE_NAMES_USUAL 4u /* times the usual: a server of a top-level domain answers NXDOMAIN all day */
#define STANCE_COLD_PCT 50u /* of the capacity: the floor as long as it is not known what is usual */
#define STANCE_BUDGETS_PCT 100u /* of the capacity: a crowd that the server can bear is nobody's business */
#define STANCE_WATCH_PCT 50u /* of any of these levels */
#define STANCE_LEAVE_PCT 50u /* of the level at which a filter began to act: below it, it may rest */
#define STANCE_OTHER_FLOOR 20000u /* packets of one kind that costs the server nothing, for it to be named */
#define STANCE_TICKS 2u /* in a row above a level: one may be a burst that was queued */
#define STANCE_SUDDEN 4u /* times the level in one tick: no second one is waited for */
#define STANCE_HOLD_NS 30000000000ull /* below the level before a filter rests: attacks pulse */
#define STANCE_HOLD_MAX_NS 600000000000ull /* doubled each time it is called again soon after it rested */
#define STANCE_FORGET_NS 3600000000000ull /* which is: within this */
#define STANCE_WATCH_HOLD_NS 10000000000ull /* quiet before watch is left */
#define STANCE_WARM_NS 10000000000ull /* without defending before "usual" means anything */
#define STANCE_USUAL_NS 300000000000ull /* time constant of what is usual */
#define STANCE_ZONE_PCT 80u /* of a class in one zone: the zone is named */

struct stance_limits {
	uint32_t capacity; /* questions a second that the server bears */
	uint32_t names_floor, names_share_pct, names_usual, cold_pct;
	uint32_t budgets_pct, watch_pct, leave_pct, other_floor;
	uint32_t ticks, sudden, zone_pct;
	uint64_t hold_ns, hold_max_ns, forget_ns, watch_hold_ns, warm_ns, usual_ns;
	bool only_dns; /* the host serves DNS alone: junk to other ports is reason to defend, too */
};
/* The defaults for a server that bears this many questions a second; 0 for STANCE_CAPACITY_DEFAULT. */
struct stance_limits stance_limits_of(uint32_t capacity);

/* How one filter was called for. */
struct stance_filter {
	uint32_t above; /* ticks in a row */
	bool acting;
	uint64_t since_ns; /* acting, or resting; 0 for never */
	uint64_t below_ns; /* since when it is below the level where it may rest; 0 for not */
	uint64_t hold_ns; /* how long it must be */
};

/* All that is remembered from tick to tick, and what was decided last. Zeroed: calm, nothing learned. */
struct stance {
	enum fw_stance stance;
	uint64_t since_ns; /* of this stance */
	struct stance_filter names, budgets, only_dns; /* acting: what goes to fw_shield_config.acting */
	uint64_t loud_ns; /* when it was last loud enough to watch */
	uint64_t learned_ns; /* how long what is usual was learned, up to usual_ns */
	uint64_t usual[STANCE_LEVEL_COUNT]; /* a second, in 1/1024 */
	uint64_t rate[STANCE_LEVEL_COUNT]; /* a second, of the last tick */
	uint64_t questions, passed, left; /* a second: asked, handed on, and what is handed on once all filters that act enforce */
	uint64_t proven, would_proven; /* a second: questions of proven sources, and how many of them enforcing what observes would stop */
	enum stance_vector vector; /* the heaviest of what is unusual; kept until calm */
	uint32_t zone; /* place of the zone that it is aimed at, or 0 */
	uint64_t vector_ns; /* when it was named; 0 for not */
	bool many_sources; /* at least half of the sampled frames came from different sources */
};

/*
 * The next one. Pure: the same stance, limits and load give the same. Offered load decides, not what is left of it, so that a filter
 * that works does not take away the reason for which it works; and it decides alike whether filters observe or enforce.
 *
 *	names     suspect questions (unknown, possible, foreign) above names_floor, names_share_pct of the capacity and names_usual times the
 *	          usual; or overload, and more suspect questions than others
 *	budgets   above budgets_pct of the capacity is what the names filter leaves: questions for names that exist, and what in truth
 *	          reached the server while it acted
 *	only_dns  packets to other ports and protocols above other_floor and names_usual times the usual, where limits->only_dns
 *	defend    any of these three acts
 *	watch     half of any of that, or junk of a kind that is stopped anyway, above other_floor
 */
struct stance stance_next(const struct stance *old, const struct stance_limits *limits, const struct stance_load *load);

/*
 * What an earlier process decided goes on when its pins are taken over: its filters act until the load has been below their levels for a
 * while. What is usual is learned anew. Only config->stance, acting and only_dns are read.
 */
struct stance stance_resume(const struct fw_shield_config *config, const struct stance_limits *limits, uint64_t now_ns);

/* "random names under example.com." zone_text may be NULL. Returns out. */
enum { STANCE_TEXT_MAX = 2048 };
char *stance_vector_text(char out[STANCE_TEXT_MAX], const struct stance *stance, const char *zone_text);
/* One line for people: stance, vector, rates, which filters act, what it costs proven sources. Returns out. */
char *stance_text(char out[STANCE_TEXT_MAX], const struct stance *stance, const char *zone_text);
/* Short words for JSON and metrics: "calm", "unknown_names". */
const char *stance_word(enum fw_stance stance);
const char *stance_vector_word(enum stance_vector vector);

/* --- budget ---------------------------------------------------------------------------------------------------------------- */

/*
 * The rules that follow from what the server bears, into config->words, total, unknown, possible, truncated, proven, proven_unknown;
 * nothing else of config is touched. Whoever configured one of them overwrites it. The numbers and their reasons: budget.c.
 */
void budget_fill(uint32_t capacity, struct fw_shield_config *config);
/* A new zone's rules and full buckets; flags are left alone. */
void budget_zone(uint32_t capacity, struct fw_zone *zone);
/*
 * Whether a word of all questions (FW_WORD_OVERLOAD) has room for no more, at a time that was read before the word. A word lies never
 * further ahead than its depth: where it seems to, the time is an old one and says nothing.
 */
bool budget_is_spent(const struct fw_bucket_rule *rule, uint64_t word, uint64_t now_ns);

/* What a zone is usually asked: 32 bytes a zone, zeroed at first. */
enum budget_zone_class { BUDGET_ZONE_UNKNOWN, BUDGET_ZONE_POSSIBLE, BUDGET_ZONE_COUNT };

struct budget_usual {
	uint64_t mean[BUDGET_ZONE_COUNT]; /* a second, in 1/1024 */
	uint64_t learned_ns; /* in calm, up to stance_limits.usual_ns */
	bool flooded[BUDGET_ZONE_COUNT]; /* in the last tick: more of this class than the names filter leaves alone */
};

struct budget_load {
	uint64_t seen[BUDGET_ZONE_COUNT], span_ns; /* questions of one tick */
	bool calm; /* the measured stance, whatever a person says: what is asked is worth learning */
};

/* The next one. Pure. */
struct budget_usual budget_usual_next(const struct budget_usual *old, const struct stance_limits *limits, const struct budget_load *load);
/*
 * budget_zone(), but at least twice what is usual, at most half of the capacity, for a class that no flood falls on. (In a flood a larger
 * budget lets junk through and nobody else.)
 */
void budget_zone_usual(uint32_t capacity, const struct budget_usual *usual, struct fw_zone *zone);

/* --- proven addresses over a start of the host ----------------------------------------------------------------------------- */

enum { KEPT_MAX = 262144 }; /* entries, the first of the table: 3 MiB */

/* A table of proven addresses (shield_proven of wire/shield_state.h), and when. */
struct kept {
	uint64_t address_key[FW_SHIELD_KEY_WORDS]; /* secret */
	uint32_t mask; /* buckets less one */
	uint64_t steady_ns, wall_s; /* the table's clock, and the wall's */
	uint64_t hold_ns; /* what is older counts for nothing */
};

/* The kernel may write into the table meanwhile. The caller frees *out_bytes, which hold the key. Returns 0 or -ENOMEM. */
int kept_write(const struct kept *now, const struct fw_seen_bucket *buckets, void **out_bytes, size_t *out_len);
/* Key, mask and wall_s of what was written; entries are not looked at. OTHER: of another version. */
enum fw_read kept_read(const void *bytes, size_t len, struct kept *out);
/* Into an empty table (buckets and their hints, wire/hint.h) under that key, older by what passed. Returns how many; 0 where they cannot be believed or do not fit. */
uint32_t kept_fill(const void *bytes, size_t len, const struct kept *now, struct fw_seen_bucket *lines);
