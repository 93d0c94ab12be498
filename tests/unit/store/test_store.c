/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the store promises: decisions and their undo outlive it, and full disks, damaged files and missing memory end nothing. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture.h"
#include "nomem.h"

static struct decision block(const char *prefix)
{
	struct decision decision = {.kind = DECISION_BLOCK, .made_s = 1000, .reason = "floods", .who = "root"};

	assert_int_equal(prefix_read(prefix, &decision.prefix), 0);
	return decision;
}

static const struct deed by = {.time_s = 2000, .who = "root", .detail = "enough"};

static uint64_t decide(struct store *store, const struct decision *decision)
{
	uint64_t id = 0, deed = 0;
	struct fault fault = {0};

	if (store_decide(store, decision, &id, &deed, &fault))
		fail_msg("%s", fault.sentence);
	assert_true(id && deed);
	return deed;
}

struct seen {
	uint32_t count;
	char text[512];
};

static void see_decision(void *context, const struct decision *decision)
{
	struct seen *seen = context;
	size_t len = strlen(seen->text);

	seen->count++;
	snprintf(seen->text + len, sizeof(seen->text) - len, "%s%d.%d.%d.%d/%d ", decision->kind == DECISION_TRUST ? "+" : "-",
		decision->prefix.address[12], decision->prefix.address[13], decision->prefix.address[14], decision->prefix.address[15],
		decision->prefix.bits - 96);
}

static void assert_stands(const struct store *store, const char *wanted)
{
	struct seen seen = {0};

	store_each_decision(store, see_decision, &seen);
	assert_string_equal(seen.text, wanted);
}

static void see_deed(void *context, const struct deed *deed)
{
	struct seen *seen = context;
	size_t len = strlen(seen->text);

	seen->count++;
	snprintf(seen->text + len, sizeof(seen->text) - len, "%s%s ", deed_verb_names[deed->verb], deed->undone ? "(undone)" : "");
}

static void assert_log(struct store *store, const char *wanted)
{
	struct seen seen = {0};

	assert_int_equal(store_each_deed(store, 100, see_deed, &seen), 0);
	assert_string_equal(seen.text, wanted);
}

static void decisions_outlive_it(void **state)
{
	struct decision one = block("192.0.2.1"), two = block("198.51.100.0/24");
	struct store *store = opened();
	struct stat stat_;

	two.kind = DECISION_TRUST;
	decide(store, &one);
	decide(store, &two);
	assert_stands(store, "-192.0.2.1/32 +198.51.100.0/24 ");
	store_close(store);
	assert_int_equal(stat(path, &stat_), 0);
	assert_int_equal(stat_.st_mode & 0777, 0600);
	store = opened();
	assert_stands(store, "-192.0.2.1/32 +198.51.100.0/24 ");
	assert_log(store, "decide decide ");
	assert_string_equal(store->decisions[0].reason, "floods");
	assert_string_equal(store->decisions[0].who, "root");
	assert_int_equal(store->decisions[0].made_s, 1000);
	store_close(store);
}

static void a_release_and_its_undo(void **state)
{
	struct decision one = block("192.0.2.1");
	struct store *store = opened();
	struct deed undone;
	uint64_t deed;
	struct fault fault;

	decide(store, &one);
	assert_int_equal(store_release(store, &one.prefix, &by, &deed, &fault), 0);
	assert_stands(store, "");
	assert_int_equal(store_release(store, &one.prefix, &by, &deed, &fault), -ENOENT);
	assert_string_equal(fault.sentence, "no decision stands for this address or prefix");
	assert_int_equal(store_undo(store, 0, &by, &undone, &fault), 0); /* of the release */
	assert_int_equal(undone.verb, DEED_RELEASE);
	assert_int_equal(undone.id, deed);
	assert_stands(store, "-192.0.2.1/32 ");
	assert_int_equal(store_undo(store, deed, &by, &undone, &fault), -ENOENT);
	assert_string_equal(fault.sentence, "nothing under this number can be undone");
	assert_int_equal(store_undo(store, 0, &by, &undone, &fault), 0); /* of the decision */
	assert_stands(store, "");
	assert_int_equal(store_undo(store, 0, &by, &undone, &fault), -ENOENT);
	assert_string_equal(fault.sentence, "nothing is left to be undone");
	assert_log(store, "undo undo release(undone) decide(undone) ");
	store_close(store);
}

