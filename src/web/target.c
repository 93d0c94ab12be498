/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/target.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int digit_of(char letter)
{
	if (letter >= '0' && letter <= '9')
		return letter - '0';
	letter |= 0x20;
	return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

bool hex_read(const char *text, uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		int high = digit_of(text[2 * i]), low = high < 0 ? -1 : digit_of(text[2 * i + 1]);
		if (low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return !text[2 * len];
}

void hex_write(char *out, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		out[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	out[2 * len] = 0;
}

/* ---- the target ---- */

static bool is_of_path(char letter)
{
	return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
		(letter && strchr("_-./", letter));
}

static enum target_read read_path(const char *text, size_t len, char *out)
{
	if (len >= TARGET_PATH_MAX)
		return TARGET_LONG;
	for (size_t i = 0; i < len; i++) {
		if (!is_of_path(text[i]))
			return TARGET_BAD;
		/* no part is empty or begins with a dot: neither . nor .. nor a hidden file */
		if (text[i] == '/' && i + 1 < len && (text[i + 1] == '/' || text[i + 1] == '.'))
			return TARGET_BAD;
	}
	memcpy(out, text, len);
	out[len] = 0;
	return TARGET_OK;
}

static enum target_read read_key(const char *text, size_t len, char *out)
{
	if (!len || len >= TARGET_KEY_MAX)
		return len ? TARGET_LONG : TARGET_BAD;
	for (size_t i = 0; i < len; i++)
		if (!(text[i] >= 'a' && text[i] <= 'z') && !(text[i] >= '0' && text[i] <= '9') && text[i] != '_')
			return TARGET_BAD;
	memcpy(out, text, len);
	out[len] = 0;
	return TARGET_OK;
}

static enum target_read read_value(const char *text, size_t len, char *out)
{
	size_t out_len = 0;

	for (size_t i = 0; i < len; i++) {
		int byte = text[i] == '+' ? ' ' : (unsigned char)text[i];
		if (text[i] == '%') {
			int high = i + 2 < len ? digit_of(text[i + 1]) : -1, low = i + 2 < len ? digit_of(text[i + 2]) : -1;
			if (high < 0 || low < 0)
				return TARGET_BAD;
			byte = high << 4 | low;
			i += 2;
		}
		if (byte < 32 || byte == 127)
			return TARGET_BAD;
		if (out_len + 1 >= TARGET_VALUE_MAX)
			return TARGET_LONG;
		out[out_len++] = (char)byte;
	}
	out[out_len] = 0;
	return TARGET_OK;
}

static enum target_read read_pair(const char *text, size_t len, struct target *target)
{
	const char *equals = memchr(text, '=', len);
	size_t key_len = equals ? (size_t)(equals - text) : len;
	struct target_pair *pair = &target->pairs[target->pair_count];
	enum target_read read;

	if (target->pair_count == TARGET_PAIRS_MAX)
		return TARGET_LONG;
	read = read_key(text, key_len, pair->key);
	if (read == TARGET_OK)
		read = equals ? read_value(equals + 1, len - key_len - 1, pair->value) : TARGET_BAD;
	for (uint32_t i = 0; i < target->pair_count && read == TARGET_OK; i++)
		if (strcmp(target->pairs[i].key, pair->key) == 0)
			read = TARGET_BAD;
	if (read == TARGET_OK)
		target->pair_count++;
	return read;
}

enum target_read target_read(const char *text, struct target *out_target)
{
	size_t len = strcspn(text, "?");
	enum target_read read;

	out_target->pair_count = 0;
	if (text[0] != '/')
		return TARGET_BAD;
	read = read_path(text, len, out_target->path);
	if (!text[len] || !text[len + 1])
		return read;
	for (text += len + 1; read == TARGET_OK; text += len + 1) {
		len = strcspn(text, "&");
		read = read_pair(text, len, out_target);
		if (!text[len])
			break;
	}
	return read;
}

/* ---- as a request ---- */

/* What of a query is a number and what yes or no; all else is text. */
static bool is_number(const char *key)
{
	static const char *const keys[] = {"count", "from", "before", "number", "since"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

static json_t *value_of(const struct target_pair *pair)
{
	size_t len = strlen(pair->value);

	if (strcmp(pair->key, "muted") == 0)
		return strcmp(pair->value, "true") == 0 ? json_true() : strcmp(pair->value, "false") == 0 ? json_false() : NULL;
	if (!is_number(pair->key))
		return json_string(pair->value);
	if (!len || len > 15 || strspn(pair->value, "0123456789") != len)
		return NULL;
	return json_integer(strtoll(pair->value, NULL, 10));
}

enum target_read target_ask(const struct target *target, const char *what, size_t what_len, char **out_request, size_t *out_len)
{
	json_t *request = json_pack("{s:s, s:s%}", "do", "show", "what", what, what_len);
	enum target_read read = request ? TARGET_OK : TARGET_BAD;
	char *text;

	for (uint32_t i = 0; i < target->pair_count && read == TARGET_OK; i++) {
		const struct target_pair *pair = &target->pairs[i];
		if (json_object_get(request, pair->key) || json_object_set_new(request, pair->key, value_of(pair)))
			read = TARGET_BAD;
	}
	text = read == TARGET_OK ? json_dumps(request, JSON_COMPACT) : NULL;
	json_decref(request);
	if (!text)
		return TARGET_BAD;
	*out_request = text;
	*out_len = strlen(text);
	return TARGET_OK;
}

/* ---- headers ---- */

static bool is_port(const char *text)
{
	return !*text || (*text == ':' && strspn(text + 1, "0123456789") == strlen(text + 1) && strlen(text + 1) <= 5);
}

enum target_read host_read(const char *text, char *out, size_t size)
{
	bool bracket = text[0] == '[';
	const char *allowed = bracket ? "0123456789abcdefABCDEF:." : "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
	size_t len = strspn(text + bracket, allowed);
	const char *behind = text + bracket + len;

	if (!len || (bracket && *behind++ != ']') || !is_port(behind))
		return TARGET_BAD;
	if (len >= size)
		return TARGET_LONG;
	for (size_t i = 0; i < len; i++)
		out[i] = (char)tolower((unsigned char)text[bracket + i]);
	out[len] = 0;
	if (!bracket && len > 1 && out[len - 1] == '.')
		out[len - 1] = 0; /* a name with its last dot is the same name */
	return TARGET_OK;
}

bool origin_is(const char *origin, const char *host)
{
	size_t scheme = strncmp(origin, "http://", 7) == 0 ? 7 : strncmp(origin, "https://", 8) == 0 ? 8 : 0;

	return scheme && strcasecmp(origin + scheme, host) == 0;
}

bool cookie_find(const char *cookies, const char *name, char *out, size_t size)
{
	size_t name_len = strlen(name);

	while (*cookies) {
		size_t len;
		cookies += strspn(cookies, " \t;");
		len = strcspn(cookies, ";");
		if (len > name_len && strncmp(cookies, name, name_len) == 0 && cookies[name_len] == '=') {
			len -= name_len + 1;
			if (len >= size)
				return false;
			memcpy(out, cookies + name_len + 1, len);
			out[len] = 0;
			return true;
		}
		cookies += len;
	}
	return false;
}
