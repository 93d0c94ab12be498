/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was found, device by device, worst first, with what to do. Within a device it is told in the order it happened, so that
 * who came in first stands before what the device then did to others.
 */
#include <string.h>

#include "report/html.h"
#include "report/words.h"

enum { STORIES_MAX = 60, TELLINGS_MAX = 12 };

struct telling {
	const struct finding *const *findings;
	size_t same;
	uint64_t first_ns, last_ns;
};

static struct telling telling_of(const struct finding *const *findings, size_t same)
{
	struct telling telling = {findings, same, findings[0]->first_ns, findings[0]->last_ns};

	for (size_t i = 1; i < same; i++) {
		telling.first_ns = findings[i]->first_ns < telling.first_ns ? findings[i]->first_ns : telling.first_ns;
		telling.last_ns = findings[i]->last_ns > telling.last_ns ? findings[i]->last_ns : telling.last_ns;
	}
	return telling;
}

/* The worst TELLINGS_MAX, by time. Returns how many there are in all. */
static size_t tellings_find(const struct block *block, struct telling out[TELLINGS_MAX], size_t *out_count)
{
	size_t all = 0, count = 0;

	for (size_t i = 0, same; i < block->count; i += same, all++) {
		struct telling telling;
		size_t place = count;

		same = blocks_same_kind(block->findings + i, block->count - i);
		if (count == TELLINGS_MAX)
			continue;
		telling = telling_of(block->findings + i, same);
		for (; place && out[place - 1].first_ns > telling.first_ns; place--)
			out[place] = out[place - 1];
		out[place] = telling;
		count++;
	}
	*out_count = count;
	return all;
}

static void write_telling(struct html *html, const struct block *block, const struct telling *telling, bool first)
{
	const struct finding *finding = telling->findings[0];
	const char *severity = report_severity_name(finding->severity);
	struct phrase title = {0}, text = {0}, span = {0};

	words_title(&title, finding);
	say_telling(html->page, block, telling->findings, telling->same, &text);
	phrase_span(&span, telling->first_ns, telling->last_ns);
	html_add(html, "<li><p class=\"at\">");
	html_clock(html, telling->first_ns);
	html_add(html, "%s</p><div><h4>", first ? "<span class=\"first\">first</span>" : "");
	html_text(html, title.text);
	html_add(html, " <span class=\"sev v-%s\">%s</span></h4><p>", severity, severity);
	html_text(html, text.text);
	html_add(html, "</p><p class=\"when\">");
	html_text(html, span.text);
	html_add(html, "</p></div></li>\n");
}

static void write_advice(struct html *html, const struct block *block)
{
	struct advice advice = {0};

	for (size_t i = 0; i < block->count; i += blocks_same_kind(block->findings + i, block->count - i))
		advice_add(&advice, words_advice(block->findings[i]));
	html_add(html, "<div class=\"todo\"><h4>What to do</h4>");
	for (size_t i = 0; i < advice.count; i++) {
		html_add(html, "<p>");
		html_text(html, advice.list[i]);
		html_add(html, "</p>");
	}
	html_add(html, "</div>\n");
}

/* A name, and below it what is known of it; of a group its size, and below it who they are. */
static void write_who(struct html *html, const struct block *block)
{
	struct phrase who = {0}, below = {0};
	const char *list;

	say_who(html->page, block, &who);
	if (block->device && block->size == 1)
		say_identity(block->device, &below);
	html_add(html, "<h3>");
	if (block->size > 1 && (list = strstr(who.text, ": "))) {
		phrase_add(&below, "%s", list + 2);
		html_count(html, block->size, "device");
	} else {
		html_text(html, who.text);
	}
	html_add(html, "</h3>");
	if (!below.len)
		return;
	html_add(html, "<p class=\"identity\">");
	html_text(html, below.text);
	html_add(html, "</p>");
}

static void write_story(struct html *html, size_t index)
{
	const struct block *block = &html->page->blocks->list[index];
	struct telling tellings[TELLINGS_MAX];
	size_t count, all = tellings_find(block, tellings, &count);
	enum layout_colour colour;
	const char *label = say_label(block, &colour);

	html_add(html, "<article class=\"story e-%s\" id=\"s%zu\">\n<header><p class=\"label t-%s\">", label, index, label);
	html_mark(html, label);
	html_add(html, "%s</p>", label);
	write_who(html, block);
	html_add(html, "</header>\n<ol class=\"tellings\">\n");
	for (size_t i = 0; i < count; i++)
		write_telling(html, block, &tellings[i], i == 0 && count > 1 && tellings[0].first_ns < tellings[1].first_ns);
	html_add(html, "</ol>\n");
	html_more(html, all - count);
	write_advice(html, block);
	html_add(html, "</article>\n");
}

static bool is_minor(const struct block *block)
{
	return block->findings[0]->severity == SEVERITY_LOW && (!block->device || block->device->state == STATE_CLEAN);
}

/* Those that are minor, or those that are not. */
static void write_stories(struct html *html, bool minor)
{
	const struct blocks *blocks = html->page->blocks;
	size_t told = 0, left = 0;

	for (size_t i = 0; i < blocks->count; i++) {
		if (blocks->list[i].leader != i || is_minor(&blocks->list[i]) != minor)
			continue;
		if (told == STORIES_MAX || html->written >= HTML_STORIES_END) {
			left += blocks->list[i].size;
			continue;
		}
		write_story(html, i);
		told++;
	}
	html_more(html, left);
}

static size_t count_stories(const struct blocks *blocks, bool minor)
{
	size_t count = 0;

	for (size_t i = 0; i < blocks->count; i++)
		count += blocks->list[i].leader == i && is_minor(&blocks->list[i]) == minor;
	return count;
}

void html_stories(struct html *html)
{
	size_t minor = count_stories(html->page->blocks, true), major = count_stories(html->page->blocks, false);

	if (!minor && !major)
		return;
	html_add(html, "<section aria-labelledby=\"h-found\">\n<h2 id=\"h-found\">%s</h2>\n",
		major ? "What was found, and what to do" : "Good to know");
	if (major)
		write_stories(html, false);
	if (minor) {
		html_add(html, "<details class=\"minor\"%s><summary>", major ? "" : " open=\"open\"");
		html_count(html, minor, "small thing");
		html_add(html, "%s</summary>\n", major ? ", good to know" : "");
		write_stories(html, true);
		html_add(html, "</details>\n");
	}
	html_add(html, "</section>\n");
}
