/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Said below the verdict, even where little else is: a report on a part must not be taken for one on the whole. */
#include "base/text.h"
#include "report/page.h"
#include "report/phrase.h"

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

void page_selection(const struct page *page)
{
	const struct report_view *view = page->view;
	const struct report_selection *selection = &view->selection;
	struct phrase line = {0};
	uint64_t packets = 0, taken = 0;

	if (!selection->used)
		return;
	for (size_t i = 0; i < view->capture_count; i++) {
		packets += view->captures[i].packets;
		taken += view->captures[i].taken;
	}
	if (!packets)
		return;
	phrase_add(&line, "Only a part was looked at, ");
	phrase_number(&line, taken);
	phrase_add(&line, " of ");
	phrase_count(&line, packets, "packet");
	phrase_add(&line, ": those");
	say_times(&line, selection);
	if (selection->filter) {
		phrase_add(&line,
			selection->from_ns || selection->to_ns != UINT64_MAX ? ", that pass the filter \"" : " that pass the filter \"");
		phrase_raw(&line, selection->filter, SIZE_MAX);
		phrase_add(&line, "\"");
	}
	phrase_add(&line, ".");
	layout_paragraph(&page->layout, 0, COLOUR_YELLOW, line.text);
}
