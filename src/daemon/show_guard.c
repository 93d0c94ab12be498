/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guard shows, as JSON: docs/schema/guard-devices.json, -findings.json, -policy.json, -verdicts.json. */
#include <stdlib.h>
#include <string.h>

#include "base/reason.h"
#include "base/text.h"
#include "daemon/inside.h"
#include "daemon/value.h"
#include "report/report.h"

static const char *const stands[] = STAND_WORDS;
static const char *const states[] = STATE_WORDS;
static const char *const severities[] = SEVERITY_WORDS;
static const char *const acts[] = ACT_WORDS;
static const char *const froms[] = {"none", "configuration", "device"};
static const char *const outcomes[FW_GUARD_OUTCOMES] = {"passed", "dropped", "would"};
static const char *const ways[FW_GUARD_WAYS] = {"out", "in"};

static json_t *tally(const struct fw_guard_tally *count)
{
	return json_pack("{s:o, s:o}", "packets", value_number(count->packets), "bytes", value_number(count->bytes));
}

/* ---- devices ---- */

static json_t *guess(const struct guarded_guess *guess)
{
	if (!guess->name[0])
		return json_null();
	return json_pack("{s:o, s:i}", "name", value_text(guess->name), "confidence", guess->confidence);
}

static json_t *addresses(const struct guarded_view *device)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < device->address_count && i < GUARD_ADDRESSES_SHOWN; i++)
		json_array_append_new(list, value_address(device->addresses[i]));
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
	return json_pack("{s:s, s:o, s:o, s:o}", "from", froms[device->policy_from], "url", value_text_or_null(device->mud_url), "refused",
		value_text_or_null(device->mud_refused), "rules", value_number(device->rules));
}

json_t *show_one_device(const struct guarded_view *device)
{
	json_t *one = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:b}", "mac", value_mac(device->mac), "name",
		value_text_or_null(device->name), "addresses", addresses(device), "maker", guess(&device->maker), "kind",
		guess(&device->kind), "model", guess(&device->model), "state", states[device->state], "stand", stands[device->stand],
		"configured", device->known);

	json_object_set_new(one, "user_name", value_text_or_null(device->user_name));
	json_object_set_new(one, "decision", device->decision ? value_number(device->decision) : json_null());
	json_object_set_new(one, "since", value_moment(device->since_s));
	json_object_set_new(one, "until", value_moment(device->until_s));
	json_object_set_new(one, "why", value_text_or_null(device->why));
	json_object_set_new(one, "policy", policy_of(device));
	json_object_set_new(one, "first", value_moment(device->first_s));
	json_object_set_new(one, "last", value_moment(device->last_s));
	json_object_set_new(one, "traffic", traffic(&device->count));
	return one;
}

json_t *show_headed(const char *schema, const struct guard_view *view, const char *key, json_t *list)
{
	return json_pack("{s:s, s:o, s:o}", "schema", schema, "time", value_moment(view->now_s), key, list);
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
	return json_pack("{s:o, s:o, s:b}", "packets", value_number(found->leaked_packets), "bytes", value_number(found->leaked_bytes),
		"whole", found->leak_known);
}

json_t *show_one_finding(const struct guard_view *view, const struct found_view *found)
{
	const struct finding *finding = &found->finding;
	const struct guarded_view *device = finding->device < view->device_count ? &view->devices[finding->device] : NULL;
	json_t *one = json_pack("{s:o, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "finding", value_number(found->number), "id",
		guard_finding_word(finding->id), "severity", severities[finding->severity], "state", states[finding->state], "mac",
		device ? value_mac(found->mac) : json_null(), "name", device ? value_text_or_null(device->name) : json_null(), "first",
		value_moment_ns(finding->first_ns), "last", value_moment_ns(finding->last_ns), "count", value_number(finding->count));

	json_object_set_new(one, "source", finding->has_source ? value_address(finding->source) : json_null());
	json_object_set_new(one, "target", finding->has_target ? value_address(finding->target) : json_null());
	json_object_set_new(one, "act", json_string(acts[found->act]));
	json_object_set_new(one, "muted", value_text_or_null(found->muted));
	json_object_set_new(one, "raised", value_moment_ns(found->raised_ns));
	json_object_set_new(one, "acted", value_moment_ns(found->acted_ns));
	json_object_set_new(one, "leaked", leaked(found));
	json_object_set_new(one, "summary", summary_of(found));
	return one;
}

/* ---- policy ---- */

static json_t *policy_object(const struct policy_view *policy)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "url", value_text_or_null(policy->url), "file", value_text(policy->file),
		"what", value_text_or_null(policy->what), "rules", value_number(policy->rules), "names", value_number(policy->names),
		"devices", value_number(policy->devices), "why", value_text_or_null(policy->why));
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
			json_pack("{s:s, s:o, s:o}", "table", view->fills[i].name, "used", value_number(view->fills[i].used), "size",
				value_number(view->fills[i].size)));
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
	json_object_set_new(all, "started", value_moment(view->started_s));
	json_object_set_new(all, "interfaces", interfaces(view));
	json_object_set_new(all, "configuration",
		json_pack("{s:o, s:o}", "generation", value_number(view->generation), "refused", value_text_or_null(view->reload_why)));
	json_object_set_new(all, "filters", filters(view));
	json_object_set_new(all, "lateral", json_string(view->lateral_closed ? "closed" : "open"));
	json_object_set_new(all, "fail", json_string(view->fail_closed ? "closed" : "open"));
	json_object_set_new(
		all, "frames", json_pack("{s:o, s:o}", "seen", value_number(view->frames_seen), "lost", value_number(view->frames_lost)));
	json_object_set_new(all, "strangers", value_number(view->strangers_seen));
	json_object_set_new(all, "names",
		json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "asked", value_number(view->names_asked), "answered",
			value_number(view->names_answered), "failed", value_number(view->names_failed), "waiting",
			value_number(view->names_waiting), "bound", value_number(view->totals.bound), "refused",
			value_number(view->names_refused), "over", value_number(view->totals.bound_over), "gone",
			value_number(view->totals.bound_gone), "full", value_number(view->totals.bound_full)));
	json_object_set_new(all, "released", value_number(view->released));
	json_object_set_new(all, "decisions", value_number(view->decisions));
	json_object_set_new(all, "store", value_text_or_null(view->store_why));
	json_object_set_new(all, "tables", tables(view));
	json_object_set_new(all, "blind_spots", blind_spots(view));
	json_object_set_new(all, "resident_bytes", value_number(view->resident_bytes));
	return all;
}
