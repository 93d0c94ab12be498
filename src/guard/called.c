/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Under which names devices asked for their peers, in fixed memory: a pair of device and peer has four places that its hash names, and the one that was
 * heard of longest ago goes. CALLED_MAX places of 104 bytes: 416 KiB. The device's own DNS answer goes before what it writes into
 * a connection: that is its word alone.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guard/guard.h"
#include "wire/siphash.h"

enum { PLACES = 4 };

struct called_key {
	uint8_t mac[6], zero[2], peer[16];
};
_Static_assert(sizeof(struct called_key) == 24, "no holes");

struct called_place {
	struct called_key key;
	uint64_t seen_ns; /* 0: empty */
	enum talk_named named;
	char name[CALLED_NAME_MAX];
};

struct called_book {
	uint8_t hash_key[16];
	struct called_place places[CALLED_MAX];
};

int called_new(const uint8_t hash_key[16], struct called_book **out_book)
{
	struct called_book *book = calloc(1, sizeof(*book));

	if (!book)
		return -ENOMEM;
	memcpy(book->hash_key, hash_key, sizeof(book->hash_key));
	*out_book = book;
	return 0;
}

void called_free(struct called_book *book)
{
	free(book);
}

static struct called_key key_of(const uint8_t mac[6], const uint8_t peer[16])
{
	struct called_key key = {0};

	memcpy(key.mac, mac, sizeof(key.mac));
	memcpy(key.peer, peer, sizeof(key.peer));
	return key;
}

static const struct called_place *set_of(const struct called_book *book, const struct called_key *key)
{
	return &book->places[fw_siphash(book->hash_key, key, sizeof(*key)) % (CALLED_MAX / PLACES) * PLACES];
}

/* A zone is told by the end of a name. */
static void copy_name(char out[CALLED_NAME_MAX], struct slice name)
{
	size_t room = CALLED_NAME_MAX - 1;

	memset(out, 0, CALLED_NAME_MAX);
	if (name.len <= room) {
		memcpy(out, name.bytes, name.len);
		return;
	}
	memcpy(out, "...", 3);
	memcpy(out + 3, name.bytes + name.len - (room - 3), room - 3);
}

void called_note(struct called_book *book, const struct called *called, uint64_t now_ns)
{
	struct called_key key = key_of(called->mac, called->peer);
	struct called_place *set = (struct called_place *)set_of(book, &key), *at = set;

	if (!called->name.len || memchr(called->name.bytes, 0, called->name.len))
		return;
	for (unsigned i = 0; i < PLACES; i++) {
		if (set[i].seen_ns && memcmp(&set[i].key, &key, sizeof(key)) == 0) {
			at = &set[i];
			break;
		}
		if (set[i].seen_ns < at->seen_ns)
			at = &set[i];
	}
	if (!at->seen_ns || memcmp(&at->key, &key, sizeof(key)) != 0)
		*at = (struct called_place){.key = key};
	at->seen_ns = now_ns ? now_ns : 1;
	if (called->named < at->named)
		return;
	at->named = called->named;
	copy_name(at->name, called->name);
}

enum talk_named called_find(const struct called_book *book, const uint8_t mac[6], const uint8_t peer[16], char out_name[CALLED_NAME_MAX])
{
	struct called_key key = key_of(mac, peer);
	const struct called_place *set = set_of(book, &key);

	for (unsigned i = 0; i < PLACES; i++)
		if (set[i].seen_ns && memcmp(&set[i].key, &key, sizeof(key)) == 0) {
			memcpy(out_name, set[i].name, CALLED_NAME_MAX);
			return set[i].named;
		}
	out_name[0] = 0;
	return TALK_UNNAMED;
}
