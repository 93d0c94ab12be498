/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events of the Open Cybersecurity Schema Framework 1.5.0, one JSON object a line, in the order of time:
 *
 *	a device                 Device Inventory Info     5001, activity 2 (Collect)
 *	a finding                Detection Finding         2004, activity 1 (Create)
 *	an advisory's finding    Vulnerability Finding     2002, activity 1 (Create)
 *
 *	type_uid = class_uid * 100 + activity_id
 *
 * A finding that the user has muted is "Suppressed" there, with the reason as its comment, and no alert. Members that are not known are absent.
 * What the schema has no member for stands under `unmapped`, and a finding's evidence under `evidences`, as in the JSON report.
 */
#include "report/ocsf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/ends.h"
#include "report/event.h"
#include "report/evidence.h"
#include "report/member.h"
#include "report/names.h"
#include "report/object.h"
#include "report/view.h"
#include "report/words.h"

enum { ACTIVITY_CREATE = 1, ACTIVITY_COLLECT = 2, STATUS_NEW = 1, STATUS_SUPPRESSED = 3, OBSERVABLE_ADDRESS = 2, ANALYTIC_RULE = 1 };
enum { DIRECTION_UNKNOWN, DIRECTION_INBOUND, DIRECTION_OUTBOUND, DIRECTION_LATERAL };

static const struct class
{
	int category, class, activity;
	const char *category_name, *class_name, *activity_name;
} INVENTORY = {5, 5001, ACTIVITY_COLLECT, "Discovery", "Device Inventory Info", "Collect"},
  DETECTION = {2, 2004, ACTIVITY_CREATE, "Findings", "Detection Finding", "Create"},
  VULNERABILITY = {2, 2002, ACTIVITY_CREATE, "Findings", "Vulnerability Finding", "Create"};

static const struct level {
	int id;
	const char *caption;
} INFORMATIONAL = {1, "Informational"},
  SEVERITIES[] = {[SEVERITY_LOW] = {2, "Low"},
	  [SEVERITY_MEDIUM] = {3, "Medium"},
	  [SEVERITY_HIGH] = {4, "High"},
	  [SEVERITY_CRITICAL] = {5, "Critical"}};

/* The same event has the same identifier in every run over the same packets. */
static void uid_of(const struct report_view *view, const struct finding *finding, struct phrase *out)
{
	size_t device = view_find(view, finding->device);
	char time[TEXT_TIME_MAX];
	struct ends ends;

	ends_find(view, finding, &ends);
	phrase_add(out, "%s", report_finding_name(finding->id));
	if (device < view->device_count)
		phrase_add(out, "/dev-%012llx", (unsigned long long)(view->devices[device]->id & 0xffffffffffffu));
	phrase_add(out, "/%llx/%s", (unsigned long long)ends_number(&ends), text_time(time, finding->first_ns));
}

static json_t *product_make(void)
{
	json_t *product = json_object();

	member_put(&product, "name", json_string("Floodwall"));
	member_put(&product, "vendor_name", json_string("Floodwall"));
	member_put(&product, "version", json_string(FLOODWALL_VERSION));
	return product;
}

static json_t *metadata_make(const char *uid, const char *capture)
{
	json_t *metadata = json_object();

	member_put(&metadata, "version", json_string("1.5.0"));
	member_put(&metadata, "product", product_make());
	member_put(&metadata, "uid", json_string(uid));
	if (capture)
		member_put(&metadata, "log_name", member_text(capture, SIZE_MAX));
	return metadata;
}

static json_t *start_event(const struct class *class, const struct level *severity)
{
	struct phrase type = {0};
	json_t *line = json_object();

	phrase_add(&type, "%s: %s", class->class_name, class->activity_name);
	member_put(&line, "activity_id", json_integer(class->activity));
	member_put(&line, "activity_name", json_string(class->activity_name));
	member_put(&line, "category_uid", json_integer(class->category));
	member_put(&line, "category_name", json_string(class->category_name));
	member_put(&line, "class_uid", json_integer(class->class));
	member_put(&line, "class_name", json_string(class->class_name));
	member_put(&line, "type_uid", json_integer(class->class * 100 + class->activity));
	member_put(&line, "type_name", json_string(type.text));
	member_put(&line, "severity_id", json_integer(severity->id));
	member_put(&line, "severity", json_string(severity->caption));
	return line;
}

static void put_times(json_t **line, uint64_t first_ns, uint64_t last_ns)
{
	member_put(line, "time", ocsf_time(first_ns));
	member_put(line, "start_time", ocsf_time(first_ns));
	member_put(line, "end_time", ocsf_time(last_ns));
}

/* ---- devices ---- */

