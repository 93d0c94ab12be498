/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sheets as one page, in the look of inspect's: what to do first, device by device, then what it rests on. Whole in itself as that one
 * is; the addresses of documents and fixes are links that only a click follows, and only http and https ones.
 */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "report/html.h"
#include "report/names.h"
#include "report/sheet.h"
#include "report/view.h"

enum { SHEETS_MAX = 200, OTHERS_MAX = 400, SHEETS_END = 1500000, OTHERS_END = 1800000, URL_MAX = 1024 };

/* Text of ours or escaped, with a class. */
static void paragraph(struct html *html, const char *class, const struct phrase *text)
{
	if (!text->len)
		return;
	html_add(html, "<p class=\"%s\">", class);
	html_text(html, text->text);
	html_add(html, "</p>\n");
}

/* Nothing that runs, nothing that looks like something else: plain characters of a URL behind http:// or https://. */
static bool is_link(const char *url)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#[]@!$&()*+,;=%";
	size_t len = strlen(url);

	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		return false;
	return len < URL_MAX && strspn(url, plain) == len;
}

static void write_url(struct html *html, const char *url)
{
	if (!*url)
		return;
	if (is_link(url)) {
		html_add(html, "<a rel=\"noreferrer noopener\" href=\"");
		html_text(html, url);
		html_add(html, "\">");
	}
	html_add(html, "<span class=\"url\">");
	html_raw(html, url, SIZE_MAX);
	html_add(html, "</span>%s", is_link(url) ? "</a>" : "");
}

/* ---- tonight ---- */

static void write_reasons(struct html *html, const struct sheet *sheet, const struct sheet_step *step)
{
	html_add(html, "<ul class=\"why\">\n");
	for (uint32_t i = 0; i < step->reason_count; i++) {
		struct phrase reason = {0};

		sheet_say_reason(sheet, &step->reasons[i], &reason);
		html_add(html, "<li>");
		html_text(html, reason.text);
		html_add(html, "</li>\n");
	}
	if (step->reasons_left_out)
		html_add(html, "<li>and %u more</li>\n", step->reasons_left_out);
	html_add(html, "</ul>\n");
}

static void write_fixes(struct html *html, const struct sheet *sheet, const struct sheet_step *step)
{
	unsigned told = 0;

	for (uint32_t i = 0; step->id == STEP_UPDATE && i < step->reason_count; i++) {
		const struct sheet_advisory *advisory;

		if (step->reasons[i].kind != REASON_ADVISORY)
			continue;
		advisory = &sheet->advisories[step->reasons[i].index];
		for (uint32_t k = 0; k < advisory->remedy_count && told < 3; k++) {
			if (!sheet_is_new_fix(sheet, step, i, k))
				continue;
			html_add(html, "%s", told++ ? ", " : "<p>The maker's fix: ");
			write_url(html, advisory->remedies[k].url);
		}
	}
	if (told)
		html_add(html, "</p>\n");
}

static void write_steps(struct html *html, const struct sheet *sheet)
{
	if (!sheet->step_count)
		return;
	html_add(html, "<div class=\"todo\"><h4>Tonight, in this order</h4>\n<ol class=\"steps\">\n");
	for (uint32_t i = 0; i < sheet->step_count; i++) {
		struct phrase how = {0};
		/* the page has its own words for where a fix is */
		char *where;

		sheet_say_step(sheet, &sheet->steps[i], &how);
		where = strstr(how.text, " The maker's fix: ");
		if (where)
			*where = 0;
		html_add(html, "<li class=\"step\"><h5>%s</h5><p>", sheet_step_title(sheet->steps[i].id));
		html_text(html, how.text);
		html_add(html, "</p>\n");
		write_fixes(html, sheet, &sheet->steps[i]);
		write_reasons(html, sheet, &sheet->steps[i]);
		html_add(html, "</li>\n");
	}
	html_add(html, "</ol></div>\n");
}

/* ---- what is known ---- */

static void write_remedies(struct html *html, const struct sheet_advisory *advisory)
{
	for (uint32_t i = 0; i < advisory->remedy_count; i++) {
		struct sheet_remedy remedy = advisory->remedies[i];
		struct phrase line = {0};

		remedy.url = "";
		sheet_say_remedy(&remedy, &line);
		html_add(html, "<p>");
		html_text(html, line.text);
		html_add(html, " ");
		write_url(html, advisory->remedies[i].url);
		html_add(html, "</p>\n");
	}
}

