/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The schedule: told of ends and NOTIFYs with a time, asked what is next. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "craft.h"

#define SECOND_NS 1000000000ull
#define MS_NS 1000000ull

static struct secondary *secondary;
static uint64_t now_ns;

static void make(uint32_t zones)
{
	const struct secondary_setup setup = {.zones_max = zones};

	now_ns = 1000 * SECOND_NS;
	assert_int_equal(secondary_new(&setup, &secondary), 0);
}

static int stop(void **state)
{
	secondary_free(secondary);
	secondary = NULL;
	return 0;
}

static uint32_t add(const char *name)
{
	struct zone_name zone = craft_zone(name);
	uint32_t number;

	assert_int_equal(secondary_add(secondary, &zone, NULL, now_ns, &number), 0);
	return number;
}

static struct secondary_job next(enum secondary_task task, uint32_t zone)
{
	struct secondary_job job = secondary_next(secondary, now_ns);

	assert_int_equal(job.task, task);
	if (task != SECONDARY_NOTHING)
		assert_int_equal(job.zone, zone);
	return job;
}

static void done(struct secondary_job job, int error, uint32_t serial)
{
	const struct secondary_end end = {.error = error, .soa = {.serial = serial, .refresh_s = 30, .retry_s = 10, .expire_s = 86400}};

	secondary_done(secondary, job, &end, now_ns);
}

static enum zone_standing standing(uint32_t zone)
{
	return secondary_standing(secondary, zone, now_ns);
}

/* serial 0: none is told. */
static void notify(const char *name, uint32_t serial)
{
	static struct craft craft;
	const struct fetch_time now = {.steady_ns = now_ns, .wall_s = 1};
	uint8_t answer[NOTIFY_ANSWER_MAX];
	size_t len;
	uint32_t zone;

	craft_begin(&craft, 1, 0x2400);
	craft_question(&craft, name, 6);
	if (serial)
		craft_soa(&craft, name, serial);
	assert_int_equal(secondary_notify(secondary, craft.bytes, craft.len, &now, &zone, answer, &len), NOTIFY_TAKEN);
	assert_true(len > 0);
}

/* One zone, loaded with serial 1. */
static uint32_t loaded(void)
{
	uint32_t zone;

	make(4);
	zone = add("example.org");
	done(next(SECONDARY_LOAD, zone), 0, 1);
	assert_int_equal(standing(zone), ZONE_CURRENT);
	return zone;
}

/* Time goes on to the next thing that is due. */
static void wait(void)
{
	uint64_t deadline = secondary_deadline(secondary, now_ns);

	assert_true(deadline > now_ns && deadline != UINT64_MAX);
	now_ns = deadline;
}

static void first_a_load_then_polls(void **state)
{
	uint32_t zone;

	make(4);
	next(SECONDARY_NOTHING, 0);
	assert_int_equal(secondary_deadline(secondary, now_ns), UINT64_MAX);
	zone = add("example.org");
	assert_int_equal(standing(zone), ZONE_UNLOADED);
	assert_int_equal(secondary_deadline(secondary, now_ns), now_ns);
	struct secondary_job job = next(SECONDARY_LOAD, zone);
	next(SECONDARY_NOTHING, 0);
	assert_int_equal(secondary_deadline(secondary, now_ns), UINT64_MAX);
	now_ns += 300 * MS_NS;
	done(job, 0, 1);
	assert_int_equal(standing(zone), ZONE_CURRENT);
	for (int i = 0; i < 3; i++) {
		uint64_t before = now_ns;
		next(SECONDARY_NOTHING, 0);
		wait();
		assert_in_range(now_ns - before, 26 * SECOND_NS, 30 * SECOND_NS); /* refresh is 30 s, up to an eighth earlier */
		done(next(SECONDARY_POLL, zone), 0, 1);
	}
	struct secondary_view view = secondary_view(secondary, zone, now_ns);
	assert_int_equal(view.loads, 1);
	assert_int_equal(view.polls, 3);
	assert_int_equal(view.soa.serial, 1);
	assert_int_equal(view.confirmed_ns, now_ns);
}

static void the_interval_has_a_floor_and_a_ceiling(void **state)
{
	static const struct {
		uint32_t refresh_s;
		uint64_t least_s, most_s;
	} cases[] = {{0, 4, 5}, {1, 4, 5}, {20, 17, 20}, {3600, 52, 60}, {UINT32_MAX, 52, 60}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct secondary_end end = {.soa = {.serial = 1, .refresh_s = cases[i].refresh_s}};
		uint64_t before;
		make(1);
		secondary_done(secondary, next(SECONDARY_LOAD, add("example.org")), &end, now_ns);
		before = now_ns;
		wait();
		assert_in_range(now_ns - before, cases[i].least_s * SECOND_NS, cases[i].most_s * SECOND_NS);
		stop(state);
	}
}

