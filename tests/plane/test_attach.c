/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attaching, ending, taking over, refusing. */
#include "bed.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { MANY = 200 };

/* Opens with this setup and demands this error and these words. */
static void refused(const struct plane_setup *setup, int error, const char *words)
{
	struct plane *plane = NULL;
	struct fault fault = {0};
	int got = plane_open(setup, &plane, &fault);

	if (got != error || !strstr(fault.sentence, words) || plane)
		fail_msg("%d instead of %d: %s: %s", got, error, fault.file, fault.sentence);
}

static void without_configuration_all_pass(void **state)
{
	struct bed *bed = *state;
	struct plane *plane = bed_open(bed);
	uint8_t frame[512];
	size_t len = bed_frame(frame, BED_BAD, BED_SERVER, "\3www\4test");

	assert_true(plane_attached(plane));
	assert_false(plane_took_over(plane));
	assert_int_equal(plane_mode(plane), PLANE_NATIVE);
	assert_int_equal(plane_config_now(plane)->generation, 0);
	assert_true(bed_has_xdp(BED_DEVICE));
	assert_int_equal(bed_filters(BED_DEVICE), 1);
	assert_int_equal(bed_has_clsact(BED_DEVICE), !kernel_has_tcx());
	assert_int_equal(bed_send(bed, frame, len, MANY), MANY);
	assert_int_equal(bed_arrived(bed, BED_BAD), MANY);
	assert_int_equal(bed_judged(plane), MANY + 1);
	assert_int_equal(plane_detach(plane, NULL), 0);
	bed_assert_clean(bed, BED_DEVICE);
}

static void closed_it_stays_and_is_taken_over(void **state)
{
	struct bed *bed = *state;
	struct plane *plane = bed_open(bed);
	uint64_t judged;

	bed_block_bad(plane);
	bed_assert_bad_is_dropped(bed);
	judged = bed_judged(plane);
	plane_close(plane);
	assert_true(bed_has_xdp(BED_DEVICE));
	bed_assert_bad_is_dropped(bed);
	plane = bed_open(bed);
	assert_true(plane_took_over(plane));
	assert_int_equal(plane_config_now(plane)->generation, 1);
	assert_int_equal(plane_blocked_count(plane), 1);
	assert_true(bed_judged(plane) > judged);
	assert_int_equal(bed_filters(BED_DEVICE), 1);
	bed_assert_bad_is_dropped(bed);
	assert_int_equal(plane_detach(plane, NULL), 0);
	bed_assert_clean(bed, BED_DEVICE);
}

