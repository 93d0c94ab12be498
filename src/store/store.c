/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file. SQLite in its safe setting (a rollback journal, synchronous full): a few writes an hour, and each of them must hold when
 * the machine goes down the next moment. One writer, which holds the file locked, so that two daemons never share one.
 */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/inside.h"

enum { STORE_PATH_MAX = 512, STORE_LAYOUT = 1 };

const char *const deed_verb_names[DEED_VERB_COUNT] = {
	[DEED_DECIDE] = "decide",
	[DEED_CONFIRM] = "confirm",
	[DEED_RELEASE] = "release",
	[DEED_EXPIRE] = "expire",
	[DEED_REVERT] = "revert",
	[DEED_UNDO] = "undo",
	[DEED_NOTE] = "note",
	[DEED_NAME] = "name",
};

static const char layout[] =
	"begin exclusive;"
	"create table decision (id integer primary key autoincrement, kind integer not null, address blob not null,"
	" bits integer not null, made integer not null, until integer not null, confirm integer not null,"
	" reason text not null, who text not null, stands integer not null);"
	"create index standing on decision (stands, id);"
	"create table deed (id integer primary key autoincrement, time integer not null, verb integer not null,"
	" decision integer not null, of integer not null, undone integer not null, who text not null, detail text not null);"
	"create table learned (name text primary key, time integer not null, bytes blob not null);"
	"pragma user_version = 1; commit";

/* ---- statements ---- */

int store_fault(struct store *store, const char *doing, struct fault *out_fault)
{
	int code = sqlite3_extended_errcode(store->db);

	switch (code & 0xff) {
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_FULL:
		store->state = store->state == STORE_SOUND ? STORE_FULL : store->state;
		fault_set(out_fault, "floodwall.db", 0, 0, "%s: the disk is full; nothing was changed", doing);
		return -ENOSPC;
	default:
		fault_set(out_fault, "floodwall.db", 0, 0, "%s: %s", doing, sqlite3_errmsg(store->db));
		return -EIO;
	}
}

static int bind(sqlite3_stmt *statement, const char *types, va_list arguments)
{
	int code = SQLITE_OK;

	for (int i = 0; types[i] && code == SQLITE_OK; i++) {
		const void *bytes;
		switch (types[i]) {
		case 'i':
			code = sqlite3_bind_int64(statement, i + 1, (sqlite3_int64)va_arg(arguments, uint64_t));
			break;
		case 't':
			code = sqlite3_bind_text(statement, i + 1, va_arg(arguments, const char *), -1, SQLITE_TRANSIENT);
			break;
		default:
			bytes = va_arg(arguments, const void *);
			code = sqlite3_bind_blob64(statement, i + 1, bytes, va_arg(arguments, size_t), SQLITE_TRANSIENT);
		}
	}
	return code;
}

static sqlite3_stmt *ask(struct store *store, const char *sql, const char *types, va_list arguments)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK)
		return NULL;
	if (bind(statement, types, arguments) == SQLITE_OK)
		return statement;
	sqlite3_finalize(statement);
	return NULL;
}

sqlite3_stmt *store_ask(struct store *store, const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement;
	va_list arguments;

	va_start(arguments, types);
	statement = ask(store, sql, types, arguments);
	va_end(arguments);
	return statement;
}

int store_run(struct store *store, const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement;
	va_list arguments;
	int code;

	va_start(arguments, types);
	statement = ask(store, sql, types, arguments);
	va_end(arguments);
	if (!statement)
		return -EIO;
	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		;
	sqlite3_finalize(statement);
	return code == SQLITE_DONE ? 0 : -EIO;
}

int store_begin(struct store *store, struct fault *out_fault)
{
	if (store_run(store, "begin immediate", "") == 0)
		return 0;
	return store_fault(store, "the store cannot be written", out_fault);
}

