/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/event.h"

#include <stdlib.h>

#include "report/object.h"

const char *event_capture(const struct report_view *view, uint64_t first_ns, uint64_t last_ns)
{
	const char *file = NULL;

	for (size_t i = 0; i < view->capture_count; i++) {
		const struct report_capture *capture = &view->captures[i];

		if (!capture->packets || first_ns < capture->first_ns || last_ns > capture->last_ns)
			continue;
		if (file)
			return NULL;
		file = capture->file;
	}
	return view->capture_count == 1 ? view->captures[0].file : file;
}

static int by_time(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

struct event *events_sort(const struct report_view *view, size_t *out_count)
{
	struct event *events = calloc(view->device_count + view->finding_count + 1, sizeof(*events));
	size_t count = 0;

	if (!events)
		return NULL;
	for (size_t i = 0; i < view->device_count; i++)
		events[count++] = (struct event){view->devices[i]->first_ns, EVENT_DEVICE, (uint32_t)i};
	for (size_t i = 0; i < view->finding_count; i++)
		events[count++] = (struct event){view->findings[i]->first_ns, EVENT_FINDING, (uint32_t)i};
	qsort(events, count, sizeof(*events), by_time);
	*out_count = count;
	return events;
}

int event_write(FILE *out, json_t *line)
{
	int error = value_write(out, line, JSON_COMPACT);

	if (!error)
		fputc('\n', out);
	return error;
}
