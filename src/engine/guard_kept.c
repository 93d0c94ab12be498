/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What goes on over restarts, and what is handed out to be kept: numbers of findings, the frames that prove them, the names that people gave.
 *
 * Proofs. A finding is told in the midst of a tick; when all of the tick's are known, one walk over the latest frames (engine/recent.h) proves up to
 * FW_RECENT_SUBJECTS_MAX of them. The others wait for the next ticks, so that no burst of findings holds the loop for longer than a walk takes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/guard_room.h"
#include "report/report.h"

enum { LINK_ETHERNET = 1, COMMENT_MAX = 160 };

int guard_open_kept(struct guard *guard)
{
	guard->found_before = store_finding_last(guard->store);
	guard_take_names(guard);
	return recent_new(&guard->recent);
}

void guard_close_kept(struct guard *guard)
{
	recent_free(guard->recent);
	free(guard->given);
}

/* ---- findings ---- */

const struct found_view *guard_finding(const struct guard *guard, uint64_t number)
{
	uint64_t kept = guard->found_count < GUARD_FOUND_MAX ? guard->found_count : GUARD_FOUND_MAX;

	for (uint64_t i = 0; i < kept; i++)
		if (guard->found[i].number == number)
			return &guard->found[i];
	return NULL;
}

const char *guard_mute_of(const struct guard *guard, const struct found_view *found)
{
	return guard_muted(guard, found);
}

void guard_note_frame(struct guard *guard, const struct fw_guard_frame *frame, const uint8_t *bytes)
{
	const struct frame seen = {
		.time_ns = frame->time_ns,
		.bytes = bytes,
		.cap_len = frame->kept_len,
		.wire_len = frame->frame_len > frame->kept_len ? frame->frame_len : frame->kept_len,
		.link = LINK_ETHERNET,
	};

	recent_note(guard->recent, &seen);
}

void guard_want_proof(struct guard *guard, const struct found_view *found)
{
	if (!guard->proven || found->finding.id == FINDING_ADVISORY || guard->waiting_count == FW_RECENT_WAITING_MAX)
		return;
	for (uint32_t i = 0; i < guard->waiting_count; i++)
		if (guard->waiting[i] == found->number)
			return;
	guard->waiting[guard->waiting_count++] = found->number;
}

/* What one walk proves. On the heap: devices are large. */
struct turn {
	struct guard *guard;
	uint32_t numbers[FW_RECENT_SUBJECTS_MAX];
	struct finding findings[FW_RECENT_SUBJECTS_MAX];
	struct device devices[FW_RECENT_SUBJECTS_MAX];
	struct proof_subject subjects[FW_RECENT_SUBJECTS_MAX];
	char comments[FW_RECENT_SUBJECTS_MAX][COMMENT_MAX];
	const char *comment[FW_RECENT_SUBJECTS_MAX];
	size_t count;
};

static void hand_out(void *context, size_t subject, const void *bytes, size_t len)
{
	struct turn *turn = context;

	turn->guard->proven(turn->guard->context, turn->numbers[subject], bytes, len);
}

static void add_subject(struct turn *turn, uint32_t number)
{
	const struct found_view *found = guard_finding(turn->guard, number);
	struct finding *finding = &turn->findings[turn->count];
	struct device *device = &turn->devices[turn->count];
	struct proof_subject *subject = &turn->subjects[turn->count];

	if (!found)
		return;
	*finding = found->finding;
	*subject = (struct proof_subject){.finding = finding};
	if (finding->device != DEVICE_NONE && live_device(turn->guard->live, finding->device, device))
		subject->device = device;
	snprintf(turn->comments[turn->count], COMMENT_MAX, "finding %u: %s (%s). Headers alone, no payload.", number,
		report_finding_name(finding->id), report_severity_name(finding->severity));
	turn->comment[turn->count] = turn->comments[turn->count];
	turn->numbers[turn->count++] = number;
}

