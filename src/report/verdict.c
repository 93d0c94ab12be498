/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "report/say.h"
#include "report/view.h"
#include "report/words.h"

/* What the findings come to. */
struct tally {
	size_t devices[STATE_HIJACKED + 1]; /* with a finding that is not low, by state */
	size_t flooding, flood_targets; /* devices that flooded, targets they flooded */
	const struct finding *flood[2]; /* the first two with different targets */
	const struct device *hijacked; /* the first */
	size_t entered; /* exposed devices that somebody outside entered with a default password */
	size_t minor; /* findings that are low */
	size_t slightly; /* devices exposed by such ones alone */
	const struct finding *attacked[2]; /* the first two floods received by different ones */
	size_t attacked_targets;
	uint64_t attack_packets, attack_senders;
	size_t outside; /* other findings above low without a device */
};

static bool same_target(const struct finding *a, const struct finding *b)
{
	return !memcmp(a->flood.target, b->flood.target, 16) && a->flood.target_bits == b->flood.target_bits &&
		!strcmp(a->flood.zone, b->flood.zone);
}

/* True if no earlier finding of this kind in the view has the same target. */
static bool target_is_new(const struct report_view *view, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (view->findings[i]->id == view->findings[index]->id && !view->findings[i]->muted &&
			same_target(view->findings[i], view->findings[index]))
			return false;
	return true;
}

static void tally_target(const struct finding **first_two, size_t *count, const struct finding *finding)
{
	if (*count < 2)
		first_two[*count] = finding;
	(*count)++;
}

static void tally_attack(const struct report_view *view, size_t index, struct tally *tally)
{
	const struct finding *finding = view->findings[index];

	if (target_is_new(view, index))
		tally_target(tally->attacked, &tally->attacked_targets, finding);
	tally->attack_packets += finding->flood.packets;
	tally->attack_senders += (uint64_t)finding->flood.sources_proven + finding->flood.sources_unproven;
}

static void tally_targets(const struct report_view *view, struct tally *tally)
{
	for (size_t i = 0; i < view->finding_count; i++) {
		const struct finding *finding = view->findings[i];

		if (finding->muted || finding->severity == SEVERITY_LOW)
			continue;
		if (finding->id == FINDING_FLOOD && target_is_new(view, i))
			tally_target(tally->flood, &tally->flood_targets, finding);
		else if (finding->id == FINDING_RECEIVES_FLOOD)
			tally_attack(view, i, tally);
	}
}

static void tally_block(const struct block *block, struct tally *tally)
{
	bool flooded = false, counts = false, entered = false;

	for (size_t i = 0; i < block->count; i++) {
		const struct finding *finding = block->findings[i];

		tally->minor += finding->severity == SEVERITY_LOW;
		flooded |= finding->id == FINDING_FLOOD;
		entered |= finding->id == FINDING_DEFAULT_PASSWORD && finding->login.outside && finding->login.result == LOGIN_ACCEPTED;
		counts |= finding->severity > SEVERITY_LOW && finding->id != FINDING_RECEIVES_FLOOD;
	}
	if (!counts) {
		tally->slightly += block->device && block->device->state == STATE_EXPOSED;
		return;
	}
	if (!block->device || block->device->state == STATE_CLEAN) {
		tally->outside++;
		return;
	}
	if (block->device->state == STATE_HIJACKED && !tally->hijacked)
		tally->hijacked = block->device;
	tally->devices[block->device->state]++;
	tally->entered += entered && block->device->state == STATE_EXPOSED;
	tally->flooding += flooded;
}

static void say_targets(struct phrase *out, const struct finding *const *first_two, size_t count, const char *noun)
{
	if (count > 2) {
		phrase_count(out, count, noun);
		return;
	}
	words_peer(out, first_two[0]);
	if (count < 2)
		return;
	phrase_add(out, " and ");
	words_peer(out, first_two[1]);
}

static void say_hijacked(struct phrase *out, const struct tally *tally)
{
	size_t count = tally->devices[STATE_HIJACKED];

	if (!count)
		return;
	if (count == 1)
		view_introduce(tally->hijacked, out);
	else
		phrase_count(out, count, "device");
	/* A flood is seen; from a scan or guessed passwords the rest is inferred. */
	phrase_add(out, "%s%s hijacked", count == 1 ? " is" : " are", tally->flooding ? "" : " likely");
	if (tally->flooding && tally->flood_targets) {
		if (tally->flooding == count)
			phrase_add(out, count == 1 ? " and was flooding " : " and were flooding ");
		else {
			phrase_add(out, "; ");
			phrase_number(out, tally->flooding);
			phrase_add(out, tally->flooding == 1 ? " of them was flooding " : " of them were flooding ");
		}
		say_targets(out, tally->flood, tally->flood_targets, "target");
	}
	phrase_add(out, ". ");
}

static void say_attacked(struct phrase *out, const struct tally *tally)
{
	if (!tally->attacked_targets)
		return;
	say_targets(out, tally->attacked, tally->attacked_targets, "address");
	phrase_add(out, tally->attacked_targets == 1 ? " was under attack: " : " were under attack: ");
	phrase_count(out, tally->attack_packets, "junk packet");
	if (tally->attack_senders) {
		phrase_add(out, " from ");
		phrase_about(out, tally->attack_senders, "address");
	}
	phrase_add(out, ". ");
}

