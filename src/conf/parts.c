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

/* Lists of mappings: where the array and its count stand in struct raw, and how many there may be in all. */
#define MAPPING(path, array, counter, most) \
	{ \
		path, offsetof(struct raw, array), offsetof(struct raw, counter), sizeof(*((struct raw *)0)->array), most \
	}
static const struct mapping {
	const char *path;
	size_t array_at, count_at, size;
	unsigned most;
} mappings[] = {
	MAPPING("keys", keys, key_count, SETTINGS_KEYS_MAX),
	MAPPING("zones", zones, zone_count, SETTINGS_ZONES_MAX),
	MAPPING("guard.devices", devices, device_count, GUARD_DEVICES_MAX),
	MAPPING("guard.controllers", controllers, controller_count, GUARD_CONTROLLERS_MAX),
};

enum { MAPPING_COUNT = sizeof(mappings) / sizeof(mappings[0]) };

static void **array_of(const struct raw *raw, const struct mapping *mapping)
{
	return (void **)((char *)raw + mapping->array_at);
}

static unsigned *count_of(const struct raw *raw, const struct mapping *mapping)
{
	return (unsigned *)((char *)raw + mapping->count_at);
}

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
	for (size_t i = 0; i < MAPPING_COUNT; i++)
		free(*array_of(&parts->whole, &mappings[i]));
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

static int join_mappings(struct parts *parts, const struct part *part, const struct mapping *mapping, struct fault *out_fault)
{
	unsigned *all = count_of(&parts->whole, mapping), more = *count_of(part->raw, mapping);

	if (more > mapping->most - *all)
		return too_many(part, mapping->path, out_fault);
	return join(array_of(&parts->whole, mapping), all, *array_of(part->raw, mapping), more, mapping->size);
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
	for (size_t i = 0; i < MAPPING_COUNT && !error; i++)
		error = join_mappings(parts, part, &mappings[i], out_fault);
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
	for (size_t i = 0; i < MAPPING_COUNT; i++)
		if (strlen(mappings[i].path) == len && memcmp(mappings[i].path, path, len) == 0)
			return *count_of(raw, &mappings[i]);
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
