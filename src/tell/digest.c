/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tell/digest.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "tell/clockwork.h"

enum { NAME_MAX_LEN = 160 };

static const char *const severities[] = SEVERITY_WORDS;

void digest_init(struct digest_tally *tally, uint64_t now_s)
{
	memset(tally, 0, sizeof(*tally));
	tally->version = DIGEST_VERSION;
	tally->size = sizeof(*tally);
	tally->since_s = now_s;
}

bool digest_check(const struct digest_tally *tally)
{
	if (tally->version != DIGEST_VERSION || tally->size != sizeof(*tally) || tally->worst_count > DIGEST_FOUND_MAX)
		return false;
	for (uint32_t i = 0; i < tally->worst_count; i++)
		if (tally->worst[i].severity > SEVERITY_CRITICAL || !memchr(tally->worst[i].text, 0, DIGEST_TEXT_MAX))
			return false;
	return true;
}

/* One that is listed became worse: it is counted, and listed, by its new severity. */
static void take_out(struct digest_tally *tally, uint32_t number)
{
	for (uint32_t i = 0; i < tally->worst_count; i++)
		if (tally->worst[i].number == number) {
			tally->found[tally->worst[i].severity]--;
			tally->worst_count--;
			memmove(&tally->worst[i], &tally->worst[i + 1], (tally->worst_count - i) * sizeof(tally->worst[0]));
			return;
		}
}

void digest_found(struct digest_tally *tally, uint8_t severity, uint32_t number, const char *text)
{
	uint32_t at = 0;

	if (severity > SEVERITY_CRITICAL)
		return;
	take_out(tally, number);
	tally->found[severity]++;
	while (at < tally->worst_count && tally->worst[at].severity >= severity)
		at++;
	if (at == DIGEST_FOUND_MAX)
		return;
	if (tally->worst_count < DIGEST_FOUND_MAX)
		tally->worst_count++;
	memmove(&tally->worst[at + 1], &tally->worst[at], (tally->worst_count - at - 1) * sizeof(tally->worst[0]));
	tally->worst[at] = (struct digest_found){.number = number, .severity = severity};
	text_escape(tally->worst[at].text, DIGEST_TEXT_MAX, text, SIZE_MAX);
}

/* ---- words ---- */

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

/* Its name, or its MAC; both where there is a name, for a command wants the MAC. */
static const char *name_of(const struct guarded_view *device, char out[NAME_MAX_LEN])
{
	char mac[TEXT_MAC_MAX], clean[NAME_MAX_LEN - TEXT_MAC_MAX - 4];

	text_mac(mac, device->mac);
	text_escape(clean, sizeof(clean), device->name, SIZE_MAX);
	if (*clean)
		snprintf(out, NAME_MAX_LEN, "%s (%s)", clean, mac);
	else
		snprintf(out, NAME_MAX_LEN, "%s", mac);
	return out;
}

static bool needs(const struct guarded_view *device)
{
	return device->stand == STAND_QUARANTINED || (device->state != STATE_CLEAN && device->stand != STAND_ALLOWED);
}

/* One that the configuration names may be away for ever. */
static bool is_new(const struct digest_known *known, const struct guarded_view *device)
{
	return known->version && device->last_s && !known_has(known, device->mac);
}

static int rank(const struct guarded_view *device)
{
	return device->stand == STAND_QUARANTINED ? 4 : (int)device->state;
}

static void tell_need(FILE *out, const struct guarded_view *device)
{
	char name[NAME_MAX_LEN], mac[TEXT_MAC_MAX], since[CLOCKWORK_WORDS_MAX], why[GUARD_SENTENCE_MAX];

	name_of(device, name);
	text_mac(mac, device->mac);
	text_escape(why, sizeof(why), device->why, SIZE_MAX);
	if (device->stand == STAND_QUARANTINED) {
		fprintf(out, "  %s is in quarantine since %s%s%s.\n", name, clockwork_words(since, device->since_s), *why ? ": " : "", why);
		fprintf(out, "    Clean or replace it; then: floodwall release %s\n", mac);
	} else if (device->state == STATE_HIJACKED) {
		fprintf(out, "  %s is hijacked, and nothing stops it.\n", name);
		fprintf(out, "    Take it off the network, or: floodwall quarantine %s\n", mac);
	} else if (device->state == STATE_EXPOSED) {
		fprintf(out, "  %s is exposed: others can reach it, or know its password.\n", name);
		fprintf(out, "    Change its password, close what is open; what it is: floodwall show findings\n");
	} else {
		fprintf(out, "  %s does what an ordinary device does not.\n    Look: floodwall show findings\n", name);
	}
}

