/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long what was seen counts, to the edge of the time in which it is written down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/seen.h"

enum { TAG = 7 };

#define UNIT_NS (1ull << 30)
#define NOTED_NS (1000 * UNIT_NS)
#define HOLD_NS (60 * UNIT_NS)

static void what_was_seen(void **state)
{
	static const struct {
		const char *what;
		uint64_t now_ns;
		bool holds;
	} rows[] = {
		{"at once", NOTED_NS, true},
		{"by a CPU whose clock is a tick behind, and so in the unit before", NOTED_NS - 4000000, true},
		{"long before it was noted", NOTED_NS - 2 * UNIT_NS, false},
		{"until its time is over", NOTED_NS + HOLD_NS + UNIT_NS - 1, true},
		{"no longer", NOTED_NS + HOLD_NS + UNIT_NS, false},
	};
	struct fw_seen_bucket bucket = {0};

	fw_seen_note(&bucket, TAG, NOTED_NS);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (fw_seen_holds(&bucket, TAG, rows[i].now_ns, HOLD_NS) != rows[i].holds)
			fail_msg("%s: %d", rows[i].what, !rows[i].holds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
