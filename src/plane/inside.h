/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shield's plane from inside: what its files share. */
#pragma once

#include "plane/hold.h"
#include "plane/shield_maps.h"

struct plane {
	struct hold hold;
	bool configured;
	uint32_t seed; /* of shield_protected, in the configuration that holds */
	uint32_t blocked; /* addresses */
	bool prefixed; /* shield_prefixes holds something */
};

/* ---- config.c ---- */

struct fw_shield_config *config_active(const struct plane *plane);
/* The configuration that holds once more, with what the plane knows itself as it is now. 0 where none holds yet. */
int config_renew(struct plane *plane);
/* After opening: what the maps say of themselves. */
void config_read(struct plane *plane);

/* ---- blocked.c ---- */

void blocked_read(struct plane *plane);
void prefixes_read(struct plane *plane);
