/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/prelude.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/packet.h"

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

bool prelude_judge(struct prelude *prelude, struct side *side, struct prefix out_inferred[SIDE_INFERRED_MAX], size_t *out_count)
{
	struct side_pair *pairs = prelude->pairs;
	size_t count = 0, told = 0;

	*out_count = 0;
	for (size_t i = 0; i < prelude->count; i++) {
		const struct frame *frame = &prelude->frames[i];
		struct fw_packet packet;
		enum fw_read read = fw_packet_read(frame->bytes, frame->cap_len, frame->link, &packet);
		/* on the link itself: whatever else passes by, this is a private network */
		if (read == FW_READ_OK && packet.ether_type == ETHER_ARP && side_tells(side, packet.src))
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
