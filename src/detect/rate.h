/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets per second of many streams at once: windows of one second, judged when they close. flood.c says what a stream is,
 * counts into it, and is told which windows were guilty. Bounded: a table of fixed size with exact LRU.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/table.h"

enum { RATE_PAST_MAX = 5 };

struct rate_key {
	uint8_t target[16];
	uint32_t device;
	uint32_t what; /* the owner's: what kind of stream */
};

/* Guilty: burst packets in one window, or steady packets in each of steady_windows windows in a row, and too few answers. */
struct rate_rule {
	uint32_t burst, steady;
	uint32_t steady_windows; /* at most RATE_PAST_MAX */
};

/* The part of a window that the owner sets apart: counted by it, kept and summed up with the window. */
struct rate_part {
	uint64_t bytes;
	uint32_t packets, answers;
};

struct rate_past {
	uint64_t begin_ns, bytes;
	uint32_t packets, answers;
	struct rate_part part;
};

/* First member of the owner's own entry. */
struct rate {
	struct rate_key key;
	uint64_t begin_ns, last_ns; /* of the window under way, or of the last one */
	uint64_t bytes;
	uint32_t packets, answers;
	struct rate_part part;
	uint32_t taken; /* packets that turned out to be asked for */
	uint32_t serial; /* how many have had this place, this one included */
	uint32_t prev_open, next_open;
	bool open, alarmed;
	uint8_t past_count;
	const struct rate_rule *rule;
	uint64_t guilty_ns; /* when the latest guilty window began */
	struct rate_past past[RATE_PAST_MAX]; /* windows in a row, the latest last */
};

struct rate_sum {
	uint64_t packets, answers, bytes;
	uint32_t peak_pps;
};

/* What a closing window added: the whole of it, and the part set apart. */
struct rate_guilt {
	uint64_t first_ns, last_ns;
	struct rate_sum all, part;
};

/*
 * A window has closed. guilt is NULL when it was not guilty; then streak tells whether it may still become part of a guilty
 * row of windows. Must not add or remove rates.
 */
typedef void rate_closed(void *context, struct rate *rate, const struct rate_guilt *guilt, bool streak);
/* It makes room for another; told after its window, if one was open, was closed. */
typedef void rate_left(void *context, struct rate *rate);

struct rates {
	struct table table;
	uint32_t open_head, open_tail; /* rates with an open window, the earliest begin first; TABLE_NONE */
	uint32_t vacated; /* serial of whoever made room in the call under way; 0 nobody */
	uint32_t latest; /* the one looked up last */
	uint64_t cut_short; /* windows closed early to make room */
	rate_closed *closed;
	rate_left *left;
	void *context;
};

/* sum grows by more; of the peaks the higher stays. */
void rate_sum_add(struct rate_sum *sum, const struct rate_sum *more);

/* At most 2^20 - 1 rates. Returns 0, -EINVAL or -ENOMEM. */
int rates_init(struct rates *rates, uint32_t capacity, size_t entry_size, const uint8_t hash_key[16]);
void rates_tell(struct rates *rates, rate_closed *closed, rate_left *left, void *context);
void rates_done(struct rates *rates);

struct rate *rates_find(const struct rates *rates, const struct rate_key *key);
/* Found, or new with everything but key, rule and serial zero. Never NULL. */
struct rate *rates_put(struct rates *rates, const struct rate_key *key, const struct rate_rule *rule);

/* A word that finds a rate again without a hash, and that word's rate: NULL for 0 and for one whose place was given away (up to 4,095 times). */
uint32_t rates_memo(const struct rates *rates, const struct rate *rate);
struct rate *rates_recall(const struct rates *rates, uint32_t memo);

/* rates_tick() must have been called for now_ns. */
void rate_count(struct rates *rates, struct rate *rate, uint64_t now_ns, uint32_t bytes);
/* Packets counted so far were asked for after all; taken from the window that is open, never from earlier ones. */
void rate_take_back(struct rate *rate, uint32_t packets);
void rate_answer(struct rate *rate, uint32_t answers);
/* An answer to so many packets in a row, not all of which were seen: as how many it counts. */
uint32_t rate_answers_for(uint32_t packets);
/* Whether a guilty window would be one too had so many more answers come for each that was seen (or in all, where none was). */
bool rate_stays_guilty(const struct rate_guilt *guilt, uint64_t lost, uint64_t seen);

/* True if this window has answers enough to be no part of a flood. */
bool rate_is_answered(const struct rate_past *window);

/* The part set apart begins anew, in earlier windows too. */
void rate_part_clear(struct rate *rate);

/* Closes the windows that began a second or more before now_ns. */
void rates_tick(struct rates *rates, uint64_t now_ns);
/* Closes all. */
void rates_end(struct rates *rates);
/* When the next window closes; UINT64_MAX when none is open. */
uint64_t rates_due(const struct rates *rates);