static void write_advisory(struct html *html, const struct sheet_advisory *advisory)
{
	struct sheet_advisory without = *advisory;
	struct phrase title = {0}, standing = {0}, change = {0}, mark = {0};

	without.url = "";
	sheet_say_advisory(advisory, &title);
	sheet_say_standing(&without, &standing);
	sheet_say_change(advisory, &change);
	sheet_say_mark(advisory, &mark);
	html_add(html, "<li class=\"entry\"><h5>");
	html_text(html, title.text);
	if (advisory->open)
		html_add(html, " <span class=\"sev v-%s\">open</span>",
			advisory->score >= 70 && advisory->certainty == ASSET_EXACT ? "high" : "medium");
	html_add(html, "</h5>");
	paragraph(html, "stand", &standing);
	if (*advisory->url) {
		html_add(html, "<p>");
		write_url(html, advisory->url);
		html_add(html, "</p>\n");
	}
	write_remedies(html, advisory);
	paragraph(html, "corrected", &change);
	paragraph(html, "when", &mark);
	html_add(html, "</li>\n");
}

static void write_advisories(struct html *html, const struct sheet *sheet)
{
	struct phrase maker = {0}, fix = {0}, left_out = {0};
	uint32_t told = 0;

	for (int open = 1; open >= 0; open--)
		for (uint32_t i = 0; i < sheet->advisory_count; i++) {
			if (sheet->advisories[i].open != open || (!open && sheet->advisories[i].certainty == ASSET_MAKER))
				continue;
			html_add(html, "%s", told++ ? "" : "<h4>Published about it</h4>\n<ul class=\"known\">\n");
			write_advisory(html, &sheet->advisories[i]);
		}
	html_add(html, "%s", told ? "</ul>\n" : "");
	if (sheet->advisories_left_out)
		html_more(html, sheet->advisories_left_out);
	sheet_say_left_out(sheet, &left_out);
	paragraph(html, "note", &left_out);
	sheet_say_fix(sheet, &fix);
	if (fix.len) {
		html_add(html, "<p><b>Is there a fix?</b> ");
		html_text(html, fix.text);
		html_add(html, ".</p>\n");
	}
	sheet_say_by_maker(sheet, &maker);
	paragraph(html, "note", &maker);
}

static void write_recalls(struct html *html, const struct sheet *sheet)
{
	for (uint32_t i = 0; i < sheet->recall_count; i++) {
		const struct sheet_recall *recall = &sheet->recalls[i];
		struct phrase line = {0}, source = {0};

		sheet_say_recall(recall, &line);
		sheet_say_recall_source(recall, &source);
		html_add(html, "<h4>Is it recalled?</h4>\n<div class=\"recall r-%s\"><p>", sheet_truth_name(recall->answer));
		html_text(html, line.text);
		html_add(html, "</p><p class=\"when\">");
		html_text(html, source.text);
		html_add(html, " ");
		write_url(html, recall->source);
		html_add(html, "</p></div>\n");
	}
}

static void write_misses(struct html *html, const struct sheet *sheet)
{
	if (!sheet->miss_count)
		return;
	html_add(html, "<details><summary>%u provision%s of ETSI EN 303 645 that it can be seen to miss</summary>\n<ul class=\"known\">\n",
		sheet->miss_count, sheet->miss_count == 1 ? "" : "s");
	for (uint32_t i = 0; i < sheet->miss_count; i++) {
		struct phrase line = {0};

		sheet_say_reason(sheet, &sheet->misses[i].evidence, &line);
		html_add(html, "<li class=\"entry\"><b>%s</b> %s: ", sheet_provision_number(sheet->misses[i].provision),
			sheet_provision_title(sheet->misses[i].provision));
		html_text(html, line.text);
		html_add(html, "</li>\n");
	}
	html_add(html,
		"</ul><p class=\"note\">Version 3.1.3. Of the other provisions nothing was seen, which does not say that they are "
		"met.</p></details>\n");
}

static void write_answers(struct html *html, const struct sheet *sheet)
{
	if (!sheet->question_count)
		return;
	html_add(html, "<details><summary>Provisions that the maker's page or the label tells of</summary>\n<ul class=\"known\">\n");
	for (uint32_t i = 0; i < sheet->question_count; i++) {
		struct phrase line = {0};

		sheet_say_answer(sheet, i, &line);
		html_add(html, "<li class=\"entry\"><b>%s</b> ", sheet_answer_name(sheet->answers[i]));
		html_text(html, line.text);
		html_add(html, "</li>\n");
	}
	html_add(html, "</ul></details>\n");
}

