/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What advise.c, advise_files.c and advise_show.c share. Private to engine/. */
#pragma once

#include "advisory/advisory.h"
#include "engine/advise.h"
#include "inventory/inventory.h"
#include "sheet/sheet.h"

/* What was found out about one device, before it is known in which order devices are shown. */
struct advised {
	struct sheet_advisory *advisories;
	struct sheet_recall *recalls;
	char *facts;
	uint32_t advisory_count, recall_count, by_maker, left_out, names_left_out, recalls_left_out;
	enum truth answers[SHEET_QUESTIONS_MAX];
	uint64_t key; /* hash of what stands for it in the file of marks */
};

/* A mark that was asked for, and whom it met. */
struct asked {
	bool met, ambiguous;
	uint32_t device;
};

struct advise {
	const struct advise_options *options;
	uint8_t hash_key[16];
	struct companies *companies; /* how they are called, in documents and of devices */
	struct advisories *advisories; /* NULL without a folder */
	struct questions *questions;
	struct facts_list *facts;
	struct recalls *recalls;
	struct marks *marks;
	struct asset_list assets;
	struct device *listed; /* of assets */
	uint32_t read, refused, told;
	struct asked *asked; /* of each mark that was asked for */
	bool marks_changed;
	FILE *notes;

	struct advised *devices; /* by number */
	uint32_t device_count;
	struct device *about; /* the one that advise_about() was asked for last */
	/* what is shown */
	struct sheet *sheets;
	const struct finding **findings;
	struct sheet_document *documents;
	uint32_t *document_sheets;
};

/* advise_files.c */
int advise_read_files(struct advise *advise, struct fault *out_fault);

/* advise.c: what advise_one() has made. */
void advised_done(struct advised *advised);
/* what is known against one device; facts may be NULL. 0 or -ENOMEM. */
int advise_one(struct advise *advise, uint32_t number, struct device *device, const struct facts *facts);
/* Its recalls alone: a part of that. facts may be NULL, and are applied already. 0 or -ENOMEM. */
int advise_judge_recalls(struct advise *advise, struct advised *advised, const struct device *device, const struct facts *facts);
/* The worst that is open, as a finding tells it. False: none is. */
bool advise_worst(const struct advised *advised, struct evidence_advisory *out_evidence);
