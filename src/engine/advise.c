/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One device against everything that is known. Of tens of thousands of documents a device meets a few; those that say something of it
 * surely go before those that speak of its maker, and a ceiling holds where a device claims to be everything.
 */
#include "engine/advise.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/advise_room.h"
#include "wire/siphash.h"

int advise_open(const struct advise_start *start, struct advise **out_advise, struct fault *out_fault)
{
	struct advise *advise = calloc(1, sizeof(*advise));
	int error;

	if (!advise)
		return -ENOMEM;
	advise->options = start->options;
	advise->notes = start->notes;
	memcpy(advise->hash_key, start->hash_key, sizeof(advise->hash_key));
	advise->asked = calloc(start->options->mark_count + 1, sizeof(*advise->asked));
	error = advise->asked ? companies_new(start->hash_key, &advise->companies) : -ENOMEM;
	if (!error)
		error = signatures_companies(advise->companies, start->signatures, start->say);
	if (!error)
		error = advise_read_files(advise, out_fault);
	if (error)
		advise_free(advise);
	else
		*out_advise = advise;
	return error;
}

void advised_done(struct advised *advised)
{
	for (uint32_t i = 0; i < advised->advisory_count; i++) {
		free(advised->advisories[i].vulnerabilities);
		free(advised->advisories[i].remedies);
		free(advised->advisories[i].changes);
	}
	free(advised->advisories);
	free(advised->recalls);
	free(advised->facts);
}

void advise_free(struct advise *advise)
{
	if (!advise)
		return;
	for (uint32_t i = 0; i < advise->device_count; i++)
		advised_done(&advise->devices[i]);
	free(advise->devices);
	free(advise->sheets);
	free(advise->findings);
	free(advise->documents);
	free(advise->document_sheets);
	free(advise->listed);
	free(advise->about);
	free(advise->asked);
	assets_free(&advise->assets);
	marks_free(advise->marks);
	recalls_free(advise->recalls);
	facts_free(advise->facts);
	questions_free(advise->questions);
	advisories_free(advise->advisories);
	companies_free(advise->companies);
	free(advise);
}

/* ---- the best matches ---- */

struct best {
	struct advisory_match list[SHEET_ADVISORIES_MAX];
	uint32_t count, by_maker, left_out;
};

static bool affects(const struct advisory_match *match)
{
	return match->certainty >= ASSET_PRODUCT && match->status == STATUS_AFFECTED && !match->advisory.withdrawn;
}

static bool is_before(const struct advisory_match *a, const struct advisory_match *b)
{
	if (affects(a) != affects(b))
		return affects(a);
	if (a->certainty != b->certainty)
		return a->certainty > b->certainty;
	if (a->exploited != b->exploited)
		return a->exploited;
	return a->score > b->score; /* else as they come: by publisher and id */
}

static void take_match(void *context, const struct advisory_match *match)
{
	struct best *best = context;
	uint32_t place = best->count;

	if (match->certainty == ASSET_MAKER) {
		if (match->other_model)
			return;
		best->by_maker++;
	}
	while (place && is_before(match, &best->list[place - 1]))
		place--;
	if (best->count == SHEET_ADVISORIES_MAX) {
		/* documents of the maker alone are counted already */
		best->left_out += best->list[SHEET_ADVISORIES_MAX - 1].certainty != ASSET_MAKER && match->certainty != ASSET_MAKER;
		if (place == best->count)
			return;
		best->count--;
	}
	memmove(&best->list[place + 1], &best->list[place], (best->count - place) * sizeof(best->list[0]));
	best->list[place] = *match;
	best->count++;
}

/* ---- vulnerabilities, remedies, marks ---- */

struct reading {
	struct advise *advise;
	const struct device *device;
	uint32_t number; /* of it */
	struct sheet_advisory *out;
	const struct advisory_match *match;
	char key[DEVICE_KEY_MAX];
	uint32_t affected, marked[MARK_COUNT], lapsed;
	int error;
};

