/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part "messages" in a process without a kernel: what happens becomes event lines in a real file and messages in a real command's hands. With a
 * path as its argument the lines are left there, for who holds them against their schema (tests/daemon/messages.py).
 */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/messages.h"
#include "fake_host.h"

enum { NS = 1000000000, STEP_MS = 20, STEPS = 500 };

extern const struct part part_messages;

static char folder[64], lines_path[128], text[1 << 20], said[2048];
static struct host *host;
static void *part;
static struct fetch_time now;
static struct settings *settings;

void **host_parts(struct host *of)
{
	static void *parts[HOST_PARTS_MAX];

	parts[1] = part; /* as in part.c, behind "remember" */
	return parts;
}

void host_say(struct host *of, const char *sentence)
{
	snprintf(said + strlen(said), sizeof(said) - strlen(said), "%s\n", sentence);
}

void host_fault(struct host *of, const char *key, const char *sentence)
{
	if (sentence)
		snprintf(said + strlen(said), sizeof(said) - strlen(said), "%s: %s\n", key, sentence);
}

static void configure(const char *messages)
{
	static char yaml[2048];
	struct fault fault = {0};

	settings_free(settings);
	settings = NULL;
	snprintf(yaml, sizeof(yaml), "role: guard\nguard: {interfaces: [lan0], mode: enforce}\nmessages: {%s}\n", messages);
	if (settings_read("fake", yaml, strlen(yaml), &settings, &fault))
		fail_msg("%s", fault.sentence);
	host->settings = settings;
}

static void begin(const char *messages)
{
	struct fault fault = {0};

	configure(messages);
	said[0] = 0;
	assert_int_equal(part_messages.open(host, &part, &fault), 0);
}

static void end(void)
{
	part_messages.close(part);
	part_messages.free(part);
	part = NULL;
}

static void tick_to(uint64_t wall_s, uint64_t steady_s)
{
	now = (struct fetch_time){.wall_s = wall_s, .steady_ns = steady_s * NS};
	part_messages.tick(part, &now);
}

/* Real time for real commands; the part's own goes a second with each step, which is what makes it look. */
static void until_there(const char *name)
{
	char path[160];
	struct stat status;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	for (unsigned i = 0; i < STEPS; i++) {
		now.steady_ns += STEP_MS * 1000000ull;
		part_messages.tick(part, &now);
		if (stat(path, &status) == 0 && status.st_size)
			return;
		poll(NULL, 0, STEP_MS);
	}
	fail_msg("nothing in %s; said: %s", name, said);
}

static const char *file_of(const char *path)
{
	int descriptor = open(path, O_RDONLY);
	ssize_t len = descriptor < 0 ? 0 : read(descriptor, text, sizeof(text) - 1);

	if (descriptor >= 0)
		close(descriptor);
	text[len > 0 ? len : 0] = 0;
	return text;
}

