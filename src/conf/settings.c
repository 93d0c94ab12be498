/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From words to settings: each word of the file, or the default where it says nothing, and then what only holds of several together. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/guard.h"
#include "conf/lines.h"
#include "conf/parts.h"
#include "conf/schema.h"
#include "conf/units.h"

enum { SHOWN_MAX = 48 }; /* bytes of a wrong word that are shown */

struct reading {
	const struct parts *parts;
	const struct raw *raw;
	struct fault *fault;
	struct settings *settings;
};

static int wrong(const struct reading *reading, const char *path, const char *format, ...) __attribute__((format(printf, 3, 4)));
static int wrong(const struct reading *reading, const char *path, const char *format, ...)
{
	char sentence[FAULT_SENTENCE_MAX];
	const char *file;
	uint32_t line = parts_find(reading->parts, path, &file);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	fault_set(reading->fault, file, line, 0, "%s %s", path, sentence);
	return -EINVAL;
}

/* ---- single values ---- */

static int store_number(const struct scalar *scalar, uint64_t number, void *at)
{
	switch (scalar->width) {
	case 1:
		*(uint8_t *)at = (uint8_t)number;
		return 0;
	case 2:
		*(uint16_t *)at = (uint16_t)number;
		return 0;
	case 4:
		*(uint32_t *)at = (uint32_t)number;
		return 0;
	default:
		*(uint64_t *)at = number;
		return 0;
	}
}

static int read_amount(const struct reading *reading, const struct scalar *scalar, const char *word, void *at)
{
	static const char *const kinds[] = {
		[SCALAR_NUMBER] = "a number", [SCALAR_SIZE] = "a size such as 64mib", [SCALAR_TIME] = "a time such as 90s or 4h"};
	char least[UNIT_WORD_MAX], most[UNIT_WORD_MAX];
	uint64_t number = 0;
	uint32_t seconds = 0;
	int error;

	if (scalar->kind == SCALAR_TIME) {
		error = duration_read(word, &seconds);
		number = seconds;
	} else {
		error = scalar->kind == SCALAR_SIZE ? size_read(word, &number) : number_read(word, &number);
	}
	if (!error && number >= scalar->least && number <= scalar->most)
		return store_number(scalar, number, at);
	if (scalar->kind == SCALAR_TIME) {
		duration_word(least, scalar->least);
		duration_word(most, scalar->most);
	} else if (scalar->kind == SCALAR_SIZE) {
		size_word(least, scalar->least);
		size_word(most, scalar->most);
	} else {
		snprintf(least, sizeof(least), "%" PRIu64, scalar->least);
		snprintf(most, sizeof(most), "%" PRIu64, scalar->most);
	}
	return wrong(reading, scalar->path, "wants %s from %s to %s, not '%.*s'", kinds[scalar->kind], least, most, SHOWN_MAX, word);
}

static int read_choice(const struct reading *reading, const struct scalar *scalar, const char *word, void *at)
{
	char words[96];
	size_t len = 0;

	for (uint64_t i = 0; i < scalar->most; i++)
		if (strcmp(word, scalar->words[i]) == 0)
			return store_number(scalar, i, at);
	for (uint64_t i = 0; i < scalar->most; i++)
		len += (size_t)snprintf(words + len, sizeof(words) - len, "%s%s",
			i == 0                          ? ""
				: i + 1 == scalar->most ? " or "
							: ", ",
			scalar->words[i]);
	return wrong(reading, scalar->path, "is %s, not '%.*s'", words, SHOWN_MAX, word);
}

static int read_name(const struct reading *reading, const struct scalar *scalar, const char *word, char *at)
{
	size_t len = strlen(word);

	if (len >= scalar->width || word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:@-")] ||
		*word == '-' || *word == '.')
		return wrong(reading, scalar->path, "is no such name: '%.*s'", SHOWN_MAX, word);
	memcpy(at, word, len + 1);
	return 0;
}

