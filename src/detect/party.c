/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "detect/party.h"

#include <string.h>
#include <strings.h>

void parties_init(struct parties *parties)
{
	parties->count = 1;
}

struct pool {
	struct junk_row *rows;
	uint32_t *count;
	uint32_t max;
};

static struct pool pool_of(struct junk *junk, enum junk_trait trait)
{
	switch (trait) {
	case JUNK_MAKER:
		return (struct pool){junk->by_maker, &junk->maker_count, JUNK_MAKER_MAX};
	case JUNK_BRAND:
		return (struct pool){junk->by_brand, &junk->brand_count, JUNK_BRAND_MAX - 1};
	default:
		return (struct pool){junk->by_kind, &junk->kind_count, JUNK_KIND_MAX};
	}
}

/* Names differ by case alone where sellers were careless ("Intelbras", "IntelBras"): the first spelling stays. A brand is one of its maker's. */
static bool is_row(const struct junk_row *row, const char *name, uint8_t maker)
{
	return row->maker == maker && !strcasecmp(row->name, name);
}

/* Number + 1 of the name, made if there is room; 0 if not. */
static uint8_t name_number(struct junk *junk, const struct sender_says *says, const char *name, uint8_t maker)
{
	struct pool pool = pool_of(junk, says->trait);
	uint32_t max = pool.max - (says->trait == JUNK_MAKER && says->basis != BASIS_PROTOCOL ? PARTY_MAKER_SPARE : 0);
	struct junk_row *row;

	for (uint32_t i = 0; i < *pool.count; i++)
		if (is_row(&pool.rows[i], name, maker))
			return (uint8_t)(i + 1);
	if (*pool.count >= max)
		return 0;
	row = &pool.rows[*pool.count];
	memcpy(row->name, name, strlen(name) + 1);
	row->maker = maker;
	row->neutral = says->neutral;
	return (uint8_t)++ * pool.count;
}

static bool is_same_party(const struct party *a, const struct party *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static uint16_t party_number(struct parties *parties, const struct party *party)
{
	bool bare = !party->traits[JUNK_BRAND] && !party->traits[JUNK_KIND];

	for (uint32_t i = 1; i < parties->count; i++)
		if (is_same_party(&parties->list[i], party))
			return (uint16_t)i;
	if (parties->count >= PARTY_MAX - (bare ? 0 : PARTY_SPARE))
		return PARTY_NOBODY;
	parties->list[parties->count] = *party;
	return (uint16_t)parties->count++;
}

/* A brand stands below its maker: when that becomes known later, it moves there. */
static void move_brand(struct junk *junk, struct party *party, const struct sender_says *says)
{
	const struct junk_row *old = party->traits[JUNK_BRAND] ? &junk->by_brand[party->traits[JUNK_BRAND] - 1] : NULL;
	const struct sender_says brand = {.trait = JUNK_BRAND, .basis = says->basis, .neutral = old && old->neutral};
	char name[DEVICE_TEXT_MAX];

	if (!old || old->maker == party->traits[JUNK_MAKER])
		return;
	memcpy(name, old->name, sizeof(name));
	party->traits[JUNK_BRAND] = name_number(junk, &brand, name, party->traits[JUNK_MAKER]);
}

static void say(struct parties *parties, struct junk *junk, struct party *party, const struct sender_says *says, const char *name)
{
	uint8_t number = name_number(junk, says, name, says->trait == JUNK_BRAND ? party->traits[JUNK_MAKER] : 0);

	if (!number) {
		parties->left_out += !(party->full & 1u << says->trait);
		party->full |= (uint8_t)(1u << says->trait);
		return;
	}
	party->traits[says->trait] = number;
	if (says->trait == JUNK_MAKER) {
		party->basis = (uint8_t)says->basis;
		party->confidence = says->confidence;
		move_brand(junk, party, says);
	} else if (!party->traits[JUNK_MAKER] && says->confidence >= party->confidence) {
		party->basis = (uint8_t)says->basis;
		party->confidence = says->confidence;
	}
}

uint16_t party_next(struct parties *parties, struct junk *junk, uint16_t from, const struct sender_says *says, bool *out_contradicted)
{
	struct party party = parties->list[from];
	uint8_t known = party.traits[says->trait];
	char name[DEVICE_TEXT_MAX] = "";
	size_t len = says->value.len < sizeof(name) - 1 ? says->value.len : sizeof(name) - 1;
	uint16_t number;

	if (len)
		memcpy(name, says->value.bytes, len);
	if (!name[0] || party.full & 1u << says->trait)
		return from;
	if (known) {
		if (!strcasecmp(pool_of(junk, says->trait).rows[known - 1].name, name))
			return from;
		*out_contradicted = true;
		if (says->trait != JUNK_MAKER || says->confidence <= party.confidence)
			return from;
	}
	say(parties, junk, &party, says, name);
	number = party_number(parties, &party);
	if (number == PARTY_NOBODY) { /* at least whose parts they are */
		parties->left_out++;
		party.traits[JUNK_BRAND] = party.traits[JUNK_KIND] = 0;
		party.full |= 1u << JUNK_BRAND | 1u << JUNK_KIND | (party.traits[JUNK_MAKER] ? 0 : 1u << JUNK_MAKER);
		number = party_number(parties, &party);
	}
	return number ? number : from;
}

void party_add(struct parties *parties, uint16_t party, enum vector vector, struct junk_count count)
{
	if (party >= parties->count)
		return;
	parties->sums[party].count.packets += count.packets;
	parties->sums[party].count.bytes += count.bytes;
	parties->sums[party].vectors |= 1u << vector;
}

void parties_sum(const struct parties *parties, struct junk *junk)
{
	for (uint32_t i = 1; i < parties->count; i++) {
		const struct party *party = &parties->list[i];

		for (int trait = 0; trait < JUNK_TRAIT_COUNT; trait++) {
			struct junk_row *row;

			if (!party->traits[trait])
				continue;
			row = &pool_of(junk, (enum junk_trait)trait).rows[party->traits[trait] - 1];
			row->count.packets += parties->sums[i].count.packets;
			row->count.bytes += parties->sums[i].count.bytes;
		}
	}
}
