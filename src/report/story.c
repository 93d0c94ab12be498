/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A block of findings as a story: who, what happened, when, what to do. */
#include <stdlib.h>
#include <string.h>

#include "base/company.h"
#include "base/text.h"
#include "report/evidence.h"
#include "report/say.h"
#include "report/view.h"
#include "report/words.h"

enum {
	TELLINGS_MAX = 50, /* findings told in all, unless verbose */
	NAMES_MAX = 12, /* devices of a group, senders of a block */
	PEERS_MAX = 5, /* other ends of findings of one kind */
	CLUES_MAX = 24,
	INTRODUCED_MAX = 4 * DEVICE_TEXT_MAX + TEXT_ADDRESS_MAX + 64, /* bytes of one device in a list, and of the list's end */
};

/* Column where the text beside labels begins; on a narrow page it goes below them. */
static unsigned body_column(const struct page *page)
{
	return page->layout.width >= 60 ? 12 : 4;
}

static enum layout_colour severity_colour(enum severity severity)
{
	static const enum layout_colour colours[] = {COLOUR_NONE, COLOUR_YELLOW, COLOUR_RED, COLOUR_RED};

	return colours[severity];
}

/* ---- the heading ---- */

static void upper(char *word)
{
	for (; *word; word++)
		if (*word >= 'a' && *word <= 'z')
			*word = (char)(*word - 'a' + 'A');
}

const char *say_label(const struct block *block, enum layout_colour *out_colour)
{
	const struct finding *worst = block->findings[0];
	bool attacked = worst->id == FINDING_RECEIVES_FLOOD && worst->severity > SEVERITY_LOW;

	*out_colour = page_state_colour(blocks_state(block));
	if (attacked && (!block->device || block->device->state == STATE_CLEAN)) {
		*out_colour = COLOUR_RED;
		return "attacked";
	}
	if (block->device && block->device->state == STATE_CLEAN && worst->severity > SEVERITY_LOW) {
		*out_colour = COLOUR_YELLOW;
		return "targeted";
	}
	if (block->device)
		return report_state_name(block->device->state);
	return worst->has_source ? "outside" : "network";
}

static void add_group(struct phrase *out, const struct page *page, const struct block *lead)
{
	size_t told = 0, leader = lead->leader;

	phrase_count(out, lead->size, "device");
	phrase_add(out, ": ");
	for (size_t i = leader; i < page->blocks->count && told < lead->size; i++) {
		if (page->blocks->list[i].leader != leader)
			continue;
		if ((told == NAMES_MAX && !page->style->verbose) || PHRASE_MAX - out->len < INTRODUCED_MAX)
			break;
		phrase_add(out, "%s", told++ ? ", " : "");
		view_introduce(page->blocks->list[i].device, out);
	}
	if (told < lead->size)
		phrase_add(out, " and %zu more", lead->size - told);
}

void say_stranger(const struct finding *finding, struct phrase *out)
{
	char mac[TEXT_MAC_MAX];

	if (finding->has_source)
		phrase_address(out, finding->source, 128);
	else if (finding->id == FINDING_RECEIVES_FLOOD)
		phrase_address(out, finding->flood.target, finding->flood.target_bits);
	else if (finding->id == FINDING_FORGED_SOURCE)
		phrase_add(out, "MAC %s", text_mac(mac, finding->forged.mac));
	else
		phrase_add(out, "a device that could not be told apart");
}

static bool same_stranger(const struct finding *a, const struct finding *b)
{
	if (a->has_source != b->has_source)
		return false;
	if (a->has_source)
		return !memcmp(a->source, b->source, sizeof(a->source));
	if (a->id == FINDING_RECEIVES_FLOOD)
		return !memcmp(a->flood.target, b->flood.target, sizeof(a->flood.target));
	return a->id != FINDING_FORGED_SOURCE || !memcmp(a->forged.mac, b->forged.mac, sizeof(a->forged.mac));
}

/* Each once. */
static void add_strangers(struct phrase *out, const struct block *block)
{
	size_t told = 0, distinct = 0;

	for (size_t i = 0; i < block->count; i++) {
		size_t k = 0;

		while (k < i && !same_stranger(block->findings[k], block->findings[i]))
			k++;
		if (k < i)
			continue;
		distinct++;
		if (told == NAMES_MAX)
			continue;
		phrase_add(out, "%s", told++ ? ", " : "");
		say_stranger(block->findings[i], out);
	}
	if (told < distinct)
		phrase_add(out, " and %zu more", distinct - told);
}

