/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pcapng written: one section, nanoseconds, one interface for each link type as it is first met. Used by folder.c. */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "model/frame.h"

enum { PCAPNG_LINKS_MAX = 16, PCAPNG_COMMENT_MAX = 65532 };

struct pcapng_writer {
	FILE *out; /* borrowed; its error flag tells of what could not be written */
	uint16_t links[PCAPNG_LINKS_MAX];
	uint32_t link_count;
};

/* The section header, with the comment where it is not "". */
void pcapng_write_section(struct pcapng_writer *writer, FILE *out, const char *comment);
/* Returns 0, or -E2BIG for one more link type than there is room for. */
int pcapng_write_frame(struct pcapng_writer *writer, const struct frame *frame);
