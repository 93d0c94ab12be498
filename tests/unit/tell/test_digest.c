/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the day's digest says, word for word, of a quiet day and of a bad one; and what is kept for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tell/digest.h"

enum { DAY = 86400, DEVICES = 64 };

static const uint64_t new_year = 1767225600;
static struct digest_tally tally;
static struct digest_known known;
static struct guarded_view devices[DEVICES];
static struct guard_view view;
static char text[32768], title[DIGEST_TITLE_MAX];

static struct guarded_view *device(unsigned number, const char *name)
{
	struct guarded_view *one = &devices[view.device_count++];

	*one = (struct guarded_view){GUARDED_NOTHING, .mac = {2, 0, 0, 0, 0, (uint8_t)number}, .last_s = 1};
	one->name = name;
	return one;
}

static void fresh(void)
{
	setenv("TZ", "UTC0", 1);
	tzset();
	memset(&known, 0, sizeof(known));
	digest_init(&tally, new_year);
	view = (struct guard_view){.now_s = new_year + DAY, .devices = devices};
	view.mode[FW_GUARD_QUARANTINE] = 2;
	device(1, "printer");
	device(2, "");
}

static const char *digest(void)
{
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_non_null(out);
	assert_int_equal(digest_guard(out, &tally, &known, &view, title), 0);
	fclose(out);
	return text;
}

static void a_quiet_day_is_two_lines(void **state)
{
	fresh();
	assert_string_equal(
		digest(), "All quiet since Thu 1 Jan, 00:00: nothing needs you.\n2 devices, none new; nothing found; 0 packets stopped.\n");
	assert_string_equal(title, "Floodwall: all quiet");
	/* the next one counts from here: what was stopped, and low findings */
	view.now_s += DAY;
	view.totals.reason[FW_GUARD_OUT][FW_GUARD_DROPPED][1] = (struct fw_guard_tally){.packets = 7, .bytes = 700};
	digest_found(&tally, SEVERITY_LOW, 1, "x: scan");
	assert_string_equal(
		digest(), "All quiet since Fri 2 Jan, 00:00: nothing needs you.\n2 devices, none new; 1 low finding; 7 packets stopped.\n");
	view.now_s += DAY;
	assert_non_null(strstr(digest(), "; 0 packets stopped."));
}

static void a_bad_day(void **state)
{
	struct guarded_view *camera, *tv;

	fresh();
	digest();
	camera = device(5, "cam\x1b[2J");
	camera->state = STATE_HIJACKED;
	camera->stand = STAND_QUARANTINED;
	camera->since_s = new_year + DAY + 3600;
	camera->why = "finding 3: scan";
	camera->maker.name = "Xiongmai";
	tv = device(6, "tv");
	tv->state = STATE_EXPOSED;
	snprintf(view.blind[view.blind_count++], GUARD_SENTENCE_MAX, "hardware offload is on");
	view.now_s += DAY;
	view.totals.reason[FW_GUARD_OUT][FW_GUARD_DROPPED][1] = (struct fw_guard_tally){.packets = 1, .bytes = 60};
	digest_found(&tally, SEVERITY_MEDIUM, 2, "tv: open-service");
	digest_found(&tally, SEVERITY_MEDIUM, 3, "cam: scan");
	digest_found(&tally, SEVERITY_HIGH, 3, "cam: scan"); /* became worse */
	digest_found(&tally, SEVERITY_LOW, 4, "printer: scan");
	tally.muted = 2;
	assert_string_equal(digest(),
		"Since Fri 2 Jan, 00:00\n\n"
		"Needs you\n"
		"  cam\\x1b[2J (02:00:00:00:00:05) is in quarantine since Fri 2 Jan, 01:00: finding 3: scan.\n"
		"    Clean or replace it; then: floodwall release 02:00:00:00:00:05\n"
		"  tv (02:00:00:00:00:06) is exposed: others can reach it, or know its password.\n"
		"    Change its password, close what is open; what it is: floodwall show findings\n\n"
		"New devices\n"
		"  cam\\x1b[2J (02:00:00:00:00:05), inside: Xiongmai\n"
		"  tv (02:00:00:00:00:06)\n\n"
		"Findings: 1 high, 1 medium, 1 low (2 more muted)\n"
		"  high: cam: scan\n"
		"  medium: tv: open-service\n"
		"  all of them: floodwall show findings\n\n"
		"Stopped: 1 packet, 60 bytes\n\n"
		"Not seen from here\n"
		"  hardware offload is on\n\n"
		"4 devices in all.\n");
	assert_string_equal(title, "Floodwall: 2 devices need you");
	/* the day after: the blind spot is that of yesterday, nobody is new, but two still need somebody */
	view.now_s += DAY;
	digest();
	assert_null(strstr(text, "New devices"));
	assert_null(strstr(text, "Findings"));
	assert_non_null(strstr(text, "Needs you\n"));
	/* all well again: quiet, though something is still not seen */
	camera->stand = tv->stand = STAND_ORDINARY;
	camera->state = tv->state = STATE_CLEAN;
	view.now_s += DAY;
	assert_non_null(strstr(digest(), "; what is not seen is the same as before.\n"));
	view.blind_count = 0;
	assert_null(strstr(digest(), "All quiet")); /* it changed */
}

