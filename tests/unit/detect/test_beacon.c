/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "detect/beacon.h"
#include "detect/pulse.h"

static const uint8_t hash_key[16] = {1};
static const uint64_t second = 1000000000ull;

enum { DEVICE = 5 };

struct bench {
	struct book *book;
	struct beacon_watch *watch;
	uint32_t random;
};

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_int_equal(book_new(4096, hash_key, &bench->book), 0);
	assert_int_equal(beacon_watch_new(hash_key, bench->book, &bench->watch), 0);
	bench->random = 12345;
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	beacon_watch_free(bench->watch);
	book_free(bench->book);
	free(bench);
	return 0;
}

/* A small generator, so that the tests are the same everywhere. */
static uint32_t random_below(struct bench *bench, uint32_t limit)
{
	bench->random = bench->random * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(bench->random >> 8) * limit >> 24);
}

static struct contact contact_at(uint64_t time_ns, uint32_t target)
{
	struct contact contact = {
		.start_ns = time_ns,
		.decided_ns = time_ns,
		.device = DEVICE,
		.target_device = DEVICE_NONE,
		.port = 443,
		.kind = CONTACT_TCP,
		.outcome = CONTACT_ANSWERED,
		.source_ours = true,
	};

	contact.target[10] = contact.target[11] = 0xff;
	memcpy(contact.target + 12, &target, sizeof(target));
	return contact;
}

static void call(struct bench *bench, const struct contact *contact, uint64_t bytes)
{
	struct conversation_end end = {
		.first_ns = contact->start_ns,
		.last_ns = contact->start_ns,
		.device = contact->device,
		.port = contact->port,
		.proto = contact->kind == CONTACT_UDP ? 17 : 6,
		.bytes_out = bytes,
		.source_ours = contact->source_ours,
		.target_ours = contact->target_ours,
	};

	memcpy(end.target, contact->target, 16);
	beacon_watch_contact(bench->watch, contact);
	beacon_watch_conversation(bench->watch, &end);
}

/* Calls with this period until the capture ends. */
static void calls(struct bench *bench, struct contact model, uint64_t period_ns, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		model.start_ns = model.decided_ns;
		call(bench, &model, 360);
		model.decided_ns += period_ns;
	}
}

/* ---- the score ---- */

/*
 * The first three are RITA 5's own vectors for its weighted score (activecm/rita, analysis/beacons_test.go): part and weight by
 * part, rounded to thousandths as RITA does.
 */
