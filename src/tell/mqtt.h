/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a home's MQTT broker is told, in the form that Home Assistant discovers by itself (docs/mqtt.md). Part of the room's door (tell.h).
 *
 * Nothing is queued: what was told of each device is remembered as a digest, and what differs is told when there is room. So memory does not
 * depend on how long a broker is away, and each connection tells everything once.
 *
 * Knows no loop and resolves no name: its owner polls the descriptor, looks the host up when it is asked to, and calls. Needs one thread
 * and starts none.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "model/guard_view.h"
#include "model/shield_view.h"

enum {
	MQTT_DEVICES_MAX = 1024, /* devices at the broker; more are counted and left out */
	MQTT_SENTENCE_MAX = 512,
	MQTT_GHOST_S = 3600, /* a device that only an earlier run told of is taken back when it was not seen for so long */
};

struct mqtt;

/* All borrowed for the call; strings are never NULL. */
struct mqtt_setup {
	const char *host; /* a certificate must be for it */
	uint16_t port;
	const char *user, *password; /* user "": none */
	const char *ca, *certificate, *key; /* files, read by mqtt_open(); ca "": no TLS */
	const char *topic, *discovery, *version;
	uint32_t ghost_s;
	void (*say)(void *context, const char *sentence);
	/* A message asks for it; by mqtt_tick() alone. */
	void (*command)(void *context, const uint8_t mac[6], bool quarantine);
	/* What was found, in words: escaped, valid UTF-8. */
	void (*sentence)(void *context, const struct found_view *found, char out[MQTT_SENTENCE_MAX]);
	void *context;
};

/* Connects to nobody yet. Returns 0, or -errno with the fault (a certificate that cannot be read). */
int mqtt_open(const struct mqtt_setup *setup, struct mqtt **out_mqtt, struct fault *out_fault);
/* What may change while it runs. */
void mqtt_wish(struct mqtt *mqtt, bool commands, uint32_t home_s);

/* Whether it is time to connect: then mqtt_address() is due, with the host's address as text, or NULL where it has none. */
bool mqtt_seeks(struct mqtt *mqtt, uint64_t steady_ns);
void mqtt_address(struct mqtt *mqtt, const char *address, uint64_t steady_ns);

/* What to poll, level-triggered; may be another one after each call of any function here. -1: nothing. */
enum { MQTT_READABLE = 1, MQTT_WRITABLE = 2 };
int mqtt_descriptor(const struct mqtt *mqtt);
unsigned mqtt_wants(const struct mqtt *mqtt);
void mqtt_ready(struct mqtt *mqtt, unsigned what, uint64_t steady_ns);

/* Some times a second. */
void mqtt_tick(struct mqtt *mqtt, uint64_t steady_ns);

/* Whether mqtt_see() is due; never more often than each tick, and every two seconds where nothing is left to be told. */
bool mqtt_due(const struct mqtt *mqtt, uint64_t steady_ns);
struct mqtt_sight {
	uint64_t steady_ns, wall_s, midnight_s; /* the day's beginning here, since 1970 */
	const struct guard_view *guard; /* one of these two */
	const struct shield_view *shield;
};
void mqtt_see(struct mqtt *mqtt, const struct mqtt_sight *sight);

struct mqtt_counts {
	uint64_t messages, commands, refused, connections; /* told; done; commands that were not; since the start */
	uint32_t devices, left_out;
};
struct mqtt_counts mqtt_counts(const struct mqtt *mqtt);
/* Why nothing is told, a sentence; "": it is. */
const char *mqtt_why(const struct mqtt *mqtt);

/* Says goodbye where somebody listens. */
void mqtt_close(struct mqtt *mqtt);
void mqtt_free(struct mqtt *mqtt);
