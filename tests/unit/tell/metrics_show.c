/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The metrics of a made-up view, in which each number is another one. usage: metrics_show guard|shield */
#include <stdio.h>
#include <string.h>

#include "tell/tell.h"

static struct zone_view zones[3];
static struct guarded_view devices[4];
static struct found_view findings[8];

static void show_shield(void)
{
	struct shield_view view = {
		.version = "0.1.0", .interface = "eth0", .attached = true, .native = true, .now_s = 1107, .started_s = 7};

	view.resident_bytes = 12345678;
	view.generation = 3;
	view.decisions = 19;
	view.stance = FW_STANCE_WATCH;
	for (unsigned outcome = 0; outcome < FW_OUTCOME_COUNT; outcome++)
		for (unsigned reason = 0; reason < FW_REASON_COUNT; reason++)
			view.counts.reason[outcome][reason] = (struct fw_tally){1000 * outcome + reason + 1, 100000 * outcome + reason + 7};
	for (unsigned lane = 0; lane < FW_LANE_COUNT; lane++)
		view.counts.lane[lane][FW_OUTCOME_PASSED].packets = 31 + lane;
	view.fills[0] = (struct fill_view){"names", 41, 42, 43};
	view.fill_count = 1;
	snprintf(zones[1].name, sizeof(zones[1].name), "example.org");
	snprintf(zones[2].name, sizeof(zones[2].name), "a\"b\\c");
	view.zones = zones;
	view.zone_count = 3;
	metrics_write(&view, stdout);
}

static void show_guard(void)
{
	struct guard_view view = {
		.version = "0.1.0", .now_s = 1107, .started_s = 7, .resident_bytes = 12345678, .generation = 3, .decisions = 19};

	view.interfaces[0] = (struct guarded_interface){"lan0", true};
	view.interface_count = 2;
	view.frames_seen = 101;
	view.frames_lost = 102;
	view.strangers_seen = 103;
	view.blind_count = 2;
	snprintf(view.store_why, sizeof(view.store_why), "the disk is full");
	view.totals.reason[FW_GUARD_OUT][FW_GUARD_DROPPED][FW_REASON_BLOCKED] = (struct fw_guard_tally){.packets = 51, .bytes = 5100};
	view.fills[0] = (struct fill_of_guard){"devices", 4, 1024};
	view.fill_count = 1;
	for (unsigned i = 0; i < 4; i++)
		devices[i] = (struct guarded_view){
			GUARDED_NOTHING, .stand = (enum guard_stand)i, .state = i == 3 ? STATE_HIJACKED : STATE_CLEAN};
	for (unsigned i = 0; i < 8; i++) {
		findings[i] = (struct found_view){.number = 80 - i, .act = (enum guard_act)(i % 5)};
		findings[i].finding = (struct finding){.id = i < 5 ? FINDING_SCAN : FINDING_FLOOD, .severity = SEVERITY_HIGH};
	}
	snprintf(findings[7].muted, sizeof(findings[7].muted), "ours");
	view.devices = devices;
	view.device_count = 4;
	view.findings = findings;
	view.finding_count = 8;
	view.findings_made = 14;
	view.findings_lost = 5;
	metrics_guard_write(&view, stdout);
}

int main(int count, char **words)
{
	const struct mqtt_counts counts = {.messages = 71, .commands = 72, .refused = 73, .connections = 74, .devices = 75, .left_out = 76};

	if (count == 2 && strcmp(words[1], "guard") == 0)
		show_guard();
	else if (count == 2 && strcmp(words[1], "shield") == 0)
		show_shield();
	else
		return 2;
	metrics_mqtt_write(&counts, true, stdout);
	return 0;
}