static void test_ritas_published_scores(void **state)
{
	static const struct {
		double parts[4], weights[4];
		uint16_t score;
	} cases[] = {
		{{0.8, 0.7, 0.6, 0.5}, {0.2, 0.2, 0.3, 0.3}, 630},
		{{0.1, 0.2, 0.3, 0.4}, {0.25, 0.25, 0.25, 0.25}, 250},
		{{0.111, 0.222, 0.333, 0.444}, {0.173, 0.325, 0.299, 0.203}, 281},
		{{1, 1, 1, 1}, {0.25, 0.25, 0.25, 0.25}, 1000},
		{{0, 0, 0, 0}, {0.25, 0.25, 0.25, 0.25}, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(pulse_score(cases[i].parts, cases[i].weights), cases[i].score);
}

static struct pulse pulse_of(uint32_t *times, uint32_t time_count, uint32_t *sizes, uint32_t size_count, uint32_t end)
{
	struct pulse_series series = {.times = times, .sizes = sizes, .time_count = time_count, .size_count = size_count, .end = end};
	struct pulse pulse;

	series.first = times[0];
	series.last = times[time_count - 1];
	pulse_read(&series, &pulse);
	return pulse;
}

/* By hand: intervals 10 20 40 80 -> Q1 15, Q2 30, Q3 60: skewness 1/3; distances 20 10 10 50: MAD 15, 15/30. */
static void test_parts_by_hand(void **state)
{
	uint32_t times[] = {0, 10, 30, 70, 150}, sizes[] = {100, 300, 100, 100, 500};
	struct pulse pulse = pulse_of(times, 5, sizes, 5, 150);

	assert_int_equal(pulse.parts[PULSE_TIMESTAMP] * 1000 + 0.5, 583);
	assert_int_equal(pulse.parts[PULSE_SIZE] * 1000 + 0.5, 1000); /* the median is the lower quartile; MAD 0 */
	assert_int_equal(pulse.parts[PULSE_DURATION] * 1000 + 0.5, 0); /* contacts in five bins only */
	assert_int_equal(pulse.period, 30);
}

static void test_bins_by_hand(void **state)
{
	static const uint32_t two_heights[24] = {50, 50, 50, 50, 50, 50, 100, 100, 100, 100, 100, 100, 7};
	static const uint32_t flat[24] = {9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9};
	uint32_t times[] = {0, 100, 200, 300};
	struct pulse_series series = {.times = times, .time_count = 4, .last = 300, .end = 400, .bins = two_heights};
	struct pulse pulse;

	pulse_read(&series, &pulse);
	assert_int_equal(pulse.parts[PULSE_HISTOGRAM] * 1000 + 0.5, 1000); /* 12 of 13 bins, one forgiven */
	assert_int_equal(pulse.parts[PULSE_DURATION] * 1000 + 0.5, 1000); /* a run of 13 */
	assert_int_equal(pulse.parts[PULSE_SIZE] * 1000 + 0.5, 0);
	series.bins = flat;
	pulse_read(&series, &pulse);
	assert_int_equal(pulse.parts[PULSE_HISTOGRAM] * 1000 + 0.5, 1000);
}

static void test_too_little_is_no_score(void **state)
{
	uint32_t times[] = {5, 5, 5, 6, 7}, sizes[] = {1, 1, 1, 1, 1};

	assert_int_equal(pulse_of(times, 5, sizes, 5, 10).score, 0);
	assert_int_equal(pulse_of(times, 5, sizes, 5, 0).score, 0);
	assert_int_equal(pulse_of(times, 5, NULL, 0, 10).score, 0); /* no conversation has ended yet */
	assert_int_equal(pulse_of(times, 1, NULL, 0, 10).score, 0);
}

/* ---- the rule ---- */

static void test_dead_controller_is_a_beacon(void **state)
{
	struct bench *bench = *state;
	struct contact contact = contact_at(3600 * second, 77);
	const struct finding *finding;

	beacon_watch_tick(bench->watch, 0);
	contact.outcome = CONTACT_SILENT;
	contact.port = 50;
	calls(bench, contact, 80 * second, 1027);
	beacon_watch_end(bench->watch, 86328 * second);
	finding = book_at(bench->book, 0);
	assert_non_null(finding);
	assert_int_equal(finding->id, FINDING_BEACON);
	assert_int_equal(finding->severity, SEVERITY_MEDIUM);
	assert_int_equal(finding->state, STATE_SUSPECT);
	assert_int_equal(finding->device, DEVICE);
	assert_int_equal(finding->count, 1027);
	assert_int_equal(finding->beacon.port, 50);
	assert_int_equal(finding->beacon.period_ns, 80 * second);
	assert_true(finding->beacon.score >= 900);
	assert_int_equal(finding->beacon.timestamp_score, 1000);
	assert_int_equal(finding->beacon.size_score, 1000);
	assert_false(finding->beacon.answered);
	assert_int_equal(finding->first_ns, 3600 * second);
	assert_int_equal(finding->last_ns, (3600 + 80 * 1026) * second);
}

static void test_short_capture_of_tls_every_two_seconds(void **state)
{
	struct bench *bench = *state;

	beacon_watch_tick(bench->watch, 1000 * second);
	for (uint32_t i = 0; i < 299; i++) {
		struct contact contact =
			contact_at(1000 * second + i * 2200 * (second / 1000) + random_below(bench, 100) * (second / 1000), 9);

		call(bench, &contact, 1905 + 66 * random_below(bench, 3));
	}
	beacon_watch_end(bench->watch, 1665 * second);
	assert_int_equal(book_count(bench->book), 1);
	assert_true(book_at(bench->book, 0)->beacon.score >= 900);
}

static void test_eleven_contacts_are_too_few(void **state)
{
	struct bench *bench = *state;

	beacon_watch_tick(bench->watch, 0);
	calls(bench, contact_at(0, 1), 60 * second, 11);
	calls(bench, contact_at(0, 2), 60 * second, 12);
	beacon_watch_end(bench->watch, 720 * second);
	assert_int_equal(book_count(bench->book), 1);
	assert_int_equal(book_at(bench->book, 0)->count, 12);
}

/* Twenty calls, a minute apart, in 10 of the capture's 24 bins: 0.708. In 12 of them: 1. */
static void test_a_score_just_below_and_one_above(void **state)
{
	struct bench *bench = *state;

	beacon_watch_tick(bench->watch, 0);
	calls(bench, contact_at(0, 1), 60 * second, 20);
	beacon_watch_end(bench->watch, 2400 * second);
	assert_int_equal(book_count(bench->book), 1);
	assert_int_equal(book_at(bench->book, 0)->beacon.score, 1000);
	teardown(state);
	setup(state);
	bench = *state;
	beacon_watch_tick(bench->watch, 0);
	calls(bench, contact_at(0, 1), 60 * second, 20);
	beacon_watch_end(bench->watch, 2880 * second);
	assert_int_equal(book_count(bench->book), 0);
}

static void quiet(struct bench *bench, struct contact contact)
{
	calls(bench, contact, 30 * second, 40);
	beacon_watch_end(bench->watch, 1200 * second);
	assert_int_equal(book_count(bench->book), 0);
}

static void test_named_and_answered_is_a_keep_alive(void **state)
{
	struct contact contact = contact_at(0, 1);

	contact.target_named = true;
	quiet(*state, contact);
}

static void test_named_and_never_answered_is_not(void **state)
{
	struct bench *bench = *state;
	struct contact contact = contact_at(0, 1);

	contact.target_named = true;
	contact.outcome = CONTACT_REFUSED;
	calls(bench, contact, 30 * second, 40);
	beacon_watch_end(bench->watch, 1200 * second);
	assert_int_equal(book_count(bench->book), 1);
	assert_true(book_at(bench->book, 0)->beacon.named);
}

static void test_what_never_counts(void **state)
{
	for (int i = 0; i < 8; i++) {
		struct contact contact = contact_at(0, 1);

		contact.kind = i == 0 || i == 1 ? CONTACT_UDP : i == 2 ? CONTACT_ICMP : i == 3 ? CONTACT_ACK : CONTACT_TCP;
		contact.port = i == 0 ? 123 : i == 1 ? 53 : 443;
		contact.target_ours = i == 4;
		contact.source_ours = i != 5;
		contact.outcome = i == 6 ? CONTACT_VOID : CONTACT_ANSWERED;
		if (i == 7)
			contact.kind = CONTACT_ARP;
		quiet(*state, contact);
	}
}

static void test_the_resolver_never_counts(void **state)
{
	struct bench *bench = *state;
	struct contact contact = contact_at(0, 1);
	struct conversation_end end = {
		.last_ns = 1, .device = DEVICE, .port = 853, .proto = 6, .source_ours = true, .target_resolver = true};

	contact.port = 853;
	memcpy(end.target, contact.target, 16);
	beacon_watch_contact(bench->watch, &contact);
	beacon_watch_conversation(bench->watch, &end);
	quiet(bench, contact);
}

/* Bursts of a few connections with seconds between, pages read for anything between 5 s and 3 min, any size. */
static void test_a_person_browsing_is_not_regular(void **state)
{
	struct bench *bench = *state;
	uint64_t now = 0;

	beacon_watch_tick(bench->watch, 0);
	for (uint32_t page = 0; page < 30; page++) {
		uint32_t burst = 1 + random_below(bench, 6);

		for (uint32_t i = 0; i < burst; i++) {
			struct contact contact = contact_at(now + i * random_below(bench, 3) * second, 1);

			call(bench, &contact, 500 + random_below(bench, 20000));
		}
		now += (5 + random_below(bench, 25) * random_below(bench, 8)) * second;
	}
	beacon_watch_end(bench->watch, now + 300 * second);
	assert_int_equal(book_count(bench->book), 0);
}

static void test_pairs_are_apart_and_ceilings_hold(void **state)
{
	struct bench *bench = *state;

	beacon_watch_tick(bench->watch, 0);
	/* a scanner of 100,000 targets moves only candidates */
	calls(bench, contact_at(0, 1), 10 * second, 20);
	for (uint32_t i = 0; i < 100000; i++) {
		struct contact contact = contact_at(200 * second + i, 1000 + i);

		call(bench, &contact, 60);
	}
	assert_int_equal(beacon_watch_left_out(bench->watch), 0);
	beacon_watch_end(bench->watch, 201 * second);
	assert_int_equal(book_count(bench->book), 1);
	/* more regular pairs than room: the oldest are judged as they go */
	for (uint32_t pair = 0; pair < 1100; pair++)
		calls(bench, contact_at(300 * second, 500000 + pair), 10 * second, 13);
	assert_int_equal(beacon_watch_left_out(bench->watch), 1101 - 1024);
}

static void test_clock_at_its_ends(void **state)
{
	struct bench *bench = *state;

	calls(bench, contact_at(UINT64_MAX - 20, 1), 1, 20);
	calls(bench, contact_at(0, 2), UINT64_MAX / 64, 60);
	beacon_watch_tick(bench->watch, UINT64_MAX);
	beacon_watch_end(bench->watch, UINT64_MAX);
	assert_int_equal(book_count(bench->book), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ritas_published_scores),
		cmocka_unit_test(test_parts_by_hand),
		cmocka_unit_test(test_bins_by_hand),
		cmocka_unit_test(test_too_little_is_no_score),
		cmocka_unit_test_setup_teardown(test_dead_controller_is_a_beacon, setup, teardown),
		cmocka_unit_test_setup_teardown(test_short_capture_of_tls_every_two_seconds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_eleven_contacts_are_too_few, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_score_just_below_and_one_above, setup, teardown),
		cmocka_unit_test_setup_teardown(test_named_and_answered_is_a_keep_alive, setup, teardown),
		cmocka_unit_test_setup_teardown(test_named_and_never_answered_is_not, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_never_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_resolver_never_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_person_browsing_is_not_regular, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pairs_are_apart_and_ceilings_hold, setup, teardown),
		cmocka_unit_test_setup_teardown(test_clock_at_its_ends, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
