/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver of the bench: an XDP program that makes the next random frame where the last one was, and calls the program under
 * test on it.
 *
 * Why so. BPF_PROG_TEST_RUN runs a program many times on one frame: the branches and cache lines of that one frame are then known
 * by heart, and every table looks as fast as an array of one (12 ns where random keys cost 25 to 400). One system call a frame
 * would be honest in that, but the call costs a microsecond with a spread of more than what is to be measured. freplace, with
 * which a driver could call, is refused by some kernels. A tail call is not: it jumps, at a fixed place of a PROG_ARRAY patched
 * into a direct jump, and the program under test returns to the test run. So one test run is some 100,000 different frames.
 *
 *	test run --> driver: draw, copy, patch, barrier --> program under test --> XDP_DROP / PASS / TX
 *	                             `--- no program: returns by itself: the cost of the driver alone
 *
 * What a program costs is the time of a run with it, less that of a run of the driver alone, in turn in the same process: the jump
 * and the program's entry count as the program's. Bare programs that return at once show what that is (1 to 4 ns).
 *
 * How random. A shape is drawn out of 4,096 (lengths, depth of the name, letters, capitals, EDNS and cookie differ), the source out of
 * all sources, the number of the name, of which eight letters are made, out of all names: at a million names and ten million
 * sources no pair comes twice, so neither branch predictor nor caches know what comes.
 *
 * What is not as in life, for all programs alike: the frame lies in the first-level cache (a card leaves it in the last level), as
 * the locked addition before the call waits until all of it is written; the UDP checksum is not that of the patched frame, which no
 * program here looks at; a program that shortens the frame (TC=1) makes the driver's next bpf_xdp_adjust_tail() a little longer,
 * which is counted as the program's.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "driver.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, BENCH_SHAPES);
	__type(key, __u32);
	__type(value, struct bench_shape);
} bench_shapes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bench_dial);
} bench_dial SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} bench_next SEC(".maps");

/* xorshift64 (Marsaglia 2003). */
static __always_inline __u64 draw(struct bench_dial *dial)
{
	__u64 x = dial->random;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	dial->random = x;
	return x;
}

static __always_inline void patch(struct xdp_md *context, const struct bench_shape *shape, __u32 source, __u32 name)
{
	__u8 *frame = (__u8 *)(long)context->data, *end = (__u8 *)(long)context->data_end;
	__u32 source_off = shape->source_off & 0xff, letters_off = shape->letters_off & 0xff, checksum_off = shape->checksum_off & 0xff;
	__u32 sum = shape->checksum + (source >> 16) + (source & 0xffff);

	if (frame + source_off + 4 <= end)
		*(__u32 *)(frame + source_off) = __builtin_bswap32(source);
	if (letters_off && frame + letters_off + 8 <= end)
		*(__u64 *)(frame + letters_off) = bench_letters(name) & ~shape->capitals;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	if (checksum_off && frame + checksum_off + 2 <= end)
		*(__u16 *)(frame + checksum_off) = __builtin_bswap16((__u16)~sum);
}

static __always_inline int make(struct xdp_md *context, struct bench_dial *dial)
{
	__u64 random = draw(dial);
	__u32 name = dial->name_first + (__u32)((random & 0xffffffff) * dial->name_count >> 32);
	__u32 source = bench_source(dial->source_base, (__u32)((random >> 32) * dial->source_count >> 32));
	__u32 place = name % BENCH_SHAPES;
	const struct bench_shape *shape = bpf_map_lookup_elem(&bench_shapes, &place);
	__u32 len;
	int longer;

	if (!shape)
		return -1;
	len = shape->frame_len;
	if (len < 14 || len > BENCH_FRAME_MAX)
		return -1;
	longer = (int)len - (int)(context->data_end - context->data);
	if (longer && bpf_xdp_adjust_tail(context, longer))
		return -1;
	if (bpf_xdp_store_bytes(context, 0, (void *)shape->frame, len))
		return -1;
	patch(context, shape, source, name);
	return 0;
}

SEC("xdp")
int bench_driver(struct xdp_md *context)
{
	__u32 zero = 0;
	struct bench_dial *dial = bpf_map_lookup_elem(&bench_dial, &zero);

	if (!dial || make(context, dial))
		return XDP_ABORTED;
	__sync_fetch_and_add(&dial->runs, 1);
	bpf_tail_call(context, &bench_next, 0);
	return dial->verdict;
}

SEC("xdp")
int bare_drop(struct xdp_md *context)
{
	(void)context;
	return XDP_DROP;
}

SEC("xdp")
int bare_pass(struct xdp_md *context)
{
	(void)context;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
