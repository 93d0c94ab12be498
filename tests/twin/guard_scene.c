/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenes by chance: six devices, a gateway, a resolver, a few hosts, and everything that the configuration can say about them. */
#include "guard_scene.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	uint32_t four; /* 0: IPv6 */
	uint8_t six[16];
} addresses[GUARD_ADDRESSES] = {
	{0xc0a80102, {0}}, /* devices */
	{0xc0a80103, {0}},
	{0, {0x20, 1, 0xd, 0xb8, 0, 1, [15] = 2}},
	{0, {0xfe, 0x80, [15] = 2}},
	{0xc0a80101, {0}}, /* the gateway */
	{0, {0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1}},
	{0xc0a80135, {0}}, /* resolvers, inside and outside */
	{0x08080808, {0}},
	{0, {0x20, 1, 0xd, 0xb8, 0, 9, [15] = 8}},
	{0xcb007107, {0}}, /* hosts outside */
	{0xcb007108, {0}},
	{0xcb007187, {0}},
	{0, {0x20, 1, 0xd, 0xb8, 0, 7, [15] = 7}},
	{0, {0x20, 1, 0xd, 0xb8, 0, 7, 0, 0, 0x80, [15] = 7}},
	{0xe0000000, {0}}, /* many */
	{0xdfffffff, {0}},
	{0xffffffff, {0}},
	{0xc0a801ff, {0}},
	{0xc0a801fe, {0}},
	{0, {0xff, 2, [15] = 1}},
	{0, {0xfe, 0xbf, [15] = 1}},
	{0, {0xfe, 0xc0, [15] = 1}},
	{0xa9fe0101, {0}}, /* of nobody, or of the link */
	{0xa9ff0101, {0}},
	{0xa9fd0101, {0}},
	{0, {0}},
	{0, {[10] = 0xff, 0xff}},
	{0, {0xff, 3, 0xff, [15] = 9}},
	{0xefffffff, {0}}, /* of many or nobody, and their neighbours */
	{0xf0000001, {0}},
	{0x00ffffff, {0}},
	{0x01000001, {0}},
	{0x7e000001, {0}},
	{0x7f000001, {0}},
	{0x80000001, {0}},
	{0, {[15] = 1}},
	{0, {[7] = 1, [15] = 1}},
	{0x09ffffff, {0}}, /* private, and their neighbours */
	{0x0a010203, {0}},
	{0x0b000001, {0}},
	{0xac0fffff, {0}},
	{0xac1f0001, {0}},
	{0xac200001, {0}},
	{0xc0a7ffff, {0}},
	{0xc0a9ff01, {0}},
	{0, {0xfb, 0xff, [15] = 1}},
	{0, {0xfd, 0xff, [15] = 1}},
	{0, {0xfe, 0x00, [15] = 1}},
};

static const char *const names[GUARD_NAME_COUNT] = {"cloud.example", "Update.Cloud.Example", "a", "x.y.z.example", "other.example", ""};

uint32_t guard_pick(uint64_t *random, uint32_t below)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return (uint32_t)((*random * 0x9e3779b97f4a7c15ull) >> 33) % below;
}

static uint64_t whole_word(uint64_t *random)
{
	return (uint64_t)guard_pick(random, 0x7fffffff) << 33 ^ (uint64_t)guard_pick(random, 0x7fffffff) << 10 ^ guard_pick(random, 1024);
}

void guard_address(uint32_t number, uint8_t out[16])
{
	uint32_t four = addresses[number].four;

	memcpy(out, addresses[number].six, 16);
	if (!four)
		return;
	out[10] = out[11] = 0xff;
	for (uint32_t i = 0; i < 4; i++)
		out[12 + i] = (uint8_t)(four >> (24 - 8 * i));
}

/* Devices first; then strangers, the gateway, many. */
void guard_mac(uint32_t number, uint8_t out[6])
{
	static const uint8_t many[3][6] = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, {0x33, 0x33, 0, 0, 0, 1}, {0, 0, 0, 0, 0, 0}};

	memcpy(out, (uint8_t[]){0x02, 0x11, 0x22, 0x33, 0x44, (uint8_t)number}, 6);
	if (number >= GUARD_MACS - 3)
		memcpy(out, many[number - (GUARD_MACS - 3)], 6);
}

uint32_t guard_name(uint32_t number, uint8_t out[256])
{
	const char *text = names[number];
	uint32_t at = 0;

	while (*text) {
		uint32_t len = (uint32_t)strcspn(text, ".");

		out[at++] = (uint8_t)len;
		memcpy(out + at, text, len);
		at += len;
		text += len + (text[len] == '.');
	}
	out[at++] = 0;
	return at;
}

