/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dahua's discovery protocol DHIP on UDP 37810, read off recorders' answers in captures: there is no published text.
 *
 *   0             4          8           16      20     24      28     32
 *   | 20 00 00 00 | D H I P  | (zero)    | len   | zero | len   | zero | JSON |
 *
 * len, twice and little endian, counts the JSON and the line feed or NUL behind it.
 *
 *   { "mac": "4c:11:...", "method": "client.notifyDevInfo", "params": { "deviceInfo": {
 *       "DeviceClass": "NVR", "DeviceType": "...", "IPv4Address": { "IPAddress": "..." }, "Vendor": "...", "Version": "..." } } }
 *
 * The same datagrams are what a reflection flood through open recorders is made of, so they come by the thousand,
 * cut by the capture or by fragmentation. Hence no JSON tree: the text is walked once, token by token, without
 * allocation, and a value is given as soon as it is complete; what is cut after it costs nothing. The grammar
 * (RFC 8259) is held to, except that plain control characters in strings and the exact form of numbers are let pass.
 */
#include "dissect/dissect.h"

#include "dissect/give.h"

enum { HEADER_LEN = 32, LENGTH_AT = 16, DEPTH_MAX = 16, TEXT_MAX = 256 };

enum form { FORM_TEXT, FORM_MAC, FORM_ADDRESS };

/* A string counts under its own key and the key of the object around it. */
static const struct wanted {
	const char *object, *key;
	enum fact_kind kind;
	enum form form;
} wanted[] = {
	{"", "method", FACT_DHIP_METHOD, FORM_TEXT},
	{"", "mac", FACT_DHIP_MAC, FORM_MAC},
	{"deviceInfo", "DeviceClass", FACT_DHIP_CLASS, FORM_TEXT},
	{"deviceInfo", "DeviceType", FACT_DHIP_TYPE, FORM_TEXT},
	{"deviceInfo", "Vendor", FACT_DHIP_VENDOR, FORM_TEXT},
	{"deviceInfo", "Version", FACT_DHIP_VERSION, FORM_TEXT},
	{"IPv4Address", "IPAddress", FACT_DHIP_ADDRESS, FORM_ADDRESS},
};

enum expect { EXPECT_VALUE, EXPECT_FIRST_VALUE, EXPECT_KEY, EXPECT_FIRST_KEY, EXPECT_COLON, EXPECT_NEXT };

struct walk {
	const uint8_t *at, *end;
	unsigned depth; /* open objects and arrays */
	bool object[DEPTH_MAX + 1];
	struct slice keys[DEPTH_MAX + 1]; /* keys[n]: the latest key at depth n; empty in arrays and outside */
	enum expect expect;
	const struct fact_sink *sink;
};

static bool slice_is(struct slice slice, const char *text)
{
	return slice.len == strlen(text) && (!slice.len || !memcmp(slice.bytes, text, slice.len));
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

static struct slice unescape(struct slice raw, uint8_t out[TEXT_MAX])
{
	static const char escapes[] = "bfnrt", values[] = "\b\f\n\r\t";
	size_t used = 0, taken;

	for (size_t at = 0; at < raw.len && used + 4 <= TEXT_MAX; at += taken) {
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

static bool read_mac(struct slice text, uint8_t out_mac[6])
{
	uint8_t mac[6];

	if (text.len != 17)
		return false;
	for (size_t i = 0; i < 6; i++) {
		int32_t byte = hex_number(text.bytes + 3 * i, 2);
		if (byte < 0 || (i < 5 && text.bytes[3 * i + 2] != ':' && text.bytes[3 * i + 2] != '-'))
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
static bool read_form(struct fact *fact, enum form form, struct slice value)
{
	switch (form) {
	case FORM_MAC:
		return read_mac(value, fact->mac);
	case FORM_ADDRESS:
		return read_address(value, fact->addr);
	default:
		fact->text = value;
		return value.len > 0;
	}
}

static void give_value(const struct walk *walk, struct slice raw)
{
	struct slice key = walk->keys[walk->depth], object = walk->keys[walk->depth ? walk->depth - 1 : 0];
	uint8_t text[TEXT_MAX];

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		struct fact fact = {.kind = wanted[i].kind};

		if (!slice_is(key, wanted[i].key) || !slice_is(object, wanted[i].object) || (!wanted[i].object[0] && walk->depth != 1))
			continue;
		if (read_form(&fact, wanted[i].form, unescape(raw, text)))
			give(walk->sink, &fact);
		return;
	}
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
	if (walk->depth == DEPTH_MAX)
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

/* A number, true, false or null: stepped over. */
static enum fw_read skip_scalar(struct walk *walk)
{
	const uint8_t *start = walk->at;

	while (walk->at < walk->end && (hex_digit(*walk->at) >= 0 || memchr("+-.lnrstuE", *walk->at, 10)))
		walk->at++;
	walk->expect = EXPECT_NEXT;
	return walk->at == start ? FW_READ_BAD : FW_READ_OK;
}

static enum fw_read read_value(struct walk *walk)
{
	struct slice raw;

	if (*walk->at == '{' || *walk->at == '[')
		return open_container(walk, *walk->at == '{');
	if (*walk->at != '"')
		return skip_scalar(walk);
	if (read_string(walk, &raw) != FW_READ_OK)
		return FW_READ_SHORT;
	walk->expect = EXPECT_NEXT;
	give_value(walk, raw);
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

static enum fw_read read_json(struct walk *walk)
{
	enum fw_read result = FW_READ_OK;

	while (result == FW_READ_OK) {
		while (walk->at < walk->end && memchr(" \t\r\n", *walk->at, 4))
			walk->at++;
		if (walk->at == walk->end)
			return FW_READ_SHORT;
		/* the whole is an object; a scalar alone or an array is nothing that this protocol sends */
		if (!walk->depth && *walk->at != '{')
			return FW_READ_BAD;
		result = step(walk);
		if (result == FW_READ_OK && !walk->depth)
			break;
	}
	return result;
}

enum fw_read dissect_dhip(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	static const uint8_t start[8] = {0x20, 0, 0, 0, 'D', 'H', 'I', 'P'};
	size_t body_len;

	if (!len)
		return FW_READ_OTHER;
	if (memcmp(bytes, start, len < sizeof(start) ? len : sizeof(start)))
		return FW_READ_OTHER;
	if (len < HEADER_LEN)
		return FW_READ_SHORT;
	body_len = fw_le32(bytes + LENGTH_AT);
	if (body_len > len - HEADER_LEN)
		body_len = len - HEADER_LEN;
	struct walk walk = {.at = bytes + HEADER_LEN, .end = bytes + HEADER_LEN + body_len, .sink = sink};
	return read_json(&walk);
}
