/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One request, one answer, whatever the request is. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/deeds.h"
#include "fake_host.h"
#include "nomem.h"

static char folder[48], path[64];
static struct host *host;

/* The answer, which is one line of JSON with an "ok". */
static json_t *answer_to(const char *request, size_t len)
{
	struct asker asker = {.user = 1000};
	json_t *answer;
	size_t answer_len;
	char *text;

	assert_int_equal(answer_make(host, &asker, request, len, &text, &answer_len), 0);
	assert_true(answer_len > 2 && text[answer_len - 1] == '\n' && !memchr(text, '\n', answer_len - 1));
	answer = json_loadb(text, answer_len, 0, NULL);
	assert_true(json_is_boolean(json_object_get(answer, "ok")));
	assert_true(json_is_true(json_object_get(answer, "ok")) || json_string_length(json_object_get(answer, "error")) > 8);
	free(text);
	return answer;
}

static const struct {
	const char *request, *error;
} wrong[] = {
	{"", "a request is a JSON object in one line"},
	{"{", "a request is a JSON object in one line"},
	{"{} {}", "a request is a JSON object in one line"},
	{"{\"do\": \"show\", \"do\": \"undo\"}", "a request is a JSON object in one line"},
	{"[]", "a request is an object with a \"do\""},
	{"{}", "a request is an object with a \"do\""},
	{"{\"do\": 7}", "a request is an object with a \"do\""},
	{"{\"do\": \"dance\"}",
		"what can be done is show, name, quarantine, allow, mute, release, confirm, undo, bypass, backup, reload, refresh, "
		"messages, token"},
	{"{\"do\": \"show\"}",
		"what can be shown is overview, shield, verdicts, stats, traffic, metrics, decisions, audit, configuration, messages"},
	{"{\"do\": \"show\", \"what\": \"/etc/shadow\"}",
		"what can be shown is overview, shield, verdicts, stats, traffic, metrics, decisions, audit, configuration, messages"},
	{"{\"do\": \"quarantine\"}", "prefix wants an address or a prefix such as 192.0.2.0/24"},
	{"{\"do\": \"quarantine\", \"prefix\": \"192.0.2.1\\u0000x\"}", "a request is a JSON object in one line"},
	{"{\"do\": \"quarantine\", \"prefix\": \"192.0.2.0/33\"}", "prefix wants an address or a prefix such as 192.0.2.0/24"},
	{"{\"do\": \"quarantine\", \"prefix\": \"0.0.0.0/7\"}", "that is too wide to quarantine: at most a /8, or a /16 of IPv6"},
	{"{\"do\": \"quarantine\", \"prefix\": \"::/0\"}", "that prefix of IPv6 holds all of IPv4, too; name a narrower one"},
	{"{\"do\": \"quarantine\", \"prefix\": \"2000::/15\"}", "that is too wide to quarantine: at most a /8, or a /16 of IPv6"},
	{"{\"do\": \"quarantine\", \"prefix\": \"::ffff:0:0/90\"}", "that prefix of IPv6 holds all of IPv4, too; name a narrower one"},
	{"{\"do\": \"quarantine\", \"prefix\": \"192.0.2.1\", \"for_s\": 0}", "for_s is a number of seconds from 1 to 31622400"},
	{"{\"do\": \"quarantine\", \"prefix\": \"192.0.2.1\", \"for_s\": 9223372036854775807}",
		"for_s is a number of seconds from 1 to 31622400"},
	{"{\"do\": \"quarantine\", \"prefix\": \"192.0.2.1\", \"for_s\": 99999999999999999999}", "a request is a JSON object in one line"},
	{"{\"do\": \"quarantine\", \"prefix\": \"192.0.2.1\", \"confirm_s\": \"5m\"}",
		"confirm_s is a number of seconds from 1 to 31622400"},
	{"{\"do\": \"allow\", \"prefix\": \"192.0.2.1\", \"reason\": 5}", "reason is a text of at most 159 bytes"},
	{"{\"do\": \"release\", \"prefix\": \"192.0.2.1\"}", "no decision stands for this address or prefix"},
	{"{\"do\": \"confirm\"}", "decision is a number from 1 on"},
	{"{\"do\": \"confirm\", \"decision\": 5}", "no decision 5 waits to be confirmed"},
	{"{\"do\": \"undo\", \"deed\": -1}", "deed is a number from 1 on"},
	{"{\"do\": \"undo\"}", "nothing is left to be undone"},
	{"{\"do\": \"refresh\", \"zone\": 5}", "zone is a name"},
	{"{\"do\": \"refresh\", \"zone\": \"x\"}", "no zone of that name is configured"},
	{"{\"do\": \"reload\"}", "the file is wrong"},
};

