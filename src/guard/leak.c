/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A finding names the time of its first packet; how much left since then the kernel's counter knows, if somebody wrote down how it stood. So
 * a device has two rings of samples: one of each tick, one of every ten seconds. The answer comes from the latest sample that is
 * not younger than asked for: at most one tick too much is counted, and nothing too little.
 *
 * Two rings are a kilobyte and a half, and ten thousand devices would have fifteen megabytes of them, nearly all about devices that were answered. So
 * a device that is answered needs none, and of the others those have them whose counters moved last.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "guard/guard.h"

enum { KEY_LEN = 8 };

struct minutes {
	uint8_t mac[KEY_LEN]; /* two zeros behind it */
	uint32_t fine_count, coarse_count; /* ever noted */
	struct leak_sample fine[LEAK_FINE], coarse[LEAK_COARSE];
};

struct leak_book {
	struct table table;
};

int leak_book_new(uint32_t max, const uint8_t key[16], struct leak_book **out_book)
{
	struct leak_book *book = calloc(1, sizeof(*book));

	if (!book || table_init(&book->table, max, sizeof(struct minutes), KEY_LEN, key)) {
		free(book);
		return -ENOMEM;
	}
	*out_book = book;
	return 0;
}

void leak_book_free(struct leak_book *book)
{
	if (!book)
		return;
	table_done(&book->table);
	free(book);
}

static void key_of(const struct leak *leak, uint8_t out[KEY_LEN])
{
	memcpy(out, leak->mac, 6);
	out[6] = out[7] = 0;
}

static struct minutes *minutes_of(const struct leak_book *book, const struct leak *leak)
{
	uint8_t key[KEY_LEN];

	key_of(leak, key);
	return table_find(&book->table, key);
}

static void put(struct leak_sample *ring, uint32_t size, uint32_t *count, uint64_t every_ns, const struct leak_sample *sample)
{
	if (*count && sample->time_ns < ring[(*count - 1) % size].time_ns + every_ns)
		return;
	ring[(*count)++ % size] = *sample;
}

static void write_down(struct minutes *minutes, const struct leak_sample *sample)
{
	put(minutes->fine, LEAK_FINE, &minutes->fine_count, LEAK_FINE_NS, sample);
	put(minutes->coarse, LEAK_COARSE, &minutes->coarse_count, LEAK_COARSE_NS, sample);
}

/* What an earlier device of this MAC, or this one's earlier counter, left behind is no more. */
static void begin(struct leak_book *book, struct leak *leak, const struct leak_sample *now)
{
	struct minutes *before = minutes_of(book, leak);

	if (before)
		table_remove(&book->table, before);
	leak->noted = true;
	leak->last = *now;
	leak->still_ns = now->time_ns;
}

static void move(struct leak_book *book, struct leak *leak, const struct leak_sample *now)
{
	struct leak_sample still = leak->last;
	struct minutes *minutes;
	uint8_t key[KEY_LEN];
	bool is_new;

	key_of(leak, key);
	minutes = table_put(&book->table, key, &is_new, NULL, NULL);
	if (is_new)
		write_down(minutes, &leak->last);
	still.time_ns = leak->still_ns;
	write_down(minutes, &still);
	write_down(minutes, now);
	leak->last = *now;
	leak->still_ns = now->time_ns;
}

void leak_note(struct leak_book *book, struct leak *leak, const struct leak_sample *now)
{
	const struct leak_sample *last = &leak->last;

	if (!leak->noted || now->packets < last->packets || now->bytes < last->bytes)
		begin(book, leak, now);
	else if (now->time_ns < leak->still_ns)
		return;
	else if (now->packets == last->packets && now->bytes == last->bytes)
		leak->still_ns = now->time_ns;
	else
		move(book, leak, now);
}

/* The latest at or before first_ns, NULL where all are younger; *out_oldest: the oldest there is. */
static const struct leak_sample *find(
	const struct leak_sample *ring, uint32_t size, uint32_t count, uint64_t first_ns, const struct leak_sample **out_oldest)
{
	for (uint32_t back = 1; back <= count && back <= size; back++) {
		const struct leak_sample *sample = &ring[(count - back) % size];
		if (sample->time_ns <= first_ns)
			return sample;
		if (!*out_oldest || sample->time_ns < (*out_oldest)->time_ns)
			*out_oldest = sample;
	}
	return NULL;
}

static const struct leak_sample *find_in(const struct minutes *minutes, uint64_t first_ns, const struct leak_sample **out_oldest)
{
	const struct leak_sample *from = find(minutes->fine, LEAK_FINE, minutes->fine_count, first_ns, out_oldest);

	return from ? from : find(minutes->coarse, LEAK_COARSE, minutes->coarse_count, first_ns, out_oldest);
}

bool leak_since(
	const struct leak_book *book, const struct leak *leak, uint64_t first_ns, const struct leak_sample *now, struct leak_sample *out)
{
	const struct minutes *minutes = minutes_of(book, leak);
	const struct leak_sample *oldest = leak->noted ? &leak->last : NULL, *from = oldest;

	if (from && from->time_ns > first_ns)
		from = minutes ? find_in(minutes, first_ns, &oldest) : NULL;
	*out = (struct leak_sample){.time_ns = first_ns, .packets = now->packets, .bytes = now->bytes};
	if (from || oldest) {
		const struct leak_sample *base = from ? from : oldest;
		out->packets = now->packets > base->packets ? now->packets - base->packets : 0;
		out->bytes = now->bytes > base->bytes ? now->bytes - base->bytes : 0;
	}
	return from != NULL;
}
