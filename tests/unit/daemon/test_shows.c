/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is shown to a person who looks for something: the overview, a page of devices, one device, the settings with their lines. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/needs.h"
#include "fake_host.h"
#include "nomem.h"

static char folder[48], path[64];
static struct host *host;

static json_t *answer_to(const char *request)
{
	struct asker asker = {.user = 1000};
	json_t *answer;
	size_t len;
	char *text;

	assert_int_equal(answer_make(host, &asker, request, strlen(request), &text, &len), 0);
	answer = json_loadb(text, len, 0, NULL);
	assert_non_null(answer);
	assert_null(memchr(text, '\x1b', len));
	free(text);
	return answer;
}

static json_t *asked(const char *request)
{
	json_t *answer = answer_to(request);

	if (!json_is_true(json_object_get(answer, "ok")))
		fail_msg("%s: %s", request, json_string_value(json_object_get(answer, "error")));
	return answer;
}

static void assert_refused(const char *request, const char *sentence)
{
	json_t *answer = answer_to(request);
	const char *error = json_string_value(json_object_get(answer, "error"));

	if (!error || strcmp(error, sentence) != 0)
		fail_msg("%s: %s", request, error ? error : "was done");
	json_decref(answer);
}

static const char *text_in(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static json_int_t number_in(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void keep(uint64_t number, uint8_t device, bool muted)
{
	const struct kept_finding finding = {.number = number,
		.mac = {2, 0, 0, 0, 0, device},
		.kind = "scan",
		.severity = "high",
		.raised_s = number,
		.last_s = number,
		.muted = muted,
		.body = "{\"id\": \"scan\", \"text\": \"It looks for others\"}"};

	assert_int_equal(store_finding_keep(host_store(host), &finding, NULL), 0);
}

/* Of the made-up devices one is exposed; one that is allowed, and one whose finding is muted, need nobody. */
static void what_needs_somebody(void **state)
{
	keep(1, 1, false);
	keep(2, 3, true);
	keep(3, 2, false);
	json_t *answer = asked("{\"do\": \"show\", \"what\": \"overview\"}"), *all = json_object_get(answer, "overview");
	json_t *needs = json_object_get(all, "needs"), *need = json_array_get(needs, 0), *devices = json_object_get(all, "devices");

	assert_string_equal(text_in(all, "role"), "guard");
	assert_int_equal(json_array_size(needs), 1);
	assert_string_equal(text_in(need, "what"), "exposure");
	assert_string_equal(text_in(need, "device"), "02:00:00:00:00:01");
	assert_int_equal(number_in(need, "finding"), 2);
	assert_true(strlen(text_in(need, "do")) > 20);
	assert_int_equal(number_in(devices, "total"), 4);
	assert_int_equal(number_in(devices, "hijacked"), 1);
	assert_int_equal(number_in(devices, "quarantined"), 1);
	/* the muted one is counted nowhere; open are those of devices that are neither clean nor allowed */
	assert_int_equal(number_in(json_object_get(all, "findings"), "day"), 2);
	assert_int_equal(number_in(json_object_get(all, "findings"), "open"), 1);
	assert_string_equal(json_string_value(json_array_get(json_object_get(all, "blind"), 0)), "no IPv6 here");
	json_decref(answer);
}

static void what_a_shield_needs(void **state)
{
	json_t *answer, *all, *needs;

	host->view.zones[1].shown = SHOWN_FAILED;
	snprintf(host->view.zones[1].why, sizeof(host->view.zones[1].why), "the server refused");
	host_fault(host, "store", "the disk is full");
	host_fault(host, "mqtt", "the broker does not answer");
	answer = asked("{\"do\": \"show\", \"what\": \"overview\"}");
	all = json_object_get(answer, "overview");
	needs = json_object_get(all, "needs");
	assert_string_equal(text_in(all, "stance"), "calm");
	assert_true(json_is_null(json_object_get(all, "devices")));
	assert_int_equal(json_array_size(needs), 3);
	assert_string_equal(text_in(json_array_get(needs, 0), "text"), "the disk is full");
	assert_string_equal(text_in(json_array_get(needs, 2), "text"), "the broker does not answer");
	assert_string_equal(text_in(json_array_get(needs, 1), "text"), "The zone example.org is not judged: the server refused");
	assert_string_equal(json_string_value(json_array_get(json_object_get(all, "faults"), 0)), "the disk is full");
	json_decref(answer);
	/* what the view says of the store is not hidden behind somebody else's trouble */
	host_fault(host, "store", NULL);
	snprintf(host->view.store_why, sizeof(host->view.store_why), "decisions are kept in memory alone");
	answer = asked("{\"do\": \"show\", \"what\": \"overview\"}");
	all = json_object_get(answer, "overview");
	assert_int_equal(json_array_size(json_object_get(all, "faults")), 2);
	assert_string_equal(json_string_value(json_array_get(json_object_get(all, "faults"), 1)), "decisions are kept in memory alone");
	json_decref(answer);
	host->view.bypass = true;
	answer = asked("{\"do\": \"show\", \"what\": \"overview\"}");
	all = json_object_get(answer, "overview");
	assert_true(json_is_true(json_object_get(all, "bypass")));
	assert_string_equal(text_in(json_array_get(json_object_get(all, "needs"), 0), "severity"), "critical");
	json_decref(answer);
}

/* Forty, in an order that no list has: the twenty most urgent stay, and of equal ones those that came first. */
static void the_most_urgent_first(void **state)
{
	static struct needs needs;

	for (uint32_t i = 0; i < 40; i++) {
		struct need need = {.rank = i * 7 % 40 / 2, .what = "fault", .severity = "low", .finding = i + 1};
		needs_add(&needs, &need);
	}
	assert_int_equal(needs.count, NEEDS_MAX);
	assert_int_equal(needs.more, 20);
	for (uint32_t i = 0; i < NEEDS_MAX; i++)
		assert_int_equal(needs.list[i].rank, 19 - i / 2);
	for (uint32_t i = 0; i < NEEDS_MAX; i += 2)
		assert_true(needs.list[i].finding < needs.list[i + 1].finding);
}

/* Hijacked and free before exposed, exposed by grade, stopped after that; a quiet home needs nothing. */
static void which_device_comes_first(void **state)
{
	static const struct {
		enum device_state state;
		enum severity severity;
		enum guard_stand stand;
		const char *what, *todo; /* NULL: it needs nobody */
	} cases[] = {
		{STATE_HIJACKED, SEVERITY_CRITICAL, STAND_QUARANTINED, "hijacked", "It is stopped."},
		{STATE_EXPOSED, SEVERITY_MEDIUM, STAND_ORDINARY, "exposure", "Restart"},
		{STATE_HIJACKED, SEVERITY_HIGH, STAND_ORDINARY, "hijacked", "Stop it: floodwall quarantine 02:00:00:00:00:02"},
		{STATE_EXPOSED, SEVERITY_CRITICAL, STAND_ORDINARY, "exposure", "Restart"},
		{STATE_EXPOSED, SEVERITY_LOW, STAND_ORDINARY, NULL, NULL},
		{STATE_HIJACKED, SEVERITY_CRITICAL, STAND_ALLOWED, NULL, NULL},
		{STATE_CLEAN, SEVERITY_HIGH, STAND_ORDINARY, NULL, NULL},
		{STATE_HIJACKED, SEVERITY_HIGH, STAND_HELD, "hijacked", "Restart"},
	};
	static const uint8_t order[] = {2, 7, 3, 1, 0};
	enum { CASES = sizeof(cases) / sizeof(cases[0]) };
	static struct guarded_view devices[CASES];
	static struct found_view findings[CASES];
	static struct needs needs;
	struct guard_view view = {.devices = devices, .device_count = CASES, .findings = findings, .finding_count = CASES, .now_s = 100};

	for (uint8_t i = 0; i < CASES; i++) {
		devices[i] =
			(struct guarded_view){GUARDED_NOTHING, .mac = {2, 0, 0, 0, 0, i}, .state = cases[i].state, .stand = cases[i].stand};
		findings[i].number = i + 1u;
		findings[i].finding =
			(struct finding){.id = FINDING_SCAN, .severity = cases[i].severity, .state = cases[i].state, .device = i};
	}
	memset(&needs, 0, sizeof(needs));
	needs_of_guard(&needs, &view);
	assert_int_equal(needs.count, sizeof(order));
	for (uint32_t i = 0; i < needs.count; i++) {
		assert_int_equal(needs.list[i].mac[5], order[i]);
		assert_string_equal(needs.list[i].what, cases[order[i]].what);
		assert_memory_equal(needs.list[i].todo, cases[order[i]].todo, strlen(cases[order[i]].todo));
	}
	for (uint32_t i = 0; i < CASES; i++)
		snprintf(findings[i].muted, sizeof(findings[i].muted), "ours");
	memset(&needs, 0, sizeof(needs));
	needs_of_guard(&needs, &view);
	assert_int_equal(needs.count, 0);
}

/* "There is none" is said where a document says so, and not where it says nothing. */
static void what_helps_against_a_weakness(void **state)
{
	static const struct {
		enum remedy remedy;
		const char *todo;
	} cases[] = {
		{REMEDY_VENDOR_FIX, "Install the update"},
		{REMEDY_WORKAROUND, "No update is named"},
		{REMEDY_NONE_AVAILABLE, "There is no update"},
		{REMEDY_NO_FIX_PLANNED, "There is no update"},
		{REMEDY_COUNT, "No update is named"},
	};
	struct guarded_view device = {GUARDED_NOTHING, .mac = {2}, .state = STATE_EXPOSED};
	static struct found_view found = {
		.number = 1, .finding = {.id = FINDING_ADVISORY, .severity = SEVERITY_HIGH, .state = STATE_EXPOSED}};
	struct guard_view view = {.devices = &device, .device_count = 1, .findings = &found, .finding_count = 1, .now_s = 100};
	static struct needs needs;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		found.finding.advisory.remedy = cases[i].remedy;
		memset(&needs, 0, sizeof(needs));
		needs_of_guard(&needs, &view);
		assert_int_equal(needs.count, 1);
		assert_string_equal(needs.list[0].what, "advisory");
		assert_memory_equal(needs.list[0].todo, cases[i].todo, strlen(cases[i].todo));
	}
}

/* Who comes when all others have long been here. */
static void who_is_new(void **state)
{
	enum { DAY = 86400 };
	static struct needs needs;
	struct guarded_view device = {GUARDED_NOTHING, .mac = {2}, .first_s = 10 * DAY};
	struct guard_view view = {.devices = &device, .device_count = 1, .started_s = 1, .now_s = 10 * DAY + 60};

	needs_of_guard(&needs, &view);
	assert_int_equal(needs.count, 1);
	assert_string_equal(needs.list[0].what, "stranger");
	assert_non_null(strstr(needs.list[0].todo, "floodwall name 02:00:00:00:00:00 NAME"));
	struct guarded_view others[] = {device, device, device, device};
	others[0].first_s = 60; /* came with the daemon's start */
	others[1].first_s = 8 * DAY; /* was looked at, or not, for a day */
	others[2].known = true;
	others[3].user_name = "Lamp";
	view.devices = others;
	view.device_count = 4;
	memset(&needs, 0, sizeof(needs));
	needs_of_guard(&needs, &view);
	assert_int_equal(needs.count, 0);
}

static const struct {
	const char *query;
	unsigned total, from, first, shown; /* first: last byte of the first one's MAC */
} pages[] = {
	{"", 4, 0, 0, 4},
	{", \"count\": 2", 4, 0, 0, 2},
	{", \"from\": 3, \"count\": 2", 4, 3, 3, 1},
	{", \"from\": 4", 4, 4, 0, 0},
	{", \"count\": 0", 4, 0, 0, 0},
	{", \"search\": \"CAM\"", 3, 0, 1, 3},
	{", \"search\": \"00:02\"", 1, 0, 2, 1},
	{", \"search\": \"lamp\"", 0, 0, 0, 0},
	{", \"state\": \"hijacked\"", 1, 0, 3, 1},
	{", \"state\": \"allowed\", \"search\": \"c\"", 1, 0, 2, 1},
};

static void a_page_of_devices(void **state)
{
	char request[200];

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		snprintf(request, sizeof(request), "{\"do\": \"show\", \"what\": \"devices\"%s}", pages[i].query);
		json_t *answer = asked(request), *page = json_object_get(answer, "devices"), *list = json_object_get(page, "devices");
		char mac[18];
		assert_int_equal(number_in(page, "total"), pages[i].total);
		assert_int_equal(number_in(page, "from"), pages[i].from);
		assert_int_equal(json_array_size(list), pages[i].shown);
		snprintf(mac, sizeof(mac), "02:00:00:00:00:%02x", pages[i].first);
		if (pages[i].shown)
			assert_string_equal(text_in(json_array_get(list, 0), "mac"), mac);
		json_decref(answer);
	}
	assert_refused("{\"do\": \"show\", \"what\": \"devices\", \"from\": -1}", "from is a number from 0 to 4294967295");
	assert_refused("{\"do\": \"show\", \"what\": \"devices\", \"count\": \"5\"}", "count is a number from 0 to 4294967295");
	assert_refused("{\"do\": \"show\", \"what\": \"devices\", \"search\": 5}", "search is a text of at most 255 bytes");
	assert_refused("{\"do\": \"show\", \"what\": \"devices\", \"order\": \"size\"}", "order is state or mac");
	assert_refused("{\"do\": \"show\", \"what\": \"devices\", \"state\": \"fine\"}",
		"state is clean, exposed, suspect, hijacked, ordinary, held, allowed or quarantined");
}

