/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The section "guard", read beside the rest of floodwall.yaml (settings.c), with the same words for what is wrong. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "base/fault.h"
#include "conf/parts.h"
#include "conf/schema.h"
#include "conf/settings_table.h"

struct guard_reading {
	const struct parts *parts;
	const struct raw *raw;
	struct fault *fault;
	struct settings *settings;
};

/* A list of the kinds from LIST_INTERFACE on. Each returns 0, -ENOMEM, or -EINVAL with the fault. */
int guard_read_list(const struct guard_reading *reading, const struct list *list, const struct raw_list *raw);

/* When all scalars and lists are read: devices, controllers, which role a setting is for, and what only holds of several together. */
int guard_read(const struct guard_reading *reading);

/* Whether a setting of this path is printed for this role. */
bool settings_is_of(const char *path, enum settings_role role);

/* The section as YAML, from its devices on. */
void guard_write_devices(FILE *out, const struct settings_guard *guard);
void guard_write_entry(FILE *out, const struct settings *settings, const struct list *list, uint32_t index);