static void ceilings(void **state)
{
	fresh();
	digest();
	for (unsigned i = 10; i < 60; i++)
		device(i, "x")->state = STATE_SUSPECT;
	for (uint32_t i = 0; i < 1000; i++)
		digest_found(&tally, (uint8_t)(i % 4), i, "x: scan");
	assert_int_equal(tally.worst_count, DIGEST_FOUND_MAX);
	for (unsigned i = 0; i < DIGEST_FOUND_MAX; i++)
		assert_int_equal(tally.worst[i].severity, SEVERITY_CRITICAL);
	assert_int_equal(tally.found[0] + tally.found[1] + tally.found[2] + tally.found[3], 1000);
	digest();
	assert_non_null(strstr(text, "  and 30 more: floodwall show devices\n"));
	assert_non_null(strstr(text, "  and 30 more\n"));
	assert_true(strlen(text) < 12000);
}

static void kept_ones_are_checked(void **state)
{
	fresh();
	assert_true(digest_check(&tally));
	tally.worst_count = DIGEST_FOUND_MAX + 1;
	assert_false(digest_check(&tally));
	digest_init(&tally, 1);
	tally.worst_count = 1;
	memset(tally.worst[0].text, 'x', DIGEST_TEXT_MAX);
	assert_false(digest_check(&tally));
	memset(&tally, 0xff, sizeof(tally));
	assert_false(digest_check(&tally));
	memset(&known, 0xff, sizeof(known));
	assert_false(known_check(&known));
}

/* A year of new devices: the list stays at its size, and those that are there are never called new. */
static void known_devices(void **state)
{
	static struct guarded_view many[2000];
	struct guard_view day = {.devices = many, .device_count = 2000, .now_s = new_year};

	memset(&known, 0, sizeof(known));
	for (unsigned i = 0; i < 2000; i++)
		many[i] = (struct guarded_view){GUARDED_NOTHING, .mac = {2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i}, .last_s = 1};
	for (unsigned round = 0; round < 100; round++) {
		for (unsigned i = 1000; i < 2000; i++) /* the other half has new MACs each day */
			many[i].mac[2] = (uint8_t)(round + 1);
		day.now_s += DAY;
		known_learn(&known, &day);
		assert_true(known_check(&known));
		for (unsigned i = 0; i < 2000; i += 7)
			assert_true(known_has(&known, many[i].mac));
	}
	assert_in_range(known.count, KNOWN_MAX - 1000, KNOWN_MAX);
	for (unsigned i = 1; i < known.count; i++)
		assert_true(memcmp(known.list[i - 1].mac, known.list[i].mac, 6) < 0);
	assert_false(known_has(&known, (uint8_t[6]){2, 0, 1, 0, 4, 7}));
}

static void a_shield(void **state)
{
	static struct zone_view zones[2];
	struct shield_view shield = {.now_s = new_year + DAY, .zones = zones, .zone_count = 2};
	FILE *out = fmemopen(text, sizeof(text), "w");

	fresh();
	shield.counts.lane[0][FW_OUTCOME_PASSED].packets = 100;
	shield.counts.lane[1][FW_OUTCOME_DROPPED].packets = 5;
	zones[1].shown = SHOWN_JUDGED;
	assert_int_equal(digest_shield(out, &tally, &shield, title), 0);
	fclose(out);
	assert_string_equal(text,
		"All quiet since Thu 1 Jan, 00:00: nothing needs you.\n"
		"100 packets to the server passed, 5 were stopped, sent back or would have been.\n");
	shield.stance = FW_STANCE_DEFEND;
	zones[1].shown = SHOWN_FAILED;
	snprintf(shield.stance_why, sizeof(shield.stance_why), "90000 questions a second");
	out = fmemopen(text, sizeof(text), "w");
	assert_int_equal(digest_shield(out, &tally, &shield, title), 0);
	fclose(out);
	assert_non_null(
		strstr(text, "Needs you: the server is under attack now: 90000 questions a second\nNeeds you: 1 zone can not be read"));
	assert_non_null(strstr(text, "\n0 packets to the server passed, 0 were"));
	assert_string_equal(title, "Floodwall: the server is under attack");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_quiet_day_is_two_lines), cmocka_unit_test(a_bad_day),
		cmocka_unit_test(ceilings), cmocka_unit_test(kept_ones_are_checked), cmocka_unit_test(known_devices),
		cmocka_unit_test(a_shield)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
