/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "fetch/fetch.h"

enum { FILE_MAX = 16 << 20, PREFIXES_FILE_MAX = 64 << 20 };

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

int configuration_read(const char *path, struct settings **out_settings, struct fault *out_fault)
{
	struct settings *settings = NULL;
	char *body;
	size_t len;
	int error = fetch_file(path, FILE_MAX, &body, &len, out_fault);

	if (error)
		return error;
	error = settings_read(path, body, len, &settings, out_fault);
	explicit_bzero(body, len); /* it may hold secrets */
	free(body);
	if (!error)
		error = read_blocked(settings, out_fault);
	if (error)
		settings_free(settings);
	else
		*out_settings = settings;
	return error;
}
