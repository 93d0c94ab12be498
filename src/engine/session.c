/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP payload to dissectors. A conversation gets a slot (a stream and a dissector's state) with its first payload and gives
 * it back as soon as its dissector is done; when all slots are taken the one longest unused is taken from its conversation,
 * which is then read no further (counted).
 */
#include <errno.h>
#include <stdlib.h>

#include "engine/room.h"

enum { TCP_SYN = 2, TCP_RST = 4, TCP_ACK = 16 };

struct feed {
	struct engine *engine;
	struct conversation *conversation;
	struct dissect_session *session;
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

static struct dissect_session *session_at(struct engine *engine, uint32_t number)
{
	return (struct dissect_session *)(void *)(engine->sessions + (size_t)number * dissect_session_size());
}

bool session_opener_is_server(const struct conversation *c)
{
	if (c->flags & CONVERSATION_OPENING_SEEN)
		return false;
	return (c->flags & CONVERSATION_SYN_ACK_FIRST) || conversation_source_port(c) < conversation_target_port(c);
}

/* Facts speak of the conversation that is fed and the direction of the bytes, whatever packet made them come out. */
static size_t feed_chunk(void *context, int direction, const struct stream_chunk *chunk)
{
	struct feed *feed = context;
	struct engine *engine = feed->engine;
	struct fact_sink sink = {learn_fact, engine};
	bool to_server = (direction == 0) != session_opener_is_server(feed->conversation);
	struct conversation *at_hand = engine->conversation;
	int at_hand_direction = engine->direction;
	size_t used;

	if (feed->done)
		return chunk->len;
	engine->conversation = feed->conversation;
	engine->direction = direction;
	used = dissect_session_take(feed->session, to_server ? 0 : 1, chunk->bytes, chunk->len, chunk->gap, &sink, &feed->done);
	engine->conversation = at_hand;
	engine->direction = at_hand_direction;
	return used;
}

void session_end(struct engine *engine, struct conversation *conversation)
{
	uint32_t number = conversation->slot;
	struct feed feed = {.engine = engine, .conversation = conversation, .done = conversation->flags & CONVERSATION_READ};
	struct slot *slot;

	if (number == FLOW_SLOT_NONE)
		return;
	slot = &engine->slots[number];
	feed.session = session_at(engine, number);
	stream_flush(slot->stream, 0, feed_chunk, &feed);
	stream_flush(slot->stream, 1, feed_chunk, &feed);
	dissect_session_init(feed.session, 0); /* a password typed by half is gone now, not at the slot's next use */
	unlink_slot(engine, number);
	stream_drop(engine->streams, slot->stream);
	*slot = (struct slot){.older = engine->slot_free};
	engine->slot_free = number;
	conversation->slot = FLOW_SLOT_NONE;
}

static void start(struct engine *engine, struct conversation *c)
{
	uint32_t number = engine->slot_free;
	struct slot *slot;

	if (number == FLOW_SLOT_NONE) {
		struct conversation *idle = flow_at(engine->flow, engine->slots[engine->slot_oldest].conversation);
		session_end(engine, idle);
		idle->flags |= CONVERSATION_READ;
		engine->left_out.streams++;
		number = engine->slot_free;
	}
	slot = &engine->slots[number];
	engine->slot_free = slot->older;
	slot->stream = stream_take_slot(engine->streams);
	slot->conversation = flow_index(engine->flow, c);
	c->slot = number;
	link_newest(engine, number);
	dissect_session_init(
		session_at(engine, number), session_opener_is_server(c) ? conversation_source_port(c) : conversation_target_port(c));
	if (c->flags & CONVERSATION_OPENING_SEEN)
		stream_start(slot->stream, 0, c->opening_seq + 1);
	else
		dissect_session_midway(session_at(engine, number));
}

/*
 * Nothing more will be said. A reset counts only with the number that its sender would use next (RFC 5961 section 3): a forged one
 * changes nothing for the hosts, and must not blind the reader.
 */
static bool is_closed(const struct engine *engine, const struct conversation *c, int direction)
{
	uint32_t both = CONVERSATION_FIN_OUT | CONVERSATION_FIN_IN;
	const struct slot *slot;

	if ((c->flags & both) == both)
		return true;
	if (!(engine->packet->tcp_flags & TCP_RST) || c->slot == FLOW_SLOT_NONE)
		return false;
	slot = &engine->slots[c->slot];
	return slot->next_known[direction] && slot->next_seq[direction] == engine->packet->tcp_seq;
}

static void read_segment(struct engine *engine, struct slot *slot, struct feed *feed, int direction)
{
	const struct fw_packet *p = engine->packet;
	uint32_t seq = p->tcp_flags & TCP_SYN ? p->tcp_seq + 1 : p->tcp_seq;

	if (!stream_started(slot->stream, direction))
		stream_start(slot->stream, direction, seq);
	slot->next_seq[direction] = seq + p->payload_wire_len;
	slot->next_known[direction] = true;
	stream_segment(slot->stream, direction, seq, engine->frame->bytes + p->payload_off, p->payload_len, feed_chunk, feed);
}

static void read_packet(struct engine *engine, struct conversation *c, int direction)
{
	const struct fw_packet *p = engine->packet;
	struct feed feed = {.engine = engine, .conversation = c, .session = session_at(engine, c->slot)};
	struct slot *slot = &engine->slots[c->slot];

	if (engine->slot_newest != c->slot) {
		unlink_slot(engine, c->slot);
		link_newest(engine, c->slot);
	}
	if (p->tcp_flags & TCP_ACK) {
		/* the other side starts where this one expects it to, and has nothing before that left to send */
		if (!stream_started(slot->stream, !direction))
			stream_start(slot->stream, !direction, p->tcp_ack);
		slot->next_seq[!direction] = p->tcp_ack;
		slot->next_known[!direction] = true;
		stream_acked(slot->stream, !direction, p->tcp_ack, feed_chunk, &feed);
	}
	if (p->payload_len)
		read_segment(engine, slot, &feed, direction);
	if (feed.done)
		c->flags |= CONVERSATION_READ;
}

void session_segment(struct engine *engine, struct conversation *c, int direction)
{
	const struct fw_packet *p = engine->packet;

	if (c->flags & CONVERSATION_READ)
		return;
	if (c->slot == FLOW_SLOT_NONE && p->payload_len && !(p->tcp_flags & TCP_RST))
		start(engine, c);
	if (c->slot != FLOW_SLOT_NONE && !(p->tcp_flags & TCP_RST))
		read_packet(engine, c, direction);
	/* nothing more will be said: the last segment may have carried data, later ones are copies */
	if (!(c->flags & CONVERSATION_READ) && !is_closed(engine, c, direction))
		return;
	session_end(engine, c);
	c->flags |= CONVERSATION_READ;
}