static bool is_asked(const struct reading *reading, const struct advise_mark *asked, const char *vulnerability)
{
	if (strcasecmp(asked->advisory, reading->match->advisory.id) != 0)
		return false;
	if (strcmp(asked->vulnerability, "*") != 0 && strcasecmp(asked->vulnerability, vulnerability) != 0)
		return false;
	return strcmp(asked->device, "*") == 0 || device_is(reading->device, asked->device);
}

static void meet(struct reading *reading, size_t asked)
{
	struct asked *met = &reading->advise->asked[asked];

	met->ambiguous |= met->met && met->device != reading->number && strcmp(reading->advise->options->marks[asked].device, "*");
	met->met = true;
	met->device = reading->number;
}

/* What a person says now becomes a mark, with what the document says today. */
static void set_marks(struct reading *reading, const struct advisory_vulnerability *vulnerability)
{
	const struct advise_options *options = reading->advise->options;

	for (size_t i = 0; i < options->mark_count && !reading->error; i++) {
		struct mark mark = {.print = vulnerability->print, .mark = options->marks[i].mark};

		if (!is_asked(reading, &options->marks[i], vulnerability->name))
			continue;
		snprintf(mark.asset, sizeof(mark.asset), "%s", reading->key);
		snprintf(mark.advisory, sizeof(mark.advisory), "%s", reading->match->advisory.id);
		memcpy(mark.vulnerability, "*", 2);
		if (mark.mark == MARK_NOT_REMEDIATED && !strcmp(options->marks[i].vulnerability, "*"))
			reading->error = marks_set(reading->advise->marks, &mark); /* of all */
		snprintf(mark.vulnerability, sizeof(mark.vulnerability), "%s", vulnerability->name);
		snprintf(mark.version, sizeof(mark.version), "%s", reading->match->advisory.version);
		snprintf(mark.day, sizeof(mark.day), "%s", options->today ? options->today : "");
		snprintf(mark.note, sizeof(mark.note), "%s", options->marks[i].note);
		meet(reading, i);
		reading->advise->marks_changed = true;
		reading->error = marks_set(reading->advise->marks, &mark);
	}
}

static enum asset_mark mark_of(struct reading *reading, const struct advisory_vulnerability *vulnerability)
{
	const struct mark *mark = marks_find(reading->advise->marks, reading->key, reading->match->advisory.id, vulnerability->name);

	if (!mark || mark->mark == MARK_NOT_REMEDIATED)
		return MARK_NOT_REMEDIATED;
	reading->out->marked_version = mark->version;
	reading->out->mark_note = mark->note;
	if (*mark->version &&
		advisory_news_judge(mark->version, mark->print, reading->match->advisory.version, vulnerability->print) == NEWS_CHANGED) {
		reading->lapsed++;
		return MARK_NOT_REMEDIATED;
	}
	return mark->mark;
}

static void add_remedies(struct sheet_advisory *out, const struct advisory_vulnerability *vulnerability)
{
	for (uint32_t i = 0; i < vulnerability->remedy_count; i++) {
		const struct advisory_remedy *remedy = &vulnerability->remedies[i];
		uint32_t k = 0;

		while (k < out->remedy_count &&
			(out->remedies[k].category != remedy->category || strcmp(out->remedies[k].details, remedy->details) ||
				strcmp(out->remedies[k].url, remedy->url)))
			k++;
		if (k < out->remedy_count)
			continue;
		if (k == SHEET_REMEDIES_MAX)
			out->remedies_left_out++;
		else
			out->remedies[out->remedy_count++] =
				(struct sheet_remedy){remedy->category, remedy->details, remedy->url, remedy->date};
	}
}

static void take_vulnerability(void *context, const struct advisory_vulnerability *vulnerability)
{
	struct reading *reading = context;
	struct sheet_advisory *out = reading->out;
	enum asset_mark mark = MARK_NOT_REMEDIATED;

	if (reading->match->certainty != ASSET_MAKER && vulnerability->status == STATUS_AFFECTED) {
		set_marks(reading, vulnerability);
		mark = mark_of(reading, vulnerability);
		reading->affected++;
		reading->marked[mark]++;
		for (uint32_t i = 0; i < vulnerability->remedy_count; i++)
			out->remedy_kinds |= 1u << vulnerability->remedies[i].category;
	}
	if (reading->match->certainty != ASSET_MAKER) {
		add_remedies(out, vulnerability);
		out->remedies_left_out += vulnerability->remedies_left_out;
	}
	if (out->vulnerability_count == SHEET_VULNERABILITIES_MAX) {
		out->vulnerabilities_left_out++;
		return;
	}
	out->vulnerabilities[out->vulnerability_count++] = (struct sheet_vulnerability){
		vulnerability->name, vulnerability->score, vulnerability->status, vulnerability->exploited, mark};
}

