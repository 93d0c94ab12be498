/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libcyaml knows lines while it reads, and for an unknown key it names the line of the setting before. So the document is walked
 * once before, event by event, by the parser that libcyaml itself is built on, and every path is noted with its line: by
 * its hash, sorted at the end. Two paths with one hash would at worst lend a fault the wrong line.
 */
#include "conf/outline.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

struct place {
	uint64_t path; /* its hash */
	uint32_t line;
};

struct outline {
	struct place *places;
	size_t count, room;
};

/* What is open: a mapping, whose next scalar is a key or a value, or a list. */
struct level {
	bool list, value_next;
	uint32_t entry;
	size_t path_len; /* of the mapping or list itself */
};

struct walk {
	struct outline *outline;
	const char *file;
	struct fault *fault;
	yaml_parser_t parser;
	struct level levels[OUTLINE_DEPTH_MAX];
	size_t depth;
	char path[OUTLINE_PATH_MAX]; /* of what comes next */
	size_t path_len;
	uint32_t documents;
	int error;
};

/* FNV-1a: a person wrote this file, nobody gains by collisions. */
static uint64_t path_hash(const char *path, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)path[i]) * 0x100000001b3ull;
	return hash;
}

static void refuse(struct walk *walk, size_t line, const char *sentence)
{
	fault_set(walk->fault, walk->file, line, 0, "%s", sentence);
	walk->error = -EINVAL;
}

static void note(struct walk *walk, size_t line)
{
	struct outline *outline = walk->outline;

	if (outline->count == OUTLINE_SETTINGS_MAX) {
		refuse(walk, line, "the file has more settings than are read (1048576)");
		return;
	}
	if (outline->count == outline->room) {
		size_t room = outline->room ? outline->room * 2 : 256;
		struct place *grown = realloc(outline->places, room * sizeof(*grown));
		if (!grown) {
			walk->error = -ENOMEM;
			return;
		}
		outline->places = grown;
		outline->room = room;
	}
	outline->places[outline->count++] = (struct place){path_hash(walk->path, walk->path_len), (uint32_t)line};
}

static void go(struct walk *walk, size_t base_len, const char *step, size_t line)
{
	int len = snprintf(walk->path + base_len, sizeof(walk->path) - base_len, "%s%s", base_len && *step != '[' ? "." : "", step);

	if (len < 0 || (size_t)len >= sizeof(walk->path) - base_len) {
		refuse(walk, line, "the name of a setting is too long to be one");
		return;
	}
	walk->path_len = base_len + (size_t)len;
	note(walk, line);
}

/* Something begins that is not a key: which path has it? */
static void begin_value(struct walk *walk, size_t line)
{
	struct level *level = walk->depth ? &walk->levels[walk->depth - 1] : NULL;
	char step[16];

	if (!level)
		return;
	if (!level->list && !level->value_next) {
		refuse(walk, line, "a list or mapping stands where the name of a setting should");
		return;
	}
	level->value_next = false;
	if (!level->list)
		return;
	snprintf(step, sizeof(step), "[%u]", level->entry++);
	go(walk, level->path_len, step, line);
}

static void open_level(struct walk *walk, bool list, size_t line)
{
	begin_value(walk, line);
	if (walk->error)
		return;
	if (walk->depth == OUTLINE_DEPTH_MAX) {
		refuse(walk, line, "mappings and lists are nested deeper than any setting is");
		return;
	}
	walk->levels[walk->depth++] = (struct level){.list = list, .path_len = walk->path_len};
}

static void see_scalar(struct walk *walk, const yaml_event_t *event, size_t line)
{
	struct level *level = walk->depth ? &walk->levels[walk->depth - 1] : NULL;
	const char *text = (const char *)event->data.scalar.value;

	if (memchr(text, 0, event->data.scalar.length)) {
		refuse(walk, line, "a value holds a NUL byte");
		return;
	}
	if (!level || level->list || level->value_next) {
		begin_value(walk, line);
		return;
	}
	level->value_next = true;
	go(walk, level->path_len, text, line);
}

