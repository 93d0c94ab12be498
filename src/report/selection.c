/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Said below the verdict, even where little else is: a report on a part must not be taken for one on the whole. */
#include "report/selection.h"

#include "base/text.h"
#include "report/page.h"

static void say_times(struct phrase *line, const struct report_selection *selection)
{
	char time[TEXT_TIME_MAX];

	if (selection->from_ns)
		phrase_add(line, " from %s on", text_time(time, selection->from_ns));
	if (selection->from_ns && selection->to_ns != UINT64_MAX)
		phrase_add(line, " and");
	if (selection->to_ns != UINT64_MAX)
		phrase_add(line, " before %s", text_time(time, selection->to_ns));
}

void selection_say(const struct report_view *view, struct phrase *out)
{
	const struct report_selection *selection = &view->selection;
	uint64_t packets = 0, taken = 0;

	for (size_t i = 0; i < view->capture_count; i++) {
		packets += view->captures[i].packets;
		taken += view->captures[i].taken;
	}
	if (!selection->used || !packets)
		return;
	phrase_add(out, "Only a part was looked at, ");
	phrase_number(out, taken);
	phrase_add(out, " of ");
	phrase_count(out, packets, "packet");
	phrase_add(out, selection->filter || selection->from_ns || selection->to_ns != UINT64_MAX ? ": those" : ": all of them");
	say_times(out, selection);
	if (selection->filter) {
		phrase_add(out,
			selection->from_ns || selection->to_ns != UINT64_MAX ? ", that pass the filter \"" : " that pass the filter \"");
		phrase_raw(out, selection->filter, SIZE_MAX);
		phrase_add(out, "\"");
	}
	phrase_add(out, ".");
}

void page_selection(const struct page *page)
{
	struct phrase line = {0};

	selection_say(page->view, &line);
	if (line.len)
		layout_paragraph(&page->layout, 0, COLOUR_YELLOW, line.text);
}
