/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening fails at each of its steps in turn; what was there before must be there afterwards, and nothing else: no pin, no filter, no
 * clsact, no program, no descriptor. Descriptors run out one by one (RLIMIT_NOFILE), which reaches every step that opens something,
 * and the late steps are made to fail by what is on the interface. Then the calls into the kernel that set something fail one by one (kernel.h).
 */
#include "bed.h"

#include <errno.h>
#include <linux/if_link.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <bpf/libbpf.h>
#include <net/if.h>

#include <cmocka.h>

enum { DESCRIPTORS_MAX = 120 };

static int open_descriptors(void)
{
	int count = 0;
	struct stat unused;

	for (int i = 0; i < 256; i++)
		count += fstat(i, &unused) == 0;
	return count;
}

static void limit_descriptors(rlim_t count)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = count;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* Returns how many limits were too low; opens at last. */
static int until_it_opens(const struct bed *bed, void (*demand)(const struct bed *bed), struct plane **out_plane)
{
	struct plane_setup setup = bed_plane_setup(bed);
	int before = open_descriptors(), failed = 0, error = -1;

	for (rlim_t limit = (rlim_t)before; limit < DESCRIPTORS_MAX; limit++) {
		struct fault fault = {0};

		limit_descriptors(limit);
		error = plane_open(&setup, out_plane, &fault);
		limit_descriptors(1024);
		if (!error)
			return failed;
		failed++;
		assert_true(fault.sentence[0] != 0);
		assert_int_equal(open_descriptors(), before);
		demand(bed);
	}
	fail_msg("it never opened: %d", error);
	return failed;
}

static void clean(const struct bed *bed)
{
	bed_assert_clean(bed, BED_DEVICE);
}

static void descriptors_run_out(void **state)
{
	struct bed *bed = *state;
	struct plane *plane = NULL;
	int failed = until_it_opens(bed, clean, &plane), before = open_descriptors();

	print_message("%d steps failed, each without a trace\n", failed);
	assert_true(failed > 20);
	assert_int_equal(plane_detach(plane, NULL), 0);
	assert_true(open_descriptors() < before);
	clean(bed);
}

static void still_protected(const struct bed *bed)
{
	assert_true(bed_has_xdp(BED_DEVICE));
	assert_int_equal(bed_filters(BED_DEVICE), 1);
	assert_int_equal(bed_pins(bed), 21); /* 15 maps, two programs, link, the other link or the mark, two directories */
}

/* Returns how many calls failed so that it did not open. Each time it opens it is taken off again, and made as it was. */
static int each_call_fails(const struct bed *bed, void (*before)(const struct bed *bed), void (*demand)(const struct bed *bed))
{
	int failed = 0, descriptors = open_descriptors();
	bool more = true;

	before(bed);
	for (int i = 0; more; i++) {
		struct plane *plane = bed_open_but(bed, i, &more);

		failed += !plane;
		if (plane) {
			assert_int_equal(bed_filters(BED_DEVICE), 1);
			assert_int_equal(plane_detach(plane, NULL), 0);
			before(bed);
		}
		assert_int_equal(open_descriptors(), descriptors);
		demand(bed);
	}
	return failed;
}

static void nothing(const struct bed *bed)
{
}

static void opened(const struct bed *bed)
{
	plane_close(bed_open(bed));
}

static void calls_fail(void **state)
{
	struct bed *bed = *state;
	int failed = each_call_fails(bed, nothing, clean);

	print_message("%d calls failed, each without a trace\n", failed);
	assert_true(failed > 18); /* pins of 15 maps and of the link; who holds the interface, what is set there and its pin */
	clean(bed);
}

static void calls_fail_while_taking_over(void **state)
{
	struct bed *bed = *state;
	int failed = each_call_fails(bed, opened, still_protected);

	print_message("%d calls failed, protection went on\n", failed);
	assert_true(failed > 1); /* two exchanges */
	assert_int_equal(plane_detach(bed_open(bed), NULL), 0);
	clean(bed);
}

