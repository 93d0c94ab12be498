/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live engine fed by hand: what it told, and frames to feed it with. */
#pragma once

#include "engine/live.h"

enum { FED_TOLD_MAX = 65536 };

/* What a finding is known by across runs. */
struct fed_key {
	uint32_t id, device, severity, what; /* what: vector, port or the like */
};

struct fed_told {
	struct fed_key key;
	uint64_t number, time_ns; /* of the finding; of the tick */
	uint64_t first_ns, last_ns;
	enum live_news news;
	bool first;
};

struct fed {
	struct live *live;
	struct fed_told told[FED_TOLD_MAX];
	uint32_t told_count;
	uint64_t now_ns, wall_ahead_ns;
	bool mute;
};

/* device: who it is about, or NULL. Known by its first address, as numbers depend on the order in which devices became known. */
struct fed_key fed_key_of(const struct finding *finding, const struct device *device);

/* A home of 192.168.0.0/16 and the like. config may be NULL. */
struct fed *fed_new(const struct live_config *config);
void fed_free(struct fed *fed);

/* To this time, with a tick each 100 ms. */
void fed_until(struct fed *fed, uint64_t time_ns);
void fed_walk(struct fed *fed, uint64_t time_ns, uint64_t step_ns); /* with a tick each step */
void fed_see(struct fed *fed, const struct frame *frame); /* at its own time */

/* A TCP segment or UDP datagram between two IPv4 addresses, as a frame of the ring. */
struct fed_packet {
	uint8_t from_mac, to_mac; /* the last byte of it */
	uint32_t from, to;
	uint16_t from_port, to_port;
	uint8_t proto, flags;
	uint16_t len; /* of the payload */
	uint32_t seq, ack;
	struct fw_guard_frame frame; /* way, outcome, reason, run */
};
void fed_packet(struct fed *fed, const struct fed_packet *packet);

/* How many findings of this id, with at least this severity, were told as new or worse since entry `from`. */
uint32_t fed_count(const struct fed *fed, uint32_t from, enum finding_id id, enum severity severity);
