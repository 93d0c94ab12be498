/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/fetch.h"

static bool ends_so(const char *name, const char *const endings[])
{
	size_t len = strlen(name);

	for (size_t i = 0; endings[i]; i++) {
		size_t tail = strlen(endings[i]);
		if (len > tail && !strcmp(name + len - tail, endings[i]))
			return name[0] != '.';
	}
	return false;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void fetch_folder_free(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

static int read_names(DIR *folder, const char *const endings[], size_t most, char **names, size_t *count)
{
	const struct dirent *entry;

	while ((entry = readdir(folder))) {
		if (!ends_so(entry->d_name, endings))
			continue;
		if (*count == most)
			return -E2BIG;
		names[*count] = strdup(entry->d_name);
		if (!names[*count])
			return -ENOMEM;
		++*count;
	}
	return 0;
}

int fetch_folder(const char *path, const char *const endings[], size_t most, char ***out_names, size_t *out_count, struct fault *out_fault)
{
	DIR *folder = opendir(path);
	char **names;
	size_t count = 0;
	int error = folder ? 0 : -errno;

	if (error == -ENOTDIR)
		return error;
	if (error) {
		fault_set(out_fault, path, 0, 0, "%s", strerror(-error));
		return error;
	}
	names = calloc(most + 1, sizeof(*names));
	error = names ? read_names(folder, endings, most, names, &count) : -ENOMEM;
	closedir(folder);
	if (error) {
		fetch_folder_free(names, count);
		if (error == -E2BIG)
			fault_set(out_fault, path, 0, 0, "more than %zu files", most);
		return error;
	}
	qsort(names, count, sizeof(*names), by_bytes);
	*out_names = names;
	*out_count = count;
	return 0;
}
