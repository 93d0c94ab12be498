/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A message as RFC 5322 wants it, for a command such as sendmail -t: pure. Whatever a subject or a text holds, it begins no header and ends no
 * message: the subject is one line of printable ASCII or encoded words (RFC 2047), the text is quoted-printable (RFC 2045).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct letter {
	const char *from, *to; /* mailboxes as the configuration has them: no line end, no space (conf/settings_messages.h) */
	const char *subject, *text; /* UTF-8; lines end with \n */
	uint64_t time_s; /* since 1970 */
	uint64_t number; /* of this message: with the time, what Message-ID is made of */
	const char *host;
};

enum { LETTER_SUBJECT_MAX = 200 }; /* bytes of the subject; what is more is cut, never within a character */

/* Lines end with \n, as commands that take a message on standard input want it. Returns 0 or -EIO. */
int letter_write(const struct letter *letter, FILE *out);
