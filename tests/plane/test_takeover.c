/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * No packet passes between two planes. While a child sends frames from a blocked source, in bursts that the link can hold, planes are opened
 * and closed one after another: none of those frames may reach the stack, and the kernel's counters, which the pinned
 * maps keep, must know every single one that the link took. Every other plane finds the programs of the one before checked and pinned; for the
 * others those pins are taken away, as they are of another version: then programs are loaded and exchanged.
 */
#include "bed.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <linux/bpf.h>
#include <net/if.h>
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
	struct plane *plane = bed_open(bed);

	bed_block_bad(plane);
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

/* ---- programs that are pinned ---- */

static uint32_t program_on(const char *interface)
{
	uint32_t id = 0;

	assert_int_equal(bpf_xdp_query_id((int)if_nametoindex(interface), 0, &id), 0);
	return id;
}

/* Takes the pinned programs away, and puts a program of somebody else under each of their names where there is one. Returns how many there were. */
static uint32_t exchange_pins(const struct bed *bed, int foreign)
{
	char folder[128], path[400];
	uint32_t count = 0;
	DIR *dir;

	snprintf(folder, sizeof(folder), "%s/floodwall/shield-" BED_DEVICE, bed->bpffs);
	dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		if (strncmp(entry->d_name, "program_", 8) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%.200s", folder, entry->d_name);
		assert_int_equal(unlink(path), 0);
		if (foreign >= 0)
			assert_int_equal(bpf_obj_pin(foreign, path), 0);
		count++;
	}
	closedir(dir);
	return count;
}

/* The verifier has seen it once: the same program goes on. One of another's making, or on other maps, does not become ours by its name. */
static void checked_once(void **state)
{
	struct bed *bed = *state;
	int foreign = bed_foreign_program();
	struct plane_setup setup = bed_plane_setup(bed);
	struct plane *plane;
	uint32_t first, second;

	plane_close(bed_open(bed));
	first = program_on(BED_DEVICE);
	plane_close(bed_open(bed));
	assert_int_equal(program_on(BED_DEVICE), first);
	assert_int_equal(exchange_pins(bed, foreign), 2);
	plane_close(bed_open(bed));
	second = program_on(BED_DEVICE);
	assert_true(second != first && second != 0);
	assert_true(exchange_pins(bed, -1) == 2);
	plane_close(bed_open(bed));
	assert_true(program_on(BED_DEVICE) != second);
	/* nothing holds the interface: maps are made anew, and programs for them */
	first = program_on(BED_DEVICE);
	bed_run("ip link del " BED_DEVICE " && ip link add " BED_DEVICE " type veth peer name " BED_PEER);
	setup.names *= 4;
	assert_int_equal(plane_open(&setup, &plane, NULL), 0);
	assert_false(plane_took_over(plane));
	assert_true(program_on(BED_DEVICE) != first);
	plane_detach(plane, NULL);
	bed_assert_clean(bed, BED_DEVICE);
	close(foreign);
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
		if (i % 2)
			assert_int_equal(exchange_pins(bed, -1), 2);
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
		cmocka_unit_test_setup_teardown(checked_once, bed_setup, bed_teardown),
		cmocka_unit_test_setup_teardown(under_load, bed_setup, bed_teardown),
	};

	bed_enter("takeover");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
