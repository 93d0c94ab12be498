/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The section "mqtt" of floodwall.yaml, checked and complete: plain values, of both roles. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	SETTINGS_MQTT_HOST_MAX = 256,
	SETTINGS_MQTT_WORD_MAX = 64, /* a topic's first level */
	SETTINGS_MQTT_PATH_MAX = 256,
};

struct settings_mqtt {
	char host[SETTINGS_MQTT_HOST_MAX]; /* name or address; "": no MQTT at all */
	uint16_t port; /* 0: 1883, with TLS 8883 */
	char topic[SETTINGS_MQTT_WORD_MAX], discovery[SETTINGS_MQTT_WORD_MAX];
	char login[SETTINGS_MQTT_PATH_MAX]; /* a file: the user's line, the password's line; "": neither */
	char ca[SETTINGS_MQTT_PATH_MAX], certificate[SETTINGS_MQTT_PATH_MAX], key[SETTINGS_MQTT_PATH_MAX]; /* PEM; ca "": no TLS */
	bool commands;
	uint32_t home_s; /* heard within: home */
};
