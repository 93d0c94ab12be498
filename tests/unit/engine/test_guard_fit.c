/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Policies that are larger than the tables: a reload is taken whole or not at all; what nobody has pushes nobody out; at a start it is said who goes
 * without; a device's word changes nothing that holds. The whole guard, without a kernel, over a capture in which a lamp names three URLs.
 */
#include "whole.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/guard_room.h"
#include "gen.h"

/* Of the settings below: the smallest that they may say. */
enum { RULES = 64, NAMES = 16, MANY = 200 /* names: twice as many have no room, with those of update hosts */ };
enum { RADIO_S = 40, SECOND_S = 80, THIRD_S = 160, END_S = 200 };

static unsigned rules_room = RULES, names_room = NAMES; /* in the settings */
static const char *edition = ""; /* of names: another one makes them all others */

/* ---- what is on the disk ---- */

struct paper {
	const char *name; /* of the file, and of the URL */
	unsigned rules, names; /* entries with an address, and with a name of its own */
};

static void write_paper(const struct paper *paper)
{
	char file[64];
	FILE *out;

	snprintf(file, sizeof(file), "%s.json", paper->name);
	out = fopen(whole_path(file), "we");
	assert_non_null(out);
	fprintf(out,
		"{\"ietf-mud:mud\":{\"mud-version\":1,\"mud-url\":\"https://maker.example/"
		"%s\",\"last-update\":\"2026-01-01T00:00:00Z\",\"is-supported\":true,"
		"\"systeminfo\":\"%s\",\"from-device-policy\":{\"access-lists\":{\"access-list\":[{\"name\":\"out\"}]}}},"
		"\"ietf-access-control-list:acls\":{\"acl\":[{\"name\":\"out\",\"type\":\"ipv4-acl-type\",\"aces\":{\"ace\":[",
		paper->name, paper->name);
	for (unsigned i = 0; i < paper->rules + paper->names; i++) {
		fprintf(out, "%s{\"name\":\"a%u\",\"matches\":{\"ipv4\":{", i ? "," : "", i);
		if (i < paper->rules)
			fprintf(out, "\"destination-ipv4-network\":\"203.0.%u.%u/32\"", i / 250, i % 250);
		else
			fprintf(out, "\"ietf-acldns:dst-dnsname\":\"%s%s%u.example\"", edition, paper->name, i - paper->rules);
		fprintf(out, "}},\"actions\":{\"forwarding\":\"accept\"}}");
	}
	fprintf(out, "]}}]}}");
	assert_int_equal(fclose(out), 0);
}

static void remove_papers(void)
{
	static const char *const names[] = {"camera", "plug", "aaa", "bbb", "ccc", "one", "two", "three", "radio"};
	char file[64];

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(file, sizeof(file), "%s.json", names[i]);
		unlink(whole_path(file));
	}
}

static void ask_for_lease(struct gen *gen, const struct host *host, const char *url)
{
	struct host nobody = gen_host("00:00:00:00:00:00", "0.0.0.0"), all = gen_host("ff:ff:ff:ff:ff:ff", "255.255.255.255");
	uint8_t message[236 + 4 + 3 + 2 + 128 + 1] = {1, 1, 6, 0, 7};
	size_t at = 240, len = strlen(url);

	memcpy(nobody.mac, host->mac, 6);
	memcpy(message + 28, host->mac, 6);
	memcpy(message + 236, "\x63\x82\x53\x63", 4);
	memcpy(message + at, "\x35\x01\x03", 3);
	message[at + 3] = 161;
	message[at + 4] = (uint8_t)len;
	memcpy(message + at + 5, url, len);
	message[at + 5 + len] = 255;
	gen_udp(gen, &nobody, 68, &all, 67, message, at + 6 + len);
}

static void write_capture(void)
{
	struct gen *gen = gen_new(WHOLE_WALL_S * GEN_S, 7);
	struct host gateway = gen_host("02:00:00:00:00:01", "192.168.1.1"), lamp = gen_host("02:00:00:00:00:0e", "192.168.1.14"),
		    radio = gen_host("02:00:00:00:00:0f", "192.168.1.15"), outside = gen_outside(&gateway, "45.33.0.8");

	for (uint64_t at_s = 0; at_s < END_S; at_s += 10) {
		struct talk talk;
		gen_at(gen, (WHOLE_WALL_S + at_s) * GEN_S);
		talk = gen_open(gen, &lamp, &outside, 443, 10 * GEN_MS);
		gen_close(gen, &talk);
		if (at_s == 10)
			ask_for_lease(gen, &lamp, "https://maker.example/one");
		if (at_s == RADIO_S)
			ask_for_lease(gen, &radio, "https://maker.example/radio");
		if (at_s == SECOND_S)
			ask_for_lease(gen, &lamp, "https://maker.example/two");
		if (at_s == THIRD_S)
			ask_for_lease(gen, &lamp, "https://maker.example/three");
	}
	gen_write_pcap(gen, whole_path("lamp.pcap"), true);
	gen_free(gen);
}

