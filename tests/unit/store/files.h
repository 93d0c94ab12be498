/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files as others leave them, and as they lie on the disk. */
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include "fixture.h"

/* A file as another program left it. */
static inline void make(const char *at, const char *statements)
{
	sqlite3 *db = NULL;
	char *why = NULL;

	assert_int_equal(sqlite3_open(at, &db), SQLITE_OK);
	if (sqlite3_exec(db, statements, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
	sqlite3_close(db);
}

/* All of its bytes, the caller's to free. */
static inline void *whole(const char *at, size_t *out_len)
{
	int file = open(at, O_RDONLY);
	struct stat what;
	void *bytes;

	assert_true(file >= 0);
	assert_int_equal(fstat(file, &what), 0);
	bytes = malloc((size_t)what.st_size + 1);
	assert_non_null(bytes);
	assert_int_equal(read(file, bytes, (size_t)what.st_size), what.st_size);
	close(file);
	*out_len = (size_t)what.st_size;
	return bytes;
}
