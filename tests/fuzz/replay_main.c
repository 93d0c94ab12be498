/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a fuzz target over files: every file in the folders (or the files) named, then over each of
 * them cut short and with bytes flipped, by a fixed rule. Exits 0 when all ran; the sanitizers do the judging.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { INPUT_MAX = 1 << 20, CUTS = 64, FLIPS = 64 };

static unsigned long runs, files;

/* Exact-size heap block, so that one byte too far is seen. */
static void run(const uint8_t *bytes, size_t len)
{
	uint8_t *exact = malloc(len ? len : 1);

	if (!exact)
		abort();
	memcpy(exact, bytes, len);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	runs++;
}

static void run_variants(uint8_t *bytes, size_t len)
{
	uint32_t state = 0x9e3779b9u ^ (uint32_t)len;

	run(bytes, len);
	for (size_t i = 0; i < CUTS && i < len; i++)
		run(bytes, len <= CUTS ? i : len * i / CUTS);
	for (size_t i = 0; i < FLIPS && len; i++) {
		state = state * 1664525u + 1013904223u;
		size_t at = (state >> 8) % len;
		uint8_t old = bytes[at];
		bytes[at] = (uint8_t)(i % 3 == 0 ? 0xff : i % 3 == 1 ? 0 : old ^ (1u << (i % 8)));
		run(bytes, len);
		bytes[at] = old;
	}
}

static void run_path(const char *path)
{
	struct stat info;

	if (stat(path, &info))
		return;
	if (S_ISDIR(info.st_mode)) {
		DIR *folder = opendir(path);
		struct dirent *entry;
		char below[4096];

		while (folder && (entry = readdir(folder)))
			if (entry->d_name[0] != '.' && snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) < (int)sizeof(below))
				run_path(below);
		if (folder)
			closedir(folder);
		return;
	}
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(INPUT_MAX);

	if (file && bytes) {
		run_variants(bytes, fread(bytes, 1, INPUT_MAX, file));
		files++;
	}
	free(bytes);
	if (file)
		fclose(file);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		run_path(argv[i]);
	printf("%lu files, %lu runs\n", files, runs);
	return runs ? 0 : 1;
}
