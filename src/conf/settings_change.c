/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changes in settings while a daemon runs, and the files of blocked prefixes that they name. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/settings_table.h"

/* Laid out, opened or given up at start. */
static bool is_fixed(const char *path)
{
	static const char *const fixed[] = {"role", "interface", "user", "group", "generic", "paths.", "sizes.", "server.notify",
		"guard.sizes.", "guard.signatures", "page.", "mqtt.host", "mqtt.port", "mqtt.topic", "mqtt.discovery", "mqtt.login",
		"mqtt.ca", "mqtt.certificate", "mqtt.key"};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (strncmp(path, fixed[i], strlen(fixed[i])) == 0)
			return true;
	return false;
}

const char *settings_fixed(const struct settings *old, const struct settings *changed)
{
	for (size_t i = 0; i < settings_scalar_count; i++) {
		const struct scalar *scalar = &settings_scalars[i];
		const char *before = (const char *)old + scalar->offset, *after = (const char *)changed + scalar->offset;
		bool text = scalar->kind == SCALAR_NAME || scalar->kind == SCALAR_PATH;

		if (is_fixed(scalar->path) && (text ? strcmp(before, after) != 0 : memcmp(before, after, scalar->width) != 0))
			return scalar->path;
	}
	if (old->guard.interface_count != changed->guard.interface_count ||
		memcmp(old->guard.interfaces, changed->guard.interfaces, sizeof(old->guard.interfaces)) != 0)
		return "guard.interfaces";
	return NULL;
}

static int append(struct settings *settings, const struct prefix *prefix)
{
	struct prefix *grown;
	uint32_t count = settings->blocked_count;

	/* room doubles: it is full where count is a power of two */
	if ((count & (count - 1)) == 0) {
		grown = realloc(settings->blocked, (count ? (size_t)count * 2 : 1) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		settings->blocked = grown;
	}
	settings->blocked[settings->blocked_count++] = *prefix;
	return 0;
}

/* Exact growth for the list of the file itself, so that append() finds its room at a power of two. */
static int make_room(struct settings *settings)
{
	uint32_t room = 1;
	struct prefix *grown;

	while (room < settings->blocked_count)
		room *= 2;
	grown = realloc(settings->blocked, room * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	settings->blocked = grown;
	return 0;
}

int settings_read_blocked(struct settings *settings, const char *file, const char *body, size_t len, struct fault *out_fault)
{
	uint64_t number = 0;
	int error = make_room(settings);

	for (size_t at = 0, line_len; at < len && !error; at += line_len + 1) {
		const char *newline = memchr(body + at, '\n', len - at);
		struct prefix prefix;
		char line[128], *word = line;

		line_len = newline ? (size_t)(newline - (body + at)) : len - at;
		number++;
		snprintf(line, sizeof(line), "%.*s", (int)(line_len < sizeof(line) ? line_len : sizeof(line) - 1), body + at);
		line[strcspn(line, "#\r")] = 0;
		word += strspn(line, " \t");
		word[strcspn(word, " \t")] = 0;
		if (!*word)
			continue;
		if (prefix_read(word, &prefix) || prefix_is_both(&prefix)) {
			fault_set(out_fault, file, number, 0, "wants an address or prefix, not '%.48s'", word);
			return -EINVAL;
		}
		if (settings->blocked_count >= SETTINGS_BLOCKED_MAX) {
			fault_set(
				out_fault, file, number, 0, "has more prefixes than are read (%d with those before)", SETTINGS_BLOCKED_MAX);
			return -EINVAL;
		}
		error = append(settings, &prefix);
	}
	return error;
}
