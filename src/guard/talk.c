/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * With whom devices speak, in fixed memory: a peer has four places that its hash names, and the lightest of them goes (space saving, as
 * inventory/talks.c, but a newcomer begins at nothing: what is shown is at most too low). A scan makes peers of one frame each, which
 * push out each other and not what is heavy. GUARD_TALKS_MAX places of 80 bytes: 640 KiB.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guard/guard.h"
#include "wire/siphash.h"

enum { PLACES = 4 };

struct talk_place {
	struct talk_key key;
	uint64_t packets[FW_GUARD_WAYS], bytes[FW_GUARD_WAYS];
};

struct talk_book {
	uint8_t hash_key[16];
	struct talk_place places[GUARD_TALKS_MAX];
};

int talk_new(const uint8_t hash_key[16], struct talk_book **out_book)
{
	struct talk_book *book = calloc(1, sizeof(*book));

	if (!book)
		return -ENOMEM;
	memcpy(book->hash_key, hash_key, sizeof(book->hash_key));
	*out_book = book;
	return 0;
}

void talk_free(struct talk_book *book)
{
	free(book);
}

static uint64_t weight(const struct talk_place *place)
{
	return place->packets[FW_GUARD_OUT] + place->packets[FW_GUARD_IN];
}

void talk_note(struct talk_book *book, const struct talk_key *key, enum fw_guard_way way, uint32_t bytes)
{
	uint64_t hash = fw_siphash(book->hash_key, key, sizeof(*key));
	struct talk_place *set = &book->places[hash % (GUARD_TALKS_MAX / PLACES) * PLACES], *at = set;

	for (unsigned i = 0; i < PLACES; i++) {
		if (weight(&set[i]) && memcmp(&set[i].key, key, sizeof(*key)) == 0) {
			at = &set[i];
			break;
		}
		if (weight(&set[i]) < weight(at))
			at = &set[i];
	}
	if (!weight(at) || memcmp(&at->key, key, sizeof(*key)) != 0)
		*at = (struct talk_place){.key = *key};
	at->packets[way]++;
	at->bytes[way] += bytes;
}

uint32_t talk_of(const struct talk_book *book, const uint8_t mac[6], struct guard_talk *out, uint32_t room)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < GUARD_TALKS_MAX; i++) {
		const struct talk_place *place = &book->places[i];
		uint64_t bytes = place->bytes[FW_GUARD_OUT] + place->bytes[FW_GUARD_IN];
		uint32_t at = count;
		if (!weight(place) || memcmp(place->key.mac, mac, 6) != 0)
			continue;
		while (at && out[at - 1].bytes[FW_GUARD_OUT] + out[at - 1].bytes[FW_GUARD_IN] < bytes)
			at--;
		if (at == room)
			continue;
		count += count < room;
		memmove(&out[at + 1], &out[at], (count - at - 1) * sizeof(*out));
		out[at] = (struct guard_talk){.proto = place->key.proto, .port = place->key.port};
		memcpy(out[at].peer, place->key.peer, 16);
		memcpy(out[at].packets, place->packets, sizeof(place->packets));
		memcpy(out[at].bytes, place->bytes, sizeof(place->bytes));
	}
	return count;
}
