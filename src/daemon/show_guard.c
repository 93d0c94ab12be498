/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guard shows, as JSON: docs/schema/guard-devices.json, -findings.json, -policy.json, -verdicts.json. */
#include <stdlib.h>
#include <string.h>

#include "base/reason.h"
#include "base/text.h"
#include "daemon/inside.h"
#include "report/report.h"

static const char *const stands[] = {"ordinary", "held", "allowed", "quarantined"};
static const char *const states[] = {"clean", "exposed", "suspect", "hijacked"};
static const char *const severities[] = {"low", "medium", "high", "critical"};
static const char *const acts[] = {"noted", "would", "quarantined", "held-back", "no-device"};
static const char *const froms[] = {"none", "configuration", "device"};
static const char *const outcomes[FW_GUARD_OUTCOMES] = {"passed", "dropped", "would"};
static const char *const ways[FW_GUARD_WAYS] = {"out", "in"};

enum { CLEAN_MAX = 1100 };

static json_t *number(uint64_t value)
{
	return json_integer((json_int_t)(value > INT64_MAX ? INT64_MAX : value));
}

/* Names, URLs and sentences may hold what a device sent. */
static json_t *clean_text(const char *text)
{
	char clean[CLEAN_MAX];

	text_escape(clean, sizeof(clean), text, SIZE_MAX);
	return json_string(clean);
}

static json_t *text_or_null(const char *text)
{
	return *text ? clean_text(text) : json_null();
}

static json_t *moment_ns(uint64_t time_ns)
{
	char text[TEXT_TIME_MAX];

	return time_ns ? json_string(text_time(text, time_ns)) : json_null();
}

static json_t *moment(uint64_t seconds)
{
	return moment_ns(seconds * 1000000000ull);
}

static json_t *mac_of(const uint8_t mac[6])
{
	char text[TEXT_MAC_MAX];

	return json_string(text_mac(text, mac));
}

static json_t *address_of(const uint8_t address[16])
{
	char text[TEXT_ADDRESS_MAX];

	return json_string(text_address(text, address));
}

static json_t *tally(const struct fw_guard_tally *count)
{
	return json_pack("{s:o, s:o}", "packets", number(count->packets), "bytes", number(count->bytes));
}

/* ---- devices ---- */

static json_t *guess(const struct guess *guess)
{
	if (!guess->name[0])
		return json_null();
	return json_pack("{s:o, s:i}", "name", clean_text(guess->name), "confidence", guess->confidence);
}

static json_t *addresses(const struct guarded_view *device)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < device->address_count && i < GUARD_ADDRESSES_SHOWN; i++)
		json_array_append_new(list, address_of(device->addresses[i]));
	return list;
}

static json_t *traffic(const struct fw_guard_count *count)
{
	json_t *all = json_object();

	for (unsigned way = 0; way < FW_GUARD_WAYS; way++) {
		json_t *one = json_object();
		for (unsigned i = 0; i < FW_GUARD_OUTCOMES; i++)
			json_object_set_new(one, outcomes[i], tally(&count->way[way][i]));
		json_object_set_new(all, ways[way], one);
	}
	json_object_set_new(all, "unanswered", tally(&count->unanswered));
	return all;
}

static json_t *policy_of(const struct guarded_view *device)
{
	return json_pack("{s:s, s:o, s:o, s:o}", "from", froms[device->policy_from], "url", text_or_null(device->mud_url), "refused",
		text_or_null(device->mud_refused), "rules", number(device->rules));
}

json_t *show_one_device(const struct guarded_view *device)
{
	json_t *one =
		json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:b}", "mac", mac_of(device->mac), "name", text_or_null(device->name),
			"addresses", addresses(device), "maker", guess(&device->maker), "kind", guess(&device->kind), "model",
			guess(&device->model), "state", states[device->state], "stand", stands[device->stand], "configured", device->known);

	json_object_set_new(one, "user_name", text_or_null(device->user_name));
	json_object_set_new(one, "decision", device->decision ? number(device->decision) : json_null());
	json_object_set_new(one, "since", moment(device->since_s));
	json_object_set_new(one, "until", moment(device->until_s));
	json_object_set_new(one, "why", text_or_null(device->why));
	json_object_set_new(one, "policy", policy_of(device));
	json_object_set_new(one, "first", moment(device->first_s));
	json_object_set_new(one, "last", moment(device->last_s));
	json_object_set_new(one, "traffic", traffic(&device->count));
	return one;
}

json_t *show_headed(const char *schema, const struct guard_view *view, const char *key, json_t *list)
{
	return json_pack("{s:s, s:o, s:o}", "schema", schema, "time", moment(view->now_s), key, list);
}

/* ---- findings ---- */

static json_t *summary_of(const struct found_view *found)
{
	static char text[REPORT_SUMMARY_MAX];
	struct finding finding = found->finding;
	const struct finding *list[1] = {&finding};
	struct report_view view = {.findings = list, .finding_count = 1};

	finding.device = DEVICE_NONE; /* who it is stands beside the sentence */
	report_summary(&view, 0, text);
	return json_string(text);
}

static json_t *leaked(const struct found_view *found)
{
	if (found->act != ACT_QUARANTINED || !found->acted_ns)
		return json_null();
	return json_pack("{s:o, s:o, s:b}", "packets", number(found->leaked_packets), "bytes", number(found->leaked_bytes), "whole",
		found->leak_known);
}

