/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ordinary networks that look like trouble to a careless rule. Each is true to what the named thing does on the wire; none
 * may raise anything above low (the last one, a vulnerability scanner, when it is muted).
 */
#include <stdio.h>
#include <string.h>

#include "home.h"

static const uint64_t day_ns = 1477133200ull * GEN_S;

static struct home begin(struct gen *gen)
{
	struct home home = home_make();

	gen_at(gen, day_ns);
	home_morning(gen, &home);
	return home;
}

/* A QUIC-like conversation: datagrams one way, an acknowledgement for each few. */
static void datagrams(struct gen *gen, const struct host *from, const struct host *to, uint16_t port, uint32_t count)
{
	uint16_t own = (uint16_t)(40000 + gen_below(gen, 10000));
	uint8_t payload[1200] = {0x40};

	for (uint32_t i = 0; i < count; i++) {
		gen_udp(gen, from, own, to, port, payload, sizeof(payload));
		gen_wait(gen, 400000);
		if (i % 8 == 7)
			gen_udp(gen, to, port, from, own, payload, 30);
	}
}

void quiet_speed_test(struct gen *gen)
{
	struct home home = begin(gen);
	struct host server = gen_outside(&home.gateway, "203.0.113.200");
	struct talk talk;

	gen_dns(gen, &home.laptop, &home.gateway, "speedtest.example", GEN_NOERROR, server.address);
	for (int i = 0; i < 4; i++) {
		talk = gen_open(gen, &home.laptop, &server, 8080, 9 * GEN_MS);
		gen_text(gen, &talk, true, "POST /upload HTTP/1.1\r\nHost: speedtest.example\r\nContent-Length: 4000000\r\n\r\n");
		gen_bulk(gen, &talk, i % 2 == 0, 4000000, 2);
		gen_close(gen, &talk);
	}
	datagrams(gen, &home.laptop, &server, 443, 6000);
}

void quiet_update(struct gen *gen)
{
	static const char *const names[] = {"dl1.update.example", "dl2.update.example", "mirror.update.example"};
	struct home home = begin(gen);
	char address[32], request[128];

	for (uint32_t i = 0; i < 24; i++) {
		snprintf(address, sizeof(address), "198.51.100.%u", 10 + i);
		struct host server = gen_outside(&home.gateway, address);
		gen_dns(gen, &home.laptop, &home.gateway, names[i % 3], GEN_NOERROR, server.address);
		struct talk talk = gen_open(gen, &home.laptop, &server, 80, 12 * GEN_MS);
		snprintf(request, sizeof(request), "GET /pool/part%u HTTP/1.1\r\nHost: %s\r\n\r\n", i, names[i % 3]);
		gen_text(gen, &talk, true, request);
		gen_text(gen, &talk, false, "HTTP/1.1 200 OK\r\nServer: mirror\r\nContent-Length: 300000\r\n\r\n");
		gen_bulk(gen, &talk, false, 300000, 2);
		gen_close(gen, &talk);
	}
}

/* A peer outside; some share the well-known ports, most do not. */
static struct host peer(struct gen *gen, const struct home *home, uint16_t *out_port)
{
	static const char *const prefixes[] = {"192.0.2.", "198.51.100.", "203.0.113."};
	uint32_t share = gen_below(gen, 100);
	char address[32];

	*out_port = share < 10 ? 6881 : share < 15 ? 51413 : (uint16_t)(1024 + gen_below(gen, 64000));
	snprintf(address, sizeof(address), "%s%u", prefixes[gen_below(gen, 3)], 1 + gen_below(gen, 250));
	return gen_outside(&home->gateway, address);
}

/* Peers are learned from peers, not from names; well over half are gone or behind NAT. */
void quiet_bittorrent(struct gen *gen)
{
	struct home home = begin(gen);

	for (uint32_t i = 0; i < 600; i++) {
		uint64_t began = gen_now(gen);
		uint8_t ping[60] = "d1:ad2:id20:";
		uint16_t port;
		struct host other = peer(gen, &home, &port);
		gen_udp(gen, &home.laptop, 51413, &other, port, ping, sizeof(ping));
		if (gen_below(gen, 100) < 40) {
			gen_wait(gen, 80 * GEN_MS);
			gen_udp(gen, &other, port, &home.laptop, 51413, ping, sizeof(ping));
		}
		other = peer(gen, &home, &port);
		if (gen_below(gen, 100) < 35) {
			struct talk talk = gen_open(gen, &home.laptop, &other, port, 60 * GEN_MS);
			gen_say(gen, &talk, true,
				"\x13"
				"BitTorrent protocol",
				20);
			gen_say(gen, &talk, false,
				"\x13"
				"BitTorrent protocol",
				20);
			gen_bulk(gen, &talk, false, 16384, 2);
		} else {
			struct segment syn = {.from_port = (uint16_t)(40000 + i),
				.to_port = port,
				.window = 29200,
				.seq = (uint32_t)gen_random(gen),
				.flags = GEN_SYN};
			for (int retry = 0; retry < 3; retry++) {
				gen_tcp(gen, &home.laptop, &other, &syn);
				gen_wait(gen, retry ? 2 * GEN_S : GEN_S);
			}
		}
		gen_at(gen, began + 250 * GEN_MS);
	}
}

