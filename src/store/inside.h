/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of store/ share. */
#pragma once

#include <sqlite3.h>

#include "store/store.h"

struct store {
	sqlite3 *db;
	enum store_state state;
	struct decision *decisions; /* those that stand, oldest first; all of them, so that looking costs no reading */
	uint32_t count;
};

/* How many rows come before old ones go: of the audit log beyond DEEDS_MAX, of decisions that ended long ago. */
enum { TRIM_EVERY = 1024 };

/* A sentence for what SQLite said, and its -errno; a full disk is noted in the state. */
int store_fault(struct store *store, const char *doing, struct fault *out_fault);

/* A statement, bound by the letters of `types`: i (uint64_t), t (const char *), b (const void *, size_t). Run to its end; 0 or -errno. */
int store_run(struct store *store, const char *sql, const char *types, ...);
/* The same, and the statement stays open at its first row, if there is one, for sqlite3_step(). NULL where it cannot be made. */
sqlite3_stmt *store_ask(struct store *store, const char *sql, const char *types, ...);

int store_begin(struct store *store, struct fault *out_fault);
/* error 0: keeps what was done since store_begin(); else takes it back. Returns 0 or -errno. */
int store_end(struct store *store, int error, const char *doing, struct fault *out_fault);

/* Reads the decisions that stand anew; on failure those known before stay. 0, -ENOMEM or -EIO. */
int store_load(struct store *store);

int store_add_deed(struct store *store, const struct deed *deed, uint64_t *out_id);
