/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A shield as a person reads it, from the daemon's JSON (docs/schema/shield.json). Nothing raw of it reaches the terminal. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct shield_style {
	unsigned width; /* columns; longer lines are cut */
	bool colour;
	bool brief; /* for a view that is redrawn: what changes; no reasons, no tables */
};

void shield_text(FILE *out, const json_t *shield, const struct shield_style *style);

/* Verdicts by reason, tables' fill, decisions, the audit log. */
void verdicts_text(FILE *out, const json_t *shield, const struct shield_style *style);
void stats_text(FILE *out, const json_t *shield, const struct shield_style *style);
void decisions_text(FILE *out, const json_t *decisions, const struct shield_style *style);
void audit_text(FILE *out, const json_t *audit, const struct shield_style *style);

/* text line by line, none longer than columns, without cutting a character or an escape; each ends with end. At most lines of them. */
void lines_cut(FILE *out, const char *text, unsigned columns, unsigned lines, const char *end);
