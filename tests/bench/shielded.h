/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shield as the bench needs it: its object loaded, its maps sized and filled for a world of names (shapes.h) and a list of blocked
 * sources, attached to nothing. What it should do with the frames of a case is set by configuration alone, as the daemon would.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shapes.h"
#include "wire/shield_state.h"

struct bpf_object;

/* What the shield is to do. */
enum shielded_stance {
	SHIELDED_CALM, /* stance calm: questions are classed, counted and let through */
	SHIELDED_ROOMY, /* stance defend, budgets that nobody uses up: each is asked, none says no */
	SHIELDED_DROPS, /* stance defend, budgets as for a server of 50,000 questions a second */
	SHIELDED_TRUNCATES, /* the same, and all the TC=1 that is wanted */
};

struct shielded_setup {
	struct shape_world world;
	uint32_t names; /* owners 0 to names - 1 of that world */
	uint32_t source_base, blocked; /* sources 0 to blocked - 1 of this base */
	uint32_t cells; /* a power of two */
};

struct shielded {
	struct bpf_object *object; /* owned */
	int program;
	struct fw_shield_config *config; /* mapped: the one that holds */
	struct fw_zone *zones; /* mapped: place 1 is zone 0 */
	uint32_t zone_count, name_count; /* places after 0; slots taken in the table of names */
	uint32_t name_buckets, blocked_buckets;
};

/* Returns 0, or -errno: -EPERM where the kernel lets nobody, -ENOENT for another object. */
int shielded_open(const char *file, const struct shielded_setup *setup, struct shielded *out);
void shielded_stance(struct shielded *shielded, enum shielded_stance stance);
/* The list of blocked sources asked or not. */
void shielded_block(struct shielded *shielded, bool asked);
/* Sums over all CPUs. Returns 0 or -errno. */
int shielded_counts(const struct shielded *shielded, struct fw_shield_counts *out);
/* Bytes that the kernel says a map takes, by its name; 0 where it says nothing. */
uint64_t shielded_memory(const struct shielded *shielded, const char *map);
void shielded_close(struct shielded *shielded);
