/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of store/ share. */
#pragma once

#include <sqlite3.h>

#include "store/store.h"

enum { STORE_PATH_MAX = 512, STORE_LAYOUT = 2, STORE_PAGE = 4096 };

struct backup; /* a copy that is being made */

/* Where store_age() stands: it goes on from there at the next call. */
struct ageing {
	uint64_t last_s, trusted_s; /* now_s of the last call; by age from then on */
	uint64_t deed; /* the last one looked at */
	uint32_t counter;
};

struct store {
	sqlite3 *db;
	enum store_state state;
	struct decision *decisions; /* those that stand, oldest first; all of them, so that looking costs no reading */
	uint32_t *by_prefix; /* their places in the list, by prefix */
	uint32_t count;
	char path[STORE_PATH_MAX]; /* "": in memory */
	uint64_t findings, devices; /* rows there are, so that a ceiling costs no counting */
	uint64_t findings_before, devices_before; /* as they were before what is not kept yet */
	bool gathering;
	int gathered; /* -errno of what the file did not take; 0: all well */
	struct ageing ageing;
	struct backup *backup;
};

/* How many rows come before old ones go: of the audit log beyond DEEDS_MAX, of decisions that ended long ago. */
enum { TRIM_EVERY = 1024 };

/* ---- store.c: statements ---- */

/* A sentence for what SQLite said, and its -errno; a full disk or a damaged page is noted in the state. */
int store_fault(struct store *store, const char *doing, struct fault *out_fault);

/* A statement, bound by the letters of `types`: i (uint64_t), t (const char *), b (const void *, size_t). Run to its end; 0 or -errno. */
int store_run(struct store *store, const char *sql, const char *types, ...);
/* The same, and the statement stays open at its first row, if there is one, for sqlite3_step(). NULL where it cannot be made. */
sqlite3_stmt *store_ask(struct store *store, const char *sql, const char *types, ...);
/* The one number that a statement without values gives. 0 or -errno. */
int store_number(struct store *store, const char *sql, uint64_t *out_number);
/* A column's text, "" where there is none, cut to fit. */
void store_text(sqlite3_stmt *row, int column, char *out, size_t size);

/* Within store_gather() these set a mark in its transaction and go back to it. */
int store_begin(struct store *store, struct fault *out_fault);
/* error 0: keeps what was done since store_begin(); else takes it back. Returns 0 or -errno. */
int store_end(struct store *store, int error, const char *doing, struct fault *out_fault);

/* Reads the decisions that stand anew; on failure those known before stay. 0, -ENOMEM or -EIO. */
int store_load(struct store *store);
/* The list of decisions became shorter here: their order by prefix follows. */
void store_order(struct store *store);

/* ---- layout.c ---- */

/*
 * Ready for use: layout made or brought up to date, contents checked. 0; -EBADMSG: it is damaged; -ENOTSUP: of a later layout; -EAGAIN: another
 * process has it; another -errno. whole: all of it is checked, however large.
 */
int layout_prepare(struct store *store, bool whole);
/* The layout's number as the file says it, or -errno. */
int layout_number(struct store *store);
/* The database at path, or ":memory:". As layout_prepare(); on failure store->db is closed. */
int store_open_at(const char *path, struct store *store, bool whole);

/* ---- deed.c, name.c ---- */

/* With its subject, where that is a device. */
int store_add_deed(struct store *store, const struct deed *deed, uint64_t *out_id);
/* What deed_read() takes, in order; conditions and an order may follow. */
#define DEED_COLUMNS \
	"select deed.id, time, verb, decision, of, undone, deed.who, detail, mac, decision.address, decision.bits," \
	" decision.kind, decision.until, decision.reason, decision.who" \
	" from deed left join decision on decision.id = deed.decision "
void deed_read(sqlite3_stmt *row, struct deed *out);
/* The name that a deed gave is taken away, and the one before is back; -EBUSY where a later name was given. */
int name_take_back(struct store *store, uint64_t deed, struct fault *out_fault);
uint64_t name_mac(const uint8_t mac[6]); /* as the file has it */
void name_mac_read(uint64_t number, uint8_t out_mac[6]);

/* ---- backup.c ---- */

/* One that is not done is dropped, and its file. */
void backup_drop(struct store *store);
