/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Event lines of a running daemon, in the shape of those of a capture (docs/schema/eve.json): a finding when it appears, becomes worse or goes on; a
 * device when it or its state changes; a decision; counters once a minute. Their time is when they were told. Each writes one line and
 * returns 0, -ENOMEM or -EIO.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "model/device.h"
#include "model/finding.h"

struct live_line_finding {
	uint64_t time_ns, number;
	const struct finding *finding;
	const struct device *device; /* whose it is, or NULL */
	const char *news, *act; /* words of the schema */
	bool blocked;
};
int report_line_finding(FILE *out, const struct live_line_finding *line);

int report_line_device(FILE *out, uint64_t time_ns, const struct device *device, const char *stand);

struct live_line_decision {
	uint64_t time_ns, deed, decision, of; /* 0: none */
	uint64_t until_ns, finding; /* of the decision; 0: none */
	const char *verb, *who, *detail;
	const char *kind; /* "quarantine" ..., or NULL */
};
int report_line_decision(FILE *out, const struct live_line_decision *line);

struct live_line_stats {
	uint64_t time_ns, started_ns;
	uint64_t packets, bytes, dropped_packets, dropped_bytes, would_packets, would_bytes;
	uint64_t frames, frames_lost, devices, findings, decisions, lines_written, lines_lost, resident_bytes;
	const char *role;
};
int report_line_stats(FILE *out, const struct live_line_stats *line);

/* What to do about it, one sentence; a constant. */
const char *report_line_advice(const struct finding *finding);
