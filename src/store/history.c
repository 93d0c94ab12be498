/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices and findings, as they were shown last. What people look for by the page is answered from an index, or, where there is none for it (a
 * piece of text), by looking at a bounded number of rows and saying where to go on: one thread serves all, and a million rows are a second.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/inside.h"

/* In memory alone the ceilings are small, and no proofs are kept. */
enum { MEMORY_FINDINGS_MAX = 512, MEMORY_DEVICES_MAX = 1024 };

static uint64_t ceiling(const struct store *store, uint64_t of_file, uint64_t of_memory)
{
	return store->state == STORE_MEMORY ? of_memory : of_file;
}

static int check_body(const char *body, struct fault *out_fault)
{
	if (strlen(body) <= HISTORY_BODY_MAX)
		return 0;
	fault_set(out_fault, "", 0, 0, "what was seen is too long to be kept: above %d bytes", HISTORY_BODY_MAX);
	return -E2BIG;
}

/* ---- devices ---- */

/* The unnamed one that was not heard for longest goes. */
static int make_room_for_device(struct store *store, struct fault *out_fault)
{
	int error;

	if (store->devices < ceiling(store, HISTORY_DEVICES_MAX, MEMORY_DEVICES_MAX))
		return 0;
	error = store_run(store, "delete from device where mac = (select mac from device where name = '' order by last limit 1)", "");
	if (error)
		return error;
	if (!sqlite3_changes(store->db)) {
		fault_set(out_fault, "", 0, 0, "each of the devices that are kept has a name: there is no room for one more");
		return -ENOSPC;
	}
	store->devices--;
	return 0;
}

static int put_device(struct store *store, const struct kept_device *device, struct fault *out_fault)
{
	uint64_t mac = name_mac(device->mac);
	int error = store_run(store, "update device set state = ?, first = ?, last = ?, body = ? where mac = ?", "tiiti", device->state,
		device->first_s, device->last_s, device->body, mac);

	if (error || sqlite3_changes(store->db))
		return error;
	error = make_room_for_device(store, out_fault);
	if (!error)
		error = store_run(store, "insert into device (mac, name, state, first, last, body) values (?, '', ?, ?, ?, ?)", "itiit",
			mac, device->state, device->first_s, device->last_s, device->body);
	if (!error)
		store->devices++;
	return error;
}

int store_device_keep(struct store *store, const struct kept_device *device, struct fault *out_fault)
{
	int error = check_body(device->body, out_fault);

	if (!error)
		error = store_begin(store, out_fault);
	if (error)
		return error;
	return store_end(store, put_device(store, device, out_fault), "the device cannot be kept", out_fault);
}

int store_each_device(struct store *store, void (*see)(void *context, const struct kept_device *), void *context)
{
	sqlite3_stmt *rows = store_ask(store, "select mac, name, state, first, last, body from device order by mac", "");
	int code = SQLITE_ERROR;

	while (rows && (code = sqlite3_step(rows)) == SQLITE_ROW) {
		const char *body = (const char *)sqlite3_column_text(rows, 5);
		struct kept_device device = {.first_s = (uint64_t)sqlite3_column_int64(rows, 3),
			.last_s = (uint64_t)sqlite3_column_int64(rows, 4),
			.body = body ? body : "{}"};
		name_mac_read((uint64_t)sqlite3_column_int64(rows, 0), device.mac);
		store_text(rows, 1, device.name, sizeof(device.name));
		store_text(rows, 2, device.state, sizeof(device.state));
		see(context, &device);
	}
	sqlite3_finalize(rows);
	return code == SQLITE_DONE ? 0 : store_fault(store, "the devices cannot be read", NULL);
}

/* ---- findings ---- */

static int make_room_for_finding(struct store *store)
{
	int error;

	if (store->findings < ceiling(store, HISTORY_FINDINGS_MAX, MEMORY_FINDINGS_MAX))
		return 0;
	error = store_run(store, "delete from packets where number <= (select min(number) from finding)", "");
	if (!error)
		error = store_run(store, "delete from finding where number = (select min(number) from finding)", "");
	if (!error)
		store->findings--;
	return error;
}

