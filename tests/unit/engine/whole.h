/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole guard for tests, without a kernel, over a capture: what it says is kept, its clock is the test's, its files are in a folder of their own. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "engine/guard.h"
#include "store/store.h"

enum { WHOLE_START_S = 1000, WHOLE_WALL_S = 1700000000 };

struct whole {
	char said[8192]; /* a line each; what has no room is left out */
	struct store *store;
	struct settings *settings;
	struct guard *guard;
	uint64_t now_ns;
};

/* The folder, made once; false: it cannot be. Whoever put files there removes them before. */
bool whole_begin(void);
void whole_end(void);
const char *whole_folder(void);
/* Of a file in the folder; good for the next three calls, too. */
const char *whole_path(const char *name);

/* A mistake in the text ends the test. */
struct settings *whole_settings(const char *text);
/* capture: a file of the folder. The store is a new one, and ends with it. */
void whole_open(struct whole *whole, const char *capture, const char *settings);
void whole_close(struct whole *whole);
struct fetch_time whole_later(struct whole *whole, uint64_t passed_ns);
void whole_tick(struct whole *whole, uint64_t passed_ns);
