/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A configuration in several files (include): each is read by itself, with its own lines, and together they are one. Lists go on from
 * file to file; a value stands in one of them. Faults are told with the file and line where the setting stands.
 */
#pragma once

#include "conf/conf.h"
#include "conf/schema.h"

struct parts;

/* Returns 0, -ENOMEM, or -EINVAL with the fault. */
int parts_read(const struct settings_part *files, unsigned count, struct parts **out_parts, struct fault *out_fault);
void parts_free(struct parts *parts);

/* All of them as one; borrowed. */
const struct raw *parts_raw(const struct parts *parts);
/* Where a setting of that whole stands ("zones[7].key"): line 0 of the first file where it stands nowhere. */
uint32_t parts_find(const struct parts *parts, const char *path, const char **out_file);
