/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compressed captures that overlap in time share one budget for their decoders: what fits is read whole, what does not is told,
 * and whoever ends gives back. Each capture here has a frame at its start and one far behind, so that all overlap.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "craft.h"
#include "wire/limits.h"

enum { FAR_S = 100000, FILES_MAX = 512, CROWD_MAX_KIB = (24 + 8) << 10 };

enum packer { PLAIN, GZIP, XZ, ZSTD };

/* How a file is packed: level is the preset of xz, the window of zstd. */
struct packed {
	enum packer packer;
	int level;
	bool whole; /* what is expected of it */
};

static const char CROWDED[] = "too many compressed captures overlap in time: unpacking them together takes more than 24 MiB";

static void pack(struct craft *craft, const struct packed *packed)
{
	if (packed->packer == GZIP)
		craft_gzip(craft);
	else if (packed->packer == XZ)
		craft_xz(craft, (uint32_t)packed->level);
	else if (packed->packer == ZSTD)
		craft_zstd(craft, 3, packed->level);
}

static const char *write_one(const struct packed *packed, size_t place, uint32_t first_s, uint32_t last_s)
{
	static char names[FILES_MAX][32];
	struct craft craft = {0};

	craft_pcap(&craft, CRAFT_MICRO, 1);
	craft_record(&craft, first_s, 0, 60, 'f');
	craft_record(&craft, last_s, 0, 60, 'l');
	pack(&craft, packed);
	snprintf(names[place], sizeof(names[place]), "budget-%03zu", place);
	const char *path = craft_write(names[place], craft.bytes, craft.len);
	craft_free(&craft);
	return path;
}

/* Reads files that overlap and start in their order; checks what became of each. */
static void check_crowd(const char *name, const struct packed *packed, size_t count)
{
	char *paths[FILES_MAX] = {NULL};

	for (size_t i = 0; i < count; i++)
		paths[i] = strdup(write_one(&packed[i], i, 1 + (uint32_t)i, FAR_S + (uint32_t)i));
	const struct seen *seen = craft_read((const char *const *)paths, count, true);
	size_t whole = 0;
	for (size_t i = 0; i < count; i++) {
		const struct source_report *report = &seen->reports[i];
		bool told = strncmp(report->fault.sentence, CROWDED, strlen(CROWDED)) == 0;

		if (report->packets != (packed[i].whole ? 2 : 0) || told == packed[i].whole || report->unreadable == packed[i].whole)
			fail_msg("%s: capture %zu has %llu packets, \"%s\"", name, i, (unsigned long long)report->packets,
				report->fault.sentence);
		whole += packed[i].whole;
		free(paths[i]);
	}
	assert_int_equal(seen->count, 2 * whole);
}

static void crowds(void **state)
{
	static const struct {
		const char *name;
		struct packed packed[6];
	} rows[] = {
		{"one xz -6", {{XZ, 6, true}}},
		{"two xz -6", {{XZ, 6, true}, {XZ, 6, true}}},
		{"two xz -6 and two of zstd's default", {{XZ, 6, true}, {ZSTD, 21, true}, {XZ, 6, true}, {ZSTD, 21, true}}},
		{"two xz -6, two zstd, two gzip",
			{{XZ, 6, true}, {ZSTD, 21, true}, {GZIP, 0, true}, {XZ, 6, true}, {ZSTD, 21, true}, {GZIP, 0, true}}},
		{"a third xz -6", {{XZ, 6, true}, {XZ, 6, true}, {XZ, 6, false}}},
		{"a smaller one fits behind it", {{XZ, 6, true}, {XZ, 6, true}, {XZ, 6, false}, {XZ, 3, true}}},
		{"a second xz -7", {{XZ, 7, true}, {XZ, 7, false}}},
		{"one xz -7 and plain ones", {{PLAIN, 0, true}, {XZ, 7, true}, {PLAIN, 0, true}, {XZ, 7, false}, {PLAIN, 0, true}}},
		{"one of zstd's largest", {{ZSTD, 24, true}}},
		{"two of zstd's largest", {{ZSTD, 24, true}, {ZSTD, 24, false}}},
		{"two of zstd -19", {{ZSTD, 23, true}, {ZSTD, 23, true}, {ZSTD, 23, false}, {ZSTD, 21, true}}},
		{"xz -7 leaves little", {{XZ, 7, true}, {ZSTD, 23, false}, {ZSTD, 22, true}, {XZ, 5, false}, {GZIP, 0, true}}},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t count = 0;

		while (count < 6 && (rows[i].packed[count].packer != PLAIN || rows[i].packed[count].whole))
			count++;
		check_crowd(rows[i].name, rows[i].packed, count);
	}
}

