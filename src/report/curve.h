/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Curves over the timeline and the words for their heights; html_time.c and html_strip.c draw with them. */
#pragma once

#include "report/html.h"

enum { CURVE_UNITS = 1000 }; /* height of a plot in its own units */

/* Which packets of a bin a curve shows: all, all junk, or those of a vector (its number). */
enum { CURVE_ALL = -1, CURVE_JUNK = -2 };

uint64_t curve_value(const struct timeline *line, uint32_t bin, int curve);
uint64_t curve_peak(const struct timeline *line, int curve);

/* Packets of a bin as axis and words speak of them, and back. */
uint64_t curve_rate(const struct timeline *line, uint64_t packets);
uint64_t curve_packets(const struct timeline *line, uint64_t rate);
/* "2 seconds": how wide a bin is. */
void curve_say_width(const struct timeline *line, struct phrase *out);
/* "a second" */
void curve_write_unit(struct html *html);
/* "1,500 a second", of a number of packets in a bin. */
void curve_write_rate(struct html *html, uint64_t packets);

/* A picture of one unit per bin, stretched over the width of what it stands in; the caller closes it. */
void curve_open_plot(struct html *html, unsigned y, unsigned height);
/* top is the number of packets in a bin that reaches the upper edge. */
void curve_draw(struct html *html, const char *class, int curve, uint64_t top);

/* html_strip.c: a small curve for each kind of junk; the timeline as a table. */
void html_strips(struct html *html);
void html_time_table(struct html *html);
