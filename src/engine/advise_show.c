/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sheets in the order in which devices are shown, and for each document the devices that it meets. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "detect/detect.h"
#include "engine/advise_room.h"

/* Findings of one device side by side, in the order they come in: worst first. */
static int sort_findings(struct advise *advise, const struct advise_shown *shown)
{
	size_t at = 0;

	advise->findings = calloc(shown->finding_count + 1, sizeof(*advise->findings));
	if (!advise->findings)
		return -ENOMEM;
	for (size_t i = 0; i < shown->device_count; i++) {
		struct sheet *sheet = &advise->sheets[i];

		sheet->findings = advise->findings + at;
		for (size_t k = 0; k < shown->finding_count; k++)
			if (shown->findings[k]->device == shown->numbers[i] && !shown->findings[k]->muted)
				advise->findings[at + sheet->finding_count++] = shown->findings[k];
		at += sheet->finding_count;
	}
	return 0;
}

/* What a person wrote down names somebody more surely than any packet. */
static void keep_private(struct advised *advised)
{
	advised->facts[0] = 0;
	for (uint32_t i = 0; i < advised->recall_count; i++)
		advised->recalls[i].because[0] = 0;
	for (uint32_t i = 0; i < advised->advisory_count; i++)
		advised->advisories[i].mark_note = NULL;
}

static int make_sheets(struct advise *advise, const struct advise_shown *shown)
{
	int error;

	advise->sheets = calloc(shown->device_count + 1, sizeof(*advise->sheets));
	if (!advise->sheets)
		return -ENOMEM;
	error = sort_findings(advise, shown);
	for (size_t i = 0; !error && i < shown->device_count; i++) {
		struct advised *advised = &advise->devices[shown->numbers[i]];
		struct sheet *sheet = &advise->sheets[i];

		if (shown->private)
			keep_private(advised);
		sheet->device = shown->devices[i];
		sheet->facts = advised->facts;
		sheet->advisories = advised->advisories;
		sheet->advisory_count = advised->advisory_count;
		sheet->recalls = advised->recalls;
		sheet->recall_count = advised->recall_count;
		sheet->by_maker = advised->by_maker;
		sheet->questions = questions_list(advise->questions, &sheet->question_count);
		memcpy(sheet->answers, advised->answers, sizeof(sheet->answers));
		sheet->advisories_left_out = advised->left_out;
		sheet->names_left_out = advised->names_left_out;
		sheet->recalls_left_out = advised->recalls_left_out;
		sheet_judge(sheet, shown->findings, shown->finding_count);
	}
	return error;
}

/* ---- by document ---- */

static bool meets(const struct sheet_advisory *advisory)
{
	return advisory->certainty != ASSET_MAKER && advisory->status == STATUS_AFFECTED;
}

static void add_document(struct sheet_document *document, const struct sheet_advisory *advisory, uint32_t *sheets, uint32_t at)
{
	if (!document->devices)
		*document = (struct sheet_document){.id = advisory->id,
			.title = advisory->title,
			.publisher = advisory->publisher,
			.version = advisory->version,
			.url = advisory->url,
			.sheets = sheets};
	((uint32_t *)document->sheets)[document->devices++] = at;
	document->open += advisory->mark == MARK_NOT_REMEDIATED;
	document->in_progress += advisory->mark == MARK_IN_PROGRESS;
	document->done += advisory->mark == MARK_DONE;
}

