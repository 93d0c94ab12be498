/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stand-ins for all that a report will show (inspect --anonymise), put in place in what the rooms hold: nothing is decided any more,
 * and no output can forget them. All accept a NULL veil and then do nothing.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"
#include "mask/mask.h"
#include "model/verdict.h"
#include "report/report.h"

struct veil; /* owns the names that stand for file names */

int veil_new(const uint8_t key[16], struct veil **out_veil); /* 0 or -ENOMEM */
void veil_free(struct veil *veil);
const struct mask *veil_mask(const struct veil *veil); /* NULL for NULL */

/* Devices and findings. Once, after engine_judge_devices(). */
void veil_engine(struct veil *veil, struct engine *engine);
void veil_junk(struct veil *veil, struct junk *junk);
void veil_talk(struct veil *veil, const struct talk_pairs *talk); /* NULL is accepted */
void veil_verdicts(struct veil *veil, struct policy_verdict *verdicts, size_t count);
/* The names are borrowed from the veil. Returns 0 or -ENOMEM. */
int veil_captures(struct veil *veil, struct report_capture *captures, size_t count);
void veil_prefix(struct veil *veil, uint8_t address[16], uint8_t bits);
