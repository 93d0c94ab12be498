/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies of inputs that can be read only once, as source.c asks for them. The rest of it is in source.h. */
#pragma once

#include <stddef.h>

#include "source/source.h"

/* Descriptor of the copy of this input, or -1. All who read it share one position. spool may be NULL. */
int spool_copy(const struct spool *spool, size_t input);

/* A file without a name in the folder, to be read and written; or -errno. */
int folder_scratch(const struct folder *folder);
