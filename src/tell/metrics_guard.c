/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard's numbers in Prometheus' text format, metric.c. No MAC and no address is ever a label. */
#include <errno.h>
#include <inttypes.h>

#include "base/reason.h"
#include "tell/metric.h"
#include "tell/tell.h"

static const char *const ways[FW_GUARD_WAYS] = {"out", "in"};
static const char *const outcomes[FW_GUARD_OUTCOMES] = {"passed", "dropped", "would"};
static const char *const filters[FW_GUARD_FILTER_COUNT] = {"quarantine", "forged", "policy", "inbound", "brake"};
static const char *const modes[] = {"off", "observe", "enforce"};
static const char *const stands[] = STAND_WORDS;
static const char *const states[] = STATE_WORDS;
static const char *const severities[] = SEVERITY_WORDS;
static const char *const act_words[] = ACT_WORDS;
static const char *const kinds[] = FINDING_WORDS;
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == FINDING_ID_COUNT, "each has its word");

static void put_packets(const struct guard_view *view, FILE *out, bool bytes)
{
	const char *name = bytes ? "guard_bytes_total" : "guard_packets_total";

	metric_family(out, name, METRIC_COUNTER,
		bytes ? "Their bytes, of frames."
		      : "Packets of devices and to them, by outcome and reason; would: a filter that observes.");
	for (unsigned way = 0; way < FW_GUARD_WAYS; way++)
		for (unsigned outcome = 0; outcome < FW_GUARD_OUTCOMES; outcome++)
			for (unsigned reason = 0; reason < FW_REASON_COUNT; reason++) {
				const struct fw_guard_tally *tally = &view->totals.reason[way][outcome][reason];
				if (tally->packets)
					fprintf(out, "floodwall_%s{way=\"%s\",outcome=\"%s\",reason=\"%s\"} %" PRIu64 "\n", name, ways[way],
						outcomes[outcome], reason_counter((enum fw_reason)reason),
						bytes ? tally->bytes : tally->packets);
			}
}

static void put_devices(const struct guard_view *view, FILE *out)
{
	uint64_t count[4] = {0}, state[4] = {0}, policies = 0;

	for (uint32_t i = 0; i < view->device_count; i++) {
		count[view->devices[i].stand]++;
		state[view->devices[i].state]++;
		policies += view->devices[i].policy_from != POLICY_NONE;
	}
	metric_family(out, "devices", METRIC_GAUGE, "Devices by what stops them.");
	for (unsigned i = 0; i < 4; i++)
		fprintf(out, "floodwall_devices{stand=\"%s\"} %" PRIu64 "\n", stands[i], count[i]);
	metric_family(out, "devices_state", METRIC_GAUGE, "Devices by what was found about them.");
	for (unsigned i = 0; i < 4; i++)
		fprintf(out, "floodwall_devices_state{state=\"%s\"} %" PRIu64 "\n", states[i], state[i]);
	metric_single(out, "devices_with_policy", METRIC_GAUGE, "Devices under a policy of their own.", policies);
	metric_single(out, "strangers_total", METRIC_COUNTER, "Frames of MACs that got no place.", view->strangers_seen);
}

static void put_state(const struct guard_view *view, FILE *out)
{
	uint32_t attached = 0;

	for (uint32_t i = 0; i < view->interface_count; i++)
		attached += view->interfaces[i].attached;
	metric_single(out, "interfaces_attached", METRIC_GAUGE, "Interfaces with our program.", attached);
	metric_single(out, "interfaces_configured", METRIC_GAUGE, "Interfaces that should have it.", view->interface_count);
	metric_family(out, "filter_mode", METRIC_GAUGE, "1 for the mode of each filter.");
	for (unsigned i = 0; i < FW_GUARD_FILTER_COUNT; i++)
		for (unsigned mode = 0; mode < 3; mode++)
			fprintf(out, "floodwall_filter_mode{filter=\"%s\",mode=\"%s\"} %d\n", filters[i], modes[mode],
				view->mode[i] == mode);
	metric_single(out, "frames_seen_total", METRIC_COUNTER, "Frames that reached detection.", view->frames_seen);
	metric_single(out, "frames_lost_total", METRIC_COUNTER, "Frames that should have, and did not.", view->frames_lost);
	metric_single(out, "blind_spots", METRIC_GAUGE, "Things that cannot be seen from here; 'floodwall show verdicts' names them.",
		view->blind_count);
	metric_single(out, "contended_total", METRIC_COUNTER, "Rate buckets that other processors kept changing; taken for empty.",
		view->totals.contended);
}

