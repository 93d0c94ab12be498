/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JSON objects that more than one output writes, so that they say the same: the JSON report and the event lines. Each
 * returns a new reference, or NULL without memory. Made in json.c and json_junk.c; docs/schema/inspect.json says what is in them.
 */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "report/report.h"

json_t *capture_make(const struct report_view *view, size_t index);
json_t *selection_make(const struct report_selection *selection);
json_t *inferred_make(const struct report_view *view, size_t index);
json_t *device_make(const struct report_view *view, size_t index);
json_t *device_id_make(const struct device *device);
json_t *summary_make(const struct report_view *view, const struct finding *finding);
json_t *advisories_make(const struct sheet *sheet); /* devices[].advisories; sheet may be NULL */
json_t *junk_make(const struct junk *junk);
json_t *count_make(const struct junk_count *count); /* packets and bytes */
void junk_attribution(const struct junk *junk, json_t **object); /* json_junk.c: who made what sent it */
json_t *left_out_make(const struct report_view *view);

/* Writes and lets go of value, with these flags of jansson besides its own; NULL stands for one that could not be made. */
int value_write(FILE *out, json_t *value, size_t flags);
