/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/text.h"
#include "report/report.h"
#include "situations.h"

enum { COLUMNS = 22, COLUMN_NAME = 5, CELL_MAX = 8192 };

__attribute__((noinline)) static char *written(const struct report_view *view)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(report_csv(out, view), 0);
	fclose(out);
	return text;
}

/* RFC 4180, read strictly. Returns what follows the cell; *out_last: it was the row's last. */
static const char *cell_read(const char *from, char out[CELL_MAX], bool *out_last)
{
	size_t len = 0;

	if (*from == '"') {
		for (from++; *from != '"' || from[1] == '"'; from++) {
			assert_true(*from && len < CELL_MAX - 1);
			from += *from == '"';
			out[len++] = *from;
		}
		from++;
	} else {
		for (; *from != ',' && *from != '\r'; from++) {
			assert_true(*from && *from != '"' && *from != '\n' && len < CELL_MAX - 1);
			out[len++] = *from;
		}
	}
	out[len] = 0;
	*out_last = *from != ',';
	if (!*out_last)
		return from + 1;
	assert_true(from[0] == '\r' && from[1] == '\n');
	return from + 2;
}

static size_t check_table(const char *text)
{
	char cell[CELL_MAX];
	size_t rows = 0;

	while (*text) {
		bool last = false;
		size_t count = 0;

		for (; !last; count++) {
			text = cell_read(text, cell, &last);
			for (const char *c = cell; *c; c++)
				assert_true((unsigned char)*c >= ' ' && *c != 0x7f);
			assert_null(strchr("=+-@", *cell ? *cell : '.'));
		}
		assert_int_equal(count, COLUMNS);
		rows++;
	}
	return rows;
}

static void every_situation_is_a_table(void **state)
{
	struct report_view view;

	for (size_t i = 0; i < situation_count; i++) {
		situations[i].make(&view);
		char *text = written(&view);
		assert_int_equal(check_table(text), view.finding_count + 1);
		free(text);
	}
}

static void names_are_no_formulas_and_no_more_cells(void **state)
{
	static const struct {
		const char *name, *cell;
	} cases[] = {
		{"camera", "camera"},
		{"=1+1", "'=1+1"},
		{"=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"},
		{"+44", "'+44"},
		{"-2", "'-2"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"\t=1", "\\x09=1"},
		{"\r=1", "\\x0d=1"},
		{"a\r\nb,c", "a\\x0d\\x0ab,c"},
		{"a;=1", "a;=1"},
		{"say \"no\", twice", "say \"no\", twice"},
		{"\xef\xbc\x9d"
		 "1",
			"'\xef\xbc\x9d"
			"1"},
		{"\xef\xbc\xa0"
		 "1",
			"'\xef\xbc\xa0"
			"1"},
		{"'quoted", "'quoted"},
		{" -1", " -1"},
		{"\033[2J", "\\x1b[2J"},
		{"\xff\xfe", "\\xff\\xfe"},
		{"caf\xc3\xa9", "caf\xc3\xa9"},
	};
	struct report_view view;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char cell[CELL_MAX];
		bool last = false;
		size_t device = 0;

		situation_find("hijacked-home")->make(&view);
		while (view.device_numbers[device] != view.findings[0]->device)
			device++;
		snprintf(((struct device *)view.devices[device])->name, DEVICE_TEXT_MAX, "%s", cases[i].name);
		char *text = written(&view);
		const char *at = strstr(text, "\r\n") + 2;
		assert_int_equal(check_table(text), view.finding_count + 1);
		for (size_t column = 0; column <= COLUMN_NAME; column++)
			at = cell_read(at, cell, &last);
		assert_string_equal(cell, cases[i].cell);
		free(text);
	}
}

static void what_would_part_cells_elsewhere_is_quoted(void **state)
{
	struct report_view view;

	situation_find("hijacked-home")->make(&view);
	snprintf(((struct device *)view.devices[0])->name, DEVICE_TEXT_MAX, "a;=1");
	char *text = written(&view);
	assert_non_null(strstr(text, ",\"a;=1\","));
	assert_non_null(strstr(text, "\"{\"\"vector\"\":\"\"syn\"\","));
	free(text);
}

static void a_full_disk_is_told(void **state)
{
	struct report_view view;
	FILE *full = fopen("/dev/full", "w");

	if (!full) {
		print_message("SKIP a_full_disk_is_told: no /dev/full\n");
		skip();
	}
	situation_find("many-devices")->make(&view);
	assert_int_equal(report_csv(full, &view), -EIO);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_situation_is_a_table),
		cmocka_unit_test(names_are_no_formulas_and_no_more_cells),
		cmocka_unit_test(what_would_part_cells_elsewhere_is_quoted),
		cmocka_unit_test(a_full_disk_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
