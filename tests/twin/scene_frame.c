/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames by chance for the shield: from the few addresses, ports and names that mean something in a scene, and then spoiled a little. */
#include <string.h>

#include "scene.h"

struct maker {
	uint64_t *random;
	uint8_t *bytes;
	uint32_t len;
	bool six, leaves;
};

static const char *const names[] = {"www.example.com", "WwW.eXample.COM", "a.b.example.com", "b.example.com", "example.com",
	"x.wild.example.com", "wild.example.com", "ns.sub.example.com", "sub.example.com", "x.d.example.com", "nope.example.com",
	"x.y.z.example.com", "nope1.example.com", "www.aside.test", "aside.test", "test", "new.fresh.org", "www.fresh.org", "com",
	"example.net", "", "x.www.child.example.com", "child.example.com", "www.child.example.com", "b.a", "a.a.a", "version.bind",
	"[zZ].example.com", "@a`z{.example.com"};

static uint32_t pick(struct maker *m, uint32_t below)
{
	return scene_pick(m->random, below);
}

static void put(struct maker *m, const void *bytes, uint32_t len)
{
	memcpy(m->bytes + m->len, bytes, len);
	m->len += len;
}

static void put8(struct maker *m, uint32_t number)
{
	m->bytes[m->len++] = (uint8_t)number;
}

static void put16(struct maker *m, uint32_t number)
{
	put8(m, number >> 8);
	put8(m, number & 0xff);
}

static void put32(struct maker *m, uint32_t number)
{
	put16(m, number >> 16);
	put16(m, number & 0xffff);
}

static void put_name(struct maker *m)
{
	const char *text = names[pick(m, sizeof(names) / sizeof(*names))];
	uint32_t kind = pick(m, 24), labels = FW_DNS_LABELS_MAX - pick(m, 3);

	if (kind == 0) /* as many labels as there can be, the first one not always there */
		for (uint32_t i = 0; i < labels; i++) {
			put8(m, 1);
			put8(m, i ? 'a' : 'a' + pick(m, 2));
		}
	if (kind == 1) /* as long as can be */
		for (uint32_t i = 0; i < 4; i++) {
			uint32_t len = i < 3 ? 63 : 60 + pick(m, 3);

			put8(m, len);
			for (uint32_t j = 0; j < len; j++)
				put8(m, 'a' + pick(m, 26));
		}
	while (kind > 1 && *text) {
		uint32_t len = (uint32_t)strcspn(text, ".");

		put8(m, len);
		put(m, text, len);
		text += len + (text[len] == '.');
	}
	put8(m, 0);
}

static uint32_t some_flags(struct maker *m)
{
	static const uint32_t flags[] = {
		0x0000, 0x0100, 0x0110, 0x0120, 0x2000, 0x2800, 0x1000, 0x8400, 0x8403, 0x8600, 0x8000, 0x8500, 0x0400, 0x7800, 0x0001};

	if (!pick(m, 8))
		return pick(m, 65536);
	if (m->leaves)
		return pick(m, 4) ? 0x8400 : flags[pick(m, 15)];
	return pick(m, 3) ? flags[pick(m, 4)] : flags[pick(m, 15)];
}

static void put_opt(struct maker *m)
{
	static const uint32_t lens[] = {0, 0, 12, 28, 40};
	uint32_t len = lens[pick(m, 5)];

	put8(m, pick(m, 16) == 0);
	put16(m, pick(m, 8) ? 41 : 40 + pick(m, 3));
	put16(m, pick(m, 65536));
	put32(m, pick(m, 2) ? 0x8000 : pick(m, 0x7fffffff));
	put16(m, len);
	for (uint32_t i = 0; i < len; i++)
		put8(m, pick(m, 256));
}

/* Answers carry something behind their question, or seem to. */
static void put_dns(struct maker *m)
{
	uint32_t opt = pick(m, 2), at = m->len, cut = pick(m, 40);

	put16(m, 1 + pick(m, 3));
	put16(m, some_flags(m));
	put16(m, pick(m, 24) ? 1 : pick(m, 3));
	put16(m, m->leaves ? (pick(m, 8) ? pick(m, 3) : pick(m, 2) << 8) : pick(m, 24) == 0);
	put16(m, m->leaves ? pick(m, 2) : pick(m, 24) == 0 ? 1 + pick(m, 2) : 0);
	put16(m, opt || pick(m, 8) ? opt : pick(m, 4));
	put_name(m);
	put16(m, pick(m, 256));
	put16(m, pick(m, 12) ? 1 : pick(m, 4));
	if (opt)
		put_opt(m);
	if (!pick(m, 8))
		for (uint32_t i = pick(m, 20); i; i--)
			put8(m, pick(m, 256));
	if (cut == 0)
		m->len = at + pick(m, m->len - at + 1);
}

