/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard_bed.h"

#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "plane/guard_inside.h"

enum { MARK_PORT = 7, MARK_DEVICE = 60000, IP_AT = 14, UDP_AT = 34, LEN = 60 };

int guard_bed_setup(void **state)
{
	int error = bed_setup(state);

	bed_run("ip link add " BED_SECOND " type veth peer name fw3");
	bed_run("ip link set " BED_SECOND " addrgenmode none up && ip link set fw3 addrgenmode none up");
	return error;
}

int guard_bed_teardown(void **state)
{
	if (if_nametoindex(BED_SECOND))
		bed_run("ip link del " BED_SECOND);
	return bed_teardown(state);
}

struct plane_guard_setup guard_bed_setup_of(const struct bed *bed)
{
	static const char *const interfaces[] = {BED_DEVICE, BED_SECOND};

	return (struct plane_guard_setup){
		.interfaces = interfaces,
		.interface_count = 2,
		.bpffs = bed->bpffs,
		.devices = BED_DEVICES,
		.rules = 2 * BED_DEVICES,
		.flows = 64,
		.members = 1000,
		.names = 1000,
		.ring_bytes = 1 << 20,
	};
}

struct plane_guard *guard_bed_open(const struct bed *bed)
{
	struct plane_guard_setup setup = guard_bed_setup_of(bed);
	struct plane_guard *guard = NULL;
	struct fault fault = {0};

	if (plane_guard_open(&setup, &guard, &fault))
		fail_msg("%s: %s", fault.file, fault.sentence);
	return guard;
}

uint32_t guard_bed_number(const struct plane_guard *guard)
{
	return ((const struct fw_guard_switch *)guard->hold.memory[GUARD_SWITCH])->config;
}

struct fw_guard_config guard_bed_config(void)
{
	struct fw_guard_config config = {.generation = 1, .ours_count = 1};

	for (size_t i = 0; i < sizeof(config.key) / sizeof(config.key[0]); i++)
		config.key[i] = (i + 1) * 0x9e3779b97f4a7c15ull;
	for (size_t i = 0; i < sizeof(config.name_key) / sizeof(uint64_t); i++)
		((uint64_t *)&config.name_key)[i] = (i + 1) * 0xc2b2ae3d27d4eb4full;
	/* 10.0.0.0/8, mapped */
	config.ours[0] = (struct fw_guard_prefix){.low = 0xffff0a000000ull, .high_mask = UINT64_MAX, .low_mask = 0xffffffffff000000ull};
	config.words[FW_GUARD_WORD_FRAMES] = fw_bucket_rule_of(1000000, 1000000);
	config.frames_out = config.frames_in = config.binds = fw_bucket_rule_of(1000000, 1000000);
	config.flow_tcp_ns = config.flow_other_ns = 600 * FW_NS_PER_S;
	config.answered_ns = 60 * FW_NS_PER_S;
	config.mode[FW_GUARD_QUARANTINE] = config.mode[FW_GUARD_POLICY] = 2;
	return config;
}

void guard_bed_mac(uint32_t i, uint8_t out_mac[6])
{
	const uint8_t mac[6] = {2, 0, 0, 1, (uint8_t)(i >> 8), (uint8_t)i};

	memcpy(out_mac, mac, 6);
}

uint32_t guard_bed_address(uint32_t i)
{
	return 0x0a000000 + i;
}

uint32_t guard_bed_peer(uint32_t i)
{
	return 0xc6120000 + i; /* 198.18.0.0/15 */
}

static void put(uint8_t *at, uint32_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

size_t guard_bed_frame(uint8_t out[512], uint32_t i, uint32_t to, uint16_t port)
{
	uint8_t *ip = out + IP_AT, *udp = out + UDP_AT;
	uint32_t sum = 0;

	memset(out, 0, 512);
	out[0] = 2;
	out[5] = 0xfe;
	guard_bed_mac(i, out + 6);
	put(out + 12, 0x0800, 2);
	ip[0] = 0x45;
	put(ip + 2, LEN - IP_AT, 2);
	ip[8] = 64;
	ip[9] = 17;
	put(ip + 12, guard_bed_address(i), 4);
	put(ip + 16, to, 4);
	for (int at = 0; at < 20; at += 2)
		sum += (uint32_t)ip[at] << 8 | ip[at + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	put(ip + 10, ~(sum + (sum >> 16)) & 0xffff, 2);
	put(udp, 40000, 2);
	put(udp + 2, port, 2);
	put(udp + 4, LEN - UDP_AT, 2);
	return LEN;
}

/* Port and address of the next frame that waits; false: none. */
static bool next(const struct bed *bed, uint32_t *port, uint32_t *to)
{
	uint8_t seen[512];
	ssize_t got = recv(bed->from, seen, sizeof(seen), 0);

	if (got < LEN)
		return false;
	*port = (uint32_t)seen[UDP_AT + 2] << 8 | seen[UDP_AT + 3];
	*to = (uint32_t)seen[IP_AT + 16] << 24 | (uint32_t)seen[IP_AT + 17] << 16 | (uint32_t)seen[IP_AT + 18] << 8 | seen[IP_AT + 19];
	return true;
}

void guard_bed_poll(const struct bed *bed, struct guard_bed_seen *seen)
{
	uint32_t port, to;

	while (next(bed, &port, &to)) {
		seen->allowed += port == BED_ALLOWED;
		seen->forbidden += port == BED_FORBIDDEN;
	}
}

/* The mark is a frame that only this function sends, of a device without a policy. */
void guard_bed_seen(const struct bed *bed, struct guard_bed_seen *seen)
{
	static uint32_t mark = 0xcb007100;
	uint32_t port = 0, to = 0;
	uint8_t frame[512];
	size_t len = guard_bed_frame(frame, MARK_DEVICE, ++mark, MARK_PORT);

	guard_bed_poll(bed, seen);
	assert_int_equal(bed_send(bed, frame, len, 1), 1);
	for (uint32_t tries = 0; !(port == MARK_PORT && to == mark); tries++) {
		if (tries == 20000000)
			fail_msg("the mark never arrived");
		if (!next(bed, &port, &to))
			continue;
		seen->allowed += port == BED_ALLOWED;
		seen->forbidden += port == BED_FORBIDDEN;
	}
}
