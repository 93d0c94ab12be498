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

	assert_true(bed_has_xdp(BED_DEVICE));
	assert_int_equal(bed_filters(BED_DEVICE), 1);
	bed_block_bad(plane);
	bed_assert_bad_is_dropped(bed);
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
