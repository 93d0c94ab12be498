/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <time.h>

#include "report/html.h"

#define MS 1000000ull
#define SECOND (1000 * MS)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

enum { TICKS_MAX = 7 };

/* Round for a clock, and each multiple of one is on the clock's own divisions. */
static const uint64_t steps[] = {MS, 2 * MS, 5 * MS, 10 * MS, 20 * MS, 50 * MS, 100 * MS, 200 * MS, 500 * MS, SECOND, 2 * SECOND,
	5 * SECOND, 10 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR,
	2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 5 * DAY, 10 * DAY, 30 * DAY, 100 * DAY, 365 * DAY, 1000 * DAY, 3650 * DAY,
	10000 * DAY, 36500 * DAY};

static uint64_t step_for(uint64_t span_ns)
{
	size_t i = 0;

	while (i + 1 < sizeof(steps) / sizeof(steps[0]) && span_ns / steps[i] >= TICKS_MAX)
		i++;
	return steps[i];
}

static void label(char *out, size_t out_size, uint64_t time_ns, uint64_t step_ns)
{
	time_t seconds = (time_t)(time_ns / SECOND);
	struct tm civil;
	size_t len;

	gmtime_r(&seconds, &civil);
	len = strftime(out, out_size,
		step_ns >= 100 * DAY        ? "%b %Y"
			: step_ns >= DAY    ? "%d %b"
			: step_ns >= MINUTE ? "%H:%M"
					    : "%H:%M:%S",
		&civil);
	if (step_ns < SECOND)
		snprintf(out + len, out_size - len, ".%03u", (unsigned)(time_ns % SECOND / MS));
}

void html_axis(struct html *html, const struct timeline *line, unsigned y)
{
	uint64_t span_ns = line->bin_count * line->width_ns, step_ns = step_for(span_ns);
	uint64_t at_ns = (line->begin_ns + step_ns - 1) / step_ns * step_ns;
	char text[32];

	html_add(html, "<g class=\"axis\">\n");
	for (unsigned i = 0; at_ns - line->begin_ns <= span_ns && i <= TICKS_MAX; at_ns += step_ns, i++) {
		uint64_t part = (at_ns - line->begin_ns) * 100 / span_ns;

		label(text, sizeof(text), at_ns, step_ns);
		html_add(html, "<line x1=\"");
		html_percent(html, at_ns - line->begin_ns, span_ns);
		html_add(html, "\" x2=\"");
		html_percent(html, at_ns - line->begin_ns, span_ns);
		html_add(html, "\" y1=\"%u\" y2=\"%u\"/><text%s x=\"", y, y + 5, i % 2 ? " class=\"wide\"" : "");
		html_percent(html, at_ns - line->begin_ns, span_ns);
		html_add(html, "\" y=\"%u\" text-anchor=\"%s\">%s</text>\n", y + 19,
			part < 6            ? "start"
				: part > 94 ? "end"
					    : "middle",
			text);
	}
	html_add(html, "</g>\n");
}
