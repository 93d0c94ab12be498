/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "detect/rate.h"

static const uint8_t hash_key[16] = {1};
static const struct rate_rule rule = {.burst = 1000, .steady = 100, .steady_windows = 3};

static void closed(void *context, struct rate *rate, const struct rate_guilt *guilt, bool streak)
{
}

static void left(void *context, struct rate *rate)
{
	++*(uint32_t *)context;
}

static struct rate *put(struct rates *rates, uint32_t number)
{
	struct rate_key key = {.device = number};

	return rates_put(rates, &key, &rule);
}

/* A conversation's word outlives its rate; whoever has the place now is somebody else, however many came in between. */
static void a_memo_knows_only_its_own_rate(void **state)
{
	static const uint32_t capacities[] = {1, 3, 1024, 3072, 4096, 12288};

	for (size_t i = 0; i < sizeof(capacities) / sizeof(capacities[0]); i++) {
		uint32_t capacity = capacities[i], gone = 0, memo;
		struct rates rates;

		assert_int_equal(rates_init(&rates, capacity, sizeof(struct rate), hash_key), 0);
		rates_tell(&rates, closed, left, &gone);
		memo = rates_memo(&rates, put(&rates, 0));
		assert_non_null(rates_recall(&rates, memo));
		for (uint32_t number = 1; number <= 5 * capacity; number++) {
			put(&rates, number);
			if (number >= capacity)
				assert_null(rates_recall(&rates, memo));
		}
		assert_int_equal(gone, 4 * capacity + 1);
		rates_done(&rates);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_memo_knows_only_its_own_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
