/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The guard in the kernel: an XDP program for what devices send, a tc program at egress for what reaches them. Both are glue: the maps
 * are declared here, all that is decided is decided in wire/guard.h. Sizes of one entry are the loader's to replace. The same programs
 * and maps serve all interfaces of the role.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "wire/guard_plain.h"

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

FW_ARRAY(guard_switch, 1, struct fw_guard_switch);
FW_ARRAY(guard_config, 2, struct fw_guard_config);
FW_ARRAY(guard_places, 1, struct fw_place_bucket);
FW_ARRAY(guard_devices, 1, struct fw_guard_device);
FW_PER_CPU(guard_counts, 1, struct fw_guard_count);
FW_ARRAY(guard_policies_a, 1, struct fw_guard_policy);
FW_ARRAY(guard_policies_b, 1, struct fw_guard_policy);
FW_ARRAY(guard_rules_a, 1, struct fw_rule);
FW_ARRAY(guard_rules_b, 1, struct fw_rule);
FW_ARRAY(guard_flows, 1, struct fw_flow_bucket);
FW_ARRAY(guard_members, 1, struct fw_member_bucket);
FW_ARRAY(guard_names, 1, struct fw_name_bucket);
FW_ARRAY(guard_bound, 1, struct fw_bound_row);
FW_PER_CPU(guard_totals, 1, struct fw_guard_totals);
FW_ARRAY(guard_words, FW_GUARD_WORD_COUNT, __u64);

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} guard_frames SEC(".maps");

/* One for each program: the one may interrupt the other. */
FW_PER_CPU(guard_desk_out, 1, struct fw_guard_desk);
FW_PER_CPU(guard_desk_in, 1, struct fw_guard_desk);
FW_PER_CPU(guard_kept_out, 1, struct fw_guard_kept_all);
FW_PER_CPU(guard_kept_in, 1, struct fw_guard_kept_all);

/*
 * The judge's clock is the monotonic one as of the last tick (1 to 10 ms ago), which costs a load; a bucket never gives too much by it
 * (see shield.bpf.c). A frame that goes up has the time as of now.
 */
#ifndef FW_GUARD_NOW
#define FW_GUARD_NOW() bpf_ktime_get_coarse_ns()
#define FW_GUARD_NOW_EXACT() bpf_ktime_get_ns()
#define FW_GUARD_TICK() bpf_jiffies64() /* one load; no more than a tick apart from that clock */
#define FW_GUARD_VLAN(context) ((context)->vlan_present ? (context)->vlan_tci & 0xfff : 0)
#endif

/* What of a frame must lie in a row to be read, and of one that holds a DNS message: the rest may stand in pages of its own. */
enum { GUARD_HEADERS = 256, GUARD_MESSAGE = 4200 };

/* The store of wire/guard_store.h. */
FW_GUARD_STORE void fw_guard_store_frame_out(struct fw_guard_store *store, struct fw_cursor *out_frame)
{
	const struct xdp_md *context = (const struct xdp_md *)store;

	*out_frame = fw_cursor_of((const uint8_t *)(long)context->data, (const uint8_t *)(long)context->data_end);
}

FW_GUARD_STORE void fw_guard_store_frame_in(struct fw_guard_store *store, struct fw_cursor *out_frame)
{
	const struct __sk_buff *context = (const struct __sk_buff *)store;

	*out_frame = fw_cursor_of((const uint8_t *)(long)context->data, (const uint8_t *)(long)context->data_end);
}

FW_GUARD_STORE uint64_t fw_guard_store_now(struct fw_guard_store *store)
{
	return FW_GUARD_NOW();
}

FW_GUARD_STORE const struct fw_place_bucket *fw_guard_store_place(struct fw_guard_store *store, uint32_t at)
{
	return bpf_map_lookup_elem(&guard_places, &at);
}

FW_GUARD_STORE struct fw_guard_device *fw_guard_store_device(struct fw_guard_store *store, uint32_t at)
{
	return bpf_map_lookup_elem(&guard_devices, &at);
}

FW_GUARD_STORE const struct fw_guard_policy *fw_guard_store_policy(struct fw_guard_store *store, uint32_t half, uint32_t at)
{
	return half ? bpf_map_lookup_elem(&guard_policies_b, &at) : bpf_map_lookup_elem(&guard_policies_a, &at);
}

