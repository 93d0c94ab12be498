/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text comes from anybody: it may be cut, nested for ever, or be none. So the walk keeps one key and one bit for each open
 * object or array, up to JSON_DEPTH_MAX, and nothing else. The grammar (RFC 8259) is held to, except that plain control characters in
 * strings and the exact form of numbers are let pass.
 */
#include "dissect/json.h"

#include <string.h>

#include "dissect/give.h"

enum { NUMBER_DIGITS_MAX = 9 };

enum expect { EXPECT_VALUE, EXPECT_FIRST_VALUE, EXPECT_KEY, EXPECT_FIRST_KEY, EXPECT_COLON, EXPECT_NEXT };

struct walk {
	const uint8_t *at, *end;
	unsigned depth; /* open objects and arrays */
	bool object[JSON_DEPTH_MAX + 1];
	struct slice keys[JSON_DEPTH_MAX + 1]; /* keys[n]: the latest key at depth n; empty in arrays and outside */
	enum expect expect;
	json_seen *seen;
	void *context;
};

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Up to four hexadecimal digits; -1 if one of them is none. */
static int32_t hex_number(const uint8_t *digits, size_t count)
{
	int32_t number = 0;

	for (size_t i = 0; i < count; i++) {
		int digit = hex_digit(digits[i]);
		if (digit < 0)
			return -1;
		number = number << 4 | digit;
	}
	return number;
}

static size_t put_utf8(uint8_t out[4], uint32_t code)
{
	if (code < 0x80) {
		out[0] = (uint8_t)code;
		return 1;
	}
	size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (size_t i = len - 1; i; i--, code >>= 6)
		out[i] = (uint8_t)(0x80 | (code & 0x3f));
	out[0] = (uint8_t)((0xf00 >> len & 0xff) | code);
	return len;
}

/* \uXXXX at raw, which may be half of a pair: its bytes to out, its length in raw to *out_taken. Half a pair is U+FFFD. */
static size_t put_escaped_unicode(uint8_t out[4], struct slice raw, size_t *out_taken)
{
	int32_t code = raw.len < 6 ? -1 : hex_number(raw.bytes + 2, 4);
	int32_t low = -1;

	if (code >= 0xd800 && code < 0xdc00 && raw.len >= 12 && raw.bytes[6] == '\\' && raw.bytes[7] == 'u')
		low = hex_number(raw.bytes + 8, 4);
	*out_taken = raw.len < 6 ? raw.len : 6;
	if (low >= 0xdc00 && low < 0xe000) {
		*out_taken = 12;
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
	} else if (code < 0 || (code >= 0xd800 && code < 0xe000)) {
		code = 0xfffd;
	}
	return put_utf8(out, (uint32_t)code);
}

struct slice json_text(struct slice raw, uint8_t out[JSON_TEXT_MAX])
{
	static const char escapes[] = "bfnrt", values[] = "\b\f\n\r\t";
	size_t used = 0, taken;

	for (size_t at = 0; at < raw.len && used + 4 <= JSON_TEXT_MAX; at += taken) {
		const char *escape;

		taken = 2;
		if (raw.bytes[at] != '\\' || at + 1 == raw.len) {
			out[used++] = raw.bytes[at];
			taken = 1;
		} else if (raw.bytes[at + 1] == 'u') {
			used += put_escaped_unicode(out + used, (struct slice){raw.bytes + at, raw.len - at}, &taken);
		} else {
			escape = memchr(escapes, raw.bytes[at + 1], sizeof(escapes) - 1);
			out[used++] = escape ? (uint8_t)values[escape - escapes] : raw.bytes[at + 1];
		}
	}
	return (struct slice){out, used};
}

bool json_mac(struct slice text, uint8_t out_mac[6])
{
	size_t stride = text.len == 12 ? 2 : 3;
	uint8_t mac[6];

	if (text.len != 17 && text.len != 12)
		return false;
	for (size_t i = 0; i < 6; i++) {
		const uint8_t *at = text.bytes + stride * i;
		int32_t byte = hex_number(at, 2);
		if (byte < 0 || (stride == 3 && i < 5 && at[2] != ':' && at[2] != '-'))
			return false;
		mac[i] = (uint8_t)byte;
	}
	memcpy(out_mac, mac, 6);
	return true;
}

static bool read_address(struct slice text, uint8_t out_addr[16])
{
	uint8_t ipv4[4];
	size_t at = 0;

	for (size_t i = 0; i < 4; i++) {
		size_t start = at;
		unsigned byte = 0;
		while (at < text.len && at - start < 3 && text.bytes[at] >= '0' && text.bytes[at] <= '9')
			byte = byte * 10 + text.bytes[at++] - '0';
		if (at == start || byte > 255 || (i < 3 && (at == text.len || text.bytes[at++] != '.')))
			return false;
		ipv4[i] = (uint8_t)byte;
	}
	if (at != text.len)
		return false;
	give_ipv4(out_addr, ipv4);
	return true;
}

/* False if the value has not that form: no fact then. */
static bool read_form(struct fact *fact, enum json_form form, struct slice value)
{
	switch (form) {
	case JSON_MAC:
		return json_mac(value, fact->mac);
	case JSON_IPV4:
		return read_address(value, fact->addr);
	default:
		fact->text = value;
		return value.len > 0;
	}
}

