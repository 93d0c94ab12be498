/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A copy of the whole, and the way back. Copying goes page by page by the connection that also writes (SQLite's backup keeps the pages that are written
 * meanwhile in step), in pieces, so that a large file holds nobody up. The way back first makes a file beside the one that is there, looks at all
 * of it, and only then gives it the name: at each moment there is one whole store.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/inside.h"

enum { BACKUP_PAGES = 1024, COPY_BYTES = 65536 };

struct backup {
	sqlite3 *db;
	sqlite3_backup *copying;
	char path[STORE_PATH_MAX];
};

/* ---- there ---- */

static int sync_file(const char *path)
{
	int file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW), error;

	if (file < 0)
		return -errno;
	error = fsync(file) ? -errno : 0;
	close(file);
	return error;
}

static void close_backup(struct store *store)
{
	if (store->backup->copying)
		sqlite3_backup_finish(store->backup->copying);
	sqlite3_close(store->backup->db);
	free(store->backup);
	store->backup = NULL;
}

void backup_drop(struct store *store)
{
	static const char *const endings[] = {"", "-journal"};
	char path[STORE_PATH_MAX + 16];

	if (!store->backup)
		return;
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s%s", store->backup->path, endings[i]);
		unlink(path);
	}
	close_backup(store);
}

static int backup_fault(const char *path, int code, struct fault *out_fault)
{
	if (code == SQLITE_NOMEM)
		return -ENOMEM;
	fault_set(out_fault, path, 0, 0, "the copy cannot be made: %s", code == SQLITE_FULL ? "the disk is full" : sqlite3_errstr(code));
	return code == SQLITE_FULL ? -ENOSPC : -EIO;
}

/* Not synced page by page, and without a journal: it is synced when it is whole, and thrown away when it is not. */
static int open_copy(struct backup *backup)
{
	int code = sqlite3_open_v2(backup->path, &backup->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX, NULL);

	if (code != SQLITE_OK)
		return code;
	return sqlite3_exec(backup->db,
		"pragma cache_size = -256; pragma synchronous = off; pragma journal_mode = off;"
		"pragma locking_mode = exclusive",
		NULL, NULL, NULL);
}

int store_backup_begin(struct store *store, const char *path, struct fault *out_fault)
{
	struct backup *backup;
	int file, code;

	if (store->gathering)
		return -EBUSY;
	backup_drop(store);
	file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file < 0) {
		int error = errno;
		fault_set(out_fault, path, 0, 0, "the copy cannot be made: %s", strerror(error));
		return -error;
	}
	close(file);
	backup = calloc(1, sizeof(*backup));
	if (!backup) {
		unlink(path);
		return -ENOMEM;
	}
	snprintf(backup->path, sizeof(backup->path), "%s", path);
	store->backup = backup;
	code = open_copy(backup);
	if (code == SQLITE_OK)
		backup->copying = sqlite3_backup_init(backup->db, "main", store->db, "main");
	if (backup->copying)
		return 0;
	code = code == SQLITE_OK ? sqlite3_errcode(backup->db) : code;
	backup_drop(store);
	return backup_fault(path, code, out_fault);
}

/* Whole: as a file without a journal beside it, which any SQLite opens, and on the disk. */
static int finish_backup(struct store *store, struct fault *out_fault)
{
	struct backup *backup = store->backup;
	char path[STORE_PATH_MAX];
	int code = sqlite3_backup_finish(backup->copying), error;

	backup->copying = NULL;
	if (code == SQLITE_OK)
		code = sqlite3_exec(backup->db, "pragma journal_mode = delete", NULL, NULL, NULL);
	memcpy(path, backup->path, sizeof(path));
	error = code == SQLITE_OK ? sync_file(path) : backup_fault(path, code, out_fault);
	if (code == SQLITE_OK && error)
		fault_set(out_fault, path, 0, 0, "the copy cannot be made: %s", strerror(-error));
	if (error)
		backup_drop(store);
	else
		close_backup(store);
	return error;
}

int store_backup_step(struct store *store, uint32_t *out_left, struct fault *out_fault)
{
	struct backup *backup = store->backup;
	int code, error;

	if (!backup) {
		fault_set(out_fault, "", 0, 0, "no copy is being made");
		return -ENOENT;
	}
	if (store->gathering)
		return -EBUSY;
	code = sqlite3_backup_step(backup->copying, BACKUP_PAGES);
	if (code == SQLITE_DONE) {
		error = finish_backup(store, out_fault);
		if (!error)
			*out_left = 0;
		return error;
	}
	if (code == SQLITE_OK) {
		int left = sqlite3_backup_remaining(backup->copying);
		*out_left = left > 0 ? (uint32_t)left : 1;
		return 0;
	}
	error = backup_fault(backup->path, code, out_fault);
	backup_drop(store);
	return error;
}

int store_backup(struct store *store, const char *path, struct fault *out_fault)
{
	uint32_t left = 1;
	int error = store_backup_begin(store, path, out_fault);

	while (!error && left)
		error = store_backup_step(store, &left, out_fault);
	return error;
}

/* ---- and back ---- */

static int copy_bytes(int from, int to)
{
	char *bytes = malloc(COPY_BYTES);
	ssize_t got = 0;
	int error = bytes ? 0 : -ENOMEM;

	while (!error && (got = read(from, bytes, COPY_BYTES)) > 0)
		for (ssize_t done = 0, put; done < got && !error; done += put) {
			put = write(to, bytes + done, (size_t)(got - done));
			if (put < 0) {
				error = -errno;
				put = 0;
			}
		}
	if (!error && got < 0)
		error = -errno;
	free(bytes);
	return error ? error : fsync(to) ? -errno : 0;
}

