/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A demo without its daemon: whom the capture shows, how its clock goes, and that every round plays the same frames. The pace in live
 * (engine/live.h), which belongs to it: a finding's times are the wall's and stay where they are.
 */
#include "fed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/guard_demo.h"
#include "wire/shield_state.h"

#define S 1000000000ull
#define START (1000 * S)

static const char *incident;

static struct guard_demo *open_demo(const char *capture)
{
	struct guard_demo *demo = NULL;
	struct fault fault = {0};

	assert_int_equal(guard_demo_open(capture, START, &demo, &fault), 0);
	return demo;
}

static void whom_a_capture_shows(void **state)
{
	static const uint8_t gateway[16] = {[10] = 0xff, [11] = 0xff, [12] = 192, [13] = 168, [14] = 1, [15] = 1};
	struct guard_demo *demo = open_demo(incident);
	const struct guard_demo_network *network = guard_demo_network(demo);

	/* of the box that has the address of the resolver, and not of the one that forges */
	assert_memory_equal(network->mac, ((const uint8_t[6]){0x98, 0x9b, 0xcb, 0x10, 0x20, 0x01}), 6);
	assert_int_equal(network->held_count, 1);
	assert_memory_equal(network->held[0], gateway, 16);
	assert_int_equal(network->ours_count, 1);
	assert_int_equal(network->ours[0].bits, 112);
	assert_memory_equal(network->ours[0].address, gateway, 14);
	assert_int_equal(guard_demo_pace(demo), 8);
	guard_demo_close(demo);
}

static unsigned steps(struct guard_demo *demo, uint64_t steady_ns)
{
	unsigned count = 0;

	while (guard_demo_step(demo, steady_ns))
		count++;
	return count;
}

static void the_clock(void **state)
{
	struct guard_demo *demo = open_demo(incident);

	assert_int_equal(steps(demo, START), 0);
	assert_int_equal(steps(demo, START + S / 5), 8);
	assert_int_equal(guard_demo_now(demo), START + 8 * S / 5);
	assert_int_equal(steps(demo, START), 0); /* a clock that runs back */
	assert_int_equal(steps(demo, START + 100 * S), 40); /* the process stood still: one second of it is made up for */
	assert_int_equal(guard_demo_now(demo), START + 8 * S / 5 + 8 * S);
	assert_int_equal(steps(demo, START + 100 * S + S / 1000), 1);
	assert_int_equal(guard_demo_now(demo), START + 8 * S / 5 + 8 * S + 8 * S / 1000);
	guard_demo_close(demo);
}

static const struct plane_guard_setup setup = {.devices = 32, .rules = 8, .flows = 64, .members = 64, .names = 16};

static void see(void *context, const struct fw_guard_frame *frame, const uint8_t *bytes)
{
	++*(uint64_t *)context;
}

static uint64_t judged(const struct plane_guard *plane)
{
	struct fw_guard_totals totals;
	uint64_t sum = 0;

	assert_int_equal(plane_guard_totals(plane, &totals), 0);
	for (unsigned way = 0; way < FW_GUARD_WAYS; way++)
		for (unsigned reason = 0; reason < FW_REASON_COUNT; reason++)
			sum += totals.reason[way][FW_GUARD_PASSED][reason].packets + totals.reason[way][FW_GUARD_DROPPED][reason].packets;
	return sum;
}

static void walk(struct guard_demo *demo, struct plane_guard *plane, uint64_t to_ns, uint64_t *seen)
{
	static uint64_t now_ns;

	for (now_ns = now_ns && to_ns > now_ns ? now_ns : START; now_ns < to_ns; now_ns += S / 5)
		while (guard_demo_step(demo, now_ns))
			plane_guard_frames(plane, 4096, see, seen);
}