static struct fw_bucket_rule some_rule(uint64_t *random)
{
	static const uint32_t rates[] = {1, 2, 5, 50, 1000};

	if (guard_pick(random, 2))
		return fw_bucket_rule_of(1000000, 1000000);
	return fw_bucket_rule_of(rates[guard_pick(random, 5)], guard_pick(random, 3) ? guard_pick(random, 6) : 200);
}

static void lists_fill(uint64_t *random, struct fw_guard_config *config)
{
	static const struct fw_guard_prefix ours[4] = {
		{0, 0xffffc0a80100, ~0ull, ~0xffull},
		{0x20010db800010000, 0, ~0xffffull, 0},
		{0, 0xffff0a000000, ~0ull, ~0xffffffull},
		{0, 0xffffc0a80180, ~0ull, ~0x7full},
	};
	static const uint16_t login[4] = {23, 2323, 22, 8080};

	memcpy(config->ours, ours, sizeof(ours));
	config->ours_count = guard_pick(random, 6) ? 1 + guard_pick(random, 4) : 0;
	guard_address(4, config->held[0]);
	guard_address(5, config->held[1]);
	config->held_count = guard_pick(random, 6) ? 2 : guard_pick(random, 2);
	guard_address(6, config->resolvers[0]);
	guard_address(4, config->resolvers[1]);
	guard_address(7, config->resolvers[2]);
	guard_address(8, config->resolvers[3]);
	config->resolvers_count = guard_pick(random, 5) ? 4 : guard_pick(random, 5);
	memcpy(config->login_ports, login, sizeof(login));
	config->login_ports_count = guard_pick(random, 5);
}

static void config_fill(uint64_t *random, struct fw_guard_config *config)
{
	uint64_t tick = 1ull << 28;

	for (uint32_t i = 0; i < 16; i++) {
		config->key[i] = whole_word(random);
	}
	for (uint32_t i = 0; i < sizeof(struct fw_dns_key) / sizeof(uint64_t); i++)
		((uint64_t *)&config->name_key)[i] = whole_word(random);
	for (uint32_t i = 0; i < FW_GUARD_CLASSES; i++)
		for (uint32_t j = 0; j < FW_BRAKE_COUNT; j++)
			config->brake[i][j] = some_rule(random);
	for (uint32_t i = 0; i < FW_GUARD_CLASSES; i++)
		if (guard_pick(random, 3))
			config->brake[i][FW_BRAKE_UNANSWERED] = fw_bucket_rule_of(500, 100 + guard_pick(random, 3000));
	for (uint32_t i = 0; i < FW_GUARD_CLASSES; i++)
		if (guard_pick(random, 2))
			config->brake[i][FW_BRAKE_LOGINS] = fw_bucket_rule_of(1, guard_pick(random, 3));
	config->words[0] = some_rule(random);
	config->frames_out = some_rule(random);
	config->frames_in = some_rule(random);
	lists_fill(random, config);
	config->flow_tcp_ns = tick * (2 + guard_pick(random, 40)) - guard_pick(random, 2);
	config->flow_other_ns = tick * (2 + guard_pick(random, 20)) - guard_pick(random, 2);
	config->answered_ns = guard_pick(random, 16) ? tick * (2 + guard_pick(random, 60)) - guard_pick(random, 2) : tick * 4 * 232;
	config->grace_ns = tick * guard_pick(random, 20);
	config->half = guard_pick(random, 2);
	config->places_mask = GUARD_PLACES - 1;
	config->members_mask = GUARD_MEMBERS - 1;
	config->names_mask = GUARD_NAMES - 1;
	config->bound_mask = GUARD_BOUND - 1;
	config->flow_buckets_mask = GUARD_FLOW_BUCKETS - 1;
	config->place_count = GUARD_DEVICES;
	config->rule_count = GUARD_RULES;
	config->set_dns = guard_pick(random, 2) ? 7 : 0;
	config->set_ntp = guard_pick(random, 2) ? 8 : 0;
	for (uint32_t i = 0; i < FW_GUARD_FILTER_COUNT; i++)
		config->mode[i] = (uint8_t)(guard_pick(random, 2) ? (uint32_t)FW_MODE_ENFORCE : guard_pick(random, 3));
	config->lateral_closed = (uint8_t)guard_pick(random, 2);
	config->set_time = guard_pick(random, 2) ? 8 : 0;
	config->late = some_rule(random);
	config->binds = some_rule(random);
	config->unknown_four = guard_pick(random, 4) == 0;
	config->unknown_six = guard_pick(random, 4) == 0;
	config->closed = (uint8_t)guard_pick(random, 2);
}

