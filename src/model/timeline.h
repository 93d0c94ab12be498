/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traffic and junk over the time of a capture, in bins of one width. The width doubles as the capture grows, so that a minute
 * and a month take the same room.
 */
#pragma once

#include <stdint.h>

#include "model/junk.h"

enum { TIMELINE_BINS = 240 };

struct timeline {
	uint64_t begin_ns; /* of the first bin */
	uint64_t width_ns; /* of each: 1/512 s doubled as often as needed */
	uint32_t bin_count; /* bins up to the last that holds anything; 0 without any traffic */
	struct junk_count all[TIMELINE_BINS]; /* every IP packet, junk included */
	struct junk_count junk[VECTOR_COUNT][TIMELINE_BINS]; /* over all bins they add up to struct junk's by_vector */
};
