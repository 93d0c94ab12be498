/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Junk: what the flood findings add up to. A packet counts once, whoever's finding it belongs to; and who made what sent it, as far as
 * senders say so themselves.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/finding.h"

enum { JUNK_MAKER_MAX = 64, JUNK_BRAND_MAX = 256, JUNK_KIND_MAX = 32, JUNK_TARGET_MAX = 64 };

/* What an attribution rests on, the surest last. */
enum junk_basis {
	BASIS_DESCRIBED, /* a field that whoever sells the device fills in: UPnP, SNMP, a banner */
	BASIS_INVENTORY, /* a device on our side: all its clues, weighed */
	BASIS_PROTOCOL, /* it speaks its maker's own protocol */
	BASIS_COUNT
};

enum junk_trait { JUNK_MAKER, JUNK_BRAND, JUNK_KIND, JUNK_TRAIT_COUNT };

/* One thing that a sender states about itself. Borrowed for the call. */
struct sender_says {
	enum junk_trait trait;
	enum junk_basis basis;
	uint8_t confidence; /* percent */
	bool neutral; /* a brand that is none: what firmware says whose seller wanted no name in it */
	struct slice value; /* raw bytes */
};

struct junk_count {
	uint64_t packets, bytes;
};

/* One maker, brand or kind. What nobody could be named for is in no row: it is what is missing to the total. */
struct junk_row {
	char name[DEVICE_TEXT_MAX]; /* raw bytes */
	uint8_t maker; /* of a brand: number + 1 in by_maker; 0 unknown */
	bool neutral;
	uint8_t confidence_least, confidence_most; /* percent, of its senders */
	struct junk_count count;
	uint64_t sources; /* about, where junk.sources.estimated */
	uint32_t sampled; /* of the sources looked at */
	uint32_t by_basis[BASIS_COUNT]; /* of sampled */
	uint32_t by_vector[VECTOR_COUNT]; /* of sampled; one source may send several */
};

struct junk_target {
	uint8_t target[16];
	uint8_t bits;
	struct junk_count count;
};

/*
 * Who sent it, by address. Only addresses that are real: devices of ours, senders whose handshake was completed, and senders of
 * reflections, which answer from where they are. Forged ones are no sources of anything.
 */
struct junk_sources {
	uint64_t count; /* about, where estimated */
	bool estimated; /* more than are kept: a fair sample was looked at */
	uint32_t sampled; /* looked at */
	uint32_t named; /* of these: their maker is known */
	uint32_t contradicted; /* of these: said different things of themselves; the surest, else the first counts */
	uint32_t by_vector[VECTOR_COUNT]; /* of sampled */
};

struct junk {
	struct junk_count total;
	struct junk_count by_vector[VECTOR_COUNT];
	struct junk_sources sources;
	/* most packets first, then by name */
	struct junk_row by_maker[JUNK_MAKER_MAX], by_brand[JUNK_BRAND_MAX], by_kind[JUNK_KIND_MAX];
	uint32_t maker_count, brand_count, kind_count;
	struct junk_target by_target[JUNK_TARGET_MAX]; /* most packets first */
	uint32_t target_count;
};