static enum asset_mark mark_over(const struct reading *reading)
{
	if (reading->affected && reading->marked[MARK_DONE] == reading->affected)
		return MARK_DONE;
	return reading->marked[MARK_DONE] || reading->marked[MARK_IN_PROGRESS] ? MARK_IN_PROGRESS : MARK_NOT_REMEDIATED;
}

/* ---- what a correction changed ---- */

static void take_change(void *context, const struct advisory_change *change)
{
	struct reading *reading = context;
	struct sheet_advisory *out = reading->out;
	char *text;
	size_t size = SHEET_TEXT_MAX;

	if (*change->product && strcmp(change->product, out->product) != 0)
		return;
	if (out->change_count == SHEET_CHANGES_MAX) {
		out->changes_left_out++;
		return;
	}
	text = out->changes[out->change_count++].text;
	switch (change->kind) {
	case CHANGE_PRODUCT_ADDED:
		snprintf(text, size, "it speaks of this product now");
		break;
	case CHANGE_PRODUCT_REMOVED:
		snprintf(text, size, "it speaks of this product no longer");
		break;
	case CHANGE_VULNERABILITY_ADDED:
		snprintf(text, size, "%s is new", change->vulnerability);
		break;
	case CHANGE_VULNERABILITY_REMOVED:
		snprintf(text, size, "%s is gone", change->vulnerability);
		break;
	case CHANGE_STATUS:
		snprintf(text, size, "%s: %s, was %s", change->vulnerability, advisory_status_name(change->after),
			advisory_status_name(change->before));
		break;
	default:
		snprintf(text, size, "%s: what helps is %s, was %s", change->vulnerability,
			change->remedy_after == REMEDY_COUNT ? "nothing" : advisory_remedy_name(change->remedy_after),
			change->remedy_before == REMEDY_COUNT ? "nothing" : advisory_remedy_name(change->remedy_before));
	}
}

/* ---- one document, one device ---- */

/* Arrays are cut down to what was used: there may be tens of thousands of these. */
static void *fit(void *array, uint32_t count, size_t size)
{
	void *fitted;

	if (!count) {
		free(array);
		return NULL;
	}
	fitted = realloc(array, count * size);
	return fitted ? fitted : array;
}

static int read_match(struct reading *reading, const struct advisory_match *match, struct sheet_advisory *out)
{
	const struct advisory *advisory = &match->advisory;
	struct advise *advise = reading->advise;

	reading->out = out;
	reading->match = match;
	reading->affected = reading->lapsed = 0;
	memset(reading->marked, 0, sizeof(reading->marked));
	*out = (struct sheet_advisory){.number = advisory->number,
		.id = advisory->id,
		.title = advisory->title,
		.publisher = advisory->publisher,
		.url = advisory->url,
		.version = advisory->version,
		.released = advisory->initial_date,
		.revised = advisory->current_date,
		.revision = advisory->revision,
		.product = match->product,
		.product_version = match->product_version,
		.certainty = match->certainty,
		.status = match->status,
		.remedy = match->remedy,
		.confidence = match->confidence,
		.score = match->score,
		.exploited = match->exploited,
		.draft = advisory->status == TRACKING_DRAFT,
		.withdrawn = advisory->withdrawn,
		.contradiction = match->contradiction,
		.loose = match->loose,
		.products_left_out = match->left_out,
		.version_before = advisories_version_before(advise->advisories, advisory->number)};
	out->vulnerabilities = calloc(SHEET_VULNERABILITIES_MAX, sizeof(*out->vulnerabilities));
	out->remedies = calloc(SHEET_REMEDIES_MAX, sizeof(*out->remedies));
	out->changes = calloc(SHEET_CHANGES_MAX, sizeof(*out->changes));
	if (!out->vulnerabilities || !out->remedies || !out->changes)
		return -ENOMEM;
	advisories_each_vulnerability(advise->advisories, match, take_vulnerability, reading);
	if (*out->version_before && match->certainty != ASSET_MAKER)
		advisories_changes(advise->advisories, advisory->number, take_change, reading, &out->changes_unseen);
	out->mark = mark_over(reading);
	out->mark_lapsed = reading->lapsed != 0;
	out->open = affects(match) && out->mark != MARK_DONE;
	out->vulnerabilities = fit(out->vulnerabilities, out->vulnerability_count, sizeof(*out->vulnerabilities));
	out->remedies = fit(out->remedies, out->remedy_count, sizeof(*out->remedies));
	out->changes = fit(out->changes, out->change_count, sizeof(*out->changes));
	return reading->error == -E2BIG ? 0 : reading->error;
}

