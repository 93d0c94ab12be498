/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *	DISCOVERY/device_tracker/ID_020000000005/presence/config      what there is: Home Assistant makes an entity of it
 *	DISCOVERY/binary_sensor/ID_020000000005/problem/config
 *	DISCOVERY/switch/ID_020000000005/quarantine/config            or binary_sensor, where no command is taken
 *	TOPIC/020000000005/presence   problem   attributes   quarantine      how it is
 *	TOPIC/020000000005/quarantine/set                                    what somebody wants
 *	TOPIC/status                                                         online, or offline by the broker's last will
 */
#include "tell/discovery.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "wire/siphash.h"

static const char *const states[] = STATE_WORDS;
static const char *const stands[] = STAND_WORDS;
static const char *const severities[] = SEVERITY_WORDS;

/* component, object and what is shown, of each slot that has a configuration */
struct entity {
	const char *component, *object, *name;
};
static const struct entity of_device[SLOT_CONFIGS] = {
	[SLOT_TRACKER] = {"device_tracker", "presence", "Presence"},
	[SLOT_PROBLEM] = {"binary_sensor", "problem", "Problem"},
	[SLOT_SWITCH] = {"switch", "quarantine", "Quarantine"},
	[SLOT_SENSOR] = {"binary_sensor", "quarantine", "Quarantine"},
};
static const struct entity of_gateway[GATEWAY_CONFIGS] = {
	[SLOT_FINDINGS] = {"sensor", "findings_today", "Findings today"},
	[SLOT_PROTECTION] = {"binary_sensor", "protection", "Protection"},
	[SLOT_JUNK] = {"sensor", "junk_dropped", "Junk dropped"},
};
static const char *const state_of_device[] = {"presence", "problem", "attributes", "quarantine"};
static const char *const state_of_gateway[] = {"findings_today", "protection", "modes", "junk_dropped"};

void discovery_init(struct discovery *discovery, const struct mqtt_setup *setup)
{
	snprintf(discovery->topic, sizeof(discovery->topic), "%s", setup->topic);
	snprintf(discovery->discovery, sizeof(discovery->discovery), "%s", setup->discovery);
	snprintf(discovery->version, sizeof(discovery->version), "%s", setup->version);
	snprintf(discovery->id, sizeof(discovery->id), "%s", setup->topic);
	for (char *at = discovery->id; *at; at++)
		if (!isalnum((unsigned char)*at) && *at != '-')
			*at = '_';
}

/* ---- topics ---- */

