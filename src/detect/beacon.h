/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `beacon`: a device that calls the same outside address again and again with the regularity of a clock. Called by detect.c.
 */
#pragma once

#include <stdint.h>

#include "detect/book.h"
#include "model/contact.h"

struct beacon_watch; /* owns the series of contacts; borrows the book */

/*
 * For a run without an end: judges each series soon after it went on, over the latest day, as RITA does. An address that was
 * resolved before the start is not known to have a name, so nothing is judged for the first quiet_ns.
 */
void beacon_watch_live(struct beacon_watch *watch, uint64_t quiet_ns);

int beacon_watch_new(const uint8_t hash_key[16], struct book *book, struct beacon_watch **out_watch);
void beacon_watch_free(struct beacon_watch *watch);

void beacon_watch_contact(struct beacon_watch *watch, const struct contact *contact);
void beacon_watch_conversation(struct beacon_watch *watch, const struct conversation_end *end);

/* Keeps the clock, whose first reading is the begin of the capture; a run without an end is judged once in 24 hours. */
void beacon_watch_tick(struct beacon_watch *watch, uint64_t now_ns);
/* The capture is over: judges all series. */
void beacon_watch_end(struct beacon_watch *watch, uint64_t now_ns);

/* Series that were begun and had to make room. */
uint64_t beacon_watch_left_out(const struct beacon_watch *watch);