static void a_poll_that_finds_another_serial(void **state)
{
	static const uint32_t serials[] = {2, 0xffffffff, 0, 1}; /* backwards, too: the server beside us is right */
	uint32_t zone = loaded();

	for (size_t i = 0; i < sizeof(serials) / sizeof(serials[0]); i++) {
		wait();
		done(next(SECONDARY_POLL, zone), 0, serials[i]);
		assert_int_equal(standing(zone), ZONE_FRESH);
		done(next(SECONDARY_LOAD, zone), 0, serials[i]);
		assert_int_equal(standing(zone), ZONE_CURRENT);
	}
}

static void a_notify_with_a_serial_loads_at_once(void **state)
{
	uint32_t zone = loaded();

	now_ns += 10 * SECOND_NS;
	notify("example.org", 2);
	assert_int_equal(standing(zone), ZONE_FRESH);
	done(next(SECONDARY_LOAD, zone), 0, 2);
	assert_int_equal(standing(zone), ZONE_CURRENT);
}

static void a_notify_without_a_serial_polls_first(void **state)
{
	uint32_t zone = loaded();

	now_ns += 10 * SECOND_NS;
	notify("example.org", 0);
	assert_int_equal(standing(zone), ZONE_FRESH);
	done(next(SECONDARY_POLL, zone), 0, 1);
	assert_int_equal(standing(zone), ZONE_CURRENT);
	next(SECONDARY_NOTHING, 0);
}

static void a_notify_of_what_is_there(void **state)
{
	uint32_t zone = loaded();

	now_ns += 10 * SECOND_NS;
	notify("example.org", 1);
	assert_int_equal(standing(zone), ZONE_CURRENT);
	next(SECONDARY_NOTHING, 0);
	assert_int_equal(secondary_view(secondary, zone, now_ns).notifies, 1);
}

/* The load that runs may have begun before the change: a poll tells, unless the serials do. */
static void a_notify_while_a_load_runs(void **state)
{
	uint32_t zone = loaded();
	struct secondary_job job;

	now_ns += 10 * SECOND_NS;
	notify("example.org", 2);
	job = next(SECONDARY_LOAD, zone);
	notify("example.org", 3);
	done(job, 0, 2);
	assert_int_equal(standing(zone), ZONE_FRESH);
	wait();
	done(next(SECONDARY_POLL, zone), 0, 3);
	job = next(SECONDARY_LOAD, zone);
	notify("example.org", 4);
	done(job, 0, 4);
	assert_int_equal(standing(zone), ZONE_CURRENT);
	next(SECONDARY_NOTHING, 0);
}

static void failures_are_tried_again_ever_later(void **state)
{
	static const uint64_t seconds[] = {1, 2, 4, 8, 16, 32, 60, 60};
	uint32_t zone;

	make(1);
	zone = add("example.org");
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		uint64_t before = now_ns;
		done(next(SECONDARY_LOAD, zone), -ECONNREFUSED, 0);
		assert_int_equal(secondary_view(secondary, zone, now_ns).error, -ECONNREFUSED);
		assert_int_equal(secondary_view(secondary, zone, now_ns).failures_in_a_row, i + 1);
		wait();
		assert_int_equal(now_ns - before, seconds[i] * SECOND_NS);
	}
	assert_int_equal(standing(zone), ZONE_UNLOADED);
	done(next(SECONDARY_LOAD, zone), 0, 1);
	assert_int_equal(secondary_view(secondary, zone, now_ns).failures_in_a_row, 0);
	assert_int_equal(standing(zone), ZONE_CURRENT);
}

static void a_notify_does_not_wait_for_the_next_try(void **state)
{
	uint32_t zone;

	make(1);
	zone = add("example.org");
	for (int i = 0; i < 6; i++) {
		done(next(SECONDARY_LOAD, zone), -ECONNREFUSED, 0);
		wait();
	}
	done(next(SECONDARY_LOAD, zone), -ECONNREFUSED, 0);
	now_ns += SECOND_NS;
	next(SECONDARY_NOTHING, 0);
	notify("example.org", 1);
	next(SECONDARY_LOAD, zone);
}