static void put_far(struct maker *m)
{
	static const uint32_t fours[] = {0xc6120001, 0xc6120001, 0xc6120102, 0xc6121003, 0xc6124004, 0xc0000203, 0xc0000203, 0xcb007105,
		0xcb007106, 0xcb007205, 0xcb007206, 0xcb007207, 0xc0000201, 0x00000001, 0x7f000001, 0x01000001, 0x80000001, 0xdfffffff,
		0xe0000001, 0xffffffff};
	static const uint8_t sixes[][8] = {{0x20, 1, 0xd, 0xb8, 0, 5, 0, 1}, {0x20, 1, 0xd, 0xb8, 0, 5, 0, 0x81},
		{0x20, 1, 0xd, 0xb8, 0, 5, 0x81, 1}, {0x20, 1, 0xd, 0xb8, 0x80, 6, 0, 1}, {0x20, 1, 0xd, 0xb8, 0, 7, 0, 1},
		{0x20, 1, 0xd, 0xb8, 0, 8, 0, 0}, {0x20, 1, 0xd, 0xb8, 0, 9, 0, 0}, {0}, {0xff, 2}, {0xfe, 0x80}, {0, 0, 0, 0, 0, 0, 0, 1}};

	if (!m->six) {
		put32(m, pick(m, 4) ? fours[pick(m, 20)] : 0xc6120000 + pick(m, 65536));
		return;
	}
	put(m, sixes[pick(m, 11)], 8);
	put32(m, 0);
	put32(m, pick(m, 2) ? 9 : pick(m, 16));
}

