/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that there is to be seen of a running guard, as plain values: the hall fills it, the daemon's JSON, its metrics and, by way of the JSON, the
 * text for people show it. The lists behind pointers are the hall's, and so are all texts of a device: ten thousand of them are three megabytes so,
 * and were sixteen as copies. Names are as they came from the network: escape on output.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/device.h"
#include "model/finding.h"
#include "wire/guard_state.h"

enum { GUARD_SENTENCE_MAX = 256, GUARD_URL_MAX = 256, GUARD_ADDRESSES_SHOWN = 8, GUARD_INTERFACES_SHOWN = 16, GUARD_FILLS_MAX = 12 };

/* Where what a device may do comes from. */
enum policy_from {
	POLICY_NONE, /* all may leave, and only what it asked for may come in */
	POLICY_BY_USER, /* the configuration names URL or file */
	POLICY_BY_DEVICE, /* the URL that it sent itself */
};

/* Why nothing stops a device, or everything does. */
enum guard_stand {
	STAND_ORDINARY,
	STAND_HELD, /* the gateway itself, its resolver, an admin: never stopped */
	STAND_ALLOWED, /* a person's decision: never stopped while it stands */
	STAND_QUARANTINED,
};

#define STAND_WORDS \
	{ \
		[STAND_ORDINARY] = "ordinary", [STAND_HELD] = "held", [STAND_ALLOWED] = "allowed", [STAND_QUARANTINED] = "quarantined", \
	}

struct guarded_guess {
	const char *name; /* "": unknown */
	uint8_t confidence; /* percent */
};

/* Texts are borrowed, from whatever knows them, and never NULL: begin with GUARDED_NOTHING. */
struct guarded_view {
	uint16_t place; /* 0: none yet */
	uint8_t mac[6];
	bool known; /* from the configuration, not learned */
	uint8_t address_count;
	const uint8_t (*addresses)[16]; /* NULL where there is none */
	const char *name; /* "": none known */
	const char *user_name; /* that a person gave it, here or in the configuration; "": none */
	struct guarded_guess maker, kind, model;
	enum device_state state;
	uint64_t first_s, last_s; /* since 1970; last_s 0: not heard since the start */
	enum guard_stand stand;
	uint64_t decision; /* that says so, or 0 */
	uint64_t since_s, until_s; /* of the quarantine or allowance; until_s 0: no end */
	const char *why; /* of the decision; "": none is given */
	enum policy_from policy_from;
	const char *mud_url; /* whose policy holds */
	const char *mud_refused; /* another URL that it sends now, and that was not taken; "": none */
	uint32_t rules; /* of its policy */
	struct fw_guard_count count; /* summed over CPUs, since it has its place */
};

#define GUARDED_NOTHING \
	.name = "", .user_name = "", .maker = {.name = ""}, .kind = {.name = ""}, .model = {.name = ""}, .why = "", .mud_url = "", \
	.mud_refused = ""

/* What was done about a finding. */
enum guard_act {
	ACT_NOTED, /* too light, or findings put nobody there */
	ACT_WOULD, /* the quarantine filter observes */
	ACT_QUARANTINED,
	ACT_HELD_BACK, /* its device is never stopped */
	ACT_NO_DEVICE, /* nobody of ours did it, or nobody knows who */
};

#define ACT_WORDS \
	{ \
		[ACT_NOTED] = "noted", [ACT_WOULD] = "would", [ACT_QUARANTINED] = "quarantined", [ACT_HELD_BACK] = "held-back", \
		[ACT_NO_DEVICE] = "no-device", \
	}

struct found_view {
	uint32_t number; /* from 1 on, over all runs */
	struct finding finding; /* its device: place in guard_view.devices, or DEVICE_NONE */
	uint8_t mac[6];
	enum guard_act act;
	uint64_t raised_ns, acted_ns; /* since 1970; when it was handed out, and when the kernel stopped the device */
	bool leak_known;
	uint64_t leaked_packets, leaked_bytes; /* left for peers that never answered, between its first packet and the quarantine */
	char muted[GUARD_SENTENCE_MAX]; /* "": not */
};

