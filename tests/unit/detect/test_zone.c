/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "detect/zone.h"

static const uint8_t hash_key[16] = {1};
static const uint64_t second = 1000000000ull;

enum { CLIENT = 5, RESOLVER = 6, OUTSIDE = 0, NXDOMAIN = 3, SERVFAIL = 2, NOERROR = 0, SILENT = 255 };

struct bench {
	struct book *book;
	struct flood *flood;
	struct zone_watch *watch;
	uint64_t now_ns;
	uint16_t id;
};

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_int_equal(book_new(64, hash_key, &bench->book), 0);
	assert_int_equal(flood_new(256, hash_key, bench->book, &bench->flood), 0);
	assert_int_equal(zone_watch_new(hash_key, bench->book, bench->flood, &bench->watch), 0);
	bench->now_ns = 1000 * second;
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	zone_watch_free(bench->watch);
	flood_free(bench->flood);
	book_free(bench->book);
	free(bench);
	return 0;
}

/* From an inside client (number below 1000) or an outside one, to an inside server or an outside one (0). */
struct asking {
	uint32_t client, server;
	uint16_t type;
	uint8_t rcode;
	const char *name;
};

static void ask(struct bench *bench, const struct asking *asking)
{
	struct dns_seen seen = {
		.time_ns = bench->now_ns,
		.client_device = asking->client < 1000 ? asking->client : DEVICE_NONE,
		.server_device = asking->server ? asking->server : DEVICE_NONE,
		.client = {[10] = 0xff, [11] = 0xff, 10, 0, (uint8_t)(asking->client >> 8), (uint8_t)asking->client},
		.server = {[10] = 0xff, [11] = 0xff, 10, 1, 0, (uint8_t)asking->server},
		.client_ours = asking->client < 1000,
		.server_ours = asking->server != OUTSIDE,
		.name = {(const uint8_t *)asking->name, strlen(asking->name)},
		.type = asking->type,
		.id = bench->id++,
	};

	zone_watch_dns(bench->watch, &seen);
	if (asking->rcode == SILENT)
		return;
	seen.response = true;
	seen.rcode = asking->rcode;
	seen.time_ns += 20000000; /* 20 ms; a question after that is taken to be as late */
	zone_watch_dns(bench->watch, &seen);
}

/* So many made-up names below zone, evenly over a time, the first of them answered with NOERROR. */
static void made_up(struct bench *bench, struct asking model, uint32_t count, uint64_t over_ns, uint32_t good)
{
	const char *zone = model.name;
	uint8_t rcode = model.rcode;
	uint64_t start_ns = bench->now_ns;
	char name[256];

	for (uint32_t i = 0; i < count; i++) {
		bench->now_ns = start_ns + over_ns * i / count;
		snprintf(name, sizeof(name), "x%uq%u.%s", i * 2654435761u, bench->id, zone);
		model.name = name;
		model.rcode = i < good ? NOERROR : rcode;
		ask(bench, &model);
		zone_watch_tick(bench->watch, bench->now_ns);
	}
	bench->now_ns = start_ns + over_ns;
}

static uint32_t findings_after(struct bench *bench, uint64_t wait_ns)
{
	bench->now_ns += wait_ns;
	zone_watch_tick(bench->watch, bench->now_ns);
	return book_count(bench->book);
}

static const struct asking asking_victim = {CLIENT, OUTSIDE, 1, NXDOMAIN, "victim.example"};

static void test_fifty_labels_in_ten_seconds(void **state)
{
	struct bench *bench = *state;
	const struct finding *finding;

	made_up(bench, asking_victim, 50, 9 * second, 0);
	assert_int_equal(findings_after(bench, 10 * second), 1);
	finding = book_at(bench->book, 0);
	assert_int_equal(finding->id, FINDING_FLOOD);
	assert_int_equal(finding->severity, SEVERITY_CRITICAL);
	assert_int_equal(finding->state, STATE_HIJACKED);
	assert_int_equal(finding->device, CLIENT);
	assert_int_equal(finding->flood.vector, VECTOR_DNS_RANDOM_SUBDOMAIN);
	assert_string_equal(finding->flood.zone, "victim.example");
	assert_int_equal(finding->flood.labels, 50);
	assert_int_equal(finding->flood.failed_share, 100);
	assert_int_equal(finding->count, 50);
	assert_int_equal(finding->first_ns, 1000 * second);
	assert_in_range(finding->last_ns, 1008 * second, 1009 * second);
	assert_int_equal(flood_junk(bench->flood)->total.packets, 50);
	assert_int_equal(flood_junk(bench->flood)->by_vector[VECTOR_DNS_RANDOM_SUBDOMAIN].packets, 50);
	assert_int_equal(flood_junk(bench->flood)->total.bytes, finding->flood.bytes);
}

