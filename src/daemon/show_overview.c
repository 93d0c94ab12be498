/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first look, of both roles alike: docs/schema/overview.json. What is not of this role is null. */
#include <stdlib.h>
#include <string.h>

#include "daemon/advice.h"
#include "daemon/inside.h"
#include "daemon/needs.h"
#include "daemon/value.h"

enum { DAY_S = 86400, WEEK_S = 7 * DAY_S };

struct gathering {
	struct needs needs;
	json_t *faults;
};

static void add_fault(struct gathering *gathering, const char *sentence)
{
	if (*sentence)
		json_array_append_new(gathering->faults, value_text(sentence));
}

/* What parts say is wrong; where none of them speaks for the store, the view does. */
static void add_troubles(struct gathering *gathering, struct host *host, const char *store_why)
{
	uint32_t count;
	const char *const *sentences = host_faults(host, &count);
	bool said = !*store_why;

	for (uint32_t i = 0; i < count; i++) {
		said |= strcmp(host_fault_key(host, i), "store") == 0;
		add_fault(gathering, sentences[i]);
		needs_trouble(&gathering->needs, host_fault_key(host, i), sentences[i]);
	}
	if (said)
		return;
	add_fault(gathering, store_why);
	needs_trouble(&gathering->needs, "store", store_why);
}

static json_t *count_devices(const struct guard_view *view)
{
	uint64_t states[4] = {0}, quarantined = 0;

	for (uint32_t i = 0; i < view->device_count; i++) {
		states[view->devices[i].state]++;
		quarantined += view->devices[i].stand == STAND_QUARANTINED;
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "total", value_number(view->device_count), "clean",
		value_number(states[STATE_CLEAN]), "exposed", value_number(states[STATE_EXPOSED]), "suspect",
		value_number(states[STATE_SUSPECT]), "hijacked", value_number(states[STATE_HIJACKED]), "quarantined",
		value_number(quarantined));
}

/* Open: it counts, and its device is not what it was before, nor allowed all. */
static bool is_open(const struct guard_view *view, const struct found_view *found)
{
	const struct guarded_view *device;

	if (found->muted[0] || found->finding.device >= view->device_count)
		return false;
	device = &view->devices[found->finding.device];
	return device->state != STATE_CLEAN && device->stand != STAND_ALLOWED;
}

/* Of all runs. */
static json_t *count_findings(struct host *host, const struct guard_view *view)
{
	const uint64_t since_s[2] = {
		view->now_s > DAY_S ? view->now_s - DAY_S + 1 : 0, view->now_s > WEEK_S ? view->now_s - WEEK_S + 1 : 0};
	uint64_t raised[2] = {0}, open = 0;

	store_findings_raised(host_store(host), since_s, raised);
	for (uint32_t i = 0; i < view->finding_count; i++)
		open += is_open(view, &view->findings[i]);
	return json_pack("{s:o, s:o, s:o}", "day", value_number(raised[0]), "week", value_number(raised[1]), "open", value_number(open));
}

static json_t *show_fill(const char *name, uint64_t used, uint64_t size)
{
	return json_pack("{s:s, s:o, s:o}", "name", name, "used", value_number(used), "size", value_number(size));
}

static void fill_guard(json_t *all, struct gathering *gathering, struct host *host, const struct guard_view *view)
{
	json_t *mode = json_object(), *blind = json_array(), *fills = json_array();

	for (unsigned i = 0; i < FW_GUARD_FILTER_COUNT; i++)
		json_object_set_new(mode, settings_guard_filter_names[i], json_string(settings_mode_names[view->mode[i]]));
	for (uint32_t i = 0; i < view->blind_count; i++)
		json_array_append_new(blind, value_text(view->blind[i]));
	for (uint32_t i = 0; i < view->fill_count; i++)
		json_array_append_new(fills, show_fill(view->fills[i].name, view->fills[i].used, view->fills[i].size));
	add_fault(gathering, view->reload_why);
	needs_of_guard(&gathering->needs, view);
	needs_of_advice(&gathering->needs, host_guard(host));
	json_object_set_new(all, "mode", mode);
	json_object_set_new(all, "stance", json_null());
	json_object_set_new(all, "devices", count_devices(view));
	json_object_set_new(all, "findings", count_findings(host, view));
	json_object_set_new(all, "capture",
		json_pack("{s:o, s:o}", "frames", value_number(view->frames_seen), "lost", value_number(view->frames_lost)));
	json_object_set_new(all, "blind", blind);
	json_object_set_new(all, "fills", fills);
	json_object_set_new(all, "resident_bytes", value_number(view->resident_bytes));
}

static void fill_shield(json_t *all, struct gathering *gathering, const struct shield_view *view)
{
	json_t *mode = json_object(), *fills = json_array();

	for (unsigned i = 0; i < FW_FILTER_COUNT; i++)
		json_object_set_new(mode, settings_filter_names[i], json_string(settings_mode_names[view->mode[i]]));
	for (uint32_t i = 0; i < view->fill_count; i++)
		json_array_append_new(fills, show_fill(view->fills[i].name, view->fills[i].used, view->fills[i].size));
	add_fault(gathering, view->reload_why);
	needs_of_shield(&gathering->needs, view);
	json_object_set_new(all, "mode", mode);
	json_object_set_new(all, "stance", json_string(settings_stance_names[view->stance]));
	json_object_set_new(all, "devices", json_null());
	json_object_set_new(all, "findings", json_null());
	json_object_set_new(all, "capture", json_null());
	json_object_set_new(all, "blind", json_array());
	json_object_set_new(all, "fills", fills);
	json_object_set_new(all, "resident_bytes", value_number(view->resident_bytes));
}

json_t *show_overview(struct host *host, const struct guard_view *guard, const struct shield_view *shield)
{
	struct gathering *gathering = calloc(1, sizeof(*gathering));
	json_t *all;

	if (!gathering)
		return NULL;
	gathering->faults = json_array();
	all = json_pack("{s:s, s:s, s:s, s:b, s:o, s:o, s:b}", "schema", "floodwall.overview/1", "role", guard ? "guard" : "shield",
		"version", guard ? guard->version : shield->version, "demo", host_demo(host), "started",
		value_moment(guard ? guard->started_s : shield->started_s), "now", value_moment(guard ? guard->now_s : shield->now_s),
		"bypass", guard ? guard->bypass : shield->bypass);
	if (guard)
		fill_guard(all, gathering, host, guard);
	else
		fill_shield(all, gathering, shield);
	add_troubles(gathering, host, guard ? guard->store_why : shield->store_why);
	json_object_set_new(all, "needs", needs_show(&gathering->needs));
	json_object_set_new(all, "needs_more", value_number(gathering->needs.more));
	json_object_set_new(all, "faults", gathering->faults);
	free(gathering);
	return all;
}
