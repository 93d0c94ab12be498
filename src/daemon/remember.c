/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is done when:
 *
 *	at once          a finding that appears or becomes worse: one transaction, synced, before any other part hears of it
 *	5 seconds        findings that go on; what could not be written, once more; what left memory before it could be is counted and said
 *	a minute         devices that changed, counters: a transaction each
 *	a second         the oldest goes (store_age())
 *
 * A wall clock that jumps is told, and what was counted until then still falls into the minute of before: a bar of the curves holds what was counted
 * between two ticks of the steady clock at most a minute apart, so none is negative and none is huge. What was counted while no daemon ran
 * belongs to no known minute, and is left out.
 */
#include "daemon/remember.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/text.h"

int remember_took(struct remember *remember, int error, const struct fault *fault)
{
	char sentence[FAULT_SENTENCE_MAX + 80];

	remember->broken = error != 0;
	if (!error && store_state(host_store(remember->host)) == STORE_SOUND) {
		host_fault(remember->host, "store", NULL);
	} else if (error) {
		snprintf(sentence, sizeof(sentence), "what happens cannot be kept: %s", fault->sentence);
		host_fault(remember->host, "store", sentence);
	}
	return error;
}

/* Also when nothing is to be written. */
static void look_at_store(struct remember *remember)
{
	static const char *const sentences[] = {
		[STORE_FULL] = "the disk is full: what happens from now on cannot be kept",
		[STORE_MEMORY] = "what happens is kept in memory alone, and forgotten when the daemon ends",
		[STORE_DAMAGED] = "something of what was kept cannot be read; the next start looks at all of it",
	};
	enum store_state state = store_state(host_store(remember->host));

	if (state != STORE_SOUND && !remember->broken)
		host_fault(remember->host, "store", sentences[state]);
	else if (state == STORE_SOUND && !remember->broken)
		host_fault(remember->host, "store", NULL);
}

/* Nothing brings them back: that is said for a day, and a growing number once a minute. */
static void say_lost(struct remember *remember, uint64_t steady_s)
{
	char sentence[FAULT_SENTENCE_MAX];

	if (remember->lost != remember->lost_said && (!remember->lost_s || steady_s - remember->lost_s >= REMEMBER_MINUTE_S)) {
		snprintf(sentence, sizeof(sentence),
			"%llu finding%s left memory before the store could take them, and are lost; what was stopped is stopped all the "
			"same",
			(unsigned long long)remember->lost, remember->lost == 1 ? "" : "s");
		host_fault(remember->host, "findings", sentence);
		remember->lost_said = remember->lost;
		remember->lost_s = steady_s;
	} else if (remember->lost_s && steady_s - remember->lost_s > REMEMBER_LOST_SHOWN_S) {
		host_fault(remember->host, "findings", NULL);
		remember->lost_s = 0;
	}
}

/* What waits for the disk ends with the process. */
static void say_left(struct remember *remember)
{
	uint32_t count = remember_waiting(remember);
	char sentence[96];

	snprintf(sentence, sizeof(sentence), "findings that could not be written end with this process: %u", count);
	if (count)
		host_say(remember->host, sentence);
}

static int open_part(struct host *host, void **out, struct fault *out_fault)
{
	struct remember *remember = calloc(1, sizeof(*remember));
	struct fetch_time now = host_now();

	if (!remember || (remember->host = host, host_guard(host) && remember_open_devices(remember))) {
		free(remember);
		fault_set(out_fault, "", 0, 0, "not enough memory");
		return -ENOMEM;
	}
	remember->steady_s = now.steady_ns / 1000000000u;
	remember->wall_s = now.wall_s;
	remember->again_s = remember->minute_s = remember->devices_s = remember->second_s = remember->steady_s;
	remember_traffic(remember, now.wall_s);
	look_at_store(remember);
	*out = remember;
	return 0;
}

static void happened(void *part, const struct happening *what)
{
	struct remember *remember = part;

	if (what->kind == HAPPENED_FINDING)
		remember_finding(remember, what->found, what->news);
	else if (what->kind == HAPPENED_DEED && host_guard(remember->host) &&
		(what->deed->verb == DEED_NAME || what->deed->verb == DEED_UNDO))
		guard_take_names(host_guard(remember->host));
}

/* ---- clocks ---- */

static void say_jump(struct remember *remember, uint64_t expected_s, uint64_t now_s)
{
	bool back = now_s < expected_s;
	uint64_t by_s = back ? expected_s - now_s : now_s - expected_s;
	char sentence[256], time[TEXT_TIME_MAX];

	snprintf(sentence, sizeof(sentence), "the clock was set %s by %llu seconds, to %.19s: %s", back ? "back" : "forward",
		(unsigned long long)by_s, text_time(time, now_s * 1000000000ull),
		back ? "curves show that time twice" : "curves have a gap there");
	host_fault(remember->host, "clock", sentence);
}

static void look_at_clock(struct remember *remember, uint64_t steady_s, uint64_t wall_s)
{
	uint64_t expected_s = remember->wall_s + (steady_s - remember->steady_s);

	if (wall_s > expected_s + REMEMBER_JUMP_S || wall_s + REMEMBER_JUMP_S < expected_s) {
		remember_traffic(remember, expected_s);
		say_jump(remember, expected_s, wall_s);
		remember->jumped_s = steady_s;
	} else if (remember->jumped_s && steady_s - remember->jumped_s > REMEMBER_JUMP_SHOWN_S) {
		host_fault(remember->host, "clock", NULL);
		remember->jumped_s = 0;
	}
	remember->steady_s = steady_s;
	remember->wall_s = wall_s;
}

static bool is_due(uint64_t *last_s, uint64_t now_s, uint64_t every_s)
{
	if (now_s - *last_s < every_s)
		return false;
	*last_s = now_s;
	return true;
}

static void age(struct remember *remember, uint64_t wall_s)
{
	const struct settings_store *settings = &host_settings(remember->host)->store;
	const struct store_retention retention = {
		.findings_s = settings->findings_s, .deeds_s = settings->audit_s, .devices_s = settings->devices_s, .size = settings->size};
	struct fault fault = {0};

	if (store_age(host_store(remember->host), &retention, wall_s, &fault))
		remember_took(remember, -EIO, &fault);
	look_at_store(remember);
}

static void tick(void *part, const struct fetch_time *now)
{
	struct remember *remember = part;
	uint64_t steady_s = now->steady_ns / 1000000000u;

	look_at_clock(remember, steady_s, now->wall_s);
	if (is_due(&remember->again_s, steady_s, REMEMBER_AGAIN_S)) {
		remember_again(remember);
		say_lost(remember, steady_s);
	}
	if (is_due(&remember->minute_s, steady_s, REMEMBER_MINUTE_S))
		remember_traffic(remember, now->wall_s);
	if (remember->devices && is_due(&remember->devices_s, steady_s, remember->devices_at ? 1 : REMEMBER_MINUTE_S))
		remember_devices(remember, false);
	if (is_due(&remember->second_s, steady_s, 1))
		age(remember, now->wall_s);
}

static void close_part(void *part)
{
	struct remember *remember = part;

	remember_again(remember);
	say_left(remember);
	remember_traffic(remember, host_now().wall_s);
	if (remember->devices)
		remember_devices(remember, true);
}

static void free_part(void *part)
{
	struct remember *remember = part;

	if (remember->devices)
		table_done(remember->devices);
	free(remember->devices);
	free(remember);
}

const struct part part_remember = {
	.name = "remember",
	.open = open_part,
	.happened = happened,
	.tick = tick,
	.close = close_part,
	.free = free_part,
};
