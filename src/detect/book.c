/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "detect/book.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"

struct book_key {
	uint8_t source[16];
	uint64_t discriminator;
	uint32_t id;
	uint32_t device;
	uint32_t has_source;
	uint32_t zero; /* padding, always zero: the key is hashed as bytes */
};

struct book_entry {
	struct book_key key;
	uint64_t index;
};

/* What is known of a finding's place beside the finding. */
struct page {
	uint64_t number; /* 0: free */
	uint32_t entry; /* in by_key; of a free one: the next free one */
	bool leaving;
};

struct book {
	struct table by_key;
	struct finding *findings;
	struct page *pages;
	uint32_t count, capacity;
	uint32_t free, free_count; /* places that were given back */
	uint64_t left_out, changes, numbers;
};

int book_new(uint32_t capacity, const uint8_t hash_key[16], struct book **out_book)
{
	if (capacity == 0)
		return -EINVAL;
	struct book *book = calloc(1, sizeof(*book));
	if (!book)
		return -ENOMEM;
	book->capacity = capacity;
	book->findings = calloc(capacity, sizeof(*book->findings));
	book->pages = calloc(capacity, sizeof(*book->pages));
	book->free = TABLE_NONE;
	int result = book->findings && book->pages ? 0 : -ENOMEM;
	if (result == 0)
		result = table_init(&book->by_key, capacity, sizeof(struct book_entry), sizeof(struct book_key), hash_key);
	if (result != 0) {
		free(book->pages);
		free(book->findings);
		free(book);
		return result;
	}
	*out_book = book;
	return 0;
}

void book_free(struct book *book)
{
	if (!book)
		return;
	table_done(&book->by_key);
	free(book->pages);
	free(book->findings);
	free(book);
}

static uint32_t place_take(struct book *book)
{
	uint32_t place = book->free;

	if (place == TABLE_NONE)
		return book->count++;
	book->free = book->pages[place].entry;
	book->free_count--;
	memset(&book->findings[place], 0, sizeof(book->findings[place]));
	return place;
}

static struct finding *book_make(struct book *book, const struct book_key *key)
{
	/* The table has as many places as the book has pages, so this never evicts. */
	struct book_entry *entry = table_put(&book->by_key, key, &(bool){false}, NULL, NULL);
	uint32_t place = place_take(book);
	struct finding *finding = &book->findings[place];
	entry->index = place;
	book->pages[place] = (struct page){.number = ++book->numbers, .entry = table_index(&book->by_key, entry)};
	book->changes++;
	finding->id = (enum finding_id)key->id;
	finding->severity = SEVERITY_LOW;
	finding->state = STATE_CLEAN;
	finding->device = key->device;
	finding->has_source = key->has_source != 0;
	memcpy(finding->source, key->source, sizeof(finding->source));
	finding->first_ns = UINT64_MAX;
	return finding;
}

struct finding *book_note(struct book *book, enum finding_id id, uint32_t device, const uint8_t source[16], uint64_t discriminator,
	uint64_t time_ns, bool *out_new)
{
	struct book_key key = {.discriminator = discriminator, .id = id, .device = device, .has_source = source != NULL};
	if (source)
		memcpy(key.source, source, sizeof(key.source));
	const struct book_entry *known = table_find(&book->by_key, &key);
	if (!known && book_kept(book) == book->capacity) {
		book->left_out++;
		return NULL;
	}
	struct finding *finding = known ? &book->findings[known->index] : book_make(book, &key);
	if (time_ns < finding->first_ns)
		finding->first_ns = time_ns;
	if (time_ns > finding->last_ns)
		finding->last_ns = time_ns;
	if (out_new)
		*out_new = !known;
	return finding;
}

uint64_t book_fold(const uint8_t address[16])
{
	uint64_t high, low;

	/* A mapped IPv4 address has eight zero bytes, two more, ff ff, and the address. */
	memcpy(&high, address, sizeof(high));
	memcpy(&low, address + 8, sizeof(low));
	return low ^ (high << 7 | high >> 57);
}

void book_raise(struct book *book, struct finding *finding, enum severity severity, enum device_state state)
{
	book->changes += severity > finding->severity || state > finding->state;
	if (severity > finding->severity)
		finding->severity = severity;
	if (state > finding->state)
		finding->state = state;
}

uint64_t book_changes(const struct book *book)
{
	return book->changes;
}

struct finding *book_at(const struct book *book, uint32_t index)
{
	return index < book->count ? &book->findings[index] : NULL;
}

uint32_t book_count(const struct book *book)
{
	return book->count;
}

uint32_t book_kept(const struct book *book)
{
	return book->count - book->free_count;
}

uint64_t book_number(const struct book *book, uint32_t index)
{
	return index < book->count ? book->pages[index].number : 0;
}

/* ---- leaving ---- */

/* How many are quiet since before `since_ns`, and not marked yet. */
static uint32_t quiet_count(const struct book *book, uint64_t since_ns)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < book->count; i++)
		count += book->pages[i].number && book->findings[i].last_ns < since_ns;
	return count;
}

/* The latest time so that no more than `most` were quiet before it: by halving, as sorting would need room. */
static uint64_t cut_for(const struct book *book, uint64_t before_ns, uint32_t most)
{
	uint64_t low = 0, high = before_ns;

	while (low < high) {
		uint64_t middle = low + (high - low + 1) / 2;

		if (quiet_count(book, middle) <= most)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

uint32_t book_mark(struct book *book, uint64_t before_ns, uint32_t keep)
{
	uint32_t kept = book_kept(book), marked = 0;
	uint64_t cut_ns = kept > keep ? cut_for(book, before_ns, kept - keep) : 0;

	for (uint32_t i = 0; i < book->count && cut_ns; i++)
		if (book->pages[i].number && book->findings[i].last_ns < cut_ns) {
			book->pages[i].leaving = true;
			marked++;
		}
	return marked;
}

bool book_is_leaving(const struct book *book, const struct finding *finding)
{
	return finding && book->pages[finding - book->findings].leaving;
}

void book_leave(struct book *book)
{
	for (uint32_t i = 0; i < book->count; i++) {
		if (!book->pages[i].leaving)
			continue;
		table_remove(&book->by_key, table_at(&book->by_key, book->pages[i].entry));
		memset(&book->findings[i], 0, sizeof(book->findings[i]));
		book->findings[i].device = DEVICE_NONE;
		book->pages[i] = (struct page){.entry = book->free};
		book->free = i;
		book->free_count++;
	}
}

uint64_t book_left_out(const struct book *book)
{
	return book->left_out;
}