static void a_later_decision_replaces(void **state)
{
	struct decision one = block("192.0.2.1");
	struct store *store = opened();
	struct deed undone;
	uint64_t first = decide(store, &one);
	struct fault fault;

	one.kind = DECISION_TRUST;
	decide(store, &one);
	assert_stands(store, "+192.0.2.1/32 ");
	assert_int_equal(store_undo(store, first, &by, &undone, &fault), -ENOENT);
	assert_string_equal(fault.sentence, "that decision stands no more");
	assert_int_equal(store_undo(store, 0, &by, &undone, &fault), 0);
	assert_stands(store, "-192.0.2.1/32 ");
	store_close(store);
}

static void a_release_under_a_later_decision(void **state)
{
	struct decision one = block("192.0.2.1");
	struct store *store = opened();
	struct deed undone;
	uint64_t release;
	struct fault fault;

	decide(store, &one);
	assert_int_equal(store_release(store, &one.prefix, &by, &release, &fault), 0);
	decide(store, &one);
	assert_int_equal(store_undo(store, release, &by, &undone, &fault), -EBUSY);
	assert_string_equal(fault.sentence, "a later decision stands for the same prefix; undo that one first");
	assert_stands(store, "-192.0.2.1/32 ");
	store_close(store);
}

static void ends_come_by_time(void **state)
{
	struct decision one = block("192.0.2.1"), two = block("192.0.2.2"), three = block("192.0.2.3"), four = block("192.0.2.4");
	struct store *store = opened();
	uint64_t deed;
	struct fault fault;

	one.until_s = 1500;
	two.confirm_by_s = 1300;
	three.confirm_by_s = 1300;
	decide(store, &one);
	decide(store, &two);
	decide(store, &three);
	decide(store, &four);
	assert_int_equal(store_confirm(store, store->decisions[2].id, &by, &deed, &fault), 0);
	assert_int_equal(store_confirm(store, store->decisions[3].id, &by, &deed, &fault), -ENOENT);
	assert_int_equal(store_expire(store, 1299, 50, &fault), 0);
	assert_int_equal(store_expire(store, 1300, 51, &fault), 1);
	assert_stands(store, "-192.0.2.1/32 -192.0.2.3/32 -192.0.2.4/32 ");
	assert_int_equal(store_expire(store, 9999, 52, &fault), 1);
	assert_stands(store, "-192.0.2.3/32 -192.0.2.4/32 ");
	assert_log(store, "expire revert confirm decide decide decide decide ");
	store_close(store);
}

/* The wall's clock goes back by an hour: who waits to be confirmed ends by the steady one, in this run and after a restart. */
static void a_clock_that_is_set_back_prolongs_nothing(void **state)
{
	struct decision one = block("192.0.2.1"), two = block("192.0.2.2"), three = block("192.0.2.3");
	struct store *store = opened();
	struct fault fault;

	one.made_s = three.made_s = 10000;
	one.confirm_by_s = one.made_s + 300;
	three.until_s = three.made_s + 300;
	decide(store, &one);
	assert_int_equal(store_expire(store, one.made_s, 77, &fault), 0);
	decide(store, &two); /* what is read anew keeps its time */
	decide(store, &three);
	assert_int_equal(store_expire(store, one.made_s - 3600 + 299, 77 + 299, &fault), 0);
	assert_int_equal(store_expire(store, one.made_s - 3600 + 300, 77 + 300, &fault), 1);
	assert_stands(store, "-192.0.2.2/32 -192.0.2.3/32 ");
	assert_int_equal(store_expire(store, three.until_s, 77 + 301, &fault), 1); /* --for is the wall's */
	one.made_s += 1000;
	one.confirm_by_s = one.made_s + 300;
	decide(store, &one);
	store_close(store);
	store = opened();
	/* at the start the clock is an hour behind: never more than was given */
	assert_int_equal(store_expire(store, one.made_s - 3600, 5, &fault), 0);
	assert_int_equal(store_expire(store, one.made_s - 3600 + 300, 5 + 299, &fault), 0);
	assert_int_equal(store_expire(store, one.made_s - 3600 + 301, 5 + 300, &fault), 1);
	assert_log(store, "revert decide expire revert decide decide decide ");
	store_close(store);
}

