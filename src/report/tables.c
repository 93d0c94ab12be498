/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The quiet end of the text report: other devices, junk by kind, captures, and what was left out. */
#include <stdlib.h>
#include <string.h>

#include "base/company.h"
#include "base/text.h"
#include "report/names.h"
#include "report/say.h"
#include "report/shares.h"
#include "report/view.h"
#include "report/words.h"

enum { DEVICES_MAX = 20, CAPTURES_MAX = 20, ROWS_MAX = 5, MUTED_MAX = 10 };

static void print_title(const struct page *page, const char *title)
{
	layout_blank(&page->layout);
	layout_paragraph(&page->layout, 0, COLOUR_BOLD, title);
}

static void print_more(const struct page *page, size_t count, const char *hint)
{
	struct phrase line = {0};

	if (!count)
		return;
	phrase_add(&line, "and ");
	phrase_number(&line, count);
	phrase_add(&line, " more: %s", hint);
	layout_paragraph(&page->layout, 2, COLOUR_DIM, line.text);
}

/* ---- devices without findings ---- */

bool blocks_tell_of(const struct blocks *blocks, const struct device *device)
{
	for (size_t i = 0; i < blocks->count; i++)
		if (blocks->list[i].device == device)
			return true;
	return false;
}

/* In as few words as are known. */
void say_what(const struct device *device, struct phrase *out)
{
	const struct guess *maker = device->brand.name[0] ? &device->brand : &device->maker;

	if (device->kind.name[0])
		phrase_raw(out, device->kind.name, SIZE_MAX);
	else if (device->router)
		phrase_add(out, "router");
	if (maker->name[0]) {
		phrase_add(out, "%s", out->len ? ", " : "");
		phrase_raw(out, maker->name, company_len(maker->name));
	}
	if (!out->len && device->random_mac)
		phrase_add(out, "(randomised MAC)");
	if (!out->len)
		phrase_add(out, "-");
}

/* Its IPv4 address, else its first; and how many others. */
void say_where(const struct device *device, struct phrase *out)
{
	char mac[TEXT_MAC_MAX];

	if (!device->address_count) {
		phrase_add(out, "%s", device->mac_count ? text_mac(mac, device->macs[0]) : "-");
		return;
	}
	phrase_address(out, view_address(device), 128);
	if (device->address_count > 1)
		phrase_add(out, " +%u", device->address_count - 1u);
}

/* Columns of the device table: as wide as its rows need, within what the page has. */
struct columns {
	unsigned name, where, state, what; /* 0: not shown */
};

static void say_name(const struct device *device, struct phrase *out)
{
	struct phrase scratch = {0};

	phrase_raw(out, view_call(device, &scratch), SIZE_MAX);
}

static void column_widen(unsigned *column, void (*say)(const struct device *device, struct phrase *out), const struct device *device)
{
	struct phrase cell = {0};
	unsigned need;

	say(device, &cell);
	need = layout_columns(cell.text);
	if (need > *column)
		*column = need;
}

static unsigned at_most(unsigned value, unsigned most)
{
	return value < most ? value : most;
}

static void columns_settle(struct columns *columns, unsigned room)
{
	enum { ROOM_FOR_WHAT = 58, WHAT_MIN = 10 };
	unsigned left = room - LAYOUT_GAP - (columns->state ? columns->state + LAYOUT_GAP : 0);

	if (room < ROOM_FOR_WHAT) {
		columns->what = 0;
		columns->where = at_most(columns->where, room / 2);
		columns->name = at_most(columns->name, left - columns->where);
		return;
	}
	left -= LAYOUT_GAP;
	columns->name = at_most(columns->name, left * 2 / 5);
	columns->where = at_most(columns->where, left - columns->name - WHAT_MIN);
	columns->what = left - columns->name - columns->where;
}