/* ---- the guard ---- */

#define CAMERA "  devices:\n  - {mac: '02:00:00:00:00:05', mud: 'https://maker.example/camera'}\n"
#define PLUG "  - {mac: '02:00:00:00:00:06', mud: 'https://maker.example/plug'}\n"

static const char *settings_with(const char *devices)
{
	static char text[1024];

	snprintf(text, sizeof(text),
		"role: guard\nguard:\n  interfaces: [demo]\n  mode: enforce\n  mud: %s\n"
		"  sizes: {devices: 64, rules: %u, members: 1024, names: %u, flows: 64}\n%s",
		whole_folder(), rules_room, names_room, devices);
	return text;
}

static void begin(struct whole *bed, const char *devices)
{
	whole_open(bed, "lamp.pcap", settings_with(devices));
}

static void run(struct whole *bed, unsigned seconds)
{
	for (unsigned i = 0; i < seconds * 10; i++)
		whole_tick(bed, GEN_S / 10);
}

static int reload(struct whole *bed, const char *devices, struct fault *out_fault)
{
	struct settings *settings = whole_settings(settings_with(devices));
	struct fetch_time now = whole_later(bed, GEN_S);
	int error = guard_reload(bed->guard, settings, &now, out_fault);

	settings_free(error ? settings : bed->settings);
	if (!error)
		bed->settings = settings;
	return error;
}

static void end(struct whole *bed)
{
	whole_close(bed);
	remove_papers();
}

/* Rules that hold of the device whose MAC ends so; -1: nobody knows it. */
static int rules_of(struct whole *bed, uint8_t last)
{
	struct guarded_view device;

	return guard_one_device(bed->guard, (const uint8_t[6]){2, 0, 0, 0, 0, last}, &device) ? (int)device.rules : -1;
}

static const struct policy_view *policy_of(struct whole *bed, const char *name)
{
	struct fetch_time now = whole_later(bed, 0);
	const struct guard_view *view = guard_view(bed->guard, &now);

	assert_non_null(view);
	for (uint32_t i = 0; i < view->policy_count; i++)
		if (strstr(view->policies[i].url, name))
			return &view->policies[i];
	fail_msg("no policy %s", name);
	return NULL;
}

static bool is_blind(struct whole *bed)
{
	struct fetch_time now = whole_later(bed, 0);
	const struct guard_view *view = guard_view(bed->guard, &now);

	assert_non_null(view);
	for (uint32_t i = 0; i < view->blind_count; i++)
		if (strstr(view->blind[i], "does not hold"))
			return true;
	return false;
}

/* ---- stories ---- */

/* One policy that outgrew the tables, or two that do together: the reload is refused by file and sentence, and what held before holds. */
static void a_reload_that_has_no_room(void **state)
{
	static const struct {
		struct paper camera, plug;
		const char *file, *word;
	} rows[] = {
		{{"camera", RULES + 1, 0}, {"plug", 4, 0}, "camera.json", "guard.sizes.rules (64)"},
		{{"camera", 2, NAMES + 1}, {"plug", 4, 0}, "camera.json", "guard.sizes.names (16)"},
		{{"camera", RULES / 2, 0}, {"plug", RULES / 2 + 1, 0}, "plug.json", "guard.sizes.rules (64)"},
		{{"camera", 0, NAMES / 2}, {"plug", 0, NAMES / 2 + 1}, "plug.json", "guard.sizes.names (16)"},
	};
	struct whole bed;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fault fault = {0};
		write_paper(&(struct paper){"camera", 3, 1});
		write_paper(&(struct paper){"plug", 5, 0});
		begin(&bed, CAMERA PLUG);
		run(&bed, 8);
		assert_int_equal(rules_of(&bed, 5), 4);
		write_paper(&rows[i].camera);
		write_paper(&rows[i].plug);
		assert_int_equal(reload(&bed, CAMERA PLUG, &fault), -ENOSPC);
		assert_non_null(strstr(fault.file, rows[i].file));
		assert_non_null(strstr(fault.sentence, rows[i].word));
		run(&bed, 8);
		assert_int_equal(rules_of(&bed, 5), 4);
		assert_int_equal(rules_of(&bed, 6), 5);
		assert_string_equal(policy_of(&bed, "camera")->why, "");
		assert_false(is_blind(&bed));
		/* and the next one, with what has room, is taken */
		write_paper(&(struct paper){"camera", RULES - 5, 0});
		write_paper(&(struct paper){"plug", 5, 0});
		assert_int_equal(reload(&bed, CAMERA PLUG, &fault), 0);
		run(&bed, 8);
		assert_int_equal(rules_of(&bed, 5), RULES - 5);
		end(&bed);
	}
}

