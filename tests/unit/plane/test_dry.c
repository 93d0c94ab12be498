/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard's plane over the twin's tables: what is written through the one is what the other judges by, and what it counts is what the
 * first one shows. No kernel, no root.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../twin/guard_bed.h"
#include "plane/plane.h"
#include "wire/guard_key.h"
#include "wire/shield_state.h"

enum { DEVICES = 40, SET = 7 };
#define S 1000000000ull

struct bed {
	struct twin_guard *twin;
	struct plane_guard *plane;
	uint64_t now_ns;
	struct fw_guard_config config;
	unsigned asked; /* how often for frames */
};

static const char *const interfaces[] = {"demo"};
static const struct plane_guard_setup setup = {
	.interfaces = interfaces, .interface_count = 1, .devices = DEVICES, .rules = 8, .flows = 8, .members = 64, .names = 16};

/* Three records, then nothing. */
static int frames(void *context, int (*visit)(void *visit_context, const void *data, size_t len), void *visit_context)
{
	struct bed *bed = context;
	struct {
		struct fw_guard_frame head;
		uint8_t bytes[20];
	} record = {.head = {.kept_len = sizeof(record.bytes)}};

	bed->asked++;
	for (record.head.run = 1; record.head.run <= 3; record.head.run++)
		if (visit(visit_context, &record, sizeof(record.head) + record.head.kept_len))
			break;
	return 0;
}

static void open_bed(struct bed *bed)
{
	struct fw_guard_sizes sizes;
	struct fault fault;

	memset(bed, 0, sizeof(*bed));
	bed->now_ns = 1000 * S;
	assert_int_equal(plane_guard_sizes(&setup, &sizes), 0);
	assert_int_equal(twin_guard_new(&sizes, &bed->twin), 0);
	const struct plane_guard_dry dry = {
		.tables = twin_guard_tables(bed->twin), .now_ns = &bed->now_ns, .frames = frames, .context = bed};
	assert_int_equal(plane_guard_open_dry(&setup, &dry, &bed->plane, &fault), 0);
	for (int i = 0; i < 16; i++)
		bed->config.key[i] = (uint64_t)(i + 1) * 0x9e3779b97f4a7c15ull;
	bed->config.flow_tcp_ns = bed->config.flow_other_ns = bed->config.answered_ns = 60 * S;
	bed->config.mode[FW_GUARD_QUARANTINE] = bed->config.mode[FW_GUARD_POLICY] = FW_MODE_ENFORCE;
}

static void close_bed(struct bed *bed)
{
	plane_guard_close(bed->plane);
	twin_guard_free(bed->twin);
}

static const struct talk syn = {.local = BED_CAMERA, .remote = BED_HOST, .local_port = 40000, .remote_port = 443, .proto = 6, .flags = 2};

/* What becomes of the camera's SYN, to another port each time. */
static struct twin_guard_verdict send_out(struct bed *bed, uint8_t out_mac[6])
{
	static uint16_t port;
	struct talk talk = syn;
	uint8_t bytes[2048];
	struct twin_guard_frame frame = {.now_ns = bed->now_ns, .bytes = bytes};

	talk.local_port = (uint16_t)(40000 + port++);
	frame.len = frame.frame_len = guard_bed_frame(&talk, true, bytes);
	memcpy(out_mac, bytes + 6, 6);
	return twin_guard_out(bed->twin, &frame);
}

static void devices(void **state)
{
	struct fw_guard_totals totals;
	struct fw_guard_count count;
	struct fw_guard_device device;
	struct bed bed;
	uint32_t place;
	uint8_t mac[6];

	open_bed(&bed);
	send_out(&bed, mac);
	assert_int_equal(plane_guard_device_add(bed.plane, mac, &place), -EINVAL); /* no configuration, though the tables have sizes */
	assert_int_equal(plane_guard_config(bed.plane, &bed.config), 0);
	assert_true(send_out(&bed, mac).place < FW_STRANGERS);
	assert_int_equal(plane_guard_device_add(bed.plane, mac, &place), 0);
	assert_int_equal(send_out(&bed, mac).place, place);
	assert_int_equal(plane_guard_counts(bed.plane, place, &count), 0);
	assert_int_equal(count.way[FW_GUARD_OUT][FW_GUARD_PASSED].packets, 1);

	assert_int_equal(plane_guard_device_flags(bed.plane, place, 0, FW_DEVICE_QUARANTINED), FW_DEVICE_USED);
	assert_int_equal(send_out(&bed, mac).outcome, FW_GUARD_DROPPED);
	assert_int_equal(send_out(&bed, mac).reason, FW_REASON_QUARANTINED);
	plane_guard_device_flags(bed.plane, place, FW_DEVICE_QUARANTINED, 0);
	assert_int_equal(send_out(&bed, mac).outcome, FW_GUARD_PASSED);
	assert_int_equal(plane_guard_counts(bed.plane, place, &count), 0);
	assert_int_equal(count.way[FW_GUARD_OUT][FW_GUARD_PASSED].packets, 2);
	assert_int_equal(count.way[FW_GUARD_OUT][FW_GUARD_DROPPED].packets, 2);
	assert_int_equal(plane_guard_totals(bed.plane, &totals), 0);
	assert_int_equal(totals.reason[FW_GUARD_OUT][FW_GUARD_DROPPED][FW_REASON_QUARANTINED].packets, 2);

	assert_true(plane_guard_device(bed.plane, place, &device));
	assert_int_equal(device.last_ns, bed.now_ns);
	assert_int_equal(plane_guard_device_remove(bed.plane, mac), 0); /* waits for nobody */
	assert_true(send_out(&bed, mac).place < FW_STRANGERS);
	assert_int_equal(plane_guard_counts(bed.plane, place, &count), 0);
	assert_int_equal(count.way[FW_GUARD_OUT][FW_GUARD_PASSED].packets, 0);
	close_bed(&bed);
}

