/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far a long job is: one line on a terminal, from the first second on, redrawn at most five times a second, gone at the
 * end. Where standard error is no terminal there is none.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "source/source.h"

enum { PROGRESS_LINE_MAX = 256 };

struct progress {
	FILE *terminal; /* NULL: nothing is shown */
	uint64_t start_ns, drawn_ns;
	size_t drawn_len; /* columns to wipe */
	unsigned columns;
};

void progress_start(struct progress *progress, FILE *terminal, uint64_t now_ns);

/* Is it time to draw the line (again)? Pure. */
bool progress_due(const struct progress *progress, uint64_t now_ns);

/* For source_watch(): context is the struct progress. */
void progress_see(void *context, const struct source_progress *at);

/* Wipes the line. */
void progress_end(struct progress *progress);

/* The line after elapsed_ns, shorter than columns. Pure. Returns its length. */
size_t progress_line(char out[PROGRESS_LINE_MAX], const struct source_progress *at, uint64_t elapsed_ns, unsigned columns);
