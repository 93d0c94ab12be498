/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Event lines in the shape of Suricata's EVE, so that what reads those reads these: one "alert" per finding, one
 * "floodwall_device" per device, one "stats" at the end; docs/schema/eve.json. What EVE has no member for stands under
 * one key, "floodwall", and is made by the functions of the JSON report.
 *
 * Lines are in the order of time: a device's first packet, a finding's first packet, the capture's end. A member that is
 * not known is absent.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/ends.h"
#include "report/eve.h"
#include "report/event.h"
#include "report/evidence.h"
#include "report/member.h"
#include "report/names.h"
#include "report/object.h"
#include "report/view.h"
#include "report/words.h"

enum { EVE_GID = 2016, EVE_REV = 1 };

/* Numbers are for ever: filters and dashboards hold them. Categories are words of Suricata's classification. */
static const struct signature {
	const char *finding;
	uint32_t id;
	const char *words, *category;
} signatures[] = {
	{"default-password", 1, "Floodwall: login with a default password", "Attempt to login by a default username and password"},
	{"cleartext-login", 2, "Floodwall: login that is not encrypted", "Potential Corporate Privacy Violation"},
	{"open-service", 3, "Floodwall: a service that should not be open", "Potentially Bad Traffic"},
	{"reached-from-internet", 4, "Floodwall: a device reached from the internet", "Potentially Bad Traffic"},
	{"scan", 5, "Floodwall: scan", "Detection of a Network Scan"},
	{"login-guessing", 6, "Floodwall: passwords are being guessed", "Attempted User Privilege Gain"},
	{"beacon", 7, "Floodwall: regular contacts with an unknown host", "Malware Command and Control Activity Detected"},
	{"flood", 8, "Floodwall: a device floods a target", "Attempted Denial of Service"},
	{"reflector", 9, "Floodwall: a device amplifies other people's attacks", "Attempted Denial of Service"},
	{"forged-source", 10, "Floodwall: packets with forged sources", "Potentially Bad Traffic"},
	{"receives-flood", 11, "Floodwall: a flood is received", "Attempted Denial of Service"},
	{"advisory", 12, "Floodwall: a published advisory covers a device", "Potentially Bad Traffic"},
	{"policy-violation", 13, "Floodwall: a device leaves its policy", "Potential Corporate Privacy Violation"},
};

static const struct signature *signature_of(enum finding_id id)
{
	static const struct signature other = {"", 0, "Floodwall: finding", "Misc activity"};
	const char *name = report_finding_name(id);

	for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++)
		if (!strcmp(signatures[i].finding, name))
			return &signatures[i];
	return &other;
}

/* EVE: +0000 and not Z. */
static json_t *eve_time(uint64_t time_ns)
{
	char text[TEXT_TIME_MAX + 8];
	size_t len;

	text_time(text, time_ns);
	len = strlen(text) - 1;
	memcpy(text + len, "+0000", sizeof("+0000"));
	return json_string(text);
}

static json_t *eve_proto(uint8_t proto)
{
	char number[8];

	switch (proto) {
	case IPPROTO_TCP:
		return json_string("TCP");
	case IPPROTO_UDP:
		return json_string("UDP");
	case IPPROTO_ICMP:
		return json_string("ICMP");
	case IPPROTO_ICMPV6:
		return json_string("IPv6-ICMP");
	case IPPROTO_GRE:
		return json_string("GRE");
	default:
		snprintf(number, sizeof(number), "%03u", proto);
		return json_string(number);
	}
}

json_t *eve_start(uint64_t time_ns, const char *type)
{
	json_t *line = json_object();

	member_put(&line, "timestamp", eve_time(time_ns));
	member_put(&line, "event_type", json_string(type));
	return line;
}

static void put_capture(json_t **line, const char *file)
{
	if (file)
		member_put(line, "pcap_filename", member_text(file, SIZE_MAX));
}

static void put_macs(json_t **line, const struct ends *ends)
{
	json_t *ether;

	if (!ends->src_mac && !ends->dest_mac)
		return;
	ether = json_object();
	if (ends->src_mac)
		member_put(&ether, "src_mac", member_mac(ends->src_mac));
	if (ends->dest_mac)
		member_put(&ether, "dest_mac", member_mac(ends->dest_mac));
	member_put(line, "ether", ether);
}

static void put_ends(json_t **line, const struct ends *ends)
{
	char community[COMMUNITY_MAX];

	if (ends->src)
		member_put(line, "src_ip", member_address(ends->src, 128));
	if (ends->src_port)
		member_put(line, "src_port", json_integer(ends->src_port));
	if (ends->dest && ends->dest_bits == 128)
		member_put(line, "dest_ip", member_address(ends->dest, 128));
	if (ends->dest_port)
		member_put(line, "dest_port", json_integer(ends->dest_port));
	if (ends->proto)
		member_put(line, "proto", eve_proto(ends->proto));
	put_macs(line, ends);
	if (ends_community(ends, community))
		member_put(line, "community_id", json_string(community));
	if (ends->app_proto)
		member_put(line, "app_proto", json_string(ends->app_proto));
}

/* 1 is the worst, as there. */
static int eve_severity(enum severity severity)
{
	return severity >= SEVERITY_HIGH ? 1 : severity == SEVERITY_MEDIUM ? 2 : 3;
}

