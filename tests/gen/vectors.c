/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Floods, one kind after the other: what leaves a recorder of ours for 203.0.113.10 on (or, where a neighbour of that network has
 * the same kind, 198.51.100), and what falls on 192.168.1.200 on. Each is 1,200 packets within a second (requests for pages: 1,200 in four), ten seconds apart. The quiet one has just too
 * little of each kind, or is answered.
 */
#include <stdio.h>
#include <string.h>

#include "home.h"

static const uint64_t day_ns = 1477303200ull * GEN_S;

enum { ENOUGH = 1200, TOO_FEW = 990, PROTO_GRE = 47, PROTO_SCTP = 132 };

/* One packet of a kind, the number-th, from one host to another. */
typedef void packet_of(struct gen *gen, const struct host *from, const struct host *to, uint32_t number);

static uint16_t any_port(struct gen *gen)
{
	return (uint16_t)(1024 + gen_below(gen, 60000));
}

static void tcp_with(struct gen *gen, const struct host *from, const struct host *to, uint8_t flags)
{
	struct segment segment = {
		.from_port = any_port(gen), .to_port = 443, .window = 5840, .seq = (uint32_t)gen_random(gen), .ack = 1, .flags = flags};

	gen_tcp(gen, from, to, &segment);
}

static void syn(struct gen *gen, const struct host *from, const struct host *to, uint32_t number)
{
	(void)number;
	tcp_with(gen, from, to, GEN_SYN);
}

static void ack(struct gen *gen, const struct host *from, const struct host *to, uint32_t number)
{
	(void)number;
	tcp_with(gen, from, to, GEN_ACK | GEN_PSH);
}

static void udp(struct gen *gen, const struct host *from, const struct host *to, uint32_t number)
{
	uint8_t payload[512] = {(uint8_t)number};

	gen_udp(gen, from, any_port(gen), to, any_port(gen), payload, sizeof(payload));
}

static void udp_plain(struct gen *gen, const struct host *from, const struct host *to, uint32_t number)
{
	uint8_t payload[512] = {(uint8_t)number};

	gen_udp(gen, from, 50123, to, 4444, payload, sizeof(payload));
}

static void vse(struct gen *gen, const struct host *from, const struct host *to, uint32_t number)
{
	static const uint8_t query[] = "\xff\xff\xff\xffTSource Engine Query";

	(void)number;
	gen_udp(gen, from, any_port(gen), to, 27015, query, sizeof(query));
}

/*
 * RFC 2784: no flags, the protocol inside, then what Mirai puts there: a UDP datagram between random addresses, here those of
 * RFC 2544, behind an Ethernet header if that is what is inside.
 */
static void gre(struct gen *gen, const struct host *from, const struct host *to, uint16_t inside)
{
	uint8_t body[4 + 14 + 20 + 8 + 64] = {0, 0, (uint8_t)(inside >> 8), (uint8_t)inside};
	size_t at = 4;

	if (inside != 0x0800) {
		memcpy(body + at, (uint8_t[]){2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0}, 14);
		at += 14;
	}
	memcpy(body + at, (uint8_t[]){0x45, 0, 0, 20 + 8 + 64, 0, 0, 0, 0, 64, 17, 0, 0, 198, 18, 0, 0, 198, 19, 0, 0}, 20);
	for (size_t i = 14; i < 20; i += i == 15 ? 3 : 1)
		body[at + i] = (uint8_t)gen_random(gen);
	memcpy(body + at + 20, (uint8_t[]){0x9c, 0x40, 0x11, 0x5c, 0, 8 + 64}, 6);
	gen_ip(gen, from, to, PROTO_GRE, body, at + 20 + 8 + 64);
}

static void gre_ip(struct gen *gen, const struct host *from, const struct host *to, uint32_t number)
{
	(void)number;
	gre(gen, from, to, 0x0800);
}

static void gre_eth(struct gen *gen, const struct host *from, const struct host *to, uint32_t number)
{
	(void)number;
	gre(gen, from, to, 0x6558);
}

