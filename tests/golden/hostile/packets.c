/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single packets: strangers without end, headers that lie, names that speak to terminals. */
#include "hostile.h"

#include <stdio.h>
#include <string.h>

enum { MANY = 100000, PROTO_ICMP = 1, PROTO_IPV6_FRAGMENT = 44 };

#define ESCAPES \
	"\x1b[2J\x1b]0;owned\x07\x9b" \
	"31m\xe2\x80\xae\x7f\xc2\x9b"

static struct host ours(void)
{
	return gen_host("a0:a0:a0:00:00:64", "192.168.1.64");
}

static struct host gateway(void)
{
	return gen_host("98:9b:cb:10:20:01", "192.168.1.1");
}

static struct host stranger(struct gen *gen)
{
	struct host way = gateway(), host = gen_outside(&way, "198.18.0.0");
	uint32_t random = (uint32_t)gen_random(gen);

	host.address[13] = (uint8_t)(18 | (random & 1));
	host.address[14] = (uint8_t)(random >> 8);
	host.address[15] = (uint8_t)(random >> 16);
	return host;
}

static void tiny_fragments(struct gen *gen, uint32_t scale)
{
	uint8_t frame[42] = {
		0xa0, 0xa0, 0xa0, 0, 0, 0x64, 0x98, 0x9b, 0xcb, 0x10, 0x20, 1, 8, 0, 0x45, [17] = 28, [22] = 64, [30] = 192, 168, 1, 64};

	for (uint32_t i = 0; i < MANY * scale; i++) {
		struct host from = stranger(gen);
		uint32_t offset = i % 7 ? gen_below(gen, 0x2000) : 0;
		memcpy(frame + 26, from.address + 12, 4);
		frame[18] = (uint8_t)(i >> 8), frame[19] = (uint8_t)i;
		frame[20] = (uint8_t)(0x20 | offset >> 8), frame[21] = (uint8_t)offset;
		frame[23] = i % 3 ? 17 : 6;
		gen_raw(gen, frame, sizeof(frame));
		gen_wait(gen, 20000);
	}
}

static void fragments_of_ipv6(struct gen *gen, uint32_t scale)
{
	struct host from = gen_host("98:9b:cb:10:20:01", "2001:db8::1"), to = gen_host("a0:a0:a0:00:00:64", "fd00::64");
	uint8_t body[16] = {17};

	for (uint32_t i = 0; i < MANY * scale; i++) {
		uint64_t random = gen_random(gen);
		memcpy(from.address + 8, &random, 8);
		body[0] = i % 5 ? 17 : PROTO_IPV6_FRAGMENT; /* a fragment header after the fragment header */
		body[2] = (uint8_t)i, body[3] = 1;
		memcpy(body + 4, &i, 4);
		gen_ip(gen, &from, &to, PROTO_IPV6_FRAGMENT, body, sizeof(body));
		gen_wait(gen, 20000);
	}
}

/* Everybody claims to be somebody else, every time. */
static void devices_without_end(struct gen *gen, uint32_t scale)
{
	struct host host = ours(), way = gateway();
	struct host six = gen_host("a0:a0:a0:00:00:64", "fd00::1");
	char name[40];

	for (uint32_t i = 0; i < MANY / 4 * scale; i++) {
		uint64_t random = gen_random(gen);
		memcpy(host.mac + 2, &random, 4);
		memcpy(host.address + 13, (uint8_t[]){168, (uint8_t)(random >> 32), (uint8_t)(random >> 40)}, 3);
		memcpy(six.address + 8, &random, 8);
		snprintf(name, sizeof(name), "host-%llx", (unsigned long long)random);
		gen_arp(gen, 1 + i % 2, &host, &way);
		if (i % 4 == 0)
			gen_dhcp(gen, &host, &way, name, "udhcp 1.2.3");
		gen_mdns(gen, &host, name, "_http._tcp.local");
		gen_udp(gen, &six, 5353, &six, 5353, name, 20); /* one MAC, addresses without end */
		gen_wait(gen, 100000);
	}
}

static void strangers_without_end(struct gen *gen, uint32_t scale)
{
	struct host us = ours();

	for (uint32_t i = 0; i < MANY * scale; i++) {
		struct host them = stranger(gen);
		struct segment segment = {
			.from_port = (uint16_t)gen_random(gen), .to_port = (uint16_t)gen_random(gen), .seq = i, .flags = (uint8_t)i};
		uint8_t echo[8] = {8};
		if (i % 4 == 0)
			gen_tcp(gen, &them, &us, &segment);
		else if (i % 4 == 1)
			gen_tcp(gen, &us, &them, &segment);
		else if (i % 4 == 2)
			gen_udp(gen, &us, segment.from_port, &them, segment.to_port, "x", 1);
		else
			gen_ip(gen, &us, &them, PROTO_ICMP, echo, sizeof(echo));
		gen_wait(gen, 30000);
	}
}

