/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What devices do and suffer, each with just enough of it to be found; and, in the quiet one, each with one too little, by
 * the same hand. Every deed has a device, or a target, of its own:
 *
 *     .100 who logs in       .101-.119 logins and open services    .120-.139 scans
 *     .140-.149 guessing     .150-.159 beacons                     .160 and 2001:db8:1::a1 on forged sources
 *
 * An ordinary home goes on meanwhile: while nobody gets an answer from outside, a failure proves nothing.
 */
#include <string.h>

#include "logins.h"

static const uint64_t day_ns = 1477389600ull * GEN_S;

/* The capture lasts twelve periods of its beacons. */
enum { PERIOD_S = 75, LASTS_S = 12 * PERIOD_S, APART_S = 15 };

static struct host next_host(const struct host *first, uint32_t number)
{
	struct host host = *first;

	host.address[15] = (uint8_t)(host.address[15] + number);
	if (host.mac[0] == 2)
		host.mac[5] = host.address[15];
	return host;
}

/* ---- scans ---- */

enum probe { SYN, MARKED, ACK, DATAGRAM, ECHO_REQUEST, ARP };

enum way { ACROSS, DOWN, ACROSS_HALF_ANSWERED }; /* the targets follow one another, or the ports of one target */

struct sweep {
	const char *from, *to; /* the first target; the next ones follow it */
	enum probe probe;
	uint16_t port, count;
	enum way way;
};

static void tcp_probe(struct gen *gen, const struct host *from, const struct host *to, struct segment probe, uint8_t answer)
{
	struct segment back = {.from_port = probe.to_port, .to_port = probe.from_port, .flags = answer};

	gen_tcp(gen, from, to, &probe);
	gen_wait(gen, GEN_MS);
	if (!answer)
		return;
	back.ack = answer & GEN_ACK ? probe.seq + 1 : 0;
	gen_tcp(gen, to, from, &back);
	gen_wait(gen, GEN_MS);
}

/* Half of the TCP ones are refused, all else meets silence; who is asked for by ARP may be there. */
static void probe(struct gen *gen, const struct sweep *sweep, const struct host *from, const struct host *to, uint16_t number)
{
	bool answered = sweep->way == ACROSS_HALF_ANSWERED && number % 2, refused = number % 2 == 0;
	uint16_t port = (uint16_t)(sweep->port + (sweep->way == DOWN ? number : 0)), own = (uint16_t)(41000 + number);
	struct segment segment = {.from_port = own, .to_port = port, .window = 14600, .seq = (uint32_t)gen_random(gen)};

	for (int i = 12; i < 16 && sweep->probe == MARKED; i++)
		segment.seq = segment.seq << 8 | to->address[i];
	if (sweep->probe == DATAGRAM) {
		gen_udp(gen, from, own, to, port, "\x02", 1); /* asked of 1434: which instances are there? */
	} else if (sweep->probe == ECHO_REQUEST) {
		gen_icmp_echo(gen, from, to, false, own, number);
	} else if (sweep->probe == ARP) {
		gen_arp(gen, 1, from, to);
		if (answered)
			gen_arp(gen, 2, to, from);
	} else {
		segment.flags = sweep->probe == ACK ? GEN_ACK : GEN_SYN;
		tcp_probe(gen, from, to, segment, refused ? (sweep->probe == ACK ? GEN_RST : GEN_RST | GEN_ACK) : 0);
	}
}

static void sweep(struct gen *gen, const struct sweep *sweep)
{
	struct host from = home_host(sweep->from), first = home_host(sweep->to);

	gen_label(gen, "%u first contacts of %s from %s on", sweep->count, sweep->from, sweep->to);
	for (uint16_t i = 0; i < sweep->count; i++) {
		struct host to = next_host(&first, sweep->way == DOWN ? 0 : i);
		probe(gen, sweep, &from, &to, i);
		gen_wait(
			gen, sweep->way == ACROSS_HALF_ANSWERED ? 4 * GEN_S : 200 * GEN_MS); /* none may be told before the one before it */
	}
}

/* ---- logins ---- */

struct guessing {
	struct login login; /* without a pair */
	uint32_t tries, pairs, every_s;
};

static void guess(struct gen *gen, const struct guessing *guessing)
{
	static const char *const pairs[][2] = {{"anna", "tulip-7"}, {"ben", "maple-3"}, {"carl", "birch-9"}};
	static const char *const tokens[] = {"YW5uYTp0dWxpcC03", "YmVuOm1hcGxlLTM=", "Y2FybDpiaXJjaC05"};
	struct login login = guessing->login;

	gen_label(gen, "%u refused logins with %u pairs: %s at %s", guessing->tries, guessing->pairs, login.client, login.server);
	for (uint32_t i = 0; i < guessing->tries; i++) {
		uint64_t began = gen_now(gen);
		login.user = login.service == HTTP ? tokens[i % guessing->pairs] : pairs[i % guessing->pairs][0];
		login.password = pairs[i % guessing->pairs][1];
		log_in(gen, &login);
		gen_at(gen, began + guessing->every_s * GEN_S);
	}
}