int store_end(struct store *store, int error, const char *doing, struct fault *out_fault)
{
	int own;

	if (!error && store_run(store, "commit", "") == 0) {
		store->state = store->state == STORE_FULL ? STORE_SOUND : store->state;
		return 0;
	}
	own = error == -EIO || !error ? store_fault(store, doing, out_fault) : error;
	/* SQLite has rolled back itself after some faults: then this fails, and rightly */
	store_run(store, "rollback", "");
	return own;
}

/* ---- opening ---- */

static enum decision_kind read_kind(int kind)
{
	return kind == DECISION_TRUST || kind == DECISION_MUTE ? (enum decision_kind)kind : DECISION_BLOCK;
}

static uint8_t read_bits(int bits)
{
	return bits == DECISION_OF_MAC || bits == DECISION_OF_MUTE || (bits >= 0 && bits <= 128) ? (uint8_t)bits : 128;
}

static void read_decision(sqlite3_stmt *row, struct decision *out)
{
	*out = (struct decision){
		.id = (uint64_t)sqlite3_column_int64(row, 0),
		.kind = read_kind(sqlite3_column_int(row, 1)),
		.prefix.bits = read_bits(sqlite3_column_int(row, 3)),
		.made_s = (uint64_t)sqlite3_column_int64(row, 4),
		.until_s = (uint64_t)sqlite3_column_int64(row, 5),
		.confirm_by_s = (uint64_t)sqlite3_column_int64(row, 6),
	};
	if (sqlite3_column_bytes(row, 2) == 16)
		memcpy(out->prefix.address, sqlite3_column_blob(row, 2), 16);
	snprintf(out->reason, sizeof(out->reason), "%s", (const char *)sqlite3_column_text(row, 7));
	snprintf(out->who, sizeof(out->who), "%s", (const char *)sqlite3_column_text(row, 8));
}

struct standing {
	struct decision *decisions;
	uint32_t count, room;
};

static int add_standing(struct standing *standing, sqlite3_stmt *row)
{
	if (standing->count == DECISIONS_MAX)
		return 0;
	if (standing->count == standing->room) {
		uint32_t room = standing->room ? standing->room * 2 : 64;
		struct decision *grown = realloc(standing->decisions, room * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		standing->decisions = grown;
		standing->room = room;
	}
	read_decision(row, &standing->decisions[standing->count++]);
	return 0;
}

/* What is known in this run alone is not in the file. Both are in the order of their numbers. */
static void keep_steady(const struct store *store, struct standing *standing)
{
	for (uint32_t i = 0, j = 0; i < standing->count; i++) {
		while (j < store->count && store->decisions[j].id < standing->decisions[i].id)
			j++;
		if (j < store->count && store->decisions[j].id == standing->decisions[i].id)
			standing->decisions[i].confirm_steady_s = store->decisions[j].confirm_steady_s;
	}
}

int store_load(struct store *store)
{
	sqlite3_stmt *rows = store_ask(
		store, "select id, kind, address, bits, made, until, confirm, reason, who from decision where stands = 1 order by id", "");
	struct standing standing = {0};
	int code = SQLITE_DONE, error = rows ? 0 : -EIO;

	while (!error && (code = sqlite3_step(rows)) == SQLITE_ROW)
		error = add_standing(&standing, rows);
	if (!error && code != SQLITE_DONE)
		error = -EIO;
	sqlite3_finalize(rows);
	if (error) { /* what was known to stand goes on to stand */
		free(standing.decisions);
		return error;
	}
	keep_steady(store, &standing);
	free(store->decisions);
	store->decisions = standing.decisions;
	store->count = standing.count;
	return 0;
}

/* 0; -EBADMSG: it is damaged, or of another layout; -EAGAIN: another process has it; another -errno. */
static int prepare(struct store *store)
{
	sqlite3_stmt *row;
	int version = -1, code;

	sqlite3_busy_timeout(store->db, 0);
	code = sqlite3_exec(store->db,
		"pragma locking_mode = exclusive; pragma journal_mode = delete; pragma synchronous = full;"
		"pragma trusted_schema = off; begin exclusive; commit",
		NULL, NULL, NULL);
	if (code == SQLITE_BUSY)
		return -EAGAIN;
	if (code == SQLITE_NOMEM)
		return -ENOMEM;
	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		return -EBADMSG;
	if (code != SQLITE_OK)
		return -EIO;
	row = store_ask(store, "pragma user_version", "");
	if (row && sqlite3_step(row) == SQLITE_ROW)
		version = sqlite3_column_int(row, 0);
	sqlite3_finalize(row);
	if (version == 0) {
		code = sqlite3_exec(store->db, layout, NULL, NULL, NULL);
		return code == SQLITE_OK ? 0 : code == SQLITE_NOMEM ? -ENOMEM : code == SQLITE_ERROR ? -EBADMSG : -EIO;
	}
	if (version != STORE_LAYOUT)
		return -EBADMSG;
	row = store_ask(store, "pragma quick_check(1)", "");
	if (!row)
		return -EBADMSG;
	code = sqlite3_step(row);
	version = code == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(row, 0), "ok") == 0;
	sqlite3_finalize(row);
	return version ? 0 : code == SQLITE_NOMEM ? -ENOMEM : -EBADMSG;
}

