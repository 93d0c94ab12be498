/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One setting as YAML, for who prints all of them (settings_write.c) and who names the line of each (lines.c). Secrets are masked here. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "conf/settings_table.h"

void write_scalar(FILE *out, const struct settings *settings, const struct scalar *scalar);
/* [a, b]; over several lines where it is long. */
void write_list(FILE *out, const struct settings *settings, const struct list *list);
/* A number without a default that nobody gave. */
bool write_leaves_out(const struct settings *settings, const struct scalar *scalar);
bool write_is_empty(const struct settings *settings, const struct list *list);
