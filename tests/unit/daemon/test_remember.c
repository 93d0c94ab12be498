/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is remembered, when, and what is said when it cannot be: before a store of the real kind and a role without a kernel. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/remember.h"
#include "fake_host.h"
#include "store/inside.h"

static char folder[48], path[64];
static struct host *host;
static struct fetch_time now;
static char said[512]; /* the log's last line */

void host_say(struct host *of, const char *sentence)
{
	snprintf(said, sizeof(said), "%s", sentence);
}

static json_t *shown(const char *request)
{
	struct asker asker = {.user = 1000};
	json_t *answer;
	size_t len;
	char *text;

	assert_int_equal(answer_make(host, &asker, request, strlen(request), &text, &len), 0);
	answer = json_loadb(text, len, 0, NULL);
	free(text);
	assert_non_null(answer);
	return answer;
}

static size_t count_of(const char *request)
{
	json_t *answer = shown(request);
	size_t count = json_array_size(json_object_get(json_object_get(answer, "findings"), "findings"));

	assert_true(json_is_true(json_object_get(answer, "ok")));
	json_decref(answer);
	return count;
}

#define ALL "{\"do\": \"show\", \"what\": \"findings\"}"

static void pass(uint64_t seconds)
{
	for (uint64_t i = 0; i < seconds; i++) {
		now.steady_ns += 1000000000u;
		now.wall_s++;
		part_remember.tick(host->parts[0], &now);
	}
}

static void found(uint64_t number, enum live_news news)
{
	struct happening what = {.kind = HAPPENED_FINDING, .found = guard_finding(NULL, number), .news = news};

	part_remember.happened(host->parts[0], &what);
}

static int open_it(void **state)
{
	struct fault fault;

	assert_int_equal(fake_host_reset(host), 0);
	now = host_now();
	host->heard_s = host->faults = host->names_taken = 0;
	host->found_first = host->found_last = 0;
	host->fault[0] = host->name[0] = 0;
	host->passed = (struct fw_guard_tally){.packets = 1000, .bytes = 100000};
	return part_remember.open(host, &host->parts[0], &fault);
}

static int close_it(void **state)
{
	part_remember.free(host->parts[0]);
	host->parts[0] = NULL;
	return 0;
}

/* ---- findings ---- */

static void test_kept_at_once(void **state)
{
	json_t *answer, *entry;

	assert_int_equal(count_of(ALL), 0);
	found(2, LIVE_NEW);
	assert_int_equal(count_of(ALL), 1);
	answer = shown("{\"do\": \"show\", \"what\": \"finding\", \"number\": 2}");
	entry = json_object_get(answer, "finding");
	assert_int_equal(json_integer_value(json_object_get(entry, "finding")), 2);
	assert_true(json_string_length(json_object_get(entry, "text")) > 4 && json_string_length(json_object_get(entry, "why")) > 20 &&
		json_string_length(json_object_get(entry, "do")) > 20);
	assert_int_equal(json_integer_value(json_object_get(entry, "packets")), 0);
	json_decref(answer);
	assert_string_equal(host->fault, "");
}

/* What goes on is written within five seconds, not each time. */
static void test_goes_on(void **state)
{
	int before;

	found(1, LIVE_NEW);
	before = sqlite3_total_changes(host->store->db);
	for (int i = 0; i < 100; i++)
		found(1, LIVE_MORE);
	assert_int_equal(sqlite3_total_changes(host->store->db), before);
	pass(REMEMBER_AGAIN_S);
	assert_int_equal(sqlite3_total_changes(host->store->db), before + 1);
	pass(REMEMBER_AGAIN_S);
	assert_int_equal(sqlite3_total_changes(host->store->db), before + 1);
}

static void test_looked_for(void **state)
{
	json_t *answer;

	for (uint64_t i = 1; i <= 5; i++)
		found(i, LIVE_NEW);
	assert_int_equal(count_of(ALL), 5);
	assert_int_equal(count_of("{\"do\": \"show\", \"what\": \"findings\", \"severity\": \"critical\"}"), 1);
	assert_int_equal(count_of("{\"do\": \"show\", \"what\": \"findings\", \"kind\": \"flood\"}"), 0);
	assert_int_equal(count_of("{\"do\": \"show\", \"what\": \"findings\", \"before\": 3}"), 2);
	assert_int_equal(count_of("{\"do\": \"show\", \"what\": \"findings\", \"search\": \"no such\"}"), 0);
	answer = shown("{\"do\": \"show\", \"what\": \"findings\", \"count\": 2}");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(answer, "findings"), "next")), 4);
	json_decref(answer);
}