static void ports_fill(uint64_t *random, uint16_t *least, uint16_t *most)
{
	static const uint16_t edges[] = {0, 1, 22, 23, 53, 80, 123, 443, 50000, 65534, 65535};

	*most = 65535;
	if (guard_pick(random, 2))
		return;
	*least = edges[guard_pick(random, 11)];
	*most = guard_pick(random, 2) ? *least : edges[guard_pick(random, 11)];
}

static void rule_fill(uint64_t *random, struct fw_rule *rule)
{
	static const uint8_t bits[] = {0, 1, 63, 64, 65, 96, 120, 121, 127, 128, 24, 48};
	static const uint8_t protos[] = {6, 17, 1, 58, 47};

	guard_address(guard_pick(random, 2) ? 7 + guard_pick(random, 7) : guard_pick(random, GUARD_ADDRESSES), rule->address);
	rule->set = guard_pick(random, 9);
	ports_fill(random, &rule->local_least, &rule->local_most);
	ports_fill(random, &rule->remote_least, &rule->remote_most);
	rule->bits = bits[guard_pick(random, 12)];
	rule->remote = (uint8_t)guard_pick(random, 5);
	rule->way = (uint8_t)guard_pick(random, 2);
	rule->family = (uint8_t[]){0, 0, 4, 6}[guard_pick(random, 4)];
	rule->proto = protos[guard_pick(random, 5)];
	rule->any_proto = guard_pick(random, 3) == 0;
	rule->icmp_type = guard_pick(random, 3) ? FW_RULE_ANY : (uint8_t[]){8, 0, 128, 129, 3, 254}[guard_pick(random, 6)];
	rule->icmp_code = guard_pick(random, 4) ? FW_RULE_ANY : (uint8_t[]){0, 1, 254}[guard_pick(random, 3)];
	rule->opener = guard_pick(random, 2) ? FW_OPENER_ANY : (uint8_t)guard_pick(random, 3);
	rule->accept = guard_pick(random, 4) != 0;
}

static void devices_fill(uint64_t *random, struct guard_scene *scene)
{
	for (uint32_t i = 0; i < GUARD_DEVICES; i++) {
		struct fw_guard_device *device = &scene->state.devices[i];

		device->class = (uint8_t)guard_pick(random, FW_GUARD_CLASSES);
		device->last_ns = scene->begin_ns - guard_pick(random, 3) * FW_NS_PER_S;
		if (i < FW_STRANGERS)
			continue;
		guard_mac(i - FW_STRANGERS, device->mac);
		if (!fw_guard_place_add(scene->places, &scene->config, device->mac, (uint16_t)i))
			abort();
		device->flags = FW_DEVICE_USED | (guard_pick(random, 2) ? FW_DEVICE_POLICY : 0u);
		device->flags |= guard_pick(random, 8) ? 0 : FW_DEVICE_HELD;
		device->flags |= guard_pick(random, 4) ? 0 : FW_DEVICE_QUARANTINED;
		device->slit = guard_pick(random, 2) ? 1 + guard_pick(random, 6) : 0;
		device->maker = guard_pick(random, 6);
		device->model = guard_pick(random, 6);
		for (uint32_t half = 0; half < 2; half++)
			scene->policies[half][i] = (struct fw_guard_policy){.first = guard_pick(random, GUARD_RULES),
				.count = guard_pick(random, 4) ? 1 + guard_pick(random, 12) : 0,
				.generation = (uint8_t)(guard_pick(random, 2) ? 255 : guard_pick(random, 3)),
				.flags = guard_pick(random, 2) ? FW_POLICY_DEFAULTS : 0};
	}
}

static void sets_fill(uint64_t *random, struct guard_scene *scene)
{
	uint8_t name[256];

	for (uint32_t i = 0; i < 14; i++) {
		struct fw_guard_member member = {.set = 1 + guard_pick(random, 8), .now_ns = scene->begin_ns};

		guard_address(guard_pick(random, 2) ? 7 + guard_pick(random, 7) : guard_pick(random, GUARD_ADDRESSES), member.address);
		member.end_ns = guard_pick(random, 3) ? scene->begin_ns + (1ull << 28) * guard_pick(random, guard_pick(random, 2) ? 3 : 60)
						      : UINT64_MAX;
		fw_guard_member_add(scene->state.members, &scene->config, &member);
	}
	for (uint32_t i = 0; i < GUARD_NAMED; i++) {
		uint64_t digest = fw_guard_name_digest(&scene->config, name, guard_name(i, name));

		if (!fw_guard_name_set(scene->names, &scene->config, digest,
			    (1 + guard_pick(random, 6)) | (guard_pick(random, 2) ? FW_NAME_LOCAL : 0)))
			abort();
	}
}