static void print_device(const struct page *page, const struct device *device, const struct columns *columns)
{
	struct phrase cell = {0};

	fputs("  ", page->layout.out);
	say_name(device, &cell);
	layout_cell(&page->layout, columns->name, false, cell.text);
	phrase_clear(&cell);
	say_where(device, &cell);
	layout_cell(&page->layout, columns->where, !columns->state && !columns->what, cell.text);
	if (columns->state)
		layout_cell(&page->layout, columns->state, !columns->what, report_state_name(device->state));
	if (!columns->what)
		return;
	phrase_clear(&cell);
	say_what(device, &cell);
	layout_cell(&page->layout, columns->what, true, cell.text);
}

void page_other_devices(const struct page *page)
{
	const struct report_view *view = page->view;
	size_t others = 0, told = 0, most = page->style->verbose ? SIZE_MAX : DEVICES_MAX;
	struct columns columns = {.what = 1};

	for (size_t i = 0; i < view->device_count; i++) {
		if (blocks_tell_of(page->blocks, view->devices[i]) || others++ >= most)
			continue;
		column_widen(&columns.name, say_name, view->devices[i]);
		column_widen(&columns.where, say_where, view->devices[i]);
		if (view->devices[i]->state != STATE_CLEAN)
			columns.state = 8;
	}
	if (!others)
		return;
	columns_settle(&columns, page->layout.width - 2);
	print_title(page, others == view->device_count ? "Devices" : "Other devices, nothing found on them");
	for (size_t i = 0; i < view->device_count && told < most; i++) {
		if (blocks_tell_of(page->blocks, view->devices[i]))
			continue;
		print_device(page, view->devices[i], &columns);
		if (page->style->verbose)
			page_known(page, view->devices[i]);
		told++;
	}
	print_more(page, others - told, page_rest_hint(page));
}

/* ---- junk ---- */

/* name ########         98%  1,234,567 packets */
static void print_bar(const struct page *page, const struct share *share, uint64_t whole, unsigned digits)
{
	const char *noun = page->layout.width < 60 ? "" : share->count.packets == 1 ? " packet" : " packets";
	unsigned tail = 6 + digits + (page->layout.width < 60 ? 0 : 8); /* "100%  1,234 packets" */
	unsigned room = page->layout.width - 2 - tail - LAYOUT_GAP;
	unsigned length = room >= 28 + 20 + LAYOUT_GAP ? 20 : room >= 20 + 10 + LAYOUT_GAP ? 10 : 0;
	unsigned name = length ? room - length - LAYOUT_GAP : room;
	unsigned filled = (share_percent(share->count.packets, whole) * length + 50) / 100;
	struct phrase cell = {0}, number = {0}, percent = {0};

	name = name > 36 ? 36 : name;
	fputs("  ", page->layout.out);
	phrase_raw(&cell, share->name, SIZE_MAX);
	layout_cell(&page->layout, name, false, cell.text);
	phrase_clear(&cell);
	for (unsigned i = 0; i < length; i++)
		phrase_add(&cell, i < filled || !i ? "#" : " ");
	if (length)
		layout_cell(&page->layout, length, false, cell.text);
	phrase_clear(&cell);
	phrase_number(&number, share->count.packets);
	share_say(&percent, share->count.packets, whole);
	phrase_add(&cell, "%4s  %*s%s", percent.text, (int)digits, number.text, noun);
	layout_cell(&page->layout, page->layout.width, true, cell.text);
}

static void print_bars(const struct page *page, const struct share *shares, size_t count)
{
	size_t shown = count > ROWS_MAX && !page->style->verbose ? ROWS_MAX : count;
	uint64_t whole = page->view->junk->total.packets, most = 0;
	struct phrase widest = {0};

	for (size_t i = 0; i < shown; i++)
		most = shares[i].count.packets > most ? shares[i].count.packets : most;
	phrase_number(&widest, most);
	for (size_t i = 0; i < shown; i++)
		print_bar(page, &shares[i], whole, (unsigned)widest.len);
	print_more(page, count - shown, page_rest_hint(page));
}

