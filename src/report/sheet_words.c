/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How to write here: as in words.c, and shorter. A sheet is read in the evening, beside the device. It says what is known and how surely,
 * never more; what the wire cannot tell it asks for.
 */
#include "report/sheet.h"

#include <string.h>

#include "base/company.h"
#include "base/text.h"
#include "report/names.h"
#include "report/view.h"
#include "report/words.h"

enum { NAMES_MAX = 6 };

/* Provisions: seen to be missed, or said to be. */
static bool misses_some(const struct sheet *sheet)
{
	for (uint32_t i = 0; i < sheet->question_count; i++)
		if (sheet->answers[i] == TRUTH_NO)
			return true;
	return sheet->miss_count != 0;
}

bool sheet_has_something(const struct sheet *sheet)
{
	for (uint32_t i = 0; i < sheet->advisory_count; i++)
		if (sheet->advisories[i].certainty != ASSET_MAKER)
			return true;
	return sheet->step_count || sheet->recall_count || sheet->finding_count || sheet->names_left_out || misses_some(sheet);
}

/* ---- what it is ---- */

static const char *sureness(unsigned confidence)
{
	return confidence >= 100 ? "" : confidence >= 90 ? " (very likely)" : confidence >= 50 ? " (likely)" : " (perhaps)";
}

static void add_guess(struct phrase *out, const char *before, const struct guess *guess, size_t len)
{
	if (!guess->name[0] || !guess->confidence)
		return;
	phrase_add(out, "%s%s", out->len ? ", " : "", before);
	phrase_raw(out, guess->name, len);
	phrase_add(out, "%s", sureness(guess->confidence));
}

void sheet_say_identity(const struct sheet *sheet, struct phrase *out)
{
	const struct device *device = sheet->device;

	add_guess(out, "", &device->kind, SIZE_MAX);
	if (strcmp(device->maker.name, device->brand.name))
		add_guess(out, "sold by ", &device->brand, company_len(device->brand.name));
	add_guess(out, "made by ", &device->maker, company_len(device->maker.name));
	add_guess(out, "model ", &device->model, SIZE_MAX);
	add_guess(out, "firmware ", &device->firmware, SIZE_MAX);
	if (!out->len)
		phrase_add(out, "what it is could not be told");
	if (sheet->facts && *sheet->facts) {
		phrase_add(out, ". You wrote: ");
		phrase_raw(out, sheet->facts, SIZE_MAX);
	}
}

/* ---- the one sentence ---- */

static const struct sheet_recall *recall_with(const struct sheet *sheet, enum truth answer)
{
	for (uint32_t i = 0; i < sheet->recall_count; i++)
		if (sheet->recalls[i].answer == answer)
			return &sheet->recalls[i];
	return NULL;
}

/* Of one open advisory at least the version is known. */
static bool sheet_is_sure(const struct sheet *sheet)
{
	for (uint32_t i = 0; i < sheet->advisory_count; i++)
		if (sheet->advisories[i].open && sheet->advisories[i].certainty == ASSET_EXACT)
			return true;
	return false;
}

void sheet_say_verdict(const struct sheet *sheet, struct phrase *out)
{
	static const char *const states[] = {
		NULL, "It is exposed", "Something on it behaves as it should not", "It is hijacked: somebody else uses it"};
	const char *state = states[sheet->device->state];

	if (recall_with(sheet, TRUTH_YES))
		phrase_add(out, "It is recalled. ");
	if (state && sheet->finding_count)
		phrase_add(out, "%s. ", state);
	if (sheet->open_count) {
		phrase_number(out, sheet->open_count);
		phrase_add(out, sheet->open_count == 1 ? " published advisory" : " published advisories");
		phrase_add(out, sheet_is_sure(sheet) ? sheet->open_count == 1 ? " affects it. " : " affect it. " : " may affect it. ");
	}
	if (!out->len && sheet->step_count)
		phrase_add(out, "There is something to do. ");
	else if (!out->len)
		phrase_add(out, "Nothing is known against it%s. ", misses_some(sheet) ? " but provisions that it misses" : "");
	if (recall_with(sheet, TRUTH_UNKNOWN))
		phrase_add(out, "Whether it is recalled, its label or receipt tells: see below. ");
	out->text[--out->len] = 0;
}

