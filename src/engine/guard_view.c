/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is there, as plain values: model/guard_view.h. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/guard_room.h"

enum { STATM_MAX = 128 };

/* ---- devices ---- */

static void stand_of(struct guard *guard, const struct roster_device *device, struct guarded_view *view)
{
	const struct decision *decision = device->decided ? guard_decision_of(guard, device->mac) : NULL;

	if (decision) {
		view->decision = decision->id;
		view->since_s = decision->made_s;
		view->until_s = decision->until_s;
		view->why = decision->reason;
		view->stand = decision->kind == DECISION_TRUST ? STAND_ALLOWED : STAND_QUARANTINED;
	} else if (device->quarantined) { /* the store could not keep it */
		view->stand = STAND_QUARANTINED;
	}
	if (guard_is_held(guard, device))
		view->stand = STAND_HELD;
}

static struct guarded_guess guess_of(const struct guess *guess)
{
	return (struct guarded_guess){.name = guess->name, .confidence = guess->confidence};
}

static void identity_of(struct guard *guard, const struct roster_device *roster, struct guarded_view *view)
{
	const struct settings_device *named = guard_settings_of(guard, roster);
	const char *given = guard_given(guard, roster->mac);
	uint32_t number = live_device_of(guard->live, roster->mac);
	const struct device *device = number != DEVICE_NONE ? live_device_borrow(guard->live, number) : NULL;

	if (device) {
		view->name = device->name;
		view->maker = guess_of(&device->maker);
		view->kind = guess_of(&device->kind);
		view->model = guess_of(&device->model);
		view->state = device->state;
	}
	view->known = named != NULL;
	if (!given && named && named->name[0])
		given = named->name;
	if (!given)
		return;
	view->name = view->user_name = given;
}

static uint64_t to_wall_s(const struct guard *guard, uint64_t steady_ns)
{
	uint64_t ago_ns = guard_wall_span(guard, guard->now_ns > steady_ns ? guard->now_ns - steady_ns : 0);

	return guard->wall_ns > ago_ns ? (guard->wall_ns - ago_ns) / FW_NS_PER_S : 0;
}

void guard_fill_view(struct guard *guard, const struct roster_device *device, struct guarded_view *view)
{
	struct fw_guard_device kernels;

	*view = (struct guarded_view){GUARDED_NOTHING, .place = (uint16_t)device->place};
	memcpy(view->mac, device->mac, sizeof(view->mac));
	view->address_count = device->address_count;
	view->addresses = device->address_count ? (const uint8_t(*)[16])device->addresses : NULL;
	view->first_s = guard_first_s(guard, device->mac, to_wall_s(guard, device->first_ns));
	if (device->place && plane_guard_device(guard->plane, device->place, &kernels) && kernels.last_ns)
		view->last_s = to_wall_s(guard, kernels.last_ns);
	identity_of(guard, device, view);
	stand_of(guard, device, view);
	if (device->policy) {
		view->policy_from = device->url_by_user ? POLICY_BY_USER : POLICY_BY_DEVICE;
		view->rules = guard->policies.list[device->policy - 1].rules;
	}
	view->mud_url = device->url;
	view->mud_refused = device->refused;
	if (device->place)
		plane_guard_counts(guard->plane, device->place, &view->count);
}

static void view_device(void *context, struct roster_device *device)
{
	struct guard *guard = context;

	if (guard->view.device_count < guard->view_devices_room)
		guard_fill_view(guard, device, &guard->view.devices[guard->view.device_count++]);
}

static int by_mac(const void *left, const void *right)
{
	const struct guarded_view *a = left, *b = right;

	return memcmp(a->mac, b->mac, 6);
}

static bool view_devices(struct guard *guard)
{
	uint32_t room = guard->settings->guard.sizes.devices;

	if (!guard->view.devices)
		guard->view.devices = calloc(room, sizeof(*guard->view.devices));
	if (!guard->view.devices)
		return false;
	guard->view_devices_room = room;
	guard->view.device_count = 0;
	roster_each(guard->roster, view_device, guard);
	qsort(guard->view.devices, guard->view.device_count, sizeof(*guard->view.devices), by_mac);
	return true;
}

/* ---- findings and policies ---- */

