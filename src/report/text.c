/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text report, for a person: the verdict in one sentence, then worst first what happened and what to do, then what else
 * is on the network, what junk there was, and what was read. Long lists are cut and say so; all of it is in the JSON report.
 */
#include <errno.h>

#include "report/page.h"

enum layout_colour page_state_colour(enum device_state state)
{
	static const enum layout_colour colours[] = {COLOUR_GREEN, COLOUR_YELLOW, COLOUR_YELLOW, COLOUR_RED};

	return colours[state];
}

const char *page_rest_hint(const struct page *page)
{
	return page->style->verbose ? "see --format json" : "see -v or --format json";
}

int report_text(FILE *out, const struct report_view *view, const struct report_style *style)
{
	struct blocks blocks;
	unsigned width = style->width < LAYOUT_WIDTH_MIN ? LAYOUT_WIDTH_MIN : style->width;
	int error = blocks_new(view, &blocks);

	if (error)
		return error;

	const struct page page = {
		.layout = {out, width > LAYOUT_WIDTH_MAX ? LAYOUT_WIDTH_MAX : width, style->colour},
		.view = view,
		.style = style,
		.blocks = &blocks,
	};

	page_verdict(&page);
	page_selection(&page);
	if (!style->quiet)
		page_looked_at(&page);
	page_stories(&page);
	if (!style->quiet) {
		page_other_devices(&page);
		page_policed(&page);
		page_junk(&page);
		page_captures(&page);
		page_evidence(&page);
		page_notes(&page);
	}
	blocks_free(&blocks);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
