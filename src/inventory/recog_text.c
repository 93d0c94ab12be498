/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes or characters? In Ruby, a dot matches one character of a text in UTF-8, and one byte of any other text; so "Sign in . Acme" must match with a
 * middle dot of two bytes, and a dump of bytes must match too. PCRE2 wants to know when a pattern is compiled. Patterns without a character
 * beyond ASCII, nearly all, are compiled for bytes, and a text that is valid UTF-8 is given to them with one byte (0xff) in the place of each
 * longer character: it is no letter, no digit and no blank, as such characters are not for Ruby's \\w, \\d and \\s.
 *
 *	text      c a f 0xc3 0xa9 !        singles  c a f 0xff !        starts  0 1 2 3 5 6
 */
#include "inventory/recog_inside.h"

/* Bytes of the character that begins here (RFC 3629), or 0. */
static size_t character_len(struct slice text)
{
	const uint8_t *at = text.bytes;
	size_t len = at[0] < 0x80               ? 1
		: at[0] >= 0xc2 && at[0] < 0xe0 ? 2
		: at[0] >= 0xe0 && at[0] < 0xf0 ? 3
		: at[0] >= 0xf0 && at[0] < 0xf5 ? 4
						: 0;

	if (!len || len > text.len)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] >= 0xa0) || (at[0] == 0xf0 && at[1] < 0x90) ||
		(at[0] == 0xf4 && at[1] >= 0x90))
		return 0;
	return len;
}

/* False if it is no UTF-8. */
static bool make_singles(struct recog *recog)
{
	struct slice rest = recog->text;
	size_t count = 0;

	while (rest.len) {
		size_t len = character_len(rest);

		if (!len)
			return false;
		recog->singles[count] = len == 1 ? rest.bytes[0] : 0xff;
		recog->starts[count++] = (uint16_t)(rest.bytes - recog->text.bytes);
		rest = (struct slice){rest.bytes + len, rest.len - len};
	}
	recog->starts[count] = (uint16_t)recog->text.len;
	recog->single = (struct slice){recog->singles, count};
	return true;
}

void recog_text_take(struct recog *recog, struct slice text)
{
	bool plain = true;

	if (text.len > RECOG_TEXT_MAX)
		text.len = RECOG_TEXT_MAX;
	for (size_t i = 0; i < text.len; i++) {
		recog->lower[i] = text.bytes[i] >= 'A' && text.bytes[i] <= 'Z' ? text.bytes[i] | 0x20 : text.bytes[i];
		plain &= text.bytes[i] < 0x80;
	}
	recog->text = text;
	recog->single = text;
	if (!plain && !make_singles(recog))
		recog->single = text;
}

struct slice recog_text_back(const struct recog *recog, struct slice found)
{
	size_t at;

	if (recog->single.bytes == recog->text.bytes)
		return found;
	at = (size_t)(found.bytes - recog->singles);
	return (struct slice){recog->text.bytes + recog->starts[at], (size_t)(recog->starts[at + found.len] - recog->starts[at])};
}
