/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HyperLogLog (Flajolet, Fusy, Gandouet, Meunier 2007) with 2^14 registers of a byte.
 *
 *      hash:  | register: 14 bits | the rest: 50 bits, of which the position of the first 1 counts |
 *
 * A register keeps the largest position seen (1..51), so that 2^-register says how many things it must have met. The
 * first paper's estimate is biased around 2.5 times the number of registers (40,000: just where a flood of an ordinary
 * bot net lies), and its cure was a measured table. Ertl ("New cardinality estimation algorithms for HyperLogLog sketches",
 * 2017, algorithm 6) needs none: it takes the count of registers at each value and corrects for those still at zero
 * (sigma) and those at the top (tau). That one is used here.
 */
#include "detect/sketch.h"

#include <math.h>

enum { REST_BITS = 64 - SKETCH_BITS, TOP = REST_BITS + 1 };

void sketch_add(struct sketch *sketch, uint64_t hash)
{
	uint32_t index = (uint32_t)(hash >> REST_BITS);
	uint64_t rest = hash << SKETCH_BITS;
	uint8_t position = rest ? (uint8_t)(__builtin_clzll(rest) + 1) : TOP;

	if (position > sketch->registers[index])
		sketch->registers[index] = position;
}

static double sigma(double x)
{
	double y = 1, z = x, before;

	if (x >= 1)
		return INFINITY;
	do {
		x *= x;
		before = z;
		z += x * y;
		y += y;
	} while (z > before);
	return z;
}

static double tau(double x)
{
	double y = 1, z = 1 - x, before;

	if (x <= 0 || x >= 1)
		return 0;
	do {
		x = sqrt(x);
		before = z;
		y *= 0.5;
		z -= (1 - x) * (1 - x) * y;
	} while (z < before);
	return z / 3;
}

uint32_t sketch_count(const struct sketch *sketch)
{
	static const double m = SKETCH_REGISTERS, alpha = 0.72134752044448170368; /* 1 / (2 ln 2) */
	uint32_t at[TOP + 1] = {0};
	double z, count;

	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++)
		at[sketch->registers[i]]++;
	z = m * tau(1 - at[TOP] / m);
	for (uint32_t k = TOP - 1; k >= 1; k--)
		z = 0.5 * (z + at[k]);
	z += m * sigma(at[0] / m);
	count = alpha * m * m / z + 0.5;
	return count < (double)UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

bool few_add(struct few *few, uint64_t hash)
{
	for (uint32_t i = 0; i < few->count; i++)
		if (few->hashes[i] == hash)
			return true;
	if (few->count == FEW_MAX)
		return false;
	few->hashes[few->count++] = hash;
	return true;
}
