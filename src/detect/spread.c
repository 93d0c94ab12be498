/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Junk on a line of time.
 *
 *      bins      |  all  |  all  |  all  |  all  |  all  |
 *      piece              first ............. last             n packets of junk, known as a sum only
 *      weights             part    whole     part
 *
 * A packet is known to be junk when the window it fell into is judged; which packets of the window they were is not kept. So a
 * piece is laid over the bins it spans in proportion to what was on the wire in each: where bins are wider than a window
 * (captures of more than four minutes) that is exact but at the edges, below it has the shape of the traffic, and no bin gets more
 * junk than traffic. Shares are rounded on their running sum, so that they add up to the piece exactly.
 *
 * A packet costs a compare and two additions: the end of the bin under way is kept.
 */
#include "detect/spread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_WIDTH_NS 1953125ull /* 1/512 s: doubled nine times it is a second */

struct spread {
	struct timeline line;
	struct junk_count *bin; /* under way; NULL before the first packet */
	uint64_t bin_end_ns;
};

int spread_new(struct spread **out_spread)
{
	struct spread *spread = calloc(1, sizeof(*spread));

	if (!spread)
		return -ENOMEM;
	*out_spread = spread;
	return 0;
}

void spread_free(struct spread *spread)
{
	free(spread);
}

static void add(struct junk_count *sum, struct junk_count count)
{
	sum->packets += count.packets;
	sum->bytes += count.bytes;
}

static void halve(struct junk_count bins[TIMELINE_BINS])
{
	for (size_t i = 0; i < TIMELINE_BINS / 2; i++) {
		bins[i] = bins[2 * i];
		add(&bins[i], bins[2 * i + 1]);
	}
	memset(bins + TIMELINE_BINS / 2, 0, sizeof(bins[0]) * (TIMELINE_BINS / 2));
}

static void widen(struct timeline *line)
{
	line->width_ns *= 2;
	line->bin_count = (line->bin_count + 1) / 2;
	halve(line->all);
	for (int vector = 0; vector < VECTOR_COUNT; vector++)
		halve(line->junk[vector]);
}

static void next_bin(struct spread *spread, uint64_t now_ns)
{
	struct timeline *line = &spread->line;
	uint64_t since_ns, index, end_ns;

	if (!spread->bin) {
		line->begin_ns = now_ns;
		line->width_ns = FIRST_WIDTH_NS;
	}
	since_ns = now_ns - line->begin_ns;
	while (since_ns / line->width_ns >= TIMELINE_BINS)
		widen(line);
	index = since_ns / line->width_ns;
	end_ns = line->begin_ns + (index + 1) * line->width_ns;
	spread->bin = &line->all[index];
	spread->bin_end_ns = end_ns > now_ns ? end_ns : UINT64_MAX;
	line->bin_count = (uint32_t)index + 1;
}

void spread_packet(struct spread *spread, uint64_t now_ns, uint32_t bytes)
{
	if (now_ns >= spread->bin_end_ns)
		next_bin(spread, now_ns);
	spread->bin->packets++;
	spread->bin->bytes += bytes;
}

static uint32_t bin_at(const struct timeline *line, uint64_t time_ns)
{
	uint64_t index = time_ns > line->begin_ns ? (time_ns - line->begin_ns) / line->width_ns : 0;

	return index < line->bin_count ? (uint32_t)index : line->bin_count - 1;
}

static uint64_t share(uint64_t whole, uint64_t part, uint64_t parts)
{
	return (uint64_t)((unsigned __int128)whole * part / parts);
}

/* A sum laid over bins by weights, the running share of which is rounded. */
struct lay {
	uint64_t sum, weight_total, weight, laid;
};

static uint64_t lay_next(struct lay *lay, uint64_t weight)
{
	uint64_t upto, next;

	lay->weight += weight;
	upto = lay->weight_total ? share(lay->sum, lay->weight, lay->weight_total) : lay->sum;
	next = upto - lay->laid;
	lay->laid = upto;
	return next;
}

/* Of this bin's width, in parts of 1,024, how much lies within the piece; at least one. */
static uint64_t overlap(const struct timeline *line, uint32_t bin, const struct junk_piece *piece)
{
	uint64_t begin_ns = line->begin_ns + bin * line->width_ns, end_ns = begin_ns + line->width_ns;
	uint64_t from_ns = piece->first_ns > begin_ns ? piece->first_ns : begin_ns;
	uint64_t to_ns = piece->last_ns < end_ns ? piece->last_ns : end_ns;
	uint64_t parts = to_ns > from_ns ? share(1024, to_ns - from_ns, line->width_ns) : 0;

	return parts ? parts : 1;
}

void spread_junk(struct spread *spread, enum vector vector, const struct junk_piece *piece)
{
	struct timeline *line = &spread->line;
	struct lay packets = {.sum = piece->count.packets}, bytes = {.sum = piece->count.bytes};
	uint64_t weights[TIMELINE_BINS];
	uint32_t first, last;

	if (line->bin_count == 0)
		return;
	first = bin_at(line, piece->first_ns);
	last = bin_at(line, piece->last_ns);
	last = last > first ? last : first;
	for (uint32_t i = first; i <= last; i++) {
		weights[i] = line->all[i].packets * overlap(line, i, piece);
		packets.weight_total += weights[i];
	}
	bytes.weight_total = packets.weight_total;
	for (uint32_t i = first; i <= last; i++)
		add(&line->junk[vector][i], (struct junk_count){lay_next(&packets, weights[i]), lay_next(&bytes, weights[i])});
}

/* One rate among several may turn: its share is taken of every bin alike, since whose packets are in a bin is not known. */
void spread_move(struct spread *spread, enum vector from, enum vector to, struct junk_count count)
{
	struct timeline *line = &spread->line;
	struct lay packets = {.sum = count.packets}, bytes = {.sum = count.bytes};

	for (uint32_t i = 0; i < line->bin_count; i++) {
		packets.weight_total += line->junk[from][i].packets;
		bytes.weight_total += line->junk[from][i].bytes;
	}
	if (packets.sum > packets.weight_total || bytes.sum > bytes.weight_total)
		return;
	for (uint32_t i = 0; i < line->bin_count; i++) {
		struct junk_count *bin = &line->junk[from][i];
		struct junk_count part = {lay_next(&packets, bin->packets), lay_next(&bytes, bin->bytes)};

		bin->packets -= part.packets;
		bin->bytes -= part.bytes;
		add(&line->junk[to][i], part);
	}
}

const struct timeline *spread_timeline(struct spread *spread)
{
	return &spread->line;
}