/* Every rate, every walk, every zone, every beacon of the detectors at once. */
static void findings_without_end(struct gen *gen, uint32_t scale)
{
	struct host bot = ours(), way = gateway();
	uint64_t began = gen_now(gen);
	char name[80];

	for (uint32_t i = 0; i < MANY * scale; i++) {
		struct host them = stranger(gen);
		bot.address[15] = (uint8_t)(2 + i / 16 % 250);
		bot.mac[5] = bot.address[15];
		struct segment syn = {.from_port = (uint16_t)i, .to_port = 23, .flags = GEN_SYN, .seq = i};
		gen_tcp(gen, &bot, &them, &syn);
		if (i % 8 == 0) {
			snprintf(name, sizeof(name), "a%x.zone%x.example", i, i / 64);
			gen_dns(gen, &bot, &way, name, i % 16 ? GEN_NXDOMAIN : GEN_SILENCE, NULL);
		}
		gen_at(gen, began + i * 200000ull);
	}
}

/* Strangers open conversations on every port of every device, each answered at length; and the devices open some of their own. */
static void visitors_without_end(struct gen *gen, uint32_t scale)
{
	struct host us = ours();
	uint8_t answer[600] = {0x12, 0x34, 0x81, 0x80};

	for (uint32_t i = 0; i < MANY / 8 * scale; i++) {
		struct host them = stranger(gen);
		uint16_t own = (uint16_t)gen_random(gen), port = (uint16_t)(1 + i % 1000);
		struct segment open[3] = {
			{.from_port = own, .to_port = port, .seq = i, .flags = GEN_SYN},
			{.from_port = port, .to_port = own, .seq = i, .ack = i + 1, .flags = GEN_SYN | GEN_ACK},
			{.from_port = own, .to_port = port, .seq = i + 1, .ack = i + 1, .flags = GEN_ACK},
		};
		us.address[15] = us.mac[5] = (uint8_t)(2 + i / 64 % 250);
		for (int k = 0; k < 3; k++)
			gen_tcp(gen, k == 1 ? &us : &them, k == 1 ? &them : &us, &open[k]);
		gen_udp(gen, &them, (uint16_t)(own | 1024), &us, port, answer, 20);
		gen_udp(gen, &us, port, &them, (uint16_t)(own | 1024), answer, sizeof(answer));
		them = stranger(gen);
		gen_udp(gen, &us, own, &them, 6881, answer, 20);
		gen_wait(gen, 100000);
	}
}

/* All tables at once: as much memory as there can be in use. */
static void everything_at_once(struct gen *gen, uint32_t scale)
{
	for (uint32_t i = 0; i < scale; i++) {
		uint64_t began = gen_now(gen);
		devices_without_end(gen, 1);
		gen_at(gen, began);
		strangers_without_end(gen, 1);
		gen_at(gen, began);
		tiny_fragments(gen, 1);
		streams_without_end(gen, 1);
		logins_without_end(gen, 1);
		findings_without_end(gen, 1);
		gen_at(gen, began);
		visitors_without_end(gen, 1);
	}
}

