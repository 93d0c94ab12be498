/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sheets as JSON: docs/schema/advise.json. The lists that CSAF 2.0 section 9.1.13 asks for: by asset (sheets), by product and by document. A
 * sheet at a time, so that memory is that of one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/member.h"
#include "report/names.h"
#include "report/object.h"
#include "report/sheet.h"
#include "report/view.h"

static json_t *score_make(uint16_t score)
{
	return score ? member_thousandths(score * 100u) : json_null();
}

static const char *mark_word(enum asset_mark mark)
{
	static const char *const words[MARK_COUNT] = {"not remediated", "in progress", "done"};

	return words[mark];
}

static json_t *phrase_make(const struct phrase *phrase)
{
	return json_string(phrase->text);
}

/* ---- devices[].advisories of inspect ---- */

json_t *advisories_make(const struct sheet *sheet)
{
	json_t *array = json_array();

	for (uint32_t i = 0; sheet && i < sheet->advisory_count; i++) {
		const struct sheet_advisory *advisory = &sheet->advisories[i];
		json_t *object = json_object();

		member_put(&object, "id", member_text(advisory->id, SIZE_MAX));
		member_put(&object, "title", member_text(advisory->title, SIZE_MAX));
		member_put(&object, "status", json_string(name_status(advisory->status)));
		member_put(&object, "remediation", json_string(name_remedy(advisory->remedy)));
		member_put(&object, "certainty", json_string(name_certainty(advisory->certainty)));
		member_put(&object, "score", score_make(advisory->score));
		member_put(&object, "exploited", json_boolean(advisory->exploited));
		member_put(&object, "mark", json_string(mark_word(advisory->mark)));
		member_append(&array, object);
	}
	return array;
}

/* ---- one advisory on a sheet ---- */

static json_t *vulnerabilities_make(const struct sheet_advisory *advisory)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < advisory->vulnerability_count; i++) {
		const struct sheet_vulnerability *vulnerability = &advisory->vulnerabilities[i];
		json_t *object = json_object();

		member_put(&object, "name", member_text(vulnerability->name, SIZE_MAX));
		member_put(&object, "score", score_make(vulnerability->score));
		member_put(&object, "status", json_string(name_status(vulnerability->status)));
		member_put(&object, "exploited", json_boolean(vulnerability->exploited));
		member_put(&object, "mark", json_string(mark_word(vulnerability->mark)));
		member_append(&array, object);
	}
	return array;
}

static json_t *remedies_make(const struct sheet_advisory *advisory)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < advisory->remedy_count; i++) {
		const struct sheet_remedy *remedy = &advisory->remedies[i];
		json_t *object = json_object();

		member_put(&object, "category", json_string(name_remedy(remedy->category)));
		member_put(&object, "details", member_text(remedy->details, SIZE_MAX));
		member_put(&object, "url", member_text_or_null(remedy->url));
		member_put(&object, "date", member_text_or_null(remedy->date));
		member_append(&array, object);
	}
	return array;
}

static json_t *changes_make(const struct sheet_advisory *advisory)
{
	json_t *object, *array = json_array();

	for (uint32_t i = 0; i < advisory->change_count; i++)
		member_append(&array, member_text(advisory->changes[i].text, SIZE_MAX));
	if (!advisory->change_count && !*advisory->version_before) {
		json_decref(array);
		return json_null();
	}
	object = json_object();
	member_put(&object, "version_before", member_text_or_null(advisory->version_before));
	member_put(&object, "says", member_text_or_null(advisory->revision));
	member_put(&object, "changes", array);
	member_put(&object, "left_out", member_number(advisory->changes_left_out));
	member_put(&object, "unseen", member_number(advisory->changes_unseen));
	return object;
}

