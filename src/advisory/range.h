/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A version range as a list of constraints. Private to advisory/. */
#pragma once

#include "advisory/version.h"
#include "wire/limits.h"

enum { RANGE_TEXT_MAX = 1024 };

struct range {
	enum scheme scheme;
	bool all; /* every version */
	size_t count;
	struct constraint parts[FW_CSAF_RANGE_MAX]; /* versions point into room, or into the text */
	char room[RANGE_TEXT_MAX];
};

/* Either form; false: not understood. The text must outlive the range. */
bool range_read(struct range *range, const char *text);
/* "vers:...". */
bool range_read_vers(struct range *range, const char *text);
/* Loose text; SCHEME_LOOSE. */
bool range_read_words(struct range *range, const char *text);
/* "<", "<=", "=" ... at the front; how many bytes, 0 where there is none (*out equal). */
size_t range_comparator(struct chars text, enum comparator *out);
