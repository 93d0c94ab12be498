/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP payload to dissectors. A conversation gets a slot (a stream and a dissector's state) with its first payload and gives
 * it back as soon as its dissector is done; when all slots are taken the one longest unused is taken from its conversation,
 * which is then read no further (counted).
 */
#include <errno.h>
#include <stdlib.h>

#include "engine/room.h"

enum { TCP_SYN = 2, TCP_RST = 4 };

struct feed {
	struct engine *engine;
	struct conversation *conversation;
	struct dissect_session *session;
	bool flip; /* the opener is the server: directions change places */
	bool done;
};

int sessions_init(struct engine *engine)
{
	int error = stream_pool_new(FW_STREAM_MAX, &engine->streams);

	if (error)
		return error;
	engine->slots = calloc(FW_STREAM_MAX, sizeof(*engine->slots));
	engine->sessions = calloc(FW_STREAM_MAX, dissect_session_size());
	if (!engine->slots || !engine->sessions)
		return -ENOMEM;
	for (uint32_t i = 0; i < FW_STREAM_MAX; i++)
		engine->slots[i].older = i + 1 < FW_STREAM_MAX ? i + 1 : FLOW_SLOT_NONE;
	engine->slot_free = 0;
	engine->slot_newest = engine->slot_oldest = FLOW_SLOT_NONE;
	return 0;
}

void sessions_done(struct engine *engine)
{
	stream_pool_free(engine->streams);
	free(engine->slots);
	free(engine->sessions);
}

static void unlink_slot(struct engine *engine, uint32_t number)
{
	struct slot *slot = &engine->slots[number];

	if (slot->newer == FLOW_SLOT_NONE)
		engine->slot_newest = slot->older;
	else
		engine->slots[slot->newer].older = slot->older;
	if (slot->older == FLOW_SLOT_NONE)
		engine->slot_oldest = slot->newer;
	else
		engine->slots[slot->older].newer = slot->newer;
}

static void link_newest(struct engine *engine, uint32_t number)
{
	struct slot *slot = &engine->slots[number];

	slot->newer = FLOW_SLOT_NONE;
	slot->older = engine->slot_newest;
	if (engine->slot_newest == FLOW_SLOT_NONE)
		engine->slot_oldest = number;
	else
		engine->slots[engine->slot_newest].newer = number;
	engine->slot_newest = number;
}

void session_end(struct engine *engine, struct conversation *conversation)
{
	uint32_t number = conversation->slot;
	struct slot *slot;

	if (number == FLOW_SLOT_NONE)
		return;
	slot = &engine->slots[number];
	unlink_slot(engine, number);
	stream_drop(engine->streams, slot->stream);
	*slot = (struct slot){.older = engine->slot_free};
	engine->slot_free = number;
	conversation->slot = FLOW_SLOT_NONE;
}

static struct dissect_session *session_at(struct engine *engine, uint32_t number)
{
	return (struct dissect_session *)(void *)(engine->sessions + (size_t)number * dissect_session_size());
}

/* The server is who was asked; of a conversation picked up midway, who sent SYN-ACK, else the end with the lower port. */
static bool opener_is_server(const struct conversation *c)
{
	if (c->flags & CONVERSATION_OPENING_SEEN)
		return false;
	return (c->flags & CONVERSATION_SYN_ACK_FIRST) || conversation_source_port(c) < conversation_target_port(c);
}

static void start(struct engine *engine, struct conversation *c)
{
	uint32_t number = engine->slot_free;
	struct slot *slot;

	if (number == FLOW_SLOT_NONE) {
		struct conversation *idle = flow_at(engine->flow, engine->slots[engine->slot_oldest].conversation);
		idle->flags |= CONVERSATION_READ;
		session_end(engine, idle);
		engine->left_out.streams++;
		number = engine->slot_free;
	}
	slot = &engine->slots[number];
	engine->slot_free = slot->older;
	slot->stream = stream_take_slot(engine->streams);
	slot->conversation = flow_index(engine->flow, c);
	c->slot = number;
	link_newest(engine, number);
	dissect_session_init(session_at(engine, number), opener_is_server(c) ? conversation_source_port(c) : conversation_target_port(c));
	if (c->flags & CONVERSATION_OPENING_SEEN)
		stream_start(slot->stream, 0, c->opening_seq + 1);
}

static size_t feed_chunk(void *context, int direction, const struct stream_chunk *chunk)
{
	struct feed *feed = context;
	struct fact_sink sink = {learn_fact, feed->engine};

	if (feed->done)
		return chunk->len;
	return dissect_session_take(
		feed->session, feed->flip ? !direction : direction, chunk->bytes, chunk->len, chunk->gap, &sink, &feed->done);
}

static bool is_closed(const struct conversation *c)
{
	uint32_t both = CONVERSATION_FIN_OUT | CONVERSATION_FIN_IN;

	return (c->flags & CONVERSATION_RESET) || (c->flags & both) == both;
}

static void read_segment(struct engine *engine, struct conversation *c, int direction)
{
	const struct fw_packet *p = engine->packet;
	struct feed feed = {.engine = engine, .conversation = c};
	uint32_t seq = p->tcp_flags & TCP_SYN ? p->tcp_seq + 1 : p->tcp_seq;
	struct slot *slot;

	if (c->slot == FLOW_SLOT_NONE)
		start(engine, c);
	slot = &engine->slots[c->slot];
	if (!stream_started(slot->stream, direction))
		stream_start(slot->stream, direction, seq);
	if (engine->slot_newest != c->slot) {
		unlink_slot(engine, c->slot);
		link_newest(engine, c->slot);
	}
	feed.session = session_at(engine, c->slot);
	feed.flip = opener_is_server(c);
	stream_segment(slot->stream, direction, seq, engine->frame->bytes + p->payload_off, p->payload_len, feed_chunk, &feed);
	if (feed.done) {
		c->flags |= CONVERSATION_READ;
		session_end(engine, c);
	}
}

void session_segment(struct engine *engine, struct conversation *c, int direction)
{
	if (c->flags & CONVERSATION_READ)
		return;
	if (engine->packet->payload_len && !(engine->packet->tcp_flags & TCP_RST))
		read_segment(engine, c, direction);
	/* nothing more will be said: the last segment may have carried data, later ones are copies */
	if (is_closed(c)) {
		c->flags |= CONVERSATION_READ;
		session_end(engine, c);
	}
}
