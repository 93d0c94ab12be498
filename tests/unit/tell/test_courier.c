/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real scripts: they take the message, fail, hang with a child, write megabytes, do not read, are not there. Time is handed in, but for their own. */
#include <errno.h>
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

#include "nomem.h"
#include "tell/courier.h"

enum { STEP_MS = 20, STEPS = 1000, MS = 1000000 };

static char folder[64], script[96], body[COURIER_BODY_MAX + 1], last[COURIER_SENTENCE_MAX], text[1 << 17];
static unsigned news_count, final_count, delivered_count;
static uint32_t last_mark;
static uint64_t now_ns;

static void came(void *context, const struct courier_news *news)
{
	news_count++;
	final_count += news->final;
	delivered_count += news->delivered;
	last_mark = news->mark;
	snprintf(last, sizeof(last), "%s", news->sentence);
}

static const char *make_script(const char *name, const char *body_of_it)
{
	FILE *out;

	snprintf(script, sizeof(script), "%s/%s", folder, name);
	out = fopen(script, "w");
	assert_non_null(out);
	fprintf(out, "#!/bin/sh\ncd %s || exit 9\n%s\n", folder, body_of_it);
	fclose(out);
	assert_int_equal(chmod(script, 0700), 0);
	return script;
}

static struct courier *make(const char *command, uint32_t most_s)
{
	struct courier *courier;

	assert_int_equal(courier_new(command, most_s, &courier), 0);
	news_count = final_count = delivered_count = 0;
	last[0] = 0;
	now_ns = 1;
	return courier;
}

/* Until so many news came; the courier's clock goes as the real one does. */
static void wait_for(struct courier *courier, unsigned count)
{
	for (unsigned i = 0; i < STEPS && news_count < count; i++) {
		courier_tick(courier, now_ns, came, NULL);
		now_ns += STEP_MS * MS;
		if (news_count < count)
			poll(NULL, 0, STEP_MS);
	}
	assert_int_equal(news_count, count);
}

static const char *file_of(const char *name)
{
	char path[160];
	FILE *in;
	size_t len;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	in = fopen(path, "r");
	len = in ? fread(text, 1, sizeof(text) - 1, in) : 0;
	if (in)
		fclose(in);
	text[len] = 0;
	return text;
}

/* All of the message, the arguments as they are configured, no other descriptor and no environment of ours. */
static void takes_the_message(void **state)
{
	struct courier *courier;
	char command[200];

	setenv("FLOODWALL_SECRET", "x", 1);
	make_script("good", "printf '%s|' \"$@\" >words; ls /proc/self/fd >descriptors; env >environment; cat >message");
	snprintf(command, sizeof(command), "%s  -t $(id) ", script);
	courier = make(command, 10);
	memset(body, 'm', sizeof(body));
	assert_int_equal(courier_send(courier, body, COURIER_BODY_MAX, 7, false), 0);
	assert_int_equal(courier_send(courier, body, COURIER_BODY_MAX + 1, 8, false), -E2BIG);
	wait_for(courier, 1);
	assert_int_equal(delivered_count, 1);
	assert_int_equal(last_mark, 7);
	assert_string_equal(file_of("words"), "-t|$(id)|");
	assert_int_equal(strlen(file_of("message")), COURIER_BODY_MAX);
	assert_string_equal(file_of("descriptors"), "0\n1\n2\n3\n"); /* 3: the folder that ls reads */
	assert_null(strstr(file_of("environment"), "SECRET"));
	assert_non_null(strstr(text, "PATH=/usr/local/sbin:"));
	courier_free(courier);
}

