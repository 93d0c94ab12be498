/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shield's numbers in Prometheus' text format (metric.c). */
#include <errno.h>
#include <inttypes.h>

#include "base/reason.h"
#include "tell/metric.h"
#include "tell/tell.h"

static const char *const outcomes[FW_OUTCOME_COUNT] = {"passed", "dropped", "truncated", "would"};
static const char *const lanes[FW_LANE_COUNT] = {"trusted", "proven", "unproven"};
static const char *const classes[FW_CLASS_COUNT] = {"exists", "possible", "unknown", "foreign"};
static const char *const stances[FW_STANCE_COUNT] = {"calm", "watch", "defend"};
static const char *const filters[FW_FILTER_COUNT] = {"block", "sanity", "answers", "fragments", "only_dns", "names", "budgets"};
static const char *const modes[] = {"off", "observe", "enforce"};
static const char *const shown[SHOWN_COUNT] = {"waiting", "judged", "stale", "failed", "aside"};

static void put_process(const struct shield_view *view, FILE *out)
{
	char interface[sizeof(view->interface) * 2 + 48] = "", *text = interface;
	FILE *more = fmemopen(interface, sizeof(interface) - 1, "w");

	if (more) {
		fputs(",interface=\"", more);
		metric_label(more, view->interface);
		fprintf(more, "\",xdp=\"%s\"", view->native ? "native" : "generic");
		fclose(more);
	}
	metric_process(out,
		&(struct metric_process){view->version, "shield", text, view->started_s, view->now_s, view->resident_bytes,
			view->generation, view->decisions, view->reload_refused, !view->store_why[0]});
	metric_single(out, "attached", METRIC_GAUGE, "1 where the program is on the interface.", view->attached);
}

static void put_packets(const struct shield_view *view, FILE *out)
{
	metric_family(
		out, "packets_total", METRIC_COUNTER, "Packets to the interface, by outcome and reason; would: beside what then happened.");
	for (unsigned outcome = 0; outcome < FW_OUTCOME_COUNT; outcome++)
		for (unsigned reason = 0; reason < FW_REASON_COUNT; reason++)
			if (view->counts.reason[outcome][reason].packets)
				fprintf(out, "floodwall_packets_total{outcome=\"%s\",reason=\"%s\"} %" PRIu64 "\n", outcomes[outcome],
					reason_counter((enum fw_reason)reason), view->counts.reason[outcome][reason].packets);
	metric_family(out, "bytes_total", METRIC_COUNTER, "Their bytes.");
	for (unsigned outcome = 0; outcome < FW_OUTCOME_COUNT; outcome++)
		for (unsigned reason = 0; reason < FW_REASON_COUNT; reason++)
			if (view->counts.reason[outcome][reason].packets)
				fprintf(out, "floodwall_bytes_total{outcome=\"%s\",reason=\"%s\"} %" PRIu64 "\n", outcomes[outcome],
					reason_counter((enum fw_reason)reason), view->counts.reason[outcome][reason].bytes);
	metric_family(out, "questions_total", METRIC_COUNTER, "Questions over UDP by lane and outcome.");
	for (unsigned lane = 0; lane < FW_LANE_COUNT; lane++)
		for (unsigned outcome = 0; outcome < FW_OUTCOME_COUNT; outcome++)
			fprintf(out, "floodwall_questions_total{lane=\"%s\",outcome=\"%s\"} %" PRIu64 "\n", lanes[lane], outcomes[outcome],
				view->counts.lane[lane][outcome].packets);
}

static void put_counts(const struct shield_view *view, FILE *out)
{
	const struct fw_shield_counts *counts = &view->counts;

	metric_single(out, "would_proven_total", METRIC_COUNTER,
		"Questions of proven sources that a filter that observes would have stopped.", counts->would_proven);
	metric_single(out, "proofs_total", METRIC_COUNTER, "Addresses that proved themselves, or did so again.", counts->proofs);
	metric_single(out, "own_questions_total", METRIC_COUNTER, "Questions of this host.", counts->asked);
	metric_single(out, "contended_total", METRIC_COUNTER, "Rate buckets that other processors kept changing; taken for empty.",
		counts->contended);
	metric_single(out, "samples_lost_total", METRIC_COUNTER, "Sampled frames for which the ring had no room.", counts->samples_lost);
	metric_single(out, "samples_written_total", METRIC_COUNTER, "Sampled frames in the file.", view->samples_written);
	metric_single(
		out, "samples_left_out_total", METRIC_COUNTER, "Sampled frames for which the file had no room.", view->samples_left_out);
}

