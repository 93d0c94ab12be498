/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JSON report: one object, docs/schema/inspect.json.
 *
 * Written piece by piece, so that memory is that of one device or one finding, not of the whole report: jansson builds and
 * writes each of them, on a line of its own, and only the frame around them is written here.
 *
 *	{"schema": "floodwall.inspect/1",
 *	"devices": [
 *	{"id": "dev-0012345678ab", ...},
 *	{"id": ...}],
 *	...
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "report/evidence.h"
#include "base/reason.h"
#include "report/member.h"
#include "report/names.h"
#include "report/object.h"
#include "report/view.h"
#include "report/words.h"

static int json_sink(const char *bytes, size_t len, void *context)
{
	return fwrite(bytes, 1, len, context) == len ? 0 : -1;
}

int value_write(FILE *out, json_t *value, size_t flags)
{
	int failed;

	if (!value)
		return -ENOMEM;
	failed = json_dump_callback(value, json_sink, out, JSON_REAL_PRECISION(3) | JSON_ENCODE_ANY | flags);
	json_decref(value);
	return !failed ? 0 : ferror(out) ? -EIO : -ENOMEM;
}

/* A list, one line per element. make() returns a new reference or NULL without memory. */
struct list {
	const char *key;
	size_t count;
	json_t *(*make)(const struct report_view *view, size_t index);
};

static int list_write(FILE *out, const struct report_view *view, const struct list *list)
{
	int error = 0;

	fprintf(out, ",\n\"%s\": [", list->key);
	for (size_t i = 0; i < list->count && !error; i++) {
		fputs(i ? ",\n" : "\n", out);
		error = value_write(out, list->make(view, i), 0);
	}
	fputs("]", out);
	return error;
}

static int member_write(FILE *out, const char *key, json_t *value)
{
	fprintf(out, ",\n\"%s\": ", key);
	return value_write(out, value, 0);
}

json_t *capture_make(const struct report_view *view, size_t index)
{
	const struct report_capture *capture = &view->captures[index];
	json_t *object = json_object();

	member_put(&object, "file", member_text(capture->file, SIZE_MAX));
	member_put(&object, "packets", member_number(capture->packets));
	member_put(&object, "bytes", member_number(capture->bytes));
	if (view->selection.used)
		member_put(&object, "taken", member_number(capture->taken));
	member_put(&object, "first", capture->packets ? member_time(capture->first_ns) : json_null());
	member_put(&object, "last", capture->packets ? member_time(capture->last_ns) : json_null());
	member_put(&object, "cut_short", json_boolean(capture->cut_short));
	member_put(&object, "unreadable", json_boolean(capture->unreadable));
	if (capture->note && capture->note[0])
		member_put(&object, "note", member_text(capture->note, SIZE_MAX));
	return object;
}

json_t *selection_make(const struct report_selection *selection)
{
	json_t *object = json_object();

	member_put(&object, "from", selection->from_ns ? member_time(selection->from_ns) : json_null());
	member_put(&object, "to", selection->to_ns != UINT64_MAX ? member_time(selection->to_ns) : json_null());
	member_put(&object, "filter", member_text_or_null(selection->filter));
	return object;
}

json_t *inferred_make(const struct report_view *view, size_t index)
{
	return member_address(view->inferred[index], view->inferred_bits[index]);
}

static json_t *guess_make(const struct guess *guess, const char *key)
{
	json_t *object = json_object();

	member_put(&object, key, member_text_or_null(guess->name));
	member_put(&object, "confidence", json_integer(guess->name[0] ? guess->confidence : 0));
	if (guess->name[0] && guess->rival[0]) {
		json_t *rival = json_object();

		member_put(&rival, key, member_text(guess->rival, SIZE_MAX));
		member_put(&rival, "confidence", json_integer(guess->rival_confidence));
		member_put(&object, "rival", rival);
	}
	return object;
}

static json_t *macs_make(const struct device *device)
{
	json_t *array = json_array();

	for (size_t i = 0; i < device->mac_count; i++)
		member_append(&array, member_mac(device->macs[i]));
	return array;
}

static json_t *addresses_make(const struct device *device)
{
	json_t *array = json_array();

	for (size_t i = 0; i < device->address_count; i++)
		member_append(&array, member_address(device->addresses[i], 128));
	return array;
}

static json_t *clues_make(const struct device *device)
{
	json_t *array = json_array();

	for (size_t i = 0; i < device->clue_count; i++) {
		const struct clue *clue = &device->clues[i];
		json_t *object = json_object();

		member_put(&object, "source", member_text(clue->source, SIZE_MAX));
		member_put(&object, "value", member_text(clue->value, SIZE_MAX));
		member_put(&object, "says", member_text(clue->says, SIZE_MAX));
		member_append(&array, object);
	}
	return array;
}

static json_t *traffic_make(const struct device_traffic *traffic)
{
	json_t *object = json_object();

	member_put(&object, "packets_out", member_number(traffic->packets_out));
	member_put(&object, "bytes_out", member_number(traffic->bytes_out));
	member_put(&object, "packets_in", member_number(traffic->packets_in));
	member_put(&object, "bytes_in", member_number(traffic->bytes_in));
	return object;
}

/* 48 of its bits: enough to tell thousands of devices apart, and short enough to be typed. */
json_t *device_id_make(const struct device *device)
{
	char text[24];

	snprintf(text, sizeof(text), "dev-%012" PRIx64, device->id & 0xffffffffffffu);
	return json_string(text);
}

json_t *device_make(const struct report_view *view, size_t index)
{
	const struct device *device = view->devices[index];
	json_t *object = json_object();

	member_put(&object, "id", device_id_make(device));
	member_put(&object, "macs", macs_make(device));
	member_put(&object, "addresses", addresses_make(device));
	member_put(&object, "name", member_text_or_null(device->name));
	member_put(&object, "name_source", json_string(name_source(device->name_source)));
	member_put(&object, "maker", guess_make(&device->maker, "name"));
	member_put(&object, "brand", guess_make(&device->brand, "name"));
	member_put(&object, "kind", guess_make(&device->kind, "name"));
	member_put(&object, "model", guess_make(&device->model, "name"));
	member_put(&object, "firmware", guess_make(&device->firmware, "version"));
	member_put(&object, "state", json_string(report_state_name(device->state)));
	member_put(&object, "clues", clues_make(device));
	member_put(&object, "traffic", traffic_make(&device->traffic));
	member_put(&object, "advisories", json_array());
	return object;
}

json_t *summary_make(const struct report_view *view, const struct finding *finding)
{
	struct phrase scratch = {0}, summary = {0};

	struct subject subject = view_subject(view, finding, &scratch);

	words_summary(&summary, finding, &subject);
	return json_string(summary.text);
}

static json_t *finding_make(const struct report_view *view, size_t index)
{
	const struct finding *finding = view->findings[index];
	size_t device = view_find(view, finding->device);
	json_t *object = json_object();

	member_put(&object, "id", json_string(report_finding_name(finding->id)));
	member_put(&object, "device", device < view->device_count ? device_id_make(view->devices[device]) : json_null());
	member_put(&object, "source", finding->has_source ? member_address(finding->source, 128) : json_null());
	member_put(&object, "severity", json_string(report_severity_name(finding->severity)));
	member_put(&object, "first", member_time(finding->first_ns));
	member_put(&object, "last", member_time(finding->last_ns));
	member_put(&object, "count", member_number(finding->count));
	member_put(&object, "summary", summary_make(view, finding));
	member_put(&object, "advice", json_string(words_advice(finding)));
	member_put(&object, "technique", json_string(name_technique(finding)));
	member_put(&object, "evidence", evidence_write(finding));
	if (finding->muted)
		member_put(&object, "muted", member_text(finding->muted, SIZE_MAX));
	if (view->evidence_files)
		member_put(&object, "evidence_file",
			view->evidence_files[index] ? member_text(view->evidence_files[index], SIZE_MAX) : json_null());
	return object;
}

json_t *count_make(const struct junk_count *count)
{
	json_t *object = json_object();

	member_put(&object, "packets", member_number(count->packets));
	member_put(&object, "bytes", member_number(count->bytes));
	return object;
}

static json_t *by_vector_make(const struct junk *junk)
{
	json_t *object = json_object();

	for (int vector = 0; vector < VECTOR_COUNT; vector++)
		if (junk->by_vector[vector].packets)
			member_put(&object, report_vector_name((enum vector)vector), count_make(&junk->by_vector[vector]));
	return object;
}

static json_t *by_target_make(const struct junk *junk)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < junk->target_count; i++) {
		const struct junk_target *target = &junk->by_target[i];
		json_t *object = json_object();

		member_put(&object, "target", member_address(target->target, target->bits));
		member_put(&object, "packets", member_number(target->count.packets));
		member_put(&object, "bytes", member_number(target->count.bytes));
		member_append(&array, object);
	}
	return array;
}

