/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What policies would have made of the captures (--policy): for each device that has one a line of sums, and what would have been
 * stopped. What passes is in the JSON alone.
 */
#include "base/reason.h"
#include "report/html.h"
#include "report/names.h"
#include "report/page.h"
#include "report/say.h"
#include "report/view.h"

enum { STOPPED_MAX = 12 };

struct sums {
	uint64_t packets[VERDICT_UNKNOWN + 1];
	size_t stopped; /* verdicts, not packets */
	const struct policy_verdict *first;
};

static struct sums sum_up(const struct report_view *view, uint32_t number)
{
	struct sums sums = {0};

	for (size_t i = 0; i < view->verdict_count; i++) {
		const struct policy_verdict *verdict = &view->verdicts[i];
		if (verdict->device != number)
			continue;
		sums.first = sums.first ? sums.first : verdict;
		sums.packets[verdict->outcome] += verdict->packets;
		sums.stopped += verdict->outcome == VERDICT_DROP;
	}
	return sums;
}

/* "Lamp, by https://lamp.example/one: 120 packets allowed, 3 packets would have been stopped". */
static void say_sums(const struct report_view *view, size_t device, const struct sums *sums, struct phrase *out)
{
	struct phrase scratch = {0};

	phrase_raw(out, view_call(view->devices[device], &scratch), SIZE_MAX);
	phrase_add(out, ", by ");
	phrase_raw(out, sums->first->policy, SIZE_MAX);
	phrase_add(out, ": ");
	phrase_count(out, sums->packets[VERDICT_PASS], "packet");
	phrase_add(out, " allowed, ");
	phrase_count(out, sums->packets[VERDICT_DROP], "packet");
	phrase_add(out, " would have been stopped");
	if (sums->packets[VERDICT_UNKNOWN]) {
		phrase_add(out, ", of ");
		phrase_count(out, sums->packets[VERDICT_UNKNOWN], "packet");
		phrase_add(out, " the captures do not tell");
	}
	phrase_add(out, ".");
}

static void say_stopped(const struct policy_verdict *verdict, struct phrase *out)
{
	const char *protocol = name_protocol(verdict->proto);

	phrase_add(out, verdict->from_device ? "to " : "from ");
	phrase_address(out, verdict->peer, 128);
	if (protocol)
		phrase_add(out, ", %s", protocol);
	else
		phrase_add(out, ", IP protocol %u", verdict->proto);
	if (verdict->port)
		phrase_add(out, " port %u", verdict->port);
	phrase_add(out, ": ");
	phrase_count(out, verdict->packets, "packet");
	phrase_add(out, ", %s", reason_sentence((enum fw_reason)verdict->reason));
}

/* The next verdict of that device that stops something, from *at on; NULL: no more. */
static const struct policy_verdict *next_stopped(const struct report_view *view, uint32_t number, size_t *at)
{
	while (*at < view->verdict_count) {
		const struct policy_verdict *verdict = &view->verdicts[(*at)++];
		if (verdict->device == number && verdict->outcome == VERDICT_DROP)
			return verdict;
	}
	return NULL;
}

static void print_device(const struct page *page, size_t device)
{
	const struct report_view *view = page->view;
	uint32_t number = view->device_numbers[device];
	struct sums sums = sum_up(view, number);
	const struct policy_verdict *verdict;
	struct phrase line = {0};
	size_t at = 0, told = 0;

	if (!sums.first)
		return;
	say_sums(view, device, &sums, &line);
	layout_paragraph(&page->layout, 2, COLOUR_NONE, line.text);
	while ((page->style->verbose || told < STOPPED_MAX) && (verdict = next_stopped(view, number, &at))) {
		phrase_clear(&line);
		say_stopped(verdict, &line);
		layout_paragraph(&page->layout, 4, COLOUR_YELLOW, line.text);
		told++;
	}
	if (told == sums.stopped)
		return;
	phrase_clear(&line);
	phrase_add(&line, "and %zu more%s", sums.stopped - told, page_rest_hint(page));
	layout_paragraph(&page->layout, 4, COLOUR_DIM, line.text);
}

void page_policed(const struct page *page)
{
	if (!page->view->judged)
		return;
	layout_blank(&page->layout);
	layout_paragraph(&page->layout, 0, COLOUR_BOLD, "By policy");
	if (!page->view->verdict_count)
		layout_paragraph(&page->layout, 2, COLOUR_NONE, "No packet of a device that has a policy was seen.");
	for (size_t i = 0; page->view->verdict_count && i < page->view->device_count; i++)
		print_device(page, i);
}

static void write_item(struct html *html, const struct phrase *line)
{
	html_add(html, "<li>");
	html_text(html, line->text);
	html_add(html, "</li>\n");
}

static void write_device(struct html *html, size_t device)
{
	const struct report_view *view = html->page->view;
	uint32_t number = view->device_numbers[device];
	struct sums sums = sum_up(view, number);
	const struct policy_verdict *verdict;
	struct phrase line = {0};
	size_t at = 0, told = 0;

	if (!sums.first)
		return;
	say_sums(view, device, &sums, &line);
	html_add(html, "<p>");
	html_text(html, line.text);
	html_add(html, "</p>\n");
	if (!sums.stopped)
		return;
	html_add(html, "<ul class=\"plain\">\n");
	while (told < STOPPED_MAX && (verdict = next_stopped(view, number, &at))) {
		phrase_clear(&line);
		say_stopped(verdict, &line);
		write_item(html, &line);
		told++;
	}
	html_add(html, "</ul>\n");
	html_more(html, sums.stopped - told);
}

void html_policed(struct html *html)
{
	if (!html->page->view->judged)
		return;
	html_add(html, "<section aria-labelledby=\"h-policy\">\n<h2 id=\"h-policy\">By policy</h2>\n");
	if (!html->page->view->verdict_count)
		html_add(html, "<p>No packet of a device that has a policy was seen.</p>\n");
	for (size_t i = 0; html->page->view->verdict_count && i < html->page->view->device_count; i++)
		write_device(html, i);
	html_add(html, "</section>\n");
}
