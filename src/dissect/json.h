/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON (RFC 8259) inside makers' own protocols: one walk over the text, token by token, without a tree and without
 * allocation; each value is handed over as soon as it is complete, so that what is cut behind it costs nothing.
 * Private to dissect/.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/fact.h"
#include "wire/bytes.h"

enum { JSON_DEPTH_MAX = 16, JSON_TEXT_MAX = 256 };

/* Borrowed for the call. */
struct json_value {
	struct slice key; /* empty in an array */
	struct slice object; /* the key of the object around it; empty for the outermost, and for one within an array */
	unsigned depth; /* 1: in the outermost object */
	struct slice raw; /* of a string what stands between its quotes, escapes and all; else the letters of the scalar */
	bool string;
};

typedef void json_seen(void *context, const struct json_value *value);

/*
 * The whole is an object, and one of another kind is BAD; what follows its end is not looked at. SHORT if it ends early:
 * a scalar at the very end is then not given, for digits may be missing. BAD beyond JSON_DEPTH_MAX.
 */
enum fw_read json_read(const uint8_t *bytes, size_t len, json_seen *seen, void *context);

static inline bool json_is(struct slice slice, const char *text)
{
	for (size_t i = 0; i < slice.len; i++) /* most differ in the first byte */
		if (!text[i] || slice.bytes[i] != (uint8_t)text[i])
			return false;
	return !text[slice.len];
}

/* A string without its escapes, cut at whole characters where it is too long. Half a surrogate pair is U+FFFD. */
struct slice json_text(struct slice raw, uint8_t out[JSON_TEXT_MAX]);

/* Six bytes in hex with ':' or '-' between them, or with nothing; false, and out_ untouched, for anything else. */
bool json_mac(struct slice text, uint8_t out_mac[6]);

/* A scalar that is a whole number of at most nine digits; false otherwise. */
bool json_number(const struct json_value *value, uint32_t *out_number);

/* ---- values that become facts ---- */

enum json_form { JSON_TEXT, JSON_MAC, JSON_IPV4 };

/* A string becomes a fact under its own key and the key of the object around it; "" is the outermost object. */
struct json_fact {
	const char *object, *key;
	enum fact_kind kind;
	enum json_form form;
};

struct json_facts {
	const struct json_fact *table;
	size_t count;
	uint32_t number; /* goes into each fact */
	const struct fact_sink *sink;
	size_t given; /* out: how many facts came of it */
};

/* A json_seen whose context is a struct json_facts. Empty strings, and what has not the form, are no facts. */
void json_give(void *facts, const struct json_value *value);
