/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard's judge, in user space: the first byte picks a scene of the twin test, then come frames, each behind two bytes: its
 * length, whose highest bit says that it reaches a device. A quarter of a second goes by with each.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "guard_scene.h"
#include "twin/twin.h"

enum { SCENES = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static const struct guard_scene *scene_of(uint8_t number)
{
	static struct guard_scene scenes[SCENES];
	static bool made[SCENES];
	uint64_t random = number % SCENES + 1;

	if (!made[number % SCENES])
		guard_scene_make(&random, &scenes[number % SCENES]);
	made[number % SCENES] = true;
	return &scenes[number % SCENES];
}

static struct twin_guard *guard_of(const struct guard_scene *scene)
{
	static const struct fw_guard_sizes sizes = {
		GUARD_PLACES, GUARD_DEVICES, GUARD_FLOW_BUCKETS, GUARD_RULES, GUARD_MEMBERS, GUARD_NAMES, GUARD_BOUND};
	static struct twin_guard *guard;
	struct fw_guard_tables t;

	if (!guard && twin_guard_new(&sizes, &guard))
		abort();
	t = twin_guard_tables(guard);
	*t.config = scene->config;
	memset(t.totals, 0, sizeof(*t.totals));
	memset(t.counts, 0, GUARD_DEVICES * sizeof(*t.counts));
	memcpy(t.places, scene->places, sizeof(scene->places));
	memcpy(t.devices, scene->state.devices, sizeof(scene->state.devices));
	for (int i = 0; i < 2; i++) {
		memcpy(t.policies[i], scene->policies[i], sizeof(scene->policies[i]));
		memcpy(t.rules[i], scene->rules[i], sizeof(scene->rules[i]));
	}
	memcpy(t.flows, scene->state.flows, sizeof(scene->state.flows));
	memcpy(t.members, scene->state.members, sizeof(scene->state.members));
	memcpy(t.names, scene->names, sizeof(scene->names));
	memcpy(t.bound, scene->state.bound, sizeof(scene->state.bound));
	memcpy(t.words, scene->state.words, sizeof(scene->state.words));
	return guard;
}

/* One verdict, one reason, one counter; a device that is held back is never stopped; what goes up is the frame's beginning. */
static void judge(struct twin_guard *guard, uint64_t now_ns, const uint8_t *bytes, uint32_t len, bool in)
{
	const struct fw_guard_totals *totals = twin_guard_tables(guard).totals;
	uint8_t *exact = malloc(len ? len : 1);
	struct twin_guard_frame frame = {.now_ns = now_ns, .bytes = exact, .len = len, .frame_len = len, .packets = 1};
	struct twin_guard_verdict verdict;
	const struct fw_guard_device *device;
	uint64_t before[FW_REASON_COUNT];

	must(exact != NULL);
	memcpy(exact, bytes, len);
	for (uint32_t i = 0; i < FW_REASON_COUNT; i++)
		before[i] = totals->reason[in][0][i].packets + totals->reason[in][1][i].packets;
	verdict = in ? twin_guard_in(guard, &frame) : twin_guard_out(guard, &frame);
	device = &twin_guard_tables(guard).devices[verdict.place];
	must(verdict.outcome == FW_GUARD_PASSED || verdict.outcome == FW_GUARD_DROPPED);
	must(verdict.reason > FW_REASON_NONE && verdict.reason < FW_REASON_COUNT);
	must(totals->reason[in][verdict.outcome][verdict.reason].packets >= 1);
	for (uint32_t i = 0; i < FW_REASON_COUNT; i++)
		must(totals->reason[in][0][i].packets + totals->reason[in][1][i].packets == before[i] + (i == verdict.reason));
	must(!(device->flags & FW_DEVICE_HELD) || verdict.outcome == FW_GUARD_PASSED);
	if (verdict.sent) {
		must(verdict.sent->kept_len <= len && verdict.sent->kept_len <= FW_FRAME_LONG);
		must(!memcmp(verdict.sent + 1, bytes, verdict.sent->kept_len));
	}
	free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct twin_guard *guard;
	const struct guard_scene *scene;
	uint64_t now_ns;
	size_t at = 1;

	if (!len)
		return 0;
	scene = scene_of(bytes[0]);
	guard = guard_of(scene);
	now_ns = scene->begin_ns;
	while (len - at >= 2) {
		uint32_t head = fw_be16(bytes + at), frame_len = head & 0x7fff;

		at += 2;
		if (frame_len > len - at)
			frame_len = (uint32_t)(len - at);
		judge(guard, now_ns, bytes + at, frame_len, head >> 15);
		at += frame_len;
		now_ns += FW_NS_PER_S / 4;
	}
	return 0;
}