static void icmp(struct gen *gen, const struct host *from, const struct host *to, uint32_t number)
{
	gen_icmp_echo(gen, from, to, false, 77, (uint16_t)number);
}

/* A later fragment (RFC 791): offset 185 units, more to come, of a datagram whose beginning nobody sends. */
static void fragment(struct gen *gen, const struct host *from, const struct host *to, uint32_t number)
{
	uint8_t frame[14 + 20 + 100] = {[12] = 8, [13] = 0};

	memcpy(frame, to->mac, 6);
	memcpy(frame + 6, from->mac, 6);
	memcpy(frame + 14, (uint8_t[]){0x45, 0, 0, 120, (uint8_t)(number >> 8), (uint8_t)number, 0x20, 185, 64, 17}, 10);
	memcpy(frame + 26, from->address + 12, 4);
	memcpy(frame + 30, to->address + 12, 4);
	gen_raw(gen, frame, sizeof(frame));
}

static void other(struct gen *gen, const struct host *from, const struct host *to, uint32_t number)
{
	uint8_t body[60] = {(uint8_t)number};

	gen_ip(gen, from, to, PROTO_SCTP, body, sizeof(body));
}

/* Kinds that need no conversation, in the order of their targets. */
static packet_of *const kinds[] = {syn, ack, udp, udp_plain, vse, gre_ip, gre_eth, icmp, fragment, other};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* count packets over a time. */
static void shower(struct gen *gen, packet_of *packet, const struct host *from, const struct host *to, uint32_t count, uint64_t over_ns)
{
	uint64_t began_ns = gen_now(gen);

	for (uint32_t i = 0; i < count; i++) {
		gen_at(gen, began_ns + over_ns * i / count);
		packet(gen, from, to, i);
	}
	gen_at(gen, began_ns + over_ns);
}

/* A handshake, then data that nobody acknowledges. */
static void stomp(struct gen *gen, const struct host *from, const struct host *to, uint32_t count)
{
	struct talk talk = gen_open(gen, from, to, 443, 10 * GEN_MS);
	struct segment data = {.from_port = talk.client_port,
		.to_port = 443,
		.window = 5840,
		.seq = talk.client_seq,
		.ack = talk.server_seq,
		.flags = GEN_ACK | GEN_PSH,
		.payload = "\0\1\2\3\4\5\6\7",
		.len = 8};

	for (uint32_t i = 0; i < count; i++) {
		gen_tcp(gen, from, to, &data);
		data.seq += 8;
		gen_wait(gen, 800000);
	}
}