/* However many come: half of the time is for other things. */
static void a_flood_of_notifies(void **state)
{
	uint32_t zone = loaded(), serial = 1, loads = 0;
	uint64_t end = now_ns + 100 * SECOND_NS, busy_ns = 0;
	struct secondary_job job = {.task = SECONDARY_NOTHING};
	uint64_t ends_ns = 0;

	for (; now_ns < end; now_ns += 10 * MS_NS) {
		notify("example.org", ++serial);
		if (job.task && now_ns >= ends_ns) {
			done(job, 0, job.task == SECONDARY_LOAD ? serial - 50 : serial);
			job.task = SECONDARY_NOTHING;
		}
		if (job.task)
			continue;
		job = secondary_next(secondary, now_ns);
		ends_ns = now_ns + (job.task == SECONDARY_LOAD ? 2000 : 0) * MS_NS;
		busy_ns += ends_ns > now_ns ? ends_ns - now_ns : 0;
		loads += job.task == SECONDARY_LOAD;
	}
	assert_in_range(loads, 20, 26);
	assert_true(busy_ns < 52 * SECOND_NS);
	assert_int_equal(zone, 0);
}

/* Unconfirmed for an hour, or known to be old for a minute. */
static void what_nobody_confirms_grows_stale(void **state)
{
	uint32_t zone = loaded();
	uint64_t loaded_ns = now_ns;

	while (standing(zone) == ZONE_CURRENT) {
		wait();
		struct secondary_job job = secondary_next(secondary, now_ns);
		if (job.task)
			done(job, -ETIMEDOUT, 0);
	}
	assert_int_equal(standing(zone), ZONE_STALE);
	assert_int_equal(now_ns, loaded_ns + 3600 * SECOND_NS); /* the deadline was told */
	now_ns += 60 * SECOND_NS;
	done(next(SECONDARY_POLL, zone), 0, 1);
	assert_int_equal(standing(zone), ZONE_CURRENT);
	now_ns += 5 * SECOND_NS;
	notify("example.org", 2);
	uint64_t told_ns = now_ns;
	while (standing(zone) == ZONE_FRESH) {
		struct secondary_job job = secondary_next(secondary, now_ns);
		if (job.task)
			done(job, -EACCES, 0);
		wait();
	}
	assert_int_equal(standing(zone), ZONE_STALE);
	assert_int_equal(now_ns, told_ns + 60 * SECOND_NS);
}

static void the_zones_own_expire(void **state)
{
	struct secondary_end end = {.soa = {.serial = 1, .refresh_s = 3600, .expire_s = 100}};
	uint32_t zone;

	make(1);
	zone = add("example.org");
	secondary_done(secondary, next(SECONDARY_LOAD, zone), &end, now_ns);
	now_ns += 100 * SECOND_NS - 1;
	assert_int_equal(standing(zone), ZONE_CURRENT);
	now_ns++;
	assert_int_equal(standing(zone), ZONE_STALE);
}

static void a_few_at_once_and_notified_ones_first(void **state)
{
	struct secondary_job jobs[4];
	char name[32];

	make(100);
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "zone%02d.example", i);
		add(name);
	}
	jobs[0] = secondary_next(secondary, now_ns);
	jobs[1] = secondary_next(secondary, now_ns);
	assert_int_equal(jobs[0].task, SECONDARY_LOAD);
	assert_int_equal(jobs[1].task, SECONDARY_LOAD);
	next(SECONDARY_NOTHING, 0);
	now_ns += SECOND_NS;
	notify("zone77.example", 5);
	next(SECONDARY_NOTHING, 0);
	done(jobs[0], 0, 1);
	jobs[0] = next(SECONDARY_LOAD, 77);
	done(jobs[0], 0, 5);
	for (int i = 0; i < 97; i++)
		done(secondary_next(secondary, now_ns), 0, 1);
	next(SECONDARY_NOTHING, 0);
	done(jobs[1], 0, 1);
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(standing(i), ZONE_CURRENT);
	now_ns += 31 * SECOND_NS; /* all are due: four polls at once, and room for a load beside them */
	for (int i = 0; i < 4; i++)
		assert_int_equal((jobs[i] = secondary_next(secondary, now_ns)).task, SECONDARY_POLL);
	next(SECONDARY_NOTHING, 0);
	notify("zone50.example", 6);
	next(SECONDARY_LOAD, 50);
}

/* Polls of zones with one SOA are spread. */
static void not_all_in_one_moment(void **state)
{
	uint64_t first = UINT64_MAX, last = 0;
	char name[32];

	make(1000);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "%d.example", i);
		done(next(SECONDARY_LOAD, add(name)), 0, 1);
	}
	for (uint32_t i = 0; i < 1000; i++) {
		uint64_t due = secondary_view(secondary, i, now_ns).due_ns;
		first = due < first ? due : first;
		last = due > last ? due : last;
	}
	assert_true(last - first > 3 * SECOND_NS);
	assert_true(last <= now_ns + 30 * SECOND_NS);
}

