/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traffic and junk over time.
 *
 * Shapes are drawn in an inner picture of one unit per bin and a thousand units of height that stretches with the page; words stand
 * in the outer one, placed by percent, and keep their size on a telephone as on a wall. One colour is junk and one is the rest:
 * kinds of junk are told apart by a strip each, with its name beside it, and not by a dozen hues.
 */
#include <string.h>

#include "report/html.h"
#include "report/names.h"
#include "report/shares.h"

enum { MAIN_TOP = 30, MAIN_HEIGHT = 190, STRIP_TOP = 22, STRIP_HEIGHT = 36, STRIPS_MAX = 8, ROWS_MAX = 24, UNITS = 1000, GRID_MAX = 4 };

#define SECOND_NS 1000000000ull

static uint64_t junk_at(const struct timeline *line, uint32_t bin)
{
	uint64_t packets = 0;

	for (int vector = 0; vector < VECTOR_COUNT; vector++)
		packets += line->junk[vector][bin].packets;
	return packets;
}

/* In a capture of moments a rate per second would be made up: packets of a bin are said as they are. */
static bool in_moments(const struct timeline *line)
{
	return line->width_ns < SECOND_NS / 32;
}

/* Packets of a bin as axis and words speak of them. */
static uint64_t rate_of(const struct timeline *line, uint64_t packets)
{
	return in_moments(line) ? packets : (uint64_t)((unsigned __int128)packets * SECOND_NS / line->width_ns);
}

static uint64_t packets_of(const struct timeline *line, uint64_t rate)
{
	return in_moments(line) ? rate : (uint64_t)((unsigned __int128)rate * line->width_ns / SECOND_NS);
}

/* The smallest of 1, 2, 2.5, 5 times a power of ten that at most GRID_MAX of cover the peak. */
static uint64_t grid_step(uint64_t peak)
{
	static const uint64_t tenths[] = {10, 20, 25, 50};
	uint64_t scale = 1;

	for (;; scale *= 10)
		for (size_t i = 0; i < sizeof(tenths) / sizeof(tenths[0]); i++) {
			uint64_t step = tenths[i] * scale / 10;

			if (step && tenths[i] * scale % 10 == 0 && (peak / step < GRID_MAX || step > UINT64_MAX / 100))
				return step;
		}
}

/* Which packets of a bin a curve shows: a vector's, or all junk, or all. */
enum { CURVE_ALL = -1, CURVE_JUNK = -2 };

static uint64_t value_at(const struct timeline *line, uint32_t bin, int curve)
{
	if (curve == CURVE_ALL)
		return line->all[bin].packets;
	return curve == CURVE_JUNK ? junk_at(line, bin) : line->junk[curve][bin].packets;
}

static uint64_t peak_of(const struct timeline *line, int curve)
{
	uint64_t peak = 0;

	for (uint32_t i = 0; i < line->bin_count; i++)
		if (value_at(line, i, curve) > peak)
			peak = value_at(line, i, curve);
	return peak;
}

/* Up from the ground; something is never drawn as nothing. */
static unsigned height_of(uint64_t value, uint64_t top)
{
	unsigned height = top ? (unsigned)((unsigned __int128)value * UNITS / top) : 0;

	return value && height < 8 ? 8 : height > UNITS ? UNITS : height;
}

/* top is a number of packets in a bin. */
static void draw_curve(struct html *html, const char *class, int curve, uint64_t top)
{
	const struct timeline *line = html->page->view->timeline;
	unsigned last = 0;

	html_add(html, "<path class=\"%s\" d=\"M0 %d", class, UNITS);
	for (uint32_t i = 0; i < line->bin_count; i++) {
		unsigned height = height_of(value_at(line, i, curve), top);

		if (height != last)
			html_add(html, "H%uV%u", i, UNITS - height);
		last = height;
	}
	html_add(html, "H%uV%dZ\"/>\n", line->bin_count, UNITS);
}

