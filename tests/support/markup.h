/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A strict reader of the HTML page: stricter than any browser, and than XML. Only elements that the page is made of, every one closed,
 * every attribute quoted and none that runs or loads anything, only the entities that html_text() writes, no raw bytes.
 */
#pragma once

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { MARKUP_DEPTH_MAX = 32, MARKUP_NAME_MAX = 16 };

struct markup {
	const char *at;
	char open[MARKUP_DEPTH_MAX][MARKUP_NAME_MAX];
	int depth;
};

static inline bool markup_in(const char *const *list, const char *name)
{
	for (; *list; list++)
		if (**list == *name && !strcmp(*list, name))
			return true;
	return false;
}

static inline bool markup_word(const char **at, char out[MARKUP_NAME_MAX])
{
	size_t len = 0;

	while (isalnum((unsigned char)**at) || **at == '-' || **at == ':') {
		if (len + 1 == MARKUP_NAME_MAX)
			return false;
		out[len++] = *(*at)++;
	}
	out[len] = 0;
	return len != 0;
}

static inline bool markup_entity(const char *at)
{
	static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};

	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
		if (!strncmp(at, entities[i], strlen(entities[i])))
			return true;
	return false;
}

/* Up to end, which is left for the caller. */
static inline bool markup_characters(struct markup *markup, char end)
{
	for (;; markup->at++) {
		markup->at += strcspn(markup->at, "<>&\"");
		if (!*markup->at || *markup->at == end)
			return *markup->at == end;
		if (*markup->at != '"' && (*markup->at != '&' || !markup_entity(markup->at)))
			return false;
	}
}

static inline const char *markup_attribute(struct markup *markup)
{
	char name[MARKUP_NAME_MAX * 2] = "";
	size_t len = strcspn(markup->at, "= \t\n<>\"/");
	const char *value;

	if (!len || len >= sizeof(name) || strncmp(markup->at + len, "=\"", 2))
		return "an attribute without a quoted value";
	memcpy(name, markup->at, len);
	markup->at += len + 2;
	value = markup->at;
	if (!strncmp(name, "on", 2) || !strcmp(name, "src") || !strcmp(name, "style") || !strcmp(name, "srcset"))
		return "an attribute that runs or loads";
	if (!strcmp(name, "href") && *value != '#')
		return "a reference to the outside";
	if (!markup_characters(markup, '"'))
		return "an attribute that does not end";
	markup->at++;
	return NULL;
}

static inline const char *markup_tag(struct markup *markup)
{
	static const char *const known[] = {"html", "head", "meta", "title", "style", "body", "svg", "symbol", "use", "path", "rect",
		"line", "g", "text", "desc", "main", "header", "footer", "section", "article", "details", "summary", "h1", "h2", "h3", "h4",
		"p", "div", "span", "ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "a", "b", "em", "bdi",
		"code", "time", NULL};
	bool closes = *markup->at == '/';
	char name[MARKUP_NAME_MAX];
	const char *fault;

	markup->at += closes;
	if (!markup_word(&markup->at, name) || !markup_in(known, name))
		return "an element that is not the page's own";
	if (closes) {
		if (!markup->depth || strcmp(markup->open[--markup->depth], name) || *markup->at++ != '>')
			return "an element closed that is not open";
		return NULL;
	}
	while (*markup->at == ' ')
		if (markup->at++, (fault = markup_attribute(markup)))
			return fault;
	if (!strncmp(markup->at, "/>", 2)) {
		markup->at += 2;
		return NULL;
	}
	if (*markup->at++ != '>' || markup->depth == MARKUP_DEPTH_MAX)
		return "a tag that does not end";
	snprintf(markup->open[markup->depth++], MARKUP_NAME_MAX, "%s", name);
	return NULL;
}

/* No byte that a terminal or a browser would act on; the page's own line ends and doubled backslashes aside. */
static inline bool markup_is_clean(const char *page)
{
	size_t len = strlen(page);
	char *copy = malloc(len + 1);
	bool clean;

	if (!copy)
		abort();
	memcpy(copy, page, len + 1);
	for (char *c = copy; *c; c++)
		if (*c == '\n' || *c == '\\')
			*c = ' ';
	clean = text_clean(copy, len);
	free(copy);
	return clean;
}

/* What is wrong with a page, and where; NULL when nothing is. */
static inline const char *markup_fault(const char *page, const char **out_at)
{
	static const char doctype[] = "<!DOCTYPE html>\n";
	struct markup markup = {.at = page};
	const char *fault = NULL;

	*out_at = page;
	if (strncmp(page, doctype, strlen(doctype)))
		return "no doctype";
	if (!markup_is_clean(page))
		return "raw bytes";
	markup.at += strlen(doctype);
	while (!fault && *markup.at) {
		*out_at = markup.at;
		if (*markup.at == '<') {
			markup.at++;
			fault = markup_tag(&markup);
		} else if (!markup_characters(&markup, '<') && *markup.at) {
			fault = "a character that must be escaped";
		}
	}
	return fault ? fault : markup.depth ? "an element that is not closed" : NULL;
}
