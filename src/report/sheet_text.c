/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sheets as text: a sheet for each device about which there is something to say, then a line for each of the others. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "report/layout.h"
#include "report/names.h"
#include "report/page.h"
#include "report/say.h"
#include "report/sheet.h"
#include "report/view.h"

enum { SHEETS_TOLD = 25, ADVISORIES_TOLD = 5, DONE_TOLD = 3, REMEDIES_TOLD = 3, OTHERS_TOLD = 40 }; /* unless verbose */

struct pen {
	struct layout layout;
	const struct report_style *style;
};

static unsigned body(const struct pen *pen)
{
	return pen->layout.width >= 60 ? 12 : 4;
}

static void item(const struct pen *pen, const char *label, enum layout_colour colour, const char *text)
{
	if (*text)
		layout_item(&pen->layout, &(struct layout_label){label, colour, 2, body(pen)}, COLOUR_NONE, text);
}

static void below(const struct pen *pen, enum layout_colour colour, const struct phrase *text)
{
	if (text->len)
		layout_paragraph(&pen->layout, body(pen), colour, text->text);
}

static void print_heading(const struct pen *pen, const struct sheet *sheet)
{
	struct phrase line = {0};

	layout_blank(&pen->layout);
	view_introduce(sheet->device, &line);
	layout_paragraph(&pen->layout, 0, COLOUR_BOLD, line.text);
	phrase_clear(&line);
	sheet_say_verdict(sheet, &line);
	layout_paragraph(&pen->layout, 2, sheet->step_count ? page_state_colour(sheet->device->state) : COLOUR_NONE, line.text);
	phrase_clear(&line);
	sheet_say_identity(sheet, &line);
	item(pen, "what", COLOUR_DIM, line.text);
	if (sheet->device->mac_count) {
		char mac[TEXT_MAC_MAX];

		phrase_clear(&line);
		phrase_add(&line, "%s%s", text_mac(mac, sheet->device->macs[0]), sheet->device->random_mac ? " (randomised)" : "");
		item(pen, "MAC", COLOUR_DIM, line.text);
	}
}

/* ---- tonight ---- */

static void print_steps(const struct pen *pen, const struct sheet *sheet)
{
	for (uint32_t i = 0; i < sheet->step_count; i++) {
		const struct sheet_step *step = &sheet->steps[i];
		struct phrase line = {0};

		phrase_add(&line, "%u. %s.", i + 1, sheet_step_title(step->id));
		layout_item(&pen->layout, &(struct layout_label){i ? "" : "tonight", COLOUR_GREEN, 2, body(pen)}, COLOUR_BOLD, line.text);
		phrase_clear(&line);
		sheet_say_step(sheet, step, &line);
		below(pen, COLOUR_NONE, &line);
		for (uint32_t k = 0; k < step->reason_count; k++) {
			phrase_clear(&line);
			phrase_add(&line, "because: ");
			sheet_say_reason(sheet, &step->reasons[k], &line);
			below(pen, COLOUR_DIM, &line);
		}
		if (step->reasons_left_out) {
			phrase_clear(&line);
			phrase_add(&line, "and %u more reasons", step->reasons_left_out);
			below(pen, COLOUR_DIM, &line);
		}
	}
}

/* ---- what is known ---- */

static void print_advisory(const struct pen *pen, const struct sheet_advisory *advisory, const char *label, enum layout_colour colour)
{
	struct phrase line = {0};

	sheet_say_advisory(advisory, &line);
	layout_item(&pen->layout, &(struct layout_label){label, colour, 2, body(pen)}, COLOUR_BOLD, line.text);
	phrase_clear(&line);
	sheet_say_standing(advisory, &line);
	below(pen, COLOUR_NONE, &line);
	for (uint32_t i = 0; i < advisory->remedy_count && (pen->style->verbose || (advisory->open && i < REMEDIES_TOLD)); i++) {
		phrase_clear(&line);
		sheet_say_remedy(&advisory->remedies[i], &line);
		below(pen, COLOUR_NONE, &line);
	}
	if (advisory->open && !pen->style->verbose && advisory->remedy_count + advisory->remedies_left_out > REMEDIES_TOLD) {
		phrase_clear(&line);
		phrase_add(&line, "and %u more like it: see -v", advisory->remedy_count + advisory->remedies_left_out - REMEDIES_TOLD);
		below(pen, COLOUR_DIM, &line);
	}
	phrase_clear(&line);
	sheet_say_change(advisory, &line);
	below(pen, COLOUR_YELLOW, &line);
	phrase_clear(&line);
	sheet_say_mark(advisory, &line);
	below(pen, COLOUR_DIM, &line);
}

