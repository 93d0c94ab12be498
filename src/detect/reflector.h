/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `reflector`: a UDP service of ours that answers the outside with far more than it was asked, so that whoever asks under a forged
 * address floods its owner with us. Called by detect.c for each packet; what is no UDP from outside leaves at once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "detect/book.h"
#include "detect/reached.h"
#include "model/contact.h"

struct reflector; /* owns the services that were seen to amplify; borrows the rest */

/* reached tells whose port is a peer's. Returns 0 or -ENOMEM. */
int reflector_new(
	const uint8_t hash_key[16], bool side_inferred, struct book *book, const struct reached *reached, struct reflector **out_reflector);
void reflector_free(struct reflector *reflector);
void reflector_packet(struct reflector *reflector, const struct sighting *seen);
/* Lets go of findings that leave the book. */
void reflector_forget(struct reflector *reflector);
/* Services whose counts were dropped to make room before they came to a finding. */
uint64_t reflector_left_out(const struct reflector *reflector);