static json_t *advisory_make(const struct sheet_advisory *advisory)
{
	json_t *object = json_object();

	member_put(&object, "id", member_text(advisory->id, SIZE_MAX));
	member_put(&object, "title", member_text(advisory->title, SIZE_MAX));
	member_put(&object, "publisher", member_text(advisory->publisher, SIZE_MAX));
	member_put(&object, "url", member_text_or_null(advisory->url));
	member_put(&object, "version", member_text(advisory->version, SIZE_MAX));
	member_put(&object, "released", member_text_or_null(advisory->released));
	member_put(&object, "revised", member_text_or_null(advisory->revised));
	member_put(&object, "draft", json_boolean(advisory->draft));
	member_put(&object, "withdrawn", json_boolean(advisory->withdrawn));
	member_put(&object, "product", member_text_or_null(advisory->product));
	member_put(&object, "product_version", member_text_or_null(advisory->product_version));
	member_put(&object, "certainty", json_string(name_certainty(advisory->certainty)));
	member_put(&object, "confidence", member_thousandths(advisory->confidence * 10u));
	member_put(&object, "status", json_string(name_status(advisory->status)));
	member_put(&object, "open", json_boolean(advisory->open));
	member_put(&object, "score", score_make(advisory->score));
	member_put(&object, "exploited", json_boolean(advisory->exploited));
	member_put(&object, "remediation", json_string(name_remedy(advisory->remedy)));
	member_put(&object, "remedies", remedies_make(advisory));
	member_put(&object, "remedies_left_out", member_number(advisory->remedies_left_out));
	member_put(&object, "vulnerabilities", vulnerabilities_make(advisory));
	member_put(&object, "vulnerabilities_left_out", member_number(advisory->vulnerabilities_left_out));
	member_put(&object, "products_left_out", member_number(advisory->products_left_out));
	member_put(&object, "mark", json_string(mark_word(advisory->mark)));
	member_put(&object, "marked_version", advisory->marked_version ? member_text(advisory->marked_version, SIZE_MAX) : json_null());
	member_put(&object, "mark_lapsed", json_boolean(advisory->mark_lapsed));
	member_put(&object, "corrected", changes_make(advisory));
	return object;
}

/* ---- one sheet ---- */

static json_t *recall_make(const struct sheet_recall *recall)
{
	json_t *object = json_object();

	member_put(&object, "id", member_text(recall->id, SIZE_MAX));
	member_put(&object, "title", member_text(recall->title, SIZE_MAX));
	member_put(&object, "publisher", member_text(recall->publisher, SIZE_MAX));
	member_put(&object, "source", member_text(recall->source, SIZE_MAX));
	member_put(&object, "answer", json_string(sheet_truth_name(recall->answer)));
	member_put(&object, "says", member_text(recall->says, SIZE_MAX));
	member_put(&object, "because", member_text_or_null(recall->because));
	member_put(&object, "assumed", member_text_or_null(recall->assumed));
	member_put(&object, "question", recall->asks ? member_text(recall->question, SIZE_MAX) : json_null());
	member_put(&object, "where", recall->asks ? member_text(recall->where, SIZE_MAX) : json_null());
	return object;
}

static json_t *reason_make(const struct sheet *sheet, const struct sheet_reason *reason)
{
	static const char *const kinds[] = {"finding", "advisory", "recall", "clue", "mapping"};
	struct phrase words = {0};
	json_t *object = json_object();
	const char *name = "";

	if (reason->kind == REASON_FINDING)
		name = report_finding_name(sheet->findings[reason->index]->id);
	else if (reason->kind == REASON_ADVISORY)
		name = sheet->advisories[reason->index].id;
	else if (reason->kind == REASON_RECALL)
		name = sheet->recalls[reason->index].id;
	else if (reason->kind == REASON_CLUE)
		name = sheet->device->clues[reason->index].source;
	sheet_say_reason(sheet, reason, &words);
	member_put(&object, "by", json_string(kinds[reason->kind]));
	member_put(&object, "name", member_text_or_null(name));
	member_put(&object, "words", phrase_make(&words));
	return object;
}

static json_t *step_make(const struct sheet *sheet, const struct sheet_step *step)
{
	struct phrase how = {0};
	json_t *object = json_object(), *reasons = json_array();

	for (uint32_t i = 0; i < step->reason_count; i++)
		member_append(&reasons, reason_make(sheet, &step->reasons[i]));
	sheet_say_step(sheet, step, &how);
	member_put(&object, "step", json_string(sheet_step_name(step->id)));
	member_put(&object, "title", json_string(sheet_step_title(step->id)));
	member_put(&object, "how", phrase_make(&how));
	member_put(&object, "because", reasons);
	member_put(&object, "reasons_left_out", member_number(step->reasons_left_out));
	return object;
}

static json_t *miss_make(const struct sheet *sheet, const struct sheet_miss *miss)
{
	json_t *object = json_object();

	member_put(&object, "provision", json_string(sheet_provision_number(miss->provision)));
	member_put(&object, "title", json_string(sheet_provision_title(miss->provision)));
	member_put(&object, "evidence", reason_make(sheet, &miss->evidence));
	return object;
}

