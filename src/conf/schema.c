/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libcyaml tells what is wrong in its log: one line that says what, then from the inside out the fields it was in:
 *
 *	Load: Expecting STRING, got event: SEQUENCE_START
 *	Load: Backtrace:
 *	  in mapping field 'file' (line: 3, column: 19)
 *	  in sequence entry '2' (line: 3, column: 3)
 *	  in mapping field 'zones' (line: 2, column: 1)
 *
 * Here it becomes one sentence, "zones[1].file wants one value, not a list", and the line is the outline's, which is right also for
 * an unknown key, where libcyaml names the one before.
 */
#include "conf/schema.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cyaml/cyaml.h>

enum { FIELDS_MAX = SCALARS_MAX + LISTS_MAX + 96, TRACE_MAX = 8, PIECE_MAX = 128 };

/* What libcyaml said, as far as it matters. */
struct said {
	char what[PIECE_MAX];
	char trace[TRACE_MAX][PIECE_MAX]; /* from the inside out: "name" or "[1]"; "" is the mapping itself */
	size_t traces;
	uint64_t line; /* of the innermost */
};

struct schema {
	cyaml_schema_value_t top;
	cyaml_config_t config;
	struct said said;
	struct raw *raw;
};

/* All mappings, out of the table of settings: made by the first reading, and the same for all that follow. One thread reads settings. */
static struct {
	cyaml_schema_field_t fields[FIELDS_MAX];
	size_t count;
	const cyaml_schema_field_t *top; /* NULL: not made yet */
} shape;

static const cyaml_schema_value_t word = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED)};

#define WORD(key, type, member) CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member, 0, CYAML_UNLIMITED)

static const cyaml_schema_field_t key_fields[] = {
	WORD("name", struct raw_key, name),
	WORD("algorithm", struct raw_key, algorithm),
	WORD("secret", struct raw_key, secret),
	WORD("secret_file", struct raw_key, secret_file),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t zone_fields[] = {
	WORD("name", struct raw_zone, name),
	WORD("file", struct raw_zone, file),
	WORD("key", struct raw_zone, key),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t key_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_key, key_fields)};
static const cyaml_schema_value_t zone_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_zone, zone_fields)};

static const cyaml_schema_field_t counted_fields[] = {
	CYAML_FIELD_SEQUENCE_COUNT(
		"keys", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw, keys, key_count, &key_value, 0, SETTINGS_KEYS_MAX),
	CYAML_FIELD_SEQUENCE_COUNT(
		"zones", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw, zones, zone_count, &zone_value, 0, SETTINGS_ZONES_MAX),
};

static const cyaml_schema_field_t device_fields[] = {
	WORD("mac", struct raw_device, mac),
	WORD("name", struct raw_device, name),
	WORD("mud", struct raw_device, mud),
	WORD("admin", struct raw_device, admin),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t controller_fields[] = {
	WORD("class", struct raw_controller, name),
	CYAML_FIELD_SEQUENCE_COUNT("addresses", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_controller, addresses, address_count,
		&word, 0, GUARD_CONTROLLER_ADDRESSES_MAX),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t device_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_device, device_fields)};
static const cyaml_schema_value_t controller_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_controller, controller_fields)};

/* Of the mapping "guard". */
static const cyaml_schema_field_t guard_counted_fields[] = {
	CYAML_FIELD_SEQUENCE_COUNT("devices", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw, devices, device_count, &device_value, 0,
		GUARD_DEVICES_MAX),
	CYAML_FIELD_SEQUENCE_COUNT("controllers", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw, controllers, controller_count,
		&controller_value, 0, GUARD_CONTROLLERS_MAX),
};

/* ---- the schema, from the table ---- */

static cyaml_schema_field_t scalar_field(const char *key, size_t index)
{
	cyaml_schema_field_t field = {.key = key, .data_offset = (uint32_t)(offsetof(struct raw, scalar) + index * sizeof(char *))};

	field.value = word;
	field.value.flags = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL;
	return field;
}

static cyaml_schema_field_t list_field(const char *key, size_t index)
{
	uint32_t at = (uint32_t)(offsetof(struct raw, list) + index * sizeof(struct raw_list));
	cyaml_schema_field_t field = {.key = key, .data_offset = at + (uint32_t)offsetof(struct raw_list, items)};

	field.count_offset = at + (uint32_t)offsetof(struct raw_list, count);
	field.count_size = sizeof(unsigned);
	field.value.type = CYAML_SEQUENCE;
	field.value.flags = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL;
	field.value.data_size = sizeof(char *);
	field.value.sequence.entry = &word;
	field.value.sequence.max = settings_lists[index].most;
	return field;
}

