/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bulk transfers: what the kernel's short way is for (wire/guard_plain.h), and what just misses it. */
#include <string.h>

#include "guard_scene.h"
#include "wire/guard_plain.h"

/* Another address or port, of a conversation that the kernel keeps where it keeps this one; or to many, which it does not keep. */
static void meet(uint64_t *random, bool four, uint8_t *frame)
{
	uint32_t begin = four ? 26 : 22, words = four ? 3 : 9, word = begin + 4 * guard_pick(random, words);
	uint32_t at = fw_guard_plain_at(frame, four);

	if (guard_pick(random, 3) == 0) {
		frame[begin + (four ? 4 : 16)] = four ? 0xe0 : 0xff;
		word = four ? 34 : 54;
	}
	do
		frame[word + guard_pick(random, 4)] ^= (uint8_t)(1 + guard_pick(random, 255));
	while (fw_guard_plain_at(frame, four) != at);
}

/* To IPv4's eyes a segment of the conversation that this one of IPv6 belongs to; it leads to the same entry, as both ends end alike. */
static void read_as_four(uint8_t *frame)
{
	uint8_t address[8];

	memcpy(address, frame + 22, sizeof(address));
	frame[14] = 0x6f;
	frame[16] = 1;
	frame[20] = frame[21] = 0;
	frame[23] = 6;
	memcpy(frame + 26, address, sizeof(address));
	memcpy(frame + 34, frame + 54, 4);
	frame[46] = 0x50;
	frame[47] = 0x10;
}

/* To many, of another type or version, of none. */
static void mistake(uint64_t *random, bool four, uint8_t *frame)
{
	switch (guard_pick(random, 4)) {
	case 0:
		frame[0] |= 1;
		break;
	case 1:
		memset(frame + 12, 0, 3);
		break;
	case 2:
		frame[12 + guard_pick(random, 3)] ^= (uint8_t)(1u << guard_pick(random, 8));
		break;
	default:
		if (!four)
			read_as_four(frame);
	}
}

uint32_t guard_bulk_frame(uint64_t *random, const struct guard_step *step, const struct guard_talk *talk, uint8_t frame[128])
{
	static const uint8_t ends[2][4] = {{192, 168, 1, 5}, {203, 0, 113, 9}};
	bool four = talk->four;
	uint32_t at = four ? 34 : 54, out = step->way == FW_GUARD_OUT;

	memset(frame, 0, 128);
	guard_mac(0, frame + (out ? 6 : 0));
	frame[out ? 0 : 6] = 2;
	frame[12] = four ? 0x08 : 0x86;
	frame[13] = four ? 0 : 0xdd;
	frame[14] = four ? 0x45 : 0x60;
	frame[four ? 17 : 19] = four ? 60 : 40;
	frame[four ? 22 : 21] = 64;
	frame[four ? 23 : 20] = 6;
	for (uint32_t end = 0; end < 2; end++) {
		uint32_t place = (four ? 26 : 22) + (end ? (four ? 4 : 16) : 0), who = out ? end : 1 - end;
		if (four)
			memcpy(frame + place, ends[who], 4);
		else
			memcpy(frame + place,
				who ? "\x20\x01\x0d\xb8\x00\x09\0\0\0\0\0\0\0\0\0\x05" : "\x20\x01\x0d\xb8\x00\x01\0\0\0\0\0\0\0\0\0\x05",
				16);
		frame[at + 2 * end] = (uint8_t)(who != talk->served ? talk->port >> 8 : 0x9c);
		frame[at + 2 * end + 1] = (uint8_t)(who != talk->served ? talk->port : 0x40);
	}
	frame[at + 12] = 0x80;
	frame[at + 13] = 0x10;
	switch (guard_pick(random, 16)) {
	case 0: /* anything of the headers, by chance */
		frame[guard_pick(random, at + 14)] ^= (uint8_t)(1u << guard_pick(random, 8));
		break;
	case 1:
		frame[at + 13] = (uint8_t)guard_pick(random, 64);
		break;
	case 2:
		frame[at + 12] = (uint8_t)(guard_pick(random, 16) << 4);
		break;
	case 3:
		frame[four ? 17 : 19] =
			(uint8_t)(guard_pick(random, 2) ? frame[four ? 17 : 19] + guard_pick(random, 30) - 15 : guard_pick(random, 64));
		break;
	case 4:
		mistake(random, four, frame);
		break;
	case 5:
		meet(random, four, frame);
		break;
	}
	return guard_pick(random, 24) ? 94 : at + 14 + guard_pick(random, 24);
}

void guard_bulk_scene(uint64_t *random, struct guard_scene *scene)
{
	struct fw_guard_config *config = &scene->config;

	for (uint32_t i = 0; i < GUARD_DEVICES; i++) {
		struct fw_guard_device *device = &scene->state.devices[i];
		if (guard_pick(random, 8))
			device->flags &= ~(uint32_t)(FW_DEVICE_HELD | FW_DEVICE_QUARANTINED);
		device->frames_out = guard_pick(random, 2) ? 0 : device->frames_out;
	}
	for (uint32_t half = 0; half < 2; half++)
		for (uint32_t i = 0; i < GUARD_DEVICES; i++) {
			struct fw_guard_policy *policy = &scene->policies[half][i];
			policy->first = 0;
			policy->count = guard_pick(random, 4) ? 2 : policy->count;
		}
	for (uint32_t half = 0; half < 2; half++)
		for (uint32_t i = 0; i < 2; i++)
			scene->rules[half][i] = (struct fw_rule){.way = i ? FW_WAY_TO : FW_WAY_FROM,
				.any_proto = 1,
				.accept = 1,
				.local_most = 65535,
				.remote_most = 65535,
				.icmp_type = FW_RULE_ANY,
				.icmp_code = FW_RULE_ANY};
	if (guard_pick(random, 3))
		config->ours_count = 0;
	/* what goes up ends by the one bucket or by the other */
	config->words[FW_GUARD_WORD_FRAMES] = config->frames_out = fw_bucket_rule_of(1000000, 1000000);
	*(guard_pick(random, 2) ? &config->words[FW_GUARD_WORD_FRAMES] : &config->frames_out) =
		fw_bucket_rule_of(1 + guard_pick(random, 100), 1 + guard_pick(random, 20));
}

