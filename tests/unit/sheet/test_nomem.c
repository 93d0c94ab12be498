/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every reader with the first, second, ... allocation failing: -ENOMEM, nothing left behind (the sanitizer looks), no partial state. */
#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nomem.h"
#include "sheet/sheet.h"

static int read_facts(void)
{
	static const char text[] = "- device: a\n  name: b\n- device: c\n- device: d\n- device: e\n- device: f\n";
	struct facts_list *list = NULL;
	int error = facts_read(&(struct facts_source){"f", text, strlen(text), NULL}, &list, &(struct fault){0});

	facts_free(list);
	return error;
}

static int read_questions(void)
{
	static const char text[] = "- asks: a\n  provision: 1-1\n  title: t\n  question: q\n  where: w\n";
	struct questions *questions = NULL;
	int error = questions_read("q", text, strlen(text), &questions, &(struct fault){0});

	questions_free(questions);
	return error;
}

static int read_recalls(void)
{
	static const char text[] = "- recall: a\n  title: b\n  source: c\n  applies-if: maker = X\n  recalled-if: bought < 2015\n"
				   "- recall: b\n  title: b\n  source: c\n  applies-if: maker = X\n  recalled-if: bought < 2015\n";
	struct recalls *recalls = NULL;
	int error = recalls_new(&recalls);

	if (!error)
		error = recalls_read(recalls, "r", text, strlen(text), &(struct fault){0});
	recalls_free(recalls);
	return error;
}

static int read_marks(void)
{
	static const char text[] = "- asset: a\n  advisory: b\n  mark: done\n- asset: b\n  advisory: b\n  mark: done\n- asset: c\n  "
				   "advisory: b\n  mark: done\n";
	struct marks *marks = NULL;
	int error = marks_new(&marks);

	if (!error)
		error = marks_read(marks, "m", text, strlen(text), &(struct fault){0});
	marks_free(marks);
	return error;
}

static int read_assets(const char *text)
{
	struct asset_list assets = {0};
	struct fault fault = {0};
	int error = assets_read("a", text, strlen(text), &assets, &fault);

	if (error)
		assert_null(assets.list);
	assets_free(&assets);
	return error;
}

static int read_csv(void)
{
	return read_assets("maker,model\na,b\nc,d\ne,f\n");
}

static int read_json(void)
{
	return read_assets("[{\"maker\": \"a\"}, {\"maker\": \"b\"}]");
}

static void fail_each(const char *name, int (*reader)(void), unsigned least)
{
	uint64_t at = 0;

	for (;; at++) {
		int error;

		nomem_start(at, false);
		error = reader();
		if (!nomem_stop()) {
			assert_int_equal(error, 0);
			break;
		}
		/* jansson takes some of its own failures for faults of the text */
		if (error != -ENOMEM && (error != -EINVAL || reader != read_json))
			fail_msg("%s, allocation %llu: %d", name, (unsigned long long)at, error);
	}
	assert_true(at >= least);
}

static void test_all(void **state)
{
	json_set_alloc_funcs(malloc, free);
	fail_each("facts", read_facts, 4);
	fail_each("questions", read_questions, 1);
	fail_each("recalls", read_recalls, 3);
	fail_each("marks", read_marks, 3);
	fail_each("csv", read_csv, 2);
	fail_each("json", read_json, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_all)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
