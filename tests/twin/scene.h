/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the shield's twin test plays: a scene (configuration, names, zones, lists, and what is remembered at its beginning), and the
 * frames that arrive and leave in it, one after the other. Tables are tiny, so that everything meets in them.
 */
#pragma once

#include "wire/shield_out.h"

enum {
	SCENE_NAMES = 128,
	SCENE_NAMES_LINES = 136, /* with hints */
	SCENE_ZONES = 8,
	SCENE_CELLS = 64,
	SCENE_SEEN = 4,
	SCENE_SEEN_LINES = 5,
	SCENE_BLOCKED = 4,
	SCENE_PREFIXES = 4,
	SCENE_STEPS = 64,
	FRAME_ROOM = 2048,
	SCENE_BEGIN_S = 1000000 /* the first second of each scene */
};

/* What changes as frames go by. */
struct scene_state {
	struct fw_zone zones[SCENE_ZONES];
	uint64_t cells[SCENE_CELLS], words[FW_WORD_COUNT];
	struct fw_seen_bucket proven[SCENE_SEEN_LINES], asked[SCENE_SEEN_LINES];
};

/* What only counts. */
struct scene_counts {
	struct fw_shield_counts counts;
	struct fw_zone_count zones[SCENE_ZONES];
};

struct scene {
	struct fw_shield_config config;
	struct fw_names_bucket names[2][SCENE_NAMES_LINES];
	struct fw_digest_bucket blocked[SCENE_BLOCKED];
	struct fw_protected_bucket protected[FW_PROTECTED_BUCKETS];
	struct fw_prefix_entry prefixes[SCENE_PREFIXES];
	uint32_t prefixes_count;
	struct scene_state state;
};

struct scene_step {
	uint64_t now_ns;
	uint8_t *bytes; /* owned by whoever keeps the step; SCENE_SLACK bytes before and behind them may be read and written */
	uint32_t len;
	bool leaves; /* else it arrives */
};
enum { SCENE_SLACK = 64 };

struct scene_play {
	struct scene scene;
	struct scene_step steps[SCENE_STEPS];
	uint64_t digests[SCENE_STEPS]; /* of what came of each */
	uint32_t count;
	const char *name;
};

/* Which short way of the kernel a frame went: shield.bpf.c's enum shield_early. */
enum scene_early { SCENE_EARLY_NOT, SCENE_EARLY_BLOCKED, SCENE_EARLY_PLAIN };

/* What came of one step, beside the state. */
struct scene_result {
	uint32_t outcome, len; /* enum fw_outcome; bytes of the frame now */
	struct fw_shield_notes notes;
	struct fw_packet packet;
	struct fw_dns_question question;
	uint32_t sampled;
	uint32_t early; /* enum scene_early: the kernel went a short way, and left no notes but outcome and reason, nor fields */
	struct fw_shield_sample sample;
	uint8_t frame[FRAME_ROOM];
};

uint32_t scene_pick(uint64_t *random, uint32_t below);

/* A scene by chance; every second one in some stance that acts. */
void scene_make(uint64_t *random, struct scene *out);

/* Most budgets are empty, filters act and enforce. */
void scene_under_fire(uint64_t *random, struct scene *scene);

/* One more protected address. */
void scene_protect(struct scene *scene, const uint8_t address[16]);

/* A frame by chance, aimed at the edges of the judge; not always one that can be read. Returns its length. */
uint32_t scene_frame(uint64_t *random, bool leaves, uint8_t bytes[FRAME_ROOM]);
