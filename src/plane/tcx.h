/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The chain of BPF programs through which goes what leaves an interface, where the kernel has one. Called by egress.c and the probe. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { TCX_PROGRAMS_MAX = 64 }; /* BPF_MPROG_MAX */

struct tcx_chain {
	uint32_t ids[TCX_PROGRAMS_MAX], count; /* numbers of the programs */
};

/* The chain as it is now. Returns 0, -EOPNOTSUPP where the kernel has no tcx, or -errno: not known. */
int tcx_read(int ifindex, struct tcx_chain *out_chain);

/* A new link that has this program first in the chain; not pinned yet. A descriptor, or -errno. */
int tcx_attach(int program, int ifindex);

/* Whether this link has its program in this chain of this interface. */
bool tcx_here(int link, int ifindex, const struct tcx_chain *chain);

/*
 * Takes all programs of ours out of the chain, but the one of this link (-1: no exception), however they got in; others' stay. To know
 * whose they are takes CAP_SYS_ADMIN: without it none is found. Adds to *count. Returns 0 or the first -errno.
 */
int tcx_detach_others(int ifindex, int keep, uint32_t *count);
