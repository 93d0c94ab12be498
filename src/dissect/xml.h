/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scanner of tags: XML 1.0 as devices write it, and as much of HTML as stands before a title. Private to dissect/.
 *
 * It is fed bytes as they come, cut anywhere, and calls its reader for each tag and for the text that the reader wants. Its
 * state has a fixed size and it copies only that text. What an element means is not its business (document.c).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/fact.h"

enum {
	XML_NAME_MAX = 32, /* bytes of a tag's name without its prefix; a longer one is nobody's */
	XML_TEXT_MAX = 256, /* bytes of a text that are kept, the rest of it is cut off */
};

/* What the reader wants of the element that opens. */
enum xml_want {
	XML_NOTHING,
	XML_WHOLE, /* its text, when it closes */
	XML_WORDS, /* its text in pieces, as white space parts them */
	XML_RAW, /* HTML's title: up to its closing tag all is text */
	XML_RAW_NOTHING, /* HTML's script and style: the same, and not wanted */
};

struct xml {
	uint8_t state; /* enum xml_state */
	uint8_t want; /* enum xml_want, of the element that opened last */
	uint8_t name_len; /* over XML_NAME_MAX: too long */
	uint8_t matched; /* bytes of the mark that ends a comment, CDATA or raw text */
	uint8_t quote;
	bool slash, equals; /* within a tag: just after one */
	uint32_t text_len; /* may be over XML_TEXT_MAX */
	uint8_t name[XML_NAME_MAX];
	uint8_t text[XML_TEXT_MAX];
};

/* Names come without prefix, as written; an empty name was too long. Texts come trimmed and are never empty. */
struct xml_reader {
	enum xml_want (*open)(void *context, struct slice name);
	void (*text)(void *context, struct slice text);
	void (*close)(void *context, struct slice name); /* also after an empty-element tag */
	void *context;
};

/* All zero is the start of a document. */
void xml_take(struct xml *xml, const struct xml_reader *reader, const uint8_t *bytes, size_t len);

/* The reader has what it wants, or the document breaks its rules: nothing more is read of it. */
void xml_stop(struct xml *xml);
bool xml_stopped(const struct xml *xml);
