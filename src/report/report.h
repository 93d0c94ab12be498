/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was found, said to a person (text, or a page with charts) or a machine (JSON, docs/schema/inspect.json).
 * Pure: from a view of plain values to a stream of bytes. Everything that came from the network is escaped here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "model/device.h"
#include "model/finding.h"
#include "model/junk.h"
#include "model/sheet.h"
#include "model/talk.h"
#include "model/timeline.h"
#include "model/verdict.h"
#include "report/live_lines.h"

struct report_capture {
	const char *file; /* last component is shown in text, the whole in JSON */
	uint64_t packets, bytes, first_ns, last_ns;
	uint64_t taken; /* packets that the selection let through */
	bool cut_short, unreadable;
	const char *note; /* the fault's sentence, or NULL */
};

struct report_left_out {
	const char *kind;
	uint64_t count;
};

/* What part of the captures was looked at. Zeroed: all of it. */
struct report_selection {
	bool used;
	uint64_t from_ns, to_ns; /* from inclusive, to exclusive; 0 and UINT64_MAX: no such end */
	const char *filter; /* a BPF expression, or NULL */
};

/* Borrowed for the call. Devices: only those to be shown, worst state first, then first seen; findings: worst first. */
struct report_view {
	const struct report_capture *captures;
	size_t capture_count;
	struct report_selection selection;
	const struct device *const *devices;
	const uint32_t *device_numbers;
	size_t device_count;
	const struct finding *const *findings;
	size_t finding_count; /* finding->device is a device number, merges resolved */
	const struct junk *junk;
	const struct timeline *timeline; /* in the capture's time; the page alone shows it; NULL: not known */
	const struct talk_pairs *talk; /* likewise */
	const struct report_left_out *left_out;
	size_t left_out_count; /* zero ones included */
	bool side_inferred; /* which side is ours was inferred: the report says so */
	const uint8_t (*inferred)[16];
	size_t inferred_count;
	const uint8_t *inferred_bits; /* of each: 128, or the prefix length in mapped form */
	/* with --evidence: the capture that proves each finding, NULL for one without; NULL when there are none at all */
	const char *const *evidence_files;
	bool judged; /* by a policy: then there are verdicts, or there was nothing to judge */
	const struct policy_verdict *verdicts; /* in the order of their first packets */
	size_t verdict_count;
	const struct sheet *sheets; /* of each device, in their order; NULL without advisories */
	const char *evidence_folder; /* NULL: as the user named it, but not to be told */
};

/* What floodwall advise shows. */
struct sheet_view {
	const struct report_view *report; /* devices as below, captures, what was left out */
	const struct sheet *sheets; /* of each of its devices, in their order */
	size_t sheet_count;
	const struct sheet_question *questions; /* provisions that are asked for, of whatever device */
	uint32_t question_count;
	const struct sheet_document *documents; /* those that affect one of them, by publisher and id */
	size_t document_count;
	uint32_t advisories_read, advisories_refused;
	uint32_t advisory_names_left_out; /* of makers and models in them: by these nobody is found */
	bool without_advisories; /* no folder was named: recalls and what was seen alone */
};

struct report_style {
	unsigned width;
	bool colour;
	bool quiet;
	bool verbose;
};

/* Returns 0, -ENOMEM or -EIO. */
int report_text(FILE *out, const struct report_view *view, const struct report_style *style);
int report_json(FILE *out, const struct report_view *view);
int report_eve(FILE *out, const struct report_view *view); /* one event a line, docs/schema/eve.json */
int report_ocsf(FILE *out, const struct report_view *view); /* one event a line, OCSF 1.5.0 */
int report_csv(FILE *out, const struct report_view *view); /* one finding a row */
int report_csv_devices(FILE *out, const struct report_view *view); /* one device a row */
int report_html(FILE *out, const struct report_view *view); /* one page, nothing outside of it; at most 2,000,000 bytes */

/* The sheets: what is known against each device and what to do about it (docs/schema/advise.json). Returns as above. */
int report_sheets_text(FILE *out, const struct sheet_view *view, const struct report_style *style);
int report_sheets_json(FILE *out, const struct sheet_view *view);
int report_sheets_html(FILE *out, const struct sheet_view *view);

/* The sentences that tell a finding, as JSON's "summary": escaped, terminated. */
enum { REPORT_SUMMARY_MAX = 3072 };
void report_summary(const struct report_view *view, size_t finding, char out[REPORT_SUMMARY_MAX]);

/* The same of one finding alone: a title without the device, why it is one, what to do. name: what people call its device, raw; NULL or "": nothing. */
enum { REPORT_TITLE_MAX = 512 };
struct report_told {
	char title[REPORT_TITLE_MAX], why[REPORT_SUMMARY_MAX]; /* escaped */
	const char *advice; /* a constant */
};
void report_tell(const struct finding *finding, const char *name, struct report_told *out_told);

/* One advisory of a sheet in words, escaped; the last three are for machines, borrowed. */
enum { REPORT_ADVICE_MAX = 3072 };
struct report_advice {
	char standing[REPORT_ADVICE_MAX]; /* how sure, how grave, how far one is with it */
	char remedy[REPORT_ADVICE_MAX]; /* what helps, and where it is; "": nothing is said */
	const char *certainty, *status, *remediation;
};
void report_advisory(const struct sheet_advisory *advisory, struct report_advice *out_advice);
/* "Recalled: yes. ..." or the question that would decide, escaped. Returns "yes", "no" or "unknown". */
const char *report_recall(const struct sheet_recall *recall, char out[REPORT_ADVICE_MAX]);

const char *report_finding_name(enum finding_id id); /* "default-password" ... */
const char *report_severity_name(enum severity severity);
const char *report_state_name(enum device_state state);
const char *report_vector_name(enum vector vector);