/* All names are other ones: the old ones make room first. */
static void a_reload_of_all_names(void **state)
{
	struct fault fault = {0};
	struct whole bed;

	rules_room = names_room = MANY;
	write_paper(&(struct paper){"camera", 0, MANY});
	begin(&bed, CAMERA);
	run(&bed, 8);
	for (unsigned i = 0; i < 6; i++) {
		edition = (const char *[]){"new-", "newer-", ""}[i % 3];
		write_paper(&(struct paper){"camera", 0, MANY});
		assert_int_equal(reload(&bed, CAMERA, &fault), 0);
		run(&bed, 8);
		assert_int_equal(rules_of(&bed, 5), MANY);
	}
	assert_null(strstr(bed.said, "full"));
	assert_null(strstr(bed.said, "numbered"));
	end(&bed);
	rules_room = RULES;
	names_room = NAMES;
}

/* Files that nobody has come first by their names, and are many: whose device is there has its policy, and a reload is taken. */
static void files_that_nobody_has(void **state)
{
	struct fault fault = {0};
	struct whole bed;

	write_paper(&(struct paper){"aaa", RULES, 0});
	write_paper(&(struct paper){"bbb", 0, NAMES - 2});
	write_paper(&(struct paper){"ccc", RULES - 2, 1});
	write_paper(&(struct paper){"camera", RULES - 6, 6});
	begin(&bed, CAMERA);
	run(&bed, 8);
	assert_int_equal(rules_of(&bed, 5), RULES);
	assert_non_null(strstr(policy_of(&bed, "bbb")->why, "guard.sizes.names"));
	assert_string_equal(policy_of(&bed, "aaa")->why, "");
	assert_null(strstr(bed.said, "no device has this policy"));
	write_paper(&(struct paper){"camera", 1, NAMES});
	assert_int_equal(reload(&bed, CAMERA, &fault), 0);
	run(&bed, 8);
	assert_int_equal(rules_of(&bed, 5), NAMES + 1);
	assert_non_null(strstr(policy_of(&bed, "ccc")->why, "guard.sizes.names"));
	assert_false(is_blind(&bed));
	end(&bed);
}

/* At a start nothing held before: who asks for too much goes without, by a sentence, and takes nothing from the others. */
static void a_start(void **state)
{
	struct whole bed;

	write_paper(&(struct paper){"camera", RULES - 3, 0});
	write_paper(&(struct paper){"plug", 4, NAMES});
	begin(&bed, CAMERA PLUG);
	run(&bed, 8);
	assert_int_equal(rules_of(&bed, 6), NAMES + 4);
	assert_int_equal(rules_of(&bed, 5), 0);
	assert_non_null(strstr(bed.said,
		"camera.json: has 61 rules, and 44 more have room: guard.sizes.rules (64) is too small; no device has this policy"));
	assert_true(is_blind(&bed));
	assert_int_equal(policy_of(&bed, "camera")->devices, 0);
	end(&bed);
}

/* The lamp's first URL has room, its second has none, its third has: what held before holds meanwhile, and the camera's always. */
static void a_device_that_moves(void **state)
{
	struct fault fault = {0};
	struct whole bed;
	uint64_t until_ns;

	write_paper(&(struct paper){"camera", 30, 4});
	write_paper(&(struct paper){"one", 3, 1});
	write_paper(&(struct paper){"two", RULES - 33, 0});
	write_paper(&(struct paper){"three", 7, 2});
	begin(&bed, CAMERA);
	for (until_ns = bed.now_ns + 300 * GEN_S; !strstr(bed.said, "whose policy has no room") && bed.now_ns < until_ns;) {
		int before = rules_of(&bed, 14);
		run(&bed, 1);
		/* once it has one it keeps it */
		assert_true(before <= 0 || rules_of(&bed, 14) == before);
	}
	assert_non_null(strstr(bed.said, "https://maker.example/two"));
	assert_int_equal(rules_of(&bed, 14), 4);
	/* a device's word stops no reload */
	assert_int_equal(reload(&bed, CAMERA, &fault), 0);
	for (until_ns = bed.now_ns + 300 * GEN_S; rules_of(&bed, 14) != 9 && bed.now_ns < until_ns;) {
		run(&bed, 1);
		assert_true(rules_of(&bed, 14) >= 4);
		assert_int_equal(rules_of(&bed, 5), 34);
	}
	assert_int_equal(rules_of(&bed, 14), 9);
	/* what it has now is in force, and a reload that has no room for it is refused */
	write_paper(&(struct paper){"three", RULES - 33, 0});
	assert_int_equal(reload(&bed, CAMERA, &fault), -ENOSPC);
	assert_non_null(strstr(fault.file, ".json"));
	end(&bed);
}

