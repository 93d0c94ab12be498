/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "twin/twin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct twin {
	struct twin_tables tables;
	struct fw_store store;
	struct fw_shield_sample sample;
	struct scratch {
		struct fw_shield_notes notes;
		struct fw_packet packet;
		struct fw_dns_question question;
	} in, out; /* of the last frame that arrived, and that left */
	uint32_t prefixes_max;
};

static int tables_new(const struct twin_sizes *sizes, struct twin_tables *t)
{
	t->config = calloc(1, sizeof(*t->config));
	t->counts = calloc(1, sizeof(*t->counts));
	for (int i = 0; i < 2; i++)
		t->names[i] = aligned_alloc(64, sizes->names * sizeof(*t->names[0]));
	t->zones = calloc(sizes->zones, sizeof(*t->zones));
	t->zone_counts = calloc(sizes->zones, sizeof(*t->zone_counts));
	t->cells = calloc(sizes->cells, sizeof(*t->cells));
	t->words = calloc(1, sizeof(*t->words));
	t->proven = calloc(sizes->proven, sizeof(*t->proven));
	t->asked = calloc(sizes->asked, sizeof(*t->asked));
	t->blocked = calloc(sizes->blocked, sizeof(*t->blocked));
	t->protected = calloc(FW_PROTECTED_BUCKETS, sizeof(*t->protected));
	t->prefixes = calloc(sizes->prefixes, sizeof(*t->prefixes));
	if (!t->config || !t->counts || !t->names[0] || !t->names[1] || !t->zones || !t->zone_counts || !t->cells || !t->words ||
		!t->proven || !t->asked || !t->blocked || !t->protected || !t->prefixes)
		return -ENOMEM;
	for (int i = 0; i < 2; i++)
		memset(t->names[i], 0, sizes->names * sizeof(*t->names[0]));
	return 0;
}

static void store_init(struct twin *twin, const struct twin_sizes *sizes)
{
	const struct twin_tables *t = &twin->tables;

	twin->store = (struct fw_store){
		.names = {t->names[0], t->names[1]},
		.zones = t->zones,
		.zone_counts = t->zone_counts,
		.cells = t->cells,
		.words = t->words,
		.proven = t->proven,
		.asked = t->asked,
		.blocked = t->blocked,
		.protected = t->protected,
		.prefixes = t->prefixes,
		.sample = &twin->sample,
		.names_count = sizes->names,
		.zones_count = sizes->zones,
		.cells_count = sizes->cells,
		.proven_count = sizes->proven,
		.asked_count = sizes->asked,
		.blocked_count = sizes->blocked,
	};
	twin->prefixes_max = sizes->prefixes;
}

int twin_new(const struct twin_sizes *sizes, struct twin **out)
{
	struct twin *twin = calloc(1, sizeof(*twin));

	if (!twin || tables_new(sizes, &twin->tables)) {
		twin_free(twin);
		return -ENOMEM;
	}
	store_init(twin, sizes);
	*out = twin;
	return 0;
}

void twin_free(struct twin *twin)
{
	if (!twin)
		return;
	free(twin->tables.config);
	free(twin->tables.counts);
	free(twin->tables.names[0]);
	free(twin->tables.names[1]);
	free(twin->tables.zones);
	free(twin->tables.zone_counts);
	free(twin->tables.cells);
	free(twin->tables.words);
	free(twin->tables.proven);
	free(twin->tables.asked);
	free(twin->tables.blocked);
	free(twin->tables.protected);
	free(twin->tables.prefixes);
	free(twin);
}

struct twin_tables twin_tables(struct twin *twin)
{
	return twin->tables;
}

void twin_use_prefixes(struct twin *twin, uint32_t count)
{
	twin->store.prefixes_count = count < twin->prefixes_max ? count : twin->prefixes_max;
}

static struct fw_shield_case twin_case(struct twin *twin, struct scratch *scratch, const uint8_t *frame, uint32_t len)
{
	twin->store.frame = fw_cursor_of(frame, len);
	twin->store.sampled = 0;
	scratch->notes = (struct fw_shield_notes){.frame_len = len};
	return (struct fw_shield_case){.store = &twin->store,
		.config = twin->tables.config,
		.counts = twin->tables.counts,
		.packet = &scratch->packet,
		.question = &scratch->question,
		.notes = &scratch->notes};
}

struct twin_verdict twin_arrive(struct twin *twin, uint64_t now_ns, uint8_t *frame, uint32_t len)
{
	const struct fw_shield_notes *notes = &twin->in.notes;
	struct fw_shield_case c = twin_case(twin, &twin->in, frame, len);

	twin->store.now_ns = now_ns;
	fw_shield_arrive(&c);
	return (struct twin_verdict){.outcome = (enum fw_outcome)notes->outcome,
		.reason = (enum fw_reason)notes->reason,
		.would = (enum fw_reason)notes->would,
		.len = notes->outcome == FW_OUTCOME_TRUNCATED ? notes->reply_len : len,
		.sample = twin->store.sampled ? &twin->sample : NULL};
}

void twin_leave(struct twin *twin, uint64_t now_ns, const uint8_t *frame, uint32_t len)
{
	struct fw_shield_case c = twin_case(twin, &twin->out, frame, len);

	twin->store.now_ns = now_ns;
	fw_shield_leave(&c);
}