static uint32_t tell_needs(FILE *out, const struct guard_view *view)
{
	uint32_t count = 0, shown = 0;

	for (uint32_t i = 0; i < view->device_count; i++)
		count += needs(&view->devices[i]);
	if (!count)
		return 0;
	fputs("Needs you\n", out);
	for (int wanted = 4; wanted > 0; wanted--)
		for (uint32_t i = 0; i < view->device_count; i++) {
			const struct guarded_view *device = &view->devices[i];
			if (!needs(device) || rank(device) != wanted || shown == DIGEST_SHOWN_MAX)
				continue;
			tell_need(out, device);
			shown++;
		}
	if (count > shown)
		fprintf(out, "  and %" PRIu32 " more: floodwall show devices\n", count - shown);
	fputc('\n', out);
	return count;
}

static void tell_new(FILE *out, const struct digest_known *known, const struct guard_view *view, uint32_t count)
{
	uint32_t shown = 0;

	if (!count)
		return;
	fputs("New devices\n", out);
	for (uint32_t i = 0; i < view->device_count && shown < DIGEST_SHOWN_MAX; i++) {
		const struct guarded_view *device = &view->devices[i];
		char name[NAME_MAX_LEN], maker[DEVICE_TEXT_MAX], kind[DEVICE_TEXT_MAX];
		if (!is_new(known, device))
			continue;
		text_escape(maker, sizeof(maker), device->maker.name, SIZE_MAX);
		text_escape(kind, sizeof(kind), device->kind.name, SIZE_MAX);
		fprintf(out, "  %s%s%s%s%s\n", name_of(device, name), *kind ? ", " : "", kind, *maker ? ", inside: " : "", maker);
		shown++;
	}
	if (count > shown)
		fprintf(out, "  and %" PRIu32 " more\n", count - shown);
	fputc('\n', out);
}

static void tell_found(FILE *out, const struct digest_tally *tally)
{
	uint32_t all = 0, shown = 0;

	for (unsigned i = 0; i < 4; i++)
		all += tally->found[i];
	if (!all)
		return;
	fputs("Findings: ", out);
	for (unsigned i = 4, first = 1; i-- > 0;)
		if (tally->found[i]) {
			fprintf(out, "%s%" PRIu32 " %s", first ? "" : ", ", tally->found[i], severities[i]);
			first = 0;
		}
	fputs(tally->muted ? "" : "\n", out);
	if (tally->muted)
		fprintf(out, " (%" PRIu32 " more muted)\n", tally->muted);
	for (uint32_t i = 0; i < tally->worst_count; i++)
		if (tally->worst[i].severity >= SEVERITY_MEDIUM) {
			fprintf(out, "  %s: %s\n", severities[tally->worst[i].severity], tally->worst[i].text);
			shown++;
		}
	if (shown < all)
		fprintf(out, "  %sfloodwall show findings\n", shown ? "all of them: " : "");
	fputc('\n', out);
}

static uint64_t digest_of(const struct guard_view *view)
{
	uint64_t all = 14695981039346656037ull; /* FNV-1a: only whether they are those of yesterday */

	for (uint32_t i = 0; i < view->blind_count; i++)
		for (const char *at = view->blind[i]; *at; at++)
			all = (all ^ (unsigned char)*at) * 1099511628211ull;
	return view->blind_count ? all : 0;
}

