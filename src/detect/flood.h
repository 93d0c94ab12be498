/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `flood` and `receives-flood`: junk that leaves a device of ours, and junk that falls on one. Sees every packet, so an ordinary
 * one must leave after a few instructions. Also keeps the sums of all junk. Called by detect.c and zone.c.
 */
#pragma once

#include <stdint.h>

#include "detect/book.h"
#include "detect/spread.h"
#include "model/contact.h"
#include "model/finding.h"
#include "model/junk.h"

struct flood; /* owns the rates, the senders' sketches and the sums; borrows the book */

/* rate_max: (device, vector, target) rates watched at once, at most 2^20 - 1. Returns 0, -EINVAL or -ENOMEM. */
int flood_new(uint32_t rate_max, const uint8_t hash_key[16], struct book *book, struct flood **out_flood);
void flood_free(struct flood *flood);

void flood_packet(struct flood *flood, const struct sighting *seen);
/* A remote sender says who made it, or what it is: its junk, what is not judged yet included, counts for that. */
void flood_sender_says(struct flood *flood, const uint8_t address[16], const struct sender_says *says);
/* Junk that another rule found; finding->flood.vector says of which vector. */
void flood_add_junk(struct flood *flood, const struct finding *finding, const struct junk_piece *piece);

/*
 * Of the frames that reached this device (DEVICE_NONE: whichever) since the last call, `lost` were not seen beside `seen` that were: a flood of
 * its is judged as if as many of the lost ones had been answers.
 */
void flood_unheard(struct flood *flood, uint32_t device, uint64_t lost, uint64_t seen);

/* Judges the windows that are over at now_ns. */
void flood_tick(struct flood *flood, uint64_t now_ns);
/* The capture is over: judges all windows as they stand. */
void flood_end(struct flood *flood, uint64_t now_ns);

/* Borrowed, valid until the next call. Backscatter is no junk: it is in its finding, not in these sums. */
const struct junk *flood_junk(struct flood *flood);
const struct timeline *flood_timeline(struct flood *flood); /* likewise */
/* Windows that were closed early to make room, and parties of the junk that were forgotten for want of it. */
uint64_t flood_left_out(const struct flood *flood);
