/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Marks, sorted by asset, document and vulnerability, so that one is found in a few steps and a file comes out the same whoever wrote
 * it. A mark keeps what the document said for the device when it was set: a revision that says the same leaves it standing.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sheet/records.h"
#include "sheet/sheet.h"

struct marks {
	struct mark **marks; /* in order; each on its own, so that room for one is soon made */
	size_t count;
	struct mark **gone; /* taken away, and still lent */
	size_t gone_count;
};

struct raw {
	uint64_t line;
	char asset[DEVICE_KEY_MAX], advisory[MARK_ID_MAX], vulnerability[MARK_ID_MAX], mark[32], version[MARK_VERSION_MAX], print[17];
	char day[MARK_DAY_MAX], note[MARK_NOTE_MAX];
};

#define TEXT(name, member) \
	{ \
		name, offsetof(struct raw, member), sizeof(((struct raw *)0)->member) \
	}
static const struct record_key keys[] = {
	TEXT("asset", asset),
	TEXT("advisory", advisory),
	TEXT("vulnerability", vulnerability),
	TEXT("mark", mark),
	TEXT("version", version),
	TEXT("print", print),
	TEXT("day", day),
	TEXT("note", note),
	{NULL, 0, 0},
};

const char *mark_name(enum asset_mark mark)
{
	static const char *const names[MARK_COUNT] = {"not remediated", "in progress", "done"};

	return names[mark];
}

int mark_read(const char *word, enum asset_mark *out_mark)
{
	static const char *const short_names[MARK_COUNT] = {"not", "progress", "done"};

	for (int i = 0; i < MARK_COUNT; i++)
		if (!strcmp(word, mark_name((enum asset_mark)i)) || !strcmp(word, short_names[i])) {
			*out_mark = (enum asset_mark)i;
			return 0;
		}
	return -EINVAL;
}

int marks_new(struct marks **out_marks)
{
	struct marks *marks = calloc(1, sizeof(*marks));

	if (!marks)
		return -ENOMEM;
	*out_marks = marks;
	return 0;
}

void marks_free(struct marks *marks)
{
	for (size_t i = 0; marks && i < marks->count; i++)
		free(marks->marks[i]);
	for (size_t i = 0; marks && i < marks->gone_count; i++)
		free(marks->gone[i]);
	if (marks) {
		free(marks->marks);
		free(marks->gone);
	}
	free(marks);
}

size_t marks_count(const struct marks *marks)
{
	return marks ? marks->count : 0;
}

static int compare(const struct mark *mark, const char *asset, const char *advisory, const char *vulnerability)
{
	int order = strcmp(mark->asset, asset);

	if (!order)
		order = strcasecmp(mark->advisory, advisory);
	return order ? order : strcmp(mark->vulnerability, vulnerability);
}

