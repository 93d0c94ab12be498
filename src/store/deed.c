/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The audit log: what was done, by whom, to what. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/inside.h"

enum { NO_MAC = -1, NEVER_A_MAC = -2 };

static uint64_t mac_of(const struct prefix *subject, int64_t other)
{
	return subject->bits == DECISION_OF_MAC ? name_mac(subject->address) : (uint64_t)other;
}

int store_add_deed(struct store *store, const struct deed *deed, uint64_t *out_id)
{
	int error = store_run(store,
		"insert into deed (time, verb, decision, of, undone, who, detail, mac) values (?, ?, ?, ?, 0, ?, ?, ?)", "iiiitti",
		deed->time_s, (uint64_t)deed->verb, deed->decision, deed->of, deed->who, deed->detail, mac_of(&deed->subject, NO_MAC));
	uint64_t id = (uint64_t)sqlite3_last_insert_rowid(store->db);

	if (error)
		return error;
	if (id % TRIM_EVERY == 0 && id > DEEDS_MAX)
		error = store_run(store, "delete from deed where id <= ?", "i", id - DEEDS_MAX);
	*out_id = id;
	return error;
}

static void read_subject(sqlite3_stmt *row, struct prefix *out)
{
	int64_t mac = sqlite3_column_int64(row, 8);

	if (mac >= 0) {
		out->bits = DECISION_OF_MAC;
		name_mac_read((uint64_t)mac, out->address);
	} else if (sqlite3_column_bytes(row, 9) == sizeof(out->address)) {
		memcpy(out->address, sqlite3_column_blob(row, 9), sizeof(out->address));
		out->bits = (uint8_t)sqlite3_column_int(row, 10);
	}
}

/* By which finding floodwall decided stands in front of its reason (engine/guard_findings.c); a person may write what they like. */
static uint64_t finding_of(const char *who, const char *reason)
{
	static const char before[] = "finding ";
	const char *digits = reason + sizeof(before) - 1;

	if (strcmp(who, "floodwall") != 0 || strncmp(reason, before, sizeof(before) - 1) != 0 || *digits < '1' || *digits > '9')
		return 0;
	return strtoull(digits, NULL, 10);
}

static void read_decision(sqlite3_stmt *row, struct deed *out)
{
	int64_t kind = sqlite3_column_int64(row, 11);
	char who[DECISION_WHO_MAX];

	out->decided = sqlite3_column_type(row, 11) == SQLITE_INTEGER && kind >= DECISION_BLOCK && kind <= DECISION_BYPASS;
	if (!out->decided)
		return;
	out->kind = (enum decision_kind)kind;
	out->until_s = (uint64_t)sqlite3_column_int64(row, 12);
	store_text(row, 13, out->reason, sizeof(out->reason));
	store_text(row, 14, who, sizeof(who));
	out->finding = finding_of(who, out->reason);
}

void deed_read(sqlite3_stmt *row, struct deed *out)
{
	int verb = sqlite3_column_int(row, 2);

	*out = (struct deed){
		.id = (uint64_t)sqlite3_column_int64(row, 0),
		.time_s = (uint64_t)sqlite3_column_int64(row, 1),
		.verb = verb >= 0 && verb < DEED_VERB_COUNT ? (enum deed_verb)verb : DEED_NOTE,
		.decision = (uint64_t)sqlite3_column_int64(row, 3),
		.of = (uint64_t)sqlite3_column_int64(row, 4),
		.undone = sqlite3_column_int(row, 5) != 0,
	};
	store_text(row, 6, out->who, sizeof(out->who));
	store_text(row, 7, out->detail, sizeof(out->detail));
	read_subject(row, &out->subject);
	read_decision(row, out);
}

int store_note(struct store *store, const struct deed *deed, struct fault *out_fault)
{
	struct deed note = *deed;
	uint64_t number;
	int error = store_begin(store, out_fault);

	if (error)
		return error;
	note.verb = DEED_NOTE;
	error = store_add_deed(store, &note, &number);
	return store_end(store, error, "the audit log cannot be written", out_fault);
}

static sqlite3_stmt *ask_deeds(struct store *store, const struct deed_query *query)
{
	const struct prefix *subject = query->subject;
	uint64_t before = query->before ? query->before : INT64_MAX;

	if (!subject)
		return store_ask(
			store, DEED_COLUMNS "where deed.id < ? order by deed.id desc limit ?", "ii", before, (uint64_t)query->count);
	return store_ask(store,
		DEED_COLUMNS "where deed.id < ? and (mac = ? or decision in (select id from decision where address = ? and bits = ?))"
			     " order by deed.id desc limit ?",
		"iibii", before, mac_of(subject, NEVER_A_MAC), subject->address, sizeof(subject->address), (uint64_t)subject->bits,
		(uint64_t)query->count);
}

int store_find_deeds(struct store *store, const struct deed_query *query, void (*see)(void *context, const struct deed *), void *context)
{
	sqlite3_stmt *rows = ask_deeds(store, query);
	int code = SQLITE_ERROR;

	while (rows && (code = sqlite3_step(rows)) == SQLITE_ROW) {
		struct deed deed;
		deed_read(rows, &deed);
		see(context, &deed);
	}
	sqlite3_finalize(rows);
	return code == SQLITE_DONE ? 0 : store_fault(store, "the audit log cannot be read", NULL);
}

int store_each_deed(struct store *store, uint32_t count, void (*see)(void *context, const struct deed *), void *context)
{
	return store_find_deeds(store, &(struct deed_query){.count = count}, see, context);
}
