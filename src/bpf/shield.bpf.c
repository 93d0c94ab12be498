/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The shield in the kernel: an XDP program for what arrives at a DNS server, a tc program for what leaves it. Both are glue: the
 * maps are declared here, all that is decided is decided in wire/shield.h. Sizes of one entry are the loader's to replace.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "wire/shield_state.h"

#define FW_ARRAY(name, entries, type_) \
	struct { \
		__uint(type, BPF_MAP_TYPE_ARRAY); \
		__uint(map_flags, BPF_F_MMAPABLE); \
		__uint(max_entries, entries); \
		__type(key, __u32); \
		__type(value, type_); \
	} name SEC(".maps")

#define FW_PER_CPU(name, entries, type_) \
	struct { \
		__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); \
		__uint(max_entries, entries); \
		__type(key, __u32); \
		__type(value, type_); \
	} name SEC(".maps")

FW_ARRAY(shield_switch, 1, struct fw_shield_switch);
FW_ARRAY(shield_config, 2, struct fw_shield_config);
FW_ARRAY(shield_names_a, 1, struct fw_names_bucket);
FW_ARRAY(shield_names_b, 1, struct fw_names_bucket);
FW_ARRAY(shield_zones, 1, struct fw_zone);
FW_PER_CPU(shield_zone_counts, 1, struct fw_zone_count);
FW_PER_CPU(shield_counts, 1, struct fw_shield_counts);
FW_ARRAY(shield_cells, 1, __u64);
FW_ARRAY(shield_words, FW_WORD_COUNT, __u64);
FW_ARRAY(shield_proven, 1, struct fw_seen_bucket);
FW_ARRAY(shield_asked, 1, struct fw_seen_bucket);
FW_ARRAY(shield_blocked, 1, struct fw_digest_bucket);
FW_ARRAY(shield_protected, FW_PROTECTED_BUCKETS, struct fw_protected_bucket);

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct fw_prefix_key);
	__type(value, __u32);
} shield_prefixes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 18);
} shield_samples SEC(".maps");

/* What is too large for the stack: 512 bytes. */
struct shield_scratch {
	struct fw_packet packet;
	struct fw_dns_question question;
};
FW_PER_CPU(shield_scratch, 1, struct shield_scratch);
FW_PER_CPU(shield_scratch_out, 1, struct shield_scratch);

SEC("xdp")
int shield(struct xdp_md *context)
{
	const uint8_t *begin = (const uint8_t *)(long)context->data, *end = (const uint8_t *)(long)context->data_end;
	__u32 zero = 0;
	struct fw_shield_counts *counts = bpf_map_lookup_elem(&shield_counts, &zero);
	struct shield_scratch *scratch = bpf_map_lookup_elem(&shield_scratch, &zero);

	if (!counts || !scratch)
		return XDP_PASS;
	fw_packet_parse(fw_cursor_of(begin, end), FW_LINK_ETHERNET, &scratch->packet);
	if (scratch->packet.reason < FW_REASON_COUNT) {
		struct fw_tally *tally = &counts->reason[FW_OUTCOME_PASSED][scratch->packet.reason];

		tally->packets++;
		tally->bytes += (uint64_t)(end - begin);
	}
	return XDP_PASS;
}

SEC("tc")
int shield_egress(struct __sk_buff *context)
{
	(void)context;
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
