/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/prose.h"

#include <string.h>

#include "base/text.h"

enum { PAGE = 80 }; /* longer lines are hard to read */

const char *prose_text(const json_t *object, const char *key, char *out, size_t size)
{
	const json_t *value = json_object_get(object, key);

	out[0] = 0;
	if (json_is_string(value))
		text_escape(out, size, json_string_value(value), json_string_length(value));
	return out;
}

uint64_t prose_count(const json_t *object, const char *key)
{
	json_int_t value = json_integer_value(json_object_get(object, key));

	return value > 0 ? (uint64_t)value : 0;
}

const char *prose_rate(char out[16], double value)
{
	static const char *const units[] = {"", "k", "M", "G", "T", "P"};
	unsigned unit = 0;

	value = value < 0 ? 0 : value > 9e17 ? 9e17 : value;
	while (value >= 999.5 && unit < 5) {
		value /= 1000;
		unit++;
	}
	snprintf(out, 16, "%.*f%s", unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2, value, units[unit]);
	return out;
}

const char *prose_short(char out[16], uint64_t count)
{
	return prose_rate(out, (double)count);
}

const char *prose_minute(const json_t *object, const char *key, char out[32])
{
	char text[PROSE_WORD_MAX];

	out[0] = 0;
	if (strlen(prose_text(object, key, text, sizeof(text))) > 19)
		snprintf(out, 32, "%.10s %.5s", text, text + 11);
	return out;
}

const char *prose_paint(const struct shield_style *style, const char *colour)
{
	return style->colour ? colour : "";
}

/* Columns, for text that was escaped: bytes that begin a character. */
static unsigned columns_of(const char *text, size_t len)
{
	unsigned columns = 0;

	for (size_t i = 0; i < len; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

void prose_wrap(FILE *out, const struct shield_style *style, const char *first, unsigned indent, const char *text)
{
	unsigned page = style->width && style->width < PAGE ? style->width : PAGE, at = indent;
	bool begun = false;

	fputs(first, out);
	while (*text) {
		size_t blanks = strspn(text, " "), len = strcspn(text + blanks, " ");
		unsigned wide = columns_of(text + blanks, len);
		if (begun && at + 1 + wide > page) {
			fprintf(out, "\n%*s", (int)indent, "");
			at = indent;
			begun = false;
		}
		fprintf(out, "%s%.*s", begun ? " " : "", (int)len, text + blanks);
		at += wide + begun;
		begun = true;
		text += blanks + len;
	}
	fputc('\n', out);
}
