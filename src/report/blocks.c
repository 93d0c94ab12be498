/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/blocks.h"

#include <errno.h>
#include <stdlib.h>

#include "report/view.h"

enum { GROUP_MIN = 3 };

/* A finding on its way to its block. */
struct item {
	const struct finding *finding;
	size_t owner; /* device position, or beyond for those without one */
	uint64_t kind;
	size_t lead; /* position of the first finding of this owner and kind */
	size_t position;
};

/* What makes two findings read alike, but for the other end. */
static uint64_t kind_of(const struct finding *finding)
{
	uint64_t detail = 0;

	switch (finding->id) {
	case FINDING_DEFAULT_PASSWORD:
		detail = (uint64_t)finding->login.service << 3 | (uint64_t)finding->login.result << 1 | finding->login.outside;
		break;
	case FINDING_CLEARTEXT_LOGIN:
	case FINDING_LOGIN_GUESSING:
		detail = (uint64_t)finding->login.service << 3 | finding->login.outside;
		break;
	case FINDING_OPEN_SERVICE:
		detail = finding->service.outside;
		break;
	case FINDING_REACHED_FROM_INTERNET:
		detail = (uint64_t)finding->reached.how << 1 | finding->reached.mapped;
		break;
	case FINDING_REFLECTOR:
		detail = finding->reflector.own_zone;
		break;
	case FINDING_SCAN:
		detail = (uint64_t)(finding->scan.kinds & SCAN_VERTICAL) << 2 | (uint64_t)finding->scan.source_outside << 1 |
			finding->scan.outside;
		break;
	case FINDING_FLOOD:
	case FINDING_RECEIVES_FLOOD:
		detail = (uint64_t)finding->flood.vector << 1 | finding->flood.backscatter;
		break;
	default:
		break;
	}
	return (uint64_t)finding->id << 32 | (uint64_t)finding->severity << 24 | detail;
}

static int item_order(const void *left, const void *right)
{
	const struct item *a = left, *b = right;

	if (a->owner != b->owner)
		return a->owner < b->owner ? -1 : 1;
	if (a->lead != b->lead)
		return a->lead < b->lead ? -1 : 1;
	return a->position < b->position ? -1 : a->position > b->position;
}

static int item_order_kind(const void *left, const void *right)
{
	const struct item *a = left, *b = right;

	if (a->owner != b->owner)
		return a->owner < b->owner ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return a->position < b->position ? -1 : a->position > b->position;
}

/* Sorted by owner, then worst first with equal kinds together. */
static void items_sort(struct item *items, size_t count)
{
	qsort(items, count, sizeof(*items), item_order_kind);
	for (size_t i = 0; i < count; i++) {
		bool same = i && items[i].owner == items[i - 1].owner && items[i].kind == items[i - 1].kind;

		items[i].lead = same ? items[i - 1].lead : items[i].position;
	}
	qsort(items, count, sizeof(*items), item_order);
}

/* An attack on us and the echo of one on others are different stories. */
static bool is_echo(const struct finding *finding)
{
	return finding->id == FINDING_RECEIVES_FLOOD && finding->flood.backscatter;
}

static size_t items_take(const struct report_view *view, struct item *items)
{
	size_t count = 0;

	for (size_t i = 0; i < view->finding_count; i++) {
		const struct finding *finding = view->findings[i];
		size_t owner = view_find(view, finding->device);

		if (finding->muted)
			continue;
		items[count] = (struct item){.finding = finding, .owner = owner, .kind = kind_of(finding), .position = i};
		if (owner == view->device_count)
			items[count].owner += (size_t)finding->id * 2 + is_echo(finding);
		count++;
	}
	return count;
}

enum device_state blocks_state(const struct block *block)
{
	if (block->device)
		return block->device->state;
	switch (block->findings[0]->severity) {
	case SEVERITY_CRITICAL:
		return STATE_HIJACKED;
	case SEVERITY_HIGH:
		return STATE_SUSPECT;
	case SEVERITY_MEDIUM:
		return STATE_EXPOSED;
	default:
		return STATE_CLEAN;
	}
}

