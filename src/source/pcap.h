/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The classic capture format: a header of 24 bytes, then packets. Used by input.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/frame.h"
#include "source/window.h"

struct pcap {
	bool swapped;
	uint16_t link;
	uint32_t record_len; /* of a packet's header */
	uint32_t fraction_ns; /* nanoseconds in one unit of the time's fraction */
};

/* True if a file that starts with these 4 bytes is of this format. */
bool pcap_known(const uint8_t magic[4]);

/* Reads the file's header. OK, SHORT, or BAD with the fault set. */
enum fw_read pcap_read_header(struct pcap *pcap, struct window *window);

/*
 * Reads one packet: time_ns, bytes, lengths and link of *out_frame; the bytes stay until the next call.
 * OTHER at the end of the file; SHORT and BAD with the fault set.
 */
enum fw_read pcap_read(struct pcap *pcap, struct window *window, struct frame *out_frame);
