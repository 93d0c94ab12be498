/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A finding names the time of its first packet; how much left since then the kernel's counter knows, if somebody wrote down how it stood. So
 * each device has two rings of samples: one of each tick, one of every ten seconds. The answer comes from the latest sample that is
 * not younger than asked for: at most one tick too much is counted, and nothing too little.
 */
#include <string.h>

#include "guard/guard.h"

static void put(struct leak_sample *ring, uint32_t size, uint32_t *count, uint64_t every_ns, const struct leak_sample *sample)
{
	if (*count && sample->time_ns < ring[(*count - 1) % size].time_ns + every_ns)
		return;
	ring[(*count)++ % size] = *sample;
}

static const struct leak_sample *latest(const struct leak *leak)
{
	return leak->fine_count ? &leak->fine[(leak->fine_count - 1) % LEAK_FINE] : NULL;
}

void leak_note(struct leak *leak, uint64_t now_ns, uint64_t packets, uint64_t bytes)
{
	const struct leak_sample sample = {now_ns, packets, bytes}, *before = latest(leak);

	if (before && (packets < before->packets || bytes < before->bytes))
		memset(leak, 0, sizeof(*leak));
	else if (before && now_ns < before->time_ns)
		return;
	put(leak->fine, LEAK_FINE, &leak->fine_count, LEAK_FINE_NS, &sample);
	put(leak->coarse, LEAK_COARSE, &leak->coarse_count, LEAK_COARSE_NS, &sample);
}

/* The latest at or before first_ns, NULL where all are younger; *out_oldest: the oldest there is. */
static const struct leak_sample *find(
	const struct leak_sample *ring, uint32_t size, uint32_t count, uint64_t first_ns, const struct leak_sample **out_oldest)
{
	for (uint32_t back = 1; back <= count && back <= size; back++) {
		const struct leak_sample *sample = &ring[(count - back) % size];
		if (sample->time_ns <= first_ns)
			return sample;
		if (!*out_oldest || sample->time_ns < (*out_oldest)->time_ns)
			*out_oldest = sample;
	}
	return NULL;
}

bool leak_since(const struct leak *leak, uint64_t first_ns, uint64_t packets, uint64_t bytes, struct leak_sample *out)
{
	const struct leak_sample *oldest = NULL, *from = find(leak->fine, LEAK_FINE, leak->fine_count, first_ns, &oldest);

	if (!from)
		from = find(leak->coarse, LEAK_COARSE, leak->coarse_count, first_ns, &oldest);
	*out = (struct leak_sample){.time_ns = first_ns, .packets = packets, .bytes = bytes};
	if (from || oldest) {
		const struct leak_sample *base = from ? from : oldest;
		out->packets = packets > base->packets ? packets - base->packets : 0;
		out->bytes = bytes > base->bytes ? bytes - base->bytes : 0;
	}
	return from != NULL;
}
