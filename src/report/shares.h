/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Junk by vector, maker and target, as rows to be shown: most packets first, then by name. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "model/junk.h"
#include "report/phrase.h"

struct share {
	const char *name; /* raw */
	struct junk_count count;
};

enum { SHARE_MAKER_MAX = JUNK_MAKER_MAX, SHARE_TARGET_MAX = JUNK_TARGET_MAX, SHARE_NAME_MAX = TEXT_ADDRESS_MAX + 8 /* "/120" */ };

size_t shares_vectors(const struct junk *junk, struct share out[VECTOR_COUNT]);
/* 0 when no maker is known: there is nothing to tell then. */
size_t shares_makers(const struct junk *junk, struct share out[SHARE_MAKER_MAX]);
/* Names are written to out_names, one each. */
size_t shares_targets(const struct junk *junk, struct share out[SHARE_TARGET_MAX], char out_names[SHARE_TARGET_MAX][SHARE_NAME_MAX]);

unsigned share_percent(uint64_t part, uint64_t whole);
/* "98%", "<1%" for what is there all the same, ">99%" for what is not all. */
void share_say(struct phrase *out, uint64_t part, uint64_t whole);
