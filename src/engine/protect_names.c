/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From zones that are loaded to the table that the kernel reads, and to each zone's flags.
 *
 * When an earlier process's table still holds, it goes on holding, and with it what is said of its zones, until all zones were read
 * once, or failed, or ten seconds passed, and the new table is made: a restart under fire must not forget what is known. Only while
 * the tables are exchanged every zone stands aside, for places of zones may be other ones than before: some writes to memory, for
 * packets under way were waited for before.
 *
 * A table of a million names takes a third of a second, and is made on a thread: the loop goes on, and with it the stance and the answers.
 * Meanwhile nothing may change the names: what is read waits for the table, a reload stops it and it begins again.
 *
 * Where the server answers NOERROR to a name called unknown (the kernel sees it, and sets the zone aside at once) the zone is read
 * again: perhaps the name is new. If it happens again soon after, the zone holds names that no transfer tells (online signing,
 * views, ALIAS): it stays aside, longer each time.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "engine/protect_room.h"

enum { KEYS_TRIED_MAX = 16 };

#define PUBLISH_AGAIN_NS (FW_NS_PER_S / 10)
#define PUBLISH_FAILED_NS (10 * FW_NS_PER_S)
#define WAIT_NS (10 * FW_NS_PER_S)
#define ASIDE_HOLD_NS (600 * FW_NS_PER_S)
#define ASIDE_HOLD_MAX_NS (86400 * FW_NS_PER_S)

/* On the thread. Nobody changes names while it runs: what is read waits (protect_zones.c), a reload stops it first. */
static int make_table(void *context, const atomic_bool *stop)
{
	struct protect_table *table = context;
	int error = -EEXIST;

	for (int i = 0; i < KEYS_TRIED_MAX && error == -EEXIST; i++)
		error = getrandom(&table->key, sizeof(table->key), 0) == sizeof(table->key)
			? names_image_until(table->names, &table->key, table->buckets, table->count, stop)
			: -EIO;
	return error;
}

/* The flags of a zone as it stands: bits that are set are wanted. */
static uint32_t flags_of(struct protect *protect, const struct protect_zone *zone, uint32_t number, uint64_t now_ns)
{
	if (!zone->published || zone->rereading || now_ns < zone->aside_until_ns)
		return FW_ZONE_USED | FW_ZONE_ASIDE;
	switch (secondary_standing(protect->secondary, number, now_ns)) {
	case ZONE_CURRENT:
		return FW_ZONE_USED | (zone->pending ? FW_ZONE_FRESH : 0);
	case ZONE_FRESH:
		return FW_ZONE_USED | FW_ZONE_FRESH;
	default:
		return FW_ZONE_USED | FW_ZONE_ASIDE;
	}
}

/* seen: in the kernel. Only what was seen is taken away: what the kernel sets meanwhile is there at the next look. */
static void set_flags(struct protect *protect, struct protect_zone *zone, uint32_t seen, uint32_t flags)
{
	plane_zone_flags(protect->plane, zone->place, seen & ~flags, flags);
	zone->flags = flags;
}

static void note_contradiction(struct protect *protect, struct protect_zone *zone, uint32_t number, uint64_t now_ns)
{
	char text[ZONE_NAME_TEXT_MAX];
	bool again = zone->lifted_ns && now_ns - zone->lifted_ns < ASIDE_HOLD_NS;

	zone->flags |= FW_ZONE_ASIDE;
	if (again) {
		zone->aside_hold_ns = zone->aside_hold_ns ? zone->aside_hold_ns * 2 : ASIDE_HOLD_NS;
		zone->aside_hold_ns = zone->aside_hold_ns > ASIDE_HOLD_MAX_NS ? ASIDE_HOLD_MAX_NS : zone->aside_hold_ns;
		zone->aside_until_ns = zone->lifted_ns = now_ns + zone->aside_hold_ns;
	} else {
		zone->rereading = true;
		secondary_reload(protect->secondary, number, now_ns);
	}
	protect_say(protect, "zone %s: the server answers a name that its transfer does not hold; its names are not judged until %s",
		zone_name_text(text, &zone->name), again ? "some time has passed" : "it was read again");
}

