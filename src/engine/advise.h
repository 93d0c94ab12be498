/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Advice: devices of an engine, or of a list, held against advisories, recalls and a person's marks, and made into sheets. Wires advisory/,
 * sheet/ and fetch/; inspect.c calls it between the last frame and the report. advise_ functions accept NULL for no advice.
 */
#pragma once

#include <stdio.h>

#include "base/fault.h"
#include "engine/engine.h"
#include "engine/inspect.h"
#include "engine/signatures.h"
#include "model/sheet.h"
#include "report/report.h"

struct advise; /* owns documents, rules, facts, marks and sheets */

struct advise_start {
	const struct advise_options *options;
	const struct signature_files *signatures; /* beside those of the program: how companies are called */
	const struct signature_say *say; /* who is told what of them cannot be used; NULL: somebody else tells */
	uint8_t hash_key[16];
	FILE *notes;
};
/* Reads all files. What cannot be used of single documents is told to notes. Returns 0, -ENOMEM, or -EINVAL with the sentence. */
int advise_open(const struct advise_start *start, struct advise **out_advise, struct fault *out_fault);
void advise_free(struct advise *advise);

/* Devices of the engine, before findings are muted and judged: matched, and a finding made for each that an open advisory affects. 0, -ENOMEM. */
int advise_engine(struct advise *advise, struct engine *engine);

/* Devices of the list that the options name; then advise_devices() gives them. Returns 0, -ENOMEM, or -EINVAL with the sentence. */
int advise_list(struct advise *advise);
size_t advise_device_count(const struct advise *advise);
const struct device *advise_device(const struct advise *advise, size_t index);

/*
 * The sheets of these devices, in this order; numbers: those of the engine, or positions in the list. findings: of all of them, worst
 * first. private: what a person wrote down stays out. What the view needs is owned by advise. 0 or -ENOMEM.
 */
struct advise_shown {
	const struct device *const *devices;
	const uint32_t *numbers;
	size_t device_count;
	const struct finding *const *findings;
	size_t finding_count;
	bool private;
};
int advise_show(struct advise *advise, const struct advise_shown *shown, struct sheet_view *out_view);

/*
 * One device as it is now: its sheet without findings, and the worst that is open, if any. What stands behind pointers is owned by advise
 * until the next call; not to be mixed with the calls above. Returns 0 or -ENOMEM.
 */
struct advise_about {
	struct sheet sheet;
	bool open;
	struct evidence_advisory worst; /* where open */
};
int advise_about(struct advise *advise, const struct device *device, struct advise_about *out_about);
/* Its recalls alone, owned as above: quick, for no document is looked at. Returns 0 or -ENOMEM. */
int advise_recalls(struct advise *advise, const struct device *device, const struct sheet_recall **out_recalls, uint32_t *out_count);
uint32_t advise_read_count(const struct advise *advise); /* advisories that are known */

/* Writes the sheets in the format that the options name. Returns as report_text(). */
int advise_write(const struct sheet_view *view, const struct inspect_options *options, FILE *out);
/* The same for the devices of the list; what was found goes into the result, graded as the finding `advisory` is. */
int advise_write_list(struct advise *advise, const struct inspect_options *options, FILE *out, struct inspect_result *result);

/* After the devices were matched: -EINVAL with a sentence if a mark met no device, else the marks as a file's text, to be freed; NULL if none was set. */
int advise_take_marks(struct advise *advise, char **out_text, size_t *out_len, struct fault *out_fault);
