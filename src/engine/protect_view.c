/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything to be seen of the shield, gathered from the rooms when somebody asks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/protect_room.h"

#define FILL_AGE_NS FW_NS_PER_S /* walking the tables costs milliseconds */

/* Pages in use, from /proc/self/statm. */
static uint64_t resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long long pages = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%*u %llu", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void fill_tables(struct protect *protect, uint64_t now_ns)
{
	const struct plane_fill *fill = &protect->fill;
	struct names_counts counts = names_counts(protect->names);
	struct shield_view *view = &protect->view;

	if (!protect->fill_ns || now_ns - protect->fill_ns > FILL_AGE_NS) {
		plane_fill(protect->plane, &protect->fill);
		protect->fill_ns = now_ns;
	}
	const struct fill_view fills[] = {
		{"names", fill->names, fill->names_room, fill->names_room * sizeof(struct fw_name_slot) * 2},
		{"proven", fill->proven, fill->proven_room, fill->proven_room * sizeof(uint64_t)},
		{"asked", fill->asked, fill->asked_room, fill->asked_room * sizeof(uint64_t)},
		{"blocked", fill->blocked, fill->blocked_room, fill->blocked_room * sizeof(uint64_t)},
		{"prefixes", fill->prefixes, fill->prefixes_room, fill->prefixes * 64},
		{"zones", counts.zones, counts.zones_max, counts.zones_max * sizeof(struct fw_zone)},
		{"cells", protect->config.cells_mask + 1u, protect->config.cells_mask + 1u, (protect->config.cells_mask + 1ull) * 8},
		{"zone_data", counts.names, counts.names_max, counts.bytes},
	};

	_Static_assert(sizeof(fills) / sizeof(fills[0]) <= SHIELD_FILLS_MAX, "the view has room");
	memcpy(view->fills, fills, sizeof(fills));
	view->fill_count = sizeof(fills) / sizeof(fills[0]);
}

static enum zone_shown shown_of(struct protect *protect, uint32_t number, uint64_t now_ns)
{
	const struct protect_zone *zone = &protect->zones[number];

	if (zone->rereading || now_ns < zone->aside_until_ns)
		return SHOWN_ASIDE;
	switch (secondary_standing(protect->secondary, number, now_ns)) {
	case ZONE_UNLOADED:
		return zone->why[0] ? SHOWN_FAILED : SHOWN_WAITING;
	case ZONE_STALE:
		return SHOWN_STALE;
	default:
		return zone->published ? SHOWN_JUDGED : SHOWN_WAITING;
	}
}

static const char *why_of(const struct protect_zone *zone, enum zone_shown shown)
{
	switch (shown) {
	case SHOWN_ASIDE:
		return "the server answers names that its transfer does not hold (online signing, views, ALIAS, or a transfer that is old)";
	case SHOWN_JUDGED:
		return zone->why; /* of the last attempt, where the content before still holds */
	default:
		return zone->why[0]            ? zone->why
			: shown == SHOWN_STALE ? "nobody confirmed its content for too long"
					       : "its content is on its way";
	}
}

static void fill_zone(struct protect *protect, uint32_t number, uint64_t now_ns, struct zone_view *out)
{
	const struct protect_zone *zone = &protect->zones[number];
	struct secondary_view schedule = secondary_view(protect->secondary, number, now_ns);
	struct names_view names = {0};
	char text[ZONE_NAME_TEXT_MAX];

	zone_name_text(text, &zone->name);
	if (strlen(text) > 1)
		text[strlen(text) - 1] = 0;
	names_view(protect->names, zone->place, &names);
	*out = (struct zone_view){
		.shown = shown_of(protect, number, now_ns),
		.serial = schedule.soa.serial,
		.names = names.names,
		.loaded_s = zone->loaded_s,
		.fresh = (zone->flags & FW_ZONE_FRESH) != 0,
		.count = zone->count,
	};
	snprintf(out->name, sizeof(out->name), "%.*s", (int)sizeof(out->name) - 1, text);
	snprintf(out->why, sizeof(out->why), "%.*s", (int)sizeof(out->why) - 1, why_of(zone, out->shown));
}

