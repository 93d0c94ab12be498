/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shield's BPF object, inside the program: made by tools/embed-bytes out of src/bpf/shield.bpf.c. */
#pragma once

#include <stddef.h>

extern const unsigned char plane_object[];
extern const size_t plane_object_len;

struct bpf_object;

/* libbpf would speak to stderr by itself; what a person must know stands in the fault of the caller. For each door that uses it. */
void object_silence(void);

/* Opened from memory, silent, not loaded, its maps of these sizes. Returns 0 or -errno. */
int object_open(const unsigned int entries[], struct bpf_object **out_object);

/* Descriptors of the two programs of a loaded object, borrowed. Returns 0 or -ENOENT. */
int object_programs(struct bpf_object *object, int *out_xdp, int *out_egress);
