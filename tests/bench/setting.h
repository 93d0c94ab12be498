/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where measurements are made: so many names and sources, the driver that makes frames of them, the shield filled with them; and the
 * cases, which say what frames come and what the shield is to make of them. For packets.c and live.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "driver.h"
#include "shapes.h"
#include "shielded.h"

enum { SETTING_BLOCKED_BASE = 10 << 24 }; /* the upper byte of sources that are blocked */

struct setting_case {
	const char *name;
	enum shape_kind kind;
	enum shielded_stance stance;
	bool known; /* the names are there */
	bool listed; /* the shield asks its list of blocked sources */
	bool hit; /* the sources are those of the lists, the shield's and its rival's */
};

struct setting {
	struct shape_world world;
	uint32_t names, sources;
	struct bpf_object *object; /* the driver's; owned */
	int driver, next, drop, pass; /* programs, and the map of the one to call */
	struct bench_shape *shapes; /* mapped */
	struct bench_dial *dial; /* mapped */
	struct shielded shield;
};

/* Borrowed, or NULL where there is no such case. */
const struct setting_case *setting_case(const char *name);

/* world.six, names and sources are the caller's to set before. Returns 0 or -errno. */
int setting_open(const char *driver_file, const char *shield_file, struct setting *setting);
/* From now on these frames, and the shield as it is to take them. Where the driver calls nobody it returns this XDP verdict. */
void setting_use(struct setting *setting, const struct setting_case *what, uint32_t verdict);
/* From now on the driver calls this program; -1: none. Returns 0 or -errno. */
int setting_call(const struct setting *setting, int program);
/* What the shield did since before, as members of a JSON object: shares of so many frames by outcome and reason. */
void setting_print_shield(const struct setting *setting, const struct fw_shield_counts *before, uint64_t frames);
void setting_close(struct setting *setting);

/* This process on the last CPU it may use: most interrupts and most neighbours are on the first. */
void setting_stay(void);