static void put_names(const struct guard_view *view, FILE *out)
{
	metric_single(out, "names_asked_total", METRIC_COUNTER, "Questions of the daemon for names of policies.", view->names_asked);
	metric_single(out, "names_failed_total", METRIC_COUNTER, "Of them, without an address or an answer.", view->names_failed);
	metric_single(out, "names_bound_total", METRIC_COUNTER, "Addresses of names that the kernel learned from answers to devices.",
		view->totals.bound);
	metric_single(out, "names_bound_full_total", METRIC_COUNTER, "Of them, without room.", view->totals.bound_full);
	metric_single(out, "names_refused_total", METRIC_COUNTER, "Addresses that no name may mean: our own, the gateway's.",
		view->names_refused);
	metric_single(out, "names_bound_over_total", METRIC_COUNTER, "Addresses of names that were more than one device may add.",
		view->totals.bound_over);
	metric_single(out, "names_bound_gone_total", METRIC_COUNTER, "Addresses that made room for another of the same name.",
		view->totals.bound_gone);
	metric_single(out, "names_answered_total", METRIC_COUNTER, "Questions of the daemon for names that were answered with an address.",
		view->names_answered);
	metric_single(
		out, "names_waiting", METRIC_GAUGE, "Questions of the daemon for names that are not answered yet.", view->names_waiting);
}

/* Kinds and severities are closed lists: all of them, so that a first finding is a change and no new series. */
static void put_findings(const struct guard_view *view, FILE *out)
{
	uint64_t count[FINDING_ID_COUNT][4] = {{0}}, muted = 0, acts[5] = {0};

	for (uint32_t i = 0; i < view->finding_count; i++) {
		const struct found_view *found = &view->findings[i];
		acts[found->act]++;
		if (found->muted[0])
			muted++;
		else
			count[found->finding.id][found->finding.severity]++;
	}
	metric_family(out, "findings", METRIC_GAUGE, "Findings that are shown and count, by kind and severity.");
	for (unsigned id = 0; id < FINDING_ID_COUNT; id++)
		for (unsigned severity = 0; severity < 4; severity++)
			fprintf(out, "floodwall_findings{kind=\"%s\",severity=\"%s\"} %" PRIu64 "\n", kinds[id], severities[severity],
				count[id][severity]);
	metric_single(out, "findings_muted", METRIC_GAUGE, "Findings that are shown and muted.", muted);
	metric_family(out, "findings_acted", METRIC_GAUGE, "Findings that are shown, by what was done.");
	for (unsigned i = 0; i < 5; i++)
		fprintf(out, "floodwall_findings_acted{act=\"%s\"} %" PRIu64 "\n", act_words[i], acts[i]);
	metric_single(out, "findings_total", METRIC_COUNTER, "Findings that were made since the start.", view->findings_made);
	metric_single(out, "findings_lost_total", METRIC_COUNTER, "Of them, those that left memory before the store could take them.",
		view->findings_lost);
}

static void put_fills(const struct guard_view *view, FILE *out)
{
	metric_family(out, "table_entries", METRIC_GAUGE, "Entries of each table of fixed size.");
	for (uint32_t i = 0; i < view->fill_count; i++)
		fprintf(out, "floodwall_table_entries{table=\"%s\"} %" PRIu64 "\n", view->fills[i].name, view->fills[i].used);
	metric_family(out, "table_size_entries", METRIC_GAUGE, "Entries that it has room for.");
	for (uint32_t i = 0; i < view->fill_count; i++)
		fprintf(out, "floodwall_table_size_entries{table=\"%s\"} %" PRIu64 "\n", view->fills[i].name, view->fills[i].size);
}

int metrics_guard_write(const struct guard_view *view, FILE *out)
{
	metric_process(out,
		&(struct metric_process){view->version, "guard", "", view->started_s, view->now_s, view->resident_bytes, view->generation,
			view->decisions, view->reload_refused, !view->store_why[0]});
	put_packets(view, out, false);
	put_packets(view, out, true);
	put_devices(view, out);
	put_findings(view, out);
	put_state(view, out);
	put_names(view, out);
	put_fills(view, out);
	return ferror(out) ? -EIO : 0;
}