FW_GUARD_STORE const struct fw_rule *fw_guard_store_rule(struct fw_guard_store *store, uint32_t half, uint32_t at)
{
	return half ? bpf_map_lookup_elem(&guard_rules_b, &at) : bpf_map_lookup_elem(&guard_rules_a, &at);
}

FW_GUARD_STORE struct fw_flow_bucket *fw_guard_store_flow(struct fw_guard_store *store, uint32_t at)
{
	return bpf_map_lookup_elem(&guard_flows, &at);
}

FW_GUARD_STORE struct fw_member_bucket *fw_guard_store_member(struct fw_guard_store *store, uint32_t at)
{
	return bpf_map_lookup_elem(&guard_members, &at);
}

FW_GUARD_STORE const struct fw_name_bucket *fw_guard_store_name(struct fw_guard_store *store, uint32_t at)
{
	return bpf_map_lookup_elem(&guard_names, &at);
}

FW_GUARD_STORE struct fw_bound_row *fw_guard_store_bound(struct fw_guard_store *store, uint32_t at)
{
	return bpf_map_lookup_elem(&guard_bound, &at);
}

FW_GUARD_STORE uint64_t *fw_guard_store_word(struct fw_guard_store *store, uint32_t at)
{
	return bpf_map_lookup_elem(&guard_words, &at);
}

FW_GUARD_STORE void fw_guard_store_walk(uint32_t steps, fw_guard_step step, void *context)
{
	bpf_loop(steps, step, context, 0);
}

/* So many bytes in a row, if the frame has them. */
FW_INLINE void guard_gather(struct __sk_buff *context, __u32 most)
{
	__u32 len = context->len < most ? context->len : most;

	if ((__u64)context->data_end - (__u64)context->data < len)
		bpf_skb_pull_data(context, len);
}

FW_GUARD_STORE void fw_guard_store_gather(struct fw_guard_store *store)
{
	guard_gather((struct __sk_buff *)store, GUARD_MESSAGE);
}

/* Of each frame that goes up: how much of it. At least one byte, for a length that the verifier believes. */
FW_INLINE uint32_t guard_kept(uint32_t len, uint32_t room)
{
	uint64_t kept = len;

	FW_PIN(kept);
	if (kept > room)
		kept = room;
	if (kept < 1)
		kept = 1;
	FW_PIN(kept);
	return (uint32_t)kept;
}

FW_INLINE void guard_fill(struct fw_guard_frame *to, const struct fw_guard_frame *head, uint32_t kept, uint32_t interface)
{
	*to = *head;
	to->kept_len = kept;
	to->interface = interface;
	to->time_ns = FW_GUARD_NOW_EXACT();
}

FW_INLINE bool guard_send_out(struct xdp_md *context, const struct fw_guard_frame *head, const uint32_t room)
{
	struct fw_guard_frame *frame = bpf_ringbuf_reserve(&guard_frames, sizeof(*frame) + room, 0);
	uint32_t kept = guard_kept(head->frame_len, room);

	if (!frame)
		return false;
	guard_fill(frame, head, kept, context->ingress_ifindex);
	if (kept <= room && bpf_xdp_load_bytes(context, 0, frame + 1, kept))
		frame->kept_len = 0;
	bpf_ringbuf_submit(frame, 0);
	return true;
}

FW_INLINE bool guard_send_in(struct __sk_buff *context, const struct fw_guard_frame *head, const uint32_t room)
{
	struct fw_guard_frame *frame = bpf_ringbuf_reserve(&guard_frames, sizeof(*frame) + room, 0);
	uint32_t kept = guard_kept(head->frame_len, room);

	if (!frame)
		return false;
	guard_fill(frame, head, kept, context->ifindex);
	if (kept <= room && bpf_skb_load_bytes(context, 0, frame + 1, kept))
		frame->kept_len = 0;
	bpf_ringbuf_submit(frame, 0);
	return true;
}

FW_GUARD_STORE bool fw_guard_store_send_out(struct fw_guard_store *store, const struct fw_guard_frame *head)
{
	if (head->room)
		return guard_send_out((struct xdp_md *)store, head, FW_FRAME_LONG);
	return guard_send_out((struct xdp_md *)store, head, FW_FRAME_SHORT);
}