/* Left by one who was killed: SQLite would take them for those of the new file. */
static void drop_journals(const char *path)
{
	static const char *const endings[] = {"-wal", "-shm", "-journal"};
	char name[STORE_PATH_MAX + 32];

	for (size_t i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s%s", path, endings[i]);
		unlink(name);
	}
}

/* The owner is that of the folder: the daemon's user, when root restores. */
static int make_copy(const char *folder, const char *copy, const char *path, struct fault *out_fault)
{
	int from = open(copy, O_RDONLY | O_CLOEXEC), to = -1, error = from < 0 ? -errno : 0;
	struct stat owner, what;

	if (error || fstat(from, &what) || !S_ISREG(what.st_mode)) {
		fault_set(out_fault, copy, 0, 0, "cannot be read: %s", error ? strerror(-error) : "is no file");
		error = error ? error : -EINVAL;
		goto out;
	}
	unlink(path);
	to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	error = to < 0 || stat(folder, &owner) ? -errno : copy_bytes(from, to);
	if (!error && (owner.st_uid != geteuid() || owner.st_gid != getegid()) && fchown(to, owner.st_uid, owner.st_gid))
		error = -errno;
	if (error)
		fault_set(out_fault, path, 0, 0, "cannot be written: %s", strerror(-error));
out:
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return error;
}

/* One row of hundreds of megabytes would be read into memory by whoever looks at the page: we never keep such a one. */
static int check_rows(struct store *store)
{
	static const char sql[] = "select (select count(*) from finding where length(cast(body as blob)) > %d)"
				  " + (select count(*) from device where length(cast(body as blob)) > %d)"
				  " + (select count(*) from packets where length(bytes) > %d)";
	char text[sizeof(sql) + 32];
	uint64_t large;

	snprintf(text, sizeof(text), sql, HISTORY_BODY_MAX, HISTORY_BODY_MAX, HISTORY_PACKETS_MAX);
	if (store_number(store, text, &large))
		return -EIO;
	return large ? -EBADMSG : 0;
}

/* By opening it as the daemon would: looked at as a whole, brought up to date, and closed as one file. */
static int check_copy(const char *path, const char *copy, struct fault *out_fault)
{
	struct store store = {0};
	int error;

	error = store_open_at(path, &store, true);
	if (!error)
		error = check_rows(&store);
	if (!error && sqlite3_exec(store.db, "pragma journal_mode = delete", NULL, NULL, NULL) != SQLITE_OK)
		error = -EIO;
	sqlite3_close(store.db);
	free(store.decisions);
	free(store.by_prefix);
	if (!error)
		return 0;
	fault_set(out_fault, copy, 0, 0, "%s; nothing was changed",
		error == -EBADMSG           ? "is no store of floodwall, or is damaged"
			: error == -ENOTSUP ? "was made by a later version of floodwall"
					    : "cannot be looked at");
	return error;
}

/*
 * The file that is there, held, with its journal taken in, so that no journal of it lies beside another file. NULL: there is none, or it is
 * damaged and its journals go with it.
 */
static int hold(const char *path, sqlite3 **out_db, struct fault *out_fault)
{
	int code = sqlite3_open_v2(path, out_db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_exec(*out_db, "pragma locking_mode = exclusive; pragma journal_mode = delete; begin exclusive; commit", NULL,
			NULL, NULL);
	if (code == SQLITE_OK)
		return 0;
	sqlite3_close(*out_db);
	*out_db = NULL;
	if (code != SQLITE_BUSY)
		return code == SQLITE_NOMEM ? -ENOMEM : 0;
	fault_set(out_fault, path, 0, 0, "is held by another process; stop the daemon first");
	return -EBUSY;
}

static int put_in_place(const char *folder, const char *path, const char *made, struct fault *out_fault)
{
	static const char *const endings[] = {"-wal", "-shm", "-journal"};
	char before[STORE_PATH_MAX + 16], from[STORE_PATH_MAX + 16], to[STORE_PATH_MAX + 32];
	int error, place;

	snprintf(before, sizeof(before), "%s.before", path);
	unlink(before);
	for (size_t i = 0; i < 3; i++) {
		snprintf(from, sizeof(from), "%s%s", path, endings[i]);
		snprintf(to, sizeof(to), "%s%s", before, endings[i]);
		unlink(to);
		rename(from, to);
	}
	error = (link(path, before) && errno != ENOENT) || rename(made, path) ? -errno : 0;
	place = error ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (place >= 0) {
		error = fsync(place) ? -errno : 0;
		close(place);
	}
	if (error)
		fault_set(out_fault, path, 0, 0, "the copy cannot be put in place: %s", strerror(-error));
	return error;
}

int store_restore(const char *folder, const char *copy, struct fault *out_fault)
{
	char path[STORE_PATH_MAX], made[STORE_PATH_MAX + 16];
	sqlite3 *held = NULL;
	int error;

	snprintf(path, sizeof(path), "%s/floodwall.db", folder);
	snprintf(made, sizeof(made), "%s.new", path);
	error = hold(path, &held, out_fault);
	if (error)
		return error;
	drop_journals(made);
	error = make_copy(folder, copy, made, out_fault);
	if (!error)
		error = check_copy(made, copy, out_fault);
	if (!error)
		error = put_in_place(folder, path, made, out_fault);
	if (error)
		unlink(made);
	sqlite3_close(held);
	return error;
}
