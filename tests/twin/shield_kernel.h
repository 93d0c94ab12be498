/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's half of the shield's twin test: the object loaded with the tables of a scene, run by BPF_PROG_TEST_RUN. Needs root. */
#pragma once

#include "scene.h"

struct shield_kernel;

/* 0 or -errno, as kernel_open(). The object may lack the clock that a test sets: then it runs by the kernel's. */
int shield_kernel_open(const char *object_file, struct shield_kernel **out);
void shield_kernel_close(struct shield_kernel *kernel);

/* A scene from its beginning. 0 or -errno. */
int shield_kernel_begin(struct shield_kernel *kernel, const struct scene *scene);

/* False for a frame that cannot be given to a test run. */
bool shield_kernel_takes(const struct scene_step *step);

/* One step; *out is filled whole. 0 or -errno. */
int shield_kernel_step(struct shield_kernel *kernel, const struct scene_step *step, struct scene_result *out);

/* The question that the next frame finds left over, on the CPU that judged the last. */
void shield_kernel_give(struct shield_kernel *kernel, const struct fw_dns_question *question);
int shield_kernel_state(struct shield_kernel *kernel, struct scene_state *out_state);
/* Of all CPUs together. */
int shield_kernel_counts(struct shield_kernel *kernel, struct scene_counts *out);

/* File descriptor of the program for what arrives. */
int shield_kernel_program(const struct shield_kernel *kernel);
