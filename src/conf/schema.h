/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * floodwall.yaml in the shape of words: libcyaml checks by a schema made from settings_table.h that every key is known and that values, lists and
 * mappings stand where they should. What the words mean is settings.c's to say.
 */
#pragma once

#include <stddef.h>

#include "base/fault.h"
#include "conf/outline.h"
#include "conf/settings_table.h"

struct raw_list {
	char **items;
	unsigned count;
};

struct raw_key {
	char *name, *algorithm, *secret, *secret_file;
};

struct raw_zone {
	char *name, *file, *key;
};

struct raw_device {
	char *mac, *name, *mud, *admin;
};

struct raw_controller {
	char *name;
	char **addresses;
	unsigned address_count;
};

/* NULL where the file says nothing. */
struct raw {
	char *scalar[SCALARS_MAX]; /* by settings_scalars[] */
	struct raw_list list[LISTS_MAX]; /* by settings_lists[] */
	struct raw_key *keys;
	struct raw_zone *zones;
	unsigned key_count, zone_count;
	struct raw_device *devices;
	struct raw_controller *controllers;
	unsigned device_count, controller_count;
};

struct schema; /* owns the raw it made */

/* *out_raw is borrowed from *out_schema. Returns 0, -ENOMEM, or -EINVAL with the fault. */
int schema_read(const char *file, const char *body, size_t len, const struct outline *outline, struct schema **out_schema,
	const struct raw **out_raw, struct fault *out_fault);
void schema_free(struct schema *schema);
