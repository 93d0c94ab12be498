/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A reload of a thousand policies under traffic: each device may send to one address of its own, which is the same before and after,
 * and to nobody else's. The rules of the two halves lie in opposite order, so a packet that took its policy from one half and the
 * rules from the other, or read a half while it was written, would be judged by another device's. Nothing allowed may be stopped, nothing
 * forbidden may pass.
 */
#include "guard_bed.h"

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

enum { SWAPS = 300, BURST = 64, FRAMES_MAX = 100000000 };

struct sender {
	uint32_t stop;
	uint64_t allowed, forbidden; /* frames that the link took */
};

/* Each device to its own address, and to that of another one. */
static pid_t send_until_told(const struct bed *bed, struct sender *sender)
{
	pid_t child = fork();
	uint8_t frame[512];

	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (uint32_t n = 0; n < FRAMES_MAX && !__atomic_load_n(&sender->stop, __ATOMIC_ACQUIRE); n++) {
		uint32_t i = n * 7919 % BED_DEVICES, other = (i + 1 + n % (BED_DEVICES - 1)) % BED_DEVICES;
		size_t len = guard_bed_frame(frame, i, guard_bed_peer(i), BED_ALLOWED);

		__atomic_fetch_add(&sender->allowed, bed_send(bed, frame, len, 1), __ATOMIC_RELEASE);
		len = guard_bed_frame(frame, i, guard_bed_peer(other), BED_FORBIDDEN);
		__atomic_fetch_add(&sender->forbidden, bed_send(bed, frame, len, 1), __ATOMIC_RELEASE);
		if (n % BURST == 0)
			usleep(200); /* two CPUs have other things to do too */
	}
	_exit(0);
}

static void write_rule(struct fw_rule *rule, uint32_t i)
{
	*rule = (struct fw_rule){
		.bits = 128,
		.local_most = 65535,
		.remote_most = 65535,
		.remote = FW_REMOTE_PREFIX,
		.way = FW_WAY_FROM,
		.any_proto = 1,
		.icmp_type = FW_RULE_ANY,
		.icmp_code = FW_RULE_ANY,
		.accept = 1,
	};
	bed_address(rule->address, guard_bed_peer(i));
}

static void swap(struct plane_guard *guard, const uint32_t *places, uint32_t number, bool anew)
{
	struct fw_guard_config config = guard_bed_config();
	uint32_t before = guard_bed_number(guard);
	struct plane_guard_half half;

	config.generation = number;
	assert_int_equal(plane_guard_half(guard, &half), 0);
	for (uint32_t i = 0; i < BED_DEVICES; i++) {
		uint32_t first = number & 1 ? 2 * i : 2 * (BED_DEVICES - 1 - i);

		half.policies[places[i]] = (struct fw_guard_policy){.first = first, .count = 1};
		write_rule(&half.rules[first], i);
	}
	assert_int_equal(plane_guard_config_policies(guard, &config, anew), 0);
	assert_int_equal(plane_guard_config_now(guard)->generation, number);
	assert_int_equal(guard_bed_number(guard), before + 1);
}

static struct plane_guard *open_with_devices(const struct bed *bed, uint32_t *places)
{
	struct fw_guard_config config = guard_bed_config();
	struct plane_guard *guard = guard_bed_open(bed);
	uint8_t mac[6];

	assert_int_equal(plane_guard_config(guard, &config), 0);
	for (uint32_t i = 0; i < BED_DEVICES; i++) {
		guard_bed_mac(i, mac);
		assert_int_equal(plane_guard_device_add(guard, mac, &places[i]), 0);
		plane_guard_device_flags(guard, places[i], 0, FW_DEVICE_POLICY);
	}
	return guard;
}

/* anew: each flow is judged by the rules once more after each swap; without, what was judged goes on. */
static void swap_under_load(struct bed *bed, bool anew)
{
	static uint32_t places[BED_DEVICES];
	struct sender *sender = mmap(NULL, sizeof(*sender), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct plane_guard *guard = open_with_devices(bed, places);
	struct guard_bed_seen seen = {0};
	uint64_t loss = bed_link_loss();
	uint32_t swaps = 1;
	pid_t child;
	int status;

	swap(guard, places, 1, anew);
	child = send_until_told(bed, sender);
	while (swaps < SWAPS || __atomic_load_n(&sender->allowed, __ATOMIC_ACQUIRE) < 100ull * SWAPS) {
		swap(guard, places, ++swaps, anew);
		guard_bed_poll(bed, &seen);
	}
	__atomic_store_n(&sender->stop, 1, __ATOMIC_RELEASE);
	assert_int_equal(waitpid(child, &status, 0), child);
	guard_bed_seen(bed, &seen);
	loss = bed_link_loss() - loss;
	print_message(
		"%u swaps of %d policies, %llu frames allowed, %llu of them passed (the link lost %llu); %llu forbidden, %llu passed\n",
		swaps, BED_DEVICES, (unsigned long long)sender->allowed, (unsigned long long)seen.allowed, (unsigned long long)loss,
		(unsigned long long)sender->forbidden, (unsigned long long)seen.forbidden);
	assert_int_equal(seen.forbidden, 0);
	assert_true(seen.allowed + loss >= sender->allowed && sender->forbidden > swaps);
	plane_guard_detach(guard, NULL);
	munmap(sender, sizeof(*sender));
}

static void judged_anew(void **state)
{
	swap_under_load(*state, true);
}

static void judged_once(void **state)
{
	swap_under_load(*state, false);
}

/* A policy keeps its generation while its rules are the same, wherever they lie; another rule, or `anew`, makes the next. */
static void generations(void **state)
{
	static uint32_t places[BED_DEVICES];
	struct bed *bed = *state;
	struct plane_guard *guard = open_with_devices(bed, places);
	struct fw_guard_config config = guard_bed_config();
	struct plane_guard_half half;
	uint8_t before, other;

	swap(guard, places, 1, false);
	swap(guard, places, 2, false);
	assert_int_equal(plane_guard_half(guard, &half), 0);
	/* what was lent holds from now on: the pointers stay good to read */
	half.policies[places[5]] = (struct fw_guard_policy){.first = 8, .count = 1};
	write_rule(&half.rules[8], 5);
	half.policies[places[6]] = (struct fw_guard_policy){.first = 4, .count = 1};
	write_rule(&half.rules[4], 7);
	assert_int_equal(plane_guard_config_policies(guard, &config, false), 0);
	before = half.policies[places[5]].generation;
	other = half.policies[places[6]].generation;
	assert_int_equal(other, (uint8_t)(before + 1));
	swap(guard, places, 4, false);
	assert_int_equal(plane_guard_half(guard, &half), 0);
	half.policies[places[5]] = (struct fw_guard_policy){.first = 8, .count = 1};
	write_rule(&half.rules[8], 5);
	assert_int_equal(plane_guard_config_policies(guard, &config, true), 0);
	assert_int_equal(half.policies[places[5]].generation, (uint8_t)(before + 1));
	assert_int_equal(plane_guard_half(guard, &half), 0);
	half.policies[places[1]].first = half.rule_count;
	half.policies[places[1]].count = 1;
	assert_int_equal(plane_guard_config_policies(guard, &config, false), -22);
	plane_guard_detach(guard, NULL);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, guard_bed_setup, guard_bed_teardown)
	const struct CMUnitTest tests[] = {
		CASE(generations),
		CASE(judged_anew),
		CASE(judged_once),
	};

	bed_enter("guard-halves");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
