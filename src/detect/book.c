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

struct book {
	struct table by_key;
	struct finding *findings;
	bool *withdrawn; /* beside findings */
	uint32_t count, capacity;
	uint64_t left_out, changes;
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
	book->withdrawn = calloc(capacity, sizeof(*book->withdrawn));
	int result = book->findings && book->withdrawn ? 0 : -ENOMEM;
	if (result == 0)
		result = table_init(&book->by_key, capacity, sizeof(struct book_entry), sizeof(struct book_key), hash_key);
	if (result != 0) {
		free(book->findings);
		free(book->withdrawn);
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
	free(book->findings);
	free(book->withdrawn);
	free(book);
}

static struct finding *book_make(struct book *book, const struct book_key *key)
{
	/* The table has as many places as the book has pages, so this never evicts. */
	struct book_entry *entry = table_put(&book->by_key, key, &(bool){false}, NULL, NULL);
	entry->index = book->count;
	struct finding *finding = &book->findings[book->count++];
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
	if (!known && book->count == book->capacity) {
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

void book_withdraw(struct book *book, struct finding *finding)
{
	book->withdrawn[finding - book->findings] = true;
}

void book_settle(struct book *book)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < book->count; i++)
		if (!book->withdrawn[i] && kept++ != i)
			book->findings[kept - 1] = book->findings[i];
	book->count = kept;
	memset(book->withdrawn, 0, book->capacity);
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

uint64_t book_left_out(const struct book *book)
{
	return book->left_out;
}
