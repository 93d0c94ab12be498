/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables of handmade messages: what goes in, which result, which facts (one line each, see golden/facts/fact_line.h,
 * with ' ' for the tab). The message lies in a heap block of its exact size, so that one byte too far is seen.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissect/dissect.h"

typedef enum fw_read dissector(const uint8_t *bytes, size_t len, const struct fact_sink *sink);

struct message_case {
	const char *name;
	const char *bytes;
	size_t len;
	enum fw_read result;
	const char *facts; /* lines, each ended by \n */
};

#define MESSAGE(text) .bytes = (text), .len = sizeof(text) - 1

enum { FACTS_TEXT_MAX = 1 << 20 };

struct taken {
	char text[FACTS_TEXT_MAX];
	size_t len, count;
};

/* Runs one message; *out_taken holds the facts as text. */
enum fw_read run_message(dissector *dissect, const void *bytes, size_t len, struct taken *out_taken);

/* Each case gives the result and facts it names. */
void run_cases(dissector *dissect, const struct message_case *cases, size_t count);

/*
 * Each case whose result is OK, cut at every byte: never OK, and the facts are the first ones of the whole
 * (in_order), or at least no more than of the whole.
 */
void run_cuts(dissector *dissect, const struct message_case *cases, size_t count, bool in_order);

#define RUN_CASES(dissect, cases) run_cases(dissect, cases, sizeof(cases) / sizeof((cases)[0]))
#define RUN_CUTS(dissect, cases, in_order) run_cuts(dissect, cases, sizeof(cases) / sizeof((cases)[0]), in_order)
