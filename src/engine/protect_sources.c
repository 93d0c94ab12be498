/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sources that are blocked or trusted. What the kernel has is kept here as a sorted list; what it should have is made from settings and
 * standing decisions, sorted alike; both are walked side by side, and only what differs is told to the kernel. A decision wins over the
 * configuration for the same prefix, and of several lines of the configuration trust wins: nobody is locked out by a doubt.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/protect_room.h"

struct sources {
	struct protect_source *list;
	uint32_t count, room;
	int error;
};

static void clear_host_bits(struct prefix *prefix)
{
	for (unsigned i = prefix->bits; i < 128; i++)
		prefix->address[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
}

static void add(struct sources *sources, const struct prefix *prefix, enum fw_prefix_says says, bool decided)
{
	struct protect_source *source;

	if (sources->count == sources->room) { /* the room was made before */
		sources->error = -ENOSPC;
		return;
	}
	source = &sources->list[sources->count++];
	*source = (struct protect_source){.prefix = *prefix, .says = (uint8_t)says, .decided = decided};
	clear_host_bits(&source->prefix);
}

static void add_decision(void *context, const struct decision *decision)
{
	if (decision->prefix.bits <= 128) /* devices and mutes are the guard's */
		add(context, &decision->prefix, decision->kind == DECISION_TRUST ? FW_PREFIX_TRUSTED : FW_PREFIX_BLOCKED, true);
}

static void count_decision(void *context, const struct decision *decision)
{
	++*(uint32_t *)context;
}

static int by_prefix(const struct protect_source *a, const struct protect_source *b)
{
	int order = memcmp(a->prefix.address, b->prefix.address, 16);

	return order ? order : a->prefix.bits - b->prefix.bits;
}

/* Of one prefix the one that wins comes first. */
static int by_weight(const void *left, const void *right)
{
	const struct protect_source *a = left, *b = right;
	int order = by_prefix(a, b);

	if (order)
		return order;
	if (a->decided != b->decided)
		return b->decided - a->decided;
	return (b->says == FW_PREFIX_TRUSTED) - (a->says == FW_PREFIX_TRUSTED);
}

static int make_wanted(struct protect *protect, struct sources *out)
{
	const struct settings *settings = protect->settings;
	uint32_t decisions = 0, kept = 0;

	store_each_decision(protect->store, count_decision, &decisions);
	*out = (struct sources){.room = settings->trusted_count + settings->blocked_count + decisions};
	out->list = calloc(out->room + 1u, sizeof(*out->list));
	if (!out->list)
		return -ENOMEM;
	for (uint32_t i = 0; i < settings->trusted_count; i++)
		add(out, &settings->trusted[i], FW_PREFIX_TRUSTED, false);
	for (uint32_t i = 0; i < settings->blocked_count; i++)
		add(out, &settings->blocked[i], FW_PREFIX_BLOCKED, false);
	store_each_decision(protect->store, add_decision, out);
	qsort(out->list, out->count, sizeof(*out->list), by_weight);
	for (uint32_t i = 0; i < out->count; i++)
		if (!kept || by_prefix(&out->list[kept - 1], &out->list[i]))
			out->list[kept++] = out->list[i];
	out->count = kept;
	return out->error;
}

/* A single address that is blocked has a table of its own, which costs next to nothing; all else is in the trie. */
static bool is_single(const struct protect_source *source)
{
	return source->prefix.bits == 128 && source->says == FW_PREFIX_BLOCKED;
}

static void take_out(struct protect *protect, const struct protect_source *source)
{
	if (is_single(source))
		plane_unblock(protect->plane, source->prefix.address);
	else
		plane_prefix_remove(protect->plane, &source->prefix);
}

static int put_in(struct protect *protect, const struct protect_source *source)
{
	if (is_single(source))
		return plane_block(protect->plane, source->prefix.address);
	return plane_prefix_set(protect->plane, &source->prefix, (enum fw_prefix_says)source->says);
}

/* What has no room is left out and counted; the rest holds. */
static uint32_t apply(struct protect *protect, struct sources *wanted)
{
	uint32_t old = 0, new = 0, kept = 0, left_out = 0;

	while (old < protect->source_count || new < wanted->count) {
		const struct protect_source *before = &protect->sources[old], *after = &wanted->list[new];
		int order = old == protect->source_count ? 1 : new == wanted->count ? -1 : by_prefix(before, after);
		if (order < 0) {
			take_out(protect, before);
			old++;
			continue;
		}
		bool same = order == 0 && before->says == after->says;
		if (order == 0 && !same && is_single(before) != is_single(after))
			take_out(protect, before);
		if (same || put_in(protect, after) == 0)
			wanted->list[kept++] = *after;
		else
			left_out++;
		old += order == 0;
		new ++;
	}
	wanted->count = kept;
	return left_out;
}

/* What a process before us left in the tables and nobody wants any more can only be told by there being too much. */
static void drop_left_overs(struct protect *protect, const struct sources *wanted)
{
	uint32_t singles = 0;

	for (uint32_t i = 0; i < wanted->count; i++)
		singles += is_single(&wanted->list[i]);
	if (plane_blocked_count(protect->plane) != singles) {
		plane_blocked_clear(protect->plane);
		for (uint32_t i = 0; i < wanted->count; i++)
			if (is_single(&wanted->list[i]))
				put_in(protect, &wanted->list[i]);
	}
	if (plane_prefix_count(protect->plane) == wanted->count - singles)
		return;
	plane_prefixes_clear(protect->plane);
	for (uint32_t i = 0; i < wanted->count; i++)
		if (!is_single(&wanted->list[i]))
			put_in(protect, &wanted->list[i]);
}

int protect_fill_sources(struct protect *protect, struct fault *out_fault)
{
	struct sources wanted;
	uint32_t left_out;
	int error = make_wanted(protect, &wanted);

	if (error) {
		free(wanted.list);
		return error;
	}
	left_out = apply(protect, &wanted);
	drop_left_overs(protect, &wanted);
	free(protect->sources);
	protect->sources = wanted.list;
	protect->source_count = wanted.count;
	if (!left_out)
		return 0;
	fault_set(out_fault, "", 0, 0,
		"%u sources do not fit in the kernel's tables (sizes.blocked, sizes.prefixes); they are neither blocked nor trusted",
		left_out);
	return -ENOSPC;
}
