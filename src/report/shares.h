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
	uint64_t sources;
	const struct junk_row *row; /* NULL: of what nobody could be named for, and where rows are of something else */
};

/* An interval that holds the true share in 19 of 20 cases: parts of one. */
struct interval {
	double low, high;
};

enum { SHARE_ROW_MAX = JUNK_BRAND_MAX + 1, SHARE_TARGET_MAX = JUNK_TARGET_MAX, SHARE_NAME_MAX = TEXT_ADDRESS_MAX + 8 /* "/120" */ };

size_t shares_vectors(const struct junk *junk, struct share out[VECTOR_COUNT]);
/* Makers, brands or kinds; the last row is what nobody could be named for. 0 when nothing is known: there is nothing to tell then. */
size_t shares_rows(const struct junk *junk, enum junk_trait trait, struct share out[SHARE_ROW_MAX]);
const struct junk_row *shares_list(const struct junk *junk, enum junk_trait trait, uint32_t *out_count);
/* What is missing in the list to the total; name empty. */
struct junk_row shares_rest(const struct junk *junk, enum junk_trait trait);
/* Names are written to out_names, one each. */
size_t shares_targets(const struct junk *junk, struct share out[SHARE_TARGET_MAX], char out_names[SHARE_TARGET_MAX][SHARE_NAME_MAX]);

/*
 * Wilson's score interval, 95 %, of a share seen in so many looked at. Sources are what is drawn; their packets are not independent, and
 * an interval about packets would promise what nobody knows.
 */
struct interval share_interval(uint64_t part, uint64_t whole, uint32_t looked_at);

/*
 * The sentence an analyst would quote: whose parts most of those are that named themselves, of which vector, and how sure; and what it rests
 * on. Adds nothing where no maker is known.
 */
void attribution_say(const struct junk *junk, struct phrase *out);
void attribution_rests(const struct junk *junk, struct phrase *out);
/* "Intelbras 305, Dahua 302 ... and 19 more; 650 with no brand's name (Private, General)": sources of each. */
void attribution_brands(const struct junk *junk, struct phrase *out);
void attribution_kinds(const struct junk *junk, struct phrase *out);

unsigned share_percent(uint64_t part, uint64_t whole);
/* "98%", "<1%" for what is there all the same, ">99%" for what is not all. */
void share_say(struct phrase *out, uint64_t part, uint64_t whole);