static int read_path(const struct reading *reading, const char *path, const char *word, char out[SETTINGS_PATH_MAX])
{
	size_t len = strlen(word);

	if (len && *word != '/')
		return wrong(reading, path, "wants a path from the root on, not '%.*s'", SHOWN_MAX, word);
	if (len >= SETTINGS_PATH_MAX)
		return wrong(reading, path, "is longer than %d bytes", SETTINGS_PATH_MAX - 1);
	memcpy(out, word, len + 1);
	return 0;
}

static int read_address(const struct reading *reading, const char *path, const char *word, uint8_t out[16])
{
	struct prefix prefix;

	if (strchr(word, '/') || prefix_read(word, &prefix))
		return wrong(reading, path, "wants an IPv4 or IPv6 address, not '%.*s'", SHOWN_MAX, word);
	memcpy(out, prefix.address, 16);
	return 0;
}

static int read_message(const struct reading *reading, const struct scalar *scalar, const char *word, void *at)
{
	const char *wanted = scalar->kind == SCALAR_CLOCK ? messages_read_clock(word, at)
		: scalar->kind == SCALAR_COMMAND          ? messages_read_command(word, at)
							  : messages_read_mailbox(word, at);

	return wanted ? wrong(reading, scalar->path, "wants %s, not '%.*s'", wanted, SHOWN_MAX, word) : 0;
}

static int read_scalar(const struct reading *reading, const struct scalar *scalar, const char *word)
{
	void *at = (char *)reading->settings + scalar->offset;

	if (!word)
		return 0;
	switch (scalar->kind) {
	case SCALAR_CHOICE:
		return read_choice(reading, scalar, word, at);
	case SCALAR_NAME:
		return read_name(reading, scalar, word, at);
	case SCALAR_PATH:
		return read_path(reading, scalar->path, word, at);
	case SCALAR_ADDRESS:
		return read_address(reading, scalar->path, word, at);
	case SCALAR_CLOCK:
	case SCALAR_COMMAND:
	case SCALAR_MAILBOX:
		return read_message(reading, scalar, word, at);
	default:
		return read_amount(reading, scalar, word, at);
	}
}

/* ---- lists ---- */

static const char *entry_path(char out[OUTLINE_PATH_MAX], const char *list, size_t index, const char *key)
{
	snprintf(out, OUTLINE_PATH_MAX, "%s[%zu]%s%s", list, index, *key ? "." : "", key);
	return out;
}

/* "1 32 256 768": a multiple for each prefix length, none below the one before. */
static int read_times(const struct reading *reading, const struct list *list, const struct raw_list *raw)
{
	uint32_t *times = (uint32_t *)(void *)((char *)reading->settings + list->offset);

	for (uint32_t i = 0; i < raw->count; i++) {
		char path[OUTLINE_PATH_MAX];
		uint64_t number;
		entry_path(path, list->path, i, "");
		if (number_read(raw->items[i], &number) || !number || number > 1000000)
			return wrong(reading, path, "wants a number from 1 to 1000000, not '%.*s'", SHOWN_MAX, raw->items[i]);
		if (i && number < times[i - 1])
			return wrong(reading, path, "is less than the one before; a wider prefix has at least as much");
		times[i] = (uint32_t)number;
	}
	return 0;
}

static int read_prefixes(const struct reading *reading, const struct list *list, const struct raw_list *raw)
{
	struct prefix **out = (struct prefix **)(void *)((char *)reading->settings + list->offset);
	char path[OUTLINE_PATH_MAX];

	*out = raw->count ? calloc(raw->count, sizeof(**out)) : NULL;
	if (raw->count && !*out)
		return -ENOMEM;
	for (uint32_t i = 0; i < raw->count; i++) {
		if (prefix_read(raw->items[i], &(*out)[i]))
			return wrong(reading, entry_path(path, list->path, i, ""), "wants an address or prefix, not '%.*s'", SHOWN_MAX,
				raw->items[i]);
		if (prefix_is_both(&(*out)[i]))
			return wrong(reading, entry_path(path, list->path, i, ""),
				"is a prefix of IPv6 that holds all of IPv4, too; name a narrower one");
	}
	return 0;
}

