/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TCP conversations: segments of one byte in no order, options without end, lengths that lie, logins without end. */
#include "hostile.h"

#include <stdio.h>
#include <string.h>

enum { MANY = 100000, SEGMENT = 1400 };

#define ESCAPES \
	"\x1b[2J\x1b]0;owned\x07\x9b" \
	"31m\xe2\x80\xae\x7f\xc2\x9b"

static struct talk call(struct gen *gen, uint16_t port)
{
	struct host us = gen_host("a0:a0:a0:00:00:64", "192.168.1.64"), way = gen_host("98:9b:cb:10:20:01", "192.168.1.1");
	struct host them = gen_outside(&way, "198.51.100.23");

	return gen_open(gen, &them, &us, port, 200000);
}

static void data(struct gen *gen, const struct talk *talk, bool client, uint32_t offset, const void *bytes, size_t len)
{
	struct segment segment = {
		.from_port = client ? talk->client_port : talk->server_port,
		.to_port = client ? talk->server_port : talk->client_port,
		.window = 29200,
		.flags = GEN_ACK,
		.payload = bytes,
		.len = len,
		.seq = (client ? talk->client_seq : talk->server_seq) + offset,
		.ack = client ? talk->server_seq : talk->client_seq,
	};

	gen_tcp(gen, client ? &talk->client : &talk->server, client ? &talk->server : &talk->client, &segment);
	gen_wait(gen, 10000);
}

/* One stream; blocks of 4 KiB come last byte first, the odd ones never complete, and every tenth byte comes again as another. */
static void one_byte_segments(struct gen *gen, uint32_t scale)
{
	static const uint16_t ports[] = {23, 21, 80, 1883};
	const uint32_t block = 4096;

	for (uint32_t p = 0; p < 4; p++) {
		struct talk talk = call(gen, ports[p]);
		for (uint32_t i = 0; i < MANY / 4 * scale; i++) {
			uint32_t offset = i / block * block + (block - 1 - i % block);
			uint8_t byte = (uint8_t) "GET / HTTP/1.1\r\n"[offset % 16];
			if (i / block % 2 && i % block == 2000)
				continue;
			data(gen, &talk, true, offset, &byte, 1);
			byte ^= 0x20;
			if (i % 10 == 0)
				data(gen, &talk, true, offset, &byte, 1);
		}
	}
}

/* Far ahead, far behind, over the sequence number's edge. */
static void wild_sequence_numbers(struct gen *gen, uint32_t scale)
{
	struct talk talk = call(gen, 23);
	uint8_t bytes[SEGMENT];

	memset(bytes, 'a', sizeof(bytes));
	for (uint32_t i = 0; i < MANY / 4 * scale; i++) {
		data(gen, &talk, i % 2, (uint32_t)gen_random(gen), bytes, 1 + gen_below(gen, SEGMENT));
		data(gen, &talk, i % 2, i * 7 % 9000, bytes, 1 + gen_below(gen, 64));
	}
}

static void repeat(struct gen *gen, struct talk *talk, bool client, const char *unit, size_t len, uint32_t bytes)
{
	uint8_t segment[SEGMENT];

	for (size_t i = 0; i < sizeof(segment); i++)
		segment[i] = (uint8_t)unit[i % len];
	for (uint32_t sent = 0; sent < bytes; sent += SEGMENT)
		gen_say(gen, talk, client, segment, sizeof(segment) / len * len);
}

/* IAC SB without IAC SE (RFC 855), options asked for for ever, a login line that never ends. */
static void telnet_without_end(struct gen *gen, uint32_t scale)
{
	static const struct {
		const char *unit;
		size_t len;
	} units[] = {
		{"\xff\xfa\x18", 3},
		{"\xff\xfa", 2},
		{"\xff", 1},
		{"\xff\xfd\x01\xff\xfb\x03", 6},
		{"login: ", 7},
		{"a", 1},
		{"\b\x7f", 2},
		{"\r", 1},
		{"\xff\xff", 2},
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		struct talk talk = call(gen, i % 2 ? 23 : 2323);
		gen_text(gen, &talk, false, "login: ");
		gen_say(gen, &talk, true, "\xff\xfa\x1f", 3);
		repeat(gen, &talk, true, units[i].unit, units[i].len, 1000000 * scale);
		repeat(gen, &talk, false, units[i].unit, units[i].len, 200000 * scale);
	}
}

