/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first look, and one device, as a person reads them (docs/schema/overview.json, guard-device.json). Nothing raw reaches the terminal. */
#pragma once

#include "cli/shield_text.h"

void overview_text(FILE *out, const json_t *overview, const struct shield_style *style);
void device_text(FILE *out, const json_t *device, const struct shield_style *style);
void mutes_text(FILE *out, const json_t *decisions, const struct shield_style *style);
