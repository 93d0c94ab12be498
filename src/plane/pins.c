/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plane/pins.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* A bpffs takes no dots; a colon is in no interface's name. */
static void swap(char *text, char from, char to)
{
	for (; *text; text++)
		if (*text == from)
			*text = to;
}

int pins_name(struct pins *pins, const char *bpffs, const struct role *role, const char *interface)
{
	bool dots = strcmp(interface, ".") == 0 || strcmp(interface, "..") == 0;
	int len = snprintf(pins->base, sizeof(pins->base), "%s/floodwall", bpffs ? bpffs : PLANE_BPFFS);

	if (!interface[0] || strlen(interface) >= IF_NAMESIZE || dots || strpbrk(interface, "/: \t\n"))
		return -EINVAL;
	if (len < 0 || (size_t)len >= sizeof(pins->base))
		return -ENAMETOOLONG;
	snprintf(pins->dir, sizeof(pins->dir), "%s/%.8s%s%.15s", pins->base, role->name, role->shares ? "" : "-",
		role->shares ? "" : interface);
	swap(pins->dir + len, '.', ':');
	pins->lock = -1;
	pins->made_base = pins->made_dir = false;
	return 0;
}

void pins_file(const struct role *role, const char *file, const char *interface, char out[PINS_FILE_MAX])
{
	snprintf(out, PINS_FILE_MAX, "%.15s%s%.15s", file, role->shares ? "-" : "", role->shares ? interface : "");
	swap(out, '.', ':');
}

bool pins_file_of(const char *name, const char *file, char out_interface[16])
{
	size_t len = strlen(file);

	if (strncmp(name, file, len) != 0 || name[len] != '-' || strlen(name + len + 1) >= IF_NAMESIZE)
		return false;
	snprintf(out_interface, 16, "%.15s", name + len + 1);
	swap(out_interface, ':', '.');
	return true;
}

int pins_enter(struct pins *pins, const char *name)
{
	int len = snprintf(pins->dir, sizeof(pins->dir), "%s/%.30s", pins->base, name);

	return len < 0 || strlen(name) > 30 ? -ENAMETOOLONG : 0;
}

int pins_check(const char *bpffs)
{
	struct statfs found;

	if (statfs(bpffs ? bpffs : PLANE_BPFFS, &found) || found.f_type != BPF_FS_MAGIC)
		return -ENOENT;
	return 0;
}

static int make(const char *path, bool *out_made)
{
	if (mkdir(path, S_IRWXU) == 0)
		*out_made = true;
	else if (errno != EEXIST)
		return -errno;
	return 0;
}

int pins_open(struct pins *pins)
{
	int error = make(pins->base, &pins->made_base);

	if (!error)
		error = make(pins->dir, &pins->made_dir);
	if (!error) {
		pins->lock = open(pins->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (pins->lock < 0)
			error = -errno;
		else if (flock(pins->lock, LOCK_EX | LOCK_NB))
			error = errno == EWOULDBLOCK ? -EBUSY : -errno;
	}
	if (error)
		pins_close(pins);
	return error;
}

static bool is_foreign(const char *path)
{
	struct stat found;

	return lstat(path, &found) || !S_ISDIR(found.st_mode) || (found.st_mode & (S_IWGRP | S_IWOTH)) ||
		(found.st_uid != 0 && found.st_uid != geteuid());
}

const char *pins_foreign(const struct pins *pins)
{
	return is_foreign(pins->base) ? pins->base : is_foreign(pins->dir) ? pins->dir : NULL;
}

void pins_close(struct pins *pins)
{
	if (pins->made_dir)
		rmdir(pins->dir);
	if (pins->made_base)
		rmdir(pins->base);
	if (pins->lock >= 0) {
		flock(pins->lock, LOCK_UN); /* a child that was forked meanwhile has the same lock, and may live on */
		close(pins->lock);
	}
	pins->lock = -1;
	pins->made_base = pins->made_dir = false;
}

const char *pins_path(const struct pins *pins, const char *file, char out[PINS_PATH_MAX])
{
	snprintf(out, PINS_PATH_MAX, "%s/%.60s", pins->dir, file);
	return out;
}

int pins_get(const struct pins *pins, const char *file)
{
	char path[PINS_PATH_MAX];
	int descriptor = bpf_obj_get(pins_path(pins, file, path));

	return descriptor < 0 ? -errno : descriptor;
}

int pins_put(const struct pins *pins, const char *file, int descriptor)
{
	char path[PINS_PATH_MAX];

	return bpf_obj_pin(descriptor, pins_path(pins, file, path)) ? -errno : 0;
}

bool pins_marked(const struct pins *pins, const char *mark)
{
	char path[PINS_PATH_MAX];

	return access(pins_path(pins, mark, path), F_OK) == 0;
}

int pins_mark(const struct pins *pins, const char *mark)
{
	char path[PINS_PATH_MAX];
	bool made;

	return make(pins_path(pins, mark, path), &made);
}

static int remove_one(const struct pins *pins, const char *file, uint32_t *count)
{
	char path[PINS_PATH_MAX];

	if (unlink(pins_path(pins, file, path)) == 0) {
		++*count;
		return 0;
	}
	return rmdir(path) ? -errno : 0;
}

int pins_each(const struct pins *pins, int (*visit)(void *context, const struct pins *pins, const char *file), void *context)
{
	DIR *dir = opendir(pins->dir);
	int error = 0, failed;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		failed = visit(context, pins, entry->d_name);
		error = error ? error : failed;
	}
	closedir(dir);
	return error;
}

static int clear_one(void *context, const struct pins *pins, const char *file)
{
	return remove_one(pins, file, context);
}

int pins_clear(const struct pins *pins, uint32_t *count)
{
	return pins_each(pins, clear_one, count);
}

int pins_remove(const struct pins *pins, uint32_t *count)
{
	int error = pins_clear(pins, count);

	if (rmdir(pins->dir) && errno != ENOENT)
		return error ? error : -errno;
	rmdir(pins->base); /* fails while another interface has pins */
	return error;
}

int pins_drop(const struct pins *pins, const char *file)
{
	int error = remove_one(pins, file, &(uint32_t){0});

	return error == -ENOENT ? 0 : error;
}
