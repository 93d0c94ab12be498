/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/attribute.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A list of rows, and how many it may hold. */
struct rows {
	struct junk_row *list;
	uint32_t *count;
	uint32_t max;
};

/* NULL where it is unknown, or there is no room for one more. */
static struct junk_row *row_of(const struct rows *rows, const char *name, uint8_t maker)
{
	struct junk_row *row;

	if (!name[0])
		return NULL;
	for (uint32_t i = 0; i < *rows->count; i++)
		if (rows->list[i].maker == maker && strcasecmp(rows->list[i].name, name) == 0)
			return &rows->list[i];
	if (*rows->count == rows->max)
		return NULL;
	row = &rows->list[(*rows->count)++];
	*row = (struct junk_row){.maker = maker};
	memcpy(row->name, name, strnlen(name, sizeof(row->name) - 1));
	return row;
}

/* One flood of a device of ours; first: the first of its floods, or of its floods of this vector. */
struct own_flood {
	const struct finding *finding;
	bool first, first_of_vector;
};

static void add_flood(struct junk_row *row, const struct own_flood *flood, uint8_t confidence)
{
	const struct evidence_flood *evidence = &flood->finding->flood;

	if (!row)
		return;
	row->count.packets += evidence->packets;
	row->count.bytes += evidence->bytes;
	row->by_vector[evidence->vector] += flood->first_of_vector;
	if (!flood->first)
		return;
	row->confidence_least = row->sampled && row->confidence_least < confidence ? row->confidence_least : confidence;
	row->confidence_most = row->confidence_most > confidence ? row->confidence_most : confidence;
	row->sources++;
	row->sampled++;
	row->by_basis[BASIS_INVENTORY]++;
}

static void add_device(struct junk *junk, const struct device *device, const struct own_flood *flood)
{
	const struct rows makers = {junk->by_maker, &junk->maker_count, JUNK_MAKER_MAX};
	const struct rows brands = {junk->by_brand, &junk->brand_count, JUNK_BRAND_MAX};
	const struct rows kinds = {junk->by_kind, &junk->kind_count, JUNK_KIND_MAX};
	struct junk_row *maker = row_of(&makers, device->maker.name, 0);

	add_flood(maker, flood, device->maker.confidence);
	add_flood(row_of(&brands, device->brand.name, maker ? (uint8_t)(maker - junk->by_maker + 1) : 0), flood, device->brand.confidence);
	add_flood(row_of(&kinds, device->kind.name, 0), flood, device->kind.confidence);
	junk->sources.by_vector[flood->finding->flood.vector] += flood->first_of_vector;
	if (!flood->first)
		return;
	junk->sources.count++;
	junk->sources.sampled++;
	junk->sources.named += maker != NULL;
}

static struct own_flood flood_of(struct engine *engine, uint32_t index)
{
	struct own_flood flood = {engine_finding(engine, index), true, true};

	for (uint32_t i = 0; i < index && flood.first_of_vector; i++) {
		const struct finding *earlier = engine_finding(engine, i);

		if (earlier->id != FINDING_FLOOD || earlier->device != flood.finding->device)
			continue;
		flood.first = false;
		flood.first_of_vector = earlier->flood.vector != flood.finding->flood.vector;
	}
	return flood;
}

/* ---- order ---- */

static int by_count(const void *a, const void *b)
{
	const struct junk_row *x = a, *y = b;
	int order;

	if (x->count.packets != y->count.packets)
		return x->count.packets < y->count.packets ? 1 : -1;
	if (x->sources != y->sources)
		return x->sources < y->sources ? 1 : -1;
	order = strcmp(x->name, y->name);
	return order ? order : x->maker - y->maker;
}

/* Makers of which nothing came are left away, unless a brand stands below them. */
static void sort_makers(struct junk *junk)
{
	uint8_t moved[JUNK_MAKER_MAX + 1] = {0};

	for (uint32_t i = 0; i < junk->maker_count; i++)
		junk->by_maker[i].maker = (uint8_t)(i + 1); /* its number until now */
	qsort(junk->by_maker, junk->maker_count, sizeof(junk->by_maker[0]), by_count);
	for (uint32_t i = 0; i < junk->maker_count; i++) {
		moved[junk->by_maker[i].maker] = (uint8_t)(i + 1);
		junk->by_maker[i].maker = 0;
	}
	for (uint32_t i = 0; i < junk->brand_count; i++)
		junk->by_brand[i].maker = moved[junk->by_brand[i].maker];
}

static void sort_rows(struct junk_row *list, uint32_t *count)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < *count; i++)
		if (list[i].count.packets || list[i].sources)
			list[kept++] = list[i];
	*count = kept;
	qsort(list, kept, sizeof(list[0]), by_count);
}

static void drop_empty_makers(struct junk *junk)
{
	while (junk->maker_count && !junk->by_maker[junk->maker_count - 1].count.packets && !junk->by_maker[junk->maker_count - 1].sources)
		junk->maker_count--;
}

void attribute_junk(struct engine *engine, struct junk *out_junk)
{
	const struct finding *finding;

	*out_junk = *engine_junk(engine);
	for (uint32_t i = 0; (finding = engine_finding(engine, i)); i++) {
		const struct device *device = finding->device == DEVICE_NONE ? NULL : engine_device(engine, finding->device);
		struct own_flood flood;

		if (finding->id != FINDING_FLOOD || !device)
			continue;
		flood = flood_of(engine, i);
		add_device(out_junk, device, &flood);
	}
	sort_rows(out_junk->by_brand, &out_junk->brand_count);
	sort_makers(out_junk);
	drop_empty_makers(out_junk);
	sort_rows(out_junk->by_brand, &out_junk->brand_count);
	sort_rows(out_junk->by_kind, &out_junk->kind_count);
}