static void ssh_guess(struct gen *gen, const char *client, const char *server, uint32_t count)
{
	struct host from = home_host(client), to = home_host(server);

	gen_label(gen, "%u short SSH connections: %s at %s", count, client, server);
	for (uint32_t i = 0; i < count; i++) {
		gen_ssh(gen, &from, &to);
		gen_wait(gen, GEN_S);
	}
}

/* Dahua's search, UDP 37810: one device is asked. */
static void discover(struct gen *gen, const char *client, const char *server, bool answered)
{
	static const char question[] = "{ \"method\" : \"DHDiscover.search\", \"params\" : { \"mac\" : \"\", \"uni\" : 1 } }\n";
	static const char answer[] = "{ \"method\" : \"client.notifyDevInfo\", \"params\" : { \"deviceInfo\" : { } } }\n";
	struct host from = home_host(client), to = home_host(server);
	uint8_t datagram[200] = {0x20, 0, 0, 0, 'D', 'H', 'I', 'P'};

	gen_label(gen, "a question to 37810 of %s, %s", server, answered ? "answered" : "not answered");
	datagram[16] = datagram[24] = sizeof(question) - 1;
	memcpy(datagram + 32, question, sizeof(question) - 1);
	gen_udp(gen, &from, 50810, &to, 37810, datagram, 32 + sizeof(question) - 1);
	gen_wait(gen, 5 * GEN_MS);
	datagram[16] = datagram[24] = sizeof(answer) - 1;
	memcpy(datagram + 32, answer, sizeof(answer) - 1);
	if (answered)
		gen_udp(gen, &to, 37810, &from, 50810, datagram, 32 + sizeof(answer) - 1);
}

/* ---- calls home, and sources that are not ours ---- */

struct calling {
	const char *from, *to;
	const char *name; /* asked for first; may be NULL */
	uint32_t count, every_s;
	bool silence; /* is all that comes back */
};

static void call(struct gen *gen, const struct calling *calling)
{
	struct host gateway = home_make().gateway, from = home_host(calling->from), to = home_host(calling->to);
	struct segment syn = {.from_port = 42000, .to_port = 48101, .window = 5840, .flags = GEN_SYN};

	if (calling->name)
		gen_dns(gen, &from, &gateway, calling->name, GEN_NOERROR, to.address);
	gen_label(gen, "%u calls, one in %u s: %s to %s", calling->count, calling->every_s, calling->from, calling->to);
	for (uint32_t i = 0; i < calling->count; i++) {
		uint64_t began = gen_now(gen);
		syn.from_port++;
		syn.seq = (uint32_t)gen_random(gen);
		if (calling->silence) {
			gen_tcp(gen, &from, &to, &syn);
		} else {
			struct talk talk = gen_open(gen, &from, &to, 48101, 70 * GEN_MS);
			gen_text(gen, &talk, true, "ping");
			gen_text(gen, &talk, false, "pong");
			gen_close(gen, &talk);
		}
		gen_at(gen, began + calling->every_s * GEN_S);
	}
}

/* Each SYN under another address than the one that the device has shown before: of another /64 each, or all the same. */
static void forge(struct gen *gen, const char *own, const char *forged, uint32_t count, bool many)
{
	bool v6 = strchr(own, ':');
	struct host gateway = home_make().gateway, device = home_host(own), from = home_host(forged);
	struct host router = v6 ? home_host("2001:db8:1::1") : gateway, to = home_host(v6 ? "2001:db8:ffff::80" : "198.51.100.250");
	struct segment syn = {.to_port = 443, .window = 5840, .flags = GEN_SYN};

	memcpy(device.mac, (uint8_t[]){2, 0, 0, 0, 1, device.address[15]}, 6);
	memcpy(from.mac, device.mac, 6);
	gen_icmp_echo(gen, &device, &router, false, 1, 1);
	gen_wait(gen, GEN_MS);
	gen_icmp_echo(gen, &router, &device, true, 1, 1);
	gen_label(gen, "%u packets of %s under addresses from %s on", count, own, forged);
	for (uint32_t i = 0; i < count; i++) {
		gen_wait(gen, 300 * GEN_MS);
		syn.from_port = (uint16_t)(43000 + i);
		syn.seq = (uint32_t)gen_random(gen);
		gen_tcp(gen, &from, &to, &syn);
		from.address[v6 ? 7 : 15] = (uint8_t)(from.address[v6 ? 7 : 15] + many);
	}
}

/* ---- the two captures ---- */