/* A round has 10,855 frames; what one device says to another is judged at both. The rounds are alike to the last frame. */
static void rounds(void **state)
{
	struct guard_demo *demo = open_demo(incident);
	struct fw_guard_config config = {.key = {1, 3, 5, 7, 9, 11}, .frames_out = fw_bucket_rule_of(1000, 1000)};
	uint64_t seen = 0, first, last = 0, end_ns = START;
	struct plane_guard *plane;
	struct fault fault;

	config.frames_in = config.words[FW_GUARD_WORD_FRAMES] = config.frames_out;
	assert_int_equal(guard_demo_plane(demo, &setup, &plane, &fault), 0);
	assert_int_equal(plane_guard_config(plane, &config), 0);
	/* 431.7 s and 5 s between, and 1 s before the first: eight times as fast */
	walk(demo, plane, START + 55 * S, &seen);
	first = judged(plane);
	assert_in_range(first, 10855, 11200);
	assert_true(seen > 1000);
	for (int i = 0; i < 2; i++) {
		last = judged(plane);
		end_ns = guard_demo_now(demo);
		walk(demo, plane, START + (110 + 55 * (unsigned)i) * S, &seen);
	}
	assert_true(guard_demo_now(demo) > end_ns);
	assert_in_range(judged(plane) - last, first - 300, first + 300); /* where in a round it is, differs by a few seconds of it */
	assert_null(guard_demo_trouble(demo));
	plane_guard_close(plane);
	guard_demo_close(demo);
}

static void copy(const char *from, const char *to)
{
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	char block[65536];
	size_t len;

	assert_true(in && out);
	while ((len = fread(block, 1, sizeof(block), in)))
		assert_int_equal(fwrite(block, 1, len, out), len);
	fclose(in);
	fclose(out);
}

/* The round that has begun is played to its end; then that is said, once, and the clock goes on. */
static void a_capture_that_goes(void **state)
{
	char path[] = "/tmp/floodwall-demo-capture-XXXXXX";
	int descriptor = mkstemp(path);
	struct plane_guard *plane;
	struct guard_demo *demo;
	struct fault fault;
	uint64_t seen = 0, before;

	assert_true(descriptor >= 0);
	close(descriptor);
	copy(incident, path);
	demo = open_demo(path);
	assert_int_equal(guard_demo_plane(demo, &setup, &plane, &fault), 0);
	assert_int_equal(plane_guard_config(plane, &(struct fw_guard_config){.key = {1, 3, 5}}), 0);
	unlink(path);
	walk(demo, plane, START + 50 * S, &seen);
	assert_null(guard_demo_trouble(demo));
	walk(demo, plane, START + 60 * S, &seen);
	assert_non_null(guard_demo_trouble(demo));
	assert_null(guard_demo_trouble(demo));
	before = judged(plane);
	assert_true(before >= 10855);
	walk(demo, plane, START + 70 * S, &seen);
	assert_int_equal(judged(plane), before);
	assert_int_equal(guard_demo_now(demo) / S, (START + 8 * 70 * S) / S - 2);
	plane_guard_close(plane);
	guard_demo_close(demo);
}

/* ---- live ---- */

static uint64_t first_of(struct fed *fed, uint64_t steady_ns, uint64_t wall_ns)
{
	const struct live_finding *finding;

	live_tick(fed->live, steady_ns, wall_ns);
	finding = live_finding_at(fed->live, 0);
	assert_non_null(finding);
	return finding->finding->first_ns;
}

static void times_of_findings(void **state)
{
	struct live_config config = {.hash_key = {1, 2, 3}, .pace = 8};
	uint64_t wall_ns = 1700000000 * S, first_ns;
	struct fed_packet udp = {.from_mac = 0x40,
		.to_mac = 1,
		.from = 0xc0a80140,
		.to = 0x2d210005,
		.from_port = 4000,
		.to_port = 80,
		.proto = 17,
		.len = 40,
		.frame = {.way = FW_GUARD_OUT}};
	struct fed *fed;

	side_init(&config.side);
	fed = fed_new(&config);
	fed_until(fed, START);
	for (uint32_t i = 0; i < 15 * 60; i++) {
		if (i % 15 == 0)
			fed_until(fed, fed->now_ns + S / 10);
		fed_packet(fed, &udp);
	}
	/* its first packet was six seconds ago by the frames' clock */
	first_ns = first_of(fed, START + 6 * S, wall_ns);
	assert_in_range(first_ns, wall_ns - 6 * S / 8, wall_ns - 5 * S / 8);
	for (uint64_t later = 1; later < 5; later++)
		assert_in_range(first_of(fed, START + (6 + 8 * later) * S, wall_ns + later * S), first_ns - 8, first_ns + 8);
	fed_free(fed);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whom_a_capture_shows),
		cmocka_unit_test(the_clock),
		cmocka_unit_test(rounds),
		cmocka_unit_test(a_capture_that_goes),
		cmocka_unit_test(times_of_findings),
	};

	incident = argc > 1 ? argv[1] : "";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
