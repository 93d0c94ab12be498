/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file: how it is laid out, brought up to date, and looked at before it is trusted.
 *
 * SQLite in its safe setting: a write-ahead log, synced at each commit. The file is held locked, so the index of that log is in memory and there
 * is no -shm file. Layouts are numbered (user_version) and each is reached from the one before it by statements that stand here for
 * good, all of them in one transaction: what is killed in between is still the old one, whole. A file of a later layout belongs to a
 * later program, to which its user will return: it is left alone.
 *
 * Looking at all of a file takes some milliseconds for each MiB. Up to CHECK_WHOLE_MAX all of it is looked at; of a larger one what people decided
 * and named, while findings are met when they are read. Damage met then leaves a file FILE.suspect, and the next start looks at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/inside.h"

enum { CHECK_WHOLE_MAX = 64 << 20, MEMORY_PAGES = 2048, OPEN_WAIT_MS = 1000 };

static const char *const layouts[STORE_LAYOUT] = {
	/* 1 */
	"create table decision (id integer primary key autoincrement, kind integer not null, address blob not null,"
	" bits integer not null, made integer not null, until integer not null, confirm integer not null,"
	" reason text not null, who text not null, stands integer not null);"
	"create index standing on decision (stands, id);"
	"create table deed (id integer primary key autoincrement, time integer not null, verb integer not null,"
	" decision integer not null, of integer not null, undone integer not null, who text not null, detail text not null);"
	"create table learned (name text primary key, time integer not null, bytes blob not null);",
	/* 2: what was seen. mac as a number; -1: a deed that names no device */
	"alter table deed add column mac integer not null default -1;"
	"alter table deed add column before text not null default '';"
	"create index deed_decision on deed (decision);"
	"create index deed_mac on deed (mac);"
	"create index decision_prefix on decision (address, bits);"
	"create table device (mac integer primary key, name text not null, state text not null, first integer not null,"
	" last integer not null, body text not null);"
	"create index device_last on device (last) where name = '';"
	"create table finding (number integer primary key autoincrement, mac integer not null, kind text not null, severity text not null,"
	" raised integer not null, last integer not null, muted integer not null, body text not null);"
	"create index finding_mac on finding (mac);"
	"create index finding_kind on finding (kind);"
	"create index finding_severity on finding (severity);"
	"create index finding_last on finding (last);"
	"create table packets (number integer primary key, bytes blob not null);"
	"create table counter (step integer not null, counter integer not null, at integer not null, value integer not null,"
	" primary key (step, counter, at)) without rowid;",
};

/* What SQLite said, as one of layout_prepare()'s numbers. */
static int read_code(struct store *store)
{
	switch (sqlite3_errcode(store->db)) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_BUSY:
		return -EAGAIN;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_ERROR: /* a statement that does not fit: tables are missing, or not ours */
		return -EBADMSG;
	case SQLITE_FULL:
		return -ENOSPC;
	default:
		return -EIO;
	}
}

static int run(struct store *store, const char *sql)
{
	return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : read_code(store);
}

int layout_number(struct store *store)
{
	uint64_t number;

	if (store_number(store, "pragma user_version", &number))
		return read_code(store) ? read_code(store) : -EIO;
	return number <= INT32_MAX ? (int)number : -EBADMSG;
}

/* ---- is it sound ---- */

static int check(struct store *store, const char *sql)
{
	sqlite3_stmt *row = store_ask(store, sql, "");
	int code = row ? sqlite3_step(row) : SQLITE_ERROR, error = code == SQLITE_ROW ? 0 : read_code(store);
	const char *text = code == SQLITE_ROW ? (const char *)sqlite3_column_text(row, 0) : NULL;

	if (code == SQLITE_ROW)
		error = !text ? -ENOMEM : strcmp(text, "ok") == 0 ? 0 : -EBADMSG;
	sqlite3_finalize(row);
	return error;
}

