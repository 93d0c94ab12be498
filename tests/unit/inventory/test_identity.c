/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is who: stories of frames and ties, and a random walk that checks what must hold after any of them. */
#include "inventory/inventory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint64_t SECOND = 1000000000ull;

/* One letter is one MAC; digits after "4." an IPv4 host of 192.168.0.0/24; other words as named below. */
static const uint8_t *mac_of(char letter, uint8_t out[6])
{
	static const uint8_t start[6] = {0x00, 0x12, 0x34, 0x56, 0x78, 0};

	if (letter == '-')
		return NULL;
	memcpy(out, start, 6);
	out[5] = (uint8_t)letter;
	if (letter == 'r') /* randomised */
		out[0] = 0xda;
	if (letter == 'g') /* group */
		out[0] = 0x01;
	if (letter == '0')
		memset(out, 0, 6);
	return out;
}

static void address_of(const char *text, uint8_t out[16])
{
	unsigned a, b, c, d;

	memset(out, 0, 16);
	if (sscanf(text, "%u.%u.%u.%u", &a, &b, &c, &d) == 4) {
		const uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff, (uint8_t)a, (uint8_t)b, (uint8_t)c, (uint8_t)d};
		memcpy(out, mapped, 16);
	} else if (sscanf(text, "fd::%u", &a) == 1) {
		out[0] = 0xfd;
		out[14] = (uint8_t)(a >> 8);
		out[15] = (uint8_t)a;
	} else if (sscanf(text, "fe80::%u", &a) == 1) {
		out[0] = 0xfe;
		out[1] = 0x80;
		out[15] = (uint8_t)a;
	} else if (!strncmp(text, "ff02", 4)) {
		out[0] = 0xff;
		out[1] = 2;
		out[15] = 1;
	}
}

enum { STEPS_MAX = 12, NOBODY = 99 };

enum verb { END, SEE, TIE, ROUTER };

struct step {
	enum verb verb;
	char mac;
	const char *address; /* "" is zero */
	unsigned at_s;
	unsigned number; /* what it must return; NOBODY for DEVICE_NONE */
};

struct story {
	const char *name;
	struct step steps[STEPS_MAX];
	unsigned count, alone; /* devices made; those that stand for themselves at the end */
	const char *where; /* "address number" pairs that must hold at the end, separated by commas */
};

