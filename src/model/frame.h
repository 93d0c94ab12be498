/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One captured frame, as source/ hands it to the hall.
 * The bytes are borrowed: they live until the next frame is asked for.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct frame {
	uint64_t time_ns; /* since 1970-01-01T00:00:00Z */
	uint64_t number; /* 1-based position in its own file */
	const uint8_t *bytes; /* cap_len of them */
	uint32_t cap_len; /* captured */
	uint32_t wire_len; /* on the wire, as the capture says; >= cap_len */
	uint16_t link; /* LINKTYPE_ value of the capture format (tcpdump.org/linktypes.html) */
	uint16_t input; /* which input it came from: index into source_report() */
	/* Live, where not every frame is handed on; both zero in a capture. */
	uint8_t answers_for; /* packets in a row that this one answers: some of them, and of their answers, were not handed on */
	bool stopped; /* it was stopped on its way: that nobody answers says nothing */
};
