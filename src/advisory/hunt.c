/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An asset has a few names (its maker, its brand, its model in several forms), each of which leads to a run of entries in the order of documents. The hunt goes
 * along all runs at once, document by document, and judges there which of the products that are named are the asset: by version, by serial
 * number, and, where a product is made of two, by what is known of the one that is seen.
 */
#include "advisory/hunt.h"

#include <string.h>

static const char *trusted(const char *text, uint8_t confidence)
{
	return text && confidence >= ASSET_CONFIDENCE_LEAST ? text : "";
}

static uint8_t least(uint8_t a, uint8_t b)
{
	return a < b ? a : b;
}

/* --- names to runs --------------------------------------------------------------------------------------------------------- */

static void add_run(struct hunt *hunt, uint32_t maker, uint32_t pattern, uint8_t confidence)
{
	const struct entry *first;
	size_t count;

	if (maker == UINT32_MAX || pattern == UINT32_MAX)
		return;
	first = index_entries(&hunt->advisories->index, maker, pattern, &count);
	if (count && hunt->run_count == HUNT_RUNS_MAX)
		hunt->names_left_out++;
	else if (count)
		hunt->runs[hunt->run_count++] = (struct hunt_run){first, first + count, confidence, false};
}

static bool fits_one(const char *pattern, const struct model *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (model_fits(pattern, keys[i].text))
			return true;
	return false;
}

static void add_models(struct hunt *hunt, const char *name, uint32_t maker, uint8_t confidence)
{
	const struct index *index = &hunt->advisories->index;
	struct model keys[MODELS_MAX];
	size_t count = model_keys(hunt->model, name, keys, &hunt->names_left_out), wild;
	const struct entry *patterns = index_wild(index, maker, &wild);

	for (size_t i = 0; i < count; i++)
		add_run(hunt, maker, index_find(hunt->advisories, keys[i].text), confidence);
	for (size_t i = 0; i < wild; i++)
		if (fits_one(index_text(index, patterns[i].pattern), keys, count))
			add_run(hunt, maker, patterns[i].pattern, confidence);
}

static void add_maker(struct hunt *hunt, const char *text, uint8_t confidence)
{
	char names[MAKERS_MAX][ADVISORY_MAKER_MAX];
	size_t count = maker_names(hunt->advisories, text, names, &hunt->names_left_out);

	for (size_t i = 0; i < count; i++) {
		uint32_t maker = index_find(hunt->advisories, names[i]);
		const struct maker_document *first;
		size_t documents;
		if (maker == UINT32_MAX)
			continue;
		if (hunt->maker_count == HUNT_MAKERS_MAX) {
			hunt->names_left_out++;
			continue;
		}
		first = index_documents(&hunt->advisories->index, maker, &documents);
		hunt->makers[hunt->maker_count++] = (struct hunt_maker){first, first + documents, confidence};
		if (*hunt->model)
			add_models(hunt, names[i], maker, least(confidence, hunt->model_confidence));
	}
}

/* Nobody knows whose it is, but its model's name is like no other. */
static void add_orphan(struct hunt *hunt)
{
	struct model keys[MODELS_MAX];
	size_t count = model_keys(hunt->model, "", keys, &hunt->names_left_out), first = hunt->run_count;
	uint32_t maker = index_find(hunt->advisories, INDEX_ANY_MAKER);

	for (size_t i = 0; i < count; i++)
		if (model_is_telling(keys[i].text))
			add_run(hunt, maker, index_find(hunt->advisories, keys[i].text),
				least(hunt->model_confidence, ASSET_CONFIDENCE_LEAST));
	for (size_t i = first; i < hunt->run_count; i++)
		hunt->runs[i].orphan = true;
}

static void add_identities(struct hunt *hunt, const struct asset *asset)
{
	char key[IDENTITY_MAX];

	if (asset->cpe && identity_cpe(asset->cpe, key, hunt->cpe_version))
		add_run(hunt, index_find(hunt->advisories, INDEX_CPE), index_find(hunt->advisories, key), 100);
	if (asset->purl && identity_purl(asset->purl, key, hunt->purl_version))
		add_run(hunt, index_find(hunt->advisories, INDEX_PURL), index_find(hunt->advisories, key), 100);
}

