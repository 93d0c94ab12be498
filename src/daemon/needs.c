/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ranks. What is broken and lets everything pass comes before a device that does harm and is not stopped, that one before one that could
 * be taken over, that one before one that is stopped already; then what the daemon itself lacks, and last who is new here.
 */
#include "daemon/needs.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "conf/conf.h"
#include "daemon/value.h"
#include "engine/guard.h"
#include "report/report.h"

enum {
	RANK_OPEN = 100, /* nothing is filtered */
	RANK_HARM = 90,
	RANK_STORE = 75,
	RANK_EXPOSED = 60, /* and 10 for each grade above medium */
	RANK_STOPPED = 58,
	RANK_SUSPECT = 56,
	RANK_TROUBLE = 45,
	RANK_BLIND = 40,
	RANK_STRANGER = 30,
	DAY_S = 86400,
	DECADE_S = 3650 * DAY_S,
};

static const char *const severities[] = SEVERITY_WORDS;

void needs_add(struct needs *needs, const struct need *need)
{
	uint32_t at = needs->count;

	while (at && needs->list[at - 1].rank < need->rank)
		at--;
	needs->more += needs->count == NEEDS_MAX;
	if (at == NEEDS_MAX)
		return;
	if (needs->count < NEEDS_MAX)
		needs->count++;
	memmove(&needs->list[at + 1], &needs->list[at], (needs->count - at - 1) * sizeof(*need));
	needs->list[at] = *need;
}

void needs_fault(struct needs *needs, uint32_t rank, const char *severity, const char *sentence, const char *todo)
{
	struct need need = {.rank = rank, .what = "fault", .severity = severity};

	snprintf(need.text, sizeof(need.text), "%s", sentence);
	snprintf(need.todo, sizeof(need.todo), "%s", todo);
	needs_add(needs, &need);
}

/* ---- devices ---- */

/* That a document names no update does not mean that there is none. */
static const char *remedy_of_advisory(enum remedy remedy)
{
	switch (remedy) {
	case REMEDY_VENDOR_FIX:
		return "Install the update that its maker offers; its page says where it is.";
	case REMEDY_NONE_AVAILABLE:
	case REMEDY_NO_FIX_PLANNED:
		return "There is no update: do what its page says, let nobody reach it from the internet, or replace it.";
	default:
		return "No update is named: do what its page says, ask its maker for one, and let nobody reach it from the internet.";
	}
}

/* Against what this kind of finding tells of. */
static const char *remedy_of(const struct found_view *found)
{
	switch (found ? found->finding.id : FINDING_ID_COUNT) {
	case FINDING_DEFAULT_PASSWORD:
		return "Change its password: the maker's own is known to everybody.";
	case FINDING_CLEARTEXT_LOGIN:
		return "Log in by https or SSH from now on, and change the password that went over the network readably.";
	case FINDING_OPEN_SERVICE:
		return "Switch this service off in the device's settings, or install its newest firmware.";
	case FINDING_REACHED_FROM_INTERNET:
		return "Close the port in your router: its port forwarding, and UPnP.";
	case FINDING_REFLECTOR:
		return "Close this port in your router, for others are flooded through the device.";
	case FINDING_ADVISORY:
		return remedy_of_advisory(found->finding.advisory.remedy);
	case FINDING_POLICY_VIOLATION:
		return "If it should do this, mute the finding; if not, quarantine the device.";
	default:
		return "Restart the device, change its password and install its newest firmware.";
	}
}

/* Of those about this device that count, the worst; the latest of equal ones. NULL: none, or each is muted. */
static const struct found_view *worst_of(const struct guard_view *view, uint32_t device, bool *out_muted)
{
	const struct found_view *worst = NULL;

	*out_muted = false;
	for (uint32_t i = 0; i < view->finding_count; i++) {
		const struct found_view *found = &view->findings[i];
		if (found->finding.device != device)
			continue;
		*out_muted |= found->muted[0] != 0;
		if (!found->muted[0] &&
			(!worst || found->finding.state > worst->finding.state ||
				(found->finding.state == worst->finding.state && found->finding.severity > worst->finding.severity)))
			worst = found;
	}
	return worst;
}

static void name_of(const struct guarded_view *device, char out[2 * DEVICE_TEXT_MAX])
{
	char mac[TEXT_MAC_MAX];
	const char *name = device->name[0] ? device->name : device->model.name[0] ? device->model.name : device->kind.name;

	snprintf(out, 2 * DEVICE_TEXT_MAX, "%s", *name ? name : text_mac(mac, device->mac));
}

