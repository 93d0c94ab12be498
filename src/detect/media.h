/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Media on their way to somebody, told from junk by the header of RTP (RFC 3550 section 5.1). A camera's pictures or one side of a
 * call, whose other side is not in the capture, are hundreds of datagrams a second without an answer.
 *
 *      0        1        2                 4                    8           12
 *      | 10.... | ...... | sequence number | timestamp of media | SSRC | ...
 *
 * Of each stream (SSRC, between two ports of two addresses) the next datagram has the next number, but for a few that were lost, and a
 * time not far from the last. A second is media if nine tenths of its datagrams follow one of the same four streams so. Who
 * floods with random bytes, with the same ones, or at many targets does not get that by chance; who sets out to imitate it does, up
 * to the rate at which a flood needs no second look (flood.c), and is not told from a camera here.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/contact.h"

enum { MEDIA_STREAMS = 4 };

/* Part of a rate: 56 bytes for each. All zero is a start. */
struct media {
	struct media_stream {
		uint32_t key; /* of SSRC, addresses and ports; 0: none */
		uint32_t timestamp;
		uint16_t sequence, zero;
	} streams[MEDIA_STREAMS];
	uint32_t in_order; /* datagrams of the second under way that follow their stream */
	uint8_t seconds; /* that were media, one after another */
	uint8_t next; /* whose place a new stream takes */
	uint16_t zero;
};

/* A datagram of the rate. */
void media_see(struct media *media, const struct sighting *seen);
/* A second of so many packets is over; at the end of another one that is not of media, the count begins anew. */
void media_close(struct media *media, uint32_t packets);
