/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/layout.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

struct range {
	uint32_t first, last;
};

/* Unicode's East Asian Width W and F in broad strokes, and the emoji planes: enough to keep columns straight. */
static const struct range wide[] = {
	{0x1100, 0x115f},
	{0x2e80, 0x303e},
	{0x3041, 0xa4cf},
	{0xa960, 0xa97f},
	{0xac00, 0xd7a3},
	{0xf900, 0xfaff},
	{0xfe30, 0xfe6f},
	{0xff00, 0xff60},
	{0xffe0, 0xffe6},
	{0x1f300, 0x1f64f},
	{0x1f680, 0x1f6ff},
	{0x1f900, 0x1f9ff},
	{0x20000, 0x3fffd},
};

/* Combining marks, likewise. */
static const struct range combining[] = {
	{0x0300, 0x036f},
	{0x0483, 0x0489},
	{0x0591, 0x05bd},
	{0x0610, 0x061a},
	{0x064b, 0x065f},
	{0x0e31, 0x0e31},
	{0x0e34, 0x0e3a},
	{0x0e47, 0x0e4e},
	{0x1ab0, 0x1aff},
	{0x1dc0, 0x1dff},
	{0x20d0, 0x20ff},
	{0xfe20, 0xfe2f},
};

static bool range_has(const struct range *ranges, size_t count, uint32_t character)
{
	for (size_t i = 0; i < count; i++)
		if (character >= ranges[i].first && character <= ranges[i].last)
			return true;
	return false;
}

/* A step that must not be cut: one character, or one escape as text_escape() writes it. Returns its bytes. */
static size_t step_read(const char *text, unsigned *out_columns)
{
	const uint8_t *bytes = (const uint8_t *)text;
	uint32_t character = bytes[0];
	size_t len = 1;

	if (bytes[0] == '\\' && (bytes[1] == '\\' || bytes[1] == 'x')) {
		size_t escape = bytes[1] == 'x' ? 4 : 2;

		len = strnlen(text, escape);
		*out_columns = (unsigned)len;
		return len;
	}
	if (character >= 0xc0) {
		character &= character >= 0xf0 ? 0x07 : character >= 0xe0 ? 0x0f : 0x1f;
		while ((bytes[len] & 0xc0) == 0x80)
			character = character << 6 | (bytes[len++] & 0x3f);
	}
	*out_columns = character < combining[0].first                                       ? 1
		: range_has(wide, sizeof(wide) / sizeof(wide[0]), character)                ? 2
		: range_has(combining, sizeof(combining) / sizeof(combining[0]), character) ? 0
											    : 1;
	return len;
}

/* Columns of the first len bytes. */
static unsigned columns_of(const char *text, size_t len)
{
	unsigned total = 0, columns;

	for (size_t at = 0; at < len;) {
		at += step_read(text + at, &columns);
		total += columns;
	}
	return total;
}

unsigned layout_columns(const char *text)
{
	return columns_of(text, strlen(text));
}

void layout_fit(char *out, size_t out_size, const char *text, unsigned width)
{
	bool whole = layout_columns(text) <= width && strlen(text) < out_size;
	unsigned room = whole ? width : width > 3 ? width - 3 : 0;
	size_t at = 0;

	while (text[at]) {
		unsigned columns;
		size_t len = step_read(text + at, &columns);

		if (columns > room || at + len + sizeof("...") > out_size)
			break;
		room -= columns;
		at += len;
	}
	if (whole)
		at = strlen(text);
	memcpy(out, text, at);
	memcpy(out + at, whole ? "" : "...", whole ? 1 : sizeof("..."));
}

/* Bytes of text, at most len, that fit into room columns; at least one step. */
static size_t bytes_within(const char *text, size_t len, unsigned room, unsigned *out_columns)
{
	size_t at = 0;

	*out_columns = 0;
	while (at < len) {
		unsigned columns;
		size_t step = step_read(text + at, &columns);

		if (at && *out_columns + columns > room)
			break;
		at += step;
		*out_columns += columns;
	}
	return at;
}

static const char *colour_code(enum layout_colour colour)
{
	static const char *const codes[] = {"", "\033[1m", "\033[2m", "\033[1;31m", "\033[33m", "\033[32m"};

	return codes[colour];
}

static void colour_on(const struct layout *layout, enum layout_colour colour)
{
	if (layout->colour && colour != COLOUR_NONE)
		fputs(colour_code(colour), layout->out);
}

static void colour_off(const struct layout *layout, enum layout_colour colour)
{
	if (layout->colour && colour != COLOUR_NONE)
		fputs("\033[0m", layout->out);
}

static void spaces(const struct layout *layout, unsigned count)
{
	fprintf(layout->out, "%*s", (int)count, "");
}

void layout_blank(const struct layout *layout)
{
	fputc('\n', layout->out);
}

/*
 * Words one after another, column counting what is already on the line. Colour ends with each line, because pagers
 * forget it there.
 */
static void wrap(const struct layout *layout, unsigned column, unsigned indent, enum layout_colour colour, const char *text)
{
	bool first = true;

	colour_on(layout, colour);
	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t len = strcspn(text, " ");
		unsigned columns = columns_of(text, len);
		bool gap = !first && text[-1] == ' ';

		/* What does not fit on any line is broken where it must be. */
		if (columns > layout->width - indent)
			len = bytes_within(text, len, layout->width - (column + gap < layout->width ? column + gap : indent), &columns);
		if (column + gap + columns > layout->width && column > indent) {
			colour_off(layout, colour);
			layout_blank(layout);
			spaces(layout, indent);
			colour_on(layout, colour);
			column = indent;
			gap = false;
		}
		if (gap)
			fputc(' ', layout->out);
		fwrite(text, 1, len, layout->out);
		column += gap + columns;
		text += len;
		first = false;
	}
	colour_off(layout, colour);
	layout_blank(layout);
}

void layout_paragraph(const struct layout *layout, unsigned indent, enum layout_colour colour, const char *text)
{
	spaces(layout, indent);
	wrap(layout, indent, indent, colour, text);
}

void layout_item(const struct layout *layout, const struct layout_label *label, enum layout_colour colour, const char *text)
{
	unsigned column = label->indent + layout_columns(label->text) + 1;

	spaces(layout, label->indent);
	colour_on(layout, label->text[0] ? label->colour : COLOUR_NONE);
	fputs(label->text, layout->out);
	colour_off(layout, label->text[0] ? label->colour : COLOUR_NONE);
	spaces(layout, column > label->body ? 1 : label->body - column + 1);
	wrap(layout, column > label->body ? column : label->body, label->body, colour, text);
}

void layout_cell(const struct layout *layout, unsigned width, bool last, const char *text)
{
	char fitted[4096];

	layout_fit(fitted, sizeof(fitted), text, width);
	fputs(fitted, layout->out);
	if (last)
		layout_blank(layout);
	else
		spaces(layout, width - layout_columns(fitted) + LAYOUT_GAP);
}
