/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fetch/fetch.h"

enum { FIRST_ROOM = 65536 };

/* Reads to the end; *body grows by doubling, never above ceiling + 1. */
static int read_all(int descriptor, size_t ceiling, char **body, size_t *len)
{
	size_t room = 0;

	for (;;) {
		if (*len == room) {
			size_t wider = room ? room * 2 : FIRST_ROOM;
			char *grown;
			if (room > ceiling)
				return -EFBIG;
			grown = realloc(*body, wider + 1);
			if (!grown)
				return -ENOMEM;
			*body = grown;
			room = wider;
		}
		ssize_t got = read(descriptor, *body + *len, room - *len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return *len > ceiling ? -EFBIG : 0;
		*len += (size_t)got;
	}
}

static bool is_regular(int descriptor)
{
	struct stat there;

	return fstat(descriptor, &there) == 0 && S_ISREG(there.st_mode);
}

static int fetch(const char *path, int flags, size_t ceiling, char **out_body, size_t *out_len, struct fault *out_fault)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | flags), error;
	char *body = NULL;
	size_t len = 0;

	error = descriptor < 0 ? -errno : 0;
	if (!error && flags && !is_regular(descriptor)) {
		close(descriptor);
		fault_set(out_fault, path, 0, 0, "is no regular file");
		return -EINVAL;
	}
	if (!error)
		error = read_all(descriptor, ceiling, &body, &len);
	if (descriptor >= 0)
		close(descriptor);
	if (error) {
		free(body);
		if (error == -EFBIG)
			fault_set(out_fault, path, 0, ceiling, "is larger than %zu bytes", ceiling);
		else
			fault_set(out_fault, path, 0, 0, "cannot be read: %s", strerror(-error));
		return error;
	}
	body[len] = 0;
	*out_body = body;
	*out_len = len;
	return 0;
}

int fetch_file(const char *path, size_t ceiling, char **out_body, size_t *out_len, struct fault *out_fault)
{
	return fetch(path, 0, ceiling, out_body, out_len, out_fault);
}

int fetch_regular(const char *path, size_t ceiling, char **out_body, size_t *out_len, struct fault *out_fault)
{
	return fetch(path, O_NONBLOCK, ceiling, out_body, out_len, out_fault);
}
