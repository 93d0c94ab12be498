/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decisions, and what was done. Each change of a decision and its line in the audit log are one transaction, so the log tells all
 * that holds. Undo is a deed of its own: it lets the decision stand again or end, and is itself undone by doing the first again.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/inside.h"

static int set_standing(struct store *store, uint64_t decision, bool stands)
{
	return store_run(store, "update decision set stands = ? where id = ?", "ii", (uint64_t)stands, decision);
}

/* What the caller sees is read back from the file: it cannot differ from what will hold after a restart. */
static int finish(struct store *store, int error, const char *doing, struct fault *out_fault)
{
	int load;

	error = store_end(store, error, doing, out_fault);
	load = store_load(store);
	if (load && !error)
		return store_fault(store, doing, out_fault);
	return error;
}

static int insert(struct store *store, const struct decision *decision, uint64_t *out_id)
{
	int error = store_run(store,
		"insert into decision (kind, address, bits, made, until, confirm, reason, who, stands)"
		" values (?, ?, ?, ?, ?, ?, ?, ?, 1)",
		"ibiiiitt", (uint64_t)decision->kind, decision->prefix.address, sizeof(decision->prefix.address),
		(uint64_t)decision->prefix.bits, decision->made_s, decision->until_s, decision->confirm_by_s, decision->reason,
		decision->who);

	*out_id = (uint64_t)sqlite3_last_insert_rowid(store->db);
	if (!error && *out_id % TRIM_EVERY == 0 && *out_id > DEEDS_MAX)
		error = store_run(store, "delete from decision where stands = 0 and id <= ?", "i", *out_id - DEEDS_MAX);
	return error;
}

int store_decide(struct store *store, const struct decision *decision, uint64_t *out_id, uint64_t *out_deed, struct fault *out_fault)
{
	const struct decision *before = store_decision_of(store, &decision->prefix);
	struct deed deed = {.time_s = decision->made_s, .verb = DEED_DECIDE, .of = before ? before->id : 0};
	uint64_t id = 0, number = 0;
	int error;

	if (store->count >= DECISIONS_MAX && !before) {
		fault_set(out_fault, "", 0, 0, "more decisions stand than are kept (%d); release some", DECISIONS_MAX);
		return -ENOSPC;
	}
	memcpy(deed.who, decision->who, sizeof(deed.who));
	memcpy(deed.detail, decision->reason, sizeof(deed.detail));
	error = store_begin(store, out_fault);
	if (error)
		return error;
	if (before)
		error = set_standing(store, before->id, false);
	if (!error)
		error = insert(store, decision, &id);
	deed.decision = id;
	if (!error)
		error = store_add_deed(store, &deed, &number);
	error = finish(store, error, "the decision cannot be kept", out_fault);
	if (error)
		return error;
	*out_id = id;
	*out_deed = number;
	return 0;
}

/* One decision changes by one statement, and the deed is noted. */
static int change(struct store *store, const char *sql, const struct deed *deed, uint64_t *out_deed, struct fault *out_fault)
{
	uint64_t number = 0;
	int error = store_begin(store, out_fault);

	if (error)
		return error;
	error = store_run(store, sql, "i", deed->decision);
	if (!error)
		error = store_add_deed(store, deed, &number);
	error = finish(store, error, "the decision cannot be changed", out_fault);
	if (!error)
		*out_deed = number;
	return error;
}

int store_release(struct store *store, const struct prefix *prefix, const struct deed *by, uint64_t *out_deed, struct fault *out_fault)
{
	const struct decision *decision = store_decision_of(store, prefix);
	struct deed deed = *by;

	if (!decision) {
		fault_set(out_fault, "", 0, 0, "no decision stands for this address or prefix");
		return -ENOENT;
	}
	deed.verb = DEED_RELEASE;
	deed.decision = decision->id;
	return change(store, "update decision set stands = 0 where id = ?", &deed, out_deed, out_fault);
}

static const struct decision *find_decision(const struct store *store, uint64_t id)
{
	for (uint32_t i = 0; i < store->count; i++)
		if (store->decisions[i].id == id)
			return &store->decisions[i];
	return NULL;
}

