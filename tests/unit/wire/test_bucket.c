/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "wire/bucket.h"

enum { ARRIVALS = 400 };

static uint64_t state64;

static uint64_t random64(void)
{
	uint64_t z = state64 += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

struct arrival {
	uint64_t time_ns;
	uint32_t cost;
	bool allowed;
};

/*
 * The promise, for every span between two arrivals: taken <= rate * t + burst, without rounding: in 128 bits,
 * taken * 10^9 <= rate * t_ns + burst * 10^9.
 */
static void check_bound(const struct arrival *arrivals, uint32_t rate, uint32_t burst)
{
	for (int from = 0; from < ARRIVALS; from++) {
		unsigned __int128 taken = 0;

		for (int to = from; to < ARRIVALS; to++) {
			unsigned __int128 room = (unsigned __int128)rate * (arrivals[to].time_ns - arrivals[from].time_ns);

			taken += arrivals[to].allowed ? arrivals[to].cost : 0;
			assert_true(taken * FW_NS_PER_S <= room + (unsigned __int128)burst * FW_NS_PER_S);
		}
	}
}

/* A bucket as in a textbook, in real numbers: nothing may be refused that it would pass with a nanosecond per arrival to spare. */
static void check_not_stingy(const struct arrival *arrivals, uint32_t rate, uint32_t burst)
{
	double level = burst, last = (double)arrivals[0].time_ns, spare = rate / 1e9 * ARRIVALS + 1e-3 * (1 + rate / 1e9) + burst * 1e-9;

	for (int i = 0; i < ARRIVALS; i++) {
		level += ((double)arrivals[i].time_ns - last) * rate / 1e9;
		level = level > burst ? burst : level;
		last = (double)arrivals[i].time_ns;
		if (arrivals[i].allowed)
			level -= arrivals[i].cost;
		else
			assert_true(level < arrivals[i].cost + spare);
	}
}

static void test_bound(void **state)
{
	state64 = 8191;
	for (int round = 0; round < 300; round++) {
		uint32_t rate = (uint32_t)(random64() >> (32 + random64() % 31)) + 1,
			 burst = (uint32_t)(random64() >> (34 + random64() % 28));
		uint64_t step_ns = 1 + (random64() >> (34 + random64() % 28)), now_ns = random64() % 1000, word = 0;
		struct fw_bucket_rule rule = fw_bucket_rule_of(rate, burst);
		struct arrival arrivals[ARRIVALS];

		for (int i = 0; i < ARRIVALS; i++) {
			now_ns += random64() % step_ns;
			arrivals[i] = (struct arrival){.time_ns = now_ns, .cost = (uint32_t)(random64() % (burst / 4 + 3ull))};
			word = fw_bucket_next(word, &rule, arrivals[i].cost, now_ns, &arrivals[i].allowed);
		}
		check_bound(arrivals, rate, burst);
		check_not_stingy(arrivals, rate, burst);
	}
}

static void test_cases(void **state)
{
	struct fw_bucket_rule rule = fw_bucket_rule_of(1000, 2000); /* two seconds deep */
	uint64_t second = FW_NS_PER_S, word = 0;
	bool allowed;

	word = fw_bucket_next(word, &rule, 2000, 10 * second, &allowed);
	assert_true(allowed); /* the whole burst at once */
	assert_true(word == 12 * second);
	assert_true(fw_bucket_next(word, &rule, 1, 10 * second, &allowed) == word);
	assert_false(allowed); /* empty, and what is refused costs nothing */
	word = fw_bucket_next(word, &rule, 1, 10 * second + 1000000, &allowed);
	assert_true(allowed); /* a thousandth of a second earns one */
	word = fw_bucket_next(word, &rule, 2001, 100 * second, &allowed);
	assert_false(allowed); /* more than the burst never passes */
	fw_bucket_next(word, &rule, 2000, 100 * second, &allowed);
	assert_true(allowed); /* and a long pause earns no more than the burst */
	fw_bucket_next(word, &rule, 0, 0, &allowed);
	assert_false(allowed); /* the clock ran back ten seconds: debt */
}

static void test_extremes(void **state)
{
	struct fw_bucket_rule slow = fw_bucket_rule_of(1, UINT32_MAX), none = fw_bucket_rule_of(0, 0);
	uint64_t now_ns = INT64_MAX / 2;
	bool allowed;

	assert_true(fw_bucket_next(0, &slow, UINT32_MAX, now_ns, &allowed) > now_ns);
	assert_true(allowed);
	fw_bucket_next(0, &none, 1, now_ns, &allowed);
	assert_false(allowed);
	fw_bucket_next(0, &none, 0, now_ns, &allowed);
	assert_true(allowed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
