/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's halves of the shield's twin test. shield_half.c is src/twin/ compiled once more: as it is, and with FW_MUTANTS.
 */
#pragma once

#include "scene.h"

/* A scene from its beginning. */
void clean_begin(const struct scene *scene);
void mutant_begin(const struct scene *scene);

/* One step. Its bytes are left as the judge leaves them: bytes must be a copy. *out is filled whole. */
void clean_step(const struct scene_step *step, uint8_t *bytes, struct scene_result *out);
void mutant_step(const struct scene_step *step, uint8_t *bytes, struct scene_result *out);

void clean_state(struct scene_state *out_state, struct scene_counts *out_counts);
void mutant_state(struct scene_state *out_state, struct scene_counts *out_counts);

extern int fw_mutant;
extern int fw_mutant_lines[1024];
extern const char *fw_mutant_files[1024];
extern const int mutant_first, mutant_last; /* places that are not told by the twin test of the readers */
