/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Junk by vector, target, and who made what sent it: bars that are tables. */
#include "report/html.h"
#include "report/shares.h"

enum { ROWS_MAX = 12 };

/* Where rows are of senders, how many there were. */
static bool counts_sources(const struct share *shares, size_t count)
{
	return count && shares[0].row;
}

static void write_row(struct html *html, const struct share *share, uint64_t most, bool sources)
{
	uint64_t whole = html->page->view->junk->total.packets;
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
	if (sources) {
		html_add(html, "</td><td>");
		html_number(html, share->sources);
	}
	html_add(html, "</td></tr>\n");
}

static void write_table(struct html *html, const char *what, const struct share *shares, size_t count)
{
	bool sources = counts_sources(shares, count);
	uint64_t most = 0;

	if (!count)
		return;
	for (size_t i = 0; i < count; i++)
		most = shares[i].count.packets > most ? shares[i].count.packets : most;
	html_add(html, "<div class=\"share\"><table><thead><tr><th scope=\"col\">%s</th><th scope=\"col\">Share</th>", what);
	html_add(html, "<th scope=\"col\">Packets</th><th scope=\"col\">Bytes</th>%s</tr></thead>\n<tbody>\n",
		sources ? "<th scope=\"col\">Sources</th>" : "");
	for (size_t i = 0; i < count && i < ROWS_MAX; i++)
		write_row(html, &shares[i], most, sources);
	html_add(html, "</tbody></table>\n");
	html_more(html, count > ROWS_MAX ? count - ROWS_MAX : 0);
	html_add(html, "</div>\n");
}

static void write_said(struct html *html, const char *class, void (*say)(const struct junk *junk, struct phrase *out))
{
	struct phrase said = {0};

	say(html->page->view->junk, &said);
	if (!said.len)
		return;
	html_add(html, "<p class=\"%s\">", class);
	html_text(html, said.text);
	html_add(html, "</p>\n");
}

static void write_senders(struct html *html)
{
	static const char *const heads[] = {"Whose parts sent it", "Under which name it is sold", "What sent it"};
	struct share rows[SHARE_ROW_MAX];

	for (int trait = 0; trait < JUNK_TRAIT_COUNT; trait++)
		write_table(html, heads[trait], rows, shares_rows(html->page->view->junk, (enum junk_trait)trait, rows));
}

void html_junk(struct html *html)
{
	const struct junk *junk = html->page->view->junk;
	struct share vectors[VECTOR_COUNT], targets[SHARE_TARGET_MAX];
	char names[SHARE_TARGET_MAX][SHARE_NAME_MAX];
	size_t target_count = shares_targets(junk, targets, names);

	if (!junk->total.packets)
		return;
	html_add(html, "<section aria-labelledby=\"h-junk\">\n<h2 id=\"h-junk\">What the junk was</h2>\n<p class=\"lead\">");
	html_count(html, junk->total.packets, "packet");
	html_add(html, ", ");
	html_bytes(html, junk->total.bytes);
	html_add(html, ", each counted once.</p>\n");
	write_said(html, "said", attribution_say);
	write_said(html, "lead", attribution_rests);
	html_add(html, "<div class=\"shares\">\n");
	write_table(html, "Kind", vectors, shares_vectors(junk, vectors));
	write_senders(html);
	if (target_count > 1)
		write_table(html, "Whom it was sent to", targets, target_count);
	html_add(html, "</div>\n</section>\n");
}
