/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps the timeline: every packet as it comes, junk when it is judged, which is up to five seconds later. Called by flood.c
 * (packets) and shape.c (junk).
 */
#pragma once

#include "model/timeline.h"

struct spread; /* owns the timeline, about 92 kB */

/* Junk of one vector, sent between two times, both included. */
struct junk_piece {
	uint64_t first_ns, last_ns;
	struct junk_count count;
};

int spread_new(struct spread **out_spread);
void spread_free(struct spread *spread);

/* A packet now; time never runs backwards. */
void spread_packet(struct spread *spread, uint64_t now_ns, uint32_t bytes);
/* Its packets have all been given to spread_packet() before. */
void spread_junk(struct spread *spread, enum vector vector, const struct junk_piece *piece);
/* Junk told as of one vector turned out to be of another. */
void spread_move(struct spread *spread, enum vector from, enum vector to, struct junk_count count);

/* Borrowed, valid until the next call. */
const struct timeline *spread_timeline(struct spread *spread);
