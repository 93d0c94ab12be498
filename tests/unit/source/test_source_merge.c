/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several inputs: merged by time in an order that the arguments do not change; pipes; more files than descriptors. */
#include <setjmp.h>
#include <stdarg.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "craft.h"
#include "wire/limits.h"

/* Frames at the seconds given, up to a 0. */
static const char *write_at(const char *name, const uint32_t *seconds, char fill)
{
	struct craft craft = {0};

	craft_pcap(&craft, CRAFT_MICRO, 1);
	for (size_t i = 0; seconds[i]; i++)
		craft_record(&craft, seconds[i], 0, 10, fill);
	const char *path = craft_write(name, craft.bytes, craft.len);
	craft_free(&craft);
	return path;
}

static void assert_fills(const struct seen *seen, const char *fills)
{
	char got[256] = "";

	assert_true(seen->count < sizeof(got));
	for (size_t i = 0; i < seen->count; i++)
		got[i] = (char)seen->frames[i].fill;
	assert_string_equal(got, fills);
}

static void order_of_arguments(void **state)
{
	const char *files[5] = {
		write_at("b.pcap", (uint32_t[]){10, 20, 30, 0}, 'b'),
		write_at("a.pcap", (uint32_t[]){10, 20, 25, 31, 0}, 'a'),
		write_at("0-late.pcap", (uint32_t[]){29, 30, 40, 0}, 'l'),
		write_at("backwards.pcap", (uint32_t[]){15, 5, 35, 21, 0}, 'w'),
		craft_write("0-broken.pcap", "no", 2),
	};
	static const size_t orders[][5] = {{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {2, 0, 4, 1, 3}, {3, 4, 1, 0, 2}, {1, 4, 3, 2, 0}};

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		const char *turned[5];
		for (size_t k = 0; k < 5; k++)
			turned[k] = files[orders[i][k]];
		const struct seen *seen = craft_read(turned, 5, true);
		assert_fills(seen, "abwwabalblawwl");
		static const char *const names[] = {"a.pcap", "b.pcap", "backwards.pcap", "0-late.pcap", "0-broken.pcap"};
		for (size_t k = 0; k < 5; k++)
			assert_string_equal(seen->names[k], names[k]);
		assert_true(seen->reports[4].unreadable);
		assert_int_equal(seen->reports[2].first_ns, 5000000000);
		assert_int_equal(seen->reports[2].last_ns, 35000000000);
		assert_int_equal(seen->frames[13].input, 3);
		assert_int_equal(seen->frames[13].number, 3);
	}
}

static void same_file_twice(void **state)
{
	const char *file = write_at("same.pcap", (uint32_t[]){1, 2, 0}, 's'), *files[] = {file, file};
	const struct seen *seen = craft_read(files, 2, true);

	assert_fills(seen, "ssss");
	assert_int_equal(seen->frames[0].input, 0);
	assert_int_equal(seen->frames[1].input, 1);
	assert_int_equal(seen->reports[0].packets, 2);
	assert_int_equal(seen->reports[1].packets, 2);
}

static void wrong_counts(void **state)
{
	static const char *files[FW_SOURCE_FILES_MAX + 1];
	struct source *source = NULL;
	struct fault fault = {0};

	assert_int_equal(source_open(files, 0, &source, &fault), -EINVAL);
	assert_string_not_equal(fault.sentence, "");
	fault.sentence[0] = 0;
	assert_int_equal(source_open(files, FW_SOURCE_FILES_MAX + 1, &source, &fault), -EINVAL);
	assert_string_equal(fault.sentence, "4097 captures named, 1 to 4096 can be read in one run");
	assert_null(source);
	source_close(NULL);
}

/* A child writes bytes in small pieces into a pipe that becomes standard input. */
static pid_t feed_stdin(const struct craft *craft, int *out_saved)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	if (!child) {
		for (size_t at = 0; at < craft->len;) {
			ssize_t put = write(ends[1], craft->bytes + at, craft->len - at < 7 ? craft->len - at : 7);
			if (put <= 0)
				_exit(1);
			at += (size_t)put;
		}
		_exit(0);
	}
	*out_saved = dup(STDIN_FILENO);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	close(ends[0]);
	close(ends[1]);
	return child;
}

