/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces of Prometheus' text format that all writers of numbers share. Names are given without their "floodwall_". */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum metric_type { METRIC_COUNTER, METRIC_GAUGE };

/* HELP and TYPE; its samples follow in one piece. */
void metric_family(FILE *out, const char *name, enum metric_type type, const char *help);
/* A label's value, escaped. */
void metric_label(FILE *out, const char *value);
/* A family of one value without labels. */
void metric_single(FILE *out, const char *name, enum metric_type type, const char *help, uint64_t value);
/* A sample of each word: 1 for the one that holds. */
void metric_one_of(FILE *out, const char *name, const char *label, const char *const *words, unsigned count, unsigned holds);

/* What the daemon says of itself in either role. */
struct metric_process {
	const char *version, *role, *more; /* more: further labels with their comma, or "" */
	uint64_t started_s, now_s, resident_bytes;
	uint32_t generation, decisions;
	bool refused, store_sound;
};
void metric_process(FILE *out, const struct metric_process *process);
