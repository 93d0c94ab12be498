/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's half of the guard's twin test: the object loaded with the tables of a scene, run by BPF_PROG_TEST_RUN. Needs root. */
#pragma once

#include "guard_scene.h"

struct guard_kernel;

/* 0 or -errno, as kernel_open(). The object may lack the clock that a test sets: then it runs by the kernel's. */
int guard_kernel_open(const char *object_file, struct guard_kernel **out);
void guard_kernel_close(struct guard_kernel *kernel);

/* A scene from its beginning. 0 or -errno. */
int guard_kernel_begin(struct guard_kernel *kernel, const struct guard_scene *scene);

/* False for a frame that cannot be given to a test run. */
bool guard_kernel_takes(const struct guard_step *step);

/* One step; *out is filled whole. 0 or -errno. */
int guard_kernel_step(struct guard_kernel *kernel, const struct guard_step *step, struct guard_result *out);

/* Whether the last step's frame was judged: else it passed as the one before it, for which no time is asked. */
bool guard_kernel_judged(const struct guard_kernel *kernel);

void guard_kernel_state(struct guard_kernel *kernel, struct guard_state *out_state);
/* Of all CPUs together. */
int guard_kernel_counts(struct guard_kernel *kernel, struct guard_counts *out);

/* File descriptor of the program for this way. */
int guard_kernel_program(const struct guard_kernel *kernel, enum fw_guard_way way);