/* Open ones, then the others: those that are done, that do not affect it, that speak of its maker. */
static void print_advisories(const struct pen *pen, const struct sheet *sheet)
{
	static const char *const labels[] = {"noted", "known"};
	struct phrase line = {0};
	uint32_t left = sheet->advisories_left_out;

	for (int open = 1; open >= 0; open--) {
		uint32_t told = 0, most = open ? ADVISORIES_TOLD : DONE_TOLD;

		for (uint32_t i = 0; i < sheet->advisory_count; i++) {
			const struct sheet_advisory *advisory = &sheet->advisories[i];

			if (advisory->open != open || (!open && advisory->certainty == ASSET_MAKER))
				continue;
			if (told >= most && !pen->style->verbose) {
				left++;
				continue;
			}
			print_advisory(pen, advisory, told ? "" : labels[open], open ? COLOUR_RED : COLOUR_DIM);
			told++;
		}
	}
	if (left) {
		phrase_add(&line, "and %u more: %s", left, pen->style->verbose ? "see --format json" : "see -v or --format json");
		below(pen, COLOUR_DIM, &line);
	}
	phrase_clear(&line);
	sheet_say_left_out(sheet, &line);
	below(pen, COLOUR_YELLOW, &line);
	phrase_clear(&line);
	sheet_say_by_maker(sheet, &line);
	item(pen, "maker", COLOUR_DIM, line.text);
	phrase_clear(&line);
	sheet_say_fix(sheet, &line);
	item(pen, "a fix", COLOUR_DIM, line.text);
}

static void print_recalls(const struct pen *pen, const struct sheet *sheet)
{
	for (uint32_t i = 0; i < sheet->recall_count; i++) {
		struct phrase line = {0};

		sheet_say_recall(&sheet->recalls[i], &line);
		item(pen, i ? "" : "recall", sheet->recalls[i].answer == TRUTH_NO ? COLOUR_DIM : COLOUR_YELLOW, line.text);
		phrase_clear(&line);
		sheet_say_recall_source(&sheet->recalls[i], &line);
		below(pen, COLOUR_DIM, &line);
		phrase_clear(&line);
		phrase_raw(&line, sheet->recalls[i].source, SIZE_MAX);
		below(pen, COLOUR_DIM, &line);
	}
}

static void print_misses(const struct pen *pen, const struct sheet *sheet)
{
	for (uint32_t i = 0; i < sheet->miss_count; i++) {
		struct phrase line = {0};

		phrase_add(&line, "%s %s: ", sheet_provision_number(sheet->misses[i].provision),
			sheet_provision_title(sheet->misses[i].provision));
		sheet_say_reason(sheet, &sheet->misses[i].evidence, &line);
		item(pen, i ? "" : "misses", COLOUR_DIM, line.text);
	}
	if (sheet->miss_count) {
		struct phrase line = {0};

		phrase_add(&line, "Provisions of ETSI EN 303 645 v3.1.3 that it can be seen to miss; of the others nothing was seen.");
		below(pen, COLOUR_DIM, &line);
	}
}

/* Missed, met, asked: what a person said, then what nobody did. Of the last their numbers alone, unless verbose. */
static void print_answers(const struct pen *pen, const struct sheet *sheet)
{
	static const struct {
		enum truth answer;
		const char *label;
	} parts[] = {{TRUTH_NO, "missed"}, {TRUTH_YES, "met"}, {TRUTH_UNKNOWN, "asked"}};
	struct phrase numbers = {0};

	for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
		uint32_t told = 0;

		for (uint32_t i = 0; i < sheet->question_count; i++) {
			struct phrase line = {0};

			if (sheet->answers[i] != parts[k].answer)
				continue;
			if (parts[k].answer == TRUTH_UNKNOWN && !pen->style->verbose) {
				phrase_add(&numbers, "%s%s %s", numbers.len ? ", " : "", sheet->questions[i].provision,
					sheet->questions[i].key);
				continue;
			}
			sheet_say_answer(sheet, i, &line);
			item(pen, told++ ? "" : parts[k].label, COLOUR_DIM, line.text);
		}
	}
	if (numbers.len) {
		phrase_add(&numbers, ". The maker's page or the label answers these: see -v.");
		item(pen, "asked", COLOUR_DIM, numbers.text);
	}
}