/* The path of the index-th line of both tables. */
static const char *path_at(size_t index)
{
	return index < settings_scalar_count ? settings_scalars[index].path : settings_lists[index - settings_scalar_count].path;
}

static const char group_names[][16] = {"filters", "server", "budgets", "sizes", "samples", "store", "paths", "total", "unknown", "possible",
	"truncated", "proven", "proven_unknown", "zone_unknown", "zone_possible", "share", "foreign", "truncated_all", "icmp", "guard",
	"quarantine", "brake", "contacts", "logins", "syns", "unanswered", "questions", "forged", "local", "frames", "frames_all", "page",
	"mqtt", "messages", "eve", "quiet"};

/* A key that outlives the schema, for the component of len bytes at path. */
static const char *group_name(const char *path, size_t len)
{
	for (size_t i = 0; i < sizeof(group_names) / sizeof(group_names[0]); i++)
		if (strlen(group_names[i]) == len && strncmp(group_names[i], path, len) == 0)
			return group_names[i];
	return NULL;
}

static const cyaml_schema_field_t *fields_below(const char *prefix, size_t prefix_len);

static bool has_field(const cyaml_schema_field_t *fields, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(fields[i].key, key) == 0)
			return true;
	return false;
}

/* The field of the mapping below prefix that leads to the index-th line. Its struct is the raw itself: offsets count from there. */
static cyaml_schema_field_t field_of(size_t prefix_len, size_t index)
{
	const char *path = path_at(index), *rest = path + prefix_len, *dot = strchr(rest, '.');
	cyaml_schema_field_t field = {0};

	if (!dot && index < settings_scalar_count)
		return scalar_field(rest, index);
	if (!dot)
		return list_field(rest, index - settings_scalar_count);
	field.key = group_name(rest, (size_t)(dot - rest));
	field.value.type = CYAML_MAPPING;
	field.value.flags = CYAML_FLAG_OPTIONAL;
	field.value.data_size = sizeof(struct raw);
	return field;
}

static const cyaml_schema_field_t *fields_below(const char *prefix, size_t prefix_len)
{
	cyaml_schema_field_t fields[FIELDS_MAX], *own;
	size_t count = 0;

	for (size_t i = 0; i < settings_scalar_count + settings_list_count; i++) {
		cyaml_schema_field_t field;
		if (strncmp(path_at(i), prefix, prefix_len) != 0)
			continue;
		field = field_of(prefix_len, i);
		if (has_field(fields, count, field.key))
			continue;
		if (field.value.type == CYAML_MAPPING)
			field.value.mapping.fields = fields_below(path_at(i), prefix_len + strlen(field.key) + 1);
		fields[count++] = field;
	}
	for (size_t i = 0; !prefix_len && i < 2; i++)
		fields[count++] = counted_fields[i];
	for (size_t i = 0; prefix_len == 6 && strncmp(prefix, "guard.", 6) == 0 && i < 2; i++)
		fields[count++] = guard_counted_fields[i];
	fields[count++] = (cyaml_schema_field_t){.key = NULL};
	own = shape.fields + shape.count;
	shape.count += count;
	memcpy(own, fields, count * sizeof(*own));
	return own;
}

/* ---- what libcyaml says ---- */

static void add_trace(struct said *said, const char *line)
{
	char *out = said->trace[said->traces];
	const char *quote = strchr(line, '\''), *end = quote ? strrchr(line, '\'') : NULL, *at = strstr(line, "(line: ");
	unsigned long entry;

	if (said->traces == TRACE_MAX)
		return;
	if (!said->traces && at)
		said->line = strtoull(at + 7, NULL, 10);
	if (end && end > quote)
		snprintf(out, PIECE_MAX, "%.*s", (int)(end - quote - 1), quote + 1);
	else
		*out = 0;
	if (strstr(line, "in sequence entry")) {
		entry = strtoul(out, NULL, 10);
		/* it counts from 1, but where there are too many from 0 */
		snprintf(out, PIECE_MAX, "[%lu]", entry && !strstr(said->what, "Excessive") ? entry - 1 : entry);
	}
	said->traces++;
}