/* A file from elsewhere could bring a trigger or a view that does something at our statements. */
static int check_schema(struct store *store)
{
	uint64_t strange;

	if (store_number(store,
		    "select count(*) from sqlite_schema where type not in ('table', 'index') or tbl_name not in"
		    " ('decision', 'deed', 'learned', 'device', 'finding', 'packets', 'counter', 'sqlite_sequence')",
		    &strange))
		return read_code(store) ? read_code(store) : -EIO;
	return strange ? -EBADMSG : 0;
}

static int check_all(struct store *store, int number, bool whole)
{
	static const char *const parts[] = {"pragma quick_check(decision)", "pragma quick_check(deed)", "pragma quick_check(learned)",
		"pragma quick_check(device)", "pragma quick_check(counter)"};
	uint64_t pages;
	int error = check_schema(store);

	if (!error && store_number(store, "pragma page_count", &pages))
		error = read_code(store);
	if (error)
		return error;
	if (whole || number < 2 || pages <= CHECK_WHOLE_MAX / STORE_PAGE)
		return check(store, "pragma quick_check(1)");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && !error; i++)
		error = check(store, parts[i]);
	return error;
}

/* ---- up to date ---- */

static int migrate(struct store *store, int from)
{
	char version[48];
	/* can be had while the file is empty; on any other this writes a page, even where nothing changes */
	int error = from ? 0 : run(store, "pragma auto_vacuum = incremental");

	if (!error)
		error = run(store, "begin exclusive");
	for (int i = from; i < STORE_LAYOUT && !error; i++)
		error = run(store, layouts[i]);
	snprintf(version, sizeof(version), "pragma user_version = %d", STORE_LAYOUT);
	if (!error)
		error = run(store, version);
	if (!error)
		error = run(store, "commit");
	if (error)
		sqlite3_exec(store->db, "rollback", NULL, NULL, NULL);
	return error;
}

/*
 * Files of layout 1 were not made to shrink, and only writing them anew changes that. They are small. Where it fails (a full disk) the
 * next start tries again.
 */
static int make_shrinkable(struct store *store)
{
	uint64_t way;

	if (store_number(store, "pragma auto_vacuum", &way))
		return read_code(store);
	if (way == 2)
		return 0;
	return run(store, "pragma auto_vacuum = incremental; vacuum") == -ENOMEM ? -ENOMEM : 0;
}

/* A file of our number, sound in itself, may still lack what is written to: made elsewhere, or taken apart. */
static int check_tables(struct store *store)
{
	static const char *const all[] = {"select id, kind, address, bits, made, until, confirm, reason, who, stands from decision",
		"select id, time, verb, decision, of, undone, who, detail, mac, before from deed", "select name, time, bytes from learned",
		"select mac, name, state, first, last, body from device",
		"select number, mac, kind, severity, raised, last, muted, body from finding", "select number, bytes from packets",
		"select step, counter, at, value from counter"};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		sqlite3_stmt *row = store_ask(store, all[i], "");
		if (!row)
			return read_code(store) ? read_code(store) : -EIO;
		sqlite3_finalize(row);
	}
	return 0;
}

static int count_rows(struct store *store)
{
	if (store_number(store, "select count(*) from finding", &store->findings) ||
		store_number(store, "select count(*) from device", &store->devices))
		return read_code(store) ? read_code(store) : -EIO;
	return 0;
}

int layout_prepare(struct store *store, bool whole)
{
	int error, number;

	sqlite3_busy_timeout(store->db, OPEN_WAIT_MS);
	error = run(store,
		"pragma locking_mode = exclusive; pragma synchronous = full; pragma trusted_schema = off;"
		"pragma cell_size_check = on; pragma cache_size = -1024; pragma mmap_size = 0;"
		"pragma journal_size_limit = 4194304; begin exclusive; commit");
	sqlite3_busy_timeout(store->db, 0);
	number = error ? error : layout_number(store);
	if (number < 0)
		return number;
	if (number > STORE_LAYOUT)
		return -ENOTSUP;
	error = check_all(store, number, whole);
	if (!error && number < STORE_LAYOUT)
		error = migrate(store, number);
	if (!error)
		error = check_tables(store);
	if (!error)
		error = make_shrinkable(store);
	/* where it cannot be had (a full disk), the older journal is as safe, and slower */
	if (!error)
		error = run(store, "pragma journal_mode = wal") == -ENOMEM ? -ENOMEM : 0;
	return error ? error : count_rows(store);
}

