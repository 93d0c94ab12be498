/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done about a finding, case by case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guard/guard.h"

static const struct quarantine_rule high = {.from = SEVERITY_HIGH, .enforced = true};
static const struct quarantine_suspect device = {.held = false}, admin = {.held = true};

static enum guard_act judged(const struct quarantine_rule *rule, enum severity severity, enum device_state made, bool muted,
	const struct quarantine_suspect *suspect)
{
	struct finding finding = {.id = FINDING_SCAN, .severity = severity, .state = made};

	return quarantine_judge(rule, &finding, muted, suspect);
}

static void cases(void **state)
{
	const struct quarantine_rule critical = {.from = SEVERITY_CRITICAL, .enforced = true},
				     low = {.from = SEVERITY_LOW, .enforced = true};
	const struct quarantine_rule never = {.from = SEVERITY_HIGH, .never = true, .enforced = true};
	const struct quarantine_rule observes = {.from = SEVERITY_HIGH}, off = {.from = SEVERITY_HIGH, .off = true, .enforced = true};

	assert_int_equal(judged(&high, SEVERITY_HIGH, STATE_HIJACKED, false, &device), ACT_QUARANTINED);
	assert_int_equal(judged(&high, SEVERITY_CRITICAL, STATE_HIJACKED, false, &device), ACT_QUARANTINED);
	assert_int_equal(judged(&high, SEVERITY_HIGH, STATE_SUSPECT, false, &device), ACT_QUARANTINED);
	/* lighter ones never, whatever the rule says */
	assert_int_equal(judged(&high, SEVERITY_MEDIUM, STATE_SUSPECT, false, &device), ACT_NOTED);
	assert_int_equal(judged(&low, SEVERITY_LOW, STATE_HIJACKED, false, &device), ACT_NOTED);
	assert_int_equal(judged(&low, SEVERITY_MEDIUM, STATE_HIJACKED, false, &device), ACT_NOTED);
	assert_int_equal(judged(&critical, SEVERITY_HIGH, STATE_HIJACKED, false, &device), ACT_NOTED);
	/* who is exposed or attacked did no harm: a default password, a flood that it receives */
	assert_int_equal(judged(&high, SEVERITY_CRITICAL, STATE_EXPOSED, false, &device), ACT_NOTED);
	assert_int_equal(judged(&high, SEVERITY_CRITICAL, STATE_CLEAN, false, &device), ACT_NOTED);
	/* a person's word */
	assert_int_equal(judged(&high, SEVERITY_CRITICAL, STATE_HIJACKED, true, &device), ACT_NOTED);
	assert_int_equal(judged(&never, SEVERITY_CRITICAL, STATE_HIJACKED, false, &device), ACT_NOTED);
	assert_int_equal(judged(&off, SEVERITY_CRITICAL, STATE_HIJACKED, false, &device), ACT_NOTED);
	assert_int_equal(judged(&observes, SEVERITY_CRITICAL, STATE_HIJACKED, false, &device), ACT_WOULD);
	/* never its owner */
	assert_int_equal(judged(&high, SEVERITY_CRITICAL, STATE_HIJACKED, false, &admin), ACT_HELD_BACK);
	assert_int_equal(judged(&high, SEVERITY_CRITICAL, STATE_HIJACKED, false, NULL), ACT_NO_DEVICE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(cases)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
