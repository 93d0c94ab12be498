/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's halves of the guard's twin test. guard_half.c is src/twin/ compiled once more: as it is, and with FW_MUTANTS. */
#pragma once

#include "guard_scene.h"

void clean_guard_begin(const struct guard_scene *scene);
void mutant_guard_begin(const struct guard_scene *scene);

/* One step; *out is filled whole. */
void clean_guard_step(const struct guard_step *step, const uint8_t *bytes, struct guard_result *out);
void mutant_guard_step(const struct guard_step *step, const uint8_t *bytes, struct guard_result *out);

void clean_guard_state(struct guard_state *out_state, struct guard_counts *out_counts);
void mutant_guard_state(struct guard_state *out_state, struct guard_counts *out_counts);

extern int fw_mutant;
extern int fw_mutant_lines[1024];
extern const char *fw_mutant_files[1024];
extern const int mutant_first, mutant_last; /* places that are not told by the twin test of the readers */
