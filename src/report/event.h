/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What formats of one event a line share: which events there are, in the order of time, and how a line is written. */
#pragma once

#include <jansson.h>

#include "report/report.h"

enum event_kind { EVENT_DEVICE, EVENT_FINDING };

struct event {
	uint64_t time_ns; /* of the first packet */
	enum event_kind kind;
	uint32_t index; /* into the view's devices or findings */
};

/* The caller frees them; NULL without memory. */
struct event *events_sort(const struct report_view *view, size_t *out_count);
/* The one capture that holds the whole of it; with several such, or none, there is no answer: NULL. */
const char *event_capture(const struct report_view *view, uint64_t first_ns, uint64_t last_ns);
/* Writes and lets go of line; NULL stands for one that could not be made. Returns 0, -ENOMEM or -EIO. */
int event_write(FILE *out, json_t *line);
