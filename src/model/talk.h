/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who talks to whom: a device of ours and a peer, over the whole capture. inventory/ keeps the pairs, report/ shows them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/device.h"

enum { TALK_PAIR_MAX = 2048, TALK_NAME_MAX = 64 };

struct talk_pair {
	uint32_t device; /* of ours; DEVICE_NONE: an address that is not known as a device */
	uint32_t peer_device; /* DEVICE_NONE: outside, or not known as a device */
	uint8_t own[16], peer[16]; /* addresses; zero where device and peer_device say who it is */
	char name[TALK_NAME_MAX]; /* raw: what a DNS answer called peer, its end if it is long; "" where unknown */
	uint64_t packets_out, bytes_out, packets_in, bytes_in; /* from and to device */
	uint64_t unasked; /* of packets_in: what peer sent in conversations that it opened and nobody answered */
};

/* Pairs by packets, most first. */
struct talk_pairs {
	const struct talk_pair *pairs;
	uint32_t pair_count;
	uint64_t seen; /* different pairs in all: exact while all of them are kept, else estimated within 2 % */
	bool estimated;
	uint64_t packets, bytes, unasked; /* of all conversations of ours, those of forgotten pairs included */
};