static void zones_come_and_go(void **state)
{
	struct zone_name one = craft_zone("one.example"), two = craft_zone("two.example"), three = craft_zone("three.example");
	struct secondary_job job;
	uint32_t number, found;

	make(2);
	assert_int_equal(secondary_add(secondary, &one, NULL, now_ns, &number), 0);
	assert_int_equal(secondary_add(secondary, &one, NULL, now_ns, &number), -EEXIST);
	assert_int_equal(secondary_add(secondary, &two, NULL, now_ns, &number), 0);
	assert_int_equal(secondary_add(secondary, &three, NULL, now_ns, &number), -ENOSPC);
	assert_int_equal(secondary_find(secondary, &two, &found), 0);
	assert_int_equal(found, number);
	assert_int_equal(secondary_find(secondary, &three, &found), -ENOENT);
	job = secondary_next(secondary, now_ns);
	secondary_remove(secondary, job.zone); /* while it runs: its place among those that run is free again */
	assert_int_equal(secondary_find(secondary, &one, &found), -ENOENT);
	assert_int_equal(secondary_add(secondary, &three, NULL, now_ns, &found), 0);
	assert_int_equal(found, job.zone);
	assert_int_equal(secondary_next(secondary, now_ns).task, SECONDARY_LOAD);
	assert_int_equal(secondary_next(secondary, now_ns).task, SECONDARY_LOAD);
	secondary_remove(secondary, 0);
	secondary_remove(secondary, 1);
	assert_int_equal(secondary_deadline(secondary, now_ns), UINT64_MAX);
	next(SECONDARY_NOTHING, 0);
}

static void a_file_is_looked_at(void **state)
{
	struct secondary_end same = {.by_mark = true}, other = {.by_mark = true, .changed = true};
	uint32_t zone = loaded();

	wait();
	secondary_done(secondary, next(SECONDARY_POLL, zone), &same, now_ns);
	assert_int_equal(standing(zone), ZONE_CURRENT);
	wait();
	secondary_done(secondary, next(SECONDARY_POLL, zone), &other, now_ns);
	assert_int_equal(standing(zone), ZONE_FRESH);
	done(next(SECONDARY_LOAD, zone), 0, 1);
	assert_int_equal(standing(zone), ZONE_CURRENT);
}

static void a_person_says_now(void **state)
{
	uint32_t zone = loaded();
	struct secondary_job job;

	now_ns += SECOND_NS;
	secondary_reload(secondary, zone, now_ns);
	assert_int_equal(standing(zone), ZONE_FRESH);
	job = next(SECONDARY_LOAD, zone);
	secondary_reload(secondary, zone, now_ns);
	done(job, 0, 1);
	assert_int_equal(standing(zone), ZONE_CURRENT);
	wait();
	job = next(SECONDARY_POLL, zone);
	secondary_reload(secondary, zone, now_ns);
	done(job, 0, 1);
	next(SECONDARY_LOAD, zone);
}

static void sizes(void **state)
{
	const struct secondary_setup none = {.zones_max = 0}, many = {.zones_max = UINT32_MAX};

	assert_int_equal(secondary_new(&none, &secondary), -EINVAL);
	assert_int_equal(secondary_new(&many, &secondary), -EINVAL);
	secondary_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(first_a_load_then_polls, stop),
		cmocka_unit_test(the_interval_has_a_floor_and_a_ceiling),
		cmocka_unit_test_teardown(a_poll_that_finds_another_serial, stop),
		cmocka_unit_test_teardown(a_notify_with_a_serial_loads_at_once, stop),
		cmocka_unit_test_teardown(a_notify_without_a_serial_polls_first, stop),
		cmocka_unit_test_teardown(a_notify_of_what_is_there, stop),
		cmocka_unit_test_teardown(a_notify_while_a_load_runs, stop),
		cmocka_unit_test_teardown(failures_are_tried_again_ever_later, stop),
		cmocka_unit_test_teardown(a_notify_does_not_wait_for_the_next_try, stop),
		cmocka_unit_test_teardown(a_flood_of_notifies, stop),
		cmocka_unit_test_teardown(what_nobody_confirms_grows_stale, stop),
		cmocka_unit_test_teardown(the_zones_own_expire, stop),
		cmocka_unit_test_teardown(a_few_at_once_and_notified_ones_first, stop),
		cmocka_unit_test_teardown(not_all_in_one_moment, stop),
		cmocka_unit_test_teardown(zones_come_and_go, stop),
		cmocka_unit_test_teardown(a_file_is_looked_at, stop),
		cmocka_unit_test_teardown(a_person_says_now, stop),
		cmocka_unit_test(sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