static void print_sheet(const struct pen *pen, const struct sheet *sheet)
{
	print_heading(pen, sheet);
	print_steps(pen, sheet);
	print_advisories(pen, sheet);
	print_recalls(pen, sheet);
	if (!pen->style->quiet) {
		print_misses(pen, sheet);
		print_answers(pen, sheet);
	}
}

static void print_untold(const struct pen *pen, size_t count)
{
	struct phrase line = {0};

	if (!count)
		return;
	phrase_add(&line, "And ");
	phrase_count(&line, count, "more device");
	phrase_add(&line, " with something to do or to know: see -v or --format json.");
	layout_blank(&pen->layout);
	layout_paragraph(&pen->layout, 0, COLOUR_BOLD, line.text);
}

/* ---- the others ---- */

static void print_others(const struct pen *pen, const struct sheet_view *view)
{
	size_t told = 0, count = 0;
	struct phrase line = {0};

	for (size_t i = 0; i < view->sheet_count; i++)
		count += !sheet_has_something(&view->sheets[i]);
	if (!count)
		return;
	layout_blank(&pen->layout);
	layout_paragraph(&pen->layout, 0, COLOUR_BOLD,
		count == view->sheet_count ? "Nothing is known against any of them" : "Nothing is known against these");
	for (size_t i = 0; i < view->sheet_count && (told < OTHERS_TOLD || pen->style->verbose); i++) {
		const struct sheet *sheet = &view->sheets[i];

		if (sheet_has_something(sheet))
			continue;
		phrase_clear(&line);
		view_introduce(sheet->device, &line);
		phrase_add(&line, ": ");
		struct phrase what = {0};
		sheet_say_identity(sheet, &what);
		phrase_add(&line, "%s", what.text);
		phrase_clear(&what);
		sheet_say_by_maker(sheet, &what);
		phrase_add(&line, what.len ? ". %s" : "%s", what.text);
		layout_item(&pen->layout, &(struct layout_label){"-", COLOUR_NONE, 2, 4}, COLOUR_NONE, line.text);
		told++;
	}
	if (told < count) {
		phrase_clear(&line);
		phrase_add(&line, "and ");
		phrase_number(&line, count - told);
		phrase_add(&line, " more: see -v or --format json");
		layout_paragraph(&pen->layout, 2, COLOUR_DIM, line.text);
	}
}

static void print_looked_at(const struct pen *pen, const struct sheet_view *view)
{
	struct phrase line = {0};

	sheet_say_read(view, &line);
	layout_paragraph(&pen->layout, 0, COLOUR_DIM, line.text);
}

int report_sheets_text(FILE *out, const struct sheet_view *view, const struct report_style *style)
{
	unsigned width = style->width < LAYOUT_WIDTH_MIN ? LAYOUT_WIDTH_MIN : style->width;
	const struct pen pen = {{out, width > LAYOUT_WIDTH_MAX ? LAYOUT_WIDTH_MAX : width, style->colour}, style};
	size_t told = 0, left = 0;
	struct phrase line = {0};

	sheet_say_all(view, &line);
	layout_paragraph(&pen.layout, 0, COLOUR_BOLD, line.text);
	if (!style->quiet)
		print_looked_at(&pen, view);
	for (size_t i = 0; i < view->sheet_count; i++) {
		if (!sheet_has_something(&view->sheets[i]))
			continue;
		if (told == SHEETS_TOLD && !style->verbose) {
			left++;
			continue;
		}
		print_sheet(&pen, &view->sheets[i]);
		told++;
	}
	print_untold(&pen, left);
	if (!style->quiet)
		print_others(&pen, view);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