static const struct story STORIES[] = {
	{"a frame's MAC and address are one device", {{SEE, 'a', "192.168.0.2", 0, 0}, {SEE, 'a', "192.168.0.2", 1, 0}}, 1, 1,
		"192.168.0.2 0"},
	{"ARP ties first, the frame finds it", {{TIE, 'a', "192.168.0.2", 0, 0}, {SEE, 'a', "192.168.0.2", 1, 0}}, 1, 1, "192.168.0.2 0"},
	{"ARP probe has no address yet", {{TIE, 'a', "", 0, 0}, {TIE, 'a', "192.168.0.2", 1, 0}}, 1, 1, "192.168.0.2 0"},
	{"an address seen as target only, then it speaks", {{SEE, '-', "192.168.0.2", 0, 0}, {SEE, 'a', "192.168.0.2", 1, 0}}, 1, 1,
		"192.168.0.2 0"},
	{"an address seen as target, its MAC known with no IPv4: one device",
		{{SEE, '-', "192.168.0.2", 0, 0}, {SEE, 'a', "fe80::1", 1, 1}, {SEE, 'a', "192.168.0.2", 2, 1}}, 2, 1,
		"192.168.0.2 1,fe80::1 1"},
	{"behind a router each address is its own device",
		{{SEE, 'a', "192.168.0.1", 0, 0}, {SEE, 'a', "10.0.0.5", 1, 1}, {SEE, 'a', "10.0.0.6", 2, 2}, {SEE, 'a', "10.0.0.5", 3, 1}},
		3, 3, "192.168.0.1 0,10.0.0.5 1,10.0.0.6 2"},
	{"late tie: what was thought behind a router is its neighbour",
		{{SEE, 'a', "192.168.0.1", 0, 0}, {SEE, 'a', "192.168.0.7", 1, 1}, {TIE, 'b', "192.168.0.9", 2, 2},
			{TIE, 'b', "192.168.0.7", 3, 2}, {SEE, 'b', "192.168.0.7", 4, 2}},
		3, 2, "192.168.0.7 2,192.168.0.9 2"},
	{"late tie to a MAC never seen: the device keeps its number",
		{{SEE, 'a', "192.168.0.1", 0, 0}, {SEE, 'a', "192.168.0.7", 1, 1}, {TIE, 'b', "192.168.0.7", 2, 1}}, 2, 2, "192.168.0.7 1"},
	{"late tie says that the router's second address is its own",
		{{SEE, 'a', "192.168.0.1", 0, 0}, {SEE, 'a', "10.0.0.1", 1, 1}, {TIE, 'a', "10.0.0.1", 2, 0}}, 2, 1,
		"192.168.0.1 0,10.0.0.1 0"},
	{"IPv6 follows the MAC without number",
		{{SEE, 'a', "fe80::1", 0, 0}, {SEE, 'a', "fd::1", 1, 0}, {SEE, 'a', "fd::2", 2, 0}, {SEE, 'a', "fd::3", 3, 0}}, 1, 1,
		"fe80::1 0,fd::1 0,fd::2 0,fd::3 0"},
	{"169.254 before the lease does not make a router", {{SEE, 'a', "169.254.7.7", 0, 0}, {SEE, 'a', "192.168.0.2", 1, 0}}, 1, 1,
		"169.254.7.7 0,192.168.0.2 0"},
	{"two quarrel over an address: the first holds it",
		{{TIE, 'a', "192.168.0.1", 0, 0}, {TIE, 'b', "192.168.0.1", 1, 1}, {SEE, 'a', "192.168.0.1", 2, 0},
			{SEE, 'b', "192.168.0.1", 3, 0}},
		2, 2, "192.168.0.1 0"},
	{"a lease handed on after a minute of silence", {{TIE, 'a', "192.168.0.5", 0, 0}, {TIE, 'b', "192.168.0.5", 60, 1}}, 2, 2,
		"192.168.0.5 1"},
	{"a certain tie beats a guess at once", {{SEE, 'a', "192.168.0.5", 0, 0}, {TIE, 'b', "192.168.0.5", 1, 1}}, 2, 2, "192.168.0.5 1"},
	{"a forwarded address stays with its owner", {{TIE, 'a', "192.168.0.5", 0, 0}, {SEE, 'b', "192.168.0.5", 1, 0}}, 2, 2,
		"192.168.0.5 0"},
	{"a router takes no address however long silent",
		{{TIE, 'a', "192.168.0.5", 0, 0}, {ROUTER, 'b', "", 0, 1}, {SEE, 'b', "192.168.0.5", 100, 0}}, 2, 2, "192.168.0.5 0"},
	{"a MAC moves in after a minute", {{TIE, 'a', "192.168.0.5", 0, 0}, {SEE, 'b', "192.168.0.5", 100, 1}}, 2, 2, "192.168.0.5 1"},
	{"group and zero MACs are nobody's", {{SEE, 'g', "192.168.0.5", 0, 0}, {SEE, '0', "192.168.0.6", 0, 1}, {TIE, 'g', "", 0, NOBODY}},
		2, 2, "192.168.0.5 0,192.168.0.6 1"},
	{"zero, multicast and broadcast are nobody's",
		{{SEE, '-', "0.0.0.0", 0, NOBODY}, {SEE, '-', "224.0.0.251", 0, NOBODY}, {SEE, '-', "255.255.255.255", 0, NOBODY},
			{SEE, '-', "ff02::1", 0, NOBODY}, {SEE, 'a', "0.0.0.0", 0, 0}, {SEE, 'a', "", 0, 0}},
		1, 1, ""},
	{"the clock may run backwards", {{SEE, 'a', "192.168.0.2", 9, 0}, {SEE, 'a', "192.168.0.2", 3, 0}, {TIE, 'b', "192.168.0.2", 1, 1}},
		2, 2, "192.168.0.2 1"},
	{"a router is known before it is seen", {{ROUTER, 'a', "", 0, 0}, {SEE, 'a', "192.168.0.1", 5, 0}}, 1, 1, "192.168.0.1 0"},
};

static struct inventory *fresh(uint32_t device_max)
{
	struct inventory_config config = {.device_max = device_max, .hash_key = {1, 2, 3}};
	struct inventory *inventory = NULL;