FW_GUARD_STORE bool fw_guard_store_send_in(struct fw_guard_store *store, const struct fw_guard_frame *head)
{
	if (head->room)
		return guard_send_in((struct __sk_buff *)store, head, FW_FRAME_LONG);
	return guard_send_in((struct __sk_buff *)store, head, FW_FRAME_SHORT);
}

/* NULL where the maps are of another version. */
FW_INLINE const struct fw_guard_switch *guard_switched(void)
{
	__u32 zero = 0;
	const struct fw_guard_switch *at = bpf_map_lookup_elem(&guard_switch, &zero);

	return at && at->layout == FW_GUARD_LAYOUT ? at : NULL;
}

FW_INLINE __u32 guard_number(const struct fw_guard_switch *at)
{
	return *(const volatile __u32 *)&at->config;
}

FW_INLINE const struct fw_guard_config *guard_configured(__u32 number)
{
	__u32 which = number & 1;

	return bpf_map_lookup_elem(&guard_config, &which);
}

/* The case is then without its device and desk. */
FW_INLINE bool guard_begin(struct fw_guard_case *c, __u32 number)
{
	__u32 zero = 0;

	c->config = guard_configured(number);
	c->totals = bpf_map_lookup_elem(&guard_totals, &zero);
	return c->config && c->totals;
}

/* The device and what is counted of it, by its place. */
FW_INLINE bool guard_sit(struct fw_guard_case *c, __u32 place)
{
	c->device = bpf_map_lookup_elem(&guard_devices, &place);
	c->count = bpf_map_lookup_elem(&guard_counts, &place);
	return c->device && c->count;
}

/* What the long way begins with; the place is found already. */
FW_INLINE bool guard_note(struct fw_guard_case *c, struct fw_guard_desk *desk, __u32 place, __u32 frame_len)
{
	if (!desk || !guard_sit(c, place))
		return false;
	c->desk = desk;
	c->notes = &desk->notes;
	c->packet = &desk->packet;
	__builtin_memset(c->notes, 0, sizeof(*c->notes));
	c->notes->place = place;
	c->notes->frame_len = frame_len;
	c->notes->packets = 1;
	return true;
}

FW_INLINE struct fw_cursor guard_frame_of(__u32 data, __u32 data_end)
{
	return fw_cursor_of((const uint8_t *)(long)data, (const uint8_t *)(long)data_end);
}

/* Pinned, so that the verifier sees a difference of whole pointers. */
FW_INLINE __u32 guard_len_out(const struct xdp_md *context)
{
	__u64 len = (__u64)context->data_end - (__u64)context->data;

	FW_PIN(len);
	return (__u32)len;
}

FW_INLINE __u32 guard_packets_in(const struct __sk_buff *context)
{
	return context->gso_segs ? context->gso_segs : 1;
}

FW_INLINE bool guard_is_four(const struct fw_cursor *frame)
{
	return frame->begin + 14 <= frame->end && frame->begin[12] == FW_ETHER_IPV4 >> 8;
}

/* In guard_kept_out or guard_kept_in; NULL where the frame is too short. */
FW_INLINE struct fw_guard_kept *guard_kept_at(void *map, const struct fw_cursor *frame, const bool four)
{
	struct fw_guard_kept_all *all;
	struct fw_guard_kept *kept;
	__u32 zero = 0;

	if (frame->begin + fw_guard_plain_least(four) > frame->end)
		return NULL;
	all = bpf_map_lookup_elem(map, &zero);
	if (!all)
		return NULL;
	kept = &all->at[fw_guard_plain_at(frame->begin, four)];
	FW_PIN(kept);
	return kept;
}

/* In the same tick, and by the same number of the switch, it needs no device, only where it is counted. */
FW_INLINE bool guard_again(struct fw_guard_case *c, const struct fw_guard_kept *kept)
{
	__u32 zero = 0, place = kept->place, bucket_at = kept->bucket / FW_FLOW_SLOTS, reason = kept->reason;
	const struct fw_guard_switch *at = bpf_map_lookup_elem(&guard_switch, &zero);
	struct fw_flow_bucket *bucket;

	FW_PIN(reason);
	if (kept->tick != FW_GUARD_TICK() || !at || kept->number != guard_number(at) || reason >= FW_REASON_COUNT)
		return false;
	bucket = bpf_map_lookup_elem(&guard_flows, &bucket_at);
	c->count = bpf_map_lookup_elem(&guard_counts, &place);
	c->totals = bpf_map_lookup_elem(&guard_totals, &zero);
	c->notes->reason = reason;
	return bucket && c->count && c->totals && fw_guard_plain_again(c, kept, bucket);
}