static void test_wrong_requests(void **state)
{
	static const char *const wrong[] = {"\"findings\", \"count\": 0", "\"findings\", \"count\": 1001", "\"findings\", \"before\": -1",
		"\"findings\", \"search\": 7", "\"findings\", \"device\": \"nobody\"", "\"finding\"", "\"finding\", \"number\": 9",
		"\"finding\", \"number\": \"1\"", "\"packets\"", "\"packets\", \"number\": 1", "\"traffic\", \"step\": \"week\"",
		"\"traffic\", \"step\": 60", "\"traffic\", \"count\": 1501", "\"audit\", \"before\": 0", "\"audit\", \"count\": \"x\""};
	char request[128];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(request, sizeof(request), "{\"do\": \"show\", \"what\": %s}", wrong[i]);
		json_t *answer = shown(request);
		assert_true(json_is_false(json_object_get(answer, "ok")));
		json_decref(answer);
	}
}

static void test_packets(void **state)
{
	json_t *answer;

	found(1, LIVE_NEW);
	remember_packets(host, 1, "proof", 5);
	remember_packets(host, 1, "less", 4); /* the fuller one stays */
	remember_packets(host, 4, "of nothing that is kept", 23);
	answer = shown("{\"do\": \"show\", \"what\": \"packets\", \"number\": 1}");
	assert_string_equal(json_string_value(json_object_get(json_object_get(answer, "packets"), "pcapng")), "cHJvb2Y=");
	json_decref(answer);
	assert_string_equal(host->fault, "");
}

/* ---- a disk without room ---- */

static void pragma(const char *text)
{
	assert_int_equal(sqlite3_exec(host->store->db, text, NULL, NULL, NULL), SQLITE_OK);
}

static void see_nothing(void *context, const struct kept_finding *finding)
{
	(void)context;
	(void)finding;
}

static void fill_disk(void)
{
	static char body[2000];
	int error = 0;

	memset(body, 'x', sizeof(body) - 1);
	pragma("pragma max_page_count = 1"); /* as many as there are */
	for (uint32_t i = 0; i < 5000 && !error; i++) {
		struct kept_finding filler = {.number = 100 + i, .kind = "scan", .severity = "low", .body = body};
		error = store_finding_keep(host->store, &filler, NULL);
	}
	assert_int_equal(error, -ENOSPC);
}

static void test_full(void **state)
{
	char request[64];

	fill_disk();
	for (uint64_t number = 1; number <= 5; number++)
		found(number, LIVE_NEW);
	assert_string_equal(host->fault_key, "store");
	assert_non_null(strstr(host->fault, "full"));
	for (int number = 1; number <= 5; number++) { /* shown all the same */
		snprintf(request, sizeof(request), "{\"do\": \"show\", \"what\": \"finding\", \"number\": %d}", number);
		json_t *answer = shown(request);
		assert_true(json_is_true(json_object_get(answer, "ok")));
		json_decref(answer);
	}
	pragma("pragma max_page_count = 1000000");
	pass(REMEMBER_AGAIN_S);
	assert_string_equal(host->fault, "");
	for (uint64_t number = 1; number <= 5; number++)
		assert_int_equal(store_finding(host->store, number, see_nothing, NULL), 0);
}

/* The sentence under this key, "" where all is well. */
static const char *trouble(const char *key)
{
	uint32_t count;
	const char *const *sentences = host_faults(host, &count);

	for (uint32_t i = 0; i < count; i++)
		if (strcmp(host_fault_key(host, i), key) == 0)
			return sentences[i];
	return "";
}

static uint32_t count_kept(uint64_t first, uint64_t last)
{
	uint32_t count = 0;

	for (uint64_t number = first; number <= last; number++)
		count += store_finding(host->store, number, see_nothing, NULL) == 0;
	return count;
}

