/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adaptive sampling (Wegman; Flajolet, "On adaptive sampling", Computing 1990): a source is kept if the hash of its address begins with
 * `level` zero bits. When the table is full the level rises by one and about half of it leaves.
 *
 *      level 0      everybody: counts are exact
 *      level 3      one of eight, chosen by a hash that nobody outside knows, however often or early they send
 *
 * So a million sources cost what 8,192 do, and less time each, for most leave at the first compare; what is left is a fair sample, of
 * which shares may be taken and intervals given. Which packets are junk is known only when their window is judged: until
 * then a source carries the mark of the rate it was counted to, and of the last one if there were several.
 */
#include "detect/sample.h"

#include <string.h>

int sample_init(struct sample *sample, const uint8_t hash_key[16])
{
	_Static_assert(sizeof(struct source) == 24, "one entry of the table");

	return table_init(&sample->sources, SAMPLE_MAX, sizeof(struct source), sizeof(uint64_t), hash_key);
}

void sample_done(struct sample *sample)
{
	table_done(&sample->sources);
}

static bool is_kept(const struct sample *sample, uint64_t hash)
{
	return sample->level == 0 || hash >> (64 - sample->level) == 0;
}

static void find_dropped(void *context, void *entry)
{
	struct sample *sample = context;

	if (!is_kept(sample, ((struct source *)entry)->hash))
		sample->dropped[sample->dropped_count++] = table_index(&sample->sources, entry);
}

static void raise_level(struct sample *sample)
{
	sample->level++;
	sample->dropped_count = 0;
	table_each(&sample->sources, find_dropped, sample);
	for (uint32_t i = 0; i < sample->dropped_count; i++) {
		struct source *source = table_at(&sample->sources, sample->dropped[i]);

		sample->pending -= source->mark.memo != 0;
		table_remove(&sample->sources, source);
	}
}

/* NULL where it does not belong to the sample. */
static struct source *take_in(struct sample *sample, uint64_t hash)
{
	struct source *source;
	bool is_new;

	if (!is_kept(sample, hash))
		return NULL;
	source = table_find(&sample->sources, &hash);
	if (source)
		return source;
	while (sample->sources.count == SAMPLE_MAX && sample->level < 63)
		raise_level(sample);
	return is_kept(sample, hash) ? table_put(&sample->sources, &hash, &is_new, NULL, NULL) : NULL;
}

void sample_see(struct sample *sample, uint64_t hash, struct sample_mark mark, uint16_t party)
{
	struct source *source = take_in(sample, hash);

	if (!source)
		return;
	if (party)
		source->party = party;
	sample->pending += source->mark.memo == 0;
	source->mark = mark;
}

void sample_name(struct sample *sample, uint64_t hash, uint16_t party, bool contradicted)
{
	struct source *source = is_kept(sample, hash) ? table_find(&sample->sources, &hash) : NULL;

	if (!source)
		return;
	source->party = party;
	source->contradicted |= contradicted;
}

struct judgement {
	struct sample *sample;
	struct sample_mark mark;
	enum vector vector;
};

static void judge(void *context, void *entry)
{
	const struct judgement *judgement = context;
	struct source *source = entry;

	if (source->mark.memo != judgement->mark.memo || source->mark.epoch != judgement->mark.epoch)
		return;
	source->vectors |= 1u << judgement->vector;
	source->mark = (struct sample_mark){0};
	judgement->sample->pending--;
}

void sample_judge(struct sample *sample, struct sample_mark mark, enum vector vector)
{
	struct judgement judgement = {sample, mark, vector};

	_Static_assert(VECTOR_COUNT <= 32, "a bit each");
	if (sample->pending && mark.memo)
		table_each(&sample->sources, judge, &judgement);
}
