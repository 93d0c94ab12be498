/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whom a device talks to: summed each way, heaviest first, and a scan pushes nobody out who is heavy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "guard/guard.h"

static struct talk_key key_of(uint8_t device, uint32_t peer, uint16_t port)
{
	struct talk_key key = {.mac = {2, 0, 0, 0, 0, device}, .proto = 6, .port = port};

	memcpy(key.peer + 12, &peer, sizeof(peer));
	return key;
}

static void note(struct talk_book *book, struct talk_key key, enum fw_guard_way way, unsigned packets)
{
	for (unsigned i = 0; i < packets; i++)
		talk_note(book, &key, way, 100);
}

static void summed_and_in_order(void **state)
{
	struct guard_talk talks[4];
	struct talk_book *book;

	assert_int_equal(talk_new((uint8_t[16]){1}, &book), 0);
	assert_int_equal(talk_of(book, key_of(1, 0, 0).mac, talks, 4), 0);
	note(book, key_of(1, 7, 443), FW_GUARD_OUT, 3);
	note(book, key_of(1, 7, 443), FW_GUARD_IN, 2);
	note(book, key_of(1, 8, 53), FW_GUARD_OUT, 9);
	note(book, key_of(2, 7, 443), FW_GUARD_OUT, 50);
	for (uint32_t i = 0; i < 6; i++)
		note(book, key_of(1, 100 + i, 80), FW_GUARD_OUT, 1);
	assert_int_equal(talk_of(book, key_of(1, 0, 0).mac, talks, 4), 4);
	assert_int_equal(talks[0].port, 53);
	assert_int_equal(talks[0].bytes[FW_GUARD_OUT], 900);
	assert_int_equal(talks[1].port, 443);
	assert_int_equal(talks[1].packets[FW_GUARD_OUT], 3);
	assert_int_equal(talks[1].bytes[FW_GUARD_IN], 200);
	assert_int_equal(talks[2].port, 80);
	talk_free(book);
}

static void a_scan_pushes_nobody_out(void **state)
{
	struct guard_talk talks[4];
	struct talk_book *book;

	assert_int_equal(talk_new((uint8_t[16]){2}, &book), 0);
	note(book, key_of(1, 7, 443), FW_GUARD_OUT, 5);
	for (uint32_t i = 0; i < 500000; i++)
		note(book, key_of(3, 1000 + i, 23), FW_GUARD_OUT, 1);
	assert_int_equal(talk_of(book, key_of(1, 0, 0).mac, talks, 4), 1);
	assert_int_equal(talks[0].packets[FW_GUARD_OUT], 5);
	assert_int_equal(talk_of(book, key_of(3, 0, 0).mac, talks, 4), 4);
	talk_free(book);
	talk_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(summed_and_in_order), cmocka_unit_test(a_scan_pushes_nobody_out)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
