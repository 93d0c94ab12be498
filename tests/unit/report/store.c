/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store.h"

#include <stdio.h>
#include <string.h>

#include "wire/limits.h"

struct device devices[DEVICES];
const struct device *shown[DEVICES];
uint32_t numbers[DEVICES];
struct finding findings[FINDINGS];
const struct finding *told[FINDINGS];
struct junk junk;
struct report_capture captures[2];
uint8_t inferred[1][16];
const uint8_t inferred_bits[1] = {128};
struct report_left_out left_out[3];
size_t device_count, finding_count;
struct timeline timeline;
struct talk_pair pairs[PAIRS];
struct talk_pairs talk;

void v4(uint8_t out[16], uint32_t address)
{
	memset(out, 0, 16);
	out[10] = out[11] = 0xff;
	for (int i = 0; i < 4; i++)
		out[12 + i] = (uint8_t)(address >> (24 - 8 * i));
}

void start(struct report_view *view)
{
	memset(devices, 0, sizeof(devices));
	memset(findings, 0, sizeof(findings));
	memset(&junk, 0, sizeof(junk));
	device_count = finding_count = 0;
	captures[0] = (struct report_capture){.file = "/srv/captures/evening.pcap",
		.packets = 48211,
		.bytes = 3904112,
		.first_ns = EVENING,
		.last_ns = EVENING + 600 * SECOND + 123456789};
	left_out[0] = (struct report_left_out){"conversations", 0};
	left_out[1] = (struct report_left_out){"frames_not_understood", 0};
	left_out[2] = (struct report_left_out){"devices", 0};
	*view = (struct report_view){.captures = captures,
		.capture_count = 1,
		.devices = shown,
		.device_numbers = numbers,
		.findings = told,
		.junk = &junk,
		.left_out = left_out,
		.left_out_count = 3};
	memset(&timeline, 0, sizeof(timeline));
	memset(pairs, 0, sizeof(pairs));
	talk = (struct talk_pairs){.pairs = pairs};
}

/* Ten minutes in steps of four seconds; from the middle on, junk of two kinds. */
void timeline_add(struct report_view *view, enum vector one, enum vector other)
{
	timeline.begin_ns = EVENING;
	timeline.width_ns = 4 * SECOND;
	timeline.bin_count = 150;
	for (uint32_t i = 0; i < timeline.bin_count; i++) {
		timeline.all[i] = (struct junk_count){40 + i * 7 % 13, 4000};
		if (i < 75 || i > 110)
			continue;
		timeline.junk[one][i] = (struct junk_count){1000 + i * 31 % 97, 60000};
		timeline.junk[other][i] = (struct junk_count){i % 5 ? 100 : 0, 5000};
		timeline.all[i].packets += 1200;
	}
	view->timeline = &timeline;
}

/* A pair with an address outside, or with the device peer of the view. */
struct talk_pair *pair_add(struct report_view *view, uint32_t device, uint32_t peer, uint32_t packets)
{
	struct talk_pair *pair = &pairs[talk.pair_count++];

	*pair = (struct talk_pair){.device = device, .peer_device = DEVICE_NONE, .packets_out = packets, .packets_in = packets / 2};
	pair->bytes_out = packets * 80ull;
	if (peer < DEVICES)
		pair->peer_device = peer;
	else
		v4(pair->peer, peer);
	talk.packets += pair->packets_out + pair->packets_in;
	talk.seen = talk.pair_count;
	view->talk = &talk;
	return pair;
}

/* Worst first, as the view promises; equals stay in their order. */
void finish(struct report_view *view)
{
	for (size_t i = 1; i < device_count; i++)
		for (size_t k = i; k && shown[k]->state > shown[k - 1]->state; k--) {
			const struct device *device = shown[k];
			uint32_t number = numbers[k];

			shown[k] = shown[k - 1];
			numbers[k] = numbers[k - 1];
			shown[k - 1] = device;
			numbers[k - 1] = number;
		}
	for (size_t i = 1; i < finding_count; i++)
		for (size_t k = i; k && told[k]->severity > told[k - 1]->severity; k--) {
			const struct finding *finding = told[k];

			told[k] = told[k - 1];
			told[k - 1] = finding;
		}
	view->device_count = device_count;
	view->finding_count = finding_count;
}

/* Device numbers are not positions in the view. */
uint32_t number_of(const struct device *device)
{
	return (uint32_t)(device - devices) * 3 + 5;
}

void guess_set(struct guess *guess, const char *name, uint8_t confidence)
{
	snprintf(guess->name, sizeof(guess->name), "%s", name);
	guess->confidence = confidence;
}

struct device *device_add(const char *name, uint32_t address, const char *kind, const char *maker)
{
	struct device *device = &devices[device_count];

	shown[device_count] = device;
	numbers[device_count] = number_of(device);
	device->id = 0xabc000000000ull + address;
	device->merged_into = DEVICE_NONE;
	device->first_ns = EVENING;
	device->last_ns = EVENING + 600 * SECOND;
	memcpy(device->macs[0], (const uint8_t[]){0x00, 0x12, 0x16, 0x34, (uint8_t)(address >> 8), (uint8_t)address}, 6);
	device->mac_count = 1;
	v4(device->addresses[0], address);
	device->address_count = 1;
	device->name_source = name[0] ? NAME_DHCP : NAME_PLACEHOLDER;
	snprintf(device->name, sizeof(device->name), "%s", name);
	if (kind[0])
		guess_set(&device->kind, kind, 60);
	if (maker[0])
		guess_set(&device->maker, maker, 95);
	device->traffic = (struct device_traffic){1200, 340000, 1100, 910000};
	device_count++;
	return device;
}

struct finding *finding_add(enum finding_id id, enum severity severity, const struct device *device, enum device_state state)
{
	struct finding *finding = &findings[finding_count];

	told[finding_count++] = finding;
	finding->id = id;
	finding->severity = severity;
	finding->state = state;
	finding->device = device ? number_of(device) : DEVICE_NONE;
	finding->first_ns = EVENING + 60 * SECOND;
	finding->last_ns = EVENING + 95 * SECOND;
	finding->count = 1;
	return finding;
}
