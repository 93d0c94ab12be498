/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's half of the twin test: twin.bpf.o, called frame by frame through BPF_PROG_TEST_RUN. Needs root. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bpf/twin.h"

struct kernel; /* owns the loaded program and the mappings of its two maps */

/* Returns 0, or -errno: -EPERM and -ENOSYS where the kernel does not let us, anything else where the program is at fault. */
int kernel_open(const char *object_file, struct kernel **out_kernel);

/* Test run takes frames of 14 bytes to about a page. */
bool kernel_takes(uint32_t len);

/* Clears the result, runs the program, leaves what it found in *out. Returns 0 or -errno. */
int kernel_run(struct kernel *kernel, const uint8_t *bytes, uint32_t len, const struct fw_twin_input *in, struct fw_twin_result *out);

void kernel_close(struct kernel *kernel);
