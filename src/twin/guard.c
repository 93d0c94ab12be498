/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "twin/guard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct twin_guard {
	struct fw_guard_tables tables;
	struct fw_guard_store store;
	struct fw_guard_sent sent;
	struct fw_guard_desk out, in; /* of the last frame each way */
};

static bool is_power(uint32_t number)
{
	return number && !(number & (number - 1));
}

static void *cache_lines(size_t count, size_t each)
{
	void *memory = count ? aligned_alloc(64, (count * each + 63) / 64 * 64) : NULL;

	if (memory)
		memset(memory, 0, (count * each + 63) / 64 * 64);
	return memory;
}

static int tables_new(const struct fw_guard_sizes *sizes, struct fw_guard_tables *t)
{
	t->config = calloc(1, sizeof(*t->config));
	t->totals = calloc(1, sizeof(*t->totals));
	t->places = cache_lines(sizes->places, sizeof(*t->places));
	t->devices = cache_lines(sizes->devices, sizeof(*t->devices));
	t->counts = calloc(sizes->devices, sizeof(*t->counts));
	for (int i = 0; i < 2; i++) {
		t->policies[i] = calloc(sizes->devices, sizeof(*t->policies[0]));
		t->rules[i] = calloc(sizes->rules ? sizes->rules : 1, sizeof(*t->rules[0]));
	}
	t->flows = cache_lines((size_t)sizes->devices * sizes->flow_buckets, sizeof(*t->flows));
	t->members = cache_lines(sizes->members, sizeof(*t->members));
	t->names = cache_lines(sizes->names, sizeof(*t->names));
	t->bound = calloc(sizes->bound ? sizes->bound : 1, sizeof(*t->bound));
	t->words = calloc(FW_GUARD_WORD_COUNT, sizeof(*t->words));
	return t->config && t->totals && t->places && t->devices && t->counts && t->policies[0] && t->policies[1] && t->rules[0] &&
			t->rules[1] && t->flows && t->members && t->names && t->bound && t->words
		? 0
		: -ENOMEM;
}

static void store_init(struct twin_guard *guard, const struct fw_guard_sizes *sizes)
{
	const struct fw_guard_tables *t = &guard->tables;

	guard->store = (struct fw_guard_store){
		.places = t->places,
		.devices = t->devices,
		.policies = {t->policies[0], t->policies[1]},
		.rules = {t->rules[0], t->rules[1]},
		.flows = t->flows,
		.members = t->members,
		.names = t->names,
		.bound = t->bound,
		.words = t->words,
		.sent = &guard->sent,
		.places_count = sizes->places,
		.devices_count = sizes->devices,
		.rules_count = sizes->rules,
		.flows_count = sizes->devices * sizes->flow_buckets,
		.members_count = sizes->members,
		.names_count = sizes->names,
		.bound_count = sizes->bound ? sizes->bound : 1,
	};
	t->config->places_mask = sizes->places - 1;
	t->config->members_mask = sizes->members - 1;
	t->config->names_mask = sizes->names - 1;
	t->config->bound_mask = sizes->bound ? sizes->bound - 1 : 0;
	t->config->flow_buckets_mask = sizes->flow_buckets - 1;
	t->config->place_count = sizes->devices;
	t->config->rule_count = sizes->rules;
}

int twin_guard_new(const struct fw_guard_sizes *sizes, struct twin_guard **out)
{
	struct twin_guard *guard;

	if (!is_power(sizes->places) || !is_power(sizes->flow_buckets) || !is_power(sizes->members) || !is_power(sizes->names) ||
		(sizes->bound && !is_power(sizes->bound)) || sizes->devices <= FW_STRANGERS || sizes->devices > UINT16_MAX + 1u ||
		sizes->flow_buckets > UINT32_MAX / sizes->devices)
		return -EINVAL;
	guard = calloc(1, sizeof(*guard));
	if (!guard || tables_new(sizes, &guard->tables)) {
		twin_guard_free(guard);
		return -ENOMEM;
	}
	store_init(guard, sizes);
	*out = guard;
	return 0;
}

void twin_guard_free(struct twin_guard *guard)
{
	if (!guard)
		return;
	free(guard->tables.config);
	free(guard->tables.totals);
	free(guard->tables.places);
	free(guard->tables.devices);
	free(guard->tables.counts);
	for (int i = 0; i < 2; i++) {
		free(guard->tables.policies[i]);
		free(guard->tables.rules[i]);
	}
	free(guard->tables.flows);
	free(guard->tables.members);
	free(guard->tables.names);
	free(guard->tables.bound);
	free(guard->tables.words);
	free(guard);
}

struct fw_guard_tables twin_guard_tables(struct twin_guard *guard)
{
	return guard->tables;
}

/* The MAC tells the place; all other pointers are there before. */
static struct fw_guard_case case_of(struct twin_guard *guard, struct fw_guard_desk *desk, const struct twin_guard_frame *frame)
{
	struct fw_guard_case c = {.store = &guard->store,
		.config = guard->tables.config,
		.totals = guard->tables.totals,
		.desk = desk,
		.notes = &desk->notes,
		.packet = &desk->packet};
	uint32_t place;

	guard->store.frame = fw_cursor_of(frame->bytes, frame->len);
	guard->store.now_ns = frame->now_ns;
	guard->store.sent_count = 0;
	place = fw_guard_seat(&c, guard->store.frame, desk == &guard->out ? FW_GUARD_OUT : FW_GUARD_IN);
	if (place >= guard->store.devices_count)
		place = 0;
	c.device = &guard->tables.devices[place];
	c.count = &guard->tables.counts[place];
	memset(&desk->notes, 0, sizeof(desk->notes));
	desk->notes.place = place;
	desk->notes.frame_len = frame->frame_len;
	desk->notes.packets = frame->packets ? frame->packets : 1;
	desk->notes.vlan = frame->vlan;
	return c;
}

static struct twin_guard_verdict verdict_of(const struct twin_guard *guard, const struct fw_guard_notes *notes)
{
	return (struct twin_guard_verdict){.outcome = (enum fw_guard_outcome)notes->outcome,
		.reason = (enum fw_reason)notes->reason,
		.would = (enum fw_reason)notes->would,
		.filter = (enum fw_guard_filter)notes->filter,
		.place = notes->place,
		.rule = notes->rule,
		.sent = guard->store.sent_count ? &guard->sent.head : NULL};
}

struct twin_guard_verdict twin_guard_out(struct twin_guard *guard, const struct twin_guard_frame *frame)
{
	struct fw_guard_case c = case_of(guard, &guard->out, frame);

	fw_guard_out(&c);
	return verdict_of(guard, &guard->out.notes);
}

struct twin_guard_verdict twin_guard_in(struct twin_guard *guard, const struct twin_guard_frame *frame)
{
	struct fw_guard_case c = case_of(guard, &guard->in, frame);

	fw_guard_in(&c);
	return verdict_of(guard, &guard->in.notes);
}
