/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who sends to one victim: how many different senders, proven and unproven apart, and what each named party's share is.
 * Exact up to FEW_MAX senders; past that, or as soon as a sender has a name, it borrows a place of a small pool.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "detect/party.h"
#include "detect/sketch.h"
#include "model/junk.h"

enum { CROWD_PLACE_MAX = 64 };

/* Stands in the victim's entry; zeroed: nobody yet. */
struct crowd {
	struct few few; /* the lowest bit of a hash: proven */
	bool estimated; /* the place's sketches hold all */
	bool overflowed; /* more than FEW_MAX, and no place was free to say how many */
	uint8_t place; /* number + 1 in the pool */
	uint64_t used_ns;
};

struct crowds; /* the pool */

int crowds_new(struct crowds **out_crowds);
void crowds_free(struct crowds *crowds);

/* A packet of the sender with this hash; proven: it completed a handshake. */
void crowd_see(struct crowds *crowds, struct crowd *crowd, uint64_t sender_hash, bool proven, uint64_t now_ns);
/* Packets of a sender that belongs to this party. */
void crowd_party(struct crowds *crowds, struct crowd *crowd, uint16_t party, struct junk_count count, uint64_t now_ns);
/* What was counted as one party's turns out to be another's. */
void crowd_move(struct crowds *crowds, struct crowd *crowd, uint16_t from, uint16_t to, struct junk_count count, uint64_t now_ns);

void crowd_count(const struct crowds *crowds, const struct crowd *crowd, uint32_t *out_proven, uint32_t *out_unproven);
/* Hands each party's count on and sets it to zero. */
void crowd_parties_take(
	struct crowds *crowds, struct crowd *crowd, void (*take)(void *context, uint16_t party, struct junk_count count), void *context);
/* Back to nobody; gives the place back. */
void crowd_clear(struct crowds *crowds, struct crowd *crowd);