static struct guard_reading guard_reading(const struct reading *reading)
{
	return (struct guard_reading){reading->parts, reading->raw, reading->fault, reading->settings};
}

static int read_list(const struct reading *reading, const struct list *list, const struct raw_list *raw)
{
	char *base = (char *)reading->settings + list->offset, path[OUTLINE_PATH_MAX];
	int error = 0;

	if (list->kind == LIST_INCLUDE)
		return 0;
	if (list->kind >= LIST_INTERFACE) {
		struct guard_reading guard = guard_reading(reading);
		return guard_read_list(&guard, list, raw);
	}
	if (list->kind == LIST_TIMES) {
		if (raw->count && raw->count != list->most)
			return wrong(reading, list->path, "wants %u numbers, one for each prefix length", list->most);
		return read_times(reading, list, raw);
	}
	if (list->kind == LIST_PREFIX)
		error = read_prefixes(reading, list, raw);
	for (uint32_t i = 0; i < raw->count && !error; i++) {
		entry_path(path, list->path, i, "");
		if (list->kind == LIST_ADDRESS)
			error = read_address(reading, path, raw->items[i], (uint8_t *)base + (size_t)i * 16);
		else if (list->kind == LIST_PATH && !*raw->items[i])
			error = wrong(reading, path, "is empty");
		else if (list->kind == LIST_PATH)
			error = read_path(reading, path, raw->items[i], base + (size_t)i * SETTINGS_PATH_MAX);
	}
	*(uint32_t *)(void *)((char *)reading->settings + list->count_offset) = raw->count;
	return error;
}

/* ---- keys and zones ---- */

static bool is_domain(const char *name)
{
	size_t label = 0, len = strlen(name);

	if (!len || len >= SETTINGS_NAME_MAX - 1 || (*name == '.' && len > 1))
		return false;
	for (const char *at = name; *at; at++) {
		label = *at == '.' ? 0 : label + 1;
		if (label > 63 || (unsigned char)*at <= ' ' || *at == 127 || (at[0] == '.' && at[1] == '.'))
			return false;
	}
	return true;
}

/* Without the last dot, in lower case; the root stays ".". */
static int read_domain(const struct reading *reading, const char *path, const char *word, char out[SETTINGS_NAME_MAX])
{
	size_t len = word ? strlen(word) : 0;

	if (!word)
		return wrong(reading, path, "is missing");
	if (!is_domain(word))
		return wrong(reading, path, "wants a domain name, not '%.*s'", SHOWN_MAX, word);
	if (len > 1 && word[len - 1] == '.')
		len--;
	for (size_t i = 0; i < len; i++)
		out[i] = (char)tolower((unsigned char)word[i]);
	out[len] = 0;
	return 0;
}

/* 16 bytes or more in base64 (RFC 4648 section 4). The word is never shown. */
static bool is_secret(const char *word)
{
	size_t len = strlen(word), body = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
	size_t padding = strspn(word + body, "=");

	return len < SETTINGS_SECRET_MAX && len % 4 == 0 && body + padding == len && padding <= 2 && len * 3 / 4 - padding >= 16;
}

static int read_secret(const struct reading *reading, size_t index, const struct raw_key *raw, struct settings_key *key)
{
	char path[OUTLINE_PATH_MAX];

	entry_path(path, "keys", index, raw->secret ? "secret" : "");
	if (!raw->secret == !raw->secret_file)
		return wrong(reading, path, "wants either secret or secret_file");
	if (raw->secret && strcmp(raw->secret, SETTINGS_MASK) == 0)
		return wrong(reading, path, "was masked when it was printed; put the real one, or a secret_file, in its place");
	if (raw->secret && !is_secret(raw->secret))
		return wrong(reading, path, "wants base64 of 16 bytes or more");
	if (raw->secret)
		memcpy(key->secret, raw->secret, strlen(raw->secret) + 1);
	if (raw->secret_file && !*raw->secret_file)
		return wrong(reading, entry_path(path, "keys", index, "secret_file"), "is empty");
	return raw->secret_file ? read_path(reading, entry_path(path, "keys", index, "secret_file"), raw->secret_file, key->secret_file)
				: 0;
}

