/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/shares.h"

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
			out[count++] = (struct share){name_vector_words((enum vector)vector), junk->by_vector[vector]};
	qsort(out, count, sizeof(*out), by_count);
	return count;
}

size_t shares_makers(const struct junk *junk, struct share out[SHARE_MAKER_MAX])
{
	size_t count = 0;
	bool known = false;

	for (uint32_t i = 0; i < junk->maker_count && i < JUNK_MAKER_MAX; i++) {
		const struct junk_maker *maker = &junk->by_maker[i];

		known |= maker->maker[0] != 0;
		out[count++] = (struct share){maker->maker[0] ? maker->maker : "unknown maker", maker->count};
	}
	qsort(out, count, sizeof(*out), by_count);
	return known ? count : 0;
}

size_t shares_targets(const struct junk *junk, struct share out[SHARE_TARGET_MAX], char out_names[SHARE_TARGET_MAX][SHARE_NAME_MAX])
{
	size_t count = 0;

	for (uint32_t i = 0; i < junk->target_count && i < JUNK_TARGET_MAX; i++, count++) {
		struct phrase name = {0};

		phrase_address(&name, junk->by_target[i].target, junk->by_target[i].bits);
		text_escape(out_names[count], SHARE_NAME_MAX, name.text, name.len);
		out[count] = (struct share){out_names[count], junk->by_target[i].count};
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