/* A mute is a decision of its own kind: it stands, is replaced, ends and is undone as others. */
static void mutes(void **state)
{
	struct decision scan = {.kind = DECISION_MUTE,
				.prefix = {.bits = DECISION_OF_MUTE, .address = {1}},
				.made_s = 1000,
				.until_s = 2000,
				.who = "root",
				.reason = "scan * we do that"},
			again = scan;
	struct store *store = opened();
	struct fault fault;
	struct deed undone;

	decide(store, &scan);
	snprintf(again.reason, sizeof(again.reason), "scan * for another reason");
	decide(store, &again);
	store_close(store);
	store = opened();
	assert_int_equal(store->count, 1);
	assert_int_equal(store->decisions[0].kind, DECISION_MUTE);
	assert_int_equal(store->decisions[0].prefix.bits, DECISION_OF_MUTE);
	assert_string_equal(store->decisions[0].reason, "scan * for another reason");
	assert_int_equal(store_undo(store, 0, &by, &undone, &fault), 0);
	assert_string_equal(store->decisions[0].reason, "scan * we do that");
	assert_int_equal(store_expire(store, 2000, 1, &fault), 1);
	assert_int_equal(store->count, 0);
	store_close(store);
}

static void notes_and_what_was_learned(void **state)
{
	struct store *store = opened();
	struct fault fault;
	void *bytes;
	size_t len;
	uint64_t time_s;

	assert_int_equal(store_note(store, &by, &fault), 0);
	assert_int_equal(store_recall(store, "proven", &bytes, &len, &time_s), -ENOENT);
	assert_int_equal(store_keep(store, "proven", "a\0b", 3, 7, &fault), 0);
	assert_int_equal(store_keep(store, "proven", "cd", 2, 8, &fault), 0);
	store_close(store);
	store = opened();
	assert_int_equal(store_recall(store, "proven", &bytes, &len, &time_s), 0);
	assert_int_equal(len, 2);
	assert_int_equal(time_s, 8);
	assert_memory_equal(bytes, "cd", 2);
	free(bytes);
	assert_log(store, "note ");
	store_close(store);
}

static void a_full_disk_is_told_and_nothing_changes(void **state)
{
	struct decision one = block("192.0.2.1"), two = block("192.0.2.2"), three = block("192.0.2.3");
	struct store *store = opened();
	static char much[1 << 20];
	uint64_t id, deed;
	struct fault fault = {0};

	one.until_s = three.until_s = 1500;
	decide(store, &one);
	decide(store, &three);
	assert_int_equal(sqlite3_exec(store->db, "pragma max_page_count = 1", NULL, NULL, NULL), SQLITE_OK); /* no page more than now */
	assert_int_equal(store_keep(store, "proven", much, sizeof(much), 7, &fault), -ENOSPC);
	assert_string_equal(fault.sentence, "what was learned cannot be kept: the disk is full; nothing was changed");
	assert_int_equal(store_state(store), STORE_FULL);
	assert_stands(store, "-192.0.2.1/32 -192.0.2.3/32 ");
	/* the pages that are there have room for a few rows more; then a decision is refused whole */
	int error = 0;
	for (int i = 0; i < 1000 && !error; i++) {
		two.prefix.address[15] = (uint8_t)(i % 200 + 10);
		error = store_decide(store, &two, &id, &deed, &fault);
	}
	assert_int_equal(error, -ENOSPC);
	uint32_t before = store->count;
	assert_int_equal(store_decide(store, &two, &id, &deed, &fault), -ENOSPC);
	assert_int_equal(store->count, before);
	/* and nobody stays blocked because of it */
	int ended = store_expire(store, 1500, 50, &fault);
	assert_int_equal(ended, 2);
	assert_int_equal(store->count, before - 2);
	assert_int_equal(store_expire(store, 1500, 50, &fault), 0); /* said once */
	/* room again: it says so */
	assert_int_equal(sqlite3_exec(store->db, "pragma max_page_count = 100000", NULL, NULL, NULL), SQLITE_OK);
	decide(store, &two);
	assert_int_equal(store_state(store), STORE_SOUND);
	store_close(store);
}

