/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sheet/records.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { LINE_MAX_LEN = RECORD_VALUE_MAX + RECORD_KEY_MAX + 64 };

void records_init(struct records *records, const char *file, const char *body, size_t len)
{
	static const char mark[] = "\xef\xbb\xbf";

	*records = (struct records){.file = file, .body = body, .len = len};
	if (len >= 3 && !memcmp(body, mark, 3)) /* editors on Windows begin files so */
		records->at = 3;
}

static int wrong(const struct records *records, struct fault *out_fault, const char *sentence)
{
	fault_set(out_fault, records->file, records->line, 0, "%s", sentence);
	return -EINVAL;
}

/* The next line without its end, in out. Returns 1, 0 at the end, or -EINVAL. */
static int line_next(struct records *records, char out[LINE_MAX_LEN], struct fault *out_fault)
{
	const char *start = records->body + records->at, *newline;
	size_t len;

	if (records->at >= records->len)
		return 0;
	newline = memchr(start, '\n', records->len - records->at);
	len = newline ? (size_t)(newline - start) : records->len - records->at;
	records->at += len + 1;
	records->line++;
	if (len && start[len - 1] == '\r')
		len--;
	if (len >= LINE_MAX_LEN)
		return wrong(records, out_fault, "the line is too long");
	memcpy(out, start, len);
	out[len] = 0;
	for (char *c = out; *c; c++) /* the one character that is no fault of a terminal's and would be escaped */
		if (*c == '\\')
			*c = '/';
	if (!text_clean(out, len))
		return wrong(records, out_fault, "the line holds a control character (a tab is one) or is no UTF-8");
	memcpy(out, start, len);
	return 1;
}

/* A quoted value, its quotes gone and its escapes undone, in place. Returns what stands behind it, or NULL. */
static char *unquote(char *text)
{
	char quote = *text, *to = text, *from = text + 1;

	for (; *from; from++) {
		if (quote == '"' && *from == '\\' && (from[1] == '"' || from[1] == '\\')) {
			*to++ = *++from;
		} else if (quote == '\'' && *from == '\'' && from[1] == '\'') {
			*to++ = *from++;
		} else if (*from == quote) {
			*to = 0;
			return from + 1;
		} else if (quote == '"' && *from == '\\') {
			return NULL;
		} else {
			*to++ = *from;
		}
	}
	return NULL;
}

/* What YAML would take for something else than a plain word. */
static bool is_plain(const char *value)
{
	return !strchr("[]{}&*!|>%@`,?", *value) && !strstr(value, ": ") && (*value != '-' || value[1] != ' ') &&
		value[strlen(value) - 1] != ':';
}

/* NULL, or what is wrong with the value, which begins at text. */
static const char *read_value(char *text, char out[RECORD_VALUE_MAX])
{
	char *end = text;
	size_t len;

	if (*text == '"' || *text == '\'') {
		end = unquote(text);
		if (!end)
			return "a quoted value does not end, or holds an escape other than \\\" and \\\\";
		end += strspn(end, " ");
		if (*end && *end != '#')
			return "something stands behind the quoted value";
		len = strlen(text);
	} else {
		for (end = text; *end && !(*end == '#' && (end == text || end[-1] == ' ')); end++)
			;
		while (end > text && end[-1] == ' ')
			end--;
		*end = 0;
		len = (size_t)(end - text);
		if (len && !is_plain(text))
			return "this value must stand in quotes";
	}
	if (!len)
		return "a value is missing";
	if (len >= RECORD_VALUE_MAX)
		return "the value is too long";
	memcpy(out, text, len + 1);
	return NULL;
}

/* NULL, or what is wrong. text: behind the indent. */
static const char *read_field(char *text, struct record_field *field)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz-");

	if (!len || text[len] != ':' || (text[len + 1] && text[len + 1] != ' '))
		return "a line is \"key: value\", the key in small letters";
	if (len >= RECORD_KEY_MAX)
		return "there is no such key";
	memcpy(field->key, text, len);
	field->key[len] = 0;
	text += len + 1;
	return read_value(text + strspn(text, " "), field->value);
}

int record_next(struct records *records, struct record_field *out_field, struct fault *out_fault)
{
	char line[LINE_MAX_LEN];
	int more;

	while ((more = line_next(records, line, out_fault)) > 0) {
		size_t indent = strspn(line, " ");
		char *text = line + indent;
		const char *fault;

		if (!*text || *text == '#' || (!strcmp(line, "---") && !records->within))
			continue;
		out_field->first = text[0] == '-' && text[1] == ' ';
		out_field->line = records->line;
		if (out_field->first)
			text += 1 + strspn(text + 1, " ");
		else if (!records->within || !indent)
			return wrong(records, out_fault, "a record begins with \"- key: value\"; its other lines are indented");
		records->within = true;
		fault = read_field(text, out_field);
		return fault ? wrong(records, out_fault, fault) : 1;
	}
	return more;
}

int record_take(const struct records *records, const struct record_key *keys, const struct record_field *field, void *record,
	uint32_t *seen, struct fault *out_fault)
{
	for (unsigned i = 0; keys[i].name; i++) {
		if (strcmp(keys[i].name, field->key))
			continue;
		if (*seen & 1u << i)
			return wrong(records, out_fault, "this key was given already");
		if (strlen(field->value) >= keys[i].size)
			return wrong(records, out_fault, "the value is too long");
		*seen |= 1u << i;
		memcpy((char *)record + keys[i].offset, field->value, strlen(field->value) + 1);
		return 0;
	}
	fault_set(out_fault, records->file, field->line, 0, "there is no key \"%s\" here", field->key);
	return -EINVAL;
}

int record_grow(void **list, size_t *count, size_t size, size_t most)
{
	/* room is doubled: a list of 2^n elements is full */
	if (*count == most)
		return -E2BIG;
	if (!(*count & (*count - 1))) {
		void *wider = realloc(*list, (*count ? *count * 2 : 1) * size);

		if (!wider)
			return -ENOMEM;
		*list = wider;
	}
	memset((char *)*list + *count * size, 0, size);
	++*count;
	return 0;
}