int store_confirm(struct store *store, uint64_t id, const struct deed *by, uint64_t *out_deed, struct fault *out_fault)
{
	const struct decision *decision = find_decision(store, id);
	struct deed deed = *by;

	if (!decision || !decision->confirm_by_s) {
		fault_set(out_fault, "", 0, 0, "no decision %" PRIu64 " waits to be confirmed", id);
		return -ENOENT;
	}
	deed.verb = DEED_CONFIRM;
	deed.decision = id;
	return change(store, "update decision set confirm = 0 where id = ?", &deed, out_deed, out_fault);
}

/* ---- undo ---- */

/* The deed of this number, or the latest that can be taken back: a decision that ended by itself cannot. */
static int find_undoable(struct store *store, uint64_t id, struct deed *out, struct fault *out_fault)
{
	sqlite3_stmt *row = store_ask(store,
		DEED_COLUMNS "where undone = 0 and verb in (0, 2, 7) and (deed.id = ?1 or (?1 = 0 and (verb <> 0 or stands = 1)))"
			     " order by deed.id desc limit 1",
		"i", id);
	int code = row ? sqlite3_step(row) : SQLITE_ERROR;

	_Static_assert(DEED_DECIDE == 0 && DEED_RELEASE == 2 && DEED_NAME == 7, "as the statement says");
	if (code == SQLITE_ROW)
		deed_read(row, out);
	sqlite3_finalize(row);
	if (code == SQLITE_ROW)
		return 0;
	if (code != SQLITE_DONE)
		return store_fault(store, "the audit log cannot be read", out_fault);
	fault_set(out_fault, "", 0, 0, id ? "nothing under this number can be undone" : "nothing is left to be undone");
	return -ENOENT;
}

/* A decision that is taken back ends, and the one that it replaced stands again; a release that is taken back: the decision stands again. */
static int take_back(struct store *store, const struct deed *undone, struct fault *out_fault)
{
	int error;

	if (undone->verb == DEED_NAME)
		return name_take_back(store, undone->id, out_fault);
	if (undone->verb == DEED_RELEASE)
		return set_standing(store, undone->decision, true);
	error = set_standing(store, undone->decision, false);
	return error || !undone->of ? error : set_standing(store, undone->of, true);
}

/* Two decisions of one prefix never stand at once: what a later one rules is not changed from below it. */
static int check_undoable(struct store *store, const struct deed *undone, struct fault *out_fault)
{
	sqlite3_stmt *row;
	int code;

	if (undone->verb == DEED_NAME)
		return 0; /* name_take_back() sees to it */
	if (undone->verb == DEED_DECIDE && !find_decision(store, undone->decision)) {
		fault_set(out_fault, "", 0, 0, "that decision stands no more");
		return -ENOENT;
	}
	row = store_ask(store,
		"select 1 from decision later join decision this on this.id = ? where later.stands = 1 and later.id <> this.id"
		" and later.address = this.address and later.bits = this.bits",
		"i", undone->decision);
	code = row ? sqlite3_step(row) : SQLITE_ERROR;
	sqlite3_finalize(row);
	if (code == SQLITE_DONE)
		return 0;
	if (code != SQLITE_ROW)
		return store_fault(store, "the decisions cannot be read", out_fault);
	fault_set(out_fault, "", 0, 0, "a later decision stands for the same prefix; undo that one first");
	return -EBUSY;
}

int store_undo(struct store *store, uint64_t id, const struct deed *by, struct deed *out_undone, struct fault *out_fault)
{
	struct deed undone, deed = *by;
	uint64_t number;
	int error = find_undoable(store, id, &undone, out_fault);

	if (!error)
		error = check_undoable(store, &undone, out_fault);
	if (!error)
		error = store_begin(store, out_fault);
	if (error)
		return error;
	deed.verb = DEED_UNDO;
	deed.of = undone.id;
	deed.decision = undone.decision;
	deed.subject = undone.subject;
	error = take_back(store, &undone, out_fault);
	if (!error)
		error = store_run(store, "update deed set undone = 1 where id = ?", "i", undone.id);
	if (!error)
		error = store_add_deed(store, &deed, &number);
	error = finish(store, error, "it cannot be undone", out_fault);
	if (!error)
		*out_undone = undone;
	return error;
}

/* ---- time ---- */