static void restore_stdin(pid_t child, int saved)
{
	int status;

	if (saved >= 0) {
		dup2(saved, STDIN_FILENO);
		close(saved);
	} else {
		close(STDIN_FILENO);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void standard_input(void **state)
{
	const char *other = write_at("other.pcap", (uint32_t[]){5, 15, 0}, 'o');
	const char *files[] = {"-", other, "-"};

	for (int packed = 0; packed < 2; packed++) {
		for (size_t count = 1; count <= 3; count++) {
			struct craft craft = {0};
			int saved;
			craft_pcap(&craft, CRAFT_MICRO, 1);
			craft_record(&craft, 10, 0, 300, 'i');
			craft_record(&craft, 20, 0, 300, 'j');
			if (packed)
				craft_xz(&craft, 1);
			pid_t child = feed_stdin(&craft, &saved);
			const struct seen *seen = craft_read(files, count, true);
			restore_stdin(child, saved);
			assert_fills(seen, count == 1 ? "ij" : "oioj");
			if (count == 3)
				assert_string_equal(
					seen->reports[2].fault.sentence, "standard input is named twice, but can be read only once");
			craft_free(&craft);
		}
	}
}

/* A named pipe can not be opened a second time: it is kept open from the first look. */
static void named_pipe(void **state)
{
	const char *path = craft_path("pipe"), *files[] = {path, write_at("other.pcap", (uint32_t[]){5, 15, 0}, 'o')};
	struct craft craft = {0};
	int status;

	craft_pcap(&craft, CRAFT_MICRO, 1);
	craft_record(&craft, 10, 0, 30, 'p');
	assert_int_equal(mkfifo(path, 0600), 0);
	pid_t child = fork();
	if (!child) {
		int fd = open(path, O_WRONLY);
		_exit(write(fd, craft.bytes, craft.len) == (ssize_t)craft.len ? 0 : 1);
	}
	assert_fills(craft_read(files, 2, true), "opo");
	assert_int_equal(waitpid(child, &status, 0), child);
	craft_free(&craft);
}

/* count files of two frames; each begins `step` seconds after the one before and lasts `length`. */
static const struct seen *read_many(size_t count, uint32_t step, uint32_t length)
{
	char **files = calloc(count, sizeof(*files));

	assert_non_null(files);
	for (size_t i = 0; i < count; i++) {
		char name[32];
		uint32_t first = 1 + (uint32_t)i * step;

		/* Names run against time. */
		snprintf(name, sizeof(name), "many-%05zu", count - i);
		files[i] = strdup(write_at(name, (uint32_t[]){first, first + length, 0}, 'm'));
	}
	const struct seen *seen = craft_read((const char *const *)files, count, true);
	for (size_t i = 0; i < count; i++) {
		unlink(files[i]);
		free(files[i]);
	}
	free(files);
	return seen;
}

static void more_files_than_descriptors(void **state)
{
	struct rlimit before, few;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = 40;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	const struct seen *seen = read_many(FW_SOURCE_FILES_MAX, 10, 15);
	assert_int_equal(seen->count, 2 * FW_SOURCE_FILES_MAX);
	for (size_t i = 1; i < seen->count; i++)
		assert_true(seen->frames[i].time_ns >= seen->frames[i - 1].time_ns);

	/* All at once is too much: those that found no descriptor are named, the rest is read. */
	seen = read_many(60, 1, 1000);
	size_t refused = 0;
	for (size_t i = 0; i < 60; i++) {
		refused += seen->reports[i].unreadable;
		if (seen->reports[i].unreadable)
			assert_non_null(strstr(seen->reports[i].fault.sentence, "not opened: more captures overlap in time than"));
	}
	assert_true(refused >= 20 && refused < 60);
	assert_int_equal(seen->count, 2 * (60 - refused));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* Many open at once: the heap in earnest, against a plain sort. */
static void many_overlapping(void **state)
{
	const struct seen *seen = read_many(300, 3, 1000);

	assert_int_equal(seen->count, 600);
	for (size_t i = 1; i < seen->count; i++) {
		const struct seen_frame *a = &seen->frames[i - 1], *b = &seen->frames[i];
		assert_true(a->time_ns < b->time_ns || (a->time_ns == b->time_ns && a->input < b->input));
	}
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

struct watched {
	struct source_progress last;
	size_t count;
};

static void watch(void *context, const struct source_progress *at)
{
	struct watched *watched = context;

	assert_true(at->packets > watched->last.packets && at->bytes >= watched->last.bytes);
	assert_true(!at->bytes_total || at->bytes <= at->bytes_total);
	watched->last = *at;
	watched->count++;
}

/* Read to its end, so that all that was asked for came. */
static struct watched watch_all(const char *const *files, size_t count)
{
	struct watched watched = {0};
	struct source *source;
	struct fault fault;
	struct frame frame;

	assert_int_equal(source_open(files, count, &source, &fault), 0);
	source_watch(source, watch, &watched);
	while (source_next(source, &frame))
		;
	source_close(source);
	return watched;
}

static void progress_in_bytes_of_the_files_as_they_are(void **state)
{
	struct craft craft = {0}, packed = {0};
	const char *files[2];

	craft_pcap(&craft, CRAFT_MICRO, 1);
	for (uint32_t i = 0; i < 5 * SOURCE_WATCH_FRAMES; i++)
		craft_record(&craft, 1 + i, 0, 100, 'x');
	craft_bytes(&packed, craft.bytes, craft.len);
	craft_gzip(&packed);
	files[0] = craft_write("plain.pcap", craft.bytes, craft.len);
	files[1] = craft_write("packed.pcap.gz", packed.bytes, packed.len);
	struct watched both = watch_all(files, 2), one = watch_all(files + 1, 1), fifo;
	assert_int_equal(both.count, 10);
	assert_int_equal(both.last.bytes_total, craft.len + packed.len);
	assert_int_equal(both.last.packets, 10 * SOURCE_WATCH_FRAMES);
	assert_true(both.last.bytes > (craft.len + packed.len) / 2);
	assert_int_equal(one.last.bytes_total, packed.len);
	assert_int_equal(one.count, 5);

	int pipe_end[2], saved = dup(STDIN_FILENO);
	assert_int_equal(pipe(pipe_end), 0);
	pid_t child = fork();
	if (!child)
		_exit(write(pipe_end[1], craft.bytes, craft.len) != (ssize_t)craft.len);
	close(pipe_end[1]);
	dup2(pipe_end[0], STDIN_FILENO);
	files[1] = "-";
	fifo = watch_all(files, 2);
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(pipe_end[0]);
	waitpid(child, NULL, 0);
	assert_int_equal(fifo.count, 10);
	assert_int_equal(fifo.last.bytes_total, 0); /* nobody knows how long a pipe is */
	craft_free(&craft);
	craft_free(&packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_of_arguments),
		cmocka_unit_test(progress_in_bytes_of_the_files_as_they_are),
		cmocka_unit_test(same_file_twice),
		cmocka_unit_test(wrong_counts),
		cmocka_unit_test(standard_input),
		cmocka_unit_test(named_pipe),
		cmocka_unit_test(more_files_than_descriptors),
		cmocka_unit_test(many_overlapping),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
