/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel side as user space sees it: the shield's programs on one interface and the maps they share with us
 * (wire/shield_state.h says what is in them); the guard's are in plane/guard.h. Called by the daemon, by `check --interface` and by `bypass`.
 *
 *	BPFFS/floodwall/shield-IFNAME/       one directory per interface; a dot in the name (eth0.5) is written as a colon
 *		xdp                          the link that holds the XDP program on the interface
 *		shield_*                     the maps
 *		tc                           the link that holds the program for what leaves (tcx: Linux 6.6 and later)
 *		made_clsact/                 without tcx: empty, and there only if the clsact on the interface is ours
 *
 * Without tcx the program for what leaves is in a filter, which is no pin: tc keeps it (clsact egress, PLANE_TC_PRIORITY, PLANE_TC_HANDLE,
 * "shield_egress:[...]").
 *
 * The pins own everything: a process that ends, or is killed, leaves the interface as protected as it was, and the next one
 * takes over what it finds without a gap. A program that is attached and was never given a configuration passes everything.
 *
 * Only plane_open(), plane_bypass(), plane_probe() and the whole of plane_detach() need privileges. All others work on memory that is mapped
 * and descriptors that are held, so the daemon drops root in between. One struct plane belongs to one thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/prefix.h"
#include "plane/guard.h"
#include "wire/shield_state.h"

#define PLANE_BPFFS "/sys/fs/bpf"
#define PLANE_TC_PRIORITY 53u
#define PLANE_TC_HANDLE 0xf100du
#define PLANE_PROTECTED_MAX 32u /* addresses; so few that one set makes room for another */

struct plane; /* owns descriptors and mappings, and the lock on its directory; not the pins */

/* What the tables must hold. Sizes become powers of two that leave the room their kind of table needs: plane_size_*(). */
struct plane_setup {
	const char *interface;
	const char *bpffs; /* where a bpffs is mounted; NULL: PLANE_BPFFS */
	uint32_t names; /* owner names of all zones, with empty non-terminals */
	uint32_t zones; /* places of zones; one more is there for "no zone of ours" */
	uint32_t cells; /* words for prefixes */
	uint32_t proven, asked; /* addresses, own questions */
	uint32_t blocked, prefixes; /* single addresses; trusted and blocked prefixes */
	uint32_t sample_bytes; /* of the ring of sampled frames */
	bool generic; /* where the driver has no native XDP: generic mode, at several times the cost of a packet */
};

/* Ceilings of struct plane_setup: what is above is refused with -E2BIG. */
enum {
	PLANE_NAMES_MAX = 1 << 26,
	PLANE_ZONES_MAX = 1 << 20,
	PLANE_CELLS_MAX = 1 << 28,
	PLANE_SEEN_MAX = 1 << 27,
	PLANE_BLOCKED_MAX = 1 << 27,
	PLANE_PREFIXES_MAX = 1 << 22,
	PLANE_SAMPLE_MAX = 1 << 26,
};

/* Buckets or words (a power of two) for so many entries. Pure. */
uint32_t plane_size_names(uint32_t names); /* of 4 slots, at most 7 in 8 filled */
uint32_t plane_size_cells(uint32_t cells);
uint32_t plane_size_seen(uint32_t entries); /* of 8 slots, at most half filled: a bucket that is full forgets its oldest */
uint32_t plane_size_blocked(uint32_t addresses); /* of 8 slots, at most 9 in 10 filled */

/* Kernel memory of all maps, in bytes, without per-CPU counters. */
uint64_t plane_memory(const struct plane_setup *setup);

/* ---- opening ---- */

