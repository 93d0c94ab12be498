/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What floodwall.yaml says, checked and complete: every value that the file leaves out has its default here.
 * Plain values, no pointers into anything but the three lists, which the struct owns.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "conf/settings_guard.h"
#include "conf/settings_page.h"
#include "conf/settings_messages.h"
#include "conf/settings_mqtt.h"
#include "wire/shield_state.h"

enum {
	SETTINGS_PATH_MAX = 256,
	SETTINGS_NAME_MAX = 256, /* a zone or key as people write it, without the last dot */
	SETTINGS_SECRET_MAX = 256, /* base64 */
	SETTINGS_WORD_MAX = 32, /* a user, an interface, an algorithm */
	SETTINGS_PROTECTED_MAX = 24,
	SETTINGS_KEYS_MAX = 16,
	SETTINGS_ZONES_MAX = 16384,
	SETTINGS_PREFIXES_MAX = 65536,
	SETTINGS_FILES_MAX = 16,
	SETTINGS_INCLUDES_MAX = 32,
	SETTINGS_BLOCKED_MAX = 1 << 20, /* with those of blocked_files */
};

#define SETTINGS_MASK "********" /* what is written in a secret's place */

enum settings_role { ROLE_SHIELD, ROLE_GUARD };

/* A rate a second, and what may come at once. */
struct settings_rate {
	uint32_t rate, burst;
};

/* Of one address; each wider prefix has that many times as much. Zeros: not given. */
struct settings_levels {
	struct settings_rate one;
	uint32_t four[FW_LEVELS_4], six[FW_LEVELS_6];
};

/* Rates of 0 are not given: they follow from the capacity. */
struct settings_budgets {
	uint32_t capacity; /* questions a second that the server can bear */
	struct settings_levels total, unknown, possible, truncated; /* per prefix, of unproven sources */
	struct settings_rate proven, proven_unknown; /* per proven address */
	struct settings_rate zone_unknown, zone_possible; /* per zone, all unproven sources together, in defend */
	struct settings_rate share; /* all unproven sources together, in defend */
	struct settings_rate foreign; /* questions about other zones than ours, in defend */
	struct settings_rate truncated_all, icmp;
	uint32_t proven_s, asked_s; /* for how long an address counts as proven, an own question as open */
};

/* What is laid out at start; none of it grows. */
struct settings_sizes {
	uint32_t names, zones;
	uint32_t cells, proven, asked, blocked, prefixes; /* each rounded up to a power of two by whoever makes the table */
};

struct settings_key {
	char name[SETTINGS_NAME_MAX], algorithm[SETTINGS_WORD_MAX];
	char secret[SETTINGS_SECRET_MAX]; /* base64; "" where secret_file is to be read */
	char secret_file[SETTINGS_PATH_MAX];
};

struct settings_zone {
	char name[SETTINGS_NAME_MAX];
	char file[SETTINGS_PATH_MAX]; /* a zone file; "" where it is transferred from the server */
	uint32_t key; /* place in keys plus one, 0: without */
};

struct settings_endpoint {
	uint8_t address[16]; /* IPv4 mapped */
	uint16_t port; /* 0: none */
};

struct settings_server {
	struct settings_endpoint transfer; /* where zones are transferred from, and asked for their serial */
	struct settings_endpoint notify; /* where NOTIFY is heard */
	uint32_t poll_s; /* the serial is asked for this often where nobody notifies */
};

struct settings_samples {
	char file[SETTINGS_PATH_MAX]; /* pcapng; "": none */
	uint32_t rate; /* frames a second */
	uint64_t size; /* bytes; nothing is written beyond */
};

struct settings_paths {
	char socket[SETTINGS_PATH_MAX], state[SETTINGS_PATH_MAX], bpffs[SETTINGS_PATH_MAX];
};

/* How long what happened is kept, and how much of it. */
struct settings_store {
	uint32_t findings_s, audit_s, devices_s; /* devices: those without a name, since they were heard last */
	uint64_t size; /* bytes of the file */
};

struct settings_places; /* where each setting stands: conf/lines.h */

struct settings {
	enum settings_role role;
	char interface[SETTINGS_WORD_MAX];
	char user[SETTINGS_WORD_MAX]; /* dropped to when everything is attached; "": stay what we are */
	char group[SETTINGS_WORD_MAX]; /* may use the socket; "": root and the user alone */
	bool generic_allowed; /* XDP by the kernel's slow way, where the card knows none */
	bool detach; /* at SIGTERM take everything away; otherwise protection stays */
	uint8_t protected_addresses[SETTINGS_PROTECTED_MAX][16];
	uint32_t protected_count; /* 0: all addresses of the interface */
	uint16_t dns_port;
	bool only_dns;
	bool stance_fixed; /* stance is what a person says, not what is measured */
	enum fw_stance stance;
	enum fw_filter_mode mode[FW_FILTER_COUNT];
	struct settings_server server;
	struct settings_budgets budgets;
	struct settings_sizes sizes;
	struct settings_samples samples;
	struct settings_paths paths;
	struct settings_key keys[SETTINGS_KEYS_MAX];
	uint32_t key_count;
	char blocked_files[SETTINGS_FILES_MAX][SETTINGS_PATH_MAX]; /* a prefix a line, # starts a comment */
	uint32_t blocked_file_count;
	struct settings_zone *zones;
	uint32_t zone_count;
	struct prefix *trusted, *blocked;
	uint32_t trusted_count, blocked_count;
	struct settings_guard guard; /* the role guard's */
	struct settings_page page;
	struct settings_places *places;
	struct settings_store store;
	struct settings_messages messages;
	struct settings_mqtt mqtt;
};
