/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/basic.h"

#include <string.h>

static int base64_digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int basic_decode(struct slice text, uint8_t *out, size_t out_size)
{
	uint32_t bits = 0, bit_count = 0;
	size_t written = 0;

	for (int pad = 0; text.len && pad < 2 && text.bytes[text.len - 1] == '='; pad++)
		text.len--;
	if (text.len % 4 == 1)
		return -1;
	for (size_t i = 0; i < text.len; i++) {
		int digit = base64_digit(text.bytes[i]);
		if (digit < 0)
			return -1;
		bits = bits << 6 | (uint32_t)digit;
		bit_count += 6;
		if (bit_count < 8)
			continue;
		bit_count -= 8;
		if (written == out_size)
			return -1;
		out[written++] = (uint8_t)(bits >> bit_count);
	}
	return (int)written;
}

enum fw_read basic_read(const struct fact_sink *sink, enum login_service service, struct slice credentials)
{
	uint8_t pair[BASIC_PAIR_MAX];
	int len = basic_decode(credentials, pair, sizeof(pair));
	const uint8_t *colon = len > 0 ? memchr(pair, ':', (size_t)len) : NULL;
	struct fact fact = {.kind = FACT_LOGIN_TRY, .number = service};

	if (colon) {
		size_t user_len = (size_t)(colon - pair);
		fact.name = (struct slice){pair, user_len};
		fact.text = (struct slice){colon + 1, (size_t)len - user_len - 1};
		sink->take(sink->context, &fact);
	}
	explicit_bzero(pair, sizeof(pair));
	return colon ? FW_READ_OK : FW_READ_BAD;
}