static json_t *alert_make(const struct finding *finding, bool blocked)
{
	const struct signature *signature = signature_of(finding->id);
	json_t *alert = json_object(), *metadata = json_object(), *techniques = json_array();

	member_append(&techniques, json_string(name_technique(finding)));
	member_put(&metadata, "mitre_technique_id", techniques);
	member_put(&alert, "action", json_string(blocked ? "blocked" : "allowed"));
	member_put(&alert, "gid", json_integer(EVE_GID));
	member_put(&alert, "signature_id", json_integer(signature->id));
	member_put(&alert, "rev", json_integer(EVE_REV));
	member_put(&alert, "signature", json_string(signature->words));
	member_put(&alert, "category", json_string(signature->category));
	member_put(&alert, "severity", json_integer(eve_severity(finding->severity)));
	member_put(&alert, "metadata", metadata);
	return alert;
}

/* Whose finding it is; confidence is that of the maker. */
static void put_device(json_t **ours, const struct device *device)
{
	member_put(ours, "device_id", device ? device_id_make(device) : json_null());
	member_put(ours, "name", device ? member_text_or_null(device->name) : json_null());
	member_put(ours, "maker", device ? member_text_or_null(device->maker.name) : json_null());
	member_put(ours, "confidence", json_integer(device && device->maker.name[0] ? device->maker.confidence : 0));
	member_put(ours, "state", device ? json_string(report_state_name(device->state)) : json_null());
}

static json_t *finding_ours(const struct report_view *view, const struct finding *finding)
{
	size_t device = view_find(view, finding->device);
	json_t *ours = json_object();

	put_device(&ours, device < view->device_count ? view->devices[device] : NULL);
	member_put(&ours, "rule", json_string(report_finding_name(finding->id)));
	member_put(&ours, "severity", json_string(report_severity_name(finding->severity)));
	member_put(&ours, "first", member_time(finding->first_ns));
	member_put(&ours, "last", member_time(finding->last_ns));
	member_put(&ours, "count", member_number(finding->count));
	member_put(&ours, "summary", summary_make(view, finding));
	member_put(&ours, "advice", json_string(words_advice(finding)));
	member_put(&ours, "evidence", evidence_write(finding));
	if (finding->muted)
		member_put(&ours, "muted", member_text(finding->muted, SIZE_MAX));
	return ours;
}

json_t *eve_alert(const struct report_view *view, const struct finding *finding, uint64_t time_ns, bool blocked)
{
	json_t *line = eve_start(time_ns, "alert");
	struct ends ends;

	ends_find(view, finding, &ends);
	if (ends.src || ends.dest)
		member_put(&line, "flow_id", json_integer((json_int_t)ends_number(&ends)));
	put_capture(&line, event_capture(view, finding->first_ns, finding->last_ns));
	put_ends(&line, &ends);
	member_put(&line, "alert", alert_make(finding, blocked));
	member_put(&line, "floodwall", finding_ours(view, finding));
	return line;
}

json_t *eve_device(const struct report_view *view, size_t index, uint64_t time_ns)
{
	const struct device *device = view->devices[index];
	json_t *line = eve_start(time_ns, "floodwall_device"), *ours = json_object();
	struct ends ends = {.src = view_address(device), .src_mac = device->mac_count ? device->macs[0] : NULL};

	put_capture(&line, event_capture(view, device->first_ns, device->last_ns));
	put_ends(&line, &ends);
	member_put(&ours, "device_id", device_id_make(device));
	member_put(&ours, "device", device_make(view, index));
	member_put(&line, "floodwall", ours);
	return line;
}

static json_t *decoder_make(const struct report_view *view)
{
	json_t *stats = json_object(), *decoder = json_object();
	uint64_t packets = 0, bytes = 0;

	for (size_t i = 0; i < view->capture_count; i++) {
		packets += view->captures[i].packets;
		bytes += view->captures[i].bytes;
	}
	member_put(&decoder, "pkts", member_number(packets));
	member_put(&decoder, "bytes", member_number(bytes));
	member_put(&stats, "decoder", decoder);
	return stats;
}

static json_t *list_make(const struct report_view *view, size_t count, json_t *(*make)(const struct report_view *view, size_t index))
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		member_append(&list, make(view, i));
	return list;
}

static json_t *stats_event(const struct report_view *view)
{
	json_t *line, *ours = json_object();
	uint64_t last_ns = 0;

	for (size_t i = 0; i < view->capture_count; i++)
		last_ns = view->captures[i].last_ns > last_ns ? view->captures[i].last_ns : last_ns;
	line = eve_start(last_ns, "stats");
	put_capture(&line, view->capture_count == 1 ? view->captures[0].file : NULL);
	member_put(&line, "stats", decoder_make(view));
	member_put(&ours, "captures", list_make(view, view->capture_count, capture_make));
	if (view->selection.used)
		member_put(&ours, "selection", selection_make(&view->selection));
	if (view->side_inferred)
		member_put(&ours, "ours_inferred", list_make(view, view->inferred_count, inferred_make));
	member_put(&ours, "devices", member_number(view->device_count));
	member_put(&ours, "findings", member_number(view->finding_count));
	member_put(&ours, "junk", junk_make(view->junk));
	member_put(&ours, "left_out", left_out_make(view));
	member_put(&line, "floodwall", ours);
	return line;
}

int report_eve(FILE *out, const struct report_view *view)
{
	size_t count;
	struct event *events = events_sort(view, &count);
	int error = events ? 0 : -ENOMEM;

	for (size_t i = 0; !error && i < count; i++)
		error = event_write(out,
			events[i].kind == EVENT_FINDING ? eve_alert(view, view->findings[events[i].index], events[i].time_ns, false)
							: eve_device(view, events[i].index, events[i].time_ns));
	free(events);
	if (!error)
		error = event_write(out, stats_event(view));
	return error ? error : fflush(out) || ferror(out) ? -EIO : 0;
}
