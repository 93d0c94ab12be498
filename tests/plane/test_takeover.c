/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * No packet passes between two planes. While a child sends frames from a blocked source, in bursts that the link can hold, planes are opened
 * and closed one after another: none of those frames may reach the stack, and the kernel's counters, which the pinned
 * maps keep, must know every single one that the link took.
 */
#include "bed.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { TAKEOVERS = 8, BURST = 64, FRAMES_MAX = 2000000 };

/* Shared with the child that sends. */
struct sender {
	uint32_t stop;
	uint32_t sent; /* frames that the link took */
};

static pid_t send_until_told(const struct bed *bed, struct sender *sender)
{
	pid_t child = fork();
	uint8_t frame[512];
	size_t len;

	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	len = bed_frame(frame, BED_BAD, BED_SERVER, "\3www\4test");
	for (uint32_t i = 0; i < FRAMES_MAX && !__atomic_load_n(&sender->stop, __ATOMIC_ACQUIRE); i += BURST) {
		__atomic_fetch_add(&sender->sent, bed_send(bed, frame, len, BURST), __ATOMIC_RELEASE);
		usleep(500);
	}
	_exit(0);
}

static struct plane *open_protected(const struct bed *bed)
{
	struct fw_shield_config config = bed_config();
	struct plane *plane = bed_open(bed);
	uint8_t server[16], bad[16];

	bed_address(server, BED_SERVER);
	bed_address(bad, BED_BAD);
	assert_int_equal(plane_config(plane, &config), 0);
	assert_int_equal(plane_protect(plane, (const uint8_t(*)[16])server, 1), 0);
	assert_int_equal(plane_block(plane, bad), 0);
	return plane;
}

/* What a later plane finds must be what an earlier one and the kernel wrote. */
static void put_marks(struct plane *plane)
{
	struct prefix prefix = {.address = {[10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2}, .bits = 120};
	uint32_t buckets;
	struct fw_names_bucket *names;
	struct fw_shield_config config = *plane_config_now(plane);

	names = plane_names_half(plane, &buckets);
	memset(names, 0, buckets * sizeof(*names));
	names[3].slot[1] = (struct fw_name_slot){.hash = 0x1234567890ull, .zone = 2};
	assert_int_equal(plane_config_names(plane, &config), 0);
	plane_zone_rules(plane, 2, fw_bucket_rule_of(5, 10), fw_bucket_rule_of(50, 100));
	plane_zone_flags(plane, 2, 0, FW_ZONE_USED | FW_ZONE_FRESH);
	assert_int_equal(plane_prefix_set(plane, &prefix, FW_PREFIX_BLOCKED), 0);
}

static void demand_marks(struct plane *plane)
{
	struct plane_fill fill;
	struct fw_zone zone;

	assert_true(plane_took_over(plane));
	plane_fill(plane, &fill);
	assert_int_equal(fill.names, 1);
	assert_int_equal(fill.blocked, 1);
	assert_int_equal(fill.prefixes, 1);
	plane_zone(plane, 2, &zone);
	assert_int_equal(zone.flags, FW_ZONE_USED | FW_ZONE_FRESH);
	assert_int_equal(zone.possible_rule.rate_per_s, 50);
	assert_int_equal(plane_config_now(plane)->prefixes, 1);
	assert_int_equal(plane_config_now(plane)->blocked, 1);
}

static void under_load(void **state)
{
	struct bed *bed = *state;
	struct sender *sender = mmap(NULL, sizeof(*sender), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct plane *plane = open_protected(bed);
	uint64_t before, loss = bed_link_loss();
	pid_t child;
	int status;

	put_marks(plane);
	bed_arrived(bed, 0);
	before = bed_judged(plane);
	child = send_until_told(bed, sender);
	for (int i = 0; i < TAKEOVERS; i++) {
		uint32_t sent = __atomic_load_n(&sender->sent, __ATOMIC_ACQUIRE);

		plane_close(plane);
		plane = bed_open(bed);
		demand_marks(plane);
		for (int tries = 0; __atomic_load_n(&sender->sent, __ATOMIC_ACQUIRE) < sent + 100 && tries < 10000; tries++)
			usleep(100); /* until some were sent under this plane */
	}
	__atomic_store_n(&sender->stop, 1, __ATOMIC_RELEASE);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(bed_arrived(bed, BED_BAD), 0);
	assert_true(sender->sent >= TAKEOVERS * 100);
	assert_int_equal(bed_judged(plane) - before, sender->sent + 1 - (bed_link_loss() - loss));
	print_message("%u frames during %d takeovers, all dropped, all counted\n", sender->sent, TAKEOVERS);
	plane_detach(plane, NULL);
	munmap(sender, sizeof(*sender));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(under_load, bed_setup, bed_teardown),
	};

	bed_enter("takeover");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