/* Connections that are opened, ask for a page, and are acknowledged but not answered, so many a second. */
static void http(struct gen *gen, const struct host *from, const struct host *to, uint32_t count, uint32_t a_second)
{
	uint64_t began_ns = gen_now(gen);

	for (uint32_t i = 0; i < count; i++) {
		struct talk talk;
		gen_at(gen, began_ns + GEN_S * i / a_second);
		talk = gen_open(gen, from, to, 80, GEN_MS);
		gen_text(gen, &talk, true, "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
	}
	gen_at(gen, began_ns + GEN_S * count / a_second);
}

static struct host target(const struct home *home, uint32_t number)
{
	char address[32];

	snprintf(address, sizeof(address), "203.0.113.%u", number);
	return gen_outside(&home->gateway, address);
}

static struct home begin(struct gen *gen)
{
	struct home home = home_make();

	gen_at(gen, day_ns);
	home_morning(gen, &home);
	gen_at(gen, day_ns + 30 * GEN_S);
	return home;
}

void vectors_leaving(struct gen *gen)
{
	struct home home = begin(gen);
	struct host to;

	for (uint32_t i = 0; i < KINDS; i++) {
		to = target(&home, 10 + i);
		if (kinds[i] == udp_plain)
			to = gen_outside(&home.gateway, "198.51.100.13");
		gen_label(gen, "flood: kind %u, the recorder to .%u", i, 10 + i);
		shower(gen, kinds[i], &home.recorder, &to, ENOUGH, GEN_S - 1);
		gen_wait(gen, 10 * GEN_S);
	}
	to = target(&home, 10 + KINDS);
	gen_label(gen, "flood: stomp, the recorder to 203.0.113.%u", 10 + KINDS);
	stomp(gen, &home.recorder, &to, ENOUGH);
	gen_wait(gen, 10 * GEN_S);
	to = target(&home, 11 + KINDS);
	gen_label(gen, "flood: http, the recorder to 203.0.113.%u", 11 + KINDS);
	http(gen, &home.recorder, &to, ENOUGH, 300);
}

/* Answers that nobody asked for, from 600 servers. */
static void reflect(struct gen *gen, const struct home *home, uint16_t port, const struct host *victim)
{
	uint8_t answer[400] = {0x12, 0x34, 0x81, 0x80, 0, 1};
	char address[32];

	gen_label(gen, "reflection from port %u on 192.168.1.%u", port, victim->address[15]);
	for (uint32_t i = 0; i < ENOUGH; i++) {
		snprintf(address, sizeof(address), "198.18.%u.%u", i % 600 / 200, 1 + i % 200);
		struct host server = gen_outside(&home->gateway, address);
		struct segment accept = {.from_port = 80, .to_port = any_port(gen), .window = 9000, .ack = 1, .flags = GEN_SYN | GEN_ACK};
		if (port == 80)
			gen_tcp(gen, &server, victim, &accept);
		else
			gen_udp(gen, &server, port, victim, 30120, answer, sizeof(answer));
		gen_wait(gen, 700000);
	}
	gen_wait(gen, 10 * GEN_S);
}

/* RFC 2131: DISCOVER to everybody, each under a made-up hardware address. */
static void dhcp_flood(struct gen *gen)
{
	struct host nobody = gen_host("02:00:00:00:00:00", "0.0.0.0"), all = gen_host("ff:ff:ff:ff:ff:ff", "255.255.255.255");
	uint8_t message[244] = {1, 1, 6, [236] = 0x63, 0x82, 0x53, 0x63, 53, 1, 1, 255};

	gen_label(gen, "flood: dhcp, to everybody");
	for (uint32_t i = 0; i < ENOUGH; i++) {
		memcpy(nobody.mac + 2, &i, 4);
		memcpy(message + 28, nobody.mac, 6);
		gen_udp(gen, &nobody, 68, &all, 67, message, sizeof(message));
		gen_wait(gen, 700000);
	}
	gen_wait(gen, 10 * GEN_S);
}

/* The victims .200 on never answer but to complete a handshake. */
void vectors_falling(struct gen *gen)
{
	static const uint16_t reflected[] = {53, 161, 500, 1900, 123, 37810, 47808, 80};
	struct home home = begin(gen);
	struct host bot = target(&home, 250), victim = home.laptop;

	for (uint32_t i = 0; i < KINDS; i++) {
		victim.address[15] = (uint8_t)(200 + i);
		gen_label(gen, "flood: kind %u, 203.0.113.250 to 192.168.1.%u", i, 200 + i);
		shower(gen, kinds[i], &bot, &victim, ENOUGH, GEN_S - 1);
		gen_wait(gen, 10 * GEN_S);
	}
	victim.address[15] = 200 + KINDS;
	stomp(gen, &bot, &victim, ENOUGH);
	gen_wait(gen, 10 * GEN_S);
	victim.address[15] = 201 + KINDS;
	gen_label(gen, "flood: http, 40 real addresses to 192.168.1.%u", 201 + KINDS);
	for (uint32_t i = 0; i < 40; i++) {
		uint64_t began_ns = gen_now(gen);
		bot = target(&home, 50 + i);
		http(gen, &bot, &victim, 60, 10);
		gen_at(gen, i < 39 ? began_ns : gen_now(gen) + 10 * GEN_S);
	}
	for (uint32_t i = 0; i < sizeof(reflected) / sizeof(reflected[0]); i++) {
		victim.address[15] = (uint8_t)(220 + i);
		reflect(gen, &home, reflected[i], &victim);
	}
	dhcp_flood(gen);
}

/* Two servers are flooded elsewhere under forged addresses: they answer 100 of ours, who asked for nothing. */
void vectors_backscatter(struct gen *gen)
{
	struct home home = begin(gen);
	uint8_t answer[300] = {0x12, 0x34, 0x81, 0x80, 0, 1};

	gen_label(gen, "backscatter: 203.0.113.53 (DNS) and 203.0.113.80 (SYN-ACK) answer 100 of ours");
	for (uint32_t i = 0; i < 2 * ENOUGH; i++) {
		struct host name_server = target(&home, 53), web_server = target(&home, 80), ours = home.laptop;
		struct segment accept = {.from_port = 80, .to_port = any_port(gen), .window = 9000, .ack = 1, .flags = GEN_SYN | GEN_ACK};
		ours.address[15] = (uint8_t)(100 + i % 100);
		gen_udp(gen, &name_server, 53, &ours, any_port(gen), answer, sizeof(answer));
		gen_tcp(gen, &web_server, &ours, &accept);
		gen_wait(gen, 400000);
	}
}

/* As a shower, but one packet in ten is answered. */
static void answered(struct gen *gen, packet_of *packet, const struct host *from, const struct host *to)
{
	for (uint32_t i = 0; i < ENOUGH; i++) {
		packet(gen, from, to, i);
		if (i % 10 == 9)
			packet(gen, to, from, i);
		gen_wait(gen, 700000);
	}
}

/* Plain UDP with feedback on the same ports; GRE with traffic both ways. */
static void udp_plain_both(struct gen *gen, const struct host *from, const struct host *to, uint32_t number)
{
	uint8_t payload[512] = {(uint8_t)number};
	bool out = from->address[12] == 192;

	gen_udp(gen, from, out ? 50123 : 4444, to, out ? 4444 : 50123, payload, sizeof(payload));
}

/* RTP (RFC 3550): one stream, 300 datagrams a second for 8 seconds, and nothing comes back. */
static void media(struct gen *gen, const struct host *from, const struct host *to)
{
	uint8_t datagram[1200] = {0x80, 96, [8] = 0x5f, 0x1e, 0x33, 0x07};

	for (uint32_t i = 0; i < 300 * 8; i++) {
		uint32_t shown_at = i / 10 * 3000;

		for (int k = 0; k < 4; k++)
			datagram[4 + k] = (uint8_t)(shown_at >> (24 - 8 * k));
		datagram[2] = (uint8_t)(i >> 8);
		datagram[3] = (uint8_t)i;
		gen_udp(gen, from, 50000, to, 40000, datagram, sizeof(datagram));
		gen_wait(gen, GEN_S / 300);
	}
}

void quiet_nearly_floods(struct gen *gen)
{
	struct home home = begin(gen);
	struct host to, bot = target(&home, 250), victim = home.laptop;

	for (uint32_t i = 0; i < KINDS; i++) {
		to = target(&home, 10 + i);
		shower(gen, kinds[i], &home.recorder, &to, TOO_FEW, GEN_S - 1);
		gen_wait(gen, 10 * GEN_S);
		shower(gen, kinds[i], &home.recorder, &to, 95 * 6, 6 * GEN_S);
		gen_wait(gen, 10 * GEN_S);
		victim.address[15] = (uint8_t)(200 + i);
		shower(gen, kinds[i], &bot, &victim, TOO_FEW, GEN_S - 1);
		gen_wait(gen, 10 * GEN_S);
		shower(gen, kinds[i], &bot, &victim, 195 * 6, 6 * GEN_S);
		gen_wait(gen, 10 * GEN_S);
	}
	answered(gen, udp_plain_both, &home.laptop, &to);
	gen_wait(gen, 10 * GEN_S);
	answered(gen, gre_ip, &home.laptop, &to);
	gen_wait(gen, 10 * GEN_S);
	stomp(gen, &home.recorder, &to, 95);
	gen_wait(gen, 10 * GEN_S);
	http(gen, &home.recorder, &to, 45 * 4, 45);
	gen_wait(gen, 10 * GEN_S);
	media(gen, &home.camera, &to);
	gen_wait(gen, 10 * GEN_S);
	media(gen, &to, &home.tv);
}
