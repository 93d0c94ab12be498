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

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GAUGE_TRACED);
	__type(key, __u32);
	__type(value, struct gauge_trace);
} gauge_trace SEC(".maps");

/* Which way a frame goes: where the far end's address and port are. */
enum way { TO_SERVER, FROM_SERVER };

static __always_inline int is_dns(const __u8 *transport, const __u8 *end, __u8 protocol, enum way way)
{
	return protocol == 17 && transport + 12 <= end && *(const __u16 *)(transport + (way == TO_SERVER ? 2 : 0)) == bpf_htons(53);
}

/* The client has 198.18.x.1 for each x that 8 divides, and 2001:2:0:x::1 likewise: see ADDRESSES in bed.py. */
static __always_inline enum gauge_kind kind_of_4(const __u8 *frame, const __u8 *end, enum way way)
{
	const __u8 *address = frame + (way == TO_SERVER ? 26 : 30);

	if (frame + 34 > end)
		return GAUGE_OTHER;
	if (!is_dns(frame + 34, end, frame[23], way))
		return GAUGE_OTHER;
	if (address[0] != 198 || (address[1] & 0xfe) != 18)
		return GAUGE_QUERY;
	return address[1] == 18 && !(address[2] & 7) && address[3] == 1 ? GAUGE_QUERY : GAUGE_JUNK;
}

static __always_inline enum gauge_kind kind_of_6(const __u8 *frame, const __u8 *end, enum way way)
{
	const __u8 *address = frame + (way == TO_SERVER ? 22 : 38);

	if (frame + 54 > end)
		return GAUGE_OTHER;
	if (!is_dns(frame + 54, end, frame[20], way))
		return GAUGE_OTHER;
	if (*(const __u32 *)address != bpf_htonl(0x20010002) || *(const __u16 *)(address + 4))
		return GAUGE_QUERY;
	return !address[6] && !(address[7] & 7) && address[15] == 1 && !address[14] && !address[8] && !address[9] ? GAUGE_QUERY
														  : GAUGE_JUNK;
}

static __always_inline enum gauge_kind kind_of(const __u8 *frame, const __u8 *end, enum way way)
{
	if (frame + ETH_HLEN > end)
		return GAUGE_OTHER;
	if (*(const __u16 *)(frame + 12) == bpf_htons(ETH_P_IP))
		return kind_of_4(frame, end, way);
	return *(const __u16 *)(frame + 12) == bpf_htons(ETH_P_IPV6) ? kind_of_6(frame, end, way) : GAUGE_OTHER;
}

/* Notes a question of the client, or its answer, by the client's port and the id. */
static __always_inline void trace(const __u8 *frame, const __u8 *end, enum way way, enum gauge_place place)
{
	const __u8 *udp = frame + (*(const __u16 *)(frame + 12) == bpf_htons(ETH_P_IP) ? 34 : 54);
	struct gauge_trace first = {}, *there;
	__u32 key;

	if (udp + 12 > end)
		return;
	key = (__u32) * (const __u16 *)(udp + (way == TO_SERVER ? 0 : 2)) << 16 | *(const __u16 *)(udp + 8);
	there = bpf_map_lookup_elem(&gauge_trace, &key);
	if (!there) {
		first.count[place] = 1;
		bpf_map_update_elem(&gauge_trace, &key, &first, BPF_ANY);
	} else if (there->count[place] < 255) {
		there->count[place]++;
	}
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
	enum gauge_kind kind = kind_of((void *)(long)context->data, (void *)(long)context->data_end, TO_SERVER);
	struct gauge_row *out = row();

	if (out)
		out->seen[kind]++;
	return kind == GAUGE_JUNK ? XDP_DROP : XDP_PASS;
}

static __always_inline enum gauge_kind look(struct __sk_buff *skb, enum way way, enum gauge_place place)
{
	enum gauge_kind kind;

	if (skb->data_end - skb->data < 66)
		bpf_skb_pull_data(skb, skb->len < 66 ? skb->len : 66);
	kind = kind_of((void *)(long)skb->data, (void *)(long)skb->data_end, way);
	if (kind == GAUGE_QUERY)
		trace((void *)(long)skb->data, (void *)(long)skb->data_end, way, place);
	return kind;
}

SEC("tc")
int left(struct __sk_buff *skb)
{
	look(skb, TO_SERVER, GAUGE_LEFT);
	return TC_ACT_UNSPEC;
}

SEC("tc")
int reached(struct __sk_buff *skb)
{
	enum gauge_kind kind = look(skb, TO_SERVER, GAUGE_REACHED);
	struct gauge_row *out = row();

	if (out)
		out->reached[kind]++;
	return TC_ACT_UNSPEC;
}

SEC("tc")
int answered(struct __sk_buff *skb)
{
	look(skb, FROM_SERVER, GAUGE_ANSWERED);
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
