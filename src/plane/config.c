/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two halves and one switch.
 *
 *	shield_switch.config ---> shield_config[0]   names_half ---> shield_names_a
 *	                          shield_config[1]              ---> shield_names_b
 *
 * A packet reads the switch once and then only what hangs on it, so it is judged by one configuration and one table of names,
 * whatever is written meanwhile, if a half is written again only when no packet reads it any more. Programs run inside of RCU's
 * read side, so one grace period after the switch is enough. User space gets one from membarrier(MEMBARRIER_CMD_GLOBAL), whose
 * work in the kernel is synchronize_rcu(); kernels with nohz_full have none, but wait the same when a map of maps is updated
 * (kernel/bpf/syscall.c, maybe_wait_bpf_programs), which needs privileges only to be made.
 *
 * A process killed at any moment leaves the switch on a half that is whole.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "plane/inside.h"

static struct fw_shield_switch *switch_of(const struct plane *plane)
{
	return plane->memory[MAP_SWITCH];
}

static uint32_t active(const struct plane *plane)
{
	return __atomic_load_n(&switch_of(plane)->config, __ATOMIC_ACQUIRE) & 1;
}

struct fw_shield_config *config_active(const struct plane *plane)
{
	return (struct fw_shield_config *)plane->memory[MAP_CONFIG] + active(plane);
}

const struct fw_shield_config *plane_config_now(const struct plane *plane)
{
	return config_active(plane);
}

/* ---- waiting ---- */

int config_waiter_make(struct plane *plane)
{
	LIBBPF_OPTS(bpf_map_create_opts, options);

	plane->waiter_inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "shield_wait_in", 4, 4, 1, NULL);
	if (plane->waiter_inner < 0)
		return -errno;
	options.inner_map_fd = (uint32_t)plane->waiter_inner;
	plane->waiter = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "shield_wait", 4, 4, 1, &options);
	return plane->waiter < 0 ? -errno : 0;
}

int config_waiter_open(struct plane *plane)
{
	long known = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);

	return known > 0 && (known & MEMBARRIER_CMD_GLOBAL) ? 0 : config_waiter_make(plane);
}

int config_wait(struct plane *plane)
{
	if (!plane->switched)
		return 0;
	if (plane->waiter >= 0) {
		if (bpf_map_update_elem(plane->waiter, &(uint32_t){0}, &plane->waiter_inner, BPF_ANY))
			return -errno;
	} else if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0)) {
		return -errno;
	}
	plane->switched = false;
	return 0;
}

/* ---- writing ---- */

static void fill_in(const struct plane *plane, struct fw_shield_config *config, uint32_t names_half)
{
	config->names_half = names_half;
	config->names_mask = fw_hint_buckets(plane->entries[MAP_NAMES_A]) - 1;
	config->cells_mask = plane->entries[MAP_CELLS] - 1;
	config->proven_mask = fw_hint_buckets(plane->entries[MAP_PROVEN]) - 1;
	config->asked_mask = fw_hint_buckets(plane->entries[MAP_ASKED]) - 1;
	config->blocked_mask = plane->entries[MAP_BLOCKED] - 1;
	config->protected_seed = plane->seed;
	config->prefixes = plane->prefixed;
	config->blocked = plane->blocked != 0;
}

static int write_half(struct plane *plane, const struct fw_shield_config *config, uint32_t names_half)
{
	uint32_t other = active(plane) ^ 1;
	struct fw_shield_config *half = (struct fw_shield_config *)plane->memory[MAP_CONFIG] + other, whole = *config;
	int error = config_wait(plane);

	if (error)
		return error;
	fill_in(plane, &whole, names_half);
	*half = whole;
	__atomic_store_n(&switch_of(plane)->config, other, __ATOMIC_RELEASE);
	plane->switched = true;
	plane->configured = true;
	return 0;
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
	if (config_wait(plane))
		return NULL;
	*out_buckets = plane->entries[MAP_NAMES_A];
	return plane->memory[config_active(plane)->names_half & 1 ? MAP_NAMES_A : MAP_NAMES_B];
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
	plane->switched = plane->configured; /* the process before us may have just done it */
	blocked_read(plane);
	prefixes_read(plane);
}