static bool fill_zones(struct protect *protect, uint64_t now_ns)
{
	struct shield_view *view = &protect->view;
	uint32_t count = 1;

	for (uint32_t number = 0; number < protect->settings->sizes.zones; number++)
		count += protect->zones[number].used;
	free(view->zones);
	view->zone_count = 0;
	view->zones = calloc(count, sizeof(*view->zones));
	if (!view->zones)
		return false;
	snprintf(view->zones[0].name, sizeof(view->zones[0].name), "no zone");
	view->zones[0].shown = SHOWN_JUDGED;
	view->zones[0].count = protect->no_zone;
	view->zone_count = 1;
	for (uint32_t number = 0; number < protect->settings->sizes.zones; number++)
		if (protect->zones[number].used)
			fill_zone(protect, number, now_ns, &view->zones[view->zone_count++]);
	return true;
}

static void count_decision(void *context, const struct decision *decision)
{
	++*(uint32_t *)context;
}

static void fill_stance(struct protect *protect, uint64_t now_ns)
{
	struct shield_view *view = &protect->view;
	const struct stance *stance = &protect->stance;
	char zone[ZONE_NAME_TEXT_MAX], text[STANCE_TEXT_MAX];
	const char *zone_text = protect_zone_text(protect, stance->zone, zone);

	view->stance = protect->settings->stance_fixed ? protect->settings->stance : stance->stance;
	view->overloaded = protect->overloaded_ns && now_ns - protect->overloaded_ns < FW_NS_PER_S;
	snprintf(view->stance_why, sizeof(view->stance_why), "%s%.*s",
		protect->settings->stance_fixed ? "fixed by the configuration; measured: " : "", SHIELD_SENTENCE_MAX - 48,
		stance_text(text, stance, zone_text));
	snprintf(view->vector, sizeof(view->vector), "%s", stance_vector_word(stance->vector));
	snprintf(view->vector_why, sizeof(view->vector_why), "%.*s", SHIELD_SENTENCE_MAX - 1,
		stance->vector == STANCE_NOTHING ? "" : stance_vector_text(text, stance, zone_text));
	view->stance_since_s =
		stance->since_ns ? protect->opened_s + (stance->since_ns - protect->opened_ns) / FW_NS_PER_S : protect->opened_s;
	memcpy(view->mode, protect->config.mode, sizeof(view->mode));
	memcpy(view->acting, protect->config.acting, sizeof(view->acting));
}

struct shield_view *protect_view(struct protect *protect, const struct fetch_time *now)
{
	struct shield_view *view = &protect->view;

	view->version = protect->version;
	snprintf(view->interface, sizeof(view->interface), "%s", protect->settings->interface);
	view->native = plane_mode(protect->plane) == PLANE_NATIVE;
	view->attached = protect->attached;
	view->now_s = now->wall_s;
	view->started_s = protect->opened_s;
	view->resident_bytes = resident_bytes();
	view->generation = protect->config.generation;
	view->reload_refused = false;
	view->reload_why[0] = 0;
	fill_stance(protect, now->steady_ns);
	memcpy(view->rate, protect->rate, sizeof(view->rate));
	memcpy(view->lane_rate, protect->lane_rate, sizeof(view->lane_rate));
	view->counts = protect->counts;
	view->samples_written = protect->samples ? samples_written(protect->samples) : 0;
	view->samples_left_out = protect->samples ? samples_left_out(protect->samples) : 0;
	fill_tables(protect, now->steady_ns);
	view->decisions = 0;
	store_each_decision(protect->store, count_decision, &view->decisions);
	snprintf(view->store_why, sizeof(view->store_why), "%s",
		store_state(protect->store) == STORE_MEMORY            ? "decisions last until the daemon ends: no file could be had"
			: store_state(protect->store) == STORE_FULL    ? "the disk is full: decisions cannot be kept"
			: store_state(protect->store) == STORE_DAMAGED ? "the store is damaged: the next start sets it aside"
								       : "");
	return fill_zones(protect, now->steady_ns) ? view : NULL;
}
