/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/field.h"

#include <string.h>
#include <strings.h>

struct slice field_trim(struct slice text)
{
	while (text.len && (text.bytes[0] == ' ' || text.bytes[0] == '\t'))
		text.bytes++, text.len--;
	while (text.len && (text.bytes[text.len - 1] == ' ' || text.bytes[text.len - 1] == '\t'))
		text.len--;
	return text;
}

bool field_starts(struct slice text, const char *head)
{
	size_t len = strlen(head);

	return text.len >= len && strncasecmp((const char *)text.bytes, head, len) == 0;
}

bool field_is(struct slice text, const char *word)
{
	return text.len == strlen(word) && field_starts(text, word);
}

bool field_read(struct slice line, struct slice *out_name, struct slice *out_value)
{
	const uint8_t *colon = line.len ? memchr(line.bytes, ':', line.len) : NULL;

	if (!colon)
		return false;
	*out_name = field_trim((struct slice){line.bytes, (size_t)(colon - line.bytes)});
	*out_value = field_trim((struct slice){colon + 1, line.len - (size_t)(colon - line.bytes) - 1});
	return true;
}

bool field_length(struct slice value, uint64_t *out_length)
{
	uint64_t length = 0;

	for (size_t i = 0; i < value.len; i++) {
		if (value.bytes[i] < '0' || value.bytes[i] > '9' || length > UINT64_MAX / 16)
			return false;
		length = length * 10 + (value.bytes[i] - '0');
	}
	if (value.len)
		*out_length = length;
	return value.len > 0;
}

struct slice field_basic(struct slice authorization)
{
	static const char scheme[] = "Basic ";
	size_t len = sizeof(scheme) - 1;

	if (!field_starts(authorization, scheme))
		return (struct slice){NULL, 0};
	return field_trim((struct slice){authorization.bytes + len, authorization.len - len});
}
