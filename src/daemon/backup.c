/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A copy of the store while the daemon runs. Who asks drives it, a piece at each request, so that the loop never waits for a large file:
 *
 *	{"do": "backup", "step": "begin"}   {"ok": true, "left": pages}
 *	{"do": "backup", "step": "next"}    the same, until {"ok": true, "left": 0, "file": "/var/lib/floodwall/floodwall.db.copy"}
 *	{"do": "backup", "step": "end"}     the file goes
 *
 * The daemon holds the store locked and may write nowhere but into its own folder: so the copy is made there, by it, and moved by who asked.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/inside.h"

enum { COPY_PATH_MAX = SETTINGS_PATH_MAX + 32 };

static json_t *go_on(struct host *host, const char *path, struct fault *out_fault)
{
	uint32_t left = 0;

	if (store_backup_step(host_store(host), &left, out_fault))
		return NULL;
	return left ? json_pack("{s:b, s:I}", "ok", 1, "left", (json_int_t)left)
		    : json_pack("{s:b, s:I, s:s}", "ok", 1, "left", (json_int_t)0, "file", path);
}

json_t *backup_ask(struct host *host, const struct asker *asker, const json_t *request, struct fault *out_fault)
{
	const char *step = json_string_value(json_object_get(request, "step"));
	char path[COPY_PATH_MAX];

	if (asker->by) {
		fault_set(out_fault, "", 0, 0, "a copy is made by 'floodwall backup' alone");
		return NULL;
	}
	snprintf(path, sizeof(path), "%s/floodwall.db.copy", host_settings(host)->paths.state);
	if (step && strcmp(step, "next") == 0)
		return go_on(host, path, out_fault);
	if (step && (strcmp(step, "begin") == 0 || strcmp(step, "end") == 0))
		unlink(path);
	if (step && strcmp(step, "end") == 0)
		return json_pack("{s:b}", "ok", 1);
	if (!step || strcmp(step, "begin") != 0) {
		fault_set(out_fault, "", 0, 0, "step is begin, next or end");
		return NULL;
	}
	if (store_backup_begin(host_store(host), path, out_fault))
		return NULL;
	return go_on(host, path, out_fault);
}
