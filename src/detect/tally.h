/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the junk adds up to: in all, by vector, by target, and by the maker that remote senders name for themselves.
 * Filled by flood.c, which sees to it that a packet comes here once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "detect/party.h"
#include "detect/sample.h"
#include "model/fact.h"
#include "model/junk.h"

struct tally; /* owns the sums, the targets and the senders that named themselves */

enum { TALLY_SENDER_MAX = 8192, TALLY_TARGET_MAX = 4096 };

/* What a sender that said something of itself was counted as so far, and as whom it is to be counted from now on. */
struct tally_change {
	struct sample_mark mark; /* of what it sent and is not judged yet; memo 0: nothing */
	struct junk_count pending;
	uint16_t from, to; /* party.h; equal: nothing has changed */
};

int tally_new(const uint8_t hash_key[16], struct tally **out_tally);
void tally_free(struct tally *tally);

void tally_vector(struct tally *tally, enum vector vector, struct junk_count count);
/* Junk counted under one vector turned out to be of another. */
void tally_move(struct tally *tally, enum vector from, enum vector to, struct junk_count count);
/* prefix and bits name the target; exact is an address met there, many: others too. Shown as exact while only one was met. */
void tally_target(struct tally *tally, const uint8_t prefix[16], uint8_t bits, const uint8_t exact[16], bool many, struct junk_count count);
void tally_party(struct tally *tally, uint16_t party, enum vector vector, struct junk_count count);

/*
 * A packet of a remote sender: which party it belongs to. talks: packets of this kind may name the sender, so that what it
 * sends before it does so is remembered (for the latest mark only).
 */
uint16_t tally_see(struct tally *tally, const uint8_t address[16], bool talks, struct sample_mark mark, uint32_t bytes);
/* The sender is a source in the sense of junk_sources; address_hash is always made with the same key. */
void tally_source(struct tally *tally, uint64_t address_hash, struct sample_mark mark, uint16_t party);
/* What is pending under this mark was junk. */
void tally_judge(struct tally *tally, struct sample_mark mark, enum vector vector);

void tally_says(struct tally *tally, const uint8_t address[16], uint64_t address_hash, const struct sender_says *says,
	struct tally_change *out_change);

/* Targets and senders that made room, and names for which there was none: their part is in the sums by vector alone. */
uint64_t tally_left_out(const struct tally *tally);

/* The sums as they stand; borrowed, valid until the next call. */
const struct junk *tally_junk(struct tally *tally);
