/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole files up to a ceiling, and everything that is none. */
#include "fetch/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROOM = 65536 }; /* what fetch_file() starts with: sizes around it are the interesting ones */

static char folder[] = "/tmp/floodwall-fetch-XXXXXX";
static char path[64];

static uint8_t byte_at(size_t at)
{
	return (uint8_t)(at * 31 + (at >> 8));
}

static void write_file(size_t len)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	for (size_t i = 0; i < len; i++)
		fputc(byte_at(i), file);
	assert_int_equal(fclose(file), 0);
}

/* Fails, says why, and leaves what was there before. */
static void expect_refusal(const char *name, size_t ceiling, int error, const char *word)
{
	char untouched, *body = &untouched;
	size_t len = 4711;
	struct fault fault = {0};

	assert_int_equal(fetch_file(name, ceiling, &body, &len, &fault), error);
	assert_ptr_equal(body, &untouched);
	assert_int_equal(len, 4711);
	assert_string_equal(fault.file, name);
	if (!strstr(fault.sentence, word))
		fail_msg("'%s' is not in '%s'", word, fault.sentence);
	assert_int_equal(fetch_file(name, ceiling, &body, &len, NULL), error);
}

static void expect_body(const char *name, size_t ceiling, size_t want)
{
	struct fault fault = {0};
	char *body = NULL;
	size_t len = 0;

	assert_int_equal(fetch_file(name, ceiling, &body, &len, &fault), 0);
	assert_int_equal(len, want);
	for (size_t i = 0; i < len; i++)
		assert_int_equal((uint8_t)body[i], byte_at(i));
	assert_int_equal(body[len], 0);
	assert_string_equal(fault.sentence, "");
	free(body);
}

static void what_is_no_file(void **state)
{
	expect_refusal("/nonexistent/file", 100, -ENOENT, "No such file");
	expect_refusal(folder, 100, -EISDIR, "directory");
	expect_refusal("", 100, -ENOENT, "No such file");
	write_file(1);
	assert_int_equal(chmod(path, 0), 0);
	if (geteuid() != 0)
		expect_refusal(path, 100, -EACCES, "ermission");
}

static void sizes_around_the_ceiling(void **state)
{
	static const struct {
		const char *name;
		size_t len, ceiling;
		int error;
	} cases[] = {
		{"empty", 0, 100, 0},
		{"empty, and nothing allowed", 0, 0, 0},
		{"one byte, and nothing allowed", 1, 0, -EFBIG},
		{"below", 99, 100, 0},
		{"exactly", 100, 100, 0},
		{"one more", 101, 100, -EFBIG},
		{"as long as the first room", ROOM, ROOM, 0},
		{"one more than the first room", ROOM + 1, ROOM, -EFBIG},
		{"the first room full, more allowed", ROOM, ROOM + 1, 0},
		{"into the second room", ROOM + 1, ROOM + 1, 0},
		{"the second room full", 2 * ROOM, 2 * ROOM, 0},
		{"above the second room", 2 * ROOM + 1, 2 * ROOM, -EFBIG},
		{"several rooms", 5 * ROOM + 3, 5 * ROOM + 3, 0},
		{"several rooms and one more", 5 * ROOM + 4, 5 * ROOM + 3, -EFBIG},
		{"any length allowed", 300000, SIZE_MAX, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].name);
		write_file(cases[i].len);
		if (cases[i].error)
			expect_refusal(path, cases[i].ceiling, cases[i].error, "larger than");
		else
			expect_body(path, cases[i].ceiling, cases[i].len);
	}
}

/* Devices and pipes tell no size, and some never end. */
static void what_never_ends(void **state)
{
	expect_refusal("/dev/zero", 1 << 20, -EFBIG, "larger than 1048576 bytes");
	expect_body("/dev/null", 100, 0);
}

static pid_t feed_pipe(size_t len)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		FILE *pipe = fopen(path, "wb");
		for (size_t i = 0; pipe && i < len && fputc(byte_at(i), pipe) != EOF; i++)
			if (i % 1000 == 999)
				fflush(pipe);
		_exit(pipe && fclose(pipe) == 0 ? 0 : 1);
	}
	return child;
}

/* Comes in small pieces; the one above the ceiling stays unread, and whoever writes it finds nobody at the other end. */
static void a_pipe(void **state)
{
	static const size_t lens[] = {0, 1, 999, 100000};

	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		int status;
		assert_int_equal(mkfifo(path, 0600), 0);
		pid_t child = feed_pipe(lens[i]);
		expect_body(path, 100000, lens[i]);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(mkfifo(path, 0600), 0);
	pid_t child = feed_pipe(100 << 20);
	char *body;
	size_t len;
	struct fault fault;
	int status;
	assert_int_equal(fetch_file(path, 100000, &body, &len, &fault), -EFBIG);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_not_equal(status, 0);
}

static int start(void **state)
{
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/file", folder);
	return 0;
}

static int clear(void **state)
{
	unlink(path);
	return 0;
}

static int finish(void **state)
{
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(what_is_no_file, clear),
		cmocka_unit_test_teardown(sizes_around_the_ceiling, clear),
		cmocka_unit_test_teardown(what_never_ends, clear),
		cmocka_unit_test_teardown(a_pipe, clear),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