static void write_sheet(struct html *html, const struct sheet *sheet, size_t index)
{
	const char *label = report_state_name(sheet->device->state);
	struct phrase who = {0}, what = {0}, verdict = {0};

	view_introduce(sheet->device, &who);
	sheet_say_identity(sheet, &what);
	sheet_say_verdict(sheet, &verdict);
	html_add(html, "<article class=\"story sheet e-%s\" id=\"d%zu\">\n<header><p class=\"label t-%s\">", label, index, label);
	html_mark(html, label);
	html_add(html, "%s</p><h3>", label);
	html_text(html, who.text);
	html_add(html, "</h3>");
	paragraph(html, "identity", &what);
	paragraph(html, "verdict", &verdict);
	html_add(html, "</header>\n");
	write_steps(html, sheet);
	write_recalls(html, sheet);
	write_advisories(html, sheet);
	write_misses(html, sheet);
	write_answers(html, sheet);
	html_add(html, "</article>\n");
}

static void write_sheets(struct html *html, const struct sheet_view *view)
{
	size_t told = 0, left = 0;

	for (size_t i = 0; i < view->sheet_count; i++) {
		if (!sheet_has_something(&view->sheets[i]))
			continue;
		if (told == SHEETS_MAX || html->written >= SHEETS_END) {
			left++;
			continue;
		}
		html_add(html, "%s", told++ ? "" : "<section aria-labelledby=\"h-sheets\">\n<h2 id=\"h-sheets\">Device by device</h2>\n");
		write_sheet(html, &view->sheets[i], i);
	}
	html_more(html, left);
	html_add(html, "%s", told ? "</section>\n" : "");
}

static void write_others(struct html *html, const struct sheet_view *view)
{
	size_t told = 0, left = 0;

	for (size_t i = 0; i < view->sheet_count; i++) {
		struct phrase who = {0}, what = {0};

		if (sheet_has_something(&view->sheets[i]))
			continue;
		if (told == OTHERS_MAX || html->written >= OTHERS_END) {
			left++;
			continue;
		}
		html_add(html, "%s",
			told++ ? ""
			       : "<section aria-labelledby=\"h-others\">\n<h2 id=\"h-others\">Nothing known against these</h2>\n<ul "
				 "class=\"plain\">\n");
		view_introduce(view->sheets[i].device, &who);
		sheet_say_identity(&view->sheets[i], &what);
		html_add(html, "<li><b>");
		html_text(html, who.text);
		html_add(html, "</b> <span class=\"by\">");
		html_text(html, what.text);
		html_add(html, "</span></li>\n");
	}
	html_add(html, "%s", told ? "</ul>\n" : "");
	html_more(html, left);
	html_add(html, "%s", told ? "</section>\n" : "");
}

static void write_headline(struct html *html, const struct sheet_view *view)
{
	enum device_state worst = STATE_CLEAN;
	struct phrase all = {0}, read = {0};

	for (size_t i = 0; i < view->sheet_count; i++)
		worst = view->sheets[i].device->state > worst ? view->sheets[i].device->state : worst;
	sheet_say_all(view, &all);
	sheet_say_read(view, &read);
	html_add(html, "<header class=\"top tone-%s\">\n<p class=\"kicker\">Floodwall <span>what to do tonight</span></p>\n<h1>",
		worst == STATE_CLEAN              ? "green"
			: worst == STATE_HIJACKED ? "red"
						  : "amber");
	html_text(html, all.text);
	html_add(html, "</h1>\n<p class=\"looked\">");
	html_text(html, read.text);
	html_add(html, "</p>\n</header>\n");
}

int report_sheets_html(FILE *out, const struct sheet_view *view)
{
	const struct page page = {.view = view->report};
	struct html html = {.out = out, .page = &page};
	struct phrase title = {0};

	phrase_add(&title, "Floodwall advice");
	html_title(view->report, &title);
	html_head(&html, &title);
	html_add(&html, "<body>\n");
	html_marks(&html);
	html_add(&html, "<main>\n");
	write_headline(&html, view);
	write_sheets(&html, view);
	write_others(&html, view);
	html_captures(&html);
	html_add(&html,
		"</main>\n<footer><p>Written by <code>floodwall advise</code>: nothing was sent, nobody was asked. An advisory speaks of "
		"products; "
		"that one device is meant is inferred, and how surely is said. This page is whole in itself and loads nothing; links leave "
		"it.</p></footer>\n</body>\n</html>\n");
	return fflush(out) || ferror(out) ? -EIO : 0;
}
