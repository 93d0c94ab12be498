/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One document while it is read: where the reader stands, and what is kept of it. Private to advisory/. */
#pragma once

#include <jansson.h>

#include "advisory/advisory.h"
#include "advisory/finder.h"
#include "advisory/packed.h"
#include "base/place.h"
#include "wire/limits.h"

/* What of the document has been read so far; becomes one block (build.c). */
struct build {
	uint8_t hash_key[16];
	struct packed head;
	struct pile tables[PACKED_TABLES], heap, blobs, groups, scratch;
	struct finder texts, products, group_ids;
	uint64_t listed; /* products taken from lists so far */
};

struct reader {
	const char *file, *body;
	size_t len;
	const struct advisories_config *config;
	struct fault *out_fault;
	struct way way;
	uint32_t told;
	int error; /* 0, -EINVAL, -E2BIG, -ENOMEM: the first that happened */
	struct build build;
};

/* --- tell.c ---------------------------------------------------------------------------------------------------------------- */

/* Something about the member `key` of where the reader stands (NULL: about itself) is wrong, and is left out. Raw text may be given. */
void reader_tell(struct reader *reader, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same, and the document is refused for it. */
void refuse(struct reader *reader, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A fault of the text itself. */
void refuse_at(struct reader *reader, int error, uint64_t line, const char *sentence);
void reader_tell_rest(struct reader *reader);
void reader_fail(struct reader *reader, int error);
/* "a string", "a number", ... */

/* --- build.c --------------------------------------------------------------------------------------------------------------- */

int build_init(struct build *build, const uint8_t hash_key[16]);
void build_done(struct build *build);
/* Text in the heap, cut at FW_CSAF_TEXT_MAX; 0 is "". */
uint32_t keep_text(struct reader *reader, const char *text, size_t len);
/* A member that should be a string: told where it is something else. */
uint32_t keep_member(struct reader *reader, const json_t *object, const char *key);
/* Numbers, sorted and each once, in the heap; 0 is the empty list. */
uint32_t keep_list(struct reader *reader, uint32_t *numbers, size_t count);
const char *kept_text(const struct reader *reader, uint32_t at);
/* A new record of that table, zeroed; NULL: no memory, noted. Valid until the next one. */
void *keep_record(struct reader *reader, enum packed_table table);
uint32_t kept_count(const struct reader *reader, enum packed_table table);
/* The block; the caller frees it. NULL: no memory. */
struct packed *build_finish(struct build *build);

/* --- tree.c ---------------------------------------------------------------------------------------------------------------- */

void tree_read(struct reader *reader, const json_t *tree);
/* The product of that id, or FINDER_NONE. */
uint32_t tree_product(const struct reader *reader, uint32_t id);
/* What these two members (lists of product ids and of group ids) come to, into scratch; how many. Unknown ids are told. Either key may be NULL. */
size_t tree_products(struct reader *reader, const json_t *object, const char *ids_key, const char *groups_key);

/* --- vulnerability.c ------------------------------------------------------------------------------------------------------- */

void vulnerabilities_read(struct reader *reader, const json_t *list);

/* --- read.c ---------------------------------------------------------------------------------------------------------------- */

/* Returns 0 with the block (the caller frees it), -EINVAL, -E2BIG or -ENOMEM. */
int document_read(struct reader *reader, struct packed **out_packed);
/* The tree of a JSON text within these limits, or NULL with what was wrong noted. */
json_t *document_text(struct reader *reader);

/* --- the collection (advisory.c) ------------------------------------------------------------------------------------------- */

struct document {
	char *file;
	struct packed *packed; /* and behind it the version before, if there was one */
	size_t len; /* of both */
};

/* Who is spoken of, for whom: see index.c. */
struct entry {
	uint32_t maker, pattern; /* offsets into index.names, where equal text stands once */
	uint32_t document, product;
};
struct maker_document {
	uint32_t maker, document;
};
struct index {
	struct pile names, blobs, entries, wild, makers;
	struct finder texts;
	uint32_t names_left_out; /* of makers and models, and what relates to them, for which there was no room */
};

struct advisories {
	struct advisories_config config;
	struct pile documents;
	struct finder files, ids;
	uint64_t bytes;
	struct index index;
	uint64_t *exploited; /* year << 32 | number, rising */
	size_t exploited_count;
	uint8_t key[16];
};

static inline uint32_t documents_count(const struct advisories *advisories)
{
	return (uint32_t)(advisories->documents.len / sizeof(struct document));
}

static inline struct document *document_at(const struct advisories *advisories, uint32_t number)
{
	return (struct document *)(void *)advisories->documents.bytes + number;
}

/* The version before it, or NULL. */
static inline const struct packed *document_before(const struct document *document)
{
	return document->len > document->packed->len ? (const void *)((const char *)document->packed + document->packed->len) : NULL;
}

bool exploited_holds(const struct advisories *advisories, const char *cve);
void advisory_fill(const struct advisories *advisories, uint32_t number, struct advisory *out_advisory);
