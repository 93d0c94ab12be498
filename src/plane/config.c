/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shield's configuration and names: two halves each; halves.c says how they are exchanged. */
#include <string.h>

#include "plane/inside.h"

struct fw_shield_config *config_active(const struct plane *plane)
{
	return hold_config(&plane->hold, MAP_CONFIG);
}

const struct fw_shield_config *plane_config_now(const struct plane *plane)
{
	return config_active(plane);
}

static void fill_in(const struct plane *plane, struct fw_shield_config *config, uint32_t names_half)
{
	const uint32_t *entries = plane->hold.entries;

	config->names_half = names_half;
	config->serial = config_active(plane)->serial + 1;
	config->names_mask = fw_hint_buckets(entries[MAP_NAMES_A]) - 1;
	config->cells_mask = entries[MAP_CELLS] - 1;
	config->proven_mask = fw_hint_buckets(entries[MAP_PROVEN]) - 1;
	config->asked_mask = fw_hint_buckets(entries[MAP_ASKED]) - 1;
	config->blocked_mask = entries[MAP_BLOCKED] - 1;
	config->protected_seed = plane->seed;
	config->prefixes = plane->prefixed;
	config->blocked = plane->blocked != 0;
}

static int write_half(struct plane *plane, const struct fw_shield_config *config, uint32_t names_half)
{
	struct fw_shield_config whole = *config;
	int error;

	fill_in(plane, &whole, names_half);
	error = hold_switch(&plane->hold, MAP_CONFIG, &whole);
	plane->configured |= !error;
	return error;
}

int plane_config(struct plane *plane, const struct fw_shield_config *config)
{
	return write_half(plane, config, config_active(plane)->names_half & 1);
}

int plane_config_names(struct plane *plane, const struct fw_shield_config *config)
{
	return write_half(plane, config, (config_active(plane)->names_half & 1) ^ 1);
}

struct fw_names_bucket *plane_names_half(struct plane *plane, uint32_t *out_buckets)
{
	if (hold_wait(&plane->hold))
		return NULL;
	*out_buckets = plane->hold.entries[MAP_NAMES_A];
	return plane->hold.memory[config_active(plane)->names_half & 1 ? MAP_NAMES_A : MAP_NAMES_B];
}

int config_renew(struct plane *plane)
{
	return plane->configured ? plane_config(plane, config_active(plane)) : 0;
}

void config_read(struct plane *plane)
{
	static const struct fw_shield_config none;
	const struct fw_shield_config *config = config_active(plane);

	plane->configured = memcmp(config, &none, sizeof(none)) != 0;
	plane->seed = config->protected_seed;
	plane->hold.switched = plane->configured; /* the process before us may have just done it */
	blocked_read(plane);
	prefixes_read(plane);
}
