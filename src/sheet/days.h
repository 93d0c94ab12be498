/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dates as people know them: a year, a month, a day. "2014" is any day of that year, so a question about it may have three
 * answers.
 */
#pragma once

#include <stdint.h>

#include "model/sheet.h"

/* Days since 1970-01-01; from inclusive, to exclusive. */
struct days {
	int32_t from, to;
};
enum { DAYS_EVER = INT32_MAX };
/* Nothing is known. */
#define DAYS_UNKNOWN ((struct days){-DAYS_EVER, DAYS_EVER})

/* 2014, 2014-11 or 2014-11-30; years 1970 to 2199. Returns 0 or -EINVAL. */
int days_read(const char *word, struct days *out_days);

enum truth days_before(struct days a, struct days b); /* wholly before its first day */
enum truth days_within(struct days a, struct days b); /* on one of its days */
