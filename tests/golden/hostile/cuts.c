/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * usage: test_hostile CAPTURE|FOLDER...
 *
 * Captures that nobody here made, cut and damaged, through the whole program:
 *
 * - cut at places drawn by a fixed seed, one in each piece of equal length, 24 of them in the first 256 KiB; the smallest captures at
 *   every byte. The longer the rest, the more packets are read: no cut may ever show a packet that the whole does not have.
 * - one byte overwritten or one bit flipped at a time, at places drawn by a fixed seed, most of them in headers;
 * - every frame damaged at one place in its headers, all at once: what survives the file's reader and goes deep.
 *
 * A run costs what it reads, so the sample is many captures and few bytes of each. With FLOODWALL_FULL_SWEEP set: 100 cuts in the first MiB,
 * twice as many flips and storms, and captures above 4 MiB whole, which tests/unit/engine/test_live_captures.c reads anyway.
 *
 * Every run must return 0 and keep its report free of control characters; the sanitizers do the rest. The files are dealt to
 * one process per core, the largest first.
 */
#include "hostile.h"

#include <dirent.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KIB = 1024, FLIP_WITHIN = 64 << 10, FILES_MAX = 1024, WORKERS_MAX = 8 };
enum { PCAP_HEADER = 24, RECORD_HEADER = 16, FRAME_HEADERS = 62 };

struct capture {
	char path[512];
	size_t len;
};

/* How much is done to each capture. */
struct sweep {
	size_t cuts_max, cut_within; /* bytes */
	size_t whole_max, each_byte_max; /* bytes: longer ones are not read whole, not cut at every byte */
	uint32_t flips, storms;
};

static const struct sweep sample = {24, 256 << 10, 4 << 20, 512, 8, 3}, full = {100, 1 << 20, SIZE_MAX, 2 << 10, 16, 6};
static const struct sweep *sweep = &sample;

/* What a process is at, in memory shared with the one that waits for it. */
struct at_work {
	uint32_t file, runs, faults;
	char doing[96];
};

struct shared {
	atomic_uint next;
	struct at_work workers[WORKERS_MAX];
};

static struct capture *captures;
static uint32_t capture_count;

static void add_file(const char *path, size_t len)
{
	if (capture_count == FILES_MAX) {
		fprintf(stderr, "more than %d captures\n", FILES_MAX);
		exit(3);
	}
	snprintf(captures[capture_count].path, sizeof(captures->path), "%s", path);
	captures[capture_count++].len = len;
}