/* Flows that are old, long, or of another generation: some of them belong to frames that come. */
static void flows_fill(uint64_t *random, struct guard_scene *scene)
{
	for (uint32_t i = 0; i < GUARD_FLOWS; i++)
		for (uint32_t j = 0; j < FW_FLOW_SLOTS; j++) {
			struct fw_flow_slot *slot = &scene->state.flows[i].slot[j];
			uint64_t tick = (scene->begin_ns >> 28) - guard_pick(random, 60),
				 heard = (scene->begin_ns >> 30) - guard_pick(random, 20);

			if (guard_pick(random, 3))
				continue;
			slot->tag = whole_word(random);
			slot->state = (tick & 0xffffff) << 40 | (uint64_t)guard_pick(random, 256) << 32 |
				(uint64_t)guard_pick(random, 32) << 24 | 1ull << 16 | (heard & 0xff);
		}
}

/* A state at an edge: idle or heard for just as long as counts, or about to be full. */
static uint64_t edge_state(uint64_t *random, const struct fw_guard_config *config, uint64_t begin_ns)
{
	static const uint8_t packets[] = {1, 15, 16, 17, 17, 200, 254, 255}, runs[] = {1, 13, 14, 14, 15, 16, 254, 255};
	const uint64_t limits[] = {config->flow_tcp_ns >> 28, config->flow_other_ns >> 28, config->answered_ns >> 28, 0xf00000, 0, 0, 1};
	const uint64_t ages[] = {config->answered_ns >> 30, 0xf0, 0, 0, 0};
	uint64_t tick = (begin_ns >> 28) - limits[guard_pick(random, 7)] + 1 - guard_pick(random, 3);
	uint64_t heard = (begin_ns >> 30) - ages[guard_pick(random, 5)] + 1 - guard_pick(random, 3);
	uint64_t generation = (uint8_t[]){255, 0, 1, 2}[guard_pick(random, 4)];

	return (tick & 0xffffff) << 40 | generation << 32 |
		(uint64_t)(guard_pick(random, 32) | (guard_pick(random, 4) ? FW_FLOW_HEARD : 0)) << 24 |
		(uint64_t)packets[guard_pick(random, 8)] << 16 | (uint64_t)runs[guard_pick(random, 8)] << 8 | (heard & 0xff);
}

/* The plain conversations of guard_frame.c: device 0 from port 50000. */
static void plain_fill(uint64_t *random, struct guard_scene *scene)
{
	static const uint8_t remotes[] = {7, 9, 8, 12};
	static const uint16_t ports[] = {53, 80, 23, 443, 123};

	for (uint32_t i = 0; i < 10; i++) {
		uint32_t port = ports[guard_pick(random, 5)], proto = guard_pick(random, 2) ? FW_IP_TCP : FW_IP_UDP;
		struct fw_guard_address remote;
		struct fw_flow_slot *slot;
		uint8_t address[16];
		uint64_t tag;

		guard_address(remotes[guard_pick(random, 4)], address);
		remote = fw_guard_address_of(address);
		tag = fw_flow_tag(&scene->config, &remote, 50000u << 16 | port, proto | (port == 53 && proto == FW_IP_UDP ? 1u << 16 : 0));
		slot = scene->state.flows[FW_STRANGERS * GUARD_FLOW_BUCKETS + (tag & (GUARD_FLOW_BUCKETS - 1))].slot +
			guard_pick(random, FW_FLOW_SLOTS);
		*slot = (struct fw_flow_slot){tag, edge_state(random, &scene->config, scene->begin_ns)};
	}
}

void guard_scene_anew(struct guard_scene *scene)
{
	static uint32_t serial;

	scene->number = 2 * ++serial + 1;
}

void guard_scene_make(uint64_t *random, struct guard_scene *out)
{
	memset(out, 0, sizeof(*out));
	config_fill(random, &out->config);
	guard_scene_anew(out);
	out->begin_ns = guard_pick(random, 2) ? 1000000ull * FW_NS_PER_S : (1ull << 52) - guard_pick(random, 10) * FW_NS_PER_S;
	out->config.late_until_ns = guard_pick(random, 2) ? 0 : out->begin_ns + guard_pick(random, 20) * FW_NS_PER_S;
	devices_fill(random, out);
	for (uint32_t half = 0; half < 2; half++)
		for (uint32_t i = 0; i < GUARD_RULES; i++)
			rule_fill(random, &out->rules[half][i]);
	sets_fill(random, out);
	flows_fill(random, out);
	plain_fill(random, out);
}
