/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decisions that stand, and lines of the audit log: what was decided, about whom, by whom, why, and until when. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "daemon/deeds.h"
#include "daemon/inside.h"
#include "daemon/value.h"

static const char *const kinds[] = {
	[DECISION_BLOCK] = "quarantine", [DECISION_TRUST] = "allow", [DECISION_MUTE] = "mute", [DECISION_BYPASS] = "bypass"};

static void prefix_text(char out[TEXT_ADDRESS_MAX + 8], const struct prefix *prefix)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	bool four = memcmp(prefix->address, mapped, sizeof(mapped)) == 0 && prefix->bits >= 96;

	if (prefix->bits == DECISION_OF_MAC) {
		text_mac(out, prefix->address);
		return;
	}
	text_address(out, prefix->address);
	if (prefix->bits < 128)
		snprintf(out + strlen(out), 8, "/%d", four ? prefix->bits - 96 : prefix->bits);
}

/* Of a mute's line: how long its rule is, and where its reason begins. */
static size_t rule_len(const char *line, size_t *out_reason)
{
	size_t len = 0;

	for (unsigned words = 0; words < 2 || (words == 2 && strncmp(line + len, " -> ", 4) == 0); words++) {
		len += words == 2 ? 4 : words;
		len += strcspn(line + len, " ");
		if (!line[len])
			break;
	}
	*out_reason = len + (line[len] == ' ');
	return len;
}

/* Whom it is about, as a person would name it. Returns where in the reason the reason itself begins: a mute's rule stands before it. */
static size_t subject_text(char out[DECISION_REASON_MAX], enum decision_kind kind, const struct prefix *prefix, const char *line)
{
	size_t reason = 0;

	if (kind == DECISION_MUTE)
		snprintf(out, rule_len(line, &reason) + 1, "%s", line);
	else if (kind == DECISION_BYPASS)
		snprintf(out, DECISION_REASON_MAX, "everything");
	else
		prefix_text(out, prefix);
	return reason;
}

static void add_decision(void *context, const struct decision *decision)
{
	char prefix[DECISION_REASON_MAX];
	size_t reason = 0;

	reason = subject_text(prefix, decision->kind, &decision->prefix, decision->reason);
	json_array_append_new(context,
		json_pack("{s:o, s:s, s:s, s:o, s:o, s:o, s:s, s:s}", "decision", value_number(decision->id), "kind", kinds[decision->kind],
			"prefix", prefix, "made", value_moment(decision->made_s), "until", value_moment(decision->until_s), "confirm_by",
			value_moment(decision->confirm_by_s), "reason", decision->reason + reason, "who", decision->who));
}

json_t *show_decisions(struct store *store)
{
	json_t *list = json_array();

	store_each_decision(store, add_decision, list);
	return list;
}

/* ---- the audit log ---- */

json_t *show_deed(const struct deed *deed)
{
	char subject[DECISION_REASON_MAX] = "";
	size_t reason = 0;
	json_t *one = json_pack("{s:o, s:o, s:s, s:o, s:o, s:b, s:o, s:o}", "deed", value_number(deed->id), "time",
		value_moment(deed->time_s), "verb", deed_verb_names[deed->verb], "decision", value_number(deed->decision), "of",
		value_number(deed->of), "undone", deed->undone, "who", value_text(deed->who), "detail", value_text(deed->detail));

	if (deed->decided)
		reason = subject_text(subject, deed->kind, &deed->subject, deed->reason);
	else if (deed->subject.bits)
		prefix_text(subject, &deed->subject);
	json_object_set_new(one, "kind", deed->decided ? json_string(kinds[deed->kind]) : json_null());
	json_object_set_new(one, "about", value_text_or_null(subject));
	json_object_set_new(one, "reason", deed->decided ? value_text_or_null(deed->reason + reason) : json_null());
	json_object_set_new(one, "until", value_moment(deed->until_s));
	json_object_set_new(one, "finding", deed->finding ? value_number(deed->finding) : json_null());
	return one;
}

const char *deed_kind(const struct deed *deed)
{
	return deed->decided ? kinds[deed->kind] : NULL;
}

static const char *what_of(const struct deed *deed)
{
	static const char *const begun[] = {[DECISION_BLOCK] = "put into quarantine",
		[DECISION_TRUST] = "allowed everything",
		[DECISION_MUTE] = "muted",
		[DECISION_BYPASS] = "all filters paused"};
	static const char *const ended[] = {[DECISION_BLOCK] = "released from quarantine",
		[DECISION_TRUST] = "allowed everything no longer",
		[DECISION_MUTE] = "muted no longer",
		[DECISION_BYPASS] = "filters resumed"};
	static const char *const verbs[DEED_VERB_COUNT] = {
		[DEED_DECIDE] = "decided", [DEED_RELEASE] = "released", [DEED_NOTE] = "noted", [DEED_NAME] = "named"};

	if (deed->decided && deed->verb == DEED_DECIDE)
		return begun[deed->kind];
	if (deed->decided && deed->verb == DEED_RELEASE)
		return ended[deed->kind];
	return verbs[deed->verb] ? verbs[deed->verb] : deed_verb_names[deed->verb];
}

void deed_say(const struct deed *deed, char *out, size_t size)
{
	static const char *const after[DEED_VERB_COUNT] = {[DEED_CONFIRM] = "was confirmed",
		[DEED_EXPIRE] = "came to its end",
		[DEED_REVERT] = "was taken back",
		[DEED_UNDO] = "was undone"};
	char until[TEXT_TIME_MAX] = "";
	size_t len;

	if (after[deed->verb])
		len = (size_t)snprintf(out, size, "%s %s",
			deed->decided                ? kinds[deed->kind]
				: deed->subject.bits ? "a name"
						     : "what was done",
			after[deed->verb]);
	else
		len = (size_t)snprintf(out, size, "%s", what_of(deed));
	if (deed->verb == DEED_DECIDE && deed->until_s)
		text_time(until, deed->until_s * 1000000000ull)[10] = ' ';
	snprintf(out + len, size - len, " by %s%s%s%s%.16s%s%s", deed->who, deed->detail[0] ? ": " : "", deed->detail,
		*until ? "; until " : "", until, *until ? " UTC" : "", deed->undone ? " (undone)" : "");
}

/* ---- as it was written ---- */

static void take(void *context, const struct deed *deed)
{
	*(struct deed *)context = *deed;
}

struct deed deed_whole(struct store *store, const struct deed *deed)
{
	const struct deed_query query = {.before = deed->id ? deed->id + 1 : 0, .count = 1};
	struct deed written = {0};
	/* an end without a number was not written: the latest line, if it is of an end, is of another's */
	bool unwritten = deed->verb == DEED_NOTE || (deed->verb == DEED_EXPIRE && !deed->id);

	if (unwritten || store_find_deeds(store, &query, take, &written) || written.verb != deed->verb ||
		(deed->id ? written.id != deed->id : written.of != deed->of))
		return *deed;
	return written;
}