static void descriptors_run_out_while_taking_over(void **state)
{
	struct bed *bed = *state;
	struct plane *plane = bed_open(bed);
	struct fw_shield_config config = bed_config();
	int failed;

	assert_int_equal(plane_config(plane, &config), 0);
	plane_close(plane);
	failed = until_it_opens(bed, still_protected, &plane);
	print_message("%d steps failed, protection went on\n", failed);
	assert_true(failed > 20);
	assert_true(plane_took_over(plane));
	assert_int_equal(plane_config_now(plane)->generation, 1);
	assert_int_equal(plane_detach(plane, NULL), 0);
	clean(bed);
}

static void demand_failure(const struct plane_setup *setup, int error, const char *words)
{
	struct plane *plane = NULL;
	struct fault fault = {0};
	int got = plane_open(setup, &plane, &fault);

	if (got != error || !strstr(fault.sentence, words))
		fail_msg("%d: %s", got, fault.sentence);
}

/* The filter cannot be set: maps were pinned before it. */
static void no_room_for_a_clsact(void **state)
{
	struct bed *bed = *state;
	struct plane_setup setup = bed_plane_setup(bed);

	bed_run("tc qdisc add dev " BED_DEVICE " ingress");
	if (kernel_has_tcx()) { /* needs none */
		plane_close(bed_open(bed));
		assert_int_equal(bed_filters(BED_DEVICE), 1);
		assert_int_equal(plane_detach(bed_open(bed), NULL), 0);
	} else {
		demand_failure(&setup, -EBUSY, "'ingress' qdisc");
	}
	bed_assert_clean(bed, BED_DEVICE);
	bed_run("tc qdisc show dev " BED_DEVICE " | grep -q 'qdisc ingress'");
	bed_run("tc qdisc del dev " BED_DEVICE " ingress");
}

/* The program cannot be attached, which is the last step but one. */
static void no_native_program(void **state)
{
	struct bed *bed = *state;
	struct plane_setup setup = bed_plane_setup(bed);

	setup.interface = "lo";
	bed_run("ip link set lo up");
	demand_failure(&setup, -EOPNOTSUPP, "native");
	bed_assert_clean(bed, "lo");
	bed_run("tc qdisc add dev lo clsact"); /* somebody else's stays */
	demand_failure(&setup, -EOPNOTSUPP, "native");
	assert_true(bed_has_clsact("lo"));
	assert_int_equal(bed_filters("lo"), 0);
	assert_int_equal(bed_pins(bed), 0);
	bed_run("tc qdisc del dev lo clsact");
}

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Killed while it opens, at moments spread over the time that it takes: the next one opens, and what it takes off was all. */
static void killed_at_any_moment(void **state)
{
	enum { KILLS = 12 };
	struct bed *bed = *state;
	uint64_t began = now_us(), takes_us;
	uint32_t half_done = 0;

	plane_detach(bed_open(bed), NULL);
	takes_us = now_us() - began;
	for (uint64_t i = 0; i < KILLS; i++) {
		pid_t child = fork();
		int status;

		if (child == 0) {
			bed_open(bed);
			_exit(0);
		}
		usleep((useconds_t)(takes_us * (i + 1) / KILLS));
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		half_done += bed_pins(bed) != 0 && !bed_has_xdp(BED_DEVICE);
		if (i % 2) {
			struct plane_bypassed done;

			assert_int_equal(plane_bypass(bed->bpffs, &done, NULL), 0);
		} else {
			assert_int_equal(plane_detach(bed_open(bed), NULL), 0);
		}
		bed_assert_clean(bed, BED_DEVICE);
	}
	print_message("%u of %u were killed half way\n", half_done, KILLS);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, bed_setup, bed_teardown)
	const struct CMUnitTest tests[] = {
		CASE(descriptors_run_out),
		CASE(descriptors_run_out_while_taking_over),
		CASE(calls_fail),
		CASE(calls_fail_while_taking_over),
		CASE(no_room_for_a_clsact),
		CASE(no_native_program),
		CASE(killed_at_any_moment),
	};

	bed_enter("failures");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