/* len: of the name, as much as is said. */
static void add_guess(struct phrase *out, const char *before, const struct guess *guess, size_t len)
{
	if (!guess->name[0] || !guess->confidence)
		return;
	phrase_add(out, "%s%s", out->len ? ", " : "", before);
	phrase_raw(out, guess->name, len);
	if (guess->rival[0]) {
		phrase_add(out, guess->confidence < 50 ? " (perhaps; or else " : " (likely; or else ");
		phrase_raw(out, guess->rival, SIZE_MAX);
		phrase_add(out, ")");
	} else if (guess->confidence < 90) {
		phrase_add(out, guess->confidence < 50 ? " (perhaps)" : " (likely)");
	}
}

void say_identity(const struct device *device, struct phrase *out)
{
	char mac[TEXT_MAC_MAX];

	add_guess(out, "", &device->kind, SIZE_MAX);
	if (strcmp(device->maker.name, device->brand.name))
		add_guess(out, "sold by ", &device->brand, company_len(device->brand.name));
	add_guess(out, "made by ", &device->maker, company_len(device->maker.name));
	add_guess(out, "model ", &device->model, SIZE_MAX);
	add_guess(out, "firmware ", &device->firmware, SIZE_MAX);
	if (device->router)
		phrase_add(out, "%sforwards for others", out->len ? ", " : "");
	if (device->mac_count)
		phrase_add(
			out, "%sMAC %s%s", out->len ? ", " : "", text_mac(mac, device->macs[0]), device->random_mac ? " (randomised)" : "");
	if (device->address_count > 1)
		phrase_add(out, "; %u addresses", device->address_count);
}

static void print_identity(const struct page *page, const struct device *device)
{
	struct phrase line = {0};

	say_identity(device, &line);
	if (line.len)
		layout_paragraph(&page->layout, body_column(page) == 12 ? 12 : 2, COLOUR_DIM, line.text);
}

static void print_clues(const struct page *page, const struct device *device)
{
	unsigned body = body_column(page);

	for (size_t i = 0; i < device->clue_count && i < CLUES_MAX; i++) {
		struct phrase line = {0};

		phrase_raw(&line, device->clues[i].source, SIZE_MAX);
		phrase_add(&line, ": ");
		phrase_raw(&line, device->clues[i].value, SIZE_MAX);
		if (device->clues[i].says[0]) {
			phrase_add(&line, " - ");
			phrase_raw(&line, device->clues[i].says, SIZE_MAX);
		}
		layout_item(&page->layout, &(struct layout_label){i ? "" : "clues", COLOUR_DIM, 2, body}, COLOUR_NONE, line.text);
	}
}

void page_known(const struct page *page, const struct device *device)
{
	print_identity(page, device);
	print_clues(page, device);
}

void say_who(const struct page *page, const struct block *block, struct phrase *out)
{
	if (block->size > 1)
		add_group(out, page, block);
	else if (block->device)
		view_introduce(block->device, out);
	else
		add_strangers(out, block);
}

static void print_heading(const struct page *page, const struct block *block)
{
	struct layout_label heading = {.body = page->layout.width >= 60 ? 12 : 2};
	struct phrase line = {0};
	char label[16];

	snprintf(label, sizeof(label), "%s", say_label(block, &heading.colour));
	upper(label);
	heading.text = label;
	say_who(page, block, &line);
	layout_blank(&page->layout);
	layout_item(&page->layout, &heading, COLOUR_BOLD, line.text);
	if (block->device && block->size == 1)
		print_identity(page, block->device);
	if (block->device && page->style->verbose)
		print_clues(page, block->device);
}

/* ---- findings ---- */

static void print_evidence(const struct page *page, const struct finding *finding)
{
	json_t *evidence = evidence_write(finding);
	/* A word without its evidence for want of memory is better than no report. */
	char *text = evidence ? json_dumps(evidence, JSON_REAL_PRECISION(3)) : NULL;

	if (text)
		layout_item(&page->layout, &(struct layout_label){"evidence", COLOUR_DIM, 2, body_column(page)}, COLOUR_DIM, text);
	free(text);
	json_decref(evidence);
}

static void print_evidence_file(const struct page *page, const struct finding *finding)
{
	const struct report_view *view = page->view;
	size_t i = 0;

	while (view->evidence_files && i < view->finding_count && view->findings[i] != finding)
		i++;
	if (view->evidence_files && i < view->finding_count && view->evidence_files[i])
		layout_item(&page->layout, &(struct layout_label){"packets", COLOUR_DIM, 2, body_column(page)}, COLOUR_DIM,
			view->evidence_files[i]);
}

