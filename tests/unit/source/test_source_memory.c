/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Resident memory does not depend on how much is read: four times the file, the same peak, plain and in each packing. Each
 * run is a child of its own whose peak the kernel reports; the input is made as it is read, through a pipe.
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

enum { PIECE_FRAMES = 20000, FRAME_LEN = 100, SLACK_KIB = 4096, PEAK_MAX_KIB = 24 << 10 };

/* Writes header and then rounds times piece to standard output; the reader at the other end of the pipe is the child. */
static void feed(int fd, const struct craft *header, const struct craft *piece, unsigned rounds)
{
	FILE *pipe = fdopen(fd, "w");

	assert_int_equal(fwrite(header->bytes, 1, header->len, pipe), header->len);
	while (rounds--)
		assert_int_equal(fwrite(piece->bytes, 1, piece->len, pipe), piece->len);
	fclose(pipe);
}

static void read_and_exit(int from, size_t expected)
{
	static const char *file = "-";
	struct source *source;
	struct fault fault;
	struct frame frame;
	size_t frames = 0;

	dup2(from, STDIN_FILENO);
	if (source_open(&file, 1, &source, &fault))
		_exit(2);
	while (source_next(source, &frame))
		frames++;
	_exit(frames == expected && !source_report(source, 0)->cut_short ? 0 : 1);
}

static long peak_kib(const struct craft *header, const struct craft *piece, unsigned rounds)
{
	int ends[2], status;
	struct rusage usage;

	assert_int_equal(pipe(ends), 0);
	/* What the packing left behind would count as the child's. */
	malloc_trim(0);
	pid_t child = fork();
	if (!child) {
		close(ends[1]);
		read_and_exit(ends[0], (size_t)rounds * PIECE_FRAMES);
	}
	close(ends[0]);
	feed(ends[1], header, piece, rounds);
	assert_int_equal(wait4(child, &status, 0, &usage), child);
	assert_int_equal(status, 0);
	return usage.ru_maxrss;
}

static void peak_does_not_grow(void **state)
{
	static const char *const names[] = {"plain", "gzip", "xz", "zstd"};

	for (int packer = 0; packer < 4; packer++) {
		struct craft header = {0}, piece = {0};
		uint32_t random = 1;

		craft_pcap(&header, CRAFT_MICRO, 1);
		for (uint32_t i = 0; i < PIECE_FRAMES; i++, random = random * 1664525u + 1013904223u)
			craft_record(&piece, i, random >> 12, FRAME_LEN, (char)(random >> 24));
		for (int part = 0; part < 2; part++) {
			struct craft *craft = part ? &piece : &header;
			if (packer == 1)
				craft_gzip(craft);
			else if (packer == 2)
				craft_xz(craft, 6);
			else if (packer == 3)
				craft_zstd(craft, 3, 21);
		}
		long once = peak_kib(&header, &piece, 10), more = peak_kib(&header, &piece, 40);
		print_message("%s: 23 MB %ld KiB, 93 MB %ld KiB\n", names[packer], once, more);
		assert_true(more - once <= SLACK_KIB);
#ifndef __SANITIZE_ADDRESS__
		assert_true(more <= PEAK_MAX_KIB);
#endif
		craft_free(&header);
		craft_free(&piece);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(peak_does_not_grow)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
