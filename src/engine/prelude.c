/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/prelude.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/dissect.h"
#include "wire/packet.h"

enum { PROTO_ICMP6 = 58, ND_ROUTER = 134, ND_HOPS = 255 };
enum { ETHER_ARP = 0x0806, PRELUDE_FRAMES = 4096, PRELUDE_BYTES = 1 << 20 };

struct prelude {
	size_t count, used;
	struct frame frames[PRELUDE_FRAMES];
	struct side_pair pairs[PRELUDE_FRAMES];
	uint8_t bytes[PRELUDE_BYTES];
};

int prelude_new(struct prelude **out_prelude)
{
	struct prelude *prelude = malloc(sizeof(*prelude));

	if (!prelude)
		return -ENOMEM;
	prelude->count = prelude->used = 0;
	*out_prelude = prelude;
	return 0;
}

void prelude_free(struct prelude *prelude)
{
	free(prelude);
}

bool prelude_take(struct prelude *prelude, const struct frame *frame)
{
	if (prelude->count == PRELUDE_FRAMES || frame->cap_len > PRELUDE_BYTES - prelude->used)
		return false;
	memcpy(prelude->bytes + prelude->used, frame->bytes, frame->cap_len);
	prelude->frames[prelude->count] = *frame;
	prelude->frames[prelude->count].bytes = prelude->bytes + prelude->used;
	prelude->used += frame->cap_len;
	prelude->count++;
	return true;
}

static void note_prefix(void *context, const struct fact *fact)
{
	struct side *side = context;

	if (fact->kind == FACT_ND_PREFIX && fact->number >= 64 && fact->number <= 128 && !side_is_link_local(fact->addr) &&
		!side_is_multicast(fact->addr) && !side_is_zero(fact->addr))
		side_add(side, fact->addr, (uint8_t)fact->number);
}

/*
 * On the link itself: whatever else passes by, this is a private network. ARP says so by its addresses; a router that gives addresses
 * to whoever is there (RFC 4861 section 4.2, which never came through another one) also says which they are.
 */
static bool is_on_link(struct side *side, const struct frame *frame, const struct fw_packet *packet)
{
	const struct fact_sink sink = {note_prefix, side};
	uint32_t known = side->prefix_count;

	if (packet->ether_type == ETHER_ARP)
		return side_tells(side, packet->src);
	if (packet->family != 6 || packet->proto != PROTO_ICMP6 || packet->icmp_type != ND_ROUTER || packet->hops != ND_HOPS ||
		!packet->transport_off)
		return false;
	dissect_nd(
		frame->bytes + packet->transport_off, (size_t)(packet->payload_off - packet->transport_off) + packet->payload_len, &sink);
	return side->prefix_count > known;
}

bool prelude_judge(struct prelude *prelude, struct side *side, struct prefix out_inferred[SIDE_INFERRED_MAX], size_t *out_count)
{
	struct side_pair *pairs = prelude->pairs;
	size_t count = 0, told = 0;

	*out_count = 0;
	for (size_t i = 0; i < prelude->count; i++) {
		const struct frame *frame = &prelude->frames[i];
		struct fw_packet packet;
		enum fw_read read = fw_packet_read(frame->bytes, frame->cap_len, frame->link, &packet);

		if (read == FW_READ_OK && is_on_link(side, frame, &packet))
			return false;
		if ((read != FW_READ_OK && read != FW_READ_SHORT) || !packet.family)
			continue;
		if (side_is_link_local(packet.src) || side_is_link_local(packet.dst) || side_is_zero(packet.src) ||
			side_is_loopback(packet.src))
			continue;
		memcpy(pairs[count].src, packet.src, 16);
		memcpy(pairs[count++].dst, packet.dst, 16);
		told += side_tells(side, packet.src) || side_tells(side, packet.dst);
	}
	if (told * 20 >= count)
		return false;
	/* a few private addresses among many packets at a server: what spoofed junk claims */
	side->private_too = told == 0;
	*out_count = side_infer(side, pairs, count, out_inferred);
	return true;
}

const struct frame *prelude_frame(const struct prelude *prelude, size_t index)
{
	return index < prelude->count ? &prelude->frames[index] : NULL;
}
