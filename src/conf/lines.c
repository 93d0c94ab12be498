/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/guard.h"
#include "conf/write.h"

struct place {
	uint32_t line; /* 0: nowhere */
	uint32_t file;
};

enum { ENTRY_KINDS = 4, VALUE_MAX = 1024 };

static const char *const entry_paths[ENTRY_KINDS] = {"guard.devices", "guard.controllers", "keys", "zones"};

struct settings_places {
	char (*files)[SETTINGS_PATH_MAX];
	uint32_t file_count;
	struct place scalar[SCALARS_MAX], list[LISTS_MAX];
	struct place *entries[ENTRY_KINDS];
};

static uint32_t entry_count(const struct settings *settings, unsigned kind)
{
	const uint32_t counts[ENTRY_KINDS] = {
		settings->guard.device_count, settings->guard.controller_count, settings->key_count, settings->zone_count};

	return counts[kind];
}

void places_free(struct settings_places *places)
{
	if (!places)
		return;
	for (unsigned kind = 0; kind < ENTRY_KINDS; kind++)
		free(places->entries[kind]);
	free(places->files);
	free(places);
}

static struct place place_of(const struct parts *parts, const struct settings_places *places, const char *path)
{
	struct place place = {0};
	const char *file;

	place.line = parts_find(parts, path, &file);
	while (place.file + 1 < places->file_count && strcmp(places->files[place.file], file) != 0)
		place.file++;
	return place;
}

static int note_entries(const struct parts *parts, const struct settings *settings, struct settings_places *places, unsigned kind)
{
	uint32_t count = entry_count(settings, kind);
	char path[OUTLINE_PATH_MAX];

	places->entries[kind] = count ? calloc(count, sizeof(struct place)) : NULL;
	if (count && !places->entries[kind])
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s[%u]", entry_paths[kind], i);
		places->entries[kind][i] = place_of(parts, places, path);
	}
	return 0;
}

int places_note(const struct parts *parts, const struct settings_part *files, unsigned count, struct settings *settings)
{
	struct settings_places *places = settings->places = calloc(1, sizeof(*places));
	int error = 0;

	if (places)
		places->files = calloc(count ? count : 1, sizeof(*places->files));
	if (!places || !places->files)
		return -ENOMEM;
	places->file_count = count;
	for (unsigned i = 0; i < count; i++)
		snprintf(places->files[i], sizeof(places->files[i]), "%s", files[i].file);
	for (size_t i = 0; i < settings_scalar_count; i++)
		places->scalar[i] = place_of(parts, places, settings_scalars[i].path);
	for (size_t i = 0; i < settings_list_count; i++)
		places->list[i] = place_of(parts, places, settings_lists[i].path);
	for (unsigned kind = 0; kind < ENTRY_KINDS && !error; kind++)
		error = note_entries(parts, settings, places, kind);
	return error;
}

/* ---- telling ---- */

struct telling {
	const struct settings *settings;
	void (*see)(void *context, const struct settings_line *line);
	void *context;
};

/* YAML's double quotes off, line breaks to blanks; in place. */
static void unquote(char *text)
{
	bool quoted = *text == '"';
	char *out = text, *in = text + quoted;

	for (; *in && !(quoted && *in == '"'); in++) {
		if (quoted && in[0] == '\\' && in[1] && in[1] != 'x')
			in++;
		if (*in != '\n')
			*out++ = *in;
		else
			in += strspn(in + 1, " ");
	}
	*out = 0;
}

static void tell(const struct telling *telling, const char *setting, const char *value, struct place place)
{
	const struct settings_places *places = telling->settings->places;
	struct settings_line line = {.setting = setting, .value = value, .line = place.line};

	line.file = place.line && place.file < places->file_count ? places->files[place.file] : NULL;
	telling->see(telling->context, &line);
}

