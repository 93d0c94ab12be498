/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Topics and payloads, pure: what Home Assistant's MQTT integration takes (home-assistant.io/integrations/mqtt, section "MQTT Discovery").
 * A topic is made of configured words and the digits of a MAC, never of anything that a device says.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/guard_view.h"
#include "tell/mqtt.h"

enum { DISCOVERY_TOPIC_MAX = 256, DISCOVERY_NAME_MAX = 64, DISCOVERY_SURE = 50 /* percent from which on a guess is shown */ };

/* Of each device, the configured ones first; one payload each, "" takes it back. */
enum device_slot {
	SLOT_TRACKER,
	SLOT_PROBLEM,
	SLOT_SWITCH, /* where commands are taken, and where the device may be stopped at all */
	SLOT_SENSOR, /* in the switch's place */
	SLOT_CONFIGS,
	SLOT_IS_HOME = SLOT_CONFIGS,
	SLOT_IS_PROBLEM,
	SLOT_ATTRIBUTES,
	SLOT_IS_QUARANTINED,
	DEVICE_SLOTS
};

/* Of ourselves. */
enum gateway_slot {
	SLOT_FINDINGS, /* of a guard */
	SLOT_PROTECTION,
	SLOT_JUNK,
	GATEWAY_CONFIGS,
	SLOT_IS_FINDINGS = GATEWAY_CONFIGS,
	SLOT_IS_PROTECTION,
	SLOT_IS_MODES,
	SLOT_IS_JUNK,
	GATEWAY_SLOTS
};

struct discovery {
	char topic[64], discovery[64]; /* first levels */
	char id[64]; /* topic, as far as an id may hold it */
	char version[32];
	bool commands;
	uint32_t home_s;
};

/* One device as it is told of. */
struct discovered {
	const struct guarded_view *device;
	const struct found_view *found; /* the worst that counts; NULL: none */
	const char *sentence; /* of found; "" */
	uint64_t wall_s;
};

struct gateway_now {
	bool guard, protects;
	uint64_t findings, junk, left_out; /* findings: of today */
	const char *modes; /* an object of JSON */
};

/* Words such as "floodwall-attic" as first levels. */
void discovery_init(struct discovery *discovery, const struct mqtt_setup *setup);

void discovery_device_topic(const struct discovery *discovery, const uint8_t mac[6], enum device_slot slot, char out[DISCOVERY_TOPIC_MAX]);
void discovery_gateway_topic(const struct discovery *discovery, enum gateway_slot slot, char out[DISCOVERY_TOPIC_MAX]);
/* Of commands, and of what an earlier run told: "+" in the place of each MAC. */
void discovery_command_filter(const struct discovery *discovery, char out[DISCOVERY_TOPIC_MAX]);
void discovery_ghost_filter(const struct discovery *discovery, char out[DISCOVERY_TOPIC_MAX]);
void discovery_birth_topic(const struct discovery *discovery, char out[DISCOVERY_TOPIC_MAX]);
/* Whose topic it is. False: it is no such topic of ours. */
bool discovery_command_read(const struct discovery *discovery, const char *topic, uint8_t out_mac[6]);
bool discovery_ghost_read(const struct discovery *discovery, const char *topic, uint8_t out_mac[6]);

/* Same number, same payload. seen NULL: the device is gone. */
uint64_t discovery_device_digest(const struct discovery *discovery, const struct discovered *seen, enum device_slot slot);
uint64_t discovery_gateway_digest(const struct discovery *discovery, const struct gateway_now *now, enum gateway_slot slot);
/* The caller frees it; NULL: no memory. */
char *discovery_device_payload(const struct discovery *discovery, const struct discovered *seen, enum device_slot slot);
char *discovery_gateway_payload(const struct discovery *discovery, const struct gateway_now *now, enum gateway_slot slot);
/* The modes of all filters, for gateway_now; the caller frees it. */
char *discovery_modes(const struct mqtt_sight *sight, bool *out_protects);
