/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is usual, in one number: an exponential mean whose beginning is a plain mean. Shared by stance.c and budget.c. */
#pragma once

#include <stdint.h>

enum { MEAN_ONE = 1024, MEAN_WEIGHT_ONE = 65536 };

/* The mean in 1/1024 after span_ns at this rate, of all learned_ns that count (this span among them). */
static inline uint64_t mean_next(uint64_t mean, uint64_t rate, uint64_t span_ns, uint64_t learned_ns)
{
	uint64_t over_us = (learned_ns > span_ns ? learned_ns : span_ns) / 1000;
	int64_t weight = (int64_t)(span_ns / 1000 * MEAN_WEIGHT_ONE / (over_us ? over_us : 1));
	int64_t gap = (int64_t)(rate * MEAN_ONE) - (int64_t)mean;

	return (uint64_t)((int64_t)mean + gap * weight / MEAN_WEIGHT_ONE);
}
