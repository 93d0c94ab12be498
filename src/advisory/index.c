/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is spoken of, for whom. Made once for all documents, so that a device is held against the few that name its maker and not against 50,000:
 *
 *	entries   (maker, pattern, document, product), sorted: a device's maker and model lead to a run of them by bisection
 *	wild      (maker, pattern) where the pattern is more than text: tried one by one, within one maker
 *	makers    (maker, document): what is told of the maker alone
 *
 * Makers and patterns are texts that stand once in names; their offset stands for them. Products with a telling model also stand under the maker
 * "*", for devices of which the maker is unknown; CPE and purl have makers of their own ("*cpe").
 */
#include "advisory/index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "advisory/range.h"
#include "wire/siphash.h"

struct sought_name {
	const struct index *index;
	const char *text;
};

/* blobs holds the offset of each name. */
static bool same_name(const void *context, uint32_t number)
{
	const struct sought_name *sought = context;
	const uint32_t *offsets = (const void *)sought->index->blobs.bytes;

	return !strcmp(index_text(sought->index, offsets[number]), sought->text);
}

static uint32_t name_hash(const struct advisories *advisories, const char *text)
{
	return (uint32_t)fw_siphash13(advisories->key, text, strlen(text));
}

uint32_t index_find(const struct advisories *advisories, const char *text)
{
	struct sought_name sought = {&advisories->index, text};
	uint32_t found = finder_find(&advisories->index.texts, name_hash(advisories, text), same_name, &sought);

	return found == FINDER_NONE ? UINT32_MAX : ((const uint32_t *)(const void *)advisories->index.blobs.bytes)[found];
}

void index_done(struct index *index)
{
	pile_done(&index->names);
	pile_done(&index->blobs);
	pile_done(&index->entries);
	pile_done(&index->wild);
	pile_done(&index->makers);
	finder_done(&index->texts);
	index->names_left_out = 0;
}

/* --- making ---------------------------------------------------------------------------------------------------------------- */

struct making {
	struct advisories *advisories;
	uint32_t document, product;
	int error;
	/* of the last product: those beside it mostly have the same vendor */
	const char *vendor; /* in the document */
	char makers[MAKERS_MAX][ADVISORY_MAKER_MAX];
	size_t maker_count;
};

static uint32_t keep_name(struct making *making, const char *text)
{
	struct index *index = &making->advisories->index;
	uint32_t found = index_find(making->advisories, text), at = (uint32_t)index->names.len, *offset;
	char *room;

	if (found != UINT32_MAX)
		return found;
	if (finder_grow(&index->texts) || !(offset = pile_add(&index->blobs, sizeof(*offset))) ||
		!(room = pile_add(&index->names, strlen(text) + 1))) {
		making->error = -ENOMEM;
		return 0;
	}
	memcpy(room, text, strlen(text) + 1);
	*offset = at;
	finder_put(&index->texts, name_hash(making->advisories, text), (uint32_t)(index->blobs.len / sizeof(*offset)) - 1);
	return at;
}

static void add_entry(struct making *making, const char *maker, const char *pattern, bool wild)
{
	struct index *index = &making->advisories->index;
	struct entry entry = {.document = making->document, .product = making->product}, *room;

	entry.maker = keep_name(making, maker);
	entry.pattern = keep_name(making, pattern);
	room = making->error ? NULL : pile_add(&index->entries, sizeof(*room));
	if (room)
		*room = entry;
	else
		making->error = -ENOMEM;
	if (!wild || making->error)
		return;
	room = pile_add(&index->wild, sizeof(*room));
	if (room)
		*room = (struct entry){entry.maker, entry.pattern, 0, 0};
	else
		making->error = -ENOMEM;
}

static void add_maker(struct making *making, const char *maker)
{
	struct maker_document *room;
	uint32_t name = keep_name(making, maker);

	room = making->error ? NULL : pile_add(&making->advisories->index.makers, sizeof(*room));
	if (room)
		*room = (struct maker_document){name, making->document};
	else
		making->error = -ENOMEM;
}

static void add_models(struct making *making, const char *maker, const struct model *models, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		add_entry(making, maker, models[i].text, models[i].wild);
		if (model_is_telling(models[i].text))
			add_entry(making, INDEX_ANY_MAKER, models[i].text, false);
	}
}

/* All that one product of a document is called, for the product that is being made (itself, or one that relates to it). */
static void add_names(struct making *making, const struct packed *packed, const struct packed_product *product, const char *maker)
{
	struct model models[MODELS_MAX];
	uint32_t count, *left_out = &making->advisories->index.names_left_out;
	const uint32_t *numbers = packed_list(packed, product->models, &count);
	const char *version = packed_text(packed, product->version), *name = packed_text(packed, product->product);
	struct range range;

	for (uint32_t i = 0; i < count; i++)
		if (model_number(packed_text(packed, numbers[i]), &models[0]))
			add_models(making, maker, models, 1);
		else
			*left_out += *models[0].text != 0;
	add_models(making, maker, models, model_patterns(*name ? name : packed_text(packed, product->name), maker, models, left_out));
	if (model_is_like(version) && strlen(version) < RANGE_TEXT_MAX && !range_read(&range, version))
		add_models(making, maker, models, model_patterns(version, maker, models, left_out));
}