static void tell_found(struct need *need, const struct guarded_view *device, const struct found_view *found)
{
	static char summary[REPORT_SUMMARY_MAX];
	char name[2 * DEVICE_TEXT_MAX];
	struct finding finding;
	const struct finding *list[1] = {&finding};
	struct report_view report = {.findings = list, .finding_count = 1};

	name_of(device, name);
	if (!found) {
		snprintf(need->text, sizeof(need->text), "%s was found to be %s.", name, report_state_name(device->state));
		return;
	}
	finding = found->finding;
	finding.device = DEVICE_NONE;
	report_summary(&report, 0, summary);
	snprintf(need->text, sizeof(need->text), "%s: %.*s", name, NEED_TEXT_MAX - (int)sizeof(name) - 8, summary);
	need->finding = found->number;
}

static void rank_device(struct need *need, const struct guarded_view *device, const struct found_view *found)
{
	enum severity severity = found ? found->finding.severity : SEVERITY_HIGH;
	char mac[TEXT_MAC_MAX];

	need->severity = severities[severity];
	need->what = device->state == STATE_EXPOSED ? found && found->finding.id == FINDING_ADVISORY ? "advisory" : "exposure" : "hijacked";
	snprintf(need->todo, sizeof(need->todo), "%s", remedy_of(found));
	if (device->stand == STAND_QUARANTINED) {
		need->rank = RANK_STOPPED;
		snprintf(need->todo, sizeof(need->todo), "It is stopped. %s Then release it: floodwall release %s", remedy_of(found),
			text_mac(mac, device->mac));
	} else if (device->state == STATE_EXPOSED) {
		need->rank = RANK_EXPOSED + 10 * (severity > SEVERITY_MEDIUM ? severity - SEVERITY_MEDIUM : 0);
	} else if (device->state == STATE_SUSPECT) {
		need->rank = RANK_SUSPECT;
	} else {
		need->rank = RANK_HARM;
		if (device->stand == STAND_ORDINARY)
			snprintf(need->todo, sizeof(need->todo), "Stop it: floodwall quarantine %s. %s", text_mac(mac, device->mac),
				remedy_of(found));
	}
}

/* When the first device was heard, and so when looking began; a clock that stood in another decade then is left out. */
static uint64_t first_of(const struct guard_view *view)
{
	uint64_t began_s = view->started_s;

	for (uint32_t i = 0; i < view->device_count; i++)
		if (view->devices[i].first_s < began_s && view->devices[i].first_s + DECADE_S > view->now_s)
			began_s = view->devices[i].first_s;
	return began_s;
}

/* Heard for the first time within the last day, when all that was here already had long been heard; nobody has named it. */
static bool is_stranger(const struct guard_view *view, const struct guarded_view *device, uint64_t began_s)
{
	return device->stand == STAND_ORDINARY && !device->known && !device->user_name[0] && device->first_s >= began_s + DAY_S &&
		device->first_s <= view->now_s && view->now_s - device->first_s < DAY_S;
}

static void need_of_device(struct needs *needs, const struct guard_view *view, uint32_t place, uint64_t began_s)
{
	const struct guarded_view *device = &view->devices[place];
	struct need need = {.has_mac = true};
	const struct found_view *worst;
	char name[2 * DEVICE_TEXT_MAX], mac[TEXT_MAC_MAX];
	bool muted;

	memcpy(need.mac, device->mac, sizeof(need.mac));
	if (device->stand == STAND_ALLOWED)
		return;
	worst = device->state == STATE_CLEAN ? NULL : worst_of(view, place, &muted);
	if (device->state != STATE_CLEAN && (worst ? worst->finding.severity > SEVERITY_LOW : !muted)) {
		tell_found(&need, device, worst);
		rank_device(&need, device, worst);
		needs_add(needs, &need);
	} else if (is_stranger(view, device, began_s)) {
		name_of(device, name);
		need = (struct need){.rank = RANK_STRANGER, .what = "stranger", .severity = "low", .has_mac = true};
		memcpy(need.mac, device->mac, sizeof(need.mac));
		snprintf(need.text, sizeof(need.text), "%s is new here.", name);
		snprintf(need.todo, sizeof(need.todo),
			"If you know it, give it a name: floodwall name %s NAME. If not: floodwall quarantine %s",
			text_mac(mac, device->mac), mac);
		needs_add(needs, &need);
	}
}

/* ---- the whole ---- */

static void need_of_bypass(struct needs *needs)
{
	needs_fault(needs, RANK_OPEN + 1, "critical", "All filters are off: nothing is stopped.", "Switch them on again: floodwall resume");
}

static void need_of_reload(struct needs *needs, const char *why)
{
	char sentence[NEED_TEXT_MAX];

	if (!*why)
		return;
	snprintf(sentence, sizeof(sentence), "The configuration was refused, and the earlier one holds: %.*s", NEED_TEXT_MAX - 80, why);
	needs_fault(needs, RANK_STORE - 1, "medium", sentence, "Put that line right: floodwall check tells what is wrong; then reload.");
}

