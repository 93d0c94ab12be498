/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order in which a person should hear of findings.
 *
 * Findings come by severity; people think in devices. So findings are sorted into blocks, one per device (and one per kind of
 * finding for those without a device of ours), blocks go worst first, and blocks that would read the same (forty cameras with
 * telnet open) become one group, told once with a list of names. Within a block, findings of one kind (a flood of three
 * hundred targets) are told once, with the number of the others.
 */
#pragma once

#include "report/report.h"

struct block {
	const struct device *device; /* NULL: no device of ours, or none that is shown */
	const struct finding *const *findings; /* borrowed from the blocks, worst first, findings of one kind side by side */
	size_t count;
	unsigned rank; /* state and severity in one; higher is worse */
	uint64_t signature; /* equal for blocks that would read the same */
	size_t leader, size; /* group: index of its first block; on the leader: how many it has */
};

struct blocks {
	struct block *list; /* worst first */
	size_t count;
	const struct finding **sorted;
	size_t muted; /* findings left away here because they are muted */
};

/* Returns 0 or -ENOMEM. */
int blocks_new(const struct report_view *view, struct blocks *out_blocks);
void blocks_free(struct blocks *blocks);

/* Findings at the head of these that are of one kind: told once. At least 1 if count is. */
size_t blocks_same_kind(const struct finding *const *findings, size_t count);

/* The device's state, or what the worst finding amounts to where there is no device. */
enum device_state blocks_state(const struct block *block);
