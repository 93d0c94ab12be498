/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard in user space: the judge of wire/guard.h over tables instead of maps, frame by frame, without root, clock or network.
 * Called by tests, which hold it against the kernel's, and by whoever wants to know what a policy would have made of a capture.
 *
 * The tables lie open, as those of the shield's twin: whoever made it fills them as the daemon fills the maps (layout:
 * wire/guard_state.h; where things go: wire/guard_key.h). All memory is taken at the start.
 */
#pragma once

#include "wire/guard.h"

struct twin_guard; /* owns the tables */

/* One frame of Ethernet as it is judged. */
struct twin_guard_frame {
	uint64_t now_ns;
	const uint8_t *bytes;
	uint32_t len; /* bytes there are of it */
	uint32_t frame_len; /* bytes that it had: more than len where a capture cut it */
	uint32_t packets; /* how many a card makes of it; 0 is 1 */
	uint16_t vlan; /* tag beside the bytes, 0: none */
};

struct twin_guard_verdict {
	enum fw_guard_outcome outcome; /* PASSED or DROPPED */
	enum fw_reason reason;
	enum fw_reason would; /* the first reason for which a filter that observes would have stopped it, or none */
	enum fw_guard_filter filter; /* which spoke first; FW_GUARD_FILTER_COUNT: none, or the fail mode */
	uint32_t place; /* of the device */
	uint32_t rule; /* which of its policy's rules decided, counted from 0; UINT32_MAX: none */
	const struct fw_guard_frame *sent; /* what goes up, the kept bytes behind it; borrowed until the next frame; NULL: nothing */
};

/* Returns 0 or -ENOMEM, -EINVAL for sizes that are not as said. */
int twin_guard_new(const struct fw_guard_sizes *sizes, struct twin_guard **out);
void twin_guard_free(struct twin_guard *guard);

/* What is in them: borrowed, free to be written between two frames. config has its masks and counts set, all else is zero. */
struct fw_guard_tables twin_guard_tables(struct twin_guard *guard);

/* A frame that leaves a device, whose MAC is its source. */
struct twin_guard_verdict twin_guard_out(struct twin_guard *guard, const struct twin_guard_frame *frame);

/* A frame on its way to a device, whose MAC is its destination. */
struct twin_guard_verdict twin_guard_in(struct twin_guard *guard, const struct twin_guard_frame *frame);