void guard_prove(struct guard *guard)
{
	uint32_t count = guard->waiting_count < FW_RECENT_SUBJECTS_MAX ? guard->waiting_count : FW_RECENT_SUBJECTS_MAX;
	struct turn *turn = count ? calloc(1, sizeof(*turn)) : NULL;
	struct recent_asked asked = {.wall_less_steady_ns = guard->wall_ns - guard->now_ns,
		.pace = (uint32_t)guard_frames_span(guard, 1),
		.now_ns = guard->now_ns,
		.take = hand_out,
		.context = turn};

	if (!turn)
		return;
	turn->guard = guard;
	for (uint32_t i = 0; i < count; i++)
		add_subject(turn, guard->waiting[i]);
	guard->waiting_count -= count;
	memmove(guard->waiting, guard->waiting + count, guard->waiting_count * sizeof(guard->waiting[0]));
	asked.subjects = turn->subjects;
	asked.comments = turn->comment;
	asked.count = turn->count;
	memcpy(asked.hash_key, guard->config.key, sizeof(asked.hash_key));
	if (turn->count && recent_prove(guard->recent, &asked))
		guard_say(guard, "the packets that prove a finding could not be put together: no memory");
	free(turn);
}

/* ---- names ---- */

struct gathering {
	struct given_name *list; /* NULL: only count */
	uint32_t count, room;
};

static void gather(void *context, const struct kept_device *device)
{
	struct gathering *gathering = context;

	if (gathering->list && gathering->count < gathering->room) {
		struct given_name *given = &gathering->list[gathering->count];
		memcpy(given->mac, device->mac, sizeof(given->mac));
		given->first_s = device->first_s;
		snprintf(given->name, sizeof(given->name), "%s", device->name);
	}
	gathering->count += !gathering->list || gathering->count < gathering->room;
}

static int by_mac(const void *left, const void *right)
{
	const struct given_name *a = left, *b = right;

	return memcmp(a->mac, b->mac, sizeof(a->mac));
}

void guard_take_names(struct guard *guard)
{
	struct gathering counted = {0}, gathered = {0};

	store_each_device(guard->store, gather, &counted);
	gathered.room = counted.count;
	gathered.list = calloc(counted.count + 1u, sizeof(*gathered.list));
	if (!gathered.list)
		return;
	store_each_device(guard->store, gather, &gathered);
	qsort(gathered.list, gathered.count, sizeof(*gathered.list), by_mac);
	free(guard->given);
	guard->given = gathered.list;
	guard->given_count = gathered.count;
}

static const struct given_name *remembered(const struct guard *guard, const uint8_t mac[6])
{
	struct given_name key = {0};

	memcpy(key.mac, mac, sizeof(key.mac));
	return guard->given_count ? bsearch(&key, guard->given, guard->given_count, sizeof(key), by_mac) : NULL;
}

const char *guard_given(const struct guard *guard, const uint8_t mac[6])
{
	const struct given_name *known = remembered(guard, mac);

	return known && known->name[0] ? known->name : NULL;
}

uint64_t guard_first_s(const struct guard *guard, const uint8_t mac[6], uint64_t first_s)
{
	const struct given_name *known = remembered(guard, mac);

	return known && known->first_s && known->first_s < first_s ? known->first_s : first_s;
}

bool guard_name(struct guard *guard, const uint8_t mac[6], char out_name[DEVICE_TEXT_MAX])
{
	const struct roster_device *roster = roster_find(guard->roster, mac);
	const struct settings_device *named = roster ? guard_settings_of(guard, roster) : NULL;
	const char *given = guard_given(guard, mac);
	uint32_t number = live_device_of(guard->live, mac);
	struct device device;

	out_name[0] = 0;
	if (!given && named && named->name[0])
		given = named->name;
	if (given)
		snprintf(out_name, DEVICE_TEXT_MAX, "%s", given);
	else if (number != DEVICE_NONE && live_device(guard->live, number, &device))
		memcpy(out_name, device.name, DEVICE_TEXT_MAX);
	return out_name[0] != 0;
}

/* ---- what is kept from time to time ---- */

struct each {
	struct guard *guard;
	void (*see)(void *context, const struct guarded_view *device);
	void *context;
};

static void see_one(void *context, struct roster_device *device)
{
	const struct each *each = context;
	struct guarded_view view;

	guard_fill_view(each->guard, device, &view);
	each->see(each->context, &view);
}

void guard_each_device(struct guard *guard, void (*see)(void *context, const struct guarded_view *device), void *context)
{
	struct each each = {guard, see, context};

	roster_each(guard->roster, see_one, &each);
}

bool guard_one_device(struct guard *guard, const uint8_t mac[6], struct guarded_view *out_view)
{
	const struct roster_device *device = roster_find(guard->roster, mac);

	if (device)
		guard_fill_view(guard, device, out_view);
	return device != NULL;
}

void guard_totals(struct guard *guard, struct fw_guard_totals *out_totals)
{
	plane_guard_totals(guard->plane, out_totals);
}
