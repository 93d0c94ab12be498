/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In which order a guard tells: nobody hears of a finding's number (a sentence, a line of the audit log, a decision and its reason) before it was
 * handed out to be kept. The whole guard, over the shipped incident, without a kernel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "engine/guard.h"
#include "store/store.h"

enum { START_S = 1000, END_S = 70, WALL_S = 1700000000, NUMBERS_MAX = 4096, EARLIER = 1000 };

static const char *incident;
static char folder[] = "/tmp/floodwall-told-XXXXXX";

struct heard {
	struct store *store;
	bool kept[NUMBERS_MAX];
	unsigned named, early, decided, found;
};

static void look_at(struct heard *heard, const char *sentence)
{
	const char *at = strstr(sentence, "finding ");
	unsigned long number = at ? strtoul(at + strlen("finding "), NULL, 10) : 0;

	if (!number)
		return;
	assert_true(number < NUMBERS_MAX);
	heard->named++;
	if (heard->kept[number])
		return;
	heard->early++;
	print_message("before it was kept: %s\n", sentence);
}

static void say(void *context, const char *sentence)
{
	look_at(context, sentence);
}

static void note_decision(void *context, const struct decision *decision)
{
	look_at(context, decision->reason);
}

/* What a decision's reason says is on disk: it must not be there before its finding. */
static void found(void *context, const struct found_view *view, enum live_news news)
{
	struct heard *heard = context;

	assert_true(view->number && view->number < NUMBERS_MAX);
	store_each_decision(heard->store, note_decision, heard);
	heard->found += news != LIVE_MORE;
	heard->kept[view->number] = true;
}

static void deed(void *context, const struct deed *done)
{
	((struct heard *)context)->decided++;
	look_at(context, done->detail);
}

static struct settings *settings_of_demo(void)
{
	static const char text[] =
		"role: guard\nguard:\n  interfaces: [demo]\n  filters: {quarantine: enforce}\n  quarantine: {from: high}\n"
		"  sizes: {devices: 256, rules: 4096, members: 4096, names: 256, flows: 128}\n";
	struct settings *settings = NULL;
	struct fault fault = {0};

	if (settings_read("floodwall.yaml", text, strlen(text), &settings, &fault))
		fail_msg("%s", fault.sentence);
	return settings;
}

static struct fetch_time at(uint64_t tenths)
{
	return (struct fetch_time){.steady_ns = START_S * 1000000000ull + tenths * 100000000ull, .wall_s = WALL_S + tenths / 10};
}

/* Of an earlier run: numbers go on from there, what is counted in this run does not. */
static void keep_an_earlier_one(struct store *store)
{
	const struct kept_finding earlier = {.number = EARLIER, .kind = "scan", .severity = "low", .body = "{}"};

	assert_int_equal(store_finding_keep(store, &earlier, NULL), 0);
}

static unsigned count_kept(const struct heard *heard)
{
	unsigned count = 0;

	for (unsigned number = 0; number < NUMBERS_MAX; number++)
		count += heard->kept[number];
	return count;
}

static void kept_before_it_is_told(void **state)
{
	static struct heard heard;
	struct settings *settings = settings_of_demo();
	struct guard_setup setup = {.settings = settings,
		.version = "0",
		.capture = incident,
		.now = at(0),
		.say = say,
		.note = say,
		.found = found,
		.deed = deed,
		.context = &heard};
	const struct guard_view *view;
	struct guard *guard = NULL;
	struct fault fault = {0};

	assert_int_equal(store_open(folder, &heard.store, &fault), 0);
	keep_an_earlier_one(heard.store);
	setup.store = heard.store;
	if (guard_open(&setup, &guard, &fault))
		fail_msg("%s", fault.sentence);
	for (uint64_t tenths = 1; tenths < END_S * 10; tenths++) {
		struct fetch_time now = at(tenths);
		guard_tick(guard, &now);
	}
	view = guard_view(guard, &(struct fetch_time){.steady_ns = at(END_S * 10).steady_ns, .wall_s = WALL_S + END_S});
	assert_non_null(view);
	assert_int_equal(view->findings_made, count_kept(&heard));
	assert_false(heard.kept[1]);
	assert_true(heard.kept[EARLIER + 1]);
	assert_int_equal(guard_close(guard, false, &fault), 0);
	assert_true(heard.found > 3);
	assert_true(heard.decided > 0);
	assert_true(heard.named >= heard.found);
	assert_int_equal(heard.early, 0);
	store_close(heard.store);
	settings_free(settings);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(kept_before_it_is_told)};
	char name[64];
	int code;

	incident = argc > 1 ? argv[1] : "";
	if (!mkdtemp(folder))
		return 1;
	code = cmocka_run_group_tests(tests, NULL, NULL);
	for (unsigned i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "%s/floodwall.db%s", folder, i ? "-wal" : "");
		unlink(name);
	}
	rmdir(folder);
	return code;
}
