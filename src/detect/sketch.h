/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many different things were seen, in memory that does not grow with them: exact while they are few,
 * estimated within 2 % after that. Used by flood.c for the senders of a flood.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { SKETCH_BITS = 14, SKETCH_REGISTERS = 1 << SKETCH_BITS };

struct sketch {
	uint8_t registers[SKETCH_REGISTERS]; /* zeroed: empty */
};

/* hash: 64 bits of a good hash of the thing (SipHash); the same thing may be added any number of times. */
void sketch_add(struct sketch *sketch, uint64_t hash);

/* Standard error 1.04 / sqrt(16384) = 0.8 %. Saturates at UINT32_MAX. */
uint32_t sketch_count(const struct sketch *sketch);

enum { FEW_MAX = 32 };

/* The first few, exactly: hashes in the order they came. */
struct few {
	uint64_t hashes[FEW_MAX];
	uint32_t count;
};

/* True when hash stands in it now; false when it is new and there is no room. */
bool few_add(struct few *few, uint64_t hash);
