/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was told of whom, as digests, one for each topic; 0: nothing yet. A connection that comes, and Home Assistant's word that it
 * was started anew, make all of them 0. So the difference between what is and what was told is the queue, and it cannot grow.
 *
 * Devices stand in a list sorted by MAC. One that leaves the inventory stays until its topics are emptied. The topics of an earlier run are
 * heard of from the broker itself, which hands out what it retained: a ghost that nobody sees for ghost_s is taken back as well.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tell/discovery.h"
#include "tell/link.h"

enum {
	BATCH = 256, /* messages at one go */
	QUIET_S = 5, /* between two messages of one topic, */
	QUIET_GATEWAY_S = 30, /* and of those of ourselves: what is dropped changes all the time */
	EACH_S = 2, /* looked at, where nothing is left to be told */
	BIRTH_S = 10, /* all is told anew at most so often */
	GHOSTS_S = 10, /* so long, what was retained is listened to */
	COMMAND_S = 2, /* between two commands for one device */
	REFUSED_S = 60, /* between two sentences about commands that were not done */
};

enum wanted { WANTED_NOTHING, WANTED_ON, WANTED_OFF };

struct told_device {
	uint8_t mac[6];
	uint8_t wanted; /* enum wanted: by a message, not done yet */
	bool present, ghost, gone; /* in the last sight; only an earlier run told of it; its topics are to be emptied */
	bool held, quarantined; /* as in the last sight */
	uint32_t place, found; /* in the last sight; found: plus one, 0 none */
	uint32_t since_s; /* a ghost since */
	uint32_t commanded_s;
	uint32_t sent_s[DEVICE_SLOTS]; /* seconds of the steady clock */
	uint64_t told[DEVICE_SLOTS];
};

struct mqtt {
	struct link link;
	struct discovery discovery;
	uint32_t ghost_s;
	void (*say)(void *context, const char *sentence);
	void (*command)(void *context, const uint8_t mac[6], bool quarantine);
	void (*sentence)(void *context, const struct found_view *found, char out[MQTT_SENTENCE_MAX]);
	void *context;
	bool commands_heard; /* subscribed */
	bool ghosts_heard;
	bool online; /* told that we are */
	bool birth, rest; /* to be told anew; something was left over */
	bool commanded; /* one waits */
	uint32_t begun_s, reborn_s, seen_s, said_s;
	uint32_t room; /* messages that may still go out in this turn */
	uint32_t gateway_sent_s[GATEWAY_SLOTS];
	uint64_t gateway_told[GATEWAY_SLOTS];
	struct mqtt_counts counts;
	struct told_device devices[MQTT_DEVICES_MAX];
};

static uint32_t seconds(uint64_t steady_ns)
{
	return (uint32_t)(steady_ns / 1000000000u) + 1; /* 0 is "never" */
}

/* ---- the list ---- */