/* What a file of ours always has cannot be read: it is damaged. */
static int load(struct store *store)
{
	int error = store_load(store);

	return error != -EIO ? error : sqlite3_errcode(store->db) == SQLITE_NOMEM ? -ENOMEM : -EBADMSG;
}

int store_open_at(const char *path, struct store *store, bool whole)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX;
	int code = sqlite3_open_v2(path, &store->db, flags, NULL), error;

	error = code == SQLITE_OK ? layout_prepare(store, whole) : code == SQLITE_NOMEM ? -ENOMEM : -EIO;
	if (!error)
		error = load(store);
	if (error) {
		sqlite3_close(store->db);
		store->db = NULL;
	}
	return error;
}

/* ---- opening ---- */

/* SQLite would make it with the umask's mode; who quarantined whom is nobody else's business. */
static int make_file(const char *path)
{
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (file < 0)
		return -errno;
	close(file);
	return 0;
}

static const char *const endings[] = {"", "-wal", "-shm", "-journal"};

/* The damaged one stays under another name, with its journals, for a person to look at; earlier ones of that name go. */
static int set_aside(const char *path)
{
	char from[STORE_PATH_MAX + 24], to[STORE_PATH_MAX + 24];

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		snprintf(from, sizeof(from), "%s%s", path, endings[i]);
		snprintf(to, sizeof(to), "%s.damaged%s", path, endings[i]);
		unlink(to);
		if (rename(from, to) && (i == 0 || errno != ENOENT))
			return -errno;
	}
	return 0;
}

static int open_new(const char *path, struct store *store, struct fault *out_fault)
{
	int error = set_aside(path);

	if (!error)
		error = make_file(path);
	if (!error)
		error = store_open_at(path, store, false);
	if (!error)
		fault_set(out_fault, path, 0, 0, "is damaged; it was set aside as %s.damaged, and decisions begin anew", path);
	return error;
}

static int open_file(struct store *store, const char *path, struct fault *out_fault)
{
	char suspect[STORE_PATH_MAX + 16];
	int error = make_file(path);

	snprintf(suspect, sizeof(suspect), "%s.suspect", path);
	if (!error)
		error = store_open_at(path, store, access(suspect, F_OK) == 0);
	if (error == -EBADMSG)
		error = open_new(path, store, out_fault);
	if (!error)
		unlink(suspect);
	return error;
}

static const char *why_not(int error)
{
	switch (error) {
	case -EAGAIN:
		return "is held by another process";
	case -ENOTSUP:
		return "was made by a later version of floodwall and is left as it is";
	case -ENOSPC:
		return "cannot be brought up to date: the disk is full";
	case -EIO:
		return "cannot be read or written";
	case -EBADMSG:
		return "is damaged and cannot be set aside";
	default:
		return strerror(-error);
	}
}

/* Bounded: what traffic makes us remember must not fill the memory. */
static int open_in_memory(struct store *store)
{
	char ceiling[48];
	int error = store_open_at(":memory:", store, false);

	store->state = STORE_MEMORY;
	snprintf(ceiling, sizeof(ceiling), "pragma max_page_count = %d", MEMORY_PAGES);
	return error ? error : run(store, ceiling);
}

int store_open(const char *folder, struct store **out_store, struct fault *out_fault)
{
	struct store *store = calloc(1, sizeof(*store));
	char path[STORE_PATH_MAX];
	int error;

	if (!store)
		return -ENOMEM;
	snprintf(path, sizeof(path), "%s/floodwall.db", folder);
	error = open_file(store, path, out_fault);
	if (error && error != -ENOMEM) {
		fault_set(out_fault, path, 0, 0, "%s; decisions last until the daemon ends", why_not(error));
		error = open_in_memory(store);
	} else if (!error) {
		memcpy(store->path, path, sizeof(store->path));
	}
	if (error) {
		store_close(store);
		return -ENOMEM;
	}
	*out_store = store;
	return 0;
}