static void open_plot(struct html *html, unsigned y, unsigned height)
{
	html_add(html, "<svg y=\"%u\" width=\"100%%\" height=\"%u\" viewBox=\"0 0 %u %d\" preserveAspectRatio=\"none\">\n", y, height,
		html->page->view->timeline->bin_count, UNITS);
}

/* Widths are 1/512 s doubled: of the small ones no more than whole milliseconds is said. */
static void say_width(const struct timeline *line, struct phrase *out)
{
	uint64_t width_ns = line->width_ns;

	phrase_duration(out, width_ns < SECOND_NS / 16 ? (width_ns + 500000) / 1000000 * 1000000 : width_ns);
}

static void say_unit(struct html *html)
{
	const struct timeline *line = html->page->view->timeline;
	struct phrase width = {0};

	if (!in_moments(line)) {
		html_add(html, "a second");
		return;
	}
	say_width(line, &width);
	html_add(html, "in %s", width.text);
}

static void say_rate(struct html *html, uint64_t rate)
{
	html_number(html, rate);
	html_add(html, " ");
	say_unit(html);
}

static unsigned grid_y(uint64_t rate, uint64_t top_rate)
{
	return MAIN_TOP + MAIN_HEIGHT - (unsigned)((unsigned __int128)rate * MAIN_HEIGHT / top_rate);
}

/* The numbers stand beside the plot, in a picture of their own: nothing is ever written on a curve. */
static void draw_scale(struct html *html, uint64_t step, uint64_t top_rate)
{
	struct phrase widest = {0};
	unsigned width;

	phrase_number(&widest, top_rate);
	width = (unsigned)widest.len * 7 + 8;
	html_add(html, "<svg class=\"chart\" aria-hidden=\"true\" width=\"%u\" height=\"%d\">", width, MAIN_TOP + MAIN_HEIGHT + 26);
	for (uint64_t rate = 0; rate <= top_rate; rate += step) {
		html_add(html, "<text x=\"%u\" y=\"%u\" text-anchor=\"end\">", width - 8, grid_y(rate, top_rate) + 4);
		html_number(html, rate);
		html_add(html, "</text>");
	}
	html_add(html, "</svg>\n");
}

static void draw_grid(struct html *html, uint64_t step, uint64_t top_rate)
{
	html_add(html, "<g class=\"grid\">");
	for (uint64_t rate = 0; rate <= top_rate; rate += step) {
		unsigned y = grid_y(rate, top_rate);

		html_add(html, "<line x1=\"0\" x2=\"100%%\" y1=\"%u\" y2=\"%u\"/>", y, y);
	}
	html_add(html, "</g>\n");
}

/* Numbers of the list of events; those that would stand on each other are written once, "3-5". */
static void draw_marks(struct html *html)
{
	const struct timeline *line = html->page->view->timeline;
	uint64_t span_ns = line->bin_count * line->width_ns, at[EVENT_MAX];
	struct event events[EVENT_MAX];
	size_t left, count = events_find(html->page, events, &left);

	for (size_t i = 0; i < count; i++) {
		at[i] = events[i].time_ns > line->begin_ns ? events[i].time_ns - line->begin_ns : 0;
		at[i] = at[i] < span_ns ? at[i] : span_ns;
	}
	html_add(html, "<g class=\"marks\">\n");
	for (size_t i = 0, next; i < count; i = next) {
		for (next = i + 1; next < count && (at[next] - at[i]) * 16 < span_ns; next++)
			;
		for (size_t k = i; k < next; k++) {
			html_add(html, "<line y1=\"16\" y2=\"%d\" x1=\"", MAIN_TOP + MAIN_HEIGHT);
			html_percent(html, at[k], span_ns);
			html_add(html, "\" x2=\"");
			html_percent(html, at[k], span_ns);
			html_add(html, "\"/>");
		}
		html_add(html, "<text y=\"12\" text-anchor=\"%s\" x=\"",
			at[i] * 20 < span_ns               ? "start"
				: at[i] * 10 > span_ns * 9 ? "end"
							   : "middle");
		html_percent(html, at[i], span_ns);
		html_add(html, next - i > 1 ? "\">%zu\xe2\x80\x93%zu</text>\n" : "\">%zu</text>\n", i + 1, next);
	}
	html_add(html, "</g>\n");
}