static uint32_t place_in_view(const struct guard *guard, const uint8_t mac[6])
{
	struct guarded_view key = {0};
	const struct guarded_view *found;

	memcpy(key.mac, mac, 6);
	found = bsearch(&key, guard->view.devices, guard->view.device_count, sizeof(key), by_mac);
	return found ? (uint32_t)(found - guard->view.devices) : DEVICE_NONE;
}

static bool view_findings(struct guard *guard)
{
	struct guard_view *view = &guard->view;
	uint64_t kept = guard->found_count < GUARD_FOUND_MAX ? guard->found_count : GUARD_FOUND_MAX;

	if (!view->findings)
		view->findings = calloc(GUARD_FOUND_MAX, sizeof(*view->findings));
	if (!view->findings)
		return false;
	view->finding_count = 0;
	for (uint64_t back = 1; back <= kept; back++) {
		struct found_view *found = &view->findings[view->finding_count++];
		const char *muted;
		*found = guard->found[(guard->found_count - back) % GUARD_FOUND_MAX];
		found->finding.device = place_in_view(guard, found->mac);
		muted = guard_muted(guard, found);
		snprintf(found->muted, sizeof(found->muted), "%s", muted ? muted : "");
	}
	return true;
}

static bool view_policies(struct guard *guard)
{
	struct guard_view *view = &guard->view;
	struct policy_view *list = calloc(guard->policies.count + 1u, sizeof(*list));

	if (!list)
		return false;
	free(view->policies);
	view->policies = list;
	view->policy_count = guard->policies.count;
	for (uint32_t i = 0; i < guard->policies.count; i++) {
		const struct guard_policy *policy = &guard->policies.list[i];
		memcpy(list[i].url, policy->url, sizeof(list[i].url));
		memcpy(list[i].file, policy->file, sizeof(list[i].file));
		memcpy(list[i].why, policy->why, sizeof(list[i].why));
		if (policy->mud)
			snprintf(list[i].what, sizeof(list[i].what), "%s", policy_head(policy->mud)->systeminfo);
		list[i].rules = policy->mud ? policy_rule_count(policy->mud) : 0;
		list[i].names = policy->names;
		list[i].devices = policy->devices;
	}
	return true;
}

/* ---- the whole ---- */

static void view_fills(struct guard *guard)
{
	struct plane_guard_fill fill;
	struct guard_view *view = &guard->view;

	plane_guard_fill(guard->plane, &fill);
	view->fills[0] = (struct fill_of_guard){"devices", roster_count(guard->roster), guard->settings->guard.sizes.devices};
	view->fills[1] = (struct fill_of_guard){"rules", fill.rules, fill.rules_room};
	view->fills[2] = (struct fill_of_guard){"members", fill.members, fill.members_room};
	view->fills[3] = (struct fill_of_guard){"names", fill.names, fill.names_room};
	view->fills[4] = (struct fill_of_guard){"flows", fill.flows, fill.flows_room};
	view->fill_count = 5;
}

static void blind(struct guard_view *view, const char *sentence)
{
	if (view->blind_count < sizeof(view->blind) / sizeof(view->blind[0]))
		snprintf(view->blind[view->blind_count++], sizeof(view->blind[0]), "%s", sentence);
}

static bool knows_family(const struct guard *guard, bool four)
{
	return !(four ? guard->config.unknown_four : guard->config.unknown_six);
}

struct unheld {
	const struct guard *guard;
	uint32_t count;
};

static void count_unheld(void *context, struct roster_device *device)
{
	struct unheld *unheld = context;

	if (!device->policy && (device->url_by_user || (device->url[0] && guard_find_policy(&unheld->guard->policies, device->url))))
		unheld->count++;
}

/* Whoever gave it a policy would take it for bound. */
static void view_unheld(struct guard *guard)
{
	struct unheld unheld = {.guard = guard};
	char sentence[GUARD_SENTENCE_MAX];

	roster_each(guard->roster, count_unheld, &unheld);
	if (!unheld.count)
		return;
	snprintf(sentence, sizeof(sentence),
		"of %u device%s the MUD file does not hold: judged as if there were none (show policy says why)", unheld.count,
		unheld.count == 1 ? "" : "s");
	blind(&guard->view, sentence);
}

