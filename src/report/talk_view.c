/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/talk_view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/view.h"

static uint64_t packets_of(const struct talk_pair *pair)
{
	return pair->packets_out + pair->packets_in;
}

static bool in_prefix(const uint8_t address[16], const uint8_t prefix[16], unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (bits == 0 || bits > 128 || memcmp(address, prefix, whole) != 0)
		return false;
	return !rest || (address[whole] ^ prefix[whole]) >> (8 - rest) == 0;
}

static bool is_at(const struct report_view *view, uint32_t number, const uint8_t peer[16], const struct evidence_flood *flood)
{
	size_t index = view_find(view, number);

	if (index == view->device_count)
		return in_prefix(peer, flood->target, flood->target_bits);
	for (size_t i = 0; i < view->devices[index]->address_count; i++)
		if (in_prefix(view->devices[index]->addresses[i], flood->target, flood->target_bits))
			return true;
	return false;
}

static uint64_t at_most(uint64_t value, uint64_t most)
{
	return value < most ? value : most;
}

/* What a device of ours sent is known by its findings; what it got, by what nobody had asked for while it was flooded. */
uint64_t talk_junk(const struct report_view *view, const struct talk_pair *pair)
{
	uint64_t out = 0, in = 0;

	for (size_t i = 0; i < view->finding_count; i++) {
		const struct finding *finding = view->findings[i];

		if (finding->muted || finding->device == DEVICE_NONE)
			continue;
		if (finding->id == FINDING_FLOOD && finding->device == pair->device &&
			is_at(view, pair->peer_device, pair->peer, &finding->flood))
			out += finding->flood.packets;
		else if (finding->id == FINDING_FLOOD && finding->device == pair->peer_device &&
			is_at(view, pair->device, pair->own, &finding->flood))
			in += finding->flood.packets;
		else if (finding->id == FINDING_RECEIVES_FLOOD && finding->device == pair->device && !finding->flood.backscatter &&
			pair->peer_device == DEVICE_NONE)
			in = in > pair->unasked ? in : pair->unasked;
	}
	return at_most(out, pair->packets_out) + at_most(in, pair->packets_in);
}

/* A candidate for a row. */
struct end {
	uint32_t device;
	const struct talk_pair *pair; /* the first with this end */
	const uint8_t *address; /* in it */
	uint64_t packets;
};

static int by_identity(const void *left, const void *right)
{
	const struct end *a = left, *b = right;

	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	return a->device == DEVICE_NONE ? memcmp(a->address, b->address, 16) : 0;
}

static int by_packets(const void *left, const void *right)
{
	const struct end *a = left, *b = right;

	if (a->packets != b->packets)
		return a->packets > b->packets ? -1 : 1;
	return by_identity(a, b);
}

/* Sums up equal ends, most packets first. Returns how many are left. */
static size_t ends_join(struct end *ends, size_t count)
{
	size_t kept = 0;

	qsort(ends, count, sizeof(*ends), by_identity);
	for (size_t i = 0; i < count; i++) {
		if (kept && by_identity(&ends[kept - 1], &ends[i]) == 0)
			ends[kept - 1].packets += ends[i].packets;
		else
			ends[kept++] = ends[i];
	}
	qsort(ends, kept, sizeof(*ends), by_packets);
	return kept;
}

/* Takes the first most into rows; the others, if there are any, get one more, of count and not of packets yet. */
static size_t rows_fill(const struct report_view *view, const struct end *ends, size_t count, struct talk_end *rows, size_t most)
{
	size_t shown = count <= most + 1 ? count : most;

	for (size_t i = 0; i < shown; i++) {
		size_t index = view_find(view, ends[i].device);

		rows[i] = (struct talk_end){.pair = ends[i].device == DEVICE_NONE ? ends[i].pair : NULL};
		if (index < view->device_count)
			rows[i].device = view->devices[index];
	}
	if (shown < count)
		rows[shown] = (struct talk_end){.others = count - shown};
	return shown < count ? shown + 1 : shown;
}

