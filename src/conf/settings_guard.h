/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The section "guard" of floodwall.yaml, checked and complete: plain values. The lists behind pointers are owned by struct settings.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "wire/guard_state.h"
#include "wire/shield_state.h" /* enum fw_filter_mode */

enum {
	GUARD_INTERFACES_MAX = 16,
	GUARD_ADMINS_MAX = 16,
	GUARD_NTP_MAX = 16,
	GUARD_HOSTS_MAX = 64, /* update hosts */
	GUARD_HOST_MAX = 256, /* a host's name as people write it, without the last dot */
	GUARD_DEVICES_MAX = 4096,
	GUARD_CONTROLLERS_MAX = 64,
	GUARD_CONTROLLER_ADDRESSES_MAX = 8,
	GUARD_NAME_MAX = 64, /* what a person calls a device */
	GUARD_INTERFACE_MAX = 32,
	GUARD_CLASS_MAX = 256, /* the URI of a controller class */
	GUARD_MUD_MAX = 256, /* a URL or a path */
};

/* What a second adds, and what may come at once: packets, or bytes where the brake counts bytes. */
struct settings_brake {
	uint32_t rate, burst;
};

/* From which severity on a finding puts its device into quarantine. A low or medium one never does. */
enum guard_from { GUARD_FROM_HIGH, GUARD_FROM_CRITICAL, GUARD_FROM_NEVER };

/* Somebody by MAC or by address. */
struct settings_who {
	bool by_mac;
	uint8_t mac[6];
	uint8_t address[16]; /* IPv4 mapped */
};

struct settings_device {
	uint8_t mac[6];
	char name[GUARD_NAME_MAX]; /* "": what it says itself */
	char mud[GUARD_MUD_MAX]; /* its MUD URL, or the path of a file; "": what it says itself, if a file of the directory has that URL */
	bool admin; /* never stopped, by nothing */
};

struct settings_controller {
	char name[GUARD_CLASS_MAX]; /* a class such as urn:ietf:params:mud:dns, or the MUD URL whose my-controller this is */
	uint8_t addresses[GUARD_CONTROLLER_ADDRESSES_MAX][16];
	uint32_t address_count;
};

/* What is laid out at start; none of it grows. */
struct settings_guard_sizes {
	uint32_t devices; /* places, those of strangers not counted */
	uint32_t rules; /* of all policies together */
	uint32_t members; /* addresses in sets: what names resolve to, controllers, groups */
	uint32_t names; /* that policies and update hosts follow */
	uint32_t flows; /* remembered of each device */
};

struct settings_guard {
	char interfaces[GUARD_INTERFACES_MAX][GUARD_INTERFACE_MAX]; /* where devices are, or the ports of their bridge */
	uint32_t interface_count;
	uint8_t filter_mode[FW_GUARD_FILTER_COUNT]; /* enum fw_filter_mode */
	uint8_t mode; /* of filters that say nothing themselves */
	bool lateral_closed, fail_closed;
	struct prefix *local; /* 0 of them: the networks of the interfaces' addresses */
	uint32_t local_count;
	uint8_t gateway[FW_GUARD_HELD_MAX][16]; /* 0 of them: the interfaces' own addresses */
	uint32_t gateway_count;
	uint8_t resolvers[FW_GUARD_RESOLVERS_MAX][16]; /* 0 of them: those of the gateway */
	uint32_t resolver_count;
	uint8_t ntp[GUARD_NTP_MAX][16]; /* 0 of them: anybody's port 123 */
	uint32_t ntp_count;
	struct settings_who admins[GUARD_ADMINS_MAX];
	uint32_t admin_count;
	char update_hosts[GUARD_HOSTS_MAX][GUARD_HOST_MAX];
	uint32_t update_host_count;
	char mud[GUARD_MUD_MAX]; /* directory of MUD files; "": none */
	char signatures[GUARD_MUD_MAX]; /* directory of signatures beside those of the program; "": none */
	char advisories[GUARD_MUD_MAX]; /* a directory of CSAF documents, or an index of one; "": none */
	char recalls[GUARD_MUD_MAX], facts[GUARD_MUD_MAX], marks[GUARD_MUD_MAX]; /* files of floodwall advise; "": none */
	uint64_t advisory_bytes; /* kept of advisories at most */
	enum guard_from quarantine_from;
	uint32_t quarantine_s; /* for how long; 0: until a person releases it */
	struct settings_brake brake[FW_BRAKE_COUNT];
	uint16_t login_ports[FW_GUARD_LOGIN_PORTS];
	uint32_t login_port_count;
	uint32_t flow_tcp_s, flow_other_s, answered_s, grace_s;
	uint32_t late_s; /* after a start that finds nothing pinned: so long, what may belong to conversations under way comes in */
	struct settings_brake frames; /* sent up for detection, of one device each way */
	struct settings_brake frames_all;
	struct settings_guard_sizes sizes;
	struct settings_device *devices;
	uint32_t device_count;
	struct settings_controller *controllers;
	uint32_t controller_count;
};
