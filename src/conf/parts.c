/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/outline.h"

struct part {
	const char *file; /* borrowed */
	struct outline *outline;
	struct schema *schema;
	const struct raw *raw;
};

struct parts {
	struct raw whole; /* pointers into the parts; the lists are its own */
	unsigned count;
	struct part part[];
};

void parts_free(struct parts *parts)
{
	if (!parts)
		return;
	for (unsigned i = 0; i < parts->count; i++) {
		schema_free(parts->part[i].schema);
		outline_free(parts->part[i].outline);
	}
	for (size_t i = 0; i < settings_list_count; i++)
		free(parts->whole.list[i].items);
	free(parts->whole.keys);
	free(parts->whole.zones);
	free(parts);
}

static int read_part(struct part *part, const struct settings_part *file, struct fault *out_fault)
{
	int error = outline_read(file->file, file->body, file->len, &part->outline, out_fault);

	part->file = file->file;
	return error ? error : schema_read(file->file, file->body, file->len, part->outline, &part->schema, &part->raw, out_fault);
}

static int twice(const struct parts *parts, const struct part *part, const char *path, struct fault *out_fault)
{
	const char *first;
	uint32_t line = parts_find(parts, path, &first);

	fault_set(out_fault, part->file, outline_find(part->outline, path), 0, "%s was given already in %s on line %u", path, first, line);
	return -EINVAL;
}

static int too_many(const struct part *part, const char *path, struct fault *out_fault)
{
	fault_set(
		out_fault, part->file, outline_find(part->outline, path), 0, "%s has more entries, with those before, than are read", path);
	return -EINVAL;
}

/* One array behind the other; *out_all grows by count. */
static int join(void **all, unsigned *all_count, const void *more, unsigned count, size_t size)
{
	char *wider;

	if (!count)
		return 0;
	wider = realloc(*all, ((size_t)*all_count + count) * size);
	if (!wider)
		return -ENOMEM;
	memcpy(wider + *all_count * size, more, count * size);
	*all = wider;
	*all_count += count;
	return 0;
}

static int join_list(struct parts *parts, const struct part *part, size_t index, struct fault *out_fault)
{
	const struct list *list = &settings_lists[index];
	const struct raw_list *more = &part->raw->list[index];
	struct raw_list *all = &parts->whole.list[index];

	if (more->count && all->count && list->kind == LIST_TIMES)
		return twice(parts, part, list->path, out_fault);
	if (more->count > list->most - all->count)
		return too_many(part, list->path, out_fault);
	return join((void **)&all->items, &all->count, more->items, more->count, sizeof(*all->items));
}

/* The parts before this one are in the whole already. */
static int add_part(struct parts *parts, const struct part *part, struct fault *out_fault)
{
	struct raw *whole = &parts->whole;
	const struct raw *raw = part->raw;
	int error = 0;

	for (size_t i = 0; i < settings_scalar_count; i++) {
		if (raw->scalar[i] && whole->scalar[i])
			return twice(parts, part, settings_scalars[i].path, out_fault);
		whole->scalar[i] = raw->scalar[i] ? raw->scalar[i] : whole->scalar[i];
	}
	for (size_t i = 0; i < settings_list_count && !error; i++)
		error = join_list(parts, part, i, out_fault);
	if (!error && raw->key_count > SETTINGS_KEYS_MAX - whole->key_count)
		error = too_many(part, "keys", out_fault);
	if (!error && raw->zone_count > SETTINGS_ZONES_MAX - whole->zone_count)
		error = too_many(part, "zones", out_fault);
	if (!error)
		error = join((void **)&whole->keys, &whole->key_count, raw->keys, raw->key_count, sizeof(*whole->keys));
	if (!error)
		error = join((void **)&whole->zones, &whole->zone_count, raw->zones, raw->zone_count, sizeof(*whole->zones));
	return error;
}

int parts_read(const struct settings_part *files, unsigned count, struct parts **out_parts, struct fault *out_fault)
{
	struct parts *parts = calloc(1, sizeof(*parts) + count * sizeof(parts->part[0]));
	int error = 0;

	if (!parts)
		return -ENOMEM;
	for (unsigned i = 0; i < count && !error; i++) {
		error = read_part(&parts->part[i], &files[i], out_fault);
		parts->count = i + 1;
		if (!error)
			error = add_part(parts, &parts->part[i], out_fault);
	}
	if (error)
		parts_free(parts);
	else
		*out_parts = parts;
	return error;
}

const struct raw *parts_raw(const struct parts *parts)
{
	return &parts->whole;
}

/* How many entries of this list a part has. */
static unsigned entries_of(const struct raw *raw, const char *path, size_t len)
{
	if (len == 4 && memcmp(path, "keys", len) == 0)
		return raw->key_count;
	if (len == 5 && memcmp(path, "zones", len) == 0)
		return raw->zone_count;
	for (size_t i = 0; i < settings_list_count; i++)
		if (strlen(settings_lists[i].path) == len && memcmp(settings_lists[i].path, path, len) == 0)
			return raw->list[i].count;
	return 0;
}

uint32_t parts_find(const struct parts *parts, const char *path, const char **out_file)
{
	size_t len = strcspn(path, "[");
	char *rest = NULL, own[OUTLINE_PATH_MAX];
	unsigned long entry = path[len] ? strtoul(path + len + 1, &rest, 10) : 0;

	*out_file = parts->part[0].file;
	for (unsigned i = 0; i < parts->count; i++) {
		const struct part *part = &parts->part[i];
		unsigned entries = rest && part->raw ? entries_of(part->raw, path, len) : 0;
		uint32_t line = 0;

		snprintf(own, sizeof(own), "%s", path);
		if (rest && entry < entries)
			snprintf(own, sizeof(own), "%.*s[%lu%s", (int)len, path, entry, rest);
		if (!rest || entry < entries)
			line = outline_find(part->outline, own);
		entry -= rest && entry >= entries ? entries : 0;
		if (!line)
			continue;
		*out_file = part->file;
		return line;
	}
	return 0;
}