/* Tried three times, at once, after 30 s, after 5 min; then given up. A test is not tried again. */
static void fails(void **state)
{
	struct courier *courier = make(make_script("bad", "echo try >>tries; echo 'no route to host'; echo more; exit 3"), 10);
	struct courier_state seen;

	assert_int_equal(courier_send(courier, "{}", 2, 1, false), 0);
	wait_for(courier, 1);
	assert_non_null(strstr(last, "/bad ended with 3; it wrote: no route to host"));
	assert_null(strstr(last, "more"));
	assert_int_equal(final_count, 0);
	for (unsigned i = 0; i < 10; i++)
		courier_tick(courier, now_ns, came, NULL);
	assert_int_equal(news_count, 1);
	now_ns += 30000ull * MS;
	wait_for(courier, 2);
	now_ns += 299000ull * MS;
	courier_tick(courier, now_ns, came, NULL);
	courier_see(courier, &seen);
	assert_int_equal(seen.running, 0);
	now_ns += 2000ull * MS;
	wait_for(courier, 3);
	assert_int_equal(final_count, 1);
	assert_string_equal(file_of("tries"), "try\ntry\ntry\n");
	assert_int_equal(courier_send(courier, "{}", 2, 9, true), 0);
	wait_for(courier, 4);
	assert_int_equal(final_count, 2);
	courier_see(courier, &seen);
	assert_int_equal(seen.failed, 2);
	assert_int_equal(seen.waiting + seen.running, 0);
	courier_free(courier);
}

static bool lives(const char *name)
{
	pid_t pid = (pid_t)atol(file_of(name));

	return pid <= 1 || kill(pid, 0) == 0;
}

/* It hangs, with a child: both are killed when its time is over. */
static void hangs(void **state)
{
	struct courier *courier = make(make_script("hang", "sleep 1000 & echo $! >child; echo waiting for the server; wait"), 2);

	assert_int_equal(courier_send(courier, "{}", 2, 1, true), 0);
	wait_for(courier, 1);
	assert_non_null(strstr(last, "/hang ran for more than 2 s and was killed; it wrote: waiting for the server"));
	for (unsigned i = 0; i < STEPS && lives("child"); i++)
		poll(NULL, 0, STEP_MS);
	assert_false(lives("child"));
	courier_free(courier);
}

/* Megabytes of output are no fault, nor is input that nobody reads; the first line is kept, cut. */
static void talks_much(void **state)
{
	struct courier *courier = make(make_script("much", "head -c 8000000 /dev/zero | tr '\\0' x; exit 1"), 20);

	assert_int_equal(courier_send(courier, body, COURIER_BODY_MAX, 1, true), 0);
	wait_for(courier, 1);
	assert_non_null(strstr(last, "/much ended with 1; it wrote: xxxxxxxx"));
	assert_true(strlen(last) < COURIER_SENTENCE_MAX - 1);
	courier_free(courier);
}

static void cannot_be_run(void **state)
{
	struct courier *courier;
	char command[128];

	snprintf(command, sizeof(command), "%s/missing", folder);
	courier = make(command, 5);
	assert_int_equal(courier_send(courier, "{}", 2, 1, true), 0);
	wait_for(courier, 1);
	assert_non_null(strstr(last, "/missing cannot be run: No such file or directory"));
	courier_free(courier);
	make_script("noexec", "true");
	chmod(script, 0600);
	courier = make(script, 5);
	assert_int_equal(courier_send(courier, "{}", 2, 1, true), 0);
	wait_for(courier, 1);
	assert_non_null(strstr(last, "cannot be run: Permission denied"));
	courier_free(courier);
	assert_int_equal(courier_new("   ", 5, &courier), -EINVAL);
}

