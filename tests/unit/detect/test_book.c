/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "detect/book.h"

static const uint8_t hash_key[16] = {1, 2, 3};
static const uint8_t source_a[16] = {[10] = 0xff, [11] = 0xff, 10, 0, 0, 1};
static const uint8_t source_b[16] = {[10] = 0xff, [11] = 0xff, 10, 0, 0, 2};

static struct book *book_of(uint32_t capacity)
{
	struct book *book = NULL;

	assert_int_equal(book_new(capacity, hash_key, &book), 0);
	return book;
}

static void test_same_key_is_one_finding(void **state)
{
	struct book *book = book_of(4);
	bool is_new = false;
	struct finding *one = book_note(book, FINDING_SCAN, 7, source_a, 23, 2000, &is_new);

	assert_true(is_new);
	assert_int_equal(one->first_ns, 2000);
	assert_int_equal(one->severity, SEVERITY_LOW);
	assert_int_equal(one->state, STATE_CLEAN);
	assert_ptr_equal(book_note(book, FINDING_SCAN, 7, source_a, 23, 1000, &is_new), one);
	assert_false(is_new);
	assert_ptr_equal(book_note(book, FINDING_SCAN, 7, source_a, 23, 3000, NULL), one);
	assert_int_equal(one->first_ns, 1000);
	assert_int_equal(one->last_ns, 3000);
	assert_int_equal(book_count(book), 1);
	book_free(book);
}

static void test_each_part_of_the_key_tells_apart(void **state)
{
	struct book *book = book_of(8);
	static const uint8_t zero[16];

	book_note(book, FINDING_SCAN, 7, source_a, 23, 1, NULL);
	book_note(book, FINDING_FLOOD, 7, source_a, 23, 1, NULL);
	book_note(book, FINDING_SCAN, 8, source_a, 23, 1, NULL);
	book_note(book, FINDING_SCAN, 7, source_b, 23, 1, NULL);
	book_note(book, FINDING_SCAN, 7, source_a, 24, 1, NULL);
	book_note(book, FINDING_SCAN, 7, NULL, 23, 1, NULL);
	book_note(book, FINDING_SCAN, 7, zero, 23, 1, NULL); /* :: is an address, not none */
	assert_int_equal(book_count(book), 7);
	assert_false(book_at(book, 5)->has_source);
	assert_true(book_at(book, 6)->has_source);
	assert_memory_equal(book_at(book, 3)->source, source_b, 16);
	assert_null(book_at(book, 7));
	book_free(book);
}

static void test_full_book_keeps_and_counts(void **state)
{
	struct book *book = book_of(2);
	struct finding *first = book_note(book, FINDING_SCAN, 0, NULL, 1, 1, NULL);
	struct finding *second = book_note(book, FINDING_SCAN, 0, NULL, 2, 1, NULL);
	bool is_new = true;

	assert_null(book_note(book, FINDING_SCAN, 0, NULL, 3, 1, &is_new));
	assert_null(book_note(book, FINDING_SCAN, 0, NULL, 4, 1, NULL));
	assert_int_equal(book_left_out(book), 2);
	assert_ptr_equal(book_note(book, FINDING_SCAN, 0, NULL, 1, 1, NULL), first);
	assert_ptr_equal(book_at(book, 0), first);
	assert_ptr_equal(book_at(book, 1), second);
	assert_int_equal(book_left_out(book), 2);
	book_free(book);
}

static void test_severity_and_state_only_rise(void **state)
{
	struct book *book = book_of(1);
	struct finding *finding = book_note(book, FINDING_SCAN, 0, NULL, 1, 1, NULL);

	assert_int_equal(book_changes(book), 1);
	book_raise(book, finding, SEVERITY_MEDIUM, STATE_EXPOSED);
	assert_int_equal(book_changes(book), 2);
	book_raise(book, finding, SEVERITY_MEDIUM, STATE_CLEAN);
	assert_int_equal(book_changes(book), 2);
	book_raise(book, finding, SEVERITY_LOW, STATE_HIJACKED);
	assert_int_equal(finding->severity, SEVERITY_MEDIUM);
	assert_int_equal(finding->state, STATE_HIJACKED);
	book_raise(book, finding, SEVERITY_CRITICAL, STATE_CLEAN);
	assert_int_equal(finding->severity, SEVERITY_CRITICAL);
	assert_int_equal(finding->state, STATE_HIJACKED);
	book_free(book);
}

static void test_fold_leaves_room_for_a_port(void **state)
{
	static const uint8_t wide[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}, wider[16] = {0x20, 0x01, 0x0d, 0xb9, [15] = 1};

	assert_int_equal(book_fold(source_a) & 0xffff, 0);
	assert_true(book_fold(source_a) != book_fold(source_b));
	assert_true(book_fold(wide) != book_fold(wider));
}

static void test_no_capacity_is_refused(void **state)
{
	struct book *book = NULL;

	assert_int_equal(book_new(0, hash_key, &book), -EINVAL);
	assert_null(book);
	book_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_key_is_one_finding),
		cmocka_unit_test(test_each_part_of_the_key_tells_apart),
		cmocka_unit_test(test_full_book_keeps_and_counts),
		cmocka_unit_test(test_severity_and_state_only_rise),
		cmocka_unit_test(test_fold_leaves_room_for_a_port),
		cmocka_unit_test(test_no_capacity_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
