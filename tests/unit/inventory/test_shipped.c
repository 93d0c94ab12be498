/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the program brings with it: there, in order, and of a form that something reads. */
#include "inventory/shipped.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

static void all_are_there_in_order(void **state)
{
	assert_true(shipped_signatures_count > 0);
	for (size_t i = 0; i < shipped_signatures_count; i++) {
		const char *end = strrchr(shipped_signatures[i].name, '.');

		assert_non_null(end);
		assert_true(!strcmp(end, ".xml") || !strcmp(end, ".tsv"));
		assert_true(shipped_signatures[i].len > 0);
		assert_int_equal(shipped_signatures[i].body[shipped_signatures[i].len], 0);
		if (i)
			assert_true(strcmp(shipped_signatures[i - 1].name, shipped_signatures[i].name) < 0);
	}
}

/* Source, pattern and what it states, up to the third tab. */
static size_t head_len(const char *line)
{
	size_t tabs = 0, len = 0;

	while (line[len] && line[len] != '\n' && (line[len] != '\t' || ++tabs < 3))
		len++;
	return tabs == 3 ? len : 0;
}

static const char *line_after(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : line + strlen(line);
}

static bool stands_before(const char *body, const char *line, size_t len)
{
	for (const char *other = body; other < line; other = line_after(other))
		if (head_len(other) == len && !strncasecmp(other, line, len))
			return true;
	return false;
}

/* Patterns are matched whatever the case of letters: of two that differ in it alone, the second says nothing, or says it twice. */
static void no_row_stands_twice(void **state)
{
	unsigned rows = 0;

	for (size_t i = 0; i < shipped_signatures_count; i++) {
		const char *body = shipped_signatures[i].body;

		if (!strstr(shipped_signatures[i].name, ".tsv"))
			continue;
		for (const char *line = body; *line; line = line_after(line)) {
			size_t len = *line == '#' ? 0 : head_len(line);

			rows += len > 0;
			if (len && stands_before(body, line, len))
				fail_msg("%s: %.*s stands there twice", shipped_signatures[i].name, (int)len, line);
		}
	}
	assert_true(rows > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(all_are_there_in_order), cmocka_unit_test(no_row_stands_twice)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
