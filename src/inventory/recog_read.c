/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From XML to fingerprints. Everything of a file goes behind what is there already, and is forgotten again if the file turns out to be none: so a file
 * counts whole or not at all. A single fingerprint that cannot be used (its pattern is refused, a parameter wants a group that is not
 * there) is forgotten alone.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/recog_inside.h"
#include "inventory/recog_pattern.h"
#include "inventory/recog_xml.h"

enum { VALUE_MAX = 1024, DEFAULT_PREFERENCE = 100000, MILLION = 1000000 };

struct reading {
	struct recog *recog;
	const char *file;
	struct recog_file row; /* of the file that is read */
	struct recog_fingerprint draft;
	unsigned groups; /* of its pattern */
	bool open; /* within a fingerprint that is good so far */
	struct fault first; /* why the first fingerprint was left out */
	uint32_t left_out;
	struct recog_pattern pattern;
};

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Room for one more. The array may move. */
static int grow(void **array, size_t *room, size_t wanted, size_t size, size_t ceiling)
{
	size_t larger = *room ? *room : 64;
	void *grown;

	if (wanted <= *room)
		return 0;
	if (wanted > ceiling)
		return -EFBIG;
	while (larger < wanted)
		larger += larger / 2;
	grown = realloc(*array, (larger < ceiling ? larger : ceiling) * size);
	if (!grown)
		return -ENOMEM;
	*array = grown;
	*room = larger < ceiling ? larger : ceiling;
	return 0;
}

static uint32_t hash_of(const char *text, size_t len)
{
	uint32_t hash = 2166136261u; /* FNV-1a: nobody gains by collisions, which only cost memory */

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)text[i]) * 16777619u;
	return hash;
}

/* Where the text begins, terminated; the same one again where it is easily found. */
static int pool_put(struct recog *recog, const char *text, size_t len, uint32_t *out_at)
{
	uint32_t *word = &recog->words[hash_of(text, len) % RECOG_WORDS];
	int error;

	if (*word && *word - 1 + len < recog->pool_len && !memcmp(recog->pool + *word - 1, text, len) && !recog->pool[*word - 1 + len]) {
		*out_at = *word - 1;
		return 0;
	}
	error = grow((void **)&recog->pool, &recog->pool_room, recog->pool_len + len + 1, 1, RECOG_POOL_MAX);
	if (error)
		return error;
	memcpy(recog->pool + recog->pool_len, text, len);
	recog->pool[recog->pool_len + len] = 0;
	*out_at = (uint32_t)recog->pool_len;
	*word = *out_at + 1;
	recog->pool_len += len + 1;
	return 0;
}

static int put_text(struct reading *reading, const char *text, uint32_t *out_at)
{
	return pool_put(reading->recog, text ? text : "", text ? strlen(text) : 0, out_at);
}

/* ".80" and "0.750" in millionths, however many digits; what is no number is the usual 0.1. */
static uint32_t preference_of(const char *text)
{
	uint32_t value = 0, place = MILLION;
	const char *at = text;

	if (!text)
		return DEFAULT_PREFERENCE;
	for (; *at >= '0' && *at <= '9'; at++)
		value = value > 1000 ? value : value * 10 + (uint32_t)(*at - '0');
	value *= MILLION;
	if (*at == '.')
		for (at++; *at >= '0' && *at <= '9'; at++)
			value += (uint32_t)(*at - '0') * (place /= 10);
	return *at || at == text ? DEFAULT_PREFERENCE : value;
}

static int start_file(struct reading *reading, const char *name, const char **attributes, struct fault *out_fault)
{
	const char *matches = recog_xml_attribute(attributes, "matches"), *base = base_of(reading->file);
	const char *dot = strrchr(base, '.');
	int error;

	if (strcmp(name, "fingerprints") != 0) {
		fault_set(out_fault, NULL, 0, 0, "not recog's form: its outermost element is not <fingerprints>");
		return -EINVAL;
	}
	reading->row.preference = preference_of(recog_xml_attribute(attributes, "preference"));
	if (matches)
		error = put_text(reading, matches, &reading->row.matches);
	else
		error = pool_put(reading->recog, base, dot ? (size_t)(dot - base) : strlen(base), &reading->row.matches);
	if (!error)
		error = put_text(reading, recog_xml_attribute(attributes, "protocol"), &reading->row.protocol);
	return error ? error : put_text(reading, reading->file, &reading->row.name);
}

static void leave_out(struct reading *reading, uint64_t line, const char *sentence, const char *word)
{
	if (!reading->left_out++)
		fault_set(&reading->first, reading->file, line, 0, "%s%s", sentence, word);
	recog_code_drop(reading->draft.compiled);
	reading->draft.compiled = NULL;
	reading->recog->row_count = reading->draft.first;
	reading->open = false;
}