/* Both halves are the twin's, and which one holds is in the one configuration. */
static void policies(void **state)
{
	struct plane_guard_half half;
	struct bed bed;
	uint32_t place;
	uint8_t mac[6];

	open_bed(&bed);
	assert_int_equal(plane_guard_config(bed.plane, &bed.config), 0);
	send_out(&bed, mac);
	assert_int_equal(plane_guard_device_add(bed.plane, mac, &place), 0);
	plane_guard_device_flags(bed.plane, place, 0, FW_DEVICE_POLICY);
	for (uint32_t turn = 1; turn <= 4; turn++) {
		assert_int_equal(plane_guard_half(bed.plane, &half), 0);
		half.policies[place] = (struct fw_guard_policy){.first = 2, .count = turn % 2};
		half.rules[2] = guard_bed_rule(FW_WAY_FROM, 6);
		assert_int_equal(plane_guard_config_policies(bed.plane, &bed.config, false), 0);
		assert_int_equal(plane_guard_config_now(bed.plane)->half, turn % 2);
		assert_int_equal(send_out(&bed, mac).outcome, turn % 2 ? FW_GUARD_PASSED : FW_GUARD_DROPPED);
	}
	close_bed(&bed);
}

/* Time is the frames' own: what is over by it makes room, though by ours it were not. */
static void members(void **state)
{
	uint8_t address[16] = {[10] = 0xff, [11] = 0xff, [12] = 203};
	struct plane_guard_fill fill;
	uint32_t room = 0;
	struct bed bed;

	open_bed(&bed);
	assert_int_equal(plane_guard_config(bed.plane, &bed.config), 0);
	for (int round = 0; round < 3; round++) {
		uint32_t joined = 0;
		for (uint32_t i = 0; i < 4096; i++) {
			memcpy(address + 13, &i, 3);
			joined += plane_guard_member_add(bed.plane, SET, address, bed.now_ns + 10 * S) == 0;
		}
		assert_true(joined >= setup.members && (!room || joined == room));
		room = joined;
		assert_int_equal(plane_guard_member_add(bed.plane, SET, address, bed.now_ns + 10 * S), -ENOSPC);
		memset(address + 13, 0, 3);
		assert_true(plane_guard_member_find(bed.plane, SET, address, bed.now_ns));
		bed.now_ns += 11 * S;
		assert_false(plane_guard_member_find(bed.plane, SET, address, bed.now_ns));
	}
	plane_guard_fill(bed.plane, &fill);
	assert_int_equal(fill.members, room);
	assert_int_equal(fill.places_room, DEVICES);
	close_bed(&bed);
}

static void count_frame(void *context, const struct fw_guard_frame *frame, const uint8_t *bytes)
{
	*(unsigned *)context = *(unsigned *)context * 10 + frame->run;
}

static void ring_and_interfaces(void **state)
{
	struct plane_guard_interface interface;
	struct fault fault;
	unsigned seen = 0;
	struct bed bed;

	open_bed(&bed);
	assert_int_equal(plane_guard_fd(bed.plane), -1);
	assert_false(plane_guard_took_over(bed.plane));
	assert_true(plane_guard_interface(bed.plane, 0, &interface) && interface.attached);
	assert_string_equal(interface.name, "demo");
	assert_false(plane_guard_interface(bed.plane, 1, &interface));
	assert_int_equal(plane_guard_frames(bed.plane, 100, count_frame, &seen), 3);
	assert_int_equal(seen, 123);
	assert_int_equal(plane_guard_frames(bed.plane, 2, count_frame, &seen), 2);
	assert_int_equal(seen, 12312);
	assert_int_equal(plane_guard_frames(bed.plane, 0, count_frame, &seen), 0);
	assert_int_equal(bed.asked, 2);
	assert_int_equal(plane_guard_detach(bed.plane, &fault), 0); /* nothing to be taken off; the tables are not its own */
	assert_int_equal(twin_guard_tables(bed.twin).config->place_count, DEVICES + FW_STRANGERS);
	twin_guard_free(bed.twin);
}

static void sizes(void **state)
{
	struct plane_guard_setup wrong = setup;
	struct fw_guard_sizes is;

	wrong.devices = 0;
	assert_int_equal(plane_guard_sizes(&wrong, &is), -EINVAL);
	wrong.devices = PLANE_GUARD_DEVICES_MAX + 1;
	assert_int_equal(plane_guard_sizes(&wrong, &is), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(devices),
		cmocka_unit_test(policies),
		cmocka_unit_test(members),
		cmocka_unit_test(ring_and_interfaces),
		cmocka_unit_test(sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
