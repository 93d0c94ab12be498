/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Under which name a device asked for a peer: its own, DNS before its word, and a flood of names costs nobody else's memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "guard/guard.h"

static struct called_book *book;

static int open_book(void **state)
{
	return called_new((uint8_t[16]){7}, &book);
}

static int close_book(void **state)
{
	called_free(book);
	return 0;
}

static void note(uint8_t device, uint32_t peer, const char *name, enum talk_named named, uint64_t now_ns)
{
	const uint8_t mac[6] = {2, 0, 0, 0, 0, device};
	uint8_t address[16] = {[10] = 0xff, [11] = 0xff};
	const struct called called = {mac, address, {(const uint8_t *)name, (uint32_t)strlen(name)}, named};

	memcpy(address + 12, &peer, sizeof(peer));
	called_note(book, &called, now_ns);
}

static void assert_called(uint8_t device, uint32_t peer, const char *name, enum talk_named named)
{
	const uint8_t mac[6] = {2, 0, 0, 0, 0, device};
	uint8_t address[16] = {[10] = 0xff, [11] = 0xff};
	char found[CALLED_NAME_MAX];

	memcpy(address + 12, &peer, sizeof(peer));
	assert_int_equal(called_find(book, mac, address, found), named);
	assert_string_equal(found, name);
}

static void its_own_question(void **state)
{
	note(1, 7, "cloud.example", TALK_BY_DNS, 5);
	assert_called(1, 7, "cloud.example", TALK_BY_DNS);
	assert_called(2, 7, "", TALK_UNNAMED);
	assert_called(1, 8, "", TALK_UNNAMED);
	note(2, 7, "other.example", TALK_BY_DNS, 6);
	assert_called(1, 7, "cloud.example", TALK_BY_DNS);
	assert_called(2, 7, "other.example", TALK_BY_DNS);
	/* the address means something else to it now */
	note(1, 7, "new.example", TALK_BY_DNS, 7);
	assert_called(1, 7, "new.example", TALK_BY_DNS);
}

static void its_word_alone(void **state)
{
	note(1, 7, "bank.example", TALK_BY_HELLO, 5);
	assert_called(1, 7, "bank.example", TALK_BY_HELLO);
	note(1, 7, "cloud.example", TALK_BY_DNS, 6);
	assert_called(1, 7, "cloud.example", TALK_BY_DNS);
	note(1, 7, "bank.example", TALK_BY_HELLO, 7);
	assert_called(1, 7, "cloud.example", TALK_BY_DNS);
}

static void names_that_are_none_or_long(void **state)
{
	char longest[254] = "", wanted[CALLED_NAME_MAX] = "...";
	const uint8_t mac[6] = {2}, peer[16] = {1};
	const struct called cut = {mac, peer, {(const uint8_t *)"a\0b", 3}, TALK_BY_DNS};
	char found[CALLED_NAME_MAX];

	note(1, 7, "", TALK_BY_DNS, 5);
	assert_called(1, 7, "", TALK_UNNAMED);
	called_note(book, &cut, 5);
	assert_int_equal(called_find(book, mac, peer, found), TALK_UNNAMED);
	for (unsigned i = 0; i < 253; i++)
		longest[i] = (char)('a' + i % 26);
	note(1, 7, longest, TALK_BY_DNS, 5);
	memcpy(wanted + 3, longest + 253 - 60, 60);
	assert_called(1, 7, wanted, TALK_BY_DNS);
	longest[63] = 0;
	note(1, 7, longest, TALK_BY_DNS, 6);
	assert_called(1, 7, longest, TALK_BY_DNS);
}

/* Half a million names of one device: what goes is what was heard of longest ago, and what is asked for again stays. */
static void a_flood_of_names(void **state)
{
	char name[24];

	note(1, 7, "cloud.example", TALK_BY_DNS, 1);
	for (uint32_t i = 0; i < 500000; i++) {
		snprintf(name, sizeof(name), "x%u.example", i);
		note(3, 1000 + i, name, TALK_BY_DNS, i + 2);
		if (i % 100 == 0)
			note(1, 7, "cloud.example", TALK_BY_DNS, i + 2);
	}
	assert_called(1, 7, "cloud.example", TALK_BY_DNS);
	assert_called(3, 1000 + 499999, "x499999.example", TALK_BY_DNS);
	assert_called(3, 1000, "", TALK_UNNAMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(its_own_question, open_book, close_book),
		cmocka_unit_test_setup_teardown(its_word_alone, open_book, close_book),
		cmocka_unit_test_setup_teardown(names_that_are_none_or_long, open_book, close_book),
		cmocka_unit_test_setup_teardown(a_flood_of_names, open_book, close_book),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
