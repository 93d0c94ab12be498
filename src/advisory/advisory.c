/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The documents that are kept. A document is known by its publisher's namespace and its tracking id (CSAF 2.0 section 3.2.1.12.4): of two files with the
 * same one only the newer version is kept, and the one before it stays behind it, so that what changed can be said. A place in the list is
 * never used twice before advisories_settle(), which puts all in order.
 */
#include "advisory/advisory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "advisory/index.h"
#include "advisory/inside.h"
#include "advisory/version.h"
#include "wire/siphash.h"

int advisories_new(const struct advisories_config *config, struct advisories **out)
{
	struct advisories *advisories = calloc(1, sizeof(*advisories));

	if (!advisories)
		return -ENOMEM;
	advisories->config = *config;
	memcpy(advisories->key, config->hash_key, sizeof(advisories->key));
	if (!advisories->config.bytes_max)
		advisories->config.bytes_max = FW_CSAF_KEPT_MAX;
	*out = advisories;
	return 0;
}

static void document_done(struct document *document)
{
	free(document->file);
	free(document->packed);
	*document = (struct document){0};
}

void advisories_free(struct advisories *advisories)
{
	if (!advisories)
		return;
	for (uint32_t i = 0; i < documents_count(advisories); i++)
		document_done(document_at(advisories, i));
	pile_done(&advisories->documents);
	finder_done(&advisories->files);
	finder_done(&advisories->ids);
	index_done(&advisories->index);
	free(advisories->exploited);
	free(advisories);
}

/* --- finding --------------------------------------------------------------------------------------------------------------- */

struct sought_document {
	const struct advisories *advisories;
	const char *file;
	const struct packed *packed;
};

static bool same_file(const void *context, uint32_t number)
{
	const struct sought_document *sought = context;
	const struct document *document = document_at(sought->advisories, number);

	return document->file && !strcmp(document->file, sought->file);
}

static bool same_id(const void *context, uint32_t number)
{
	const struct sought_document *sought = context;
	const struct packed *packed = document_at(sought->advisories, number)->packed;

	return packed && !strcmp(packed_text(packed, packed->id), packed_text(sought->packed, sought->packed->id)) &&
		!strcmp(packed_text(packed, packed->publisher_namespace), packed_text(sought->packed, sought->packed->publisher_namespace));
}

static uint32_t text_hash(const struct advisories *advisories, const char *text)
{
	return (uint32_t)fw_siphash13(advisories->key, text, strlen(text));
}

static uint32_t find_file(const struct advisories *advisories, const char *file)
{
	struct sought_document sought = {.advisories = advisories, .file = file};

	return finder_find(&advisories->files, text_hash(advisories, file), same_file, &sought);
}

static uint32_t find_id(const struct advisories *advisories, const struct packed *packed)
{
	struct sought_document sought = {.advisories = advisories, .packed = packed};

	return finder_find(&advisories->ids, text_hash(advisories, packed_text(packed, packed->id)), same_id, &sought);
}

/* --- taking in ------------------------------------------------------------------------------------------------------------- */

static void forget(struct advisories *advisories, uint32_t number)
{
	struct document *document = document_at(advisories, number);

	advisories->bytes -= document->len;
	document_done(document);
}

/* The new document, and behind it the version that was known before; takes neither. */
static int join(const struct packed *packed, const struct packed *before, struct document *out_document)
{
	size_t len = packed->len + (before ? before->len : 0);
	char *bytes = malloc(len);

	if (!bytes)
		return -ENOMEM;
	memcpy(bytes, packed, packed->len);
	if (before)
		memcpy(bytes + packed->len, before, before->len);
	out_document->packed = (void *)bytes;
	out_document->len = len;
	return 0;
}

/* What of the document under the same name comes behind the new one. */
static const struct packed *choose_before(const struct document *old, const struct packed *packed)
{
	if (!old)
		return NULL;
	if (old->packed->len == packed->len && !memcmp(old->packed, packed, packed->len))
		return document_before(old);
	return old->packed;
}

