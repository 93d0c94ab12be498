/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "plane/pins.h"

static void directories(void **state)
{
	static const struct {
		const char *bpffs, *interface, *dir;
	} cases[] = {
		{NULL, "eth0", "/sys/fs/bpf/floodwall/shield-eth0"},
		{"/run/bpf", "eth0", "/run/bpf/floodwall/shield-eth0"},
		{"/run/b.pf", "eth0.5", "/run/b.pf/floodwall/shield-eth0:5"},
		{"/b", "a.b.c", "/b/floodwall/shield-a:b:c"},
		{"/b", "fifteen-letters", "/b/floodwall/shield-fifteen-letters"},
	};
	char path[PINS_PATH_MAX];
	struct pins pins;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(pins_name(&pins, cases[i].bpffs, &role_shield, cases[i].interface), 0);
		assert_string_equal(pins.dir, cases[i].dir);
	}
	assert_string_equal(pins_path(&pins, "shield_zone_counts", path), "/b/floodwall/shield-fifteen-letters/shield_zone_counts");
}

static void no_names_of_interfaces(void **state)
{
	static const char *const names[] = {"", "a/b", "..", ".", "../etc", "sixteen--letters", "a b", "a\tb", "a:b", "\n"};
	struct pins pins;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (pins_name(&pins, "/b", &role_shield, names[i]) != -EINVAL)
			fail_msg("taken for an interface: %s", names[i]);
}

/* The longest directory that leaves room for the longest pin, and one byte more; never cut. */
static void long_places(void **state)
{
	char place[PINS_BASE_MAX + 1];
	struct pins pins;
	int error = 0;

	for (size_t len = 1; len < sizeof(place); len++) {
		char path[PINS_PATH_MAX];

		memset(place, 'a', len);
		place[0] = '/';
		place[len] = 0;
		int next = pins_name(&pins, place, &role_shield, "fifteen-letters");
		assert_true(next == 0 || next == -ENAMETOOLONG);
		assert_true(!error || next == error); /* once too long, always too long */
		error = next;
		if (error)
			continue;
		pins_path(&pins, "shield_zone_counts", path);
		assert_int_equal(strlen(path), len + strlen("/floodwall/shield-fifteen-letters/shield_zone_counts"));
	}
	assert_int_equal(error, -ENAMETOOLONG);
}

static void no_bpffs(void **state)
{
	assert_int_equal(pins_check("/proc"), -ENOENT);
	assert_int_equal(pins_check("/there/is/no/such/place"), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(directories),
		cmocka_unit_test(no_names_of_interfaces),
		cmocka_unit_test(long_places),
		cmocka_unit_test(no_bpffs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
