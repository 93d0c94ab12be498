/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The guard with a clock and a VLAN tag that a test sets, and nothing else changed. It is attached to nothing. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct guard_given {
	__u64 now_ns;
	__u64 vlan;
	__u64 asked; /* how often the time was asked for: a segment that is not judged again asks for none */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct guard_given);
} guard_given SEC(".maps");

static inline __attribute__((always_inline)) __u64 guard_given_now(void)
{
	__u32 zero = 0;
	struct guard_given *given = bpf_map_lookup_elem(&guard_given, &zero);

	if (!given)
		return 0;
	given->asked++;
	return given->now_ns;
}

static inline __attribute__((always_inline)) __u64 guard_given_tick(void)
{
	__u32 zero = 0;
	const struct guard_given *given = bpf_map_lookup_elem(&guard_given, &zero);

	return given ? given->now_ns : 0;
}

static inline __attribute__((always_inline)) __u16 guard_given_vlan(void)
{
	__u32 zero = 0;
	const struct guard_given *given = bpf_map_lookup_elem(&guard_given, &zero);

	return given ? (__u16)given->vlan : 0;
}

#define FW_GUARD_NOW() guard_given_now()
#define FW_GUARD_NOW_EXACT() guard_given_now()
#define FW_GUARD_TICK() guard_given_tick()
#define FW_GUARD_VLAN(context) guard_given_vlan()

#include "bpf/guard.bpf.c"
