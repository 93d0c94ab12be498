/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/eve.h"
#include "report/event.h"
#include "report/member.h"
#include "report/words.h"

int report_line_finding(FILE *out, const struct live_line_finding *line)
{
	const struct finding *findings[1];
	const struct device *devices[1] = {line->device};
	const uint32_t numbers[1] = {0};
	struct finding finding = *line->finding;
	struct report_view view = {.devices = devices, .device_numbers = numbers, .device_count = line->device != NULL, .finding_count = 1};
	json_t *event, *ours;

	finding.device = line->device ? 0 : DEVICE_NONE;
	findings[0] = &finding;
	view.findings = findings;
	event = eve_alert(&view, &finding, line->time_ns, line->blocked);
	ours = json_object_get(event, "floodwall");
	if (ours &&
		(json_object_set_new(ours, "number", member_number(line->number)) ||
			json_object_set_new(ours, "news", json_string(line->news)) ||
			json_object_set_new(ours, "act", json_string(line->act)))) {
		json_decref(event);
		event = NULL;
	}
	return event_write(out, event);
}

int report_line_device(FILE *out, uint64_t time_ns, const struct device *device, const char *stand)
{
	const struct report_view view = {.devices = &device, .device_numbers = (const uint32_t[]){0}, .device_count = 1};
	json_t *event = eve_device(&view, 0, time_ns), *ours = json_object_get(event, "floodwall");

	if (ours && json_object_set_new(ours, "stand", json_string(stand))) {
		json_decref(event);
		event = NULL;
	}
	return event_write(out, event);
}

int report_line_decision(FILE *out, const struct live_line_decision *line)
{
	json_t *event = eve_start(line->time_ns, "floodwall_decision"), *ours = json_object();

	member_put(&ours, "deed", member_number(line->deed));
	member_put(&ours, "verb", json_string(line->verb));
	if (line->decision)
		member_put(&ours, "decision", member_number(line->decision));
	if (line->of)
		member_put(&ours, "of", member_number(line->of));
	if (line->kind)
		member_put(&ours, "kind", json_string(line->kind));
	if (line->finding)
		member_put(&ours, "finding", member_number(line->finding));
	if (line->until_ns)
		member_put(&ours, "until", member_time(line->until_ns));
	member_put(&ours, "who", member_text(line->who, SIZE_MAX));
	member_put(&ours, "detail", member_text(line->detail, SIZE_MAX));
	member_put(&event, "floodwall", ours);
	return event_write(out, event);
}

static json_t *tally(uint64_t packets, uint64_t bytes)
{
	json_t *object = json_object();

	member_put(&object, "packets", member_number(packets));
	member_put(&object, "bytes", member_number(bytes));
	return object;
}

int report_line_stats(FILE *out, const struct live_line_stats *line)
{
	json_t *event = eve_start(line->time_ns, "stats"), *stats = json_object(), *decoder = json_object(), *ours = json_object();

	member_put(&decoder, "pkts", member_number(line->packets));
	member_put(&decoder, "bytes", member_number(line->bytes));
	member_put(&stats, "decoder", decoder);
	member_put(&event, "stats", stats);
	member_put(&ours, "role", json_string(line->role));
	member_put(&ours, "started", member_time(line->started_ns));
	member_put(&ours, "dropped", tally(line->dropped_packets, line->dropped_bytes));
	member_put(&ours, "would", tally(line->would_packets, line->would_bytes));
	member_put(&ours, "frames", member_number(line->frames));
	member_put(&ours, "frames_lost", member_number(line->frames_lost));
	member_put(&ours, "devices", member_number(line->devices));
	member_put(&ours, "findings", member_number(line->findings));
	member_put(&ours, "decisions", member_number(line->decisions));
	member_put(&ours, "lines_written", member_number(line->lines_written));
	member_put(&ours, "lines_lost", member_number(line->lines_lost));
	member_put(&ours, "resident_bytes", member_number(line->resident_bytes));
	member_put(&event, "floodwall", ours);
	return event_write(out, event);
}

const char *report_line_advice(const struct finding *finding)
{
	return words_advice(finding);
}
