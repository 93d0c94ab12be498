/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"

struct unit {
	const char *name;
	uint64_t times;
};

/* Ascending; the first has no name. */
static const struct unit sizes[] = {{"", 1}, {"kib", 1ull << 10}, {"mib", 1ull << 20}, {"gib", 1ull << 30}};
static const struct unit times[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};

enum { SIZES = sizeof(sizes) / sizeof(sizes[0]), TIMES = sizeof(times) / sizeof(times[0]) };

/* Digits, at least one. Returns what follows them, or NULL. */
static const char *digits(const char *word, uint64_t *out_number)
{
	uint64_t number = 0;

	if (*word < '0' || *word > '9')
		return NULL;
	for (; *word >= '0' && *word <= '9'; word++) {
		uint64_t digit = (uint64_t)(*word - '0');
		if (number > (UINT64_MAX - digit) / 10)
			return NULL;
		number = number * 10 + digit;
	}
	*out_number = number;
	return word;
}

int number_read(const char *word, uint64_t *out_number)
{
	uint64_t number;
	const char *rest = digits(word, &number);

	if (!rest || *rest)
		return -EINVAL;
	*out_number = number;
	return 0;
}

static int read_with(const char *word, const struct unit *units, size_t count, uint64_t *out_number)
{
	uint64_t number;
	const char *rest = digits(word, &number);

	for (size_t i = 0; rest && i < count; i++) {
		if (strcmp(rest, units[i].name) != 0)
			continue;
		if (number > UINT64_MAX / units[i].times)
			return -EINVAL;
		*out_number = number * units[i].times;
		return 0;
	}
	return -EINVAL;
}

int size_read(const char *word, uint64_t *out_bytes)
{
	return read_with(word, sizes, SIZES, out_bytes);
}

int duration_read(const char *word, uint32_t *out_s)
{
	uint64_t seconds;

	if (read_with(word, times, TIMES, &seconds) || seconds > UINT32_MAX)
		return -EINVAL;
	*out_s = (uint32_t)seconds;
	return 0;
}

static char *word_with(char out[UNIT_WORD_MAX], uint64_t number, const struct unit *units, size_t count)
{
	size_t i = count - 1;

	while (i && (!number || number % units[i].times))
		i--;
	snprintf(out, UNIT_WORD_MAX, "%" PRIu64 "%s", number / units[i].times, units[i].name);
	return out;
}

char *size_word(char out[UNIT_WORD_MAX], uint64_t bytes)
{
	return word_with(out, bytes, sizes, SIZES);
}

char *duration_word(char out[UNIT_WORD_MAX], uint64_t seconds)
{
	return word_with(out, seconds, times, TIMES);
}
