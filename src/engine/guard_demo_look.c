/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a gateway knows of its interfaces, read off a capture: which side is ours as inspect sees it (prelude.c, flow/side.h), and behind which MAC
 * everything else lies. That is the MAC to which most frames of ours to others are sent, and from which theirs come; a forged source speaks
 * for nobody, as no answers are sent to it.
 */
#include "engine/guard_demo_room.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/prelude.h"
#include "wire/packet.h"

enum { MACS = 64, LINK_ETHERNET = 1 };

/* A MAC that frames bear. */
struct bearer {
	uint8_t mac[6];
	uint64_t sent_out, brought_in; /* frames that go out of our side through it, and that come in */
	uint8_t addresses[DEMO_HELD_MAX][16]; /* of ours, that it speaks under */
	uint32_t address_count;
};

struct look {
	struct guard_demo_capture *capture;
	struct guard_demo_network *network;
	struct side side;
	struct bearer bearers[MACS];
	uint32_t bearer_count;
};

/* NULL: more than are counted. A gateway is among the first that speak. */
static struct bearer *bearer_of(struct look *look, const uint8_t mac[6])
{
	for (uint32_t i = 0; i < look->bearer_count; i++)
		if (memcmp(look->bearers[i].mac, mac, 6) == 0)
			return &look->bearers[i];
	if ((mac[0] & 1) || look->bearer_count == MACS)
		return NULL;
	memcpy(look->bearers[look->bearer_count].mac, mac, 6);
	return &look->bearers[look->bearer_count++];
}

static void note_address(struct bearer *bearer, const uint8_t address[16])
{
	for (uint32_t i = 0; i < bearer->address_count; i++)
		if (memcmp(bearer->addresses[i], address, 16) == 0)
			return;
	if (bearer->address_count < DEMO_HELD_MAX)
		memcpy(bearer->addresses[bearer->address_count++], address, 16);
}

/* The private range around an address: which part of it is in use, a capture does not say. */
static struct prefix range_of(const uint8_t address[16])
{
	static const struct {
		uint8_t first[16], bits;
	} ranges[] = {
		{{[10] = 0xff, [11] = 0xff, [12] = 10}, 104},
		{{[10] = 0xff, [11] = 0xff, [12] = 172, [13] = 16}, 108},
		{{[10] = 0xff, [11] = 0xff, [12] = 192, [13] = 168}, 112},
		{{0xfc}, 7},
	};
	struct prefix range = {.bits = 128};

	memcpy(range.address, address, 16);
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		struct prefix each = {.bits = ranges[i].bits};
		memcpy(each.address, ranges[i].first, 16);
		if (prefix_holds(&each, address))
			return each;
	}
	return range;
}

static void note_ours(struct guard_demo_network *network, const struct prefix *prefix)
{
	for (uint32_t i = 0; i < network->ours_count; i++)
		if (network->ours[i].bits <= prefix->bits && prefix_holds(&network->ours[i], prefix->address))
			return;
	if (network->ours_count < DEMO_OURS_MAX)
		network->ours[network->ours_count++] = *prefix;
}

static bool is_one(const uint8_t address[16])
{
	return !side_is_multicast(address) && !side_is_zero(address) && !side_is_loopback(address);
}

static void see(struct look *look, const struct frame *frame)
{
	struct bearer *from, *to;
	struct fw_packet packet;
	struct prefix range;
	bool ours;

	if (frame->link != LINK_ETHERNET)
		return;
	look->capture->frames++;
	if (frame->time_ns < look->capture->first_ns)
		look->capture->first_ns = frame->time_ns;
	if (frame->time_ns > look->capture->last_ns)
		look->capture->last_ns = frame->time_ns;
	fw_packet_read(frame->bytes, frame->cap_len, LINK_ETHERNET, &packet);
	if (!packet.family || !is_one(packet.src) || !is_one(packet.dst))
		return;
	ours = side_is_ours(&look->side, packet.src);
	from = bearer_of(look, packet.src_mac);
	to = bearer_of(look, packet.dst_mac);
	if (ours && !side_is_link_local(packet.src)) {
		range = range_of(packet.src);
		note_ours(look->network, &range);
		if (from)
			note_address(from, packet.src);
	}
	if (ours && to && !side_is_ours(&look->side, packet.dst))
		to->sent_out++;
	if (!ours && from && side_is_ours(&look->side, packet.dst))
		from->brought_in++;
}

static void tell_gateway(struct look *look)
{
	const struct bearer *most = NULL;

	for (uint32_t i = 0; i < look->bearer_count; i++) {
		const struct bearer *each = &look->bearers[i];
		if (each->sent_out + each->brought_in && (!most || each->sent_out + each->brought_in > most->sent_out + most->brought_in))
			most = each;
	}
	if (!most)
		return;
	memcpy(look->network->mac, most->mac, 6);
	memcpy(look->network->held, most->addresses, sizeof(look->network->held));
	look->network->held_count = most->address_count;
}

static void read_all(struct look *look, struct source *source, struct prelude *prelude)
{
	struct prefix inferred[SIDE_INFERRED_MAX];
	const struct frame *early;
	struct frame frame;
	size_t count = 0;
	bool more;

	while ((more = source_next(source, &frame)) && prelude_take(prelude, &frame))
		;
	side_init(&look->side);
	prelude_judge(prelude, &look->side, inferred, &count);
	for (uint32_t i = 0; i < look->side.prefix_count; i++)
		note_ours(look->network, &look->side.prefixes[i]);
	for (size_t i = 0; (early = prelude_frame(prelude, i)); i++)
		see(look, early);
	for (; more && look->capture->frames < DEMO_LOOK_MAX; more = source_next(source, &frame))
		see(look, &frame);
}

int guard_demo_look(struct guard_demo_capture *capture, struct guard_demo_network *out_network, struct fault *out_fault)
{
	struct look *look = calloc(1, sizeof(*look));
	struct prelude *prelude = NULL;
	struct source *source = NULL;
	int error = look ? prelude_new(&prelude) : -ENOMEM;

	if (!error)
		error = source_open(&capture->file, 1, &source, out_fault);
	if (error)
		goto out;
	*out_network = (struct guard_demo_network){0};
	capture->frames = capture->last_ns = 0;
	capture->first_ns = UINT64_MAX;
	look->capture = capture;
	look->network = out_network;
	read_all(look, source, prelude);
	tell_gateway(look);
	if (!capture->frames) {
		const struct fault *why = &source_report(source, 0)->fault;
		fault_set(out_fault, capture->file, 0, 0, "%s",
			why->sentence[0] ? why->sentence : "there is no frame of Ethernet in it, and devices are told by their MACs");
		error = -EINVAL;
	}
out:
	source_close(source);
	prelude_free(prelude);
	free(look);
	return error;
}
