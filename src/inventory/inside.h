/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of this room share: the inventory itself, and what it knows of a device beside what it shows.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/table.h"
#include "inventory/inventory.h"
#include "inventory/oui.h"
#include "inventory/signature.h"
#include "inventory/talks.h"
#include "model/device.h"

enum {
	ROUTER_NAMED_MAX = 16, /* addresses DHCP named as routers, remembered until they are seen */
	HEARD_COUNT = 16,
	REFUSED_BITS = 1 << 16, /* map of what a full inventory refused, so that each counts once */
};

enum trait { TRAIT_MAKER, TRAIT_BRAND, TRAIT_KIND, TRAIT_MODEL, TRAIT_FIRMWARE, TRAIT_COUNT };

enum { WEIGH_GROUP_COUNT = 8, WEIGH_VALUE_MAX = 5, WEIGH_TEXT_MAX = DEVICE_RIVAL_MAX };

/* A value that was stated, and how strongly by each group of clues: percent, 0 for not at all. weigh.c's alone. */
struct candidate {
	char value[WEIGH_TEXT_MAX];
	uint8_t strength[WEIGH_GROUP_COUNT];
};

struct opinion {
	struct candidate values[WEIGH_VALUE_MAX];
	uint8_t count;
	uint32_t refused; /* map of 32 bits: values that there was no room for */
};

/* Beside each struct device, and of no use to others. */
struct side {
	uint64_t seen_ns[DEVICE_ADDRESS_MAX]; /* beside addresses[]: last frame or claim from the owner itself */
	bool certain[DEVICE_ADDRESS_MAX]; /* beside addresses[]: tied by ARP, ND or DHCP */
	uint8_t clue_classes[DEVICE_CLUE_MAX]; /* beside clues[]: enum clue_class */
	uint32_t heard[HEARD_COUNT]; /* told.c: clues offered lately */
	uint64_t clues_refused; /* map of 64 bits, so that what is said again does not count again */
	struct opinion opinions[TRAIT_COUNT]; /* 1.5 KB */
	uint8_t name_rank; /* within one name source, higher is better */
	uint8_t openings[2], looked[2]; /* stack.c: SYNs and SYN-ACKs that were heard, and that were looked at */
	bool timed; /* first_ns and last_ns are set */
	bool is_empty; /* its device left (age.c) */
};

/* A device that may make room. */
struct leaving {
	uint64_t last_ns;
	uint32_t slot;
	int answered;
};

/* What a stranger's fact was found to say, for when the next one says the same. */
struct stranger_memo {
	uint64_t hash; /* of the fact; 0: empty */
	uint32_t count;
	struct sender_says says[STRANGER_SAYS_MAX];
	char names[STRANGER_SAYS_MAX][DEVICE_TEXT_MAX];
};

enum { STRANGER_MEMO_MAX = 64 };

struct inventory {
	struct stranger_memo strangers[STRANGER_MEMO_MAX]; /* 31 KB */
	struct device *devices;
	struct side *sides;
	uint32_t count, device_max;
	struct table macs; /* struct mac_entry */
	struct table addresses; /* struct address_entry: exactly those in the lists of devices */
	uint8_t *refused; /* REFUSED_BITS */
	uint64_t left_out;
	uint8_t hash_key[16];
	uint8_t routers[ROUTER_NAMED_MAX][16];
	uint32_t router_count;
	bool ssdp_search; /* the SSDP message at hand asks for others */
	struct oui oui;
	struct signatures signatures;
	struct talks *talks;
	struct recognise *recognise; /* NULL without signatures for banners */
	/* where devices age; else NULL */
	uint32_t *turns; /* by place: how many left it */
	struct leaving *leaving; /* room for a pass */
	uint32_t empty_count;
	uint64_t now_ns, aged_ns, aged; /* of the latest sighting; the last pass; how many left */
	void (*merged)(void *context, uint32_t from, uint32_t into);
	bool (*is_wanted)(void *context, uint32_t number);
	void *context;
};
