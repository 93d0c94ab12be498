/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices: those with something to say about as cards, the rest as a table. */
#include <string.h>

#include "base/text.h"
#include "report/html.h"
#include "report/view.h"
#include "report/words.h"

enum { CARDS_MAX = 24, ROWS_MAX = 200, REASONS_MAX = 3, CLUES_MAX = 12 };

static const struct block *block_of(const struct blocks *blocks, const struct device *device)
{
	for (size_t i = 0; i < blocks->count; i++)
		if (blocks->list[i].device == device)
			return &blocks->list[i];
	return NULL;
}

static void write_reasons(struct html *html, const struct block *block)
{
	size_t kinds = 0;

	html_add(html, "<ul class=\"why\">\n");
	for (size_t i = 0; i < block->count; i += blocks_same_kind(block->findings + i, block->count - i), kinds++) {
		struct phrase title = {0};

		if (kinds >= REASONS_MAX)
			continue;
		words_title(&title, block->findings[i]);
		html_add(html, "<li><a href=\"#s%zu\">", block->leader);
		html_text(html, title.text);
		html_add(html, "</a></li>\n");
	}
	if (kinds > REASONS_MAX)
		html_add(html, "<li>and %zu more</li>\n", kinds - REASONS_MAX);
	html_add(html, "</ul>\n");
}

static void write_traffic(struct html *html, const struct device_traffic *traffic)
{
	uint64_t most = traffic->bytes_out > traffic->bytes_in ? traffic->bytes_out : traffic->bytes_in;
	const struct {
		const char *name;
		uint64_t packets, bytes;
	} rows[] = {{"sent", traffic->packets_out, traffic->bytes_out}, {"received", traffic->packets_in, traffic->bytes_in}};

	if (!most) /* it never spoke, and was not known when it was spoken to */
		return;
	html_add(html, "<dl class=\"traffic\">\n");
	for (size_t i = 0; i < 2; i++) {
		html_add(html,
			"<div><dt>%s</dt><dd class=\"bar\"><svg aria-hidden=\"true\" width=\"100%%\" height=\"8\"><rect height=\"8\" "
			"width=\"",
			rows[i].name);
		html_percent(html, rows[i].bytes, most);
		html_add(html, "\"/></svg></dd><dd>");
		html_bytes(html, rows[i].bytes);
		html_add(html, "</dd></div>\n");
	}
	html_add(html, "</dl>\n");
}

static void write_addresses(struct html *html, const struct device *device)
{
	char mac[TEXT_MAC_MAX];

	html_add(html, "<p>");
	for (size_t i = 0; i < device->mac_count; i++)
		html_add(html, "%sMAC <code>%s</code>", i ? ", " : "", text_mac(mac, device->macs[i]));
	for (size_t i = 0; i < device->address_count; i++) {
		struct phrase address = {0};

		phrase_address(&address, device->addresses[i], 128);
		html_add(html, "%s<code>", i || device->mac_count ? ", " : "");
		html_text(html, address.text);
		html_add(html, "</code>");
	}
	html_add(html, "</p>\n");
}

static void write_clues(struct html *html, const struct device *device)
{
	size_t shown = device->clue_count < CLUES_MAX ? device->clue_count : CLUES_MAX;
	struct phrase known = {0};

	html_add(html, "<details><summary>How it is known</summary>\n");
	write_addresses(html, device);
	say_identity(device, &known);
	html_add(html, "<p>");
	html_text(html, known.text);
	html_add(html, "</p>\n<ul class=\"clues\">\n");
	for (size_t i = 0; i < shown; i++) {
		html_add(html, "<li><span class=\"by\">");
		html_raw(html, device->clues[i].source, SIZE_MAX);
		html_add(html, "</span> <code><bdi>");
		html_raw(html, device->clues[i].value, SIZE_MAX);
		html_add(html, "</bdi></code>");
		if (device->clues[i].says[0]) {
			html_add(html, " ");
			html_raw(html, device->clues[i].says, SIZE_MAX);
		}
		html_add(html, "</li>\n");
	}
	if (device->clue_count > shown)
		html_add(html, "<li>and %zu more: see <code>--format json</code></li>\n", device->clue_count - shown);
	html_add(html, "%s</ul></details>\n", shown ? "" : "<li>nothing it said or did tells more</li>\n");
}