/* Who opens the page looks for what is wrong: that comes first, also on the first page of many. */
static void the_worst_device_first(void **state)
{
	json_t *answer = asked("{\"do\": \"show\", \"what\": \"devices\", \"order\": \"state\", \"count\": 1}");
	json_t *page = json_object_get(answer, "devices"), *list = json_object_get(page, "devices");

	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(text_in(json_array_get(list, 0), "state"), "hijacked");
	assert_int_equal(number_in(page, "total"), 4);
	json_decref(answer);
	answer = asked("{\"do\": \"show\", \"what\": \"devices\", \"order\": \"state\", \"from\": 1}");
	page = json_object_get(answer, "devices");
	list = json_object_get(page, "devices");
	assert_int_equal(json_array_size(list), 3);
	assert_string_equal(text_in(json_array_get(list, 2), "state"), "clean");
	json_decref(answer);
}

static void one_device(void **state)
{
	static const char decide[] = "{\"do\": \"allow\", \"prefix\": \"camera\", \"reason\": \"told so\"}";
	struct asker asker = {.user = 1000};
	char *text;
	size_t len;

	keep(7, 2, true);
	keep(9, 3, false);
	assert_int_equal(answer_make(host, &asker, decide, strlen(decide), &text, &len), 0);
	free(text);
	json_t *answer = asked("{\"do\": \"show\", \"what\": \"device\", \"who\": \"camera\"}"), *one = json_object_get(answer, "device");
	json_t *timeline = json_object_get(one, "timeline"), *talk = json_array_get(json_object_get(one, "talks"), 0);

	assert_string_equal(text_in(one, "mac"), "02:00:00:00:00:02");
	assert_string_equal(text_in(json_array_get(json_object_get(one, "clues"), 0), "value"), "cam\\x1b[2J");
	assert_string_equal(json_string_value(json_array_get(json_object_get(one, "policy_words"), 0)), "anything\\x1b[2J");
	assert_string_equal(text_in(talk, "protocol"), "tcp");
	assert_string_equal(text_in(talk, "named_by"), "hello");
	assert_int_equal(number_in(talk, "bytes_in"), 200);
	assert_int_equal(json_array_size(json_object_get(one, "findings")), 1);
	/* the decision of second 1000, the finding of second 7, the first packet of second 1 */
	assert_int_equal(json_array_size(timeline), 3);
	assert_string_equal(text_in(json_array_get(timeline, 0), "what"), "deed");
	assert_string_equal(text_in(json_array_get(timeline, 0), "text"), "allowed everything by user 1000: told so");
	assert_int_equal(number_in(json_array_get(timeline, 1), "finding"), 7);
	assert_string_equal(text_in(json_array_get(timeline, 1), "text"), "It looks for others (high, muted)");
	assert_string_equal(text_in(json_array_get(timeline, 2), "what"), "seen");
	json_decref(answer);
	assert_refused("{\"do\": \"show\", \"what\": \"device\"}", "who names a device by its MAC, its name or an address");
	assert_refused("{\"do\": \"show\", \"what\": \"device\", \"who\": \"nobody\"}", "no device has this name");
	assert_refused(
		"{\"do\": \"show\", \"what\": \"device\", \"who\": \"02:00:00:00:00:77\"}", "no device with this MAC has been heard");
}

