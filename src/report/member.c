/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/member.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/phrase.h"

void member_put(json_t **object, const char *key, json_t *value)
{
	if (*object && value && !json_object_set_new(*object, key, value))
		return;
	/* json_object_set_new() has let go of the value it could not set. */
	if (!*object)
		json_decref(value);
	json_decref(*object);
	*object = NULL;
}

void member_append(json_t **array, json_t *value)
{
	if (*array && value && !json_array_append_new(*array, value))
		return;
	if (!*array)
		json_decref(value);
	json_decref(*array);
	*array = NULL;
}

json_t *member_text(const char *raw, size_t len)
{
	if (len == SIZE_MAX)
		len = strlen(raw);

	size_t size = len * 4 + 1; /* each byte at most \xNN */
	char *escaped = malloc(size);
	json_t *text = NULL;

	if (escaped) {
		text_escape(escaped, size, raw, len);
		text = json_string(escaped);
	}
	free(escaped);
	return text;
}

json_t *member_text_or_null(const char *raw)
{
	return raw && raw[0] ? member_text(raw, SIZE_MAX) : json_null();
}

json_t *member_number(uint64_t number)
{
	return json_integer(number > INT64_MAX ? INT64_MAX : (json_int_t)number);
}

json_t *member_thousandths(uint64_t thousandths)
{
	return json_real((double)thousandths / 1000.0);
}

json_t *member_address(const uint8_t address[16], unsigned bits)
{
	struct phrase text = {0};

	phrase_address(&text, address, bits);
	return json_string(text.text);
}

json_t *member_mac(const uint8_t mac[6])
{
	char text[TEXT_MAC_MAX];

	return json_string(text_mac(text, mac));
}

json_t *member_time(uint64_t time_ns)
{
	char text[TEXT_TIME_MAX];

	return json_string(text_time(text, time_ns));
}

json_t *member_port_or_null(uint16_t port)
{
	return port ? json_integer(port) : json_null();
}
