/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inspect --evidence: a second reading of the inputs, for the packets that prove each finding (proof/), which go to captures of their
 * own (source/). All accept a NULL evidence and then do nothing.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "engine/engine.h"
#include "engine/inspect.h"
#include "mask/mask.h"
#include "report/report.h"
#include "source/source.h"

struct evidence; /* owns the folder, the copies of inputs that can be read only once, the names of the captures */

/* Makes or checks the folder, copies standard input and pipes. mask: NULL, or whose stand-ins frames get. Returns 0, -ENOMEM or -EINVAL. */
int evidence_open(const struct inspect_options *options, const uint8_t hash_key[16], const struct mask *mask,
	struct evidence **out_evidence, struct fault *out_fault);
const struct spool *evidence_spool(const struct evidence *evidence); /* NULL for NULL */

/* Reads all inputs again. The findings, in the order of the report, and their devices are as the engine left them. Returns 0 or -errno. */
int evidence_gather(struct evidence *evidence, struct engine *engine, const struct finding *const *findings, size_t count);
/* Writes the captures, named and commented as the view tells the findings. Returns 0 or -errno: then some are missing. */
int evidence_finish(struct evidence *evidence, const struct report_view *view);
/* Tells the view what was written where. */
void evidence_show(const struct evidence *evidence, struct report_view *view);

/* Says a sentence to notes if error is one; returns whether it is. */
bool evidence_note(const struct evidence *evidence, int error, FILE *notes);
void evidence_close(struct evidence *evidence);
