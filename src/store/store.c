/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statements on the one file, and what holds. One writer, which holds the file locked, so that two daemons never share one. Each
 * transaction is synced before anybody is told that it is done (layout.c sets how).
 */
#include "store/store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>

#include "store/inside.h"

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

/* ---- statements ---- */

/* Found in use, in a file too large to be looked at as a whole at each start: the next start does. */
static void note_damage(struct store *store)
{
	char suspect[STORE_PATH_MAX + 16];
	int file;

	store->state = store->state == STORE_MEMORY ? STORE_MEMORY : STORE_DAMAGED;
	if (!store->path[0])
		return;
	snprintf(suspect, sizeof(suspect), "%s.suspect", store->path);
	file = open(suspect, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file >= 0)
		close(file);
}

static bool is_out_of_room(struct store *store, int which)
{
	sqlite3_file *file = NULL;
	int why = 0;

	if (sqlite3_file_control(store->db, "main", which, &file) == SQLITE_OK && file && file->pMethods)
		file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &why);
	return why == ENOSPC || why == EDQUOT || why == EFBIG;
}

/* A quota, or a ceiling of file size, is a full disk that SQLite has no number for: its files know why they were not written. */
static bool is_full(struct store *store, int code)
{
	return (code & 0xff) == SQLITE_FULL ||
		(code == SQLITE_IOERR_WRITE &&
			(is_out_of_room(store, SQLITE_FCNTL_FILE_POINTER) || is_out_of_room(store, SQLITE_FCNTL_JOURNAL_POINTER)));
}