static void put_near(struct maker *m)
{
	static const uint8_t six[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

	if (m->six)
		put(m, six, 16);
	else
		put32(m, 0x0a090001);
	if (!pick(m, 32))
		m->bytes[m->len - 1 - pick(m, m->six ? 16 : 4)] ^= 1;
}

static void put_ports(struct maker *m)
{
	static const uint32_t far[] = {40000, 40001, 53, 123, 5353}, near[] = {53, 53, 53, 53, 5353, 853, 123, 40000, 40001};
	uint32_t ports[2] = {far[pick(m, 5)], near[pick(m, 9)]};

	put16(m, ports[m->leaves]);
	put16(m, ports[!m->leaves]);
}

static void put_udp(struct maker *m)
{
	uint32_t at = m->len, len;

	put_ports(m);
	put16(m, 0);
	put16(m, pick(m, 4) ? 1 + pick(m, 65535) : pick(m, 3) * 255);
	put_dns(m);
	len = m->len - at;
	fw_put16(m->bytes + at + 4, pick(m, 24) ? len : len + pick(m, 5) - 2);
}

static void put_tcp(struct maker *m)
{
	static const uint32_t flags[] = {0x02, 0x10, 0x12, 0x18, 0x04, 0x14, 0x00, 0x13, 0x03, 0x11};

	put_ports(m);
	put32(m, pick(m, 0x7fffffff));
	put32(m, 0);
	put8(m, 0x50);
	put8(m, flags[pick(m, 10)]);
	put16(m, 1000);
	put32(m, 0);
	for (uint32_t i = pick(m, 3); i; i--)
		put8(m, i);
}

static void put_icmp(struct maker *m)
{
	static const uint32_t fours[] = {2, 3, 4, 8, 0, 10, 11, 12, 13}, sixes[] = {0, 1, 2, 4, 5, 128, 132, 133, 135, 137, 138};

	put8(m, m->six ? sixes[pick(m, 11)] : fours[pick(m, 9)]);
	put8(m, 0);
	put16(m, 0);
	put32(m, pick(m, 2));
	put32(m, 0);
}

static void put_transport(struct maker *m, uint32_t proto)
{
	if (proto == FW_IP_UDP)
		put_udp(m);
	else if (proto == FW_IP_TCP)
		put_tcp(m);
	else if (proto == FW_IP_ICMP || proto == FW_IP_ICMPV6)
		put_icmp(m);
	else
		put32(m, 0x00000800);
}

static uint32_t some_proto(struct maker *m)
{
	static const uint32_t protos[] = {FW_IP_TCP, FW_IP_TCP, FW_IP_ICMP, FW_IP_ICMPV6, FW_IP_GRE, 50, 5, 7, 16, 18};
	uint32_t kind = pick(m, 4);

	if (kind)
		return FW_IP_UDP;
	if (!pick(m, 3))
		return m->six ? FW_IP_ICMPV6 : FW_IP_ICMP;
	return protos[pick(m, 10)];
}

static void put_ipv4(struct maker *m)
{
	uint32_t at = m->len, words = pick(m, 12) ? 5 : 5 + pick(m, 3), proto = some_proto(m);

	put8(m, 0x40 + words);
	put8(m, pick(m, 256));
	put32(m, pick(m, 65536));
	put16(m, pick(m, 16) ? 0x4000 : pick(m, 4) * 0x1000 + pick(m, 2));
	put8(m, pick(m, 2) ? 64 : 255);
	put8(m, proto);
	put16(m, pick(m, 65536));
	m->leaves ? put_near(m) : put_far(m);
	m->leaves ? put_far(m) : put_near(m);
	for (uint32_t i = 5; i < words; i++)
		put32(m, 0x01010101);
	put_transport(m, proto);
	fw_put16(m->bytes + at + 2, pick(m, 24) ? m->len - at : m->len - at + pick(m, 5) - 2);
}

static void put_ipv6(struct maker *m)
{
	uint32_t at = m->len, proto = some_proto(m), extensions = pick(m, 8) ? 0 : 1 + (pick(m, 4) ? 0 : pick(m, 10));

	put32(m, 0x60000000u + pick(m, 65536));
	put16(m, 0);
	put8(m, extensions ? (uint32_t)FW_IP_OPTIONS : proto);
	put8(m, pick(m, 2) ? 255 : 64);
	m->leaves ? put_near(m) : put_far(m);
	m->leaves ? put_far(m) : put_near(m);
	for (uint32_t i = 0; i < extensions; i++) {
		bool last = i + 1 == extensions, fragment = i && pick(m, 4) == 0;

		if (fragment)
			m->bytes[i == 0 ? at + 6 : m->len - 8] = FW_IP_FRAGMENT;
		put8(m, last ? proto : (uint32_t)FW_IP_OPTIONS);
		put8(m, 0);
		put16(m, fragment ? pick(m, 2) * 8 + pick(m, 2) : 0x0104);
		put32(m, 0);
	}
	put_transport(m, proto);
	fw_put16(m->bytes + at + 4, pick(m, 24) ? m->len - at - 40 : m->len - at - 40 + pick(m, 5) - 2);
}

static void put_link(struct maker *m)
{
	static const uint8_t macs[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
	uint32_t tags = pick(m, 6) ? 0 : pick(m, 4), pppoe = pick(m, 48) == 0;

	put(m, macs, 12);
	m->bytes[0] |= pick(m, 24) == 0;
	for (uint32_t i = 0; i < tags; i++) {
		put16(m, i ? 0x8100 : 0x88a8);
		put16(m, 1 + pick(m, 4094));
	}
	if (pppoe) {
		put16(m, FW_ETHER_PPPOE);
		put32(m, 0x11000001);
		put16(m, 100);
		put16(m, m->six ? FW_PPP_IPV6 : FW_PPP_IPV4);
		return;
	}
	put16(m, pick(m, 48) ? (m->six ? FW_ETHER_IPV6 : FW_ETHER_IPV4) : pick(m, 2) ? (uint32_t)FW_ETHER_ARP : pick(m, 65536));
}

static void spoil(struct maker *m)
{
	static const uint8_t edges[] = {0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff};
	uint32_t kind = pick(m, 24);

	if (kind == 0)
		m->bytes[pick(m, m->len)] = edges[pick(m, 8)];
	else if (kind == 1)
		m->bytes[pick(m, m->len)] += (uint8_t)(pick(m, 3) - 1);
	else if (kind == 2)
		m->len = 15 + pick(m, m->len - 15);
	else if (kind < 6)
		for (uint32_t i = 1 + pick(m, 18); i; i--)
			put8(m, pick(m, 256));
}

uint32_t scene_frame(uint64_t *random, bool leaves, uint8_t bytes[FRAME_ROOM])
{
	struct maker m = {.random = random, .bytes = bytes, .leaves = leaves};

	m.six = pick(&m, 3) == 0;
	put_link(&m);
	if (m.six)
		put_ipv6(&m);
	else
		put_ipv4(&m);
	spoil(&m);
	return m.len;
}
