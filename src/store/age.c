/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is old goes, and the file shrinks. A piece at a time, for the one thread has other things to do: each call takes at most AGE_ROWS rows
 * of each kind and gives back at most VACUUM_PAGES pages. Deleting first makes pages empty within the file; they are used again, and what is more
 * than EMPTY_PAGES of them goes back to the disk.
 */
#include <errno.h>
#include <stdio.h>

#include "store/inside.h"

enum {
	AGE_ROWS = 200,
	AGE_PACKETS = 16,
	VACUUM_PAGES = 256,
	EMPTY_PAGES = 256,
	MINUTES_S = 2 * 86400,
	HOURS_S = 60 * 86400,
	DAYS_S = 730 * 86400
};

/* Whether the clock has gone on evenly for long enough that what is old by it is old. */
static bool is_trusted(struct ageing *ageing, uint64_t now_s)
{
	if (!ageing->last_s || now_s < ageing->last_s || now_s - ageing->last_s >= AGE_JUMP_S)
		ageing->trusted_s = now_s + AGE_SETTLED_S;
	ageing->last_s = now_s;
	return now_s >= ageing->trusted_s;
}

/* A statement that deletes, and how many rows it took, from *count. */
static int take(struct store *store, const char *sql, uint64_t value, uint64_t *count)
{
	int error = store_run(store, sql, "ii", value, (uint64_t)AGE_ROWS);
	uint64_t gone = error ? 0 : (uint64_t)sqlite3_changes(store->db);

	*count -= gone < *count ? gone : *count;
	return error;
}

static uint64_t before(uint64_t now_s, uint64_t age_s)
{
	return age_s && now_s > age_s ? now_s - age_s : 0;
}

/* Deeds in the order of their numbers, from where the last call stood. One by which a decision stands says why it does: it stays. */
static int age_deeds(struct store *store, uint64_t cutoff_s)
{
	sqlite3_stmt *row = store_ask(store, "select max(id) from (select id from deed where id > ? order by id limit ?)", "ii",
		store->ageing.deed, (uint64_t)AGE_ROWS);
	int code = row ? sqlite3_step(row) : SQLITE_ERROR, error = code == SQLITE_ROW ? 0 : -EIO;
	uint64_t from = store->ageing.deed;

	if (!error)
		store->ageing.deed = (uint64_t)sqlite3_column_int64(row, 0); /* 0 behind the last one: from the start again */
	sqlite3_finalize(row);
	if (error || !store->ageing.deed)
		return error;
	return store_run(store,
		"delete from deed where id > ? and id <= ? and time < ?"
		" and not exists (select 1 from decision where decision.id = deed.decision and stands = 1)",
		"iii", from, store->ageing.deed, cutoff_s);
}

/* One counter at each call: there are few, and a minute's row is one of thousands. */
static int age_counters(struct store *store, uint64_t now_s)
{
	static const uint64_t kept_s[][2] = {{COUNTER_MINUTE_S, MINUTES_S}, {COUNTER_HOUR_S, HOURS_S}, {COUNTER_DAY_S, DAYS_S}};
	int error = 0;

	for (size_t i = 0; i < 3 && !error; i++)
		error = store_run(store, "delete from counter where step = ? and counter = ? and at < ?", "iii", kept_s[i][0],
			(uint64_t)store->ageing.counter, before(now_s, kept_s[i][1]));
	store->ageing.counter = (store->ageing.counter + 1) % COUNTERS_MAX;
	return error;
}

static int age_by_time(struct store *store, const struct store_retention *retention, uint64_t now_s)
{
	uint64_t findings = before(now_s, retention->findings_s), devices = before(now_s, retention->devices_s), none = 0;
	int error = 0;

	if (findings)
		error = take(store, "delete from packets where number in (select number from finding where last < ? order by last limit ?)",
			findings, &none);
	if (!error && findings)
		error = take(store, "delete from finding where number in (select number from finding where last < ? order by last limit ?)",
			findings, &store->findings);
	if (!error && devices)
		error = take(store,
			"delete from device where mac in (select mac from device where name = '' and last < ? order by last limit ?)",
			devices, &store->devices);
	if (!error && before(now_s, retention->deeds_s))
		error = age_deeds(store, before(now_s, retention->deeds_s));
	return error ? error : age_counters(store, now_s);
}

/* Proofs first, for they are the most and the finding itself is still told. */
static int age_by_size(struct store *store)
{
	uint64_t none = 0;
	int error = store_run(store, "delete from packets where number in (select number from packets order by number limit ?)", "i",
		(uint64_t)AGE_PACKETS);

	if (error || sqlite3_changes(store->db))
		return error;
	return take(store, "delete from finding where number in (select number from finding where number > ? order by number limit ?)",
		none, &store->findings);
}

struct room {
	uint64_t pages, empty, page_len;
};

static int read_room(struct store *store, struct room *out)
{
	int error = store_number(store, "pragma page_count", &out->pages);

	if (!error)
		error = store_number(store, "pragma page_size", &out->page_len);
	return error ? error : store_number(store, "pragma freelist_count", &out->empty);
}

static int shrink(struct store *store, const struct room *room, struct fault *out_fault)
{
	char sql[48];
	uint64_t pages = room->empty > EMPTY_PAGES ? room->empty - EMPTY_PAGES : 0;

	if (!pages)
		return 0;
	snprintf(sql, sizeof(sql), "pragma incremental_vacuum(%d)", pages < VACUUM_PAGES ? (int)pages : VACUUM_PAGES);
	return store_run(store, sql, "") ? store_fault(store, "the store cannot be made smaller", out_fault) : 0;
}

int store_age(struct store *store, const struct store_retention *retention, uint64_t now_s, struct fault *out_fault)
{
	bool trusted = is_trusted(&store->ageing, now_s), large;
	struct room room = {0};
	int error;

	if (store->gathering)
		return -EBUSY;
	if (read_room(store, &room))
		return store_fault(store, "the store cannot be read", out_fault);
	large = retention->size && (room.pages - room.empty) * room.page_len > retention->size;
	if (trusted || large) {
		error = store_begin(store, out_fault);
		if (error)
			return error;
		if (trusted)
			error = age_by_time(store, retention, now_s);
		if (!error && large)
			error = age_by_size(store);
		error = store_end(store, error, "what is old cannot be taken away", out_fault);
		if (error)
			return error;
	}
	return shrink(store, &room, out_fault);
}
