/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "policy/inside.h"

struct key {
	char text[MUD_NAME_MAX]; /* the rest is zero */
	uint32_t kind;
	uint32_t zero;
};
_Static_assert(sizeof(struct key) == MUD_NAME_MAX + 8, "no holes");

struct entry {
	struct key key;
	uint32_t number;
	uint32_t asked; /* since the last sweep, or the last time that all were unasked */
};
_Static_assert(sizeof(struct entry) % 8 == 0, "table_init()");

/* The least recently used stands first in the table: as long as nothing is touched that is the order in which sets were made. */
struct policy_sets {
	struct table table;
	uint32_t next, max;
	uint32_t counts[POLICY_SET_KIND_COUNT];
};

int policy_sets_new(uint32_t max, uint32_t first, const uint8_t key[16], struct policy_sets **out)
{
	struct policy_sets *sets = max && first ? malloc(sizeof(*sets)) : NULL;

	if (!max || !first)
		return -EINVAL;
	if (!sets || table_init(&sets->table, max, sizeof(struct entry), sizeof(struct key), key)) {
		free(sets);
		return -ENOMEM;
	}
	sets->next = first;
	sets->max = max;
	memset(sets->counts, 0, sizeof(sets->counts));
	*out = sets;
	return 0;
}

void policy_sets_free(struct policy_sets *sets)
{
	if (!sets)
		return;
	table_done(&sets->table);
	free(sets);
}

/* False for what is too long to be any. */
static bool key_of(struct key *key, enum policy_set_kind kind, const char *text)
{
	size_t len = strlen(text);

	memset(key, 0, sizeof(*key));
	key->kind = kind;
	if (!len || len >= sizeof(key->text))
		return false;
	memcpy(key->text, text, len);
	return true;
}

uint32_t policy_set(struct policy_sets *sets, enum policy_set_kind kind, const char *text)
{
	struct entry *entry;
	struct key key;
	bool new;

	if (!key_of(&key, kind, text))
		return 0;
	entry = table_find(&sets->table, &key);
	if (!entry) {
		if (sets->table.count == sets->max || !sets->next)
			return 0;
		entry = table_put(&sets->table, &key, &new, NULL, NULL);
		sets->counts[kind]++;
		entry->number = sets->next++; /* comes to 0 behind the last number: then there are no more */
	}
	entry->asked = 1;
	return entry->number;
}

uint32_t policy_set_find(const struct policy_sets *sets, enum policy_set_kind kind, const char *text)
{
	const struct entry *entry;
	struct key key;

	if (!key_of(&key, kind, text))
		return 0;
	entry = table_find(&sets->table, &key);
	return entry ? entry->number : 0;
}

struct search {
	enum policy_set_kind kind;
	uint32_t number; /* looked for, or 0 */
	struct policy_set found;
	void (*visit)(void *context, const struct policy_set *set);
	void *context;
};

static void look(void *context, void *at)
{
	struct search *search = context;
	const struct entry *entry = at;
	struct policy_set set = {.kind = entry->key.kind, .number = entry->number, .text = entry->key.text};

	if (search->number && entry->number == search->number)
		search->found = set;
	if (search->visit && set.kind == search->kind)
		search->visit(search->context, &set);
}

void policy_each_set(const struct policy_sets *sets, enum policy_set_kind kind, void (*visit)(void *context, const struct policy_set *set),
	void *context)
{
	struct search search = {.kind = kind, .visit = visit, .context = context};

	table_each(&sets->table, look, &search);
}

bool policy_set_at(const struct policy_sets *sets, uint32_t number, struct policy_set *out_set)
{
	struct search search = {.number = number};

	if (number)
		table_each(&sets->table, look, &search);
	if (!search.found.number)
		return false;
	*out_set = search.found;
	return true;
}

static void forget(struct policy_sets *sets, struct entry *entry)
{
	sets->counts[entry->key.kind]--;
	entry->number = 0;
	table_remove(&sets->table, entry);
}

void policy_sets_unask(struct policy_sets *sets)
{
	for (uint32_t i = 0; i < sets->max; i++)
		((struct entry *)table_at(&sets->table, i))->asked = 0;
}

void policy_sets_sweep(struct policy_sets *sets)
{
	for (uint32_t i = 0; i < sets->max; i++) {
		struct entry *entry = table_at(&sets->table, i);
		if (!entry->number)
			continue;
		if (!entry->asked) {
			forget(sets, entry);
		} else {
			entry->asked = 0;
		}
	}
}

uint32_t policy_set_count(const struct policy_sets *sets, enum policy_set_kind kind)
{
	return sets->counts[kind];
}

uint32_t policy_sets_next(const struct policy_sets *sets)
{
	return sets->next;
}

/* Nothing is ever touched, so those made last are the newest. */
void policy_sets_back(struct policy_sets *sets, uint32_t next)
{
	while (sets->table.newest != TABLE_NONE) {
		struct entry *entry = table_at(&sets->table, sets->table.newest);
		if (entry->number < next)
			break;
		forget(sets, entry);
	}
	sets->next = next;
}

uint32_t policy_maker_set(const struct policy_sets *sets, const char *url)
{
	char maker[MUD_NAME_MAX];

	return policy_url_maker(url, maker) ? 0 : policy_set_find(sets, POLICY_SET_MAKER, maker);
}

uint32_t policy_model_set(const struct policy_sets *sets, const char *url)
{
	return policy_set_find(sets, POLICY_SET_MODEL, url);
}
