/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part that remembers: what is found goes to the store before anybody hears of it, devices and counters once in a minute. What cannot be
 * written is a fault that the overview shows (key "store"), and is tried again.
 */
#pragma once

#include "daemon/part.h"
#include "engine/guard.h"
#include "wire/limits.h"

extern const struct part part_remember;

/* The frames that prove a finding. */
void remember_packets(struct host *host, uint32_t number, const void *bytes, size_t len);

/* Counters over time in the store: their numbers are on disk, so the order stays. */
enum remembered_counter {
	COUNTED_BYTES_OUT,
	COUNTED_BYTES_IN,
	COUNTED_PACKETS_OUT,
	COUNTED_PACKETS_IN,
	COUNTED_DROPPED_OUT,
	COUNTED_DROPPED_IN,
	COUNTED_WOULD,
	COUNTED_FINDINGS,
	COUNTED_QUESTIONS,
	COUNTED_PASSED,
	COUNTED_DROPPED,
	COUNTED_TRUNCATED,
	COUNTED_LEGITIMATE,
	COUNTED_COUNT
};

/* Findings of this run that the store does not have, as it could not be written: the latest is 0 back. NULL past the last. */
const struct found_view *remember_unkept(struct host *host, uint32_t back);

/* How many findings of this run are lost: they left memory before they could be written. */
uint64_t remember_lost(struct host *host);

/* What was counted since the last minute was written: it belongs to the minute at hand. */
void remember_running(struct host *host, uint64_t out[COUNTED_COUNT]);

/* ---- what remember*.c share ---- */

enum {
	REMEMBER_DIRTY_MAX = GUARD_FOUND_MAX, /* so that each that the guard holds has room */
	REMEMBER_AGAIN_S = 5,
	REMEMBER_MINUTE_S = 60,
	REMEMBER_JUMP_S = 3,
	REMEMBER_JUMP_SHOWN_S = 600,
	REMEMBER_LOST_SHOWN_S = 86400,
};

struct remember {
	struct host *host;
	/* findings that go on, or could not be written: within REMEMBER_AGAIN_S they are */
	uint32_t dirty[REMEMBER_DIRTY_MAX], dirty_count;
	bool broken; /* what was written last was not taken */
	/* findings that left the guard's memory before they could be written: so far, and when it was said last (steady; 0: it is not said now) */
	uint64_t lost, lost_said, lost_s;
	uint32_t counted
		[FW_FINDING_MAX]; /* numbers of those, each in the place of its remainder: one that comes again and goes again is no second one */
	struct table *devices; /* what was kept of each; NULL in the role shield */
	uint32_t devices_at; /* those before this one, in their order, were looked at in this round; 0: it is over */
	/* totals as they were counted last */
	uint64_t totals[COUNTED_COUNT], findings;
	bool based; /* they are there */
	/* clocks */
	uint64_t steady_s, wall_s; /* of the last tick */
	uint64_t again_s, minute_s, devices_s, second_s, jumped_s; /* steady; when that was done last */
};

/* Notes whether the store took something; says so when that changes. Returns error. */
int remember_took(struct remember *remember, int error, const struct fault *fault);

/* remember_findings.c */
void remember_finding(struct remember *remember, const struct found_view *found, enum live_news news);
void remember_again(struct remember *remember);
/* Findings that wait to be written and of which the store has nothing. */
uint32_t remember_waiting(const struct remember *remember);
/* One finding as it is kept and shown; NULL: no memory. */
json_t *remember_show(struct host *host, const struct found_view *found);
/* What of a kept entry may have changed since: its device's name, whether it is muted. */
void remember_refresh(struct host *host, json_t *entry, uint32_t packets_len);

/*
 * remember_devices.c. A round goes by all devices, and writes a number of those that changed with each call: what is not at its end goes on from there (one
 * that leaves meanwhile may cost another its turn in this round). all: in one call, and those that changed by little as well.
 */
int remember_open_devices(struct remember *remember);
void remember_devices(struct remember *remember, bool all);

/* remember_traffic.c: what the totals grew by since the last call falls into the minute of time_s. */
void remember_traffic(struct remember *remember, uint64_t time_s);

/* ---- what show_history.c and show_traffic.c share ---- */

/* A number from 1 on of a request; *out stays where there is none. 0 or -EINVAL with the fault. */
int history_number(const json_t *request, const char *key, uint64_t most, uint64_t *out, struct fault *out_fault);
json_t *show_traffic(struct host *host, const json_t *request, struct fault *out_fault);
