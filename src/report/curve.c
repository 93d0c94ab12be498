/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/curve.h"

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
uint64_t curve_rate(const struct timeline *line, uint64_t packets)
{
	return in_moments(line) ? packets : (uint64_t)((unsigned __int128)packets * SECOND_NS / line->width_ns);
}

uint64_t curve_packets(const struct timeline *line, uint64_t rate)
{
	return in_moments(line) ? rate : (uint64_t)((unsigned __int128)rate * line->width_ns / SECOND_NS);
}

uint64_t curve_value(const struct timeline *line, uint32_t bin, int curve)
{
	if (curve == CURVE_ALL)
		return line->all[bin].packets;
	return curve == CURVE_JUNK ? junk_at(line, bin) : line->junk[curve][bin].packets;
}

uint64_t curve_peak(const struct timeline *line, int curve)
{
	uint64_t peak = 0;

	for (uint32_t i = 0; i < line->bin_count; i++)
		if (curve_value(line, i, curve) > peak)
			peak = curve_value(line, i, curve);
	return peak;
}

/* Up from the ground; something is never drawn as nothing. */
static unsigned height_of(uint64_t value, uint64_t top)
{
	unsigned height = top ? (unsigned)((unsigned __int128)value * CURVE_UNITS / top) : 0;

	return value && height < 8 ? 8 : height > CURVE_UNITS ? CURVE_UNITS : height;
}

/* top is a number of packets in a bin. */
void curve_draw(struct html *html, const char *class, int curve, uint64_t top)
{
	const struct timeline *line = html->page->view->timeline;
	unsigned last = 0;

	html_add(html, "<path class=\"%s\" d=\"M0 %d", class, CURVE_UNITS);
	for (uint32_t i = 0; i < line->bin_count; i++) {
		unsigned height = height_of(curve_value(line, i, curve), top);

		if (height != last)
			html_add(html, "H%uV%u", i, CURVE_UNITS - height);
		last = height;
	}
	html_add(html, "H%uV%dZ\"/>\n", line->bin_count, CURVE_UNITS);
}

void curve_open_plot(struct html *html, unsigned y, unsigned height)
{
	html_add(html, "<svg y=\"%u\" width=\"100%%\" height=\"%u\" viewBox=\"0 0 %u %d\" preserveAspectRatio=\"none\">\n", y, height,
		html->page->view->timeline->bin_count, CURVE_UNITS);
}

/* Widths are 1/512 s doubled: of the small ones no more than whole milliseconds is said. */
void curve_say_width(const struct timeline *line, struct phrase *out)
{
	uint64_t width_ns = line->width_ns;

	phrase_duration(out, width_ns < SECOND_NS / 16 ? (width_ns + 500000) / 1000000 * 1000000 : width_ns);
}

void curve_write_unit(struct html *html)
{
	const struct timeline *line = html->page->view->timeline;
	struct phrase width = {0};

	if (!in_moments(line)) {
		html_add(html, "a second");
		return;
	}
	curve_say_width(line, &width);
	html_add(html, "in %s", width.text);
}

void curve_write_rate(struct html *html, uint64_t packets)
{
	html_number(html, curve_rate(html->page->view->timeline, packets));
	html_add(html, " ");
	curve_write_unit(html);
}
