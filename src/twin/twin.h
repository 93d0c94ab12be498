/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The door of twin/: the guard is in guard.h, the shield here.
 *
 * The shield in user space: the judge of wire/shield.h over tables instead of maps, frame by frame, without root, clock or network.
 * Called by tests, which hold it against the kernel's, and by whoever wants to know what would have become of a capture.
 *
 * The tables lie open: whoever made the twin fills them, as the daemon fills the maps (layout: wire/shield_state.h), and reads
 * what the judge left there. All memory is taken at the start.
 */
#pragma once

#include <stddef.h>

#include "twin/guard.h"
#include "wire/shield_out.h"

/* Entries of each table; where the configuration has a mask for it, a power of two. */
struct twin_sizes {
	uint32_t names, zones, cells, proven, asked, blocked, prefixes;
};

struct twin; /* owns the tables */

/* What is in them: borrowed from the twin, free to be written between two frames. */
struct twin_tables {
	struct fw_shield_config *config;
	struct fw_shield_counts *counts;
	struct fw_names_bucket *names[2];
	struct fw_zone *zones;
	struct fw_zone_count *zone_counts;
	uint64_t *cells;
	struct fw_shield_words *words;
	struct fw_seen_bucket *proven, *asked;
	struct fw_digest_bucket *blocked;
	struct fw_protected_bucket *protected;
	struct fw_prefix_entry *prefixes;
};

/* What became of a frame. */
struct twin_verdict {
	enum fw_outcome outcome; /* PASSED, DROPPED or TRUNCATED */
	enum fw_reason reason;
	enum fw_reason would; /* the first reason for which a filter that observes would have stopped it, or none */
	uint32_t len; /* of the frame now: after TRUNCATED it is the answer */
	const struct fw_shield_sample *sample; /* borrowed until the next frame; NULL where none was taken */
};

/* All tables empty, prefixes_used 0. Returns 0 or -ENOMEM. */
int twin_new(const struct twin_sizes *sizes, struct twin **out);
void twin_free(struct twin *twin);

struct twin_tables twin_tables(struct twin *twin);

/* How many of the prefixes are meant; at most as many as there is room for. */
void twin_use_prefixes(struct twin *twin, uint32_t count);

/* A frame of Ethernet that arrives at the host now. It is written to where the verdict is TRUNCATED. */
struct twin_verdict twin_arrive(struct twin *twin, uint64_t now_ns, uint8_t *frame, uint32_t len);

/* A frame that the host sends now. */
void twin_leave(struct twin *twin, uint64_t now_ns, const uint8_t *frame, uint32_t len);
