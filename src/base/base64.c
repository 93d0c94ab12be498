/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/base64.h"

#include <errno.h>
#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_write(char *out, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i += 3, out += 4) {
		uint32_t group = (uint32_t)bytes[i] << 16;
		if (i + 1 < len)
			group |= (uint32_t)bytes[i + 1] << 8;
		if (i + 2 < len)
			group |= bytes[i + 2];
		out[0] = letters[group >> 18];
		out[1] = letters[group >> 12 & 63];
		out[2] = i + 1 < len ? letters[group >> 6 & 63] : '=';
		out[3] = i + 2 < len ? letters[group & 63] : '=';
	}
}

static int value_of(char letter)
{
	const char *found = letter ? strchr(letters, letter) : NULL;

	return found ? (int)(found - letters) : -1;
}

/* One group of four; pad: how many of its letters are missing. */
static int read_group(uint8_t out[3], const char *text, unsigned pad)
{
	uint32_t group = 0;

	for (unsigned i = 0; i < 4; i++) {
		int value = i >= 4 - pad ? (text[i] == '=' ? 0 : -1) : value_of(text[i]);
		if (value < 0)
			return -EBADMSG;
		group = group << 6 | (uint32_t)value;
	}
	for (unsigned i = 0; i < 3; i++)
		out[i] = (uint8_t)(group >> (16 - 8 * i));
	return group & ((1u << 8 * pad) - 1) ? -EBADMSG : 0;
}

int base64_read(uint8_t *out, size_t *out_len, const char *text, size_t len)
{
	size_t written = 0;
	uint8_t three[3];

	if (len % 4)
		return -EBADMSG;
	for (size_t i = 0; i < len; i += 4) {
		unsigned pad = i + 4 < len ? 0 : (text[i + 3] == '=') + (text[i + 2] == '=' && text[i + 3] == '=');
		if (read_group(three, text + i, pad))
			return -EBADMSG;
		memcpy(out + written, three, 3 - pad);
		written += 3 - pad;
	}
	*out_len = written;
	return 0;
}
