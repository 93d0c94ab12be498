/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A YAML document by its lines: each setting's path ("zones[1].file", counted from 0) and the line where it stands, for faults that are seen
 * when the document is long gone. Refuses what a configuration has no use for and what makes readers disagree: keys
 * given twice, anchors and aliases (a few lines could stand for gigabytes), tags, a second document, NUL bytes.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

struct outline;

enum { OUTLINE_DEPTH_MAX = 8, OUTLINE_PATH_MAX = 256, OUTLINE_SETTINGS_MAX = 1 << 20 };

/* Returns 0, -ENOMEM, or -EINVAL with the fault. */
int outline_read(const char *file, const char *body, size_t len, struct outline **out_outline, struct fault *out_fault);
void outline_free(struct outline *outline);

/* 0 where the document has no such setting. A path of "" is the document. */
uint32_t outline_find(const struct outline *outline, const char *path);