/*
 * Loads the programs, makes and pins the maps, attaches to the interface; or, where pins of the same layout and sizes are there,
 * takes them over: state, proven addresses, blocks and names stay, the programs are exchanged in place and no packet passes
 * between two of them. The egress program is attached first, so that no own question is forgotten.
 *
 * A failure leaves what was there before as it was: nothing, or the running protection. One sentence in *out_fault. Returns 0 or
 *	-EPERM       not privileged enough
 *	-ENODEV      no interface of that name
 *	-EINVAL -E2BIG   the setup makes no sense, or asks for more than PLANE_*_MAX
 *	-ENOENT      BPFFS is not there or is no bpffs
 *	-EBUSY       another XDP program holds the interface (its name and number are in the sentence), another process this plane, or,
 *	             without tcx, an 'ingress' qdisc the place of the clsact
 *	-ESTALE      the pins that hold the interface are of another layout or of other sizes, or incomplete
 *	-EOPNOTSUPP  the driver has no native XDP and generic mode was not allowed
 *	another -errno of the kernel
 */
int plane_open(const struct plane_setup *setup, struct plane **out_plane, struct fault *out_fault);

/* Unmaps and closes; all that is pinned stays and goes on protecting. NULL is accepted. */
void plane_close(struct plane *plane);

/*
 * Takes this plane's programs, pins and filter off the interface, then closes it. Returns 0 or the first -errno. Without privileges
 * what is held by a link (XDP, tcx) is detached all the same; a filter under a clsact and the pins stay for whoever may remove them.
 */
int plane_detach(struct plane *plane, struct fault *out_fault);

enum plane_mode { PLANE_NATIVE, PLANE_GENERIC };
enum plane_mode plane_mode(const struct plane *plane);

/* Whether maps and programs of an earlier process were found: then plane_config_now() holds the keys that its state was made with. */
bool plane_took_over(const struct plane *plane);

/* Whether the program still sits on the interface. False once the interface was removed or somebody detached it. */
bool plane_attached(const struct plane *plane);

/* ---- configuration and names: two halves each, one switch ---- */

/* The configuration that holds: all zero before the first plane_config(). Borrowed until the next call of this part. */
const struct fw_shield_config *plane_config_now(const struct plane *plane);

/*
 * Makes this configuration hold, whole and at once; the names stay. What the plane knows itself (names_half, all masks,
 * protected_seed, prefixes, blocked) it fills in. May wait some milliseconds for packets that are under way.
 */
int plane_config(struct plane *plane, const struct fw_shield_config *config);

/*
 * The half of the table of names that nobody reads: *out_buckets of them, with whatever was in it before. May wait as above. Valid
 * until plane_config_names().
 */
struct fw_names_bucket *plane_names_half(struct plane *plane, uint32_t *out_buckets);

/* As plane_config(), and from the same moment on the names are those of plane_names_half(), hashed with config->dns_key. */
int plane_config_names(struct plane *plane, const struct fw_shield_config *config);

/*
 * The addresses that completed a handshake, in the clock of the kernel; it writes there at any time. Lines as of
 * wire/hint.h. Borrowed.
 */
struct fw_seen_bucket *plane_proven(struct plane *plane, uint32_t *out_lines);

/* ---- what is protected, trusted, blocked; survives a restart ---- */

/*
 * The addresses that the shield stands before; IPv4 mapped. Replaces the set: an address that is in both is protected all the time
 * (but for two full sets that differ altogether: then packets of some microseconds pass).
 * Returns 0, -E2BIG above PLANE_PROTECTED_MAX, -EINVAL for ::.
 */
int plane_protect(struct plane *plane, const uint8_t (*addresses)[16], uint32_t count);

/*
 * Single addresses. What was added holds from the next packet on; while an entry makes room for another, one packet of the moved
 * one may slip through. An IPv6 address is meant whole. Adding one that is there and removing one that is not are done at once.
 * The table knows addresses by fw_shield_digest() under config->address_key of plane_config_now(): plane_blocked_clear() before a new key.
 * Returns 0; plane_block(): -ENOSPC where the table is full, -EINVAL before the first plane_config().
 */
int plane_block(struct plane *plane, const uint8_t address[16]);
int plane_unblock(struct plane *plane, const uint8_t address[16]);
void plane_blocked_clear(struct plane *plane);
uint32_t plane_blocked_count(const struct plane *plane);

