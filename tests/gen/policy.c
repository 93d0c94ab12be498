/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A lamp that names its MUD file when it gets its lease. Its file (tests/golden/policy/lamp.json) lets it open TLS to api.lamp.example,
 * ask DNS and the time, and be switched over UDP 8000 from its own network.
 *
 * policy-kept has all that a careless judge would call a violation: a connection that was open before the capture began, an address
 * that was asked for before it began, a ping from the laptop and its answer, discovery, a lease. policy-left adds what is one.
 */
#include <stdio.h>
#include <string.h>

#include "gen.h"
#include "home.h"

static const char url[] = "https://mud.lamp.example/lamp2", other_url[] = "https://mud.evil.example/lamp2";

/* A DHCPREQUEST with option 161 (RFC 8520 section 10). */
static void name_url(struct gen *gen, const struct host *who, const char *text)
{
	struct host nobody = gen_host("00:00:00:00:00:00", "0.0.0.0"), everybody = gen_host("ff:ff:ff:ff:ff:ff", "255.255.255.255");
	uint8_t message[400] = {1, 1, 6, 0, 0x5a, 1, 2, 3};
	static const uint8_t options[] = {0x63, 0x82, 0x53, 0x63, 53, 1, 3};
	size_t len = 236;

	memcpy(message + 28, who->mac, 6);
	memcpy(message + len, options, sizeof(options));
	len += sizeof(options);
	message[len++] = 161;
	message[len++] = (uint8_t)strlen(text);
	memcpy(message + len, text, strlen(text));
	len += strlen(text);
	message[len++] = 255;
	memcpy(nobody.mac, who->mac, 6);
	gen_udp(gen, &nobody, 68, &everybody, 67, message, len);
	gen_wait(gen, 5 * GEN_MS);
}

static void call_home(struct gen *gen, const struct home *home, const struct host *lamp, const char *address)
{
	struct host server = gen_outside(&home->gateway, address);
	struct talk talk = gen_open(gen, lamp, &server, 443, 15 * GEN_MS);

	gen_tls(gen, &talk, "api.lamp.example", 4000);
	gen_close(gen, &talk);
	gen_wait(gen, GEN_S);
}

static void lamp_day(struct gen *gen, const struct home *home, const struct host *lamp)
{
	struct host before = gen_outside(&home->gateway, "203.0.113.79"), now = gen_outside(&home->gateway, "203.0.113.80"),
		    clock = gen_outside(&home->gateway, "198.51.100.123");
	struct segment open = {.from_port = 443,
		.to_port = 45000,
		.window = 500,
		.seq = 77,
		.ack = 99,
		.flags = GEN_ACK | GEN_PSH,
		.payload = "late",
		.len = 4};

	name_url(gen, lamp, url);
	gen_dhcp(gen, lamp, &home->gateway, "lamp", "lamp-2");
	gen_label(gen, "a connection that was open before, and one to an address that was asked for before");
	gen_tcp(gen, &before, lamp, &open);
	call_home(gen, home, lamp, "203.0.113.79");
	gen_dns(gen, lamp, &home->gateway, "api.lamp.example", GEN_NOERROR, now.address);
	call_home(gen, home, lamp, "203.0.113.80");
	gen_ntp(gen, lamp, &clock);
	gen_mdns(gen, lamp, "lamp", "_light._tcp.local");
	gen_label(gen, "the laptop switches the lamp, and pings it");
	gen_udp(gen, &home->laptop, 40001, lamp, 8000, "on", 2);
	gen_wait(gen, 4 * GEN_MS);
	gen_udp(gen, lamp, 8000, &home->laptop, 40001, "ok", 2);
	gen_wait(gen, GEN_S);
	gen_icmp_echo(gen, &home->laptop, lamp, false, 7, 1);
	gen_wait(gen, GEN_MS);
	gen_icmp_echo(gen, lamp, &home->laptop, true, 7, 1);
	gen_wait(gen, GEN_S);
}

void policy_kept(struct gen *gen)
{
	struct home home = home_make();
	struct host lamp = home_host("192.168.1.50");

	home_morning(gen, &home);
	lamp_day(gen, &home, &lamp);
}

void policy_left(struct gen *gen)
{
	struct home home = home_make();
	struct host lamp = home_host("192.168.1.50"), target;
	char address[32];

	home_morning(gen, &home);
	lamp_day(gen, &home, &lamp);
	name_url(gen, &lamp, other_url);
	gen_label(gen, "the lamp opens telnet to three hosts, and TLS to an address of no name of its");
	for (uint32_t i = 0; i < 3; i++) {
		snprintf(address, sizeof(address), "198.51.100.%u", 40 + i);
		target = gen_outside(&home.gateway, address);
		struct talk talk = gen_open(gen, &lamp, &target, 23, 20 * GEN_MS);
		gen_close(gen, &talk);
		gen_wait(gen, 20 * GEN_S);
	}
	call_home(gen, &home, &lamp, "203.0.113.99");
}