static int tell_scalar(const struct telling *telling, size_t index)
{
	const struct scalar *scalar = &settings_scalars[index];
	char *text = NULL;
	size_t len = 0;
	FILE *out;

	if (!settings_is_of(scalar->path, telling->settings->role) || write_leaves_out(telling->settings, scalar))
		return 0;
	out = open_memstream(&text, &len);
	if (!out)
		return -ENOMEM;
	write_scalar(out, telling->settings, scalar);
	if (fclose(out)) {
		free(text);
		return -ENOMEM;
	}
	unquote(text);
	tell(telling, scalar->path, text, telling->settings->places->scalar[index]);
	free(text);
	return 0;
}

static int tell_list(const struct telling *telling, size_t index)
{
	const struct list *list = &settings_lists[index];
	char *text = NULL;
	size_t len = 0;
	FILE *out;

	if (!settings_is_of(list->path, telling->settings->role) || list->kind == LIST_INCLUDE || write_is_empty(telling->settings, list))
		return 0;
	out = open_memstream(&text, &len);
	if (!out)
		return -ENOMEM;
	write_list(out, telling->settings, list);
	if (fclose(out)) {
		free(text);
		return -ENOMEM;
	}
	unquote(text);
	tell(telling, list->path, text, telling->settings->places->list[index]);
	free(text);
	return 0;
}

static void device_value(char out[VALUE_MAX], const struct settings_device *device)
{
	char mac[TEXT_MAC_MAX];

	snprintf(out, VALUE_MAX, "%s%s%s%s%s%s", text_mac(mac, device->mac), device->name[0] ? ", name " : "", device->name,
		device->mud[0] ? ", mud " : "", device->mud, device->admin ? ", admin" : "");
}

static void controller_value(char out[VALUE_MAX], const struct settings_controller *controller)
{
	size_t len = (size_t)snprintf(out, VALUE_MAX, "%s:", controller->name);
	char word[TEXT_ADDRESS_MAX];

	for (uint32_t i = 0; i < controller->address_count && len < VALUE_MAX; i++)
		len += (size_t)snprintf(out + len, VALUE_MAX - len, "%s %s", i ? "," : "", text_address(word, controller->addresses[i]));
}

static void entry_value(char out[VALUE_MAX], const struct settings *settings, unsigned kind, uint32_t index)
{
	if (kind == 0) {
		device_value(out, &settings->guard.devices[index]);
	} else if (kind == 1) {
		controller_value(out, &settings->guard.controllers[index]);
	} else if (kind == 2) {
		const struct settings_key *key = &settings->keys[index];
		snprintf(out, VALUE_MAX, "%s, %s, %s", key->name, key->algorithm, key->secret_file[0] ? key->secret_file : SETTINGS_MASK);
	} else {
		const struct settings_zone *zone = &settings->zones[index];
		snprintf(out, VALUE_MAX, "%s%s%s", zone->name,
			zone->file[0]       ? ", file "
				: zone->key ? ", key "
					    : "",
			zone->file[0]       ? zone->file
				: zone->key ? settings->keys[zone->key - 1].name
					    : "");
	}
}

int settings_each_line(const struct settings *settings, void (*see)(void *context, const struct settings_line *line), void *context)
{
	const struct telling telling = {settings, see, context};
	char setting[OUTLINE_PATH_MAX], value[VALUE_MAX];
	int error = 0;

	if (!settings->places)
		return 0;
	for (size_t i = 0; i < settings_scalar_count && !error; i++)
		error = tell_scalar(&telling, i);
	for (size_t i = 0; i < settings_list_count && !error; i++)
		error = tell_list(&telling, i);
	for (unsigned kind = 0; kind < ENTRY_KINDS && !error; kind++)
		for (uint32_t i = 0; i < entry_count(settings, kind); i++) {
			snprintf(setting, sizeof(setting), "%s[%u]", entry_paths[kind], i);
			entry_value(value, settings, kind, i);
			tell(&telling, setting, value, settings->places->entries[kind][i]);
		}
	return error;
}