static void test_forty_nine_are_too_few(void **state)
{
	struct bench *bench = *state;

	made_up(bench, asking_victim, 49, 5 * second, 0);
	assert_int_equal(findings_after(bench, 20 * second), 0);
}

static void test_fifty_in_twenty_seconds_are_too_slow(void **state)
{
	struct bench *bench = *state;

	made_up(bench, asking_victim, 50, 20 * second, 0);
	assert_int_equal(findings_after(bench, 20 * second), 0);
}

static void test_seventy_nine_percent_are_too_few(void **state)
{
	struct bench *bench = *state;

	made_up(bench, asking_victim, 100, 5 * second, 21);
	assert_int_equal(findings_after(bench, 20 * second), 0);
}

static void test_eighty_percent_are_enough(void **state)
{
	struct bench *bench = *state;

	made_up(bench, asking_victim, 100, 5 * second, 20);
	assert_int_equal(findings_after(bench, 20 * second), 1);
	assert_int_equal(book_at(bench->book, 0)->flood.failed_share, 80);
	assert_int_equal(book_at(bench->book, 0)->flood.answers, 20);
}

static void test_silence_counts_after_three_seconds(void **state)
{
	struct bench *bench = *state;
	struct asking asking = asking_victim;

	asking.rcode = SILENT;
	made_up(bench, asking, 60, second / 2, 0);
	assert_int_equal(findings_after(bench, 3 * second), 0);
	assert_int_equal(findings_after(bench, second / 2), 1);
}

static void test_silence_at_the_end_and_servfail(void **state)
{
	struct bench *bench = *state;
	struct asking asking = asking_victim;

	asking.rcode = SILENT;
	made_up(bench, asking, 30, second / 2, 0);
	asking.rcode = SERVFAIL;
	made_up(bench, asking, 30, second / 4, 0);
	assert_int_equal(book_count(bench->book), 0);
	zone_watch_end(bench->watch, bench->now_ns);
	assert_int_equal(book_count(bench->book), 1);
	zone_watch_end(bench->watch, bench->now_ns);
	assert_int_equal(book_at(bench->book, 0)->count, 60);
}

static void test_a_long_flood_is_counted_once(void **state)
{
	struct bench *bench = *state;

	made_up(bench, asking_victim, 6000, 60 * second, 0);
	assert_int_equal(findings_after(bench, 20 * second), 1);
	assert_int_equal(book_at(bench->book, 0)->count, 6000);
	assert_in_range(book_at(bench->book, 0)->flood.peak_pps, 99, 101);
	assert_int_equal(flood_junk(bench->flood)->total.packets, 6000);
	assert_int_equal(zone_watch_left_out(bench->watch), 0);
}

/* Sixty dead names, asked again and again: a list, not random. */
static void test_repeated_labels_are_no_flood(void **state)
{
	struct bench *bench = *state;
	struct asking asking = asking_victim;
	char name[64];

	asking.name = name;
	for (uint32_t i = 0; i < 1200; i++) {
		snprintf(name, sizeof(name), "host%u.victim.example", i / 2 % 60);
		bench->now_ns += second / 100;
		ask(bench, &asking);
	}
	assert_int_equal(findings_after(bench, 20 * second), 0);
}

static void test_both_types_and_retransmissions_are_one_label(void **state)
{
	struct bench *bench = *state;
	struct asking asking = asking_victim;
	char name[64];

	asking.name = name;
	for (uint32_t i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "r%u.victim.example", i * 7919);
		bench->now_ns += second / 100;
		asking.type = 1;
		asking.rcode = SILENT;
		ask(bench, &asking);
		bench->id--;
		ask(bench, &asking);
		asking.type = 28;
		asking.rcode = NXDOMAIN;
		ask(bench, &asking);
	}
	assert_int_equal(findings_after(bench, 20 * second), 1);
	assert_int_equal(book_at(bench->book, 0)->flood.labels, 50);
	assert_int_equal(book_at(bench->book, 0)->count, 150);
}

