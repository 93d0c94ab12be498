/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who senders say they are: maker, brand and kind, each name kept once, and the combinations of them by number. Used by tally.c;
 * crowd.c counts packets by these numbers.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/junk.h"

/* Room is set aside for makers that are told by their own protocol, and for makers without brand and kind: no list of invented names can take it. */
enum { PARTY_MAX = 512, PARTY_NOBODY = 0, PARTY_SPARE = JUNK_MAKER_MAX, PARTY_MAKER_SPARE = 16 };

struct party {
	uint8_t traits[JUNK_TRAIT_COUNT]; /* number + 1 of each name; 0 unknown */
	uint8_t basis, confidence; /* of the maker, or of what is known */
	uint8_t full; /* bits of enum junk_trait: there was no room for the name */
};
_Static_assert(JUNK_BRAND_MAX <= 256, "the last brand has no number in eight bits, and is never given");

struct party_sum {
	struct junk_count count;
	uint32_t vectors; /* bits of enum vector */
};

struct parties {
	struct party list[PARTY_MAX]; /* 0: nobody */
	struct party_sum sums[PARTY_MAX];
	uint32_t count;
	uint64_t left_out; /* statements for whose name there was no room */
};

void parties_init(struct parties *parties);

/*
 * Whom a sender is, who was `from` before, after it says this; `from` where it says nothing new. The surest statement holds,
 * among equals the first; *out_contradicted: it said something else before. Names stand in junk.
 */
uint16_t party_next(struct parties *parties, struct junk *junk, uint16_t from, const struct sender_says *says, bool *out_contradicted);

void party_add(struct parties *parties, uint16_t party, enum vector vector, struct junk_count count);
/* Writes the rows' sums of packets; those of sources are the caller's. */
void parties_sum(const struct parties *parties, struct junk *junk);
