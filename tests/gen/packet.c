/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single packets with true lengths and checksums. */
#include <stdlib.h>
#include <string.h>

#include "gen.h"

enum { ETHERNET = 14, ROOM = 65600 };

static void be16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void be32(uint8_t *at, uint32_t value)
{
	be16(at, value >> 16);
	be16(at + 2, value & 0xffff);
}

static bool is_v4(const uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(address, mapped, 12) == 0;
}

static uint32_t sum(const uint8_t *bytes, size_t len, uint32_t start)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		start += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	if (len % 2)
		start += (uint32_t)bytes[len - 1] << 8;
	return start;
}

static uint16_t fold(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)~total;
}

/* Multicast and broadcast have MAC addresses of their own (RFC 1112, RFC 2464). */
static void destination_mac(uint8_t mac[6], const struct host *to)
{
	static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	const uint8_t *a = to->address;

	memcpy(mac, to->mac, 6);
	if (is_v4(a) && a[12] == 255)
		memcpy(mac, all, 6);
	else if (is_v4(a) && (a[12] & 0xf0) == 0xe0)
		memcpy(mac, (uint8_t[]){1, 0, 0x5e, a[13] & 0x7f, a[14], a[15]}, 6);
	else if (!is_v4(a) && a[0] == 0xff)
		memcpy(mac, (uint8_t[]){0x33, 0x33, a[12], a[13], a[14], a[15]}, 6);
}

static size_t ip_header(uint8_t *at, const struct host *from, const struct host *to, uint8_t proto, size_t len)
{
	if (!is_v4(from->address)) {
		be32(at, 0x60000000);
		be16(at + 4, (uint32_t)len);
		at[6] = proto;
		at[7] = proto == 58 ? 255 : 64;
		memcpy(at + 8, from->address, 16);
		memcpy(at + 24, to->address, 16);
		return 40;
	}
	memset(at, 0, 20);
	at[0] = 0x45;
	be16(at + 2, (uint32_t)(20 + len));
	be16(at + 6, 0x4000);
	at[8] = 64;
	at[9] = proto;
	memcpy(at + 12, from->address + 12, 4);
	memcpy(at + 16, to->address + 12, 4);
	be16(at + 10, fold(sum(at, 20, 0)));
	return 20;
}

void gen_ip(struct gen *gen, const struct host *from, const struct host *to, uint8_t proto, const uint8_t *body, size_t len)
{
	uint8_t frame[ROOM];
	size_t at = ETHERNET;

	if (len > ROOM - 64)
		abort();
	destination_mac(frame, to);
	memcpy(frame + 6, from->mac, 6);
	be16(frame + 12, is_v4(from->address) ? 0x0800 : 0x86dd);
	at += ip_header(frame + at, from, to, proto, len);
	memcpy(frame + at, body, len);
	gen_raw(gen, frame, at + len);
}

/* RFC 9293 section 3.1, RFC 768, RFC 8200 section 8.1 */
static uint16_t checksum(const struct host *from, const struct host *to, uint8_t proto, const uint8_t *body, size_t len)
{
	size_t skip = is_v4(from->address) ? 12 : 0;
	uint32_t total = sum(from->address + skip, 16 - skip, 0);
	uint16_t folded;

	total = sum(to->address + skip, 16 - skip, total) + proto + (uint32_t)len;
	folded = fold(sum(body, len, total));
	return folded ? folded : 0xffff;
}

void gen_udp(struct gen *gen, const struct host *from, uint16_t from_port, const struct host *to, uint16_t to_port, const void *payload,
	size_t len)
{
	uint8_t body[ROOM];

	be16(body, from_port);
	be16(body + 2, to_port);
	be16(body + 4, (uint32_t)(8 + len));
	be16(body + 6, 0);
	memcpy(body + 8, payload, len);
	be16(body + 6, checksum(from, to, 17, body, 8 + len));
	gen_ip(gen, from, to, 17, body, 8 + len);
}

void gen_tcp(struct gen *gen, const struct host *from, const struct host *to, const struct segment *s)
{
	uint8_t body[ROOM];
	size_t options = s->flags & GEN_SYN ? 4 : 0;

	be16(body, s->from_port);
	be16(body + 2, s->to_port);
	be32(body + 4, s->seq);
	be32(body + 8, s->ack);
	body[12] = (uint8_t)((20 + options) / 4 << 4);
	body[13] = s->flags;
	be16(body + 14, s->window);
	be32(body + 16, 0);
	memcpy(body + 20, (uint8_t[]){2, 4, 0x05, 0xb4}, options);
	if (s->len)
		memcpy(body + 20 + options, s->payload, s->len);
	be16(body + 16, checksum(from, to, 6, body, 20 + options + s->len));
	gen_ip(gen, from, to, 6, body, 20 + options + s->len);
}

void gen_icmp_echo(struct gen *gen, const struct host *from, const struct host *to, bool reply, uint16_t id, uint16_t sequence)
{
	bool v4 = is_v4(from->address);
	uint8_t body[40] = {v4 ? (reply ? 0 : 8) : (reply ? 129 : 128)};

	be16(body + 4, id);
	be16(body + 6, sequence);
	be16(body + 2, v4 ? fold(sum(body, sizeof(body), 0)) : checksum(from, to, 58, body, sizeof(body)));
	gen_ip(gen, from, to, v4 ? 1 : 58, body, sizeof(body));
}

void gen_arp(struct gen *gen, uint16_t operation, const struct host *sender, const struct host *target)
{
	uint8_t frame[42];

	memset(frame, operation == 1 ? 0xff : 0, 6);
	if (operation == 2)
		memcpy(frame, target->mac, 6);
	memcpy(frame + 6, sender->mac, 6);
	memcpy(frame + 12, (uint8_t[]){8, 6, 0, 1, 8, 0, 6, 4}, 8);
	be16(frame + 20, operation);
	memcpy(frame + 22, sender->mac, 6);
	memcpy(frame + 28, sender->address + 12, 4);
	memset(frame + 32, 0, 6);
	if (operation == 2)
		memcpy(frame + 32, target->mac, 6);
	memcpy(frame + 38, target->address + 12, 4);
	gen_raw(gen, frame, sizeof(frame));
}

void gen_carry(struct gen *gen, const struct tunnel *tunnel, const uint8_t *frame, size_t len)
{
	bool back = memcmp(frame + 6, tunnel->back, 6) == 0, ip_only = tunnel->kind <= GEN_GRE;
	const struct host *from = back ? &tunnel->far : &tunnel->near, *to = back ? &tunnel->near : &tunnel->far;
	static const uint8_t vxlan[8] = {8, [6] = 42};
	uint8_t body[ROOM] = {0};
	size_t at = tunnel->kind == GEN_VXLAN ? 8 : tunnel->kind >= GEN_GRE ? 4 : 0, skip = ip_only ? ETHERNET : 0;

	if (tunnel->kind == GEN_VXLAN)
		memcpy(body, vxlan, sizeof(vxlan));
	else if (at)
		memcpy(body + 2, ip_only ? frame + 12 : (const uint8_t[]){0x65, 0x58}, 2);
	memcpy(body + at, frame + skip, len - skip);
	len += at - skip;
	if (tunnel->kind == GEN_VXLAN) /* the source port is drawn from what is inside */
		gen_udp(gen, from, (uint16_t)(49152 + sum(frame, 6, 0) % 16384), to, 4789, body, len);
	else
		gen_ip(gen, from, to, tunnel->kind == GEN_IPIP ? 4 : tunnel->kind == GEN_6IN4 ? 41 : 47, body, len);
}