static json_t *answers_make(const struct sheet *sheet)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < sheet->question_count; i++) {
		json_t *object = json_object();

		member_put(&object, "provision", member_text(sheet->questions[i].provision, SIZE_MAX));
		member_put(&object, "answer", json_string(sheet_answer_name(sheet->answers[i])));
		member_append(&array, object);
	}
	return array;
}

static json_t *question_make(const struct sheet_view *view, size_t index)
{
	const struct sheet_question *question = &view->questions[index];
	json_t *object = json_object();

	member_put(&object, "provision", member_text(question->provision, SIZE_MAX));
	member_put(&object, "fact", member_text(question->key, SIZE_MAX));
	member_put(&object, "title", member_text(question->title, SIZE_MAX));
	member_put(&object, "question", member_text(question->question, SIZE_MAX));
	member_put(&object, "where", member_text(question->where, SIZE_MAX));
	return object;
}

static json_t *sheet_make(const struct sheet_view *view, size_t index)
{
	const struct sheet *sheet = &view->sheets[index];
	json_t *object = json_object(), *advisories = json_array(), *recalls = json_array(), *steps = json_array(), *misses = json_array();
	json_t *device = device_make(view->report, index);
	struct phrase verdict = {0};

	for (uint32_t i = 0; i < sheet->advisory_count; i++)
		member_append(&advisories, advisory_make(&sheet->advisories[i]));
	for (uint32_t i = 0; i < sheet->recall_count; i++)
		member_append(&recalls, recall_make(&sheet->recalls[i]));
	for (uint32_t i = 0; i < sheet->step_count; i++)
		member_append(&steps, step_make(sheet, &sheet->steps[i]));
	for (uint32_t i = 0; i < sheet->miss_count; i++)
		member_append(&misses, miss_make(sheet, &sheet->misses[i]));
	/* the sheet says more of them */
	if (device && json_object_del(device, "advisories")) {
		json_decref(device);
		device = NULL;
	}
	sheet_say_verdict(sheet, &verdict);
	member_put(&object, "device", device);
	member_put(&object, "facts", member_text_or_null(sheet->facts ? sheet->facts : ""));
	member_put(&object, "verdict", phrase_make(&verdict));
	member_put(&object, "tonight", steps);
	member_put(&object, "advisories", advisories);
	member_put(&object, "open", member_number(sheet->open_count));
	member_put(&object, "by_maker", member_number(sheet->by_maker));
	member_put(&object, "advisories_left_out", member_number(sheet->advisories_left_out));
	member_put(&object, "names_left_out", member_number(sheet->names_left_out));
	member_put(&object, "fix", json_string(sheet_fix_name(sheet->fix)));
	member_put(&object, "recalls", recalls);
	member_put(&object, "recalls_left_out", member_number(sheet->recalls_left_out));
	member_put(&object, "provisions_missed", misses);
	member_put(&object, "provisions_asked", answers_make(sheet));
	return object;
}

/* ---- by document, by product ---- */

static json_t *document_make(const struct sheet_view *view, size_t index)
{
	const struct sheet_document *document = &view->documents[index];
	json_t *object = json_object(), *devices = json_array();

	for (uint32_t i = 0; i < document->devices; i++)
		member_append(&devices, device_id_make(view->sheets[document->sheets[i]].device));
	member_put(&object, "id", member_text(document->id, SIZE_MAX));
	member_put(&object, "title", member_text(document->title, SIZE_MAX));
	member_put(&object, "publisher", member_text(document->publisher, SIZE_MAX));
	member_put(&object, "version", member_text(document->version, SIZE_MAX));
	member_put(&object, "devices", devices);
	member_put(&object, "not_remediated", member_number(document->open));
	member_put(&object, "in_progress", member_number(document->in_progress));
	member_put(&object, "done", member_number(document->done));
	return object;
}

static int compare_products(const void *a, const void *b)
{
	const struct device *x = (*(const struct sheet *const *)a)->device, *y = (*(const struct sheet *const *)b)->device;
	int order = strcmp(x->maker.name, y->maker.name);

	if (!order)
		order = strcmp(x->model.name, y->model.name);
	if (!order)
		order = strcmp(x->firmware.name, y->firmware.name);
	return order;
}

