/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * glibc raises by itself from which size on memory is the system's own, up to 32 MiB, as soon as one such piece is given back: a list of ten
 * thousand devices, made for one answer, would then lie in the heap for good.
 */
#include "daemon/memory.h"

#include <malloc.h>

enum { KEPT_MAX = 256 << 10 };

void memory_keep_small(void)
{
	mallopt(M_MMAP_THRESHOLD, KEPT_MAX);
	mallopt(M_TRIM_THRESHOLD, KEPT_MAX);
}

void memory_give_back(void)
{
	malloc_trim(0);
}