/* While the disk is full more is found than the guard holds: what left its memory is counted and said, all else is written when there is room. */
static void test_more_than_memory_holds(void **state)
{
	enum { FIRST = 10000, GONE = 76, LAST = FIRST + GUARD_FOUND_MAX + GONE - 1 };
	struct remember *remember = host->parts[0];
	json_t *answer;

	fill_disk();
	host->found_first = FIRST;
	for (uint64_t number = FIRST; number <= LAST; number++) {
		host->found_last = number;
		host->found_first = number < FIRST + GUARD_FOUND_MAX ? FIRST : number - GUARD_FOUND_MAX + 1;
		found(number, LIVE_NEW);
		found(number, LIVE_MORE); /* is no second one */
	}
	assert_int_equal(remember->lost, GONE);
	assert_int_equal(remember_waiting(remember), GUARD_FOUND_MAX);
	pass(REMEMBER_AGAIN_S);
	assert_non_null(strstr(trouble("findings"), "76 findings left memory"));
	assert_non_null(strstr(trouble("store"), "full"));
	host->found_first += 2; /* two more leave while they wait */
	pragma("pragma max_page_count = 1000000");
	pass(REMEMBER_AGAIN_S);
	assert_int_equal(count_kept(FIRST, LAST), GUARD_FOUND_MAX - 2);
	assert_int_equal(count_kept(LAST - GUARD_FOUND_MAX + 3, LAST), GUARD_FOUND_MAX - 2);
	assert_int_equal(remember->lost, GONE + 2);
	assert_string_equal(trouble("store"), "");
	pass(REMEMBER_MINUTE_S); /* not a line of the log with each of them */
	assert_non_null(strstr(trouble("findings"), "78 findings left memory"));
	answer = shown("{\"do\": \"show\", \"what\": \"metrics\"}");
	assert_non_null(strstr(json_string_value(json_object_get(answer, "text")), "\nfloodwall_findings_lost_total 78\n"));
	json_decref(answer);
	now.steady_ns += REMEMBER_LOST_SHOWN_S * 1000000000ull;
	now.wall_s += REMEMBER_LOST_SHOWN_S;
	pass(REMEMBER_AGAIN_S);
	assert_string_equal(trouble("findings"), "");
}

/* One that the store has is not lost when it leaves memory. Where more go on than the guard holds, each leaves and comes again, and is one all the same. */
static void test_what_is_kept_is_not_lost(void **state)
{
	struct remember *remember = host->parts[0];

	host->found_first = host->found_last = 20000;
	found(20000, LIVE_NEW);
	found(20000, LIVE_MORE);
	host->found_first = host->found_last = 0;
	pass(REMEMBER_AGAIN_S);
	assert_int_equal(remember->dirty_count, 0);
	assert_int_equal(remember->lost, 0);
	assert_string_equal(trouble("findings"), "");
	fill_disk();
	for (uint32_t i = 0; i < 2 * GUARD_FOUND_MAX + 200; i++) {
		host->found_first = host->found_last = 30000 + i % (GUARD_FOUND_MAX + 100);
		found(host->found_first, LIVE_MORE);
	}
	assert_int_equal(remember->lost, GUARD_FOUND_MAX + 100);
}

/* The daemon ends while the disk is full: how many findings end with it is said. */
static void test_ends_with_a_full_disk(void **state)
{
	fill_disk();
	for (uint64_t number = 1; number <= 3; number++)
		found(number, LIVE_NEW);
	part_remember.close(host->parts[0]);
	assert_string_equal(said, "findings that could not be written end with this process: 3");
	pragma("pragma max_page_count = 1000000");
	said[0] = 0;
	part_remember.close(host->parts[0]);
	assert_string_equal(said, "");
	assert_int_equal(count_kept(1, 3), 3);
}

/* ---- devices ---- */

static void count_device(void *context, const struct kept_device *device)
{
	uint32_t *count = context;

	count[0]++;
	assert_true(device->first_s && strlen(device->body) > 100 && *device->state);
}

static void test_devices(void **state)
{
	uint32_t count = 0;
	int before;

	host->heard_s = 1;
	pass(REMEMBER_MINUTE_S);
	store_each_device(host->store, count_device, &count);
	assert_int_equal(count, 4);
	before = sqlite3_total_changes(host->store->db);
	host->heard_s = 60;
	pass(REMEMBER_MINUTE_S);
	assert_int_equal(sqlite3_total_changes(host->store->db), before); /* heard again is no change */
	host->heard_s = 3600;
	pass(REMEMBER_MINUTE_S);
	assert_true(sqlite3_total_changes(host->store->db) > before);
}