/* Strangers are listed in the heading: no need to name them again. */
static void add_more_like_it(struct phrase *out, const struct finding *const *findings, size_t same, bool with_peers)
{
	size_t told = 0;

	phrase_add(out, " ");
	phrase_number(out, same - 1);
	phrase_add(out, " more like this");
	for (size_t i = 1; i < same && told < PEERS_MAX && with_peers; i++) {
		size_t before = out->len;

		phrase_add(out, told ? ", " : ": ");

		size_t start = out->len;

		words_peer(out, findings[i]);
		if (out->len == start) {
			out->len = before;
			out->text[before] = 0;
			break;
		}
		told++;
	}
	if (told && told < same - 1)
		phrase_add(out, " and %zu others", same - 1 - told);
	phrase_add(out, ".");
}

void say_telling(const struct page *page, const struct block *block, const struct finding *const *findings, size_t same, struct phrase *out)
{
	struct phrase scratch = {0};
	struct subject subject = view_subject(page->view, findings[0], &scratch);

	if (block->size > 1)
		phrase_add(out, "For example: ");
	if (block->device && block->size == 1)
		subject.name = NULL;
	words_summary(out, findings[0], &subject);
	if (same > 1)
		add_more_like_it(out, findings, same, block->device);
}

static void print_telling(const struct page *page, const struct block *block, const struct finding *const *findings, size_t same)
{
	const struct finding *finding = findings[0];
	struct phrase title = {0}, text = {0};
	struct layout_label label = {report_severity_name(finding->severity), severity_colour(finding->severity), 2, body_column(page)};

	words_title(&title, finding);
	layout_item(&page->layout, &label, COLOUR_BOLD, title.text);
	say_telling(page, block, findings, same, &text);
	layout_paragraph(&page->layout, label.body, COLOUR_NONE, text.text);
	phrase_clear(&text);
	phrase_span(&text, finding->first_ns, finding->last_ns);
	layout_paragraph(&page->layout, label.body, COLOUR_DIM, text.text);
	if (page->style->verbose) {
		print_evidence(page, finding);
		print_evidence_file(page, finding);
	}
}

/* What to do about a hijacked device leaves nothing to add. */
void advice_add(struct advice *advice, const char *text)
{
	if (advice->count && advice->list[0] == words_advice_hijacked)
		return;
	if (text == words_advice_hijacked)
		advice->count = 0;
	for (size_t i = 0; i < advice->count; i++)
		if (advice->list[i] == text)
			return;
	if (advice->count < ADVICE_MAX)
		advice->list[advice->count++] = text;
}

static void print_advice(const struct page *page, const struct advice *advice)
{
	struct layout_label label = {"to do", COLOUR_GREEN, 2, body_column(page)};

	for (size_t i = 0; i < advice->count; i++) {
		layout_item(&page->layout, &label, COLOUR_NONE, advice->list[i]);
		label.text = "";
	}
}

static void print_untold(const struct page *page, size_t count)
{
	struct phrase line = {0};

	if (!count)
		return;
	phrase_add(&line, "And ");
	phrase_count(&line, count, "more finding");
	phrase_add(&line, " here: %s.", page_rest_hint(page));
	layout_paragraph(&page->layout, body_column(page), COLOUR_NONE, line.text);
}

/* Returns how many findings it told. */
static size_t print_block(const struct page *page, const struct block *block, size_t room)
{
	struct advice advice = {0};
	size_t told = 0, at = 0;

	print_heading(page, block);
	while (at < block->count && told < room) {
		size_t same = blocks_same_kind(block->findings + at, block->count - at);

		print_telling(page, block, block->findings + at, same);
		advice_add(&advice, words_advice(block->findings[at]));
		told++;
		at += same;
	}
	print_untold(page, block->count - at);
	print_advice(page, &advice);
	return told;
}

void page_stories(const struct page *page)
{
	size_t told = 0, left = 0;

	for (size_t i = 0; i < page->blocks->count; i++) {
		const struct block *block = &page->blocks->list[i];

		if (block->leader != i)
			continue;
		if (told < TELLINGS_MAX || page->style->verbose)
			told += print_block(page, block, page->style->verbose ? SIZE_MAX : TELLINGS_MAX - told);
		else
			left += block->size;
	}
	if (!left)
		return;

	struct phrase line = {0};

	phrase_add(&line, "And findings on %zu more devices or senders: %s.", left, page_rest_hint(page));
	layout_blank(&page->layout);
	layout_paragraph(&page->layout, 0, COLOUR_BOLD, line.text);
}