/* What the kernel says of each zone, and what it is to say. */
static void tick_flags(struct protect *protect, uint64_t now_ns)
{
	for (uint32_t number = 0; number < protect->settings->sizes.zones; number++) {
		struct protect_zone *zone = &protect->zones[number];
		struct fw_zone kernel;
		uint32_t flags;

		if (!zone->used)
			continue;
		plane_zone(protect->plane, zone->place, &kernel);
		if ((kernel.flags & FW_ZONE_ASIDE) && !(zone->flags & FW_ZONE_ASIDE))
			note_contradiction(protect, zone, number, now_ns);
		flags = flags_of(protect, zone, number, now_ns);
		if (flags != zone->flags || flags != kernel.flags)
			set_flags(protect, zone, kernel.flags, flags);
	}
}

static bool all_tried(struct protect *protect, uint64_t now_ns)
{
	for (uint32_t number = 0; number < protect->settings->sizes.zones; number++) {
		struct secondary_view view;
		if (!protect->zones[number].used)
			continue;
		view = secondary_view(protect->secondary, number, now_ns);
		if (!view.loads && !view.error)
			return false;
	}
	return true;
}

void protect_stop_table(struct protect *protect)
{
	if (work_fd(&protect->tabling) < 0)
		return;
	work_stop(&protect->tabling);
	protect_unwatch(protect, PROTECT_WATCH_TABLE);
	protect->publish_from_ns = 0;
}

/* Every zone that the kernel does not know yet stands aside when the tables are exchanged. */
static void prepare_zones(struct protect *protect)
{
	for (uint32_t number = 0; number < protect->settings->sizes.zones; number++) {
		struct protect_zone *zone = &protect->zones[number];
		if (!zone->used || zone->published)
			continue;
		plane_zone_clear(protect->plane, zone->place);
		protect_zone_rules(protect, zone);
		set_flags(protect, zone, 0, FW_ZONE_USED | FW_ZONE_ASIDE);
	}
}

static void publish(struct protect *protect, int error, uint64_t now_ns)
{
	struct fw_dns_key before = protect->config.dns_key;
	bool given;

	if (error) {
		protect_say(protect, "the table of names could not be made (%s); the earlier one holds", strerror(-error));
		return;
	}
	/* a stance may have been told since the table was begun: packets of before are waited for here, while zones are judged, not below */
	given = plane_names_half(protect->plane, &protect->table.count) != NULL;
	if (given) {
		prepare_zones(protect);
		protect->config.dns_key = protect->table.key;
		given = plane_config_names(protect->plane, &protect->config) == 0;
	}
	if (!given) {
		protect->config.dns_key = before;
		protect_say(protect, "the table of names could not be given to the kernel; the earlier one holds");
		return;
	}
	for (uint32_t number = 0; number < protect->settings->sizes.zones; number++) {
		struct protect_zone *zone = &protect->zones[number];
		/* nothing is written where no zone is: thousands of pages would be touched for the first time while zones stand aside */
		if (zone->used) {
			zone->published = true;
			zone->pending = false;
		}
	}
	protect->publish_from_ns = now_ns + PUBLISH_AGAIN_NS;
	protect->names_changed = false;
	protect->names_waiting = false;
	tick_flags(protect, now_ns);
}

void protect_take_table(struct protect *protect, uint64_t now_ns)
{
	int error = work_take(&protect->tabling);

	protect_unwatch(protect, PROTECT_WATCH_TABLE);
	publish(protect, error, now_ns);
}

/* Before the loop runs no content is there, only zones: their table is made at once, before any filter acts. */
static void begin_table(struct protect *protect, uint64_t now_ns)
{
	static const atomic_bool never;
	struct protect_table *table = &protect->table;
	int error = -EIO;

	protect->publish_from_ns = now_ns + PUBLISH_FAILED_NS;
	table->names = protect->names;
	table->buckets = plane_names_half(protect->plane, &table->count);
	if (table->buckets && protect->looping)
		error = work_start(&protect->tabling, make_table, table);
	else if (table->buckets)
		error = make_table(table, &never);
	protect_watch_at(protect, PROTECT_WATCH_TABLE, work_fd(&protect->tabling), PROTECT_READABLE);
	if (error || !protect->looping)
		publish(protect, error, now_ns);
}

void protect_tick_names(struct protect *protect, uint64_t now_ns)
{
	if (protect->names_waiting && !all_tried(protect, now_ns) && now_ns - protect->opened_ns < WAIT_NS)
		return;
	/* many zones that come one by one are one table, and one is made at most ten times a second */
	if (protect->names_changed && now_ns >= protect->publish_from_ns && work_fd(&protect->tabling) < 0)
		begin_table(protect, now_ns);
	/* places of the process before us are not ours to judge by, until ours are in the table */
	if (!protect->names_waiting)
		tick_flags(protect, now_ns);
}