/* Nobody waits while a thousand are written: some each second, each once, and the next round begins with the next minute. */
static void test_a_crowd_of_devices(void **state)
{
	uint32_t count = 0, before;
	int changes;

	host->heard_s = 1;
	host->crowd = 600;
	pass(REMEMBER_MINUTE_S);
	for (unsigned seconds = 0; count < 604; seconds++) {
		before = count;
		count = 0;
		store_each_device(host->store, count_device, &count);
		assert_true(count > before && count - before <= 250 && seconds < 3);
		pass(1);
	}
	changes = sqlite3_total_changes(host->store->db);
	pass(REMEMBER_MINUTE_S);
	pass(1);
	assert_int_equal(sqlite3_total_changes(host->store->db), changes); /* nothing is written twice */
}

static void test_names(void **state)
{
	struct deed deed = {.verb = DEED_NAME};
	struct happening what = {.kind = HAPPENED_DEED, .deed = &deed};

	part_remember.happened(host->parts[0], &what);
	deed.verb = DEED_UNDO;
	part_remember.happened(host->parts[0], &what);
	assert_int_equal(host->names_taken, 2);
	deed.verb = DEED_DECIDE;
	part_remember.happened(host->parts[0], &what);
	assert_int_equal(host->names_taken, 2);
}

/* ---- counters and clocks ---- */

static uint64_t counted(uint64_t at_s)
{
	uint64_t value;

	assert_int_equal(store_count_read(host->store, COUNTED_PACKETS_OUT, at_s, COUNTER_MINUTE_S, &value, 1), 0);
	return value;
}

static void test_counts(void **state)
{
	uint64_t begun_s = now.wall_s;

	assert_int_equal(counted(begun_s), 0); /* what was there before the start belongs to no minute */
	host->passed.packets += 50;
	pass(REMEMBER_MINUTE_S);
	assert_int_equal(counted(now.wall_s), 50);
	host->passed.packets = 7; /* the tables were made anew */
	pass(REMEMBER_MINUTE_S);
	assert_int_equal(counted(now.wall_s), 0);
	host->passed.packets += 5;
	pass(REMEMBER_MINUTE_S);
	assert_int_equal(counted(now.wall_s), 5);
}

static json_int_t last_shown(const char *series)
{
	json_t *answer = shown("{\"do\": \"show\", \"what\": \"traffic\", \"count\": 2}");
	json_t *list = json_object_get(json_object_get(json_object_get(answer, "traffic"), "series"), series);
	json_int_t last = json_integer_value(json_array_get(list, 1));

	assert_int_equal(json_array_size(list), 2);
	json_decref(answer);
	return last;
}

/* The minute at hand is shown before it is written, and not twice when it is. */
static void test_minute_at_hand(void **state)
{
	assert_int_equal(last_shown("packets_out"), 0);
	host->passed.packets += 20;
	assert_int_equal(last_shown("packets_out"), 20);
	remember_traffic(host->parts[0], host_now().wall_s);
	assert_int_equal(last_shown("packets_out"), 20);
	host->passed.packets += 3;
	assert_int_equal(last_shown("packets_out"), 23);
	host->passed.packets = 1; /* the tables were made anew: nobody knows */
	assert_int_equal(last_shown("packets_out"), 20);
}

static void test_clock_jumps(void **state)
{
	uint64_t before_s;

	pass(10);
	host->passed.packets += 30;
	before_s = now.wall_s;
	now.wall_s += 86400 * 365;
	pass(1);
	assert_string_equal(host->fault_key, "clock");
	assert_non_null(strstr(host->fault, "forward by 31536000 seconds"));
	assert_int_equal(counted(before_s), 30); /* under the clock of then */
	host->passed.packets += 4;
	pass(REMEMBER_MINUTE_S);
	assert_int_equal(counted(now.wall_s), 4);
	now.wall_s -= 86400 * 365;
	pass(1);
	assert_non_null(strstr(host->fault, "back by 31536000 seconds"));
	pass(REMEMBER_JUMP_SHOWN_S + 2);
	assert_string_equal(host->fault, "");
}

/* A second of jitter is none. */
static void test_clock_is_whole_seconds(void **state)
{
	for (int i = 0; i < 100; i++) {
		now.steady_ns += 1900000000u;
		now.wall_s += 1 + (i % 10 != 0);
		part_remember.tick(host->parts[0], &now);
	}
	assert_string_equal(host->fault, "");
}

/* ---- a day ---- */

