/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the guard's driver draws its frames from. Shared by guard_driver.bpf.c and guarded.c. */
#pragma once

#include <stdint.h>

enum { GUARD_FRAME_LEN = 64, GUARD_FLOWS = 8, GUARD_DEVICES_MOST = 10000 };

enum guard_frames_kind {
	GUARD_FRAMES_KNOWN, /* datagrams of GUARD_FLOWS flows that each device has */
	GUARD_FRAMES_OPENING, /* SYN, each from a port of its own: rules are walked, flows made */
	GUARD_FRAMES_KINDS
};

struct guard_dial {
	uint64_t random; /* state of the generator, never 0 */
	uint64_t runs; /* frames made */
	uint32_t devices; /* MACs that are drawn: guard_bench_mac() of 0 to devices - 1 */
	uint32_t kind; /* enum guard_frames_kind */
};
_Static_assert(sizeof(struct guard_dial) == 24, "no holes");

/* The last four bytes of 02:fb:...: no two neighbours close. */
static inline uint32_t guard_bench_mac(uint32_t number)
{
	return number * 2654435761u;
}