static void say_entered(struct phrase *out, const struct tally *tally)
{
	if (!tally->entered)
		return;
	phrase_add(out, "Somebody outside logged in to ");
	phrase_count(out, tally->entered, "device");
	phrase_add(out, " with a factory-default password. ");
}

static void say_others(struct phrase *out, const struct tally *tally, bool alone)
{
	size_t suspect = tally->devices[STATE_SUSPECT], exposed = tally->devices[STATE_EXPOSED] - tally->entered;

	if (suspect) {
		phrase_count(out, suspect, "device");
		phrase_add(out, suspect == 1 ? " behaves suspiciously. " : " behave suspiciously. ");
	}
	if (exposed) {
		phrase_count(out, exposed, "device");
		phrase_add(out,
			exposed == 1 ? " is exposed: others can reach it or read its password. "
				     : " are exposed: others can reach them or read their passwords. ");
	}
	if (alone && !out->len && tally->outside)
		phrase_add(out, "Something worth a look was found. ");
}

static uint64_t packets_taken(const struct report_view *view)
{
	uint64_t packets = 0;

	for (size_t i = 0; i < view->capture_count; i++)
		packets += view->selection.used ? view->captures[i].taken : view->captures[i].packets;
	return packets;
}

static uint64_t packets_read(const struct report_view *view)
{
	uint64_t packets = 0;

	for (size_t i = 0; i < view->capture_count; i++)
		packets += view->captures[i].packets;
	return packets;
}

static void say_all_well(struct phrase *out, const struct tally *tally)
{
	phrase_add(out, tally->slightly ? "Nothing urgent was found. " : "Nothing to worry about was found. ");
	if (tally->slightly) {
		phrase_count(out, tally->slightly, "device");
		phrase_add(out, tally->slightly == 1 ? " is slightly exposed. " : " are slightly exposed. ");
	}
	if (!tally->minor)
		return;
	phrase_count(out, tally->minor, "small thing");
	phrase_add(out, tally->minor == 1 ? " is good to know. " : " are good to know. ");
}

void say_verdict(const struct report_view *view, const struct blocks *blocks, struct verdict *out_verdict)
{
	struct phrase *alarm = &out_verdict->alarm, *rest = &out_verdict->rest;
	struct tally tally = {0};

	*out_verdict = (struct verdict){.colour = COLOUR_YELLOW};
	tally_targets(view, &tally);
	for (size_t i = 0; i < blocks->count; i++)
		tally_block(&blocks->list[i], &tally);
	say_hijacked(alarm, &tally);
	say_attacked(alarm, &tally);
	say_entered(alarm, &tally);
	if (alarm->len)
		out_verdict->colour = COLOUR_RED;
	say_others(rest, &tally, !alarm->len);
	if (!alarm->len && !rest->len && packets_taken(view)) {
		say_all_well(rest, &tally);
		out_verdict->colour = COLOUR_GREEN;
	} else if (!alarm->len && !rest->len && packets_read(view)) {
		phrase_add(rest, "No packet was in the part that was asked for, so nothing can be said.");
	} else if (!alarm->len && !rest->len) {
		phrase_add(rest, "No packet could be read, so nothing can be said.");
	}
	if (blocks->muted) {
		phrase_count(rest, blocks->muted, "finding");
		phrase_add(rest, blocks->muted == 1 ? " is muted." : " are muted.");
	}
}

void page_verdict(const struct page *page)
{
	struct verdict verdict;

	say_verdict(page->view, page->blocks, &verdict);
	phrase_add(&verdict.alarm, "%s", verdict.rest.text);
	layout_paragraph(&page->layout, 0, verdict.colour, verdict.alarm.text);
}

void say_looked_at(const struct report_view *view, struct phrase *out)
{
	uint64_t first = UINT64_MAX, last = 0, packets = packets_read(view), bytes = 0;

	if (!packets)
		return;
	for (size_t i = 0; i < view->capture_count; i++) {
		const struct report_capture *capture = &view->captures[i];

		if (!capture->packets)
			continue;
		first = capture->first_ns < first ? capture->first_ns : first;
		last = capture->last_ns > last ? capture->last_ns : last;
		bytes += capture->bytes;
	}
	phrase_add(out, view->selection.used ? "Read " : "Looked at ");
	phrase_count(out, packets, "packet");
	phrase_add(out, " (");
	phrase_bytes(out, bytes);
	phrase_add(out, ") and ");
	phrase_count(out, view->device_count, "device");
	phrase_add(out, ", ");
	phrase_span(out, first, last);
	if (last / 1000000000u != first / 1000000000u) {
		phrase_add(out, " (");
		phrase_duration(out, last - first);
		phrase_add(out, ")");
	}
	phrase_add(out, ".");
}

void page_looked_at(const struct page *page)
{
	struct phrase line = {0};

	say_looked_at(page->view, &line);
	if (line.len)
		layout_paragraph(&page->layout, 0, COLOUR_DIM, line.text);
}
