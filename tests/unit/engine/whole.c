/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "whole.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "wire/bucket.h"

static char folder[] = "/tmp/floodwall-whole-XXXXXX";

bool whole_begin(void)
{
	return mkdtemp(folder);
}

void whole_end(void)
{
	rmdir(folder);
}

const char *whole_folder(void)
{
	return folder;
}

const char *whole_path(const char *name)
{
	static char paths[4][160];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void say(void *context, const char *sentence)
{
	struct whole *whole = context;
	size_t len = strlen(whole->said);

	snprintf(whole->said + len, sizeof(whole->said) - len, "%s\n", sentence);
}

static void found(void *context, const struct found_view *view, enum live_news news)
{
}

static void deed(void *context, const struct deed *done)
{
}

struct settings *whole_settings(const char *text)
{
	struct settings *settings = NULL;
	struct fault fault = {0};

	if (settings_read("floodwall.yaml", text, strlen(text), &settings, &fault))
		fail_msg("%s", fault.sentence);
	return settings;
}

void whole_open(struct whole *whole, const char *capture, const char *settings)
{
	struct guard_setup setup = {.version = "0",
		.capture = whole_path(capture),
		.say = say,
		.note = say,
		.found = found,
		.deed = deed,
		.context = whole,
		.now = {.steady_ns = WHOLE_START_S * FW_NS_PER_S, .wall_s = WHOLE_WALL_S}};
	struct fault fault = {0};

	*whole = (struct whole){.now_ns = WHOLE_START_S * FW_NS_PER_S, .settings = whole_settings(settings)};
	assert_int_equal(store_open(folder, &whole->store, &fault), 0);
	setup.settings = whole->settings;
	setup.store = whole->store;
	if (guard_open(&setup, &whole->guard, &fault))
		fail_msg("%s", fault.sentence);
}

void whole_close(struct whole *whole)
{
	static const char *const files[] = {"floodwall.db", "floodwall.db-wal", "floodwall.db-shm"};
	struct fault fault = {0};

	assert_int_equal(guard_close(whole->guard, false, &fault), 0);
	store_close(whole->store);
	settings_free(whole->settings);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(whole_path(files[i]));
}

struct fetch_time whole_later(struct whole *whole, uint64_t passed_ns)
{
	whole->now_ns += passed_ns;
	return (struct fetch_time){.steady_ns = whole->now_ns, .wall_s = WHOLE_WALL_S + whole->now_ns / FW_NS_PER_S - WHOLE_START_S};
}

void whole_tick(struct whole *whole, uint64_t passed_ns)
{
	struct fetch_time now = whole_later(whole, passed_ns);

	guard_tick(whole->guard, &now);
}
