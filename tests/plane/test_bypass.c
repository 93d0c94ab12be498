/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything of ours away, and nothing else: from another process, while a daemon runs, and where pins are missing. */
#include "bed.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct plane_bypassed bypass(const struct bed *bed)
{
	struct plane_bypassed done = {0};
	struct fault fault = {0};

	if (plane_bypass(bed->bpffs, &done, &fault))
		fail_msg("%s: %s", fault.file, fault.sentence);
	return done;
}

/* From a process that never had anything to do with the plane. */
static void bypass_elsewhere(const struct bed *bed)
{
	pid_t child = fork();
	int status = 1;

	if (child == 0) {
		struct plane_bypassed done;

		_exit(plane_bypass(bed->bpffs, &done, NULL) != 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void nothing_there(void **state)
{
	struct plane_bypassed done = bypass(*state);

	assert_int_equal(done.links + done.filters + done.pins, 0);
}

static void without_a_daemon(void **state)
{
	struct bed *bed = *state;
	struct plane_bypassed done;

	plane_close(bed_open(bed));
	done = bypass(bed);
	assert_int_equal(done.links, 1);
	assert_int_equal(done.filters, 1);
	assert_int_equal(done.pins, 17 + kernel_links()); /* 15 maps, two programs */
	bed_assert_clean(bed, BED_DEVICE);
	done = bypass(bed);
	assert_int_equal(done.links + done.filters + done.pins, 0);
}

/* The daemon holds the link and maps; it notices, and may be started again. */
static void with_a_daemon(void **state)
{
	struct bed *bed = *state;
	struct plane *plane = bed_open(bed), *next;

	bypass_elsewhere(bed);
	bed_assert_clean(bed, BED_DEVICE);
	assert_false(plane_attached(plane));
	next = bed_open(bed);
	assert_false(plane_took_over(next));
	assert_true(plane_attached(next));
	assert_false(plane_attached(plane));
	plane_close(plane);
	assert_true(bed_has_xdp(BED_DEVICE));
	assert_int_equal(plane_detach(next, NULL), 0);
	bed_assert_clean(bed, BED_DEVICE);
}

static void several_interfaces(void **state)
{
	struct bed *bed = *state;
	struct plane_setup setup = bed_plane_setup(bed);
	struct plane *plane;
	struct plane_bypassed done;

	plane_close(bed_open(bed));
	setup.interface = BED_PEER;
	assert_int_equal(plane_open(&setup, &plane, NULL), 0);
	done = bypass(bed);
	assert_int_equal(done.links, 2);
	assert_int_equal(done.filters, 2);
	bed_assert_clean(bed, BED_DEVICE);
	bed_assert_clean(bed, BED_PEER);
	plane_close(plane);
}

/* Each pin alone missing, then all of them but the daemon's descriptors. */
static void pins_half_there(void **state)
{
	static const char *const gone[] = {"xdp", "tc", "shield_switch", "shield_names_a", "shield_samples", "*"};
	struct bed *bed = *state;

	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
		struct plane *plane = bed_open(bed);

		bed_run("rm -rf %s/floodwall/shield-" BED_DEVICE "/%s", bed->bpffs, gone[i]);
		assert_true(bed_has_xdp(BED_DEVICE));
		bypass_elsewhere(bed);
		assert_false(bed_has_xdp(BED_DEVICE));
		assert_int_equal(bed_filters(BED_DEVICE), 0);
		assert_int_equal(bed_pins(bed), 0);
		plane_close(plane);
		if (bed_has_clsact(BED_DEVICE)) /* the mark that it is ours was among what is gone */
			bed_run("tc qdisc del dev " BED_DEVICE " clsact");
		bed_assert_clean(bed, BED_DEVICE);
	}
}

static void the_whole_directory_gone(void **state)
{
	struct bed *bed = *state;
	struct plane *plane = bed_open(bed);
	struct plane_bypassed done;

	bed_run("rm -rf %s/floodwall", bed->bpffs);
	done = bypass(bed);
	assert_int_equal(done.links, 1);
	assert_int_equal(done.filters, 1);
	assert_int_equal(done.pins, 0);
	bed_assert_clean(bed, BED_DEVICE);
	plane_close(plane);
}

/* Attached by hand, without a link: ours by its name and its maps. */
static void attached_by_other_means(void **state)
{
	struct bed *bed = *state;
	struct plane *plane = bed_open(bed);
	uint32_t id = 0;
	int program, ifindex = (int)if_nametoindex(BED_DEVICE);

	bpf_xdp_query_id(ifindex, 0, &id);
	program = bpf_prog_get_fd_by_id(id);
	assert_true(program >= 0);
	assert_int_equal(plane_detach(plane, NULL), 0);
	assert_int_equal(bpf_xdp_attach(ifindex, program, XDP_FLAGS_DRV_MODE, NULL), 0);
	bypass(bed);
	assert_false(bed_has_xdp(BED_DEVICE));
	assert_int_equal(bpf_xdp_attach(ifindex, program, XDP_FLAGS_SKB_MODE, NULL), 0);
	bypass(bed);
	assert_false(bed_has_xdp(BED_DEVICE));
	close(program);
}

static void the_interface_is_gone(void **state)
{
	struct bed *bed = *state;

	plane_close(bed_open(bed));
	bed_run("ip link del " BED_DEVICE);
	assert_int_equal(bypass(bed).pins, 17 + kernel_links());
	assert_int_equal(bed_pins(bed), 0);
}

/* A clsact, a filter and an XDP program of somebody else stay, through attach, detach and bypass. */
static void what_others_have_stays(void **state)
{
	struct bed *bed = *state;
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)if_nametoindex(BED_DEVICE), .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = PLANE_TC_HANDLE, .priority = PLANE_TC_PRIORITY);
	int program = bed_foreign_program(), peer = (int)if_nametoindex(BED_PEER);

	bed_run("tc qdisc add dev " BED_DEVICE " clsact");
	assert_int_equal(bpf_xdp_attach(peer, program, XDP_FLAGS_DRV_MODE, NULL), 0);
	for (int round = 0; round < 2; round++) {
		struct plane *plane = bed_open(bed);

		if (round)
			bypass(bed);
		else
			assert_int_equal(plane_detach(plane, NULL), 0);
		if (round)
			plane_close(plane);
		assert_true(bed_has_clsact(BED_DEVICE));
		assert_true(bed_has_xdp(BED_PEER));
		assert_int_equal(bed_filters(BED_DEVICE), 0);
	}
	bed_run("tc qdisc del dev " BED_DEVICE " clsact");
	plane_close(bed_open(bed)); /* this clsact is ours, but not what somebody puts on it; with tcx it is his as well */
	if (kernel_has_tcx())
		bed_run("tc qdisc add dev " BED_DEVICE " clsact");
	filter.prog_fd = bed_foreign_filter();
	assert_int_equal(bpf_tc_attach(&hook, &filter), 0);
	close(filter.prog_fd);
	bypass(bed);
	assert_true(bed_has_clsact(BED_DEVICE));
	assert_int_equal(bed_filters(BED_DEVICE), 0);
	assert_int_equal(bpf_xdp_detach(peer, XDP_FLAGS_DRV_MODE, NULL), 0);
	close(program);
}

