/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the junk adds up to: in all, by vector, by target, and by the maker that remote senders name for themselves.
 * Filled by flood.c, which sees to it that a packet comes here once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/fact.h"
#include "model/junk.h"

struct tally; /* owns the sums, the targets and the senders that named themselves */

enum { TALLY_SENDER_MAX = 8192, TALLY_TARGET_MAX = 4096, TALLY_NO_MAKER = JUNK_MAKER_MAX };

/* Where a sender's packets were counted: a memo of its rate and the begin of the window. */
struct tally_mark {
	uint32_t memo;
	uint64_t window_ns;
};

int tally_new(const uint8_t hash_key[16], struct tally **out_tally);
void tally_free(struct tally *tally);

void tally_vector(struct tally *tally, enum vector vector, struct junk_count count);
/* Junk counted under one vector turned out to be of another. */
void tally_move(struct tally *tally, enum vector from, enum vector to, struct junk_count count);
/* prefix and bits name the target; exact is an address met there, many: others too. Shown as exact while only one was met. */
void tally_target(struct tally *tally, const uint8_t prefix[16], uint8_t bits, const uint8_t exact[16], bool many, struct junk_count count);
void tally_maker(struct tally *tally, uint32_t maker, struct junk_count count);

/*
 * A packet of a remote sender: the number of its maker, or TALLY_NO_MAKER. talks: packets of this kind may name the sender,
 * so that what it sends before it does so is remembered (for the latest mark only).
 */
uint32_t tally_see(struct tally *tally, const uint8_t address[16], bool talks, struct tally_mark mark, uint32_t bytes);

/*
 * The sender named its maker: its number, and what it sent nameless under *out_mark (memo 0: nothing). The first name holds.
 * TALLY_NO_MAKER when it had a name, the name is empty, or there are JUNK_MAKER_MAX others.
 */
uint32_t tally_name(
	struct tally *tally, const uint8_t address[16], struct slice maker, struct tally_mark *out_mark, struct junk_count *out_earlier);

/* Targets and senders that made room: their part is in the sums by vector alone. */
uint64_t tally_left_out(const struct tally *tally);

/* The sums as they stand; borrowed, valid until the next call. */
const struct junk *tally_junk(struct tally *tally);
