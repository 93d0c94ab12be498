/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Allocations that fail on purpose: malloc, calloc, realloc, posix_memalign and strdup of whatever is linked statically with a test
 * (link_with: nomem_lib, link_args: nomem_args). What shared libraries allocate for themselves does not fail, unless the test
 * hands them malloc.
 *
 *	for (uint64_t at = 0; failed; at++) {
 *		nomem_start(at, false);
 *		error = thing_new(&thing);
 *		failed = nomem_stop();
 *		...
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* at allocations succeed, the next one fails; with from_there all that follow it, too. */
void nomem_start(uint64_t at, bool from_there);

/* All succeed again. Returns whether one failed since the start. */
bool nomem_stop(void);
