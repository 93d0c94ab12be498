/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dns-random-subdomain vector: floods of questions for names that were made up, below one zone. A `flood` of the device
 * that asks, a `receives-flood` of a DNS server of ours that is asked. Called by detect.c.
 */
#pragma once

#include <stdint.h>

#include "detect/book.h"
#include "detect/flood.h"
#include "model/contact.h"

struct zone_watch; /* owns the zones and labels it remembers; borrows book and flood */

int zone_watch_new(const uint8_t hash_key[16], struct book *book, struct flood *flood, struct zone_watch **out_watch);
void zone_watch_free(struct zone_watch *watch);

void zone_watch_dns(struct zone_watch *watch, const struct dns_seen *seen);
/* Judges the seconds whose questions have had 3 s for an answer. */
void zone_watch_tick(struct zone_watch *watch, uint64_t now_ns);
/* The capture is over: what has no answer now has none. */
void zone_watch_end(struct zone_watch *watch, uint64_t now_ns);

/* Zones under suspicion that were not watched, or lost, for want of room. */
uint64_t zone_watch_left_out(const struct zone_watch *watch);