	assert_int_equal(inventory_new(&config, &inventory), 0);
	return inventory;
}

static uint32_t step_run(struct inventory *inventory, const struct step *step)
{
	uint8_t mac[6], address[16];
	const uint8_t *who = mac_of(step->mac, mac);

	address_of(step->address, address);
	if (step->verb == SEE)
		return inventory_see(inventory, who, address, step->at_s * SECOND);
	if (step->verb == TIE)
		return inventory_tie(inventory, who, address, step->at_s * SECOND);
	inventory_note_router(inventory, who);
	return inventory_find_mac(inventory, who);
}

/* Every address and MAC stands in one list, its device's; merged devices hold nothing. */
static void check_lists(const struct inventory *inventory)
{
	for (uint32_t n = 0; n < inventory_count(inventory); n++) {
		const struct device *device = inventory_device(inventory, n);
		unsigned ipv4 = 0;

		assert_true(device->address_count <= DEVICE_ADDRESS_MAX && device->mac_count <= DEVICE_MAC_MAX);
		for (unsigned i = 0; i < device->address_count; i++) {
			assert_int_equal(inventory_find_address(inventory, device->addresses[i]), n);
			ipv4 += device->addresses[i][10] == 0xff;
		}
		for (unsigned i = 0; i < device->mac_count; i++)
			assert_int_equal(inventory_find_mac(inventory, device->macs[i]), n);
		assert_true(ipv4 <= 4);
		assert_true(device->first_ns <= device->last_ns);
		if (device->merged_into == DEVICE_NONE) {
			assert_true(device->mac_count || device->address_count == 1);
			continue;
		}
		assert_int_equal(device->mac_count + device->address_count + device->clue_count, 0);
		assert_int_equal(inventory_device(inventory, inventory_number(inventory, n))->merged_into, DEVICE_NONE);
	}
}

static void story_check(const struct story *story, const struct inventory *inventory)
{
	unsigned alone = 0, number;
	char address[48];
	int used;

	for (uint32_t n = 0; n < inventory_count(inventory); n++)
		alone += inventory_number(inventory, n) == n;
	if (inventory_count(inventory) != story->count || alone != story->alone)
		fail_msg("%s: %u devices, %u alone", story->name, inventory_count(inventory), alone);
	for (const char *at = story->where; sscanf(at, "%47s %u%n", address, &number, &used) == 2; at += used + (at[used] == ',')) {
		uint8_t bytes[16];

		address_of(address, bytes);
		if (inventory_find_address(inventory, bytes) != number)
			fail_msg("%s: %s is with %u", story->name, address, inventory_find_address(inventory, bytes));
	}
	check_lists(inventory);
}

static void stories(void **state)
{
	for (size_t i = 0; i < sizeof(STORIES) / sizeof(STORIES[0]); i++) {
		struct inventory *inventory = fresh(16);

		for (const struct step *step = STORIES[i].steps; step->verb != END; step++) {
			uint32_t number = step_run(inventory, step);

			if (number != (step->number == NOBODY ? DEVICE_NONE : step->number))
				fail_msg("%s: step %td gave %u", STORIES[i].name, step - STORIES[i].steps, number);
		}
		story_check(&STORIES[i], inventory);
		inventory_free(inventory);
	}
}

static void see(struct inventory *inventory, char letter, const char *address, uint64_t time_ns)
{
	uint8_t mac[6], bytes[16];

	address_of(address, bytes);
	inventory_see(inventory, mac_of(letter, mac), bytes, time_ns);
}

static bool holds(struct inventory *inventory, const char *address)
{
	uint8_t bytes[16];

	address_of(address, bytes);
	return inventory_find_address(inventory, bytes) != DEVICE_NONE;
}

