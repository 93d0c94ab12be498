/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that a person or a program may see of a shield at one moment: plain values, gathered by the hall, written by tell/ (Prometheus) and
 * by the daemon (JSON). Counters never go back while the pinned maps live. Holds no address of a source.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "wire/shield_state.h"

enum { SHIELD_SENTENCE_MAX = 320, SHIELD_ZONE_NAME_MAX = 256, SHIELD_REFUSED_MAX = 8 };

/* Why a zone is not judged, or not yet. */
enum zone_shown { SHOWN_WAITING, SHOWN_JUDGED, SHOWN_STALE, SHOWN_FAILED, SHOWN_ASIDE, SHOWN_COUNT };

struct zone_view {
	char name[SHIELD_ZONE_NAME_MAX]; /* as people write it, escaped; the last dot left out */
	enum zone_shown shown;
	char why[SHIELD_SENTENCE_MAX]; /* "" where it is judged */
	uint32_t serial, names;
	uint64_t loaded_s; /* since 1970; 0: never */
	bool fresh; /* a NOTIFY came, the content is on its way */
	struct fw_zone_count count;
};

/* A table of fixed size: how full. */
struct fill_view {
	const char *name; /* borrowed, a constant */
	uint64_t used, size, bytes;
};
enum { SHIELD_FILLS_MAX = 12 };

struct shield_view {
	const char *version; /* borrowed, a constant */
	char interface[32];
	bool attached; /* the program is on the interface */
	bool native; /* XDP in the driver, not the kernel's slow way */
	uint64_t now_s, started_s; /* since 1970 */
	uint64_t resident_bytes; /* of the daemon */
	uint32_t generation; /* of the configuration */
	bool reload_refused; /* the file changed and is wrong: the earlier one holds */
	char reload_why[2 * SHIELD_SENTENCE_MAX + 64];
	enum fw_stance stance;
	bool overloaded; /* FW_WORD_OVERLOAD was empty within the last second */
	char stance_why[SHIELD_SENTENCE_MAX];
	char vector[32], vector_why[SHIELD_SENTENCE_MAX]; /* what the junk is made of: a word, a sentence */
	uint64_t stance_since_s;
	uint8_t mode[FW_FILTER_COUNT], acting[FW_FILTER_COUNT];
	bool bypass; /* a person switched all filters off */
	double rate[FW_OUTCOME_COUNT]; /* packets to protected addresses a second, over the last tick */
	double lane_rate[FW_LANE_COUNT][FW_OUTCOME_COUNT];
	struct fw_shield_counts counts; /* summed over CPUs */
	uint64_t samples_written, samples_left_out; /* frames in the samples' file, frames that it had no room for */
	struct fill_view fills[SHIELD_FILLS_MAX];
	uint32_t fill_count;
	uint32_t decisions; /* that stand */
	char store_why[SHIELD_SENTENCE_MAX]; /* "": sound */
	struct zone_view *zones; /* zone_count; place 0 stands for no zone of ours */
	uint32_t zone_count;
};
