/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/value.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/fault.h"
#include "base/text.h"

enum { CLEAN_MAX = 4096, ASKED_MAX = 256 };

json_t *value_number(uint64_t value)
{
	return json_integer((json_int_t)(value > INT64_MAX ? INT64_MAX : value));
}

json_t *value_text(const char *text)
{
	char clean[CLEAN_MAX];

	text_escape(clean, sizeof(clean), text, SIZE_MAX);
	return json_string(clean);
}

json_t *value_text_or_null(const char *text)
{
	return *text ? value_text(text) : json_null();
}

json_t *value_mac(const uint8_t mac[6])
{
	char text[TEXT_MAC_MAX];

	return json_string(text_mac(text, mac));
}

json_t *value_address(const uint8_t address[16])
{
	char text[TEXT_ADDRESS_MAX];

	return json_string(text_address(text, address));
}

json_t *value_moment_ns(uint64_t time_ns)
{
	char text[TEXT_TIME_MAX];

	return time_ns ? json_string(text_time(text, time_ns)) : json_null();
}

json_t *value_moment(uint64_t seconds)
{
	return value_moment_ns(seconds * 1000000000ull);
}

int value_asked(const json_t *request, const char *key, uint64_t otherwise, uint64_t most, uint64_t *out, struct fault *out_fault)
{
	const json_t *value = json_object_get(request, key);

	*out = otherwise;
	if (!value)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < 0 || (uint64_t)json_integer_value(value) > most) {
		fault_set(out_fault, "", 0, 0, "%s is a number from 0 to %" PRIu64, key, most);
		return -EINVAL;
	}
	*out = (uint64_t)json_integer_value(value);
	return 0;
}

int value_asked_text(const json_t *request, const char *key, const char **out, struct fault *out_fault)
{
	const json_t *value = json_object_get(request, key);

	*out = "";
	if (!value)
		return 0;
	if (!json_is_string(value) || json_string_length(value) >= ASKED_MAX) {
		fault_set(out_fault, "", 0, 0, "%s is a text of at most %d bytes", key, ASKED_MAX - 1);
		return -EINVAL;
	}
	*out = json_string_value(value);
	return 0;
}