static bool is_capture(const char *name)
{
	static const char *const ends[] = {".pcap", ".pcapng", ".xz"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strlen(name) > strlen(ends[i]) && strcmp(name + strlen(name) - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

static void add_below(const char *path)
{
	struct stat info;
	struct dirent *entry;
	DIR *folder;
	char below[512];

	if (stat(path, &info))
		return;
	if (!S_ISDIR(info.st_mode)) {
		if (is_capture(path))
			add_file(path, (size_t)info.st_size);
		return;
	}
	folder = opendir(path);
	while (folder && (entry = readdir(folder)))
		if (entry->d_name[0] != '.' && snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) < (int)sizeof(below))
			add_below(below);
	if (folder)
		closedir(folder);
}

static int largest_first(const void *a, const void *b)
{
	const struct capture *x = a, *y = b;

	if (x->len != y->len)
		return x->len < y->len ? 1 : -1;
	return strcmp(x->path, y->path);
}

static uint32_t draw(uint64_t *state, uint32_t below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(((*state >> 32) * below) >> 32);
}

/* Runs it; returns the packets that were read. */
static uint64_t run(const struct stage *stage, struct at_work *me, enum inspect_format format)
{
	struct seen seen = stage_inspect(stage, format);

	me->runs++;
	if (seen.result || seen.raw) {
		me->faults++;
		printf("%s: %s: returned %d%s\n", captures[me->file].path, me->doing, seen.result, seen.raw ? ", control characters" : "");
	}
	return seen.packets;
}

/* Where the cut number left of count is, in the piece of that number. */
static size_t cut_place(size_t within, size_t count, size_t left, uint64_t *state)
{
	size_t piece = within / count;

	return left == count ? within : left * piece + (left ? draw(state, (uint32_t)piece) : 0);
}

static void cuts(const struct stage *stage, struct at_work *me, size_t len)
{
	size_t within = len < sweep->cut_within ? len : sweep->cut_within, count = len / KIB ? len / KIB : 1;
	uint64_t packets, more = UINT64_MAX, state = len;

	if (len <= sweep->each_byte_max)
		count = len;
	else if (count > sweep->cuts_max)
		count = sweep->cuts_max;
	snprintf(me->doing, sizeof(me->doing), "whole, as text");
	if (len <= sweep->whole_max)
		run(stage, me, INSPECT_TEXT);
	for (size_t left = count + 1; count && left-- > 0;) {
		size_t at = cut_place(within, count, left, &state);
		snprintf(me->doing, sizeof(me->doing), "cut at byte %zu", at);
		stage_cut(stage, at);
		packets = run(stage, me, INSPECT_JSON);
		if (packets > more) {
			me->faults++;
			printf("%s: %s: %llu packets, %llu when cut later\n", captures[me->file].path, me->doing,
				(unsigned long long)packets, (unsigned long long)more);
		}
		more = packets;
	}
}

/* Where the next record of a classic pcap starts, or len. */
static size_t next_record(const uint8_t *bytes, size_t len, size_t at)
{
	uint32_t captured;

	if (len - at < RECORD_HEADER)
		return len;
	memcpy(&captured, bytes + at + 8, 4);
	if (bytes[0] == 0xa1)
		captured = __builtin_bswap32(captured);
	return captured < len - at - RECORD_HEADER ? at + RECORD_HEADER + captured : len;
}

static bool is_pcap(const uint8_t *bytes, size_t len)
{
	static const uint8_t magics[4][4] = {
		{0xd4, 0xc3, 0xb2, 0xa1}, {0xa1, 0xb2, 0xc3, 0xd4}, {0x4d, 0x3c, 0xb2, 0xa1}, {0xa1, 0xb2, 0x3c, 0x4d}};

	for (size_t i = 0; len > PCAP_HEADER && i < 4; i++)
		if (memcmp(bytes, magics[i], 4) == 0)
			return true;
	return false;
}

/* A place in a record's or a frame's headers where records are known (three times in four), else anywhere. */
static size_t draw_place(const uint8_t *bytes, size_t len, uint64_t *state)
{
	size_t at = PCAP_HEADER;

	if (!is_pcap(bytes, len) || draw(state, 4) == 0)
		return draw(state, (uint32_t)len);
	for (uint32_t records = draw(state, 64); records && next_record(bytes, len, at) < len; records--)
		at = next_record(bytes, len, at);
	at += draw(state, RECORD_HEADER + FRAME_HEADERS);
	return at < len ? at : len - 1;
}

static uint8_t damaged(uint8_t byte, uint32_t how)
{
	return how % 3 == 0 ? 0 : how % 3 == 1 ? 0xff : (uint8_t)(byte ^ (1u << (how / 3 % 8)));
}

static void flips(const struct stage *stage, struct at_work *me, uint8_t *bytes, size_t len)
{
	uint64_t state = len;

	for (uint32_t i = 0; i < sweep->flips && len; i++) {
		size_t at = draw_place(bytes, len, &state);
		uint8_t other = damaged(bytes[at], draw(&state, 24));
		snprintf(me->doing, sizeof(me->doing), "first %zu bytes, byte %zu is 0x%02x", len, at, other);
		stage_poke(stage, at, &other, 1);
		run(stage, me, INSPECT_JSON);
		stage_poke(stage, at, &bytes[at], 1);
	}
}

static void storms(const struct stage *stage, struct at_work *me, uint8_t *bytes, size_t len)
{
	uint8_t *storm = malloc(len);

	for (uint32_t i = 0; storm && i < sweep->storms && is_pcap(bytes, len); i++) {
		uint64_t state = i;
		memcpy(storm, bytes, len);
		for (size_t at = PCAP_HEADER; at < len; at = next_record(bytes, len, at)) {
			size_t place = at + RECORD_HEADER + draw(&state, i % 2 ? FRAME_HEADERS : 4 * FRAME_HEADERS);
			if (place < len && place < next_record(bytes, len, at))
				storm[place] = damaged(storm[place], draw(&state, 24));
		}
		snprintf(me->doing, sizeof(me->doing), "first %zu bytes, every frame damaged, seed %u", len, i);
		stage_poke(stage, 0, storm, len);
		run(stage, me, i % 3 ? INSPECT_JSON : INSPECT_TEXT);
	}
	free(storm);
}

static bool load(struct stage *stage, const struct capture *capture, uint8_t **out_bytes)
{
	FILE *file = fopen(capture->path, "rb");

	*out_bytes = malloc(capture->len + 1);
	if (!file || !*out_bytes || fread(*out_bytes, 1, capture->len, file) != capture->len) {
		perror(capture->path);
		free(*out_bytes);
		if (file)
			fclose(file);
		return false;
	}
	fclose(file);
	stage_open(stage);
	stage_append(stage, *out_bytes, capture->len);
	return true;
}

static void work(struct shared *shared, struct at_work *me)
{
	while ((me->file = atomic_fetch_add(&shared->next, 1)) < capture_count) {
		size_t len = captures[me->file].len, part = len < FLIP_WITHIN ? len : FLIP_WITHIN;
		struct stage stage;
		uint8_t *bytes;
		if (!load(&stage, &captures[me->file], &bytes))
			exit(3);
		cuts(&stage, me, len);
		stage_poke(&stage, 0, bytes, part);
		stage_cut(&stage, part);
		flips(&stage, me, bytes, part);
		storms(&stage, me, bytes, part);
		stage_close(&stage);
		free(bytes);
	}
}

/* Waits for all; returns the number of those that did not end well. */
static uint32_t wait_for(const struct shared *shared, const pid_t *workers, uint32_t count)
{
	uint32_t failed = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct at_work *at = &shared->workers[i];
		int status;
		if (waitpid(workers[i], &status, 0) == workers[i] && WIFEXITED(status) && WEXITSTATUS(status) == 0)
			continue;
		printf("a process ended with status 0x%x in %s: %s\n", (unsigned)status,
			at->file < capture_count ? captures[at->file].path : "nothing", at->doing);
		failed++;
	}
	return failed;
}

int main(int argc, char **argv)
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	uint32_t count = cores < 2 ? 2 : cores > WORKERS_MAX ? WORKERS_MAX : (uint32_t)cores, runs = 0, faults;
	pid_t workers[WORKERS_MAX];

	if (getenv("FLOODWALL_FULL_SWEEP"))
		sweep = &full;
	captures = calloc(FILES_MAX, sizeof(*captures));
	if (shared == MAP_FAILED || !captures)
		return 3;
	for (int i = 1; i < argc; i++)
		add_below(argv[i]);
	qsort(captures, capture_count, sizeof(*captures), largest_first);
	for (uint32_t i = 0; i < count; i++) {
		fflush(stdout);
		workers[i] = fork();
		if (workers[i] == 0) {
			work(shared, &shared->workers[i]);
			free(captures);
			exit(shared->workers[i].faults ? 1 : 0);
		}
	}
	faults = wait_for(shared, workers, count);
	for (uint32_t i = 0; i < count; i++)
		runs += shared->workers[i].runs;
	printf("%u captures, %u runs, %u processes failed\n", capture_count, runs, faults);
	if (argc > 2 && access(argv[2], R_OK))
		printf("SKIP hostile: %s is not here; the project's own captures were cut\n", argv[2]);
	free(captures);
	return faults || !runs;
}
