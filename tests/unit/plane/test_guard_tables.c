/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Places, names and members on memory as the kernel would map it: filled to what the setup promises, emptied, filled again by another
 * order; and members while a second writer, as the kernel is one, adds to them too.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "plane/guard_inside.h"
#include "wire/guard_key.h"

enum { DEVICES = 5000, NAMES = 5000, MEMBERS = 20000 };

static const struct plane_guard_setup setup = {.devices = DEVICES, .rules = 10, .flows = 4, .members = MEMBERS, .names = NAMES};

/* Only what is mapped: counters cannot be asked. */
static struct plane_guard *make(void)
{
	struct plane_guard *guard = calloc(1, sizeof(*guard));
	struct fw_guard_config config = {.place_count = 1};

	assert_non_null(guard);
	guard->hold.role = &role_guard;
	guard->hold.waiter = -1;
	guard_size(&setup, guard->hold.entries);
	guard->flow_buckets = guard_flow_buckets(&setup);
	for (uint32_t i = 0; i < GUARD_MAP_COUNT; i++) {
		guard->hold.descriptors[i] = -1;
		if (role_guard.maps[i].kind == ROLE_MAPPED || role_guard.maps[i].kind == ROLE_PEEKED)
			guard->hold.memory[i] = calloc(guard->hold.entries[i], role_guard.maps[i].value_len);
	}
	for (int i = 0; i < 16; i++)
		config.key[i] = (uint64_t)(i + 1) * 0x9e3779b97f4a7c15ull;
	assert_int_equal(plane_guard_config(guard, &config), 0);
	return guard;
}

static void drop(struct plane_guard *guard)
{
	for (uint32_t i = 0; i < GUARD_MAP_COUNT; i++)
		free(guard->hold.memory[i]);
	free(guard);
}

