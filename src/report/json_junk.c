/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose parts sent the junk, under which brands, and what they are: the same members for each; docs/schema/inspect.json. */
#include <math.h>

#include "report/member.h"
#include "report/object.h"
#include "report/shares.h"

static uint64_t share_thousandths(uint64_t part, uint64_t whole)
{
	if (!whole || part > whole)
		return whole ? 1000 : 0;
	return whole > UINT64_MAX / 2000 ? part / (whole / 1000) : (part * 1000 + whole / 2) / whole;
}

/* Rounded outwards. */
static json_t *interval_make(const struct junk *junk, const struct junk_row *row)
{
	struct interval interval = share_interval(row->sources, junk->sources.count, junk->sources.sampled);
	json_t *array = json_array();

	member_append(&array, member_thousandths((uint64_t)floor(interval.low * 1000)));
	member_append(&array, member_thousandths((uint64_t)ceil(interval.high * 1000)));
	return array;
}

static json_t *basis_make(const struct junk_row *row)
{
	static const char *const names[] = {
		[BASIS_DESCRIBED] = "described", [BASIS_INVENTORY] = "inventory", [BASIS_PROTOCOL] = "protocol"};
	json_t *object = json_object();

	for (int basis = 0; basis < BASIS_COUNT; basis++)
		if (row->by_basis[basis])
			member_put(&object, names[basis], member_number(row->by_basis[basis]));
	return object;
}

static json_t *vectors_make(const uint32_t by_vector[VECTOR_COUNT])
{
	json_t *object = json_object();

	for (int vector = 0; vector < VECTOR_COUNT; vector++)
		if (by_vector[vector])
			member_put(&object, report_vector_name((enum vector)vector), member_number(by_vector[vector]));
	return object;
}

static json_t *confidence_make(const struct junk_row *row)
{
	json_t *object = json_object();

	member_put(&object, "least", json_integer(row->confidence_least));
	member_put(&object, "most", json_integer(row->confidence_most));
	return object;
}

static json_t *row_make(const struct junk *junk, enum junk_trait trait, const struct junk_row *row)
{
	static const char *const keys[] = {[JUNK_MAKER] = "maker", [JUNK_BRAND] = "brand", [JUNK_KIND] = "kind"};
	json_t *object = json_object();

	member_put(&object, keys[trait], member_text_or_null(row->name));
	if (trait == JUNK_BRAND) {
		member_put(&object, "maker",
			row->maker && row->maker <= junk->maker_count ? member_text_or_null(junk->by_maker[row->maker - 1].name)
								      : json_null());
		member_put(&object, "neutral", json_boolean(row->neutral));
	}
	member_put(&object, "packets", member_number(row->count.packets));
	member_put(&object, "bytes", member_number(row->count.bytes));
	member_put(&object, "share", member_thousandths(share_thousandths(row->count.packets, junk->total.packets)));
	member_put(&object, "sources", member_number(row->sources));
	member_put(&object, "share_of_sources", member_thousandths(share_thousandths(row->sources, junk->sources.count)));
	member_put(&object, "interval", junk->sources.sampled ? interval_make(junk, row) : json_null());
	member_put(&object, "confidence", row->name[0] ? confidence_make(row) : json_null());
	member_put(&object, "basis", basis_make(row));
	member_put(&object, "vectors", vectors_make(row->by_vector));
	return object;
}

static json_t *rows_make(const struct junk *junk, enum junk_trait trait)
{
	struct junk_row rest = shares_rest(junk, trait);
	json_t *array = json_array();
	uint32_t count;
	const struct junk_row *rows = shares_list(junk, trait, &count);

	for (uint32_t i = 0; i < count; i++)
		member_append(&array, row_make(junk, trait, &rows[i]));
	if (rest.count.packets || rest.sources)
		member_append(&array, row_make(junk, trait, &rest));
	return array;
}

static json_t *sources_make(const struct junk_sources *sources)
{
	json_t *object = json_object();

	member_put(&object, "count", member_number(sources->count));
	member_put(&object, "estimated", json_boolean(sources->estimated));
	member_put(&object, "looked_at", member_number(sources->sampled));
	member_put(&object, "named", member_number(sources->named));
	member_put(&object, "contradicted", member_number(sources->contradicted));
	member_put(&object, "vectors", vectors_make(sources->by_vector));
	return object;
}

void junk_attribution(const struct junk *junk, json_t **object)
{
	struct phrase said = {0};

	attribution_say(junk, &said);
	if (said.len) {
		phrase_add(&said, " ");
		attribution_rests(junk, &said);
	}
	member_put(object, "sources", sources_make(&junk->sources));
	member_put(object, "by_maker", rows_make(junk, JUNK_MAKER));
	member_put(object, "by_brand", rows_make(junk, JUNK_BRAND));
	member_put(object, "by_kind", rows_make(junk, JUNK_KIND));
	member_put(object, "attribution", said.len ? json_string(said.text) : json_null());
}
