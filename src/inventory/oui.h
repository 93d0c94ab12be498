/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The IEEE registry: which organisation a MAC address was assigned to, by its first 24, 28 or 36 bits.
 * Owns its arrays; sized by what is read, nothing grows later. All zero is an empty registry.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

enum {
	OUI_MAX = 131072, /* assignments; the IEEE had given out 46,500 by 2022 */
};

struct oui_block {
	uint64_t key; /* prefix length in bits << 40 | prefix, right-aligned */
	uint32_t name; /* offset into names; 0 for a block without a public owner */
};

struct oui {
	struct oui_block *blocks; /* ascending by key */
	char *names; /* each once, terminated; offset 0 is "" */
	uint32_t block_count;
	uint32_t names_len;
	uint64_t bad_count; /* lines that could not be read */
};

/* As inventory_read_oui() says; on -ENOMEM the registry is as before. hash_key guards against crafted files. */
int oui_read(struct oui *oui, const uint8_t hash_key[16], const char *file, const char *body, size_t len, struct fault *out_fault);
void oui_done(struct oui *oui);

/* Organisation of the longest prefix, borrowed until the next read, or NULL where none or no public one is known. */
const char *oui_find(const struct oui *oui, const uint8_t mac[6]);