void sheet_say_all(const struct sheet_view *view, struct phrase *out)
{
	size_t todo = 0, open = 0, recalled = 0, asked = 0;

	for (size_t i = 0; i < view->sheet_count; i++) {
		todo += view->sheets[i].step_count != 0;
		open += view->sheets[i].open_count != 0;
		recalled += recall_with(&view->sheets[i], TRUTH_YES) != NULL;
		asked += recall_with(&view->sheets[i], TRUTH_UNKNOWN) != NULL;
	}
	if (!view->sheet_count) {
		phrase_add(out, "No device is here to say something about.");
		return;
	}
	phrase_count(out, view->sheet_count, "device");
	phrase_add(out, ": ");
	phrase_number(out, todo);
	phrase_add(out, todo == 1 ? " needs something done tonight, " : " need something done tonight, ");
	phrase_number(out, open);
	phrase_add(out, open == 1 ? " is or may be affected by a published advisory" : " are or may be affected by published advisories");
	if (recalled) {
		phrase_add(out, ", ");
		phrase_number(out, recalled);
		phrase_add(out, " recalled");
	}
	phrase_add(out, ".");
	if (asked) {
		phrase_add(out, " Whether ");
		phrase_number(out, asked);
		phrase_add(out,
			asked == 1 ? " is recalled, its label or receipt must tell."
				   : " are recalled, their labels or receipts must tell.");
	}
}

/* ---- what to do ---- */

static const struct {
	const char *name, *title;
} steps[STEP_COUNT] = {
	[STEP_PASSWORD] = {"password", "Change the password"},
	[STEP_UPDATE] = {"update", "Update its firmware"},
	[STEP_UNMAP] = {"unmap", "Close the way in from the internet"},
	[STEP_QUARANTINE] = {"quarantine", "Keep it apart"},
	[STEP_REPLACE] = {"replace", "Replace it"},
};

const char *sheet_step_name(enum sheet_step_id id)
{
	return steps[id].name;
}

const char *sheet_step_title(enum sheet_step_id id)
{
	return steps[id].title;
}

/* A document's words: its line ends become blanks, and its backslashes stay as they are. */
static void add_words(struct phrase *out, const char *words)
{
	while (*words) {
		size_t plain = strcspn(words, "\\ \t\r\n"), blank = strspn(words + plain, " \t\r\n");

		phrase_raw(out, words, plain);
		words += plain + blank;
		if (blank && *words)
			phrase_add(out, " ");
		if (!blank && *words == '\\') {
			phrase_add(out, "\\");
			words++;
		}
	}
}

bool sheet_is_new_fix(const struct sheet *sheet, const struct sheet_step *step, uint32_t reason, uint32_t remedy)
{
	const struct sheet_remedy *fix = &sheet->advisories[step->reasons[reason].index].remedies[remedy];

	if (fix->category != REMEDY_VENDOR_FIX || !*fix->url)
		return false;
	for (uint32_t i = 0; i <= reason; i++) {
		const struct sheet_advisory *advisory;

		if (step->reasons[i].kind != REASON_ADVISORY)
			continue;
		advisory = &sheet->advisories[step->reasons[i].index];
		for (uint32_t k = 0; k < (i < reason ? advisory->remedy_count : remedy); k++)
			if (advisory->remedies[k].category == REMEDY_VENDOR_FIX && !strcmp(advisory->remedies[k].url, fix->url))
				return false;
	}
	return true;
}

/* Of the advisories that call for it, where a fix is. */
static void add_where(const struct sheet *sheet, const struct sheet_step *step, struct phrase *out)
{
	size_t told = 0;

	for (uint32_t i = 0; i < step->reason_count && told < 3; i++) {
		const struct sheet_advisory *advisory;

		if (step->reasons[i].kind != REASON_ADVISORY)
			continue;
		advisory = &sheet->advisories[step->reasons[i].index];
		for (uint32_t k = 0; k < advisory->remedy_count && told < 3; k++) {
			if (!sheet_is_new_fix(sheet, step, i, k))
				continue;
			phrase_add(out, told++ ? ", " : " The maker's fix: ");
			phrase_raw(out, advisory->remedies[k].url, SIZE_MAX);
		}
	}
}

static bool is_for_version(const struct sheet *sheet, const struct sheet_step *step)
{
	for (uint32_t i = 0; i < step->reason_count; i++)
		if (step->reasons[i].kind == REASON_ADVISORY &&
			(sheet->advisories[step->reasons[i].index].certainty != ASSET_EXACT ||
				sheet->advisories[step->reasons[i].index].remedy != REMEDY_VENDOR_FIX))
			return true;
	return false;
}

