/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html.h"
#include "report/view.h"
#include "report/words.h"

static uint64_t earliest(const struct finding *const *findings, size_t count)
{
	uint64_t first_ns = findings[0]->first_ns;

	for (size_t i = 1; i < count; i++)
		if (findings[i]->first_ns < first_ns)
			first_ns = findings[i]->first_ns;
	return first_ns;
}

/* Insertion by time; equals in the order of the blocks, worst first. */
static size_t event_put(struct event list[EVENT_MAX], size_t count, const struct event *event)
{
	size_t place = count;

	while (place && list[place - 1].time_ns > event->time_ns)
		place--;
	if (place == EVENT_MAX)
		return count;
	count = count < EVENT_MAX ? count + 1 : count;
	for (size_t i = count - 1; i > place; i--)
		list[i] = list[i - 1];
	list[place] = *event;
	return count;
}

size_t events_find(const struct page *page, struct event out[EVENT_MAX], size_t *out_left)
{
	size_t count = 0, all = 0;

	for (size_t i = 0; i < page->blocks->count; i++) {
		const struct block *block = &page->blocks->list[i];

		if (block->leader != i)
			continue;
		for (size_t k = 0, same; k < block->count; k += same) {
			const struct finding *const *findings = block->findings + k;
			struct event event = {.block = i, .finding = findings[0]};

			same = event.same = blocks_same_kind(findings, block->count - k);
			if (findings[0]->severity == SEVERITY_LOW)
				continue;
			event.time_ns = earliest(findings, same);
			count = event_put(out, count, &event);
			all++;
		}
	}
	*out_left = all - count;
	return count;
}

static void event_write(struct html *html, const struct event *event, size_t number)
{
	const struct block *block = &html->page->blocks->list[event->block];
	struct phrase title = {0}, stranger = {0};
	enum layout_colour colour;
	const char *label = say_label(block, &colour);

	words_title(&title, event->finding);
	html_add(html, "<li><span class=\"nr t-%s\">%zu</span><span class=\"at\">", label, number);
	html_clock(html, event->time_ns);
	html_add(html, "</span><span class=\"what\"><a href=\"#s%zu\">", event->block);
	html_text(html, title.text);
	html_add(html, "</a>");
	if (event->same > 1)
		html_add(html, ", and %zu more like it", event->same - 1);
	html_add(html, " <span class=\"by\">");
	if (block->size > 1)
		html_count(html, block->size, "device");
	else if (block->device)
		html_call(html, block->device);
	else
		say_stranger(event->finding, &stranger);
	html_text(html, stranger.text);
	html_add(html, "</span></span></li>\n");
}

void html_events(struct html *html)
{
	struct event events[EVENT_MAX];
	size_t left, count = events_find(html->page, events, &left);

	if (!count)
		return;
	html_add(html, "<section aria-labelledby=\"h-order\">\n<h2 id=\"h-order\">What happened, in order</h2>\n<ol class=\"events\">\n");
	for (size_t i = 0; i < count; i++)
		event_write(html, &events[i], i + 1);
	html_add(html, "</ol>\n");
	if (left) {
		html_add(html, "<p class=\"more\">and ");
		html_number(html, left);
		html_add(html, " more after that, told below</p>\n");
	}
	html_add(html, "</section>\n");
}
