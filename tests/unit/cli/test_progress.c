/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/progress.h"

#define SECOND 1000000000ull

static void lines(void **state)
{
	static const struct {
		struct source_progress at;
		uint64_t elapsed_ns;
		unsigned columns;
		const char *line;
	} cases[] = {
		{{1000, 500, 1000}, 2 * SECOND, 80, " 50 % [###############...............] 500 B of 1.0 kB, 250 B/s, 2 s left"},
		{{1, 0, 1000}, 2 * SECOND, 80, "  0 % [..............................] 0 B of 1.0 kB"},
		{{1, 1000, 1000}, 2 * SECOND, 80, "100 % [##############################] 1.0 kB of 1.0 kB, 500 B/s, 0 s left"},
		{{1, 310000000, 3100000000}, SECOND, 40, " 10 % 310 MB of 3.1 GB, 310 MB/s, 9 s l"},
		{{1, 310000000, 3100000000}, SECOND, 58, " 10 % [#.........] 310 MB of 3.1 GB, 310 MB/s, 9 s left"},
		{{1, 1000000, 1000000000000}, SECOND, 60, "  0 % [............] 1.0 MB of 1.0 TB, 1.0 MB/s, 277 h 46 min left"},
		{{1, 1000000, 1000000000}, SECOND, 48, "  0 % 1.0 MB of 1.0 GB, 1.0 MB/s, 16 min left"},
		{{1, 2000, 1000}, SECOND, 48, "100 % 2.0 kB of 1.0 kB, 2.0 kB/s, 0 s left"}, /* a file that grows while it is read */
		{{1234567, 120000000, 0}, SECOND, 80, "1234567 packets, 120 MB"},
		{{1, 999, 0}, 0, 80, "1 packet, 999 B"},
		{{1, UINT64_MAX, UINT64_MAX}, SECOND, 30, "100 % 18 EB of 18 EB, 1.0 EB/"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char line[PROGRESS_LINE_MAX];
		size_t len = progress_line(line, &cases[i].at, cases[i].elapsed_ns, cases[i].columns);

		assert_int_equal(len, strlen(line));
		assert_true(len < cases[i].columns); /* the last column would scroll */
		if (strncmp(line, cases[i].line, cases[i].columns - 1))
			fail_msg("\"%s\"\n\"%s\"", line, cases[i].line);
	}
}

static void no_terminal_no_line(void **state)
{
	struct progress progress;
	struct source_progress at = {1, 1, 2};
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	progress_start(&progress, out, 0);
	assert_null(progress.terminal);
	progress_see(&progress, &at);
	progress_end(&progress);
	progress_start(&progress, NULL, 0);
	progress_see(&progress, &at);
	progress_see(&progress, NULL);
	fclose(out);
	assert_int_equal(len, 0);
	free(text);
}

static void due_after_a_second_and_five_times_a_second(void **state)
{
	struct progress progress = {.terminal = stderr, .start_ns = 5 * SECOND};

	assert_false(progress_due(&progress, 5 * SECOND));
	assert_false(progress_due(&progress, 6 * SECOND - 1));
	assert_true(progress_due(&progress, 6 * SECOND));
	progress.drawn_ns = 6 * SECOND;
	assert_false(progress_due(&progress, 6 * SECOND));
	assert_false(progress_due(&progress, 6 * SECOND + SECOND / 5 - 1));
	assert_true(progress_due(&progress, 6 * SECOND + SECOND / 5));
	progress.terminal = NULL;
	assert_false(progress_due(&progress, 9 * SECOND));
}

/* A start at 0 is when the machine was switched on: long ago. */
static void drawn_and_wiped(void **state)
{
	struct source_progress at = {1234567, 120000000, 0}, less = {1, 5, 0};
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct progress progress = {.terminal = out, .columns = 80};

	progress_see(&progress, &at);
	progress.drawn_ns = 0;
	progress_see(&progress, &less);
	progress_see(&progress, NULL);
	progress_end(&progress);
	fclose(out);
	assert_string_equal(text, "\r1234567 packets, 120 MB\r1 packet, 5 B          \r                       \r");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(no_terminal_no_line),
		cmocka_unit_test(due_after_a_second_and_five_times_a_second),
		cmocka_unit_test(drawn_and_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