static int match_device(struct advise *advise, struct advised *advised, const struct device *device, const struct asset *asset)
{
	struct reading reading = {.advise = advise, .device = device, .number = (uint32_t)(advised - advise->devices)};
	struct best best;
	int error = 0;

	if (!advise->advisories)
		return 0;
	device_key(device, asset->serial, reading.key);
	advised->key = fw_siphash(advise->hash_key, reading.key, strlen(reading.key));
	best.count = best.by_maker = best.left_out = 0;
	advisories_match(advise->advisories, asset, take_match, &best, &advised->names_left_out);
	advised->by_maker = best.by_maker;
	advised->left_out = best.left_out;
	if (!best.count)
		return 0;
	advised->advisories = calloc(best.count, sizeof(*advised->advisories));
	if (!advised->advisories)
		return -ENOMEM;
	while (!error && advised->advisory_count < best.count) {
		uint32_t at = advised->advisory_count++;
		error = read_match(&reading, &best.list[at], &advised->advisories[at]);
	}
	return error;
}

int advise_judge_recalls(struct advise *advise, struct advised *advised, const struct device *device, const struct facts *facts)
{
	struct sheet_recall found[SHEET_RECALLS_MAX];
	struct known known;

	facts_known(facts, device, &known);
	advised->recall_count = (uint32_t)recalls_judge(advise->recalls, &known, found, &advised->recalls_left_out);
	if (!advised->recall_count)
		return 0;
	advised->recalls = malloc(advised->recall_count * sizeof(*found));
	if (!advised->recalls) {
		advised->recall_count = 0;
		return -ENOMEM;
	}
	memcpy(advised->recalls, found, advised->recall_count * sizeof(*found));
	return 0;
}

int advise_one(struct advise *advise, uint32_t number, struct device *device, const struct facts *facts)
{
	struct advised *advised = &advise->devices[number];
	struct asset asset;
	char said[1024];
	int error;

	if (facts)
		facts_apply(facts, device);
	if (facts)
		memcpy(advised->answers, facts->answers, sizeof(advised->answers));
	facts_say(facts, said, sizeof(said));
	advised->facts = strdup(said);
	if (!advised->facts)
		return -ENOMEM;
	asset = (struct asset){
		.maker = device->maker.name,
		.brand = device->brand.name,
		.kind = device->kind.name,
		.model = device->model.name,
		.firmware = device->firmware.name,
		.serial = facts ? facts->text[LABEL_SERIAL] : "",
		.cpe = advise->listed ? advise->assets.list[number].cpe : "",
		.purl = advise->listed ? advise->assets.list[number].purl : "",
		.maker_confidence = device->maker.confidence,
		.brand_confidence = device->brand.confidence,
		.model_confidence = device->model.confidence,
		.firmware_confidence = device->firmware.confidence,
	};
	error = match_device(advise, advised, device, &asset);
	return error ? error : advise_judge_recalls(advise, advised, device, facts);
}

/* ---- all devices ---- */

