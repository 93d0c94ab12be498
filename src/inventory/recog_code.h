/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Patterns compiled and run (PCRE2), with bounds. A match may take RECOG_STEPS_MAX steps and RECOG_HEAP_KIB of memory, which is there from the
 * start; so a pattern that goes wild on a text costs about a millisecond and allocates nothing. No just-in-time code: it would want memory that
 * is writable and executable, and patterns run seldom.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inventory/recog_pattern.h"
#include "model/fact.h"

enum {
	RECOG_STEPS_MAX = 20000,
	RECOG_DEPTH_MAX = 2000,
	RECOG_HEAP_KIB = 128,
	RECOG_GROUPS_MAX = 31,
};

enum recog_flag { RECOG_FLAG_CASELESS = 1, RECOG_FLAG_DOT_NEWLINE = 2 };
enum recog_run { RECOG_RUN_MATCHED, RECOG_RUN_UNMATCHED, RECOG_RUN_STALLED };

struct recog_code; /* owns what compiling and matching need */

/* memory_max: bytes that all compiled patterns take together. Returns 0 or -ENOMEM. */
int recog_code_new(size_t memory_max, struct recog_code **out_code);
void recog_code_free(struct recog_code *code);

/*
 * *out_compiled is freed with recog_code_drop(). *out_groups: how many groups capture. Returns 0, -ENOMEM, -EFBIG (memory_max) or -EINVAL, with why in
 * sentence, which has room for 128 bytes.
 */
int recog_code_compile(
	struct recog_code *code, const struct recog_pattern *pattern, unsigned flags, void **out_compiled, unsigned *out_groups);
/* Why it was refused. Lives until the next compile. */
const char *recog_code_sentence(const struct recog_code *code);
void recog_code_drop(void *compiled);

enum recog_run recog_code_run(struct recog_code *code, const void *compiled, struct slice text);
/* Of the last match: false if the group took no part. */
bool recog_code_group(const struct recog_code *code, unsigned number, struct slice text, struct slice *out);
size_t recog_code_bytes(const struct recog_code *code);
