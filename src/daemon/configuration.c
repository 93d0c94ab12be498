/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * floodwall.yaml, what it includes, and what these include in turn: each file once, in the order in which they are named, a folder's
 * *.yaml by name. A file that comes a second time is a loop, or a mistake: refused where it is named.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/daemon.h"
#include "fetch/fetch.h"

enum { FILE_MAX = 16 << 20, PREFIXES_FILE_MAX = 64 << 20, PARTS_MAX = 64 };

struct reading {
	struct settings_part part[PARTS_MAX];
	char path[PARTS_MAX][SETTINGS_PATH_MAX];
	struct stat is[PARTS_MAX]; /* which file it is */
	unsigned count;
	struct fault *fault;
};

/* Who named a file: a file of ours, and its line. */
struct namer {
	const char *file;
	uint64_t line;
};

static int read_blocked(struct settings *settings, struct fault *out_fault)
{
	int error = 0;

	for (uint32_t i = 0; i < settings->blocked_file_count && !error; i++) {
		const char *path = settings->blocked_files[i];
		char *body;
		size_t len;
		error = fetch_file(path, PREFIXES_FILE_MAX, &body, &len, out_fault);
		if (error)
			return error;
		error = settings_read_blocked(settings, path, body, len, out_fault);
		free(body);
	}
	return error;
}

static int refused(struct reading *reading, const struct namer *namer, const char *path, const char *why)
{
	fault_set(reading->fault, namer->file, namer->line, 0, "include: %s %s", path, why);
	return -EINVAL;
}

static int read_file(struct reading *reading, const char *path, const struct namer *namer);

static int is_yaml(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".yaml") == 0;
}

static int read_folder(struct reading *reading, const char *folder, const struct namer *namer)
{
	struct dirent **names;
	int count = scandir(folder, &names, is_yaml, alphasort), error = 0;

	if (count < 0)
		return refused(reading, namer, folder, strerror(errno));
	for (int i = 0; i < count; i++) {
		char path[SETTINGS_PATH_MAX];
		if (!error && snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name) >= (int)sizeof(path))
			error = refused(reading, namer, folder, "holds a file whose path is too long");
		if (!error)
			error = read_file(reading, path, namer);
		free(names[i]);
	}
	free(names);
	return error;
}

static int read_includes(struct reading *reading, const struct settings_part *part)
{
	struct settings_includes *includes = calloc(1, sizeof(*includes));
	int error = includes ? settings_includes(part, includes, reading->fault) : -ENOMEM;

	for (uint32_t i = 0; !error && i < includes->count; i++) {
		struct namer namer = {part->file, includes->at[i].line};
		struct stat there;
		if (stat(includes->at[i].path, &there))
			error = refused(reading, &namer, includes->at[i].path, strerror(errno));
		else if (S_ISDIR(there.st_mode))
			error = read_folder(reading, includes->at[i].path, &namer);
		else
			error = read_file(reading, includes->at[i].path, &namer);
	}
	free(includes);
	return error;
}

/* Whether it is there already, under this name or another. */
static bool is_known(struct reading *reading, const char *path)
{
	struct stat *is = &reading->is[reading->count];

	if (stat(path, is))
		memset(is, 0, sizeof(*is));
	for (unsigned i = 0; i < reading->count; i++)
		if (is->st_ino && reading->is[i].st_ino == is->st_ino && reading->is[i].st_dev == is->st_dev)
			return true;
	return false;
}

/* namer: NULL for the first. */
static int read_file(struct reading *reading, const char *path, const struct namer *namer)
{
	struct settings_part *part = &reading->part[reading->count];
	char *body, *own = reading->path[reading->count];
	int error;

	if (reading->count == PARTS_MAX)
		return refused(reading, namer, path, "is one file more than are read (64)");
	if (is_known(reading, path))
		return refused(reading, namer, path, "is read already: a loop, or named twice");
	error = fetch_file(path, FILE_MAX, &body, &part->len, reading->fault);
	if (error)
		return error;
	snprintf(own, SETTINGS_PATH_MAX, "%s", path);
	part->file = own;
	part->body = body;
	reading->count++;
	return read_includes(reading, part);
}

int configuration_read(const char *path, struct settings **out_settings, struct fault *out_fault)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	struct settings *settings = NULL;
	int error;

	if (!reading)
		return -ENOMEM;
	reading->fault = out_fault;
	error = read_file(reading, path, NULL);
	if (!error)
		error = settings_read_parts(reading->part, reading->count, &settings, out_fault);
	for (unsigned i = 0; i < reading->count; i++) {
		explicit_bzero((char *)reading->part[i].body, reading->part[i].len); /* it may hold secrets */
		free((char *)reading->part[i].body);
	}
	free(reading);
	if (!error)
		error = read_blocked(settings, out_fault);
	if (error)
		settings_free(settings);
	else
		*out_settings = settings;
	return error;
}
