/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard as the bench needs it: its object loaded, its maps sized and filled for so many devices with so many rules each, attached to nothing. */
#pragma once

#include <stdint.h>

#include "wire/guard_state.h"

struct bpf_object;

struct guarded {
	uint32_t devices, rules; /* to be set before guarded_open(): rules of each device's policy, the last of which each way lets pass */
	struct bpf_object *object; /* owned */
	int out, in; /* programs */
	struct fw_guard_config *config; /* mapped: the one that holds */
};

/* Returns 0 or -errno: -EPERM where the kernel lets nobody, -ENOENT for another object. */
int guarded_open(const char *file, struct guarded *guarded);
/* Frames that passed so far, of all. */
uint64_t guarded_passed(const struct guarded *guarded);
/* Kernel memory of all maps, in bytes, as the kernel says. */
uint64_t guarded_memory(const struct guarded *guarded);
void guarded_close(struct guarded *guarded);