/* What nearly every segment of a transfer meets: nothing before it, and no more than it takes. */
FW_INLINE bool guard_again_out(struct xdp_md *context, const bool four)
{
	struct fw_cursor frame = guard_frame_of(context->data, context->data_end);
	const struct fw_guard_kept *kept = guard_kept_at(&guard_kept_out, &frame, four);
	struct fw_guard_notes notes = {.way = FW_GUARD_OUT};
	struct fw_guard_case c = {.notes = &notes};

	if (!kept || !fw_guard_plain_holds(&frame, four, kept) || !guard_again(&c, kept))
		return false;
	notes.packets = 1;
	notes.frame_len = guard_len_out(context);
	fw_guard_plain_say(&c);
	return true;
}

FW_INLINE bool guard_again_in(struct __sk_buff *context, const bool four)
{
	struct fw_cursor frame = guard_frame_of(context->data, context->data_end);
	const struct fw_guard_kept *kept = guard_kept_at(&guard_kept_in, &frame, four);
	struct fw_guard_notes notes = {.way = FW_GUARD_IN};
	struct fw_guard_case c = {.notes = &notes};

	if (!kept || !fw_guard_plain_holds(&frame, four, kept) || !guard_again(&c, kept))
		return false;
	notes.packets = guard_packets_in(context);
	notes.frame_len = context->len;
	fw_guard_plain_say(&c);
	return true;
}

/* NULL: no such segment. Whether what is kept there holds of it, but for the number of the switch. */
FW_INLINE struct fw_guard_kept *guard_kept_of(void *map, const struct fw_cursor *frame, const bool four, bool *out_holds)
{
	struct fw_guard_kept *kept;

	if (frame->begin + fw_guard_plain_least(four) > frame->end || !fw_guard_plain_headers(frame, four))
		return NULL;
	kept = guard_kept_at(map, frame, four);
	*out_holds = kept && fw_guard_plain_holds(frame, four, kept);
	return kept;
}

FW_INLINE bool guard_keep(struct fw_cursor frame, const bool four, __u32 number, enum fw_guard_way way, struct fw_guard_kept *kept)
{
	struct fw_guard_notes notes = {.way = way};
	struct fw_packet packet = {.zero = 0};
	struct fw_guard_case c = {.config = guard_configured(number), .notes = &notes, .packet = &packet};

	if (!c.config || frame.begin + fw_guard_plain_least(four) > frame.end)
		return false;
	return fw_guard_plain_keep(&c, number, frame.begin, four, kept);
}

/* By this number, with what is kept. */
FW_INLINE bool guard_plain(struct fw_guard_notes *notes, __u32 number, struct fw_guard_kept *kept, __u64 tick)
{
	struct fw_guard_case c = {.notes = notes};

	notes->place = kept->place;
	return guard_begin(&c, number) && guard_sit(&c, kept->place) && fw_guard_plain(&c, kept, tick);
}

/*
 * Functions of their own, but for what is done for each segment of a transfer: so that this is a few lines of the cache, and for their stack.
 * Those that judge are global, which makes the verifier read them once.
 */
static __attribute__((noinline)) int guard_keep_out(struct xdp_md *context, __u32 number, struct fw_guard_kept *kept)
{
	struct fw_cursor frame = guard_frame_of(context->data, context->data_end);

	return guard_is_four(&frame) ? guard_keep(frame, true, number, FW_GUARD_OUT, kept)
				     : guard_keep(frame, false, number, FW_GUARD_OUT, kept);
}

static __attribute__((noinline)) int guard_plain_out(struct xdp_md *context, struct fw_guard_kept *kept, bool holds, __u64 tick)
{
	struct fw_guard_notes notes = {.frame_len = guard_len_out(context), .packets = 1, .way = FW_GUARD_OUT};
	const struct fw_guard_switch *at = guard_switched();
	__u32 number = at ? guard_number(at) : 0;

	if (!at || ((!holds || kept->number != number) && !guard_keep_out(context, number, kept)))
		return false;
	return guard_plain(&notes, number, kept, tick);
}

