/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of a JSON file, before and beside the tree that jansson makes of it.
 *
 * Before: jansson takes what it is given, to a depth of 2,048 and until memory ends; 4 MiB of "[[],[],[]," would cost it 300 MiB. So the
 * text is weighed first: one pass that knows strings, brackets and commas, and no more of JSON than that. Values are counted as commas
 * and opening brackets, which is never fewer than there are.
 *
 * Beside: the tree does not remember where its values stood. For the few that a fault is told about the text is walked again, from the
 * top, along the steps that lead there.
 */
#include "base/place.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct place place_of(const char *body, size_t at)
{
	struct place place = {.line = 1, .column = 1};

	for (size_t i = 0; i < at; i++) {
		place.column++;
		if (body[i] == '\n') {
			place.line++;
			place.column = 1;
		}
	}
	return place;
}

/* at: a quote. Behind the closing one, or len. */
static size_t string_end(const char *body, size_t len, size_t at)
{
	for (at++; at < len && body[at] != '"'; at++)
		at += body[at] == '\\';
	return at < len ? at + 1 : len;
}

enum place_excess place_weigh(const char *body, size_t len, const struct place_limits *limits, struct place *out_place)
{
	uint32_t depth = 0, nodes = 0;

	for (size_t at = 0; at < len;) {
		size_t next = at + 1;
		enum place_excess excess = PLACE_FITS;
		if (body[at] == '"')
			next = string_end(body, len, at);
		if (next - at > (size_t)limits->string_len + 2)
			excess = PLACE_LONG;
		else if (body[at] == '[' || body[at] == '{')
			excess = ++depth > limits->depth ? PLACE_DEEP : PLACE_FITS;
		else if (body[at] == ']' || body[at] == '}')
			depth -= depth > 0;
		nodes += body[at] == ',' || body[at] == '[' || body[at] == '{';
		if (!excess && nodes > limits->nodes)
			excess = PLACE_MANY;
		if (excess) {
			*out_place = place_of(body, at);
			return excess;
		}
		at = next;
	}
	return PLACE_FITS;
}

struct walk {
	const char *body;
	size_t len, at;
};

static char here(struct walk *walk)
{
	while (walk->at < walk->len && is_space(walk->body[walk->at]))
		walk->at++;
	return walk->at < walk->len ? walk->body[walk->at] : 0;
}

/* Past one value, whatever is in it. */
static void skip_value(struct walk *walk)
{
	unsigned depth = 0;

	here(walk);
	do {
		char c = walk->at < walk->len ? walk->body[walk->at] : 0;
		if (c == '"') {
			walk->at = string_end(walk->body, walk->len, walk->at);
			continue;
		}
		if (!c || (!depth && (c == ',' || c == ']' || c == '}')))
			return;
		depth += c == '[' || c == '{';
		depth -= c == ']' || c == '}';
		walk->at++;
	} while (walk->at < walk->len && (depth || !strchr(",]}", walk->body[walk->at])));
}

/* At a quote: is that string this key, as written without escapes? Goes past it and the colon. */
static bool take_key(struct walk *walk, const char *key)
{
	size_t begin = walk->at + 1, len = strlen(key), end = string_end(walk->body, walk->len, walk->at);
	bool same = end - walk->at == len + 2 && !memcmp(walk->body + begin, key, len);

	walk->at = end;
	if (here(walk) == ':')
		walk->at++;
	return same;
}

/* At the bracket that opens: to the member that the step means. */
static bool walk_step(struct walk *walk, const struct step *step)
{
	if (here(walk) != (step->key ? '{' : '['))
		return false;
	walk->at++;
	for (size_t index = 0;; index++) {
		char c = here(walk);
		if (!c || c == '}' || c == ']')
			return false;
		if (step->key ? c == '"' && take_key(walk, step->key) : index == step->index)
			return true;
		skip_value(walk);
		if (here(walk) != ',')
			return false;
		walk->at++;
	}
}

struct place place_find(const char *body, size_t len, const struct way *way)
{
	struct walk walk = {.body = body, .len = len};

	for (unsigned i = 0; i < way->depth; i++)
		if (!walk_step(&walk, &way->steps[i]))
			return (struct place){0};
	here(&walk);
	return place_of(body, walk.at);
}

const char *place_type(const struct json_t *node)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "an object",
		[JSON_ARRAY] = "a list",
		[JSON_STRING] = "a string",
		[JSON_INTEGER] = "a number",
		[JSON_REAL] = "a number with a fraction",
		[JSON_TRUE] = "true",
		[JSON_FALSE] = "false",
		[JSON_NULL] = "null",
	};

	return names[json_typeof(node)];
}
