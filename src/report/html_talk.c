/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who talks to whom, as bands from devices to peers.
 *
 *      device 1  ====\        /===  peer 1       every row of a side has the same height, whatever it carries, so that names
 *                     X======X      peer 2       never stand on each other; bands are as thick as their packets, as far as the
 *      device 2  ====/        \===  41 others    thickest row allows
 *
 * Names are text of the page on either side of the picture, which stretches between them.
 */
#include <string.h>

#include "report/html.h"
#include "report/talk_view.h"
#include "report/view.h"

enum { ROW = 440, BAND_MAX = 300, BAND_MIN = 8, TABLE_MAX = 20 }; /* in tenths of a pixel */

/* Thickness and place of all bands, in tenths of a pixel. */
struct bands {
	const struct talk_view *view;
	unsigned height;
	uint64_t whole; /* packets that would be as thick as thick */
	unsigned thick;
	unsigned left_at[TALK_LEFT_MAX + 1][TALK_RIGHT_MAX + 1], right_at[TALK_LEFT_MAX + 1][TALK_RIGHT_MAX + 1];
};

static unsigned thickness(const struct bands *bands, uint64_t packets)
{
	unsigned thick = (unsigned)((unsigned __int128)packets * bands->thick / bands->whole);

	return packets && thick < BAND_MIN ? BAND_MIN : thick;
}

static unsigned cell_thickness(const struct bands *bands, size_t l, size_t r)
{
	const struct talk_cell *cell = &bands->view->cells[l][r];

	return thickness(bands, cell->junk) + thickness(bands, cell->packets - cell->junk);
}

static uint64_t most_of(const struct talk_end *ends, size_t count)
{
	uint64_t most = 1;

	for (size_t i = 0; i < count; i++)
		most = ends[i].packets > most ? ends[i].packets : most;
	return most;
}

/* So that the thickest row of either side fits its place. */
static void scale(struct bands *bands)
{
	const struct talk_view *view = bands->view;
	uint64_t left = most_of(view->left, view->left_count), right = most_of(view->right, view->right_count);
	unsigned left_room = bands->height / (unsigned)view->left_count * 8 / 10;
	unsigned right_room = bands->height / (unsigned)view->right_count * 7 / 10;

	right_room = right_room < BAND_MAX ? right_room : BAND_MAX;
	if ((unsigned __int128)right * left_room < (unsigned __int128)left * right_room) {
		bands->whole = left;
		bands->thick = left_room;
	} else {
		bands->whole = right;
		bands->thick = right_room;
	}
}

static unsigned centre(const struct bands *bands, size_t index, size_t count)
{
	return (unsigned)((bands->height * (2 * index + 1)) / (2 * count));
}

static void place(struct bands *bands)
{
	const struct talk_view *view = bands->view;

	for (size_t l = 0; l < view->left_count; l++) {
		unsigned sum = 0, at;

		for (size_t r = 0; r < view->right_count; r++)
			sum += cell_thickness(bands, l, r);
		at = centre(bands, l, view->left_count);
		at = at > sum / 2 ? at - sum / 2 : 0;
		for (size_t r = 0; r < view->right_count; at += cell_thickness(bands, l, r++))
			bands->left_at[l][r] = at;
	}
	for (size_t r = 0; r < view->right_count; r++) {
		unsigned sum = 0, at;

		for (size_t l = 0; l < view->left_count; l++)
			sum += cell_thickness(bands, l, r);
		at = centre(bands, r, view->right_count);
		at = at > sum / 2 ? at - sum / 2 : 0;
		for (size_t l = 0; l < view->left_count; at += cell_thickness(bands, l++, r))
			bands->right_at[l][r] = at;
	}
}

static void draw_band(struct html *html, const char *class, unsigned left, unsigned right, unsigned thick)
{
	html_add(html, "<path class=\"%s\" d=\"M0 %uC450 %u 550 %u 1000 %uV%uC550 %u 450 %u 0 %uZ\"/>\n", class, left, left, right, right,
		right + thick, right + thick, left + thick, left + thick);
}

static void draw_cell(struct html *html, const struct bands *bands, size_t l, size_t r)
{
	const struct talk_cell *cell = &bands->view->cells[l][r];
	unsigned junk = thickness(bands, cell->junk), rest = thickness(bands, cell->packets - cell->junk);
	unsigned left = bands->left_at[l][r], right = bands->right_at[l][r];

	if (rest)
		draw_band(html, "all", left + junk, right + junk, rest);
	if (junk)
		draw_band(html, "junk", left, right, junk);
}

static void draw(struct html *html, const struct talk_view *view)
{
	size_t rows = view->left_count > view->right_count ? view->left_count : view->right_count;
	struct bands bands = {.view = view, .height = (unsigned)(rows < 3 ? 3 : rows) * ROW};

	scale(&bands);
	place(&bands);
	html_add(html,
		"<svg class=\"bands\" role=\"img\" aria-labelledby=\"t-talk d-talk\" width=\"100%%\" height=\"%u\" viewBox=\"0 0 1000 %u\" "
		"preserveAspectRatio=\"none\">\n<title id=\"t-talk\">Packets between devices and their peers</title>\n<desc "
		"id=\"d-talk\">A band "
		"for each device and peer, as thick as the packets between them. The table below says the same in numbers.</desc>\n",
		bands.height / 10, bands.height);
	for (size_t l = 0; l < view->left_count; l++)
		for (size_t r = 0; r < view->right_count; r++)
			if (bands.view->cells[l][r].packets)
				draw_cell(html, &bands, l, r);
	html_add(html, "</svg>\n");
}

