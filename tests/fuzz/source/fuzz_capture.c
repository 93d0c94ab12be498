/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a capture file, through the door: a file in memory, opened by its path like any other. Given twice, so
 * that the merge, parking and the second opening run too. Each byte of each frame is touched.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "source/source.h"
#include "wire/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { FRAMES_MAX = 100000 }; /* a small packed file may hold very many; what follows is more of the same */

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_report(const struct source_report *report)
{
	must((report->fault.sentence[0] != 0) == (report->cut_short || report->unreadable));
	must(!report->unreadable || !report->packets);
	must(report->first_ns <= report->last_ns);
}

static void check_frame(const struct frame *frame, size_t inputs)
{
	static volatile uint8_t sum;

	must(frame->cap_len <= FW_FRAME_MAX && frame->cap_len <= frame->wire_len);
	must(frame->time_ns <= INT64_MAX && frame->input < inputs && frame->number);
	for (uint32_t i = 0; i < frame->cap_len; i++)
		sum = (uint8_t)(sum + frame->bytes[i]);
}

static void read_all(const char *const *files, size_t inputs)
{
	struct source *source;
	struct fault fault;
	struct frame frame;

	if (source_open(files, inputs, &source, &fault))
		abort();
	for (size_t i = 0; i < FRAMES_MAX && source_next(source, &frame); i++)
		check_frame(&frame, inputs);
	for (size_t i = 0; i < inputs; i++)
		check_report(source_report(source, i));
	source_close(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char path[32];
	int fd = memfd_create("capture", MFD_CLOEXEC);

	must(fd >= 0 && (!len || write(fd, bytes, len) == (ssize_t)len));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	const char *files[] = {path, path};
	read_all(files, 1);
	read_all(files, 2);
	close(fd);
	return 0;
}
