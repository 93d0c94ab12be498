/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the program brings with it: there, in order, and of a form that something reads. */
#include "inventory/shipped.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(all_are_there_in_order)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
