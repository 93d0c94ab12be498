/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an attacker might send to make Floodwall look away, or accuse somebody else: each story with and without the trick. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/inspect.h"
#include "gen.h"

struct home {
	struct host gateway, camera, laptop, outside, other;
};

enum trick {
	TRICK_NONE,
	TRICK_DHCP, /* a lease from outside that makes the intruder one of ours */
	TRICK_RESET, /* a reset with a number far out of the window */
	TRICK_SYN, /* a SYN on the ports of a live conversation */
	TRICK_DNS_FROM, /* an answer that nobody asked for, from the controller */
	TRICK_DNS_NAMING, /* an answer that nobody asked for, naming the controller */
	TRICK_SMALLER, /* "fragmentation needed" before each answer */
};

static struct home make_home(struct gen *gen)
{
	struct home home = {
		.gateway = gen_host("98:9b:cb:10:20:01", "192.168.1.1"),
		.camera = gen_host("a0:a0:a0:3c:7f:64", "192.168.1.64"),
		.laptop = gen_host("02:00:00:00:00:05", "192.168.1.20"),
	};

	home.outside = gen_outside(&home.gateway, "203.0.113.7");
	home.other = gen_outside(&home.gateway, "198.51.100.66");
	gen_arp(gen, 1, &home.camera, &home.gateway);
	gen_arp(gen, 2, &home.gateway, &home.camera);
	return home;
}

static bool finds(struct gen *gen, const char *pattern)
{
	char capture[] = "/tmp/floodwall-deceit-XXXXXX", *text = NULL;
	struct inspect_options options = {.files = (const char *const[]){capture}, .file_count = 1, .format = INSPECT_JSON};
	struct inspect_result result;
	struct fault fault = {0};
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int file = mkstemp(capture);
	bool found;

	assert_true(file >= 0 && out);
	gen_write_pcap(gen, capture, true);
	assert_int_equal(inspect_run(&options, out, stderr, &result, &fault), 0);
	fclose(out);
	close(file);
	unlink(capture);
	gen_free(gen);
	found = strstr(text, pattern) != NULL;
	free(text);
	return found;
}

static void send_lease(struct gen *gen, const struct home *home)
{
	uint8_t message[260] = {2, 1, 6, 0};

	memcpy(message + 16, home->other.address + 12, 4);
	memcpy(message + 28, (uint8_t[]){2, 0, 0, 0, 0, 9}, 6);
	memcpy(message + 236, (uint8_t[]){0x63, 0x82, 0x53, 0x63, 53, 1, 5, 255}, 8);
	gen_udp(gen, &home->other, 67, &home->camera, 40000, message, sizeof(message));
	gen_udp(gen, &home->other, 67, &home->camera, 68, message, sizeof(message));
}

static void send_forged(struct gen *gen, const struct talk *talk, uint8_t flags)
{
	struct segment segment = {
		.from_port = talk->client_port, .to_port = talk->server_port, .seq = talk->client_seq + 900000, .flags = flags};

	gen_tcp(gen, &talk->client, &talk->server, &segment);
}

static struct gen *break_in(enum trick trick)
{
	struct gen *gen = gen_new(1477047600ull * GEN_S, 7);
	struct home home = make_home(gen);
	struct talk talk;

	if (trick == TRICK_DHCP)
		send_lease(gen, &home);
	gen_wait(gen, GEN_S);
	talk = gen_open(gen, &home.other, &home.camera, 23, 50 * GEN_MS);
	if (trick == TRICK_RESET)
		send_forged(gen, &talk, GEN_RST);
	if (trick == TRICK_SYN)
		send_forged(gen, &talk, GEN_SYN);
	gen_text(gen, &talk, false, "camera login: ");
	gen_text(gen, &talk, true, "root\r\n");
	gen_text(gen, &talk, false, "Password: ");
	gen_text(gen, &talk, true, "xc3511\r\n");
	gen_text(gen, &talk, false, "\r\nBusyBox v1.1\r\n# ");
	gen_close(gen, &talk);
	return gen;
}

static void test_break_in(void **state)
{
	static const enum trick tricks[] = {TRICK_NONE, TRICK_DHCP, TRICK_RESET, TRICK_SYN};

	for (size_t i = 0; i < sizeof(tricks) / sizeof(tricks[0]); i++) {
		print_message("trick %d\n", (int)tricks[i]);
		assert_true(finds(break_in(tricks[i]), "\"default-password\", \"device\": \"dev-"));
		assert_true(finds(break_in(tricks[i]), "\"severity\": \"critical\""));
		assert_true(finds(break_in(tricks[i]), "\"outside\": true"));
	}
}

/* id and flags, one question for a.example, its A record */
static void send_answer(struct gen *gen, const struct host *from, const struct host *to, const struct host *named)
{
	uint8_t message[64] = {0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 1, 'a', 0, 0, 1, 0, 1, 0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4};

	memcpy(message + 31, named->address + 12, 4);
	gen_udp(gen, from, 53, to, 33000, message, 35);
}

static struct gen *call_home(enum trick trick)
{
	struct gen *gen = gen_new(1477047600ull * GEN_S, 7);
	struct home home = make_home(gen);

