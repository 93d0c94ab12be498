/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tunnels: a packet inside a packet goes through the rooms as if it had come alone.
 *
 * Not every one. Anybody can send GRE to anybody, and what stands inside would then be taken for what our own devices do; a
 * flood of it (Mirai sends GRE with a made-up packet inside) would fill the tables with its inventions. So the inside
 * is looked at only where both ends have sent through the tunnel: who made one up gets no answer.
 *
 *	A -- GRE --> B     not looked at, B has said nothing yet
 *	A <-- GRE -- B     looked at
 *	A -- GRE --> B     looked at from here on
 *
 * The ends are a pair of addresses: the source port of VXLAN is drawn from the conversation inside (RFC 7348 section 5),
 * so that the two directions are no five-tuple.
 */
#include <string.h>

#include "engine/room.h"
#include "wire/tunnel.h"

enum { FROM_LOW = 1, FROM_HIGH = 2, FROM_BOTH = 3 };

int tunnels_init(struct engine *engine)
{
	return table_init(
		&engine->tunnels, FW_TUNNELS_MAX, sizeof(struct tunnel_ends), offsetof(struct tunnel_ends, seen), engine->config.hash_key);
}

/* One whose inside was looked at makes room. */
static void evict(void *context, void *entry)
{
	struct engine *engine = context;
	const struct tunnel_ends *ends = entry;

	engine->left_out.tunnels += ends->seen == FROM_BOTH;
}

/* Returns whether the sender is the low end. */
static bool ends_of(const struct fw_packet *p, struct tunnel_ends *out_key)
{
	bool low = memcmp(p->src, p->dst, 16) < 0;

	*out_key = (struct tunnel_ends){.proto = p->proto};
	memcpy(out_key->low, low ? p->src : p->dst, 16);
	memcpy(out_key->high, low ? p->dst : p->src, 16);
	return low;
}

static bool both_ends_sent(struct engine *engine, const struct fw_packet *p)
{
	struct tunnel_ends key, *ends;
	bool low = ends_of(p, &key), is_new;

	ends = table_put(&engine->tunnels, &key, &is_new, evict, engine);
	ends->seen |= low ? FROM_LOW : FROM_HIGH;
	return ends->seen == FROM_BOTH;
}

static void take_out(const struct frame *frame, const struct fw_packet *p, const struct fw_tunnel *tunnel, struct frame *out_inner)
{
	*out_inner = *frame;
	out_inner->bytes += tunnel->off;
	out_inner->cap_len = tunnel->len;
	out_inner->wire_len = p->payload_wire_len - (p->payload_len - tunnel->len);
	out_inner->link = (uint16_t)tunnel->link;
}

bool tunnel_inside(struct engine *engine, const struct fw_packet *p, struct frame *out_inner)
{
	const struct frame *frame = engine->frame;
	struct fw_tunnel tunnel;

	if (engine->depth >= FW_TUNNEL_DEPTH_MAX || !fw_tunnel_find(fw_cursor_of(frame->bytes, frame->cap_len), p, &tunnel) ||
		!both_ends_sent(engine, p))
		return false;
	take_out(frame, p, &tunnel, out_inner);
	return true;
}

bool engine_inside(const struct engine *engine, const struct frame *frame, struct frame *out_inner)
{
	struct fw_packet packet;
	struct fw_tunnel tunnel;
	struct tunnel_ends key, *ends;

	if (fw_packet_read(frame->bytes, frame->cap_len, frame->link, &packet) != FW_READ_OK || packet.proto == FW_IP_TCP ||
		!fw_tunnel_find(fw_cursor_of(frame->bytes, frame->cap_len), &packet, &tunnel))
		return false;
	ends_of(&packet, &key);
	ends = table_find(&engine->tunnels, &key);
	if (!ends || ends->seen != FROM_BOTH)
		return false;
	take_out(frame, &packet, &tunnel, out_inner);
	return true;
}
