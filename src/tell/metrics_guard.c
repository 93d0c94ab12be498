/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard's numbers in Prometheus' text format, as metrics.c. No MAC and no address is ever a label. */
#include <errno.h>
#include <inttypes.h>

#include "base/reason.h"
#include "tell/tell.h"

static const char *const ways[FW_GUARD_WAYS] = {"out", "in"};
static const char *const outcomes[FW_GUARD_OUTCOMES] = {"passed", "dropped", "would"};
static const char *const filters[FW_GUARD_FILTER_COUNT] = {"quarantine", "forged", "policy", "inbound", "brake"};
static const char *const modes[] = {"off", "observe", "enforce"};
static const char *const stands[] = {"ordinary", "held", "allowed", "quarantined"};

static void family(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP floodwall_%s %s\n# TYPE floodwall_%s %s\n", name, help, name, type);
}

static void single(FILE *out, const char *name, const char *type, const char *help, uint64_t value)
{
	family(out, name, type, help);
	fprintf(out, "floodwall_%s %" PRIu64 "\n", name, value);
}

static void put_packets(const struct guard_view *view, FILE *out, bool bytes)
{
	const char *name = bytes ? "guard_bytes_total" : "guard_packets_total";

	family(out, name, "counter",
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
	uint64_t count[4] = {0}, policies = 0;

	for (uint32_t i = 0; i < view->device_count; i++) {
		count[view->devices[i].stand]++;
		policies += view->devices[i].policy_from != POLICY_NONE;
	}
	family(out, "devices", "gauge", "Devices by what stops them.");
	for (unsigned i = 0; i < 4; i++)
		fprintf(out, "floodwall_devices{stand=\"%s\"} %" PRIu64 "\n", stands[i], count[i]);
	single(out, "devices_with_policy", "gauge", "Devices under a policy of their own.", policies);
	single(out, "strangers_total", "counter", "Frames of MACs that got no place.", view->strangers_seen);
}

static void put_state(const struct guard_view *view, FILE *out)
{
	uint32_t attached = 0;

	for (uint32_t i = 0; i < view->interface_count; i++)
		attached += view->interfaces[i].attached;
	single(out, "interfaces_attached", "gauge", "Interfaces with our program.", attached);
	single(out, "interfaces_configured", "gauge", "Interfaces that should have it.", view->interface_count);
	family(out, "filter_mode", "gauge", "1 for the mode of each filter.");
	for (unsigned i = 0; i < FW_GUARD_FILTER_COUNT; i++)
		for (unsigned mode = 0; mode < 3; mode++)
			fprintf(out, "floodwall_filter_mode{filter=\"%s\",mode=\"%s\"} %d\n", filters[i], modes[mode],
				view->mode[i] == mode);
	single(out, "findings", "gauge", "Findings that are shown.", view->finding_count);
	single(out, "frames_seen_total", "counter", "Frames that reached detection.", view->frames_seen);
	single(out, "frames_lost_total", "counter", "Frames that should have, and did not.", view->frames_lost);
	single(out, "names_asked_total", "counter", "Questions of the daemon for names of policies.", view->names_asked);
	single(out, "names_failed_total", "counter", "Of them, without an address or an answer.", view->names_failed);
	single(out, "names_bound_total", "counter", "Addresses of names that the kernel learned from answers to devices.",
		view->totals.bound);
	single(out, "names_bound_full_total", "counter", "Of them, without room.", view->totals.bound_full);
	single(out, "names_refused_total", "counter", "Addresses that no name may mean: our own, the gateway's.", view->names_refused);
	single(out, "names_bound_over_total", "counter", "Addresses of names that were more than one device may add.",
		view->totals.bound_over);
	single(out, "names_bound_gone_total", "counter", "Addresses that made room for another of the same name.", view->totals.bound_gone);
	single(out, "contended_total", "counter", "Rate buckets that other processors kept changing; taken for empty.",
		view->totals.contended);
}

int metrics_guard_write(const struct guard_view *view, FILE *out)
{
	family(out, "build_info", "gauge", "What runs here; always 1.");
	fprintf(out, "floodwall_build_info{version=\"%s\",role=\"guard\"} 1\n", view->version);
	single(out, "start_time_seconds", "gauge", "When the daemon started, seconds since 1970.", view->started_s);
	single(out, "resident_memory_bytes", "gauge", "Memory of the daemon that is in use.", view->resident_bytes);
	single(out, "configuration_generation", "gauge", "How often a configuration was taken.", view->generation);
	single(out, "configuration_refused", "gauge", "1 where the file is wrong and the earlier configuration holds.",
		view->reload_refused);
	single(out, "decisions", "gauge", "Decisions about devices that stand.", view->decisions);
	single(out, "store_sound", "gauge", "0 where decisions or the audit log cannot be kept.", !view->store_why[0]);
	put_packets(view, out, false);
	put_packets(view, out, true);
	put_devices(view, out);
	put_state(view, out);
	family(out, "table_entries", "gauge", "Entries of each table of fixed size.");
	for (uint32_t i = 0; i < view->fill_count; i++)
		fprintf(out, "floodwall_table_entries{table=\"%s\"} %" PRIu64 "\n", view->fills[i].name, view->fills[i].used);
	family(out, "table_size_entries", "gauge", "Entries that it has room for.");
	for (uint32_t i = 0; i < view->fill_count; i++)
		fprintf(out, "floodwall_table_size_entries{table=\"%s\"} %" PRIu64 "\n", view->fills[i].name, view->fills[i].size);
	return ferror(out) ? -EIO : 0;
}