/* What is known to be weak in it, by how sure that is; what is lacking to say more; and who is recalled needs somebody. */
static void known_weaknesses(void **state)
{
	static const char *const certainties[] = {"maker", "product", "exact"};
	json_t *answer = asked("{\"do\": \"show\", \"what\": \"device\", \"who\": \"02:00:00:00:00:01\"}"),
	       *one = json_object_get(answer, "device");
	json_t *list = json_object_get(one, "advisories"), *first;

	assert_int_equal(json_array_size(list), 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_string_equal(text_in(json_array_get(list, i), "certainty"), certainties[i]);
		assert_string_equal(text_in(json_array_get(list, i), "title"), "bad\\x1b[2J");
		assert_int_equal(json_is_true(json_object_get(json_array_get(list, i), "open")), i == 2);
	}
	first = json_array_get(list, 2);
	assert_string_equal(text_in(first, "remediation"), "vendor_fix");
	assert_string_equal(text_in(first, "remedy"), "Fix: install 2\\x1b[2J https://fix.example/\\xff");
	assert_string_equal(text_in(first, "url"), "https://x.example/");
	assert_non_null(strstr(text_in(first, "standing"), "Score 9.8 of 10."));
	assert_true(json_is_null(json_object_get(json_array_get(list, 0), "remedy")) &&
		json_is_null(json_object_get(json_array_get(list, 0), "score")));
	assert_true(json_is_null(json_object_get(one, "advice")));
	list = json_object_get(one, "recalls");
	assert_string_equal(text_in(json_array_get(list, 0), "answer"), "yes");
	assert_string_equal(text_in(json_array_get(list, 0), "says"), "Recalled: yes. take it back");
	json_decref(answer);
	answer = asked("{\"do\": \"show\", \"what\": \"device\", \"who\": \"02:00:00:00:00:03\"}");
	one = json_object_get(answer, "device");
	assert_int_equal(json_array_size(json_object_get(one, "advisories")), 0);
	assert_string_equal(text_in(one, "advice"), "advisories are being read");
	json_decref(answer);
	host->recalled = true;
	snprintf(host->name, sizeof(host->name), "Bureau");
	answer = asked("{\"do\": \"show\", \"what\": \"overview\"}");
	first = json_array_get(json_object_get(json_object_get(answer, "overview"), "needs"), 0);
	assert_string_equal(text_in(first, "what"), "recall");
	assert_string_equal(text_in(first, "text"), "02:00:00:00:00:03 is recalled: cells");
	assert_string_equal(text_in(first, "do"), "take it back");
	/* by the name that a person gave, and what was taken for granted is said */
	first = json_array_get(json_object_get(json_object_get(answer, "overview"), "needs"), 1);
	assert_string_equal(text_in(first, "text"), "Bureau is recalled if country = US: cells");
	host->name[0] = 0;
	json_decref(answer);
}