/* What a pointer resting on a bin is told. */
static void draw_tips(struct html *html)
{
	const struct timeline *line = html->page->view->timeline;

	for (uint32_t i = 0; i < line->bin_count; i++) {
		if (!line->all[i].packets)
			continue;
		html_add(html, "<rect x=\"%u\" width=\"1\" height=\"%d\"><title>", i, UNITS);
		html_clock(html, line->begin_ns + i * line->width_ns);
		html_add(html, ": ");
		html_count(html, line->all[i].packets, "packet");
		if (junk_at(line, i)) {
			html_add(html, ", ");
			html_number(html, junk_at(line, i));
			html_add(html, " of them junk");
		}
		html_add(html, "</title></rect>\n");
	}
}

static void draw_main(struct html *html)
{
	const struct timeline *line = html->page->view->timeline;
	uint64_t peak = peak_of(line, CURVE_ALL), step = grid_step(rate_of(line, peak)), top_rate, top;

	top_rate = (rate_of(line, peak) / step + 1) * step;
	top = packets_of(line, top_rate);
	html_add(html, "<div class=\"plot\">\n");
	draw_scale(html, step, top_rate);
	html_add(html, "<svg class=\"chart\" role=\"img\" aria-labelledby=\"t-time d-time\" width=\"100%%\" height=\"%d\">\n",
		MAIN_TOP + MAIN_HEIGHT + 26);
	html_add(html, "<title id=\"t-time\">Packets over the time of the capture</title>\n<desc id=\"d-time\">Highest: ");
	say_rate(html, rate_of(line, peak));
	if (html->page->view->junk->total.packets) {
		html_add(html, ", of junk ");
		say_rate(html, rate_of(line, peak_of(line, CURVE_JUNK)));
	}
	html_add(html, ". The table below says the same in numbers.</desc>\n");
	open_plot(html, MAIN_TOP, MAIN_HEIGHT);
	draw_curve(html, "all", CURVE_ALL, top);
	draw_curve(html, "junk", CURVE_JUNK, top);
	html_add(html, "</svg>\n");
	draw_grid(html, step, top_rate);
	draw_marks(html);
	html_axis(html, line, MAIN_TOP + MAIN_HEIGHT);
	html_add(html, "<svg class=\"tips\" y=\"%d\" width=\"100%%\" height=\"%d\" viewBox=\"0 0 %u %d\" preserveAspectRatio=\"none\">\n",
		MAIN_TOP, MAIN_HEIGHT, line->bin_count, UNITS);
	draw_tips(html);
	html_add(html, "</svg>\n</svg>\n</div>\n");
}

static int vector_named(const char *words)
{
	int vector = 0;

	while (vector < VECTOR_COUNT - 1 && strcmp(name_vector_words((enum vector)vector), words) != 0)
		vector++;
	return vector;
}

static void draw_strip(struct html *html, const struct share *share)
{
	const struct timeline *line = html->page->view->timeline;
	int vector = vector_named(share->name);
	uint64_t peak = peak_of(line, vector);

	html_add(html, "<div class=\"strip\"><h3>%s</h3><p>", share->name);
	html_count(html, share->count.packets, "packet");
	html_add(html, ", up to ");
	say_rate(html, rate_of(line, peak));
	html_add(html, "</p>\n<svg class=\"chart\" aria-hidden=\"true\" width=\"100%%\" height=\"%d\">\n", STRIP_HEIGHT + 2);
	open_plot(html, 0, STRIP_HEIGHT);
	draw_curve(html, "junk", vector, peak);
	html_add(html, "</svg>\n<line class=\"ground\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>\n</svg></div>\n", STRIP_HEIGHT, STRIP_HEIGHT);
}

