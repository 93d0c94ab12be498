/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "detect/tally.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"

struct target {
	uint8_t prefix[16];
	uint64_t bits;
	uint8_t exact[16];
	uint64_t many; /* more than one exact address */
	struct junk_count count;
};

struct sender {
	uint8_t address[16];
	struct sample_mark mark;
	struct junk_count pending;
	uint64_t party;
};

struct tally {
	struct table targets, senders;
	struct sample sample;
	struct parties parties;
	struct junk junk;
};

int tally_new(const uint8_t hash_key[16], struct tally **out_tally)
{
	struct tally *tally = calloc(1, sizeof(*tally));
	int error;

	if (!tally)
		return -ENOMEM;
	error = table_init(&tally->targets, TALLY_TARGET_MAX, sizeof(struct target), offsetof(struct target, exact), hash_key);
	if (!error)
		error = table_init(
			&tally->senders, TALLY_SENDER_MAX, sizeof(struct sender), sizeof(((struct sender *)0)->address), hash_key);
	if (!error)
		error = sample_init(&tally->sample, hash_key);
	if (error) {
		tally_free(tally);
		return error;
	}
	parties_init(&tally->parties);
	*out_tally = tally;
	return 0;
}

void tally_free(struct tally *tally)
{
	if (!tally)
		return;
	table_done(&tally->targets);
	table_done(&tally->senders);
	sample_done(&tally->sample);
	free(tally);
}

static void add(struct junk_count *sum, struct junk_count count)
{
	sum->packets += count.packets;
	sum->bytes += count.bytes;
}

void tally_vector(struct tally *tally, enum vector vector, struct junk_count count)
{
	add(&tally->junk.total, count);
	add(&tally->junk.by_vector[vector], count);
}

void tally_move(struct tally *tally, enum vector from, enum vector to, struct junk_count count)
{
	tally->junk.by_vector[from].packets -= count.packets;
	tally->junk.by_vector[from].bytes -= count.bytes;
	add(&tally->junk.by_vector[to], count);
}

void tally_target(struct tally *tally, const uint8_t prefix[16], uint8_t bits, const uint8_t exact[16], bool many, struct junk_count count)
{
	struct target key = {.bits = bits}, *target;
	bool is_new;

	if (count.packets == 0)
		return;
	memcpy(key.prefix, prefix, sizeof(key.prefix));
	target = table_put(&tally->targets, &key, &is_new, NULL, NULL);
	if (is_new)
		memcpy(target->exact, exact, sizeof(target->exact));
	if (many || memcmp(target->exact, exact, sizeof(target->exact)) != 0)
		target->many = true;
	add(&target->count, count);
}

void tally_party(struct tally *tally, uint16_t party, enum vector vector, struct junk_count count)
{
	party_add(&tally->parties, party, vector, count);
}

uint16_t tally_see(struct tally *tally, const uint8_t address[16], bool talks, struct sample_mark mark, uint32_t bytes)
{
	struct sender *sender;
	bool is_new;

	if (!talks && tally->parties.count <= 1)
		return PARTY_NOBODY;
	sender = talks ? table_put(&tally->senders, address, &is_new, NULL, NULL) : table_find(&tally->senders, address);
	if (!sender)
		return PARTY_NOBODY;
	if (sender->mark.memo != mark.memo || sender->mark.epoch != mark.epoch)
		sender->pending = (struct junk_count){0};
	sender->mark = mark;
	add(&sender->pending, (struct junk_count){1, bytes});
	return (uint16_t)sender->party;
}

void tally_source(struct tally *tally, uint64_t address_hash, struct sample_mark mark, uint16_t party)
{
	sample_see(&tally->sample, address_hash, mark, party);
}

void tally_judge(struct tally *tally, struct sample_mark mark, enum vector vector)
{
	sample_judge(&tally->sample, mark, vector);
}

void tally_says(struct tally *tally, const uint8_t address[16], uint64_t address_hash, const struct sender_says *says,
	struct tally_change *out_change)
{
	bool is_new, contradicted = false;
	struct sender *sender = table_put(&tally->senders, address, &is_new, NULL, NULL);
	uint16_t from = (uint16_t)sender->party;
	uint16_t to = party_next(&tally->parties, &tally->junk, from, says, &contradicted);

