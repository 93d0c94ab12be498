/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The guard's programs: passes everything and tells the way it went. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "wire/guard_state.h"

#define MEMORY(map, value_type, most) \
	struct { \
		__uint(type, BPF_MAP_TYPE_ARRAY); \
		__uint(map_flags, BPF_F_MMAPABLE); \
		__uint(max_entries, most); \
		__type(key, uint32_t); \
		__type(value, value_type); \
	} map SEC(".maps")
#define COUNTED(map, value_type, most) \
	struct { \
		__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); \
		__uint(max_entries, most); \
		__type(key, uint32_t); \
		__type(value, value_type); \
	} map SEC(".maps")

MEMORY(guard_switch, struct fw_guard_switch, 1);
MEMORY(guard_config, struct fw_guard_config, 2);
MEMORY(guard_places, struct fw_place_bucket, 1);
MEMORY(guard_devices, struct fw_guard_device, 1);
MEMORY(guard_policies_a, struct fw_guard_policy, 1);
MEMORY(guard_policies_b, struct fw_guard_policy, 1);
MEMORY(guard_rules_a, struct fw_rule, 1);
MEMORY(guard_rules_b, struct fw_rule, 1);
MEMORY(guard_flows, struct fw_flow_bucket, 1);
MEMORY(guard_members, struct fw_member_bucket, 1);
MEMORY(guard_names, struct fw_name_bucket, 1);
MEMORY(guard_words, uint64_t, 1);
COUNTED(guard_counts, struct fw_guard_count, 1);
COUNTED(guard_totals, struct fw_guard_totals, 1);

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
} guard_frames SEC(".maps");

static void count(uint32_t way)
{
	struct fw_guard_totals *totals = bpf_map_lookup_elem(&guard_totals, &(uint32_t){0});

	if (totals && way < FW_GUARD_WAYS)
		totals->reason[way][FW_GUARD_PASSED][0].packets++;
}

SEC("xdp")
int guard(struct xdp_md *frame)
{
	count(FW_GUARD_OUT);
	return XDP_PASS;
}

SEC("tc")
int guard_egress(struct __sk_buff *frame)
{
	count(FW_GUARD_IN);
	return 0;
}

char licence[] SEC("license") = "Dual BSD/GPL";
