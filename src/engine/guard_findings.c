/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A finding appears, and what is done about it is done at once: flag in the kernel first, then the finding into the store, then the decision that
 * names its number, then the log: who is killed in between has told nobody of a number that would be given again. What leaked until the flag
 * is the kernel's own count of what the device sent to peers that never answered, since the finding's first packet.
 */
#include <string.h>

#include "base/text.h"
#include "engine/guard_room.h"

static const char *const finding_words[FINDING_ID_COUNT] = FINDING_WORDS;

const char *guard_finding_word(enum finding_id id)
{
	return (unsigned)id < FINDING_ID_COUNT && finding_words[id] ? finding_words[id] : "finding";
}

/* The first of its MACs that has a place. */
static struct roster_device *culprit(struct guard *guard, const struct finding *finding, uint8_t out_mac[6])
{
	struct device device;

	if (finding->device == DEVICE_NONE || !live_device(guard->live, finding->device, &device))
		return NULL;
	memcpy(out_mac, device.macs[0], 6);
	for (unsigned i = 0; i < device.mac_count; i++) {
		struct roster_device *found = roster_find(guard->roster, device.macs[i]);
		if (!found)
			continue;
		memcpy(out_mac, found->mac, 6);
		return found;
	}
	return NULL;
}

static struct found_view *view_of(struct guard *guard, const struct live_finding *found)
{
	uint64_t kept = guard->found_count < GUARD_FOUND_MAX ? guard->found_count : GUARD_FOUND_MAX;
	uint32_t number = (uint32_t)(guard->found_before + found->number);
	struct found_view *view;

	for (uint64_t i = 0; i < kept; i++)
		if (guard->found[i].number == number)
			return &guard->found[i];
	view = &guard->found[guard->found_count++ % GUARD_FOUND_MAX];
	memset(view, 0, sizeof(*view));
	view->number = number;
	view->raised_ns = guard->wall_ns;
	return view;
}

/* The first packet's time is the wall's; the counters' are the steady clock's. */
static uint64_t to_steady(const struct guard *guard, uint64_t wall_ns)
{
	uint64_t ago_ns = guard_frames_span(guard, guard->wall_ns > wall_ns ? guard->wall_ns - wall_ns : 0);

	return guard->now_ns > ago_ns ? guard->now_ns - ago_ns : 0;
}

struct leak_sample guard_leak_now(const struct guard *guard, const struct roster_device *device, const struct fw_guard_count *count)
{
	return (struct leak_sample){
		guard->now_ns, count->unanswered.packets + device->early_packets, count->unanswered.bytes + device->early_bytes};
}

static void measure_leak(struct guard *guard, struct roster_device *device, struct found_view *view)
{
	struct leak_sample now, leaked;
	struct fw_guard_count count;

	if (!device->place || plane_guard_counts(guard->plane, device->place, &count))
		return;
	now = guard_leak_now(guard, device, &count);
	view->leak_known = leak_since(guard->leaks, &device->leak, to_steady(guard, view->finding.first_ns), &now, &leaked);
	view->leaked_packets = leaked.packets;
	view->leaked_bytes = leaked.bytes;
}

static void keep_decision(struct guard *guard, struct roster_device *device, const struct found_view *view)
{
	const struct settings_guard *settings = &guard->settings->guard;
	struct deed deed = {.time_s = guard->wall_ns / FW_NS_PER_S, .verb = DEED_DECIDE};
	uint64_t now_s = deed.time_s;
	struct decision decision = {.kind = DECISION_BLOCK, .prefix.bits = DECISION_OF_MAC, .made_s = now_s, .who = "floodwall"};
	struct fault fault = {0};

	decision.until_s = settings->quarantine_s ? now_s + settings->quarantine_s : 0;
	memcpy(decision.prefix.address, device->mac, 6);
	snprintf(decision.reason, sizeof(decision.reason), "finding %u: %s; %llu packets (%llu bytes) left before", view->number,
		guard_finding_word(view->finding.id), (unsigned long long)view->leaked_packets, (unsigned long long)view->leaked_bytes);
	device->unkept = store_decide(guard->store, &decision, &deed.decision, &deed.id, &fault) != 0;
	memcpy(deed.who, decision.who, sizeof(deed.who));
	memcpy(deed.detail, decision.reason, sizeof(deed.detail));
	if (!device->unkept && guard->deed)
		guard->deed(guard->context, &deed);
	if (device->unkept)
		guard_say(guard, "%s; the quarantine holds until the daemon ends or the device is released", fault.sentence);
}

