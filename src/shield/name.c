/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shield/shield.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "shield/inside.h"

static uint8_t small(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

int name_copy(uint8_t out[FW_DNS_NAME_MAX], const uint8_t *wire, size_t len)
{
	size_t at = 0;
	int labels = 0;

	if (!len || len > FW_DNS_NAME_MAX)
		return -EINVAL;
	while (wire[at]) {
		size_t label = wire[at];
		/* The root's byte must still follow. */
		if (label > FW_DNS_LABEL_MAX || at + 1 + label >= len)
			return -EINVAL;
		out[at++] = (uint8_t)label;
		for (; label; label--, at++)
			out[at] = small(wire[at]);
		labels++;
	}
	out[at] = 0;
	return at + 1 == len ? labels : -EINVAL;
}

const uint8_t *name_skip(const uint8_t *wire, unsigned skip)
{
	for (; skip; skip--)
		wire += 1 + wire[0];
	return wire;
}

static bool plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '*';
}

char *name_text(char out[NAME_TEXT_MAX], const uint8_t *wire, size_t len)
{
	uint8_t name[FW_DNS_NAME_MAX];
	const uint8_t *label = wire;
	size_t at = 0;

	/* At most 4 characters a byte and a dot a label: 255 bytes never fill the room. */
	if (name_copy(name, wire, len) < 0)
		at = (size_t)snprintf(out, NAME_TEXT_MAX, "?");
	else if (!wire[0])
		at = (size_t)snprintf(out, NAME_TEXT_MAX, ".");
	else
		for (; label[0]; label += 1 + label[0]) {
			for (unsigned i = 1; i <= label[0]; i++)
				at += (size_t)snprintf(out + at, NAME_TEXT_MAX - at, plain(label[i]) ? "%c" : "\\%03u", label[i]);
			out[at++] = '.';
		}
	out[at] = '\0';
	return out;
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* One character at *text, escaped or not; -EINVAL where the escape is none. */
static int read_character(const char **text, uint8_t *out)
{
	const char *at = *text;

	if (*at != '\\') {
		*out = small((uint8_t)*at);
		*text = at + 1;
		return 0;
	}
	at++;
	if (digit(at[0]) && digit(at[1]) && digit(at[2])) {
		int number = (at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0');
		if (number > UINT8_MAX)
			return -EINVAL;
		*out = small((uint8_t)number);
		*text = at + 3;
		return 0;
	}
	if (!*at || digit(*at))
		return -EINVAL;
	*out = small((uint8_t)*at);
	*text = at + 1;
	return 0;
}

/* One label and the dot behind it, if there is one. */
static int read_label(const char **text, uint8_t wire[FW_DNS_NAME_MAX], size_t *at)
{
	size_t begin = (*at)++;

	while (**text && **text != '.') {
		uint8_t c;
		/* Room for this byte and the root's. */
		if (*at - begin > FW_DNS_LABEL_MAX || *at + 1 >= FW_DNS_NAME_MAX || read_character(text, &c))
			return -EINVAL;
		wire[(*at)++] = c;
	}
	if (*at == begin + 1)
		return -EINVAL;
	wire[begin] = (uint8_t)(*at - begin - 1);
	if (**text == '.')
		(*text)++;
	return 0;
}

int name_read(const char *text, uint8_t out_wire[FW_DNS_NAME_MAX], size_t *out_len)
{
	uint8_t wire[FW_DNS_NAME_MAX];
	size_t at = 0;

	if (!*text)
		return -EINVAL;
	if (strcmp(text, ".") != 0)
		while (*text)
			if (at + 1 >= FW_DNS_NAME_MAX || read_label(&text, wire, &at))
				return -EINVAL;
	wire[at++] = 0;
	memcpy(out_wire, wire, at);
	*out_len = at;
	return 0;
}
