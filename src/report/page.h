/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the text report, top to bottom. text.c calls them; each prints nothing where it has nothing to say. */
#pragma once

#include "report/blocks.h"
#include "report/layout.h"
#include "report/report.h"

struct page {
	struct layout layout;
	const struct report_view *view;
	const struct report_style *style;
	const struct blocks *blocks;
};

/* verdict.c: the one line to read if only one is read, then what was looked at. */
void page_verdict(const struct page *page);
void page_looked_at(const struct page *page);

/* selection.c: that only a part was looked at */
void page_selection(const struct page *page);

/* story.c: devices with findings, worst first, with what to do. */
void page_stories(const struct page *page);

/* story.c: what a device is, how sure, and the clues that say so */
void page_known(const struct page *page, const struct device *device);

/* tables.c */
void page_other_devices(const struct page *page);
void page_junk(const struct page *page);
void page_policed(const struct page *page); /* policed.c: what policies would have stopped */
void page_captures(const struct page *page);
void page_evidence(const struct page *page); /* where the captures are that prove the findings */
void page_notes(const struct page *page); /* muted, side inferred, left out */

enum layout_colour page_state_colour(enum device_state state);
/* " (and 12 more)" and the like end in this: where the rest is. */
const char *page_rest_hint(const struct page *page);
