/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/output.h"

#include <errno.h>
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
	int descriptor;

	if (snprintf(output->temporary, sizeof(output->temporary), "%s.XXXXXX", path) >= (int)sizeof(output->temporary))
		return -ENAMETOOLONG;
	descriptor = mkstemp(output->temporary);
	if (descriptor < 0)
		return -errno;
	if (fchmod(descriptor, usual_mode()) || !(output->file = fdopen(descriptor, "w"))) {
		int error = -errno;
		close(descriptor);
		unlink(output->temporary);
		return error;
	}
	return 0;
}

int output_open(const char *path, struct output *out_output)
{
	struct output output = {.path = path};
	struct stat there;
	int error = 0;

	if (!path) {
		output.file = stdout;
	} else if (lstat(path, &there) == 0 && !S_ISREG(there.st_mode)) {
		output.file = fopen(path, "we");
		error = output.file ? 0 : -errno;
	} else if (access(path, W_OK) && errno != ENOENT) {
		error = -errno;
	} else {
		error = open_temporary(path, &output);
	}
	if (!error)
		*out_output = output;
	return error;
}

int output_close(struct output *output, int complete)
{
	int error = 0;

	errno = 0;
	if (fflush(output->file) || ferror(output->file))
		error = errno ? -errno : -EIO;
	if (output->path && fclose(output->file) && !error)
		error = -errno;
	if (!output->temporary[0])
		return error;
	if (!error && complete && rename(output->temporary, output->path))
		error = -errno;
	if (error || !complete)
		unlink(output->temporary);
	return error;
}