static void write_card(struct html *html, const struct device *device)
{
	const struct block *block = block_of(html->page->blocks, device);
	const char *label = report_state_name(device->state);
	struct phrase what = {0};
	enum layout_colour colour;

	if (block)
		label = say_label(block, &colour);
	say_what(device, &what);
	html_add(html, "<li class=\"card e-%s\">\n<p class=\"label t-%s\">", label, label);
	html_mark(html, label);
	html_add(html, "%s</p>\n<h3>", label);
	html_call(html, device);
	html_add(html, "</h3>\n<p class=\"identity\">");
	if (device->name[0] && device->address_count) {
		struct phrase address = {0};

		phrase_address(&address, view_address(device), 128);
		html_text(html, address.text);
		html_add(html, " \xc2\xb7 ");
	}
	html_text(html, strcmp(what.text, "-") ? what.text : "what it is could not be told");
	html_add(html, "</p>\n");
	if (block)
		write_reasons(html, block);
	write_traffic(html, &device->traffic);
	write_clues(html, device);
	html_add(html, "</li>\n");
}

static bool has_card(const struct html *html, const struct device *device)
{
	return device->state != STATE_CLEAN || blocks_tell_of(html->page->blocks, device);
}

/* Returns how many there are room for. */
static size_t write_cards(struct html *html)
{
	const struct report_view *view = html->page->view;
	size_t told = 0;

	for (size_t i = 0; i < view->device_count && told < CARDS_MAX && html->written < HTML_CARDS_END; i++) {
		if (!has_card(html, view->devices[i]))
			continue;
		html_add(html, "%s", told++ ? "" : "<ul class=\"cards\">\n");
		write_card(html, view->devices[i]);
	}
	html_add(html, "%s", told ? "</ul>\n" : "");
	return told;
}

static void write_row(struct html *html, const struct device *device, bool carded)
{
	const struct block *block = carded ? block_of(html->page->blocks, device) : NULL;
	struct phrase where = {0}, what = {0};
	enum layout_colour colour;

	say_where(device, &where);
	say_what(device, &what);
	html_add(html, "<tr><th scope=\"row\">");
	html_call(html, device);
	html_add(html, "</th><td class=\"l\">");
	if (carded) {
		const char *label = block ? say_label(block, &colour) : report_state_name(device->state);

		html_add(html, "<span class=\"t-%s\">", label);
		html_mark(html, label);
		html_add(html, "%s</span></td><td class=\"l\">", label);
	}
	html_text(html, where.text);
	html_add(html, "</td><td class=\"l\">");
	html_text(html, what.text);
	html_add(html, "</td><td>");
	html_bytes(html, device->traffic.bytes_out);
	html_add(html, "</td><td>");
	html_bytes(html, device->traffic.bytes_in);
	html_add(html, "</td></tr>\n");
}

/* Those that would have a card, after the first skip of them, or those that would have none. */
struct rows {
	bool carded;
	size_t skip, count;
	const char *id;
};

static void write_rows(struct html *html, const struct rows *rows)
{
	const struct report_view *view = html->page->view;
	size_t passed = 0, told = 0;

	html_add(html,
		"<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"%s\">\n<table><thead><tr><th "
		"scope=\"col\">Name</th>%s",
		rows->id, rows->carded ? "<th scope=\"col\" class=\"l\">State</th>" : "");
	html_add(html,
		"<th scope=\"col\" class=\"l\">Address</th><th scope=\"col\" class=\"l\">What it is</th><th scope=\"col\">Sent</th>"
		"<th scope=\"col\">Received</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < view->device_count && told < ROWS_MAX && html->written < HTML_DEVICES_END; i++) {
		if (has_card(html, view->devices[i]) != rows->carded || passed++ < rows->skip)
			continue;
		write_row(html, view->devices[i], rows->carded);
		told++;
	}
	html_add(html, "</tbody></table></div>\n");
	html_more(html, rows->count - told);
}

void html_devices(struct html *html)
{
	const struct report_view *view = html->page->view;
	struct rows rest = {.carded = true, .id = "h-rest"}, others = {.id = "h-others"};

	if (!view->device_count)
		return;
	for (size_t i = 0; i < view->device_count; i++)
		others.count += !has_card(html, view->devices[i]);
	html_add(html, "<section aria-labelledby=\"h-devices\">\n<h2 id=\"h-devices\">Devices</h2>\n");
	rest.skip = write_cards(html);
	rest.count = view->device_count - others.count - rest.skip;
	if (rest.count) {
		html_add(html, "<h3 id=\"h-rest\" class=\"group\">More with findings</h3>\n");
		write_rows(html, &rest);
	}
	if (others.count) {
		html_add(html, "<h3 id=\"h-others\" class=\"group\">");
		html_mark(html, "clean");
		html_add(html, "%s</h3>\n",
			others.count == view->device_count ? "Nothing was found on any of them" : "Nothing was found on these");
		write_rows(html, &others);
	}
	html_add(html, "</section>\n");
}