static void print_listed(const struct page *page, const char *head, void (*say)(const struct junk *junk, struct phrase *out))
{
	struct phrase line = {0}, list = {0};

	say(page->view->junk, &list);
	if (!list.len)
		return;
	phrase_add(&line, "%s", head);
	phrase_add(&line, "%s", list.text);
	layout_paragraph(&page->layout, 2, COLOUR_NONE, line.text);
}

static void print_makers(const struct page *page)
{
	struct share shares[SHARE_ROW_MAX];
	struct phrase said = {0}, rests = {0};
	size_t count = shares_rows(page->view->junk, JUNK_MAKER, shares);

	if (count) {
		print_title(page, "Whose parts sent it");
		print_bars(page, shares, count);
	}
	attribution_say(page->view->junk, &said);
	attribution_rests(page->view->junk, &rests);
	if (said.len)
		layout_paragraph(&page->layout, 2, COLOUR_NONE, said.text);
	if (rests.len)
		layout_paragraph(&page->layout, 2, COLOUR_DIM, rests.text);
	print_listed(page, "Sold as (sources): ", attribution_brands);
	print_listed(page, "They are (sources): ", attribution_kinds);
}

static void print_targets(const struct page *page)
{
	struct share shares[SHARE_TARGET_MAX];
	char names[SHARE_TARGET_MAX][SHARE_NAME_MAX];
	size_t count = shares_targets(page->view->junk, shares, names);

	if (count < 2)
		return;
	print_title(page, "Whom it was sent to");
	print_bars(page, shares, count);
}

void page_junk(const struct page *page)
{
	const struct junk *junk = page->view->junk;
	struct share vectors[VECTOR_COUNT];
	struct phrase title = {0};

	if (!junk->total.packets)
		return;
	phrase_add(&title, "Junk: ");
	phrase_count(&title, junk->total.packets, "packet");
	phrase_add(&title, ", ");
	phrase_bytes(&title, junk->total.bytes);
	print_title(page, title.text);
	print_bars(page, vectors, shares_vectors(junk, vectors));
	print_makers(page);
	print_targets(page);
}

/* ---- captures and notes ---- */

void say_capture(const struct report_capture *capture, struct phrase *out)
{
	const char *slash = strrchr(capture->file, '/');
	const char *name = slash && slash[1] ? slash + 1 : capture->file;

	if (!strcmp(name, "-"))
		phrase_add(out, "standard input");
	else
		phrase_raw(out, name, SIZE_MAX);
	phrase_add(out, ": ");
	phrase_count(out, capture->packets, "packet");
	if (capture->packets) {
		phrase_add(out, ", ");
		phrase_bytes(out, capture->bytes);
		phrase_add(out, ", ");
		phrase_span(out, capture->first_ns, capture->last_ns);
	}
	if (capture->cut_short)
		phrase_add(out, "; cut short, read to its last whole packet");
	if (capture->unreadable)
		phrase_add(out, capture->packets ? "; the rest could not be read" : "; could not be read");
	if (capture->note && capture->note[0]) {
		phrase_add(out, " (");
		phrase_raw(out, capture->note, SIZE_MAX);
		phrase_add(out, ")");
	}
}

static void print_capture(const struct page *page, const struct report_capture *capture)
{
	struct phrase line = {0};

	say_capture(capture, &line);
	layout_paragraph(&page->layout, 2, capture->cut_short || capture->unreadable ? COLOUR_YELLOW : COLOUR_NONE, line.text);
}

void page_captures(const struct page *page)
{
	const struct report_view *view = page->view;
	size_t shown = view->capture_count > CAPTURES_MAX && !page->style->verbose ? CAPTURES_MAX : view->capture_count;

	if (!view->capture_count)
		return;
	print_title(page, view->capture_count == 1 ? "Capture read" : "Captures read");
	for (size_t i = 0; i < shown; i++)
		print_capture(page, &view->captures[i]);
	print_more(page, view->capture_count - shown, page_rest_hint(page));
}

