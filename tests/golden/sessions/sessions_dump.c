/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * usage: sessions_dump CAPTURE
 *
 * The facts of the TCP dissectors, one a line: frame number, conversation, fact, value, with tabs between (see
 * ../facts/fact_line.h). The conversation is its two ends, "address port address port", the client first. A password is
 * shown as its length only. Conversations are told apart as the engine does it, without the engine: who sent the SYN is
 * the client, in those picked up midway the end with the higher port.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/text.h"
#include "dissect/dissect.h"
#include "source/source.h"
#include "stream/stream.h"
#include "wire/packet.h"

#include "fact_line.h"

enum { EXIT_UNREADABLE = 2, CONVERSATION_MAX = 262144, SLOT_MAX = 4096 };
enum { FLAG_SYN = 2, FLAG_RST = 4, FLAG_ACK = 16 };

struct end {
	uint8_t address[16];
	uint16_t port;
	uint16_t zero;
};

struct conversation {
	struct end low, high; /* in order of their bytes: the key */
	uint32_t slot; /* number + 1, 0: none yet */
	uint32_t opening_seq;
	bool opened, low_is_client, done;
	uint8_t zero[5];
};
_Static_assert(sizeof(struct conversation) % 8 == 0, "as the table wants it");

struct slot {
	struct conversation *owner;
	struct stream *stream;
	struct dissect_session *session;
};

struct dump {
	struct table table;
	struct stream_pool *pool;
	struct slot slots[SLOT_MAX];
	uint32_t slot_next;
	const struct frame *frame;
	struct conversation *conversation; /* at hand */
	bool done;
};

static void print_fact(void *context, const struct fact *fact)
{
	static char line[FACT_LINE_MAX];
	const struct dump *dump = context;
	const struct conversation *c = dump->conversation;
	const struct end *client = c->low_is_client ? &c->low : &c->high, *server = c->low_is_client ? &c->high : &c->low;
	char a[TEXT_ADDRESS_MAX], b[TEXT_ADDRESS_MAX];

	fact_line(line, sizeof(line), fact);
	printf("%llu\t%s %u %s %u\t%s", (unsigned long long)dump->frame->number, text_address(a, client->address), client->port,
		text_address(b, server->address), server->port, line);
	if (fact->kind == FACT_LOGIN_TRY)
		printf("|%zu", fact->text.len);
	putchar('\n');
}

static size_t take(void *context, int direction, const struct stream_chunk *chunk)
{
	struct dump *dump = context;
	struct fact_sink sink = {print_fact, dump};
	struct slot *slot = &dump->slots[dump->conversation->slot - 1];

	if (dump->done)
		return chunk->len;
	return dissect_session_take(slot->session, direction, chunk->bytes, chunk->len, chunk->gap, &sink, &dump->done);
}

static void close_slot(struct dump *dump, struct conversation *c)
{
	struct slot *slot = &dump->slots[c->slot - 1];

	stream_drop(dump->pool, slot->stream);
	slot->stream = NULL;
	slot->owner = NULL;
	c->slot = 0;
}

static struct conversation *find(struct dump *dump, const struct fw_packet *p, bool *out_from_low)
{
	struct conversation key = {0};
	struct end from = {.port = p->src_port}, to = {.port = p->dst_port};
	bool is_new;
	struct conversation *c;

	memcpy(from.address, p->src, 16);
	memcpy(to.address, p->dst, 16);
	*out_from_low = memcmp(&from, &to, sizeof(from)) < 0;
	key.low = *out_from_low ? from : to;
	key.high = *out_from_low ? to : from;
	c = table_put(&dump->table, &key, &is_new, NULL, NULL);
	if (is_new)
		c->low_is_client = p->tcp_flags & FLAG_SYN ? *out_from_low ^ ((p->tcp_flags & FLAG_ACK) != 0) : c->low.port > c->high.port;
	return c;
}

static void open_slot(struct dump *dump, struct conversation *c)
{
	struct slot *slot = &dump->slots[dump->slot_next];

	if (slot->owner)
		close_slot(dump, slot->owner);
	slot->owner = c;
	slot->stream = stream_take_slot(dump->pool);
	c->slot = ++dump->slot_next;
	dump->slot_next %= SLOT_MAX;
	dissect_session_init(slot->session, c->low_is_client ? c->high.port : c->low.port);
	if (c->opened)
		stream_start(slot->stream, 0, c->opening_seq + 1);
}

static void see_opening(struct dump *dump, struct conversation *c, const struct fw_packet *p, bool from_low)
{
	if (c->opened && c->opening_seq == p->tcp_seq)
		return;
	if (c->slot)
		close_slot(dump, c);
	c->opened = true;
	c->done = false;
	c->opening_seq = p->tcp_seq;
	c->low_is_client = from_low;
}

static void see(struct dump *dump, const struct fw_packet *p)
{
	bool from_low;
	struct conversation *c = dump->conversation = find(dump, p, &from_low);
	int direction = from_low == c->low_is_client ? 0 : 1;
	uint32_t seq = p->tcp_seq + (p->tcp_flags & FLAG_SYN ? 1 : 0);
	struct stream *stream;

	if ((p->tcp_flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN)
		see_opening(dump, c, p, from_low);
	if (c->done || p->tcp_flags & FLAG_RST || (!c->slot && !p->payload_len))
		return;
	if (!c->slot)
		open_slot(dump, c);
	stream = dump->slots[c->slot - 1].stream;
	dump->done = false;
	if (p->payload_len && !stream_started(stream, direction))
		stream_start(stream, direction, seq);
	if (p->tcp_flags & FLAG_ACK && !stream_started(stream, !direction))
		stream_start(stream, !direction, p->tcp_ack); /* what the sender has had so far: its peer goes on from there */
	stream_segment(stream, direction, seq, dump->frame->bytes + p->payload_off, p->payload_len, take, dump);
	if (p->tcp_flags & FLAG_ACK)
		stream_acked(stream, !direction, p->tcp_ack, take, dump);
	c->done = dump->done;
	if (c->done)
		close_slot(dump, c);
}

static void run(struct dump *dump, struct source *source)
{
	struct frame frame;
	struct fw_packet packet;

	dump->frame = &frame;
	while (source_next(source, &frame))
		if (fw_packet_read(frame.bytes, frame.cap_len, frame.link, &packet) == FW_READ_OK && packet.proto == FW_IP_TCP &&
			packet.fragment == FW_WHOLE)
			see(dump, &packet);
}

int main(int argc, char **argv)
{
	static const uint8_t hash_key[16] = {1};
	struct dump *dump = calloc(1, sizeof(*dump));
	struct source *source;
	struct fault fault;

	if (argc != 2 || !dump || source_open((const char *const *)argv + 1, 1, &source, &fault))
		return EXIT_UNREADABLE;
	if (table_init(&dump->table, CONVERSATION_MAX, sizeof(struct conversation), 2 * sizeof(struct end), hash_key) ||
		stream_pool_new(SLOT_MAX, &dump->pool))
		return EXIT_UNREADABLE;
	for (int i = 0; i < SLOT_MAX; i++)
		if (!(dump->slots[i].session = calloc(1, dissect_session_size())))
			return EXIT_UNREADABLE;
	run(dump, source);
	source_close(source);
	stream_pool_free(dump->pool);
	table_done(&dump->table);
	for (int i = 0; i < SLOT_MAX; i++)
		free(dump->slots[i].session);
	free(dump);
	return 0;
}