void needs_trouble(struct needs *needs, const char *key, const char *sentence)
{
	static const struct {
		const char *key, *severity, *todo;
		uint32_t rank;
	} known[] = {
		{"store", "high", "Make room on the disk, or see to the folder's permissions: floodwall show configuration names it.",
			RANK_STORE},
		{"findings", "high", "Make room on the disk: those findings are gone, but what is found from now on is kept.",
			RANK_STORE - 2},
		{"clock", "low", "See that this machine asks a time server.", RANK_TROUBLE - 1},
		{"mqtt", "medium", "See that the broker runs, and that its address and password in the configuration are right.",
			RANK_TROUBLE},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(key, known[i].key) == 0) {
			needs_fault(needs, known[i].rank, known[i].severity, sentence, known[i].todo);
			return;
		}
	needs_fault(needs, RANK_TROUBLE, "medium", sentence, "Look into the log for what was tried; nothing else stops because of it.");
}

void needs_of_guard(struct needs *needs, const struct guard_view *view)
{
	uint64_t began = first_of(view);
	char sentence[NEED_TEXT_MAX];

	if (view->bypass)
		need_of_bypass(needs);
	for (uint32_t i = 0; i < view->interface_count; i++)
		if (!view->interfaces[i].attached) {
			snprintf(sentence, sizeof(sentence), "The interface %s has no program any more: nothing is guarded there.",
				view->interfaces[i].name);
			needs_fault(needs, RANK_OPEN, "critical", sentence, "Start the daemon anew: systemctl restart floodwall");
		}
	need_of_reload(needs, view->reload_why);
	for (uint32_t i = 0; i < view->device_count; i++)
		need_of_device(needs, view, i, began);
	/* a hundredth is what a busy minute may cost */
	if (view->frames_lost > 1000 && view->frames_lost > view->frames_seen / 100) {
		struct need need = {.rank = RANK_BLIND, .what = "blind", .severity = "medium"};
		snprintf(need.text, sizeof(need.text),
			"More than one frame in a hundred is lost on its way to detection; what is stopped is stopped all the same.");
		snprintf(need.todo, sizeof(need.todo), "Raise guard.frames and guard.frames_all, or give the gateway a faster processor.");
		needs_add(needs, &need);
	}
}

static void need_of_zone(struct needs *needs, const struct zone_view *zone)
{
	char sentence[NEED_TEXT_MAX];

	if (zone->shown != SHOWN_FAILED && zone->shown != SHOWN_STALE)
		return;
	snprintf(sentence, sizeof(sentence), "The zone %s is not judged: %s", zone->name, zone->why);
	needs_fault(needs, RANK_EXPOSED, "medium", sentence, "See that the server lets its zone be transferred to this shield.");
}

void needs_of_shield(struct needs *needs, const struct shield_view *view)
{
	bool enforces = false;
	char sentence[NEED_TEXT_MAX];

	if (view->bypass)
		need_of_bypass(needs);
	if (!view->attached) {
		snprintf(sentence, sizeof(sentence), "The interface %s has no program any more: nothing is shielded.", view->interface);
		needs_fault(needs, RANK_OPEN, "critical", sentence, "Start the daemon anew: systemctl restart floodwall");
	}
	for (unsigned i = 0; i < FW_FILTER_COUNT; i++)
		enforces |= view->mode[i] == FW_MODE_ENFORCE;
	if (view->stance == FW_STANCE_DEFEND && !enforces && !view->bypass) {
		struct need need = {.rank = RANK_HARM, .what = "exposure", .severity = "high"};
		snprintf(need.text, sizeof(need.text), "An attack is under way, and the filters only observe: %s", view->stance_why);
		snprintf(need.todo, sizeof(need.todo), "Look at floodwall show verdicts, and set filters to enforce.");
		needs_add(needs, &need);
	}
	need_of_reload(needs, view->reload_why);
	for (uint32_t i = 1; i < view->zone_count; i++)
		need_of_zone(needs, &view->zones[i]);
}

static json_t *show_one(const struct need *need)
{
	json_t *one = json_pack("{s:s, s:s, s:o, s:o}", "what", need->what, "severity", need->severity, "text", value_text(need->text),
		"do", value_text(need->todo));

	if (need->has_mac)
		json_object_set_new(one, "device", value_mac(need->mac));
	if (need->finding)
		json_object_set_new(one, "finding", value_number(need->finding));
	return one;
}

json_t *needs_show(const struct needs *needs)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < needs->count; i++)
		json_array_append_new(list, show_one(&needs->list[i]));
	return list;
}
