/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder of captures: what is written is read back by the door itself, whole or not there; what is refused stays untouched; inputs
 * that can be read once are read twice. Each allocation fails once.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "craft.h"
#include "nomem.h"
#include "source/spool.h"

static bool is_ours(const char *name)
{
	return strncmp(name, "piece-", 6) == 0;
}

static int start(void **state)
{
	craft_folder();
	return 0;
}

static int end(void **state)
{
	craft_folder_done();
	return 0;
}

static struct folder *open_folder(const char *name)
{
	struct folder *folder = NULL;
	struct fault fault = {0};

	assert_int_equal(folder_open(craft_path(name), is_ours, NULL, 0, &folder, &fault), 0);
	return folder;
}

static void remove_folder(const char *name, const char *file)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", craft_path(name), file);
	unlink(path);
	rmdir(craft_path(name));
}

static int pile(struct folder *folder, uint32_t number, uint64_t time_ns, uint16_t link, uint32_t len)
{
	uint8_t bytes[300];
	struct frame frame = {.time_ns = time_ns, .bytes = bytes, .cap_len = len, .wire_len = len + 1000, .link = link};

	memset(bytes, (int)('a' + number), sizeof(bytes));
	return folder_pile(folder, number, &frame);
}

static void piles_come_back_in_order(void **state)
{
	struct folder *folder = open_folder("piles");
	char path[512];

	assert_int_equal(folder_piles(folder, 3), 0);
	for (uint32_t i = 0; i < 200; i++)
		assert_int_equal(pile(folder, i % 2, 5000000000ull + i * 7, i % 6 < 3 ? 1 : 113, i), 0);
	assert_int_equal(folder_pile_count(folder, 0), 100);
	assert_int_equal(folder_pile_count(folder, 2), 0);
	assert_int_equal(folder_pile_count(folder, 3), 0);
	assert_int_equal(folder_write(folder, 1, "piece-1", "caf\xc3\xa9"), 0);
	folder_close(folder);
	snprintf(path, sizeof(path), "%s/piece-1", craft_path("piles"));
	const struct seen *seen = craft_read_one(path);
	assert_int_equal(seen->count, 100);
	for (uint32_t i = 0; i < 100; i++) {
		const struct seen_frame *frame = &seen->frames[i];
		uint32_t number = i * 2 + 1;
		assert_int_equal(frame->time_ns, 5000000000ull + number * 7);
		assert_int_equal(frame->cap_len, number);
		assert_int_equal(frame->wire_len, number + 1000);
		assert_int_equal(frame->link, number % 6 < 3 ? 1 : 113);
		assert_int_equal(frame->fill, 'b');
	}
	remove_folder("piles", "piece-1");
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* The comment is the first option of the section; it is cut between characters. */
static void a_comment_of_any_length(void **state)
{
	static const size_t lens[] = {0, 1, 2, 3, 4, 65531, 65532, 65533, 65535, 70000};

	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		struct folder *folder = open_folder("comment");
		char path[512], *comment = calloc(1, lens[i] + 3);
		static uint8_t bytes[80000];
		memset(comment, 'c', lens[i]);
		if (lens[i] > 65531)
			memcpy(comment + 65531, "\xc3\xa9", 2);
		assert_int_equal(folder_piles(folder, 1), 0);
		assert_int_equal(pile(folder, 0, 1, 1, 60), 0);
		assert_int_equal(folder_write(folder, 0, "piece-c", comment), 0);
		folder_close(folder);
		snprintf(path, sizeof(path), "%s/piece-c", craft_path("comment"));
		FILE *file = fopen(path, "rb");
		size_t len = fread(bytes, 1, sizeof(bytes), file);
		fclose(file);
		uint32_t total = le32(bytes + 4), told = lens[i] ? le32(bytes + 24) >> 16 : 0;
		assert_true(total < len && le32(bytes + total - 4) == total);
		assert_int_equal(told, lens[i] > 65531 ? 65531 : lens[i]);
		assert_memory_equal(bytes + 28, comment, told);
		assert_int_equal(craft_read_one(path)->count, 1);
		remove_folder("comment", "piece-c");
		free(comment);
	}
}

static void refused(void **state)
{
	const char *alien = craft_write("a file", "x", 1);
	struct folder *folder = NULL;
	struct fault fault = {0};
	char path[512];

	assert_int_equal(folder_open(alien, is_ours, NULL, 0, &folder, &fault), -ENOTDIR);
	assert_true(fault.sentence[0]);
	assert_true(folder_open("/nonexistent/folder", is_ours, NULL, 0, &folder, &fault) < 0);
	folder_close(open_folder("there"));
	snprintf(path, sizeof(path), "%s/piece-input", craft_path("there"));
	FILE *file = fopen(path, "wb");
	fclose(file);
	const char *inputs[] = {path};
	assert_int_equal(folder_open(craft_path("there"), is_ours, inputs, 1, &folder, &fault), -EEXIST);
	assert_non_null(strstr(fault.sentence, "one of the captures"));
	folder = open_folder("there");
	assert_int_equal(folder_clear(folder), 0);
	assert_int_equal(access(path, F_OK), -1);
	snprintf(path, sizeof(path), "%s/letter", craft_path("there"));
	file = fopen(path, "wb");
	fclose(file);
	assert_int_equal(folder_clear(folder), 0);
	assert_int_equal(access(path, F_OK), 0);
	folder_close(folder);
	assert_int_equal(folder_open(craft_path("there"), is_ours, NULL, 0, &folder, &fault), -ENOTEMPTY);
	assert_non_null(strstr(fault.sentence, "letter"));
	remove_folder("there", "letter");
}