static uint32_t place_of(const struct mqtt *mqtt, const uint8_t mac[6])
{
	uint32_t low = 0, high = mqtt->counts.devices;

	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (memcmp(mqtt->devices[middle].mac, mac, 6) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct told_device *find(struct mqtt *mqtt, const uint8_t mac[6])
{
	uint32_t place = place_of(mqtt, mac);

	return place < mqtt->counts.devices && memcmp(mqtt->devices[place].mac, mac, 6) == 0 ? &mqtt->devices[place] : NULL;
}

/* NULL: there is no room. */
static struct told_device *add(struct mqtt *mqtt, const uint8_t mac[6])
{
	uint32_t place = place_of(mqtt, mac);
	struct told_device *device = &mqtt->devices[place];

	if (mqtt->counts.devices == MQTT_DEVICES_MAX)
		return NULL;
	memmove(device + 1, device, (mqtt->counts.devices - place) * sizeof(*device));
	mqtt->counts.devices++;
	*device = (struct told_device){0};
	memcpy(device->mac, mac, 6);
	return device;
}

static void take_away(struct mqtt *mqtt, struct told_device *device)
{
	size_t behind = (size_t)(&mqtt->devices[mqtt->counts.devices] - device) - 1;

	memmove(device, device + 1, behind * sizeof(*device));
	mqtt->counts.devices--;
}

/* ---- what is heard ---- */

static void refuse(struct mqtt *mqtt, const char *why)
{
	char sentence[160];
	uint32_t now_s = seconds(mqtt->link.now_ns);

	mqtt->counts.refused++;
	if (mqtt->said_s && now_s - mqtt->said_s < REFUSED_S)
		return;
	mqtt->said_s = now_s;
	snprintf(sentence, sizeof(sentence), "MQTT: a command was not done: %s", why);
	mqtt->say(mqtt->context, sentence);
}

/* The latest word about a device counts, and nothing is done here. */
static void hear_command(struct mqtt *mqtt, const struct link_heard *heard)
{
	uint8_t mac[6];
	bool on = heard->len == 2 && memcmp(heard->payload, "ON", 2) == 0, off = heard->len == 3 && memcmp(heard->payload, "OFF", 3) == 0;
	struct told_device *device = discovery_command_read(&mqtt->discovery, heard->topic, mac) ? find(mqtt, mac) : NULL;

	if (!mqtt->discovery.commands)
		refuse(mqtt, "mqtt.commands is false");
	else if (heard->retained)
		refuse(mqtt, "it was retained, and would be done again at each connection; send it without");
	else if (!on && !off)
		refuse(mqtt, "it is neither ON nor OFF");
	else if (!device || !device->present)
		refuse(mqtt, "no such device is here");
	else if (device->held)
		refuse(mqtt, "this device is never stopped (an admin, the gateway or its resolver)");
	else {
		device->wanted = on ? WANTED_ON : WANTED_OFF;
		mqtt->commanded = true;
	}
}

static void hear_ghost(struct mqtt *mqtt, const uint8_t mac[6])
{
	struct told_device *device = find(mqtt, mac) ? NULL : add(mqtt, mac);

	if (!device)
		return;
	device->ghost = true;
	device->since_s = seconds(mqtt->link.now_ns);
}

static void on_heard(void *context, const struct link_heard *heard)
{
	struct mqtt *mqtt = context;
	char birth[DISCOVERY_TOPIC_MAX];
	uint8_t mac[6];

	discovery_birth_topic(&mqtt->discovery, birth);
	if (strcmp(heard->topic, birth) == 0)
		mqtt->birth |= !heard->retained && heard->len == 6 && memcmp(heard->payload, "online", 6) == 0;
	else if (discovery_ghost_read(&mqtt->discovery, heard->topic, mac)) {
		if (heard->retained && heard->len)
			hear_ghost(mqtt, mac);
	} else
		hear_command(mqtt, heard);
}

static void tell_anew(struct mqtt *mqtt)
{
	mqtt->birth = mqtt->online = false;
	mqtt->rest = true;
	mqtt->reborn_s = seconds(mqtt->link.now_ns);
	memset(mqtt->gateway_told, 0, sizeof(mqtt->gateway_told));
	memset(mqtt->gateway_sent_s, 0, sizeof(mqtt->gateway_sent_s));
	for (uint32_t i = 0; i < mqtt->counts.devices; i++) {
		memset(mqtt->devices[i].told, 0, sizeof(mqtt->devices[i].told));
		memset(mqtt->devices[i].sent_s, 0, sizeof(mqtt->devices[i].sent_s));
	}
}

static void listen_to_commands(struct mqtt *mqtt)
{
	char filter[DISCOVERY_TOPIC_MAX];

	if (mqtt->commands_heard == mqtt->discovery.commands || !mqtt->link.up)
		return;
	mqtt->commands_heard = mqtt->discovery.commands;
	discovery_command_filter(&mqtt->discovery, filter);
	link_subscribe(&mqtt->link, filter, mqtt->commands_heard);
}

static void listen_to_ghosts(struct mqtt *mqtt, bool on)
{
	char filter[DISCOVERY_TOPIC_MAX];

	mqtt->ghosts_heard = on;
	discovery_ghost_filter(&mqtt->discovery, filter);
	link_subscribe(&mqtt->link, filter, on);
}

static void on_begin(void *context)
{
	struct mqtt *mqtt = context;
	char birth[DISCOVERY_TOPIC_MAX];

	mqtt->begun_s = seconds(mqtt->link.now_ns);
	mqtt->commands_heard = false;
	mqtt->counts.connections++;
	discovery_birth_topic(&mqtt->discovery, birth);
	link_subscribe(&mqtt->link, birth, true);
	listen_to_ghosts(mqtt, true);
	listen_to_commands(mqtt);
	tell_anew(mqtt);
}

/* ---- what is told ---- */

static bool put(struct mqtt *mqtt, const char *topic, char *payload)
{
	bool sent = payload && mqtt->room && link_put(&mqtt->link, topic, payload);

	free(payload);
	mqtt->room -= sent;
	mqtt->counts.messages += sent;
	return sent;
}

static bool is_quiet(uint32_t sent_s, uint32_t now_s, uint32_t quiet_s)
{
	return sent_s && now_s - sent_s < quiet_s;
}

static bool tell_slot(struct mqtt *mqtt, struct told_device *device, const struct discovered *seen, enum device_slot slot)
{
	uint64_t digest = discovery_device_digest(&mqtt->discovery, seen, slot);
	uint32_t now_s = seconds(mqtt->link.now_ns);
	struct discovered whole = seen ? *seen : (struct discovered){0};
	char topic[DISCOVERY_TOPIC_MAX], sentence[MQTT_SENTENCE_MAX] = "";

	if (device->told[slot] == digest)
		return true;
	if (seen && is_quiet(device->sent_s[slot], now_s, QUIET_S))
		return true; /* it is looked at again soon enough */
	if (seen && seen->found && slot == SLOT_ATTRIBUTES)
		mqtt->sentence(mqtt->context, seen->found, sentence);
	whole.sentence = sentence;
	discovery_device_topic(&mqtt->discovery, device->mac, slot, topic);
	if (!put(mqtt, topic, discovery_device_payload(&mqtt->discovery, seen ? &whole : NULL, slot)))
		return false;
	device->told[slot] = digest;
	device->sent_s[slot] = now_s;
	return true;
}

/* States before configurations: whoever learns of an entity finds its state there. */
static bool tell_device(struct mqtt *mqtt, struct told_device *device, const struct discovered *seen)
{
	bool all = true;

	for (int slot = DEVICE_SLOTS - 1; slot >= 0; slot--)
		all &= tell_slot(mqtt, device, seen, (enum device_slot)slot);
	return all;
}

static bool tell_gateway(struct mqtt *mqtt, const struct gateway_now *now)
{
	bool all = true;

	for (int slot = GATEWAY_SLOTS - 1; slot >= 0; slot--) {
		uint64_t digest = discovery_gateway_digest(&mqtt->discovery, now, (enum gateway_slot)slot);
		uint32_t now_s = seconds(mqtt->link.now_ns), quiet_s = slot == SLOT_IS_JUNK ? QUIET_GATEWAY_S : QUIET_S;
		char topic[DISCOVERY_TOPIC_MAX];

		if (mqtt->gateway_told[slot] == digest || is_quiet(mqtt->gateway_sent_s[slot], now_s, quiet_s))
			continue;
		discovery_gateway_topic(&mqtt->discovery, (enum gateway_slot)slot, topic);
		if (put(mqtt, topic, discovery_gateway_payload(&mqtt->discovery, now, (enum gateway_slot)slot))) {
			mqtt->gateway_told[slot] = digest;
			mqtt->gateway_sent_s[slot] = now_s;
		} else
			all = false;
	}
	return all;
}

/* ---- what is seen ---- */

static void see_devices(struct mqtt *mqtt, const struct guard_view *view)
{
	mqtt->counts.left_out = 0;
	for (uint32_t i = 0; i < view->device_count; i++) {
		const struct guarded_view *seen = &view->devices[i];
		struct told_device *device = find(mqtt, seen->mac);
		if (!device)
			device = add(mqtt, seen->mac);
		if (!device) {
			mqtt->counts.left_out++;
			continue;
		}
		device->present = true;
		device->ghost = device->gone = false;
		device->place = i;
		device->held = seen->stand == STAND_HELD;
		device->quarantined = seen->stand == STAND_QUARANTINED;
	}
}

/* The worst that counts, and of equals the latest, which comes first. */
static void see_findings(struct mqtt *mqtt, const struct guard_view *view)
{
	for (uint32_t i = 0; i < view->finding_count; i++) {
		const struct found_view *found = &view->findings[i];
		struct told_device *device = found->muted[0] || found->finding.device == DEVICE_NONE ? NULL : find(mqtt, found->mac);
		if (device && (!device->found || found->finding.severity > view->findings[device->found - 1].finding.severity))
			device->found = i + 1;
	}
}

static void see_guard(struct mqtt *mqtt, const struct mqtt_sight *sight)
{
	uint32_t now_s = seconds(sight->steady_ns);

	for (uint32_t i = 0; i < mqtt->counts.devices; i++) {
		mqtt->devices[i].found = 0;
		mqtt->devices[i].present = false;
	}
	see_devices(mqtt, sight->guard);
	see_findings(mqtt, sight->guard);
	for (uint32_t i = 0; i < mqtt->counts.devices; i++) {
		struct told_device *device = &mqtt->devices[i];
		if (!device->present) /* who is here goes before a ghost */
			device->gone |= !device->ghost || mqtt->counts.left_out || now_s - device->since_s >= mqtt->ghost_s;
	}
}

static bool tell_devices(struct mqtt *mqtt, const struct mqtt_sight *sight)
{
	bool all = true;

	for (uint32_t i = 0; i < mqtt->counts.devices; i++) {
		struct told_device *device = &mqtt->devices[i];
		struct discovered seen = {.wall_s = sight->wall_s, .sentence = ""};
		if (device->present) {
			seen.device = &sight->guard->devices[device->place];
			seen.found = device->found ? &sight->guard->findings[device->found - 1] : NULL;
			all &= tell_device(mqtt, device, &seen);
		} else if (device->gone && tell_device(mqtt, device, NULL)) {
			take_away(mqtt, device);
			i--;
		} else
			all &= !device->gone;
	}
	return all;
}

/* ---- ourselves ---- */

static struct gateway_now gateway_of(const struct mqtt *mqtt, const struct mqtt_sight *sight)
{
	struct gateway_now now = {.guard = sight->guard != NULL, .left_out = mqtt->counts.left_out};

	for (unsigned reason = 0; reason < FW_REASON_COUNT; reason++)
		if (!now.guard)
			now.junk += sight->shield->counts.reason[FW_OUTCOME_DROPPED][reason].packets +
				sight->shield->counts.reason[FW_OUTCOME_TRUNCATED][reason].packets;
		else
			for (unsigned way = 0; way < FW_GUARD_WAYS; way++)
				now.junk += sight->guard->totals.reason[way][FW_GUARD_DROPPED][reason].packets;
	for (uint32_t i = 0; now.guard && i < sight->guard->finding_count; i++)
		now.findings +=
			sight->guard->findings[i].raised_ns / 1000000000u >= sight->midnight_s && !sight->guard->findings[i].muted[0];
	return now;
}

void mqtt_see(struct mqtt *mqtt, const struct mqtt_sight *sight)
{
	struct gateway_now now;
	char *modes;

	mqtt->link.now_ns = sight->steady_ns;
	mqtt->seen_s = seconds(sight->steady_ns);
	if (sight->guard)
		see_guard(mqtt, sight);
	if (!mqtt->link.up)
		return;
	mqtt->room = BATCH;
	now = gateway_of(mqtt, sight);
	modes = discovery_modes(sight, &now.protects);
	now.modes = modes ? modes : "{}";
	mqtt->online = mqtt->online || put(mqtt, mqtt->link.status, strdup("online"));
	mqtt->rest = !mqtt->online | !tell_gateway(mqtt, &now);
	free(modes);
	if (sight->guard)
		mqtt->rest |= !tell_devices(mqtt, sight);
}

/* ---- commands ---- */

static bool is_done(struct mqtt *mqtt, struct told_device *device)
{
	uint32_t now_s = seconds(mqtt->link.now_ns);
	bool on = device->wanted == WANTED_ON;

	if (is_quiet(device->commanded_s, now_s, COMMAND_S))
		return false;
	device->wanted = WANTED_NOTHING;
	if (!device->present || device->held || on == device->quarantined)
		return false;
	device->commanded_s = now_s;
	mqtt->counts.commands++;
	mqtt->command(mqtt->context, device->mac, on);
	mqtt->rest = true; /* the truth is told soon */
	return true;
}

/* One at each tick: each is a line of the audit log, and on disk. */
static void do_commands(struct mqtt *mqtt)
{
	if (!mqtt->commanded)
		return;
	mqtt->commanded = false;
	for (uint32_t i = 0; i < mqtt->counts.devices; i++) {
		struct told_device *device = &mqtt->devices[i];
		if (!device->wanted)
			continue;
		mqtt->commanded = true;
		if (!mqtt->discovery.commands)
			device->wanted = WANTED_NOTHING;
		else if (is_done(mqtt, device))
			return;
	}
}

/* ---- the owner's side ---- */

static void say(void *context, const char *sentence)
{
	struct mqtt *mqtt = context;

	mqtt->say(mqtt->context, sentence);
}

int mqtt_open(const struct mqtt_setup *setup, struct mqtt **out_mqtt, struct fault *out_fault)
{
	struct mqtt *mqtt = calloc(1, sizeof(*mqtt));
	int error = mqtt ? link_init(&mqtt->link, setup, out_fault) : -ENOMEM;

	if (error) {
		mqtt_free(mqtt);
		return error;
	}
	discovery_init(&mqtt->discovery, setup);
	mqtt->link.say = say;
	mqtt->link.begin = on_begin;
	mqtt->link.heard = on_heard;
	mqtt->link.context = mqtt;
	mqtt->ghost_s = setup->ghost_s;
	mqtt->say = setup->say;
	mqtt->command = setup->command;
	mqtt->sentence = setup->sentence;
	mqtt->context = setup->context;
	*out_mqtt = mqtt;
	return 0;
}

void mqtt_wish(struct mqtt *mqtt, bool commands, uint32_t home_s)
{
	mqtt->discovery.commands = commands;
	mqtt->discovery.home_s = home_s;
	listen_to_commands(mqtt);
}

bool mqtt_seeks(struct mqtt *mqtt, uint64_t steady_ns)
{
	mqtt->link.now_ns = steady_ns;
	return !mqtt->link.client && steady_ns >= mqtt->link.retry_ns;
}

void mqtt_address(struct mqtt *mqtt, const char *address, uint64_t steady_ns)
{
	mqtt->link.now_ns = steady_ns;
	if (mqtt->link.client)
		return;
	if (address)
		link_try(&mqtt->link, address);
	else
		link_fail(&mqtt->link, "the broker's name has no address");
}

int mqtt_descriptor(const struct mqtt *mqtt)
{
	return mqtt->link.client ? mosquitto_socket(mqtt->link.client) : -1;
}

unsigned mqtt_wants(const struct mqtt *mqtt)
{
	if (!mqtt->link.client)
		return 0;
	return MQTT_READABLE | (mosquitto_want_write(mqtt->link.client) ? MQTT_WRITABLE : 0);
}

void mqtt_ready(struct mqtt *mqtt, unsigned what, uint64_t steady_ns)
{
	mqtt->link.now_ns = steady_ns;
	link_ready(&mqtt->link, what);
}

void mqtt_tick(struct mqtt *mqtt, uint64_t steady_ns)
{
	uint32_t now_s = seconds(steady_ns);

	mqtt->link.now_ns = steady_ns;
	link_tick(&mqtt->link);
	if (mqtt->link.up && mqtt->ghosts_heard && now_s - mqtt->begun_s >= GHOSTS_S)
		listen_to_ghosts(mqtt, false);
	if (mqtt->birth && now_s - mqtt->reborn_s >= BIRTH_S)
		tell_anew(mqtt);
	do_commands(mqtt);
}

bool mqtt_due(const struct mqtt *mqtt, uint64_t steady_ns)
{
	return mqtt->link.up && (mqtt->rest || seconds(steady_ns) - mqtt->seen_s >= EACH_S);
}

struct mqtt_counts mqtt_counts(const struct mqtt *mqtt)
{
	return mqtt->counts;
}

const char *mqtt_why(const struct mqtt *mqtt)
{
	return mqtt->link.why;
}

void mqtt_close(struct mqtt *mqtt)
{
	link_close(&mqtt->link);
}

void mqtt_free(struct mqtt *mqtt)
{
	if (!mqtt)
		return;
	link_done(&mqtt->link);
	free(mqtt);
}
