/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the documents say of an asset: status, remediations and scores of the products that were chosen (hunt.c), taken together. */
#include <string.h>

#include "advisory/hunt.h"
#include "wire/siphash.h"

static bool is_chosen(const struct chosen *chosen, uint32_t number)
{
	uint32_t low = 0, high = chosen->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (chosen->numbers[middle] == number)
			return true;
		if (chosen->numbers[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* By the shorter of the two lists, so that a document of 100,000 remediations costs what it holds and not a thousand times that. */
static bool concerns(const struct packed *packed, uint32_t list, const struct chosen *chosen)
{
	uint32_t count;
	const uint32_t *numbers = packed_list(packed, list, &count);

	if (chosen->certainty == ASSET_MAKER)
		return true;
	if (count <= chosen->count) {
		for (uint32_t i = 0; i < count; i++)
			if (is_chosen(chosen, numbers[i]))
				return true;
		return false;
	}
	for (uint32_t i = 0; i < chosen->count; i++)
		if (packed_holds(packed, list, chosen->numbers[i]))
			return true;
	return false;
}

/* --- status ---------------------------------------------------------------------------------------------------------------- */

static enum product_status status_of(uint32_t groups)
{
	if (groups & GROUP_AFFECTED)
		return STATUS_AFFECTED;
	if (groups & GROUP_UNDER_INVESTIGATION)
		return STATUS_UNDER_INVESTIGATION;
	if (groups & GROUP_FIXED)
		return STATUS_FIXED;
	if (groups & GROUP_NOT_AFFECTED)
		return STATUS_NOT_AFFECTED;
	return groups & GROUP_RECOMMENDED ? STATUS_RECOMMENDED : STATUS_NONE;
}

/* Where the version is known, two groups that exclude each other are a contradiction even if they name it by two products. */
static enum product_status judge_status(
	const struct packed *packed, const struct packed_vulnerability *one, const struct chosen *chosen, bool *out_contradiction)
{
	const struct packed_status *statuses = (const struct packed_status *)packed_table(packed, TABLE_STATUS) + one->statuses.at;
	bool by_status = one->statuses.count <= chosen->count, contradiction = false;
	uint32_t groups = 0;

	for (uint32_t i = 0; i < (by_status ? one->statuses.count : chosen->count); i++) {
		uint32_t of_product = !by_status                 ? packed_groups(packed, one, chosen->numbers[i])
			: is_chosen(chosen, statuses[i].product) ? statuses[i].groups
								 : 0;
		contradiction |= packed_disjoint(of_product) > 1;
		groups |= of_product;
	}
	contradiction |= chosen->certainty == ASSET_EXACT && packed_disjoint(groups) > 1;
	*out_contradiction = contradiction;
	return contradiction || (chosen->left_out && !(groups & GROUP_AFFECTED)) ? STATUS_UNDER_INVESTIGATION : status_of(groups);
}

static uint32_t highest_score(const struct packed *packed, const struct packed_vulnerability *one, const struct chosen *chosen,
	const struct packed_score **out_score)
{
	const struct packed_score *scores = packed_table(packed, TABLE_SCORE);
	uint32_t highest = 0;

	for (uint32_t i = one->scores.at; i < one->scores.at + one->scores.count; i++)
		if (scores[i].tenths >= highest && concerns(packed, scores[i].products, chosen)) {
			highest = scores[i].tenths;
			*out_score = &scores[i];
		}
	return highest;
}

/* --- matches --------------------------------------------------------------------------------------------------------------- */

static void take_remedies(
	const struct packed *packed, const struct packed_vulnerability *one, const struct chosen *chosen, struct advisory_match *match)
{
	for (uint32_t i = one->remedies.at; i < one->remedies.at + one->remedies.count; i++) {
		const struct packed_remedy *remedy = packed_remedy(packed, i);
		if (remedy->category < (uint32_t)match->remedy && concerns(packed, remedy->products, chosen))
			match->remedy = remedy->category;
	}
}

/* The most urgent status first; then score and remedy of the vulnerabilities that have it. */
static void take_vulnerabilities(
	const struct advisories *advisories, const struct packed *packed, const struct chosen *chosen, struct advisory_match *match)
{
	const struct packed_score *score;
	uint32_t count = packed->counts[TABLE_VULNERABILITY];

	for (uint32_t i = 0; i < count; i++) {
		const struct packed_vulnerability *one = packed_vulnerability(packed, i);
		bool contradiction;
		enum product_status status = judge_status(packed, one, chosen, &contradiction);
		match->contradiction |= contradiction;
		if (status < match->status)
			continue;
		if (status > match->status) {
			match->status = status;
			match->remedy = REMEDY_COUNT;
			match->score = 0;
			match->exploited = false;
		}
		if (status == STATUS_NONE && chosen->certainty != ASSET_MAKER)
			continue;
		uint32_t tenths = highest_score(packed, one, chosen, &score);
		match->score = tenths > match->score ? (uint16_t)tenths : match->score;
		match->exploited |= exploited_holds(advisories, packed_text(packed, one->cve));
		take_remedies(packed, one, chosen, match);
	}
	if (chosen->left_out && match->status < STATUS_UNDER_INVESTIGATION)
		match->status = STATUS_UNDER_INVESTIGATION;
	if (packed->withdrawn)
		match->status = STATUS_NONE;
}

static void fill(
	const struct hunt *hunt, const struct asset *asset, uint32_t document, const struct chosen *chosen, struct advisory_match *match)
{
	const struct packed *packed = document_at(hunt->advisories, document)->packed;
	uint32_t product = chosen->count ? chosen->numbers[0] : 0;

	*match = (struct advisory_match){
		.certainty = chosen->certainty,
		.confidence = chosen->confidence,
		.loose = chosen->loose,
		.remedy = REMEDY_COUNT,
		.left_out = chosen->left_out,
		.product = "",
		.product_version = "",
		.with = "",
		.other_model = chosen->certainty == ASSET_MAKER && *hunt->model,
		.asset = asset,
	};
	advisory_fill(hunt->advisories, document, &match->advisory);
	if (packed->counts[TABLE_PRODUCT] && (chosen->count || chosen->certainty == ASSET_MAKER)) {
		match->product = packed_text(packed, packed_product(packed, product)->name);
		match->product_version = hunt_version(packed, product);
		match->with = hunt_with(packed, product);
	}
	take_vulnerabilities(hunt->advisories, packed, chosen, match);
}

size_t advisories_match(
	const struct advisories *advisories, const struct asset *asset, advisory_each each, void *context, uint32_t *out_names_left_out)
{
	struct advisory_match match;
	struct chosen chosen;
	struct hunt hunt;
	uint32_t document;
	size_t count = 0;

	hunt_start(&hunt, advisories, asset);
	while (hunt_next(&hunt, &document)) {
		if (!hunt_choose(&hunt, document, &chosen))
			continue;
		fill(&hunt, asset, document, &chosen, &match);
		each(context, &match);
		count++;
	}
	if (out_names_left_out)
		*out_names_left_out = hunt.names_left_out;
	return count;
}

bool advisories_match_one(const struct advisories *advisories, uint32_t number, const struct asset *asset, struct advisory_match *out_match)
{
	struct chosen chosen;
	struct hunt hunt;

	if (number >= documents_count(advisories))
		return false;
	hunt_start(&hunt, advisories, asset);
	if (!hunt_choose(&hunt, number, &chosen))
		return false;
	fill(&hunt, asset, number, &chosen, out_match);
	return true;
}

/* --- vulnerabilities ------------------------------------------------------------------------------------------------------- */

/* In the order of categories, then of the document; what finds no place is the last. */
static void add_remedy(const struct packed *packed, const struct packed_remedy *from, struct advisory_vulnerability *out)
{
	const struct advisory_remedy remedy = {.category = from->category,
		.details = packed_text(packed, from->details),
		.url = packed_text(packed, from->url),
		.date = packed_text(packed, from->date),
		.entitlement = packed_text(packed, from->entitlement),
		.restart = packed_text(packed, from->restart)};
	uint32_t at = out->remedy_count;

	if (at == ADVISORY_REMEDY_MAX) {
		out->remedies_left_out++;
		at--;
		if (out->remedies[at].category <= remedy.category)
			return;
	} else {
		out->remedy_count++;
	}
	for (; at && out->remedies[at - 1].category > remedy.category; at--)
		out->remedies[at] = out->remedies[at - 1];
	out->remedies[at] = remedy;
}

static uint64_t print_text(uint64_t print, const char *text)
{
	uint8_t key[16] = {0};

	memcpy(key, &print, sizeof(print));
	return fw_siphash(key, text, strlen(text) + 1);
}

static uint64_t print_remedy(uint64_t print, const struct packed *packed, const struct packed_remedy *remedy)
{
	print = print_text(print, advisory_remedy_name(remedy->category));
	print = print_text(print, packed_text(packed, remedy->details));
	return print_text(print, packed_text(packed, remedy->url));
}

/*
 * Of all remedies, of those that are left out as well, in the order in which they are told. The key is the same at each start: prints are kept beside
 * marks.
 */
static uint64_t print_of(
	const struct packed *packed, const struct packed_vulnerability *one, const struct chosen *chosen, enum product_status status)
{
	uint64_t print = (uint64_t)status + 1;

	for (uint32_t category = 0; category < REMEDY_COUNT; category++)
		for (uint32_t i = one->remedies.at; i < one->remedies.at + one->remedies.count; i++) {
			const struct packed_remedy *remedy = packed_remedy(packed, i);
			if (remedy->category == category && concerns(packed, remedy->products, chosen))
				print = print_remedy(print, packed, remedy);
		}
	return print;
}

static void fill_vulnerability(const struct advisories *advisories, const struct packed *packed, const struct packed_vulnerability *one,
	const struct chosen *chosen, struct advisory_vulnerability *out)
{
	const struct packed_score *score = NULL;

	out->cve = packed_text(packed, one->cve);
	out->name = packed_text(packed, one->name);
	out->title = packed_text(packed, one->title);
	out->cwe = packed_text(packed, one->cwe);
	out->cwe_name = packed_text(packed, one->cwe_name);
	out->status = judge_status(packed, one, chosen, &out->contradiction);
	if (packed->withdrawn)
		out->status = STATUS_NONE;
	out->score = (uint16_t)highest_score(packed, one, chosen, &score);
	out->vector = score ? packed_text(packed, score->vector) : "";
	out->severity = score ? packed_text(packed, score->severity) : "";
	out->exploited = exploited_holds(advisories, out->cve);
	out->remedy_count = out->remedies_left_out = 0;
	for (uint32_t i = one->remedies.at; i < one->remedies.at + one->remedies.count; i++)
		if (concerns(packed, packed_remedy(packed, i)->products, chosen))
			add_remedy(packed, packed_remedy(packed, i), out);
	out->print = print_of(packed, one, chosen, out->status);
}

static bool says_something(const struct packed *packed, const struct packed_vulnerability *one, const struct chosen *chosen)
{
	bool contradiction;

	return chosen->certainty == ASSET_MAKER || judge_status(packed, one, chosen, &contradiction) != STATUS_NONE;
}

void advisories_each_vulnerability(const struct advisories *advisories, const struct advisory_match *match,
	void (*visit)(void *context, const struct advisory_vulnerability *vulnerability), void *context)
{
	const struct packed *packed = document_at(advisories, match->advisory.number)->packed;
	struct advisory_vulnerability vulnerability;
	struct chosen chosen;
	struct hunt hunt;

	hunt_start(&hunt, advisories, match->asset);
	if (!hunt_choose(&hunt, match->advisory.number, &chosen))
		return;
	for (uint32_t i = 0; i < packed->counts[TABLE_VULNERABILITY]; i++) {
		const struct packed_vulnerability *one = packed_vulnerability(packed, i);
		if (!says_something(packed, one, &chosen))
			continue;
		fill_vulnerability(advisories, packed, one, &chosen, &vulnerability);
		visit(context, &vulnerability);
	}
}