static uint64_t file_len(void)
{
	struct stat file;

	return stat(path, &file) == 0 ? (uint64_t)file.st_size : 0;
}

#ifdef __SANITIZE_ADDRESS__
size_t __sanitizer_get_current_allocated_bytes(void); /* its header is not there with each compiler */
#endif

/* Bytes that are held; under the sanitizer, which keeps what was freed for a while, those that were not freed. */
static long held_bytes(void)
{
#ifdef __SANITIZE_ADDRESS__
	return (long)__sanitizer_get_current_allocated_bytes();
#else
	long total, resident = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	assert_int_equal(fscanf(file, "%ld %ld", &total, &resident), 2);
	fclose(file);
	return resident * sysconf(_SC_PAGESIZE);
#endif
}

/* Twenty-four hours of seconds, with a finding each few of them: file and memory level off. */
static void test_a_day_levels_off(void **state)
{
	static char body[2000];
	uint64_t half_len = 0, most_len = 0;
	long half_held = 0;

	memset(body, 'x', sizeof(body) - 1);
	pragma("pragma synchronous = off");
	host->settings->store.size = 2 << 20;
	for (uint64_t second = 0; second < 86400; second++) {
		pass(1);
		if (second % 10 == 0) {
			struct kept_finding finding = {.number = 10 + second,
				.kind = "scan",
				.severity = "high",
				.raised_s = now.wall_s,
				.last_s = now.wall_s,
				.body = body};
			assert_int_equal(store_finding_keep(host->store, &finding, NULL), 0);
			found(1 + second % 5, LIVE_MORE);
			host->passed.packets += 100;
			host->heard_s += 10;
		}
		if (second == 43200) {
			half_len = file_len();
			half_held = held_bytes();
		}
		most_len = file_len() > most_len ? file_len() : most_len;
	}
	printf("a day: the file is %llu bytes, at noon %llu, at most %llu; %ld KiB more memory than at noon\n",
		(unsigned long long)file_len(), (unsigned long long)half_len, (unsigned long long)most_len,
		(held_bytes() - half_held) / 1024);
	assert_true(half_len && file_len() <= half_len + (256 << 10));
	assert_true(most_len <= (2 << 20) + (2 << 20));
	assert_true(held_bytes() - half_held < 1 << 20);
	assert_string_equal(host->fault, "");
}

static int make_host(void **state)
{
	snprintf(folder, sizeof(folder), "/tmp/floodwall-remember-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/floodwall.db", folder);
	host = fake_host_new(folder, true);
	return host ? 0 : -1;
}

static int free_host(void **state)
{
	static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
	char file[96];

	fake_host_free(host);
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		snprintf(file, sizeof(file), "%s%s", path, endings[i]);
		unlink(file);
	}
	return rmdir(folder);
}

/* Bytes that are no text (a copy of elsewhere, a sentence that was cut) hide no line of the audit log. */
static void test_audit_leaves_nothing_out(void **state)
{
	const struct deed strange = {.time_s = 1000, .who = "ro\xc3", .detail = "cut in a letter \xe2\x82"};
	struct fault fault = {0};
	json_t *answer, *list;
	const char *detail;

	assert_int_equal(store_note(host->store, &strange, &fault), 0);
	answer = shown("{\"do\": \"show\", \"what\": \"audit\"}");
	list = json_object_get(answer, "audit");
	assert_true(json_array_size(list) >= 1);
	detail = json_string_value(json_object_get(json_array_get(list, 0), "detail"));
	assert_non_null(detail);
	assert_non_null(strstr(detail, "cut in a letter \\xe2"));
	json_decref(answer);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, open_it, close_it)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(test_kept_at_once),
		STORY(test_goes_on),
		STORY(test_looked_for),
		STORY(test_wrong_requests),
		STORY(test_packets),
		STORY(test_devices),
		STORY(test_a_crowd_of_devices),
		STORY(test_names),
		STORY(test_counts),
		STORY(test_minute_at_hand),
		STORY(test_clock_jumps),
		STORY(test_clock_is_whole_seconds),
		STORY(test_audit_leaves_nothing_out),
		STORY(test_full),
		STORY(test_more_than_memory_holds),
		STORY(test_what_is_kept_is_not_lost),
		STORY(test_ends_with_a_full_disk),
		STORY(test_a_day_levels_off),
	};

	return cmocka_run_group_tests(tests, make_host, free_host);
}