static int open_at(const char *path, struct store *store)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX;
	int code = sqlite3_open_v2(path, &store->db, flags, NULL), error;

	error = code == SQLITE_OK ? prepare(store) : code == SQLITE_NOMEM ? -ENOMEM : -EIO;
	if (!error)
		error = store_load(store) ? (sqlite3_errcode(store->db) == SQLITE_NOMEM ? -ENOMEM : -EBADMSG) : 0;
	if (error) {
		sqlite3_close(store->db);
		store->db = NULL;
	}
	return error;
}

/* SQLite would make it with the umask's mode; who quarantined whom is nobody else's business. */
static int make_file(const char *path)
{
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (file < 0)
		return -errno;
	close(file);
	return 0;
}

/* The damaged one stays under another name, for a person to look at; earlier ones of that name go. */
static int open_new(const char *path, struct store *store, struct fault *out_fault)
{
	char aside[STORE_PATH_MAX + 16];
	int error;

	snprintf(aside, sizeof(aside), "%s.damaged", path);
	if (rename(path, aside))
		return -errno;
	error = make_file(path);
	if (!error)
		error = open_at(path, store);
	if (!error)
		fault_set(out_fault, path, 0, 0, "is damaged; it was set aside as %s, and decisions begin anew", aside);
	return error;
}

int store_open(const char *folder, struct store **out_store, struct fault *out_fault)
{
	struct store *store = calloc(1, sizeof(*store));
	char path[STORE_PATH_MAX];
	int error;

	if (!store)
		return -ENOMEM;
	snprintf(path, sizeof(path), "%s/floodwall.db", folder);
	error = make_file(path);
	if (!error)
		error = open_at(path, store);
	if (error == -EBADMSG)
		error = open_new(path, store, out_fault);
	if (error && error != -ENOMEM) {
		fault_set(out_fault, path, 0, 0, "%s; decisions last until the daemon ends",
			error == -EAGAIN            ? "is held by another process"
				: error == -EIO     ? "cannot be read or written"
				: error == -EBADMSG ? "is damaged and cannot be set aside"
						    : strerror(-error));
		error = open_at(":memory:", store);
		store->state = STORE_MEMORY;
	}
	if (error) {
		store_close(store);
		return -ENOMEM;
	}
	*out_store = store;
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	sqlite3_close(store->db);
	free(store->decisions);
	free(store);
}

enum store_state store_state(const struct store *store)
{
	return store->state;
}

void store_each_decision(const struct store *store, void (*see)(void *context, const struct decision *), void *context)
{
	for (uint32_t i = 0; i < store->count; i++)
		see(context, &store->decisions[i]);
}