static void privacy_addresses_replace_the_longest_unseen(void **state)
{
	struct inventory *inventory = fresh(4);
	char text[32];

	see(inventory, 'a', "192.168.0.2", 1);
	see(inventory, 'a', "fe80::1", 1);
	for (unsigned i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "fd::%u", i);
		see(inventory, 'a', text, 10 + i);
		see(inventory, 'a', "fd::0", 10 + i); /* the steady one stays in use */
	}
	const struct device *device = inventory_device(inventory, 0);

	assert_int_equal(inventory_count(inventory), 1);
	assert_int_equal(device->address_count, DEVICE_ADDRESS_MAX);
	assert_true(holds(inventory, "192.168.0.2") && holds(inventory, "fe80::1") && holds(inventory, "fd::0"));
	assert_true(holds(inventory, "fd::99") && holds(inventory, "fd::87"));
	assert_false(holds(inventory, "fd::86") || holds(inventory, "fd::1"));
	check_lists(inventory);
	inventory_free(inventory);
}

static void a_fifth_ipv4_replaces_the_longest_unseen(void **state)
{
	struct inventory *inventory = fresh(4);
	uint8_t mac[6], address[16];
	char text[32];

	mac_of('a', mac);
	for (unsigned i = 1; i <= 9; i++) {
		snprintf(text, sizeof(text), "192.168.0.%u", i);
		address_of(text, address);
		inventory_tie(inventory, mac, address, i);
	}
	assert_int_equal(inventory_device(inventory, 0)->address_count, 4);
	assert_true(holds(inventory, "192.168.0.9") && holds(inventory, "192.168.0.6"));
	assert_false(holds(inventory, "192.168.0.5"));
	check_lists(inventory);
	inventory_free(inventory);
}

static void spoofed_addresses_do_not_push_out_devices(void **state)
{
	struct inventory *inventory = fresh(64);
	uint8_t mac[6], address[16];
	char text[32];

	see(inventory, 'a', "192.168.0.2", 1);
	see(inventory, 'b', "192.168.0.3", 1);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < 4096; i++) {
			snprintf(text, sizeof(text), "10.1.%u.%u", i / 256, i % 256);
			see(inventory, 'a', text, 2 + round);
		}
	}
	assert_int_equal(inventory_count(inventory), 64);
	assert_true(holds(inventory, "192.168.0.2") && holds(inventory, "192.168.0.3"));
	/* counted once each; the map may take two for one, never one for two */
	assert_in_range(inventory_left_out(inventory), 3850, 4096 - 62);
	address_of("192.168.0.9", address);
	assert_int_equal(inventory_tie(inventory, mac_of('c', mac), address, 9), DEVICE_NONE);
	/* known by address only, so its MAC takes no place */
	address_of("10.1.0.0", address);
	assert_int_equal(inventory_tie(inventory, mac_of('c', mac), address, 9), 2);
	check_lists(inventory);
	inventory_free(inventory);
}

static void no_room_at_all(void **state)
{
	struct inventory *inventory = fresh(0);

	see(inventory, 'a', "192.168.0.2", 1);
	assert_int_equal(inventory_count(inventory), 0);
	assert_int_equal(inventory_left_out(inventory), 1);
	assert_null(inventory_device(inventory, 0));
	assert_int_equal(inventory_number(inventory, 0), DEVICE_NONE);
	inventory_note_fact(inventory, DEVICE_NONE, &(struct fact){.kind = FACT_HTTP_SERVER});
	inventory_note_traffic(inventory, DEVICE_NONE, true, 1);
	inventory_note_state(inventory, DEVICE_NONE, STATE_SUSPECT);
	inventory_settle(inventory);
	inventory_free(inventory);
	inventory_free(NULL);
}

static void merging_moves_everything(void **state)
{
	struct inventory *inventory = fresh(8);
	const struct fact banner = {.kind = FACT_TELNET_BANNER, .text = {(const uint8_t *)"DVR login", 9}};
	uint8_t mac[6], address[16];

	see(inventory, 'a', "192.168.0.1", 5 * SECOND);
	see(inventory, 'a', "192.168.0.7", 1 * SECOND);
	see(inventory, 'b', "fe80::9", 3 * SECOND);
	inventory_note_traffic(inventory, 1, true, 100);
	inventory_note_traffic(inventory, 1, false, 50);
	inventory_note_traffic(inventory, 2, false, 7);
	inventory_note_state(inventory, 1, STATE_HIJACKED);
	inventory_note_state(inventory, 1, STATE_EXPOSED);
	inventory_note_fact(inventory, 1, &banner);
	inventory_note_fact(inventory, 2, &banner);
	address_of("192.168.0.7", address);
	assert_int_equal(inventory_tie(inventory, mac_of('b', mac), address, 9 * SECOND), 2);

	const struct device *old = inventory_device(inventory, 1), *kept = inventory_device(inventory, 2);

	assert_int_equal(old->merged_into, 2);
	assert_int_equal(inventory_number(inventory, 1), 2);
	assert_int_equal(kept->state, STATE_HIJACKED);
	assert_int_equal(kept->traffic.bytes_out, 100);
	assert_int_equal(kept->traffic.bytes_in, 57);
	assert_int_equal(kept->traffic.packets_in, 2);
	assert_int_equal(old->traffic.bytes_out + old->traffic.packets_in, 0);
	assert_int_equal(kept->clue_count, 1);
	assert_int_equal(kept->first_ns, 1 * SECOND);
	assert_int_equal(kept->last_ns, 9 * SECOND);
	inventory_note_traffic(inventory, 1, true, 11); /* by its old number */
	assert_int_equal(kept->traffic.bytes_out, 111);
	check_lists(inventory);
	inventory_free(inventory);
}

