/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes the next random frame of some device and calls the guard on it: as driver.bpf.c does for the shield, and for the same reasons.
 * What the guard costs is the time of a run with it less that of a run without.
 *
 * A device is drawn out of all, then one of its flows (or a port never used before): with 10,000 devices the next frame's place, words, policy and
 * flow are nowhere near those of the last, as in a house they are not either, for other programs have used the cache meanwhile.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "guard_dial.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct guard_dial);
} guard_dial SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} guard_next SEC(".maps");

/* xorshift64 (Marsaglia 2003). */
static __always_inline __u64 draw(struct guard_dial *dial)
{
	__u64 x = dial->random;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	dial->random = x;
	return x;
}

/* 02:fb:xx:xx:xx:xx and 10.d.d.d to 203.0.113.f; IPv4, UDP to port 443 or TCP SYN to it. */
static __always_inline void fill(__u8 *frame, const struct guard_dial *dial, __u64 random)
{
	__u32 number = (__u32)((random & 0xffffffff) * dial->devices >> 32), flow = (__u32)(random >> 32) % GUARD_FLOWS;
	int opening = dial->kind == GUARD_FRAMES_OPENING;

	__builtin_memcpy(frame, "\x02\x00\x00\x00\x00\x01\x02\xfb", 8);
	*(__u32 *)(frame + 8) = guard_bench_mac(number);
	__builtin_memcpy(frame + 12, "\x08\x00\x45\x00\x00\x32\x00\x00\x00\x00\x40\x11\x00\x00\x0a", 15);
	frame[23] = opening ? 6 : 17;
	frame[27] = (__u8)(number >> 16);
	*(__u16 *)(frame + 28) = __builtin_bswap16((__u16)number);
	__builtin_memcpy(frame + 30, "\xcb\x00\x71", 3);
	frame[33] = (__u8)(1 + flow);
	*(__u16 *)(frame + 34) = opening ? (__u16)(random >> 40) | 0x04 : __builtin_bswap16((__u16)(20000 + flow));
	*(__u16 *)(frame + 36) = __builtin_bswap16(443);
	if (opening) {
		*(__u16 *)(frame + 38) = (__u16)random;
		*(__u16 *)(frame + 46) = __builtin_bswap16(0x5002); /* five words, SYN */
	} else {
		*(__u16 *)(frame + 38) = __builtin_bswap16(30);
	}
}

SEC("xdp")
int guard_driver(struct xdp_md *context)
{
	__u32 zero = 0;
	struct guard_dial *dial = bpf_map_lookup_elem(&guard_dial, &zero);
	__u8 frame[GUARD_FRAME_LEN] = {};

	if (!dial)
		return XDP_ABORTED;
	fill(frame, dial, draw(dial));
	if (bpf_xdp_store_bytes(context, 0, frame, sizeof(frame)))
		return XDP_ABORTED;
	__sync_fetch_and_add(&dial->runs, 1);
	bpf_tail_call(context, &guard_next, 0);
	return XDP_PASS;
}

SEC("xdp")
int guard_bare(struct xdp_md *context)
{
	(void)context;
	return XDP_PASS;
}

/* And of what goes to a device: what any filter at all costs there. */
SEC("tc")
int guard_bare_in(struct __sk_buff *context)
{
	(void)context;
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
