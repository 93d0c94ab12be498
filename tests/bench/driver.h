/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the driver of the bench makes its frames of: shapes made by user space, and numbers that it draws itself. Shared by driver.bpf.c and its loaders. */
#pragma once

#include <stdint.h>

enum { BENCH_SHAPES = 4096, BENCH_FRAME_MAX = 168 };

/* One frame whose source, and eight letters of whose name, are still open. */
struct bench_shape {
	uint64_t capitals; /* a bit 0x20 in each byte whose letter is to be a capital */
	uint32_t frame_len;
	uint16_t source_off; /* of the four bytes that tell sources apart; zero in frame[] */
	uint16_t letters_off; /* of the eight letters; 0: none */
	uint16_t checksum_off; /* of the IPv4 header's; 0: none */
	uint16_t checksum; /* its one's complement sum so far, of big-endian words */
	uint32_t zero; /* padding, always zero */
	uint8_t frame[BENCH_FRAME_MAX];
};
_Static_assert(sizeof(struct bench_shape) == 192, "three cache lines");

struct bench_dial {
	uint64_t random; /* state of the generator, never 0 */
	uint64_t runs; /* frames made */
	uint32_t source_base; /* the upper byte of all sources */
	uint32_t source_count; /* at most 2^24 */
	uint32_t name_first, name_count; /* numbers of the names that are drawn */
	uint32_t verdict; /* where no program is called: XDP_DROP, or XDP_TX to send the frame */
	uint32_t zero; /* padding, always zero */
};
_Static_assert(sizeof(struct bench_dial) == 40, "no holes");

/* Eight letters from 'a' to 'p': another number, other letters. The number is scattered first, so that neighbours share nothing. */
static inline uint64_t bench_letters(uint32_t number)
{
	uint64_t x = (uint32_t)(number * 2654435761u);

	x = (x | x << 16) & 0x0000ffff0000ffffull;
	x = (x | x << 8) & 0x00ff00ff00ff00ffull;
	x = (x | x << 4) & 0x0f0f0f0f0f0f0f0full;
	return x + 0x6161616161616161ull;
}

/* The source of this number, in host order: all different below 2^24, no two neighbours close. */
static inline uint32_t bench_source(uint32_t base, uint32_t number)
{
	return base | ((number * 2654435761u) & 0xffffff);
}
