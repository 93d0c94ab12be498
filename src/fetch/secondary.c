/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which zone is asked for, and when. No socket and no clock: jobs go out, ends and NOTIFYs come in, each with the time.
 *
 *	              NOTIFY, or a poll that finds another serial
 *	  UNLOADED --load--> CURRENT ---------------------------> FRESH --load--> CURRENT
 *	                        |                                   |
 *	                        +--nobody confirms it: stale_ns--+--+ fresh_ns
 *	                                                         v
 *	                                                       STALE --load or poll--> CURRENT
 *
 * A NOTIFY with a serial leads to a load at once; without one to a poll, which costs nothing. Failures are tried again after
 * retry_ns, doubled each time; a NOTIFY shows that the server is there, and does not wait. But however many come, a zone is loaded
 * at most half of the time: after a load, the next waits as long as it took.
 *
 * Thousands of zones are held in one array; two more hold only when each is due and when its standing turns, so that looking
 * for the next is a walk over 16 bytes a zone.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/notify.h"

#define NEVER UINT64_MAX
#define SECOND_NS 1000000000ull
#define GAP_NS (SECOND_NS / 10) /* between two jobs of one zone that NOTIFYs ask for */

enum { ZONES_MAX = 1 << 20 };

struct zone {
	struct zone_name name;
	const struct zone_key *key;
	struct zone_soa soa; /* of what is loaded */
	uint32_t told_serial; /* in the last NOTIFY */
	uint64_t loaded_ns, confirmed_ns, outdated_ns; /* outdated_ns: since when newer content is known of; 0: it is not */
	uint64_t begun_ns, load_begun_ns, load_took_ns; /* the last job, the last load */
	enum secondary_task running;
	bool used, loaded, wants_load, urgent, again, again_with_serial; /* again: NOTIFY came while a job ran */
	uint32_t loads, polls, notifies, failures;
	int error;
};

struct secondary {
	struct secondary_setup setup;
	struct zone *zones;
	uint64_t *due_ns, *turn_ns; /* of each zone: its next job, and when time alone changes its standing; NEVER where nothing */
	uint32_t *by_name; /* numbers of the zones there are, in order of their names */
	uint32_t count, transfers, polls; /* zones; jobs that run */
};

static uint64_t given(uint64_t value, uint64_t otherwise)
{
	return value ? value : otherwise;
}

static void fill_defaults(struct secondary_setup *setup)
{
	setup->transfers_max = (uint32_t)given(setup->transfers_max, 2);
	setup->polls_max = (uint32_t)given(setup->polls_max, 4);
	setup->poll_floor_ns = given(setup->poll_floor_ns, 5 * SECOND_NS);
	setup->poll_ceiling_ns = given(setup->poll_ceiling_ns, 60 * SECOND_NS);
	setup->retry_ns = given(setup->retry_ns, SECOND_NS);
	setup->retry_ceiling_ns = given(setup->retry_ceiling_ns, 60 * SECOND_NS);
	setup->stale_ns = given(setup->stale_ns, 3600 * SECOND_NS);
	setup->fresh_ns = given(setup->fresh_ns, 60 * SECOND_NS);
}

int secondary_new(const struct secondary_setup *setup, struct secondary **out)
{
	struct secondary *secondary;

	if (!setup->zones_max || setup->zones_max > ZONES_MAX)
		return -EINVAL;
	secondary = calloc(1, sizeof(*secondary));
	if (!secondary)
		return -ENOMEM;
	secondary->setup = *setup;
	fill_defaults(&secondary->setup);
	secondary->zones = calloc(setup->zones_max, sizeof(*secondary->zones));
	secondary->due_ns = calloc(setup->zones_max, sizeof(*secondary->due_ns));
	secondary->turn_ns = calloc(setup->zones_max, sizeof(*secondary->turn_ns));
	secondary->by_name = calloc(setup->zones_max, sizeof(*secondary->by_name));
	if (!secondary->zones || !secondary->due_ns || !secondary->turn_ns || !secondary->by_name) {
		secondary_free(secondary);
		return -ENOMEM;
	}
	memset(secondary->due_ns, 0xff, setup->zones_max * sizeof(*secondary->due_ns));
	memset(secondary->turn_ns, 0xff, setup->zones_max * sizeof(*secondary->turn_ns));
	*out = secondary;
	return 0;
}

void secondary_free(struct secondary *secondary)
{
	if (!secondary)
		return;
	free(secondary->zones);
	free(secondary->due_ns);
	free(secondary->turn_ns);
	free(secondary->by_name);
	free(secondary);
}

/* ---- names ---- */