/* Prefixes; the longest that holds an address decides. Returns 0, -ENOSPC, -ENOENT (not there), -EINVAL (more than 128 bits). */
int plane_prefix_set(struct plane *plane, const struct prefix *prefix, enum fw_prefix_says says);
int plane_prefix_remove(struct plane *plane, const struct prefix *prefix);
void plane_prefixes_clear(struct plane *plane);
uint32_t plane_prefix_count(const struct plane *plane);

/* ---- zones: places 1 to setup.zones ---- */

/* Reads the place as it is now. */
void plane_zone(const struct plane *plane, uint32_t place, struct fw_zone *out_zone);

/* Rules of the zone's two budgets. A packet may see the rate of one and the depth of the other for a moment. */
void plane_zone_rules(struct plane *plane, uint32_t place, struct fw_bucket_rule unknown, struct fw_bucket_rule possible);

/* First clears, then sets flags (enum fw_zone_flag), in one step that loses none that the kernel sets. Returns the flags before. */
uint32_t plane_zone_flags(struct plane *plane, uint32_t place, uint32_t clear, uint32_t set);

/* Empties the place: it stands aside and has no other flag, full buckets, no contradictions. */
void plane_zone_clear(struct plane *plane, uint32_t place);

/* ---- looking ---- */

/* Summed over all CPUs since the maps were made. Returns 0 or -errno. */
int plane_counts(const struct plane *plane, struct fw_shield_counts *out_counts);
int plane_zone_counts(const struct plane *plane, uint32_t place, struct fw_zone_count *out_count);

/* The word of a bucket that stands alone (wire/bucket.h): how far it is ahead of clock_steady_ns() is its debt. */
uint64_t plane_word(const struct plane *plane, enum fw_shield_word word);

/* How full the tables are; walks all of them. Seen entries count until they are overwritten, also those too old to hold. */
struct plane_fill {
	uint64_t names, proven, asked, blocked, prefixes; /* entries */
	uint64_t names_room, proven_room, asked_room, blocked_room, prefixes_room; /* slots */
};
void plane_fill(const struct plane *plane, struct plane_fill *out_fill);

/* Readable (poll, epoll) when sampled frames wait. -1: never. */
int plane_fd(const struct plane *plane);

/* Hands on what waits, never blocks. sample is borrowed for the call. Returns how many, or -errno. */
int plane_samples(struct plane *plane, void (*visit)(void *context, const struct fw_shield_sample *sample), void *context);

/* ---- without a plane ---- */

struct plane_bypassed {
	uint32_t links, filters, pins; /* programs detached, filters removed, files unlinked */
};

/*
 * Takes every program, link, map and filter of ours off every interface of this network namespace and removes every pin of ours
 * under bpffs (NULL: PLANE_BPFFS), whether a daemon runs or not, and also where pins are missing. Goes on after a failure and returns
 * the first: 0 or -errno with a sentence. Nothing of ours there is no failure. Programs of others are left alone.
 */
int plane_bypass(const char *bpffs, struct plane_bypassed *out_bypassed, struct fault *out_fault);

enum plane_note_kind { PLANE_NOTE_FINE, PLANE_NOTE_WEAK, PLANE_NOTE_WRONG, PLANE_NOTE_UNKNOWN };

struct plane_note {
	enum plane_note_kind kind; /* WEAK: works, at a price; WRONG: plane_open() would fail */
	char what[24]; /* "native XDP", "tc filter": for a table */
	char sentence[200];
};

enum { PLANE_NOTES_MAX = 16 };

struct plane_probe {
	bool would_open; /* no note is WRONG */
	uint32_t note_count;
	struct plane_note notes[PLANE_NOTES_MAX];
};

/* What works on this card and kernel, without changing anything on it. Returns 0, or -ENODEV with a sentence. */
int plane_probe(const char *interface, const char *bpffs, struct plane_probe *out_probe, struct fault *out_fault);