/* Where it stands, or belongs. */
static size_t place_of(const struct marks *marks, const char *asset, const char *advisory, const char *vulnerability)
{
	size_t low = 0, high = marks->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(marks->marks[middle], asset, advisory, vulnerability) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct mark *find(const struct marks *marks, const char *asset, const char *advisory, const char *vulnerability)
{
	size_t place = place_of(marks, asset, advisory, vulnerability);

	if (place == marks->count || compare(marks->marks[place], asset, advisory, vulnerability))
		return NULL;
	return marks->marks[place];
}

const struct mark *marks_find(const struct marks *marks, const char *asset, const char *advisory, const char *vulnerability)
{
	const struct mark *mark;

	if (!marks)
		return NULL;
	mark = find(marks, asset, advisory, vulnerability);
	return mark ? mark : find(marks, asset, advisory, "*");
}

/* Sheets may hold what it says until all is written. */
static int take_away(struct marks *marks, const struct mark *mark)
{
	size_t place = place_of(marks, mark->asset, mark->advisory, mark->vulnerability);
	int error = record_grow((void **)&marks->gone, &marks->gone_count, sizeof(marks->gone[0]), SIZE_MAX);

	if (error)
		return error;
	marks->gone[marks->gone_count - 1] = marks->marks[place];
	memmove(&marks->marks[place], &marks->marks[place + 1], (--marks->count - place) * sizeof(marks->marks[0]));
	return 0;
}

static int insert(struct marks *marks, const struct mark *mark)
{
	size_t place = place_of(marks, mark->asset, mark->advisory, mark->vulnerability);
	struct mark *own = malloc(sizeof(*own));
	int error = own ? record_grow((void **)&marks->marks, &marks->count, sizeof(marks->marks[0]), MARKS_MAX) : -ENOMEM;

	if (error) {
		free(own);
		return error;
	}
	*own = *mark;
	memmove(&marks->marks[place + 1], &marks->marks[place], (marks->count - 1 - place) * sizeof(marks->marks[0]));
	marks->marks[place] = own;
	return 0;
}

int marks_set(struct marks *marks, const struct mark *mark)
{
	struct mark *there = find(marks, mark->asset, mark->advisory, mark->vulnerability);
	/* against a mark for all of them, "not remediated" has to be said */
	bool said = mark->mark != MARK_NOT_REMEDIATED ||
		(strcmp(mark->vulnerability, "*") != 0 && find(marks, mark->asset, mark->advisory, "*"));

	if (there && !said)
		return take_away(marks, there);
	if (there)
		*there = *mark;
	return there || !said ? 0 : insert(marks, mark);
}

/* ---- reading ---- */

static const char *finish(struct marks *marks, const struct raw *raw, int *out_error)
{
	struct mark mark = {0};
	char *end;

	if (!raw->asset[0] || !raw->advisory[0] || !raw->mark[0])
		return "a mark needs asset, advisory and mark";
	if (mark_read(raw->mark, &mark.mark))
		return "mark is not remediated, in progress or done";
	memcpy(mark.asset, raw->asset, sizeof(mark.asset));
	memcpy(mark.advisory, raw->advisory, sizeof(mark.advisory));
	memcpy(mark.vulnerability, raw->vulnerability[0] ? raw->vulnerability : "*",
		raw->vulnerability[0] ? sizeof(mark.vulnerability) : 2);
	memcpy(mark.version, raw->version, sizeof(mark.version));
	memcpy(mark.day, raw->day, sizeof(mark.day));
	memcpy(mark.note, raw->note, sizeof(mark.note));
	mark.print = strtoull(raw->print, &end, 16);
	if (*end || raw->print[0] == '-' || raw->print[0] == '+')
		return "print is a number of up to 16 hexadecimal digits";
	if (find(marks, mark.asset, mark.advisory, mark.vulnerability))
		return "there is a mark for this asset, advisory and vulnerability already";
	*out_error = insert(marks, &mark); /* one for all of them may follow */
	return *out_error == -E2BIG ? "too many marks" : NULL;
}

static int finish_last(struct marks *marks, const struct records *records, struct raw *raw, struct fault *out_fault)
{
	int error = 0;
	const char *fault = raw->line ? finish(marks, raw, &error) : NULL;

	if (fault)
		fault_set(out_fault, records->file, raw->line, 0, "%s", fault);
	return fault ? -EINVAL : error;
}

int marks_read(struct marks *marks, const char *file, const char *body, size_t len, struct fault *out_fault)
{
	struct record_field field;
	struct records records;
	struct raw raw = {0};
	uint32_t seen = 0;
	int more, error;

	records_init(&records, file, body, len);
	while ((more = record_next(&records, &field, out_fault)) > 0) {
		if (field.first) {
			error = finish_last(marks, &records, &raw, out_fault);
			if (error)
				return error;
			raw = (struct raw){.line = field.line};
			seen = 0;
		}
		error = record_take(&records, keys, &field, &raw, &seen, out_fault);
		if (error)
			return error;
	}
	return more ? more : finish_last(marks, &records, &raw, out_fault);
}

/* ---- writing ---- */

/* Double quotes, so that no value is ever taken for something else; control characters were never let in. */
static void write_text(FILE *out, const char *key, const char *value)
{
	if (!*value)
		return;
	fprintf(out, "  %s: \"", key);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			fputc('\\', out);
		fputc(*value, out);
	}
	fputs("\"\n", out);
}

int marks_write(const struct marks *marks, FILE *out)
{
	fputs("# How far each advisory is dealt with on each device: floodwall-advise(1), --mark.\n", out);
	for (size_t i = 0; i < marks->count; i++) {
		const struct mark *mark = marks->marks[i];

		fputc('-', out);
		write_text(out, "asset", mark->asset);
		write_text(out, "advisory", mark->advisory);
		write_text(out, "vulnerability", mark->vulnerability);
		write_text(out, "mark", mark_name(mark->mark));
		write_text(out, "version", mark->version);
		if (mark->version[0])
			fprintf(out, "  print: \"%016" PRIx64 "\"\n", mark->print);
		write_text(out, "day", mark->day);
		write_text(out, "note", mark->note);
	}
	return fflush(out) || ferror(out) ? -EIO : 0;
}
