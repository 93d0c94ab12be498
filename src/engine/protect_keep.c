/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proven addresses over a start of the host: pins do not outlive it, the store does. Written every ten minutes and at the end; read
 * only where no earlier process's table is there. The key of the hashes comes with them, so it is the store's secret too.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/protect_room.h"

#define KEEP_EVERY_NS (600 * FW_NS_PER_S)

static const char name[] = "proven";

static struct kept kept_of(const struct protect *protect, const struct fetch_time *now, uint32_t lines)
{
	struct kept kept = {
		.mask = fw_hint_buckets(lines) - 1,
		.steady_ns = now->steady_ns,
		.wall_s = now->wall_s,
		.hold_ns = protect->settings->budgets.proven_s * FW_NS_PER_S,
	};

	memcpy(kept.address_key, protect->config.address_key, sizeof(kept.address_key));
	return kept;
}

bool protect_recall(struct protect *protect, const struct fetch_time *now)
{
	uint32_t lines, filled = 0;
	struct fw_seen_bucket *table = plane_proven(protect->plane, &lines);
	struct kept then, about;
	uint64_t time_s;
	void *bytes;
	size_t len;
	bool known;

	if (store_recall(protect->store, name, &bytes, &len, &time_s))
		return false;
	known = kept_read(bytes, len, &then) == FW_READ_OK;
	if (known) {
		memcpy(protect->config.address_key, then.address_key, sizeof(protect->config.address_key));
		about = kept_of(protect, now, lines);
		filled = kept_fill(bytes, len, &about, table);
	}
	explicit_bzero(bytes, len);
	free(bytes);
	if (filled)
		protect_say(protect, "%u addresses that had proven themselves still count", filled);
	return known;
}

void protect_keep(struct protect *protect, const struct fetch_time *now)
{
	uint32_t lines;
	const struct fw_seen_bucket *table = plane_proven(protect->plane, &lines);
	struct kept about = kept_of(protect, now, lines);
	struct fault fault = {0};
	void *bytes;
	size_t len;

	protect->kept_ns = now->steady_ns;
	if (kept_write(&about, table, &bytes, &len))
		return;
	if (store_keep(protect->store, name, bytes, len, now->wall_s, &fault))
		protect_say(protect, "proven addresses cannot be kept: %s", fault.sentence);
	explicit_bzero(bytes, len);
	free(bytes);
}

void protect_tick_keep(struct protect *protect, const struct fetch_time *now)
{
	if (now->steady_ns - protect->kept_ns >= KEEP_EVERY_NS)
		protect_keep(protect, now);
}