int store_fault(struct store *store, const char *doing, struct fault *out_fault)
{
	int extended = sqlite3_extended_errcode(store->db), code = extended & 0xff;

	if (code == SQLITE_NOMEM)
		return -ENOMEM;
	if (is_full(store, extended)) {
		store->state = store->state == STORE_SOUND ? STORE_FULL : store->state;
		fault_set(out_fault, "floodwall.db", 0, 0, "%s: the disk is full; nothing was changed", doing);
		return -ENOSPC;
	}
	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		note_damage(store);
	fault_set(out_fault, "floodwall.db", 0, 0, "%s: %s", doing, sqlite3_errmsg(store->db));
	return -EIO;
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

int store_number(struct store *store, const char *sql, uint64_t *out_number)
{
	sqlite3_stmt *row = store_ask(store, sql, "");
	int code = row ? sqlite3_step(row) : SQLITE_ERROR;

	if (code == SQLITE_ROW)
		*out_number = (uint64_t)sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	return code == SQLITE_ROW ? 0 : -EIO;
}

void store_text(sqlite3_stmt *row, int column, char *out, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	snprintf(out, size, "%s", text ? text : "");
}

/* ---- transactions ---- */

/* SQLite takes the whole transaction back by itself after some faults: what comes then would be kept alone, one by one. */
static int check_gathered(struct store *store, struct fault *out_fault)
{
	if (!store->gathered && sqlite3_get_autocommit(store->db))
		store->gathered = -EIO;
	if (store->gathered)
		fault_set(out_fault, "floodwall.db", 0, 0, "the store cannot be written: what was gathered is lost%s",
			store->gathered == -ENOSPC ? ", the disk is full" : "");
	return store->gathered;
}

int store_begin(struct store *store, struct fault *out_fault)
{
	if (store->gathering)
		return check_gathered(store, out_fault)         ? store->gathered
			: store_run(store, "savepoint one", "") ? store_fault(store, "the store cannot be written", out_fault)
								: 0;
	store->findings_before = store->findings;
	store->devices_before = store->devices;
	if (store_run(store, "begin immediate", "") == 0)
		return 0;
	return store_fault(store, "the store cannot be written", out_fault);
}

/* SQLite has rolled back itself after some faults: then the statement fails, and rightly. */
static void take_back(struct store *store)
{
	store_run(store, "rollback", "");
	store->findings = store->findings_before;
	store->devices = store->devices_before;
}

static int end_gathered(struct store *store, int error, const char *doing, struct fault *out_fault)
{
	if (!error && store_run(store, "release one", "") == 0)
		return 0;
	if (error == -EIO || !error)
		error = store->gathered = store_fault(store, doing, out_fault);
	store_run(store, "rollback to one", "");
	store_run(store, "release one", "");
	return error;
}

int store_end(struct store *store, int error, const char *doing, struct fault *out_fault)
{
	int own;

	if (store->gathering)
		return end_gathered(store, error, doing, out_fault);
	if (!error && store_run(store, "commit", "") == 0) {
		store->state = store->state == STORE_FULL ? STORE_SOUND : store->state;
		return 0;
	}
	own = error == -EIO || !error ? store_fault(store, doing, out_fault) : error;
	take_back(store);
	return own;
}

int store_gather(struct store *store, struct fault *out_fault)
{
	int error;

	if (store->gathering)
		return -EBUSY;
	error = store_begin(store, out_fault);
	store->gathering = !error;
	store->gathered = 0;
	return error;
}

int store_settle(struct store *store, struct fault *out_fault)
{
	int error;

	if (!store->gathering)
		return -EINVAL;
	error = check_gathered(store, out_fault);
	store->gathering = false;
	if (!error)
		error = store_end(store, 0, "what was gathered cannot be kept", out_fault);
	else
		take_back(store);
	if (error)
		store_load(store);
	return error;
}

/* ---- what holds ---- */

static enum decision_kind read_kind(int kind)
{
	return kind >= DECISION_TRUST && kind <= DECISION_BYPASS ? (enum decision_kind)kind : DECISION_BLOCK;
}

static uint8_t read_bits(int bits)
{
	return bits == DECISION_OF_MAC || bits == DECISION_OF_MUTE || bits == DECISION_OF_ALL || (bits >= 0 && bits <= 128) ? (uint8_t)bits
															    : 128;
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
	store_text(row, 7, out->reason, sizeof(out->reason));
	store_text(row, 8, out->who, sizeof(out->who));
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

/* A prefix has one decision that stands: the file says so each time one is made. Of two that a hand wrote into it, the older comes first. */
static int by_prefix(const void *left, const void *right, void *context)
{
	const struct decision *list = context;
	const struct decision *one = &list[*(const uint32_t *)left], *other = &list[*(const uint32_t *)right];
	int order = memcmp(one->prefix.address, other->prefix.address, sizeof(one->prefix.address));

	if (order || one->prefix.bits != other->prefix.bits)
		return order ? order : (int)one->prefix.bits - (int)other->prefix.bits;
	return (one->id > other->id) - (one->id < other->id);
}

void store_order(struct store *store)
{
	for (uint32_t i = 0; i < store->count; i++)
		store->by_prefix[i] = i;
	if (store->count)
		qsort_r(store->by_prefix, store->count, sizeof(*store->by_prefix), by_prefix, store->decisions);
}

int store_load(struct store *store)
{
	sqlite3_stmt *rows = store_ask(
		store, "select id, kind, address, bits, made, until, confirm, reason, who from decision where stands = 1 order by id", "");
	struct standing standing = {0};
	int code = SQLITE_DONE, error = rows ? 0 : -EIO;
	uint32_t *places = NULL;

	while (!error && (code = sqlite3_step(rows)) == SQLITE_ROW)
		error = add_standing(&standing, rows);
	if (!error && code != SQLITE_DONE)
		error = -EIO;
	sqlite3_finalize(rows);
	if (!error && !(places = malloc((standing.count + 1u) * sizeof(*places))))
		error = -ENOMEM;
	if (error) { /* what was known to stand goes on to stand */
		free(standing.decisions);
		return error;
	}
	keep_steady(store, &standing);
	free(store->decisions);
	free(store->by_prefix);
	store->decisions = standing.decisions;
	store->by_prefix = places;
	store->count = standing.count;
	store_order(store);
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	backup_drop(store);
	sqlite3_close(store->db);
	free(store->decisions);
	free(store->by_prefix);
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

const struct decision *store_decision_of(const struct store *store, const struct prefix *prefix)
{
	uint32_t low = 0, high = store->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct decision *decision = &store->decisions[store->by_prefix[middle]];
		int order = memcmp(decision->prefix.address, prefix->address, sizeof(prefix->address));
		if (!order)
			order = (int)decision->prefix.bits - (int)prefix->bits;
		if (!order)
			return decision;
		low = order < 0 ? middle + 1 : low;
		high = order < 0 ? high : middle;
	}
	return NULL;
}
