/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings back to YAML: all of them, defaults too, so that what holds can be read in one place. Secrets are masked. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/conf.h"
#include "conf/guard.h"
#include "conf/settings_table.h"
#include "conf/units.h"
#include "conf/write.h"

/* Double quotes: the one style of YAML in which any text can be written. */
static void put_text(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;
		if (byte == '"' || byte == '\\')
			fprintf(out, "\\%c", byte);
		else if (byte < 32 || byte == 127)
			fprintf(out, "\\x%02X", byte);
		else
			fputc(byte, out);
	}
	fputc('"', out);
}

static uint64_t number_at(const struct scalar *scalar, const void *at)
{
	switch (scalar->width) {
	case 1:
		return *(const uint8_t *)at;
	case 2:
		return *(const uint16_t *)at;
	case 4:
		return *(const uint32_t *)at;
	default:
		return *(const uint64_t *)at;
	}
}

void write_scalar(FILE *out, const struct settings *settings, const struct scalar *scalar)
{
	const char *at = (const char *)settings + scalar->offset;
	char word[TEXT_ADDRESS_MAX], clock[CLOCK_WORD_MAX];
	uint64_t number;

	switch (scalar->kind) {
	case SCALAR_NAME:
	case SCALAR_PATH:
	case SCALAR_COMMAND:
	case SCALAR_MAILBOX:
		put_text(out, at);
		return;
	case SCALAR_CLOCK:
		put_text(out, messages_clock_word(clock, *(const uint16_t *)(const void *)at));
		return;
	case SCALAR_ADDRESS:
		put_text(out, text_address(word, (const uint8_t *)at));
		return;
	default:
		break;
	}
	number = number_at(scalar, at);
	if (scalar->kind == SCALAR_CHOICE && scalar->offset == offsetof(struct settings, stance) && !settings->stance_fixed)
		fputs("measured", out);
	else if (scalar->kind == SCALAR_CHOICE)
		fputs(scalar->words[number], out);
	else if (scalar->kind == SCALAR_SIZE)
		fputs(size_word(word, number), out);
	else if (scalar->kind == SCALAR_TIME)
		fputs(duration_word(word, number), out);
	else
		fprintf(out, "%" PRIu64, number);
}

bool write_leaves_out(const struct settings *settings, const struct scalar *scalar)
{
	return scalar->kind == SCALAR_NUMBER && !scalar->initial && !number_at(scalar, (const char *)settings + scalar->offset);
}

static void put_prefix(FILE *out, const struct prefix *prefix)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	bool four = memcmp(prefix->address, mapped, sizeof(mapped)) == 0 && prefix->bits >= 96;
	char word[TEXT_ADDRESS_MAX + 8];

	text_address(word, prefix->address);
	snprintf(word + strlen(word), 8, "/%d", four ? prefix->bits - 96 : prefix->bits);
	put_text(out, word);
}

static void put_entry(FILE *out, const struct settings *settings, const struct list *list, uint32_t index)
{
	const char *base = (const char *)settings + list->offset;
	char word[TEXT_ADDRESS_MAX];

	if (list->kind >= LIST_INTERFACE)
		guard_write_entry(out, settings, list, index);
	else if (list->kind == LIST_ADDRESS)
		put_text(out, text_address(word, (const uint8_t *)base + (size_t)index * 16));
	else if (list->kind == LIST_PATH)
		put_text(out, base + (size_t)index * SETTINGS_PATH_MAX);
	else if (list->kind == LIST_TIMES)
		fprintf(out, "%" PRIu32, ((const uint32_t *)(const void *)base)[index]);
	else
		put_prefix(out, &(*(const struct prefix *const *)(const void *)base)[index]);
}

bool write_is_empty(const struct settings *settings, const struct list *list)
{
	const uint32_t *times = (const uint32_t *)(const void *)((const char *)settings + list->offset);

	return list->kind == LIST_TIMES && !times[0];
}

void write_list(FILE *out, const struct settings *settings, const struct list *list)
{
	uint32_t count =
		list->kind == LIST_TIMES ? list->most : *(const uint32_t *)(const void *)((const char *)settings + list->count_offset);

	fputc('[', out);
	for (uint32_t i = 0; i < count; i++) {
		if (i)
			fputs(i % 8 ? ", " : ",\n    ", out);
		put_entry(out, settings, list, i);
	}
	fputc(']', out);
}

