/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is inside a tunnel is seen as if it had come alone, but only where both ends send. Frames come from the generator's writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "inspected.h"

static char *inspect(struct gen *gen)
{
	char *text = inspected(gen, INSPECT_JSON);

	gen_free(gen);
	return text;
}

static bool holds(char *json, const char *text)
{
	bool there = strstr(json, text);

	free(json);
	return there;
}

static struct tunnel between(enum gen_tunnel_kind kind)
{
	return (struct tunnel){
		.kind = kind, .near = gen_host("02:00:00:00:00:01", "10.0.0.1"), .far = gen_host("02:00:00:00:00:02", "10.0.0.2")};
}

/* A login with a default pair, wholly inside depth tunnels of this kind; returns whether it was found. */
static bool login_found(enum gen_tunnel_kind kind, uint32_t depth, bool answered)
{
	bool v6 = kind == GEN_6IN4;
	struct host client = gen_host("02:00:00:00:00:11", v6 ? "fd00:1::5" : "192.168.7.5");
	struct host server = gen_host("02:00:00:00:00:12", v6 ? "fd00:1::9" : "192.168.7.9");
	struct tunnel tunnel = between(kind);
	struct gen *gen = gen_new(GEN_S, 1);
	struct talk talk;

	for (uint32_t i = 0; i < depth; i++) {
		tunnel.near.address[14]++;
		if (answered) /* in the outer ones the inner one's end is who answers */
			memcpy(tunnel.back, i + 1 < depth ? tunnel.far.mac : server.mac, 6);
		gen_enter(gen, &tunnel);
	}
	gen_udp(gen, &client, 5000, &server, 5000, "hello", 5);
	gen_udp(gen, &server, 5000, &client, 5000, "hello", 5);
	talk = gen_open(gen, &client, &server, 23, 10 * GEN_MS);
	gen_text(gen, &talk, false, "login: ");
	gen_text(gen, &talk, true, "root\r\n");
	gen_text(gen, &talk, false, "Password: ");
	gen_text(gen, &talk, true, "xc3511\r\n");
	gen_text(gen, &talk, false, "# ");
	gen_close(gen, &talk);
	return holds(inspect(gen), "\"id\": \"default-password\"");
}

static void test_every_kind(void **state)
{
	for (int kind = GEN_IPIP; kind <= GEN_VXLAN; kind++) {
		assert_true(login_found((enum gen_tunnel_kind)kind, 1, true));
		assert_false(login_found((enum gen_tunnel_kind)kind, 1, false));
	}
}

static void test_nested(void **state)
{
	assert_true(login_found(GEN_IPIP, 2, true));
	assert_false(login_found(GEN_IPIP, 3, true)); /* deeper than is followed */
}

/* Mirai's GRE flood: what it invents inside is nobody's device, and the flood is still one. */
static void test_flood_of_it(void **state)
{
	struct host bot = gen_host("02:00:00:00:00:64", "192.168.1.64"), gateway = gen_host("02:00:00:00:00:01", "192.168.1.1");
	struct host inner = gen_host("02:00:00:00:00:99", "192.168.77.7"), any = gen_host("02:00:00:00:00:98", "10.9.9.9");
	struct tunnel tunnel = {.kind = GEN_GRE, .near = bot, .far = gen_outside(&gateway, "203.0.113.5")};
	struct gen *gen = gen_new(GEN_S, 1);
	char *json;

	gen_arp(gen, 1, &bot, &gateway);
	gen_enter(gen, &tunnel);
	for (uint32_t i = 0; i < 3000; i++) {
		inner.address[15] = (uint8_t)i;
		gen_udp(gen, &inner, (uint16_t)(1024 + i), &any, 80, "junk", 4);
		gen_wait(gen, GEN_MS / 4);
	}
	json = inspect(gen);
	assert_non_null(strstr(json, "\"gre-ip\""));
	assert_null(strstr(json, "192.168.77."));
	free(json);
}

/* Lengths that lie, inside: the outer packet is whole, and what it holds is cut at every byte. */
static void test_cut_inside(void **state)
{
	struct host a = gen_host("02:00:00:00:00:01", "10.0.0.1"), b = gen_host("02:00:00:00:00:02", "10.0.0.2");
	static const uint8_t inner[] = {0x45, 0, 0, 33, 0, 0, 0, 0, 64, 17, 0, 0, 192, 168, 7, 5, 192, 168, 7, 9, 0x13, 0x88, 0x13, 0x88, 0,
		13, 0, 0, 'h', 'e', 'l', 'l', 'o'};
	struct gen *gen = gen_new(GEN_S, 1);

	gen_ip(gen, &b, &a, 4, inner, sizeof(inner));
	for (size_t len = 0; len <= sizeof(inner); len++) {
		uint8_t *exact = malloc(len + 1);
		memcpy(exact, inner, len);
		gen_ip(gen, &a, &b, 4, exact, len);
		free(exact);
	}
	assert_true(holds(inspect(gen), "192.168.7.5"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_flood_of_it),
		cmocka_unit_test(test_cut_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