static void add_quarantine(const struct sheet *sheet, struct phrase *out)
{
	char mac[TEXT_MAC_MAX];

	phrase_add(out, "Take it off the network, or where Floodwall guards it: ");
	if (sheet->device->mac_count)
		phrase_add(out, "floodwall quarantine %s --for 7d --reason ...", text_mac(mac, sheet->device->macs[0]));
	else
		phrase_add(out, "floodwall quarantine MAC --for 7d --reason ...");
}

void sheet_say_step(const struct sheet *sheet, const struct sheet_step *step, struct phrase *out)
{
	switch (step->id) {
	case STEP_PASSWORD:
		if (sheet->device->state == STATE_HIJACKED)
			phrase_add(out, "First disconnect it and restart it: most such intruders live only in memory and are gone then. ");
		phrase_add(out, "Choose one that is used nowhere else. If the device does not let you, go on with the next steps.");
		return;
	case STEP_UPDATE:
		if (is_for_version(sheet, step))
			phrase_add(out,
				"Look in its settings which version it runs, and at its maker's whether there is a newer one; install "
				"that.");
		else
			phrase_add(out, "Install the maker's newest version, from its settings or the maker's own site.");
		add_where(sheet, step, out);
		return;
	case STEP_UNMAP:
		phrase_add(out, "In the router remove port forwarding to it, and switch UPnP off. If you need it from outside, use a VPN.");
		return;
	case STEP_QUARANTINE:
		add_quarantine(sheet, out);
		return;
	default:
		if (recall_with(sheet, TRUTH_YES))
			phrase_add(out, "It is recalled: ask whoever sold it for another. Until then keep it off the internet.");
		else
			phrase_add(out, "Nothing makes it safe for good. Until it is replaced, keep it off the internet.");
	}
}

void sheet_say_reason(const struct sheet *sheet, const struct sheet_reason *reason, struct phrase *out)
{
	switch (reason->kind) {
	case REASON_FINDING:
		words_title(out, sheet->findings[reason->index]);
		return;
	case REASON_ADVISORY:
		sheet_say_advisory(&sheet->advisories[reason->index], out);
		phrase_add(out, ": %s", name_remedy_words(sheet_remedy(&sheet->advisories[reason->index])));
		if (sheet->advisories[reason->index].certainty != ASSET_EXACT)
			phrase_add(out, "; some versions are affected");
		return;
	case REASON_RECALL:
		phrase_raw(out, sheet->recalls[reason->index].title, SIZE_MAX);
		return;
	case REASON_MAPPING:
		phrase_add(out, "It opened port %u for another device that asked by UPnP, and wanted no password",
			sheet->mapping->reached.mapped_port ? sheet->mapping->reached.mapped_port : sheet->mapping->reached.port);
		return;
	default:
		sheet_say_clue(&sheet->device->clues[reason->index], out);
	}
}

/* ---- advisories ---- */

void sheet_say_advisory(const struct sheet_advisory *advisory, struct phrase *out)
{
	phrase_raw(out, advisory->id, SIZE_MAX);
	if (!*advisory->title)
		return;
	phrase_add(out, ", ");
	add_words(out, advisory->title);
}

static void say_status(const struct sheet_advisory *advisory, struct phrase *out)
{
	static const char *const certainties[] = {
		[ASSET_MAKER] = "speaks of this maker's products; whether of this one is not known",
		[ASSET_PRODUCT] = "speaks of this product",
		[ASSET_EXACT] = "speaks of exactly this version",
	};

	phrase_add(out, "It %s", certainties[advisory->certainty]);
	if (advisory->certainty == ASSET_MAKER)
		return;
	if (advisory->certainty == ASSET_PRODUCT && advisory->status == STATUS_AFFECTED)
		phrase_add(out, ": some versions are affected, and which one this device runs is not known");
	else if (advisory->status == STATUS_AFFECTED)
		phrase_add(out, ": affected");
	else if (advisory->status == STATUS_NONE)
		phrase_add(out, ", and does not say whether it is affected");
	else
		phrase_add(out, ": %s", name_status(advisory->status));
	if (advisory->loose)
		phrase_add(out, " (judged by the document's own words for versions)");
}

