/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel that tells nothing of its own types: everywhere that libbpf looks for them (btf__load_vmlinux_btf()) is covered by an empty file
 * system, in this process' namespace. Shield and guard are loaded, attached, and judge.
 */
#include "guard_bed.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cmocka.h>

enum { MANY = 50 };

static void hide(const char *folder)
{
	if (access(folder, F_OK) == 0 && mount("nothing", folder, "tmpfs", 0, NULL))
		fail_msg("%s cannot be covered", folder);
}

static int hide_types(void **state)
{
	struct btf *types;

	hide("/sys/kernel/btf");
	hide("/boot");
	hide("/lib/modules");
	hide("/usr/lib/debug");
	libbpf_set_print(NULL);
	types = btf__load_vmlinux_btf();
	assert_null(types);
	return 0;
}

static void the_shield_drops(void **state)
{
	struct bed *bed = *state;
	struct plane *plane = bed_open(bed);
	struct fw_shield_config config = bed_config();
	uint8_t server[16], bad[16], frame[512];
	size_t len = bed_frame(frame, BED_BAD, BED_SERVER, "\3www\4test");

	bed_address(server, BED_SERVER);
	bed_address(bad, BED_BAD);
	assert_true(bed_has_xdp(BED_DEVICE));
	assert_int_equal(bed_filters(BED_DEVICE), 1);
	assert_int_equal(plane_config(plane, &config), 0);
	assert_int_equal(plane_protect(plane, (const uint8_t(*)[16])server, 1), 0);
	assert_int_equal(plane_block(plane, bad), 0);
	bed_arrived(bed, BED_BAD);
	assert_int_equal(bed_send(bed, frame, len, MANY), MANY);
	assert_int_equal(bed_arrived(bed, BED_BAD), 0);
	len = bed_frame(frame, BED_GOOD, BED_SERVER, "\3www\4test");
	assert_int_equal(bed_send(bed, frame, len, MANY), MANY);
	assert_int_equal(bed_arrived(bed, BED_GOOD), MANY);
	assert_int_equal(plane_detach(plane, NULL), 0);
}

static void the_guard_stands(void **state)
{
	struct bed *bed = *state;
	struct plane_guard *guard = guard_bed_open(bed);
	struct fw_guard_config config = guard_bed_config();

	assert_true(bed_has_xdp(BED_DEVICE) && bed_has_xdp(BED_SECOND));
	assert_int_equal(bed_filters(BED_DEVICE), 1);
	assert_int_equal(bed_filters(BED_SECOND), 1);
	assert_int_equal(plane_guard_config(guard, &config), 0);
	assert_int_equal(plane_guard_detach(guard, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_shield_drops, bed_setup, bed_teardown),
		cmocka_unit_test_setup_teardown(the_guard_stands, guard_bed_setup, guard_bed_teardown),
	};

	bed_enter("no-btf");
	return cmocka_run_group_tests(tests, hide_types, NULL);
}
