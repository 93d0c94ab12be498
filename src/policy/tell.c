/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "policy/inside.h"

void fail(struct reader *reader, int error)
{
	if (!reader->error)
		reader->error = error;
}

/* One reference token of RFC 6901: ~ and / of a key are written ~0 and ~1. What does not fit is cut. */
static void add_token(char *path, size_t size, const struct step *step)
{
	char raw[MUD_PATH_MAX];
	size_t len = strlen(path), used = 0;

	if (!step->key) {
		snprintf(path + len, size - len, "/%zu", step->index);
		return;
	}
	for (const char *at = step->key; *at && used + 3 < sizeof(raw); at++) {
		if (*at == '~' || *at == '/') {
			raw[used++] = '~';
			raw[used++] = *at == '~' ? '0' : '1';
		} else {
			raw[used++] = *at;
		}
	}
	if (len + 2 >= size)
		return;
	path[len] = '/';
	text_escape(path + len + 1, size - len - 1, raw, used);
}

/* An error always counts; of each grade only so many are told one by one. */
static bool may_tell(struct reader *reader, enum mud_grade grade)
{
	if (grade == MUD_ERROR)
		fail(reader, -EINVAL);
	return reader->told[grade]++ < FW_MUD_FAULTS_MAX && reader->ear && reader->ear->told;
}

void tell(struct reader *reader, enum mud_grade grade, const char *key, const char *format, ...)
{
	struct mud_fault fault = {.grade = grade};
	unsigned depth = reader->way.depth;
	char raw[MUD_SENTENCE_MAX];
	struct place place;
	va_list arguments;

	if (!may_tell(reader, grade))
		return;
	if (key)
		way_in(&reader->way, key);
	for (unsigned i = 0; i < reader->way.depth; i++)
		add_token(fault.path, sizeof(fault.path), &reader->way.steps[i]);
	place = place_find(reader->body, reader->len, &reader->way);
	reader->way.depth = depth;
	fault.line = place.line;
	fault.column = place.column;
	va_start(arguments, format);
	vsnprintf(raw, sizeof(raw), format, arguments);
	va_end(arguments);
	text_escape(fault.sentence, sizeof(fault.sentence), raw, SIZE_MAX);
	reader->ear->told(reader->ear->context, &fault);
}

void tell_at(struct reader *reader, uint32_t line, uint32_t column, const char *sentence)
{
	struct mud_fault fault = {.grade = MUD_ERROR, .line = line, .column = column};

	if (!may_tell(reader, MUD_ERROR))
		return;
	text_escape(fault.sentence, sizeof(fault.sentence), sentence, SIZE_MAX);
	reader->ear->told(reader->ear->context, &fault);
}

void tell_rest(struct reader *reader)
{
	static const char *const grades[MUD_GRADE_COUNT] = {"notes", "warnings", "errors"};

	for (unsigned grade = 0; grade < MUD_GRADE_COUNT; grade++) {
		struct mud_fault fault = {.grade = grade};
		if (reader->told[grade] <= FW_MUD_FAULTS_MAX || !reader->ear || !reader->ear->told)
			continue;
		snprintf(fault.sentence, sizeof(fault.sentence), "%u more %s are not told one by one",
			reader->told[grade] - FW_MUD_FAULTS_MAX, grades[grade]);
		reader->ear->told(reader->ear->context, &fault);
	}
}
