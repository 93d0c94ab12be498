/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a person writes down, read strictly: facts about devices, rules of recalls, marks. All three files are lists of flat records, in a
 * small part of YAML, so that editors colour them and other programs read them:
 *
 *	# a comment
 *	- device: 02:00:00:00:00:07
 *	  bought: 2014-11
 *	  label: "H.264 DVR"
 *
 * A record begins with "- ", its other lines are indented. A value stands on one line: bare, 'single' or "double" quoted. No
 * nesting, no anchors, no tags, no values over several lines: what is none of this is a fault with its line.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

enum { RECORD_KEY_MAX = 32, RECORD_VALUE_MAX = 1024 };

struct records {
	const char *file, *body; /* borrowed */
	size_t len, at;
	uint64_t line; /* of what was read last */
	bool within; /* a record has begun */
};

struct record_field {
	bool first; /* the record begins with it */
	uint64_t line;
	char key[RECORD_KEY_MAX];
	char value[RECORD_VALUE_MAX]; /* UTF-8 without control characters */
};

void records_init(struct records *records, const char *file, const char *body, size_t len);

/* Returns 1 with the next field, 0 at the end, or -EINVAL with line and sentence. */
int record_next(struct records *records, struct record_field *out_field, struct fault *out_fault);

/* A text member of a record: which key, and where it goes in the struct. */
struct record_key {
	const char *name;
	size_t offset, size; /* of a char array */
};

/*
 * Takes the field into its char array. Returns 0, or -EINVAL with the sentence: no such key, already given, or too long. seen: a bit for
 * each key of this record so far.
 */
int record_take(const struct records *records, const struct record_key *keys, const struct record_field *field, void *record,
	uint32_t *seen, struct fault *out_fault);

/* Grows *list, of *count elements of this size, by a zeroed one. At most `most`. Returns 0, -ENOMEM or -E2BIG. */
int record_grow(void **list, size_t *count, size_t size, size_t most);
