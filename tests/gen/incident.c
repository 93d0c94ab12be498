/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An evening of October 2016, and the same evening without the incident.
 *
 * What the recorder does follows what was published about Mirai (Antonakakis et al., USENIX Security 2017): telnet login with
 * a default pair, scan of ports 23 and 2323 (one probe in ten) with the TCP sequence number equal to the destination,
 * contact with a controller by address alone, SYN flood, and random labels under one zone asked of the home's own resolver.
 * Everything outside lies in the documentation prefixes of RFC 5737; names in RFC 2606's. The recorder's MAC belongs to
 * nobody (an unassigned block): no maker is accused by a made-up story.
 */
#include <stdio.h>
#include <string.h>

#include "home.h"

static const uint64_t evening_ns = 1477047600ull * GEN_S; /* 2016-10-21T11:00:00Z */

static void break_in(struct gen *gen, const struct home *home)
{
	struct host intruder = gen_outside(&home->gateway, "198.51.100.23");
	struct talk talk;

	gen_label(gen, "login from outside with a default pair: 198.51.100.23 to the recorder, telnet, accepted");
	talk = gen_open(gen, &intruder, &home->recorder, 23, 90 * GEN_MS);
	gen_say(gen, &talk, false, "\xff\xfd\x01\xff\xfd\x1f\xff\xfb\x01\xff\xfb\x03", 12);
	gen_say(gen, &talk, true, "\xff\xfb\x01\xff\xfb\x1f\xff\xfd\x01\xff\xfd\x03", 12);
	gen_text(gen, &talk, false, "\r\nLocalHost login: ");
	gen_text(gen, &talk, true, "root\r\n");
	gen_text(gen, &talk, false, "root\r\nPassword: ");
	gen_text(gen, &talk, true, "xc3511\r\n");
	gen_text(gen, &talk, false, "\r\nWelcome to Monitor Tech.\r\n[root@LocalHost /]$ ");
	gen_text(gen, &talk, true, "/bin/busybox ECCHI\r\n");
	gen_text(gen, &talk, false, "ECCHI: applet not found\r\n[root@LocalHost /]$ ");
	gen_close(gen, &talk);
}

/* The controller is known by address alone, and called again at a fixed period. */
static void call_controller(struct gen *gen, const struct home *home, uint64_t from_ns, uint64_t to_ns)
{
	struct host controller = gen_outside(&home->gateway, "203.0.113.5");
	bool labelled = false;

	for (uint64_t at = from_ns; at < to_ns; at += 15 * GEN_S) {
		gen_at(gen, at);
		if (!labelled)
			gen_label(gen, "contact with a controller: recorder to 203.0.113.5 port 48101, every 15 s, no name asked");
		labelled = true;
		struct talk talk = gen_open(gen, &home->recorder, &controller, 48101, 70 * GEN_MS);
		gen_say(gen, &talk, true, "\x00\x00\x00\x01", 4);
		gen_say(gen, &talk, false, "\x00\x00", 2);
		gen_close(gen, &talk);
	}
}

static void scan(struct gen *gen, const struct home *home, uint32_t probes)
{
	static const char *const prefixes[] = {"192.0.2.", "198.51.100.", "203.0.113."};
	char address[32];

	gen_label(gen, "scan: recorder, TCP 23 and 2323, sequence number equal to the destination address");
	for (uint32_t i = 0; i < probes; i++) {
		uint32_t block = gen_below(gen, 3);
		snprintf(address, sizeof(address), "%s%u", prefixes[block], 130 + gen_below(gen, 120));
		struct host target = gen_outside(&home->gateway, address);
		struct segment syn = {
			.from_port = (uint16_t)(1024 + gen_below(gen, 60000)),
			.to_port = gen_below(gen, 10) ? 23 : 2323,
			.window = (uint16_t)gen_random(gen),
			.flags = GEN_SYN,
		};
		for (int b = 12; b < 16; b++)
			syn.seq = syn.seq << 8 | target.address[b];
		gen_tcp(gen, &home->recorder, &target, &syn);
		gen_wait(gen, 20 * GEN_MS + gen_jitter(gen, 10 * GEN_MS));
	}
}

static void syn_flood(struct gen *gen, const struct home *home, uint32_t seconds)
{
	struct host victim = gen_outside(&home->gateway, "203.0.113.80");

	gen_label(gen, "flood: recorder, SYN, 1,500 a second to 203.0.113.80 port 53");
	for (uint32_t i = 0; i < 1500 * seconds; i++) {
		struct segment syn = {
			.from_port = (uint16_t)gen_random(gen),
			.to_port = 53,
			.window = 5840,
			.seq = (uint32_t)gen_random(gen),
			.flags = GEN_SYN,
		};
		gen_tcp(gen, &home->recorder, &victim, &syn);
		gen_wait(gen, GEN_S / 1500);
	}
}

static void water_torture(struct gen *gen, const struct home *home, uint32_t questions)
{
	static const char letters[] = "abcdefghijklmnopqrstuvw012345678";
	char name[64];

	gen_label(gen, "flood: recorder, random subdomains of shop.example through the home's resolver");
	for (uint32_t i = 0; i < questions; i++) {
		uint64_t began = gen_now(gen);
		for (int c = 0; c < 12; c++)
			name[c] = letters[gen_below(gen, 32)];
		memcpy(name + 12, ".www.shop.example", 18);
		gen_dns(gen, &home->recorder, &home->gateway, name, gen_below(gen, 10) < 8 ? GEN_NXDOMAIN : GEN_SILENCE, NULL);
		gen_at(gen, began + 8 * GEN_MS);
	}
}

void scenario_incident(struct gen *gen)
{
	struct home home = home_make();

	gen_at(gen, evening_ns);
	home_morning(gen, &home);
	home_ordinary_life(gen, &home, evening_ns + 20 * GEN_S, evening_ns + 420 * GEN_S);
	gen_at(gen, evening_ns + 130 * GEN_S + 417 * GEN_MS);
	break_in(gen, &home);
	call_controller(gen, &home, evening_ns + 150 * GEN_S, evening_ns + 405 * GEN_S);
	gen_at(gen, evening_ns + 160 * GEN_S);
	scan(gen, &home, 600);
	gen_at(gen, evening_ns + 300 * GEN_S);
	syn_flood(gen, &home, 4);
	gen_at(gen, evening_ns + 330 * GEN_S);
	water_torture(gen, &home, 1500);
}

void scenario_quiet_twin(struct gen *gen)
{
	struct home home = home_make();

	gen_at(gen, evening_ns);
	home_morning(gen, &home);
	home_ordinary_life(gen, &home, evening_ns + 20 * GEN_S, evening_ns + 420 * GEN_S);
	for (uint64_t at = 60; at < 420; at += 60) {
		gen_at(gen, evening_ns + at * GEN_S);
		home_browse(gen, &home, &home.recorder, "p2p.recorder.example", "203.0.113.17", 400);
	}
}
