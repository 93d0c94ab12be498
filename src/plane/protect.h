/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which bucket each protected address lies in: pure. */
#pragma once

#include "wire/shield_state.h"

/*
 * Finds a seed under which every address has room, beside all that the table holds now. out_table: both sets, what is there already in the
 * same slot as now. keep: the seed that holds now, tried first. Returns 0 or -ENOSPC.
 */
int protect_fit(const struct fw_protected_bucket table[FW_PROTECTED_BUCKETS], uint32_t keep, const uint8_t (*addresses)[16], uint32_t count,
	struct fw_protected_bucket out_table[FW_PROTECTED_BUCKETS], uint32_t *out_seed);

/* Takes out of the table whatever is none of these addresses in its place under this seed. */
void protect_only(struct fw_protected_bucket table[FW_PROTECTED_BUCKETS], uint32_t seed, const uint8_t (*addresses)[16], uint32_t count);
