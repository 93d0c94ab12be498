/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shield's judge, in user space: the first byte picks a scene of the twin test, then come frames, each behind two bytes: its
 * length, whose highest bit says that it leaves. A second of the clock goes by with each.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "twin/twin.h"

enum { SCENES = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static const struct scene *scene_of(uint8_t number)
{
	static struct scene scenes[SCENES];
	static bool made[SCENES];
	uint64_t random = number % SCENES + 1;

	if (!made[number % SCENES])
		scene_make(&random, &scenes[number % SCENES]);
	made[number % SCENES] = true;
	return &scenes[number % SCENES];
}

static struct twin *twin_of(const struct scene *scene)
{
	static const struct twin_sizes sizes = {
		SCENE_NAMES_LINES, SCENE_ZONES, SCENE_CELLS, SCENE_SEEN_LINES, SCENE_SEEN_LINES, SCENE_BLOCKED, SCENE_PREFIXES};
	static struct twin *twin;
	struct twin_tables t;

	if (!twin && twin_new(&sizes, &twin))
		abort();
	t = twin_tables(twin);
	*t.config = scene->config;
	memset(t.counts, 0, sizeof(*t.counts));
	memcpy(t.names[0], scene->names[0], sizeof(scene->names[0]));
	memcpy(t.names[1], scene->names[1], sizeof(scene->names[1]));
	memcpy(t.zones, scene->state.zones, sizeof(scene->state.zones));
	memcpy(t.cells, scene->state.cells, sizeof(scene->state.cells));
	memcpy(t.words, scene->state.words, sizeof(scene->state.words));
	memcpy(t.proven, scene->state.proven, sizeof(scene->state.proven));
	memcpy(t.asked, scene->state.asked, sizeof(scene->state.asked));
	memcpy(t.blocked, scene->blocked, sizeof(scene->blocked));
	memcpy(t.protected, scene->protected, sizeof(scene->protected));
	memcpy(t.prefixes, scene->prefixes, sizeof(scene->prefixes));
	twin_use_prefixes(twin, scene->prefixes_count);
	return twin;
}

static uint64_t judged(const struct fw_shield_counts *counts)
{
	uint64_t sum = 0;

	for (uint32_t outcome = 0; outcome < FW_OUTCOME_WOULD; outcome++)
		for (uint32_t reason = 0; reason < FW_REASON_COUNT; reason++)
			sum += counts->reason[outcome][reason].packets;
	return sum;
}

/* What is sent back is never longer than what came, and never the answer to an answer; what passes or is dropped is left as it was. */
static void arrive(struct twin *twin, uint64_t now_ns, const uint8_t *bytes, uint32_t len)
{
	const struct fw_shield_counts *counts = twin_tables(twin).counts;
	uint64_t before = judged(counts);
	uint8_t *frame = malloc(len ? len : 1);
	struct twin_verdict verdict;
	struct fw_packet packet;

	must(frame != NULL);
	memcpy(frame, bytes, len);
	verdict = twin_arrive(twin, now_ns, frame, len);
	must(verdict.outcome < FW_OUTCOME_WOULD && verdict.reason > FW_REASON_NONE && verdict.reason < FW_REASON_COUNT);
	must(judged(counts) == before + 1);
	must(!verdict.sample || verdict.sample->kept_len == (len < FW_SAMPLE_BYTES ? len : FW_SAMPLE_BYTES));
	if (verdict.outcome == FW_OUTCOME_TRUNCATED) {
		must(verdict.len <= len && fw_packet_read(frame, verdict.len, FW_LINK_ETHERNET, &packet) == FW_READ_OK);
		must(packet.payload_len >= 17 && fw_be16(frame + packet.payload_off + 2) >> 9 == 0x41);
		must(fw_packet_read(bytes, len, FW_LINK_ETHERNET, &packet) == FW_READ_OK && !(bytes[packet.payload_off + 2] & 0x80));
	} else {
		must(!memcmp(frame, bytes, len));
	}
	free(frame);
}

static void leave(struct twin *twin, uint64_t now_ns, const uint8_t *bytes, uint32_t len)
{
	uint8_t *frame = malloc(len ? len : 1);

	must(frame != NULL);
	memcpy(frame, bytes, len);
	twin_leave(twin, now_ns, frame, len);
	free(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	uint64_t now_ns = SCENE_BEGIN_S * FW_NS_PER_S;
	struct twin *twin;
	size_t at = 1;

	if (!len)
		return 0;
	twin = twin_of(scene_of(bytes[0]));
	while (len - at >= 2) {
		uint32_t head = fw_be16(bytes + at), frame_len = head & 0x7fff;

		at += 2;
		if (frame_len > len - at)
			frame_len = (uint32_t)(len - at);
		if (head >> 15)
			leave(twin, now_ns, bytes + at, frame_len);
		else
			arrive(twin, now_ns, bytes + at, frame_len);
		at += frame_len;
		now_ns += FW_NS_PER_S;
	}
	return 0;
}