/* A policy as a file gave it. */
struct policy_view {
	char url[GUARD_URL_MAX], file[GUARD_URL_MAX];
	char what[DEVICE_TEXT_MAX]; /* its systeminfo */
	char why[GUARD_SENTENCE_MAX]; /* "": it holds; else the fault for which it does not */
	uint32_t rules, names, devices; /* devices that have it */
};

struct fill_of_guard {
	const char *name; /* borrowed, a constant */
	uint64_t used, size;
};

struct guarded_interface {
	char name[32];
	bool attached;
};

struct guard_view {
	const char *version; /* borrowed, a constant */
	struct guarded_interface interfaces[GUARD_INTERFACES_SHOWN];
	uint32_t interface_count;
	uint64_t now_s, started_s; /* since 1970 */
	uint64_t resident_bytes; /* of the daemon */
	uint32_t generation; /* of the configuration */
	bool reload_refused;
	char reload_why[2 * GUARD_SENTENCE_MAX + 64];
	uint8_t mode[FW_GUARD_FILTER_COUNT];
	bool lateral_closed, fail_closed;
	bool bypass; /* a person switched all filters off */
	struct fw_guard_totals totals; /* summed over CPUs */
	uint64_t frames_seen, frames_lost; /* by the engine; not sent up, or the ring was full */
	uint64_t strangers_seen; /* MACs that got no place: forged ones, or one too many */
	uint64_t names_asked, names_answered, names_failed; /* by the daemon itself */
	uint32_t names_waiting;
	uint64_t names_refused; /* addresses that no name may mean: ours, the gateway's */
	uint64_t released; /* addresses unbound by DHCP: released, or the lease ended */
	struct fill_of_guard fills[GUARD_FILLS_MAX];
	uint32_t fill_count;
	uint32_t decisions; /* that stand */
	char store_why[GUARD_SENTENCE_MAX]; /* "": sound */
	char blind[12][GUARD_SENTENCE_MAX]; /* what cannot be seen from here, a sentence each */
	uint32_t blind_count;
	struct guarded_view *devices;
	uint32_t device_count;
	struct found_view *findings; /* of this run, latest first */
	uint32_t finding_count;
	uint64_t findings_made; /* in this run, also those that are shown no more */
	uint64_t findings_lost; /* of them, those that left memory before they could be written: the daemon fills it in */
	struct policy_view *policies;
	uint32_t policy_count;
};

/* Where the name of a peer is from: from the DNS answer that this very device got for it, or from what the device wrote into the connection. */
enum talk_named { TALK_UNNAMED, TALK_BY_HELLO, TALK_BY_DNS };

/* With whom a device speaks; of what came up to detection, which is not every packet of a long conversation. */
struct guard_talk {
	uint8_t peer[16];
	char name[64]; /* that the device asked for, raw; of a longer one its end behind "..."; "": unknown */
	enum talk_named named;
	uint8_t proto; /* of IP */
	uint16_t port; /* of the one who was called; 0: none */
	uint64_t packets[FW_GUARD_WAYS], bytes[FW_GUARD_WAYS]; /* out of the device, in to it */
};

enum { GUARD_WORDS_MAX = 64, GUARD_WORD_MAX = 1024, GUARD_TALKS_SHOWN = 32 };

/* One device with all that is known; what struct guarded_view has of it is not repeated. */
struct guard_device_view {
	struct device device; /* as the inventory has it: clues, firmware, all addresses */
	char words[GUARD_WORDS_MAX][GUARD_WORD_MAX]; /* what it may do, a sentence each */
	uint32_t word_count;
	struct guard_talk talks[GUARD_TALKS_SHOWN]; /* heaviest first */
	uint32_t talk_count;
};
