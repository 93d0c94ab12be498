/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tell/clockwork.h"

#include <stdio.h>
#include <time.h>

enum { HOUR_MIN = 60 };

static struct tm local_of(uint64_t wall_s)
{
	time_t seconds = (time_t)wall_s;
	struct tm local = {0};

	localtime_r(&seconds, &local);
	return local;
}

static uint16_t minute_of(const struct tm *local)
{
	return (uint16_t)(local->tm_hour * HOUR_MIN + local->tm_min);
}

/* Days since 1970 of a date in the proleptic Gregorian calendar; years are counted from March, so that the leap day is their last. */
static int64_t day_of(const struct tm *local)
{
	int64_t year = local->tm_year + 1900ll - (local->tm_mon < 2);
	int64_t month = (local->tm_mon + 10) % 12; /* March is 0 */
	int64_t day = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + local->tm_mday - 1;

	return day - 719468;
}

/* The day whose moment came last. */
static int64_t slot_of(uint16_t minutes, uint64_t wall_s)
{
	struct tm local = local_of(wall_s);

	return day_of(&local) - (minute_of(&local) < minutes);
}

bool clockwork_due(struct clockwork *clockwork, uint16_t minutes, uint64_t wall_s, uint64_t steady_s)
{
	int64_t slot;

	if (minutes == CLOCKWORK_NEVER)
		return false;
	slot = slot_of(minutes, wall_s);
	if (!clockwork->told_day || clockwork->told_day > slot + 1)
		clockwork->told_day = slot;
	if (clockwork->told_steady_s && steady_s < clockwork->told_steady_s + CLOCKWORK_APART_S)
		return false;
	return slot > clockwork->told_day;
}

void clockwork_told(struct clockwork *clockwork, uint16_t minutes, uint64_t wall_s, uint64_t steady_s)
{
	clockwork->told_day = slot_of(minutes, wall_s);
	clockwork->told_steady_s = steady_s;
}

bool clockwork_quiet(uint16_t from, uint16_t until, uint64_t wall_s)
{
	struct tm local = local_of(wall_s);
	uint16_t minute = minute_of(&local);

	if (from == CLOCKWORK_NEVER || until == CLOCKWORK_NEVER)
		return false;
	return from <= until ? minute >= from && minute < until : minute >= from || minute < until;
}

char *clockwork_words(char out[CLOCKWORK_WORDS_MAX], uint64_t wall_s)
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct tm local = local_of(wall_s);

	snprintf(out, CLOCKWORK_WORDS_MAX, "%s %d %s, %02d:%02d", days[local.tm_wday % 7], local.tm_mday, months[local.tm_mon % 12],
		local.tm_hour, local.tm_min);
	return out;
}
