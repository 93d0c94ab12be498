/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often wrong tokens may be offered: by one address, and by all that never had the right one. A token of 256 random bits cannot be guessed; the
 * limit keeps a guesser from costing time, and says so to the person. Time is the caller's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	GUESS_PLACES = 64, /* addresses remembered; the one heard of for longest makes room */
	GUESS_OF_ONE = 6, /* wrong ones at once, then one every GUESS_ONE_S */
	GUESS_ONE_S = 20,
	GUESS_OF_ALL = 60, /* the same for all addresses together */
	GUESS_ALL_S = 2,
};

struct guesser {
	uint8_t address[16]; /* IPv6: its /64 */
	uint64_t full_ns; /* when nothing is held against it any more; each wrong one moves it on */
	uint64_t last_ns; /* 0: an empty place */
	bool known; /* had the right token once: what others do is not held against it */
};

struct guesses {
	struct guesser places[GUESS_PLACES];
	uint64_t full_ns; /* of all */
};

/* Whether a token of this address may be looked at; else in how many seconds. */
bool guess_may(const struct guesses *guesses, const uint8_t address[16], uint64_t now_ns, uint32_t *out_wait_s);
void guess_note(struct guesses *guesses, const uint8_t address[16], bool right, uint64_t now_ns);