/* A name that is taken while it is written, and one too long: the error, and nothing half done. */
static void nothing_half_done(void **state)
{
	struct folder *folder = open_folder("half");
	char path[512], longest[300];

	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = 0;
	assert_int_equal(folder_piles(folder, 1), 0);
	assert_int_equal(pile(folder, 0, 1, 1, 60), 0);
	assert_int_equal(folder_write(folder, 0, longest, ""), -ENAMETOOLONG);
	snprintf(path, sizeof(path), "%s/piece-a.part", craft_path("half"));
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(folder_write(folder, 0, "piece-a", ""), -EEXIST);
	assert_int_equal(rmdir(path), 0);
	snprintf(path, sizeof(path), "%s/piece-a", craft_path("half"));
	assert_int_equal(mkdir(path, 0700), 0);
	assert_true(folder_write(folder, 0, "piece-a", "") < 0);
	assert_int_equal(rmdir(path), 0);
	for (uint16_t link = 2; link < 20; link++)
		assert_int_equal(pile(folder, 0, 1, link, 60), 0);
	assert_int_equal(folder_write(folder, 0, "piece-a", ""), -E2BIG);
	assert_int_equal(rmdir(craft_path("half")), 0);
	folder_close(folder);
	folder_close(NULL);
}

/* A pipe is read twice, a file where it lies. */
static void read_twice(void **state)
{
	struct craft craft = {0};
	struct folder *folder = open_folder("twice");
	struct spool *spool = NULL;
	struct fault fault = {0};
	char pipe_name[64];
	int ends[2];

	craft_pcap(&craft, CRAFT_MICRO, 1);
	for (uint32_t i = 0; i < 50; i++)
		craft_record(&craft, i, 0, 60, 'x');
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], craft.bytes, craft.len), (ssize_t)craft.len);
	close(ends[1]);
	snprintf(pipe_name, sizeof(pipe_name), "/proc/self/fd/%d", ends[0]);
	const char *files[] = {craft_write("plain.pcap", craft.bytes, craft.len), pipe_name, "/nonexistent"};
	assert_int_equal(spool_open(folder, files, 3, &spool, &fault), 0);
	assert_int_equal(spool_copy(spool, 0), -1);
	assert_true(spool_copy(spool, 1) >= 0);
	assert_int_equal(spool_copy(spool, 2), -1);
	assert_int_equal(spool_copy(spool, 3), -1);
	assert_int_equal(spool_copy(NULL, 0), -1);
	for (int round = 0; round < 3; round++) {
		struct source *source;
		struct frame frame;
		uint32_t count = 0;
		assert_int_equal(source_open_spooled(files, 3, spool, &source, &fault), 0);
		while (source_next(source, &frame))
			count++;
		assert_int_equal(count, 100);
		source_close(source);
	}
	spool_close(spool);
	spool_close(NULL);
	close(ends[0]);
	craft_free(&craft);
	folder_close(folder);
	remove_folder("twice", "-");
}

static int all_of_it(const char *file)
{
	const char *files[] = {file};
	struct folder *folder = NULL;
	struct spool *spool = NULL;
	struct fault fault = {0};
	int error = folder_open(craft_path("memory"), is_ours, files, 1, &folder, &fault);

	if (!error)
		error = spool_open(folder, files, 1, &spool, &fault);
	if (!error)
		error = folder_piles(folder, 2);
	for (uint32_t i = 0; i < 20 && !error; i++)
		error = pile(folder, i % 2, i, 1, 60);
	if (!error)
		error = folder_write(folder, 0, "piece-m", "a comment");
	spool_close(spool);
	folder_close(folder);
	return error;
}

static void without_memory(void **state)
{
	uint64_t at = 0;
	int error;

	do {
		int ends[2];
		char name[64];
		assert_int_equal(pipe(ends), 0);
		assert_int_equal(write(ends[1], "x", 1), 1);
		close(ends[1]);
		snprintf(name, sizeof(name), "/proc/self/fd/%d", ends[0]);
		nomem_start(at++, false);
		error = all_of_it(name);
		nomem_stop();
		close(ends[0]);
		assert_true(error == 0 || error == -ENOMEM);
	} while (error);
	assert_true(at > 5);
	remove_folder("memory", "piece-m");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(piles_come_back_in_order),
		cmocka_unit_test(a_comment_of_any_length),
		cmocka_unit_test(refused),
		cmocka_unit_test(nothing_half_done),
		cmocka_unit_test(read_twice),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, start, end);
}
