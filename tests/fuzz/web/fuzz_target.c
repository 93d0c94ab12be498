/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a browser sends, a line each: target, Host, Origin, Cookie. What is read obeys what target.h says of it. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "web/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_request(const struct target *target)
{
	char *text;
	size_t len;
	json_t *request;

	if (target_ask(target, "x", 1, &text, &len) != TARGET_OK)
		return;
	request = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	if (!request || json_object_size(request) != target->pair_count + 2 ||
		strcmp(json_string_value(json_object_get(request, "do")), "show") != 0)
		abort();
	json_decref(request);
	free(text);
}

static void check_target(const char *text)
{
	struct target target;

	if (target_read(text, &target) != TARGET_OK)
		return;
	if (target.path[0] != '/' || strstr(target.path, "/.") || strstr(target.path, "//") || target.pair_count > TARGET_PAIRS_MAX)
		abort();
	check_request(&target);
}

static void check_headers(char *const lines[4])
{
	char host[64], cookie[65];

	if (host_read(lines[1], host, sizeof(host)) == TARGET_OK && (!*host || strpbrk(host, " /@[]\r\n")))
		abort();
	origin_is(lines[2], lines[1]);
	if (cookie_find(lines[3], "floodwall", cookie, sizeof(cookie)) && strchr(cookie, ';'))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *lines[4];

	for (unsigned i = 0; i < 4; i++) {
		const uint8_t *end = len ? memchr(bytes, '\n', len) : NULL;
		size_t line_len = end ? (size_t)(end - bytes) : len;
		lines[i] = strndup(len ? (const char *)bytes : "", line_len);
		bytes += line_len + (end != NULL);
		len -= line_len + (end != NULL);
	}
	check_target(lines[0]);
	check_headers(lines);
	for (unsigned i = 0; i < 4; i++)
		free(lines[i]);
	return 0;
}