static void killed_it_stays(void **state)
{
	struct bed *bed = *state;
	int ready[2], status;
	char byte;
	pid_t owner;

	assert_int_equal(pipe(ready), 0);
	owner = fork();
	if (owner == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		bed_block_bad(bed_open(bed));
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	bed_assert_bad_is_dropped(bed);
	kill(owner, SIGKILL);
	assert_int_equal(waitpid(owner, &status, 0), owner);
	bed_assert_bad_is_dropped(bed);
	struct plane *plane = bed_open(bed);
	assert_true(plane_took_over(plane));
	bed_assert_bad_is_dropped(bed);
	plane_detach(plane, NULL);
	close(ready[0]);
	close(ready[1]);
}

static void one_process_at_a_time(void **state)
{
	struct bed *bed = *state;
	struct plane_setup setup = bed_plane_setup(bed);
	struct plane *plane = bed_open(bed);

	bed_block_bad(plane);
	refused(&setup, -EBUSY, "another process runs the shield");
	bed_assert_bad_is_dropped(bed);
	plane_detach(plane, NULL);
}

static void another_layout_is_refused(void **state)
{
	struct bed *bed = *state;
	struct plane_setup setup = bed_plane_setup(bed);
	struct plane *plane = bed_open(bed);
	char path[128];
	struct fw_shield_switch other;
	int map;

	bed_block_bad(plane);
	plane_close(plane);
	snprintf(path, sizeof(path), "%s/floodwall/shield-" BED_DEVICE "/shield_switch", bed->bpffs);
	map = bpf_obj_get(path);
	assert_int_equal(bpf_map_lookup_elem(map, &(uint32_t){0}, &other), 0);
	other.layout++;
	assert_int_equal(bpf_map_update_elem(map, &(uint32_t){0}, &other, 0), 0);
	refused(&setup, -ESTALE, "another layout: run 'floodwall bypass'");
	other.layout--;
	assert_int_equal(bpf_map_update_elem(map, &(uint32_t){0}, &other, 0), 0);
	close(map);
	bed_assert_bad_is_dropped(bed);
	plane_detach(bed_open(bed), NULL);
}

static void other_sizes_are_refused(void **state)
{
	struct bed *bed = *state;
	struct plane_setup setup = bed_plane_setup(bed), other;

	plane_close(bed_open(bed));
#define OTHER(member, map) \
	other = setup; \
	other.member *= 4; \
	refused(&other, -ESTALE, "another size of " map)
	OTHER(names, "shield_names_a");
	OTHER(zones, "shield_zones");
	OTHER(cells, "shield_cells");
	OTHER(proven, "shield_proven");
	OTHER(asked, "shield_asked");
	OTHER(blocked, "shield_blocked");
	OTHER(prefixes, "shield_prefixes");
	OTHER(sample_bytes, "shield_samples");
	plane_detach(bed_open(bed), NULL);
	bed_assert_clean(bed, BED_DEVICE);
}

static void incomplete_pins_are_refused(void **state)
{
	struct bed *bed = *state;
	struct plane_setup setup = bed_plane_setup(bed);
	struct plane *plane = bed_open(bed);

	bed_block_bad(plane);
	plane_close(plane);
	bed_run("rm %s/floodwall/shield-" BED_DEVICE "/shield_cells", bed->bpffs);
	refused(&setup, -ESTALE, "incomplete (no shield_cells)");
	bed_assert_bad_is_dropped(bed);
	assert_true(bed_has_xdp(BED_DEVICE));
}

/* Pins that protect nothing (a start that was killed half way) are no obstacle. */
static void leftovers_are_replaced(void **state)
{
	struct bed *bed = *state;
	struct plane_setup setup = bed_plane_setup(bed);
	struct plane *plane = bed_open(bed);

	plane_close(plane);
	bed_run("rm %s/floodwall/shield-" BED_DEVICE "/xdp", bed->bpffs);
	assert_false(bed_has_xdp(BED_DEVICE));
	setup.names *= 4;
	assert_int_equal(plane_open(&setup, &plane, NULL), 0);
	assert_false(plane_took_over(plane));
	assert_int_equal(bed_filters(BED_DEVICE), 1);
	plane_detach(plane, NULL);
	assert_false(bed_has_xdp(BED_DEVICE));
	assert_int_equal(bed_pins(bed), 0);
}

static void another_program_is_named(void **state)
{
	struct bed *bed = *state;
	struct plane_setup setup = bed_plane_setup(bed);
	LIBBPF_OPTS(bpf_link_create_opts, generic, .flags = XDP_FLAGS_SKB_MODE);
	int program = bed_foreign_program(), ifindex = (int)if_nametoindex(BED_DEVICE), link;

	assert_int_equal(bpf_xdp_attach(ifindex, program, XDP_FLAGS_DRV_MODE, NULL), 0);
	refused(&setup, -EBUSY, "another XDP program holds this interface: \"somebody_else\", number ");
	assert_true(bed_has_xdp(BED_DEVICE));
	assert_int_equal(bed_pins(bed), 0);
	assert_int_equal(bpf_xdp_detach(ifindex, XDP_FLAGS_DRV_MODE, NULL), 0);
	link = bpf_link_create(program, ifindex, BPF_XDP, &generic);
	assert_true(link >= 0);
	refused(&setup, -EBUSY, "\"somebody_else\"");
	close(link);
	close(program);
	bed_assert_clean(bed, BED_DEVICE);
}

/* While the shield holds the interface, nobody replaces it by chance. */
static void nobody_replaces_it(void **state)
{
	struct bed *bed = *state;
	struct plane *plane = bed_open(bed);
	int program = bed_foreign_program();

	assert_int_not_equal(bpf_xdp_attach((int)if_nametoindex(BED_DEVICE), program, 0, NULL), 0);
	assert_true(plane_attached(plane));
	close(program);
	plane_detach(plane, NULL);
}

static void generic_mode_only_if_allowed(void **state)
{
	struct bed *bed = *state;
	struct plane_setup setup = bed_plane_setup(bed);
	struct plane *plane;

	setup.interface = "lo"; /* which has no native XDP */
	refused(&setup, -EOPNOTSUPP, "no native XDP");
	bed_assert_clean(bed, "lo");
	setup.generic = true;
	assert_int_equal(plane_open(&setup, &plane, NULL), 0);
	assert_int_equal(plane_mode(plane), PLANE_GENERIC);
	plane_close(plane);
	assert_int_equal(plane_open(&setup, &plane, NULL), 0);
	assert_int_equal(plane_mode(plane), PLANE_GENERIC);
	assert_int_equal(plane_detach(plane, NULL), 0);
	bed_assert_clean(bed, "lo");
}

static void down_and_up(void **state)
{
	struct bed *bed = *state;
	struct plane *plane = bed_open(bed);

	bed_block_bad(plane);
	for (int i = 0; i < 3; i++) {
		bed_link_down_and_up(bed);
		assert_true(plane_attached(plane));
		bed_assert_bad_is_dropped(bed);
	}
	plane_detach(plane, NULL);
}

/* A link dies with its interface; what was learned does not. */
static void made_anew(void **state)
{
	struct bed *bed = *state;
	struct plane *plane = bed_open(bed);
	void *fresh;

	bed_block_bad(plane);
	bed_run("ip link del " BED_DEVICE);
	assert_false(plane_attached(plane));
	plane_close(plane);
	close(bed->into);
	close(bed->from);
	bed_setup(&fresh); /* the same interfaces again; the pins stay where they were */
	((struct bed *)fresh)->bpffs[0] = 0;
	bed->into = ((struct bed *)fresh)->into;
	bed->from = ((struct bed *)fresh)->from;
	free(fresh);
	plane = bed_open(bed);
	assert_true(plane_took_over(plane));
	assert_true(plane_attached(plane));
	assert_int_equal(plane_blocked_count(plane), 1);
	assert_int_equal(bed_filters(BED_DEVICE), 1);
	bed_assert_bad_is_dropped(bed);
	assert_int_equal(plane_detach(plane, NULL), 0);
	bed_assert_clean(bed, BED_DEVICE);
}

static void a_dot_in_the_name(void **state)
{
	struct bed *bed = *state;
	struct plane_setup setup = bed_plane_setup(bed);
	struct plane *plane;

	bed_run("ip link set " BED_DEVICE " down && ip link set " BED_DEVICE " name fw0.5 up");
	setup.interface = "fw0.5";
	assert_int_equal(plane_open(&setup, &plane, NULL), 0);
	plane_close(plane);
	assert_int_equal(plane_open(&setup, &plane, NULL), 0);
	assert_true(plane_took_over(plane));
	assert_int_equal(plane_detach(plane, NULL), 0);
	bed_assert_clean(bed, "fw0.5");
	bed_run("ip link set fw0.5 name " BED_DEVICE);
}

static void wrong_setups(void **state)
{
	struct bed *bed = *state;
	struct plane_setup setup = bed_plane_setup(bed);

	setup.interface = "nosuch0";
	refused(&setup, -ENODEV, "no such interface");
	setup.interface = "../x";
	refused(&setup, -EINVAL, "no interface");
	setup = bed_plane_setup(bed);
	setup.bpffs = "/mnt";
	refused(&setup, -ENOENT, "no bpffs is mounted here");
	setup = bed_plane_setup(bed);
	setup.cells = 0;
	refused(&setup, -EINVAL, "has none");
	setup.cells = UINT32_MAX;
	refused(&setup, -E2BIG, "larger than it can be");
	bed_assert_clean(bed, BED_DEVICE);
}

/* Somebody takes off what judges what leaves, by its pin. */
static void lost(const struct bed *bed, const char *pin)
{
	char path[160];
	int link;

	snprintf(path, sizeof(path), "%s/floodwall/%s", bed->bpffs, pin);
	link = bpf_obj_get(path);
	assert_true(link >= 0);
	assert_int_equal(bpf_link_detach(link), 0);
	close(link);
}

static void lost_is_told(void **state)
{
	struct bed *bed = *state;
	struct plane *plane = bed_open(bed);

	assert_true(plane_attached(plane));
	lost(bed, "shield-" BED_DEVICE "/tc");
	assert_false(plane_attached(plane));
	assert_true(bed_has_xdp(BED_DEVICE));
	plane_close(plane);
	plane = bed_open(bed);
	assert_true(plane_attached(plane));
	assert_int_equal(plane_detach(plane, NULL), 0);
}

/* Its pin taken away, the program goes; the next opening sets it again. */
static void the_pin_is_gone(void **state)
{
	struct bed *bed = *state;
	struct plane *plane = bed_open(bed);

	plane_close(plane);
	bed_run("rm %s/floodwall/shield-" BED_DEVICE "/tc", bed->bpffs);
	assert_int_equal(bed_filters(BED_DEVICE), 0);
	plane = bed_open(bed);
	assert_true(plane_took_over(plane));
	assert_int_equal(bed_filters(BED_DEVICE), 1);
	assert_int_equal(plane_detach(plane, NULL), 0);
	bed_assert_clean(bed, BED_DEVICE);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, bed_setup, bed_teardown)
	const struct CMUnitTest tests[] = {
		CASE(without_configuration_all_pass),
		CASE(closed_it_stays_and_is_taken_over),
		CASE(killed_it_stays),
		CASE(one_process_at_a_time),
		CASE(another_layout_is_refused),
		CASE(other_sizes_are_refused),
		CASE(incomplete_pins_are_refused),
		CASE(leftovers_are_replaced),
		CASE(another_program_is_named),
		CASE(nobody_replaces_it),
		CASE(generic_mode_only_if_allowed),
		CASE(down_and_up),
		CASE(made_anew),
		CASE(a_dot_in_the_name),
		CASE(wrong_setups),
	};
	const struct CMUnitTest of_links[] = {
		CASE(lost_is_told),
		CASE(the_pin_is_gone),
	};

	bed_enter("attach");
	return cmocka_run_group_tests(tests, NULL, NULL) || (kernel_has_tcx() && cmocka_run_group_tests(of_links, NULL, NULL));
}
