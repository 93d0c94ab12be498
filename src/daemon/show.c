/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a view shows, as JSON: docs/schema/shield.json. */
#include <string.h>

#include "base/reason.h"
#include "base/text.h"
#include "daemon/inside.h"
#include "daemon/value.h"
#include "store/store.h"

static const char *const outcomes[FW_OUTCOME_COUNT] = {"passed", "dropped", "truncated", "would"};
static const char *const lanes[FW_LANE_COUNT] = {"trusted", "proven", "unproven"};
static const char *const classes[FW_CLASS_COUNT] = {"exists", "possible", "unknown", "foreign"};
static const char *const shown_words[SHOWN_COUNT] = {"waiting", "judged", "stale", "failed", "aside"};

/* Which filter stops for this reason; FW_FILTER_COUNT for none. */
static enum fw_shield_filter filter_of(enum fw_reason reason)
{
	switch (reason) {
	case FW_REASON_BLOCKED:
		return FW_FILTER_BLOCK;
	case FW_REASON_UNASKED:
		return FW_FILTER_ANSWERS;
	case FW_REASON_FRAGMENT_CLOSED:
		return FW_FILTER_FRAGMENTS;
	case FW_REASON_CLOSED:
	case FW_REASON_ICMP_RATE:
		return FW_FILTER_ONLY_DNS;
	case FW_REASON_ZONE_UNKNOWN:
	case FW_REASON_ZONE_POSSIBLE:
	case FW_REASON_FOREIGN_RATE:
	case FW_REASON_PREFIX_UNKNOWN:
	case FW_REASON_PREFIX_POSSIBLE:
	case FW_REASON_PROVEN_UNKNOWN:
		return FW_FILTER_NAMES;
	case FW_REASON_PREFIX_RATE:
	case FW_REASON_SHARE_RATE:
	case FW_REASON_PROVEN_RATE:
		return FW_FILTER_BUDGETS;
	default:
		return (unsigned)reason > 0 && (unsigned)reason < FW_REASON_BAD_END ? FW_FILTER_SANITY : FW_FILTER_COUNT;
	}
}

static json_t *show_interface(const struct shield_view *view)
{
	return json_pack(
		"{s:s, s:s, s:b}", "name", view->interface, "xdp", view->native ? "native" : "generic", "attached", view->attached);
}

static json_t *show_stance(const struct shield_view *view)
{
	return json_pack("{s:s, s:o, s:s, s:b, s:s, s:o}", "stance", settings_stance_names[view->stance], "since",
		value_moment(view->stance_since_s), "why", view->stance_why, "overloaded", view->overloaded, "vector", view->vector,
		"vector_says", value_text_or_null(view->vector_why));
}

static json_t *show_filter(const struct shield_view *view, enum fw_shield_filter filter)
{
	uint64_t sum[FW_OUTCOME_COUNT] = {0};

	for (unsigned outcome = 0; outcome < FW_OUTCOME_COUNT; outcome++)
		for (unsigned reason = 0; reason < FW_REASON_COUNT; reason++)
			if (filter_of((enum fw_reason)reason) == filter)
				sum[outcome] += view->counts.reason[outcome][reason].packets;
	return json_pack("{s:s, s:s, s:b, s:o, s:o, s:o}", "filter", settings_filter_names[filter], "mode",
		settings_mode_names[view->mode[filter]], "acting", view->acting[filter] != 0, "dropped",
		value_number(sum[FW_OUTCOME_DROPPED]), "truncated", value_number(sum[FW_OUTCOME_TRUNCATED]), "would",
		value_number(sum[FW_OUTCOME_WOULD]));
}

static json_t *show_filters(const struct shield_view *view)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < FW_FILTER_COUNT; i++)
		json_array_append_new(list, show_filter(view, (enum fw_shield_filter)i));
	return list;
}

static json_t *show_rates(const double rate[FW_OUTCOME_COUNT])
{
	json_t *rates = json_object();

	for (unsigned i = 0; i < FW_OUTCOME_COUNT; i++)
		json_object_set_new(rates, outcomes[i], json_real(rate[i]));
	return rates;
}

static json_t *show_lanes(const struct shield_view *view)
{
	json_t *list = json_array();

	for (unsigned lane = 0; lane < FW_LANE_COUNT; lane++) {
		json_t *one = json_pack("{s:s}", "lane", lanes[lane]);
		for (unsigned i = 0; i < FW_OUTCOME_COUNT; i++)
			json_object_set_new(one, outcomes[i], value_number(view->counts.lane[lane][i].packets));
		json_object_set_new(one, "rates", show_rates(view->lane_rate[lane]));
		json_array_append_new(list, one);
	}
	return list;
}

