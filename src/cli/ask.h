/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands share that ask the daemon: their options, one question and its answer. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/fault.h"
#include "daemon/daemon.h"

#define CONTROL_SOCKET "/run/floodwall/control.sock"

struct ask_options {
	const char *command; /* "floodwall show": before each sentence on standard error */
	const char *help;
	const char *socket, *configuration, *interface;
	const char *reason;
	const char *device, *kind, *severity, *search, *state, *step; /* of what is looked for; NULL: not given */
	uint32_t before, from, count; /* 0: not given */
	uint32_t for_s, confirm_s; /* 0: not given */
	const char *listen; /* [ADDRESS:]PORT; NULL: not given */
	unsigned width;
	bool json, prometheus, watch, print, demo, no_color;
	const char *const *words; /* what follows the options */
	int word_count;
};

/*
 * Reads options: allowed is the letters of those that the command takes (s socket, c configuration, i interface, r reason, f for, C confirm,
 * w width, n no-color, j json, P prometheus, W watch, p print, D demo, l listen, q what a page looks for: device, kind, severity, search, state,
 * from, step, before, count); -h
 * and -V always. Returns -1 to go on, else an exit code.
 */
int ask_read(int argc, char **argv, const char *allowed, struct ask_options *options);

/* One sentence about the command on standard error, escaped. Returns the exit code for it. */
int ask_wrong(const struct ask_options *options, const char *word, const char *sentence);
int ask_fault(const struct ask_options *options, const struct fault *fault);

/* request is taken. The answer if it is a good one, else NULL, and what is wrong was said. */
json_t *ask(const struct ask_options *options, json_t *request);
/* The same over a connection that stays. */
json_t *ask_over(struct control *control, const struct ask_options *options, json_t *request);
