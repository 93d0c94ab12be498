/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A role, shield or guard, as user space must know it to open, take over and remove it: its BPF object, its maps, how its pins are
 * named. What the two have in common is written once, for a role (hold.h); what they have not is in files of their own.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ROLE_MAPS_MAX = 16, ROLE_SITES_MAX = 16, ROLE_RING_LEAST = 65536, ROLE_COUNT = 2 };

enum role_map_kind {
	ROLE_MAPPED, /* an ARRAY with BPF_F_MMAPABLE: memory here */
	ROLE_PEEKED, /* the same, but large: pages of it are mapped while they are looked at (hold_window()) */
	ROLE_COUNTED, /* a PERCPU_ARRAY of 64-bit words, summed */
	ROLE_RING,
	ROLE_KEYED, /* asked key by key */
};

struct role_map {
	const char *name; /* also of its pin */
	enum role_map_kind kind;
	uint32_t value_len; /* bytes of one entry of an array */
	bool any_size; /* nobody names its size: a pinned one of another is used again as it is */
};

struct role {
	const char *name; /* programs, filters and maps begin with it */
	const char *own_map; /* a program that uses a map of this name is the role's */
	const struct role_map *maps;
	uint32_t map_count;
	uint32_t switch_map; /* struct role_switch, one of ROLE_MAPPED */
	uint32_t layout;
	bool shares; /* one directory of pins for all interfaces; else one for each */
	const unsigned char *object; /* made by tools/embed-bytes out of src/bpf */
	const size_t *object_len;
};

/* What stands in the first words of the map of every role that says which configuration holds: the one of the lowest bit. */
struct role_switch {
	uint32_t config, layout;
};

extern const struct role role_shield, role_guard;
extern const struct role *const roles[ROLE_COUNT];

/* The role whose programs have such names, or NULL. */
const struct role *role_named(const char *program);