/* ---- names ---- */

static void add_address(struct html *html, const uint8_t bytes[16])
{
	struct phrase address = {0};

	phrase_address(&address, bytes, 128);
	html_text(html, address.text);
}

static void add_peer(struct html *html, const struct talk_pair *pair)
{
	html_add(html, "<bdi>");
	if (pair->name[0])
		html_raw(html, pair->name, SIZE_MAX);
	else
		add_address(html, pair->peer);
	html_add(html, "</bdi>");
}

static void write_end(struct html *html, const struct talk_end *end, bool left)
{
	struct phrase others = {0};

	html_add(html, "<li><b>");
	if (end->others) {
		if (!left && html->page->view->talk->estimated)
			phrase_about(&others, end->others, "other");
		else
			phrase_count(&others, end->others, "other");
		html_text(html, others.text);
	} else if (end->device) {
		html_call(html, end->device);
	} else if (end->pair && left) {
		add_address(html, end->pair->own);
	} else if (end->pair) {
		add_peer(html, end->pair);
	}
	html_add(html, "</b><span>");
	html_number(html, end->packets);
	if (end->junk) {
		html_add(html, end->junk == end->packets ? ", <em>all" : ", <em>");
		if (end->junk != end->packets)
			html_number(html, end->junk);
		html_add(html, " junk</em>");
	}
	html_add(html, "%s</span></li>\n", !left && end->device ? " \xc2\xb7 inside" : "");
}

static void write_ends(struct html *html, const struct talk_end *ends, size_t count, bool left)
{
	html_add(html, "<ul class=\"%s\" aria-label=\"%s\">\n", left ? "ends left" : "ends right", left ? "Devices" : "Peers");
	for (size_t i = 0; i < count; i++)
		write_end(html, &ends[i], left);
	html_add(html, "</ul>\n");
}

/* ---- the same as a table ---- */

static void cell_device(struct html *html, uint32_t number, const uint8_t address[16])
{
	const struct report_view *view = html->page->view;
	size_t index = view_find(view, number);

	if (index < view->device_count)
		html_call(html, view->devices[index]);
	else
		add_address(html, address);
}

static void write_pair(struct html *html, const struct talk_pair *pair)
{
	html_add(html, "<tr><th scope=\"row\">");
	cell_device(html, pair->device, pair->own);
	html_add(html, "</th><td class=\"l\">");
	if (pair->peer_device != DEVICE_NONE) {
		cell_device(html, pair->peer_device, pair->peer);
	} else {
		add_peer(html, pair);
		if (pair->name[0]) {
			html_add(html, " <span class=\"by\">");
			add_address(html, pair->peer);
			html_add(html, "</span>");
		}
	}
	html_add(html, "</td><td>");
	html_number(html, pair->packets_out);
	html_add(html, "</td><td>");
	html_number(html, pair->packets_in);
	html_add(html, "</td><td>");
	html_bytes(html, pair->bytes_out + pair->bytes_in);
	html_add(html, "</td><td>");
	html_number(html, talk_junk(html->page->view, pair));
	html_add(html, "</td></tr>\n");
}

static void table(struct html *html)
{
	const struct talk_pairs *talk = html->page->view->talk;

	html_add(html,
		"<details><summary>The pairs with most packets, as a table</summary>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" "
		"aria-label=\"Pairs of device and peer\">\n<table><thead><tr><th scope=\"col\">Device</th><th scope=\"col\" "
		"class=\"l\">Peer</th>"
		"<th scope=\"col\">Sent</th><th scope=\"col\">Received</th><th scope=\"col\">Both, bytes</th><th scope=\"col\">Junk"
		"</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < talk->pair_count && i < TABLE_MAX && html->written < HTML_TALK_END; i++)
		write_pair(html, &talk->pairs[i]);
	html_add(html, "</tbody></table></div></details>\n");
}

void html_talk(struct html *html)
{
	struct talk_view view;

	/* without memory the page lacks this part, and says nothing wrong */
	if (talk_view_make(html->page->view, &view) || !view.left_count)
		return;
	html_add(html,
		"<section aria-labelledby=\"h-talk\">\n<h2 id=\"h-talk\">Who talks to whom</h2>\n<p class=\"lead\">Your side on the left, "
		"whom it spoke with on the right. Bands are as thick as the packets that went both ways.</p>\n<div class=\"talk\">\n");
	write_ends(html, view.left, view.left_count, true);
	draw(html, &view);
	write_ends(html, view.right, view.right_count, false);
	html_add(html, "</div>\n");
	if (view.forgotten) {
		html_add(html, "<p class=\"note\">");
		html_count(html, view.forgotten, "packet");
		html_add(html, " more went between pairs of a few packets each, which are not kept one by one.</p>\n");
	}
	table(html);
	html_add(html, "</section>\n");
}