static int put_finding(struct store *store, const struct kept_finding *finding)
{
	uint64_t mac = name_mac(finding->mac);
	int error = store_run(store,
		"update finding set mac = ?, kind = ?, severity = ?, raised = ?, last = ?, muted = ?, body = ? where number = ?",
		"ittiiiti", mac, finding->kind, finding->severity, finding->raised_s, finding->last_s, (uint64_t)finding->muted,
		finding->body, finding->number);

	if (error || sqlite3_changes(store->db))
		return error;
	error = make_room_for_finding(store);
	if (!error)
		error = store_run(store,
			"insert into finding (number, mac, kind, severity, raised, last, muted, body) values (?, ?, ?, ?, ?, ?, ?, ?)",
			"iittiiit", finding->number, mac, finding->kind, finding->severity, finding->raised_s, finding->last_s,
			(uint64_t)finding->muted, finding->body);
	if (!error)
		store->findings++;
	return error;
}

int store_finding_keep(struct store *store, const struct kept_finding *finding, struct fault *out_fault)
{
	int error = check_body(finding->body, out_fault);

	if (!error)
		error = store_begin(store, out_fault);
	if (error)
		return error;
	return store_end(store, put_finding(store, finding), "the finding cannot be kept", out_fault);
}

int store_packets_keep(struct store *store, uint64_t number, const void *bytes, size_t len, struct fault *out_fault)
{
	int error;

	if (len > HISTORY_PACKETS_MAX) {
		fault_set(out_fault, "", 0, 0, "a finding's packets are too many to be kept: above %d bytes", HISTORY_PACKETS_MAX);
		return -E2BIG;
	}
	error = store_begin(store, out_fault);
	if (error)
		return error;
	if (store->state != STORE_MEMORY)
		error = store_run(store,
			"insert or replace into packets (number, bytes) select ?, ? where exists (select 1 from finding where number = ?)",
			"ibi", number, bytes, len, number);
	if (!error && store->state != STORE_MEMORY && !sqlite3_changes(store->db)) {
		fault_set(out_fault, "", 0, 0, "there is no finding of this number");
		error = -ENOENT;
	}
	return store_end(store, error, "a finding's packets cannot be kept", out_fault);
}

int store_packets(struct store *store, uint64_t number, void **out_bytes, size_t *out_len)
{
	sqlite3_stmt *row = store_ask(store, "select bytes from packets where number = ?", "i", number);
	int code = row ? sqlite3_step(row) : SQLITE_ERROR, error = code == SQLITE_ROW ? 0 : code == SQLITE_DONE ? -ENOENT : -EIO;

	if (error == -EIO)
		error = store_fault(store, "packets cannot be read", NULL);
	if (!error) {
		const void *bytes = sqlite3_column_blob(row, 0);
		size_t len = (size_t)sqlite3_column_bytes(row, 0);
		void *copy = malloc(len ? len : 1);
		error = copy && (bytes || !len) ? 0 : -ENOMEM;
		if (!error) {
			if (len)
				memcpy(copy, bytes, len);
			*out_bytes = copy;
			*out_len = len;
		} else {
			free(copy);
		}
	}
	sqlite3_finalize(row);
	return error;
}

uint64_t store_finding_last(struct store *store)
{
	uint64_t last = 0;

	store_number(store, "select ifnull((select seq from sqlite_sequence where name = 'finding'), 0)", &last);
	return last;
}

uint64_t store_finding_count(struct store *store)
{
	return store->findings;
}

int store_findings_raised(struct store *store, const uint64_t since_s[2], uint64_t out_count[2])
{
	sqlite3_stmt *row = store_ask(store,
		"select count(*) filter (where raised >= ?), count(*) filter (where raised >= ?)"
		" from (select raised, muted from finding order by number desc limit ?) where not muted",
		"iii", since_s[0], since_s[1], (uint64_t)HISTORY_LOOKED_MAX);
	int code = row ? sqlite3_step(row) : SQLITE_ERROR;

	for (int i = 0; i < 2 && code == SQLITE_ROW; i++)
		out_count[i] = (uint64_t)sqlite3_column_int64(row, i);
	sqlite3_finalize(row);
	return code == SQLITE_ROW ? 0 : store_fault(store, "the findings cannot be read", NULL);
}

/* ---- looking ---- */

#define FINDING_COLUMNS "select number, mac, kind, severity, raised, last, muted, body from finding "

/* Asked of what is shown alone: within the statement it would be asked of each row that is looked at. */
static uint32_t packets_len(struct store *store, uint64_t number)
{
	sqlite3_stmt *row = store_ask(store, "select length(bytes) from packets where number = ?", "i", number);
	uint32_t len = 0;

	if (row && sqlite3_step(row) == SQLITE_ROW)
		len = (uint32_t)sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	return len;
}