static int read_key(const struct reading *reading, size_t index)
{
	static const char *const algorithms[] = {"hmac-sha256", "hmac-sha512", "hmac-sha384", "hmac-sha224", "hmac-sha1", "hmac-md5"};
	const struct raw_key *raw = &reading->raw->keys[index];
	struct settings_key *key = &reading->settings->keys[index];
	const char *word = raw->algorithm ? raw->algorithm : algorithms[0];
	char path[OUTLINE_PATH_MAX];
	bool known = false;

	if (read_domain(reading, entry_path(path, "keys", index, "name"), raw->name, key->name))
		return -EINVAL;
	for (size_t i = 0; i < index; i++)
		if (strcmp(reading->settings->keys[i].name, key->name) == 0)
			return wrong(reading, path, "is the name of another key, too");
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		known |= strcmp(algorithms[i], word) == 0;
	if (!known)
		return wrong(reading, entry_path(path, "keys", index, "algorithm"),
			"is hmac-sha256, -sha512, -sha384, -sha224, -sha1 or -md5, not '%.*s'", SHOWN_MAX, word);
	snprintf(key->algorithm, sizeof(key->algorithm), "%s", word);
	return read_secret(reading, index, raw, key);
}

static int read_zone_key(const struct reading *reading, size_t index, const char *word)
{
	const struct settings *settings = reading->settings;
	char path[OUTLINE_PATH_MAX], name[SETTINGS_NAME_MAX];

	entry_path(path, "zones", index, "key");
	if (read_domain(reading, path, word, name))
		return -EINVAL;
	for (uint32_t i = 0; i < settings->key_count; i++)
		if (strcmp(settings->keys[i].name, name) == 0) {
			settings->zones[index].key = i + 1;
			return 0;
		}
	return wrong(reading, path, "names no key of this file: '%.*s'", SHOWN_MAX, word);
}

static int read_zone(const struct reading *reading, size_t index)
{
	const struct raw_zone *raw = &reading->raw->zones[index];
	struct settings_zone *zone = &reading->settings->zones[index];
	char path[OUTLINE_PATH_MAX];
	int error = read_domain(reading, entry_path(path, "zones", index, "name"), raw->name, zone->name);

	if (!error && raw->file && raw->key)
		error = wrong(reading, entry_path(path, "zones", index, "key"), "is for zones that are transferred; this one has a file");
	if (!error && raw->file && !*raw->file)
		error = wrong(reading, entry_path(path, "zones", index, "file"), "is empty");
	if (!error && raw->file)
		error = read_path(reading, entry_path(path, "zones", index, "file"), raw->file, zone->file);
	if (!error && raw->key)
		error = read_zone_key(reading, index, raw->key);
	return error;
}

static int by_name(const void *left, const void *right)
{
	const struct settings_zone *const *a = left, *const *b = right;
	int order = strcmp((*a)->name, (*b)->name);

	return order ? order : (*a > *b) - (*a < *b);
}