/* Unkept until the store has taken it: whatever is asked meanwhile finds it stopped. */
static void stop(struct guard *guard, struct roster_device *device, struct found_view *view)
{
	plane_guard_device_flags(guard->plane, device->place, 0, FW_DEVICE_QUARANTINED);
	device->quarantined = device->lasting = device->decided = device->unkept = true;
	view->acted_ns = guard->wall_ns;
	measure_leak(guard, device, view);
}

static void say_stopped(struct guard *guard, const struct roster_device *device, const struct found_view *view)
{
	char mac[TEXT_MAC_MAX];

	guard_say(guard, "%s is in quarantine: finding %u, %s; %llu packets left before; 'floodwall release %s' lets it go",
		text_mac(mac, device->mac), view->number, guard_finding_word(view->finding.id), (unsigned long long)view->leaked_packets,
		mac);
}

static struct quarantine_rule rule_of(const struct guard *guard)
{
	const struct settings_guard *settings = &guard->settings->guard;
	uint8_t mode = guard->config.mode[FW_GUARD_QUARANTINE]; /* off while a bypass stands */

	return (struct quarantine_rule){
		.from = settings->quarantine_from == GUARD_FROM_CRITICAL ? SEVERITY_CRITICAL : SEVERITY_HIGH,
		.never = settings->quarantine_from == GUARD_FROM_NEVER,
		.enforced = mode == FW_MODE_ENFORCE,
		.off = mode == FW_MODE_OFF,
	};
}

static const char *said(enum guard_act act)
{
	static const char *const words[] = {
		[ACT_NOTED] = "noted",
		[ACT_WOULD] = "would be quarantined, but the filter observes",
		[ACT_QUARANTINED] = "quarantined",
		[ACT_HELD_BACK] = "held back: this device is never stopped",
		[ACT_NO_DEVICE] = "nobody of ours is known to have done it",
	};

	return words[act];
}

static enum guard_act judge(struct guard *guard, struct found_view *view, const struct roster_device *device, bool muted)
{
	struct quarantine_rule rule = rule_of(guard);
	struct quarantine_suspect suspect = {.held = device && (guard_is_held(guard, device) || (device->decided && !device->quarantined))};
	enum guard_act act = quarantine_judge(&rule, &view->finding, muted, device && device->place ? &suspect : NULL);

	view->act = view->act == ACT_QUARANTINED ? ACT_QUARANTINED : act;
	return act;
}

bool guard_found(void *context, const struct live_finding *found)
{
	struct guard *guard = context;
	struct found_view *view = view_of(guard, found);
	struct roster_device *device;
	char mac[TEXT_MAC_MAX];
	enum guard_act act;
	const char *why;
	bool stops;

	guard->findings_made += found->first;
	view->finding = *found->finding;
	device = culprit(guard, found->finding, view->mac);
	why = guard_muted(guard, view);
	snprintf(view->muted, sizeof(view->muted), "%s", why ? why : "");
	act = judge(guard, view, device, why != NULL);
	stops = act == ACT_QUARANTINED && !device->quarantined;
	if (stops)
		stop(guard, device, view);
	if (guard->told)
		guard->told(guard->context, view, found->news);
	if (stops) {
		keep_decision(guard, device, view);
		say_stopped(guard, device, view);
	}
	if (found->news != LIVE_MORE && !why)
		guard_tell(guard, "finding %u: %s of %s: %s", view->number, guard_finding_word(found->finding->id),
			found->finding->device == DEVICE_NONE ? "somebody unknown" : text_mac(mac, view->mac), said(act));
	if (found->news != LIVE_MORE)
		guard_want_proof(guard, view);
	return !why;
}
