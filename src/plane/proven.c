/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of proven addresses as it lies: who keeps it over a start of the host reads and fills it (shield/kept.c). */
#include "plane/inside.h"

struct fw_seen_bucket *plane_proven(struct plane *plane, uint32_t *out_lines)
{
	*out_lines = plane->hold.entries[MAP_PROVEN];
	return plane->hold.memory[MAP_PROVEN];
}