static void not_privileged(void **state)
{
	struct bed *bed = *state;
	int status;
	pid_t child;

	plane_close(bed_open(bed));
	bed_run("chmod 0711 %s", bed->bpffs);
	child = fork();
	if (child == 0) {
		struct plane_bypassed done;
		struct fault fault = {0};

		if (setgid(65534) || setuid(65534))
			_exit(9);
		_exit(plane_bypass(bed->bpffs, &done, &fault) == 0 || !strstr(fault.sentence, "root"));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(bed_has_xdp(BED_DEVICE));
	assert_int_equal(bed_filters(BED_DEVICE), 1);
	bypass(bed);
	bed_assert_clean(bed, BED_DEVICE);
}

static int loud(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

/* libbpf's own words ("Kernel error message: Exclusivity flag on") are for nobody. */
static void is_silent(void **state)
{
	const struct bed *bed = *state;
	struct plane_bypassed done;
	struct fault fault = {0};

	libbpf_set_print(loud);
	assert_int_equal(plane_bypass(bed->bpffs, &done, &fault), 0);
	assert_ptr_not_equal(libbpf_set_print(loud), loud);
	/* and a clsact that is there is not made again */
	bed_run("tc qdisc add dev %s clsact", BED_DEVICE);
	plane_close(bed_open(bed));
	assert_int_equal(bed_filters(BED_DEVICE), 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, bed_setup, bed_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_silent, bed_setup, bed_teardown),
		CASE(nothing_there),
		CASE(without_a_daemon),
		CASE(with_a_daemon),
		CASE(several_interfaces),
		CASE(pins_half_there),
		CASE(the_whole_directory_gone),
		CASE(attached_by_other_means),
		CASE(the_interface_is_gone),
		CASE(what_others_have_stays),
		CASE(not_privileged),
	};

	bed_enter("bypass");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
