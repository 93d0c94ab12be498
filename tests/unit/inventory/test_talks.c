/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "inventory/inventory.h"
#include "model/contact.h"

enum { UDP = 17, TCP = 6 };

static void v4(uint8_t out[16], uint32_t address)
{
	memset(out, 0, 16);
	out[10] = out[11] = 0xff;
	for (int i = 0; i < 4; i++)
		out[12 + i] = (uint8_t)(address >> (24 - 8 * i));
}

static int setup(void **state)
{
	struct inventory_config config = {.device_max = 8, .hash_key = {7}, .with_talk = true};
	struct inventory *inventory;

	assert_int_equal(inventory_new(&config, &inventory), 0);
	*state = inventory;
	return 0;
}

static int teardown(void **state)
{
	inventory_free(*state);
	return 0;
}

static uint32_t device(struct inventory *inventory, uint32_t address)
{
	uint8_t bytes[16];

	v4(bytes, address);
	return inventory_see(inventory, NULL, bytes, 1);
}

/* out packets from the opener, in packets back, 100 bytes each */
static struct conversation_end end_of(struct inventory *inventory, uint32_t source, uint32_t target, uint32_t out, uint32_t in)
{
	struct conversation_end end = {.proto = UDP, .packets_out = out, .packets_in = in, .bytes_out = out * 100, .bytes_in = in * 100};

	v4(end.source, source);
	v4(end.target, target);
	end.device = inventory_find_address(inventory, end.source);
	end.target_device = inventory_find_address(inventory, end.target);
	end.source_ours = source >> 24 == 10;
	end.target_ours = target >> 24 == 10;
	end.answered = in != 0;
	return end;
}

static void note(struct inventory *inventory, uint32_t source, uint32_t target, uint32_t out, uint32_t in)
{
	struct conversation_end end = end_of(inventory, source, target, out, in);

	inventory_note_conversation(inventory, &end);
}

static void either_end_may_open(void **state)
{
	uint32_t camera = device(*state, 0x0a000005), server = device(*state, 0x0a000006);
	const struct talk_pairs *talk;

	note(*state, 0x0a000005, 0xc6336401, 10, 20);
	note(*state, 0xc6336401, 0x0a000005, 3, 0);
	note(*state, 0x0a000006, 0x0a000005, 5, 1);
	note(*state, 0xc6336401, 0xc6336402, 1000, 1000); /* between others */
	talk = inventory_talk(*state);
	assert_int_equal(talk->pair_count, 2);
	assert_int_equal(talk->seen, 2);
	assert_false(talk->estimated);
	assert_int_equal(talk->packets, 39);
	assert_int_equal(talk->bytes, 3900);
	assert_int_equal(talk->pairs[0].device, camera);
	assert_int_equal(talk->pairs[0].peer_device, DEVICE_NONE);
	assert_int_equal(talk->pairs[0].packets_out, 10);
	assert_int_equal(talk->pairs[0].packets_in, 23);
	assert_int_equal(talk->pairs[0].unasked, 3);
	assert_int_equal(talk->pairs[1].device, camera);
	assert_int_equal(talk->pairs[1].peer_device, server);
	assert_int_equal(talk->pairs[1].packets_out, 1);
	assert_int_equal(talk->pairs[1].packets_in, 5);
}

static void a_syn_that_got_a_syn_ack_alone_was_not_asked_for(void **state)
{
	struct conversation_end end;

	device(*state, 0x0a000005);
	end = end_of(*state, 0xc6336401, 0x0a000005, 1, 1);
	end.proto = TCP;
	inventory_note_conversation(*state, &end);
	end.handshake_done = true;
	inventory_note_conversation(*state, &end);
	assert_int_equal(inventory_talk(*state)->pairs[0].unasked, 1);
}

static void a_peer_is_called_as_the_answer_called_it(void **state)
{
	static const char longest[] = "first.a-label-of-no-importance-at-all.another-one-that-is-rather-long.devices.cloud.example";
	const struct talk_pairs *talk;
	uint8_t peer[16];

	device(*state, 0x0a000005);
	note(*state, 0x0a000005, 0xc6336401, 3, 2);
	note(*state, 0x0a000005, 0xc6336402, 2, 2);
	note(*state, 0x0a000005, 0xc6336403, 1, 1);
	v4(peer, 0xc6336401);
	inventory_note_peer_name(*state, peer, (struct slice){(const uint8_t *)"cloud.example", 13});
	inventory_note_peer_name(*state, peer, (struct slice){(const uint8_t *)"later.example", 13});
	v4(peer, 0xc6336402);
	inventory_note_peer_name(*state, peer, (struct slice){(const uint8_t *)longest, sizeof(longest) - 1});
	talk = inventory_talk(*state);
	assert_string_equal(talk->pairs[0].name, "cloud.example");
	assert_string_equal(talk->pairs[1].name, "another-one-that-is-rather-long.devices.cloud.example");
	assert_string_equal(talk->pairs[2].name, "");
}