/* The place in by_name of the first that is not before it. */
static uint32_t place_of(const struct secondary *secondary, const struct zone_name *name)
{
	uint32_t low = 0, high = secondary->count;

	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (memcmp(&secondary->zones[secondary->by_name[middle]].name, name, sizeof(*name)) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_there(const struct secondary *secondary, const struct zone_name *name, uint32_t place)
{
	return place < secondary->count && memcmp(&secondary->zones[secondary->by_name[place]].name, name, sizeof(*name)) == 0;
}

int secondary_find(const struct secondary *secondary, const struct zone_name *name, uint32_t *out_zone)
{
	uint32_t place = place_of(secondary, name);

	if (!is_there(secondary, name, place))
		return -ENOENT;
	*out_zone = secondary->by_name[place];
	return 0;
}

int secondary_add(
	struct secondary *secondary, const struct zone_name *name, const struct zone_key *key, uint64_t now_ns, uint32_t *out_zone)
{
	uint32_t place = place_of(secondary, name), number = secondary->count;

	if (is_there(secondary, name, place))
		return -EEXIST;
	if (secondary->count == secondary->setup.zones_max)
		return -ENOSPC;
	if (secondary->zones[number].used) /* some were removed: one of the places before is free */
		for (number = 0; secondary->zones[number].used;)
			number++;
	memmove(&secondary->by_name[place + 1], &secondary->by_name[place], (secondary->count - place) * sizeof(*secondary->by_name));
	secondary->by_name[place] = number;
	secondary->count++;
	secondary->zones[number] = (struct zone){.used = true, .name = *name, .key = key, .wants_load = true};
	secondary->due_ns[number] = now_ns;
	*out_zone = number;
	return 0;
}

static void count_job(struct secondary *secondary, enum secondary_task task, int by)
{
	if (task == SECONDARY_LOAD)
		secondary->transfers += (uint32_t)by;
	else if (task == SECONDARY_POLL)
		secondary->polls += (uint32_t)by;
}

void secondary_remove(struct secondary *secondary, uint32_t zone)
{
	struct zone *gone = &secondary->zones[zone];
	uint32_t place = place_of(secondary, &gone->name);

	count_job(secondary, gone->running, -1);
	secondary->count--;
	memmove(&secondary->by_name[place], &secondary->by_name[place + 1], (secondary->count - place) * sizeof(*secondary->by_name));
	*gone = (struct zone){.used = false};
	secondary->due_ns[zone] = NEVER;
	secondary->turn_ns[zone] = NEVER;
}

/* ---- standing ---- */

/* How long content holds that nobody confirms. */
static uint64_t holds_ns(const struct secondary *secondary, const struct zone *zone)
{
	uint64_t expire_ns = zone->soa.expire_s * SECOND_NS;

	return expire_ns && expire_ns < secondary->setup.stale_ns ? expire_ns : secondary->setup.stale_ns;
}

/* When it is stale if nothing comes of the jobs. */
static uint64_t stale_from(const struct secondary *secondary, const struct zone *zone)
{
	uint64_t from = zone->confirmed_ns + holds_ns(secondary, zone);
	uint64_t outdated = zone->outdated_ns + secondary->setup.fresh_ns;

	return zone->outdated_ns && outdated < from ? outdated : from;
}

enum zone_standing secondary_standing(const struct secondary *secondary, uint32_t zone, uint64_t now_ns)
{
	const struct zone *z = &secondary->zones[zone];

	if (!z->loaded)
		return ZONE_UNLOADED;
	if (now_ns >= stale_from(secondary, z))
		return ZONE_STALE;
	return z->outdated_ns ? ZONE_FRESH : ZONE_CURRENT;
}

static void set_turn(struct secondary *secondary, uint32_t zone)
{
	const struct zone *z = &secondary->zones[zone];

	secondary->turn_ns[zone] = z->loaded ? stale_from(secondary, z) : NEVER;
}

static void set_outdated(struct zone *zone, uint64_t now_ns)
{
	zone->wants_load = true;
	if (!zone->outdated_ns)
		zone->outdated_ns = now_ns;
}

/* ---- jobs ---- */

static enum secondary_task task_of(const struct zone *zone)
{
	return zone->wants_load ? SECONDARY_LOAD : SECONDARY_POLL;
}

static bool has_room(const struct secondary *secondary, const struct zone *zone)
{
	if (zone->wants_load)
		return secondary->transfers < secondary->setup.transfers_max;
	return secondary->polls < secondary->setup.polls_max;
}

/* Urgent before others, then the one that waits longest. */
static bool goes_before(const struct secondary *secondary, uint32_t zone, uint32_t other)
{
	if (secondary->zones[zone].urgent != secondary->zones[other].urgent)
		return secondary->zones[zone].urgent;
	return secondary->due_ns[zone] < secondary->due_ns[other];
}

struct secondary_job secondary_next(struct secondary *secondary, uint64_t now_ns)
{
	uint32_t best = UINT32_MAX;
	struct zone *zone;

	if (secondary->transfers >= secondary->setup.transfers_max && secondary->polls >= secondary->setup.polls_max)
		return (struct secondary_job){.task = SECONDARY_NOTHING};
	for (uint32_t i = 0; i < secondary->setup.zones_max; i++)
		if (secondary->due_ns[i] <= now_ns && has_room(secondary, &secondary->zones[i]) &&
			(best == UINT32_MAX || goes_before(secondary, i, best)))
			best = i;
	if (best == UINT32_MAX)
		return (struct secondary_job){.task = SECONDARY_NOTHING};
	zone = &secondary->zones[best];
	zone->running = task_of(zone);
	zone->begun_ns = now_ns;
	if (zone->running == SECONDARY_LOAD)
		zone->load_begun_ns = now_ns;
	zone->urgent = zone->again = zone->again_with_serial = false;
	secondary->due_ns[best] = NEVER;
	count_job(secondary, zone->running, 1);
	return (struct secondary_job){.task = zone->running, .zone = best};
}

uint64_t secondary_deadline(const struct secondary *secondary, uint64_t now_ns)
{
	uint64_t earliest = NEVER;

	for (uint32_t i = 0; i < secondary->setup.zones_max; i++) {
		uint64_t due = secondary->due_ns[i];
		if (due < earliest && has_room(secondary, &secondary->zones[i]))
			earliest = due;
		if (secondary->turn_ns[i] < earliest && secondary->turn_ns[i] > now_ns)
			earliest = secondary->turn_ns[i];
	}
	return earliest;
}

/* Zones with the same SOA are not all asked at once: each up to an eighth earlier, by its name. */
static uint64_t poll_interval(const struct secondary *secondary, const struct zone *zone)
{
	uint64_t interval = zone->soa.refresh_s * SECOND_NS;
	uint32_t hash = 2166136261u;

	if (interval < secondary->setup.poll_floor_ns)
		interval = secondary->setup.poll_floor_ns;
	if (interval > secondary->setup.poll_ceiling_ns)
		interval = secondary->setup.poll_ceiling_ns;
	for (size_t i = 0; i < zone->name.len; i++)
		hash = (hash ^ zone->name.wire[i]) * 16777619u;
	return interval - (interval / 8 * (hash >> 16)) / 65536;
}

static uint64_t retry_interval(const struct secondary *secondary, const struct zone *zone)
{
	uint64_t interval = secondary->setup.retry_ns;

	for (uint32_t i = 1; i < zone->failures && interval < secondary->setup.retry_ceiling_ns; i++)
		interval *= 2;
	return interval < secondary->setup.retry_ceiling_ns ? interval : secondary->setup.retry_ceiling_ns;
}

/* When the server itself may have the zone's next job: a load at most half of the time. */
static uint64_t soonest(const struct zone *zone)
{
	uint64_t gap_ns = 2 * zone->load_took_ns > GAP_NS ? 2 * zone->load_took_ns : GAP_NS;

	if (zone->wants_load)
		return zone->load_begun_ns ? zone->load_begun_ns + gap_ns : 0;
	return zone->begun_ns ? zone->begun_ns + GAP_NS : 0;
}

static void make_urgent(struct secondary *secondary, uint32_t zone, uint64_t now_ns)
{
	struct zone *z = &secondary->zones[zone];
	uint64_t due_ns = soonest(z) > now_ns ? soonest(z) : now_ns;

	z->urgent = true;
	if (due_ns < secondary->due_ns[zone])
		secondary->due_ns[zone] = due_ns;
}

static void note_load(struct zone *zone, const struct secondary_end *end, uint64_t now_ns)
{
	zone->soa = end->soa;
	zone->loaded = true;
	zone->failures = 0;
	zone->loaded_ns = now_ns;
	zone->loads++;
	zone->load_took_ns = now_ns - zone->load_begun_ns;
	zone->wants_load = false;
	zone->outdated_ns = 0;
	zone->confirmed_ns = now_ns;
}

static void note_poll(struct zone *zone, const struct secondary_end *end, uint64_t now_ns)
{
	bool changed = end->by_mark ? end->changed : end->soa.serial != zone->soa.serial;

	zone->failures = 0;
	zone->polls++;
	if (changed) {
		set_outdated(zone, now_ns);
	} else if (!zone->wants_load) {
		zone->outdated_ns = 0;
		zone->confirmed_ns = now_ns;
	}
}

/* A NOTIFY that came while a job ran: did the job bring what it told of? If it is not sure, a poll says so. */
static bool is_behind(struct zone *zone, uint64_t now_ns)
{
	if (!zone->again || (zone->again_with_serial && zone->told_serial == zone->soa.serial))
		return false;
	if (!zone->outdated_ns)
		zone->outdated_ns = now_ns;
	return true;
}

void secondary_done(struct secondary *secondary, struct secondary_job job, const struct secondary_end *end, uint64_t now_ns)
{
	struct zone *zone = &secondary->zones[job.zone];

	count_job(secondary, job.task, -1);
	zone->running = SECONDARY_NOTHING;
	zone->error = end->error;
	if (end->error)
		zone->failures++;
	else if (job.task == SECONDARY_LOAD)
		note_load(zone, end, now_ns);
	else
		note_poll(zone, end, now_ns);
	if (end->error) {
		secondary->due_ns[job.zone] = now_ns + retry_interval(secondary, zone);
		if (zone->again)
			make_urgent(secondary, job.zone, now_ns);
	} else if (zone->wants_load || is_behind(zone, now_ns)) { /* a poll that found something goes on with it */
		make_urgent(secondary, job.zone, now_ns);
	} else {
		secondary->due_ns[job.zone] = now_ns + poll_interval(secondary, zone);
	}
	set_turn(secondary, job.zone);
}

/* ---- NOTIFY ---- */

static void note_notify(struct secondary *secondary, uint32_t zone, const struct notify *notify, uint64_t now_ns)
{
	struct zone *z = &secondary->zones[zone];

	bool known = notify->with_serial && z->loaded && notify->serial == z->soa.serial && !z->outdated_ns;

	z->notifies++;
	z->told_serial = notify->serial;
	if (z->running) {
		z->again = true;
		z->again_with_serial = notify->with_serial;
	}
	if (known)
		return;
	if (!z->outdated_ns)
		z->outdated_ns = now_ns;
	set_turn(secondary, zone);
	if (z->running)
		return;
	if (notify->with_serial && notify->serial != z->soa.serial)
		z->wants_load = true;
	make_urgent(secondary, zone, now_ns);
}

enum notify_verdict secondary_notify(struct secondary *secondary, const uint8_t *bytes, size_t len, const struct fetch_time *now,
	uint32_t *out_zone, uint8_t answer[NOTIFY_ANSWER_MAX], size_t *out_answer_len)
{
	const struct notify_datagram datagram = {.bytes = bytes, .len = len, .wall_s = now->wall_s};
	enum notify_verdict verdict;
	struct notify notify;
	uint32_t zone;

	*out_zone = UINT32_MAX;
	if (notify_read(bytes, len, &notify) != FW_READ_OK) {
		notify_refuse(&datagram, NOTIFY_NOTIMP, answer, out_answer_len);
		return NOTIFY_NO_NOTIFY;
	}
	if (secondary_find(secondary, &notify.zone, &zone) != 0) {
		notify_refuse(&datagram, NOTIFY_NOTAUTH, answer, out_answer_len);
		return NOTIFY_NOT_OURS;
	}
	verdict = notify_judge(&datagram, secondary->zones[zone].key, answer, out_answer_len);
	if (verdict == NOTIFY_TAKEN) {
		note_notify(secondary, zone, &notify, now->steady_ns);
		*out_zone = zone;
	}
	return verdict;
}

void secondary_reload(struct secondary *secondary, uint32_t zone, uint64_t now_ns)
{
	struct zone *z = &secondary->zones[zone];

	if (z->running == SECONDARY_LOAD)
		return;
	set_outdated(z, now_ns);
	if (!z->running)
		make_urgent(secondary, zone, now_ns);
	set_turn(secondary, zone);
}

struct secondary_view secondary_view(const struct secondary *secondary, uint32_t zone, uint64_t now_ns)
{
	const struct zone *z = &secondary->zones[zone];

	return (struct secondary_view){.standing = secondary_standing(secondary, zone, now_ns),
		.soa = z->soa,
		.loaded_ns = z->loaded_ns,
		.confirmed_ns = z->confirmed_ns,
		.due_ns = secondary->due_ns[zone] == NEVER ? 0 : secondary->due_ns[zone],
		.loads = z->loads,
		.polls = z->polls,
		.notifies = z->notifies,
		.failures_in_a_row = z->failures,
		.error = z->error};
}
