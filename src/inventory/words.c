/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inventory/words.h"

#include <string.h>
#include <strings.h>

struct slice words_of(const char *text)
{
	return (struct slice){(const uint8_t *)text, strlen(text)};
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\0' || (c >= '\t' && c <= '\r');
}

struct slice words_trim(struct slice raw)
{
	while (raw.len && is_blank(raw.bytes[0]))
		raw = words_from(raw, 1);
	while (raw.len && is_blank(raw.bytes[raw.len - 1]))
		raw.len--;
	return raw;
}

static bool is_continuation(uint8_t c)
{
	return (c & 0xc0) == 0x80;
}

/* A UTF-8 character has at most three continuation bytes; longer runs of them are not UTF-8 and are cut anywhere. */
static size_t whole_len(struct slice raw, size_t room)
{
	size_t len = raw.len < room ? raw.len : room, back = len;

	if (len == raw.len || !is_continuation(raw.bytes[len]))
		return len;
	while (back && len - back < 3 && is_continuation(raw.bytes[back - 1]))
		back--;
	return back && raw.bytes[back - 1] >= 0xc0 ? back - 1 : len;
}

struct slice words_cut(struct slice raw, size_t room)
{
	return (struct slice){raw.bytes, whole_len(raw, room)};
}

/* Returns where it ends; at least reserve bytes stay free behind it, terminator included. */
static size_t copy_behind(char out[DEVICE_TEXT_MAX], size_t at, struct slice raw, size_t reserve)
{
	raw = words_trim(raw);
	size_t len = at + reserve < DEVICE_TEXT_MAX ? whole_len(raw, DEVICE_TEXT_MAX - reserve - at) : 0;

	for (size_t i = 0; i < len; i++)
		out[at + i] = raw.bytes[i] ? (char)raw.bytes[i] : ' ';
	out[at + len] = '\0';
	return at + len;
}

size_t words_copy(char out[DEVICE_TEXT_MAX], struct slice raw)
{
	return copy_behind(out, 0, raw, 1);
}

void words_join(char out[DEVICE_TEXT_MAX], const char *head, struct slice raw, const char *tail)
{
	size_t head_len = strnlen(head, DEVICE_TEXT_MAX - 1), tail_len = strlen(tail), at;

	memcpy(out, head, head_len);
	at = copy_behind(out, head_len, raw, tail_len + 1);
	if (at + tail_len < DEVICE_TEXT_MAX)
		memcpy(out + at, tail, tail_len + 1);
}

bool words_same(struct slice raw, const char *text)
{
	return raw.len == strlen(text) && words_start(raw, text);
}

bool words_start(struct slice raw, const char *head)
{
	size_t len = strlen(head);

	return raw.len >= len && !strncasecmp((const char *)raw.bytes, head, len);
}

bool words_end(struct slice raw, const char *tail)
{
	size_t len = strlen(tail);

	return raw.len >= len && words_start(words_from(raw, raw.len - len), tail);
}

size_t words_find(struct slice raw, const char *text)
{
	for (size_t at = 0; at + strlen(text) <= raw.len; at++)
		if (words_start(words_from(raw, at), text))
			return at;
	return SIZE_MAX;
}

struct slice words_from(struct slice raw, size_t offset)
{
	return offset ? (struct slice){raw.bytes + offset, raw.len - offset} : raw;
}

struct slice words_until(struct slice raw, char stop)
{
	const uint8_t *found = raw.len ? memchr(raw.bytes, stop, raw.len) : NULL;

	return found ? (struct slice){raw.bytes, (size_t)(found - raw.bytes)} : raw;
}