void hunt_start(struct hunt *hunt, const struct advisories *advisories, const struct asset *asset)
{
	const char *maker = trusted(asset->maker, asset->maker_confidence), *brand = trusted(asset->brand, asset->brand_confidence);

	hunt->advisories = advisories;
	hunt->model = trusted(asset->model, asset->model_confidence);
	hunt->firmware = trusted(asset->firmware, asset->firmware_confidence);
	hunt->serial = asset->serial ? asset->serial : "";
	hunt->model_confidence = asset->model_confidence;
	hunt->firmware_confidence = asset->firmware_confidence;
	hunt->cpe_version[0] = hunt->purl_version[0] = 0;
	hunt->run_count = hunt->maker_count = 0;
	hunt->names_left_out = 0;
	add_identities(hunt, asset);
	if (!*hunt->firmware && (*hunt->cpe_version || *hunt->purl_version)) {
		hunt->firmware = *hunt->cpe_version ? hunt->cpe_version : hunt->purl_version;
		hunt->firmware_confidence = 100;
	}
	if (*maker)
		add_maker(hunt, maker, asset->maker_confidence);
	if (*brand)
		add_maker(hunt, brand, asset->brand_confidence);
	if (!*maker && !*brand && *hunt->model)
		add_orphan(hunt);
}

/* --- along the runs -------------------------------------------------------------------------------------------------------- */

bool hunt_next(const struct hunt *hunt, uint32_t *out_document)
{
	uint32_t next = UINT32_MAX;

	for (size_t i = 0; i < hunt->run_count; i++)
		if (hunt->runs[i].at < hunt->runs[i].end && hunt->runs[i].at->document < next)
			next = hunt->runs[i].at->document;
	for (size_t i = 0; i < hunt->maker_count; i++)
		if (hunt->makers[i].at < hunt->makers[i].end && hunt->makers[i].at->document < next)
			next = hunt->makers[i].at->document;
	*out_document = next;
	return next != UINT32_MAX;
}

/* --- one product ----------------------------------------------------------------------------------------------------------- */

static bool is_firmware(const struct packed *packed, const struct packed_product *product)
{
	return strcasestr(packed_text(packed, product->name), "firmware") || strcasestr(packed_text(packed, product->product), "firmware");
}

/* The product whose version counts: the part of a relationship, else what it relates to. */
static const struct packed_product *versioned(const struct packed *packed, const struct packed_product *product, bool *out_doubt)
{
	for (unsigned depth = 0; depth <= FW_CSAF_RELATED_MAX && (product->part || product->base); depth++) {
		const struct packed_product *part = product->part ? packed_product(packed, product->part - 1) : NULL;
		bool use_part = part && (*packed_text(packed, part->version) || part->part || !product->base);
		if (use_part && !is_firmware(packed, part))
			*out_doubt = true; /* software on it that nobody saw */
		product = use_part ? part : packed_product(packed, product->base - 1);
	}
	return product;
}

const char *hunt_version(const struct packed *packed, uint32_t product)
{
	bool doubt;

	return packed_text(packed, versioned(packed, packed_product(packed, product), &doubt)->version);
}

const char *hunt_with(const struct packed *packed, uint32_t product)
{
	uint32_t base = packed_product(packed, product)->base;

	return base ? packed_text(packed, packed_product(packed, base - 1)->name) : "";
}

static enum version_answer judge_serial(const struct hunt *hunt, const struct packed *packed, const struct packed_product *product)
{
	uint32_t count;
	const uint32_t *serials = packed_list(packed, product->serials, &count);
	struct model serial, pattern;

	if (!count)
		return VERSION_IN;
	if (!*hunt->serial)
		return VERSION_NOT_JUDGED;
	if (!model_serial(hunt->serial, &serial))
		return VERSION_NOT_JUDGED;
	for (uint32_t i = 0; i < count; i++)
		if (model_number(packed_text(packed, serials[i]), &pattern) && model_fits(pattern.text, serial.text))
			return VERSION_IN;
	return VERSION_OUT;
}