/* "REG_ICASE,REG_DOT_NEWLINE"; recog's three names for what Ruby calls multiline. Returns false for others. */
static bool flags_of(const char *text, unsigned *out_flags)
{
	static const struct {
		const char *name;
		enum recog_flag flag;
	} known[] = {
		{"REG_ICASE", RECOG_FLAG_CASELESS},
		{"REG_DOT_NEWLINE", RECOG_FLAG_DOT_NEWLINE},
		{"REG_LINE_ANY_CRLF", RECOG_FLAG_DOT_NEWLINE},
		{"REG_MULTILINE", RECOG_FLAG_DOT_NEWLINE},
	};

	*out_flags = 0;
	while (text && *text) {
		size_t len = strcspn(text, ","), i = 0;

		while (i < sizeof(known) / sizeof(known[0]) && (strlen(known[i].name) != len || memcmp(known[i].name, text, len) != 0))
			i++;
		if (i == sizeof(known) / sizeof(known[0]))
			return false;
		*out_flags |= known[i].flag;
		text += len + (text[len] == ',');
	}
	return true;
}

static int start_fingerprint(struct reading *reading, const struct recog_xml_place *place, const char **attributes)
{
	const char *pattern = recog_xml_attribute(attributes, "pattern"), *flags = recog_xml_attribute(attributes, "flags");
	struct recog_fingerprint *draft = &reading->draft;
	const char *refused;
	unsigned given;
	int error;

	*draft = (struct recog_fingerprint){.offset = place->offset, .line = (uint32_t)place->line};
	draft->first = (uint32_t)reading->recog->row_count;
	draft->file = (uint32_t)reading->recog->file_count;
	reading->open = true;
	refused = pattern ? recog_pattern_read(&reading->pattern, pattern, strlen(pattern)) : "it is missing";
	if (refused)
		leave_out(reading, place->line, "its pattern is not read: ", refused);
	else if (!flags_of(flags, &given))
		leave_out(reading, place->line, "it has flags that are not known: ", flags);
	if (!reading->open)
		return 0;
	error = recog_code_compile(reading->recog->code, &reading->pattern, given, &draft->compiled, &reading->groups);
	if (error == -EINVAL)
		leave_out(reading, place->line, "its pattern is not read: ", recog_code_sentence(reading->recog->code));
	else if (!error && reading->groups > RECOG_GROUPS_MAX)
		leave_out(reading, place->line, "its pattern has more than 31 groups", "");
	draft->utf = reading->pattern.utf;
	draft->literal_len = (uint8_t)reading->pattern.literal_len;
	memcpy(draft->literal, reading->pattern.literal, draft->literal_len);
	return error == -EINVAL ? 0 : error;
}

/* The row of this name in the fingerprint at hand, or a new one. NULL: there is no room, with why in *out_error. */
static struct recog_row *row_for(struct reading *reading, uint32_t name, int *out_error)
{
	struct recog *recog = reading->recog;

	for (size_t i = reading->draft.first; i < recog->row_count; i++)
		if (!strcmp(recog_text(recog, recog->rows[i].name), recog_text(recog, name)))
			return &recog->rows[i];
	*out_error = grow((void **)&recog->rows, &recog->row_room, recog->row_count + 1, sizeof(*recog->rows), RECOG_PARAMS_MAX);
	return *out_error ? NULL : &recog->rows[recog->row_count++];
}

/* A group's number; false if it is none. */
static bool group_of(const char *text, unsigned *out_group)
{
	*out_group = 0;
	if (!text || !*text || strlen(text) > 3)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		*out_group = *out_group * 10 + (unsigned)(*text - '0');
	}
	return true;
}

static int start_param(struct reading *reading, const struct recog_xml_place *place, const char **attributes)
{
	const char *name = recog_xml_attribute(attributes, "name"), *value = recog_xml_attribute(attributes, "value");
	struct recog_row row = {0}, *kept;
	unsigned group;
	int error = 0;

	if (!group_of(recog_xml_attribute(attributes, "pos"), &group) || !name || !*name || (value && strlen(value) > VALUE_MAX))
		leave_out(reading, place->line, "a parameter has no name, no place or too long a value", "");
	else if (group > reading->groups)
		leave_out(reading, place->line, "there is no such group in its pattern, for the parameter ", name);
	else if (reading->recog->row_count - reading->draft.first >= RECOG_PARAM_MAX)
		leave_out(reading, place->line, "it has more than 24 parameters", "");
	if (!reading->open)
		return 0;
	error = put_text(reading, name, &row.name);
	if (!error)
		error = put_text(reading, group ? NULL : value, &row.value);
	kept = error ? NULL : row_for(reading, row.name, &error);
	if (!kept)
		return error;
	row.value_len = (uint16_t)(group || !value ? 0 : strlen(value));
	row.group = (uint16_t)group;
	row.fills = row.value_len && strchr(value, '{');
	*kept = row;
	return 0;
}