static json_t *device_event(const struct report_view *view, size_t index)
{
	const struct device *device = view->devices[index];
	json_t *line = start_event(&INVENTORY, &INFORMATIONAL), *unmapped = json_object();
	struct phrase who = {0}, uid = {0};

	phrase_add(&uid, "dev-%012llx", (unsigned long long)(device->id & 0xffffffffffffu));
	view_introduce(device, &who);
	put_times(&line, device->first_ns, device->last_ns);
	member_put(&line, "metadata", metadata_make(uid.text, event_capture(view, device->first_ns, device->last_ns)));
	member_put(&line, "message", json_string(who.text));
	member_put(&line, "device", ocsf_device(device));
	member_put(&unmapped, "device", device_make(view, index));
	member_put(&line, "unmapped", unmapped);
	return line;
}

/* ---- findings ---- */

static bool is_ours(const struct report_view *view, const uint8_t *address)
{
	for (size_t i = 0; address && i < view->device_count; i++)
		for (size_t k = 0; k < view->devices[i]->address_count; k++)
			if (!memcmp(view->devices[i]->addresses[k], address, 16))
				return true;
	return false;
}

static json_t *direction_make(bool from_us, bool to_us, json_t **connection)
{
	static const char *const captions[] = {"Unknown", "Inbound", "Outbound", "Lateral"};
	int direction = from_us && to_us ? DIRECTION_LATERAL : from_us ? DIRECTION_OUTBOUND : to_us ? DIRECTION_INBOUND : DIRECTION_UNKNOWN;

	member_put(connection, "direction", json_string(captions[direction]));
	return json_integer(direction);
}

static json_t *connection_make(const struct report_view *view, const struct ends *ends)
{
	const char *proto = name_protocol(ends->proto);
	char community[COMMUNITY_MAX];
	json_t *object = json_object();

	member_put(&object, "direction_id",
		direction_make(is_ours(view, ends->src), ends->dest_bits == 128 && is_ours(view, ends->dest), &object));
	if (ends->proto)
		member_put(&object, "protocol_num", json_integer(ends->proto));
	if (proto)
		member_put(&object, "protocol_name", json_string(proto));
	if (ends_community(ends, community))
		member_put(&object, "community_uid", json_string(community));
	return object;
}

static json_t *endpoint_make(const uint8_t *address, uint16_t port, const uint8_t *mac)
{
	json_t *object = json_object();

	member_put(&object, "ip", member_address(address, 128));
	if (port)
		member_put(&object, "port", json_integer(port));
	if (mac)
		member_put(&object, "mac", member_mac(mac));
	return object;
}

static json_t *evidences_make(const struct report_view *view, const struct finding *finding, const struct ends *ends)
{
	json_t *array = json_array(), *object = json_object();

	if (ends->src)
		member_put(&object, "src_endpoint", endpoint_make(ends->src, ends->src_port, ends->src_mac));
	if (ends->dest && ends->dest_bits == 128)
		member_put(&object, "dst_endpoint", endpoint_make(ends->dest, ends->dest_port, ends->dest_mac));
	member_put(&object, "connection_info", connection_make(view, ends));
	member_put(&object, "data", evidence_write(finding));
	member_append(&array, object);
	return array;
}

static void put_observable(json_t **array, const char *name, const uint8_t *address)
{
	json_t *object;

	if (!address)
		return;
	object = json_object();
	member_put(&object, "name", json_string(name));
	member_put(&object, "type_id", json_integer(OBSERVABLE_ADDRESS));
	member_put(&object, "type", json_string("IP Address"));
	member_put(&object, "value", member_address(address, 128));
	member_append(array, object);
}

static void put_observables(json_t **line, const struct ends *ends)
{
	const uint8_t *dest = ends->dest_bits == 128 ? ends->dest : NULL;
	json_t *array;

	if (!ends->src && !dest)
		return;
	array = json_array();
	put_observable(&array, "evidences[].src_endpoint.ip", ends->src);
	put_observable(&array, "evidences[].dst_endpoint.ip", dest);
	member_put(line, "observables", array);
}

/* "T1498.002" is a part of T1498. */
static json_t *attacks_make(const struct finding *finding)
{
	const char *technique = name_technique(finding), *dot = strchr(technique, '.');
	json_t *array = json_array(), *attack = json_object(), *whole = json_object(), *part = json_object();

	member_put(&whole, "uid", json_stringn(technique, dot ? (size_t)(dot - technique) : strlen(technique)));
	member_put(&part, "uid", json_string(technique));
	member_put(&attack, "technique", whole);
	if (dot)
		member_put(&attack, "sub_technique", part);
	else
		json_decref(part);
	member_append(&array, attack);
	return array;
}

static json_t *analytic_make(const struct finding *finding)
{
	json_t *object = json_object();

	member_put(&object, "name", json_string(report_finding_name(finding->id)));
	member_put(&object, "type_id", json_integer(ANALYTIC_RULE));
	member_put(&object, "type", json_string("Rule"));
	return object;
}