static void put_stance(const struct shield_view *view, FILE *out)
{
	metric_family(out, "stance", METRIC_GAUGE, "1 for the stance that holds.");
	for (unsigned i = 0; i < FW_STANCE_COUNT; i++)
		fprintf(out, "floodwall_stance{stance=\"%s\"} %d\n", stances[i], view->stance == i);
	metric_single(out, "overloaded", METRIC_GAUGE, "1 where questions came above the capacity in the last second.", view->overloaded);
	metric_family(out, "filter_mode", METRIC_GAUGE, "1 for the mode of each filter.");
	for (unsigned i = 0; i < FW_FILTER_COUNT; i++)
		for (unsigned mode = 0; mode < 3; mode++)
			fprintf(out, "floodwall_filter_mode{filter=\"%s\",mode=\"%s\"} %d\n", filters[i], modes[mode],
				view->mode[i] == mode);
	metric_family(out, "filter_acting", METRIC_GAUGE, "1 where the stance calls for the filter.");
	for (unsigned i = 0; i < FW_FILTER_COUNT; i++)
		fprintf(out, "floodwall_filter_acting{filter=\"%s\"} %d\n", filters[i], view->acting[i] != 0);
}

static void put_fills(const struct shield_view *view, FILE *out)
{
	static const struct {
		const char *name, *help;
	} families[] = {{"table_entries", "Entries of each table of fixed size."}, {"table_size_entries", "Entries that it has room for."},
		{"table_bytes", "Its memory."}};

	for (unsigned i = 0; i < 3; i++) {
		metric_family(out, families[i].name, METRIC_GAUGE, families[i].help);
		for (uint32_t fill = 0; fill < view->fill_count; fill++) {
			const struct fill_view *table = &view->fills[fill];
			fprintf(out, "floodwall_%s{table=\"", families[i].name);
			metric_label(out, table->name);
			fprintf(out, "\"} %" PRIu64 "\n", i == 0 ? table->used : i == 1 ? table->size : table->bytes);
		}
	}
}

static void zone_sample(FILE *out, const char *name, const struct zone_view *zone)
{
	fprintf(out, "floodwall_%s{zone=\"", name);
	metric_label(out, zone->name);
	fputc('"', out);
}

static void put_zone_questions(const struct shield_view *view, FILE *out)
{
	metric_family(out, "zone_questions_total", METRIC_COUNTER, "Questions by zone and class of the name; no zone: of none of ours.");
	for (uint32_t i = 0; i < view->zone_count; i++)
		for (unsigned class = 0; class < FW_CLASS_COUNT; class ++) {
			zone_sample(out, "zone_questions_total", &view->zones[i]);
			fprintf(out, ",class=\"%s\"} %" PRIu64 "\n", classes[class], view->zones[i].count.seen[class]);
		}
	metric_family(out, "zone_stopped_total", METRIC_COUNTER, "Of them, by what became of them.");
	for (uint32_t i = 0; i < view->zone_count; i++) {
		const struct fw_zone_count *count = &view->zones[i].count;
		const uint64_t stopped[] = {count->dropped, count->truncated, count->would};
		for (unsigned outcome = 0; outcome < 3; outcome++) {
			zone_sample(out, "zone_stopped_total", &view->zones[i]);
			fprintf(out, ",outcome=\"%s\"} %" PRIu64 "\n", outcomes[outcome + 1], stopped[outcome]);
		}
	}
}

static void put_zones(const struct shield_view *view, FILE *out)
{
	put_zone_questions(view, out);
	metric_family(out, "zone_contradicted_total", METRIC_COUNTER, "Answers of the server to names called unknown.");
	for (uint32_t i = 0; i < view->zone_count; i++) {
		zone_sample(out, "zone_contradicted_total", &view->zones[i]);
		fprintf(out, "} %" PRIu64 "\n", view->zones[i].count.contradicted);
	}
	metric_family(out, "zone_names", METRIC_GAUGE, "Names of each zone in the table.");
	for (uint32_t i = 1; i < view->zone_count; i++) {
		zone_sample(out, "zone_names", &view->zones[i]);
		fprintf(out, "} %" PRIu32 "\n", view->zones[i].names);
	}
	metric_family(out, "zone_state", METRIC_GAUGE, "1 for the state of each zone; all but judged let every name pass.");
	for (uint32_t i = 1; i < view->zone_count; i++)
		for (unsigned state = 0; state < SHOWN_COUNT; state++) {
			zone_sample(out, "zone_state", &view->zones[i]);
			fprintf(out, ",state=\"%s\"} %d\n", shown[state], view->zones[i].shown == state);
		}
}

int metrics_write(const struct shield_view *view, FILE *out)
{
	put_process(view, out);
	put_packets(view, out);
	put_counts(view, out);
	put_stance(view, out);
	put_fills(view, out);
	put_zones(view, out);
	return ferror(out) ? -EIO : 0;
}