static void add_identities(struct making *making, const struct packed *packed, const struct packed_product *product)
{
	char key[IDENTITY_MAX], version[IDENTITY_MAX];

	if (identity_cpe(packed_text(packed, product->cpe), key, version))
		add_entry(making, INDEX_CPE, key, false);
	if (identity_purl(packed_text(packed, product->purl), key, version))
		add_entry(making, INDEX_PURL, key, false);
}

/* A maker who publishes about his own products need not repeat himself. */
static const char *vendor_of(const struct packed *packed, const struct packed_product *product)
{
	const char *vendor = packed_text(packed, product->vendor);

	return *vendor ? vendor : packed_text(packed, packed->publisher);
}

static void add_product(struct making *making, const struct packed *packed, const struct packed_product *product)
{
	const char *vendor = vendor_of(packed, product);

	if (vendor != making->vendor)
		making->maker_count = maker_names(making->advisories, vendor, making->makers, &making->advisories->index.names_left_out);
	making->vendor = vendor;
	for (size_t i = 0; i < making->maker_count; i++) {
		add_maker(making, making->makers[i]);
		add_names(making, packed, product, making->makers[i]);
	}
	add_identities(making, packed, product);
}

/* A product of a relationship is called what its two are called. */
static void add_related(struct making *making, const struct packed *packed, uint32_t number)
{
	uint32_t waiting[INDEX_VISITS_MAX] = {number}, count = 1;

	for (uint32_t i = 0; i < count && !making->error; i++) {
		const struct packed_product *product = packed_product(packed, waiting[i]);
		const uint32_t ends[] = {product->part, product->base};
		if (!product->part && !product->base)
			add_product(making, packed, product);
		for (unsigned k = 0; k < 2; k++)
			if (ends[k] && count < INDEX_VISITS_MAX)
				waiting[count++] = ends[k] - 1;
			else
				making->advisories->index.names_left_out += ends[k] != 0;
	}
}

static int by_entry(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	const uint32_t keys[][2] = {{left->maker, right->maker}, {left->pattern, right->pattern}, {left->document, right->document},
		{left->product, right->product}};

	for (unsigned i = 0; i < 4; i++)
		if (keys[i][0] != keys[i][1])
			return keys[i][0] < keys[i][1] ? -1 : 1;
	return 0;
}

static int by_maker(const void *a, const void *b)
{
	const struct maker_document *left = a, *right = b;

	if (left->maker != right->maker)
		return left->maker < right->maker ? -1 : 1;
	return left->document < right->document ? -1 : left->document > right->document;
}

/* Sorted, each record once. */
static void put_in_order(struct pile *pile, size_t size, int (*order)(const void *a, const void *b))
{
	size_t count = pile->len / size, kept = 0;

	if (count)
		qsort(pile->bytes, count, size, order);
	for (size_t i = 0; i < count; i++)
		if (!kept || memcmp(pile->bytes + (kept - 1) * size, pile->bytes + i * size, size))
			memmove(pile->bytes + kept++ * size, pile->bytes + i * size, size);
	pile->len = kept * size;
}

uint32_t advisories_names_left_out(const struct advisories *advisories)
{
	return advisories->index.names_left_out;
}

int index_build(struct advisories *advisories)
{
	struct index *index = &advisories->index;
	struct making making = {.advisories = advisories};

	index_done(index);
	for (uint32_t i = 0; i < documents_count(advisories) && !making.error; i++) {
		const struct packed *packed = document_at(advisories, i)->packed;
		making.document = i;
		for (uint32_t number = 0; number < packed->counts[TABLE_PRODUCT] && !making.error; number++) {
			making.product = number;
			add_related(&making, packed, number);
		}
		if (advisories->bytes + index->entries.len + index->names.len > advisories->config.bytes_max)
			making.error = -ENOSPC;
	}
	if (making.error) {
		index_done(index);
		return making.error;
	}
	put_in_order(&index->entries, sizeof(struct entry), by_entry);
	put_in_order(&index->wild, sizeof(struct entry), by_entry);
	put_in_order(&index->makers, sizeof(struct maker_document), by_maker);
	return 0;
}

/* --- looking up ------------------------------------------------------------------------------------------------------------ */

/* The first record that is not below (maker, pattern); pattern 0 for the maker's first. */
static size_t lower(const struct pile *pile, uint32_t maker, uint32_t pattern)
{
	const struct entry *entries = (const void *)pile->bytes;
	size_t low = 0, high = pile->len / sizeof(*entries);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (entries[middle].maker < maker || (entries[middle].maker == maker && entries[middle].pattern < pattern))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct entry *index_entries(const struct index *index, uint32_t maker, uint32_t pattern, size_t *out_count)
{
	size_t first = lower(&index->entries, maker, pattern);

	*out_count = lower(&index->entries, maker, pattern + 1) - first;
	return (const struct entry *)(const void *)index->entries.bytes + first;
}

const struct entry *index_wild(const struct index *index, uint32_t maker, size_t *out_count)
{
	size_t first = lower(&index->wild, maker, 0);

	*out_count = lower(&index->wild, maker + 1, 0) - first;
	return (const struct entry *)(const void *)index->wild.bytes + first;
}

const struct maker_document *index_documents(const struct index *index, uint32_t maker, size_t *out_count)
{
	const struct maker_document *all = (const void *)index->makers.bytes;
	size_t low = 0, high = index->makers.len / sizeof(*all), first;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (all[middle].maker < maker)
			low = middle + 1;
		else
			high = middle;
	}
	for (first = low; low < index->makers.len / sizeof(*all) && all[low].maker == maker;)
		low++;
	*out_count = low - first;
	return all + first;
}
