/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who talks to whom, cut to what fits on a page: the devices that spoke most, the peers they spoke most with, and one row on either
 * side for all others. Pure; html_talk.c draws it.
 */
#pragma once

#include "report/report.h"

enum { TALK_LEFT_MAX = 8, TALK_RIGHT_MAX = 12 }; /* the rows for the others come on top */

struct talk_end {
	const struct device *device; /* NULL: an address outside, or the others */
	const struct talk_pair *pair; /* without a device: its own or peer address, as the side is; NULL for the others */
	uint64_t packets, junk;
	uint64_t others; /* how many stand behind this row; 0 for one that stands for itself */
};

struct talk_cell {
	uint64_t packets, junk;
};

struct talk_view {
	struct talk_end left[TALK_LEFT_MAX + 1], right[TALK_RIGHT_MAX + 1];
	size_t left_count, right_count;
	struct talk_cell cells[TALK_LEFT_MAX + 1][TALK_RIGHT_MAX + 1];
	uint64_t forgotten; /* packets of pairs that are no longer known one by one */
};

/* Of a pair's packets, those that a finding calls a flood. At most its packets. */
uint64_t talk_junk(const struct report_view *view, const struct talk_pair *pair);

/* Returns 0 or -ENOMEM. */
int talk_view_make(const struct report_view *view, struct talk_view *out);
