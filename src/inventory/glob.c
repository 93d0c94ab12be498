/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inventory/glob.h"

#include <stddef.h>

/* One byte of text against what stands at pattern, which is no "*". Returns how long that is in the pattern, 0 where it differs. */
static size_t one(const char *pattern, uint8_t c)
{
	if (*pattern == '?')
		return 1;
	if (*pattern == '#')
		return c >= '0' && c <= '9';
	if (*pattern == '\\' && pattern[1])
		return glob_lower((uint8_t)pattern[1]) == glob_lower(c) ? 2 : 0;
	return *pattern && glob_lower((uint8_t)*pattern) == glob_lower(c);
}

bool glob_match(const char *pattern, struct slice text, struct slice *out_star, uint32_t *steps)
{
	const char *behind = NULL; /* the last "*" */
	size_t at = 0, again = 0, star_start = 0, star_end = 0, used;
	unsigned stars = 0;

	while (at < text.len || *pattern == '*') {
		if (!*steps)
			return false;
		--*steps;
		if (*pattern == '*') {
			if (!stars++)
				star_start = at;
			else if (stars == 2)
				star_end = again;
			behind = ++pattern;
			again = at;
		} else if ((used = one(pattern, text.bytes[at]))) {
			pattern += used;
			at++;
		} else if (behind) {
			pattern = behind;
			at = ++again;
		} else {
			return false;
		}
	}
	if (*pattern)
		return false;
	if (stars)
		*out_star = (struct slice){text.bytes + star_start, (stars == 1 ? again : star_end) - star_start};
	return true;
}

uint8_t glob_first(const char *pattern)
{
	if (*pattern == '*' || *pattern == '?' || *pattern == '#')
		return 0;
	return glob_lower((uint8_t)(*pattern == '\\' && pattern[1] ? pattern[1] : *pattern));
}
