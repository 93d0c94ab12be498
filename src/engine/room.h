/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the hall share among themselves: the rooms, the clock, the packet at hand. Private to engine/.
 */
#pragma once

#include "base/table.h"
#include "detect/detect.h"
#include "dissect/dissect.h"
#include "engine/engine.h"
#include "flow/flow.h"
#include "inventory/inventory.h"
#include "stream/stream.h"
#include "wire/limits.h"
#include "wire/packet.h"

enum { NAMED_BY_ANSWER = 1, NAMED_RESOLVER = 2 };
enum { ROUTER_MAX = 8, JUMP_MAX = 64 };

/* From hall_ns on, the hall's clock is behind_ns ahead of the capture's. */
struct jump {
	uint64_t hall_ns, behind_ns;
};

/* An address that a DNS answer gave, or that answers DNS itself. */
struct named {
	uint8_t address[16];
	uint32_t what;
	uint32_t zero;
};

/* Two addresses with a tunnel between them; the key is the first 40 bytes. */
struct tunnel_ends {
	uint8_t low[16], high[16];
	uint8_t proto; /* IP protocol */
	uint8_t zero[7];
	uint32_t seen; /* which of them has sent */
	uint32_t zero_end;
};
_Static_assert(offsetof(struct tunnel_ends, seen) == 40, "the key is the first 40 bytes");

/* A TCP conversation being read. */
struct slot {
	struct stream *stream; /* NULL when free */
	uint32_t conversation; /* index in flow/ */
	uint32_t newer, older; /* in order of use */
	uint32_t next_seq[2]; /* what each side sends next, as far as it was seen; by direction */
	bool next_known[2];
};

struct engine {
	struct engine_config config;
	struct inventory *inventory;
	struct flow *flow;
	struct detect *detect;
	struct stream_pool *streams;
	struct slot *slots;
	uint8_t *sessions; /* FW_STREAM_MAX times dissect_session_size() */
	uint32_t slot_newest, slot_oldest, slot_free;
	struct table named;
	struct table tunnels;

	uint64_t now_ns; /* never runs backwards */
	uint64_t capture_ns; /* the capture's own clock, as last seen */
	uint64_t behind_ns; /* how far the capture's clock has jumped back, added up */
	uint64_t ticked_ns;
	bool family6_known; /* an on-link IPv6 prefix is known */
	uint8_t target[16]; /* our address asked for latest, and its device */
	uint32_t target_device;
	uint8_t source[16], source_mac[6]; /* the same for the latest source */
	uint32_t source_device;
	uint8_t routers[ROUTER_MAX][6]; /* MACs that devices of ours send through to the outside, latest ROUTER_MAX */
	uint32_t router_count;
	struct jump jumps[JUMP_MAX];
	uint32_t jump_count;

	/* the packet at hand */
	const struct frame *frame;
	uint32_t depth; /* tunnels that it was taken out of */
	const struct fw_packet *packet;
	struct conversation *conversation;
	int direction;

	struct engine_left_out left_out;
};

/* session.c: TCP payload to dissectors. */
int sessions_init(struct engine *engine);
void sessions_done(struct engine *engine);
void session_segment(struct engine *engine, struct conversation *conversation, int direction);
void session_end(struct engine *engine, struct conversation *conversation);
/* The server is who was asked; of a conversation picked up midway, who sent SYN-ACK, else the end with the lower port. */
bool session_opener_is_server(const struct conversation *conversation);

/* outcome.c: the device that a finding is about, merges resolved. A victim that never sent a packet is none yet; a finding makes it one. */
uint32_t outcome_device(struct engine *engine, const struct finding *finding);

/* tunnel.c */
int tunnels_init(struct engine *engine);
/* True if p, of engine->frame, carries a packet that may be looked at: *out_inner is it, borrowed from the frame. */
bool tunnel_inside(struct engine *engine, const struct fw_packet *p, struct frame *out_inner);

/* learn.c: what a fact means for the other rooms. sink.context is the engine. */
void learn_fact(void *context, const struct fact *fact);
/* Which ports its two ends called and answered at; once, when it is over. */
void learn_ports(struct engine *engine, const struct conversation *conversation, const struct conversation_end *end);
/* The packet at hand is a SYN or SYN-ACK: how the sender's system writes it. */
void learn_opening(struct engine *engine);
bool learn_is_named(const struct engine *engine, const uint8_t address[16], uint32_t what);
