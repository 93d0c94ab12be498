/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "report/html.h"
#include "report/view.h"

void html_add(struct html *html, const char *format, ...)
{
	va_list arguments;
	int written;

	va_start(arguments, format);
	written = vfprintf(html->out, format, arguments);
	va_end(arguments);
	if (written > 0)
		html->written += (uint64_t)written;
}

void html_text(struct html *html, const char *text)
{
	static const struct {
		char character;
		const char *entity;
	} entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};

	while (*text) {
		size_t plain = strcspn(text, "&<>\"'");

		html_add(html, "%.*s", (int)plain, text);
		text += plain;
		for (size_t i = 0; *text && i < sizeof(entities) / sizeof(entities[0]); i++)
			if (*text == entities[i].character) {
				html_add(html, "%s", entities[i].entity);
				text++;
				break;
			}
	}
}

void html_raw(struct html *html, const char *raw, size_t len)
{
	struct phrase clean = {0};

	phrase_raw(&clean, raw, len);
	html_text(html, clean.text);
}

void html_number(struct html *html, uint64_t number)
{
	struct phrase phrase = {0};

	phrase_number(&phrase, number);
	html_text(html, phrase.text);
}

void html_count(struct html *html, uint64_t number, const char *noun)
{
	struct phrase phrase = {0};

	phrase_count(&phrase, number, noun);
	html_text(html, phrase.text);
}

void html_bytes(struct html *html, uint64_t bytes)
{
	struct phrase phrase = {0};

	phrase_bytes(&phrase, bytes);
	html_text(html, phrase.text);
}

void html_percent(struct html *html, uint64_t part, uint64_t whole)
{
	unsigned hundredths = whole ? (unsigned)((unsigned __int128)(part < whole ? part : whole) * 10000 / whole) : 0;

	html_add(html, "%u.%02u%%", hundredths / 100, hundredths % 100);
}

void html_call(struct html *html, const struct device *device)
{
	struct phrase scratch = {0};

	html_add(html, "<bdi>");
	html_raw(html, view_call(device, &scratch), SIZE_MAX);
	html_add(html, "</bdi>");
}

void html_mark(struct html *html, const char *label)
{
	html_add(
		html, "<svg class=\"mark m-%s\" aria-hidden=\"true\" width=\"14\" height=\"14\"><use href=\"#i-%s\"/></svg>", label, label);
}

void html_more(struct html *html, uint64_t count)
{
	if (!count)
		return;
	html_add(html, "<p class=\"more\">and ");
	html_number(html, count);
	html_add(html, " more: see <code>--format json</code></p>\n");
}

static bool spans_days(const struct report_view *view)
{
	uint64_t first = UINT64_MAX, last = 0;

	for (size_t i = 0; i < view->capture_count; i++) {
		if (!view->captures[i].packets)
			continue;
		first = view->captures[i].first_ns < first ? view->captures[i].first_ns : first;
		last = view->captures[i].last_ns > last ? view->captures[i].last_ns : last;
	}
	return last / 86400000000000u > first / 86400000000000u;
}

void html_clock(struct html *html, uint64_t time_ns)
{
	time_t seconds = (time_t)(time_ns / 1000000000u);
	char text[32], iso[TEXT_TIME_MAX];
	struct tm civil;

	gmtime_r(&seconds, &civil);
	strftime(text, sizeof(text), spans_days(html->page->view) ? "%d %b %H:%M:%S" : "%H:%M:%S", &civil);
	html_add(html, "<time datetime=\"%s\">%s</time>", text_time(iso, time_ns), text);
}
