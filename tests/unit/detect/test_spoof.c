/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "detect/spoof.h"

static const uint8_t hash_key[16] = {1};

struct bench {
	struct book *book;
	struct spoof *spoof;
};

static int setup(void **state)
{
	static struct bench bench;

	assert_int_equal(book_new(600, hash_key, &bench.book), 0);
	assert_int_equal(spoof_new(hash_key, bench.book, &bench.spoof), 0);
	*state = &bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	spoof_free(bench->spoof);
	book_free(bench->book);
	return 0;
}

static void forge(struct bench *bench, uint32_t device, uint32_t source, uint64_t time_ns)
{
	struct forged_seen seen = {.time_ns = time_ns, .device = device, .mac = {2, 0, 0, 0, (uint8_t)(device >> 8), (uint8_t)device}};

	memcpy(seen.source, &source, sizeof(source));
	spoof_see(bench->spoof, &seen);
}

static void test_four_are_none_five_are_one(void **state)
{
	struct bench *bench = *state;
	const struct finding *finding;

	for (uint32_t i = 0; i < 4; i++)
		forge(bench, 1, i, 100 + i);
	assert_int_equal(book_count(bench->book), 0);
	forge(bench, 1, 0, 104);
	finding = book_at(bench->book, 0);
	assert_non_null(finding);
	assert_int_equal(finding->id, FINDING_FORGED_SOURCE);
	assert_int_equal(finding->severity, SEVERITY_HIGH);
	assert_int_equal(finding->state, STATE_SUSPECT);
	assert_int_equal(finding->device, 1);
	assert_int_equal(finding->count, 5);
	assert_int_equal(finding->forged.packets, 5);
	assert_int_equal(finding->forged.sources, 4);
	assert_int_equal(finding->first_ns, 100);
	assert_int_equal(finding->last_ns, 104);
}

/* What is shown of the packets is the first of them, as its time is. */
static void test_the_first_one_is_shown(void **state)
{
	struct bench *bench = *state;
	const struct finding *finding;

	for (uint32_t i = 1; i < 8; i++) {
		struct forged_seen seen = {
			.time_ns = i, .device = 1, .source = {(uint8_t)i}, .target = {(uint8_t)(100 + i)}, .mac = {2, (uint8_t)i}};

		spoof_see(bench->spoof, &seen);
	}
	finding = book_at(bench->book, 0);
	assert_int_equal(finding->first_ns, 1);
	assert_int_equal(finding->forged.source[0], 1);
	assert_int_equal(finding->forged.target[0], 101);
	assert_int_equal(finding->forged.mac[1], 1);
}

static void test_devices_are_apart(void **state)
{
	struct bench *bench = *state;

	for (uint32_t i = 0; i < 8; i++)
		forge(bench, i % 2, i, i);
	assert_int_equal(book_count(bench->book), 0);
	forge(bench, DEVICE_NONE, 1, 9);
	forge(bench, 0, 1, 9);
	assert_int_equal(book_count(bench->book), 1);
}

static void test_sources_are_counted_to_64(void **state)
{
	struct bench *bench = *state;

	for (uint32_t i = 0; i < 1000; i++)
		forge(bench, 1, i, i);
	assert_int_equal(book_count(bench->book), 1);
	assert_int_equal(book_at(bench->book, 0)->count, 1000);
	assert_int_equal(book_at(bench->book, 0)->forged.sources, 64);
}

/* IPv6: two networks and four addresses may be a withdrawn prefix; a third network or a fifth address may not. */
static void test_few_networks_are_low(void **state)
{
	static const struct {
		uint32_t networks, addresses;
		enum severity severity;
	} cases[] = {{1, 1, SEVERITY_LOW}, {1, 4, SEVERITY_LOW}, {2, 4, SEVERITY_LOW}, {1, 5, SEVERITY_HIGH}, {3, 3, SEVERITY_HIGH}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench *bench;

		setup(state);
		bench = *state;
		for (uint32_t k = 0; k < 60; k++) {
			struct forged_seen seen = {.device = 1, .source = {0x20, 1, 0xd, 0xb8}};

			seen.source[7] = (uint8_t)(k % cases[i].networks);
			seen.source[15] = (uint8_t)(k % cases[i].addresses);
			spoof_see(bench->spoof, &seen);
		}
		assert_int_equal(book_at(bench->book, 0)->severity, cases[i].severity);
		assert_int_equal(book_at(bench->book, 0)->state, cases[i].severity == SEVERITY_LOW ? STATE_CLEAN : STATE_SUSPECT);
		assert_int_equal(book_at(bench->book, 0)->count, 60);
		teardown(state);
	}
}

static void test_one_ipv4_address_is_enough(void **state)
{
	struct bench *bench = *state;
	struct forged_seen seen = {.device = 1, .source = {[10] = 0xff, 0xff, 198, 51, 100, 1}};

	for (uint32_t i = 0; i < 5; i++)
		spoof_see(bench->spoof, &seen);
	assert_int_equal(book_at(bench->book, 0)->severity, SEVERITY_HIGH);
}

static void test_more_devices_than_room(void **state)
{
	struct bench *bench = *state;

	for (uint32_t device = 0; device < 500; device++)
		for (uint32_t i = 0; i < 5; i++)
			forge(bench, device, i, UINT64_MAX);
	assert_int_equal(book_count(bench->book), 500);
	assert_int_equal(spoof_left_out(bench->spoof), 0); /* each was told before it made room */
}

/* Who was not told yet and has to make room is counted. */
static void test_more_suspects_than_room(void **state)
{
	struct bench *bench = *state;

	for (uint32_t i = 0; i < 4; i++)
		for (uint32_t device = 0; device < 300; device++)
			forge(bench, device, i, UINT64_MAX);
	assert_int_equal(book_count(bench->book), 0);
	assert_int_equal(spoof_left_out(bench->spoof), 4 * 300 - 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_four_are_none_five_are_one, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_first_one_is_shown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_more_suspects_than_room, setup, teardown),
		cmocka_unit_test_setup_teardown(test_devices_are_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sources_are_counted_to_64, setup, teardown),
		cmocka_unit_test(test_few_networks_are_low),
		cmocka_unit_test_setup_teardown(test_one_ipv4_address_is_enough, setup, teardown),
		cmocka_unit_test_setup_teardown(test_more_devices_than_room, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
