/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inventory/signature_row.h"

#include <stdbool.h>

#include "inventory/kind.h"
#include "inventory/words.h"

enum { COLUMN_COUNT = 6, STRENGTH_MIN = 20, STRENGTH_MAX = 97, SOURCE_LEN_MAX = 23, PORT_LEN_MAX = 5 };
enum column { COLUMN_SOURCE, COLUMN_PATTERN, COLUMN_STATES, COLUMN_VALUE, COLUMN_STRENGTH, COLUMN_ORIGIN };

static const char *const STATES[STATES_COUNT] = {"maker", "brand", "kind", "model", "firmware", "runs", "radio", "is"};

static bool columns_read(struct slice line, struct slice out[COLUMN_COUNT])
{
	for (unsigned i = 0; i < COLUMN_COUNT; i++) {
		struct slice column = words_until(line, '\t');

		if ((column.len == line.len) != (i == COLUMN_COUNT - 1))
			return false;
		out[i] = words_trim(column);
		line = words_from(line, column.len < line.len ? column.len + 1 : column.len);
		if (!out[i].len)
			return false;
	}
	return true;
}

/* Digits alone, at most five of them; UINT32_MAX where it is no number. */
static uint32_t number_read(struct slice text)
{
	uint32_t number = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.bytes[i] < '0' || text.bytes[i] > '9' || text.len > PORT_LEN_MAX)
			return UINT32_MAX;
		number = number * 10 + (text.bytes[i] - '0');
	}
	return number;
}

static bool has_control(struct slice line)
{
	for (size_t i = 0; i < line.len; i++)
		if ((line.bytes[i] < ' ' && line.bytes[i] != '\t' && line.bytes[i] != '\r') || line.bytes[i] == 0x7f)
			return true;
	return false;
}

/* What a row of this source and statement may not say. NULL where it may. */
static const char *refuse(const struct signature_line *line)
{
	bool port = words_start(line->source, "calls ") || words_start(line->source, "answers ");
	bool open = line->value.bytes[line->value.len - 1] == '*' || words_same(line->value, "=");

	if (port && number_read(line->pattern) >= SIGNATURE_PORT_MAX)
		return "the pattern of a port is its number, up to 65535";
	if (words_same(line->source, "asked name") && (line->pattern.bytes[0] != '.' || line->pattern.len < 4))
		return "the pattern of an asked name is a dot and a domain: the domain itself and all below it";
	if (line->states == STATES_KIND && !kind_find(line->value))
		return "no kind of device (src/inventory/kind.c has the list)";
	if (words_same(line->source, "company") != (line->states == STATES_IS))
		return "a company is stated to be another name, with \"is\", and nothing else is";
	if (line->states == STATES_RADIO && !words_same(line->source, "oui"))
		return "only an oui states who made the radio";
	return open && (port || line->states == STATES_IS) ? "such a row needs a value of its own" : NULL;
}

const char *signature_line(struct slice text, struct signature_line *out)
{
	struct slice columns[COLUMN_COUNT];
	struct signature_line line = {.states = STATES_COUNT};
	uint32_t strength;
	const char *wrong;

	if (has_control(text))
		return "holds a control character";
	if (!columns_read(text, columns))
		return "not six columns with something in each, parted by one tab: source, pattern, states, value, strength, origin";
	line.source = columns[COLUMN_SOURCE];
	line.pattern = columns[COLUMN_PATTERN];
	line.value = columns[COLUMN_VALUE];
	if (line.source.len > SOURCE_LEN_MAX || line.pattern.len >= SIGNATURE_TEXT_MAX || line.value.len >= SIGNATURE_TEXT_MAX)
		return "a column is too long";
	for (unsigned i = 0; i < STATES_COUNT; i++)
		if (words_same(columns[COLUMN_STATES], STATES[i]))
			line.states = i;
	if (line.states == STATES_COUNT)
		return "states none of: maker, brand, kind, model, firmware, runs, radio, is";
	strength = number_read(columns[COLUMN_STRENGTH]);
	if (strength < STRENGTH_MIN || strength > STRENGTH_MAX)
		return "strength is a number of percent from 20 to 97";
	line.strength = (uint8_t)strength;
	wrong = refuse(&line);
	if (!wrong)
		*out = line;
	return wrong;
}