void say_muted(const struct report_view *view, const struct finding *finding, struct phrase *out)
{
	struct phrase scratch = {0};
	struct subject subject = view_subject(view, finding, &scratch);

	phrase_add(out, "%s", report_finding_name(finding->id));
	if (subject.name) {
		phrase_add(out, ", ");
		phrase_raw(out, subject.name, SIZE_MAX);
	}
	phrase_add(out, ": ");
	phrase_raw(out, finding->muted, SIZE_MAX);
}

void page_evidence(const struct page *page)
{
	const struct report_view *view = page->view;
	struct phrase line = {0};
	size_t count = 0;

	if (!view->evidence_files)
		return;
	for (size_t i = 0; i < view->finding_count; i++)
		count += view->evidence_files[i] != NULL;
	print_title(page, "Evidence");
	phrase_count(&line, count, "capture");
	phrase_add(&line, " in ");
	if (view->evidence_folder)
		phrase_raw(&line, view->evidence_folder, SIZE_MAX);
	else
		phrase_add(&line, "the folder named");
	phrase_add(&line, "%s: headers of the packets that prove a finding, no payload%s.", count ? ", one for each finding" : "",
		page->style->verbose || !count ? "" : "; -v tells which is whose");
	layout_paragraph(&page->layout, 2, COLOUR_NONE, line.text);
}

static void print_muted(const struct page *page)
{
	size_t told = 0;

	if (!page->blocks->muted)
		return;
	print_title(page, "Muted");
	for (size_t i = 0; i < page->view->finding_count && told < MUTED_MAX; i++) {
		struct phrase line = {0};

		if (!page->view->findings[i]->muted)
			continue;
		say_muted(page->view, page->view->findings[i], &line);
		layout_paragraph(&page->layout, 2, COLOUR_NONE, line.text);
		told++;
	}
	print_more(page, page->blocks->muted - told, "see --format json");
}

void say_side(const struct report_view *view, struct phrase *out)
{
	if (!view->side_inferred)
		return;
	phrase_add(out, "Private addresses do not tell here which side is yours, so it is inferred from who all traffic goes to: ");
	for (size_t i = 0; i < view->inferred_count && i < ROWS_MAX; i++) {
		phrase_add(out, "%s", i ? ", " : "");
		phrase_address(out, view->inferred[i], view->inferred_bits[i]);
	}
	if (view->inferred_count > ROWS_MAX)
		phrase_add(out, " and %zu more", view->inferred_count - ROWS_MAX);
	phrase_add(out, view->inferred_count ? ". " : "none. ");
	phrase_add(out, "If that is wrong, say it with --local.");
}

static void print_side(const struct page *page)
{
	struct phrase line = {0};

	say_side(page->view, &line);
	if (!line.len)
		return;
	layout_blank(&page->layout);
	layout_paragraph(&page->layout, 0, COLOUR_NONE, line.text);
}

void say_left_out(const struct report_left_out *left_out, struct phrase *out)
{
	const char *words = name_left_out(left_out->kind);

	if (!left_out->count)
		return;
	phrase_number(out, left_out->count);
	phrase_add(out, " ");
	phrase_raw(out, words ? words : left_out->kind, SIZE_MAX);
}

void page_notes(const struct page *page)
{
	bool titled = false;

	print_muted(page);
	print_side(page);
	for (size_t i = 0; i < page->view->left_out_count; i++) {
		struct phrase line = {0};

		say_left_out(&page->view->left_out[i], &line);
		if (!line.len)
			continue;
		if (!titled)
			print_title(page, "Left out");
		titled = true;
		layout_paragraph(&page->layout, 2, COLOUR_NONE, line.text);
	}
}