/* The first ones by time, whatever the order of arguments; and none of the rest stops the merge. */
static void very_many(void **state)
{
	static struct packed packed[400];
	size_t fits = FW_UNPACK_MAX / ((64 + 48) << 10);

	for (size_t i = 0; i < 400; i++)
		packed[i] = (struct packed){.packer = GZIP, .whole = i < fits};
	check_crowd("400 of gzip", packed, 400);
	print_message("%zu of gzip fit\n", fits);
}

/* One after another they need no more than one, and one that ended makes room. */
static void one_after_another(void **state)
{
	char *paths[8];

	for (size_t i = 0; i < 8; i++)
		paths[i] = strdup(write_one(&(struct packed){.packer = i % 2 ? XZ : ZSTD, .level = i % 2 ? 7 : 24}, i, 1 + 10 * (uint32_t)i,
			9 + 10 * (uint32_t)i));
	const struct seen *seen = craft_read((const char *const *)paths, 8, true);
	assert_int_equal(seen->count, 16);
	for (size_t i = 0; i < 8; i++) {
		assert_string_equal(seen->reports[i].fault.sentence, "");
		free(paths[i]);
	}
}

/* A file that asks for more in its middle, while another is open: what was read of it is kept. */
static void more_in_the_middle(void **state)
{
	static const struct packed small[] = {{XZ, 0, true}, {ZSTD, 12, true}}, large[] = {{XZ, 7, true}, {ZSTD, 24, true}};
	static const struct packed beside = {XZ, 7, true};

	for (size_t i = 0; i < 2; i++) {
		struct craft craft = {0}, more = {0};

		craft_pcap(&craft, CRAFT_MICRO, 1);
		for (uint32_t k = 0; k < 9; k++)
			craft_record(&craft, 10 + k, 0, 60, 'k');
		craft_record(&more, 30, 0, 60, 'm');
		pack(&craft, &small[i]);
		pack(&more, &large[i]);
		craft_bytes(&craft, more.bytes, more.len);
		const char *files[] = {craft_write("grows", craft.bytes, craft.len), write_one(&beside, 0, 1, 50)};
		const struct seen *seen = craft_read(files, 2, true);
		assert_string_equal(seen->names[1], "grows");
		assert_int_equal(seen->count, 11);
		assert_int_equal(seen->reports[1].packets, 9);
		assert_true(seen->reports[1].cut_short && !seen->reports[1].unreadable);
		assert_non_null(strstr(seen->reports[1].fault.sentence, CROWDED));
		assert_string_equal(seen->reports[0].fault.sentence, "");
		assert_int_equal(craft_read_one(files[0])->count, 10);
		craft_free(&craft);
		craft_free(&more);
	}
}

static void read_and_exit(const char *const *files, size_t count)
{
	struct source *source;
	struct fault fault;
	struct frame frame;

	if (source_open(files, count, &source, &fault))
		_exit(2);
	while (source_next(source, &frame))
		;
	_exit(0);
}

/* Twelve of 12 MB, each with a dictionary of 8 MiB that it fills. */
static void peak_of_a_crowd(void **state)
{
	enum { COUNT = 12, FRAMES = 20000, FRAME_LEN = 600 };
	char *paths[COUNT];
	struct craft craft = {0};
	struct rusage usage;
	int status;

	craft_pcap(&craft, CRAFT_MICRO, 1);
	for (uint32_t i = 0; i < FRAMES; i++)
		craft_record(&craft, i, 0, FRAME_LEN, (char)i);
	craft_xz(&craft, 6);
	for (size_t i = 0; i < COUNT; i++) {
		char name[16];

		snprintf(name, sizeof(name), "peak-%zu", i);
		paths[i] = strdup(craft_write(name, craft.bytes, craft.len));
	}
	craft_free(&craft);
	malloc_trim(0);
	pid_t child = fork();
	if (!child)
		read_and_exit((const char *const *)paths, COUNT);
	assert_int_equal(wait4(child, &status, 0, &usage), child);
	assert_int_equal(status, 0);
	print_message("%d overlapping of xz -6: peak %ld KiB\n", COUNT, usage.ru_maxrss);
#ifndef __SANITIZE_ADDRESS__
	assert_true(usage.ru_maxrss <= CROWD_MAX_KIB);
#endif
	for (size_t i = 0; i < COUNT; i++)
		free(paths[i]);
}

static int start(void **state)
{
	craft_folder();
	return 0;
}

static int finish(void **state)
{
	craft_folder_done();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peak_of_a_crowd),
		cmocka_unit_test(crowds),
		cmocka_unit_test(very_many),
		cmocka_unit_test(one_after_another),
		cmocka_unit_test(more_in_the_middle),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
