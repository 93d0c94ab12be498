/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sheet/days.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum { YEAR_FIRST = 1970, YEAR_LAST = 2199 };

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100) || year % 400 == 0;
}

static int days_in(int year, int month)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return lengths[month - 1] + (month == 2 && is_leap(year));
}

/* The first day of the month; month may be 13. */
static int32_t day_of(int year, int month)
{
	int32_t day = 0;

	for (int y = YEAR_FIRST; y < year; y++)
		day += is_leap(y) ? 366 : 365;
	for (int m = 1; m < month; m++)
		day += days_in(year, m);
	return day;
}

/* Exactly this many digits. -1 if they are none. */
static int digits(const char *word, size_t count)
{
	int number = 0;

	for (size_t i = 0; i < count; i++) {
		if (word[i] < '0' || word[i] > '9')
			return -1;
		number = number * 10 + word[i] - '0';
	}
	return number;
}

int days_read(const char *word, struct days *out_days)
{
	size_t len = strlen(word);
	int year, month, day;

	if ((len != 4 && len != 7 && len != 10) || (len > 4 && word[4] != '-') || (len > 7 && word[7] != '-'))
		return -EINVAL;
	year = digits(word, 4);
	month = len > 4 ? digits(word + 5, 2) : 1;
	day = len > 7 ? digits(word + 8, 2) : 1;
	if (year < YEAR_FIRST || year > YEAR_LAST || month < 1 || month > 12 || day < 1 || day > days_in(year, month))
		return -EINVAL;
	out_days->from = day_of(year, month) + day - 1;
	out_days->to = len == 4 ? day_of(year, 13) : len == 7 ? day_of(year, month + 1) : out_days->from + 1;
	return 0;
}

enum truth days_before(struct days a, struct days b)
{
	if (a.to <= b.from)
		return TRUTH_YES;
	return a.from >= b.from ? TRUTH_NO : TRUTH_UNKNOWN;
}

enum truth days_within(struct days a, struct days b)
{
	if (a.from >= b.from && a.to <= b.to)
		return TRUTH_YES;
	return a.to <= b.from || a.from >= b.to ? TRUTH_NO : TRUTH_UNKNOWN;
}