static void write_file(const char *bytes, size_t len, off_t at)
{
	int file = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(file >= 0);
	assert_int_equal(pwrite(file, bytes, len, at), (ssize_t)len);
	close(file);
}

static void assert_set_aside(void)
{
	struct store *store = NULL;
	struct fault fault = {0};
	char aside[96];

	snprintf(aside, sizeof(aside), "%s.damaged", path);
	assert_int_equal(store_open(folder, &store, &fault), 0);
	assert_non_null(strstr(fault.sentence, "is damaged; it was set aside as"));
	assert_string_equal(fault.file, path);
	assert_int_equal(access(aside, F_OK), 0);
	assert_int_equal(store_state(store), STORE_SOUND);
	assert_stands(store, "");
	store_close(store);
	store_close(opened());
	fresh(NULL);
}

static void damaged_files(void **state)
{
	struct decision one = block("192.0.2.1");
	static char junk[8192];
	struct store *store;

	memset(junk, 'x', sizeof(junk));
	write_file(junk, sizeof(junk), 0); /* no database at all */
	assert_set_aside();
	for (size_t at = 100; at < 16384; at = (at / 4096 + 1) * 4096) { /* the head of each of its pages */
		store = opened();
		decide(store, &one);
		store_close(store);
		write_file(junk, 2000, (off_t)at);
		assert_set_aside();
	}
	store = opened();
	decide(store, &one);
	store_close(store);
	assert_int_equal(truncate(path, 5000), 0);
	assert_set_aside();
}

static void no_place_for_a_file(void **state)
{
	struct decision one = block("192.0.2.1");
	struct store *store = NULL, *other = opened();
	struct fault fault = {0};

	assert_int_equal(store_open(folder, &store, &fault), 0);
	assert_non_null(strstr(fault.sentence, "is held by another process; decisions last until the daemon ends"));
	assert_int_equal(store_state(store), STORE_MEMORY);
	decide(store, &one);
	assert_stands(store, "-192.0.2.1/32 ");
	store_close(store);
	store_close(other);
	assert_int_equal(store_open("/nonexistent/folder", &store, &fault), 0);
	assert_non_null(strstr(fault.sentence, "No such file or directory; decisions last"));
	assert_int_equal(store_state(store), STORE_MEMORY);
	store_close(store);
	/* a link that leads elsewhere is not followed */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/etc/hostname", path), 0);
	assert_int_equal(store_open(folder, &store, &fault), 0);
	assert_int_equal(store_state(store), STORE_MEMORY);
	store_close(store);
}

static void each_allocation_fails_once(void **state)
{
	struct decision one = block("192.0.2.1");
	bool failed = true;
	uint64_t at = 0;

	for (; failed; at++) {
		struct store *store = NULL;
		uint64_t id, deed;
		struct deed undone;
		struct fault fault;

		nomem_start(at, false);
		int error = store_open(folder, &store, &fault);
		if (!error) {
			store_decide(store, &one, &id, &deed, &fault);
			store_release(store, &one.prefix, &by, &deed, &fault);
			store_undo(store, 0, &by, &undone, &fault);
			store_keep(store, "x", "y", 1, 1, &fault);
		}
		failed = nomem_stop();
		assert_true(error == 0 || error == -ENOMEM);
		store_close(store);
		/* whatever was lost, what is there is whole */
		store = opened();
		store_close(store);
		if (failed)
			fresh(NULL);
	}
	print_message("%llu allocations, each failed once\n", (unsigned long long)at);
	assert_true(at > 50);
}