static int by_product(const void *a, const void *b)
{
	const struct sheet *x = *(const struct sheet *const *)a, *y = *(const struct sheet *const *)b;
	int order = compare_products(a, b);

	return order ? order : x < y ? -1 : x > y;
}

/* Devices of one maker, model and firmware may still differ by serial number, so documents of any of them are told, each once. */
static json_t *product_advisories_make(const struct sheet *const *sheets, size_t count)
{
	json_t *ids = json_array(), *told = json_object();
	bool full = !told;

	for (size_t i = 0; i < count && !full; i++)
		for (uint32_t a = 0; a < sheets[i]->advisory_count && !full; a++) {
			const struct sheet_advisory *advisory = &sheets[i]->advisories[a];
			if (advisory->certainty == ASSET_MAKER || json_object_get(told, advisory->id))
				continue;
			full = json_object_set_new_nocheck(told, advisory->id, json_true()) != 0;
			member_append(&ids, member_text(advisory->id, SIZE_MAX));
		}
	json_decref(told);
	if (full) {
		json_decref(ids);
		return NULL;
	}
	return ids;
}

static json_t *product_make(const struct sheet *const *sheets, size_t count)
{
	const struct device *device = sheets[0]->device;
	json_t *object = json_object(), *devices = json_array();

	for (size_t i = 0; i < count; i++)
		member_append(&devices, device_id_make(sheets[i]->device));
	member_put(&object, "maker", member_text_or_null(device->maker.name));
	member_put(&object, "model", member_text_or_null(device->model.name));
	member_put(&object, "firmware", member_text_or_null(device->firmware.name));
	member_put(&object, "devices", devices);
	member_put(&object, "advisories", product_advisories_make(sheets, count));
	return object;
}

static int write_products(FILE *out, const struct sheet_view *view)
{
	const struct sheet **sorted = calloc(view->sheet_count + 1, sizeof(*sorted));
	size_t count = 0, same, told = 0;
	int error = 0;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < view->sheet_count; i++)
		if (view->sheets[i].device->maker.name[0] || view->sheets[i].device->model.name[0])
			sorted[count++] = &view->sheets[i];
	qsort(sorted, count, sizeof(*sorted), by_product);
	fputs(",\n\"products\": [", out);
	for (size_t i = 0; i < count && !error; i += same) {
		for (same = 1; i + same < count && !compare_products(&sorted[i], &sorted[i + same]); same++)
			;
		fputs(told++ ? ",\n" : "\n", out);
		error = value_write(out, product_make(sorted + i, same), 0);
	}
	fputs("]", out);
	free(sorted);
	return error;
}

static int write_list(FILE *out, const struct sheet_view *view, const char *key, size_t count,
	json_t *(*make)(const struct sheet_view *view, size_t index))
{
	int error = 0;

	fprintf(out, ",\n\"%s\": [", key);
	for (size_t i = 0; i < count && !error; i++) {
		fputs(i ? ",\n" : "\n", out);
		error = value_write(out, make(view, i), 0);
	}
	fputs("]", out);
	return error;
}

static json_t *read_capture(const struct sheet_view *view, size_t index)
{
	return capture_make(view->report, index);
}

int report_sheets_json(FILE *out, const struct sheet_view *view)
{
	json_t *advisories = json_object();
	int error;

	member_put(&advisories, "read", member_number(view->advisories_read));
	member_put(&advisories, "refused", member_number(view->advisories_refused));
	member_put(&advisories, "names_left_out", member_number(view->advisory_names_left_out));
	fputs("{\"schema\": \"floodwall.advise/1\"", out);
	error = write_list(out, view, "captures", view->report->capture_count, read_capture);
	fputs(",\n\"advisories\": ", out);
	if (error)
		json_decref(advisories);
	else
		error = value_write(out, advisories, 0);
	if (!error)
		error = write_list(out, view, "sheets", view->sheet_count, sheet_make);
	if (!error)
		error = write_products(out, view);
	if (!error)
		error = write_list(out, view, "documents", view->document_count, document_make);
	if (!error)
		error = write_list(out, view, "questions", view->question_count, question_make);
	fputs(",\n\"left_out\": ", out);
	if (!error)
		error = value_write(out, left_out_make(view->report), 0);
	fputs("}\n", out);
	return error ? error : fflush(out) || ferror(out) ? -EIO : 0;
}
