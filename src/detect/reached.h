/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `reached-from-internet`: somebody outside opened a conversation with a device of ours, and the device answered. Called by
 * detect.c for each packet; an ordinary one leaves after two comparisons.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "detect/book.h"
#include "model/contact.h"

struct reached; /* owns what was asked, spoken from and reached; borrows the book */

/* side_inferred: the capture was taken at a server, whose job it is to answer. Returns 0 or -ENOMEM. */
int reached_new(const uint8_t hash_key[16], bool side_inferred, struct book *book, struct reached **out_reached);
void reached_free(struct reached *reached);

void reached_packet(struct reached *reached, const struct sighting *seen);
void reached_port_mapping(struct reached *reached, const struct port_mapping_seen *seen);

/* Judges what has waited for its minute. */
void reached_tick(struct reached *reached, uint64_t now_ns);
/* The capture is over: judges everything as it stands. */
void reached_end(struct reached *reached);

/* Lets go of findings that leave the book. */
void reached_forget(struct reached *reached);

/* True if this device itself opened UDP conversations from this port with at least so many (at most 4) outside addresses. */
bool reached_speaks_from(const struct reached *reached, uint32_t device, uint16_t port, uint32_t addresses);

/* True if the capture was 2 minutes old when this UDP conversation was first seen: so it is not the rest of an older one (reached.c). */
bool reached_is_begun(const struct reached *reached, uint64_t opened_ns);

/* Services that were reached and are not listed, because the list or a device's share of it was full. */
uint64_t reached_left_out(const struct reached *reached);