/* A chain of pointers, a pointer to itself, one forward, one beyond the end, counts of 65,535, labels of a reserved kind. */
static void dns_pointers(struct gen *gen, uint32_t scale)
{
	struct host client = ours(), server = gateway(), group = gen_host("00:00:00:00:00:00", "224.0.0.251");
	uint8_t m[1200];

	for (uint32_t i = 0; i < MANY / 20 * scale; i++) {
		size_t len = 13 + gen_below(gen, sizeof(m) - 13);
		memset(m, 0, sizeof(m));
		memcpy(m, (uint8_t[]){1, 2, i % 2 ? 0x84 : 0x81, 0x80, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 12);
		for (size_t at = 12; at + 1 < len; at += 2) {
			uint32_t to = i % 5 == 0 ? 12
				: i % 5 == 1     ? (uint32_t)at
				: i % 5 == 2     ? (uint32_t)at - 2
				: i % 5 == 3     ? gen_below(gen, 0x4000)
						 : (uint32_t)at + 2;
			m[at] = (uint8_t)((i % 11 ? 0xc0 : 0x40 << i % 3) | (to >> 8 & 0x3f));
			m[at + 1] = (uint8_t)to;
		}
		gen_udp(gen, &server, 53, &client, 40000, m, len);
		gen_udp(gen, &client, 5353, &group, 5353, m, len);
		gen_wait(gen, GEN_MS);
	}
}

/* Every field of every header in turn takes its lowest and highest values, and the frame is cut anywhere. */
static void headers_that_lie(struct gen *gen, uint32_t scale)
{
	static const uint8_t values[] = {0, 1, 0x0f, 0x40, 0x4f, 0x60, 0x7f, 0x80, 0xf0, 0xff};
	static const uint16_t types[] = {0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8, 0x8864, 0x9100, 0x0000, 0x05dc, 0xffff};
	static const uint8_t protos[] = {0, 1, 2, 4, 6, 17, 41, 43, 44, 47, 50, 51, 58, 60, 135, 255};
	uint8_t frame[160];

	for (uint32_t i = 0; i < MANY * scale; i++) {
		size_t len = 14 + gen_below(gen, sizeof(frame) - 14), at = 14 + gen_below(gen, (uint32_t)len - 13);
		uint16_t type = types[gen_below(gen, sizeof(types) / 2)];
		for (size_t k = 0; k < len; k++)
			frame[k] = (uint8_t)(gen_below(gen, 3) ? 0 : gen_random(gen));
		frame[0] = 0xa0, frame[6] = 0x98;
		frame[12] = (uint8_t)(type >> 8), frame[13] = (uint8_t)type;
		if (len > 26) {
			frame[14] = type == 0x86dd ? 0x60 : i % 9 ? 0x45 : (uint8_t)(0x40 | i % 16);
			frame[23] = protos[gen_below(gen, sizeof(protos))];
			frame[20] = type == 0x86dd ? frame[23] : frame[20];
		}
		if (at < len)
			frame[at] = values[gen_below(gen, sizeof(values))];
		gen_raw(gen, frame, len);
		gen_wait(gen, 100000);
	}
}

static void udp_payloads_that_lie(struct gen *gen, uint32_t scale)
{
	static const uint16_t ports[] = {53, 67, 68, 123, 1900, 3702, 5353, 37810, 161, 5683, 6667, 69, 500, 47808};
	static const char *const starts[] = {"\x01\x01\x06", "M-SEARCH * HTTP/1.1\r\n", "NOTIFY * HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\n",
		" \0\0\0DHIP", "{\"method\":\"", "\x02\x01\x06", "\x84"};
	struct host a = ours(), b = gateway();
	uint8_t payload[700];

	for (uint32_t i = 0; i < MANY / 2 * scale; i++) {
		size_t len = gen_below(gen, sizeof(payload)), kind = gen_below(gen, 8), start = kind == 4 ? 8 : strlen(starts[kind]);
		uint16_t port = ports[gen_below(gen, sizeof(ports) / 2)];
		for (size_t k = 0; k < len; k++)
			payload[k] = (uint8_t)(i % 3 ? gen_random(gen) : 0xff);
		memcpy(payload, starts[kind], len < start ? len : start);
		if (len > 240 && (port == 67 || port == 68)) {
			memset(payload + 3, 0, 233);
			memcpy(payload + 236, "\x63\x82\x53\x63", 4);
		}
		gen_udp(gen, i % 2 ? &a : &b, i % 4 < 2 ? port : 40000, i % 2 ? &b : &a, i % 4 < 2 ? 40000 : port, payload, len);
		gen_wait(gen, 50000);
	}
}

static void escapes_in_names(struct gen *gen, uint32_t scale)
{
	struct host host = ours(), way = gateway();

	for (uint32_t i = 0; i < 200 * scale; i++) {
		host.mac[5] = (uint8_t)i, host.address[15] = (uint8_t)(2 + i % 250);
		if (i % 4 < 2)
			gen_dhcp(gen, &host, &way, ESCAPES, ESCAPES);
		if (i % 4 != 1)
			gen_mdns(gen, &host, ESCAPES, "_" ESCAPES "._tcp.local");
		gen_ssdp_notify(gen, &host, ESCAPES, ESCAPES);
		gen_dns(gen, &host, &way, "cloud" ESCAPES ".example", GEN_NOERROR, way.address);
		for (uint32_t k = 0; k < 60 && i < 4; k++) {
			char name[80];
			snprintf(name, sizeof(name), "x%u%u." ESCAPES ".example", i, k);
			gen_dns(gen, &host, &way, name, GEN_NXDOMAIN, NULL);
		}
	}
}

const struct story packet_stories[] = {
	{.name = "tiny-fragments", .fill = tiny_fragments, .fills = true},
	{.name = "fragments-of-ipv6", .fill = fragments_of_ipv6, .fills = true},
	{.name = "devices-without-end", .fill = devices_without_end, .fills = true},
	{.name = "strangers-without-end", .fill = strangers_without_end, .fills = true},
	{.name = "findings-without-end", .fill = findings_without_end, .fills = true},
	{.name = "visitors-without-end", .fill = visitors_without_end, .fills = true},
	{.name = "everything-at-once", .fill = everything_at_once, .fills = true},
	{.name = "dns-pointers", .fill = dns_pointers},
	{.name = "headers-that-lie", .fill = headers_that_lie},
	{.name = "udp-payloads-that-lie", .fill = udp_payloads_that_lie},
	{.name = "escapes-in-names", .fill = escapes_in_names, .escapes = true},
	{.name = NULL},
};
