/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard in user space and the plain list walk of guard_walk.h: both must let the same packets pass, for the same reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "guard_walk.h"

enum { SCENES = 3000 };

static void the_guard_and_a_plain_walk_agree(void **state)
{
	static struct walk walk;
	uint64_t random = 8520, passed = 0, dropped = 0;

	for (uint32_t scene = 0; scene < SCENES; scene++) {
		struct guard_bed bed;

		guard_bed_open(&bed);
		walk_scene(&random, &walk, &bed);
		for (uint32_t i = 0; i < WALK_PACKETS; i++) {
			struct walk_packet p;
			enum fw_reason want, got;

			walk_packet(&random, &p);
			want = walk_judge(&walk, &p);
			got = p.out ? guard_bed_out(&bed, &p.talk) : guard_bed_in(&bed, &p.talk);
			if (got == FW_REASON_RULE && bed.last.rule == UINT32_MAX && !walk_drops(want))
				got = want; /* remembered: by which rule is not */
			if (got != want)
				print_error("scene %u, packet %u\n", scene, i);
			assert_int_equal(got, want);
			assert_int_equal(bed.last.outcome == FW_GUARD_DROPPED, walk_drops(want));
			passed += !walk_drops(want);
			dropped += walk_drops(want);
		}
		guard_bed_close(&bed);
	}
	assert_true(passed > SCENES * WALK_PACKETS / 20 && dropped > SCENES * WALK_PACKETS / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_guard_and_a_plain_walk_agree)};

	return cmocka_run_group_tests_name("guard policy", tests, NULL, NULL);
}
