/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every setting of floodwall.yaml that is one value or one list of values, a line each: its path, what it holds, where it lands in struct
 * settings, its range and its default. Schema, reader, defaults and writer all come from this table; a new setting is a new line
 * (and a paragraph in floodwall.yaml(5), which a test compares).
 */
#pragma once

#include "conf/settings.h"

enum scalar_kind {
	SCALAR_NUMBER,
	SCALAR_SIZE, /* bytes, with a unit */
	SCALAR_TIME, /* seconds, with a unit */
	SCALAR_CHOICE, /* the number of one of the words */
	SCALAR_NAME, /* of an interface, a user: letters, digits and _.:@- */
	SCALAR_PATH, /* absolute */
	SCALAR_ADDRESS,
	SCALAR_CLOCK, /* a time of the day; these three: settings_messages.h */
	SCALAR_COMMAND, /* a path and arguments */
	SCALAR_MAILBOX,
};

struct scalar {
	const char *path;
	enum scalar_kind kind;
	uint32_t offset, width; /* in struct settings; of text: with its terminator */
	uint64_t least, most; /* of numbers; of choices: how many */
	const char *initial; /* read like a word of the file; NULL: none, and a number stays 0 and is not printed */
	const char *const *words; /* of choices */
};

enum list_kind {
	LIST_ADDRESS,
	LIST_PREFIX,
	LIST_PATH,
	LIST_TIMES,
	LIST_INCLUDE, /* paths that only settings_includes() looks at */
	LIST_INTERFACE, /* from here on guard.c reads */
	LIST_HOST,
	LIST_WHO, /* a MAC or an address */
	LIST_PORT,
};

struct list {
	const char *path;
	enum list_kind kind;
	uint32_t offset, count_offset; /* in struct settings; LIST_PREFIX: of the pointer */
	uint32_t most; /* entries; LIST_TIMES: just so many, or none */
};

enum { SCALARS_MAX = 192, LISTS_MAX = 48 };

extern const struct scalar settings_scalars[];
extern const struct list settings_lists[];
extern const size_t settings_scalar_count, settings_list_count;