void json_give(void *context, const struct json_value *value)
{
	struct json_facts *facts = context;
	uint8_t text[JSON_TEXT_MAX];

	for (size_t i = 0; value->string && i < facts->count; i++) {
		const struct json_fact *row = &facts->table[i];
		struct fact fact = {.kind = row->kind, .number = facts->number};

		if (!json_is(value->key, row->key) || !json_is(value->object, row->object) || (!row->object[0] && value->depth != 1))
			continue;
		if (read_form(&fact, row->form, json_text(value->raw, text))) {
			give(facts->sink, &fact);
			facts->given++;
		}
		return;
	}
}

bool json_number(const struct json_value *value, uint32_t *out_number)
{
	uint32_t number = 0;

	if (value->string || !value->raw.len || value->raw.len > NUMBER_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < value->raw.len; i++) {
		if (value->raw.bytes[i] < '0' || value->raw.bytes[i] > '9')
			return false;
		number = number * 10 + value->raw.bytes[i] - '0';
	}
	*out_number = number;
	return true;
}

static void tell(const struct walk *walk, struct slice raw, bool string)
{
	const struct json_value value = {
		.key = walk->keys[walk->depth],
		.object = walk->keys[walk->depth - 1],
		.depth = walk->depth,
		.raw = raw,
		.string = string,
	};

	walk->seen(walk->context, &value);
}

/* The string whose opening quote is at walk->at, without its quotes. */
static enum fw_read read_string(struct walk *walk, struct slice *out_raw)
{
	const uint8_t *at = walk->at + 1;

	while (at < walk->end && *at != '"')
		at += *at == '\\' && walk->end - at > 1 ? 2 : 1;
	if (at >= walk->end)
		return FW_READ_SHORT;
	*out_raw = (struct slice){walk->at + 1, (size_t)(at - walk->at - 1)};
	walk->at = at + 1;
	return FW_READ_OK;
}

static enum fw_read open_container(struct walk *walk, bool object)
{
	if (walk->depth == JSON_DEPTH_MAX)
		return FW_READ_BAD;
	walk->depth++;
	walk->object[walk->depth] = object;
	walk->keys[walk->depth] = (struct slice){NULL, 0};
	walk->expect = object ? EXPECT_FIRST_KEY : EXPECT_FIRST_VALUE;
	walk->at++;
	return FW_READ_OK;
}

static enum fw_read close_container(struct walk *walk)
{
	if (!walk->depth || walk->object[walk->depth] != (*walk->at == '}'))
		return FW_READ_BAD;
	if (walk->expect != EXPECT_NEXT && walk->expect != EXPECT_FIRST_KEY && walk->expect != EXPECT_FIRST_VALUE)
		return FW_READ_BAD;
	walk->depth--;
	walk->expect = EXPECT_NEXT;
	walk->at++;
	return FW_READ_OK;
}

/* A number, true, false or null. At the end of the text the rest of it may be missing. */
static enum fw_read read_scalar(struct walk *walk)
{
	const uint8_t *start = walk->at;

	while (walk->at < walk->end && (hex_digit(*walk->at) >= 0 || memchr("+-.lnrstuE", *walk->at, 10)))
		walk->at++;
	walk->expect = EXPECT_NEXT;
	if (walk->at == start)
		return FW_READ_BAD;
	if (walk->at == walk->end)
		return FW_READ_SHORT;
	tell(walk, (struct slice){start, (size_t)(walk->at - start)}, false);
	return FW_READ_OK;
}

static enum fw_read read_value(struct walk *walk)
{
	struct slice raw;

	if (*walk->at == '{' || *walk->at == '[')
		return open_container(walk, *walk->at == '{');
	if (*walk->at != '"')
		return read_scalar(walk);
	if (read_string(walk, &raw) != FW_READ_OK)
		return FW_READ_SHORT;
	walk->expect = EXPECT_NEXT;
	tell(walk, raw, true);
	return FW_READ_OK;
}

/* One token; walk->at is on its first byte. */
static enum fw_read step(struct walk *walk)
{
	uint8_t c = *walk->at;

	if (c == '}' || c == ']')
		return close_container(walk);
	switch (walk->expect) {
	case EXPECT_VALUE:
	case EXPECT_FIRST_VALUE:
		return read_value(walk);
	case EXPECT_KEY:
	case EXPECT_FIRST_KEY:
		walk->expect = EXPECT_COLON;
		return c == '"' ? read_string(walk, &walk->keys[walk->depth]) : FW_READ_BAD;
	case EXPECT_COLON:
		walk->at++;
		walk->expect = EXPECT_VALUE;
		return c == ':' ? FW_READ_OK : FW_READ_BAD;
	default:
		walk->at++;
		walk->expect = walk->object[walk->depth] ? EXPECT_KEY : EXPECT_VALUE;
		return c == ',' ? FW_READ_OK : FW_READ_BAD;
	}
}

enum fw_read json_read(const uint8_t *bytes, size_t len, json_seen *seen, void *context)
{
	struct walk walk = {.at = bytes, .end = bytes + len, .seen = seen, .context = context};
	enum fw_read result = FW_READ_OK;

	while (result == FW_READ_OK) {
		while (walk.at < walk.end && is_space(*walk.at))
			walk.at++;
		if (walk.at == walk.end)
			return FW_READ_SHORT;
		/* a scalar alone or an array is nothing that these protocols send */
		if (!walk.depth && *walk.at != '{')
			return FW_READ_BAD;
		result = step(&walk);
		if (result == FW_READ_OK && !walk.depth)
			break;
	}
	return result;
}
