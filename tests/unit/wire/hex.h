/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes written as text: hexadecimal digits in pairs, anything else is for the eye. */
#pragma once

#include <stdint.h>

static inline int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Returns how many bytes; room must suffice. */
static inline uint32_t hex_read(const char *text, uint8_t *bytes)
{
	uint32_t len = 0;

	for (; *text; text++)
		if (hex_digit(text[0]) >= 0 && hex_digit(text[1]) >= 0) {
			bytes[len++] = (uint8_t)(hex_digit(text[0]) << 4 | hex_digit(text[1]));
			text++;
		}
	return len;
}
