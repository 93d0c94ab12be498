/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The newer capture format: sections of blocks, each packet tied to an interface of its own kind. Used by input.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/frame.h"
#include "source/window.h"

/* How one interface counts time and what its frames are: ns = units * multiplier >> shift / divisor + offset_s seconds. */
struct pcapng_interface {
	uint64_t multiplier, divisor;
	int64_t offset_s;
	uint32_t snap_len; /* 0: no limit */
	uint16_t link;
	uint8_t shift;
};

struct pcapng {
	bool swapped;
	uint32_t interface_count; /* of this section */
	uint64_t last_ns; /* of the packet before; for packets that bear no time */
	struct pcapng_interface interfaces[FW_PCAPNG_INTERFACES_MAX];
};

/* True if a file that starts with these 4 bytes is of this format. */
bool pcapng_known(const uint8_t magic[4]);

void pcapng_init(struct pcapng *pcapng);

/*
 * Reads blocks up to and with the next packet: time_ns, bytes, lengths and link of *out_frame; the bytes stay until the
 * next call. OTHER at the end of the file; SHORT and BAD with the fault set.
 */
enum fw_read pcapng_read(struct pcapng *pcapng, struct window *window, struct frame *out_frame);
