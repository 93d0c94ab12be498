/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lab's instruments: a bare XDP_PASS (without a program on the peer, veth counts what XDP_TX sends and loses it), a filter that knows
 * the answer (the bed's own upper bound), and a counter behind any filter.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "gauge.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, GAUGE_CPUS);
	__type(key, __u32);
	__type(value, struct gauge_row);
} gauge SEC(".maps");

static __always_inline int is_dns(const __u8 *transport, const __u8 *end, __u8 protocol)
{
	return protocol == 17 && transport + 4 <= end && *(const __u16 *)(transport + 2) == bpf_htons(53);
}

/* The client has 198.18.x.1 for each x that 8 divides, and 2001:2:0:x::1 likewise: see ADDRESSES in bed.py. */
static __always_inline enum gauge_kind kind_of_4(const __u8 *frame, const __u8 *end)
{
	if (frame + 34 > end)
		return GAUGE_OTHER;
	if (!is_dns(frame + 34, end, frame[23]))
		return GAUGE_OTHER;
	if (frame[26] != 198 || (frame[27] & 0xfe) != 18)
		return GAUGE_QUERY;
	return frame[27] == 18 && !(frame[28] & 7) && frame[29] == 1 ? GAUGE_QUERY : GAUGE_JUNK;
}

static __always_inline enum gauge_kind kind_of_6(const __u8 *frame, const __u8 *end)
{
	if (frame + 54 > end)
		return GAUGE_OTHER;
	if (!is_dns(frame + 54, end, frame[20]))
		return GAUGE_OTHER;
	if (*(const __u32 *)(frame + 22) != bpf_htonl(0x20010002) || *(const __u16 *)(frame + 26))
		return GAUGE_QUERY;
	return !frame[28] && !(frame[29] & 7) && frame[37] == 1 && !frame[36] && !frame[30] && !frame[31] ? GAUGE_QUERY : GAUGE_JUNK;
}

static __always_inline enum gauge_kind kind_of(const __u8 *frame, const __u8 *end)
{
	if (frame + ETH_HLEN > end)
		return GAUGE_OTHER;
	if (*(const __u16 *)(frame + 12) == bpf_htons(ETH_P_IP))
		return kind_of_4(frame, end);
	return *(const __u16 *)(frame + 12) == bpf_htons(ETH_P_IPV6) ? kind_of_6(frame, end) : GAUGE_OTHER;
}

static __always_inline struct gauge_row *row(void)
{
	__u32 cpu = bpf_get_smp_processor_id() % GAUGE_CPUS;

	return bpf_map_lookup_elem(&gauge, &cpu);
}

SEC("xdp")
int pass(struct xdp_md *context)
{
	return XDP_PASS;
}

SEC("xdp")
int ideal(struct xdp_md *context)
{
	enum gauge_kind kind = kind_of((void *)(long)context->data, (void *)(long)context->data_end);
	struct gauge_row *out = row();

	if (out)
		out->seen[kind]++;
	return kind == GAUGE_JUNK ? XDP_DROP : XDP_PASS;
}

SEC("tc")
int reached(struct __sk_buff *skb)
{
	enum gauge_kind kind;
	struct gauge_row *out = row();

	if (skb->data_end - skb->data < 64)
		bpf_skb_pull_data(skb, skb->len < 64 ? skb->len : 64);
	kind = kind_of((void *)(long)skb->data, (void *)(long)skb->data_end);
	if (out)
		out->reached[kind]++;
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