static void what_is_wrong_is_said(void **state)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		json_t *answer = answer_to(wrong[i].request, strlen(wrong[i].request));
		const char *error = json_string_value(json_object_get(answer, "error"));
		if (!error || strcmp(error, wrong[i].error))
			fail_msg("%s: %s", wrong[i].request, error ? error : "was done");
		json_decref(answer);
	}
	assert_int_equal(host->decided, 0);
}

static json_t *asked(const char *request)
{
	json_t *answer = answer_to(request, strlen(request));

	if (!json_is_true(json_object_get(answer, "ok")))
		fail_msg("%s: %s", request, json_string_value(json_object_get(answer, "error")));
	return answer;
}

static void what_is_right_is_done(void **state)
{
	json_t *answer = asked("{\"do\": \"quarantine\", \"prefix\": \"192.0.2.7/24\", \"for_s\": 60, \"reason\": \"a\\u001bb\"}"), *one;

	assert_int_equal(json_integer_value(json_object_get(answer, "until_s")), 1060);
	assert_string_equal(json_string_value(json_object_get(answer, "filter")), "observe");
	json_decref(answer);
	assert_int_equal(host->decided, 1);
	answer = asked("{\"do\": \"show\", \"what\": \"decisions\"}");
	one = json_array_get(json_object_get(answer, "decisions"), 0);
	assert_string_equal(json_string_value(json_object_get(one, "prefix")), "192.0.2.0/24");
	assert_string_equal(json_string_value(json_object_get(one, "reason")), "a\\x1bb");
	assert_string_equal(json_string_value(json_object_get(one, "who")), "user 1000");
	json_decref(answer);
	host->no_room = true;
	answer = asked("{\"do\": \"undo\"}");
	assert_string_equal(json_string_value(json_object_get(answer, "warning")), "no room");
	json_decref(answer);
	host->no_room = false;
	json_decref(asked("{\"do\": \"allow\", \"prefix\": \"0.0.0.0/0\", \"confirm_s\": 5}"));
	decide_tick(host, &(struct fetch_time){.wall_s = 1004});
	assert_int_equal(host->decided, 3);
	decide_tick(host, &(struct fetch_time){.wall_s = 1005});
	assert_int_equal(host->decided, 4);
	json_decref(asked("{\"do\": \"refresh\"}"));
	json_decref(asked("{\"do\": \"refresh\", \"zone\": \"example.org\"}"));
	answer = asked("{\"do\": \"show\", \"what\": \"audit\"}");
	assert_int_equal(json_array_size(json_object_get(answer, "audit")), 4);
	assert_true(json_is_null(json_object_get(answer, "next"))); /* these are all */
	json_decref(answer);
	answer = asked("{\"do\": \"show\", \"what\": \"audit\", \"count\": 3}");
	one = json_array_get(json_object_get(answer, "audit"), 2);
	assert_true(json_integer_value(json_object_get(one, "deed")) > 1);
	assert_int_equal(json_integer_value(json_object_get(answer, "next")), json_integer_value(json_object_get(one, "deed")));
	json_decref(answer);
}

