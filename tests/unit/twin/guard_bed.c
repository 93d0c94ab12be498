/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard_bed.h"

#include <stdlib.h>
#include <string.h>

static void put16(uint8_t *p, uint32_t number)
{
	p[0] = (uint8_t)(number >> 8);
	p[1] = (uint8_t)number;
}

static void put32(uint8_t *p, uint32_t number)
{
	put16(p, number >> 16);
	put16(p + 2, number);
}

static void mapped(uint32_t address, uint8_t out[16])
{
	memset(out, 0, 10);
	memset(out + 10, 0xff, 2);
	put32(out + 12, address);
}

static void config_fill(struct fw_guard_config *config)
{
	struct fw_bucket_rule wide = fw_bucket_rule_of(4000000000u, 4000000000u);

	for (uint32_t i = 0; i < 16; i++) {
		config->key[i] = (i + 1) * 0x9e3779b97f4a7c15ull;
	}
	for (uint32_t i = 0; i < sizeof(struct fw_dns_key) / sizeof(uint64_t); i++)
		((uint64_t *)&config->name_key)[i] = 0x1234567812345679ull * (2 * i + 1);
	for (uint32_t i = 0; i < FW_GUARD_CLASSES; i++)
		for (uint32_t j = 0; j < FW_BRAKE_COUNT; j++)
			config->brake[i][j] = wide;
	config->words[FW_GUARD_WORD_FRAMES] = config->frames_out = config->frames_in = config->late = config->binds = wide;
	config->ours[0] = (struct fw_guard_prefix){0, 0xffffc0a80100, ~0ull, ~0xffull};
	config->ours_count = 1;
	mapped(BED_GATEWAY, config->held[0]);
	config->held_count = 1;
	mapped(BED_RESOLVER, config->resolvers[0]);
	mapped(BED_GATEWAY, config->resolvers[1]);
	config->resolvers_count = 2;
	config->login_ports[0] = 23;
	config->login_ports_count = 1;
	config->flow_tcp_ns = 7200 * FW_NS_PER_S;
	config->flow_other_ns = 180 * FW_NS_PER_S;
	config->answered_ns = 30 * FW_NS_PER_S;
	config->grace_ns = 60 * FW_NS_PER_S;
	memset(config->mode, FW_MODE_ENFORCE, sizeof(config->mode));
}

const struct fw_guard_sizes guard_bed_sizes = {8, FW_STRANGERS + 4, 64, 64, 64, 8, 8};

void guard_bed_open(struct guard_bed *bed)
{
	memset(bed, 0, sizeof(*bed));
	if (twin_guard_new(&guard_bed_sizes, &bed->guard))
		abort();
	bed->t = twin_guard_tables(bed->guard);
	bed->now_ns = 1000000 * FW_NS_PER_S;
	config_fill(bed->t.config);
	for (uint16_t i = 0; i < 4; i++) {
		struct fw_guard_device *device = &bed->t.devices[FW_STRANGERS + i];

		memcpy(device->mac, (uint8_t[]){2, 0, 0, 0, 0, (uint8_t)(2 + i)}, 6);
		device->flags = FW_DEVICE_USED;
		if (!fw_guard_place_add(bed->t.places, bed->t.config, device->mac, (uint16_t)(FW_STRANGERS + i)))
			abort();
	}
}

void guard_bed_close(struct guard_bed *bed)
{
	twin_guard_free(bed->guard);
}

static uint32_t put_transport(const struct talk *talk, bool out, uint8_t *p)
{
	uint32_t head = talk->proto == FW_IP_TCP ? 20 : talk->proto == FW_IP_UDP || talk->proto == FW_IP_ICMP ? 8 : 0;

	if (talk->fragment & 0x1fff)
		head = 0;
	if (head) {
		put16(p, out || talk->proto == FW_IP_ICMP ? talk->local_port : talk->remote_port);
		put16(p + 2, out ? talk->remote_port : talk->local_port);
	}
	if (head == 20) {
		p[12] = 0x50;
		p[13] = talk->flags;
	}
	if (talk->proto == FW_IP_UDP && head)
		put16(p + 4, 8u + talk->payload_len);
	if (talk->proto == FW_IP_ICMP && head) {
		put16(p + 2, 0);
		put16(p + 4, talk->remote_port);
	}
	if (talk->payload)
		memcpy(p + head, talk->payload, talk->payload_len);
	return head + talk->payload_len;
}

uint32_t guard_bed_frame(const struct talk *talk, bool out, uint8_t frame[2048])
{
	uint8_t device = talk->device ? talk->device : (uint8_t)talk->local, other = talk->other ? talk->other : 1;
	uint32_t len;

	memset(frame, 0, 2048);
	frame[0] = frame[6] = 2;
	frame[5] = out ? other : device;
	frame[11] = out ? device : other;
	put16(frame + 12, FW_ETHER_IPV4);
	frame[14] = 0x45;
	put16(frame + 20, talk->fragment);
	frame[22] = 64;
	frame[23] = talk->proto;
	put32(frame + 26, out ? talk->local : talk->remote);
	put32(frame + 30, out ? talk->remote : talk->local);
	len = 20 + put_transport(talk, out, frame + 34);
	put16(frame + 16, len);
	return 14 + len;
}

static enum fw_reason judge(struct guard_bed *bed, const struct talk *talk, bool out)
{
	static uint8_t bytes[2048];
	uint32_t len = guard_bed_frame(talk, out, bytes);
	struct twin_guard_frame frame = {.now_ns = bed->now_ns, .bytes = bytes, .len = len, .frame_len = len, .packets = 1};

	bed->last = out ? twin_guard_out(bed->guard, &frame) : twin_guard_in(bed->guard, &frame);
	return bed->last.reason;
}

enum fw_reason guard_bed_out(struct guard_bed *bed, const struct talk *talk)
{
	return judge(bed, talk, true);
}

enum fw_reason guard_bed_in(struct guard_bed *bed, const struct talk *talk)
{
	return judge(bed, talk, false);
}

struct fw_guard_device *guard_bed_device(struct guard_bed *bed, uint32_t local)
{
	return &bed->t.devices[FW_STRANGERS + (local & 0xff) - 2];
}

void guard_bed_policy(struct guard_bed *bed, uint32_t local, const struct fw_rule *rules, uint32_t count)
{
	struct fw_guard_device *device = guard_bed_device(bed, local);
	struct fw_guard_policy *policy = &bed->t.policies[0][device - bed->t.devices];

	policy->first = 16 * (uint32_t)(device - bed->t.devices - FW_STRANGERS);
	policy->count = count;
	policy->generation++;
	memcpy(bed->t.rules[0] + policy->first, rules, count * sizeof(*rules));
	device->flags |= FW_DEVICE_POLICY;
}

void guard_bed_member(struct guard_bed *bed, uint32_t set, uint32_t address, uint64_t seconds)
{
	struct fw_guard_member member = {.set = set, .now_ns = bed->now_ns, .end_ns = bed->now_ns + seconds * FW_NS_PER_S};

	mapped(address, member.address);
	if (!fw_guard_member_add(bed->t.members, bed->t.config, &member))
		abort();
}

struct fw_rule guard_bed_rule(enum fw_rule_way way, uint8_t proto)
{
	return (struct fw_rule){.way = (uint8_t)way,
		.proto = proto,
		.local_most = 65535,
		.remote_most = 65535,
		.icmp_type = FW_RULE_ANY,
		.icmp_code = FW_RULE_ANY,
		.accept = 1};
}
