/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known against one device and what to do about it: a sheet. sheet/ judges it, engine/ puts it together, report/ writes it. Text from
 * documents is borrowed and as it came: escape on output.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/asset.h"
#include "model/device.h"
#include "model/finding.h"

enum truth { TRUTH_UNKNOWN, TRUTH_NO, TRUTH_YES };

enum {
	SHEET_ADVISORIES_MAX = 32, /* of one device: surest and worst first, the rest is counted */
	SHEET_VULNERABILITIES_MAX = 16, /* of one advisory */
	SHEET_REMEDIES_MAX = 8, /* the same */
	SHEET_CHANGES_MAX = 6, /* of one revision */
	SHEET_REASONS_MAX = 6, /* of one step; the rest is counted */
	SHEET_MISSES_MAX = 12,
	SHEET_QUESTIONS_MAX = 8, /* provisions that are asked for */
	SHEET_RECALLS_MAX = 8,
	SHEET_TEXT_MAX = 192,
};

struct sheet_vulnerability {
	const char *name; /* CVE-2018-17919, or what it has instead */
	uint16_t score; /* tenths; 0: none is given */
	enum product_status status;
	bool exploited; /* known to be */
	enum asset_mark mark;
};

struct sheet_remedy {
	enum remedy category;
	const char *details, *url, *date;
};

/* What a corrected document says otherwise than the version before. */
struct sheet_change {
	char text[SHEET_TEXT_MAX]; /* ours and the document's words: escape on output */
};

struct sheet_advisory {
	uint32_t number; /* of the document */
	const char *id, *title, *publisher, *url, *version, *released, *revised, *revision;
	const char *product, *product_version;
	enum asset_certainty certainty;
	enum product_status status;
	enum remedy remedy; /* the best; REMEDY_COUNT: none is offered */
	uint32_t remedy_kinds; /* a bit for each enum remedy that is said of what affects it */
	uint8_t confidence;
	uint16_t score; /* tenths; 0: none is given */
	uint32_t products_left_out; /* that may be this device too and were not judged: there are too many */
	bool exploited, draft, withdrawn, contradiction, loose;
	enum asset_mark mark; /* over its vulnerabilities: the least that holds for all that affect the device */
	const char *marked_version; /* of the document when it was marked; NULL: it is not marked */
	const char *mark_note; /* or NULL */
	bool mark_lapsed; /* marked, and what the document says for this device has changed since */
	bool open; /* it affects this device, surely enough to act on, and is not remediated */
	const char *version_before; /* "" where no other was known */
	struct sheet_vulnerability *vulnerabilities;
	struct sheet_remedy *remedies;
	struct sheet_change *changes;
	uint32_t vulnerability_count, vulnerabilities_left_out, remedy_count, remedies_left_out, change_count, changes_left_out;
	size_t changes_unseen; /* of all products: too many to be looked at */
};

/* What to act on: where no fix will come, or is there yet, a way around it is no reason to wait for an update. */
static inline enum remedy sheet_remedy(const struct sheet_advisory *advisory)
{
	uint32_t kinds = advisory->remedy_kinds;

	if (advisory->remedy == REMEDY_VENDOR_FIX || kinds & 1u << REMEDY_VENDOR_FIX)
		return advisory->remedy;
	if (kinds & 1u << REMEDY_NO_FIX_PLANNED)
		return REMEDY_NO_FIX_PLANNED;
	return kinds & 1u << REMEDY_NONE_AVAILABLE ? REMEDY_NONE_AVAILABLE : advisory->remedy;
}

/* What the wire cannot tell, and a label or a receipt can. */
enum label_fact {
	LABEL_BOUGHT,
	LABEL_MADE,
	LABEL_SERIAL,
	LABEL_COUNTRY,
	LABEL_TEXT,
	LABEL_MAKER,
	LABEL_BRAND,
	LABEL_KIND,
	LABEL_MODEL,
	LABEL_FIRMWARE,
	LABEL_COUNT
};