void sheet_say_standing(const struct sheet_advisory *advisory, struct phrase *out)
{
	say_status(advisory, out);
	phrase_add(out, ".");
	if (advisory->status == STATUS_AFFECTED && advisory->certainty != ASSET_MAKER) {
		if (advisory->score)
			phrase_add(out, " Score %u.%u of 10.", advisory->score / 10, advisory->score % 10);
		if (advisory->exploited)
			phrase_add(out, " Known to be used in attacks.");
	}
	if (advisory->withdrawn)
		phrase_add(out, " It has been withdrawn.");
	if (advisory->draft)
		phrase_add(out, " It is a draft.");
	if (advisory->contradiction)
		phrase_add(out, " It contradicts itself about this product.");
	if (advisory->products_left_out)
		phrase_add(out, " It names too many products: %u were not looked at.", advisory->products_left_out);
	for (uint32_t i = 0; i < advisory->vulnerability_count && i < NAMES_MAX; i++) {
		phrase_add(out, i ? ", " : " Names: ");
		phrase_raw(out, advisory->vulnerabilities[i].name, SIZE_MAX);
	}
	if (advisory->vulnerability_count > NAMES_MAX || advisory->vulnerabilities_left_out)
		phrase_add(out, " and %u more",
			advisory->vulnerability_count -
				(advisory->vulnerability_count < NAMES_MAX ? advisory->vulnerability_count : NAMES_MAX) +
				advisory->vulnerabilities_left_out);
	if (advisory->vulnerability_count)
		phrase_add(out, ".");
	if (*advisory->url) {
		phrase_add(out, " ");
		phrase_raw(out, advisory->url, SIZE_MAX);
	}
}

void sheet_say_remedy(const struct sheet_remedy *remedy, struct phrase *out)
{
	static const char *const words[] = {
		[REMEDY_VENDOR_FIX] = "Fix",
		[REMEDY_WORKAROUND] = "Way around it",
		[REMEDY_MITIGATION] = "What lessens it",
		[REMEDY_NONE_AVAILABLE] = "No fix yet",
		[REMEDY_NO_FIX_PLANNED] = "No fix will come",
		[REMEDY_OTHER] = "Also",
	};

	phrase_add(out, "%s: ", words[remedy->category]);
	add_words(out, remedy->details);
	if (*remedy->url) {
		phrase_add(out, " ");
		phrase_raw(out, remedy->url, SIZE_MAX);
	}
}

void sheet_say_mark(const struct sheet_advisory *advisory, struct phrase *out)
{
	static const char *const names[] = {"not remediated", "in progress", "done"};

	if (!advisory->marked_version)
		return;
	if (advisory->mark_lapsed)
		phrase_add(out, "You had marked it for version ");
	else
		phrase_add(out, "You marked it: %s%s", names[advisory->mark], *advisory->marked_version ? ", for version " : "");
	phrase_raw(out, advisory->marked_version, SIZE_MAX);
	if (advisory->mark_lapsed)
		phrase_add(out, "; what it says of this device has changed since, so look again");
	phrase_add(out, ".");
	if (advisory->mark_note && *advisory->mark_note) {
		phrase_add(out, " Your note: ");
		add_words(out, advisory->mark_note);
	}
}

void sheet_say_change(const struct sheet_advisory *advisory, struct phrase *out)
{
	if (!advisory->change_count && !advisory->mark_lapsed && !advisory->changes_unseen)
		return;
	phrase_add(out, "Corrected");
	if (*advisory->version_before) {
		phrase_add(out, " from version ");
		phrase_raw(out, advisory->version_before, SIZE_MAX);
	}
	phrase_add(out, " to ");
	phrase_raw(out, advisory->version, SIZE_MAX);
	for (uint32_t i = 0; i < advisory->change_count; i++) {
		phrase_add(out, i ? "; " : ": ");
		add_words(out, advisory->changes[i].text);
	}
	if (advisory->changes_left_out)
		phrase_add(out, "; and %u more changes", advisory->changes_left_out);
	phrase_add(out, ".");
	if (advisory->changes_unseen)
		phrase_add(out, " It changes so much that %zu more places were not looked at.", advisory->changes_unseen);
	if (*advisory->revision) {
		phrase_add(out, " The publisher says: ");
		add_words(out, advisory->revision);
	}
}

