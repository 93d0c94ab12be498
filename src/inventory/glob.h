/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Patterns of the signature table: "*" any run of bytes, "?" one byte, "#" one digit, "\" takes what follows as it is; all else is itself, ASCII letters
 * of either case. A pattern speaks of the whole text.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/fact.h"

/*
 * out_star: what the first "*" stands for, as short as it can be; untouched where there is none. At most pattern times text steps, each of which is taken
 * from *steps; where none is left, nothing matches.
 */
bool glob_match(const char *pattern, struct slice text, struct slice *out_star, uint32_t *steps);

static inline uint8_t glob_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* The byte, a capital as a small one, without which at its start no text fits; 0 where there is none. */
uint8_t glob_first(const char *pattern);
