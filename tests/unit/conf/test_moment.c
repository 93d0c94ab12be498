/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/conf.h"

#define SECOND 1000000000ull

static void moments(void **state)
{
	static const struct {
		const char *word;
		uint64_t ns;
	} cases[] = {
		{"1970-01-01", 0},
		{"0", 0},
		{"2016-10-21", 1477008000 * SECOND},
		{"2016-10-21T00:00:00Z", 1477008000 * SECOND},
		{"2016-10-21T11:10:00Z", 1477048200 * SECOND},
		{"2016-10-21t11:10:00z", 1477048200 * SECOND},
		{"2016-10-21 11:10:00", 1477048200 * SECOND},
		{"2016-10-21T11:10", 1477048200 * SECOND},
		{"2016-10-21T13:10+02:00", 1477048200 * SECOND},
		{"2016-10-20T23:40:00-11:30", 1477048200 * SECOND},
		{"2016-10-21T11:10:00.5Z", 1477048200 * SECOND + SECOND / 2},
		{"2016-10-21T11:10:00.000000001", 1477048200 * SECOND + 1},
		{"2016-10-21T11:10:00.0000000019", 1477048200 * SECOND + 1},
		{"2016-12-31T23:59:60Z", 1483228800 * SECOND},
		{"2016-02-29", 1456704000 * SECOND},
		{"2000-02-29", 951782400 * SECOND},
		{"2553-12-31T23:59:59Z", 18429292799 * SECOND},
		{"1477048200", 1477048200 * SECOND},
		{"1477048200.5", 1477048200 * SECOND + SECOND / 2},
		{"0001477048200.000000", 1477048200 * SECOND},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t ns = 1;

		if (moment_read(cases[i].word, &ns) || ns != cases[i].ns)
			fail_msg("%s: %llu", cases[i].word, (unsigned long long)ns);
	}
}

static void nonsense(void **state)
{
	static const char *const words[] = {"", " ", "now", "tomorrow", "-1", "+1", "1e9", "1.", ".5", "0x10", "1477048200 ", " 1477048200",
		"1 2", "99999999999999999999", "18446744074", "2016-10", "2016-1-21", "2016-10-21T", "2016-10-21T11", "2016-10-21T11:1",
		"2016-10-21T11:10:", "2016-10-21T11:10:00.", "2016-10-21T11:10:00.Z", "2016-10-21T24:00:00", "2016-10-21T11:60",
		"2016-10-21T11:10:61", "2016-13-01", "2016-00-01", "2016-01-00", "2016-01-32", "2016-02-30", "2015-02-29", "2100-02-29",
		"1969-12-31", "2554-01-01", "1970-01-01T00:00:00+00:01", "2016-10-21T11:10:00+0200", "2016-10-21T11:10:00+2:00",
		"2016-10-21T11:10:00+24:00", "2016-10-21T11:10:00+02:60", "2016-10-21T11:10:00ZZ", "2016-10-21T11:10:00 Z", "2016-10-21Z",
		"2016/10/21", "21.10.2016", "2016-10-21\n", "\033[2J"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		uint64_t ns = 7;

		if (moment_read(words[i], &ns) != -EINVAL || ns != 7)
			fail_msg("taken for a time: %s", words[i]);
	}
}

/* Every beginning of a time is a time or none, and nothing behind its end is read. */
static void cut_at_every_byte(void **state)
{
	static const char whole[] = "2016-10-21T11:10:00.123456789+02:00";
	uint64_t ns;

	for (size_t len = 0; len < sizeof(whole); len++) {
		char *cut = strndup(whole, len);

		assert_non_null(cut);
		int error = moment_read(cut, &ns);
		assert_true(error == 0 || error == -EINVAL);
		free(cut);
	}
	assert_int_equal(moment_read(whole, &ns), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moments),
		cmocka_unit_test(nonsense),
		cmocka_unit_test(cut_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
