/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder with folders in it, walked: who wrote it may have put links, pipes, circles and a million files there. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fetch/fetch.h"

enum { DEPTH_MAX = 16, PATH_ROOM = 4096, FIRST_FILES = 256 };

struct walk {
	const char *const *endings;
	size_t most, room;
	void (*told)(void *context, const struct fault *fault);
	void *context;
	struct mirror_tree *tree;
	char path[PATH_ROOM];
	size_t len;
};

static void leave_out(struct walk *walk, const char *why)
{
	struct fault fault;

	walk->tree->left_out++;
	if (!walk->told)
		return;
	fault_set(&fault, walk->path, 0, 0, "%s", why);
	walk->told(walk->context, &fault);
}

static bool ends_so(const char *name, const char *const endings[])
{
	size_t len = strlen(name);

	for (size_t i = 0; endings[i]; i++) {
		size_t tail = strlen(endings[i]);
		if (len > tail && !strcmp(name + len - tail, endings[i]))
			return true;
	}
	return false;
}

static int add(struct walk *walk, const struct stat *status)
{
	struct mirror_tree *tree = walk->tree;
	struct mirror_file *file;

	if (tree->count == walk->most) {
		leave_out(walk, "one file more than are read of one folder");
		return -E2BIG;
	}
	if (tree->count == walk->room) {
		size_t wider = walk->room ? walk->room * 2 : FIRST_FILES;
		struct mirror_file *grown = realloc(tree->files, wider * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		tree->files = grown;
		walk->room = wider;
	}
	file = &tree->files[tree->count];
	file->path = strdup(walk->path);
	if (!file->path)
		return -ENOMEM;
	file->size = (uint64_t)status->st_size;
	file->changed_ns = (uint64_t)status->st_mtim.tv_sec * 1000000000ull + (uint64_t)status->st_mtim.tv_nsec;
	tree->count++;
	return 0;
}

static int walk_folder(struct walk *walk, int parent, const char *name, unsigned depth);

/* One name of a folder. -ENOMEM and -E2BIG end the walk. */
static int see(struct walk *walk, int folder, const char *name, unsigned depth)
{
	struct stat link, status;

	if (fstatat(folder, name, &link, AT_SYMLINK_NOFOLLOW)) {
		leave_out(walk, strerror(errno));
		return 0;
	}
	if (S_ISDIR(link.st_mode)) {
		int error;
		if (depth == DEPTH_MAX) {
			leave_out(walk, "a folder more than 16 deep");
			return 0;
		}
		error = walk_folder(walk, folder, name, depth + 1);
		if (error && error != -ENOMEM && error != -E2BIG) {
			leave_out(walk, strerror(-error));
			return 0;
		}
		return error;
	}
	if (!S_ISREG(link.st_mode) && !S_ISLNK(link.st_mode)) {
		if (ends_so(name, walk->endings))
			leave_out(walk, "is no file");
		return 0;
	}
	if (fstatat(folder, name, &status, 0)) { /* a link to nowhere, or in a circle */
		leave_out(walk, strerror(errno));
		return 0;
	}
	if (S_ISDIR(status.st_mode)) {
		leave_out(walk, "a link to a folder, which is not followed");
		return 0;
	}
	if (!ends_so(name, walk->endings))
		return 0;
	if (S_ISREG(status.st_mode))
		return add(walk, &status);
	leave_out(walk, "is no file");
	return 0;
}

static int walk_entries(struct walk *walk, DIR *folder, unsigned depth)
{
	const struct dirent *entry;
	size_t len = walk->len;
	int error = 0;

	while (!error && (entry = readdir(folder))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (entry->d_name[0] == '.') {
			walk->tree->hidden++;
			continue;
		}
		if (len + strlen(entry->d_name) + 2 > PATH_ROOM) {
			leave_out(walk, "holds names that are too long");
			continue;
		}
		walk->len = len + (size_t)snprintf(walk->path + len, PATH_ROOM - len, "/%s", entry->d_name);
		error = see(walk, dirfd(folder), entry->d_name, depth);
		walk->len = len;
		walk->path[len] = 0;
	}
	return error;
}

static int walk_folder(struct walk *walk, int parent, const char *name, unsigned depth)
{
	int descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (depth ? O_NOFOLLOW : 0)), error;
	DIR *folder;

	if (descriptor < 0)
		return -errno;
	folder = fdopendir(descriptor);
	if (!folder) {
		error = -errno;
		close(descriptor);
		return error;
	}
	error = walk_entries(walk, folder, depth);
	closedir(folder);
	return error;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct mirror_file *)a)->path, ((const struct mirror_file *)b)->path);
}

void mirror_tree_done(struct mirror_tree *tree)
{
	for (size_t i = 0; i < tree->count; i++)
		free(tree->files[i].path);
	free(tree->files);
	*tree = (struct mirror_tree){0};
}

int mirror_walk(const char *folder, const char *const endings[], size_t most, void (*told)(void *context, const struct fault *fault),
	void *context, struct mirror_tree *out_tree, struct fault *out_fault)
{
	struct mirror_tree tree = {0};
	struct walk walk = {.endings = endings, .most = most, .told = told, .context = context, .tree = &tree};
	int error;

	walk.len = strlen(folder);
	while (walk.len > 1 && folder[walk.len - 1] == '/')
		walk.len--;
	if (walk.len + 2 > PATH_ROOM)
		return -ENAMETOOLONG;
	memcpy(walk.path, folder, walk.len);
	error = walk_folder(&walk, AT_FDCWD, folder, 0);
	if (error && error != -E2BIG) {
		mirror_tree_done(&tree);
		fault_set(out_fault, folder, 0, 0, "%s", strerror(-error));
		return error;
	}
	if (tree.count)
		qsort(tree.files, tree.count, sizeof(*tree.files), by_path);
	*out_tree = tree;
	return 0;
}