void quiet_printer_discovery(struct gen *gen)
{
	struct home home = begin(gen);
	struct host ssdp = gen_host("00:00:00:00:00:00", "239.255.255.250"), all = gen_host("ff:ff:ff:ff:ff:ff", "192.168.1.255");
	const struct host *answer[] = {&home.printer, &home.tv, &home.gateway, &home.camera};
	static const char search[] =
		"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 3\r\nST: ssdp:all\r\n\r\n";
	static const char found[] = "HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nSERVER: Linux UPnP/1.0\r\nUSN: "
				    "uuid:1::upnp:rootdevice\r\nLOCATION: http://192.168.1.80:80/d.xml\r\n\r\n";
	static const uint8_t snmp[] = {0x30, 0x26, 2, 1, 0, 4, 6, 'p', 'u', 'b', 'l', 'i', 'c', 0xa0, 0x19};

	for (uint32_t i = 0; i < 60; i++) {
		uint16_t port = (uint16_t)(50000 + i);
		gen_udp(gen, &home.laptop, port, &ssdp, 1900, search, sizeof(search) - 1);
		gen_udp(gen, &home.laptop, port, &ssdp, 3702, "<Probe/>", 8);
		gen_udp(gen, &home.laptop, port, &all, 161, snmp, sizeof(snmp));
		for (size_t a = 0; a < 4; a++) {
			gen_wait(gen, 40 * GEN_MS);
			gen_udp(gen, answer[a], 1900, &home.laptop, port, found, sizeof(found) - 1);
			gen_udp(gen, answer[a], (uint16_t)(49152 + gen_below(gen, 9000)), &home.laptop, port, "<ProbeMatches/>", 15);
		}
		gen_mdns(gen, &home.printer, "BRN0080774E0A80", "_ipp._tcp.local");
		gen_arp(gen, 1, &home.laptop, &home.printer);
		gen_arp(gen, 2, &home.printer, &home.laptop);
		gen_wait(gen, GEN_S);
	}
}

void quiet_video_upload(struct gen *gen)
{
	struct home home = begin(gen);
	struct host cloud = gen_outside(&home.gateway, "203.0.113.9"), relay = gen_outside(&home.gateway, "203.0.113.10");
	struct talk talk;

	gen_dns(gen, &home.camera, &home.gateway, "cloud.camera.example", GEN_NOERROR, cloud.address);
	talk = gen_open(gen, &home.camera, &cloud, 443, 15 * GEN_MS);
	gen_tls(gen, &talk, "cloud.camera.example", 2000);
	gen_bulk(gen, &talk, true, 12000000, 2);
	gen_close(gen, &talk);
	gen_dns(gen, &home.camera, &home.gateway, "relay.camera.example", GEN_NOERROR, relay.address);
	datagrams(gen, &home.camera, &relay, 32100, 8000);
}

/* Clockwork, as the cloud wants it: to addresses that have names, and to time servers known by address. */
void quiet_keep_alives(struct gen *gen)
{
	struct home home = begin(gen);
	struct host bulb_cloud = gen_outside(&home.gateway, "198.51.100.44"), ntp = gen_outside(&home.gateway, "192.0.2.123");
	uint64_t from_ns = gen_now(gen);

	gen_dns(gen, &home.tv, &home.gateway, "push.tv.example", GEN_NOERROR, bulb_cloud.address);
	for (uint64_t at = 0; at < 2400; at += 20) {
		gen_at(gen, from_ns + at * GEN_S);
		home_browse(gen, &home, &home.camera, "cloud.camera.example", "203.0.113.9", 300);
		gen_at(gen, from_ns + at * GEN_S + 3 * GEN_S);
		uint16_t port = (uint16_t)(33000 + at);
		gen_udp(gen, &home.tv, port, &bulb_cloud, 8886, "ping", 4);
		gen_wait(gen, 30 * GEN_MS);
		gen_udp(gen, &bulb_cloud, 8886, &home.tv, port, "pong", 4);
		gen_at(gen, from_ns + at * GEN_S + 7 * GEN_S);
		gen_ntp(gen, &home.recorder, &ntp);
	}
}

