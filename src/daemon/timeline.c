/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happened to one device, latest first: when it was first heard, what it was found to do, what was decided about it. Findings and
 * deeds come from two lists that each run from the latest on; they are put together by time.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/inside.h"
#include "daemon/value.h"
#include "report/report.h"

enum { TIMELINE_MAX = 100, DEEDS_LOOKED_AT = 2000, SENTENCE_MAX = 512 };

struct event {
	uint64_t time_s, finding, deed;
	const char *what;
	char text[SENTENCE_MAX];
};

struct history {
	struct event *events; /* TIMELINE_MAX, latest first */
	uint32_t count;
	char mac[TEXT_MAC_MAX];
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

static void add_findings(struct history *timeline, const struct guard_view *view, const struct guarded_view *device)
{
	for (uint32_t i = 0; i < view->finding_count; i++) {
		const struct found_view *found = &view->findings[i];
		struct event event = {.time_s = found->raised_ns / 1000000000u, .finding = found->number, .what = "finding"};
		if (found->finding.device != (uint32_t)(device - view->devices))
			continue;
		snprintf(event.text, sizeof(event.text), "%s%s%s", guard_finding_word(found->finding.id),
			found->muted[0] ? ", muted: " : "", found->muted);
		add(timeline, &event);
	}
}

/* Of a decision that stands: which deed it was is told by the audit log, if that goes back so far. */
static void add_deed(void *context, const struct deed *deed)
{
	struct history *timeline = context;
	struct event event = {.time_s = deed->time_s, .deed = deed->id, .what = "deed"};

	if (!strstr(deed->detail, timeline->mac))
		return;
	snprintf(event.text, sizeof(event.text), "%s by %s: %s%s", deed_verb_names[deed->verb], deed->who, deed->detail,
		deed->undone ? " (undone)" : "");
	add(timeline, &event);
}

static void add_stand(struct history *timeline, const struct guarded_view *device)
{
	struct event event = {.time_s = device->since_s, .what = "state"};

	if (!device->decision)
		return;
	snprintf(event.text, sizeof(event.text), "%s%s%s", device->stand == STAND_ALLOWED ? "allowed" : "put into quarantine",
		device->why[0] ? ": " : "", device->why);
	add(timeline, &event);
}

json_t *show_timeline(struct host *host, const struct guard_view *view, const struct guarded_view *device)
{
	struct history timeline = {.events = calloc(TIMELINE_MAX, sizeof(struct event))};
	struct event seen = {.time_s = device->first_s, .what = "seen", .text = "heard for the first time"};
	json_t *list = json_array();

	if (!timeline.events)
		return list;
	text_mac(timeline.mac, device->mac);
	add(&timeline, &seen);
	add_findings(&timeline, view, device);
	store_each_deed(host_store(host), DEEDS_LOOKED_AT, add_deed, &timeline);
	add_stand(&timeline, device);
	for (uint32_t i = 0; i < timeline.count; i++) {
		const struct event *event = &timeline.events[i];
		json_array_append_new(list,
			json_pack("{s:o, s:s, s:o, s:o, s:o}", "time", value_moment(event->time_s), "what", event->what, "text",
				value_text(event->text), "finding", event->finding ? value_number(event->finding) : json_null(), "deed",
				event->deed ? value_number(event->deed) : json_null()));
	}
	free(timeline.events);
	return list;
}