/* The groups of this path that the one before did not open, a line each, and the key. */
static void put_key(FILE *out, const char *path, const char *before)
{
	size_t shared = 0;
	int depth = 0;

	for (size_t i = 0; path[i] && path[i] == before[i]; i++)
		if (path[i] == '.') {
			shared = i + 1;
			depth++;
		}
	for (const char *dot; (dot = strchr(path + shared, '.')); shared = (size_t)(dot - path) + 1)
		fprintf(out, "%*s%.*s:\n", 2 * depth++, "", (int)(dot - path - (ptrdiff_t)shared), path + shared);
	fprintf(out, "%*s%s: ", 2 * depth, "", path + shared);
}

/* The lists of a group stand before its first value, for YAML wants a group in one piece. */
static void put_group_lists(FILE *out, const struct settings *settings, size_t index, const char **before)
{
	const char *path = settings_scalars[index].path, *dot = strrchr(path, '.');
	size_t len = dot ? (size_t)(dot - path) + 1 : 0;

	if (!len || (index && strncmp(settings_scalars[index - 1].path, path, len) == 0))
		return;
	for (size_t i = 0; i < settings_list_count; i++) {
		const struct list *list = &settings_lists[i];
		if (strncmp(list->path, path, len) != 0 || strchr(list->path + len, '.') || write_is_empty(settings, list))
			continue;
		put_key(out, list->path, *before);
		write_list(out, settings, list);
		fputc('\n', out);
		*before = list->path;
	}
}

static void put_keys_and_zones(FILE *out, const struct settings *settings)
{
	fputs(settings->key_count ? "keys:\n" : "keys: []\n", out);
	for (uint32_t i = 0; i < settings->key_count; i++) {
		const struct settings_key *key = &settings->keys[i];
		fputs("  - name: ", out);
		put_text(out, key->name);
		fprintf(out, "\n    algorithm: %s\n    %s: ", key->algorithm, key->secret_file[0] ? "secret_file" : "secret");
		put_text(out, key->secret_file[0] ? key->secret_file : SETTINGS_MASK);
		fputc('\n', out);
	}
	fputs(settings->zone_count ? "zones:\n" : "zones: []\n", out);
	for (uint32_t i = 0; i < settings->zone_count; i++) {
		const struct settings_zone *zone = &settings->zones[i];
		fputs("  - name: ", out);
		put_text(out, zone->name);
		if (zone->file[0] || zone->key) {
			fputs(zone->file[0] ? "\n    file: " : "\n    key: ", out);
			put_text(out, zone->file[0] ? zone->file : settings->keys[zone->key - 1].name);
		}
		fputc('\n', out);
	}
}

int settings_write(const struct settings *settings, char **out_text, size_t *out_len)
{
	const char *before = "";
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < settings_scalar_count; i++) {
		const struct scalar *scalar = &settings_scalars[i];
		if (!settings_is_of(scalar->path, settings->role))
			continue;
		put_group_lists(out, settings, i, &before);
		if (write_leaves_out(settings, scalar))
			continue;
		put_key(out, scalar->path, before);
		write_scalar(out, settings, scalar);
		fputc('\n', out);
		before = scalar->path;
	}
	if (settings->role == ROLE_GUARD)
		guard_write_devices(out, &settings->guard);
	for (size_t i = 0; i < settings_list_count; i++) {
		if (strchr(settings_lists[i].path, '.') || settings_lists[i].kind == LIST_INCLUDE ||
			!settings_is_of(settings_lists[i].path, settings->role))
			continue;
		fprintf(out, "%s: ", settings_lists[i].path);
		write_list(out, settings, &settings_lists[i]);
		fputc('\n', out);
	}
	if (settings->role == ROLE_SHIELD)
		put_keys_and_zones(out, settings);
	if (ferror(out) | fclose(out)) {
		free(text);
		return -ENOMEM;
	}
	*out_text = text;
	*out_len = len;
	return 0;
}