static void what_is_shown(void **state)
{
	json_t *answer = asked("{\"do\": \"show\", \"what\": \"configuration\"}");
	const char *text = json_string_value(json_object_get(answer, "text"));

	assert_non_null(strstr(text, SETTINGS_MASK));
	assert_null(strstr(text, "c2Vj"));
	json_decref(answer);
	host->view.counts.reason[FW_OUTCOME_WOULD][FW_REASON_ZONE_UNKNOWN].packets = 5;
	host->view.counts.reason[FW_OUTCOME_DROPPED][FW_REASON_DNS_LABEL].packets = 3;
	host->view.counts.reason[FW_OUTCOME_PASSED][FW_REASON_DNS_SHORT].packets = UINT64_MAX;
	host->view.counts.lane[FW_LANE_PROVEN][FW_OUTCOME_PASSED].packets = 100;
	host->view.counts.would_proven = 25;
	answer = asked("{\"do\": \"show\", \"what\": \"shield\"}");
	const json_t *shield = json_object_get(answer, "shield"), *filters = json_object_get(shield, "filters");
	assert_int_equal(json_array_size(filters), FW_FILTER_COUNT);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(filters, FW_FILTER_NAMES), "would")), 5);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(filters, FW_FILTER_SANITY), "dropped")), 3);
	assert_true(json_real_value(json_object_get(json_object_get(shield, "collateral"), "share")) == 0.25);
	assert_int_equal(json_array_size(json_object_get(shield, "reasons")), 3);
	json_decref(answer);
	json_decref(asked("{\"do\": \"show\", \"what\": \"metrics\"}"));
}

/* A mute is a decision: a line of a mute file, with an end, an undo, and shown in its parts. */
static void what_is_muted(void **state)
{
	static const struct {
		const char *request, *told;
	} refused[] = {
		{"{\"do\": \"mute\", \"what\": \"scan\"}", "a mute wants a reason"},
		{"{\"do\": \"mute\", \"what\": \"scan\", \"reason\": \"  \"}", "a mute wants a reason"},
		{"{\"do\": \"mute\", \"what\": \"scan\", \"reason\": \"a # b\"}", "a reason holds no #"},
		{"{\"do\": \"mute\", \"what\": \"scan\", \"reason\": \"until=2030-01-01 x\"}", "begins with neither"},
		{"{\"do\": \"mute\", \"what\": \"scan\", \"reason\": \"-> 192.0.2.1 x\"}", "begins with neither"},
		{"{\"do\": \"mute\", \"what\": \"dance\", \"reason\": \"x\"}", "'dance' is no finding's name"},
		{"{\"do\": \"mute\", \"what\": 7, \"reason\": \"x\"}", "what is one word"},
		{"{\"do\": \"mute\", \"what\": \"scan\", \"prefix\": \"* y\", \"reason\": \"x\"}", "prefix is one word"},
		{"{\"do\": \"mute\", \"what\": \"scan\", \"target\": \"a\\nscan\", \"reason\": \"x\"}", "target is one word"},
		{"{\"do\": \"mute\", \"what\": \"scan\", \"reason\": \"x\", \"for_s\": 0}", "for_s is a number"},
	};
	json_t *answer, *one;
	char longer[400];

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		answer = answer_to(refused[i].request, strlen(refused[i].request));
		assert_non_null(strstr(json_string_value(json_object_get(answer, "error")), refused[i].told));
		json_decref(answer);
	}
	snprintf(longer, sizeof(longer), "{\"do\": \"mute\", \"what\": \"scan\", \"reason\": \"%0200d\"}", 1);
	answer = answer_to(longer, strlen(longer));
	assert_non_null(strstr(json_string_value(json_object_get(answer, "error")), "this reason is too long: 152 bytes"));
	json_decref(answer);
	answer = asked("{\"do\": \"mute\", \"what\": \"scan\", \"prefix\": \"192.0.2.0/24\", \"target\": \"198.51.100.7\", \"reason\": \"a "
		       "backup -> x\"}");
	assert_string_equal(json_string_value(json_object_get(answer, "mutes")), "scan 192.0.2.0/24 -> 198.51.100.7 a backup -> x");
	assert_int_equal(json_integer_value(json_object_get(answer, "until_s")), 1000 + 30 * 86400);
	assert_non_null(strstr(json_string_value(json_object_get(answer, "warning")), "floodwall release 02:00:00:00:00:03"));
	json_decref(answer);
	json_decref(asked("{\"do\": \"mute\", \"what\": \"*\", \"prefix\": \"192.0.2.7\", \"reason\": \"mine\", \"for_s\": 60}"));
	answer = asked("{\"do\": \"show\", \"what\": \"decisions\"}");
	one = json_array_get(json_object_get(answer, "decisions"), 0);
	assert_string_equal(json_string_value(json_object_get(one, "kind")), "mute");
	assert_string_equal(json_string_value(json_object_get(one, "prefix")), "scan 192.0.2.0/24 -> 198.51.100.7");
	assert_string_equal(json_string_value(json_object_get(one, "reason")), "a backup -> x");
	one = json_array_get(json_object_get(answer, "decisions"), 1);
	assert_string_equal(json_string_value(json_object_get(one, "prefix")), "* 192.0.2.7");
	assert_string_equal(json_string_value(json_object_get(one, "reason")), "mine");
	json_decref(answer);
	decide_tick(host, &(struct fetch_time){.wall_s = 1060});
	json_decref(asked("{\"do\": \"undo\", \"deed\": 1}"));
	answer = asked("{\"do\": \"show\", \"what\": \"decisions\"}");
	assert_int_equal(json_array_size(json_object_get(answer, "decisions")), 0);
	json_decref(answer);
}

