/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hall as a whole, frame by frame: identity, sides, the clock, forged sources. Frames come from the generator's writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/inspect.h"
#include "gen.h"

/* Runs inspect over the generator's frames; returns the JSON text (caller frees). */
static char *inspect(struct gen *gen, const char *mute_text)
{
	char capture[] = "/tmp/floodwall-engine-XXXXXX", mutes[] = "/tmp/floodwall-mutes-XXXXXX", *text = NULL;
	struct inspect_options options = {.files = (const char *const[]){capture}, .file_count = 1, .format = INSPECT_JSON};
	struct inspect_result result;
	struct fault fault = {0};
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int file = mkstemp(capture), mute_file = mkstemp(mutes);

	assert_true(file >= 0 && mute_file >= 0 && out);
	gen_write_pcap(gen, capture, true);
	if (mute_text) {
		assert_int_equal(write(mute_file, mute_text, strlen(mute_text)), (ssize_t)strlen(mute_text));
		options.mute_file = mutes;
	}
	assert_int_equal(inspect_run(&options, out, stderr, &result, &fault), 0);
	fclose(out);
	close(file);
	close(mute_file);
	unlink(capture);
	unlink(mutes);
	gen_free(gen);
	return text;
}

static void expect(char *json, const char *const *there, const char *const *absent)
{
	for (; there && *there; there++)
		if (!strstr(json, *there))
			fail_msg("not there: %s\n%s", *there, json);
	for (; absent && *absent; absent++)
		if (strstr(json, *absent))
			fail_msg("there: %s\n%s", *absent, json);
	free(json);
}

static const struct host *a_lan(struct host *gateway, struct host *bot)
{
	*gateway = gen_host("98:9b:cb:10:20:01", "192.168.1.1");
	*bot = gen_host("a0:a0:a0:3c:7f:64", "192.168.1.64");
	return bot;
}

/* Sends count datagrams from forged sources; the device has shown its own address before when known is true. */
static char *forge(uint32_t count, bool known, bool router)
{
	struct gen *gen = gen_new(GEN_S, 1);
	struct host gateway, bot, target, liar;

	a_lan(&gateway, &bot);
	target = gen_outside(&gateway, "203.0.113.9");
	if (known)
		gen_arp(gen, 1, &bot, &gateway);
	if (router) { /* another device sends through it to the outside */
		struct host other = gen_host("02:00:00:00:00:05", "192.168.1.5"), through = gen_outside(&bot, "203.0.113.77");
		gen_udp(gen, &other, 5000, &through, 9999, "x", 1);
	} else { /* calls itself a router: proves nothing */
		liar = gen_host("a0:a0:a0:3c:7f:64", "198.51.100.1");
		gen_udp(gen, &liar, 53, &gateway, 5000, "x", 1);
	}
	for (uint32_t i = 0; i < count; i++) {
		char address[32];
		snprintf(address, sizeof(address), "198.51.100.%u", 10 + i);
		liar = gen_host("a0:a0:a0:3c:7f:64", address);
		gen_udp(gen, &liar, 4000, &target, 53, "x", 1);
		gen_wait(gen, GEN_MS);
	}
	return inspect(gen, NULL);
}

static void test_forged(void **state)
{
	expect(forge(5, true, false), (const char *const[]){"\"forged-source\"", NULL}, NULL);
	expect(forge(4, true, false), NULL, (const char *const[]){"\"forged-source\"", NULL});
	expect(forge(50, false, false), NULL, (const char *const[]){"\"forged-source\"", NULL});
	expect(forge(50, true, true), NULL, (const char *const[]){"\"forged-source\"", NULL}); /* forwards for others */
}

static void test_one_device_for_v4_and_v6(void **state)
{
	struct gen *gen = gen_new(GEN_S, 1);
	struct host gateway, bot, six = gen_host("a0:a0:a0:3c:7f:64", "fd00::64"), target;

	a_lan(&gateway, &bot);
	target = gen_host("98:9b:cb:10:20:01", "fd00::1");
	gen_dhcp(gen, &bot, &gateway, "the-one", NULL);
	gen_udp(gen, &six, 4000, &target, 5000, "x", 1);
	expect(inspect(gen, NULL), (const char *const[]){"\"the-one\"", "\"192.168.1.64\"", "\"fd00::64\"", NULL}, NULL);
}

static char *probes(const char *mutes)
{
	struct gen *gen = gen_new(GEN_S, 1);
	struct host gateway, bot;

	a_lan(&gateway, &bot);
	gen_at(gen, 100000 * GEN_S);
	for (uint32_t i = 0; i < 30; i++) {
		char address[32];
		snprintf(address, sizeof(address), "192.168.1.%u", 100 + i);
		struct host target = gen_host("02:00:00:00:00:09", address);
		struct segment syn = {.from_port = (uint16_t)(5000 + i), .to_port = 9000, .flags = GEN_SYN, .seq = i};
		gen_tcp(gen, &bot, &target, &syn);
		gen_wait(gen, 100 * GEN_MS);
	}
	return inspect(gen, mutes);
}

static void test_mute(void **state)
{
	expect(probes(NULL), (const char *const[]){"\"id\": \"scan\"", NULL}, (const char *const[]){"\"muted\": \"our own\"", NULL});
	expect(probes("scan 192.168.1.64 our own\n"), (const char *const[]){"our own", "\"state\": \"clean\"", NULL},
		(const char *const[]){"\"state\": \"suspect\"", "\"state\": \"hijacked\"", NULL});
}

static struct frame probe_frame(uint8_t bytes[54], uint64_t time_ns, uint8_t target)
{
	static const uint8_t syn[54] = {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 8, 0, 0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 192, 168, 1, 8,
		192, 168, 1, 0, 0x13, 0x88, 0x23, 0x28, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0x10, 0, 0, 0, 0, 0};

	memcpy(bytes, syn, sizeof(syn));
	bytes[33] = target;
	return (struct frame){.time_ns = time_ns, .number = target, .bytes = bytes, .cap_len = 54, .wire_len = 54, .link = 1};
}

/* 30 probes; the capture's clock jumps back by a minute before each, or runs on: what waited at a jump cannot be told. */
static bool scan_found(bool jumps)
{
	struct engine_config config = {.hash_key = {1}};
	struct engine_left_out left;
	struct engine *engine;
	uint8_t bytes[54];
	bool found = false;

	side_init(&config.side);
	assert_int_equal(engine_new(&config, &engine), 0);
	for (uint32_t i = 0; i < 30; i++) {
		struct frame frame =
			probe_frame(bytes, 100000 * GEN_S + i * 100 * GEN_MS - (jumps ? i * 60 * GEN_S : 0), (uint8_t)(100 + i));
		engine_frame(engine, &frame);
	}
	engine_end(engine);
	engine_left_out(engine, &left);
	assert_int_equal(left.clock_jumps, jumps ? 29 : 0);
	for (uint32_t i = 0; engine_finding(engine, i); i++)
		found |= engine_finding(engine, i)->id == FINDING_SCAN;
	engine_free(engine);
	return found;
}

static void test_clock_jumps(void **state)
{
	assert_true(scan_found(false));
	assert_false(scan_found(true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_one_device_for_v4_and_v6),
		cmocka_unit_test(test_mute),
		cmocka_unit_test(test_clock_jumps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
