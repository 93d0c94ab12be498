/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a report goes: standard output, a device or pipe as it is, or a file that appears whole or not at all. The
 * earlier report stays until the new one is complete.
 *
 * Who writes looks at the stream's error at the end alone; why the first write failed is kept here until then.
 */
#pragma once

#include <stdio.h>

enum { OUTPUT_PATH_MAX = 4096 };

struct output {
	FILE *file;
	int descriptor;
	int error; /* why the first write failed: -errno, or 0 */
	const char *path; /* NULL: standard output */
	char temporary[OUTPUT_PATH_MAX]; /* "" where file is path itself */
};

/* True if path is one of these files (NULL: none; - is standard input): opening it would empty what is to be read. */
int output_is_input(const char *path, const char *const *files, size_t count);

/* path NULL is standard output. *out_output stays where it is until output_close(). Returns 0 or -errno. */
int output_open(const char *path, struct output *out_output);
/* Writes out what is buffered; if complete, the file takes its place. Returns 0 or -errno; nothing is left behind then. */
int output_close(struct output *output, int complete);
