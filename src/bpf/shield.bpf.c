/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The shield in the kernel: an XDP program for what arrives at a DNS server, a tc program for what leaves it. Both are glue: the
 * maps are declared here, all that is decided is decided in wire/shield.h. Sizes of one entry are the loader's to replace.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "wire/shield_out.h"
#include "wire/shield_plain.h"

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
FW_ARRAY(shield_words, 1, struct fw_shield_words);
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

enum shield_early { SHIELD_EARLY_NOT, SHIELD_EARLY_BLOCKED, SHIELD_EARLY_PLAIN };

/* What is too large for the stack: 512 bytes. */
struct shield_scratch {
	struct fw_shield_notes notes;
	struct fw_packet packet;
	struct fw_dns_question question;
	struct fw_tick tick;
	uint64_t early; /* enum shield_early: how the last frame was judged */
};
FW_PER_CPU(shield_scratch, 1, struct shield_scratch);
FW_PER_CPU(shield_scratch_out, 1, struct shield_scratch);

/*
 * The monotonic clock as of the last tick (1 to 10 ms ago). Reading it as of now costs more than all of xdp-filter (50 ns against 5
 * on the machine that this was measured on): the time stamp counter waits for all that is under way. A bucket loses nothing by it
 * whose burst is worth more than a tick, and never gives too much: time only goes forward, later.
 */
#ifndef FW_SHIELD_NOW
#define FW_SHIELD_NOW() bpf_ktime_get_coarse_ns()
#define FW_SHIELD_TICK() bpf_jiffies64() /* one load; changes when that clock does */
#endif

/* The store of wire/shield_store.h. */
FW_STORE void fw_store_frame_in(struct fw_store *store, struct fw_cursor *out_frame)
{
	const struct xdp_md *context = (const struct xdp_md *)store;

	*out_frame = fw_cursor_of((const uint8_t *)(long)context->data, (const uint8_t *)(long)context->data_end);
}

FW_STORE void fw_store_frame_out(struct fw_store *store, struct fw_cursor *out_frame)
{
	const struct __sk_buff *context = (const struct __sk_buff *)store;

	*out_frame = fw_cursor_of((const uint8_t *)(long)context->data, (const uint8_t *)(long)context->data_end);
}

FW_STORE uint64_t fw_store_now(struct fw_store *store)
{
	return FW_SHIELD_NOW();
}

FW_STORE const struct fw_names_bucket *fw_store_names(struct fw_store *store, uint32_t half, uint32_t place)
{
	const struct fw_names_bucket *line;

	if (!half)
		return bpf_map_lookup_elem(&shield_names_a, &place);
	/* clang must not make one call of the two: of a map that is not known until it runs, the kernel makes a real call, by a pointer */
	line = bpf_map_lookup_elem(&shield_names_b, &place);
	FW_PIN(line);
	return line;
}

FW_STORE struct fw_zone *fw_store_zone(struct fw_store *store, uint32_t place)
{
	return bpf_map_lookup_elem(&shield_zones, &place);
}

FW_STORE struct fw_zone_count *fw_store_zone_count(struct fw_store *store, uint32_t place)
{
	return bpf_map_lookup_elem(&shield_zone_counts, &place);
}

FW_STORE uint64_t *fw_store_cell(struct fw_store *store, uint32_t place)
{
	return bpf_map_lookup_elem(&shield_cells, &place);
}

FW_STORE struct fw_shield_words *fw_store_words(struct fw_store *store)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&shield_words, &zero);
}

FW_STORE struct fw_seen_bucket *fw_store_proven(struct fw_store *store, uint32_t place)
{
	return bpf_map_lookup_elem(&shield_proven, &place);
}

FW_STORE struct fw_seen_bucket *fw_store_asked(struct fw_store *store, uint32_t place)
{
	return bpf_map_lookup_elem(&shield_asked, &place);
}

FW_STORE const struct fw_digest_bucket *fw_store_blocked(struct fw_store *store, uint32_t place)
{
	return bpf_map_lookup_elem(&shield_blocked, &place);
}

FW_STORE const struct fw_protected_bucket *fw_store_protected(struct fw_store *store, uint32_t place)
{
	return bpf_map_lookup_elem(&shield_protected, &place);
}

FW_STORE enum fw_prefix_says fw_store_prefix(struct fw_store *store, const struct fw_packet *packet)
{
	struct fw_prefix_key key = {.bits = 128};
	const __u32 *says;

	__builtin_memcpy(key.address, packet->src, sizeof(key.address));
	says = bpf_map_lookup_elem(&shield_prefixes, &key);
	return says ? *says : 0;
}

FW_STORE struct fw_shield_sample *fw_store_sample(struct fw_store *store)
{
	return bpf_ringbuf_reserve(&shield_samples, sizeof(struct fw_shield_sample), 0);
}

FW_STORE void fw_store_submit(struct fw_store *store, struct fw_shield_sample *sample)
{
	bpf_ringbuf_submit(sample, 0);
}

/* False where a map is missing or no configuration holds yet. */
FW_INLINE bool shield_begin(struct fw_shield_case *c, struct shield_scratch *scratch, __u32 frame_len)
{
	__u32 zero = 0, which;
	const struct fw_shield_switch *at = bpf_map_lookup_elem(&shield_switch, &zero);

	if (!at || !scratch || at->layout != FW_SHIELD_LAYOUT)
		return false;
	which = at->config & 1;
	c->config = bpf_map_lookup_elem(&shield_config, &which);
	c->counts = bpf_map_lookup_elem(&shield_counts, &zero);
	c->packet = &scratch->packet;
	c->question = &scratch->question;
	c->notes = &scratch->notes;
	c->notes->frame_len = frame_len;
	return c->config && c->counts;
}