static void digits(char out[13], const uint8_t mac[6])
{
	snprintf(out, 13, "%02x%02x%02x%02x%02x%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static void config_topic(const struct discovery *discovery, const struct entity *entity, const char *mac, char *out)
{
	snprintf(out, DISCOVERY_TOPIC_MAX, "%s/%s/%s%s%s/%s/config", discovery->discovery, entity->component, discovery->id,
		*mac ? "_" : "", mac, entity->object);
}

void discovery_device_topic(const struct discovery *discovery, const uint8_t mac[6], enum device_slot slot, char out[DISCOVERY_TOPIC_MAX])
{
	char word[13];

	digits(word, mac);
	if (slot < SLOT_CONFIGS)
		config_topic(discovery, &of_device[slot], word, out);
	else
		snprintf(out, DISCOVERY_TOPIC_MAX, "%s/%s/%s", discovery->topic, word, state_of_device[slot - SLOT_CONFIGS]);
}

void discovery_gateway_topic(const struct discovery *discovery, enum gateway_slot slot, char out[DISCOVERY_TOPIC_MAX])
{
	if (slot < GATEWAY_CONFIGS)
		config_topic(discovery, &of_gateway[slot], "", out);
	else
		snprintf(out, DISCOVERY_TOPIC_MAX, "%s/gateway/%s", discovery->topic, state_of_gateway[slot - GATEWAY_CONFIGS]);
}

void discovery_command_filter(const struct discovery *discovery, char out[DISCOVERY_TOPIC_MAX])
{
	snprintf(out, DISCOVERY_TOPIC_MAX, "%s/+/quarantine/set", discovery->topic);
}

void discovery_ghost_filter(const struct discovery *discovery, char out[DISCOVERY_TOPIC_MAX])
{
	snprintf(out, DISCOVERY_TOPIC_MAX, "%s/device_tracker/+/presence/config", discovery->discovery);
}

void discovery_birth_topic(const struct discovery *discovery, char out[DISCOVERY_TOPIC_MAX])
{
	snprintf(out, DISCOVERY_TOPIC_MAX, "%s/status", discovery->discovery);
}

/* Twelve digits in lower case between head and tail, and nothing else. */
static bool read_topic(const char *topic, const char *head, const char *tail, uint8_t out_mac[6])
{
	static const char hexadecimal[] = "0123456789abcdef";
	size_t head_len = strlen(head);
	uint8_t mac[6] = {0};

	if (strncmp(topic, head, head_len) != 0 || strlen(topic) != head_len + 12 + strlen(tail) ||
		strcmp(topic + head_len + 12, tail) != 0)
		return false;
	for (unsigned i = 0; i < 12; i++) {
		const char *digit = strchr(hexadecimal, topic[head_len + i]);
		if (!digit)
			return false;
		mac[i / 2] = (uint8_t)(mac[i / 2] << 4 | (digit - hexadecimal));
	}
	memcpy(out_mac, mac, 6);
	return true;
}

bool discovery_command_read(const struct discovery *discovery, const char *topic, uint8_t out_mac[6])
{
	char head[DISCOVERY_TOPIC_MAX];

	snprintf(head, sizeof(head), "%s/", discovery->topic);
	return read_topic(topic, head, "/quarantine/set", out_mac);
}

bool discovery_ghost_read(const struct discovery *discovery, const char *topic, uint8_t out_mac[6])
{
	char head[DISCOVERY_TOPIC_MAX];

	snprintf(head, sizeof(head), "%s/device_tracker/%s_", discovery->discovery, discovery->id);
	return read_topic(topic, head, "/presence/config", out_mac);
}

/* ---- how it is ---- */

static bool is_home(const struct discovery *discovery, const struct discovered *seen)
{
	uint64_t last_s = seen->device->last_s;

	return last_s && (last_s >= seen->wall_s || seen->wall_s - last_s <= discovery->home_s);
}

static bool has_problem(const struct discovered *seen)
{
	return seen->device->state != STATE_CLEAN;
}

/* Who is never stopped has no switch that would do nothing. */
static bool has_switch(const struct discovery *discovery, const struct discovered *seen)
{
	return discovery->commands && seen->device->stand != STAND_HELD;
}

static uint64_t mix(uint64_t digest, const void *bytes, size_t len)
{
	static const uint8_t key[16] = "what was told";

	return fw_siphash(key, bytes, len) + digest * 0x9e3779b97f4a7c15u;
}

static uint64_t mix_text(uint64_t digest, const char *text)
{
	return mix(digest, text, strlen(text) + 1);
}

static uint64_t mix_guess(uint64_t digest, const struct guarded_guess *guess)
{
	return guess->confidence >= DISCOVERY_SURE ? mix_text(digest, guess->name) : mix_text(digest, "");
}

static uint64_t attributes_digest(const struct discovered *seen)
{
	const uint64_t values[] = {seen->device->state, seen->device->stand, seen->found ? seen->found->number : 0,
		seen->found ? seen->found->finding.severity : 0, seen->found ? seen->found->finding.last_ns / 60000000000ull : 0};

	return mix_text(mix(1, values, sizeof(values)), seen->device->why);
}

static uint64_t identity_digest(const struct discovered *seen, uint64_t more)
{
	uint64_t digest = mix_text(mix(1, &more, sizeof(more)), seen->device->name);

	return mix_guess(mix_guess(mix_guess(digest, &seen->device->maker), &seen->device->kind), &seen->device->model);
}

/* 0 is "nothing told", 1 "gone"; both are never the digest of something. */
uint64_t discovery_device_digest(const struct discovery *discovery, const struct discovered *seen, enum device_slot slot)
{
	bool switched = seen && has_switch(discovery, seen);
	uint64_t digest;

	if (!seen || (slot == SLOT_SWITCH && !switched) || (slot == SLOT_SENSOR && switched))
		return 1;
	switch (slot) {
	case SLOT_IS_HOME:
		digest = is_home(discovery, seen);
		break;
	case SLOT_IS_PROBLEM:
		digest = has_problem(seen);
		break;
	case SLOT_IS_QUARANTINED:
		digest = seen->device->stand == STAND_QUARANTINED;
		break;
	case SLOT_ATTRIBUTES:
		digest = attributes_digest(seen);
		break;
	default:
		digest = identity_digest(seen, slot);
	}
	return digest < UINT64_MAX - 2 ? digest + 2 : digest;
}

uint64_t discovery_gateway_digest(const struct discovery *discovery, const struct gateway_now *now, enum gateway_slot slot)
{
	if (!now->guard && (slot == SLOT_FINDINGS || slot == SLOT_IS_FINDINGS))
		return 1;
	switch (slot) {
	case SLOT_IS_FINDINGS:
		return now->findings + 2;
	case SLOT_IS_JUNK:
		return now->junk + 2;
	case SLOT_IS_PROTECTION:
		return now->protects + 2u;
	case SLOT_IS_MODES:
		return mix_text(now->left_out + 2, now->modes) | 2;
	default:
		return slot + 2u;
	}
}

/* ---- payloads ---- */

/* What a device or a person says, as text that may be shown anywhere, cut to fit. */
static json_t *shown(const char *raw)
{
	char clean[DISCOVERY_NAME_MAX];

	text_escape(clean, sizeof(clean), raw, SIZE_MAX);
	return json_string(clean);
}

static void put_guess(json_t *device, const char *key, const struct guarded_guess *guess)
{
	if (guess->name[0] && guess->confidence >= DISCOVERY_SURE)
		json_object_set_new(device, key, shown(guess->name));
}

static json_t *device_block(const struct discovery *discovery, const struct guarded_view *view)
{
	char mac[TEXT_MAC_MAX], word[13], id[DISCOVERY_TOPIC_MAX];
	json_t *device;

	text_mac(mac, view->mac);
	digits(word, view->mac);
	snprintf(id, sizeof(id), "%s_%s", discovery->id, word);
	device = json_pack("{s:[s], s:[[s, s]], s:s}", "identifiers", id, "connections", "mac", mac, "via_device", discovery->id);
	if (view->name[0])
		json_object_set_new(device, "name", shown(view->name));
	else
		json_object_set_new(device, "name", json_sprintf("Device %s", mac));
	put_guess(device, "manufacturer", &view->maker);
	put_guess(device, "model", &view->model);
	if (!json_object_get(device, "model"))
		put_guess(device, "model", &view->kind);
	return device;
}

static json_t *gateway_block(const struct discovery *discovery)
{
	return json_pack("{s:[s], s:s, s:s, s:s}", "identifiers", discovery->id, "name", "Floodwall", "manufacturer", "Floodwall",
		"sw_version", discovery->version);
}

static void put_topic(json_t *config, const char *key, const char *topic)
{
	json_object_set_new(config, key, json_string(topic));
}

/* What every configuration has. */
static json_t *headed(const struct discovery *discovery, const struct entity *entity, const char *mac, json_t *device)
{
	char id[DISCOVERY_TOPIC_MAX], status[DISCOVERY_TOPIC_MAX];
	json_t *config;

	snprintf(id, sizeof(id), "%s%s%s_%s", discovery->id, *mac ? "_" : "", mac, entity->object);
	snprintf(status, sizeof(status), "%s/status", discovery->topic);
	config = json_pack("{s:s, s:s, s:s, s:o, s:{s:s, s:s}}", "name", entity->name, "unique_id", id, "availability_topic", status,
		"device", device, "origin", "name", "Floodwall", "sw_version", discovery->version);
	return config;
}

static void put_device_topics(const struct discovery *discovery, const uint8_t mac[6], enum device_slot slot, json_t *config)
{
	static const enum device_slot state[SLOT_CONFIGS] = {SLOT_IS_HOME, SLOT_IS_PROBLEM, SLOT_IS_QUARANTINED, SLOT_IS_QUARANTINED};
	char topic[DISCOVERY_TOPIC_MAX];

	discovery_device_topic(discovery, mac, state[slot], topic);
	put_topic(config, "state_topic", topic);
	if (slot == SLOT_SWITCH) {
		snprintf(topic + strlen(topic), sizeof(topic) - strlen(topic), "/set");
		put_topic(config, "command_topic", topic);
	}
	if (slot == SLOT_PROBLEM) {
		discovery_device_topic(discovery, mac, SLOT_ATTRIBUTES, topic);
		put_topic(config, "json_attributes_topic", topic);
		put_topic(config, "device_class", "problem");
	}
	if (slot == SLOT_TRACKER)
		put_topic(config, "source_type", "router");
	if (slot == SLOT_SWITCH)
		put_topic(config, "icon", "mdi:lan-disconnect");
}

static json_t *device_config(const struct discovery *discovery, const struct discovered *seen, enum device_slot slot)
{
	char word[13];
	json_t *config;

	digits(word, seen->device->mac);
	config = headed(discovery, &of_device[slot], word, device_block(discovery, seen->device));
	put_device_topics(discovery, seen->device->mac, slot, config);
	return config;
}

static json_t *attributes(const struct discovered *seen)
{
	const struct found_view *found = seen->found;
	char time[TEXT_TIME_MAX];
	json_t *all = json_pack("{s:s, s:s, s:o}", "state", states[seen->device->state], "stand", stands[seen->device->stand], "why",
		*seen->device->why ? shown(seen->device->why) : json_null());

	if (!found)
		return all;
	json_object_set_new(all, "finding", json_string(seen->sentence));
	json_object_set_new(all, "severity", json_string(severities[found->finding.severity]));
	json_object_set_new(all, "since", json_string(text_time(time, found->finding.first_ns)));
	json_object_set_new(all, "last", json_string(text_time(time, found->finding.last_ns)));
	return all;
}

/* Takes it. */
static char *dumped(json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);

	json_decref(value);
	return text;
}

char *discovery_device_payload(const struct discovery *discovery, const struct discovered *seen, enum device_slot slot)
{
	if (discovery_device_digest(discovery, seen, slot) == 1)
		return strdup("");
	switch (slot) {
	case SLOT_IS_HOME:
		return strdup(is_home(discovery, seen) ? "home" : "not_home");
	case SLOT_IS_PROBLEM:
		return strdup(has_problem(seen) ? "ON" : "OFF");
	case SLOT_IS_QUARANTINED:
		return strdup(seen->device->stand == STAND_QUARANTINED ? "ON" : "OFF");
	case SLOT_ATTRIBUTES:
		return dumped(attributes(seen));
	default:
		return dumped(device_config(discovery, seen, slot));
	}
}

static json_t *gateway_config(const struct discovery *discovery, enum gateway_slot slot)
{
	static const enum gateway_slot state[GATEWAY_CONFIGS] = {SLOT_IS_FINDINGS, SLOT_IS_PROTECTION, SLOT_IS_JUNK};
	json_t *config = headed(discovery, &of_gateway[slot], "", gateway_block(discovery));
	char topic[DISCOVERY_TOPIC_MAX];

	discovery_gateway_topic(discovery, state[slot], topic);
	put_topic(config, "state_topic", topic);
	if (slot == SLOT_PROTECTION) {
		put_topic(config, "device_class", "running");
		discovery_gateway_topic(discovery, SLOT_IS_MODES, topic);
		put_topic(config, "json_attributes_topic", topic);
		return config;
	}
	put_topic(config, "state_class", slot == SLOT_JUNK ? "total_increasing" : "measurement");
	put_topic(config, "unit_of_measurement", slot == SLOT_JUNK ? "packets" : "findings");
	put_topic(config, "icon", slot == SLOT_JUNK ? "mdi:wall-fire" : "mdi:shield-alert");
	return config;
}

static char *number_text(uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	return strdup(text);
}

char *discovery_gateway_payload(const struct discovery *discovery, const struct gateway_now *now, enum gateway_slot slot)
{
	if (discovery_gateway_digest(discovery, now, slot) == 1)
		return strdup("");
	switch (slot) {
	case SLOT_IS_FINDINGS:
		return number_text(now->findings);
	case SLOT_IS_JUNK:
		return number_text(now->junk);
	case SLOT_IS_PROTECTION:
		return strdup(now->protects ? "ON" : "OFF");
	case SLOT_IS_MODES:
		return strdup(now->modes);
	default:
		return dumped(gateway_config(discovery, slot));
	}
}

/* ---- filters ---- */

char *discovery_modes(const struct mqtt_sight *sight, bool *out_protects)
{
	static const char *const guards[FW_GUARD_FILTER_COUNT] = {"quarantine", "forged", "policy", "inbound", "brake"};
	static const char *const shields[FW_FILTER_COUNT] = {"block", "sanity", "answers", "fragments", "only_dns", "names", "budgets"};
	static const char *const modes[] = {"off", "observe", "enforce"};
	bool guard = sight->guard != NULL, enforces = false, attached = guard ? sight->guard->interface_count > 0 : sight->shield->attached;
	json_t *all = json_object();

	for (unsigned i = 0; i < (guard ? FW_GUARD_FILTER_COUNT : FW_FILTER_COUNT); i++) {
		unsigned mode = guard ? sight->guard->mode[i] : sight->shield->mode[i];
		enforces |= mode == FW_MODE_ENFORCE;
		json_object_set_new(all, guard ? guards[i] : shields[i], json_string(modes[mode]));
	}
	for (uint32_t i = 0; guard && i < sight->guard->interface_count; i++)
		attached &= sight->guard->interfaces[i].attached;
	json_object_set_new(all, "attached", json_boolean(attached));
	*out_protects = enforces && attached;
	return dumped(all);
}
