/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The shield with a clock that a test sets, and nothing else changed. It is attached to nothing. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} shield_clock SEC(".maps");

static inline __attribute__((always_inline)) __u64 shield_clock_now(void)
{
	__u32 zero = 0;
	const __u64 *now = bpf_map_lookup_elem(&shield_clock, &zero);

	return now ? *now : 0;
}

#define FW_SHIELD_NOW() shield_clock_now()
#define FW_SHIELD_TICK() (shield_clock_now() + 1)

#include "bpf/shield.bpf.c"
