/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers found again by a hash of what they stand for: a table of open addressing that grows. Private to advisory/, grows with what is read, never with traffic. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FINDER_NONE UINT32_MAX

struct finder_slot {
	uint32_t hash, number; /* number + 1; 0: empty */
};
struct finder {
	struct finder_slot *slots;
	uint32_t room, count; /* room: 0 or a power of two */
};

void finder_done(struct finder *finder);
/* Makes room for one more. 0 or -ENOMEM. */
int finder_grow(struct finder *finder);
/* After finder_grow(). */
void finder_put(struct finder *finder, uint32_t hash, uint32_t number);
/* The first number of that hash for which same() holds, or FINDER_NONE. */
uint32_t finder_find(const struct finder *finder, uint32_t hash, bool (*same)(const void *context, uint32_t number), const void *context);

/* A list of records that grows by doubling. */
struct pile {
	char *bytes;
	size_t len, room;
};
void pile_done(struct pile *pile);
/* Room for size bytes more at its end, zeroed and taken; NULL: no memory. */
void *pile_add(struct pile *pile, size_t size);
