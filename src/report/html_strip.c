/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The timeline by kind of junk, and in numbers. */
#include <string.h>

#include "report/curve.h"
#include "report/names.h"
#include "report/shares.h"

enum { STRIP_HEIGHT = 36, STRIPS_MAX = 8, ROWS_MAX = 24 };

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
	uint64_t peak = curve_peak(line, vector);

	html_add(html, "<div class=\"strip\"><h3>%s</h3><p>", share->name);
	html_count(html, share->count.packets, "packet");
	html_add(html, ", up to ");
	curve_write_rate(html, peak);
	html_add(html, "</p>\n<svg class=\"chart\" aria-hidden=\"true\" width=\"100%%\" height=\"%d\">\n", STRIP_HEIGHT + 2);
	curve_open_plot(html, 0, STRIP_HEIGHT);
	curve_draw(html, "junk", vector, peak);
	html_add(html, "</svg>\n<line class=\"ground\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>\n</svg></div>\n", STRIP_HEIGHT, STRIP_HEIGHT);
}

void html_strips(struct html *html)
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

void html_time_table(struct html *html)
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
