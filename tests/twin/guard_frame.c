/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames by chance for the guard: from the few addresses, ports and names that mean something in a scene, and then spoiled a little. */
#include <string.h>

#include "guard_scene.h"

struct maker {
	uint64_t *random;
	uint8_t *bytes;
	uint32_t len;
	uint8_t way;
	bool six, plain; /* plain: one of few conversations, whole frames */
	uint8_t local[16], remote[16];
};

static uint32_t pick(struct maker *m, uint32_t below)
{
	return guard_pick(m->random, below);
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

static void set16(struct maker *m, uint32_t at, uint32_t number)
{
	m->bytes[at] = (uint8_t)(number >> 8);
	m->bytes[at + 1] = (uint8_t)number;
}

/* From local to remote, or the other way. */
static void put_ports(struct maker *m, bool out, uint32_t local, uint32_t remote)
{
	put16(m, out ? local : remote);
	put16(m, out ? remote : local);
}

static uint32_t some_port(struct maker *m)
{
	static const uint16_t ports[] = {1023, 1024, 1025, 53, 53, 80, 80, 123, 443, 23, 2323, 22, 67, 68, 546, 547, 1900, 3702, 5353,
		50000, 50000, 50001, 65535, 52, 54, 122, 124, 66, 69, 545, 548, 1899, 1901, 3701, 3703, 5352, 5354, 0, 1};

	return ports[pick(m, sizeof(ports) / sizeof(*ports))];
}

/* ---- DNS ---- */

static void put_record(struct maker *m, uint32_t question)
{
	static const uint32_t ttls[] = {0, 1, 3, 60, 604799, 604800, 604801, 0x7fffffff, 0xffffffff};
	uint32_t kind = pick(m, 8), name = pick(m, 6);
	uint8_t wire[256], address[16];

	if (name < 3)
		put16(m, 0xc000 | 12);
	else if (name == 3)
		put(m, wire, guard_name(pick(m, GUARD_NAME_COUNT), wire));
	else if (name == 4)
		put(m, "\3abc\xc0\x0c", 6);
	else
		put8(m, pick(m, 4) ? 0 : pick(m, 256));
	(void)question;
	put16(m, kind < 4 ? 1 : kind < 6 ? 28 : (uint32_t[]){5, 2, 27, 29, 0}[pick(m, 5)]);
	put16(m, pick(m, 12) ? 1 : pick(m, 3));
	put32(m, ttls[pick(m, 9)]);
	guard_address(pick(m, 3) ? pick(m, 14) : pick(m, GUARD_ADDRESSES), address);
	if (kind < 4) {
		put16(m, pick(m, 12) ? 4 : 3 + pick(m, 3));
		put(m, address + 12, 4);
	} else if (kind < 6) {
		put16(m, pick(m, 12) ? 16 : 15 + pick(m, 3));
		put(m, address, 16);
	} else {
		put16(m, 2);
		put16(m, 0xc00c);
	}
}

static void put_dns(struct maker *m, bool answer)
{
	uint32_t count = pick(m, 8) ? pick(m, 5) : 30 + pick(m, 5), name = pick(m, GUARD_NAME_COUNT), at = m->len;
	uint8_t wire[256];

	put16(m, m->plain ? 1 : 1 + pick(m, 2));
	put16(m, answer ? (pick(m, 6) ? 0x8180 : (uint32_t[]){0x8183, 0x8181, 0x8980, 0x0100, 0x8200, 0xc180}[pick(m, 6)]) : 0x0100);
	put16(m, pick(m, 16) ? 1 : pick(m, 3));
	put16(m, answer ? (pick(m, 16) ? count : pick(m, 2) ? 0xffff : 0) : 0);
	put32(m, 0);
	put(m, wire, guard_name(name, wire));
	put16(m, 1);
	put16(m, pick(m, 16) ? 1 : pick(m, 4));
	while (answer && count-- && m->len < GUARD_ROOM - 200)
		put_record(m, at + 12);
}

/* ---- transport: each returns its protocol ---- */

static uint32_t put_tcp(struct maker *m, bool out, bool quoted)
{
	static const uint8_t flags[] = {0x02, 0x02, 0x12, 0x10, 0x10, 0x18, 0x11, 0x04, 0x14, 0x00, 0x03, 0x22, 0x32, 0x01, 0x08};
	uint32_t options = pick(m, 4) ? 0 : pick(m, 3);

	put_ports(m, out, m->plain ? 50000 : some_port(m), m->plain ? (uint32_t)(uint16_t[]){53, 80, 23, 443}[pick(m, 4)] : some_port(m));
	put32(m, pick(m, 0x7fffffff));
	if (quoted && pick(m, 2))
		return FW_IP_TCP;
	put32(m, 0);
	put8(m, (5 + options) << 4);
	put8(m, flags[pick(m, 15)]);
	put32(m, 0);
	put16(m, 0);
	for (uint32_t i = 0; i < options; i++)
		put32(m, 0x01010101);
	for (uint32_t i = pick(m, 2) ? pick(m, 60) : 0; i; i--)
		put8(m, pick(m, 256));
	return FW_IP_TCP;
}

static uint32_t put_udp(struct maker *m, bool out)
{
	uint32_t local = some_port(m), remote = some_port(m), at;

	if (!pick(m, 3))
		remote = 53;
	if (m->plain) {
		local = 50000;
		remote = (uint32_t[]){53, 53, 123, 443}[pick(m, 4)];
	} else if (!pick(m, 8)) {
		local = pick(m, 2) ? 68 : 546;
		remote = local == 68 ? 67 : 547;
	}
	put_ports(m, out, local, remote);
	at = m->len;
	put32(m, 0);
	if (remote == 53 && pick(m, 8))
		put_dns(m, m->way == FW_GUARD_IN);
	else
		for (uint32_t i = pick(m, 3) ? pick(m, 60) : 0; i; i--)
			put8(m, pick(m, 256));
	set16(m, at, pick(m, 24) ? m->len - at + 4 : 8 + pick(m, 4));
	return FW_IP_UDP;
}

static void put_inner(struct maker *m);

static uint32_t put_icmp(struct maker *m)
{
	static const uint8_t four[] = {8, 0, 3, 11, 12, 3, 13, 2, 10, 4, 1},
			     six[] = {128, 129, 1, 2, 3, 4, 133, 134, 135, 136, 137, 132, 138, 0, 5};
	uint32_t type = m->six ? six[pick(m, 15)] : four[pick(m, 11)];

	put8(m, type);
	put8(m, pick(m, 3));
	put16(m, 0);
	put16(m, 0x1234 + pick(m, 2));
	put16(m, pick(m, 100));
	if (m->way == FW_GUARD_IN && pick(m, 4))
		put_inner(m);
	else
		for (uint32_t i = pick(m, 40); i; i--)
			put8(m, i);
	return m->six ? FW_IP_ICMPV6 : FW_IP_ICMP;
}

static uint32_t put_transport(struct maker *m, bool out, bool quoted)
{
	uint32_t kind = pick(m, quoted ? 7 : 10);

	if (kind < 4)
		return put_tcp(m, out, quoted);
	if (kind < 7)
		return put_udp(m, out);
	if (kind < 9)
		return put_icmp(m);
	if (pick(m, 2)) {
		put16(m, pick(m, 4) ? 0 : 0x4000);
		put16(m, 0x0800);
		return FW_IP_GRE;
	}
	put32(m, pick(m, 0x7fffffff));
	return (uint32_t[]){2, 50, 58, 1, 132, 7, 5, 16, 18}[pick(m, 9)];
}

/* ---- network ---- */

static void put_four(struct maker *m, bool out, bool quoted)
{
	static const uint16_t fragments[] = {0x2000, 0x0001, 0x2003, 0x00b9};
	uint32_t at = m->len, options = pick(m, 8) ? 0 : 1 + pick(m, 2), proto;

	put8(m, 0x45 + options);
	put8(m, 0);
	put16(m, 0);
	put16(m, pick(m, 65536));
	put16(m, m->plain || pick(m, 5) ? 0x4000 : fragments[pick(m, 4)]);
	put8(m, 64);
	put8(m, 0);
	put16(m, 0);
	put(m, (out ? m->local : m->remote) + 12, 4);
	put(m, (out ? m->remote : m->local) + 12, 4);
	for (uint32_t i = 0; i < options; i++)
		put32(m, 0x01010101);
	proto = put_transport(m, out, quoted);
	m->bytes[at + 9] = (uint8_t)proto;
	set16(m, at + 2, m->len - at + (quoted && pick(m, 2) ? 100 : 0));
}

static void put_six(struct maker *m, bool out, bool quoted)
{
	static const uint8_t kinds[] = {0, 60, 43};
	uint32_t at = m->len, next = at + 6, extensions = m->plain ? 0 : pick(m, 8) ? pick(m, 2) : pick(m, 11), proto;

	put32(m, 0x60000000);
	put16(m, 0);
	put8(m, 0);
	put8(m, pick(m, 2) ? 255 : 64);
	put(m, out ? m->local : m->remote, 16);
	put(m, out ? m->remote : m->local, 16);
	for (uint32_t i = 0; i < extensions; i++) {
		m->bytes[next] = kinds[pick(m, 3)];
		next = m->len;
		put32(m, 0);
		put32(m, 0x01020000);
	}
	if (!m->plain && !pick(m, 5)) {
		m->bytes[next] = FW_IP_FRAGMENT;
		next = m->len;
		put16(m, 0);
		put16(m, (uint32_t[]){1, 8, 9, 0}[pick(m, 4)]);
		put32(m, pick(m, 0x7fffffff));
	}
	proto = put_transport(m, out, quoted);
	m->bytes[next] = (uint8_t)proto;
	set16(m, at + 4, m->len - at - 40 + (quoted && pick(m, 2) ? 100 : 0));
}

/* What an ICMP error quotes: mostly a packet of the device to somebody. */
static void put_inner(struct maker *m)
{
	uint8_t remote[16];

	memcpy(remote, m->remote, 16);
	if (m->plain || !pick(m, 3))
		guard_address(m->six ? 12 : 9, m->remote);
	if (m->six)
		put_six(m, pick(m, 8) != 0, true);
	else
		put_four(m, pick(m, 8) != 0, true);
	memcpy(m->remote, remote, 16);
}

static bool is_four(const uint8_t address[16])
{
	return address[10] == 0xff && address[11] == 0xff && !address[0];
}

/* One of the conversations that a scene remembers. */
static void choose_plain(struct maker *m)
{
	m->six = !pick(m, 4);
	guard_address(m->six ? 2 : 0, m->local);
	guard_address(m->six ? (pick(m, 2) ? 8 : 12) : (pick(m, 2) ? 7 : 9), m->remote);
}

/* Both ends of one family; mostly the device's own address, and somebody who can answer. */
static void choose_ends(struct maker *m)
{
	do {
		guard_address(pick(m, 3) ? pick(m, 4) : pick(m, GUARD_ADDRESSES), m->local);
		guard_address(pick(m, 3) ? 4 + pick(m, 10) : pick(m, GUARD_ADDRESSES), m->remote);
	} while (is_four(m->local) != is_four(m->remote));
	m->six = !is_four(m->local);
}

static void put_link(struct maker *m)
{
	uint8_t device[6], other[6];
	bool to_many = !m->plain && !pick(m, 8);

	guard_mac(m->plain ? 0 : pick(m, 6) ? pick(m, GUARD_KNOWN) : pick(m, GUARD_MACS), device);
	guard_mac(to_many ? GUARD_MACS - 3 + pick(m, 2) : pick(m, GUARD_MACS - 3), other);
	if (m->way == FW_GUARD_IN && to_many)
		memcpy(device, other, 6);
	put(m, m->way == FW_GUARD_OUT ? other : device, 6);
	put(m, m->way == FW_GUARD_OUT ? device : other, 6);
	for (uint32_t i = m->plain || pick(m, 6) ? 0 : 1 + pick(m, 3); i; i--) {
		put16(m, pick(m, 2) ? 0x8100 : 0x88a8);
		put16(m, pick(m, 65536));
	}
}

static void spoil(struct maker *m)
{
	uint32_t kind = pick(m, 3), at = pick(m, m->len);

	if (kind == 0)
		m->bytes[at] = (uint8_t)pick(m, 256);
	else if (kind == 1)
		m->bytes[at] ^= (uint8_t)(1u << pick(m, 8));
	else if (at > 20)
		m->len = at;
}

uint32_t guard_frame_make(uint64_t *random, uint8_t way, uint8_t bytes[GUARD_ROOM])
{
	struct maker m = {.random = random, .bytes = bytes, .way = way};
	uint32_t kind = pick(&m, 24);

	m.plain = pick(&m, 3) == 0;
	if (m.plain)
		choose_plain(&m);
	else
		choose_ends(&m);
	put_link(&m);
	if (!m.plain && kind == 0) {
		put16(&m, FW_ETHER_ARP);
		put(&m, "\0\1\10\0\6\4\0\1abcdef\300\250\1\2ABCDEF\300\250\1\1", 28);
	} else if (!m.plain && kind == 1) {
		put16(&m, (uint32_t[]){FW_ETHER_LLDP, 0x888e, 0x0807, 0x88cd, 0x0026}[pick(&m, 5)]);
		put32(&m, 0x02070400);
	} else if (m.six) {
		put16(&m, FW_ETHER_IPV6);
		put_six(&m, way == FW_GUARD_OUT, false);
	} else {
		put16(&m, FW_ETHER_IPV4);
		put_four(&m, way == FW_GUARD_OUT, false);
	}
	if (!m.plain && !pick(&m, 10))
		spoil(&m);
	return m.len;
}
