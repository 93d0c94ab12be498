/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Junk by kind, maker and target: bars that are tables. */
#include "report/html.h"
#include "report/shares.h"

enum { ROWS_MAX = 12 };

static void write_row(struct html *html, const struct share *share, uint64_t whole, uint64_t most)
{
	struct phrase percent = {0};

	share_say(&percent, share->count.packets, whole);
	html_add(html, "<tr><th scope=\"row\"><bdi>");
	html_raw(html, share->name, SIZE_MAX);
	html_add(html, "</bdi><svg aria-hidden=\"true\" width=\"100%%\" height=\"6\"><rect height=\"6\" width=\"");
	html_percent(html, share->count.packets, most);
	html_add(html, "\"/></svg></th><td>");
	html_text(html, percent.text);
	html_add(html, "</td><td>");
	html_number(html, share->count.packets);
	html_add(html, "</td><td>");
	html_bytes(html, share->count.bytes);
	html_add(html, "</td></tr>\n");
}

static void write_table(struct html *html, const char *what, const struct share *shares, size_t count)
{
	uint64_t whole = html->page->view->junk->total.packets;

	if (!count)
		return;
	html_add(html, "<div class=\"share\"><table><thead><tr><th scope=\"col\">%s</th><th scope=\"col\">Share</th>", what);
	html_add(html, "<th scope=\"col\">Packets</th><th scope=\"col\">Bytes</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < count && i < ROWS_MAX; i++)
		write_row(html, &shares[i], whole, shares[0].count.packets);
	html_add(html, "</tbody></table>\n");
	html_more(html, count > ROWS_MAX ? count - ROWS_MAX : 0);
	html_add(html, "</div>\n");
}

void html_junk(struct html *html)
{
	const struct junk *junk = html->page->view->junk;
	struct share vectors[VECTOR_COUNT], makers[SHARE_MAKER_MAX], targets[SHARE_TARGET_MAX];
	char names[SHARE_TARGET_MAX][SHARE_NAME_MAX];

	size_t target_count = shares_targets(junk, targets, names);

	if (!junk->total.packets)
		return;
	html_add(html, "<section aria-labelledby=\"h-junk\">\n<h2 id=\"h-junk\">What the junk was</h2>\n<p class=\"lead\">");
	html_count(html, junk->total.packets, "packet");
	html_add(html, ", ");
	html_bytes(html, junk->total.bytes);
	html_add(html, ", each counted once.</p>\n<div class=\"shares\">\n");
	write_table(html, "Kind", vectors, shares_vectors(junk, vectors));
	write_table(html, "Whose parts sent it", makers, shares_makers(junk, makers));
	if (target_count > 1)
		write_table(html, "Whom it was sent to", targets, target_count);
	html_add(html, "</div>\n</section>\n");
}
