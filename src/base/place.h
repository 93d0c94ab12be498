/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of a JSON file from outside: weighed before a tree is made of it, and where in it a value stands. For MUD files and advisories. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct place {
	uint32_t line, column; /* from 1; 0: not found */
};

/* One step of the way down to a value: a key, or a number in a list. */
struct step {
	const char *key; /* NULL: index */
	size_t index;
};

/* The way down to where a reader stands; as deep as any of them goes. */
enum { WAY_MAX = 96 };
struct way {
	struct step steps[WAY_MAX];
	unsigned depth;
};

static inline void way_in(struct way *way, const char *key)
{
	way->steps[way->depth++] = (struct step){.key = key};
}

static inline void way_at(struct way *way, size_t index)
{
	way->steps[way->depth++] = (struct step){.index = index};
}

static inline void way_out(struct way *way)
{
	way->depth--;
}

struct place_limits {
	uint32_t depth; /* objects and lists in one another */
	uint32_t nodes; /* values */
	uint32_t string_len; /* bytes of one string or key, as written */
};
enum place_excess { PLACE_FITS, PLACE_LONG, PLACE_DEEP, PLACE_MANY };

/* Holds the text against the limits; where it exceeds one, *out_place says where. */
enum place_excess place_weigh(const char *body, size_t len, const struct place_limits *limits, struct place *out_place);

/* Where the value stands that these steps lead to; the text is JSON. */
struct place place_find(const char *body, size_t len, const struct way *way);

struct json_t;
/* "an object", "a string" ...: what stands there, in words. */
const char *place_type(const struct json_t *node);
