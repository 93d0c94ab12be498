/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When the day's digest is due and when hours are quiet, by local time (TZ, or the machine's zone), as people's clocks show it: pure but for that.
 *
 * A digest belongs to a day: the one whose moment came last. It is due when that is a later day than that of the digest before. So a moment that
 * a change to summer time leaves out is made up for at once, one that comes twice counts once, one that was slept through is made up for
 * at the start, and a clock that is set back tells no day again. A clock that was far ahead is believed no longer: the day of the last
 * digest is then taken for the present one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { CLOCKWORK_NEVER = 0xffff, CLOCKWORK_APART_S = 6 * 3600 };

struct clockwork {
	int64_t told_day; /* days since 1970 by local time; kept over restarts. 0: none yet */
	uint64_t told_steady_s; /* 0: not in this run */
};

/* minutes: since midnight, or CLOCKWORK_NEVER. The first call ever says no: there was no day to tell of. A mad clock makes at most four a day. */
bool clockwork_due(struct clockwork *clockwork, uint16_t minutes, uint64_t wall_s, uint64_t steady_s);
/* It was told. */
void clockwork_told(struct clockwork *clockwork, uint16_t minutes, uint64_t wall_s, uint64_t steady_s);

/* From one time of the day to another, which may be on the next day; one of them CLOCKWORK_NEVER: never. */
bool clockwork_quiet(uint16_t from, uint16_t until, uint64_t wall_s);

/* "Sat 21 Nov, 07:30". Returns out. */
enum { CLOCKWORK_WORDS_MAX = 32 };
char *clockwork_words(char out[CLOCKWORK_WORDS_MAX], uint64_t wall_s);