static void tell_blind(FILE *out, const struct guard_view *view)
{
	if (!view->blind_count)
		return;
	fputs("Not seen from here\n", out);
	for (uint32_t i = 0; i < view->blind_count; i++) {
		char clean[GUARD_SENTENCE_MAX];
		text_escape(clean, sizeof(clean), view->blind[i], SIZE_MAX);
		fprintf(out, "  %s\n", clean);
	}
	fputc('\n', out);
}

/* What was stopped, both ways together. */
static void count_dropped(const struct guard_view *view, uint64_t *out_packets, uint64_t *out_bytes)
{
	*out_packets = *out_bytes = 0;
	for (unsigned way = 0; way < FW_GUARD_WAYS; way++)
		for (unsigned reason = 0; reason < FW_REASON_COUNT; reason++) {
			*out_packets += view->totals.reason[way][FW_GUARD_DROPPED][reason].packets;
			*out_bytes += view->totals.reason[way][FW_GUARD_DROPPED][reason].bytes;
		}
}

static uint64_t since(uint64_t now, uint64_t before)
{
	return now >= before ? now - before : now;
}

/* The tally of tomorrow. */
static void turn(struct digest_tally *tally, uint64_t now_s)
{
	struct digest_tally next;

	digest_init(&next, now_s);
	next.stopped_packets = tally->stopped_packets;
	next.stopped_bytes = tally->stopped_bytes;
	next.answered = tally->answered;
	next.blind = tally->blind;
	*tally = next;
}

static void tell_quiet(FILE *out, const struct digest_tally *tally, const struct guard_view *view, uint64_t packets)
{
	char from[CLOCKWORK_WORDS_MAX];

	fprintf(out, "All quiet since %s: nothing needs you.\n", clockwork_words(from, tally->since_s));
	fprintf(out, "%" PRIu32 " device%s, none new; ", view->device_count, plural(view->device_count));
	if (tally->found[SEVERITY_LOW])
		fprintf(out, "%" PRIu32 " low finding%s; ", tally->found[SEVERITY_LOW], plural(tally->found[SEVERITY_LOW]));
	else
		fputs("nothing found; ", out);
	fprintf(out, "%" PRIu64 " packet%s stopped%s.\n", packets, plural(packets),
		view->blind_count ? "; what is not seen is the same as before" : "");
}

/* What was dropped since the last digest. */
struct stopped {
	uint64_t packets, bytes;
};

static void tell_all(FILE *out, const struct digest_tally *tally, const struct digest_known *known, const struct guard_view *view,
	const struct stopped *stopped)
{
	char from[CLOCKWORK_WORDS_MAX], clean[GUARD_SENTENCE_MAX];
	uint32_t fresh = 0;

	for (uint32_t i = 0; i < view->device_count; i++)
		fresh += is_new(known, &view->devices[i]);
	fprintf(out, "Since %s\n\n", clockwork_words(from, tally->since_s));
	if (!tell_needs(out, view))
		fputs("Nothing needs you.\n\n", out);
	tell_new(out, known, view, fresh);
	tell_found(out, tally);
	fprintf(out, "Stopped: %" PRIu64 " packet%s, %" PRIu64 " byte%s\n", stopped->packets, plural(stopped->packets), stopped->bytes,
		plural(stopped->bytes));
	if (view->mode[FW_GUARD_QUARANTINE] != 2)
		fputs("  The quarantine filter does not enforce: a hijacked device is not stopped.\n", out);
	if (tally->released)
		fprintf(out, "  %" PRIu32 " decision%s ended or taken back\n", tally->released, plural(tally->released));
	fputc('\n', out);
	tell_blind(out, view);
	text_escape(clean, sizeof(clean), view->store_why, SIZE_MAX);
	if (*clean)
		fprintf(out, "The store: %s\n\n", clean);
	fprintf(out, "%" PRIu32 " device%s in all.\n", view->device_count, plural(view->device_count));
}

