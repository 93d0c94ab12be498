/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a capture: what was found, with device numbers that hold, and the states that follow from it. */
#include <string.h>

#include "engine/room.h"

uint32_t outcome_device(struct engine *engine, const struct finding *finding)
{
	uint32_t number = inventory_number(engine->inventory, finding->device);
	const uint8_t *victim = finding->flood.target;

	if (number != DEVICE_NONE || finding->id != FINDING_RECEIVES_FLOOD || finding->flood.target_bits != 128)
		return number;
	if (side_is_ours(&engine->config.side, victim) && !side_is_multicast(victim) && !side_is_zero(victim))
		number = inventory_see(engine->inventory, NULL, victim, finding->first_ns);
	return number;
}

/* Rooms know the hall's time; people want the capture's. */
static uint64_t capture_time(const struct engine *engine, uint64_t hall_ns)
{
	uint64_t behind_ns = 0;

	for (uint32_t i = 0; i < engine->jump_count && engine->jumps[i].hall_ns <= hall_ns; i++)
		behind_ns = engine->jumps[i].behind_ns;
	return hall_ns > behind_ns ? hall_ns - behind_ns : 0;
}

static void tell_in_capture_time(const struct engine *engine, struct finding *finding)
{
	uint64_t first_ns = capture_time(engine, finding->first_ns), last_ns = capture_time(engine, finding->last_ns);

	finding->first_ns = first_ns < last_ns ? first_ns : last_ns;
	finding->last_ns = first_ns < last_ns ? last_ns : first_ns;
}

void engine_end(struct engine *engine)
{
	struct finding *finding;

	flow_end(engine->flow, engine->now_ns);
	detect_end(engine->detect, engine->now_ns);
	for (uint32_t i = 0; (finding = engine_finding(engine, i)); i++) {
		tell_in_capture_time(engine, finding);
		finding->device = outcome_device(engine, finding);
	}
	inventory_settle(engine->inventory);
}

uint32_t engine_device_count(const struct engine *engine)
{
	return inventory_count(engine->inventory);
}

const struct device *engine_device(const struct engine *engine, uint32_t number)
{
	if (inventory_number(engine->inventory, number) != number)
		return NULL;
	return inventory_device(engine->inventory, number);
}

struct finding *engine_finding(struct engine *engine, uint32_t index)
{
	/* the hall may complete a finding (device, mute); to everybody else it is read only */
	return (struct finding *)detect_finding(engine->detect, index);
}

const struct junk *engine_junk(struct engine *engine)
{
	return detect_junk(engine->detect);
}

const struct timeline *engine_timeline(struct engine *engine)
{
	return detect_timeline(engine->detect);
}

const struct talk_pairs *engine_talk(struct engine *engine)
{
	return inventory_talk(engine->inventory);
}

void engine_note_advisory(struct engine *engine, uint32_t number, const struct evidence_advisory *seen)
{
	const struct device *device = inventory_device(engine->inventory, number);

	detect_advisory(engine->detect, number, capture_time(engine, device->first_ns), capture_time(engine, device->last_ns), seen);
}

void engine_judge_devices(struct engine *engine)
{
	const struct finding *finding;

	for (uint32_t i = 0; (finding = detect_finding(engine->detect, i)); i++)
		if (!finding->muted && finding->device != DEVICE_NONE)
			inventory_note_state(engine->inventory, finding->device, finding->state);
}

void engine_left_out(struct engine *engine, struct engine_left_out *out_left_out)
{
	const struct detect_left_out *detect = detect_left_out(engine->detect);

	*out_left_out = engine->left_out;
	out_left_out->conversations = flow_left_out(engine->flow);
	out_left_out->devices = inventory_left_out(engine->inventory);
	out_left_out->names = engine->named.evicted;
	out_left_out->prefixes = engine->config.side.prefixes_left_out;
	out_left_out->pairs = detect->pairs;
	out_left_out->rates = detect->rates;
	out_left_out->findings = detect->findings;
	out_left_out->beacons = detect->beacons;
	out_left_out->logins = detect->logins;
	out_left_out->zones = detect->zones;
}
