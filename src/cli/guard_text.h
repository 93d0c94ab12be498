/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guard as a person reads it, from the daemon's JSON (docs/schema/guard-*.json). Nothing raw of it reaches the terminal. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "cli/shield_text.h"

void devices_text(FILE *out, const json_t *devices, const struct shield_style *style);
void findings_text(FILE *out, const json_t *findings, const struct shield_style *style);
void finding_text(FILE *out, const json_t *finding, const struct shield_style *style);
void traffic_text(FILE *out, const json_t *traffic, const struct shield_style *style);
void policy_text(FILE *out, const json_t *policy, const struct shield_style *style);
void guard_verdicts_text(FILE *out, const json_t *verdicts, const struct shield_style *style);