/* All of them with gaps where no device is met; then the gaps are closed. */
static int make_documents(struct advise *advise, size_t sheet_count, size_t *out_count)
{
	uint32_t count = advise->advisories ? advisories_count(advise->advisories) : 0, *starts = calloc(count + 2u, sizeof(*starts));
	size_t kept = 0;

	advise->documents = calloc(count + 1u, sizeof(*advise->documents));
	for (size_t i = 0; starts && i < sheet_count; i++)
		for (uint32_t k = 0; k < advise->sheets[i].advisory_count; k++)
			starts[advise->sheets[i].advisories[k].number + 1] += meets(&advise->sheets[i].advisories[k]);
	for (uint32_t i = 0; starts && i <= count; i++)
		starts[i + 1] += starts[i];
	advise->document_sheets = starts ? calloc(starts[count] + 1u, sizeof(*advise->document_sheets)) : NULL;
	if (!starts || !advise->documents || !advise->document_sheets) {
		free(starts);
		return -ENOMEM;
	}
	for (size_t i = 0; i < sheet_count; i++)
		for (uint32_t k = 0; k < advise->sheets[i].advisory_count; k++) {
			const struct sheet_advisory *advisory = &advise->sheets[i].advisories[k];

			if (meets(advisory))
				add_document(&advise->documents[advisory->number], advisory,
					advise->document_sheets + starts[advisory->number], (uint32_t)i);
		}
	for (uint32_t i = 0; i < count; i++)
		if (advise->documents[i].devices)
			advise->documents[kept++] = advise->documents[i];
	free(starts);
	*out_count = kept;
	return 0;
}

int advise_show(struct advise *advise, const struct advise_shown *shown, struct sheet_view *out_view)
{
	size_t documents = 0;
	uint32_t questions;
	int error = make_sheets(advise, shown);

	if (!error)
		error = make_documents(advise, shown->device_count, &documents);
	if (error)
		return error;
	*out_view = (struct sheet_view){
		.sheets = advise->sheets,
		.questions = questions_list(advise->questions, &questions),
		.question_count = questions,
		.sheet_count = shown->device_count,
		.documents = advise->documents,
		.document_count = documents,
		.advisories_read = advise->read,
		.advisories_refused = advise->refused,
		.advisory_names_left_out = advise->advisories ? advisories_names_left_out(advise->advisories) : 0,
		.without_advisories = !advise->advisories,
	};
	return 0;
}

/* ---- writing ---- */

int advise_write(const struct sheet_view *view, const struct inspect_options *options, FILE *out)
{
	if (options->format == INSPECT_JSON)
		return report_sheets_json(out, view);
	if (options->format == INSPECT_HTML)
		return report_sheets_html(out, view);
	return report_sheets_text(out, view, &options->style);
}

/* Exposed ones first, else as they are listed. */
static void order_list(const struct advise *advise, const struct device **devices, uint32_t *numbers)
{
	uint32_t count = 0;

	for (int exposed = 1; exposed >= 0; exposed--)
		for (uint32_t i = 0; i < advise->device_count; i++)
			if ((advise->listed[i].state != STATE_CLEAN) == exposed) {
				numbers[count] = i;
				devices[count++] = &advise->listed[i];
			}
}

/* A finding that only lives here, so that --fail-on means the same with and without captures. */
static void grade_list(const struct advise *advise, struct inspect_result *result)
{
	for (uint32_t i = 0; i < advise->device_count; i++) {
		struct evidence_advisory evidence;
		enum severity severity;

		if (!advise_worst(&advise->devices[i], &evidence))
			continue;
		severity = detect_grade_advisory(&evidence);
		result->found = true;
		result->worst = severity > result->worst ? severity : result->worst;
	}
}

int advise_write_list(struct advise *advise, const struct inspect_options *options, FILE *out, struct inspect_result *result)
{
	uint32_t *numbers = calloc(advise->device_count + 1u, sizeof(*numbers));
	const struct device **devices = calloc(advise->device_count + 1u, sizeof(*devices));
	struct report_view view = {.devices = devices, .device_numbers = numbers, .device_count = advise->device_count};
	struct sheet_view sheets;
	int error = numbers && devices ? 0 : -ENOMEM;

	if (!error) {
		const struct advise_shown shown = {.devices = devices, .numbers = numbers, .device_count = advise->device_count};

		order_list(advise, devices, numbers);
		grade_list(advise, result);
		error = advise_show(advise, &shown, &sheets);
	}
	if (!error) {
		view.sheets = sheets.sheets;
		sheets.report = &view;
		error = advise_write(&sheets, options, out);
	}
	free(numbers);
	free(devices);
	return error;
}
