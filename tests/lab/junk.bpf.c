/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes junk for the bed, faster than user space can. BPF_PROG_TEST_RUN with live frames hands this program recycled pages with a template
 * in them; it writes each of them anew with its own source, port, id and name, waits for the frame's slot and returns XDP_TX, which sends it out of the
 * interface that the test run names: the frame enters the other end of the veth at once.
 *
 * It spins to its slot, because pacing by calls makes bursts (a call costs about 25 ms). A slot that has gone by for more than a
 * millisecond is left out, so that a pause of the machine is not followed by a burst. Where frames are so dense that reading the clock for
 * each would be a tenth of the core that also has to filter them, one slot is for a group of them.
 *
 * Sources are 198.18.0.0/16 and 2001:2::/48 (RFC 2544, RFC 5180: for benchmarks), written here and nowhere else.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "junk.h"

#define LATE_NS 1000000ull
#define SPINS 65536u

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct junk_plan);
} junk_plan SEC(".maps");

static __always_inline __u32 draw(struct junk_plan *plan)
{
	__u64 x = plan->state; /* xorshift64* (Vigna 2016): the same seed, the same junk */

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	plan->state = x;
	return (x * 2685821657736338717ull) >> 32;
}

static long spin(__u32 round, const __u64 *until_ns)
{
	return bpf_ktime_get_ns() >= *until_ns;
}

/* False once the time is over. */
static __always_inline int wait_for_slot(struct junk_plan *plan)
{
	__u64 now, until_ns;

	plan->sent++;
	if (plan->group_left) {
		plan->group_left--;
		return 1;
	}
	now = bpf_ktime_get_ns();
	if (!plan->first_ns)
		plan->first_ns = plan->next_ns = now;
	if (now >= plan->end_ns) {
		plan->sent--;
		return 0;
	}
	if (now > plan->next_ns + LATE_NS) {
		plan->skipped += (now - plan->next_ns) / plan->interval_ns;
		plan->next_ns = now;
	}
	until_ns = plan->next_ns;
	if (now < until_ns)
		bpf_loop(SPINS, spin, &until_ns, 0);
	plan->next_ns += plan->interval_ns * plan->group;
	plan->group_left = plan->group - 1;
	return 1;
}

/* Writes a word and adds it to the sum; words are summed as they lie (RFC 1071 section 2 (B)). */
static __always_inline void put(__u16 *at, __u16 word, __u32 *sum)
{
	*at = word;
	*sum += word;
}

static __always_inline __u16 fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static __always_inline __u8 letter(__u32 number)
{
	return 'a' + number % 26;
}

static __always_inline void random_label(struct junk_plan *plan, __u16 *at, __u32 *sum)
{
	__u32 r = draw(plan), s = draw(plan);

	put(at, JUNK_LABEL | letter(r) << 8, sum);
	put(at + 1, letter(r >> 5) | letter(r >> 10) << 8, sum);
	put(at + 2, letter(r >> 15) | letter(r >> 20) << 8, sum);
	put(at + 3, letter(s) | letter(s >> 5) << 8, sum);
	put(at + 4, letter(s >> 10) | letter(s >> 15) << 8, sum);
	put(at + 5, letter(s >> 20) | letter(s >> 25 ^ r >> 25) << 8, sum);
}

static __always_inline __u8 digit(__u32 number)
{
	return '0' + number % 10;
}

static __always_inline void numbered_label(struct junk_plan *plan, __u16 *at, __u32 *sum)
{
	__u32 n = plan->numbered ? draw(plan) % plan->numbered : 0;

	put(at, (JUNK_DIGITS + 1) | 'n' << 8, sum);
	put(at + 1, digit(n / 100000) | digit(n / 10000) << 8, sum);
	put(at + 2, digit(n / 1000) | digit(n / 100) << 8, sum);
	put(at + 3, digit(n / 10) | digit(n) << 8, sum);
}

