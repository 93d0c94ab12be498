/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What published advisories and recalls say of one device: docs/schema/guard-device.json. Documents are other people's text: what report/ puts together is
 * escaped there, the rest here.
 */
#include "daemon/advice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/value.h"
#include "report/report.h"

/* Escaped already, unless it was cut within a character. */
static json_t *sentence(const char *text)
{
	json_t *value = *text ? json_string(text) : json_null();

	return value ? value : value_text(text);
}

static json_t *advisory_of(const struct sheet_advisory *advisory)
{
	struct report_advice *words = malloc(sizeof(*words));
	json_t *one;

	if (!words)
		return NULL;
	report_advisory(advisory, words);
	one = json_pack("{s:o, s:o, s:o, s:o, s:s, s:s, s:s, s:b, s:b, s:o, s:o}", "id", value_text(advisory->id), "title",
		value_text(advisory->title), "publisher", value_text(advisory->publisher), "url", value_text_or_null(advisory->url),
		"certainty", words->certainty, "status", words->status, "remediation", words->remediation, "open", advisory->open,
		"exploited", advisory->exploited, "standing", sentence(words->standing), "remedy", sentence(words->remedy));
	json_object_set_new(one, "score", advisory->score ? json_real(advisory->score / 10.0) : json_null());
	free(words);
	return one;
}

static json_t *recall_of(const struct sheet_recall *recall)
{
	char words[REPORT_ADVICE_MAX];
	const char *answer = report_recall(recall, words);

	return json_pack("{s:o, s:o, s:o, s:o, s:s, s:o}", "id", value_text(recall->id), "title", value_text(recall->title), "publisher",
		value_text_or_null(recall->publisher), "url", value_text_or_null(recall->source), "answer", answer, "says",
		sentence(words));
}

void show_advice(struct host *host, const uint8_t mac[6], json_t *one)
{
	json_t *advisories = json_array(), *recalls = json_array();
	const char *why;
	const struct sheet *sheet = guard_advice_of(host_guard(host), mac, &why);

	for (uint32_t i = 0; sheet && i < sheet->advisory_count; i++)
		json_array_append_new(advisories, advisory_of(&sheet->advisories[i]));
	for (uint32_t i = 0; sheet && i < sheet->recall_count; i++)
		json_array_append_new(recalls, recall_of(&sheet->recalls[i]));
	json_object_set_new(one, "advisories", advisories);
	json_object_set_new(one, "recalls", recalls);
	json_object_set_new(one, "advice", value_text_or_null(why));
}

/* ---- what needs somebody now: an open advisory is a finding, and comes with those; a recall is none ---- */

enum { RANK_RECALLED = 68 };

struct recalling {
	struct needs *needs;
	struct guard *guard;
};

/* An answer that hangs on something nobody told is no plain yes. */
static void add_recalled(void *context, const struct device *device, const struct sheet_recall *recall)
{
	const struct recalling *recalling = context;
	struct need need = {.rank = RANK_RECALLED, .what = "recall", .severity = "high", .has_mac = device->mac_count != 0};
	char given[DEVICE_TEXT_MAX], mac[TEXT_MAC_MAX];
	const char *name = guard_name(recalling->guard, device->macs[0], given) ? given
		: device->model.name[0]                                         ? device->model.name
										: device->kind.name;

	memcpy(need.mac, device->macs[0], sizeof(need.mac));
	snprintf(need.text, sizeof(need.text), "%s is recalled%s%.*s: %.*s", *name ? name : text_mac(mac, device->macs[0]),
		*recall->assumed ? " if " : "", NEED_TEXT_MAX / 8, recall->assumed, NEED_TEXT_MAX / 2, recall->title);
	snprintf(need.todo, sizeof(need.todo), "%s", recall->says);
	needs_add(recalling->needs, &need);
}

void needs_of_advice(struct needs *needs, struct guard *guard)
{
	guard_each_recalled(guard, add_recalled, &(struct recalling){needs, guard});
}
