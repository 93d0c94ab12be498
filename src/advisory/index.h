/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of makers and models, and the index by them. Private to advisory/. */
#pragma once

#include "advisory/inside.h"

/* --- maker.c --------------------------------------------------------------------------------------------------------------- */

enum { MAKERS_MAX = 4 }; /* names in one: "Red Lion, AutomationDirect", "General Electric (GE)" */
/* The names by which the makers in that text are compared; how many. To *left_out (may be NULL) is added how many more there are. */
size_t maker_names(const struct advisories *advisories, const char *text, char out[MAKERS_MAX][ADVISORY_MAKER_MAX], uint32_t *left_out);
/* Model numbers of some makers are written with a region's letters in front ("DH-") or without: how many bytes they are. */
size_t maker_prefix_len(const char *maker, const char *model);

/* --- model.c --------------------------------------------------------------------------------------------------------------- */

enum { MODEL_MAX = 64, MODELS_MAX = 16, MODEL_ONE = 1, MODEL_ANY = 2 };

/* A name of a product reduced to what all ways to write it share: letters and digits, upper case; in patterns MODEL_ONE and MODEL_ANY. */
struct model {
	char text[MODEL_MAX];
	bool wild;
};
/*
 * The whole of a device's model, and each of its words that looks like a model number; how many. maker: its words in front are left away. To *left_out
 * (may be NULL) is added how many more there are.
 */
size_t model_keys(const char *model, const char *maker, struct model out[MODELS_MAX], uint32_t *left_out);
/* The patterns of a product's name as makers write them: x for a digit, "Series" for whatever begins so. */
size_t model_patterns(const char *name, const char *maker, struct model out[MODELS_MAX], uint32_t *left_out);
/* How far the name of a product, as makers write it, is the device's model. */
enum model_agreement {
	MODEL_UNNAMED, /* no word of it is */
	MODEL_EXCLUDED, /* "all but" this one */
	MODEL_PART, /* a word is; others are something else: "HS110 mobile app" */
	MODEL_AGREES
};
enum model_agreement model_agrees(const char *name, const char *model, const char *maker);
/* A model_number or serial_number of CSAF: ? and *, a backslash before either means itself. Serials are compared as written but for case. */
bool model_number(const char *pattern, struct model *out);
/* A serial number as model_number() would have it; false: empty. */
bool model_serial(const char *serial, struct model *out);
bool model_fits(const char *pattern, const char *model);
/* "DS-2CD2142FWD-I" and not "IP camera": no other product is likely to be called so. */
bool model_is_telling(const char *plain);
/* Written like a model, not like a version. */
bool model_is_like(const char *text);

/* --- index.c --------------------------------------------------------------------------------------------------------------- */

enum { INDEX_VISITS_MAX = 16 }; /* products that one relationship is followed to */

void index_done(struct index *index);
int index_build(struct advisories *advisories);
/* Offset in names of that text, or UINT32_MAX. */
uint32_t index_find(const struct advisories *advisories, const char *text);
/* Entries of a maker and a pattern, in the order of documents and products. */
const struct entry *index_entries(const struct index *index, uint32_t maker, uint32_t pattern, size_t *out_count);
/* Patterns of a maker that are more than text, each once (document and product are 0). */
const struct entry *index_wild(const struct index *index, uint32_t maker, size_t *out_count);
/* Documents that name the maker, rising. */
const struct maker_document *index_documents(const struct index *index, uint32_t maker, size_t *out_count);
static inline const char *index_text(const struct index *index, uint32_t at)
{
	return index->names.bytes + at;
}

/* Under these names stand products of any maker that are told by other means. */
#define INDEX_ANY_MAKER "*"
#define INDEX_CPE "*cpe"
#define INDEX_PURL "*purl"

/* vendor:product of a CPE, or type/namespace/name of a purl, lower case; false where it is none, or names no product. */
enum { IDENTITY_MAX = 256 };
bool identity_cpe(const char *cpe, char out_key[IDENTITY_MAX], char out_version[IDENTITY_MAX]);
bool identity_purl(const char *purl, char out_key[IDENTITY_MAX], char out_version[IDENTITY_MAX]);
