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

#include <jansson.h>

#include "base/text.h"
#include "nomem.h"
#include "report/report.h"
#include "situations.h"

static char *json_of(const char *name, int *out_error)
{
	struct report_view view;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	situation_find(name)->make(&view);
	*out_error = report_json(out, &view);
	fclose(out);
	return text;
}

static json_t *parsed(const char *name)
{
	json_error_t fault;
	int error;
	char *text = json_of(name, &error);
	json_t *report;

	assert_int_equal(error, 0);
	assert_string_equal(text + strlen(text) - 2, "}\n");
	report = json_loads(text, JSON_REJECT_DUPLICATES, &fault);
	if (!report)
		fail_msg("%s, line %d: %s", name, fault.line, fault.text);
	free(text);
	return report;
}

static void keys_stand_in_the_order_of_the_schema(void **state)
{
	static const char *const keys[] = {"schema", "captures", "devices", "findings", "junk", "verdicts", "left_out"};
	json_t *report = parsed("hijacked-home");
	size_t i = 0;

	for (void *at = json_object_iter(report); at; at = json_object_iter_next(report, at))
		assert_string_equal(json_object_iter_key(at), keys[i++]);
	assert_int_equal(i, 7);
	assert_string_equal(json_string_value(json_object_get(report, "schema")), "floodwall.inspect/1");
	json_decref(report);
}

static void evidence_is_typed_and_the_password_masked(void **state)
{
	json_t *report = parsed("hijacked-home");
	json_t *finding, *evidence, *devices = json_object_get(report, "devices");
	size_t i, seen = 0;

	json_array_foreach(json_object_get(report, "findings"), i, finding)
	{
		const char *id = json_string_value(json_object_get(finding, "id"));

		evidence = json_object_get(finding, "evidence");
		if (!strcmp(id, "default-password")) {
			assert_string_equal(json_string_value(json_object_get(evidence, "password")), "***");
			assert_string_equal(json_string_value(json_object_get(evidence, "user")), "root");
			assert_true(json_is_true(json_object_get(evidence, "accepted")));
			assert_string_equal(json_string_value(json_object_get(finding, "technique")), "T1078.001");
			assert_string_equal(json_string_value(json_object_get(finding, "device")),
				json_string_value(json_object_get(json_array_get(devices, 0), "id")));
			seen++;
		}
		if (!strcmp(id, "scan")) {
			assert_string_equal(json_string_value(json_object_get(evidence, "kind")), "horizontal");
			assert_int_equal(json_array_size(json_object_get(evidence, "kinds")), 2);
			assert_true(json_is_true(json_object_get(evidence, "mirai_mark")));
			seen++;
		}
		assert_string_equal(json_string_value(json_object_get(finding, "first")), "2016-10-21T19:11:00.000000Z");
	}
	assert_int_equal(seen, 2);
	json_decref(report);
}

/* Everything that must not reach a terminal, in the bytes as written. */
static void bytes_are_harmless(void **state)
{
	for (size_t s = 0; s < situation_count; s++) {
		int error;
		char *text = json_of(situations[s].name, &error);

		assert_int_equal(error, 0);
		for (char *c = text; *c; c++)
			if (*c == '\n' || *c == '\\')
				*c = ' ';
		assert_true(text_clean(text, SIZE_MAX));
		free(text);
	}
}

static void unknown_is_null(void **state)
{
	json_t *report = parsed("hostile");
	json_t *maker = json_object_get(json_array_get(json_object_get(report, "devices"), 3), "maker");

	assert_true(json_is_null(json_object_get(maker, "name")));
	assert_int_equal(json_integer_value(json_object_get(maker, "confidence")), 0);
	json_decref(report);
	report = parsed("empty");
	assert_true(json_is_null(json_object_get(json_array_get(json_object_get(report, "captures"), 0), "first")));
	json_decref(report);
}

static void only_what_applies_is_added(void **state)
{
	json_t *report = parsed("server-under-flood");

	assert_string_equal(json_string_value(json_array_get(json_object_get(report, "ours_inferred"), 0)), "192.0.2.53");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(report, "left_out"), "conversations")), 204113);
	json_decref(report);
	report = parsed("quiet-home");
	assert_null(json_object_get(report, "ours_inferred"));
	json_decref(report);
}

static void same_view_same_bytes(void **state)
{
	for (size_t i = 0; i < situation_count; i++) {
		int error;
		char *one = json_of(situations[i].name, &error), *other = json_of(situations[i].name, &error);

		assert_string_equal(one, other);
		free(one);
		free(other);
	}
}

/* ---- without memory ---- */

static void every_failed_allocation_is_told(void **state)
{
	struct report_view view;
	FILE *out = fopen("/dev/null", "w");
	int error = -ENOMEM;
	unsigned failed = 0;

	assert_non_null(out);
	situation_find("hijacked-home")->make(&view);
	json_set_alloc_funcs(malloc, free); /* this program's, not the C library's: it may fail */
	for (; error; failed++) {
		nomem_start(failed, true);
		error = report_json(out, &view);
		nomem_stop();
		assert_true(error == 0 || error == -ENOMEM);
		assert_true(failed < 100000);
		/* Verbose text shows evidence where it can, and goes on where it cannot. */
		nomem_start(failed, true);
		int told = report_text(out, &view, &(struct report_style){.width = 80, .verbose = true});
		nomem_stop();
		assert_int_equal(told, failed < 3 ? -ENOMEM : 0); /* its own lists: three */
	}
	fclose(out);
	assert_true(failed > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_stand_in_the_order_of_the_schema),
		cmocka_unit_test(evidence_is_typed_and_the_password_masked),
		cmocka_unit_test(bytes_are_harmless),
		cmocka_unit_test(unknown_is_null),
		cmocka_unit_test(only_what_applies_is_added),
		cmocka_unit_test(same_view_same_bytes),
		cmocka_unit_test(every_failed_allocation_is_told),
	};

	return cmocka_run_group_tests_name("report_json", tests, NULL, NULL);
}