/* Everybody wants one page: 1,600 new clients a second, all of them real. */
void quiet_flash_crowd(struct gen *gen)
{
	struct home home = begin(gen);
	uint64_t from_ns = gen_now(gen);
	char address[32];

	for (uint32_t i = 0; i < 6400; i++) {
		snprintf(address, sizeof(address), "198.%u.%u.%u", 18 + gen_below(gen, 2), gen_below(gen, 256), gen_below(gen, 256));
		struct host client = gen_outside(&home.gateway, address);
		gen_at(gen, from_ns + i * (GEN_S / 1600));
		struct talk talk = gen_open(gen, &client, &home.laptop, 8080, 20 * GEN_MS + gen_jitter(gen, 120 * GEN_MS));
		gen_text(gen, &talk, true, "GET / HTTP/1.1\r\nHost: party.example\r\n\r\n");
		gen_text(gen, &talk, false, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
		gen_close(gen, &talk);
	}
}

static void try_in_vain(struct gen *gen, const struct host *from, const struct host *to, uint16_t port)
{
	struct segment syn = {.from_port = (uint16_t)(32768 + gen_below(gen, 28000)),
		.to_port = port,
		.window = 29200,
		.seq = (uint32_t)gen_random(gen),
		.flags = GEN_SYN};

	for (uint64_t wait = 1; wait <= 4; wait *= 2) {
		gen_tcp(gen, from, to, &syn);
		gen_wait(gen, wait * GEN_S);
	}
}

/* The link is down for a minute: what was just reachable is not, and some try addresses they remember from yesterday. */
void quiet_link_down(struct gen *gen)
{
	static const char *const remembered[] = {
		"192.0.2.10", "192.0.2.11", "192.0.2.12", "198.51.100.200", "198.51.100.201", "203.0.113.150"};
	struct home home = begin(gen);
	uint64_t from_ns = gen_now(gen), down_ns = from_ns + 120 * GEN_S;

	home_ordinary_life(gen, &home, from_ns, down_ns);
	for (uint32_t i = 0; i < 10; i++) {
		const struct host *who[] = {&home.laptop, &home.camera, &home.tv};
		struct host old = gen_outside(&home.gateway, remembered[i % 6]), news = gen_outside(&home.gateway, "198.51.100.80");
		for (size_t w = 0; w < 3; w++) {
			gen_at(gen, down_ns + i * 6 * GEN_S + w * 300 * GEN_MS);
			gen_dns(gen, who[w], &home.gateway, "news.example", GEN_SERVFAIL, NULL);
			try_in_vain(gen, who[w], &old, w == 2 ? 5228 : 443);
			gen_at(gen, down_ns + i * 6 * GEN_S + w * 300 * GEN_MS + 40 * GEN_MS);
			try_in_vain(gen, who[w], &news, 443);
		}
	}
	home_ordinary_life(gen, &home, down_ns + 60 * GEN_S, down_ns + 180 * GEN_S);
}

/* The home has IPv6 addresses and a resolver that gives AAAA, but nothing outside answers over IPv6: each page tries in vain first. */
void quiet_broken_ipv6(struct gen *gen)
{
	struct home home = begin(gen);
	struct host router = gen_host("98:9b:cb:10:20:01", "fe80::1"), laptop6 = gen_host("60:8b:0e:5a:11:20", "2001:db8:1::20");
	char name[64], address[64];

	home_advertise(gen, &router);
	for (uint32_t i = 0; i < 40; i++) {
		uint64_t began = gen_now(gen);
		snprintf(name, sizeof(name), "site%u.example", i);
		snprintf(address, sizeof(address), "2001:db8:ffff::%x", i + 1);
		struct host six = gen_outside(&home.gateway, address);
		gen_dns(gen, &home.laptop, &home.gateway, name, GEN_NOERROR, six.address);
		uint64_t answered = gen_now(gen);
		try_in_vain(gen, &laptop6, &six, 443);
		gen_at(gen, answered + 250 * GEN_MS);
		snprintf(address, sizeof(address), "203.0.113.%u", i + 1);
		home_browse(gen, &home, &home.laptop, name, address, 4000);
		gen_at(gen, began + 1400 * GEN_MS);
	}
}

/* The user's own vulnerability scanner walks the home. */
void quiet_own_scanner(struct gen *gen)
{
	struct home home = begin(gen);
	const struct host *targets[] = {&home.recorder, &home.camera, &home.printer, &home.tv};

	for (uint32_t i = 0; i < 1200; i++) {
		const struct host *target = targets[i % 4];
		uint16_t own = (uint16_t)(20000 + i), port = (uint16_t)(1 + i / 4);
		struct segment syn = {.from_port = own, .to_port = port, .window = 1024, .seq = 1, .flags = GEN_SYN};
		struct segment reset = {.from_port = port, .to_port = own, .ack = 2, .flags = GEN_RST | GEN_ACK};
		gen_tcp(gen, &home.laptop, target, &syn);
		gen_wait(gen, GEN_MS);
		gen_tcp(gen, target, &home.laptop, &reset);
		gen_wait(gen, 4 * GEN_MS);
	}
	for (uint32_t i = 0; i < 250; i++) {
		char address[32];
		snprintf(address, sizeof(address), "192.168.1.%u", i + 1);
		struct host target = gen_host("00:00:00:00:00:00", address);
		gen_arp(gen, 1, &home.laptop, &target);
		gen_wait(gen, 20 * GEN_MS);
	}
}