/* document: owned by the list afterwards, or by the caller where this fails. */
static int add(struct advisories *advisories, const struct document *document)
{
	uint32_t number = documents_count(advisories);
	const struct packed *packed = document->packed;
	struct document *room;

	if (finder_grow(&advisories->files) || finder_grow(&advisories->ids) || !(room = pile_add(&advisories->documents, sizeof(*room))))
		return -ENOMEM;
	*room = *document;
	advisories->bytes += document->len;
	finder_put(&advisories->files, text_hash(advisories, document->file), number);
	finder_put(&advisories->ids, text_hash(advisories, packed_text(packed, packed->id)), number);
	return 0;
}

/* Of the same document in two files the newer version; of one version the one that was there. */
static int check_older(
	const struct advisories *advisories, const char *file, const struct packed *packed, uint32_t same, struct fault *out_fault)
{
	const struct document *held = same == FINDER_NONE ? NULL : document_at(advisories, same);

	if (!held || !strcmp(held->file, file))
		return 0;
	if (version_tracking_order(packed_text(packed, packed->version), packed_text(held->packed, held->packed->version)) > 0)
		return 0;
	fault_set(out_fault, file, 0, 0, "%s: version %s of a document of which %s holds version %s, which is kept",
		packed_text(packed, packed->id), packed_text(packed, packed->version), held->file,
		packed_text(held->packed, held->packed->version));
	return -EEXIST;
}

static void tell_replaced(const struct advisories *advisories, const char *file, const struct packed *packed, const struct document *held)
{
	struct fault fault;

	if (!advisories->config.told || !strcmp(held->file, file))
		return;
	fault_set(&fault, file, 0, 0, "%s: version %s takes the place of version %s from %s", packed_text(packed, packed->id),
		packed_text(packed, packed->version), packed_text(held->packed, held->packed->version), held->file);
	advisories->config.told(advisories->config.context, &fault);
}

/* with_before: what was unpacked brings its own. */
static int take(struct advisories *advisories, const char *file, const struct packed *packed, const struct packed *with_before,
	struct fault *out_fault)
{
	uint32_t same = find_id(advisories, packed), there = find_file(advisories, file);
	const struct document *held = same == FINDER_NONE ? NULL : document_at(advisories, same);
	struct document document = {0};
	int error = check_older(advisories, file, packed, same, out_fault);

	if (error)
		return error;
	error = join(packed, with_before ? with_before : choose_before(held, packed), &document);
	if (!error && !(document.file = strdup(file)))
		error = -ENOMEM;
	if (!error && advisories->bytes + document.len > advisories->config.bytes_max) {
		fault_set(out_fault, file, 0, 0, "no room: the advisories that are kept may take %llu bytes",
			(unsigned long long)advisories->config.bytes_max);
		error = -ENOSPC;
	}
	if (!error)
		error = add(advisories, &document);
	if (error) {
		document_done(&document);
		return error;
	}
	if (same != FINDER_NONE) {
		tell_replaced(advisories, file, packed, document_at(advisories, same));
		forget(advisories, same);
	}
	if (there != FINDER_NONE && there != same)
		forget(advisories, there);
	return 0;
}

int advisories_read(struct advisories *advisories, const char *file, const char *body, size_t len, struct fault *out_fault)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	struct packed *packed = NULL;
	int error;

	if (!reader)
		return -ENOMEM;
	reader->file = file;
	reader->body = body;
	reader->len = len;
	reader->config = &advisories->config;
	reader->out_fault = out_fault;
	error = document_read(reader, &packed);
	free(reader);
	if (!error)
		error = take(advisories, file, packed, NULL, out_fault);
	free(packed);
	return error;
}

void advisories_drop(struct advisories *advisories, const char *file)
{
	uint32_t there = find_file(advisories, file);

	if (there != FINDER_NONE)
		forget(advisories, there);
}

const void *advisories_packed(const struct advisories *advisories, const char *file, size_t *out_len)
{
	uint32_t there = find_file(advisories, file);

	if (there == FINDER_NONE)
		return NULL;
	*out_len = document_at(advisories, there)->len;
	return document_at(advisories, there)->packed;
}

int advisories_unpack(struct advisories *advisories, const char *file, const void *bytes, size_t len)
{
	const struct packed *packed = bytes;

	if ((uintptr_t)bytes % _Alignof(struct packed) || !packed_verify(bytes, len))
		return -EINVAL;
	return take(advisories, file, packed, packed->len < len ? (const void *)((const char *)bytes + packed->len) : NULL, NULL);
}

