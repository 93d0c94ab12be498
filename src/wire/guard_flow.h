/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The conversations of a device: who opened each, when the other end sent last, whether the device's policy was asked. Part of
 * guard.h; the layout of a flow is in guard_state.h.
 *
 * Each device has a row of buckets of its own, so that what one does in it costs nobody else anything. In a full bucket the one
 * that was idle longest makes room, those where only one side ever spoke first: a scan pushes out itself.
 *
 *	fragments    the first one tells ports; it leaves a flow of (protocol, remote address) for the later ones, which tell none
 *	DNS          the identifier is in the tag: an answer to another question belongs to no flow
 *
 * Two CPUs may note in one bucket at once: a slot is taken over by compare-and-swap, through a state that is nobody's.
 */
#pragma once

#include "wire/guard_case.h"

#define FW_FLOW_MARK 0x100u /* of a flow of later fragments: no protocol has it */
#define FW_FLOW_CLAIMED 1u /* a state without packets: being written */
#define FW_FLOW_SIDED 0x1000000u /* a flow that one side alone uses counts as idler than any other */

FW_INLINE uint32_t fw_flow_flags(uint64_t state)
{
	return (uint32_t)(state >> 24) & 0xff;
}

FW_INLINE uint32_t fw_flow_packets(uint64_t state)
{
	return (uint32_t)(state >> 16) & 0xff;
}

FW_INLINE uint32_t fw_flow_run(uint64_t state)
{
	return (uint32_t)(state >> 8) & 0xff;
}

FW_INLINE uint32_t fw_flow_generation(uint64_t state)
{
	return (uint32_t)(state >> 32) & 0xff;
}

/* Ticks since anybody sent. Times come round; what seems to lie ahead was written by a CPU whose clock had just moved on. */
FW_INLINE uint32_t fw_flow_idle(uint64_t state, uint64_t now_ns)
{
	uint32_t idle = (uint32_t)(fw_guard_tick(now_ns) - (state >> 40)) & 0xffffff;

	return idle < FW_LIMIT(0xf00000u) ? idle : 0;
}

/* Whether the peer sent something lately, if nothing more was sent since. */
FW_INLINE bool fw_flow_heard(uint64_t state, uint64_t now_ns, uint64_t answered_ns)
{
	uint32_t age = (uint32_t)((now_ns >> FW_LIMIT(30)) - state) & 0xff;

	if (!(fw_flow_flags(state) & FW_FLOW_HEARD) || fw_flow_idle(state, now_ns) > FW_LIMIT(fw_guard_tick(answered_ns)))
		return false;
	return age <= FW_LIMIT(answered_ns >> FW_LIMIT(30)) || age >= FW_LIMIT(0xf0u);
}

FW_INLINE bool fw_flow_is_over(const struct fw_guard_case *c, uint64_t state)
{
	uint64_t idle_ns = c->packet->proto == FW_LIMIT(FW_IP_TCP) ? c->config->flow_tcp_ns : c->config->flow_other_ns;

	return fw_flow_idle(state, c->notes->now_ns) > FW_LIMIT(fw_guard_tick(idle_ns));
}

/* what: the protocol, FW_FLOW_MARK, the identifier of a DNS message from bit 16 on. */
FW_INLINE uint64_t fw_flow_tag(const struct fw_guard_config *config, const struct fw_guard_address *remote, uint32_t ports, uint32_t what)
{
	uint64_t tag = fw_guard_hash(config->key, remote, ports, what);

	return tag ? tag : 1;
}

FW_INLINE uint64_t fw_flow_tag_of_fragments(const struct fw_guard_case *c)
{
	return fw_flow_tag(c->config, &c->notes->remote, 0, FW_LIMIT(FW_FLOW_MARK) | c->packet->proto);
}

FW_INLINE uint32_t fw_flow_place_of(const struct fw_guard_case *c, uint64_t tag)
{
	uint32_t mask = c->config->flow_buckets_mask;

	return c->notes->place * (mask + 1) + ((uint32_t)tag & mask);
}

FW_INLINE struct fw_flow_bucket *fw_flow_bucket_of(struct fw_guard_case *c, uint64_t tag)
{
	return fw_guard_store_flow(c->store, fw_flow_place_of(c, tag));
}