static int find_twice(const struct reading *reading)
{
	const struct settings *settings = reading->settings;
	const struct settings_zone **order = calloc(settings->zone_count + 1, sizeof(struct settings_zone *)), *twice = NULL;
	char path[OUTLINE_PATH_MAX];
	const char *file;
	uint32_t line;

	if (!order)
		return -ENOMEM;
	for (uint32_t i = 0; i < settings->zone_count; i++)
		order[i] = &settings->zones[i];
	qsort(order, settings->zone_count, sizeof(struct settings_zone *), by_name);
	for (uint32_t i = 1; i < settings->zone_count; i++)
		if (strcmp(order[i]->name, order[i - 1]->name) == 0 && (!twice || order[i] < twice))
			twice = order[i];
	free(order);
	if (!twice)
		return 0;
	line = parts_find(reading->parts, entry_path(path, "zones", (size_t)(twice - settings->zones), "name"), &file);
	fault_set(reading->fault, file, line, 0, "zone %.*s is named twice", SHOWN_MAX, twice->name);
	return -EINVAL;
}

static int read_keys_and_zones(const struct reading *reading)
{
	struct settings *settings = reading->settings;
	int error = 0;

	for (; settings->key_count < reading->raw->key_count && !error; settings->key_count++)
		error = read_key(reading, settings->key_count);
	if (error || !reading->raw->zone_count)
		return error;
	settings->zones = calloc(reading->raw->zone_count, sizeof(*settings->zones));
	if (!settings->zones)
		return -ENOMEM;
	for (; settings->zone_count < reading->raw->zone_count && !error; settings->zone_count++)
		error = read_zone(reading, settings->zone_count);
	return error ? error : find_twice(reading);
}

/* ---- together ---- */

static int check_rate(const struct reading *reading, struct settings_rate *rate, const char *name, bool more)
{
	char path[OUTLINE_PATH_MAX];

	snprintf(path, sizeof(path), "budgets.%s", name);
	if (!rate->rate && (rate->burst || more))
		return wrong(reading, path, "has no rate");
	rate->burst = rate->burst ? rate->burst : rate->rate + rate->rate / 2 * 3;
	return 0;
}

static int check_budgets(const struct reading *reading)
{
	struct settings_budgets *budgets = &reading->settings->budgets;
	const struct {
		const char *name;
		struct settings_levels *levels;
	} levels[] = {{"total", &budgets->total}, {"unknown", &budgets->unknown}, {"possible", &budgets->possible},
		{"truncated", &budgets->truncated}};
	const struct {
		const char *name;
		struct settings_rate *rate;
	} rates[] = {{"proven", &budgets->proven}, {"proven_unknown", &budgets->proven_unknown}, {"zone_unknown", &budgets->zone_unknown},
		{"zone_possible", &budgets->zone_possible}, {"share", &budgets->share}, {"foreign", &budgets->foreign},
		{"truncated_all", &budgets->truncated_all}, {"icmp", &budgets->icmp}};
	int error = 0;

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]) && !error; i++)
		error = check_rate(reading, &levels[i].levels->one, levels[i].name, levels[i].levels->four[0] || levels[i].levels->six[0]);
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]) && !error; i++)
		error = check_rate(reading, rates[i].rate, rates[i].name, false);
	return error;
}

static int check_together(const struct reading *reading)
{
	static const uint8_t none[16];
	struct settings *settings = reading->settings;
	const char *path, *why = NULL;

	settings->stance_fixed = settings->stance < FW_STANCE_COUNT;
	if (!settings->stance_fixed)
		settings->stance = FW_STANCE_CALM;
	if (!settings->interface[0] && settings->role == ROLE_SHIELD)
		return wrong(reading, "interface", "is missing: the one by which questions reach the server");
	if (strlen(settings->interface) > 15)
		return wrong(reading, "interface", "is longer than an interface's name can be (15)");
	if (settings->zone_count > settings->sizes.zones)
		return wrong(reading, "zones", "are more than sizes.zones has room for (%u)", settings->sizes.zones);
	for (uint32_t i = 0; i < settings->protected_count; i++)
		if (memcmp(settings->protected_addresses[i], none, 16) == 0)
			return wrong(reading, "protected", "cannot hold the address ::");
	if (settings->server.notify.port && settings->server.notify.port == settings->dns_port)
		return wrong(reading, "server.notify_port", "is the port that the server itself answers at");
	if (!settings->paths.socket[0] || !settings->paths.state[0] || !settings->paths.bpffs[0])
		return wrong(reading,
			!settings->paths.socket[0]          ? "paths.socket"
				: !settings->paths.state[0] ? "paths.state"
							    : "paths.bpffs",
			"is empty");
	if (settings->detach && settings->user[0])
		return wrong(
			reading, "detach", "wants user: \"\", for only root can take programs off an interface; or run 'floodwall bypass'");
	path = page_wrong(&settings->page, &why);
	if (!path)
		path = messages_wrong(&settings->messages, &why);
	if (path)
		return wrong(reading, path, "%s", why);
	if (strlen(settings->paths.socket) > 107)
		return wrong(reading, "paths.socket", "is longer than a socket's path can be (107 bytes)");
	return check_budgets(reading);
}