static const char *in_folder(const char *name)
{
	static char path[160];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static unsigned count(const char *what)
{
	unsigned found = 0;

	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		found++;
	return found;
}

static void make_hook(const char *body)
{
	FILE *out = fopen(in_folder("hook"), "w");

	assert_non_null(out);
	fprintf(out, "#!/bin/sh\ncd %s || exit 9\n%s\n", folder, body);
	fclose(out);
	assert_int_equal(chmod(in_folder("hook"), 0700), 0);
}

static struct found_view found_of(uint32_t number, uint8_t device, enum device_state state, enum guard_act act)
{
	struct found_view found = {.number = number, .mac = {2, 0, 0, 0, 0, device}, .act = act, .raised_ns = 5ull * NS};

	found.finding = (struct finding){.id = state == STATE_EXPOSED ? FINDING_OPEN_SERVICE : FINDING_SCAN,
		.severity = SEVERITY_HIGH,
		.state = state,
		.device = 1,
		.first_ns = 5ull * NS,
		.last_ns = 6ull * NS,
		.count = 3};
	if (state == STATE_EXPOSED) {
		found.finding.service.port = 23;
		found.finding.service.proto = 6;
	}
	return found;
}

static void happens(const struct found_view *found, enum live_news news)
{
	struct happening what = {.kind = HAPPENED_FINDING, .time_s = now.wall_s, .found = found, .news = news};

	part_messages.happened(part, &what);
}

static void decided(enum deed_verb verb)
{
	struct deed deed = {.id = 7, .time_s = now.wall_s, .verb = verb, .decision = 3, .who = "\x1b[2Jroot", .detail = "why \xff"};
	struct happening what = {.kind = HAPPENED_DEED, .time_s = now.wall_s, .deed = &deed};

	part_messages.happened(part, &what);
}

/* Findings of each act and news, one of each kind, muted ones, a device that nobody knows, decisions, devices, stats: all in one file. */
static void event_lines(void **state)
{
	char setting[256];

	snprintf(setting, sizeof(setting), "eve: {file: %s}", lines_path);
	begin(setting);
	for (unsigned act = ACT_NOTED; act <= ACT_NO_DEVICE; act++)
		for (unsigned news = LIVE_NEW; news <= LIVE_MORE; news++) {
			struct found_view found =
				found_of(1 + act, (uint8_t)act, act % 2 ? STATE_EXPOSED : STATE_HIJACKED, (enum guard_act)act);
			snprintf(found.muted, sizeof(found.muted), "%s", act == ACT_WOULD ? "ours\x1b" : "");
			found.finding.muted = "gone by then";
			happens(&found, (enum live_news)news);
		}
	for (unsigned id = 0; id < FINDING_ID_COUNT; id++) {
		struct found_view found = found_of(20 + id, 1, STATE_SUSPECT, ACT_NOTED);
		found.finding.id = (enum finding_id)id;
		happens(&found, LIVE_NEW);
	}
	for (unsigned verb = 0; verb < DEED_VERB_COUNT; verb++)
		decided((enum deed_verb)verb);
	tick_to(1000, 100);
	tick_to(1061, 161);
	end();
	file_of(lines_path);
	assert_int_equal(count("\"event_type\":\"alert\""), 15 + FINDING_ID_COUNT);
	assert_int_equal(count("\"news\":\"worse\""), 5);
	assert_int_equal(count("\"action\":\"blocked\""), 3);
	assert_int_equal(count("\"event_type\":\"floodwall_decision\""), DEED_VERB_COUNT);
	assert_int_equal(count("\"event_type\":\"stats\""), 2);
	assert_int_equal(count("\"event_type\":\"floodwall_device\""), 3); /* the fourth was never heard; none changed */
	assert_null(strchr(text, '\x1b'));
	assert_string_equal(said, "");
}

/* Hijacked: told at once, by the hook and by mail, once; goes on, restarts: not again. */
static void told_once(void **state)
{
	char setting[512];
	struct found_view found = found_of(9, 2, STATE_HIJACKED, ACT_QUARANTINED);
	json_t *message;

	make_hook("cat >in.$1.new && mv in.$1.new in.$1 && echo x >>count.$1");
	snprintf(setting, sizeof(setting), "hook: %s hook, mail: %s mail, to: me@example.org, from: f@example.org", in_folder("hook"),
		in_folder("hook"));
	begin(setting);
	tick_to(100000, 100);
	happens(&found, LIVE_NEW);
	until_there("count.hook");
	until_there("count.mail");
	happens(&found, LIVE_MORE);
	happens(&found, LIVE_WORSE);
	tick_to(100100, 200);
	end();
	begin(setting);
	tick_to(100200, 300);
	happens(&found, LIVE_NEW);
	tick_to(100201, 301);
	end(); /* waits for what runs */
	assert_string_equal(file_of(in_folder("count.hook")), "x\n");
	message = json_loads(file_of(in_folder("in.hook")), 0, NULL);
	assert_string_equal(json_string_value(json_object_get(message, "kind")), "hijacked");
	assert_string_equal(json_string_value(json_object_get(message, "severity")), "high");
	assert_non_null(strstr(json_string_value(json_object_get(message, "text")),
		"It is in quarantine. Clean or replace it; then: floodwall release 02:00:00:00:00:02"));
	assert_null(strchr(json_string_value(json_object_get(message, "text")), '\x1b'));
	json_decref(message);
	file_of(in_folder("in.mail"));
	assert_non_null(strstr(text, "To: me@example.org\nSubject: Floodwall: "));
	for (char *at = text; (at = strstr(at, "=\n"));) /* soft line breaks */
		memmove(at, at + 2, strlen(at + 2) + 1);
	assert_non_null(strstr(text, "floodwall release 02:00:00:00:00:02"));
	assert_string_equal(said, "");
}

/* At night two exposures wait, and come together in the morning; a hijacked device that nothing stops does not wait. */
static void a_night(void **state)
{
	char setting[512];
	struct found_view one = found_of(11, 1, STATE_EXPOSED, ACT_NOTED), two = found_of(12, 3, STATE_EXPOSED, ACT_NOTED);
	struct found_view loose = found_of(13, 3, STATE_HIJACKED, ACT_HELD_BACK);

	unlink(in_folder("count.hook"));
	snprintf(setting, sizeof(setting), "hook: %s hook, quiet: {from: \"22:00\", until: \"07:00\"}", in_folder("hook"));
	begin(setting);
	tick_to(10ull * 86400 + 23 * 3600, 1000);
	happens(&one, LIVE_NEW);
	happens(&two, LIVE_NEW);
	tick_to(10ull * 86400 + 23 * 3600 + 1, 1001);
	happens(&loose, LIVE_NEW);
	until_there("count.hook");
	assert_non_null(strstr(file_of(in_folder("in.hook")), "Nothing stops it: it is one of those that are never stopped"));
	end();
	unlink(in_folder("count.hook"));
	begin(setting);
	tick_to(11ull * 86400 + 6 * 3600 + 3599, 2000);
	assert_string_equal(file_of(in_folder("count.hook")), "");
	tick_to(11ull * 86400 + 7 * 3600, 2001);
	until_there("count.hook");
	end();
	file_of(in_folder("in.hook"));
	assert_non_null(strstr(text, "\"kind\":\"several\""));
	assert_non_null(strstr(text, "\"title\":\"Floodwall: 2 findings of devices that are hijacked or exposed\""));
	assert_int_equal(count("\"kind\":\"exposure\""), 2);
	assert_string_equal(file_of(in_folder("count.hook")), "x\n");
}

/*
 * Two kinds are told at once: a device that is hijacked, and an exposure, each from severity high on. Whatever else is found, and what is muted, leaves
 * the hook alone and waits for the digest.
 */
static void nothing_else_at_once(void **state)
{
	static const struct {
		enum device_state state;
		enum severity severity;
		bool muted, nobody;
	} quiet[] = {
		{.state = STATE_CLEAN, .severity = SEVERITY_CRITICAL},
		{.state = STATE_SUSPECT, .severity = SEVERITY_HIGH},
		{.state = STATE_SUSPECT, .severity = SEVERITY_CRITICAL},
		{.state = STATE_EXPOSED, .severity = SEVERITY_LOW},
		{.state = STATE_EXPOSED, .severity = SEVERITY_MEDIUM},
		{.state = STATE_HIJACKED, .severity = SEVERITY_MEDIUM},
		{.state = STATE_EXPOSED, .severity = SEVERITY_CRITICAL, .muted = true},
		{.state = STATE_HIJACKED, .severity = SEVERITY_CRITICAL, .muted = true},
		{.state = STATE_HIJACKED, .severity = SEVERITY_CRITICAL, .nobody = true},
	};
	enum { QUIET = sizeof(quiet) / sizeof(quiet[0]), MUTED = 2 };
	struct found_view advised = found_of(799, 60, STATE_EXPOSED, ACT_NOTED);
	const struct messages *messages;
	char setting[512];

	make_hook("cat >in.$1.once && echo x >>count.$1.once"); /* a file each: both are told at the same time */
	snprintf(setting, sizeof(setting), "hook: %s hook, mail: %s mail, to: me@example.org, from: f@example.org", in_folder("hook"),
		in_folder("hook"));
	begin(setting);
	messages = part;
	tick_to(30ull * 86400 + 8 * 3600, 1);
	digest_init(&((struct messages *)part)->tally, now.wall_s); /* what earlier tests left */
	for (uint32_t i = 0; i < QUIET; i++) {
		struct found_view found = found_of(700 + i, (uint8_t)(40 + i), quiet[i].state, ACT_NOTED);
		found.finding.severity = quiet[i].severity;
		snprintf(found.muted, sizeof(found.muted), "%s", quiet[i].muted ? "ours" : "");
		if (quiet[i].nobody)
			memset(found.mac, 0, sizeof(found.mac));
		happens(&found, LIVE_NEW);
		happens(&found, LIVE_MORE);
	}
	tick_to(30ull * 86400 + 8 * 3600 + 2, 3);
	tick_to(30ull * 86400 + 11 * 3600, 3 * 3600);
	assert_int_equal(messages->number, 0);
	assert_int_equal(messages->notices.held_count + messages->notices.held_more, 0);
	assert_int_equal(messages->tally.muted, MUTED);
	assert_int_equal(messages->tally.found[SEVERITY_LOW] + messages->tally.found[SEVERITY_MEDIUM] +
			messages->tally.found[SEVERITY_HIGH] + messages->tally.found[SEVERITY_CRITICAL],
		QUIET - MUTED);
	/* the ways are there all the same: an advisory of severity high is an exposure like each other */
	advised.finding.id = FINDING_ADVISORY;
	happens(&advised, LIVE_NEW);
	tick_to(now.wall_s + 2, 3 * 3600 + 2);
	assert_int_equal(messages->number, 1);
	until_there("count.hook.once");
	until_there("count.mail.once");
	end();
	file_of(in_folder("in.mail.once"));
	assert_int_equal(count("is exposed"), 1);
}

/* At half past seven, once; not again after a restart, nor when the clock goes back. */
static void the_day(void **state)
{
	char setting[512];
	uint64_t midnight = 20ull * 86400;

	unlink(in_folder("count.hook"));
	snprintf(setting, sizeof(setting), "hook: %s hook, digest: \"07:30\"", in_folder("hook"));
	begin(setting);
	tick_to(midnight, 1000);
	tick_to(midnight + 7 * 3600 + 1799, 2000);
	assert_int_equal(((struct messages *)part)->number, 0);
	tick_to(midnight + 7 * 3600 + 1800, 2001);
	assert_int_equal(((struct messages *)part)->number, 1);
	until_there("count.hook");
	end();
	begin(setting);
	tick_to(midnight + 8 * 3600, 10);
	tick_to(midnight + 7 * 3600, 11);
	tick_to(midnight + 9 * 3600, 12);
	assert_int_equal(((struct messages *)part)->number, 0);
	end();
	file_of(in_folder("in.hook"));
	assert_non_null(strstr(text, "\"kind\":\"digest\""));
	assert_non_null(strstr(text, "Needs you"));
	assert_non_null(strstr(text, "floodwall release"));
	assert_non_null(strstr(text, "no IPv6 here"));
	assert_null(strchr(text, '\x1b'));
}

/* A hook that fails is said on the page and in the log; the test says what came of it; a line for a person waits for no command. */
static void a_test_message(void **state)
{
	struct fault fault = {0};
	char setting[512];
	json_t *answer;

	make_hook("echo 'no server there'; exit 4");
	snprintf(setting, sizeof(setting), "hook: %s, eve: {socket: %s/none}", in_folder("hook"), folder);
	begin(setting);
	tick_to(200000, 1);
	answer = messages_test(host, &fault);
	assert_true(json_is_true(json_object_get(answer, "ok")));
	json_decref(answer);
	for (unsigned i = 0; i < STEPS && !strstr(said, "ended with 4"); i++) {
		now.steady_ns += STEP_MS * 1000000ull;
		part_messages.tick(part, &now);
		poll(NULL, 0, STEP_MS);
	}
	assert_non_null(strstr(said, "ended with 4; it wrote: no server there"));
	assert_non_null(strstr(said, "eve-socket: event lines: socket"));
	answer = messages_show(host);
	assert_int_equal(json_array_size(json_object_get(answer, "messages")), 2);
	json_decref(answer);
	end();
	/* nothing is configured: that is said */
	begin("");
	assert_null(messages_test(host, &fault));
	assert_non_null(strstr(fault.sentence, "no way is configured"));
	end();
}

/* A thousand findings at once: what is remembered between two ticks is bounded, and nothing is told a thousand times. */
static void a_flood_of_findings(void **state)
{
	char setting[512];

	make_hook("cat >/dev/null");
	snprintf(setting, sizeof(setting), "hook: %s", in_folder("hook"));
	begin(setting);
	for (uint32_t i = 0; i < 1000; i++) {
		struct found_view found = found_of(100 + i, (uint8_t)i, STATE_HIJACKED, ACT_WOULD);
		found.mac[4] = (uint8_t)(1 + i / 256);
		happens(&found, LIVE_NEW);
		if (i % 50 == 49)
			tick_to(300000 + i, 1 + i / 50);
	}
	assert_in_range(((struct messages *)part)->number, 1, NOTICE_AT_ONCE);
	assert_true(((struct messages *)part)->notices.held_count == NOTICE_HELD_MAX);
	end();
}

/* Another file and no hook any more; a file that was moved away is begun anew. */
static void reload(void **state)
{
	char setting[512];

	snprintf(setting, sizeof(setting), "eve: {file: %s/one/eve.json}", folder);
	begin(setting);
	decided(DEED_NOTE);
	tick_to(400000, 1);
	assert_int_equal(rename(in_folder("one/eve.json"), in_folder("one/eve.json.1")), 0);
	part_messages.reload(part);
	decided(DEED_UNDO);
	tick_to(400001, 2);
	assert_int_equal((file_of(in_folder("one/eve.json")), count("\"undo\"")), 1);
	snprintf(setting, sizeof(setting), "eve: {file: %s/two.json}", folder);
	configure(setting);
	part_messages.reload(part);
	decided(DEED_CONFIRM);
	tick_to(400002, 3);
	assert_int_equal((file_of(in_folder("two.json")), count("\"confirm\"")), 1);
	assert_int_equal((file_of(in_folder("one/eve.json")), count("\"confirm\"")), 0);
	end();
}

static void until_said(const char *what)
{
	for (unsigned i = 0; i < STEPS && !strstr(said, what); i++) {
		now.steady_ns += STEP_MS * 1000000ull;
		part_messages.tick(part, &now);
		poll(NULL, 0, STEP_MS);
	}
	if (!strstr(said, what))
		fail_msg("not said: %s; but: %s", what, said);
}

/* The mail program that a Debian machine has cannot work within the unit: what it says becomes what a person can do. */
static void a_setgid_program(void **state)
{
	struct fault fault = {0};
	char setting[512];

	make_hook("echo 'sendmail: fatal: mail_queue_enter: create file maildrop/1.2: Permission denied'; exit 75");
	snprintf(setting, sizeof(setting), "mail: %s, to: me@example.org, from: f@example.org", in_folder("hook"));
	begin(setting);
	tick_to(500000, 1);
	json_decref(messages_test(host, &fault));
	until_said("ended with 75");
	assert_non_null(strstr(said, "NoNewPrivileges): name an SMTP client such as msmtp instead"));
	end();
}

/* What hangs does not hold the loop when the configuration names another command; what waited for it, and lines that nobody took, are said. */
static void nothing_is_lost_unsaid(void **state)
{
	struct fault fault = {0};
	struct timespec before, after;
	char setting[512], expected[128];
	uint64_t waiting;

	make_hook("exec sleep 100");
	snprintf(setting, sizeof(setting), "hook: %s, eve: {socket: %s/none}", in_folder("hook"), folder);
	begin(setting);
	tick_to(600000, 1);
	for (unsigned i = 0; i < 4; i++)
		json_decref(messages_test(host, &fault));
	tick_to(600001, 2);
	make_hook("exec true");
	snprintf(setting, sizeof(setting), "hook: %s other, eve: {socket: %s/another}", in_folder("hook"), folder);
	configure(setting);
	waiting = outlet_unwritten(((struct messages *)part)->outlets[OUTLET_SOCKET]);
	clock_gettime(CLOCK_MONOTONIC, &before);
	part_messages.reload(part);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 < 500);
	assert_non_null(strstr(said, "hook: the command is another one now; 2 messages that waited for the earlier one were lost"));
	snprintf(expected, sizeof(expected), "/none is let go; %u lines that waited were lost", (unsigned)waiting);
	assert_true(waiting >= 4 && strstr(said, expected));
	assert_int_equal(((struct messages *)part)->messages_lost, 2);
	assert_int_equal(((struct messages *)part)->lines_let_go, waiting);
	assert_non_null(((struct messages *)part)->ways[WAY_HOOK].leaving);
	for (unsigned i = 0; i < STEPS && ((struct messages *)part)->ways[WAY_HOOK].leaving; i++) {
		now.steady_ns += STEP_MS * 1000000ull;
		part_messages.tick(part, &now);
		poll(NULL, 0, STEP_MS);
	}
	assert_null(((struct messages *)part)->ways[WAY_HOOK].leaving);
	decided(DEED_NOTE);
	end();
	assert_non_null(strstr(said, "/another is let go; "));
}