/* --- documents ------------------------------------------------------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
	const struct packed *left = ((const struct document *)a)->packed, *right = ((const struct document *)b)->packed;
	int order = strcmp(packed_text(left, left->publisher_namespace), packed_text(right, right->publisher_namespace));

	return order ? order : strcmp(packed_text(left, left->id), packed_text(right, right->id));
}

/* Without what was forgotten, in the order in which all is told. */
static int put_in_order(struct advisories *advisories)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < documents_count(advisories); i++)
		if (document_at(advisories, i)->packed)
			*document_at(advisories, kept++) = *document_at(advisories, i);
	advisories->documents.len = kept * sizeof(struct document);
	if (kept)
		qsort(advisories->documents.bytes, kept, sizeof(struct document), by_id);
	finder_done(&advisories->files);
	finder_done(&advisories->ids);
	for (uint32_t i = 0; i < kept; i++) {
		const struct document *document = document_at(advisories, i);
		if (finder_grow(&advisories->files) || finder_grow(&advisories->ids))
			return -ENOMEM;
		finder_put(&advisories->files, text_hash(advisories, document->file), i);
		finder_put(&advisories->ids, text_hash(advisories, packed_text(document->packed, document->packed->id)), i);
	}
	return 0;
}

int advisories_settle(struct advisories *advisories)
{
	int error = put_in_order(advisories);

	return error ? error : index_build(advisories);
}

uint32_t advisories_count(const struct advisories *advisories)
{
	return documents_count(advisories);
}

static uint16_t highest_score(const struct packed *packed)
{
	const struct packed_score *scores = packed_table(packed, TABLE_SCORE);
	uint32_t highest = 0;

	for (uint32_t i = 0; i < packed->counts[TABLE_SCORE]; i++)
		if (scores[i].tenths > highest)
			highest = scores[i].tenths;
	return (uint16_t)highest;
}

void advisory_fill(const struct advisories *advisories, uint32_t number, struct advisory *out_advisory)
{
	const struct document *document = document_at(advisories, number);
	const struct packed *packed = document->packed;

	*out_advisory = (struct advisory){
		.id = packed_text(packed, packed->id),
		.title = packed_text(packed, packed->title),
		.publisher = packed_text(packed, packed->publisher),
		.publisher_namespace = packed_text(packed, packed->publisher_namespace),
		.url = packed_text(packed, packed->url),
		.version = packed_text(packed, packed->version),
		.initial_date = packed_text(packed, packed->initial_date),
		.current_date = packed_text(packed, packed->current_date),
		.revision = packed_text(packed, packed->revision),
		.category = packed_text(packed, packed->category),
		.severity = packed_text(packed, packed->severity),
		.file = document->file,
		.status = packed->status,
		.withdrawn = packed->withdrawn,
		.revision_count = packed->counts[TABLE_REVISION],
		.vulnerability_count = packed->counts[TABLE_VULNERABILITY],
		.product_count = packed->counts[TABLE_PRODUCT],
		.score = highest_score(packed),
		.number = number,
	};
}

bool advisories_at(const struct advisories *advisories, uint32_t number, struct advisory *out_advisory)
{
	if (number >= documents_count(advisories) || !document_at(advisories, number)->packed)
		return false;
	advisory_fill(advisories, number, out_advisory);
	return true;
}

bool advisories_find(const struct advisories *advisories, const char *id, struct advisory *out_advisory)
{
	for (uint32_t i = 0; i < documents_count(advisories); i++) {
		const struct packed *packed = document_at(advisories, i)->packed;
		if (packed && !strcasecmp(packed_text(packed, packed->id), id)) {
			advisory_fill(advisories, i, out_advisory);
			return true;
		}
	}
	return false;
}

void advisories_each_revision(const struct advisories *advisories, uint32_t number,
	void (*visit)(void *context, const struct advisory_revision *revision), void *context)
{
	const struct packed *packed = document_at(advisories, number)->packed;
	const struct packed_revision *revisions = packed_table(packed, TABLE_REVISION);

	for (uint32_t i = 0; i < packed->counts[TABLE_REVISION]; i++) {
		const struct advisory_revision revision = {packed_text(packed, revisions[i].number), packed_text(packed, revisions[i].date),
			packed_text(packed, revisions[i].summary)};
		visit(context, &revision);
	}
}