static void view_blind_spots(struct guard *guard)
{
	struct guard_view *view = &guard->view;
	struct plane_guard_interface interface;

	view->blind_count = 0;
	blind(view, "devices on one switch or radio that talk past these interfaces are not seen");
	blind(view, "a device behind another router is seen as that router");
	for (uint32_t i = 0; plane_guard_interface(guard->plane, i, &interface); i++)
		if (!interface.attached) {
			blind(view, "an interface has no program any more: nothing is guarded there");
			break;
		}
	if (!knows_family(guard, true))
		blind(view,
			"no IPv4 network of ours is known: forged IPv4 sources cannot be told, and what is not private counts as outside");
	if (!knows_family(guard, false))
		blind(view,
			"no IPv6 network of ours is known: forged IPv6 sources cannot be told, and what is not private counts as outside");
	if (guard->unfilled)
		blind(view, "the addresses of the interfaces could not be taken over: networks that came since count as strange");
	blind(view, "what a device resolves over TCP, DoH or DoT binds no name of its policy");
	if (guard->frames_lost)
		blind(view, "frames were lost on their way to detection; what the kernel stops is not touched by that");
	if (guard->ring_broken)
		blind(view, "frames of devices cannot be read: nothing is detected");
	view_unheld(guard);
}

static uint64_t resident(void)
{
	unsigned long long pages = 0, total = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (!file)
		return 0;
	if (fscanf(file, "%llu %llu", &total, &pages) != 2)
		pages = 0;
	fclose(file);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void count_decision(void *context, const struct decision *decision)
{
	*(uint32_t *)context += decision->prefix.bits == DECISION_OF_MAC;
}

static void view_interfaces(struct guard *guard)
{
	struct guard_view *view = &guard->view;
	struct plane_guard_interface interface;

	for (view->interface_count = 0;
		view->interface_count < GUARD_INTERFACES_SHOWN && plane_guard_interface(guard->plane, view->interface_count, &interface);
		view->interface_count++) {
		struct guarded_interface *shown = &view->interfaces[view->interface_count];
		snprintf(shown->name, sizeof(shown->name), "%s", interface.name);
		shown->attached = interface.attached;
	}
}

static void view_numbers(struct guard *guard)
{
	struct guard_view *view = &guard->view;
	struct ask_counts asked;

	ask_counts(guard->ask, &asked);
	view->version = guard->version;
	view->now_s = guard->wall_ns / FW_NS_PER_S;
	view->started_s = guard->opened_s;
	view->resident_bytes = resident();
	view->generation = guard->config.generation;
	memcpy(view->mode, guard->config.mode, sizeof(view->mode));
	view->lateral_closed = guard->config.lateral_closed;
	view->bypass = guard->bypass;
	view->fail_closed = guard->config.closed;
	plane_guard_totals(guard->plane, &view->totals);
	view->frames_seen = guard->frames_seen;
	view->frames_lost = guard->frames_lost + view->totals.ring_full;
	view->strangers_seen = guard->strangers;
	view->names_asked = asked.asked;
	view->names_answered = asked.answered;
	view->names_failed = asked.failed;
	view->names_waiting = asked.waiting;
	view->names_refused = guard->names_refused + view->totals.bound_refused;
	view->released = guard->released;
	view->findings_made = guard->findings_made;
	view->decisions = 0;
	store_each_decision(guard->store, count_decision, &view->decisions);
	snprintf(view->store_why, sizeof(view->store_why), "%s",
		store_state(guard->store) == STORE_SOUND             ? ""
			: store_state(guard->store) == STORE_FULL    ? "the disk is full: decisions cannot be kept"
			: store_state(guard->store) == STORE_DAMAGED ? "the store is damaged: the next start sets it aside"
								     : "decisions are kept in memory alone, and end with the daemon");
}

struct guard_view *guard_view(struct guard *guard, const struct fetch_time *now)
{
	guard_set_clock(guard, now);
	view_numbers(guard);
	view_interfaces(guard);
	view_fills(guard);
	view_blind_spots(guard);
	return view_devices(guard) && view_findings(guard) && view_policies(guard) ? &guard->view : NULL;
}