static const json_t *line_of(const json_t *answer, const char *setting)
{
	const json_t *line;
	size_t i;

	json_array_foreach(json_object_get(answer, "lines"), i, line) if (strcmp(text_in(line, "setting"), setting) == 0) return line;
	fail_msg("%s has no line", setting);
	return NULL;
}

static void settings_with_their_lines(void **state)
{
	json_t *answer = asked("{\"do\": \"show\", \"what\": \"configuration\"}");
	char *all = json_dumps(answer, 0);

	assert_int_equal(number_in(line_of(answer, "interface"), "line"), 1);
	assert_string_equal(text_in(line_of(answer, "interface"), "value"), "eth0");
	assert_string_equal(text_in(line_of(answer, "interface"), "file"), "fake");
	assert_true(json_is_null(json_object_get(line_of(answer, "dns_port"), "line")));
	assert_string_equal(text_in(line_of(answer, "dns_port"), "value"), "53");
	assert_int_equal(number_in(line_of(answer, "keys[0]"), "line"), 2);
	assert_non_null(strstr(text_in(line_of(answer, "keys[0]"), "value"), SETTINGS_MASK));
	assert_null(strstr(all, "c2Vj"));
	free(all);
	json_decref(answer);
}

static void without_memory(void **state)
{
	static const char *const requests[] = {"{\"do\": \"show\", \"what\": \"overview\"}", "{\"do\": \"show\", \"what\": \"devices\"}",
		"{\"do\": \"show\", \"what\": \"device\", \"who\": \"camera\"}", "{\"do\": \"show\", \"what\": \"configuration\"}"};
	struct asker asker = {0};
	uint64_t allocations = 0;

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		bool failed = true;
		for (uint64_t at = 0; failed; at++, allocations++) {
			char *text = NULL;
			size_t len;
			nomem_start(at, false);
			int error = answer_make(host, &asker, requests[i], strlen(requests[i]), &text, &len);
			failed = nomem_stop();
			assert_true(error == 0 || (error == -ENOMEM && !text));
			free(text);
		}
	}
	print_message("%llu allocations, each failed once\n", (unsigned long long)allocations);
	assert_true(allocations > 100);
}