static void mac_of(uint32_t i, uint8_t out[6])
{
	const uint8_t mac[6] = {2, 0x11, (uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};

	memcpy(out, mac, 6);
}

static void places(void **state)
{
	struct plane_guard *guard = make();
	static uint32_t place[DEVICES];
	struct plane_guard_fill fill;
	uint8_t mac[6];

	for (uint32_t i = 0; i < DEVICES; i++) {
		mac_of(i, mac);
		assert_int_equal(plane_guard_device_add(guard, mac, &place[i]), 0);
		assert_int_equal(place[i], FW_STRANGERS + i);
	}
	mac_of(DEVICES, mac);
	assert_int_equal(plane_guard_device_add(guard, mac, &place[0]), -ENOSPC);
	assert_int_equal(plane_guard_device_remove(guard, mac), -ENOENT);
	for (uint32_t i = 0; i < DEVICES; i++) {
		mac_of(i, mac);
		assert_int_equal(plane_guard_device_place(guard, mac), FW_STRANGERS + i);
		if (i % 100 == 0)
			assert_int_equal(plane_guard_device_remove(guard, mac), 0);
	}
	mac_of(DEVICES + 1, mac);
	assert_int_equal(plane_guard_device_add(guard, mac, &place[0]), 0);
	assert_int_equal(place[0], FW_STRANGERS);
	plane_guard_fill(guard, &fill);
	assert_int_equal(fill.places, DEVICES - DEVICES / 100 + 1);
	mac[0] |= 1;
	assert_int_equal(plane_guard_device_add(guard, mac, &place[0]), -EINVAL);
	plane_guard_forget(guard);
	plane_guard_fill(guard, &fill);
	assert_int_equal(fill.places, 0);
	drop(guard);
}

/* Each name keeps its own set through all the moves that make room for others. */
static void names(void **state)
{
	struct plane_guard *guard = make();
	struct plane_guard_fill fill;

	for (int round = 0; round < 2; round++) {
		for (uint64_t i = 1; i <= NAMES; i++)
			assert_int_equal(plane_guard_name_add(guard, i * 0x9e3779b97f4a7c15ull, (uint32_t)(i + 7)), 0);
		for (uint64_t i = 1; i <= NAMES; i++)
			assert_int_equal(plane_guard_name_find(guard, i * 0x9e3779b97f4a7c15ull), i + 7);
		for (uint64_t i = NAMES; i > 0; i -= 2)
			assert_int_equal(plane_guard_name_remove(guard, i * 0x9e3779b97f4a7c15ull), 0);
		plane_guard_fill(guard, &fill);
		assert_int_equal(fill.names, NAMES / 2);
	}
	assert_int_equal(plane_guard_name_add(guard, 0, 1), -EINVAL);
	assert_int_equal(plane_guard_name_add(guard, 1, 0), -EINVAL);
	drop(guard);
}

struct writer {
	struct plane_guard *guard;
	uint32_t first, step;
	uint32_t failed; /* cmocka's own way out is for one thread only */
};

static void address_of(uint32_t i, uint8_t out[16])
{
	memset(out, 0, 16);
	memcpy(out + 12, &i, sizeof(i));
}

/* Every one that is the writer's own, and again those of all, as answers are bound again and again. */
static void *write_members(void *context)
{
	struct writer *writer = context;
	uint64_t later_ns = clock_steady_ns() + 1000 * FW_NS_PER_S;
	uint8_t address[16];

	for (uint32_t i = writer->first; i < MEMBERS; i += writer->step) {
		address_of(i, address);
		writer->failed += plane_guard_member_add(writer->guard, 9, address, later_ns) != 0;
		address_of(i / 2, address);
		plane_guard_member_add(writer->guard, 9, address, later_ns + i);
	}
	return NULL;
}

static void members(void **state)
{
	struct plane_guard *guard = make();
	struct writer writers[] = {{guard, 0, 2, 0}, {guard, 1, 2, 0}};
	uint64_t now_ns = clock_steady_ns();
	struct plane_guard_fill fill;
	pthread_t other;
	uint8_t address[16];

	assert_int_equal(pthread_create(&other, NULL, write_members, &writers[1]), 0);
	write_members(&writers[0]);
	pthread_join(other, NULL);
	assert_int_equal(writers[0].failed + writers[1].failed, 0);
	for (uint32_t i = 0; i < MEMBERS; i++) {
		address_of(i, address);
		assert_true(plane_guard_member_find(guard, 9, address, now_ns));
		assert_false(plane_guard_member_find(guard, 9, address, now_ns + 2000 * FW_NS_PER_S));
	}
	plane_guard_fill(guard, &fill);
	assert_in_range(fill.members, MEMBERS, MEMBERS + MEMBERS / 100); /* two who add the same at once may both find it missing */
	for (uint32_t i = 0; i < MEMBERS; i++) {
		address_of(i, address);
		assert_int_equal(plane_guard_member_remove(guard, 9, address), 0);
	}
	plane_guard_fill(guard, &fill);
	assert_int_equal(fill.members, 0);
	drop(guard);
}

/* Who is over makes room: the table can be filled anew without anybody taking the old ones out. */
static void members_over(void **state)
{
	struct plane_guard *guard = make();
	uint8_t address[16];

	for (uint32_t round = 0; round < 4; round++)
		for (uint32_t i = 0; i < MEMBERS; i++) {
			address_of(round * MEMBERS + i, address);
			assert_int_equal(plane_guard_member_add(guard, 2, address, 1), 0);
		}
	drop(guard);
}

static void memory(void **state)
{
	struct plane_guard_setup more = setup;

	more.devices += 1000;
	/* 128 of the device, 32 of two policies, 128 of flows, and its part of the table of places */
	assert_in_range(plane_guard_memory(&more) - plane_guard_memory(&setup), 1000 * 288, 1000 * 300 + 65536);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places),
		cmocka_unit_test(names),
		cmocka_unit_test(members),
		cmocka_unit_test(members_over),
		cmocka_unit_test(memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