static void begin(struct gen *gen)
{
	struct home home = home_make();
	struct host router = gen_host("98:9b:cb:10:20:01", "fe80::1");

	gen_at(gen, day_ns);
	home_morning(gen, &home);
	home_advertise(gen, &router);
	home_ordinary_life(gen, &home, day_ns + 20 * GEN_S, day_ns + LASTS_S * GEN_S);
	gen_at(gen, day_ns + 30 * GEN_S);
}

static void apart(struct gen *gen, uint32_t *number)
{
	gen_at(gen, day_ns + (30 + ++*number * APART_S) * GEN_S);
}

static const struct sweep scans[] = {
	{"192.168.1.120", "198.51.100.10", SYN, 8443, 10, ACROSS},
	{"192.168.1.121", "198.51.100.10", SYN, 8443, 9, ACROSS},
	{"192.168.1.122", "192.168.1.200", SYN, 22, 4, ACROSS},
	{"192.168.1.123", "198.51.100.30", MARKED, 81, 4, ACROSS},
	{"192.168.1.124", "198.51.100.40", DATAGRAM, 1434, 10, ACROSS},
	{"192.168.1.125", "198.51.100.50", ECHO_REQUEST, 0, 10, ACROSS},
	{"192.168.1.126", "192.168.1.210", ECHO_REQUEST, 0, 10, ACROSS},
	{"192.168.1.127", "192.168.1.220", ARP, 0, 10, ACROSS},
	{"192.168.1.128", "192.168.1.230", ARP, 0, 9, ACROSS},
	{"192.168.1.129", "198.51.100.60", ACK, 443, 10, ACROSS},
	{"192.168.1.130", "192.168.1.131", SYN, 1001, 10, DOWN},
	{"192.168.1.132", "192.168.1.133", SYN, 1001, 9, DOWN},
	{"192.168.1.134", "198.51.100.70", SYN, 1001, 10, DOWN},
	{"192.168.1.135", "198.51.100.80", SYN, 8443, 4, ACROSS},
	{"198.51.100.90", "192.168.1.240", SYN, 23, 10, ACROSS},
	{"198.51.100.91", "192.168.1.136", SYN, 1001, 10, DOWN},
	{"192.168.1.151", "198.51.100.100", SYN, 23, 5, ACROSS},
};

void deeds(struct gen *gen)
{
	static const struct login logins[] = {
		{"192.168.1.100", "192.168.1.101", TELNET, ACCEPTED, "root", "xc3511"},
		{"198.51.100.2", "192.168.1.102", FTP, ACCEPTED, "admin", "1234"},
		{"192.168.1.100", "192.168.1.103", RTSP, ACCEPTED, "YWRtaW46YWRtaW4=", NULL}, /* admin, admin */
		{"192.168.1.100", "192.168.1.104", HTTP, REFUSED, "YWRtaW46YWRtaW4=", NULL},
		{"192.168.1.100", "192.168.1.105", HTTP, ACCEPTED, "YW5uYTp0dWxpcC03", NULL}, /* anna, tulip-7 */
		{"192.168.1.107", "198.51.100.7", FTP, ACCEPTED, "anna", "tulip-7"},
		{"192.168.1.100", "192.168.1.111", MQTT, ACCEPTED, "admin", "public"},
		{"192.168.1.100", "192.168.1.112", DVRIP, ACCEPTED, "admin", "tlJwpbo6"}, /* no password */
		{"198.51.100.2", "192.168.1.113", DAHUA, ACCEPTED, "admin", "6QNMIQGe"}, /* admin */
		{"198.51.100.6", "192.168.1.106", MQTT, ACCEPTED, "sensor", "tulips"},
	};
	static const struct guessing guesses[] = {
		{{"192.168.1.140", "198.51.100.140", TELNET, REFUSED, NULL, NULL}, 5, 1, 2},
		{{"192.168.1.141", "192.168.1.142", FTP, REFUSED, NULL, NULL}, 3, 3, 2},
		{{"198.51.100.143", "192.168.1.143", HTTP, REFUSED, NULL, NULL}, 5, 1, 2},
	};
	static const struct calling calls[] = {
		{"192.168.1.150", "203.0.113.150", NULL, 12, PERIOD_S, false},
		{"192.168.1.151", "203.0.113.151", NULL, 12, PERIOD_S, false},
		{"192.168.1.152", "203.0.113.152", "gone.example", 12, PERIOD_S, true},
	};
	uint32_t number = 0;

	begin(gen);
	for (size_t i = 0; i < sizeof(logins) / sizeof(logins[0]); i++, apart(gen, &number)) {
		gen_label(gen, "a login in clear: %s at %s", logins[i].client, logins[i].server);
		log_in(gen, &logins[i]);
	}
	gen_label(gen, "four services that only greet");
	greet(gen, "192.168.1.100", "192.168.1.108", 2323, "\r\nLocalHost login: ");
	greet(gen, "192.168.1.100", "192.168.1.109", 21, "220 ready\r\n");
	greet(gen, "198.51.100.9", "192.168.1.110", 4567, "");
	discover(gen, "192.168.1.100", "192.168.1.114", true);
	for (size_t i = 0; i < sizeof(scans) / sizeof(scans[0]); i++, apart(gen, &number))
		sweep(gen, &scans[i]);
	for (size_t i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++, apart(gen, &number))
		guess(gen, &guesses[i]);
	ssh_guess(gen, "192.168.1.144", "198.51.100.144", 10);
	apart(gen, &number);
	forge(gen, "192.168.1.160", "203.0.113.60", 5, true);
	forge(gen, "2001:db8:1::a1", "2001:db8:f00::1", 5, true);
	forge(gen, "2001:db8:1::a2", "2001:db8:f10::1", 5, false);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		gen_at(gen, day_ns + i * GEN_S);
		call(gen, &calls[i]);
	}
}