static enum version_answer judge_version(
	const struct hunt *hunt, const struct packed *packed, const struct packed_product *product, bool *out_loose)
{
	const char *version = packed_text(packed, product->version);
	char key[IDENTITY_MAX], of_cpe[IDENTITY_MAX] = "";

	if (!*version && identity_cpe(packed_text(packed, product->cpe), key, of_cpe))
		version = of_cpe;
	if (!*version && identity_purl(packed_text(packed, product->purl), key, of_cpe))
		version = of_cpe;
	if (!*version)
		return VERSION_NOT_JUDGED;
	if (*hunt->firmware && !strcmp(version, hunt->firmware))
		return VERSION_IN;
	return advisory_version_judge(version, hunt->firmware, out_loose);
}

static enum version_answer judge(const struct hunt *hunt, const struct packed *packed, uint32_t number, bool *out_loose)
{
	const struct packed_product *product = packed_product(packed, number);
	bool doubt = false;
	enum version_answer serial = judge_serial(hunt, packed, product), version;

	version = judge_version(hunt, packed, versioned(packed, product, &doubt), out_loose);
	if (serial == VERSION_OUT || (version == VERSION_OUT && !doubt))
		return VERSION_OUT;
	return serial == VERSION_IN && version == VERSION_IN && !doubt ? VERSION_IN : VERSION_NOT_JUDGED;
}

/* --- one document ---------------------------------------------------------------------------------------------------------- */

static enum model_agreement better(enum model_agreement a, enum model_agreement b)
{
	return a > b ? a : b;
}

/* One that stands in no relation to others. */
static enum model_agreement agrees_one(
	const struct hunt *hunt, const struct packed *packed, const struct packed_product *product, const char *maker, uint32_t *judged)
{
	const char *name = packed_text(packed, product->product), *version = packed_text(packed, product->version);
	uint32_t count;
	const uint32_t *numbers = packed_list(packed, product->models, &count);
	enum model_agreement best = model_agrees(*name ? name : packed_text(packed, product->name), hunt->model, maker);
	struct model keys[MODELS_MAX], pattern;
	size_t own = model_keys(hunt->model, maker, keys, NULL);

	*judged += (uint32_t)strlen(*name ? name : packed_text(packed, product->name)) / 64;
	if (best < MODEL_AGREES && model_is_like(version))
		best = better(best, model_agrees(version, hunt->model, maker));
	for (uint32_t i = 0; i < count && own && best < MODEL_AGREES; i++)
		if (model_number(packed_text(packed, numbers[i]), &pattern)) {
			if (own < MODELS_MAX && model_fits(pattern.text, keys[own - 1].text))
				best = MODEL_AGREES;
			else if (fits_one(pattern.text, keys, own))
				best = better(best, MODEL_PART);
		}
	return best;
}

/* Of the two that a product of a relationship is made of, the better; as index.c walks them. */
static enum model_agreement agrees(const struct hunt *hunt, const struct packed *packed, const struct entry *entry, uint32_t *judged)
{
	const char *maker = index_text(&hunt->advisories->index, entry->maker);
	enum model_agreement best = MODEL_UNNAMED;
	uint32_t waiting[INDEX_VISITS_MAX] = {entry->product}, count = 1;

	if (!strcmp(maker, INDEX_CPE) || !strcmp(maker, INDEX_PURL))
		return MODEL_AGREES;
	for (uint32_t i = 0; i < count && best < MODEL_AGREES; i++) {
		const struct packed_product *product = packed_product(packed, waiting[i]);
		if (!product->part && !product->base)
			best = better(best, agrees_one(hunt, packed, product, maker, judged));
		if (product->part && count < INDEX_VISITS_MAX)
			waiting[count++] = product->part - 1;
		if (product->base && count < INDEX_VISITS_MAX)
			waiting[count++] = product->base - 1;
	}
	return best;
}

