/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What needs a person now, the most urgent first, each with the one thing to do. Never who was muted or allowed, and nothing that is merely
 * so: a home in order needs nothing.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/guard_view.h"
#include "model/shield_view.h"

enum { NEEDS_MAX = 20, NEED_TEXT_MAX = 640, NEED_DO_MAX = 320 };

struct need {
	uint32_t rank; /* higher first */
	const char *what, *severity;
	char text[NEED_TEXT_MAX], todo[NEED_DO_MAX];
	bool has_mac;
	uint8_t mac[6];
	uint64_t finding; /* its number; 0: none */
};

struct needs {
	struct need list[NEEDS_MAX];
	uint32_t count, more; /* more: that have no place in the list */
};

/* One that comes later stands behind those of the same rank. */
void needs_add(struct needs *needs, const struct need *need);
void needs_of_guard(struct needs *needs, const struct guard_view *view);
void needs_of_shield(struct needs *needs, const struct shield_view *view);
/* Something that does not work: sentence as it is said, and what to do about it. */
void needs_fault(struct needs *needs, uint32_t rank, const char *severity, const char *sentence, const char *todo);
/* Something of the daemon's own that fails, by the key under which the host has it (faults.h). */
void needs_trouble(struct needs *needs, const char *key, const char *sentence);
json_t *needs_show(const struct needs *needs);