static __always_inline void malform(struct junk_plan *plan, __u8 *message, __u32 *sum)
{
	__u32 way = draw(plan) % 5;

	put((__u16 *)(message + 4), bpf_htons(way == 0 ? 2 : 1), sum); /* two questions */
	put((__u16 *)(message + 6), bpf_htons(way == 1 ? 1 : 0), sum); /* a query with an answer */
	random_label(plan, (__u16 *)(message + 12), sum);
	if (way < 2)
		return;
	*sum -= *(__u16 *)(message + 12);
	if (way == 2)
		message[12] = 0x45; /* a label of a kind that does not exist */
	else if (way == 3)
		message[12] = 63; /* runs past the end */
	else
		*(__u16 *)(message + 12) = bpf_htons(0xc00c); /* points to itself */
	*sum += *(__u16 *)(message + 12);
}

/* message: where all that is written lies within the frame, as the caller has shown. */
static __always_inline __u32 write_message(struct junk_plan *plan, __u8 *message)
{
	__u32 sum = plan->udp_sum;

	put((__u16 *)message, draw(plan), &sum);
	if (plan->kind == JUNK_EXISTING)
		numbered_label(plan, (__u16 *)(message + 12), &sum);
	else if (plan->kind == JUNK_MALFORMED)
		malform(plan, message, &sum);
	else
		random_label(plan, (__u16 *)(message + 12), &sum);
	return sum;
}

/* Pages are used again, and what stands before the server may have turned one into its answer: all is written anew, but for the end of the question. */
static __always_inline void restore(const struct junk_plan *plan, __u8 *frame, const __u8 *end)
{
	_Pragma("clang loop unroll(full)") for (__u32 i = 0; i < JUNK_WORDS; i++)
	{
		if (frame + 8 * i + 8 > end)
			break;
		*(__u64 *)(frame + 8 * i) = plan->words[i];
	}
}

static __always_inline void write_port(struct junk_plan *plan, __u8 *message, __u32 *sum)
{
	put((__u16 *)(message - 8), plan->kind == JUNK_ANSWERS ? bpf_htons(53) : bpf_htons(1024 + draw(plan) % 60000), sum);
}

/* Not the addresses that the lab's client has inside the same prefix: what counts as junk stays exact. */
static __always_inline __u16 host_bytes(__u32 random)
{
	__u16 host = random;

	return host >> 8 == 1 ? host ^ 0x300 : host; /* the last byte of the address is the upper one here */
}

SEC("xdp")
int junk4(struct xdp_md *context)
{
	__u8 *frame = (void *)(long)context->data, *message = frame + JUNK_HEADERS_4;
	__u32 zero = 0, sum, header;
	struct junk_plan *plan = bpf_map_lookup_elem(&junk_plan, &zero);

	if (!plan || message + 24 > (__u8 *)(long)context->data_end || !wait_for_slot(plan))
		return XDP_DROP;
	restore(plan, frame, (void *)(long)context->data_end);
	sum = write_message(plan, message);
	header = plan->header_sum;
	put((__u16 *)(frame + 28), host_bytes(draw(plan)), &header); /* the lower half of the source */
	sum += *(__u16 *)(frame + 28);
	*(__u16 *)(frame + 24) = fold(header);
	write_port(plan, message, &sum);
	*(__u16 *)(message - 2) = fold(sum);
	return XDP_TX;
}

SEC("xdp")
int junk6(struct xdp_md *context)
{
	__u8 *frame = (void *)(long)context->data, *message = frame + JUNK_HEADERS_6;
	__u32 zero = 0, sum, r;
	struct junk_plan *plan = bpf_map_lookup_elem(&junk_plan, &zero);

	if (!plan || message + 24 > (__u8 *)(long)context->data_end || !wait_for_slot(plan))
		return XDP_DROP;
	restore(plan, frame, (void *)(long)context->data_end);
	sum = write_message(plan, message);
	r = draw(plan);
	put((__u16 *)(frame + 28), r, &sum); /* the /64 within 2001:2::/48, and the end of the address */
	put((__u16 *)(frame + 36), host_bytes(r >> 16), &sum);
	write_port(plan, message, &sum);
	*(__u16 *)(message - 2) = fold(sum);
	return XDP_TX;
}

char _license[] SEC("license") = "GPL";