static int open_host(void **state)
{
	setenv("TZ", "UTC0", 1);
	tzset();
	signal(SIGPIPE, SIG_IGN);
	umask(0027);
	snprintf(folder, sizeof(folder), "/tmp/floodwall-messages-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	if (!lines_path[0])
		snprintf(lines_path, sizeof(lines_path), "%s/eve.json", folder);
	host = fake_host_new(folder, true);
	if (!host)
		return -1;
	settings_free(host->settings);
	host->settings = NULL;
	return 0;
}

static int close_host(void **state)
{
	char command[128];

	host->settings = settings;
	fake_host_free(host);
	snprintf(command, sizeof(command), "rm -r '%s'", folder);
	return system(command);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(event_lines), cmocka_unit_test(told_once), cmocka_unit_test(a_night),
		cmocka_unit_test(the_day), cmocka_unit_test(a_test_message), cmocka_unit_test(a_flood_of_findings),
		cmocka_unit_test(reload), cmocka_unit_test(a_setgid_program), cmocka_unit_test(nothing_is_lost_unsaid),
		cmocka_unit_test(nothing_else_at_once)};

	if (argc > 1)
		snprintf(lines_path, sizeof(lines_path), "%s", argv[1]);
	return cmocka_run_group_tests(tests, open_host, close_host);
}
