/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `forged-source`: packets that leave with a source address that is not ours. Called by detect.c for each such frame; the hall
 * has already held back what may carry such a source (DHCP's 0.0.0.0, link-local, multicast).
 */
#pragma once

#include <stdint.h>

#include "detect/book.h"
#include "model/contact.h"

struct spoof; /* owns what is known of each device that did it; borrows the book */

int spoof_new(const uint8_t hash_key[16], struct book *book, struct spoof **out_spoof);
void spoof_free(struct spoof *spoof);
void spoof_see(struct spoof *spoof, const struct forged_seen *seen);

/* Devices whose forged packets, too few yet to be told, were forgotten because the list was full. */
uint64_t spoof_left_out(const struct spoof *spoof);
