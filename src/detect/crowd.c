/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sketch pair is 32 KiB, and the counts of all parties 8: too much for each of thousands of rates, nearly all of which meet a handful of senders. So there
 * are few places, taken when a crowd outgrows its own small list. When all are taken, the one idle for the longest is taken
 * away if that is over a minute (its finding keeps the count it had), else the newcomer says "at least FEW_MAX".
 */
#include "detect/crowd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t idle_ns = 60000000000ull;

struct place {
	struct crowd *owner; /* the victim's entry never moves */
	struct junk_count parties[PARTY_MAX];
	uint32_t party_end; /* the highest party counted so far, plus one */
	struct sketch proven, unproven;
};

struct crowds {
	struct place places[CROWD_PLACE_MAX];
};

int crowds_new(struct crowds **out_crowds)
{
	struct crowds *crowds = calloc(1, sizeof(*crowds));

	if (!crowds)
		return -ENOMEM;
	*out_crowds = crowds;
	return 0;
}

void crowds_free(struct crowds *crowds)
{
	free(crowds);
}

static struct place *place_of(const struct crowds *crowds, const struct crowd *crowd)
{
	return crowd->place ? (struct place *)&crowds->places[crowd->place - 1] : NULL;
}

/* A free place, else the one idle for the longest, else NULL. */
static struct place *place_choose(struct crowds *crowds, uint64_t now_ns)
{
	struct place *oldest = NULL;

	for (uint32_t i = 0; i < CROWD_PLACE_MAX; i++) {
		struct place *place = &crowds->places[i];

		if (!place->owner)
			return place;
		if (!oldest || place->owner->used_ns < oldest->owner->used_ns)
			oldest = place;
	}
	return now_ns - oldest->owner->used_ns > idle_ns ? oldest : NULL;
}

static struct place *place_take(struct crowds *crowds, struct crowd *crowd, uint64_t now_ns)
{
	struct place *place = place_of(crowds, crowd);

	if (place)
		return place;
	place = place_choose(crowds, now_ns);
	if (!place)
		return NULL;
	if (place->owner) {
		place->owner->place = 0;
		place->owner->overflowed |= place->owner->estimated;
		place->owner->estimated = false;
	}
	memset(place, 0, sizeof(*place));
	place->owner = crowd;
	crowd->place = (uint8_t)(place - crowds->places + 1);
	return place;
}

static void estimate(struct place *place, uint64_t hash)
{
	sketch_add(hash & 1 ? &place->proven : &place->unproven, hash);
}

void crowd_see(struct crowds *crowds, struct crowd *crowd, uint64_t sender_hash, bool proven, uint64_t now_ns)
{
	uint64_t hash = (sender_hash & ~1ull) | proven;
	struct place *place;

	crowd->used_ns = now_ns;
	if (crowd->estimated) {
		estimate(&crowds->places[crowd->place - 1], hash);
		return;
	}
	if (few_add(&crowd->few, hash) || crowd->overflowed)
		return;
	place = place_take(crowds, crowd, now_ns);
	if (!place) {
		crowd->overflowed = true;
		return;
	}
	for (uint32_t i = 0; i < crowd->few.count; i++)
		estimate(place, crowd->few.hashes[i]);
	estimate(place, hash);
	crowd->estimated = true;
}

void crowd_party(struct crowds *crowds, struct crowd *crowd, uint16_t party, struct junk_count count, uint64_t now_ns)
{
	struct place *place = place_take(crowds, crowd, now_ns);

	crowd->used_ns = now_ns;
	if (!place || party >= PARTY_MAX)
		return;
	place->parties[party].packets += count.packets;
	place->parties[party].bytes += count.bytes;
	if (party >= place->party_end)
		place->party_end = party + 1u;
}

void crowd_move(struct crowds *crowds, struct crowd *crowd, uint16_t from, uint16_t to, struct junk_count count, uint64_t now_ns)
{
	struct place *place = place_of(crowds, crowd);
	struct junk_count *old = place && from < PARTY_MAX ? &place->parties[from] : NULL;

	/* a place that was taken away meanwhile has lost what was counted there */
	if (from != PARTY_NOBODY && (!old || old->packets < count.packets || old->bytes < count.bytes))
		return;
	if (from != PARTY_NOBODY) {
		old->packets -= count.packets;
		old->bytes -= count.bytes;
	}
	if (to != PARTY_NOBODY)
		crowd_party(crowds, crowd, to, count, now_ns);
}

void crowd_count(const struct crowds *crowds, const struct crowd *crowd, uint32_t *out_proven, uint32_t *out_unproven)
{
	const struct place *place = place_of(crowds, crowd);
	uint32_t proven = 0;

	if (crowd->estimated) {
		*out_proven = sketch_count(&place->proven);
		*out_unproven = sketch_count(&place->unproven);
		return;
	}
	for (uint32_t i = 0; i < crowd->few.count; i++)
		proven += crowd->few.hashes[i] & 1;
	*out_proven = proven;
	*out_unproven = crowd->few.count - proven;
}

void crowd_parties_take(
	struct crowds *crowds, struct crowd *crowd, void (*take)(void *context, uint16_t party, struct junk_count count), void *context)
{
	struct place *place = place_of(crowds, crowd);

	for (uint32_t i = 0; place && i < place->party_end; i++) {
		if (place->parties[i].packets)
			take(context, (uint16_t)i, place->parties[i]);
		place->parties[i] = (struct junk_count){0};
	}
	if (place)
		place->party_end = 0;
}

void crowd_clear(struct crowds *crowds, struct crowd *crowd)
{
	struct place *place = place_of(crowds, crowd);

	if (place)
		place->owner = NULL;
	*crowd = (struct crowd){0};
}
