/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As fopen() would have made it. */
static mode_t usual_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

static int open_temporary(const char *path, struct output *output)
{
	int error;

	if (snprintf(output->temporary, sizeof(output->temporary), "%s.XXXXXX", path) >= (int)sizeof(output->temporary))
		return -ENAMETOOLONG;
	output->descriptor = mkstemp(output->temporary);
	if (output->descriptor < 0)
		return -errno;
	if (!fchmod(output->descriptor, usual_mode()))
		return 0;
	error = -errno;
	close(output->descriptor);
	unlink(output->temporary);
	return error;
}

static int open_descriptor(const char *path, struct output *output)
{
	struct stat there;

	if (!path) {
		output->descriptor = STDOUT_FILENO;
		return 0;
	}
	if (lstat(path, &there) == 0 && !S_ISREG(there.st_mode)) {
		output->descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		return output->descriptor < 0 ? -errno : 0;
	}
	if (access(path, W_OK) && errno != ENOENT)
		return -errno;
	return open_temporary(path, output);
}

/* For the stream: all or nothing; 0 tells it that this failed. */
static ssize_t write_all(void *cookie, const char *bytes, size_t len)
{
	struct output *output = cookie;

	for (size_t done = 0; done < len;) {
		ssize_t got = write(output->descriptor, bytes + done, len - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			output->error = output->error ? output->error : -errno;
			return 0;
		}
		done += (size_t)got;
	}
	return (ssize_t)len;
}

int output_open(const char *path, struct output *out_output)
{
	static const cookie_io_functions_t functions = {.write = write_all};
	struct output output = {.path = path};
	int error = open_descriptor(path, &output);

	if (error)
		return error;
	output.file = fopencookie(out_output, "w", functions);
	if (!output.file) {
		if (path)
			close(output.descriptor);
		if (output.temporary[0])
			unlink(output.temporary);
		return -ENOMEM;
	}
	*out_output = output;
	return 0;
}

int output_close(struct output *output, int complete)
{
	int error = fclose(output->file) ? -EIO : 0;

	if (output->error)
		error = output->error;
	if (output->path && close(output->descriptor) && !error)
		error = -errno;
	if (!output->temporary[0])
		return error;
	if (!error && complete && rename(output->temporary, output->path))
		error = -errno;
	if (error || !complete)
		unlink(output->temporary);
	return error;
}

int output_is_input(const char *path, const char *const *files, size_t count)
{
	struct stat report, input;

	if (!path || stat(path, &report) || !S_ISREG(report.st_mode))
		return 0;
	for (size_t i = 0; i < count; i++) {
		int error = strcmp(files[i], "-") == 0 ? fstat(STDIN_FILENO, &input) : stat(files[i], &input);
		if (!error && input.st_dev == report.st_dev && input.st_ino == report.st_ino)
			return 1;
	}
	return 0;
}
