/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the store's tests share: a folder of their own, and SQLite with memory that can fail. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/inside.h"

static char folder[48];
static char path[64];

static inline struct store *opened(void)
{
	struct store *store = NULL;
	struct fault fault = {0};

	assert_int_equal(store_open(folder, &store, &fault), 0);
	if (fault.sentence[0])
		fail_msg("%s %s", fault.file, fault.sentence);
	assert_int_equal(store_state(store), STORE_SOUND);
	return store;
}

static int fresh(void **state)
{
	static const char *const endings[] = {
		"", ".damaged", "-journal", "-wal", ".damaged-wal", ".suspect", ".before", ".copy", "-shm", ".new"};
	char name[96];

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, endings[i]);
		unlink(name);
	}
	return 0;
}

/* SQLite's memory by way of this program's malloc(), which can fail. */
static int size_of(void *at)
{
	return at ? (int)((uint64_t *)at)[-1] : 0;
}

static void *give(int size)
{
	uint64_t *at = malloc((size_t)size + 8);

	if (!at)
		return NULL;
	*at = (uint64_t)size;
	return at + 1;
}

static void take(void *at)
{
	free(at ? (uint64_t *)at - 1 : NULL);
}

static void *change(void *old, int size)
{
	uint64_t *at = realloc(old ? (uint64_t *)old - 1 : NULL, (size_t)size + 8);

	if (!at)
		return NULL;
	*at = (uint64_t)size;
	return at + 1;
}

static int round_up(int size)
{
	return (size + 7) & ~7;
}

static int start(void *context)
{
	return SQLITE_OK;
}

static void stop(void *context)
{
}

static int set_up(void **state)
{
	static const sqlite3_mem_methods methods = {give, take, change, size_of, round_up, start, stop, NULL};

	assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &methods), SQLITE_OK);
	assert_int_equal(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0), SQLITE_OK);
	/* thousands of transactions: on a disk that syncs each of them this takes minutes */
	snprintf(folder, sizeof(folder), "%s/floodwall-store-XXXXXX", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/floodwall.db", folder);
	return 0;
}

static int tear_down(void **state)
{
	fresh(state);
	sqlite3_shutdown();
	return rmdir(folder);
}
