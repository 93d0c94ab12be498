/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An inventory that is watched for ever: who makes room when it is full, and who does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "inventory/inventory.h"

#define S 1000000000ull

enum { ROOM = 64 };

static uint32_t wanted = DEVICE_NONE;

static bool is_wanted(void *context, uint32_t number)
{
	return number == wanted;
}

static const uint8_t *mac_of(uint32_t number)
{
	static uint8_t mac[6];

	memcpy(mac, (uint8_t[]){2, 0, (uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number}, 6);
	return mac;
}

static const uint8_t *address_of(uint32_t number)
{
	static uint8_t address[16];

	memcpy(address, (uint8_t[16]){[10] = 0xff, 0xff, 10, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number}, 16);
	return address;
}

static struct inventory *opened(bool ages)
{
	struct inventory_config config = {.device_max = ROOM, .hash_key = "0123456789abcdef", .ages = ages, .is_wanted = is_wanted};
	struct inventory *inventory;

	wanted = DEVICE_NONE;
	assert_int_equal(inventory_new(&config, &inventory), 0);
	return inventory;
}

static uint32_t see(struct inventory *inventory, uint32_t number, uint64_t time_ns)
{
	return inventory_see(inventory, mac_of(number), address_of(number), time_ns);
}

static uint32_t see_answered(struct inventory *inventory, uint32_t number, uint64_t time_ns)
{
	uint32_t device = see(inventory, number, time_ns);

	inventory_note_traffic(inventory, device, false, 100);
	return device;
}

/* 100,000 forged MACs, and a real device comes among them and after them: it has a place each time; those who are there stay. */
static void forged_macs_keep_out_nobody(void **state)
{
	struct inventory *inventory = opened(true);
	uint32_t old[10];

	for (uint32_t i = 0; i < 10; i++)
		old[i] = see_answered(inventory, i + 1, 1000 * S);
	for (uint32_t i = 0; i < 100000; i++)
		see(inventory, 1000 + i, 1000 * S + i * (S / 1000));
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(inventory_find_mac(inventory, mac_of(i + 1)), old[i]);
	for (uint32_t i = 0; i < 20; i++)
		assert_int_not_equal(see_answered(inventory, 500 + i, (1200 + i) * S), DEVICE_NONE);
	assert_true(inventory_aged(inventory) > 100 && inventory_count(inventory) <= ROOM);
	inventory_free(inventory);
}

/* The number of one that left is nobody's, and that of who came in its place is new. */
static void numbers_are_never_given_twice(void **state)
{
	struct inventory *inventory = opened(true);
	uint32_t before[ROOM], after;

	for (uint32_t i = 0; i < ROOM; i++)
		before[i] = see(inventory, i + 1, 1000 * S);
	assert_int_equal(see(inventory, 900, 1009 * S), DEVICE_NONE); /* all were heard a moment ago */
	assert_int_equal(inventory_left_out(inventory), 1);
	after = see(inventory, 901, 1011 * S);
	assert_int_not_equal(after, DEVICE_NONE);
	for (uint32_t i = 0; i < ROOM; i++)
		assert_int_not_equal(after, before[i]);
	assert_null(inventory_device(inventory, before[0]));
	assert_int_equal(inventory_number(inventory, before[0]), DEVICE_NONE);
	assert_int_equal(inventory_find_mac(inventory, mac_of(1)), DEVICE_NONE);
	assert_int_equal(inventory_find_address(inventory, address_of(1)), DEVICE_NONE);
	inventory_note_traffic(inventory, before[0], true, 1); /* about nobody */
	inventory_note_state(inventory, before[0], STATE_HIJACKED);
	assert_int_equal(inventory_device(inventory, after)->state, STATE_CLEAN);
	assert_int_equal(inventory_device(inventory, after)->traffic.packets_out, 0);
	assert_int_equal(inventory_number(inventory, after), after);
	assert_int_equal(inventory_find_mac(inventory, mac_of(901)), after);
	assert_int_equal(see(inventory, 901, 1012 * S), after);
	inventory_free(inventory);
}

/* How long each kind stays when room is wanted. */
static void who_stays(void **state)
{
	static const struct {
		const char *what;
		bool answered, named, suspect, router, by_a_person, found;
		uint64_t stays_s; /* 0: for ever */
	} rows[] = {
		{.what = "nothing", .stays_s = 10},
		{.what = "answered", .answered = true, .stays_s = 3600},
		{.what = "named", .answered = true, .named = true, .stays_s = 86400},
		{.what = "suspect", .answered = true, .suspect = true, .stays_s = 7 * 86400},
		{.what = "router", .answered = true, .router = true, .stays_s = 7 * 86400},
		{.what = "a forged suspect", .suspect = true, .found = true, .stays_s = 600},
		{.what = "a forged router", .router = true, .stays_s = 600},
		{.what = "a forged MAC that is found", .found = true, .stays_s = 10},
		{.what = "by a person", .by_a_person = true},
		{.what = "found", .answered = true, .found = true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct inventory *inventory = opened(true);
		uint32_t one = see(inventory, 1, 1000 * S);
		struct fact name = {.kind = FACT_DHCP_HOST_NAME, .text = {(const uint8_t *)"lamp", 4}};

		if (rows[i].answered)
			inventory_note_traffic(inventory, one, false, 1);
		if (rows[i].named)
			inventory_note_fact(inventory, one, &name);
		if (rows[i].suspect)
			inventory_note_state(inventory, one, STATE_SUSPECT);
		if (rows[i].router)
			inventory_note_router(inventory, mac_of(1));
		if (rows[i].by_a_person)
			inventory_note_user_name(inventory, one, "lamp");
		wanted = rows[i].found ? one : DEVICE_NONE;
		for (uint32_t j = 1; j < ROOM; j++)
			inventory_note_user_name(inventory, see(inventory, j + 1, 1000 * S), "there");
		if (rows[i].stays_s) {
			see(inventory, 900, (1000 + rows[i].stays_s - 1) * S);
			assert_int_equal(inventory_find_mac(inventory, mac_of(1)), one);
		}
		see(inventory, 901, (1000 + (rows[i].stays_s ? rows[i].stays_s : 100 * 86400)) * S);
		if ((inventory_find_mac(inventory, mac_of(1)) == one) != !rows[i].stays_s)
			fail_msg("%s", rows[i].what);
		inventory_free(inventory);
	}
}

/* A capture is read to its end: nobody leaves, and numbers are places. */
static void a_capture_forgets_nobody(void **state)
{
	struct inventory *inventory = opened(false);

	for (uint32_t i = 0; i < 3 * ROOM; i++)
		assert_int_equal(see(inventory, i + 1, (1000 + i * 100) * S), i < ROOM ? i : DEVICE_NONE);
	assert_int_equal(inventory_left_out(inventory), 2 * ROOM);
	assert_int_equal(inventory_aged(inventory), 0);
	inventory_free(inventory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forged_macs_keep_out_nobody),
		cmocka_unit_test(numbers_are_never_given_twice),
		cmocka_unit_test(who_stays),
		cmocka_unit_test(a_capture_forgets_nobody),
	};

	return cmocka_run_group_tests_name("inventory age", tests, NULL, NULL);
}
