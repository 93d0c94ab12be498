/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recog's patterns are written in Ruby's dialect of regular expressions (Onigmo). PCRE2 reads nearly the same; where it does not, the pattern is
 * rewritten here, or refused with a sentence. Pure text work: needs no PCRE2.
 *
 *	Ruby                               here
 *	^ and $ at every line              PCRE2_MULTILINE, always (recog_code.c)
 *	flag and (?m): dot matches \n      (?s)
 *	a(?i)b|c is a(?i:b|c)              written so
 *	\h \H: a hexadecimal digit         [0-9A-Fa-f] and its reverse
 *	\v: one vertical tab               \x0b
 *	\uHHHH                             \x{HHHH}, in UTF mode
 *	{,n}                               {0,n}
 *	names make plain groups not count  PCRE2_NO_AUTO_CAPTURE
 *	[a&&b], [a[b]]: sets of sets       refused
 *	x{2}+ and x{2}?: repeated, option  refused (PCRE2 would read a possessive and a lazy one)
 *	(?x): blanks are none              refused
 *	an escaped letter that means none  the letter, as PCRE2_EXTRA_BAD_ESCAPE_IS_LITERAL
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { RECOG_PATTERN_MAX = 4096, RECOG_LITERAL_MAX = 32 };

struct recog_pattern {
	char text[2 * RECOG_PATTERN_MAX]; /* for PCRE2, terminated */
	size_t len;
	bool named; /* has named groups */
	bool utf; /* has characters beyond ASCII, so it reads characters and not bytes */
	/* What any match must contain, in lower case and compared without regard to case; nothing if that is not known. */
	char literal[RECOG_LITERAL_MAX];
	size_t literal_len;
};

/* Returns NULL, or a static sentence that says why it was refused. */
const char *recog_pattern_read(struct recog_pattern *out, const char *ruby, size_t len);