/* The state of a flow of this device, 0 if it is not known or over. */
FW_INLINE uint64_t fw_flow_find(struct fw_guard_case *c, uint64_t tag)
{
	const struct fw_flow_bucket *bucket = fw_flow_bucket_of(c, tag);

	if (!bucket)
		return 0;
	FW_UNROLL
	for (uint32_t i = 0; i < FW_FLOW_SLOTS; i++) {
		uint64_t state = *(const volatile uint64_t *)&bucket->slot[i].state;

		if (bucket->slot[i].tag == tag && fw_flow_packets(state))
			return fw_flow_is_over(c, state) ? 0 : state;
	}
	return 0;
}

/* Into the notes: the flow of this frame, and for an ICMP error the one that it is about. */
FW_INLINE int fw_flow_look_here(struct fw_guard_case *c)
{
	struct fw_guard_notes *notes = c->notes;
	uint32_t ports = (uint32_t)notes->local_port << 16 | notes->remote_port;

	if (c->packet->fragment == FW_LIMIT(FW_FRAGMENT_LATER))
		notes->tag = fw_flow_tag_of_fragments(c);
	else
		notes->tag = fw_flow_tag(c->config, &notes->remote, ports, (uint32_t)notes->dns_id << 16 | c->packet->proto);
	notes->state = fw_flow_find(c, notes->tag);
	notes->is_heard = notes->state && fw_flow_heard(notes->state, notes->now_ns, c->config->answered_ns);
	notes->by_peer = notes->state ? (fw_flow_flags(notes->state) & FW_FLOW_BY_PEER) != 0 : notes->way == FW_GUARD_IN;
	if (notes->is_syn)
		notes->by_peer = notes->way == FW_GUARD_IN;
	return 0;
}
FW_GUARD_PART(fw_flow_look)

FW_INLINE uint32_t fw_flow_one_more(uint32_t count)
{
	return count < FW_LIMIT(255u) ? count + 1 : count;
}

/* Its flags after this frame. A SYN begins anew if the other side opened before; without a policy no permission is kept. */
FW_INLINE uint32_t fw_flow_flags_next(const struct fw_guard_case *c, uint64_t old)
{
	const struct fw_guard_notes *notes = c->notes;
	uint32_t flags = fw_flow_flags(old), opened = notes->by_peer ? FW_FLOW_BY_PEER : 0;

	if ((flags & FW_FLOW_BY_PEER) != opened)
		flags = opened | (flags & FW_FLOW_HEARD);
	if (!notes->governed || fw_flow_generation(old) != notes->generation)
		flags &= ~(uint32_t)(FW_FLOW_FROM_OK | FW_FLOW_TO_OK);
	if (notes->way == FW_GUARD_OUT && !notes->is_heard)
		flags &= ~(uint32_t)FW_FLOW_HEARD;
	if (notes->way == FW_GUARD_IN)
		flags |= FW_FLOW_HEARD;
	if (old && notes->by_peer == (notes->way == FW_GUARD_OUT))
		flags |= FW_FLOW_ANSWERED;
	return flags | notes->allowed;
}

FW_INLINE uint64_t fw_flow_next(const struct fw_guard_case *c, uint64_t old)
{
	const struct fw_guard_notes *notes = c->notes;
	bool in = notes->way == FW_GUARD_IN;
	uint64_t tick = fw_guard_tick(notes->now_ns) & 0xffffff, flags = fw_flow_flags_next(c, old);
	uint64_t packets = fw_flow_one_more(notes->is_syn ? 0 : fw_flow_packets(old));
	uint64_t run = in ? 0 : fw_flow_one_more(fw_flow_run(old));
	uint64_t generation = notes->governed ? notes->generation : fw_flow_generation(old);
	uint64_t heard = in ? (notes->now_ns >> FW_LIMIT(30)) & 0xff : old & 0xff;

	return tick << 40 | generation << 32 | flags << 24 | packets << 16 | run << 8 | heard;
}

