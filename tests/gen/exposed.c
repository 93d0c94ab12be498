/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the outside can do with the devices of a home whose router forwards too much, and with a name server; and the ordinary things
 * that look like it: calls, shared files, a server that calls back, conversations older than the capture.
 */
#include <stdio.h>
#include <string.h>

#include "home.h"

static const uint64_t day_ns = 1477216800ull * GEN_S;

static struct home begin(struct gen *gen)
{
	struct home home = home_make();

	gen_at(gen, day_ns);
	home_morning(gen, &home);
	return home;
}

static struct host outside(const struct home *home, const char *prefix, uint32_t number)
{
	char address[32];

	snprintf(address, sizeof(address), "%s%u", prefix, number);
	return gen_outside(&home->gateway, address);
}

static void fetch_page(struct gen *gen, const struct host *client, const struct host *server, uint16_t port)
{
	struct talk talk = gen_open(gen, client, server, port, 60 * GEN_MS);

	gen_text(gen, &talk, true, "GET / HTTP/1.1\r\nHost: 198.51.100.1\r\n\r\n");
	gen_text(gen, &talk, false, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
	gen_close(gen, &talk);
}

struct question {
	struct host asker, server;
	uint16_t asker_port, port;
	uint16_t asked, answered; /* bytes of payload */
	uint16_t datagrams; /* of the answer */
};

static void ask(struct gen *gen, const struct question *q)
{
	uint8_t payload[1500] = {0x12, 0x34, 0x01, 0x20, 0, 1};

	gen_udp(gen, &q->asker, q->asker_port, &q->server, q->port, payload, q->asked);
	payload[2] = 0x81, payload[3] = 0x80, payload[7] = 1; /* as DNS: an answer with recursion */
	for (uint16_t i = 0; i < q->datagrams; i++) {
		gen_wait(gen, 2 * GEN_MS);
		gen_udp(gen, &q->server, q->port, &q->asker, q->asker_port, payload, q->answered);
	}
	gen_wait(gen, 5 * GEN_MS);
}

/* Two minutes of silence would be another capture's beginning. */
static void browse_until(struct gen *gen, struct home *home, uint32_t seconds)
{
	for (uint64_t until_ns = day_ns + seconds * GEN_S; gen_now(gen) + 60 * GEN_S < until_ns; gen_wait(gen, 50 * GEN_S))
		home_browse(gen, home, &home->laptop, "news.example", "203.0.113.8", 2000);
	gen_at(gen, day_ns + seconds * GEN_S);
}

void exposed_home(struct gen *gen)
{
	struct home home = begin(gen);
	struct host visitor = outside(&home, "198.51.100.", 40), victim = outside(&home, "203.0.113.", 66);
	struct question ssdp = {victim, home.tv, 80, 1900, 94, 310, 6};

	gen_label(gen, "reached from the internet: the camera's web page, by 198.51.100.40");
	fetch_page(gen, &visitor, &home.camera, 80);
	gen_label(gen, "reached from the internet: the printer's SNMP, by 198.51.100.40");
	ask(gen, &(struct question){visitor, home.printer, 50161, 161, 40, 60, 1});
	gen_label(gen, "reflector: the TV answers SSDP at 198.51.100.x's word, 150 times, to 203.0.113.66");
	for (int i = 0; i < 150; i++)
		ask(gen, &ssdp);
	gen_label(gen, "reflector: the recorder answers DHIP to 12 addresses");
	for (uint32_t i = 0; i < 12; i++)
		ask(gen, &(struct question){outside(&home, "203.0.113.", 100 + i), home.recorder, 50000, 37810, 60, 700, 1});
	gen_label(gen, "reflector: the gateway resolves names for 12 addresses outside");
	for (uint32_t i = 0; i < 12; i++)
		ask(gen, &(struct question){outside(&home, "203.0.113.", 130 + i), home.gateway, 50000, 53, 40, 900, 1});
	gen_label(gen, "reached from the internet: the printer's SIP, by two scanners that speak from 5060");
	browse_until(gen, &home, 200);
	ask(gen, &(struct question){outside(&home, "198.51.100.", 90), home.printer, 5060, 5060, 400, 300, 1});
	browse_until(gen, &home, 290);
	ask(gen, &(struct question){outside(&home, "203.0.113.", 90), home.printer, 5060, 5060, 400, 300, 1});
	gen_label(gen, "no reflector: the camera gives the time to 40 addresses, as long as they asked");
	for (uint32_t i = 0; i < 40; i++)
		ask(gen, &(struct question){outside(&home, "203.0.113.", 150 + i), home.camera, 50000, 123, 48, 48, 1});
}

/* A name server of its own zones, captured where it stands: thousands ask, signed answers are large. */
void exposed_name_server(struct gen *gen)
{
	struct host server = gen_host("02:00:00:00:00:53", "198.51.100.53"), router = gen_host("02:00:00:00:00:01", "198.51.100.1");
	char address[32];

	gen_at(gen, day_ns);
	for (uint32_t i = 0; i < 3000; i++) {
		uint8_t message[1000] = {(uint8_t)i, (uint8_t)(i >> 8), 0x00, 0x00, 0, 1, 0, 0, 0, 0, 0, 1};
		uint16_t port = (uint16_t)(1024 + gen_below(gen, 60000));

		snprintf(address, sizeof(address), "203.0.%u.%u", gen_below(gen, 256), 1 + gen_below(gen, 250));
		struct host resolver = gen_outside(&router, address);
		gen_udp(gen, &resolver, port, &server, 53, message, 44);
		gen_wait(gen, GEN_MS);
		message[2] = 0x84, message[7] = 2;
		gen_udp(gen, &server, 53, &resolver, port, message, i % 3 ? 620 : 140);
		gen_wait(gen, 4 * GEN_MS);
	}
}

/* A call between phones: both ask a STUN server, then both speak; now and then the other side is first through the hole. */
static void call(struct gen *gen, const struct home *home, uint32_t number)
{
	struct host stun = outside(home, "192.0.2.", 78), other = outside(home, "198.51.100.", 100 + number);
	uint16_t own = (uint16_t)(52000 + number);
	uint8_t packet[160] = {0x80};

	gen_udp(gen, &home->laptop, own, &stun, 3478, packet, 20);
	gen_wait(gen, 30 * GEN_MS);
	gen_udp(gen, &stun, 3478, &home->laptop, own, packet, 32);
	for (uint32_t i = 0; i < 50; i++) {
		bool out = (i + number) % 2;
		gen_udp(gen, out ? &home->laptop : &other, out ? own : 40000, out ? &other : &home->laptop, out ? 40000 : own, packet,
			sizeof(packet));
		gen_wait(gen, 20 * GEN_MS);
	}
}

/* The laptop shares files: it speaks from 51413 to peers, and peers come to 51413 over UDP and TCP, asking little for much. */
static void share_files(struct gen *gen, const struct home *home)
{
	uint8_t packet[600] = "d1:ad2:id20:";

	for (uint32_t i = 0; i < 20; i++) {
		struct host peer = outside(home, "203.0.113.", 20 + i), visitor = outside(home, "198.51.100.", 20 + i);
		struct talk talk;
		gen_udp(gen, &visitor, 6881, &home->laptop, 51413, packet, 90);
		gen_wait(gen, 30 * GEN_MS);
		gen_udp(gen, &home->laptop, 51413, &visitor, 6881, packet, sizeof(packet));
		gen_udp(gen, &home->laptop, 51413, &peer, 6881, packet, 90);
		gen_wait(gen, 100 * GEN_MS);
		gen_udp(gen, &peer, 6881, &home->laptop, 51413, packet, 300);
		gen_wait(gen, 200 * GEN_MS);
		talk = gen_open(gen, &visitor, &home->laptop, 51413, 60 * GEN_MS);
		gen_bulk(gen, &talk, false, 16384, 2);
		gen_close(gen, &talk);
	}
}

/* FTP in active mode (RFC 959): the server opens the connection that the data comes in. */
static void called_back(struct gen *gen, const struct home *home)
{
	struct host server = outside(home, "192.0.2.", 21);
	struct talk control = gen_open(gen, &home->laptop, &server, 21, 30 * GEN_MS), data;

	gen_text(gen, &control, false, "220 mirror\r\n");
	gen_text(gen, &control, true, "USER anonymous\r\n");
	gen_text(gen, &control, false, "331 ok\r\n");
	gen_text(gen, &control, true, "PORT 192,168,1,20,200,10\r\n");
	data = gen_open(gen, &server, &home->laptop, 200 * 256 + 10, 30 * GEN_MS);
	gen_bulk(gen, &data, true, 30000, 2);
	gen_close(gen, &data);
}

/* Under way since before the capture: the first packet that it holds came from outside. */
static void under_way(struct gen *gen, const struct home *home)
{
	struct host video = outside(home, "203.0.113.", 200), relay = outside(home, "203.0.113.", 201);
	uint8_t packet[1200] = {0x40};

	for (uint32_t i = 0; i < 300; i++) {
		gen_udp(gen, &video, 443, &home->tv, 50001, packet, sizeof(packet));
		gen_udp(gen, &relay, 32100, &home->camera, 32101, packet, 40);
		gen_wait(gen, GEN_MS);
		if (i % 4 == 3)
			gen_udp(gen, &home->tv, 50001, &video, 443, packet, 35);
		gen_udp(gen, &home->camera, 32101, &relay, 32100, packet, 900);
		gen_wait(gen, 3 * GEN_MS);
	}
}

/* Somebody tries the door: half-open SYN probes, datagrams that meet "port unreachable", nothing comes of it. */
static void try_doors(struct gen *gen, const struct home *home)
{
	struct host prober = outside(home, "198.51.100.", 99);
	uint8_t unreachable[8 + 28] = {3, 3}, packet[20] = {0};

	for (uint16_t port = 8000; port < 8006; port++) {
		struct segment syn = {.from_port = 41000, .to_port = port, .window = 1024, .seq = 7, .flags = GEN_SYN};
		struct segment accept = {
			.from_port = port, .to_port = 41000, .window = 9000, .seq = 9, .ack = 8, .flags = GEN_SYN | GEN_ACK};
		struct segment reset = {.from_port = 41000, .to_port = port, .seq = 8, .flags = GEN_RST};
		gen_tcp(gen, &prober, &home->printer, &syn);
		gen_wait(gen, 10 * GEN_MS);
		gen_tcp(gen, &home->printer, &prober, &accept);
		gen_wait(gen, 10 * GEN_MS);
		gen_tcp(gen, &prober, &home->printer, &reset);
		gen_udp(gen, &prober, 41000, &home->printer, port, packet, sizeof(packet));
		gen_wait(gen, GEN_MS);
		gen_ip(gen, &home->printer, &prober, 1, unreachable, sizeof(unreachable));
		gen_wait(gen, 200 * GEN_MS);
	}
}

/* Registered yesterday, and asked since, every few minutes, whether they are there: a telephone over SIP, a bulb by its cloud. */
static void are_you_there(struct gen *gen, struct home *home)
{
	struct question sip = {outside(home, "198.51.100.", 50), home->recorder, 5060, 5060, 400, 300, 1};
	struct question cloud = {outside(home, "203.0.113.", 51), home->tv, 8886, 40123, 30, 30, 1};

	for (uint32_t at = 350; at < 1400; at += 330) {
		browse_until(gen, home, at);
		ask(gen, &sip);
		ask(gen, &cloud);
	}
}

void quiet_outside(struct gen *gen)
{
	struct home home = begin(gen);

	under_way(gen, &home);
	called_back(gen, &home);
	try_doors(gen, &home);
	share_files(gen, &home);
	gen_at(gen, day_ns + 200 * GEN_S);
	for (uint32_t i = 0; i < 12; i++)
		call(gen, &home, i);
	share_files(gen, &home);
	are_you_there(gen, &home);
}
