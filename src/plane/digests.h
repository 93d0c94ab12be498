/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of 64-bit hashes in buckets of eight, two buckets each (cuckoo): on memory that the kernel reads while it changes. Pure.
 * The buckets of a hash are as in wire/names.h: one by each half.
 */
#pragma once

#include "wire/shield_state.h"

bool digests_find(const struct fw_digest_bucket *table, uint32_t mask, uint64_t digest);

/* Nothing that is in the set is missing at any moment, but for a look that falls between two steps. Returns 0, -EEXIST or -ENOSPC. */
int digests_add(struct fw_digest_bucket *table, uint32_t mask, uint64_t digest);

/* Returns 0 or -ENOENT. */
int digests_remove(struct fw_digest_bucket *table, uint32_t mask, uint64_t digest);

uint32_t digests_count(const struct fw_digest_bucket *table, uint32_t mask);