static int fresh_guard(void **state)
{
	host = fake_host_new(folder, true);
	return host ? 0 : -1;
}

/* Every beginning of a good request, and every byte of it set to others: an answer each time. */
static void cut_and_changed_at_every_byte(void **state)
{
	static const char good[] =
		"{\"do\": \"allow\", \"prefix\": \"2001:db8::/32\", \"for_s\": 60, \"confirm_s\": 5, \"reason\": \"\\u00e9\"}";
	static const char bytes[] = {0, '"', '\\', '{', '}', ' ', '9', '\x1b', (char)0xff};

	for (size_t len = 0; len < sizeof(good); len++) {
		char *cut = malloc(len ? len : 1);
		memcpy(cut, good, len);
		json_decref(answer_to(cut, len));
		for (size_t i = 0; i < sizeof(bytes) && len; i++) {
			char before = cut[len - 1];
			cut[len - 1] = bytes[i];
			json_decref(answer_to(cut, len));
			cut[len - 1] = before;
		}
		free(cut);
	}
	char deep[4095];
	memset(deep, '[', sizeof(deep));
	json_decref(answer_to(deep, sizeof(deep)));
}

static void without_memory(void **state)
{
	static const char *const requests[] = {"{\"do\": \"show\", \"what\": \"shield\"}", "{\"do\": \"show\", \"what\": \"metrics\"}",
		"{\"do\": \"show\", \"what\": \"configuration\"}", "{\"do\": \"show\", \"what\": \"decisions\"}", "{\"do\": \"dance\"}",
		"x"};
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

static int fresh(void **state)
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

/* Where no line could be written of an end, none is told in its place: neither that of an earlier end, nor one that was told already. */
static void ends_that_are_not_written(void **state)
{
	struct decision decision = {.kind = DECISION_BLOCK, .prefix.bits = 128, .made_s = 1000, .until_s = 1010, .who = "root"};
	struct deed unwritten = {.time_s = 5000, .verb = DEED_EXPIRE, .who = "floodwall"}, told;
	struct fault fault = {0};
	uint64_t id, number;

	assert_int_equal(store_decide(host->store, &decision, &id, &number, &fault), 0);
	assert_int_equal(store_expire(host->store, 1010, 1, &fault), 1);
	told = deed_whole(host->store, &(struct deed){.id = number + 1, .verb = DEED_EXPIRE, .who = "floodwall"});
	assert_true(told.decided && told.decision == id && told.time_s == 1010);
	told = deed_whole(host->store, &unwritten);
	assert_true(!told.decided && !told.decision && told.time_s == 5000);
}

static int set_up(void **state)
{
	json_set_alloc_funcs(give, take); /* so that they can fail */
	snprintf(folder, sizeof(folder), "%s/floodwall-answer-XXXXXX", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
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
		cmocka_unit_test_setup_teardown(what_is_wrong_is_said, fresh, stale),
		cmocka_unit_test_setup_teardown(what_is_right_is_done, fresh, stale),
		cmocka_unit_test_setup_teardown(what_is_shown, fresh, stale),
		cmocka_unit_test_setup_teardown(ends_that_are_not_written, fresh, stale),
		cmocka_unit_test_setup_teardown(what_is_muted, fresh_guard, stale),
		cmocka_unit_test_setup_teardown(cut_and_changed_at_every_byte, fresh, stale),
		cmocka_unit_test_setup_teardown(without_memory, fresh, stale),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
