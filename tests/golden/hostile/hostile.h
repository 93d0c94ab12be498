/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A capture in memory, read by the program's own way in: inspect_run() over /proc/self/fd/N.
 * Everything here ends the process (after a sentence) where the test itself cannot go on.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/inspect.h"
#include "gen.h"

struct stage {
	int fd;
	char path[32]; /* for whoever opens it */
};

void stage_open(struct stage *stage);
void stage_close(struct stage *stage);
void stage_append(const struct stage *stage, const void *bytes, size_t len);
void stage_poke(const struct stage *stage, size_t at, const void *bytes, size_t len);
void stage_cut(const struct stage *stage, size_t len);

struct seen {
	int result; /* of inspect_run() */
	bool input_failed;
	bool raw; /* a control character in the report */
	bool escaped; /* "x1b[" in it: a terminal sequence made harmless */
	uint64_t packets; /* of the first capture, where the format is JSON */
	uint64_t len; /* of the report */
};

extern const char *stage_oui_folder; /* as --oui; NULL at first */

struct seen stage_inspect(const struct stage *stage, enum inspect_format format);

/* A scale of 1 means about 100,000 packets where packets are the point. */
struct story {
	const char *name;
	void (*fill)(struct gen *gen, uint32_t scale); /* packets, or ... */
	void (*write)(const struct stage *stage, uint32_t scale); /* ... a file byte by byte */
	bool fills; /* it fills tables: once they are full, more must take no more memory */
	bool escapes; /* terminal sequences in names: they must be seen, as text */
};

/* Of sessions.c, for stories that are made of several. */
void logins_without_end(struct gen *gen, uint32_t scale);
void streams_without_end(struct gen *gen, uint32_t scale);

/* Each ends with one whose name is NULL. */
extern const struct story packet_stories[], session_stories[], file_stories[];