static int end_fingerprint(struct reading *reading)
{
	struct recog *recog = reading->recog;
	int error;

	if (!reading->open)
		return 0;
	error = grow((void **)&recog->fingerprints, &recog->fingerprint_room, recog->fingerprint_count + 1, sizeof(*recog->fingerprints),
		RECOG_FINGERPRINTS_MAX);
	if (error)
		return error;
	reading->draft.rows = (uint8_t)(recog->row_count - reading->draft.first);
	recog->fingerprints[recog->fingerprint_count++] = reading->draft;
	reading->draft.compiled = NULL;
	reading->open = false;
	return 0;
}

static int start(void *context, const struct recog_xml_place *place, const char *name, const char **attributes, struct fault *out_fault)
{
	struct reading *reading = context;

	if (place->depth == 1)
		return start_file(reading, name, attributes, out_fault);
	if (place->depth == 2 && !strcmp(name, "fingerprint"))
		return start_fingerprint(reading, place, attributes);
	if (place->depth == 3 && reading->open && !strcmp(name, "param"))
		return start_param(reading, place, attributes);
	return 0;
}

static int end(void *context, const struct recog_xml_place *place, const char *text, size_t len, struct fault *out_fault)
{
	return place->depth == 2 ? end_fingerprint(context) : 0;
}

/* All that was put behind these counts is forgotten. */
static void forget(struct recog *recog, size_t fingerprints, size_t rows, size_t pool)
{
	while (recog->fingerprint_count > fingerprints)
		recog_code_drop(recog->fingerprints[--recog->fingerprint_count].compiled);
	recog->row_count = rows;
	recog->pool_len = pool;
}

/* Files read before that have the name of this one, whatever their folder, count no longer. */
static void take_place(struct recog *recog, const char *name)
{
	for (size_t i = 0; i < recog->file_count; i++) {
		struct recog_file *file = &recog->files[i];

		if (strcmp(base_of(recog_text(recog, file->name)), base_of(name)) != 0)
			continue;
		for (uint32_t n = file->first; n < file->first + file->count; n++) {
			recog_code_drop(recog->fingerprints[n].compiled);
			recog->fingerprints[n].compiled = NULL;
		}
		recog->replaced += file->count;
		file->count = 0;
	}
}

static int file_keep(struct recog *recog, const struct recog_file *file)
{
	size_t at = recog->file_count;
	int error = grow((void **)&recog->files, &recog->file_room, at + 1, sizeof(*recog->files), RECOG_FILES_MAX);

	if (error)
		return error;
	take_place(recog, recog_text(recog, file->name));
	recog->files[recog->file_count++] = *file;
	for (; at && recog->files[recog->order[at - 1]].preference < file->preference; at--)
		recog->order[at] = recog->order[at - 1];
	recog->order[at] = (uint16_t)(recog->file_count - 1);
	return 0;
}

int recog_read(struct recog *recog, const char *file, const char *body, size_t len, struct fault *out_fault)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	const struct recog_xml_reader reader = {start, end, reading};
	const size_t fingerprints = recog->fingerprint_count, rows = recog->row_count, pool = recog->pool_len;
	int error;

	if (!reading)
		return -ENOMEM;
	if (out_fault)
		*out_fault = (struct fault){0};
	reading->recog = recog;
	reading->file = file;
	reading->row.first = (uint32_t)fingerprints;
	error = len > RECOG_BODY_MAX ? -EFBIG : recog_xml_read(file, body, len, &reader, out_fault);
	reading->row.count = (uint32_t)(recog->fingerprint_count - fingerprints);
	if (!error)
		error = file_keep(recog, &reading->row);
	recog_code_drop(reading->draft.compiled);
	if (error)
		forget(recog, fingerprints, rows, pool);
	if (error == -EFBIG && out_fault && !out_fault->sentence[0])
		fault_set(out_fault, file, 0, 0, "it is larger than signatures may be, or there are too many of them");
	if (!error)
		recog->left_out += reading->left_out;
	if (!error && reading->left_out)
		fault_set(
			out_fault, file, reading->first.line, 0, "%u left out; the first: %s", reading->left_out, reading->first.sentence);
	free(reading);
	return error;
}
