/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happened to one device, latest first: when it was first heard, what it was found to do, what was decided about it. All
 * comes from the store, and goes on over restarts.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/deeds.h"
#include "daemon/inside.h"
#include "daemon/value.h"

enum { TIMELINE_MAX = 100, SENTENCE_MAX = 512 };

struct event {
	uint64_t time_s, finding, deed;
	const char *what;
	char text[SENTENCE_MAX];
};

struct history {
	struct event *events; /* TIMELINE_MAX, latest first */
	uint32_t count;
};

/* In its place by time; the earliest falls out. */
static void add(struct history *timeline, const struct event *event)
{
	uint32_t at = 0;

	while (at < timeline->count && timeline->events[at].time_s >= event->time_s)
		at++;
	if (at == TIMELINE_MAX)
		return;
	if (timeline->count < TIMELINE_MAX)
		timeline->count++;
	memmove(&timeline->events[at + 1], &timeline->events[at], (timeline->count - at - 1) * sizeof(*event));
	timeline->events[at] = *event;
}

/* Its own sentence; of a body that somebody edited, its kind. */
static void add_finding(void *context, const struct kept_finding *finding)
{
	struct history *history = context;
	struct event event = {.time_s = finding->raised_s, .finding = finding->number, .what = "finding"};
	json_t *body = json_loads(finding->body, JSON_REJECT_DUPLICATES, NULL);
	const char *sentence = json_string_value(json_object_get(body, "text"));

	snprintf(event.text, sizeof(event.text), "%s (%s%s)", sentence ? sentence : finding->kind, finding->severity,
		finding->muted ? ", muted" : "");
	json_decref(body);
	add(history, &event);
}

static void add_deed(void *context, const struct deed *deed)
{
	struct event event = {.time_s = deed->time_s, .deed = deed->id, .finding = deed->finding, .what = "deed"};

	deed_say(deed, event.text, sizeof(event.text));
	add(context, &event);
}

static void add_kept(struct history *history, struct store *store, const uint8_t mac[6])
{
	const struct finding_query findings = {.mac = mac, .muted_too = true, .count = TIMELINE_MAX};
	struct prefix subject = {.bits = DECISION_OF_MAC};
	const struct deed_query deeds = {.subject = &subject, .count = TIMELINE_MAX};
	uint64_t next;

	memcpy(subject.address, mac, 6);
	store_each_finding(store, &findings, add_finding, history, &next);
	store_find_deeds(store, &deeds, add_deed, history);
}

/* A finding's sentence is clean already, unless it was cut within a character. */
static json_t *words_of(const struct event *event)
{
	json_t *words = event->finding && !event->deed ? json_string(event->text) : NULL;

	return words ? words : value_text(event->text);
}

json_t *show_timeline(struct host *host, const struct guarded_view *device)
{
	struct history timeline = {.events = calloc(TIMELINE_MAX, sizeof(struct event))};
	struct event seen = {.time_s = device->first_s, .what = "seen", .text = "heard for the first time"};
	json_t *list = json_array();

	if (!timeline.events)
		return list;
	add(&timeline, &seen);
	add_kept(&timeline, host_store(host), device->mac);
	for (uint32_t i = 0; i < timeline.count; i++) {
		const struct event *event = &timeline.events[i];
		json_array_append_new(list,
			json_pack("{s:o, s:s, s:o, s:o, s:o}", "time", value_moment(event->time_s), "what", event->what, "text",
				words_of(event), "finding", event->finding ? value_number(event->finding) : json_null(), "deed",
				event->deed ? value_number(event->deed) : json_null()));
	}
	free(timeline.events);
	return list;
}