static void hear(cyaml_log_t level, void *context, const char *format, va_list arguments) __attribute__((format(printf, 3, 0)));
static void hear(cyaml_log_t level, void *context, const char *format, va_list arguments)
{
	struct said *said = context;
	char line[2 * PIECE_MAX];

	vsnprintf(line, sizeof(line), format, arguments);
	line[strcspn(line, "\n")] = 0;
	if (strncmp(line, "Load:   in ", 11) == 0 || strncmp(line, "  in ", 5) == 0)
		add_trace(said, line);
	else if (!said->what[0] && !strstr(line, "Backtrace"))
		snprintf(said->what, sizeof(said->what), "%.*s", PIECE_MAX - 1, strncmp(line, "Load: ", 6) == 0 ? line + 6 : line);
}

/* The path of what went wrong, from the outside in, without the innermost `skip`. */
static void path_of(const struct said *said, size_t skip, const char *last, char out[OUTLINE_PATH_MAX])
{
	size_t len = 0;

	out[0] = 0;
	for (size_t i = said->traces; i > skip && len < OUTLINE_PATH_MAX; i--) {
		const char *piece = said->trace[i - 1];
		if (*piece)
			len += (size_t)snprintf(out + len, OUTLINE_PATH_MAX - len, "%s%s", len && *piece != '[' ? "." : "", piece);
	}
	if (*last && len < OUTLINE_PATH_MAX)
		snprintf(out + len, OUTLINE_PATH_MAX - len, "%s%s", len ? "." : "", last);
}

static const char *wanted_word(const char *what)
{
	return strstr(what, "MAPPING") == what     ? "settings of its own (name: value)"
		: strstr(what, "SEQUENCE") == what ? "a list"
						   : "one value";
}

static const char *got_word(const char *what)
{
	const char *event = strstr(what, "event: ");

	if (!event)
		return "something else";
	return strstr(event, "MAPPING") ? "settings of its own" : strstr(event, "SEQUENCE") ? "a list" : "one value";
}

static int tell(struct schema *schema, const char *file, const struct outline *outline, cyaml_err_t error, struct fault *fault)
{
	const struct said *said = &schema->said;
	const char *what = said->what;
	char path[OUTLINE_PATH_MAX];
	uint64_t line;

	if (error == CYAML_ERR_OOM)
		return -ENOMEM;
	if (strncmp(what, "Unexpected key: ", 16) == 0) {
		path_of(said, 1, what + 16, path);
		line = outline_find(outline, path);
		fault_set(fault, file, line ? line : said->line, 0, "there is no setting '%s'", path);
		return -EINVAL;
	}
	path_of(said, 0, "", path);
	line = outline_find(outline, path);
	line = line ? line : said->line;
	if (strncmp(what, "Expecting ", 10) == 0)
		fault_set(fault, file, line, 0, "%s wants %s, not %s", path[0] ? path : "the file", wanted_word(what + 10), got_word(what));
	else if (error == CYAML_ERR_SEQUENCE_ENTRIES_MAX)
		fault_set(fault, file, line, 0, "%.*s has more entries than are read", (int)strcspn(path, "["), path);
	else
		fault_set(fault, file, line, 0, "%s%s%s", path, path[0] ? ": " : "", what[0] ? what : cyaml_strerror(error));
	return -EINVAL;
}

/* cyaml_mem() is the same, but in the library, where no test can let it fail. */
static void *room_of(void *context, void *old, size_t size)
{
	if (size)
		return realloc(old, size);
	free(old);
	return NULL;
}

int schema_read(const char *file, const char *body, size_t len, const struct outline *outline, struct schema **out_schema,
	const struct raw **out_raw, struct fault *out_fault)
{
	static const struct raw nothing;
	struct schema *schema = calloc(1, sizeof(*schema));
	cyaml_err_t error;
	int result;

	if (!schema)
		return -ENOMEM;
	schema->top = (cyaml_schema_value_t){
		CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw, NULL),
	};
	if (!shape.top)
		shape.top = fields_below("", 0);
	schema->top.mapping.fields = shape.top;
	schema->config = (cyaml_config_t){
		.log_fn = hear, .log_ctx = &schema->said, .log_level = CYAML_LOG_ERROR, .mem_fn = room_of, .flags = CYAML_CFG_NO_ALIAS};
	error = cyaml_load_data((const uint8_t *)body, len, &schema->config, &schema->top, (cyaml_data_t **)&schema->raw, NULL);
	if (error != CYAML_OK) {
		result = tell(schema, file, outline, error, out_fault);
		schema_free(schema);
		return result;
	}
	*out_raw = schema->raw ? schema->raw : &nothing;
	*out_schema = schema;
	return 0;
}

void schema_free(struct schema *schema)
{
	if (schema && schema->raw)
		cyaml_free(&schema->config, &schema->top, schema->raw, 0);
	free(schema);
}
