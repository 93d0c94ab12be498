/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The BPF objects of the roles, inside the program: made by tools/embed-bytes out of src/bpf. */
#pragma once

#include "plane/role.h"

extern const unsigned char plane_shield_object[], plane_guard_object[];
extern const size_t plane_shield_object_len, plane_guard_object_len;

struct bpf_object;

/* libbpf would speak to stderr by itself; what a person must know stands in the fault of the caller. For each door that uses it. */
void object_silence(void);

/* Opened from memory, silent, not loaded, its maps of these sizes. Returns 0 or -errno. */
int object_open(const struct role *role, const uint32_t entries[], struct bpf_object **out_object);

/* Descriptors of the two programs of a loaded object, borrowed. Returns 0 or -ENOENT. */
int object_programs(struct bpf_object *object, int *out_xdp, int *out_egress);