static size_t row_of(const struct end *ends, size_t count, const struct end *end, size_t row_count)
{
	size_t index = 0;

	while (index < count && index < row_count - 1 && by_identity(&ends[index], end) != 0)
		index++;
	return index;
}

static void fill_cells(const struct report_view *view, struct talk_view *out, const struct end *left, const struct end *right)
{
	const struct talk_pairs *talk = view->talk;
	uint64_t known = 0;

	for (size_t i = 0; i < talk->pair_count; i++) {
		const struct talk_pair *pair = &talk->pairs[i];
		struct end device = {pair->device, pair, pair->own, 0}, peer = {pair->peer_device, pair, pair->peer, 0};
		size_t l = row_of(left, talk->pair_count, &device, out->left_count);
		size_t r = row_of(right, talk->pair_count, &peer, out->right_count);
		struct talk_cell add = {packets_of(pair), talk_junk(view, pair)};

		out->cells[l][r].packets += add.packets;
		out->cells[l][r].junk += add.junk;
		out->left[l].packets += add.packets;
		out->left[l].junk += add.junk;
		out->right[r].packets += add.packets;
		out->right[r].junk += add.junk;
		known += add.packets;
	}
	out->forgotten = talk->packets > known ? talk->packets - known : 0;
}

/* Of the forgotten packets, those that nobody had asked for, if the one device of ours was flooded. */
static uint64_t forgotten_junk(const struct report_view *view, uint64_t forgotten)
{
	const struct talk_pairs *talk = view->talk;
	uint64_t known = 0;
	bool flooded = false;

	for (size_t i = 0; i < view->finding_count; i++)
		flooded |= view->findings[i]->id == FINDING_RECEIVES_FLOOD && !view->findings[i]->muted &&
			!view->findings[i]->flood.backscatter && view->findings[i]->device == talk->pairs[0].device;
	for (size_t i = 0; i < talk->pair_count; i++)
		known += talk->pairs[i].unasked;
	return flooded && talk->unasked > known ? at_most(talk->unasked - known, forgotten) : 0;
}

/* Pairs that were forgotten have peers too, and where there is one device of ours, all of them are its own. */
static void add_forgotten(const struct report_view *view, struct talk_view *out)
{
	const struct talk_pairs *talk = view->talk;
	uint64_t junk;
	struct talk_end *last = &out->right[out->right_count - 1];

	if (last->others && talk->seen > talk->pair_count)
		last->others += talk->seen - talk->pair_count;
	if (!last->others || out->left_count > 1)
		return;
	junk = forgotten_junk(view, out->forgotten);
	last->packets += out->forgotten;
	last->junk += junk;
	out->left[0].packets += out->forgotten;
	out->left[0].junk += junk;
	out->cells[0][out->right_count - 1].packets += out->forgotten;
	out->cells[0][out->right_count - 1].junk += junk;
	out->forgotten = 0;
}

int talk_view_make(const struct report_view *view, struct talk_view *out)
{
	const struct talk_pairs *talk = view->talk;
	struct end *left, *right;
	size_t left_count, right_count;

	*out = (struct talk_view){0};
	if (!talk || !talk->pair_count)
		return 0;
	left = calloc(talk->pair_count, sizeof(*left));
	right = calloc(talk->pair_count, sizeof(*right));
	if (!left || !right) {
		free(left);
		free(right);
		return -ENOMEM;
	}
	for (size_t i = 0; i < talk->pair_count; i++) {
		left[i] = (struct end){talk->pairs[i].device, &talk->pairs[i], talk->pairs[i].own, packets_of(&talk->pairs[i])};
		right[i] = (struct end){talk->pairs[i].peer_device, &talk->pairs[i], talk->pairs[i].peer, packets_of(&talk->pairs[i])};
	}
	left_count = ends_join(left, talk->pair_count);
	right_count = ends_join(right, talk->pair_count);
	out->left_count = rows_fill(view, left, left_count, out->left, TALK_LEFT_MAX);
	out->right_count = rows_fill(view, right, right_count, out->right, TALK_RIGHT_MAX);
	fill_cells(view, out, left, right);
	add_forgotten(view, out);
	free(left);
	free(right);
	return 0;
}
