/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet is judged by one configuration and one table of names, never by parts of two.
 *
 * Two tables: under one key the name lies in zone 1, under the other in zone 2; nothing else is in either. While questions for it
 * arrive, the two are switched SWAPS times, and each half is emptied before it is filled anew. A packet that took the
 * key of one and the table of the other, or that read a half while it was written, would find the name in no zone (foreign).
 */
#include "bed.h"
#include "dns_key.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "plane/inside.h"

enum { SWAPS = 1000, BURST = 256, FRAMES_MAX = 100000000 };

static const char name[] = "\3www\4test";

struct sender {
	uint32_t stop;
	uint64_t sent;
};

static pid_t send_until_told(const struct bed *bed, struct sender *sender)
{
	pid_t child = fork();
	uint8_t frame[512];
	size_t len;

	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	len = bed_frame(frame, BED_GOOD, BED_SERVER, name);
	for (uint32_t i = 0; i < FRAMES_MAX && !__atomic_load_n(&sender->stop, __ATOMIC_ACQUIRE); i += BURST) {
		__atomic_fetch_add(&sender->sent, bed_send(bed, frame, len, BURST), __ATOMIC_RELEASE);
		usleep(100); /* two CPUs have other things to do too */
	}
	_exit(0);
}

/* The name under this key as the only entry of the half that is free, and a configuration with that key made to hold. */
static void swap_to(struct plane *plane, uint32_t zone)
{
	struct fw_shield_config config = bed_config();
	struct fw_dns_question question = {0};
	struct fw_name_slot *slot;
	struct fw_names_bucket *half;
	uint8_t frame[512];
	size_t len = bed_frame(frame, 0, 0, name);
	uint32_t buckets;
	uint64_t hash;

	config.generation = zone;
	config.dns_key = dns_key_of(zone);
	assert_int_equal(fw_dns_parse(fw_cursor_of(frame + 42, (uint32_t)len - 42), &config.dns_key, &question), FW_READ_OK);
	half = plane_names_half(plane, &buckets);
	assert_non_null(half);
	memset(half, 0, buckets * sizeof(*half));
	hash = fw_dns_suffix(&question, &config.dns_key, 0);
	slot = &half[fw_names_second(hash, fw_hint_buckets(buckets) - 1)].slot[1];
	*slot = (struct fw_name_slot){.hash = hash, .zone = zone};
	*fw_names_hints(half, fw_hint_buckets(buckets) - 1, hash) |= fw_names_hint(hash);
	assert_int_equal(plane_config_names(plane, &config), 0);
	assert_int_equal(plane_config_now(plane)->generation, zone);
}

static uint64_t passed(const struct plane *plane, enum fw_reason reason)
{
	struct fw_shield_counts counts;

	assert_int_equal(plane_counts(plane, &counts), 0);
	return counts.reason[FW_OUTCOME_PASSED][reason].packets;
}

static struct plane *open_with_zones(const struct bed *bed)
{
	struct plane *plane = bed_open(bed);
	uint8_t server[16];

	bed_address(server, BED_SERVER);
	swap_to(plane, 1);
	assert_int_equal(plane_protect(plane, (const uint8_t(*)[16])server, 1), 0);
	plane_zone_flags(plane, 1, 0, FW_ZONE_USED);
	plane_zone_flags(plane, 2, 0, FW_ZONE_USED);
	return plane;
}

static void swap_under_load(const struct bed *bed, struct plane *plane, uint32_t swaps)
{
	struct sender *sender = mmap(NULL, sizeof(*sender), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child = send_until_told(bed, sender);
	struct fw_zone_count zones[3];
	int status;

	for (uint32_t i = 0; i < swaps || __atomic_load_n(&sender->sent, __ATOMIC_ACQUIRE) < 200ull * swaps; i++)
		swap_to(plane, 2 - i % 2);
	__atomic_store_n(&sender->stop, 1, __ATOMIC_RELEASE);
	assert_int_equal(waitpid(child, &status, 0), child);
	bed_arrived(bed, BED_GOOD);
	for (uint32_t zone = 0; zone < 3; zone++)
		assert_int_equal(plane_zone_counts(plane, zone, &zones[zone]), 0);
	print_message("%u swaps, %llu questions: %llu judged by one table, %llu by the other, %llu by neither\n", swaps,
		(unsigned long long)sender->sent, (unsigned long long)zones[1].seen[FW_CLASS_EXISTS],
		(unsigned long long)zones[2].seen[FW_CLASS_EXISTS],
		(unsigned long long)(passed(plane, FW_REASON_FOREIGN) + passed(plane, FW_REASON_UNKNOWN)));
	assert_int_equal(passed(plane, FW_REASON_FOREIGN), 0);
	assert_int_equal(passed(plane, FW_REASON_UNKNOWN), 0);
	assert_int_equal(zones[1].seen[FW_CLASS_EXISTS] + zones[2].seen[FW_CLASS_EXISTS], passed(plane, FW_REASON_EXISTS));
	assert_true(sender->sent > swaps && zones[1].seen[FW_CLASS_EXISTS] && zones[2].seen[FW_CLASS_EXISTS]);
	munmap(sender, sizeof(*sender));
}

static void never_a_mixture(void **state)
{
	struct bed *bed = *state;
	struct plane *plane = open_with_zones(bed);

	swap_under_load(bed, plane, SWAPS);
	plane_detach(plane, NULL);
}

/* The same where membarrier(2) cannot be had: a map of maps waits as long. */
static void with_the_other_wait(void **state)
{
	struct bed *bed = *state;
	struct plane *plane = open_with_zones(bed);

	assert_int_equal(plane->hold.waiter, -1);
	assert_int_equal(hold_waiter_make(&plane->hold), 0);
	swap_under_load(bed, plane, SWAPS / 10);
	plane_detach(plane, NULL);
}

/* Protected sets follow each other without a moment in which an address of both is unprotected. */
static void protected_all_the_time(void **state)
{
	struct bed *bed = *state;
	struct plane *plane = open_with_zones(bed);
	struct sender *sender = mmap(NULL, sizeof(*sender), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint8_t set[8][16];
	pid_t child;
	int status;

	bed_arrived(bed, 0);
	uint64_t before = passed(plane, FW_REASON_NOT_PROTECTED);
	child = send_until_told(bed, sender);
	for (uint32_t i = 0; i < SWAPS / 10 || __atomic_load_n(&sender->sent, __ATOMIC_ACQUIRE) < 20 * SWAPS; i++) {
		for (uint32_t j = 0; j < 8; j++)
			bed_address(set[j], j ? BED_SERVER + 7 * i + 13 * j : BED_SERVER);
		assert_int_equal(plane_protect(plane, (const uint8_t(*)[16])set, 8), 0);
	}
	__atomic_store_n(&sender->stop, 1, __ATOMIC_RELEASE);
	assert_int_equal(waitpid(child, &status, 0), child);
	bed_arrived(bed, BED_GOOD); /* sends one frame that is addressed to somebody else */
	assert_true(sender->sent > SWAPS);
	assert_int_equal(passed(plane, FW_REASON_NOT_PROTECTED) - before, 1);
	plane_detach(plane, NULL);
	munmap(sender, sizeof(*sender));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, bed_setup, bed_teardown)
	const struct CMUnitTest tests[] = {
		CASE(never_a_mixture),
		CASE(with_the_other_wait),
		CASE(protected_all_the_time),
	};

	bed_enter("halves");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
