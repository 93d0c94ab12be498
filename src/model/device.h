/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device as the rooms speak of it. inventory/ owns the array; others know a device by its
 * index ("device number"), which never changes within one run.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define DEVICE_NONE UINT32_MAX

enum {
	DEVICE_MAC_MAX = 4,
	DEVICE_ADDRESS_MAX = 16,
	DEVICE_CLUE_MAX = 24,
	DEVICE_RIVAL_MAX = 48, /* of what contradicts an answer, cut to fit */
	DEVICE_TEXT_MAX = 96, /* bytes of any name or clue, terminator included */
};

/* In rising order: a state only gets worse within one run. */
enum device_state { STATE_CLEAN, STATE_EXPOSED, STATE_SUSPECT, STATE_HIJACKED };

/* As all outputs call them: the initial value of a list of words. */
#define STATE_WORDS \
	{ \
		[STATE_CLEAN] = "clean", [STATE_EXPOSED] = "exposed", [STATE_SUSPECT] = "suspect", [STATE_HIJACKED] = "hijacked", \
	}

/* In falling order of trust: a better source replaces a worse one, never the reverse. */
enum name_source { NAME_USER, NAME_DHCP, NAME_MDNS, NAME_SSDP, NAME_ANNOUNCED, NAME_FINGERPRINT, NAME_OUI, NAME_PLACEHOLDER };

/* A guess with its confidence in percent, 0 and "" where unknown; and the strongest one that contradicts it, if it has a third of its weight. */
struct guess {
	char name[DEVICE_TEXT_MAX];
	uint8_t confidence;
	char rival[DEVICE_RIVAL_MAX];
	uint8_t rival_confidence;
};

/* What was read, where, and what it says about the device. All raw network bytes: escape on output. */
struct clue {
	const char *source; /* static: "oui", "dhcp 12", "mdns", "ssdp server", "http server" ... */
	char value[DEVICE_TEXT_MAX]; /* as read, cut to fit */
	char says[DEVICE_TEXT_MAX]; /* such as "maker: Xiongmai"; "" when it is kept but says nothing yet */
};

struct device_traffic {
	uint64_t packets_out, bytes_out, packets_in, bytes_in;
};

struct device {
	uint64_t id; /* stable: keyed by its first MAC, else its first address */
	uint64_t first_ns, last_ns;
	uint8_t macs[DEVICE_MAC_MAX][6];
	uint8_t addresses[DEVICE_ADDRESS_MAX][16]; /* IPv4 mapped; in the order first seen */
	uint8_t mac_count, address_count;
	bool random_mac; /* locally administered bit of the first MAC */
	bool router; /* forwards for others: RA, DHCP router, or outside sources */
	enum device_state state;
	enum name_source name_source;
	char name[DEVICE_TEXT_MAX];
	struct guess maker, brand, kind, model, firmware;
	struct clue clues[DEVICE_CLUE_MAX];
	uint8_t clue_count;
	uint32_t clues_left_out;
	bool tls_left_out; /* a JA4 was among them: what it offers is not all in the list */
	uint32_t merged_into; /* DEVICE_NONE, or the device that this one turned out to be */
	struct device_traffic traffic;
};
