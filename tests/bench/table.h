/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fills the shield's tables of names and of blocked addresses, straight and without zones' rules: the bench wants a table of a given size, not
 * what a zone's records mean (src/shield/ knows that).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "wire/shield_state.h"

struct table {
	struct fw_names_bucket *buckets; /* borrowed */
	uint32_t mask, count; /* buckets less one; slots taken */
};

/* A zone's apex and all above it. Names in wire form, uncompressed. All return 0 or -ENOSPC. */
int table_apex(struct table *table, const struct fw_dns_key *key, const uint8_t *name, size_t len, uint32_t zone);
/* A name below an apex that is there, and what is between. */
int table_owner(struct table *table, const struct fw_dns_key *key, const uint8_t *name, size_t len);
/* One hash into the list of blocked addresses. */
int table_digest(struct fw_digest_bucket *buckets, uint32_t mask, uint64_t hash);
