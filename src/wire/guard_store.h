/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Where the guard's judge has its values from: the one place where the two worlds differ, as shield_store.h is for the shield. The
 * kernel has maps, everybody else has tables of the same layout; both give a pointer to one entry, or NULL where there is no such place.
 *
 * In BPF these are declarations: guard.bpf.c, which knows the maps, defines them.
 */
#pragma once

#include "wire/guard_key.h"

/* A step of a walk: 0 to go on, 1 to end it. */
typedef long (*fw_guard_step)(uint32_t index, void *context);

#ifdef __bpf__

struct fw_guard_store; /* the program's context; the maps are known by name */

#define FW_GUARD_STORE __attribute__((visibility("hidden"), always_inline))

/* The frame from its first byte, of what leaves a device and of what reaches it: asked again at each stage. */
FW_GUARD_STORE void fw_guard_store_frame_out(struct fw_guard_store *store, struct fw_cursor *out_frame);
FW_GUARD_STORE void fw_guard_store_frame_in(struct fw_guard_store *store, struct fw_cursor *out_frame);
/* All of a message is about to be read of what reaches a device: whoever holds cursors of it asks for them again. */
FW_GUARD_STORE void fw_guard_store_gather(struct fw_guard_store *store);
FW_GUARD_STORE uint64_t fw_guard_store_now(struct fw_guard_store *store);
FW_GUARD_STORE const struct fw_place_bucket *fw_guard_store_place(struct fw_guard_store *store, uint32_t at);
FW_GUARD_STORE struct fw_guard_device *fw_guard_store_device(struct fw_guard_store *store, uint32_t at);
FW_GUARD_STORE const struct fw_guard_policy *fw_guard_store_policy(struct fw_guard_store *store, uint32_t half, uint32_t at);
FW_GUARD_STORE const struct fw_rule *fw_guard_store_rule(struct fw_guard_store *store, uint32_t half, uint32_t at);
FW_GUARD_STORE struct fw_flow_bucket *fw_guard_store_flow(struct fw_guard_store *store, uint32_t at);
FW_GUARD_STORE struct fw_member_bucket *fw_guard_store_member(struct fw_guard_store *store, uint32_t at);
FW_GUARD_STORE const struct fw_name_bucket *fw_guard_store_name(struct fw_guard_store *store, uint32_t at);
FW_GUARD_STORE struct fw_bound_row *fw_guard_store_bound(struct fw_guard_store *store, uint32_t at);
FW_GUARD_STORE uint64_t *fw_guard_store_word(struct fw_guard_store *store, uint32_t at);
/* One step after the other, at most this many. The verifier reads the step once, however many there are (bpf_loop). */
FW_GUARD_STORE void fw_guard_store_walk(uint32_t steps, fw_guard_step step, void *context);
/* The frame goes up behind this head, whose time is written here; false where the ring has no room. */
FW_GUARD_STORE bool fw_guard_store_send_out(struct fw_guard_store *store, const struct fw_guard_frame *head);
FW_GUARD_STORE bool fw_guard_store_send_in(struct fw_guard_store *store, const struct fw_guard_frame *head);

#else

/* What went up last: the head and the kept bytes behind it. */
struct fw_guard_sent {
	struct fw_guard_frame head;
	uint8_t bytes[FW_FRAME_LONG];
};

/* Tables, borrowed from whoever made them (twin/). Counts are of entries. */
struct fw_guard_store {
	struct fw_cursor frame;
	uint64_t now_ns;
	const struct fw_place_bucket *places;
	struct fw_guard_device *devices;
	const struct fw_guard_policy *policies[2];
	const struct fw_rule *rules[2];
	struct fw_flow_bucket *flows;
	struct fw_member_bucket *members;
	const struct fw_name_bucket *names;
	struct fw_bound_row *bound;
	uint64_t *words;
	struct fw_guard_sent *sent; /* NULL: no room */
	uint32_t places_count, devices_count, rules_count, flows_count, members_count, names_count, bound_count;
	uint32_t sent_count; /* how often *sent was filled */
};

static inline void fw_guard_store_frame_out(struct fw_guard_store *store, struct fw_cursor *out_frame)
{
	*out_frame = store->frame;
}

static inline void fw_guard_store_frame_in(struct fw_guard_store *store, struct fw_cursor *out_frame)
{
	*out_frame = store->frame;
}

static inline void fw_guard_store_gather(struct fw_guard_store *store)
{
	(void)store;
}

static inline uint64_t fw_guard_store_now(struct fw_guard_store *store)
{
	return store->now_ns;
}

static inline const struct fw_place_bucket *fw_guard_store_place(struct fw_guard_store *store, uint32_t at)
{
	return at < store->places_count ? &store->places[at] : NULL;
}

static inline struct fw_guard_device *fw_guard_store_device(struct fw_guard_store *store, uint32_t at)
{
	return at < store->devices_count ? &store->devices[at] : NULL;
}

static inline const struct fw_guard_policy *fw_guard_store_policy(struct fw_guard_store *store, uint32_t half, uint32_t at)
{
	return at < store->devices_count ? &store->policies[half & 1][at] : NULL;
}

static inline const struct fw_rule *fw_guard_store_rule(struct fw_guard_store *store, uint32_t half, uint32_t at)
{
	return at < store->rules_count ? &store->rules[half & 1][at] : NULL;
}

static inline struct fw_flow_bucket *fw_guard_store_flow(struct fw_guard_store *store, uint32_t at)
{
	return at < store->flows_count ? &store->flows[at] : NULL;
}

static inline struct fw_member_bucket *fw_guard_store_member(struct fw_guard_store *store, uint32_t at)
{
	return at < store->members_count ? &store->members[at] : NULL;
}

static inline const struct fw_name_bucket *fw_guard_store_name(struct fw_guard_store *store, uint32_t at)
{
	return at < store->names_count ? &store->names[at] : NULL;
}

static inline struct fw_bound_row *fw_guard_store_bound(struct fw_guard_store *store, uint32_t at)
{
	return at < store->bound_count ? &store->bound[at] : NULL;
}

static inline uint64_t *fw_guard_store_word(struct fw_guard_store *store, uint32_t at)
{
	return at < FW_GUARD_WORD_COUNT ? &store->words[at] : NULL;
}

static inline void fw_guard_store_walk(uint32_t steps, fw_guard_step step, void *context)
{
	for (uint32_t i = 0; i < steps; i++)
		if (step(i, context))
			return;
}

static inline bool fw_guard_store_send(struct fw_guard_store *store, const struct fw_guard_frame *head)
{
	uint32_t kept = head->kept_len < store->frame.len ? head->kept_len : store->frame.len;

	if (!store->sent)
		return false;
	store->sent->head = *head;
	store->sent->head.time_ns = store->now_ns;
	store->sent->head.kept_len = kept;
	__builtin_memcpy(store->sent->bytes, store->frame.begin, kept < FW_FRAME_LONG ? kept : FW_FRAME_LONG);
	store->sent_count++;
	return true;
}

static inline bool fw_guard_store_send_out(struct fw_guard_store *store, const struct fw_guard_frame *head)
{
	return fw_guard_store_send(store, head);
}

static inline bool fw_guard_store_send_in(struct fw_guard_store *store, const struct fw_guard_frame *head)
{
	return fw_guard_store_send(store, head);
}

#endif
