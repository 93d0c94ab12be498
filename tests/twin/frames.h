/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frames of the twin test, one at a time: named cases first, then what is made of them (cut at every byte, every byte of
 * the headers at its edges, seeded mixtures), then corpora and captures.
 */
#pragma once

#include <stdint.h>

#include "bpf/twin.h"

enum { FRAMES_KEY = 53 }; /* the seed of the key that names are hashed with */

struct twin_frame {
	const char *name;
	uint32_t number; /* of frames made so far */
	const uint8_t *bytes; /* borrowed for the call */
	uint32_t len;
	struct fw_twin_input in;
};

typedef void (*frame_visit)(void *context, const struct twin_frame *frame);

/* Each returns how many frames it gave to visit. */
uint32_t frames_named(frame_visit visit, void *context);
uint32_t frames_cut(frame_visit visit, void *context);
uint32_t frames_edges(frame_visit visit, void *context);
uint32_t frames_mixed(uint32_t seed, uint32_t count, frame_visit visit, void *context);
uint32_t frames_buckets(frame_visit visit, void *context);

/* Files of a fuzz corpus: dns true wraps each into a datagram to port 53; else the first byte picks the link (see fuzz_packet.c). */
uint32_t frames_corpus(const char *folder, bool dns, frame_visit visit, void *context);

/* Each file whole, for corpora that have a form of their own: no frame, but its bytes. */
uint32_t frames_files(const char *folder, frame_visit visit, void *context);

/*
 * The first frames of every capture in the folder (pcap, pcapng, packed by xz). 0 where there is none. *out_silent: how many captures gave none; their
 * names are printed.
 */
uint32_t frames_captures(const char *folder, uint32_t each, frame_visit visit, void *context, uint32_t *out_silent);
