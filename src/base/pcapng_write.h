/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pcapng written: one section, nanoseconds, one interface for each link type as it is first met. Used by source/ (evidence) and
 * tell/ (sampled drops).
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

enum { PCAPNG_LINKS_MAX = 16, PCAPNG_COMMENT_MAX = 65532 };

struct pcapng_packet {
	uint64_t time_ns; /* since 1970 */
	const uint8_t *bytes; /* cap_len of them, borrowed */
	uint32_t cap_len, wire_len;
	uint16_t link; /* LINKTYPE_ value */
	const char *comment; /* NULL or "": none */
};

struct pcapng_writer {
	FILE *out; /* borrowed; its error flag tells of what could not be written */
	uint16_t links[PCAPNG_LINKS_MAX];
	uint32_t link_count;
};

/* The section header, with the comment where it is not "". */
void pcapng_write_section(struct pcapng_writer *writer, FILE *out, const char *comment);
/* Returns 0, or -E2BIG for one more link type than there is room for. */
int pcapng_write_packet(struct pcapng_writer *writer, const struct pcapng_packet *packet);
/* Bytes that it takes at most. */
uint64_t pcapng_packet_len(const struct pcapng_packet *packet);
