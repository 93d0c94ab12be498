/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One asset's way through the index. Private to advisory/. */
#pragma once

#include "advisory/index.h"
#include "advisory/range.h"

enum { HUNT_RUNS_MAX = 64, HUNT_MAKERS_MAX = 8, CHOSEN_MAX = 1024 };

/* Entries that a name of the asset leads to, from where the hunt stands. */
struct hunt_run {
	const struct entry *at, *end;
	uint8_t confidence;
	bool orphan; /* nobody knows the maker: never certain */
};
struct hunt_maker {
	const struct maker_document *at, *end;
	uint8_t confidence;
};
struct hunt {
	const struct advisories *advisories;
	const char *model, *firmware, *serial; /* "" where unknown, or guessed too faintly */
	uint8_t firmware_confidence, model_confidence;
	char cpe_version[IDENTITY_MAX], purl_version[IDENTITY_MAX];
	struct hunt_run runs[HUNT_RUNS_MAX];
	struct hunt_maker makers[HUNT_MAKERS_MAX];
	size_t run_count, maker_count;
	uint32_t names_left_out; /* that may lead to documents too, and found no room */
};

/* The products of one document that an asset is, or may be. */
struct chosen {
	enum asset_certainty certainty;
	uint8_t confidence;
	bool loose;
	uint32_t judged; /* what was held against the asset so far, to FW_CSAF_JUDGED_MAX */
	uint32_t left_out; /* what may be the asset too, and found no room or no time: then nothing is certain */
	uint32_t count;
	uint32_t numbers[CHOSEN_MAX]; /* rising */
};

void hunt_start(struct hunt *hunt, const struct advisories *advisories, const struct asset *asset);
/* The next document that names its maker or its model; false: no more. */
bool hunt_next(const struct hunt *hunt, uint32_t *out_document);
/* What of that document it is. False: nothing, its versions are others. All before it, and it, are left behind. */
bool hunt_choose(struct hunt *hunt, uint32_t document, struct chosen *out);
/* In words of the document: the version that the product has, and what it is part of. */
const char *hunt_version(const struct packed *packed, uint32_t product);
const char *hunt_with(const struct packed *packed, uint32_t product);