static json_t *info_make(const struct report_view *view, const struct finding *finding, const char *uid)
{
	json_t *object = json_object(), *types = json_array();
	struct phrase title = {0};

	words_title(&title, finding);
	member_append(&types, json_string(report_finding_name(finding->id)));
	member_put(&object, "uid", json_string(uid));
	member_put(&object, "title", json_string(title.text));
	member_put(&object, "desc", summary_make(view, finding));
	member_put(&object, "types", types);
	member_put(&object, "analytic", analytic_make(finding));
	member_put(&object, "attacks", attacks_make(finding));
	member_put(&object, "first_seen_time", ocsf_time(finding->first_ns));
	member_put(&object, "last_seen_time", ocsf_time(finding->last_ns));
	return object;
}

static json_t *remediation_make(const struct finding *finding)
{
	json_t *object = json_object();

	member_put(&object, "desc", json_string(words_advice(finding)));
	return object;
}

static void put_status(json_t **line, const struct finding *finding)
{
	member_put(line, "status_id", json_integer(finding->muted ? STATUS_SUPPRESSED : STATUS_NEW));
	member_put(line, "status", json_string(finding->muted ? "Suppressed" : "New"));
	if (finding->muted)
		member_put(line, "comment", member_text(finding->muted, SIZE_MAX));
}

static json_t *finding_start(const struct report_view *view, const struct finding *finding, const struct class *class)
{
	const char *capture = event_capture(view, finding->first_ns, finding->last_ns);
	size_t device = view_find(view, finding->device);
	json_t *line = start_event(class, &SEVERITIES[finding->severity]);
	struct phrase uid = {0};

	uid_of(view, finding, &uid);
	put_times(&line, finding->first_ns, finding->last_ns);
	member_put(&line, "count", member_number(finding->count));
	member_put(&line, "metadata", metadata_make(uid.text, capture));
	member_put(&line, "message", summary_make(view, finding));
	put_status(&line, finding);
	member_put(&line, "finding_info", info_make(view, finding, uid.text));
	if (device < view->device_count)
		member_put(&line, "device", ocsf_device(view->devices[device]));
	return line;
}

static json_t *detection_event(const struct report_view *view, const struct finding *finding)
{
	json_t *line = finding_start(view, finding, &DETECTION);
	struct ends ends;

	ends_find(view, finding, &ends);
	member_put(&line, "is_alert", json_boolean(!finding->muted));
	member_put(&line, "evidences", evidences_make(view, finding, &ends));
	put_observables(&line, &ends);
	member_put(&line, "remediation", remediation_make(finding));
	return line;
}

/* ---- advisories ---- */

/* What the JSON report says of it; absent there, absent here. */
static void put_evidence(json_t **object, const char *key, const json_t *evidence, const char *from)
{
	json_t *value = json_object_get(evidence, from);

	if (json_is_string(value) || json_is_boolean(value))
		member_put(object, key, json_incref(value));
}

static json_t *advisory_make(const json_t *evidence)
{
	json_t *object = json_object();

	put_evidence(&object, "uid", evidence, "id");
	put_evidence(&object, "title", evidence, "title");
	return object;
}

static json_t *vulnerabilities_make(const struct finding *finding)
{
	json_t *evidence = evidence_write(finding), *array = json_array(), *object = json_object();
	const char *remedy = json_string_value(json_object_get(evidence, "remediation"));

	member_put(&object, "advisory", advisory_make(evidence));
	put_evidence(&object, "title", evidence, "title");
	put_evidence(&object, "is_exploit_available", evidence, "exploited");
	member_put(&object, "is_fix_available", json_boolean(remedy && strcmp(remedy, "vendor_fix") == 0));
	member_put(&object, "severity", json_string(SEVERITIES[finding->severity].caption));
	member_put(&object, "remediation", remediation_make(finding));
	member_append(&array, object);
	json_decref(evidence);
	return array;
}

static json_t *vulnerability_event(const struct report_view *view, const struct finding *finding)
{
	json_t *line = finding_start(view, finding, &VULNERABILITY), *unmapped = json_object();

	member_put(&line, "vulnerabilities", vulnerabilities_make(finding));
	member_put(&unmapped, "evidence", evidence_write(finding));
	member_put(&line, "unmapped", unmapped);
	return line;
}

static json_t *finding_event(const struct report_view *view, const struct finding *finding)
{
	return strcmp(report_finding_name(finding->id), "advisory") == 0 ? vulnerability_event(view, finding)
									 : detection_event(view, finding);
}

int report_ocsf(FILE *out, const struct report_view *view)
{
	size_t count;
	struct event *events = events_sort(view, &count);
	int error = events ? 0 : -ENOMEM;

	for (size_t i = 0; !error && i < count; i++)
		error = event_write(out,
			events[i].kind == EVENT_FINDING ? finding_event(view, view->findings[events[i].index])
							: device_event(view, events[i].index));
	free(events);
	return error ? error : fflush(out) || ferror(out) ? -EIO : 0;
}
