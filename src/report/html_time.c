/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traffic and junk over time.
 *
 * Shapes are drawn in an inner picture of one unit per bin and a thousand units of height that stretches with the page; words stand
 * in the outer one, placed by percent, and keep their size on a telephone as on a wall. One colour is junk and one is the rest:
 * kinds of junk are told apart by a strip each, with its name beside it, and not by a dozen hues.
 */
#include "report/curve.h"
#include "report/shares.h"

enum { MAIN_TOP = 30, MAIN_HEIGHT = 190, GRID_MAX = 4 };

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
		html_add(html, "<rect x=\"%u\" width=\"1\" height=\"%d\"><title>", i, CURVE_UNITS);
		html_clock(html, line->begin_ns + i * line->width_ns);
		html_add(html, ": ");
		html_count(html, line->all[i].packets, "packet");
		if (curve_value(line, i, CURVE_JUNK)) {
			html_add(html, ", ");
			html_number(html, curve_value(line, i, CURVE_JUNK));
			html_add(html, " of them junk");
		}
		html_add(html, "</title></rect>\n");
	}
}

static void draw_main(struct html *html)
{
	const struct timeline *line = html->page->view->timeline;
	uint64_t peak = curve_peak(line, CURVE_ALL), step = grid_step(curve_rate(line, peak)), top_rate, top;

	top_rate = (curve_rate(line, peak) / step + 1) * step;
	top = curve_packets(line, top_rate);
	html_add(html, "<div class=\"plot\">\n");
	draw_scale(html, step, top_rate);
	html_add(html, "<svg class=\"chart\" role=\"img\" aria-labelledby=\"t-time d-time\" width=\"100%%\" height=\"%d\">\n",
		MAIN_TOP + MAIN_HEIGHT + 26);
	html_add(html, "<title id=\"t-time\">Packets over the time of the capture</title>\n<desc id=\"d-time\">Highest: ");
	curve_write_rate(html, peak);
	if (html->page->view->junk->total.packets) {
		html_add(html, ", of junk ");
		curve_write_rate(html, curve_peak(line, CURVE_JUNK));
	}
	html_add(html, ". The table below says the same in numbers.</desc>\n");
	curve_open_plot(html, MAIN_TOP, MAIN_HEIGHT);
	curve_draw(html, "all", CURVE_ALL, top);
	curve_draw(html, "junk", CURVE_JUNK, top);
	html_add(html, "</svg>\n");
	draw_grid(html, step, top_rate);
	draw_marks(html);
	html_axis(html, line, MAIN_TOP + MAIN_HEIGHT);
	html_add(html, "<svg class=\"tips\" y=\"%d\" width=\"100%%\" height=\"%d\" viewBox=\"0 0 %u %d\" preserveAspectRatio=\"none\">\n",
		MAIN_TOP, MAIN_HEIGHT, line->bin_count, CURVE_UNITS);
	draw_tips(html);
	html_add(html, "</svg>\n</svg>\n</div>\n");
}

static void say_how(struct html *html)
{
	struct share shares[VECTOR_COUNT];
	struct phrase width = {0};

	curve_say_width(html->page->view->timeline, &width);
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
	curve_write_unit(html);
	html_add(html, "</span></p>\n");
	draw_main(html);
	html_strips(html);
	say_how(html);
	html_time_table(html);
	html_add(html, "</section>\n");
}