static bool is_marked(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return true;
	case YAML_SCALAR_EVENT:
		return event->data.scalar.anchor || event->data.scalar.tag;
	case YAML_SEQUENCE_START_EVENT:
		return event->data.sequence_start.anchor || event->data.sequence_start.tag;
	case YAML_MAPPING_START_EVENT:
		return event->data.mapping_start.anchor || event->data.mapping_start.tag;
	default:
		return false;
	}
}

static void see(struct walk *walk, const yaml_event_t *event)
{
	size_t line = event->start_mark.line + 1;

	if (is_marked(event)) {
		refuse(walk, line, "anchors (&), aliases (*) and tags (!) are not used here; a value that begins so wants quotes");
		return;
	}
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (walk->documents++)
			refuse(walk, line, "a second document begins (---); one is read");
		break;
	case YAML_SCALAR_EVENT:
		see_scalar(walk, event, line);
		break;
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		open_level(walk, event->type == YAML_SEQUENCE_START_EVENT, line);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		walk->path_len = walk->levels[--walk->depth].path_len;
		break;
	default:
		break;
	}
}

static void tell_syntax(struct walk *walk)
{
	const yaml_parser_t *parser = &walk->parser;
	size_t line = parser->error == YAML_READER_ERROR ? 0 : parser->problem_mark.line + 1;

	if (parser->error == YAML_MEMORY_ERROR) {
		walk->error = -ENOMEM;
		return;
	}
	fault_set(walk->fault, walk->file, line, parser->error == YAML_READER_ERROR ? parser->problem_offset : 0, "is no YAML: %s",
		parser->problem ? parser->problem : "it cannot be read");
	walk->error = -EINVAL;
}

static int by_path(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	return a->path != b->path ? (a->path > b->path) - (a->path < b->path) : (a->line > b->line) - (a->line < b->line);
}

/* A key of a list's entry has the entry's number in its path, so only a key given twice has the same path. */
static void sort(struct walk *walk)
{
	struct outline *outline = walk->outline;
	uint32_t twice = 0, first = 0;

	if (outline->count)
		qsort(outline->places, outline->count, sizeof(*outline->places), by_path);
	for (size_t i = 1; i < outline->count; i++)
		if (outline->places[i].path == outline->places[i - 1].path && (!twice || outline->places[i].line < twice)) {
			twice = outline->places[i].line;
			first = outline->places[i - 1].line;
		}
	if (!twice)
		return;
	fault_set(walk->fault, walk->file, twice, 0, "this setting was given already on line %u", first);
	walk->error = -EINVAL;
}

static void walk_all(struct walk *walk)
{
	for (bool more = true; more && !walk->error;) {
		yaml_event_t event;

		if (!yaml_parser_parse(&walk->parser, &event)) {
			tell_syntax(walk);
			return;
		}
		see(walk, &event);
		more = event.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
}

int outline_read(const char *file, const char *body, size_t len, struct outline **out_outline, struct fault *out_fault)
{
	struct walk walk = {.file = file, .fault = out_fault, .outline = calloc(1, sizeof(*walk.outline))};

	if (!walk.outline || !yaml_parser_initialize(&walk.parser)) {
		free(walk.outline);
		return -ENOMEM;
	}
	yaml_parser_set_input_string(&walk.parser, (const unsigned char *)body, len);
	yaml_parser_set_encoding(&walk.parser, YAML_UTF8_ENCODING);
	walk_all(&walk);
	if (!walk.error)
		sort(&walk);
	yaml_parser_delete(&walk.parser);
	if (walk.error) {
		outline_free(walk.outline);
		return walk.error;
	}
	*out_outline = walk.outline;
	return 0;
}

void outline_free(struct outline *outline)
{
	if (outline)
		free(outline->places);
	free(outline);
}

uint32_t outline_find(const struct outline *outline, const char *path)
{
	uint64_t hash = path_hash(path, strlen(path));
	size_t low = 0, high = outline->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (outline->places[middle].path < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low < outline->count && outline->places[low].path == hash ? outline->places[low].line : 0;
}
