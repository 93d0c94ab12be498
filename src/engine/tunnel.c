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

static bool both_ends_sent(struct engine *engine, const struct fw_packet *p)
{
	struct tunnel_ends key = {.proto = p->proto}, *ends;
	bool low = memcmp(p->src, p->dst, 16) < 0, is_new;

	memcpy(key.low, low ? p->src : p->dst, 16);
	memcpy(key.high, low ? p->dst : p->src, 16);
	ends = table_put(&engine->tunnels, &key, &is_new, evict, engine);
	ends->seen |= low ? FROM_LOW : FROM_HIGH;
	return ends->seen == FROM_BOTH;
}

bool tunnel_inside(struct engine *engine, const struct fw_packet *p, struct frame *out_inner)
{
	const struct frame *frame = engine->frame;
	struct fw_tunnel tunnel;

	if (engine->depth >= FW_TUNNEL_DEPTH_MAX || !fw_tunnel_find(fw_cursor_of(frame->bytes, frame->cap_len), p, &tunnel) ||
		!both_ends_sent(engine, p))
		return false;
	*out_inner = *frame;
	out_inner->bytes += tunnel.off;
	out_inner->cap_len = tunnel.len;
	out_inner->wire_len = p->payload_wire_len - (p->payload_len - tunnel.len);
	out_inner->link = (uint16_t)tunnel.link;
	return true;
}