static void devices_that_merge_bring_their_pairs_together(void **state)
{
	static const uint8_t mac[6] = {0x00, 0x12, 0x34, 0x56, 0x78, 0x9a};
	uint8_t address[16];
	const struct talk_pairs *talk;

	v4(address, 0x0a000005);
	inventory_see(*state, NULL, address, 1);
	note(*state, 0x0a000005, 0xc6336401, 10, 0);
	inventory_tie(*state, mac, (const uint8_t[16]){0}, 1);
	inventory_tie(*state, mac, address, 1);
	note(*state, 0x0a000005, 0xc6336401, 7, 0);
	talk = inventory_talk(*state);
	assert_int_equal(talk->pair_count, 1);
	assert_int_equal(talk->pairs[0].packets_out, 17);
}

/* One that never spoke is an address, and a device as soon as somebody makes it one. */
static void a_silent_victim_has_peers_too(void **state)
{
	const struct talk_pairs *talk;
	uint8_t victim[16];

	note(*state, 0xc6336401, 0x0a000009, 40, 0);
	note(*state, 0xc6336402, 0x0a000008, 30, 0);
	v4(victim, 0x0a000009);
	device(*state, 0x0a000009);
	talk = inventory_talk(*state);
	assert_int_equal(talk->pair_count, 2);
	assert_int_equal(talk->pairs[0].device, inventory_find_address(*state, victim));
	assert_int_equal(talk->pairs[0].packets_in, 40);
	assert_int_equal(talk->pairs[0].unasked, 40);
	assert_int_equal(talk->pairs[1].device, DEVICE_NONE);
	assert_int_equal(talk->pairs[1].own[15], 8);
	assert_int_equal(talk->pairs[1].peer[15], 2);
}

static void a_router_is_who_others_speak_with(void **state)
{
	static const uint8_t mac[6] = {0x00, 0x12, 0x34, 0x56, 0x78, 0x9a};
	uint8_t address[16];
	const struct talk_pairs *talk;

	v4(address, 0x0a000001);
	inventory_tie(*state, mac, address, 1);
	inventory_note_router(*state, mac);
	device(*state, 0x0a000005);
	note(*state, 0x0a000005, 0x0a000001, 7, 3);
	talk = inventory_talk(*state);
	assert_int_equal(talk->pairs[0].peer_device, inventory_find_mac(*state, mac));
	assert_int_equal(talk->pairs[0].packets_out, 7);
}

/* Three heavy pairs that come late, among 100,000 of a packet each. */
static void the_heavy_stay_whatever_else_comes(void **state)
{
	const struct talk_pairs *talk;

	device(*state, 0x0a000005);
	for (uint32_t i = 0; i < 100000; i++) {
		note(*state, 0x0a000005, 0x01000000 + i * 41, 1, 0);
		if (i % 1000 == 999)
			for (uint32_t heavy = 1; heavy <= 3; heavy++)
				note(*state, 0x0a000005, 0xc6336400 + heavy, 100 * heavy, 0);
	}
	talk = inventory_talk(*state);
	assert_int_equal(talk->pair_count, TALK_PAIR_MAX);
	assert_int_equal(talk->packets, 100000 + 100 * 600);
	assert_true(talk->estimated);
	assert_in_range(talk->seen, 98000, 102500);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(talk->pairs[i].peer[15], 3 - i);
		assert_in_range(talk->pairs[i].packets_out, 9000 * (3 - i), 10000 * (3 - i));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(either_end_may_open, setup, teardown),
		cmocka_unit_test_setup_teardown(a_syn_that_got_a_syn_ack_alone_was_not_asked_for, setup, teardown),
		cmocka_unit_test_setup_teardown(a_peer_is_called_as_the_answer_called_it, setup, teardown),
		cmocka_unit_test_setup_teardown(devices_that_merge_bring_their_pairs_together, setup, teardown),
		cmocka_unit_test_setup_teardown(a_silent_victim_has_peers_too, setup, teardown),
		cmocka_unit_test_setup_teardown(a_router_is_who_others_speak_with, setup, teardown),
		cmocka_unit_test_setup_teardown(the_heavy_stay_whatever_else_comes, setup, teardown),
	};

	return cmocka_run_group_tests_name("talks", tests, NULL, NULL);
}
