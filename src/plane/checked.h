/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two programs of a role as the kernel has checked them once, pinned beside its maps, so that the next start need not wait for that. Read and
 * written by open.c alone.
 */
#pragma once

#include "plane/pins.h"

struct bpf_object;

/* Files in the directory of pins; what follows is a digest of the object and the maps that they were made of. */
#define PINS_PROGRAM "program_"

struct checked {
	int xdp, egress; /* descriptors, or -1 */
};

/*
 * Those that were made of the role's object and of the very maps that this one has: its own after loading, or those that it is to use again. Both
 * or none; false: none. The caller closes.
 */
bool checked_get(const struct pins *pins, const struct role *role, struct bpf_object *object, struct checked *out_checked);
/* Pins both in the place of any that are there. What cannot be pinned is checked again at the next start. */
void checked_put(const struct pins *pins, const struct role *role, struct bpf_object *object, const struct checked *checked);
void checked_close(struct checked *checked);
