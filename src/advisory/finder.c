/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advisory/finder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 64, FIRST_BYTES = 1024 };

void finder_done(struct finder *finder)
{
	free(finder->slots);
	*finder = (struct finder){0};
}

int finder_grow(struct finder *finder)
{
	struct finder wider = {.room = finder->room ? finder->room * 2 : FIRST_ROOM};

	if (finder->count < finder->room / 2)
		return 0;
	wider.slots = calloc(wider.room, sizeof(*wider.slots));
	if (!wider.slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < finder->room; i++)
		if (finder->slots[i].number)
			finder_put(&wider, finder->slots[i].hash, finder->slots[i].number - 1);
	free(finder->slots);
	*finder = wider;
	return 0;
}

void finder_put(struct finder *finder, uint32_t hash, uint32_t number)
{
	uint32_t at = hash & (finder->room - 1);

	while (finder->slots[at].number)
		at = (at + 1) & (finder->room - 1);
	finder->slots[at] = (struct finder_slot){hash, number + 1};
	finder->count++;
}

uint32_t finder_find(const struct finder *finder, uint32_t hash, bool (*same)(const void *context, uint32_t number), const void *context)
{
	if (!finder->room)
		return FINDER_NONE;
	for (uint32_t at = hash & (finder->room - 1); finder->slots[at].number; at = (at + 1) & (finder->room - 1))
		if (finder->slots[at].hash == hash && same(context, finder->slots[at].number - 1))
			return finder->slots[at].number - 1;
	return FINDER_NONE;
}

void pile_done(struct pile *pile)
{
	free(pile->bytes);
	*pile = (struct pile){0};
}

void *pile_add(struct pile *pile, size_t size)
{
	void *at;

	if (!pile->bytes || size > pile->room - pile->len) {
		size_t wider = pile->room ? pile->room * 2 : FIRST_BYTES;
		char *grown;
		while (wider < pile->len + size)
			wider *= 2;
		grown = realloc(pile->bytes, wider);
		if (!grown)
			return NULL;
		pile->bytes = grown;
		pile->room = wider;
	}
	at = pile->bytes + pile->len;
	memset(at, 0, size);
	pile->len += size;
	return at;
}