static void test_two_random_labels_blame_the_grandparent(void **state)
{
	struct bench *bench = *state;
	struct asking asking = asking_victim;
	char name[64];

	asking.name = name;
	for (uint32_t i = 0; i < 80; i++) {
		snprintf(name, sizeof(name), "a%u.b%u.victim.example", i * 7919, i * 104729);
		bench->now_ns += second / 20;
		ask(bench, &asking);
	}
	assert_int_equal(findings_after(bench, 20 * second), 1);
	assert_string_equal(book_at(bench->book, 0)->flood.zone, "victim.example");
}

/* A dot inside a label is no border of labels: three made-up words in one label are one made-up label. */
static void test_dots_inside_a_label_hide_nothing(void **state)
{
	struct bench *bench = *state;
	struct asking asking = asking_victim;
	char name[64];

	asking.name = name;
	for (uint32_t i = 0; i < 80; i++) {
		snprintf(name, sizeof(name), "a%u\\.b%u\\.c\\\\\\.%u.victim.example", i, i * 7919, i * 104729);
		bench->now_ns += second / 20;
		ask(bench, &asking);
	}
	assert_int_equal(findings_after(bench, 20 * second), 1);
	assert_string_equal(book_at(bench->book, 0)->flood.zone, "victim.example");
}

/* One random label below www: the zone above is explained by it, even with a few other lookups there. */
static void test_the_zone_above_is_not_blamed_too(void **state)
{
	struct bench *bench = *state;
	struct asking asking = asking_victim;

	for (int i = 0; i < 10; i++) {
		char name[64];

		snprintf(name, sizeof(name), "n%d.%d.victim.example", i, i);
		asking.name = name;
		ask(bench, &asking);
	}
	bench->now_ns += second / 3;
	asking.name = "www.victim.example";
	made_up(bench, asking, 500, 8 * second, 0);
	assert_int_equal(findings_after(bench, 20 * second), 1);
	assert_string_equal(book_at(bench->book, 0)->flood.zone, "www.victim.example");
}

static void test_zones_that_never_count(void **state)
{
	static const char *const zones[] = {
		"2.0.192.in-addr.arpa",
		"8.b.d.0.1.0.0.2.ip6.arpa",
		"local",
		"_tcp.local",
		"home.arpa",
		"lan.home.arpa",
		"com",
		"",
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		struct asking asking = asking_victim;

		asking.name = zones[i];
		made_up(bench, asking, 200, second, 0);
	}
	assert_int_equal(findings_after(bench, 20 * second), 0);
}

static void test_single_labels_never_count(void **state)
{
	struct bench *bench = *state;
	struct asking asking = asking_victim;
	char name[16];

	asking.name = name;
	for (uint32_t i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "q%u", i * 7919);
		ask(bench, &asking);
	}
	assert_int_equal(findings_after(bench, 20 * second), 0);
}

/* The resolver of the house asks on what a bot asks it: the bot is blamed, alone. */
static void test_a_resolver_that_asks_on_is_not_blamed(void **state)
{
	struct bench *bench = *state;
	char name[64];

	for (uint32_t i = 0; i < 400; i++) {
		struct asking bot = {CLIENT, RESOLVER, 1, SILENT, name}, onward = {RESOLVER, OUTSIDE, 1, NXDOMAIN, name};

		snprintf(name, sizeof(name), "z%u.victim.example", i * 7919);
		bench->now_ns += second / 100;
		ask(bench, &bot);
		ask(bench, &onward);
	}
	assert_int_equal(findings_after(bench, 20 * second), 1);
	assert_int_equal(book_at(bench->book, 0)->device, CLIENT);
}

static void test_our_server_as_the_victim(void **state)
{
	struct bench *bench = *state;
	struct asking asking = {2000, RESOLVER, 1, NXDOMAIN, "ours.example"};
	const struct finding *finding;

	made_up(bench, asking, 1000, second - 30000000, 0);
	assert_int_equal(findings_after(bench, 20 * second), 1);
	finding = book_at(bench->book, 0);
	assert_int_equal(finding->id, FINDING_RECEIVES_FLOOD);
	assert_int_equal(finding->severity, SEVERITY_HIGH);
	assert_int_equal(finding->state, STATE_CLEAN);
	assert_int_equal(finding->device, RESOLVER);
	assert_true(finding->has_source);
	assert_int_equal(finding->flood.sources_unproven, 1);
	assert_int_equal(flood_junk(bench->flood)->total.packets, 1000);
}

