/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made-up networks for the report's tests: views that need no other room. */
#pragma once

#include "report/report.h"

struct situation {
	const char *name;
	/* Fills *out_view with pointers into static storage, good until the next call of any. */
	void (*make)(struct report_view *out_view);
};

extern const struct situation situations[];
extern const size_t situation_count;

/* By name, or NULL. */
const struct situation *situation_find(const char *name);
