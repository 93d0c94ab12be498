/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that people give to devices. Each is a deed with the name that was there before, so that undo knows what to bring back. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/inside.h"

uint64_t name_mac(const uint8_t mac[6])
{
	uint64_t number = 0;

	for (int i = 0; i < 6; i++)
		number = number << 8 | mac[i];
	return number;
}

void name_mac_read(uint64_t number, uint8_t out_mac[6])
{
	for (int i = 5; i >= 0; i--, number >>= 8)
		out_mac[i] = (uint8_t)number;
}

/* "" where it has none. 0 or -EIO. */
static int find_name(struct store *store, uint64_t mac, char out[HISTORY_NAME_MAX], bool *out_there)
{
	sqlite3_stmt *row = store_ask(store, "select name from device where mac = ?", "i", mac);
	int code = row ? sqlite3_step(row) : SQLITE_ERROR;

	*out_there = code == SQLITE_ROW;
	if (code == SQLITE_ROW)
		store_text(row, 0, out, HISTORY_NAME_MAX);
	else
		out[0] = 0;
	sqlite3_finalize(row);
	return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : -EIO;
}

/* A row that holds a name alone comes with it and goes with it. */
static int set_name(struct store *store, uint64_t mac, const char *name)
{
	char before[HISTORY_NAME_MAX];
	bool there;
	int error = find_name(store, mac, before, &there);

	if (error)
		return error;
	if (!there && !*name)
		return 0;
	if (!there) {
		store->devices++;
		return store_run(
			store, "insert into device (mac, name, state, first, last, body) values (?, ?, '', 0, 0, '{}')", "it", mac, name);
	}
	error = store_run(store, "update device set name = ? where mac = ?", "ti", name, mac);
	if (error || *name)
		return error;
	error = store_run(store, "delete from device where mac = ? and last = 0 and state = ''", "i", mac);
	if (!error && sqlite3_changes(store->db))
		store->devices--;
	return error;
}

static int add_deed(struct store *store, struct deed *deed, const char *before, uint64_t *out_id)
{
	int error = store_add_deed(store, deed, out_id);

	return error ? error : store_run(store, "update deed set before = ? where id = ?", "ti", before, *out_id);
}

static int check_name(struct store *store, const char *name, const char *before, bool there, struct fault *out_fault)
{
	if (strcmp(name, before) == 0) {
		fault_set(out_fault, "", 0, 0, *name ? "the device has this name" : "the device has no name");
		return -EALREADY;
	}
	if (!there && store->devices >= HISTORY_DEVICES_MAX) {
		fault_set(out_fault, "", 0, 0, "more devices are known than are kept (%d)", HISTORY_DEVICES_MAX);
		return -ENOSPC;
	}
	return 0;
}

int store_device_name(
	struct store *store, const uint8_t mac[6], const char *name, const struct deed *by, uint64_t *out_deed, struct fault *out_fault)
{
	struct deed deed = *by;
	char before[HISTORY_NAME_MAX];
	uint64_t number = 0;
	bool there;
	int error;

	if (strlen(name) >= HISTORY_NAME_MAX) {
		fault_set(out_fault, "", 0, 0, "a name has at most %d bytes", HISTORY_NAME_MAX - 1);
		return -ENAMETOOLONG;
	}
	if (find_name(store, name_mac(mac), before, &there))
		return store_fault(store, "the devices cannot be read", out_fault);
	error = check_name(store, name, before, there, out_fault);
	if (!error)
		error = store_begin(store, out_fault);
	if (error)
		return error;
	deed.verb = DEED_NAME;
	deed.subject = (struct prefix){.bits = DECISION_OF_MAC};
	memcpy(deed.subject.address, mac, 6);
	snprintf(deed.detail, sizeof(deed.detail), "%s", name);
	error = set_name(store, name_mac(mac), name);
	if (!error)
		error = add_deed(store, &deed, before, &number);
	error = store_end(store, error, "the name cannot be kept", out_fault);
	if (!error)
		*out_deed = number;
	return error;
}

int name_take_back(struct store *store, uint64_t deed, struct fault *out_fault)
{
	sqlite3_stmt *row = store_ask(store,
		"select deed.mac, deed.before from deed left join device on device.mac = deed.mac"
		" where deed.id = ? and ifnull(device.name, '') = deed.detail",
		"i", deed);
	int code = row ? sqlite3_step(row) : SQLITE_ERROR;
	char before[HISTORY_NAME_MAX] = "";
	uint64_t mac = 0;

	if (code == SQLITE_ROW) {
		mac = (uint64_t)sqlite3_column_int64(row, 0);
		store_text(row, 1, before, sizeof(before));
	}
	sqlite3_finalize(row);
	if (code == SQLITE_ROW)
		return set_name(store, mac, before);
	if (code != SQLITE_DONE)
		return -EIO;
	fault_set(out_fault, "", 0, 0, "the device was given another name since; undo that first");
	return -EBUSY;
}
