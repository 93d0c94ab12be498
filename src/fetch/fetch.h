/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bodies from elsewhere, handed on as bytes for the thinking rooms to read. For now: local files.
 */
#pragma once

#include <stddef.h>

#include "base/fault.h"

/*
 * The whole of a file of at most ceiling bytes, NUL-terminated after its end. The caller frees *out_body.
 * Returns 0, -ENOMEM, -ENOENT, -EFBIG (above the ceiling) or another -errno, with the sentence in *out_fault.
 */
int fetch_file(const char *path, size_t ceiling, char **out_body, size_t *out_len, struct fault *out_fault);