static __attribute__((noinline)) int guard_keep_in(struct __sk_buff *context, __u32 number, struct fw_guard_kept *kept)
{
	struct fw_cursor frame = guard_frame_of(context->data, context->data_end);

	return guard_is_four(&frame) ? guard_keep(frame, true, number, FW_GUARD_IN, kept)
				     : guard_keep(frame, false, number, FW_GUARD_IN, kept);
}

static __attribute__((noinline)) int guard_plain_in(struct __sk_buff *context, struct fw_guard_kept *kept, bool holds, __u64 tick)
{
	struct fw_guard_notes notes = {.frame_len = context->len, .packets = guard_packets_in(context), .way = FW_GUARD_IN};
	const struct fw_guard_switch *at = guard_switched();
	__u32 number = at ? guard_number(at) : 0;

	if (!at || ((!holds || kept->number != number) && !guard_keep_in(context, number, kept)))
		return false;
	return guard_plain(&notes, number, kept, tick);
}

__attribute__((noinline)) int guard_judge_out(struct xdp_md *context)
{
	struct fw_guard_case c = {.store = (struct fw_guard_store *)context};
	const struct fw_guard_switch *at = guard_switched();
	__u32 frame_len = guard_len_out(context), zero = 0;
	struct fw_cursor frame;

	if (!at || !guard_begin(&c, guard_number(at)))
		return XDP_PASS;
	fw_guard_store_frame_out(c.store, &frame);
	if (!guard_note(&c, bpf_map_lookup_elem(&guard_desk_out, &zero), fw_guard_seat(&c, frame, FW_GUARD_OUT), frame_len))
		return XDP_PASS;
	fw_guard_out(&c);
	FW_FORGET();
	return c.notes->outcome == FW_GUARD_DROPPED ? XDP_DROP : XDP_PASS;
}

__attribute__((noinline)) int guard_judge_in(struct __sk_buff *context)
{
	struct fw_guard_case c = {.store = (struct fw_guard_store *)context};
	const struct fw_guard_switch *at = guard_switched();
	__u32 zero = 0;
	struct fw_cursor frame;

	if (!at || !guard_begin(&c, guard_number(at)))
		return TC_ACT_UNSPEC;
	fw_guard_store_frame_in(c.store, &frame);
	if (!guard_note(&c, bpf_map_lookup_elem(&guard_desk_in, &zero), fw_guard_seat(&c, frame, FW_GUARD_IN), context->len))
		return TC_ACT_UNSPEC;
	c.notes->packets = guard_packets_in(context);
	c.notes->vlan = FW_GUARD_VLAN(context);
	guard_gather(context, GUARD_HEADERS);
	fw_guard_in(&c);
	FW_FORGET();
	return c.notes->outcome == FW_GUARD_DROPPED ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

/* What is not like the last one. Beside the judge, not before it: their stacks are not added up. */
static __attribute__((noinline)) int guard_short_out(struct xdp_md *context)
{
	struct fw_cursor frame = guard_frame_of(context->data, context->data_end);
	bool four = guard_is_four(&frame), holds = false;
	__u64 tick = FW_GUARD_TICK();
	struct fw_guard_kept *kept;

	if (!four && guard_again_out(context, false))
		return true;
	kept = four ? guard_kept_of(&guard_kept_out, &frame, true, &holds) : guard_kept_of(&guard_kept_out, &frame, false, &holds);
	return kept && guard_plain_out(context, kept, holds, tick);
}

static __attribute__((noinline)) int guard_short_in(struct __sk_buff *context)
{
	struct fw_cursor frame = guard_frame_of(context->data, context->data_end);
	bool four = guard_is_four(&frame), holds = false;
	__u64 tick = FW_GUARD_TICK();
	struct fw_guard_kept *kept;

	if (!four && guard_again_in(context, false))
		return true;
	kept = four ? guard_kept_of(&guard_kept_in, &frame, true, &holds) : guard_kept_of(&guard_kept_in, &frame, false, &holds);
	return kept && guard_plain_in(context, kept, holds, tick);
}

SEC("xdp")
int guard_out(struct xdp_md *context)
{
	return guard_again_out(context, true) || guard_short_out(context) ? XDP_PASS : guard_judge_out(context);
}

/* After UNSPEC other programs of the interface go on. */
SEC("tc")
int guard_in(struct __sk_buff *context)
{
	return guard_again_in(context, true) || guard_short_in(context) ? TC_ACT_UNSPEC : guard_judge_in(context);
}

char _license[] SEC("license") = "Dual BSD/GPL";
