/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html.h"
#include "report/shares.h"

static void figure(struct html *html, const char *name, const char *value, const char *unit)
{
	html_add(html, "<div class=\"figure\"><dt>%s</dt><dd><span class=\"big\">%s</span>", name, value);
	html_add(html, "%s%s</dd><dd class=\"sub\">", *unit ? " " : "", unit);
}

static void part(struct html *html, bool *told, size_t count, const char *label)
{
	if (!count)
		return;
	html_add(html, "%s<span class=\"t-%s\">", *told ? ", " : "", label);
	html_number(html, count);
	html_add(html, " %s</span>", label);
	*told = true;
}

static void devices(struct html *html)
{
	const struct report_view *view = html->page->view;
	size_t states[STATE_HIJACKED + 1] = {0};
	struct phrase value = {0};
	bool told = false;

	for (size_t i = 0; i < view->device_count; i++)
		states[view->devices[i]->state]++;
	phrase_number(&value, view->device_count);
	figure(html, "Devices", value.text, "");
	for (int state = STATE_HIJACKED; state >= STATE_CLEAN; state--)
		part(html, &told, states[state], report_state_name((enum device_state)state));
	html_add(html, "%s</dd></div>\n", told ? "" : "none seen");
}

static void findings(struct html *html)
{
	const struct report_view *view = html->page->view;
	size_t counts[SEVERITY_CRITICAL + 1] = {0}, all = 0;
	struct phrase value = {0};
	bool told = false;

	for (size_t i = 0; i < view->finding_count; i++)
		if (!view->findings[i]->muted) {
			counts[view->findings[i]->severity]++;
			all++;
		}
	phrase_number(&value, all);
	figure(html, "Findings", value.text, "");
	for (int severity = SEVERITY_CRITICAL; severity >= SEVERITY_LOW; severity--)
		part(html, &told, counts[severity], report_severity_name((enum severity)severity));
	html_add(html, "%s</dd></div>\n", told ? "" : "nothing found");
}

static uint64_t packets_in_all(const struct report_view *view)
{
	uint64_t packets = 0;

	for (size_t i = 0; i < view->capture_count; i++)
		packets += view->captures[i].packets;
	return packets;
}

static void junk(struct html *html)
{
	const struct report_view *view = html->page->view;
	const struct junk_count *total = &view->junk->total;
	struct phrase value = {0};

	if (total->packets)
		share_say(&value, total->packets, packets_in_all(view));
	else
		phrase_add(&value, "none");
	figure(html, "Junk",
		value.len && value.text[0] == '<' ? "under 1%"
			: value.text[0] == '>'    ? "over 99%"
						  : value.text,
		total->packets ? "of packets" : "");
	if (total->packets) {
		html_count(html, total->packets, "packet");
		html_add(html, ", ");
		html_bytes(html, total->bytes);
	} else {
		html_add(html, "no flood was seen");
	}
	html_add(html, "</dd></div>\n");
}

static void traffic(struct html *html)
{
	const struct report_view *view = html->page->view;
	uint64_t bytes = 0;
	struct phrase value = {0};

	for (size_t i = 0; i < view->capture_count; i++)
		bytes += view->captures[i].bytes;
	phrase_number(&value, packets_in_all(view));
	figure(html, "Packets read", value.text, "");
	html_bytes(html, bytes);
	html_add(html, " from ");
	html_count(html, view->capture_count, "capture");
	html_add(html, "</dd></div>\n");
}

void html_figures(struct html *html)
{
	html_add(html, "<dl class=\"figures\">\n");
	devices(html);
	findings(html);
	junk(html);
	traffic(html);
	html_add(html, "</dl>\n");
}