	*out_change = (struct tally_change){.mark = sender->mark, .pending = sender->pending, .from = from, .to = to};
	sender->party = to;
	if (to != from || contradicted)
		sample_name(&tally->sample, address_hash, to, contradicted);
}

static bool before(const struct junk_target *a, const struct junk_target *b)
{
	int order = memcmp(a->target, b->target, sizeof(a->target));

	if (a->count.packets != b->count.packets)
		return a->count.packets > b->count.packets;
	return order ? order < 0 : a->bits < b->bits;
}

/* Insertion into the list of the largest. */
static void rank(void *context, void *entry)
{
	struct junk *junk = context;
	const struct target *target = entry;
	struct junk_target row = {.bits = target->many ? (uint8_t)target->bits : 128, .count = target->count};
	uint32_t place = junk->target_count;

	memcpy(row.target, target->many ? target->prefix : target->exact, sizeof(row.target));
	if (place == JUNK_TARGET_MAX && !before(&row, &junk->by_target[place - 1]))
		return;
	if (place == JUNK_TARGET_MAX)
		place--;
	else
		junk->target_count++;
	for (; place > 0 && before(&row, &junk->by_target[place - 1]); place--)
		junk->by_target[place] = junk->by_target[place - 1];
	junk->by_target[place] = row;
}

static void clear_rows(struct junk_row *rows, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct junk_row clear = {.maker = rows[i].maker, .neutral = rows[i].neutral};

		memcpy(clear.name, rows[i].name, sizeof(clear.name));
		rows[i] = clear;
	}
}

static void add_source(struct junk_row *row, const struct party *party, const struct source *source)
{
	row->sampled++;
	row->by_basis[party->basis]++;
	if (row->sampled == 1 || party->confidence < row->confidence_least)
		row->confidence_least = party->confidence;
	if (party->confidence > row->confidence_most)
		row->confidence_most = party->confidence;
	for (int vector = 0; vector < VECTOR_COUNT; vector++)
		row->by_vector[vector] += source->vectors >> vector & 1;
}

static void count_source(void *context, void *entry)
{
	struct tally *tally = context;
	const struct source *source = entry;
	const struct party *party = &tally->parties.list[source->party];
	struct junk *junk = &tally->junk;

	if (!source->vectors)
		return;
	junk->sources.sampled++;
	junk->sources.contradicted += source->contradicted;
	junk->sources.named += party->traits[JUNK_MAKER] != 0;
	for (int vector = 0; vector < VECTOR_COUNT; vector++)
		junk->sources.by_vector[vector] += source->vectors >> vector & 1;
	if (party->traits[JUNK_MAKER])
		add_source(&junk->by_maker[party->traits[JUNK_MAKER] - 1], party, source);
	if (party->traits[JUNK_BRAND])
		add_source(&junk->by_brand[party->traits[JUNK_BRAND] - 1], party, source);
	if (party->traits[JUNK_KIND])
		add_source(&junk->by_kind[party->traits[JUNK_KIND] - 1], party, source);
}

static void scale_sources(struct junk_row *rows, uint32_t count, uint32_t level)
{
	for (uint32_t i = 0; i < count; i++)
		rows[i].sources = (uint64_t)rows[i].sampled << level;
}

static void sum_sources(struct tally *tally)
{
	struct junk *junk = &tally->junk;
	uint32_t level = tally->sample.level;

	junk->sources = (struct junk_sources){.estimated = level > 0};
	table_each(&tally->sample.sources, count_source, tally);
	junk->sources.count = (uint64_t)junk->sources.sampled << level;
	scale_sources(junk->by_maker, junk->maker_count, level);
	scale_sources(junk->by_brand, junk->brand_count, level);
	scale_sources(junk->by_kind, junk->kind_count, level);
}

const struct junk *tally_junk(struct tally *tally)
{
	struct junk *junk = &tally->junk;

	junk->target_count = 0;
	memset(junk->by_target, 0, sizeof(junk->by_target));
	table_each(&tally->targets, rank, junk);
	clear_rows(junk->by_maker, junk->maker_count);
	clear_rows(junk->by_brand, junk->brand_count);
	clear_rows(junk->by_kind, junk->kind_count);
	parties_sum(&tally->parties, junk);
	sum_sources(tally);
	return junk;
}

uint64_t tally_left_out(const struct tally *tally)
{
	return tally->targets.evicted + tally->senders.evicted + tally->parties.left_out;
}
