/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who made what sent the junk, in words that may be quoted: the number, how wide it is, of how many, and what it rests on. A share of
 * sources is "at least": who did not say who made it may be of the same maker.
 *
 * A maker's devices are mostly abused in one way, so the share is told of the sources of that vector, where the maker is known by that; of all
 * sources where its devices sent several kinds.
 */
#include <math.h>
#include <string.h>

#include "report/names.h"
#include "report/shares.h"

enum { LISTED_MAX = 6, FEW = 10 }; /* of fewer sources no share is told: 3 of 3 would be "at least 43%" */

/* What a sentence is about: sources of one vector, or of all. */
struct scope {
	enum vector vector; /* VECTOR_NONE: all */
	uint32_t part, whole; /* of those looked at */
};

static struct scope scope_of(const struct junk *junk, const struct junk_row *maker)
{
	uint32_t all = junk->sources.sampled > maker->sampled ? junk->sources.sampled : maker->sampled;
	struct scope scope = {VECTOR_NONE, maker->sampled, all};

	for (int vector = 0; vector < VECTOR_COUNT; vector++)
		if (maker->by_vector[vector] == maker->sampled && junk->sources.by_vector[vector] >= maker->sampled &&
			junk->sources.by_vector[vector] < scope.whole)
			scope = (struct scope){(enum vector)vector, maker->sampled, junk->sources.by_vector[vector]};
	return scope;
}

/* The first with sources; rows are in order. */
static const struct junk_row *leader(const struct junk *junk)
{
	for (uint32_t i = 0; i < junk->maker_count; i++)
		if (junk->by_maker[i].sampled)
			return &junk->by_maker[i];
	return NULL;
}

static uint32_t brands_of(const struct junk *junk, const struct junk_row *maker)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < junk->brand_count; i++)
		count += junk->by_brand[i].maker == maker - junk->by_maker + 1 && !junk->by_brand[i].neutral;
	return count;
}

static void say_vector(const struct scope *scope, struct phrase *out)
{
	if (scope->vector != VECTOR_NONE)
		phrase_add(out, " of the %s", name_vector_words(scope->vector));
}

static void say_sources(const struct junk *junk, const struct scope *scope, struct phrase *out)
{
	if (junk->sources.estimated)
		phrase_about(out,
			(uint64_t)((double)scope->whole / (junk->sources.sampled ? junk->sources.sampled : 1) *
					(double)junk->sources.count +
				0.5),
			"source");
	else
		phrase_count(out, scope->whole, "source");
	say_vector(scope, out);
}

static void say_share(const struct junk *junk, const struct scope *scope, struct phrase *out)
{
	struct interval interval = share_interval(scope->part, scope->whole, scope->whole);

	if (scope->whole == 1) {
		phrase_add(out, "The one source");
		say_vector(scope, out);
		return;
	}
	if (scope->whole < FEW) {
		phrase_add(out, "%u of the ", scope->part);
		phrase_count(out, scope->whole, "source");
		say_vector(scope, out);
		return;
	}
	phrase_add(out, "At least %u%% (95%% interval %u to %u) of the ", (unsigned)((uint64_t)scope->part * 100 / scope->whole),
		(unsigned)floor(interval.low * 100), (unsigned)ceil(interval.high * 100));
	say_sources(junk, scope, out);
}

void attribution_say(const struct junk *junk, struct phrase *out)
{
	const struct junk_row *maker = leader(junk);
	struct scope scope;
	uint32_t brands;

	if (!maker)
		return;
	scope = scope_of(junk, maker);
	brands = brands_of(junk, maker);
	say_share(junk, &scope, out);
	phrase_add(out, " %s made by ", scope.part == 1 ? "is" : "are");
	phrase_raw(out, maker->name, SIZE_MAX);
	if (brands) {
		phrase_add(out, ", sold under ");
		phrase_count(out, brands, "brand");
	}
	phrase_add(out, ".");
}

static void say_part(struct phrase *out, bool *begun, uint32_t count, const char *words)
{
	if (!count)
		return;
	phrase_add(out, *begun ? ", " : "");
	phrase_number(out, count);
	phrase_add(out, " %s", words);
	*begun = true;
}

void attribution_rests(const struct junk *junk, struct phrase *out)
{
	const struct junk_row *maker = leader(junk);
	struct scope scope;
	bool begun = false;

	if (!maker)
		return;
	scope = scope_of(junk, maker);
	phrase_add(out, "It rests on ");
	say_part(out, &begun, maker->by_basis[BASIS_PROTOCOL], "that spoke their maker's own protocol");
	say_part(out, &begun, maker->by_basis[BASIS_DESCRIBED], "that described themselves");
	say_part(out, &begun, maker->by_basis[BASIS_INVENTORY],
		maker->by_basis[BASIS_INVENTORY] == 1 ? "device on your side" : "devices on your side");
	if (maker->confidence_least == maker->confidence_most)
		phrase_add(out, ",%s %u%% sure", maker->sampled == 1 ? "" : " each", maker->confidence_least);
	else
		phrase_add(out, ", %u to %u%% sure", maker->confidence_least, maker->confidence_most);
	if (scope.whole > scope.part) {
		phrase_add(out, "; ");
		phrase_number(out, scope.whole - scope.part);
		phrase_add(out, " named another maker or none");
	}
	phrase_add(out, ".");
	if (junk->sources.contradicted) {
		phrase_add(out, " ");
		phrase_count(out, junk->sources.contradicted, "source");
		phrase_add(out, " said different things at different times.");
	}
	if (junk->sources.estimated) {
		phrase_add(out, " There were more sources than are kept: a fair sample of ");
		phrase_number(out, junk->sources.sampled);
		phrase_add(out, " was looked at.");
	}
}

static void list_row(struct phrase *out, const struct junk_row *row, uint32_t place)
{
	phrase_add(out, place ? ", " : "");
	phrase_raw(out, row->name, SIZE_MAX);
	phrase_add(out, " ");
	phrase_number(out, row->sources);
}

/* Those whose neutral is the one asked for; returns the sources of all of them. */
static uint64_t list_rows(const struct junk_row *rows, uint32_t count, bool neutral, struct phrase *out)
{
	uint64_t sources = 0;
	uint32_t listed = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (rows[i].neutral != neutral)
			continue;
		sources += rows[i].sources;
		if (listed < LISTED_MAX)
			list_row(out, &rows[i], listed);
		listed++;
	}
	if (listed > LISTED_MAX)
		phrase_add(out, " and %u more", listed - LISTED_MAX);
	return sources;
}

void attribution_brands(const struct junk *junk, struct phrase *out)
{
	struct phrase neutral = {0};
	uint64_t nameless = list_rows(junk->by_brand, junk->brand_count, true, &neutral);

	list_rows(junk->by_brand, junk->brand_count, false, out);
	if (!nameless)
		return;
	phrase_add(out, out->len ? "; " : "");
	phrase_number(out, nameless);
	phrase_add(out, " with no brand's name (");
	phrase_add(out, "%s)", neutral.text);
}

void attribution_kinds(const struct junk *junk, struct phrase *out)
{
	list_rows(junk->by_kind, junk->kind_count, false, out);
}
