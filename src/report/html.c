/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report as one page to show to others: a headline, numbers, what happened over time, what to do, and then what there is to
 * look up. Everything is in the file: no script, no image, no font, nothing loaded from anywhere, and a policy in its head that lets a
 * browser load nothing even if something in it asked to. It is well-formed XML as well, so that any parser can check it.
 */
#include <errno.h>
#include <string.h>

#include "report/html.h"
#include "report/selection.h"

/* Shapes beside words; 14 units square. Each label has a shape of its own, so that colour is never the only sign. */
static const struct {
	const char *label, *shape;
} marks[] = {
	{"hijacked", "<path d=\"M4 0h6l4 4v6l-4 4H4l-4-4V4z\"/><path class=\"in\" d=\"M6 3h2v5H6zM6 9.5h2v2H6z\"/>"},
	{"attacked", "<path d=\"M5 0h4v6h4L7 12 1 6h4z\"/><path d=\"M0 12.5h14V14H0z\"/>"},
	{"suspect", "<path d=\"M7 0l7 13H0z\"/><path class=\"in\" d=\"M6.2 4.5h1.6v4H6.2zM6.2 9.5h1.6V11H6.2z\"/>"},
	{"exposed", "<path d=\"M7 0l7 7-7 7-7-7z\"/>"},
	{"targeted",
		"<path fill-rule=\"evenodd\" d=\"M7 0a7 7 0 1 1 0 14A7 7 0 0 1 7 0zM7 2a5 5 0 1 0 0 10A5 5 0 0 0 7 2zM7 5a2 2 0 1 1 0 4 2 "
		"2 0 0 1 0-4z\"/>"},
	{"clean", "<path fill-rule=\"evenodd\" d=\"M7 0a7 7 0 1 1 0 14A7 7 0 0 1 7 0zM3 7l3 3 5-5.5-1.2-1.1L6 7.7 4.2 5.9z\"/>"},
	{"outside", "<path fill-rule=\"evenodd\" d=\"M7 0a7 7 0 1 1 0 14A7 7 0 0 1 7 0zM7 2a5 5 0 1 0 0 10A5 5 0 0 0 7 2z\"/>"},
	{"network", "<path d=\"M0 0h6v6H0zM8 8h6v6H8zM2 6h1.5v4.5H8V12H2z\"/>"},
};

void html_marks(struct html *html)
{
	html_add(html, "<svg class=\"hidden\" aria-hidden=\"true\" width=\"0\" height=\"0\">\n");
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		html_add(html, "<symbol id=\"i-%s\" viewBox=\"0 0 14 14\">%s</symbol>\n", marks[i].label, marks[i].shape);
	html_add(html, "</svg>\n");
}

void html_title(const struct report_view *view, struct phrase *out)
{
	const char *file = view->capture_count ? view->captures[0].file : "", *slash = strrchr(file, '/');

	if (*file) {
		phrase_add(out, ": ");
		phrase_raw(out, strcmp(file, "-") == 0 ? "standard input" : slash && slash[1] ? slash + 1 : file, SIZE_MAX);
	}
	if (view->capture_count > 1)
		phrase_add(out, " and %zu more", view->capture_count - 1);
}

void html_head(struct html *html, const struct phrase *title)
{
	html_add(html,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; "
		"form-action 'none'\"/>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
		"<meta name=\"color-scheme\" content=\"light dark\"/>\n<meta name=\"referrer\" content=\"no-referrer\"/>\n",
		page_style_hash);
	html_add(html, "<title>");
	html_text(html, title->text);
	html_add(html, "</title>\n<style>%s</style>\n</head>\n", page_style);
}

static const char *tone_of(enum layout_colour colour)
{
	return colour == COLOUR_RED ? "red" : colour == COLOUR_GREEN ? "green" : "amber";
}

static void write_paragraph(struct html *html, const char *class, const struct phrase *text)
{
	if (!text->len)
		return;
	html_add(html, "<p class=\"%s\">", class);
	html_text(html, text->text);
	html_add(html, "</p>\n");
}

static void write_headline(struct html *html)
{
	struct phrase looked_at = {0}, part = {0};
	struct verdict verdict;

	say_verdict(html->page->view, html->page->blocks, &verdict);
	say_looked_at(html->page->view, &looked_at);
	selection_say(html->page->view, &part);
	html_add(html, "<header class=\"top tone-%s\">\n<p class=\"kicker\">Floodwall <span>network report</span></p>\n<h1>",
		tone_of(verdict.colour));
	html_text(html, verdict.alarm.len ? verdict.alarm.text : verdict.rest.text);
	html_add(html, "</h1>\n");
	if (verdict.alarm.len)
		write_paragraph(html, "dek", &verdict.rest);
	write_paragraph(html, "dek", &part);
	write_paragraph(html, "looked", &looked_at);
	if (looked_at.len)
		html_figures(html);
	html_add(html, "</header>\n");
}

static void write_page(struct html *html)
{
	struct phrase title = {0};

	phrase_add(&title, "Floodwall report");
	html_title(html->page->view, &title);
	html_head(html, &title);
	html_add(html, "<body>\n");
	html_marks(html);
	html_add(html, "<main>\n");
	write_headline(html);
	html_time(html);
	html_events(html);
	html_stories(html);
	html_talk(html);
	html_devices(html);
	html_policed(html);
	html_junk(html);
	html_captures(html);
	html_notes(html);
	html_add(html,
		"</main>\n<footer><p>Written by <code>floodwall inspect</code> from the captures alone: nothing was sent, nobody was "
		"asked. "
		"Times are UTC. This page is whole in itself and loads nothing.</p></footer>\n</body>\n</html>\n");
}

int report_html(FILE *out, const struct report_view *view)
{
	const struct report_style style = {0};
	struct blocks blocks;
	int error = blocks_new(view, &blocks);

	if (error)
		return error;

	const struct page page = {.view = view, .style = &style, .blocks = &blocks};
	struct html html = {.out = out, .page = &page};

	write_page(&html);
	blocks_free(&blocks);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