static void read_finding(struct store *store, sqlite3_stmt *row, struct kept_finding *out)
{
	const char *body = (const char *)sqlite3_column_text(row, 7);

	*out = (struct kept_finding){
		.number = (uint64_t)sqlite3_column_int64(row, 0),
		.raised_s = (uint64_t)sqlite3_column_int64(row, 4),
		.last_s = (uint64_t)sqlite3_column_int64(row, 5),
		.muted = sqlite3_column_int(row, 6) != 0,
		.body = body ? body : "{}",
	};
	name_mac_read((uint64_t)sqlite3_column_int64(row, 1), out->mac);
	store_text(row, 2, out->kind, sizeof(out->kind));
	store_text(row, 3, out->severity, sizeof(out->severity));
	out->packets_len = packets_len(store, out->number);
}

int store_finding(struct store *store, uint64_t number, void (*see)(void *context, const struct kept_finding *), void *context)
{
	sqlite3_stmt *row = store_ask(store, FINDING_COLUMNS "where number = ?", "i", number);
	int code = row ? sqlite3_step(row) : SQLITE_ERROR;
	struct kept_finding finding;

	if (code == SQLITE_ROW) {
		read_finding(store, row, &finding);
		see(context, &finding);
	}
	sqlite3_finalize(row);
	return code == SQLITE_ROW ? 0 : code == SQLITE_DONE ? -ENOENT : store_fault(store, "the findings cannot be read", NULL);
}

/* The index is chosen here: SQLite has no figures about the rows, and guesses. */
static sqlite3_stmt *ask_findings(struct store *store, const struct finding_query *query)
{
	uint64_t before = query->before && query->before < INT64_MAX ? query->before : INT64_MAX;

	if (query->mac)
		return store_ask(store, FINDING_COLUMNS "indexed by finding_mac where mac = ? and number < ? order by number desc", "ii",
			name_mac(query->mac), before);
	if (query->kind[0])
		return store_ask(store, FINDING_COLUMNS "indexed by finding_kind where kind = ? and number < ? order by number desc", "ti",
			query->kind, before);
	if (query->severity[0])
		return store_ask(store,
			FINDING_COLUMNS "indexed by finding_severity where severity = ? and number < ? order by number desc", "ti",
			query->severity, before);
	return store_ask(store, FINDING_COLUMNS "where number < ? order by number desc", "i", before);
}

/* Columns are read one by one and the body last: what is left out by one of the first costs little. */
static bool is_wanted(sqlite3_stmt *row, const struct finding_query *query)
{
	const char *kind = (const char *)sqlite3_column_text(row, 2), *severity = (const char *)sqlite3_column_text(row, 3), *body;

	if (!query->muted_too && sqlite3_column_int(row, 6))
		return false;
	if (query->since_s && (uint64_t)sqlite3_column_int64(row, 5) < query->since_s)
		return false;
	if (query->kind[0] && (!kind || strcmp(kind, query->kind) != 0))
		return false;
	if (query->severity[0] && (!severity || strcmp(severity, query->severity) != 0))
		return false;
	if (!query->search[0])
		return true;
	body = (const char *)sqlite3_column_text(row, 7);
	return body && strcasestr(body, query->search);
}

int store_each_finding(struct store *store, const struct finding_query *query, void (*see)(void *context, const struct kept_finding *),
	void *context, uint64_t *out_next)
{
	sqlite3_stmt *rows = query->count ? ask_findings(store, query) : NULL;
	uint32_t looked = 0, given = 0;
	uint64_t last = 0;
	int code = query->count ? SQLITE_ERROR : SQLITE_DONE;

	while (rows && given < query->count && looked < HISTORY_LOOKED_MAX && (code = sqlite3_step(rows)) == SQLITE_ROW) {
		struct kept_finding finding;
		looked++;
		last = (uint64_t)sqlite3_column_int64(rows, 0);
		if (!is_wanted(rows, query))
			continue;
		read_finding(store, rows, &finding);
		given++;
		see(context, &finding);
	}
	/* a last step tells whether anything is behind the page's end */
	if (code == SQLITE_ROW)
		code = sqlite3_step(rows);
	sqlite3_finalize(rows);
	if (code != SQLITE_DONE && code != SQLITE_ROW)
		return store_fault(store, "the findings cannot be read", NULL);
	*out_next = code == SQLITE_ROW ? last : 0;
	return 0;
}