/* Those that were ever counted. */
static json_t *show_reasons(const struct shield_view *view)
{
	json_t *list = json_array();

	for (unsigned reason = 0; reason < FW_REASON_COUNT; reason++) {
		enum fw_shield_filter filter = filter_of((enum fw_reason)reason);
		uint64_t sum = 0;
		for (unsigned i = 0; i < FW_OUTCOME_COUNT; i++)
			sum += view->counts.reason[i][reason].packets;
		if (!sum)
			continue;
		json_t *one = json_pack("{s:s, s:s, s:o}", "reason", reason_counter((enum fw_reason)reason), "says",
			reason_sentence((enum fw_reason)reason), "filter",
			filter < FW_FILTER_COUNT ? json_string(settings_filter_names[filter]) : json_null());
		for (unsigned i = 0; i < FW_OUTCOME_COUNT; i++)
			json_object_set_new(one, outcomes[i], value_number(view->counts.reason[i][reason].packets));
		json_array_append_new(list, one);
	}
	return list;
}

/* What would be lost of those who are surely honest, if what observes enforced: proven questions, and how many of them. */
static json_t *show_collateral(const struct shield_view *view)
{
	const struct fw_tally *proven = view->counts.lane[FW_LANE_PROVEN];
	uint64_t all = proven[FW_OUTCOME_PASSED].packets + proven[FW_OUTCOME_DROPPED].packets + proven[FW_OUTCOME_TRUNCATED].packets;

	return json_pack("{s:o, s:o, s:o}", "proven_questions", value_number(all), "would_stop", value_number(view->counts.would_proven),
		"share", all ? json_real((double)view->counts.would_proven / (double)all) : json_null());
}

static json_t *show_zone(const struct zone_view *zone, bool ours)
{
	const struct fw_zone_count *count = &zone->count;
	json_t *one = json_pack("{s:o, s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "zone",
		ours ? json_string(zone->name) : json_null(), "state", shown_words[zone->shown], "why", value_text_or_null(zone->why),
		"fresh", zone->fresh, "serial", value_number(zone->serial), "names", value_number(zone->names), "loaded",
		value_moment(zone->loaded_s), "dropped", value_number(count->dropped), "truncated", value_number(count->truncated), "would",
		value_number(count->would), "contradicted", value_number(count->contradicted));
	json_t *seen = json_object(), *passed = json_object();

	for (unsigned i = 0; i < FW_CLASS_COUNT; i++) {
		json_object_set_new(seen, classes[i], value_number(count->seen[i]));
		json_object_set_new(passed, classes[i], value_number(count->passed[i]));
	}
	json_object_set_new(one, "seen", seen);
	json_object_set_new(one, "passed", passed);
	return one;
}

static json_t *show_zones(const struct shield_view *view)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < view->zone_count; i++)
		json_array_append_new(list, show_zone(&view->zones[i], i != 0));
	return list;
}

static json_t *show_tables(const struct shield_view *view)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < view->fill_count; i++) {
		const struct fill_view *fill = &view->fills[i];
		json_array_append_new(list,
			json_pack("{s:s, s:o, s:o, s:o}", "table", fill->name, "used", value_number(fill->used), "size",
				value_number(fill->size), "bytes", value_number(fill->bytes)));
	}
	return list;
}

json_t *show_shield(const struct shield_view *view)
{
	const struct fw_shield_counts *counts = &view->counts;
	json_t *shield = json_pack("{s:s, s:s, s:o, s:o, s:o, s:{s:o, s:o}, s:o, s:o, s:o, s:o, s:o}", "schema", "floodwall.shield/1",
		"version", view->version, "time", value_moment(view->now_s), "started", value_moment(view->started_s), "interface",
		show_interface(view), "configuration", "generation", value_number(view->generation), "refused",
		value_text_or_null(view->reload_why), "stance", show_stance(view), "filters", show_filters(view), "rates",
		show_rates(view->rate), "lanes", show_lanes(view), "collateral", show_collateral(view));

	json_object_set_new(shield, "reasons", show_reasons(view));
	json_object_set_new(shield, "zones", show_zones(view));
	json_object_set_new(shield, "tables", show_tables(view));
	json_object_set_new(shield, "samples",
		json_pack("{s:o, s:o, s:o}", "written", value_number(view->samples_written), "left_out",
			value_number(view->samples_left_out), "lost", value_number(counts->samples_lost)));
	json_object_set_new(shield, "proofs", value_number(counts->proofs));
	json_object_set_new(shield, "own_questions", value_number(counts->asked));
	json_object_set_new(shield, "contended", value_number(counts->contended));
	json_object_set_new(shield, "decisions", value_number(view->decisions));
	json_object_set_new(shield, "store", value_text_or_null(view->store_why));
	json_object_set_new(shield, "resident_bytes", value_number(view->resident_bytes));
	return shield;
}
