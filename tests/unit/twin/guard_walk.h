/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A third opinion on policies. The plain list walk was written from RFC 8520 and the words of wire/rule.h, over addresses as
 * numbers and flows as a list, without hashes, cached permissions, masks or maps, and walks all rules for every packet. Policies and
 * conversations by chance go through it and through the guard: in user space (test_guard_policy.c), and in the kernel beside it
 * (twin/test_guard_walk.c).
 */
#pragma once

#include "guard_bed.h"

enum { WALK_PACKETS = 60, WALK_RULES = 12, WALK_SETS = 4, WALK_REMOTES = 7 };

/* What the plain walk knows: nothing that is packed. */
struct walk {
	struct fw_rule rules[WALK_RULES];
	uint32_t addresses[WALK_RULES]; /* of each rule's prefix */
	uint32_t count;
	bool in_set[WALK_SETS + 1][WALK_REMOTES];
	uint32_t plug_maker, plug_model, set_dns, set_ntp;
	bool defaults;
	struct walk_flow {
		uint8_t proto;
		uint16_t local_port, remote_port;
		uint32_t remote;
		bool by_peer;
	} flows[WALK_PACKETS];
	uint32_t flow_count;
};

struct walk_packet {
	struct talk talk;
	uint32_t remote_number;
	bool out;
};

/* A camera with a policy, sets and what is in them, on the walk and the bed. */
void walk_scene(uint64_t *random, struct walk *out_walk, struct guard_bed *bed);

/* One of its packets. */
void walk_packet(uint64_t *random, struct walk_packet *out_packet);

/* What becomes of it; it is remembered if it passes. */
enum fw_reason walk_judge(struct walk *walk, const struct walk_packet *packet);
bool walk_drops(enum fw_reason reason);
