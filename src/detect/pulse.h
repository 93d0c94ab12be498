/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much a series of contacts looks like a pulse: RITA's score of four parts. Pure arithmetic; used by beacon.c.
 */
#pragma once

#include <stdint.h>

enum pulse_part { PULSE_TIMESTAMP, PULSE_SIZE, PULSE_DURATION, PULSE_HISTOGRAM, PULSE_PART_COUNT };

enum { PULSE_SERIES_MAX = 512, PULSE_BIN_COUNT = 24 };

/* Contacts of one device with one target. Times in whole seconds, from the beginning of the capture. */
struct pulse_series {
	uint32_t *times; /* sorted by pulse_read() */
	uint32_t *sizes; /* bytes sent, by conversation; likewise */
	uint32_t time_count, size_count;
	uint32_t first, last; /* of all contacts, also those not in times */
	uint32_t begin, end; /* of the capture */
	const uint32_t *bins; /* contacts per PULSE_BIN_COUNTth of the capture; NULL: made from times */
};

struct pulse {
	double parts[PULSE_PART_COUNT]; /* 0..1, rounded to thousandths */
	uint16_t score; /* thousandths */
	uint32_t period; /* seconds: median of the intervals */
};

/* The weighted sum in thousandths; parts and weights are 0..1, the weights sum to 1. */
uint16_t pulse_score(const double parts[PULSE_PART_COUNT], const double weights[PULSE_PART_COUNT]);

/* All zero when there is too little: fewer than three intervals that are not zero, or a capture shorter than a second. */
void pulse_read(const struct pulse_series *series, struct pulse *out_pulse);