struct lie {
	uint16_t port;
	bool client;
	const char *start;
	size_t len;
	const char *unit; /* and this for ever */
};

#define LIE(port, client, start, unit) \
	{ \
		port, client, start, sizeof(start) - 1, unit \
	}

static void lengths_that_lie(struct gen *gen, uint32_t scale)
{
	static const struct lie lies[] = {
		LIE(1883, true, "\x10\xff\xff\xff\x7f\0\4MQTT\4\xc2\0\0\xff\xff", "a"),
		LIE(1883, true, "\x10\xff\xff\xff\xff\xff\xff", "\xff"),
		LIE(1883, true, "\x10\xff\xff\xff\x7f\0\4MQTT\5\xc2\0\0\xff\xff\xff\x7f", "&"),
		LIE(1883, true, "\x10\x0c\0\4MQTT\4\xc2\0\0\0\0\xff\xff", "u"),
		LIE(443, true, "\x16\x03\x01\xff\xff\x01\xff\xff\xff\x03\x03", "s"),
		LIE(443, true, "\x16\x03\x01\0\x05\x01\xff\xff\xff\x03", "\x16"),
		LIE(443, true, "\x16\x03\x01\0\0", "\0"),
		LIE(53, true, "\xff\xff\x01\x02\x01\0\xff\xff\xff\xff\xff\xff\xff\xff", "\x3f"),
		LIE(53, false, "\0\0\0\0\0\0", "\0"),
		LIE(80, true, "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", "b"),
		LIE(80, true, "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "G"),
		LIE(80, true, "GET /", "/"),
		LIE(80, true, "GET / HTTP/1.1\r\nHost: ", "h"),
		LIE(80, true, "GET / HTTP/1.1\r\n", "x: y\r\n"),
		LIE(80, true, "GET / HTTP/1.1\r\nAuthorization: Basic ", "QQ=="),
		LIE(80, false, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", "c"),
		LIE(80, false, "HTTP/1.1 401 ", "4"),
		LIE(80, false, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "\r\n"),
		LIE(21, false, "220-", "2"),
		LIE(21, false, "220-", "220-\r\n"),
		LIE(21, true, "USER ", "u"),
		LIE(21, true, "PASS ", "\n"),
		LIE(37777, true, "\xff\xff\xff\xff", "\xff"),
		LIE(37810, true, " \0\0\0DHIP\0\0\0\0\0\0\0\0\xff\xff\xff\xff\0\0\0\0\xff\xff\xff\xff\0\0\0\0", "{\"a\":"),
		LIE(34567, true, "\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff", "{"),
	};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		const struct lie *lie = &lies[i];
		struct talk talk = call(gen, lie->port);
		gen_say(gen, &talk, lie->client, lie->start, lie->len);
		repeat(gen, &talk, lie->client, lie->unit, lie->unit[0] ? strlen(lie->unit) : 1, 300000 * scale);
		gen_close(gen, &talk);
	}
}

/* Each is another pair, from another port; half are refused. */
void logins_without_end(struct gen *gen, uint32_t scale)
{
	char text[160];

	for (uint32_t i = 0; i < MANY / 20 * scale; i++) {
		struct talk talk = call(gen, i % 3 == 0 ? 21 : i % 3 == 1 ? 23 : 80);
		if (i % 3 == 0) {
			gen_text(gen, &talk, false, "220 ready\r\n");
			snprintf(text, sizeof(text), "USER user%u\r\nPASS pass%u\r\n", i, i);
			gen_text(gen, &talk, true, text);
			gen_text(gen, &talk, false, i % 2 ? "530 no\r\n" : "230 yes\r\n");
		} else if (i % 3 == 1) {
			gen_text(gen, &talk, false, "login: ");
			snprintf(text, sizeof(text), "user%u\r\n", i);
			gen_text(gen, &talk, true, text);
			gen_text(gen, &talk, false, "Password: ");
			gen_text(gen, &talk, true, text);
			gen_text(gen, &talk, false, i % 2 ? "Login incorrect\r\n" : "\r\n# ");
		} else {
			snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nAuthorization: Basic QUFBQUFB%08xOkI=\r\n\r\n", i);
			gen_text(gen, &talk, true, text);
			gen_text(gen, &talk, false, i % 2 ? "HTTP/1.1 401 no\r\n\r\n" : "HTTP/1.1 200 OK\r\n\r\n");
		}
	}
}

/* More at once than can be read, none of them ever done. */
void streams_without_end(struct gen *gen, uint32_t scale)
{
	static const uint16_t ports[] = {23, 21, 80, 1883, 443};
	char text[64];

	for (uint32_t i = 0; i < MANY / 10 * scale; i++) {
		struct talk talk = call(gen, ports[i % 5]);
		snprintf(text, sizeof(text), "GET /%u HTTP/1.1\r\nHost: never", i);
		data(gen, &talk, true, 0, text, strlen(text));
		data(gen, &talk, true, 2000, text, strlen(text));
	}
}

static void escapes_in_sessions(struct gen *gen, uint32_t scale)
{
	static const struct {
		uint16_t port;
		const char *client, *server;
	} lines[] = {
		{80,
			"GET / HTTP/1.1\r\nHost: " ESCAPES "\r\nUser-Agent: " ESCAPES
			"\r\nAuthorization: Basic G1syShtdMDtvd25lZAc6G1sySg==\r\n\r\n",
			"HTTP/1.1 401 " ESCAPES "\r\nServer: " ESCAPES "\r\nWWW-Authenticate: Basic realm=\"" ESCAPES
			"\"\r\n\r\n<title>" ESCAPES "</title>"},
		{21, "USER " ESCAPES "\r\nPASS " ESCAPES "\r\n", "220 " ESCAPES "\r\n331 " ESCAPES "\r\n230 " ESCAPES "\r\n"},
		{23, ESCAPES "\r\n", ESCAPES "login: "},
	};
	static const uint8_t connect[] = "\x10\x34\0\4MQTT\4\xc2\0\x3c\0\x0a\x1b[2J\x9b"
					 "31m\x7f\x07\0\x0a\x1b[2J\x9b"
					 "31m\x7f\x07\0\x0a\x1b[2J\x9b"
					 "31m\x7f\x07";

	for (uint32_t i = 0; i < scale; i++) {
		for (size_t k = 0; k < sizeof(lines) / sizeof(lines[0]); k++) {
			struct talk talk = call(gen, lines[k].port);
			gen_text(gen, &talk, false, lines[k].server);
			gen_text(gen, &talk, true, lines[k].client);
			gen_text(gen, &talk, false, lines[k].server);
			gen_text(gen, &talk, true, lines[k].client);
		}
		struct talk talk = call(gen, 1883);
		gen_say(gen, &talk, true, connect, sizeof(connect) - 1);
		talk = call(gen, 443);
		gen_tls(gen, &talk, "cam" ESCAPES ".example", 10);
	}
}

const struct story session_stories[] = {
	{.name = "one-byte-segments", .fill = one_byte_segments},
	{.name = "wild-sequence-numbers", .fill = wild_sequence_numbers},
	{.name = "telnet-without-end", .fill = telnet_without_end},
	{.name = "lengths-that-lie", .fill = lengths_that_lie},
	{.name = "logins-without-end", .fill = logins_without_end},
	{.name = "streams-without-end", .fill = streams_without_end},
	{.name = "escapes-in-sessions", .fill = escapes_in_sessions, .escapes = true},
	{.name = NULL},
};