/* The lamp comes while names that nobody has take all the room: they make room for it. */
static void a_device_that_comes(void **state)
{
	struct whole bed;
	uint64_t until_ns;

	write_paper(&(struct paper){"aaa", 0, NAMES / 2});
	write_paper(&(struct paper){"bbb", 0, NAMES / 2});
	write_paper(&(struct paper){"one", 3, NAMES / 2 + 1});
	begin(&bed, "");
	assert_non_null(strstr(policy_of(&bed, "one")->why, "guard.sizes.names"));
	for (until_ns = bed.now_ns + 100 * GEN_S; rules_of(&bed, 14) < 1 && bed.now_ns < until_ns;)
		run(&bed, 1);
	assert_int_equal(rules_of(&bed, 14), NAMES / 2 + 4);
	assert_string_equal(policy_of(&bed, "one")->why, "");
	assert_non_null(strstr(policy_of(&bed, "bbb")->why, "guard.sizes.names"));
	end(&bed);
}

/* The radio waits while the lamp has its first; with its second, which is small, it makes room, and nobody need ask for it. */
static void one_that_waits(void **state)
{
	bool waited = false;
	struct whole bed;
	uint64_t until_ns;

	write_paper(&(struct paper){"one", RULES - 10, 0});
	write_paper(&(struct paper){"two", 5, 0});
	write_paper(&(struct paper){"radio", 20, 0});
	begin(&bed, "");
	for (until_ns = bed.now_ns + 300 * GEN_S; rules_of(&bed, 14) != 5 && bed.now_ns < until_ns;) {
		run(&bed, 1);
		waited |= rules_of(&bed, 14) == RULES - 10 && is_blind(&bed);
		assert_true(rules_of(&bed, 14) != RULES - 10 || rules_of(&bed, 15) < 1);
	}
	assert_int_equal(rules_of(&bed, 14), 5);
	assert_true(waited);
	run(&bed, 20);
	assert_int_equal(rules_of(&bed, 15), 20);
	assert_false(is_blind(&bed));
	end(&bed);
}

/* The lamp has a policy, and names another URL of its maker, of which there is no file: it is not free of its own by that. */
static void one_that_would_be_free(void **state)
{
	struct whole bed;
	uint64_t until_ns;

	write_paper(&(struct paper){"one", 3, 1});
	begin(&bed, "");
	for (until_ns = bed.now_ns + 300 * GEN_S; !strstr(bed.said, "maker.example/two") && bed.now_ns < until_ns;)
		run(&bed, 1);
	run(&bed, 10);
	assert_int_equal(rules_of(&bed, 14), 4);
	assert_non_null(strstr(bed.said, "(https://maker.example/two), of which there is no file; the policy of before holds"));
	end(&bed);
}

/* What a name is bound to is bound to the number of its set: that stays, however often it is read anew before the rules are given to the kernel. */
static void numbers_that_stay(void **state)
{
	struct fault fault = {0};
	struct whole bed;
	uint32_t held, nobodys;

	write_paper(&(struct paper){"camera", 4, 2});
	write_paper(&(struct paper){"plug", 4, 2});
	begin(&bed, CAMERA);
	run(&bed, 20);
	assert_int_equal(rules_of(&bed, 5), 6);
	held = policy_set_find(bed.guard->sets, POLICY_SET_NAME, "camera0.example");
	nobodys = policy_set_find(bed.guard->sets, POLICY_SET_NAME, "plug0.example");
	assert_true(held && nobodys);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(reload(&bed, CAMERA, &fault), 0);
		assert_int_equal(policy_set_find(bed.guard->sets, POLICY_SET_NAME, "camera0.example"), held);
		assert_int_equal(policy_set_find(bed.guard->sets, POLICY_SET_NAME, "plug0.example"), nobodys);
	}
	end(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reload_that_has_no_room),
		cmocka_unit_test(a_reload_of_all_names),
		cmocka_unit_test(files_that_nobody_has),
		cmocka_unit_test(a_start),
		cmocka_unit_test(a_device_that_moves),
		cmocka_unit_test(a_device_that_comes),
		cmocka_unit_test(one_that_waits),
		cmocka_unit_test(one_that_would_be_free),
		cmocka_unit_test(numbers_that_stay),
	};
	int code;

	if (!whole_begin())
		return 1;
	write_capture();
	code = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(whole_path("lamp.pcap"));
	whole_end();
	return code;
}