/* How soon a slot is to make room: empty ones at once. */
FW_INLINE uint32_t fw_flow_spare(const struct fw_guard_case *c, const struct fw_flow_slot *slot, uint64_t tag)
{
	uint64_t state = *(const volatile uint64_t *)&slot->state;
	uint32_t idle = fw_flow_idle(state, c->notes->now_ns);

	if (slot->tag == tag && state)
		return UINT32_MAX;
	if (!state)
		return UINT32_MAX - 1;
	return fw_flow_flags(state) & FW_FLOW_ANSWERED ? idle : idle + FW_FLOW_SIDED;
}

/* A slot for a flow that has none. */
FW_INLINE void fw_flow_claim(struct fw_guard_case *c, struct fw_flow_bucket *bucket, uint64_t tag, uint64_t state)
{
	uint32_t place = 0, most = 0;
	struct fw_flow_slot *slot;
	uint64_t old;

	FW_LOOP
	for (uint32_t i = 0; i < FW_FLOW_SLOTS; i++) {
		uint32_t spare = fw_flow_spare(c, &bucket->slot[i], tag);

		if (spare > most) {
			most = spare;
			place = i;
		}
	}
	slot = &bucket->slot[place & (FW_FLOW_SLOTS - 1)];
	old = *(volatile uint64_t *)&slot->state;
	if (old == FW_FLOW_CLAIMED || __sync_val_compare_and_swap(&slot->state, old, FW_FLOW_CLAIMED) != old) {
		c->totals->contended++;
		return;
	}
	c->count->flows_forgotten += old && slot->tag != tag && !fw_flow_is_over(c, old);
	*(volatile uint64_t *)&slot->tag = tag;
	__sync_val_compare_and_swap(&slot->state, FW_FLOW_CLAIMED, state);
}

/* Where it is already; false if it is not, or another CPU was faster than us each time. */
FW_INLINE bool fw_flow_renew(struct fw_guard_case *c, struct fw_flow_slot *slot, uint64_t tag)
{
	FW_LOOP
	for (uint32_t i = 0; i < FW_GUARD_TRIES; i++) {
		uint64_t old = *(volatile uint64_t *)&slot->state, next;

		if (slot->tag != tag || !fw_flow_packets(old) || fw_flow_is_over(c, old))
			return false;
		next = fw_flow_next(c, old);
		if (__sync_val_compare_and_swap(&slot->state, old, next) == old) {
			c->notes->state = next;
			return true;
		}
	}
	c->totals->contended++;
	return true;
}

FW_INLINE void fw_flow_put(struct fw_guard_case *c, uint64_t tag)
{
	struct fw_flow_bucket *bucket = fw_flow_bucket_of(c, tag);

	if (!bucket)
		return;
	FW_LOOP
	for (uint32_t i = 0; i < FW_FLOW_SLOTS; i++)
		if (fw_flow_renew(c, &bucket->slot[i], tag))
			return;
	c->notes->state = fw_flow_next(c, 0);
	fw_flow_claim(c, bucket, tag, c->notes->state);
}

/* The same for the fragments that follow: they may do what the first one may. */
FW_INLINE void fw_flow_put_fragments(struct fw_guard_case *c)
{
	uint64_t tag = fw_flow_tag_of_fragments(c);
	struct fw_flow_bucket *bucket = fw_flow_bucket_of(c, tag);

	if (!bucket)
		return;
	FW_LOOP
	for (uint32_t i = 0; i < FW_FLOW_SLOTS; i++) {
		struct fw_flow_slot *slot = &bucket->slot[i];
		uint64_t old = *(volatile uint64_t *)&slot->state;

		if (slot->tag != tag || !fw_flow_packets(old))
			continue;
		__sync_val_compare_and_swap(&slot->state, old, c->notes->state);
		return;
	}
	fw_flow_claim(c, bucket, tag, c->notes->state);
}

/* The frame passes: its flow is noted. notes->state is what the flow is then. */
FW_INLINE int fw_flow_note_here(struct fw_guard_case *c)
{
	fw_flow_put(c, c->notes->tag);
	if (c->packet->fragment == FW_LIMIT(FW_FRAGMENT_FIRST))
		fw_flow_put_fragments(c);
	return 0;
}
FW_GUARD_PART(fw_flow_note)
