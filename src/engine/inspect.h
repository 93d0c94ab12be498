/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From captures to a report: what `floodwall inspect` does, without its command line. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/fault.h"
#include "engine/engine.h"
#include "model/asset.h"
#include "report/report.h"
#include "source/source.h"

enum inspect_format { INSPECT_TEXT, INSPECT_JSON, INSPECT_HTML, INSPECT_EVE, INSPECT_CSV, INSPECT_CSV_DEVICES, INSPECT_OCSF };

/* What part of the captures to look at. Zeroed: all of it. */
struct inspect_part {
	bool timed;
	uint64_t from_ns, to_ns; /* where timed: from inclusive, to exclusive; 0 and UINT64_MAX for no such end */
	const char *filter; /* as tcpdump takes it, or NULL */
};

/* How far a person is with an advisory on a device: what --mark says. */
struct advise_mark {
	const char *device; /* a MAC, an address, a name, an id; "*": each that it affects */
	const char *advisory, *vulnerability; /* "*": each of its vulnerabilities */
	const char *note;
	enum asset_mark mark;
};

struct advise_options {
	const char *advisories; /* a folder of CSAF documents, or NULL */
	const char *index_file; /* what was made of them the last time; read and written; or NULL */
	const char *exploited_file; /* CISA's list of known exploited vulnerabilities, or NULL */
	const char *facts_file, *recalls_file, *marks_file; /* or NULL */
	const char *asset_file, *const *assets; /* devices without a capture: a list, single ones */
	size_t asset_count;
	const struct advise_mark *marks; /* to be set in marks_file */
	size_t mark_count;
	const char *today; /* of these marks: 2026-11-22 */
	bool sheets; /* the report is a sheet for each device, in text, JSON or HTML */
	/* where memory is short and somebody waits: */
	uint64_t kept_max; /* bytes of all that is kept of advisories; 0: FW_CSAF_KEPT_MAX */
	size_t document_max; /* bytes of one document; 0: FW_CSAF_BYTES_MAX */
	uint32_t files_max; /* files of a folder; 0: FW_MIRROR_FILES_MAX */
	const atomic_bool *stop; /* once it is true reading ends, with -ECANCELED; or NULL */
};

struct inspect_options {
	const char *const *files;
	size_t file_count;
	const struct prefix *local; /* named by the user; with any of them nothing is inferred */
	size_t local_count;
	const char *mute_file; /* or NULL */
	struct inspect_part part;
	const char *oui_folder;
	const char *signatures_folder; /* or NULL: signatures beside those of the program */
	enum inspect_format format;
	struct report_style style;
	/* Called now and then while captures are read, and with NULL when that is over; or NULL. */
	void (*progress)(void *context, const struct source_progress *at);
	void *progress_context;
	/* would-be verdicts by MUD files: a file or a folder, or NULL; whose the file is (6 bytes), or NULL; who answers DNS */
	const char *policy;
	const uint8_t *policy_device;
	const uint8_t (*resolvers)[16];
	size_t resolver_count;
	const char *evidence_folder; /* or NULL: a capture for each finding is written there */
	const uint8_t *anonymise_key; /* or NULL: 16 bytes; stand-ins for all that names somebody, in the report and in evidence */
	const struct advise_options *advise; /* or NULL: no advisories, no sheets */
	/* for tests: see engine_config */
	void (*fact_seen)(void *context, const struct frame *frame, const struct fact *fact);
	void *fact_context;
};

struct inspect_result {
	bool input_failed; /* an input of which nothing could be read; told in notes */
	bool evidence_failed; /* a capture of evidence could not be written; told in notes */
	bool found; /* some finding that is not muted */
	enum severity worst; /* of those */
	char *marks; /* where marks were to be set: marks_file as it is to be now; the caller frees it */
	size_t marks_len;
};

/* A key for anonymise_key from the bytes of a file, at least 16 of them. Returns 0, -ENOMEM, or -EINVAL with the sentence. */
int inspect_read_key(const char *path, uint8_t out_key[16], struct fault *out_fault);

/*
 * Reads everything, writes the report to out and, a sentence each, what could not be read to notes.
 * Returns 0 (also when single inputs failed), -ENOMEM, -EIO (out could not be written), or -EINVAL with the sentence (mute file, too many inputs,
 * a folder for evidence that cannot be used).
 */
int inspect_run(const struct inspect_options *options, FILE *out, FILE *notes, struct inspect_result *out_result, struct fault *out_fault);

/* The same for the devices that options->advise lists; no captures are read. */
int inspect_list(const struct inspect_options *options, FILE *out, FILE *notes, struct inspect_result *out_result, struct fault *out_fault);

/* What of the inputs that is, for source_choose(). */
struct source_choice inspect_choice(const struct inspect_part *part);