json_t *junk_make(const struct junk *junk)
{
	json_t *object = json_object();

	member_put(&object, "packets", member_number(junk->total.packets));
	member_put(&object, "bytes", member_number(junk->total.bytes));
	member_put(&object, "by_vector", by_vector_make(junk));
	junk_attribution(junk, &object);
	member_put(&object, "by_target", by_target_make(junk));
	return object;
}

json_t *left_out_make(const struct report_view *view)
{
	json_t *object = json_object();

	for (size_t i = 0; i < view->left_out_count; i++)
		member_put(&object, view->left_out[i].kind, member_number(view->left_out[i].count));
	return object;
}

/* By number where a protocol has no name. */
static json_t *protocol_make(uint8_t proto)
{
	const char *name = name_protocol(proto);

	return name ? json_string(name) : json_integer(proto);
}

static json_t *verdict_make(const struct report_view *view, size_t index)
{
	static const char *const outcomes[] = {[VERDICT_PASS] = "pass", [VERDICT_DROP] = "drop", [VERDICT_UNKNOWN] = "unknown"};
	const struct policy_verdict *verdict = &view->verdicts[index];
	size_t device = view_find(view, verdict->device);
	json_t *object = json_object();

	member_put(&object, "device", device < view->device_count ? device_id_make(view->devices[device]) : json_null());
	member_put(&object, "policy", member_text(verdict->policy, SIZE_MAX));
	member_put(&object, "way", json_string(verdict->from_device ? "from-device" : "to-device"));
	member_put(&object, "verdict", json_string(outcomes[verdict->outcome]));
	member_put(&object, "reason", json_string(reason_counter((enum fw_reason)verdict->reason)));
	member_put(&object, "sentence", json_string(reason_sentence((enum fw_reason)verdict->reason)));
	member_put(&object, "entry", member_text_or_null(verdict->entry));
	member_put(&object, "protocol", protocol_make(verdict->proto));
	member_put(&object, "peer", member_address(verdict->peer, 128));
	member_put(&object, "port", member_port_or_null(verdict->port));
	member_put(&object, "packets", member_number(verdict->packets));
	member_put(&object, "bytes", member_number(verdict->bytes));
	member_put(&object, "first", member_time(verdict->first_ns));
	member_put(&object, "last", member_time(verdict->last_ns));
	return object;
}

int report_json(FILE *out, const struct report_view *view)
{
	const struct list captures = {"captures", view->capture_count, capture_make};
	const struct list inferred = {"ours_inferred", view->inferred_count, inferred_make};
	const struct list devices = {"devices", view->device_count, device_make};
	const struct list findings = {"findings", view->finding_count, finding_make};
	const struct list verdicts = {"verdicts", view->verdict_count, verdict_make};
	int error;

	fputs("{\"schema\": \"floodwall.inspect/1\"", out);
	error = list_write(out, view, &captures);
	if (!error && view->selection.used)
		error = member_write(out, "selection", selection_make(&view->selection));
	if (!error && view->side_inferred)
		error = list_write(out, view, &inferred);
	if (!error)
		error = list_write(out, view, &devices);
	if (!error)
		error = list_write(out, view, &findings);
	if (!error)
		error = member_write(out, "junk", junk_make(view->junk));
	if (!error)
		error = list_write(out, view, &verdicts);
	if (!error)
		error = member_write(out, "left_out", left_out_make(view));
	fputs("}\n", out);
	return error ? error : fflush(out) || ferror(out) ? -EIO : 0;
}
