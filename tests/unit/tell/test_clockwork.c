/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A simulated year, day by day, in zones with and without summer time, and clocks that are set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tell/clockwork.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400, MORNING = 7 * 60 + 30 };

static const uint64_t new_year = 1767225600; /* 2026-01-01 00:00 UTC */

static void in_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

/* Days of the year that got a digest: each must be 1 but the first. */
static void a_year_in(const char *zone, uint16_t minutes)
{
	struct clockwork clockwork = {0};
	unsigned told = 0;
	uint64_t last_s = 0;

	in_zone(zone);
	for (uint64_t now = new_year; now < new_year + 365ull * DAY; now += MINUTE) {
		if (!clockwork_due(&clockwork, minutes, now, now - new_year + 1))
			continue;
		clockwork_told(&clockwork, minutes, now, now - new_year + 1);
		if (last_s && (now - last_s < 23 * HOUR - 30 * MINUTE || now - last_s > 25 * HOUR + 30 * MINUTE))
			fail_msg("%s %u: %llu s apart", zone, minutes, (unsigned long long)(now - last_s));
		last_s = now;
		told++;
	}
	if (told < 364 || told > 365)
		fail_msg("%s %u: %u digests", zone, minutes, told);
}

static void one_a_day(void **state)
{
	static const char *const zones[] = {"UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
		"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "<+14>-14", "<-12>12"};
	/* 02:30 is left out and comes twice, 00:00 and 23:59 are the ends of a day */
	static const uint16_t moments[] = {0, 30, 2 * 60, 2 * 60 + 30, 3 * 60, MORNING, 23 * 60 + 59};

	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		for (size_t j = 0; j < sizeof(moments) / sizeof(moments[0]); j++)
			a_year_in(zones[i], moments[j]);
}

static void at_its_moment(void **state)
{
	struct clockwork clockwork = {0};
	uint64_t midnight = new_year + 10ull * DAY;

	in_zone("UTC0");
	assert_false(clockwork_due(&clockwork, MORNING, midnight, 1));
	assert_false(clockwork_due(&clockwork, MORNING, midnight + MORNING * MINUTE - 1, 1));
	assert_true(clockwork_due(&clockwork, MORNING, midnight + MORNING * MINUTE, 1));
	assert_false(clockwork_due(&clockwork, CLOCKWORK_NEVER, midnight + MORNING * MINUTE, 1));
}

/* Told once, the same day is not told again: not after a restart, nor while the clock is set back; nor is one left out for long. */
static void restarts_and_set_clocks(void **state)
{
	uint64_t noon = new_year + 100ull * DAY + 12 * HOUR;
	struct clockwork clockwork = {0}, again;

	in_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	assert_false(clockwork_due(&clockwork, MORNING, noon - DAY, 1));
	assert_true(clockwork_due(&clockwork, MORNING, noon, DAY));
	clockwork_told(&clockwork, MORNING, noon, DAY);
	again = (struct clockwork){.told_day = clockwork.told_day}; /* restarted */
	assert_false(clockwork_due(&again, MORNING, noon + 1, 1));
	/* back by an hour, by ten, by a day */
	assert_false(clockwork_due(&again, MORNING, noon - HOUR, 2));
	assert_false(clockwork_due(&again, MORNING, noon - 10 * HOUR, 3));
	assert_false(clockwork_due(&again, MORNING, noon - DAY, 4));
	assert_false(clockwork_due(&again, MORNING, noon + 16 * HOUR, 5));
	assert_true(clockwork_due(&again, MORNING, noon + DAY, 6));
	/* the night was slept through: made up for, once */
	again = (struct clockwork){.told_day = clockwork.told_day};
	assert_true(clockwork_due(&again, MORNING, noon + 5ull * DAY, 1));
	clockwork_told(&again, MORNING, noon + 5ull * DAY, 1);
	assert_false(clockwork_due(&again, MORNING, noon + 5ull * DAY + HOUR, HOUR));
}

/* Ten years ahead for a moment, and back: one digest too early, none twice, none left out for ten years. */
static void a_clock_far_ahead(void **state)
{
	uint64_t noon = new_year + 100ull * DAY + 12 * HOUR, steady = DAY;
	struct clockwork clockwork = {0};
	unsigned told = 0;

	in_zone("UTC0");
	assert_false(clockwork_due(&clockwork, MORNING, noon, steady));
	assert_true(clockwork_due(&clockwork, MORNING, noon + 3650ull * DAY, steady + 7 * HOUR));
	clockwork_told(&clockwork, MORNING, noon + 3650ull * DAY, steady + 7 * HOUR);
	for (uint64_t past = 8ull * HOUR; past < 10ull * DAY; past += MINUTE)
		if (clockwork_due(&clockwork, MORNING, noon + past, steady + past)) {
			clockwork_told(&clockwork, MORNING, noon + past, steady + past);
			told++;
		}
	assert_int_equal(told, 10);
}

/* It jumps a day to and fro every minute: at most four digests in a day of the steady clock. */
static void a_mad_clock(void **state)
{
	struct clockwork clockwork = {0};
	uint64_t noon = new_year + 12 * HOUR;
	unsigned told = 0;

	in_zone("UTC0");
	for (uint64_t minute = 1; minute <= DAY / MINUTE; minute++) {
		uint64_t wall = noon + minute * MINUTE + (minute % 2 ? minute * DAY : 0);
		if (!clockwork_due(&clockwork, MORNING, wall, minute * MINUTE))
			continue;
		clockwork_told(&clockwork, MORNING, wall, minute * MINUTE);
		told++;
	}
	assert_in_range(told, 1, 4);
}

static void quiet_hours(void **state)
{
	static const struct {
		uint16_t from, until;
		unsigned hour;
		bool quiet;
	} cases[] = {{22 * 60, 7 * 60, 21, false}, {22 * 60, 7 * 60, 22, true}, {22 * 60, 7 * 60, 23, true}, {22 * 60, 7 * 60, 0, true},
		{22 * 60, 7 * 60, 6, true}, {22 * 60, 7 * 60, 7, false}, {12 * 60, 14 * 60, 11, false}, {12 * 60, 14 * 60, 12, true},
		{12 * 60, 14 * 60, 14, false}, {CLOCKWORK_NEVER, CLOCKWORK_NEVER, 3, false}, {0, CLOCKWORK_NEVER, 3, false}};

	in_zone("UTC0");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (clockwork_quiet(cases[i].from, cases[i].until, new_year + cases[i].hour * HOUR) != cases[i].quiet)
			fail_msg("case %zu", i);
	in_zone("CET-1");
	assert_true(clockwork_quiet(22 * 60, 7 * 60, new_year + 21 * HOUR)); /* 22:00 there */
}

static void words(void **state)
{
	char text[CLOCKWORK_WORDS_MAX];

	in_zone("UTC0");
	assert_string_equal(clockwork_words(text, new_year + MORNING * MINUTE), "Thu 1 Jan, 07:30");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(one_a_day), cmocka_unit_test(at_its_moment), cmocka_unit_test(restarts_and_set_clocks),
		cmocka_unit_test(a_clock_far_ahead), cmocka_unit_test(a_mad_clock), cmocka_unit_test(quiet_hours), cmocka_unit_test(words)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
