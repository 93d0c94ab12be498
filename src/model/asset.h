/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device as advisories are matched to it, and the words in which an advisory speaks of it (CSAF 2.0 sections 3.2.3.9 and 3.2.3.12).
 * Made by the hall from struct device, or by a command from a list that a person keeps.
 */
#pragma once

#include <stdint.h>

/* Below this a guess is not used: the match falls back to what is sure without it. */
enum { ASSET_CONFIDENCE_LEAST = 50 };

/* Text is borrowed; NULL or "" where it is unknown. Confidences in percent; what a person wrote down has 100, 0 is as good as unknown. */
struct asset {
	const char *maker; /* of the component inside */
	const char *brand; /* on the label */
	const char *kind, *model, *firmware, *serial;
	const char *cpe; /* 2.3 or 2.2; asserted by whoever gives it, no confidence */
	const char *purl;
	uint8_t maker_confidence, brand_confidence, model_confidence, firmware_confidence;
};

/* How far a match goes; rising. */
enum asset_certainty {
	ASSET_MAKER, /* the document speaks of products of this maker: nothing says that it speaks of this device */
	ASSET_PRODUCT, /* of this product; the version is unknown, or the document's words for versions could not be judged */
	ASSET_EXACT /* of this product in this version, or in every version */
};

/* What a document says of a product; the first disjoint group that it stands in (section 3.2.3.9). Rising urgency. */
enum product_status {
	STATUS_NONE, /* nothing */
	STATUS_RECOMMENDED,
	STATUS_NOT_AFFECTED,
	STATUS_FIXED,
	STATUS_UNDER_INVESTIGATION, /* also where the document contradicts itself */
	STATUS_AFFECTED,
	STATUS_COUNT
};

/* Section 3.2.3.12.1. In the order in which a person would want to hear of them. */
enum remedy {
	REMEDY_VENDOR_FIX,
	REMEDY_WORKAROUND,
	REMEDY_MITIGATION,
	REMEDY_NONE_AVAILABLE,
	REMEDY_NO_FIX_PLANNED,
	REMEDY_OTHER, /* a category of a later standard: its details are kept */
	REMEDY_COUNT
};

/* What a person has noted about one vulnerability of one asset (section 9.1.13). */
enum asset_mark { MARK_NOT_REMEDIATED, MARK_IN_PROGRESS, MARK_DONE, MARK_COUNT };