static void identifiers_depend_on_the_mac_alone(void **state)
{
	struct inventory_config config = {.device_max = 4, .hash_key = {9}};
	struct inventory *one = fresh(4), *other = NULL;

	assert_int_equal(inventory_new(&config, &other), 0);
	see(one, 'a', "192.168.0.2", 1);
	see(other, '-', "10.0.0.2", 1);
	uint64_t before = inventory_device(other, 0)->id;
	see(other, 'a', "10.0.0.2", 2);
	assert_true(before != inventory_device(other, 0)->id);
	assert_true(inventory_device(one, 0)->id == inventory_device(other, 0)->id);
	see(one, 'r', "192.168.0.3", 1);
	assert_true(inventory_device(one, 1)->random_mac);
	assert_false(inventory_device(one, 0)->random_mac);
	inventory_free(one);
	inventory_free(other);
}

static uint32_t random_next(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void walk_step(struct inventory *inventory, uint32_t *random, unsigned step)
{
	static const char *const forms[] = {"192.168.0.%u", "10.0.0.%u", "169.254.0.%u", "fd::%u", "fe80::%u"};
	uint8_t mac[6], address[16];
	char text[32];

	snprintf(text, sizeof(text), forms[random_next(random) % 5], random_next(random) % 40);
	address_of(text, address);
	const uint8_t *who = mac_of("abcdefhijklmnopq-0"[random_next(random) % 18], mac);
	uint64_t time_ns = (uint64_t)step * SECOND / 4;

	switch (random_next(random) % 8) {
	case 0:
	case 1:
		if (who)
			inventory_tie(inventory, who, address, time_ns);
		break;
	case 2:
		if (who && random_next(random) % 64 == 0)
			inventory_note_router(inventory, who);
		inventory_note_traffic(inventory, random_next(random) % 64, true, 1);
		break;
	default:
		inventory_see(inventory, who, address, time_ns);
		break;
	}
}

static void random_walks_keep_the_rules(void **state)
{
	for (uint32_t seed = 1; seed <= 20; seed++) {
		uint32_t random = seed, again = seed, device_max = 4 + seed * 3;
		struct inventory *one = fresh(device_max), *other = fresh(device_max);

		for (unsigned step = 0; step < 3000; step++) {
			walk_step(one, &random, step);
			walk_step(other, &again, step);
			assert_true(inventory_count(one) <= device_max);
			if (step % 50 == 0)
				check_lists(one);
		}
		inventory_settle(one);
		inventory_settle(other);
		assert_int_equal(inventory_count(one), inventory_count(other));
		for (uint32_t n = 0; n < inventory_count(one); n++)
			assert_memory_equal(inventory_device(one, n), inventory_device(other, n), sizeof(struct device));
		inventory_free(one);
		inventory_free(other);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stories),
		cmocka_unit_test(privacy_addresses_replace_the_longest_unseen),
		cmocka_unit_test(a_fifth_ipv4_replaces_the_longest_unseen),
		cmocka_unit_test(spoofed_addresses_do_not_push_out_devices),
		cmocka_unit_test(no_room_at_all),
		cmocka_unit_test(merging_moves_everything),
		cmocka_unit_test(identifiers_depend_on_the_mac_alone),
		cmocka_unit_test(random_walks_keep_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