static int fresh_guard(void **state)
{
	host = fake_host_new(folder, true);
	return host ? 0 : -1;
}

static int fresh_shield(void **state)
{
	host = fake_host_new(folder, false);
	return host ? 0 : -1;
}

static int stale(void **state)
{
	fake_host_free(host);
	unlink(path);
	return 0;
}

static void *give(size_t size)
{
	return malloc(size);
}

static void take(void *at)
{
	free(at);
}

static int set_up(void **state)
{
	json_set_alloc_funcs(give, take); /* so that they can fail */
	snprintf(folder, sizeof(folder), "%s/floodwall-shows-XXXXXX", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/floodwall.db", folder);
	return 0;
}

static int tear_down(void **state)
{
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_needs_somebody, fresh_guard, stale),
		cmocka_unit_test_setup_teardown(what_a_shield_needs, fresh_shield, stale),
		cmocka_unit_test(the_most_urgent_first),
		cmocka_unit_test(which_device_comes_first),
		cmocka_unit_test(what_helps_against_a_weakness),
		cmocka_unit_test(who_is_new),
		cmocka_unit_test_setup_teardown(a_page_of_devices, fresh_guard, stale),
		cmocka_unit_test_setup_teardown(the_worst_device_first, fresh_guard, stale),
		cmocka_unit_test_setup_teardown(one_device, fresh_guard, stale),
		cmocka_unit_test_setup_teardown(known_weaknesses, fresh_guard, stale),
		cmocka_unit_test_setup_teardown(settings_with_their_lines, fresh_shield, stale),
		cmocka_unit_test_setup_teardown(without_memory, fresh_guard, stale),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