bool advise_worst(const struct advised *advised, struct evidence_advisory *out_evidence)
{
	const struct sheet_advisory *worst = NULL;
	uint32_t open = 0;

	for (uint32_t i = 0; i < advised->advisory_count; i++) {
		if (!advised->advisories[i].open)
			continue;
		open++;
		worst = worst ? worst : &advised->advisories[i]; /* they stand worst first */
	}
	if (!worst)
		return false;
	*out_evidence = (struct evidence_advisory){.certainty = worst->certainty,
		.remedy = sheet_remedy(worst),
		.score = worst->score,
		.exploited = worst->exploited,
		.advisories = open};
	snprintf(out_evidence->id, sizeof(out_evidence->id), "%s", worst->id);
	snprintf(out_evidence->title, sizeof(out_evidence->title), "%s", worst->title);
	return true;
}

static int make_room(struct advise *advise, uint32_t count)
{
	advise->devices = calloc(count + 1u, sizeof(*advise->devices));
	if (!advise->devices)
		return -ENOMEM;
	advise->device_count = count;
	return 0;
}

int advise_engine(struct advise *advise, struct engine *engine)
{
	uint32_t count = engine_device_count(engine);
	int error = advise ? make_room(advise, count) : 0;

	for (uint32_t i = 0; advise && !error && i < count; i++) {
		/* read only to everybody else; a person's word about it goes before what was inferred */
		struct device *device = (struct device *)engine_device(engine, i);
		struct evidence_advisory evidence;

		if (!device)
			continue;
		error = advise_one(advise, i, device, facts_find(advise->facts, device));
		if (!error && advise_worst(&advise->devices[i], &evidence))
			engine_note_advisory(engine, i, &evidence);
	}
	return error;
}

int advise_list(struct advise *advise)
{
	uint32_t count = (uint32_t)advise->assets.count;
	int error = make_room(advise, count);

	if (error)
		return error;
	advise->listed = calloc(count + 1u, sizeof(*advise->listed));
	if (!advise->listed)
		return -ENOMEM;
	for (uint32_t i = 0; !error && i < count; i++) {
		struct device *device = &advise->listed[i];
		const struct facts *facts;
		struct evidence_advisory evidence;

		asset_device(&advise->assets.list[i], advise->hash_key, device);
		facts = facts_find(advise->facts, device);
		error = advise_one(advise, i, device, facts ? facts : &advise->assets.list[i].facts);
		if (!error && advise_worst(&advise->devices[i], &evidence))
			device->state = STATE_EXPOSED;
	}
	return error;
}

size_t advise_device_count(const struct advise *advise)
{
	return advise->assets.count;
}

const struct device *advise_device(const struct advise *advise, size_t index)
{
	return &advise->listed[index];
}

/* What is marked has to be one device, under a name in the file that no other has. */
static bool is_one(const struct advise *advise, size_t mark)
{
	const struct asked *asked = &advise->asked[mark];

	if (asked->ambiguous)
		return false;
	if (!strcmp(advise->options->marks[mark].device, "*"))
		return true;
	for (uint32_t i = 0; i < advise->device_count; i++)
		if (i != asked->device && advise->devices[i].key == advise->devices[asked->device].key)
			return false;
	return true;
}

int advise_take_marks(struct advise *advise, char **out_text, size_t *out_len, struct fault *out_fault)
{
	FILE *out;
	int error;

	*out_text = NULL;
	for (size_t i = 0; advise && i < advise->options->mark_count; i++) {
		const char *device = advise->options->marks[i].device;

		if (advise->asked[i].met && is_one(advise, i))
			continue;
		if (advise->asked[i].met)
			fault_set(out_fault, "--mark", 0, 0,
				"more than one device here is %s: give each a MAC or an address of its own, and name that", device);
		else
			fault_set(out_fault, "--mark", 0, 0, "no device here is %s and affected by %s", device,
				advise->options->marks[i].advisory);
		return -EINVAL;
	}
	if (!advise || !advise->marks_changed)
		return 0;
	out = open_memstream(out_text, out_len);
	if (!out)
		return -ENOMEM;
	error = marks_write(advise->marks, out);
	return fclose(out) || error ? -ENOMEM : 0;
}