/* Never more than two at once; ten places, and the eleventh message is lost and counted; all ten arrive. */
static void bounded(void **state)
{
	struct courier *courier = make(make_script("slow",
					       "mkdir one 2>/dev/null || mkdir two 2>/dev/null || echo three >>many; sleep 0.1; rmdir two "
					       "2>/dev/null || rmdir one; cat >>all"),
		10);
	struct courier_state seen;

	for (unsigned i = 0; i < 15; i++)
		assert_int_equal(courier_send(courier, "m\n", 2, i, false), i < COURIER_JOBS ? 0 : -ENOSPC);
	courier_tick(courier, now_ns, came, NULL);
	courier_see(courier, &seen);
	assert_int_equal(seen.running, COURIER_AT_ONCE);
	assert_int_equal(seen.lost, 5);
	wait_for(courier, COURIER_JOBS);
	assert_int_equal(delivered_count, COURIER_JOBS);
	assert_string_equal(file_of("many"), "");
	assert_int_equal(strlen(file_of("all")), 2 * COURIER_JOBS);
	courier_free(courier);
}

/* The daemon ends: what runs has a second, then it is killed; nothing is left. */
static void the_end(void **state)
{
	struct courier *courier = make(make_script("quick", "sleep 0.2; echo done >done"), 60);

	assert_int_equal(courier_send(courier, "{}", 2, 1, false), 0);
	courier_tick(courier, now_ns, came, NULL);
	courier_free(courier);
	assert_string_equal(file_of("done"), "done\n");
	courier = make(make_script("stuck", "echo $$ >stuck_pid; trap '' TERM; while :; do sleep 1; done"), 60);
	assert_int_equal(courier_send(courier, "{}", 2, 1, false), 0);
	courier_tick(courier, now_ns, came, NULL);
	for (unsigned i = 0; i < STEPS && !*file_of("stuck_pid"); i++)
		poll(NULL, 0, STEP_MS);
	courier_free(courier);
	assert_false(lives("stuck_pid"));
	courier_free(NULL);
}

/* A command is exchanged while the earlier one hangs: nobody waits, what waited is counted, and after a second it is gone. */
static void leaves_without_a_wait(void **state)
{
	struct courier *courier;
	struct courier_state seen;
	struct timespec before, after;
	bool left = false;

	make_script("hangs", "exec sleep 100");
	courier = make(script, 60);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(courier_send(courier, "x", 1, i, false), 0);
	courier_tick(courier, now_ns, came, NULL);
	clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(courier_leave(courier, now_ns), 5 - COURIER_AT_ONCE);
	assert_int_equal(courier_leave(courier, now_ns + 1), 0);
	assert_false(courier_left(courier, now_ns));
	assert_false(courier_left(courier, now_ns + 999ull * MS));
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true(after.tv_sec - before.tv_sec <= 1 || !"it waited");
	courier_see(courier, &seen);
	assert_true(seen.lost == 5 - COURIER_AT_ONCE && seen.running == COURIER_AT_ONCE && !seen.waiting);
	for (unsigned i = 0; i < STEPS && !(left = courier_left(courier, now_ns + 1000ull * MS)); i++)
		poll(NULL, 0, STEP_MS);
	assert_true(left);
	courier_see(courier, &seen);
	assert_int_equal(seen.running, 0);
	courier_free(courier);
}

static void without_memory(void **state)
{
	struct courier *courier = NULL;
	uint64_t at = 0;

	for (bool failed = true; failed; at++) {
		nomem_start(at, false);
		int error = courier_new("/bin/true", 5, &courier);
		failed = nomem_stop();
		assert_int_equal(error, failed ? -ENOMEM : 0);
	}
	assert_true(at > COURIER_JOBS);
	courier_free(courier);
}

static int open_folder(void **state)
{
	signal(SIGPIPE, SIG_IGN);
	snprintf(folder, sizeof(folder), "/tmp/floodwall-courier-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int close_folder(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r '%s'", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(takes_the_message), cmocka_unit_test(fails), cmocka_unit_test(hangs),
		cmocka_unit_test(talks_much), cmocka_unit_test(cannot_be_run), cmocka_unit_test(bounded), cmocka_unit_test(the_end),
		cmocka_unit_test(leaves_without_a_wait), cmocka_unit_test(without_memory)};

	return cmocka_run_group_tests(tests, open_folder, close_folder);
}