static unsigned standing_count;

static void see_standing(void *context, const struct decision *decision)
{
	if (standing_count < 2)
		((struct decision *)context)[standing_count] = *decision;
	standing_count++;
}

/* Of the guard: a device and a prefix that look alike are two, each undone on its own, and both outlive the store. */
static void decisions_about_devices(void **state)
{
	struct decision device = {.kind = DECISION_BLOCK,
				.prefix = {.address = {2, 0, 0, 0, 0, 5}, .bits = DECISION_OF_MAC},
				.made_s = 1000,
				.reason = "scan",
				.who = "floodwall"},
			prefix = block("200::/48"), seen[2];
	struct deed person = {.time_s = 1001, .who = "root"}, undone;
	struct store *store = opened();
	struct fault fault = {0};
	uint64_t id, deed, other;

	memcpy(prefix.prefix.address, device.prefix.address, 16);
	assert_int_equal(store_decide(store, &device, &id, &deed, &fault), 0);
	assert_int_equal(store_decide(store, &prefix, &id, &other, &fault), 0);
	store_close(store);
	store = opened();
	memset(seen, 0, sizeof(seen));
	standing_count = 0;
	store_each_decision(store, see_standing, seen);
	assert_int_equal(standing_count, 2);
	assert_int_equal(seen[0].prefix.bits, DECISION_OF_MAC);
	assert_memory_equal(seen[0].prefix.address, device.prefix.address, 16);
	assert_int_equal(store_release(store, &device.prefix, &person, &deed, &fault), 0);
	assert_int_equal(store_undo(store, deed, &person, &undone, &fault), 0);
	assert_int_equal(store_release(store, &prefix.prefix, &person, &deed, &fault), 0);
	assert_int_equal(store_release(store, &prefix.prefix, &person, &deed, &fault), -ENOENT);
	store_close(store);
}

/* What ended by itself is no deed that can be taken back: behind it stands the latest that can. */
static void an_undo_steps_over_what_is_over(void **state)
{
	static const uint8_t camera[6] = {2, 0, 0, 0, 0, 9};
	struct decision brief = block("192.0.2.1/32");
	struct store *store = opened();
	struct fault fault = {0};
	uint64_t id, ended, named;
	struct deed undone;

	assert_int_equal(store_device_name(store, camera, "Camera", &by, &named, &fault), 0);
	brief.until_s = 1010;
	assert_int_equal(store_decide(store, &brief, &id, &ended, &fault), 0);
	assert_int_equal(store_expire(store, 1010, 1, &fault), 1);
	assert_int_equal(store_undo(store, ended, &by, &undone, &fault), -ENOENT);
	assert_string_equal(fault.sentence, "that decision stands no more");
	assert_int_equal(store_undo(store, 0, &by, &undone, &fault), 0);
	assert_int_equal(undone.id, named);
	assert_int_equal(store_undo(store, 0, &by, &undone, &fault), -ENOENT);
	assert_string_equal(fault.sentence, "nothing is left to be undone");
	store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(decisions_outlive_it, fresh),
		cmocka_unit_test_setup(a_release_and_its_undo, fresh),
		cmocka_unit_test_setup(an_undo_steps_over_what_is_over, fresh),
		cmocka_unit_test_setup(a_later_decision_replaces, fresh),
		cmocka_unit_test_setup(a_release_under_a_later_decision, fresh),
		cmocka_unit_test_setup(ends_come_by_time, fresh),
		cmocka_unit_test_setup(a_clock_that_is_set_back_prolongs_nothing, fresh),
		cmocka_unit_test_setup(mutes, fresh),
		cmocka_unit_test_setup(notes_and_what_was_learned, fresh),
		cmocka_unit_test_setup(a_full_disk_is_told_and_nothing_changes, fresh),
		cmocka_unit_test_setup(damaged_files, fresh),
		cmocka_unit_test_setup(no_place_for_a_file, fresh),
		cmocka_unit_test_setup(each_allocation_fails_once, fresh),
		cmocka_unit_test_setup(decisions_about_devices, fresh),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