void quiet_nearly_deeds(struct gen *gen)
{
	static const struct login logins[] = {
		{"192.168.1.107", "198.51.100.7", FTP, ACCEPTED, "anonymous", "anna@home.example"},
		{"192.168.1.100", "192.168.1.111", MQTT, ACCEPTED, "admin", "publiC"},
		{"192.168.1.112", "198.51.100.112", DVRIP, ACCEPTED, "admin", "tlJwpboG"}, /* a letter beside those of no password */
		{"192.168.1.113", "198.51.100.113", DAHUA, ACCEPTED, "anna", "6QNMIQGe"}, /* another's password */
	};
	static const struct sweep sweeps[] = {
		{"192.168.1.100", "192.168.1.108", SYN, 23, 1, ACROSS},
		{"198.51.100.5", "192.168.1.109", SYN, 5555, 1, ACROSS},
		{"192.168.1.120", "198.51.100.10", SYN, 23, 3, ACROSS},
		{"192.168.1.123", "198.51.100.30", MARKED, 23, 3, ACROSS},
		{"192.168.1.124", "198.51.100.40", DATAGRAM, 1434, 3, ACROSS},
		{"192.168.1.125", "198.51.100.50", ECHO_REQUEST, 0, 3, ACROSS},
		{"192.168.1.127", "192.168.1.210", ARP, 0, 18, ACROSS_HALF_ANSWERED}, /* 9 are not there, never two in a row */
		{"192.168.1.129", "198.51.100.60", ACK, 443, 3, ACROSS},
		{"192.168.1.130", "192.168.1.131", SYN, 1001, 3, DOWN},
		{"198.51.100.90", "192.168.1.240", SYN, 23, 3, ACROSS},
	};
	static const struct guessing guesses[] = {
		{{"192.168.1.140", "198.51.100.140", TELNET, REFUSED, NULL, NULL}, 4, 2, 2},
		{{"192.168.1.141", "198.51.100.141", TELNET, REFUSED, NULL, NULL}, 5, 1, 16}, /* the fifth after 64 s */
	};
	static const struct calling calls[] = {
		{"192.168.1.150", "203.0.113.150", NULL, 11, PERIOD_S, false},
		{"192.168.1.151", "203.0.113.151", "cloud.example", 12, PERIOD_S, false},
	};
	struct home home = home_make();
	struct host camera = home_host("192.168.1.101"), keeper = home_host("192.168.1.145"), named = home_host("198.51.100.145");
	uint32_t number = 0;

	begin(gen);
	gen_label(gen, "a login inside TLS, that nobody can read");
	struct talk talk = gen_open(gen, &home.laptop, &camera, 443, GEN_MS);
	gen_tls(gen, &talk, "camera.example", 4000);
	gen_close(gen, &talk);
	for (size_t i = 0; i < sizeof(logins) / sizeof(logins[0]); i++, gen_wait(gen, GEN_S))
		log_in(gen, &logins[i]);
	discover(gen, "192.168.1.100", "192.168.1.114", false);
	for (size_t i = 0; i < sizeof(sweeps) / sizeof(sweeps[0]); i++, apart(gen, &number))
		sweep(gen, &sweeps[i]);
	for (size_t i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++)
		guess(gen, &guesses[i]);
	ssh_guess(gen, "192.168.1.144", "198.51.100.144", 9);
	gen_dns(gen, &keeper, &home.gateway, "backup.example", GEN_NOERROR, named.address);
	ssh_guess(gen, "192.168.1.145", "198.51.100.145", 10);
	forge(gen, "192.168.1.160", "203.0.113.60", 4, true);
	forge(gen, "2001:db8:1::a1", "2001:db8:f00::1", 4, true);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		gen_at(gen, day_ns + i * GEN_S);
		call(gen, &calls[i]);
	}
}
