/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the plane and the kernel, by the linker's --wrap: what libbpf is asked for may be refused. Of the test's own calls too.
 *
 *	PLANE_TEST_KERNEL=6.1    in the environment: as a kernel before 6.6, which knows no tcx, answers (EINVAL). Only this file reads it
 *	kernel_fail()            one call fails, as without memory
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { KERNEL_TCX_EGRESS = 47, KERNEL_TCX_PROGRAMS = 64 };

/* Whether the plane can have tcx. */
bool kernel_has_tcx(void);
/* How many links an interface has then: XDP's, and tcx's. */
uint32_t kernel_links(void);

/* What is in the chain in truth, in its order. Returns how many. */
uint32_t kernel_tcx(const char *interface, uint32_t out_ids[KERNEL_TCX_PROGRAMS]);

/* The call after so many more fails with ENOMEM, once; -1: none. */
void kernel_fail(int after);
/* Whether one did, since kernel_fail(). */
bool kernel_failed(void);
