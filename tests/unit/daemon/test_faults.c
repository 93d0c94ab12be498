/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong now: one sentence under each key, told when it comes, changes and goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/faults.h"

static void test_come_change_go(void **state)
{
	struct faults faults = {0};
	const char *const *list;
	uint32_t count;

	(void)state;
	assert_int_equal(faults_set(&faults, "mqtt", NULL), FAULTS_SAME);
	assert_int_equal(faults_set(&faults, "mqtt", "the broker is away"), FAULTS_MORE);
	assert_int_equal(faults_set(&faults, "mqtt", "the broker is away"), FAULTS_SAME);
	assert_int_equal(faults_set(&faults, "store", "the disk is full"), FAULTS_MORE);
	assert_int_equal(faults_set(&faults, "mqtt", "the broker refuses"), FAULTS_MORE);
	list = faults_list(&faults, &count);
	assert_int_equal(count, 2);
	assert_string_equal(list[0], "the broker refuses");
	assert_string_equal(list[1], "the disk is full");
	assert_int_equal(faults_set(&faults, "mqtt", NULL), FAULTS_LESS);
	list = faults_list(&faults, &count);
	assert_int_equal(count, 1);
	assert_string_equal(list[0], "the disk is full");
	assert_int_equal(faults_set(&faults, "store", NULL), FAULTS_LESS);
	faults_list(&faults, &count);
	assert_int_equal(count, 0);
}

static void test_full_and_escaped(void **state)
{
	struct faults faults = {0};
	char key[FAULTS_KEY_MAX];
	const char *const *list;
	uint32_t count;

	(void)state;
	for (int i = 0; i < FAULTS_MAX; i++) {
		snprintf(key, sizeof(key), "key-%d", i);
		assert_int_equal(faults_set(&faults, key, "a \033[1m sentence"), FAULTS_MORE);
	}
	assert_int_equal(faults_set(&faults, "one-more", "too much"), FAULTS_FULL);
	assert_int_equal(faults_set(&faults, "key-3", "another"), FAULTS_MORE);
	list = faults_list(&faults, &count);
	assert_int_equal(count, FAULTS_MAX);
	assert_string_equal(list[0], "a \\x1b[1m sentence");
	assert_int_equal(faults_set(&faults, "key-0", NULL), FAULTS_LESS);
	assert_string_equal(faults_list(&faults, &count)[2], "another");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_come_change_go),
		cmocka_unit_test(test_full_and_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
