/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the guard's twin test plays: a scene (configuration, devices with their policies, sets, names, what is remembered at its
 * beginning), and the frames that leave and reach its devices, one after the other. Tables are tiny, so that everything meets in them.
 */
#pragma once

#include "wire/guard.h"

enum {
	GUARD_PLACES = 2,
	GUARD_KNOWN = 6, /* devices that have a place */
	GUARD_DEVICES = FW_STRANGERS + GUARD_KNOWN,
	GUARD_FLOW_BUCKETS = 2,
	GUARD_FLOWS = GUARD_DEVICES * GUARD_FLOW_BUCKETS,
	GUARD_RULES = 64,
	GUARD_MEMBERS = 2,
	GUARD_NAMES = 2,
	GUARD_BOUND = 2, /* rows */
	GUARD_STEPS = 96,
	GUARD_ROOM = 2048, /* bytes of a frame */
	GUARD_SLACK = 64
};

/* What changes as frames go by. */
struct guard_state {
	struct fw_guard_device devices[GUARD_DEVICES];
	struct fw_flow_bucket flows[GUARD_FLOWS];
	struct fw_member_bucket members[GUARD_MEMBERS];
	struct fw_bound_row bound[GUARD_BOUND];
	uint64_t words[FW_GUARD_WORD_COUNT];
};

/* What only counts. */
struct guard_counts {
	struct fw_guard_totals totals;
	struct fw_guard_count counts[GUARD_DEVICES];
};

struct guard_scene {
	uint32_t number; /* of guard_switch */
	struct fw_guard_config config;
	struct fw_place_bucket places[GUARD_PLACES];
	struct fw_guard_policy policies[2][GUARD_DEVICES];
	struct fw_rule rules[2][GUARD_RULES];
	struct fw_name_bucket names[GUARD_NAMES];
	struct guard_state state;
	uint64_t begin_ns;
};

struct guard_step {
	uint64_t now_ns;
	uint8_t *bytes; /* owned by whoever keeps the step; GUARD_SLACK bytes before and behind them may be read */
	uint32_t len, packets;
	uint16_t vlan; /* beside the bytes, of what reaches a device */
	uint8_t way; /* enum fw_guard_way */
};

struct guard_play {
	struct guard_scene scene;
	struct guard_step steps[GUARD_STEPS];
	uint64_t digests[GUARD_STEPS]; /* of what came of each */
	uint32_t count;
	const char *name;
};

/* What came of one step, beside the state. */
struct guard_result {
	struct fw_guard_notes notes;
	struct fw_packet packet, inner;
	struct fw_dns_question question;
	uint32_t dropped, sent; /* by the program's own word; records that went up */
	struct fw_guard_frame head;
	uint8_t bytes[FW_FRAME_LONG];
};

uint32_t guard_pick(uint64_t *random, uint32_t below);

/* A scene by chance. */
void guard_scene_make(uint64_t *random, struct guard_scene *out);

/* Its configuration is another than any before. */
void guard_scene_anew(struct guard_scene *scene);

/* An address of the few that mean something, by number; a MAC. */
enum { GUARD_ADDRESSES = 48, GUARD_MACS = 12 };
void guard_address(uint32_t number, uint8_t out[16]);
void guard_mac(uint32_t number, uint8_t out[6]);
/* Names that are asked for; the first GUARD_NAMED have a set. In wire form; returns the length. */
enum { GUARD_NAME_COUNT = 6, GUARD_NAMED = 4 };
uint32_t guard_name(uint32_t number, uint8_t out[256]);

/* A frame by chance, aimed at the edges of the judge; not always one that can be read. Returns its length. */
uint32_t guard_frame_make(uint64_t *random, uint8_t way, uint8_t bytes[GUARD_ROOM]);

/*
 * Answers to a question that is pending, each a play of its own: its question, then the answer; records, owners, times and flags at
 * their edges, and one cut at every byte.
 */
typedef void (*guard_answer_visit)(void *context, const struct guard_scene *scene, const struct guard_step steps[2], const char *name);
void guard_answers_each(guard_answer_visit visit, void *context);

/* One conversation of a device over TCP, from its port 40000. */
struct guard_talk {
	bool four;
	uint16_t port; /* of the peer, or of the device where that serves */
	bool served;
};

/* Ethernet, IP, TCP of it, the step's way; mostly as a bulk transfer has them. Returns the length. */
uint32_t guard_bulk_frame(uint64_t *random, const struct guard_step *step, const struct guard_talk *talk, uint8_t frame[128]);

/* Who may pass everything, now and then under a policy; modes stay as they are, networks of ours are often not known. */
void guard_bulk_scene(uint64_t *random, struct guard_scene *scene);

/* The conversation has gone on for long; now and then of a MAC that has no place. */
void guard_bulk_old(uint64_t *random, struct guard_scene *scene, const struct guard_talk *talk);

/* In the midst of a transfer something becomes different: the configuration, whose the MAC is, a flag, a policy, whose flow it is. */
void guard_bulk_change(uint64_t *random, struct guard_scene *scene);
