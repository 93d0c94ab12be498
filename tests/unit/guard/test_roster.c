/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who has a place: 100,000 forged MACs push out each other, and nobody who is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guard/guard.h"

#define S 1000000000ull

static const uint8_t key[16] = {7};

static struct roster *roster_of(uint32_t max)
{
	struct roster *roster;

	assert_int_equal(roster_new(max, key, &roster), 0);
	return roster;
}

static const uint8_t *mac_of(uint32_t number)
{
	static uint8_t mac[6];

	mac[0] = 2;
	mac[1] = 0;
	for (unsigned i = 0; i < 4; i++)
		mac[2 + i] = (uint8_t)(number >> (24 - 8 * i));
	return mac;
}

static void forged_macs_leave_the_known_alone(void **state)
{
	struct roster *roster = roster_of(256);
	struct roster_device *device;
	uint8_t gone[6];
	uint64_t now_ns = S;

	for (uint32_t i = 0; i < 50; i++, now_ns += S) { /* a home: they come one by one, and somebody answers them */
		assert_int_equal(roster_hear(roster, mac_of(i), now_ns, &device, gone), ROSTER_NEW);
		device->answered = true;
	}
	for (uint32_t i = 0; i < 100000; i++, now_ns += S / 100)
		roster_hear(roster, mac_of(1000 + i), now_ns, &device, gone);
	assert_true(roster_count(roster) <= 256);
	for (uint32_t i = 0; i < 50; i++)
		assert_non_null(roster_find(roster, mac_of(i)));
	/* and when it is over a device that is really new has its place at once */
	now_ns += 60 * S;
	assert_int_equal(roster_hear(roster, mac_of(77), now_ns, &device, gone), ROSTER_NEW);
	assert_true(gone[0] == 2);
	roster_free(roster);
}

static void no_more_than_so_many_at_once(void **state)
{
	struct roster *roster = roster_of(1024);
	struct roster_device *device;
	uint8_t gone[6];
	unsigned admitted = 0;

	for (uint32_t i = 0; i < 10000; i++)
		admitted += roster_hear(roster, mac_of(i), 5 * S, &device, gone) == ROSTER_NEW;
	assert_int_equal(admitted, ROSTER_BURST);
	for (uint32_t i = 20000; i < 30000; i++)
		admitted += roster_hear(roster, mac_of(i), 15 * S, &device, gone) == ROSTER_NEW;
	assert_int_equal(admitted, ROSTER_BURST + 10 * ROSTER_RATE);
	roster_free(roster);
}

/* What a person named has a place, whoever was learned before; what is lasting never makes room. */
static void lasting_ones(void **state)
{
	struct roster *roster = roster_of(16);
	struct roster_device *device;
	uint8_t gone[6];

	for (uint32_t i = 0; i < 16; i++) {
		roster_hear(roster, mac_of(i), S + i, &device, gone);
		device->answered = true;
	}
	for (uint32_t i = 0; i < 16; i++) {
		device = roster_put(roster, mac_of(100 + i), 2 * S, gone);
		assert_non_null(device);
		assert_memory_equal(gone, mac_of(i), 6); /* heard longest ago */
		device->lasting = true;
	}
	assert_null(roster_put(roster, mac_of(200), 3 * S, gone));
	assert_int_equal(roster_hear(roster, mac_of(201), 30 * 86400 * S, &device, gone), ROSTER_STRANGER);
	assert_null(device);
	roster_free(roster);
}

static void silent_for_a_week(void **state)
{
	struct roster *roster = roster_of(16);
	struct roster_device *device;
	uint8_t gone[6];

	for (uint32_t i = 0; i < 16; i++) {
		roster_hear(roster, mac_of(i), S, &device, gone);
		device->answered = true;
	}
	assert_int_equal(roster_hear(roster, mac_of(50), 6 * 86400 * S, &device, gone), ROSTER_STRANGER);
	roster_hear(roster, mac_of(3), 7 * 86400 * S, &device, gone);
	assert_int_equal(roster_hear(roster, mac_of(50), 8 * 86400 * S, &device, gone), ROSTER_NEW);
	assert_true(memcmp(gone, mac_of(3), 6) != 0);
	assert_non_null(roster_find(roster, mac_of(3)));
	roster_free(roster);
}

/* Time that runs back neither lets more in nor makes anybody old. */
static void a_clock_that_jumps(void **state)
{
	struct roster *roster = roster_of(64);
	struct roster_device *device;
	uint8_t gone[6];
	unsigned admitted = 0;

	roster_hear(roster, mac_of(1), 1000 * S, &device, gone);
	device->answered = true;
	for (uint32_t i = 10; i < 1000; i++)
		admitted += roster_hear(roster, mac_of(i), i % 2 ? 5 * S : 1000 * S, &device, gone) == ROSTER_NEW;
	assert_true(admitted < ROSTER_BURST);
	assert_int_equal(roster_find(roster, mac_of(1))->last_ns, 1000 * S);
	roster_free(roster);
}

static void addresses(void **state)
{
	struct roster_device device = {0};
	uint8_t address[16] = {0};

	for (unsigned i = 0; i < 20; i++) {
		address[15] = (uint8_t)i;
		assert_true(roster_note_address(&device, address));
		assert_false(roster_note_address(&device, address));
	}
	assert_int_equal(device.address_count, ROSTER_ADDRESSES);
	assert_int_equal(device.addresses[0][15], 19);
	address[15] = 15;
	assert_false(roster_note_address(&device, address));
	assert_true(device.addresses[0][15] == 15 && device.addresses[1][15] == 19 && device.addresses[4][15] == 16);
	assert_int_equal(device.addresses[7][15], 12);
}

/* One that gives its address back five times a second has rules compiled for it six times a minute, and never waits longer than that. */
static void turns_are_bounded(void **state)
{
	struct roster_device device = {0};
	uint64_t turns = 0, last_ns = 0;

	for (uint64_t now_ns = 1000 * S; now_ns < 1060 * S; now_ns += S / 5) {
		uint64_t due_ns = roster_turn(&device, now_ns);
		assert_true(due_ns >= now_ns && due_ns <= now_ns + ROSTER_TURN_NS);
		turns += due_ns != last_ns;
		last_ns = due_ns;
	}
	assert_in_range(turns, 6, 8);
	assert_true(roster_turn(&device, 5000 * S) == 5000 * S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forged_macs_leave_the_known_alone),
		cmocka_unit_test(no_more_than_so_many_at_once),
		cmocka_unit_test(lasting_ones),
		cmocka_unit_test(silent_for_a_week),
		cmocka_unit_test(a_clock_that_jumps),
		cmocka_unit_test(addresses),
		cmocka_unit_test(turns_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