static void add_chosen(struct chosen *chosen, uint32_t number)
{
	uint32_t at = chosen->count;

	for (uint32_t i = 0; i < chosen->count; i++)
		if (chosen->numbers[i] == number)
			return;
	if (chosen->count == CHOSEN_MAX) {
		chosen->left_out++;
		return;
	}
	for (; at && chosen->numbers[at - 1] > number; at--)
		chosen->numbers[at] = chosen->numbers[at - 1];
	chosen->numbers[at] = number;
	chosen->count++;
}

/* A better answer puts away what was chosen by a worse one. */
static void weigh(struct hunt *hunt, const struct packed *packed, const struct hunt_run *run, struct chosen *chosen)
{
	uint32_t product = run->at->product;
	uint8_t confidence = run->confidence;
	bool loose = false;
	enum version_answer answer = judge(hunt, packed, product, &loose);
	enum asset_certainty certainty = answer == VERSION_IN && !run->orphan ? ASSET_EXACT : ASSET_PRODUCT;
	enum model_agreement agreement;

	if (answer == VERSION_OUT || certainty < chosen->certainty)
		return;
	agreement = agrees(hunt, packed, run->at, &chosen->judged);
	if (agreement != MODEL_AGREES)
		certainty = ASSET_PRODUCT;
	if (agreement == MODEL_EXCLUDED || certainty < chosen->certainty)
		return;
	if (certainty > chosen->certainty) {
		chosen->count = chosen->left_out = 0;
		chosen->certainty = certainty;
		chosen->confidence = 100;
		chosen->loose = false;
	}
	if (certainty == ASSET_EXACT && *hunt->firmware && strncmp(hunt_version(packed, product), "vers:all/*", 10))
		confidence = least(confidence, hunt->firmware_confidence);
	chosen->confidence = least(chosen->confidence, confidence);
	chosen->loose |= loose;
	add_chosen(chosen, product);
}

/* A document of 100,000 products is not held against a device for longer than is good; how many were not is told. */
static void weigh_in_time(struct hunt *hunt, const struct packed *packed, const struct hunt_run *run, struct chosen *chosen)
{
	if (chosen->judged >= FW_CSAF_JUDGED_MAX) {
		chosen->left_out++;
		return;
	}
	chosen->judged += 1 + (uint32_t)strlen(hunt_version(packed, run->at->product)) / 16;
	weigh(hunt, packed, run, chosen);
}

static uint8_t least_of_runs(const struct hunt *hunt)
{
	uint8_t confidence = 100;

	for (size_t i = 0; i < hunt->run_count; i++)
		confidence = least(confidence, hunt->runs[i].confidence);
	return confidence;
}

static void skip_makers(struct hunt *hunt, uint32_t document, struct chosen *out, bool *out_named)
{
	for (size_t i = 0; i < hunt->maker_count; i++) {
		struct hunt_maker *maker = &hunt->makers[i];
		for (; maker->at < maker->end && maker->at->document <= document; maker->at++)
			if (maker->at->document == document && maker->confidence > (*out_named ? out->confidence : 0)) {
				*out_named = true;
				out->confidence = maker->confidence;
			}
	}
}

bool hunt_choose(struct hunt *hunt, uint32_t document, struct chosen *out)
{
	const struct packed *packed = document_at(hunt->advisories, document)->packed;
	bool named = false, maker = false;

	out->certainty = ASSET_MAKER;
	out->count = out->judged = out->left_out = 0;
	out->confidence = 0;
	out->loose = false;
	for (size_t i = 0; i < hunt->run_count; i++) {
		struct hunt_run *run = &hunt->runs[i];
		for (; run->at < run->end && run->at->document <= document; run->at++)
			if (run->at->document == document) {
				named = true;
				weigh_in_time(hunt, packed, run, out);
			}
	}
	if (named) {
		struct chosen ignored = {.confidence = 0};
		skip_makers(hunt, document, &ignored, &maker);
		if (out->left_out) {
			out->certainty = ASSET_PRODUCT;
			out->confidence = out->count ? out->confidence : least_of_runs(hunt);
		}
		return out->count || out->left_out;
	}
	skip_makers(hunt, document, out, &maker);
	return maker;
}
