/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fault told to a person: where, and one clear sentence. Filled by whoever reads outside input,
 * printed only by commands. Never holds unescaped network bytes: fault_set() escapes them.
 */
#pragma once

#include <stdint.h>

enum { FAULT_PLACE_MAX = 256, FAULT_SENTENCE_MAX = 256 };

struct fault {
	char file[FAULT_PLACE_MAX];
	uint64_t line; /* 1-based; 0 where lines mean nothing */
	uint64_t offset; /* bytes from the start; used where line is 0 */
	char sentence[FAULT_SENTENCE_MAX]; /* "" means no fault */
};

/* Fills *fault (NULL is accepted); cuts what does not fit. */
void fault_set(struct fault *fault, const char *file, uint64_t line, uint64_t offset, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
