/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was read, what was left out, what is muted. */
#include "report/html.h"

enum { CAPTURES_MAX = 50, MUTED_MAX = 50 };

void html_captures(struct html *html)
{
	const struct report_view *view = html->page->view;
	size_t shown = view->capture_count < CAPTURES_MAX ? view->capture_count : CAPTURES_MAX;

	if (!view->capture_count)
		return;
	html_add(html, "<section aria-labelledby=\"h-read\">\n<h2 id=\"h-read\">%s</h2>\n<ul class=\"plain\">\n",
		view->capture_count == 1 ? "Capture read" : "Captures read");
	for (size_t i = 0; i < shown; i++) {
		struct phrase line = {0};

		say_capture(&view->captures[i], &line);
		html_add(html, "<li>");
		html_text(html, line.text);
		html_add(html, "</li>\n");
	}
	html_add(html, "</ul>\n");
	html_more(html, view->capture_count - shown);
	html_add(html, "</section>\n");
}

static void write_muted(struct html *html)
{
	const struct report_view *view = html->page->view;
	size_t told = 0;

	if (!html->page->blocks->muted)
		return;
	html_add(html, "<section aria-labelledby=\"h-muted\">\n<h2 id=\"h-muted\">Muted</h2>\n<ul class=\"plain\">\n");
	for (size_t i = 0; i < view->finding_count && told < MUTED_MAX; i++) {
		struct phrase line = {0};

		if (!view->findings[i]->muted)
			continue;
		say_muted(view, view->findings[i], &line);
		html_add(html, "<li>");
		html_text(html, line.text);
		html_add(html, "</li>\n");
		told++;
	}
	html_add(html, "</ul>\n");
	html_more(html, html->page->blocks->muted - told);
	html_add(html, "</section>\n");
}

static void write_side(struct html *html)
{
	struct phrase line = {0};

	say_side(html->page->view, &line);
	if (!line.len)
		return;
	html_add(html, "<section aria-labelledby=\"h-side\">\n<h2 id=\"h-side\">Which side is yours</h2>\n<p>");
	html_text(html, line.text);
	html_add(html, "</p>\n</section>\n");
}

static void write_left_out(struct html *html)
{
	const struct report_view *view = html->page->view;
	bool titled = false;

	for (size_t i = 0; i < view->left_out_count; i++) {
		struct phrase line = {0};

		say_left_out(&view->left_out[i], &line);
		if (!line.len)
			continue;
		if (!titled)
			html_add(html, "<section aria-labelledby=\"h-left\">\n<h2 id=\"h-left\">Left out</h2>\n<ul class=\"plain\">\n");
		titled = true;
		html_add(html, "<li>");
		html_text(html, line.text);
		html_add(html, "</li>\n");
	}
	if (titled)
		html_add(html, "</ul>\n</section>\n");
}

void html_notes(struct html *html)
{
	write_muted(html);
	write_side(html);
	write_left_out(html);
}
