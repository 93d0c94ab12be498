/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames from files: fuzz corpora, and captures through source/, packed ones too.
 */
#include "frames.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "source/source.h"

enum { FILE_MAX = 1 << 20, PATH_BYTES = 4096, WRAP = 42 };

static const uint32_t corpus_links[] = {
	FW_LINK_ETHERNET, FW_LINK_SLL, FW_LINK_SLL2, FW_LINK_RAW, FW_LINK_IPV4, FW_LINK_IPV6, FW_LINK_NULL, FW_LINK_LOOP};

struct files {
	frame_visit visit;
	void *context;
	uint32_t given, silent; /* silent: captures by their names that gave nothing */
	uint32_t each; /* of a capture; 0: no captures */
	bool dns, whole;
};

static struct fw_twin_input file_input(uint32_t link, uint32_t number)
{
	return (struct fw_twin_input){.now_ns = 1477022400000000000ull,
		.word = 1477022400000000000ull + number % 9 * 1000000,
		.link = link,
		.rate_per_s = 1 + number,
		.burst = number % 97 * 1000,
		.cost = number % 1500};
}

static void give(struct files *files, const char *name, uint32_t link, const uint8_t *bytes, uint32_t len)
{
	struct twin_frame frame = {.name = name, .number = files->given, .bytes = bytes, .len = len, .in = file_input(link, files->given)};

	files->given++;
	files->visit(files->context, &frame);
}

/* A message in a datagram to port 53; bytes has WRAP bytes of room before it. */
static void give_message(struct files *files, const char *name, uint8_t *bytes, uint32_t len)
{
	static const uint8_t head[WRAP] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1,
		192, 0, 2, 2, 0x30, 0x39, 0, 53, 0, 0, 0, 0};

	memcpy(bytes, head, WRAP);
	bytes[16] = (uint8_t)((len + 28) >> 8);
	bytes[17] = (uint8_t)(len + 28);
	bytes[38] = (uint8_t)((len + 8) >> 8);
	bytes[39] = (uint8_t)(len + 8);
	give(files, name, FW_LINK_ETHERNET, bytes, len + WRAP);
}

static uint32_t read_whole(const char *path, uint8_t *bytes, uint32_t room)
{
	FILE *file = fopen(path, "rb");
	uint32_t len = file ? (uint32_t)fread(bytes, 1, room, file) : 0;

	if (file)
		fclose(file);
	return len;
}

static bool is_capture(const char *name)
{
	static const char *const endings[] = {".pcap", ".pcapng", ".pcap.xz", ".pcapng.xz"};
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (len > strlen(endings[i]) && !strcmp(name + len - strlen(endings[i]), endings[i]))
			return true;
	return false;
}

static void give_capture(struct files *files, const char *path, const char *name)
{
	uint32_t before = files->given;
	struct source *source;
	struct fault fault;
	struct frame frame;

	if (!is_capture(name))
		return;
	if (source_open(&path, 1, &source, &fault))
		abort();
	for (uint32_t i = 0; i < files->each && source_next(source, &frame); i++)
		give(files, name, frame.link, frame.bytes, frame.cap_len);
	source_close(source);
	if (files->given > before)
		return;
	printf("no frame in %s\n", path);
	files->silent++;
}

static void give_file(struct files *files, const char *path, uint8_t *room)
{
	const char *name = strrchr(path, '/') + 1;
	uint32_t len = files->each ? 0 : read_whole(path, room + WRAP, files->whole ? FILE_MAX : 2048);

	if (files->each)
		give_capture(files, path, name);
	else if (files->whole)
		give(files, name, 0, room + WRAP, len);
	else if (files->dns)
		give_message(files, name, room, len);
	else if (len)
		give(files, name, corpus_links[room[WRAP] % 8], room + WRAP + 1, len - 1);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void give_folder(struct files *files, const char *folder, uint8_t *room)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, by_name);

	for (int i = 0; i < count; i++) {
		char path[PATH_BYTES];
		struct stat info;

		if (entries[i]->d_name[0] != '.' && snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name) < PATH_BYTES &&
			!stat(path, &info)) {
			if (S_ISDIR(info.st_mode))
				give_folder(files, path, room);
			else
				give_file(files, path, room);
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static uint32_t give_all(struct files *files, const char *folder)
{
	uint8_t *room = malloc(FILE_MAX + WRAP);

	if (room)
		give_folder(files, folder, room);
	free(room);
	return files->given;
}

uint32_t frames_corpus(const char *folder, bool dns, frame_visit visit, void *context)
{
	struct files files = {.visit = visit, .context = context, .dns = dns};

	return give_all(&files, folder);
}

uint32_t frames_files(const char *folder, frame_visit visit, void *context)
{
	struct files files = {.visit = visit, .context = context, .whole = true};

	return give_all(&files, folder);
}

uint32_t frames_captures(const char *folder, uint32_t each, frame_visit visit, void *context, uint32_t *out_silent)
{
	struct files files = {.visit = visit, .context = context, .each = each};

	give_all(&files, folder);
	*out_silent = files.silent;
	return files.given;
}