void guard_bulk_old(uint64_t *random, struct guard_scene *scene, const struct guard_talk *talk)
{
	static const uint8_t runs[] = {0, 1, 13, 14, 15, 254, 255};
	const struct fw_guard_config *config = &scene->config;
	uint32_t local_port = talk->served ? talk->port : 40000, remote_port = talk->served ? 40000 : talk->port;
	uint64_t tag, state, flags = guard_pick(random, 4) ? FW_FLOW_HEARD | FW_FLOW_ANSWERED | FW_FLOW_FROM_OK | FW_FLOW_TO_OK : 0;
	struct fw_guard_address remote;

	remote = fw_guard_address_of((const uint8_t *)(talk->four ? "\0\0\0\0\0\0\0\0\0\0\xff\xff\xcb\0\x71\x09"
								  : "\x20\x01\x0d\xb8\x00\x09\0\0\0\0\0\0\0\0\0\x05"));
	tag = fw_flow_tag(config, &remote, local_port << 16 | remote_port, FW_IP_TCP);
	state = fw_guard_tick(scene->begin_ns) << 40 | (uint64_t)scene->policies[config->half][FW_STRANGERS].generation << 32 |
		(flags | (guard_pick(random, 4) ? 0 : FW_FLOW_BY_PEER)) << 24 | 255ull << 16 | (uint64_t)runs[guard_pick(random, 7)] << 8 |
		(scene->begin_ns >> 30 & 0xff);
	scene->state.flows[FW_STRANGERS * GUARD_FLOW_BUCKETS + (tag & (GUARD_FLOW_BUCKETS - 1))].slot[guard_pick(random, FW_FLOW_SLOTS)] =
		(struct fw_flow_slot){tag, state};
	if (!guard_pick(random, 6)) { /* of nobody yet */
		uint8_t mac[6];
		guard_mac(0, mac);
		fw_guard_place_remove(scene->places, config, mac);
	}
}

/* Another conversation has the slots of this one now, and looks like it. */
static void change_tags(struct guard_scene *scene)
{
	for (uint32_t i = 0; i < GUARD_FLOW_BUCKETS; i++)
		for (uint32_t j = 0; j < FW_FLOW_SLOTS; j++)
			scene->state.flows[FW_STRANGERS * GUARD_FLOW_BUCKETS + i].slot[j].tag ^= 1ull << 40;
}

/* What a switch of configurations brings. */
static void change_config(uint64_t *random, struct guard_scene *scene)
{
	static const struct fw_guard_prefix elsewhere = {0, 0xffff0a000000, ~0ull, ~0xffffffull};
	struct fw_guard_config *config = &scene->config;

	switch (guard_pick(random, 6)) {
	case 0: /* its source is forged from now on */
		config->ours[0] = elsewhere;
		config->ours_count = 1;
		config->unknown_four = config->unknown_six = 0;
		break;
	case 1: /* or the gateway's */
		memcpy(config->held[0], "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\xa8\x01\x05", 16);
		memcpy(config->held[1], "\x20\x01\x0d\xb8\x00\x01\0\0\0\0\0\0\0\0\0\x05", 16);
		config->held_count = 2;
		break;
	case 2:
		config->half ^= 1;
		break;
	case 3:
		config->mode[guard_pick(random, FW_GUARD_FILTER_COUNT)] = (uint8_t)guard_pick(random, 3);
		break;
	case 4:
		config->answered_ns = config->flow_tcp_ns = 1ull << 28;
		break;
	case 5:
		config->key[guard_pick(random, 16)] ^= 1ull << guard_pick(random, 64);
		break;
	}
	guard_scene_anew(scene);
}

/* As the daemon does it: what the kernel keeps of a conversation has another serial number then, but for a new device and flows. */
void guard_bulk_change(uint64_t *random, struct guard_scene *scene)
{
	struct fw_guard_device *device = &scene->state.devices[FW_STRANGERS];
	uint16_t place = (uint16_t)(FW_STRANGERS + guard_pick(random, GUARD_KNOWN));
	uint8_t mac[6];

	guard_mac(0, mac);
	switch (guard_pick(random, 7)) {
	case 0: /* the MAC is another device's, or nobody's */
	case 1:
		if (fw_guard_place_remove(scene->places, &scene->config, mac))
			guard_scene_anew(scene);
		if (guard_pick(random, 2))
			fw_guard_place_add(scene->places, &scene->config, mac, place);
		break;
	case 2:
		device->flags ^= guard_pick(random, 2) ? FW_DEVICE_QUARANTINED : FW_DEVICE_POLICY;
		guard_scene_anew(scene);
		break;
	case 3:
		scene->policies[scene->config.half][FW_STRANGERS].generation++;
		guard_scene_anew(scene);
		break;
	case 4:
		change_tags(scene);
		break;
	default:
		change_config(random, scene);
	}
}