void sheet_say_by_maker(const struct sheet *sheet, struct phrase *out)
{
	if (!sheet->by_maker)
		return;
	phrase_count(out, sheet->by_maker, "document");
	phrase_add(out, sheet->by_maker == 1 ? " speaks" : " speak");
	phrase_add(out, " of products of its maker; whether of this one, its model would tell.");
}

const char *sheet_fix_name(enum sheet_fix fix)
{
	static const char *const names[] = {"none-needed", "offered", "in-part", "not-offered", "unknown"};

	return names[fix];
}

static bool none_will_come(const struct sheet *sheet)
{
	for (uint32_t i = 0; i < sheet->advisory_count; i++)
		if (sheet->advisories[i].open && sheet_remedy(&sheet->advisories[i]) != REMEDY_NO_FIX_PLANNED)
			return false;
	return true;
}

void sheet_say_fix(const struct sheet *sheet, struct phrase *out)
{
	static const char *const words[] = {
		[FIX_NONE_NEEDED] = "",
		[FIX_OFFERED] = "yes, the maker offers one",
		[FIX_IN_PART] = "for some of it; not for all",
		[FIX_NOT_OFFERED] = "none is named as one",
		[FIX_UNKNOWN] = "",
	};

	if (sheet->fix == FIX_NOT_OFFERED && none_will_come(sheet))
		phrase_add(out, "no, and none will come");
	else
		phrase_add(out, "%s", words[sheet->fix]);
}

void sheet_say_left_out(const struct sheet *sheet, struct phrase *out)
{
	if (sheet->names_left_out)
		phrase_add(out, "Left out: %u of its names by which documents may speak of it too; it has more than are looked up.",
			sheet->names_left_out);
	if (sheet->recalls_left_out)
		phrase_add(out, "%sLeft out: %u more recalls that may concern it.", out->len ? " " : "", sheet->recalls_left_out);
}

void sheet_say_read(const struct sheet_view *view, struct phrase *out)
{
	if (view->without_advisories) {
		phrase_add(out, "No advisories were read: name a folder of CSAF documents with --advisories.");
		return;
	}
	phrase_count(out, view->advisories_read, "document");
	phrase_add(out, " of advisories read");
	if (view->advisories_refused) {
		phrase_add(out, ", ");
		phrase_number(out, view->advisories_refused);
		phrase_add(out, " refused");
	}
	phrase_add(out, ".");
	if (view->advisory_names_left_out) {
		phrase_add(out, " Left out: ");
		phrase_number(out, view->advisory_names_left_out);
		phrase_add(out, " names of makers and models in them; a product has more than are kept.");
	}
}

/* ---- recalls ---- */

const char *sheet_truth_name(enum truth truth)
{
	return truth == TRUTH_YES ? "yes" : truth == TRUTH_NO ? "no" : "unknown";
}

void sheet_say_recall(const struct sheet_recall *recall, struct phrase *out)
{
	static const char *const answers[] = {
		[TRUTH_UNKNOWN] = "Recalled: look at the label or receipt.", [TRUTH_NO] = "Recalled: no.", [TRUTH_YES] = "Recalled: yes."};

	phrase_add(out, "%s ", answers[recall->answer]);
	if (recall->asks) {
		phrase_raw(out, recall->question, SIZE_MAX);
		phrase_add(out, " ");
		phrase_raw(out, recall->where, SIZE_MAX);
		phrase_add(out, " ");
	}
	phrase_raw(out, recall->says, SIZE_MAX);
	if (recall->because[0]) {
		phrase_add(out, " You wrote: ");
		phrase_raw(out, recall->because, SIZE_MAX);
		phrase_add(out, ".");
	}
	if (*recall->assumed) {
		phrase_add(out, " Taken for granted, as you wrote nothing else: ");
		phrase_raw(out, recall->assumed, SIZE_MAX);
		phrase_add(out, ".");
	}
}

void sheet_say_recall_source(const struct sheet_recall *recall, struct phrase *out)
{
	phrase_raw(out, recall->title, SIZE_MAX);
	if (*recall->publisher) {
		phrase_add(out, " (");
		phrase_raw(out, recall->publisher, SIZE_MAX);
		phrase_add(out, *recall->published ? ", " : "");
		phrase_raw(out, recall->published, SIZE_MAX);
		phrase_add(out, ")");
	}
	phrase_add(out, ".");
}
