/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/shares.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/names.h"

static int by_count(const void *left, const void *right)
{
	const struct share *a = left, *b = right;

	if (a->count.packets != b->count.packets)
		return a->count.packets > b->count.packets ? -1 : 1;
	return strcmp(a->name, b->name);
}

size_t shares_vectors(const struct junk *junk, struct share out[VECTOR_COUNT])
{
	size_t count = 0;

	for (int vector = 0; vector < VECTOR_COUNT; vector++)
		if (junk->by_vector[vector].packets)
			out[count++] = (struct share){.name = name_vector_words((enum vector)vector), .count = junk->by_vector[vector]};
	qsort(out, count, sizeof(*out), by_count);
	return count;
}

const struct junk_row *shares_list(const struct junk *junk, enum junk_trait trait, uint32_t *out_count)
{
	switch (trait) {
	case JUNK_MAKER:
		*out_count = junk->maker_count;
		return junk->by_maker;
	case JUNK_BRAND:
		*out_count = junk->brand_count;
		return junk->by_brand;
	default:
		*out_count = junk->kind_count;
		return junk->by_kind;
	}
}

/* Never below zero: sums of many findings may overlap, and those are large numbers. */
static uint64_t less(uint64_t whole, uint64_t part)
{
	return whole > part ? whole - part : 0;
}

struct junk_row shares_rest(const struct junk *junk, enum junk_trait trait)
{
	struct junk_row rest = {.count = junk->total, .sources = junk->sources.count, .sampled = junk->sources.sampled};
	uint32_t count;
	const struct junk_row *rows = shares_list(junk, trait, &count);

	memcpy(rest.by_vector, junk->sources.by_vector, sizeof(rest.by_vector));
	for (uint32_t i = 0; i < count; i++) {
		rest.count.packets = less(rest.count.packets, rows[i].count.packets);
		rest.count.bytes = less(rest.count.bytes, rows[i].count.bytes);
		rest.sources = less(rest.sources, rows[i].sources);
		rest.sampled = (uint32_t)less(rest.sampled, rows[i].sampled);
		for (int vector = 0; vector < VECTOR_COUNT; vector++)
			rest.by_vector[vector] = (uint32_t)less(rest.by_vector[vector], rows[i].by_vector[vector]);
	}
	return rest;
}

size_t shares_rows(const struct junk *junk, enum junk_trait trait, struct share out[SHARE_ROW_MAX])
{
	static const char *const rests[] = {"not attributed", "no brand known", "kind not known"};
	struct junk_row rest = shares_rest(junk, trait);
	uint32_t count;
	const struct junk_row *rows = shares_list(junk, trait, &count);

	for (uint32_t i = 0; i < count; i++)
		out[i] = (struct share){rows[i].name, rows[i].count, rows[i].sources, &rows[i]};
	if (count && (rest.count.packets || rest.sources))
		out[count++] = (struct share){.name = rests[trait], .count = rest.count, .sources = rest.sources};
	return count;
}

struct interval share_interval(uint64_t part, uint64_t whole, uint32_t looked_at)
{
	static const double z = 1.959964; /* 97.5 % of the normal distribution lie below */
	double n = looked_at, p = whole ? (double)part / (double)whole : 0, middle, half;

	if (!looked_at)
		return (struct interval){0, 1};
	p = p > 1 ? 1 : p;
	middle = (p + z * z / (2 * n)) / (1 + z * z / n);
	half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
	return (struct interval){part ? fmax(0, middle - half) : 0, part < whole ? fmin(1, middle + half) : 1};
}

size_t shares_targets(const struct junk *junk, struct share out[SHARE_TARGET_MAX], char out_names[SHARE_TARGET_MAX][SHARE_NAME_MAX])
{
	size_t count = 0;

	for (uint32_t i = 0; i < junk->target_count && i < JUNK_TARGET_MAX; i++, count++) {
		struct phrase name = {0};

		phrase_address(&name, junk->by_target[i].target, junk->by_target[i].bits);
		text_escape(out_names[count], SHARE_NAME_MAX, name.text, name.len);
		out[count] = (struct share){.name = out_names[count], .count = junk->by_target[i].count};
	}
	qsort(out, count, sizeof(*out), by_count);
	return count;
}

unsigned share_percent(uint64_t part, uint64_t whole)
{
	if (part >= whole)
		return whole ? 100 : 0;
	return (unsigned)((double)part / (double)whole * 100.0 + 0.5);
}

void share_say(struct phrase *out, uint64_t part, uint64_t whole)
{
	unsigned percent = share_percent(part, whole);

	if (percent == 100 && part < whole)
		phrase_add(out, ">99%%");
	else if (percent)
		phrase_add(out, "%u%%", percent);
	else
		phrase_add(out, "<1%%");
}