	if (trick == TRICK_DNS_FROM)
		send_answer(gen, &home.outside, &home.camera, &home.laptop);
	if (trick == TRICK_DNS_NAMING)
		send_answer(gen, &home.other, &home.camera, &home.outside);
	for (uint32_t i = 0; i < 40; i++) {
		gen_wait(gen, 30 * GEN_S);
		struct talk talk = gen_open(gen, &home.camera, &home.outside, 8443, 40 * GEN_MS);
		gen_close(gen, &talk);
	}
	return gen;
}

static void test_beacon(void **state)
{
	assert_true(finds(call_home(TRICK_NONE), "\"beacon\""));
	assert_true(finds(call_home(TRICK_DNS_FROM), "\"beacon\""));
	assert_true(finds(call_home(TRICK_DNS_NAMING), "\"beacon\""));
}

/* Twelve first contacts that are answered, each after a router wanted smaller packets (RFC 1191) or, where refused, none. */
static struct gen *path_mtu(uint8_t code)
{
	struct gen *gen = gen_new(1477047600ull * GEN_S, 7);
	struct home home = make_home(gen);

	for (uint32_t i = 0; i < 12; i++) {
		uint8_t error[8 + 28] = {3, code, 0, 0, 0, 0, 5, 100, 0x45, 0, 5, 220, 0, 0, 0x40, 0, 60, 17};
		char address[32];
		snprintf(address, sizeof(address), "203.0.113.%u", 100 + i);
		struct host server = gen_outside(&home.gateway, address);
		gen_udp(gen, &home.laptop, (uint16_t)(50000 + i), &server, 443, "hello", 5);
		memcpy(error + 20, home.laptop.address + 12, 4);
		memcpy(error + 24, server.address + 12, 4);
		memcpy(error + 28, (uint8_t[]){(uint8_t)((50000 + i) >> 8), (uint8_t)(50000 + i), 443 >> 8, 443 & 0xff, 5, 200}, 6);
		gen_wait(gen, GEN_MS);
		gen_ip(gen, &home.gateway, &home.laptop, 1, error, sizeof(error));
		gen_wait(gen, 100 * GEN_MS);
		if (code == 4)
			gen_udp(gen, &server, 443, &home.laptop, (uint16_t)(50000 + i), "hello", 5);
	}
	return gen;
}

static void test_path_mtu(void **state)
{
	assert_false(finds(path_mtu(4), "\"scan\""));
	assert_true(finds(path_mtu(1), "\"scan\"")); /* host unreachable, twelve times: the near miss */
}

#define DESCRIPTION "<root><device><friendlyName>Patio</friendlyName></device></root>"

/* A description is true of who serves it: not of who asked, nor of a device of ours that uploads it. */
static struct gen *describe(bool ours, bool upload)
{
	struct gen *gen = gen_new(1477047600ull * GEN_S, 7);
	struct home home = make_home(gen);
	struct talk talk = gen_open(gen, &home.laptop, ours ? &home.camera : &home.outside, 49152, 5 * GEN_MS);

	if (upload) {
		gen_text(gen, &talk, true, "PUT /d.xml HTTP/1.0\r\nContent-Type: text/xml\r\nContent-Length: 64\r\n\r\n" DESCRIPTION);
	} else {
		gen_text(gen, &talk, true, "GET /d.xml HTTP/1.0\r\n\r\n");
		gen_text(gen, &talk, false, "HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n" DESCRIPTION);
	}
	gen_close(gen, &talk);
	return gen;
}

static void test_description(void **state)
{
	assert_true(finds(describe(true, false), "\"name\": \"Patio\""));
	assert_false(finds(describe(false, false), "Patio"));
	assert_false(finds(describe(true, true), "Patio"));
}

/* A camera's stream, watched from outside with a published password. OPTIONS is answered to anybody and proves nothing. */
static struct gen *watch(const char *method)
{
	struct gen *gen = gen_new(1477047600ull * GEN_S, 7);
	struct home home = make_home(gen);
	struct talk talk = gen_open(gen, &home.other, &home.camera, 554, 50 * GEN_MS);
	char request[160];

	snprintf(request, sizeof(request), "%s rtsp://203.0.113.7/ch1 RTSP/1.0\r\nCSeq: 1\r\nAuthorization: Basic cm9vdDp4YzM1MTE=\r\n\r\n",
		method);
	gen_text(gen, &talk, true, request);
	gen_text(gen, &talk, false, "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n");
	gen_close(gen, &talk);
	return gen;
}

static void test_rtsp_login(void **state)
{
	assert_true(finds(watch("DESCRIBE"), "\"default-password\", \"device\": \"dev-"));
	assert_true(finds(watch("DESCRIBE"), "\"severity\": \"critical\""));
	assert_true(finds(watch("OPTIONS"), "\"default-password\", \"device\": \"dev-"));
	assert_false(finds(watch("OPTIONS"), "\"severity\": \"critical\""));
	assert_false(finds(watch("DESCRIBE"), "xc3511"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_break_in),
		cmocka_unit_test(test_beacon),
		cmocka_unit_test(test_path_mtu),
		cmocka_unit_test(test_description),
		cmocka_unit_test(test_rtsp_login),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
