/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every allocation fails once: nothing leaks, nothing is half done, and the registry stays as it was. */
#include "inventory/inventory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nomem.h"

static const struct inventory_config CONFIG = {.device_max = 16, .with_talk = true};

static void a_new_inventory(void **state)
{
	unsigned failed = 0;

	for (;; failed++) {
		struct inventory *inventory = NULL;

		nomem_start(failed, false);
		int error = inventory_new(&CONFIG, &inventory);

		if (!nomem_stop()) {
			assert_int_equal(error, 0);
			inventory_free(inventory);
			break;
		}
		assert_int_equal(error, -ENOMEM);
		assert_null(inventory);
	}
	assert_int_equal(failed, 18);
}

static void reading_the_registry(void **state)
{
	static const char first[] = "MA-L,000001,First,x\n", second[] = "MA-L,000002,Second,x\n";
	unsigned failed = 0;
	bool one_failed;

	for (unsigned at = 0;; at++) {
		struct inventory *inventory = NULL;

		assert_int_equal(inventory_new(&CONFIG, &inventory), 0);
		assert_int_equal(inventory_read_oui(inventory, "a", first, strlen(first), NULL), 0);
		nomem_start(at, false);
		int error = inventory_read_oui(inventory, "b", second, strlen(second), NULL);
		one_failed = nomem_stop();
		assert_string_equal(inventory_maker_of(inventory, (const uint8_t[6]){0, 0, 1}), "First");
		assert_int_equal(error == 0, inventory_maker_of(inventory, (const uint8_t[6]){0, 0, 2}) != NULL);
		if (error) {
			assert_int_equal(error, -ENOMEM);
			failed++;
			assert_int_equal(inventory_read_oui(inventory, "b", second, strlen(second), NULL), 0);
		}
		inventory_free(inventory);
		if (!one_failed)
			break;
	}
	assert_int_equal(failed, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_inventory),
		cmocka_unit_test(reading_the_registry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
