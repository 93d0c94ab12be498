/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `policy-violation`: a device sends what its own policy does not allow. Who judges packets by policy is the hall's affair; here
 * each device's violations become one finding, medium. Called by detect.c for each such packet.
 */
#pragma once

#include <stdint.h>

#include "detect/book.h"
#include "model/contact.h"

struct violation_watch; /* owns the peers of each device; borrows the book */

int violation_watch_new(const uint8_t hash_key[16], struct book *book, struct violation_watch **out_watch);
void violation_watch_free(struct violation_watch *watch);
void violation_see(struct violation_watch *watch, const struct violation_seen *seen);
