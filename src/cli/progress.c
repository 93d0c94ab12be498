/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"

enum { COLUMNS_USUAL = 80, COLUMNS_MIN = 20, BAR_MAX = 30, BAR_BESIDE = 48 };

#define SECOND_NS 1000000000ull
#define FIRST_NS SECOND_NS
#define AGAIN_NS (SECOND_NS / 5)

struct line {
	char *text;
	size_t len, size;
};

static void add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct line *line, const char *format, ...)
{
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vsnprintf(line->text + line->len, line->size - line->len, format, arguments);
	va_end(arguments);
	line->len = len < 0 || (size_t)len >= line->size - line->len ? line->size - 1 : line->len + (size_t)len;
}

/* 2.7 MB: powers of 1000, as in the report. */
static void add_bytes(struct line *line, uint64_t bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	uint64_t tenths = bytes, unit = 0;

	if (bytes < 1000) {
		add(line, "%" PRIu64 " B", bytes);
		return;
	}
	for (tenths = bytes / 100, unit = 1; tenths >= 10000; tenths /= 1000)
		unit++;
	if (tenths < 100)
		add(line, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10, units[unit]);
	else
		add(line, "%" PRIu64 " %s", tenths / 10, units[unit]);
}

static void add_duration(struct line *line, uint64_t seconds)
{
	if (seconds < 120)
		add(line, "%" PRIu64 " s", seconds);
	else if (seconds < 7200)
		add(line, "%" PRIu64 " min", seconds / 60);
	else
		add(line, "%" PRIu64 " h %" PRIu64 " min", seconds / 3600, seconds / 60 % 60);
}

static void add_bar(struct line *line, double share, unsigned columns)
{
	unsigned width = columns > BAR_BESIDE ? columns - BAR_BESIDE : 0;

	width = width > BAR_MAX ? BAR_MAX : width;
	if (width < 5)
		return;
	add(line, " [");
	for (unsigned i = 0; i < width; i++)
		add(line, "%c", i < (unsigned)(share * width + 0.5) ? '#' : '.');
	add(line, "]");
}

size_t progress_line(char out[PROGRESS_LINE_MAX], const struct source_progress *at, uint64_t elapsed_ns, unsigned columns)
{
	struct line line = {out, 0, columns < PROGRESS_LINE_MAX ? columns : PROGRESS_LINE_MAX};
	double seconds = (double)elapsed_ns / 1e9, rate = seconds > 0 ? (double)at->bytes / seconds : 0;

	out[0] = 0;
	rate = rate > 1e18 ? 1e18 : rate;
	if (!at->bytes_total) {
		add(&line, "%" PRIu64 " packet%s, ", at->packets, at->packets == 1 ? "" : "s");
		add_bytes(&line, at->bytes);
		return line.len;
	}

	double share = at->bytes >= at->bytes_total ? 1 : (double)at->bytes / (double)at->bytes_total;

	add(&line, "%3u %%", (unsigned)(share * 100));
	add_bar(&line, share, columns);
	add(&line, " ");
	add_bytes(&line, at->bytes);
	add(&line, " of ");
	add_bytes(&line, at->bytes_total);
	if (rate >= 1) {
		add(&line, ", ");
		add_bytes(&line, (uint64_t)rate);
		add(&line, "/s, ");
		add_duration(&line, (uint64_t)((1 - share) * (double)at->bytes_total / rate + 0.5));
		add(&line, " left");
	}
	return line.len;
}

void progress_start(struct progress *progress, FILE *terminal, uint64_t now_ns)
{
	struct winsize size;

	*progress = (struct progress){.start_ns = now_ns, .columns = COLUMNS_USUAL};
	if (!terminal || !isatty(fileno(terminal)))
		return;
	progress->terminal = terminal;
	if (ioctl(fileno(terminal), TIOCGWINSZ, &size) == 0 && size.ws_col)
		progress->columns = size.ws_col < COLUMNS_MIN ? COLUMNS_MIN : size.ws_col;
}

bool progress_due(const struct progress *progress, uint64_t now_ns)
{
	return progress->terminal && now_ns - progress->start_ns >= FIRST_NS && now_ns - progress->drawn_ns >= AGAIN_NS;
}

void progress_see(void *context, const struct source_progress *at)
{
	struct progress *progress = context;
	uint64_t now_ns = clock_steady_ns();
	char line[PROGRESS_LINE_MAX];
	size_t len;

	if (!at) {
		progress_end(progress);
		return;
	}
	if (!progress_due(progress, now_ns))
		return;
	len = progress_line(line, at, now_ns - progress->start_ns, progress->columns);
	fprintf(progress->terminal, "\r%s%*s", line, len < progress->drawn_len ? (int)(progress->drawn_len - len) : 0, "");
	fflush(progress->terminal);
	progress->drawn_len = len > progress->drawn_len ? len : progress->drawn_len;
	progress->drawn_ns = now_ns;
}

void progress_end(struct progress *progress)
{
	if (!progress->drawn_len)
		return;
	fprintf(progress->terminal, "\r%*s\r", (int)progress->drawn_len, "");
	fflush(progress->terminal);
	progress->drawn_len = 0;
}
