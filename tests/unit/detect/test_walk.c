/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The walk against what theory says of it: a gambler's ruin with barriers four steps up and down and p = 0.8 has
 * P_D = 1 - P_F = 256/257 and E[N] = 4 * (255/257) / 0.6 = 6.6148 under either hypothesis.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>

#include "detect/scan.h"

enum { RUNS = 400000 };

struct ruin {
	uint32_t alarms;
	double mean, deviation; /* contacts until a barrier */
};

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static struct ruin ruin_of(double success, uint64_t seed)
{
	struct ruin ruin = {0};
	double sum = 0, squares = 0;

	for (uint32_t run = 0; run < RUNS; run++) {
		enum walk_verdict verdict = WALK_PENDING;
		int steps = 0;
		uint32_t contacts = 0;
		for (; verdict == WALK_PENDING; contacts++)
			steps = walk_next(steps, (double)(random_next(&seed) >> 11) * 0x1p-53 < success, &verdict);
		ruin.alarms += verdict == WALK_SCANNER;
		sum += contacts;
		squares += (double)contacts * contacts;
	}
	ruin.mean = sum / RUNS;
	ruin.deviation = sqrt(squares / RUNS - ruin.mean * ruin.mean);
	return ruin;
}

static void assert_within(const char *what, double seen, double expected, double sigma)
{
	print_message("%s: %.5f, theory %.5f, %.2f sigma\n", what, seen, expected, (seen - expected) / sigma);
	assert_true(fabs(seen - expected) <= 4 * sigma);
}

static void test_scanner_and_benign_as_in_theory(void **state)
{
	const double detected = 256.0 / 257, contacts = 4 * (255.0 / 257) / 0.6;
	double sigma = sqrt(detected * (1 - detected) / RUNS);
	struct ruin scanner = ruin_of(0.2, 20161021), benign = ruin_of(0.8, 20040501);

	assert_within("P_D", (double)scanner.alarms / RUNS, detected, sigma);
	assert_within("P_F", (double)benign.alarms / RUNS, 1 - detected, sigma);
	assert_within("E[N] of a scanner", scanner.mean, contacts, scanner.deviation / sqrt(RUNS));
	assert_within("E[N] of a benign source", benign.mean, contacts, benign.deviation / sqrt(RUNS));
	assert_true(fabs(contacts - 6.6148) < 0.0001);
}

static void test_alarm_after_exactly_four_failures(void **state)
{
	enum walk_verdict verdict = WALK_PENDING;
	int steps = 0;

	for (int failure = 1; failure <= 4; failure++) {
		steps = walk_next(steps, false, &verdict);
		assert_int_equal(verdict, failure < 4 ? WALK_PENDING : WALK_SCANNER);
	}
}

static void test_each_success_takes_one_failure_back(void **state)
{
	static const struct {
		const char *name, *contacts; /* f: failure, s: success */
		enum walk_verdict verdict;
	} cases[] = {
		{"three failures", "fff", WALK_PENDING},
		{"one success more costs one failure more", "sfffff", WALK_SCANNER},
		{"one success, four failures", "sffff", WALK_PENDING},
		{"four successes", "ssss", WALK_BENIGN},
		{"turn by turn never ends", "fsfsfsfsfsfsfsfs", WALK_PENDING},
		{"three up, seven down", "fffsssssss", WALK_BENIGN},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum walk_verdict verdict = WALK_PENDING;
		int steps = 0;
		for (const char *c = cases[i].contacts; *c; c++)
			steps = walk_next(steps, *c == 's', &verdict);
		if (verdict != cases[i].verdict)
			fail_msg("%s", cases[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alarm_after_exactly_four_failures),
		cmocka_unit_test(test_each_success_takes_one_failure_back),
		cmocka_unit_test(test_scanner_and_benign_as_in_theory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
