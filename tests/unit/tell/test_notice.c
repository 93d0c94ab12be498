/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is told at once: once, in bounds, and not at night. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tell/notice.h"

enum { DAY = 86400, HOUR = 3600 };

static struct notices notices;

static struct notice hijacked(unsigned device)
{
	struct notice notice = {
		.key = {.kind = NOTICE_HIJACKED, .mac = {2, 0, 0, 0, (uint8_t)(device >> 8), (uint8_t)device}}, .severity = 2};

	snprintf(notice.title, sizeof(notice.title), "%u is hijacked", device);
	return notice;
}

static struct notice_now at(uint64_t seconds)
{
	return (struct notice_now){.wall_s = 1000000 + seconds, .steady_s = 500 + seconds};
}

static enum notice_verdict judge(const struct notice *notice, uint64_t seconds, bool quiet)
{
	struct notice_now now = at(seconds);

	now.quiet = quiet;
	return notices_judge(&notices, notice, &now);
}

static bool due(uint64_t seconds, bool quiet)
{
	struct notice_now now = at(seconds);

	now.quiet = quiet;
	return notices_due(&notices, &now);
}

static void once(void **state)
{
	struct notice one = hijacked(1), exposed = hijacked(1);

	exposed.key.kind = NOTICE_EXPOSURE;
	notices_init(&notices);
	assert_int_equal(judge(&one, 0, false), NOTICE_TELL);
	assert_int_equal(judge(&one, 1, false), NOTICE_KNOWN);
	assert_int_equal(judge(&exposed, 2, false), NOTICE_TELL);
	exposed.key.port = 23;
	assert_int_equal(judge(&exposed, 3, false), NOTICE_TELL);
	/* it goes on for two months: never told again; then it is silent for a month, and comes back */
	for (uint64_t day = 1; day < 60; day++)
		notices_seen(&notices, &one.key, 1000000 + day * DAY);
	assert_int_equal(judge(&one, 60ull * DAY, false), NOTICE_KNOWN);
	assert_int_equal(judge(&one, 91ull * DAY, false), NOTICE_TELL);
	/* let go by a person: news again */
	notices_forget(&notices, one.key.mac);
	assert_int_equal(judge(&one, 91ull * DAY + 7200, false), NOTICE_TELL);
	/* not after a restart; and a clock that was set back makes nothing new */
	assert_true(notices_check(&notices));
	assert_int_equal(judge(&one, 92ull * DAY, false), NOTICE_KNOWN);
	assert_int_equal(judge(&one, 0, false), NOTICE_KNOWN);
}

/* A hundred devices within a minute: six messages, then one an hour, which tells of all that waited. */
static void bounded(void **state)
{
	unsigned told = 0, messages = 0, held = 0, more = 0;

	notices_init(&notices);
	for (unsigned device = 0; device < 100; device++) {
		struct notice notice = hijacked(device);
		enum notice_verdict verdict = judge(&notice, device / 2, false);
		told += verdict == NOTICE_TELL;
	}
	assert_int_equal(told, NOTICE_AT_ONCE);
	for (uint64_t second = 50; second < 10 * HOUR; second++) {
		struct notice another = hijacked((unsigned)(1000 + second / 600));
		if (second % 600 == 0 && judge(&another, second, false) == NOTICE_TELL)
			told++;
		if (!due(second, false))
			continue;
		if (!messages) {
			held = notices.held_count;
			more = notices.held_more;
		}
		messages++;
		notices_clear(&notices);
	}
	assert_int_equal(held, NOTICE_HELD_MAX);
	assert_true(held + more >= 94);
	assert_in_range(messages + told - NOTICE_AT_ONCE, 9, 10);
}

static void quiet_hours_wait(void **state)
{
	struct notice one = hijacked(1), two = hijacked(2), urgent = hijacked(3), known_later = hijacked(4);

	notices_init(&notices);
	urgent.urgent = true;
	assert_int_equal(judge(&one, 0, true), NOTICE_WAITS);
	assert_int_equal(judge(&two, 1, true), NOTICE_WAITS);
	assert_int_equal(judge(&one, 2, true), NOTICE_KNOWN);
	assert_int_equal(judge(&urgent, 3, true), NOTICE_TELL);
	assert_false(due(4, true));
	/* what waits survives a restart */
	assert_true(notices_check(&notices));
	assert_true(due(5, false));
	assert_int_equal(notices.held_count, 2);
	assert_string_equal(notices.held[1].title, "2 is hijacked");
	notices_clear(&notices);
	assert_false(due(6, false));
	/* one that was told, and now nothing stops it any more, is urgent news */
	assert_int_equal(judge(&known_later, 7, true), NOTICE_WAITS);
	known_later.urgent = true;
	assert_int_equal(judge(&known_later, 8, true), NOTICE_TELL);
	/* what was released while it waited is not told */
	notices_forget(&notices, known_later.key.mac);
	assert_int_equal(notices.held_count, 0);
}

/* The one that was seen longest ago makes room; all others stay known. */
static void full(void **state)
{
	struct notice first = hijacked(0), second = hijacked(1);

	notices_init(&notices);
	for (unsigned device = 0; device < NOTICE_TOLD_MAX; device++) {
		struct notice notice = hijacked(device);
		assert_int_not_equal(judge(&notice, device, false), NOTICE_KNOWN);
	}
	notices_seen(&notices, &first.key, 1000000 + 5000);
	for (unsigned device = NOTICE_TOLD_MAX; device < NOTICE_TOLD_MAX + 1; device++) {
		struct notice notice = hijacked(device);
		assert_int_not_equal(judge(&notice, 6000, false), NOTICE_KNOWN);
	}
	assert_int_equal(judge(&first, 6001, false), NOTICE_KNOWN);
	assert_int_not_equal(judge(&second, 6002, false), NOTICE_KNOWN);
}

/* What came back from a disk may be anything. */
static void damaged(void **state)
{
	notices_init(&notices);
	assert_true(notices_check(&notices));
	notices.held_count = NOTICE_HELD_MAX + 1;
	assert_false(notices_check(&notices));
	notices_init(&notices);
	notices.held_count = 1;
	memset(notices.held[0].text, 'x', NOTICE_TEXT_MAX);
	assert_false(notices_check(&notices));
	notices_init(&notices);
	notices.held_count = 1;
	notices.held[0].key.kind = NOTICE_EXPOSURE + 1;
	assert_false(notices_check(&notices));
	notices.held[0].key.kind = 0;
	assert_false(notices_check(&notices));
	notices_init(&notices);
	notices.version++;
	assert_false(notices_check(&notices));
	memset(&notices, 0xff, sizeof(notices));
	assert_false(notices_check(&notices));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(once), cmocka_unit_test(bounded), cmocka_unit_test(quiet_hours_wait),
		cmocka_unit_test(full), cmocka_unit_test(damaged)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