static void test_our_server_below_the_limits(void **state)
{
	struct bench *bench = *state;
	struct asking asking = {2000, RESOLVER, 1, NXDOMAIN, "ours.example"};

	made_up(bench, asking, 999, second - 30000000, 0);
	bench->now_ns += 10 * second;
	made_up(bench, asking, 201 * 4, 4 * second - 1, 0);
	bench->now_ns += 10 * second;
	made_up(bench, asking, 199 * 6, 6 * second - 1, 0);
	assert_int_equal(findings_after(bench, 20 * second), 0);
}

static void test_our_server_five_seconds(void **state)
{
	struct bench *bench = *state;
	struct asking asking = {2000, RESOLVER, 1, NXDOMAIN, "ours.example"};

	made_up(bench, asking, 205 * 5, 5 * second - 30000000, 0);
	assert_int_equal(findings_after(bench, 20 * second), 1);
	assert_int_equal(book_at(bench->book, 0)->count, 205 * 5);
}

/* 300 names a second at a root server, 63 % of them unknown, from many clients. */
static void test_a_root_server_is_quiet(void **state)
{
	struct bench *bench = *state;
	char name[64];

	for (uint32_t i = 0; i < 18000; i++) {
		struct asking asking = {2000 + i % 2491, RESOLVER, 1, i % 100 < 63 ? NXDOMAIN : NOERROR, name};

		snprintf(name, sizeof(name), i % 8 ? "n%u.tld%u" : "n%u", i / 2 * 7919, i % 50);
		bench->now_ns += second / 300;
		ask(bench, &asking);
		zone_watch_tick(bench->watch, bench->now_ns);
	}
	assert_int_equal(findings_after(bench, 20 * second), 0);
}

static void test_full_tables_and_a_clock_at_its_end(void **state)
{
	struct bench *bench = *state;
	char zone[32];

	for (uint32_t i = 0; i < 100; i++) {
		struct asking asking = asking_victim;

		snprintf(zone, sizeof(zone), "v%u.example", i);
		asking.name = zone;
		asking.rcode = SILENT;
		made_up(bench, asking, 60, second / 1000, 0);
	}
	assert_int_equal(zone_watch_left_out(bench->watch), 100 - 64); /* zones, however often each is asked about */
	bench->now_ns = UINT64_MAX - 5 * second;
	made_up(bench, asking_victim, 60, 4 * second, 0);
	zone_watch_end(bench->watch, UINT64_MAX);
	assert_true(book_count(bench->book) > 0);
}

static void test_odd_names_do_no_harm(void **state)
{
	static const char *const names[] = {".", "", "a.", "..", ".a", "a..b", "...."};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct asking asking = {CLIENT, RESOLVER, 1, NXDOMAIN, names[i]};

		ask(bench, &asking);
	}
	assert_int_equal(findings_after(bench, 20 * second), 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_fifty_labels_in_ten_seconds),
		CASE(test_forty_nine_are_too_few),
		CASE(test_fifty_in_twenty_seconds_are_too_slow),
		CASE(test_seventy_nine_percent_are_too_few),
		CASE(test_eighty_percent_are_enough),
		CASE(test_silence_counts_after_three_seconds),
		CASE(test_silence_at_the_end_and_servfail),
		CASE(test_a_long_flood_is_counted_once),
		CASE(test_repeated_labels_are_no_flood),
		CASE(test_both_types_and_retransmissions_are_one_label),
		CASE(test_two_random_labels_blame_the_grandparent),
		CASE(test_dots_inside_a_label_hide_nothing),
		CASE(test_the_zone_above_is_not_blamed_too),
		CASE(test_zones_that_never_count),
		CASE(test_single_labels_never_count),
		CASE(test_a_resolver_that_asks_on_is_not_blamed),
		CASE(test_our_server_as_the_victim),
		CASE(test_our_server_below_the_limits),
		CASE(test_our_server_five_seconds),
		CASE(test_a_root_server_is_quiet),
		CASE(test_full_tables_and_a_clock_at_its_end),
		CASE(test_odd_names_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