json_t *show_one_finding(const struct guard_view *view, const struct found_view *found)
{
	const struct finding *finding = &found->finding;
	const struct guarded_view *device = finding->device < view->device_count ? &view->devices[finding->device] : NULL;
	json_t *one = json_pack("{s:o, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "finding", number(found->number), "id",
		guard_finding_word(finding->id), "severity", severities[finding->severity], "state", states[finding->state], "mac",
		device ? mac_of(found->mac) : json_null(), "name", device ? text_or_null(device->name) : json_null(), "first",
		moment_ns(finding->first_ns), "last", moment_ns(finding->last_ns), "count", number(finding->count));

	json_object_set_new(one, "source", finding->has_source ? address_of(finding->source) : json_null());
	json_object_set_new(one, "target", finding->has_target ? address_of(finding->target) : json_null());
	json_object_set_new(one, "act", json_string(acts[found->act]));
	json_object_set_new(one, "muted", text_or_null(found->muted));
	json_object_set_new(one, "raised", moment_ns(found->raised_ns));
	json_object_set_new(one, "acted", moment_ns(found->acted_ns));
	json_object_set_new(one, "leaked", leaked(found));
	json_object_set_new(one, "summary", summary_of(found));
	return one;
}

/* ---- policy ---- */

static json_t *policy_object(const struct policy_view *policy)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "url", text_or_null(policy->url), "file", clean_text(policy->file), "what",
		text_or_null(policy->what), "rules", number(policy->rules), "names", number(policy->names), "devices",
		number(policy->devices), "why", text_or_null(policy->why));
}

json_t *show_policy(const struct guard_view *view)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < view->policy_count; i++)
		json_array_append_new(list, policy_object(&view->policies[i]));
	return show_headed("floodwall.policy/1", view, "policies", list);
}

/* ---- verdicts: filters, reasons, tables, blind spots ---- */

static json_t *filters(const struct guard_view *view)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < FW_GUARD_FILTER_COUNT; i++)
		json_array_append_new(list,
			json_pack("{s:s, s:s}", "filter", settings_guard_filter_names[i], "mode", settings_mode_names[view->mode[i]]));
	return list;
}

static void add_reason(json_t *list, const struct guard_view *view, unsigned way, unsigned reason)
{
	json_t *one = json_pack("{s:s, s:s, s:s}", "way", ways[way], "reason", reason_counter((enum fw_reason)reason), "says",
		reason_sentence((enum fw_reason)reason));

	for (unsigned i = 0; i < FW_GUARD_OUTCOMES; i++)
		json_object_set_new(one, outcomes[i], tally(&view->totals.reason[way][i][reason]));
	json_array_append_new(list, one);
}

/* Those that were ever counted. */
static json_t *reasons(const struct guard_view *view)
{
	json_t *list = json_array();

	for (unsigned way = 0; way < FW_GUARD_WAYS; way++)
		for (unsigned reason = 0; reason < FW_REASON_COUNT; reason++) {
			uint64_t sum = 0;
			for (unsigned i = 0; i < FW_GUARD_OUTCOMES; i++)
				sum += view->totals.reason[way][i][reason].packets;
			if (sum)
				add_reason(list, view, way, reason);
		}
	return list;
}

static json_t *interfaces(const struct guard_view *view)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < view->interface_count; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:b}", "name", view->interfaces[i].name, "attached", view->interfaces[i].attached));
	return list;
}

static json_t *tables(const struct guard_view *view)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < view->fill_count; i++)
		json_array_append_new(list,
			json_pack("{s:s, s:o, s:o}", "table", view->fills[i].name, "used", number(view->fills[i].used), "size",
				number(view->fills[i].size)));
	return list;
}

static json_t *blind_spots(const struct guard_view *view)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < view->blind_count; i++)
		json_array_append_new(list, json_string(view->blind[i]));
	return list;
}

json_t *show_guard_verdicts(const struct guard_view *view)
{
	json_t *all = show_headed("floodwall.verdicts/1", view, "reasons", reasons(view));

	json_object_set_new(all, "version", json_string(view->version));
	json_object_set_new(all, "started", moment(view->started_s));
	json_object_set_new(all, "interfaces", interfaces(view));
	json_object_set_new(all, "configuration",
		json_pack("{s:o, s:o}", "generation", number(view->generation), "refused", text_or_null(view->reload_why)));
	json_object_set_new(all, "filters", filters(view));
	json_object_set_new(all, "lateral", json_string(view->lateral_closed ? "closed" : "open"));
	json_object_set_new(all, "fail", json_string(view->fail_closed ? "closed" : "open"));
	json_object_set_new(all, "frames", json_pack("{s:o, s:o}", "seen", number(view->frames_seen), "lost", number(view->frames_lost)));
	json_object_set_new(all, "strangers", number(view->strangers_seen));
	json_object_set_new(all, "names",
		json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "asked", number(view->names_asked), "answered",
			number(view->names_answered), "failed", number(view->names_failed), "waiting", number(view->names_waiting), "bound",
			number(view->totals.bound), "refused", number(view->names_refused), "over", number(view->totals.bound_over), "gone",
			number(view->totals.bound_gone), "full", number(view->totals.bound_full)));
	json_object_set_new(all, "released", number(view->released));
	json_object_set_new(all, "decisions", number(view->decisions));
	json_object_set_new(all, "store", text_or_null(view->store_why));
	json_object_set_new(all, "tables", tables(view));
	json_object_set_new(all, "blind_spots", blind_spots(view));
	json_object_set_new(all, "resident_bytes", number(view->resident_bytes));
	return all;
}