struct moment {
	uint64_t wall_s, steady_s;
};

static bool is_unconfirmed(const struct decision *decision, const struct moment *now)
{
	return decision->confirm_by_s && (decision->confirm_by_s <= now->wall_s || decision->confirm_steady_s <= now->steady_s);
}

static bool is_over(const struct decision *decision, const struct moment *now)
{
	return (decision->until_s && decision->until_s <= now->wall_s) || is_unconfirmed(decision, now);
}

/* Seen for the first time in this run: it has what is left of its time, and never more than it was given. */
static void note_steady(struct store *store, const struct moment *now)
{
	for (uint32_t i = 0; i < store->count; i++) {
		struct decision *decision = &store->decisions[i];
		uint64_t left_s = decision->confirm_by_s > now->wall_s ? decision->confirm_by_s - now->wall_s : 0;
		uint64_t whole_s = decision->confirm_by_s > decision->made_s ? decision->confirm_by_s - decision->made_s : 0;

		if (decision->confirm_by_s && !decision->confirm_steady_s)
			decision->confirm_steady_s = now->steady_s + (left_s < whole_s ? left_s : whole_s);
	}
}

static int end_one(struct store *store, const struct decision *decision, const struct moment *now)
{
	bool reverts = is_unconfirmed(decision, now);
	struct deed deed = {
		.time_s = now->wall_s, .verb = reverts ? DEED_REVERT : DEED_EXPIRE, .decision = decision->id, .who = "floodwall"};
	int error = set_standing(store, decision->id, false);
	uint64_t number;

	snprintf(deed.detail, sizeof(deed.detail), "%s", reverts ? "was not confirmed in time" : "its time has come");
	return error ? error : store_add_deed(store, &deed, &number);
}

/* Where the file cannot be written, the end holds in memory: nobody stays blocked because a disk is full. */
static void forget_over(struct store *store, const struct moment *now)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < store->count; i++)
		if (!is_over(&store->decisions[i], now))
			store->decisions[kept++] = store->decisions[i];
	store->count = kept;
	store_order(store);
}

/* In one transaction: thousands may have ended while nobody was there to see it. */
int store_expire(struct store *store, uint64_t now_s, uint64_t steady_s, struct fault *out_fault)
{
	const struct moment now = {now_s, steady_s};
	int ended = 0, error;

	note_steady(store, &now);
	for (uint32_t i = 0; i < store->count; i++)
		ended += is_over(&store->decisions[i], &now);
	if (!ended)
		return 0;
	error = store_begin(store, out_fault);
	if (!error) {
		for (uint32_t i = 0; i < store->count && !error; i++)
			if (is_over(&store->decisions[i], &now))
				error = end_one(store, &store->decisions[i], &now);
		error = finish(store, error, "decisions that ended cannot be marked so", out_fault);
	}
	if (error)
		forget_over(store, &now);
	return ended;
}

/* ---- learned ---- */

int store_keep(struct store *store, const char *name, const void *bytes, size_t len, uint64_t time_s, struct fault *out_fault)
{
	int error = store_begin(store, out_fault);

	if (error)
		return error;
	error = store_run(store, "insert or replace into learned (name, time, bytes) values (?, ?, ?)", "tib", name, time_s, bytes, len);
	return store_end(store, error, "what was learned cannot be kept", out_fault);
}

int store_recall(struct store *store, const char *name, void **out_bytes, size_t *out_len, uint64_t *out_time_s)
{
	sqlite3_stmt *row = store_ask(store, "select time, bytes from learned where name = ?", "t", name);
	int code = row ? sqlite3_step(row) : SQLITE_ERROR, error = code == SQLITE_ROW ? 0 : code == SQLITE_DONE ? -ENOENT : -EIO;

	if (!error) {
		const void *bytes = sqlite3_column_blob(row, 1);
		size_t len = (size_t)sqlite3_column_bytes(row, 1);
		void *copy = malloc(len ? len : 1);
		error = copy ? 0 : -ENOMEM;
		if (!error) {
			if (len)
				memcpy(copy, bytes, len);
			*out_bytes = copy;
			*out_len = len;
			*out_time_s = (uint64_t)sqlite3_column_int64(row, 0);
		}
	}
	sqlite3_finalize(row);
	return error;
}