static bool is_quiet(const struct digest_tally *tally, const struct digest_known *known, const struct guard_view *view)
{
	if (tally->found[SEVERITY_MEDIUM] || tally->found[SEVERITY_HIGH] || tally->found[SEVERITY_CRITICAL] || tally->released ||
		view->store_why[0] || digest_of(view) != tally->blind)
		return false;
	for (uint32_t i = 0; i < view->device_count; i++)
		if (needs(&view->devices[i]) || is_new(known, &view->devices[i]))
			return false;
	return true;
}

int digest_guard(
	FILE *out, struct digest_tally *tally, struct digest_known *known, const struct guard_view *view, char out_title[DIGEST_TITLE_MAX])
{
	bool quiet = is_quiet(tally, known, view);
	uint64_t packets, bytes;
	struct stopped stopped;
	uint32_t needing = 0;

	count_dropped(view, &packets, &bytes);
	stopped = (struct stopped){since(packets, tally->stopped_packets), since(bytes, tally->stopped_bytes)};
	for (uint32_t i = 0; i < view->device_count; i++)
		needing += needs(&view->devices[i]);
	if (quiet)
		tell_quiet(out, tally, view, stopped.packets);
	else
		tell_all(out, tally, known, view, &stopped);
	if (needing)
		snprintf(out_title, DIGEST_TITLE_MAX, "Floodwall: %" PRIu32 " device%s you", needing, needing == 1 ? " needs" : "s need");
	else
		snprintf(out_title, DIGEST_TITLE_MAX, "Floodwall: %s", quiet ? "all quiet" : "nothing needs you");
	tally->stopped_packets = packets;
	tally->stopped_bytes = bytes;
	tally->blind = digest_of(view);
	turn(tally, view->now_s);
	known_learn(known, view);
	return ferror(out) ? -EIO : 0;
}

/* ---- a shield ---- */

static void count_shield(const struct shield_view *view, uint64_t *out_passed, uint64_t *out_stopped)
{
	*out_passed = *out_stopped = 0;
	for (unsigned lane = 0; lane < FW_LANE_COUNT; lane++)
		for (unsigned outcome = 0; outcome < FW_OUTCOME_COUNT; outcome++)
			*(outcome == FW_OUTCOME_PASSED ? out_passed : out_stopped) += view->counts.lane[lane][outcome].packets;
}

int digest_shield(FILE *out, struct digest_tally *tally, const struct shield_view *view, char out_title[DIGEST_TITLE_MAX])
{
	char from[CLOCKWORK_WORDS_MAX], clean[SHIELD_SENTENCE_MAX];
	uint64_t passed, held;
	uint32_t failed = 0;

	count_shield(view, &passed, &held);
	for (uint32_t i = 1; i < view->zone_count; i++)
		failed += view->zones[i].shown == SHOWN_FAILED || view->zones[i].shown == SHOWN_STALE;
	if (view->stance == FW_STANCE_CALM && !failed && !view->store_why[0])
		fprintf(out, "All quiet since %s: nothing needs you.\n", clockwork_words(from, tally->since_s));
	else
		fprintf(out, "Since %s:\n", clockwork_words(from, tally->since_s));
	if (view->stance != FW_STANCE_CALM) {
		text_escape(clean, sizeof(clean), view->stance_why, SIZE_MAX);
		fprintf(out, "Needs you: the server is under attack now: %s\n", clean);
	}
	if (failed)
		fprintf(out, "Needs you: %" PRIu32 " zone%s not be read: floodwall show shield\n", failed, failed == 1 ? " can" : "s can");
	if (view->store_why[0]) {
		text_escape(clean, sizeof(clean), view->store_why, SIZE_MAX);
		fprintf(out, "The store: %s\n", clean);
	}
	fprintf(out, "%" PRIu64 " packets to the server passed, %" PRIu64 " were stopped, sent back or would have been.\n",
		since(passed, tally->answered), since(held, tally->stopped_packets));
	snprintf(out_title, DIGEST_TITLE_MAX, "Floodwall: %s",
		view->stance != FW_STANCE_CALM ? "the server is under attack"
			: failed               ? "zones need you"
					       : "all quiet");
	tally->answered = passed;
	tally->stopped_packets = held;
	turn(tally, view->now_s);
	return ferror(out) ? -EIO : 0;
}