/* FNV-1a over the kinds told, ports of services included. A collision would only put two devices under one heading. */
static uint64_t signature_of(const struct block *block)
{
	uint64_t hash = 0xcbf29ce484222325u ^ blocks_state(block), last = 0;

	for (size_t i = 0; i < block->count; i++) {
		const struct finding *finding = block->findings[i];
		uint64_t kind = kind_of(finding);

		if (finding->id == FINDING_OPEN_SERVICE)
			kind |= (uint64_t)finding->service.port << 40;
		else if (finding->id == FINDING_REACHED_FROM_INTERNET)
			kind |= (uint64_t)finding->reached.port << 40;
		else if (finding->id == FINDING_REFLECTOR)
			kind |= (uint64_t)finding->reflector.port << 40;
		if (i && kind == last)
			continue;
		hash = (hash ^ kind) * 0x100000001b3u;
		last = kind;
	}
	return hash;
}

static int block_order(const void *left, const void *right)
{
	const struct block *a = left, *b = right;

	if (a->rank != b->rank)
		return a->rank > b->rank ? -1 : 1;
	return a->findings < b->findings ? -1 : a->findings > b->findings;
}

static void blocks_cut(struct blocks *blocks, const struct report_view *view, const struct item *items, size_t count)
{
	for (size_t first = 0, next; first < count; first = next) {
		struct block *block = &blocks->list[blocks->count++];

		for (next = first; next < count && items[next].owner == items[first].owner; next++)
			blocks->sorted[next] = items[next].finding;
		*block = (struct block){.findings = blocks->sorted + first, .count = next - first, .size = 1};
		if (items[first].owner < view->device_count)
			block->device = view->devices[items[first].owner];
		block->rank = blocks_state(block) * 4u + block->findings[0]->severity;
		block->signature = signature_of(block);
	}
	/* findings point into one array in the order of devices: comparing them keeps that order among equals. */
	qsort(blocks->list, blocks->count, sizeof(*blocks->list), block_order);
}

static bool reads_alike(const struct block *a, const struct block *b)
{
	return a->device && b->device && a->rank == b->rank && a->signature == b->signature;
}

static void blocks_group(struct blocks *blocks)
{
	for (size_t i = 0; i < blocks->count; i++)
		blocks->list[i].leader = i;
	for (size_t i = 0; i < blocks->count; i++) {
		struct block *lead = &blocks->list[i];
		size_t alike = 1;

		if (lead->leader != i)
			continue;
		for (size_t k = i + 1; k < blocks->count && blocks->list[k].rank == lead->rank; k++)
			alike += reads_alike(lead, &blocks->list[k]);
		if (alike < GROUP_MIN)
			continue;
		lead->size = alike;
		for (size_t k = i + 1; k < blocks->count && blocks->list[k].rank == lead->rank; k++)
			if (reads_alike(lead, &blocks->list[k]))
				blocks->list[k].leader = i;
	}
}

int blocks_new(const struct report_view *view, struct blocks *out_blocks)
{
	size_t capacity = view->finding_count ? view->finding_count : 1;
	struct item *items = calloc(capacity, sizeof(*items));
	struct blocks blocks = {
		.list = calloc(capacity, sizeof(*blocks.list)),
		.sorted = calloc(capacity, sizeof(*blocks.sorted)),
	};
	int error = -ENOMEM;

	if (!items || !blocks.list || !blocks.sorted)
		goto out;

	size_t count = items_take(view, items);

	blocks.muted = view->finding_count - count;
	items_sort(items, count);
	blocks_cut(&blocks, view, items, count);
	blocks_group(&blocks);
	*out_blocks = blocks;
	error = 0;
out:
	free(items);
	if (error)
		blocks_free(&blocks);
	return error;
}

void blocks_free(struct blocks *blocks)
{
	free(blocks->list);
	free(blocks->sorted);
	*blocks = (struct blocks){0};
}

size_t blocks_same_kind(const struct finding *const *findings, size_t count)
{
	size_t same = count ? 1 : 0;

	while (same < count && kind_of(findings[same]) == kind_of(findings[0]))
		same++;
	return same;
}
