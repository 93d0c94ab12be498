/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What zone.c (names, questions, answers) and zone_judge.c (seconds to findings) share; the idea stands in zone.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "detect/sketch.h"
#include "detect/zone.h"

enum { HOT_MAX = 64 };
enum { RING = 16, WINDOW = 10, WAIT = 3 };
#define SECOND_NS 1000000000ull

enum side { SIDE_ASKING, SIDE_ASKED };

struct second {
	uint32_t once; /* labels first asked in it and never again */
	uint32_t failed, answered;
	uint32_t lost; /* forgotten before an answer was seen */
	uint32_t questions; /* all of them */
	uint32_t outside; /* those from clients that are not ours */
	uint64_t bytes, outside_bytes;
};

struct zone_key {
	uint64_t name_hash;
	uint32_t device;
	uint32_t side;
};

struct zone {
	struct zone_key key;
	uint64_t begin_ns, last_ns;
	uint32_t serial;
	uint32_t newest; /* number of the latest second that holds something */
	uint32_t judged; /* number of the next second to judge; meant only while hot */
	uint32_t spent; /* seconds below this number have been counted as junk */
	bool hot, alarmed, many_servers;
	bool refused; /* no room among the hot ones, and counted for that */
	uint8_t server[16], client[16];
	struct few clients;
	uint64_t told_labels, told_failed;
	struct second ring[RING];
	char name[EVIDENCE_ZONE_MAX];
};

enum outcome { OUTCOME_WAITING, OUTCOME_FAILED, OUTCOME_ANSWERED };

struct label {
	uint64_t name_hash;
	uint32_t zone, serial; /* index in the zone table, and its serial then */
	uint64_t asked_ns;
	uint32_t second;
	uint16_t id, type;
	uint8_t outcome;
	bool repeated;
};

struct zone_watch {
	struct table zones, labels;
	uint32_t hot[HOT_MAX]; /* in the order they became it */
	uint32_t hot_count;
	uint32_t serial;
	uint64_t now_ns, left_out;
	struct book *book;
	struct flood *flood;
	uint8_t hash_key[16];
};

/* NULL when the ring does not hold it. */
static inline struct second *second_at(const struct zone *zone, uint32_t number)
{
	if (number > zone->newest || zone->newest - number >= RING)
		return NULL;
	return (struct second *)&zone->ring[number % RING];
}

/* name is the zone, or below it. */
bool zone_holds(const char *zone, struct slice name);

/* After a question: the zone is watched from now on if it comes near a limit. */
void zone_consider(struct zone_watch *watch, struct zone *zone);
/* Judges the seconds below limit that were not judged yet. */
void zone_judge_until(struct zone_watch *watch, struct zone *zone, uint32_t limit);