static int read_all(const struct reading *reading)
{
	int error = 0;

	for (size_t i = 0; i < settings_scalar_count && !error; i++) {
		const struct scalar *scalar = &settings_scalars[i];
		error = read_scalar(reading, scalar, reading->raw->scalar[i] ? reading->raw->scalar[i] : scalar->initial);
	}
	for (size_t i = 0; i < settings_list_count && !error; i++)
		error = read_list(reading, &settings_lists[i], &reading->raw->list[i]);
	if (!error)
		error = read_keys_and_zones(reading);
	if (!error) {
		struct guard_reading guard = guard_reading(reading);
		error = guard_read(&guard);
	}
	return error ? error : check_together(reading);
}

int settings_read_parts(const struct settings_part *files, unsigned count, struct settings **out_settings, struct fault *out_fault)
{
	struct parts *parts = NULL;
	struct reading reading = {.fault = out_fault};
	int error = parts_read(files, count, &parts, out_fault);

	if (error)
		return error;
	reading.parts = parts;
	reading.raw = parts_raw(parts);
	reading.settings = calloc(1, sizeof(*reading.settings));
	error = reading.settings ? read_all(&reading) : -ENOMEM;
	if (!error)
		error = places_note(parts, files, count, reading.settings);
	if (error)
		settings_free(reading.settings);
	else
		*out_settings = reading.settings;
	parts_free(parts);
	return error;
}

int settings_read(const char *file, const char *body, size_t len, struct settings **out_settings, struct fault *out_fault)
{
	return settings_read_parts(&(struct settings_part){file, body, len}, 1, out_settings, out_fault);
}

int settings_includes(const struct settings_part *part, struct settings_includes *out_includes, struct fault *out_fault)
{
	struct parts *parts = NULL;
	struct reading reading = {.fault = out_fault};
	struct settings_includes includes = {0};
	int error = parts_read(part, 1, &parts, out_fault);

	if (error)
		return error;
	reading.parts = parts;
	for (size_t i = 0; i < settings_list_count && !error; i++) {
		const struct raw_list *list = &parts_raw(parts)->list[i];
		char path[OUTLINE_PATH_MAX];
		const char *file;
		if (strcmp(settings_lists[i].path, "include") != 0)
			continue;
		for (; includes.count < list->count && !error; includes.count++) {
			entry_path(path, "include", includes.count, "");
			error = *list->items[includes.count]
				? read_path(&reading, path, list->items[includes.count], includes.at[includes.count].path)
				: wrong(&reading, path, "is empty");
			includes.at[includes.count].line = parts_find(parts, path, &file);
		}
	}
	parts_free(parts);
	if (!error)
		*out_includes = includes;
	return error;
}

void settings_free(struct settings *settings)
{
	if (!settings)
		return;
	explicit_bzero(settings->keys, sizeof(settings->keys));
	free(settings->zones);
	free(settings->trusted);
	free(settings->blocked);
	free(settings->guard.local);
	free(settings->guard.devices);
	free(settings->guard.controllers);
	places_free(settings->places);
	free(settings);
}