struct sheet_recall {
	const char *id, *title, *publisher, *source, *published; /* borrowed from the rules */
	enum truth answer;
	const char *says; /* the rule's sentence for this answer; "" */
	char because[SHEET_TEXT_MAX]; /* what decided it: "bought 2014-11"; "" where nothing could */
	const char *assumed; /* what was taken for granted: "country = US"; "" */
	bool asks; /* the answer is unknown, and this is the question that would decide */
	enum label_fact ask;
	char question[SHEET_TEXT_MAX];
	const char *where; /* where to look for the answer */
};

/* In the order in which they are done. */
enum sheet_step_id { STEP_PASSWORD, STEP_UPDATE, STEP_UNMAP, STEP_QUARANTINE, STEP_REPLACE, STEP_COUNT };

enum sheet_reason_kind { REASON_FINDING, REASON_ADVISORY, REASON_RECALL, REASON_CLUE, REASON_MAPPING };

/* What calls for something: by position in the sheet's findings, advisories, recalls, or the device's clues; a mapping
 * is sheet->mapping. */
struct sheet_reason {
	enum sheet_reason_kind kind;
	uint32_t index;
};

struct sheet_step {
	enum sheet_step_id id;
	uint32_t reason_count, reasons_left_out;
	struct sheet_reason reasons[SHEET_REASONS_MAX];
};

/* ETSI EN 303 645 v3.1.3: the provisions whose being missed can be seen on the wire. */
enum provision {
	PROVISION_5_1_1, /* no universal default passwords */
	PROVISION_5_1_5, /* brute force on authentication made impractical */
	PROVISION_5_3_8, /* security updates are timely */
	PROVISION_5_5_1, /* best-practice cryptography */
	PROVISION_5_5_5, /* changes to security only after authentication */
	PROVISION_5_5_7, /* secrets confidential in transit */
	PROVISION_5_6_1, /* unused interfaces disabled */
	PROVISION_5_6_2, /* little disclosed before authentication */
	PROVISION_5_6_4A, /* debug interfaces disabled */
	PROVISION_COUNT
};

struct sheet_miss {
	enum provision provision;
	struct sheet_reason evidence;
};

/* A provision that no packet shows, and whoever has the device can tell. Borrowed. */
struct sheet_question {
	const char *key; /* in the file of facts */
	const char *provision, *title; /* "5.3-13" */
	const char *question, *where; /* where to look for the answer */
};

/* Is there a fix? Over all that is open. */
enum sheet_fix { FIX_NONE_NEEDED, FIX_OFFERED, FIX_IN_PART, FIX_NOT_OFFERED, FIX_UNKNOWN };

struct sheet {
	const struct device *device;
	const char *facts; /* what a person wrote down about it, in words; "" */
	const struct finding *const *findings; /* of this device, muted ones left away; worst first */
	const struct sheet_advisory *advisories; /* what affects it first, then by certainty, exploited, score, id */
	const struct sheet_recall *recalls;
	const struct finding *mapping; /* of another device, for which this one opened a port; or NULL */
	uint32_t finding_count, advisory_count, recall_count;
	uint32_t open_count; /* advisories that are open */
	uint32_t by_maker; /* documents that speak of its maker alone */
	uint32_t advisories_left_out;
	uint32_t names_left_out; /* of the device, that may lead to documents too: more than are followed */
	uint32_t recalls_left_out; /* that may concern it too */
	enum sheet_fix fix;
	uint32_t step_count, miss_count;
	struct sheet_step steps[STEP_COUNT];
	struct sheet_miss misses[SHEET_MISSES_MAX];
	const struct sheet_question *questions;
	uint32_t question_count; /* 0 for what is no device of that standard */
	enum truth answers[SHEET_QUESTIONS_MAX]; /* no: missed, yes: met; unknown: asked */
};

/* Of one document: which devices it meets, and how far one is with them. */
struct sheet_document {
	const char *id, *title, *publisher, *version, *url;
	uint32_t devices, open, in_progress, done; /* devices that it affects; of those not remediated, in progress, done */
	const uint32_t *sheets; /* positions of these sheets */
};
