/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two halves and one switch.
 *
 *	shield_switch.config & 1 -> shield_config[0]   names_half ---> shield_names_a
 *	                            shield_config[1]              ---> shield_names_b
 *
 *	guard_switch.config & 1 --> guard_config[0]    half ---------> guard_policies_a, guard_rules_a
 *	                            guard_config[1]              ----> guard_policies_b, guard_rules_b
 *
 * The switch counts: its lowest bit is the half, and no two configurations have the same number.
 *
 * A packet reads the switch once and then only what hangs on it, so it is judged by one configuration and one table of names or
 * rules, whatever is written meanwhile, if a half is written again only when no packet reads it any more. Programs run inside of RCU's
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

#include "plane/hold.h"

static struct role_switch *switch_of(const struct hold *hold)
{
	return hold->memory[hold->role->switch_map];
}

uint32_t hold_active(const struct hold *hold)
{
	return __atomic_load_n(&switch_of(hold)->config, __ATOMIC_ACQUIRE) & 1;
}

static void *half_of(const struct hold *hold, uint32_t config_map, uint32_t half)
{
	return (char *)hold->memory[config_map] + (size_t)half * hold->role->maps[config_map].value_len;
}

void *hold_config(const struct hold *hold, uint32_t config_map)
{
	return half_of(hold, config_map, hold_active(hold));
}

int hold_switch(struct hold *hold, uint32_t config_map, const void *config)
{
	uint32_t next = __atomic_load_n(&switch_of(hold)->config, __ATOMIC_ACQUIRE) + 1;
	int error = hold_wait(hold);

	if (hold->dry)
		hold_switch_dry(hold, config_map, config);
	if (error || hold->dry)
		return error;
	memcpy(half_of(hold, config_map, next & 1), config, hold->role->maps[config_map].value_len);
	__atomic_store_n(&switch_of(hold)->config, next, __ATOMIC_RELEASE);
	hold->switched = true;
	return 0;
}

void hold_renew(struct hold *hold)
{
	__atomic_fetch_add(&switch_of(hold)->config, 2, __ATOMIC_RELEASE);
}

int hold_waiter_make(struct hold *hold)
{
	LIBBPF_OPTS(bpf_map_create_opts, options);

	hold->waiter_inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "floodwall_in", 4, 4, 1, NULL);
	if (hold->waiter_inner < 0)
		return -errno;
	options.inner_map_fd = (uint32_t)hold->waiter_inner;
	hold->waiter = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "floodwall_wait", 4, 4, 1, &options);
	return hold->waiter < 0 ? -errno : 0;
}

int hold_waiter_open(struct hold *hold)
{
	long known = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);

	return known > 0 && (known & MEMBARRIER_CMD_GLOBAL) ? 0 : hold_waiter_make(hold);
}

int hold_wait(struct hold *hold)
{
	if (!hold->switched || hold->dry)
		return 0;
	if (hold->waiter >= 0) {
		if (bpf_map_update_elem(hold->waiter, &(uint32_t){0}, &hold->waiter_inner, BPF_ANY))
			return -errno;
	} else if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0)) {
		return -errno;
	}
	hold->switched = false;
	return 0;
}