FW_INLINE void shield_clear(struct fw_shield_case *c)
{
	uint32_t frame_len = c->notes->frame_len;

	__builtin_memset(c->notes, 0, sizeof(*c->notes));
	c->notes->frame_len = frame_len;
}

/*
 * Blocked sources once more, and first. A flood from a list of sources should cost no more than a filter that can do nothing else
 * takes for it, so what nearly all frames are, Ethernet II with IPv4 or IPv6 right behind it, is known by three fields at fixed places,
 * and neither the rest of the frame is read nor the clock. Everything else, whoever is not blocked, and whoever might be
 * sampled goes the long way, which comes to the same (the twin test compares this with the long way of the host): there is no
 * verdict of its own here.
 */
FW_INLINE bool shield_ends(const struct xdp_md *context, struct fw_address *out_source, uint8_t out_target[16])
{
	const uint8_t *p = (const uint8_t *)(long)context->data, *end = (const uint8_t *)(long)context->data_end;
	uint64_t target[2] = {0, 0xffff0000};
	uint32_t address;

	if (p + 34 > end)
		return false;
	if (fw_be16(p + 12) == FW_ETHER_IPV4 && p[14] >= 0x45 && p[14] <= 0x4f) {
		fw_move(&address, p + 30, 4);
		target[1] |= (uint64_t)address << 32;
		fw_move(out_target, target, 16);
		*out_source = (struct fw_address){.high = 0, .low = 0xffff00000000ull | fw_be32(p + 26)};
		return true;
	}
	if (fw_be16(p + 12) != FW_ETHER_IPV6 || p + 54 > end || p[14] >> 4 != 6)
		return false;
	fw_move(out_target, p + 38, 16);
	*out_source = fw_address_of(p + 22);
	return true;
}

FW_INLINE bool shield_blocks(const struct xdp_md *context, struct fw_shield_case *c, struct shield_scratch *scratch)
{
	struct fw_address source;
	uint8_t target[16];
	uint64_t digest;

	if (!c->config->blocked || c->config->mode[FW_FILTER_BLOCK] != FW_MODE_ENFORCE)
		return false;
	if (!shield_ends(context, &source, target) || !fw_shield_protects(c, target))
		return false;
	digest = fw_shield_digest(c->config->address_key, &source);
	if (!fw_shield_in_digests(fw_store_blocked(c->store, (uint32_t)digest & c->config->blocked_mask), digest) &&
		!fw_shield_in_digests(fw_store_blocked(c->store, (uint32_t)(digest >> 32) & c->config->blocked_mask), digest))
		return false;
	fw_tick_begin(c, &scratch->tick, FW_SHIELD_TICK());
	if (fw_tick_has(c, &scratch->tick, FW_WORD_SAMPLE))
		return false;
	fw_shield_tally(c, FW_OUTCOME_DROPPED, FW_REASON_BLOCKED);
	scratch->early = SHIELD_EARLY_BLOCKED;
	return true;
}

/*
 * The short way, as a function of its own: whatever the verifier has learned on each of the ways through it is forgotten at its end, so that
 * it reads the long way once and not once for each of them.
 */
static __attribute__((noinline)) int shield_short(
	struct xdp_md *context, const struct fw_shield_config *config, struct fw_shield_counts *counts, struct shield_scratch *scratch)
{
	struct fw_shield_case c = {.store = (struct fw_store *)context,
		.config = config,
		.counts = counts,
		.packet = &scratch->packet,
		.question = &scratch->question,
		.notes = &scratch->notes};

	fw_tick_begin(&c, &scratch->tick, FW_SHIELD_TICK());
	return fw_shield_plain(&c, &scratch->tick);
}

SEC("xdp")
int shield(struct xdp_md *context)
{
	struct fw_shield_case c = {.store = (struct fw_store *)context};
	__u64 frame_len = (__u64)context->data_end - (__u64)context->data;
	__u32 zero = 0;
	struct shield_scratch *scratch = bpf_map_lookup_elem(&shield_scratch, &zero);
	int end;

	FW_PIN(frame_len);
	if (!shield_begin(&c, scratch, (__u32)frame_len))
		return XDP_PASS;
	if (shield_blocks(context, &c, scratch))
		return XDP_DROP;
	end = shield_short(context, c.config, c.counts, scratch);
	FW_FORGET();
	scratch->early = end == FW_PLAIN_DONE ? SHIELD_EARLY_PLAIN : SHIELD_EARLY_NOT;
	if (end == FW_PLAIN_DONE)
		return c.notes->outcome == FW_OUTCOME_PASSED ? XDP_PASS : XDP_DROP;
	if (end == FW_PLAIN_HANDED) {
		c.notes->reason = fw_plain_weigh(&c);
		fw_shield_end(&c);
	} else {
		shield_clear(&c);
		fw_shield_arrive(&c);
	}
	FW_FORGET();
	if (c.notes->outcome == FW_OUTCOME_PASSED)
		return XDP_PASS;
	if (c.notes->outcome != FW_OUTCOME_TRUNCATED || bpf_xdp_adjust_tail(context, (int)c.notes->reply_len - (int)frame_len))
		return XDP_DROP;
	return XDP_TX;
}

/* After UNSPEC other programs of the interface go on. */
SEC("tc")
int shield_egress(struct __sk_buff *context)
{
	struct fw_shield_case c = {.store = (struct fw_store *)context};
	__u32 zero = 0;

	if (shield_begin(&c, bpf_map_lookup_elem(&shield_scratch_out, &zero), context->len)) {
		shield_clear(&c);
		fw_shield_leave(&c);
	}
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
