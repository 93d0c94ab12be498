/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pipe holds one reading. Who wants two copies it first, as it comes (packed captures stay packed), to a file that has no name
 * and so is gone with the process, however that ends.
 */
#include "source/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_BLOCK = 64 << 10 };

struct spool {
	size_t count;
	int copies[]; /* -1: none */
};

int spool_copy(const struct spool *spool, size_t input)
{
	return spool && input < spool->count ? spool->copies[input] : -1;
}

static int write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t written = write(fd, bytes, len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written ? -errno : -EIO;
		bytes += written;
		len -= (size_t)written;
	}
	return 0;
}

/* An input that fails midway is like one that was cut short: reading it will tell. */
static int copy_all(int from, int to)
{
	char *block = malloc(COPY_BLOCK);
	int error = block ? 0 : -ENOMEM;

	while (!error) {
		ssize_t got = read(from, block, COPY_BLOCK);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		error = write_all(to, block, (size_t)got);
	}
	free(block);
	return error;
}

/* Opens what must be copied: -1 where there is no need, or where it cannot be opened (source_open() says why). */
static int once_open(const char *file)
{
	struct stat info;
	int fd;

	if (strcmp(file, "-") == 0)
		return STDIN_FILENO;
	if (stat(file, &info) || S_ISREG(info.st_mode) || S_ISDIR(info.st_mode))
		return -1;
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? -1 : fd;
}

static int copy_one(const struct folder *folder, const char *file, int *out_copy)
{
	int from = once_open(file), to, error;

	if (from < 0)
		return 0;
	to = folder_scratch(folder);
	error = to < 0 ? to : copy_all(from, to);
	if (from != STDIN_FILENO)
		close(from);
	if (error && to >= 0)
		close(to);
	if (!error)
		*out_copy = to;
	return error;
}

int spool_open(const struct folder *folder, const char *const *files, size_t count, struct spool **out_spool, struct fault *out_fault)
{
	struct spool *spool = malloc(sizeof(*spool) + count * sizeof(spool->copies[0]));
	bool stdin_copied = false;
	int error = 0;

	if (!spool)
		return -ENOMEM;
	spool->count = count;
	for (size_t i = 0; i < count; i++)
		spool->copies[i] = -1;
	for (size_t i = 0; i < count && !error; i++) {
		bool is_stdin = strcmp(files[i], "-") == 0;
		/* named twice, the second is left for source_open() to refuse */
		if (is_stdin && stdin_copied)
			continue;
		stdin_copied |= is_stdin;
		error = copy_one(folder, files[i], &spool->copies[i]);
		if (error && error != -ENOMEM)
			fault_set(out_fault, files[i], 0, 0, "not copied for a second reading: %s", strerror(-error));
	}
	if (error) {
		spool_close(spool);
		return error;
	}
	*out_spool = spool;
	return 0;
}

void spool_close(struct spool *spool)
{
	if (!spool)
		return;
	for (size_t i = 0; i < spool->count; i++)
		if (spool->copies[i] >= 0)
			close(spool->copies[i]);
	free(spool);
}
