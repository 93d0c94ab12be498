/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text on a page of some width: paragraphs that wrap between words, labels with a hanging indent, columns.
 * Takes text that is already escaped. The only place that writes a colour.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum layout_colour { COLOUR_NONE, COLOUR_BOLD, COLOUR_DIM, COLOUR_RED, COLOUR_YELLOW, COLOUR_GREEN };

enum { LAYOUT_WIDTH_MIN = 40, LAYOUT_WIDTH_MAX = 1000, LAYOUT_GAP = 2 };

struct layout {
	FILE *out;
	unsigned width; /* columns; no line is longer: a word that fits on none is broken */
	bool colour;
};

/* Columns the text takes on a terminal: two for wide East Asian characters and emoji, none for combining marks. */
unsigned layout_columns(const char *text);
/* text cut to width columns, the last three of them "..." where something is missing; never within an escape. */
void layout_fit(char *out, size_t out_size, const char *text, unsigned width);

void layout_blank(const struct layout *layout);
/* A paragraph, every line at indent. */
void layout_paragraph(const struct layout *layout, unsigned indent, enum layout_colour colour, const char *text);
/* "  LABEL     Text that goes on and on" with what does not fit on the line below, at body. */
struct layout_label {
	const char *text;
	enum layout_colour colour;
	unsigned indent, body;
};
void layout_item(const struct layout *layout, const struct layout_label *label, enum layout_colour colour, const char *text);
/* One cell of a table: cut or filled to width, then LAYOUT_GAP; the last of a row is neither filled nor followed. */
void layout_cell(const struct layout *layout, unsigned width, bool last, const char *text);