static void draw_strips(struct html *html)
{
	struct share shares[VECTOR_COUNT];
	size_t count = shares_vectors(html->page->view->junk, shares);

	if (count < 2)
		return;
	html_add(html, "<div class=\"strips\">\n");
	for (size_t i = 0; i < count && i < STRIPS_MAX; i++)
		draw_strip(html, &shares[i]);
	html_add(html, "</div>\n");
	html_more(html, count > STRIPS_MAX ? count - STRIPS_MAX : 0);
}

static struct junk_count sum_of(const struct junk_count *bins, uint32_t count)
{
	struct junk_count sum = {0};

	for (uint32_t i = 0; i < count; i++) {
		sum.packets += bins[i].packets;
		sum.bytes += bins[i].bytes;
	}
	return sum;
}

static void table_row(struct html *html, uint32_t first, uint32_t count)
{
	const struct timeline *line = html->page->view->timeline;
	struct junk_count all = sum_of(line->all + first, count), junk = {0};
	const char *most = "";
	uint64_t most_packets = 0;

	for (int vector = 0; vector < VECTOR_COUNT; vector++) {
		struct junk_count part = sum_of(line->junk[vector] + first, count);

		junk.packets += part.packets;
		junk.bytes += part.bytes;
		if (part.packets > most_packets) {
			most_packets = part.packets;
			most = name_vector_words((enum vector)vector);
		}
	}
	html_add(html, "<tr><th scope=\"row\">");
	html_clock(html, line->begin_ns + first * line->width_ns);
	html_add(html, "</th><td>");
	html_number(html, all.packets);
	html_add(html, "</td><td>");
	html_bytes(html, all.bytes);
	html_add(html, "</td><td>");
	html_number(html, junk.packets);
	html_add(html, "</td><td>");
	html_bytes(html, junk.bytes);
	html_add(html, "</td><td class=\"l\">%s</td></tr>\n", most);
}

static void table(struct html *html)
{
	const struct timeline *line = html->page->view->timeline;
	uint32_t each = (line->bin_count + ROWS_MAX - 1) / ROWS_MAX;

	html_add(html,
		"<details><summary>The same as a table</summary>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" "
		"aria-label=\"Traffic over time\">\n<table><thead><tr><th scope=\"col\">From (UTC)</th><th scope=\"col\">Packets</th>"
		"<th scope=\"col\">Bytes</th><th scope=\"col\">Junk packets</th><th scope=\"col\">Junk bytes</th><th scope=\"col\" "
		"class=\"l\">Most of the junk</th></tr></thead>\n<tbody>\n");
	for (uint32_t i = 0; i < line->bin_count; i += each)
		table_row(html, i, line->bin_count - i < each ? line->bin_count - i : each);
	html_add(html, "</tbody></table></div></details>\n");
}

static void say_how(struct html *html)
{
	struct share shares[VECTOR_COUNT];
	struct phrase width = {0};

	say_width(html->page->view->timeline, &width);
	html_add(html, "<p class=\"note\">Each step is %s wide.", width.text);
	if (shares_vectors(html->page->view->junk, shares) > 1)
		html_add(html, " Each small strip is as tall as its own highest value, which is written above it.");
	if (html->page->view->junk->total.packets)
		html_add(html, " Junk is known by windows of a second; within one it is drawn in the shape of the traffic.");
	html_add(html, " Times are UTC.</p>\n");
}

void html_time(struct html *html)
{
	const struct timeline *line = html->page->view->timeline;

	if (!line || !line->bin_count)
		return;
	html_add(html, "<section aria-labelledby=\"h-time\">\n<h2 id=\"h-time\">%s over time</h2>\n",
		html->page->view->junk->total.packets ? "Junk" : "Traffic");
	html_add(html, "<p class=\"legend\"><span class=\"key all\"></span> all traffic");
	if (html->page->view->junk->total.packets)
		html_add(html, " <span class=\"key junk\"></span> junk: packets of floods");
	html_add(html, " <span class=\"by\">Packets ");
	say_unit(html);
	html_add(html, "</span></p>\n");
	draw_main(html);
	draw_strips(html);
	say_how(html);
	table(html);
	html_add(html, "</section>\n");
}
