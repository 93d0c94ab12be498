/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes from the network, made harmless.
 *
 * A terminal obeys what it is shown: ESC and the C1 controls (also as UTF-8, C2 80..9F) move the cursor, set the
 * title, or answer as if typed; bidi controls turn a line around (CVE-2021-42574), zero-width characters make two
 * names look alike. So the input is walked by units: a whole valid UTF-8 character (RFC 3629 section 4), or else one
 * stray byte. A unit is either kept as it is or written as one \xNN per byte; it is never half of each, and never cut.
 * Backslash is doubled, so that nobody can send the text of an escape and have it taken for ours.
 *
 * What stays: every other character, combining marks and wide ones included; layout is the affair of who prints it.
 */
#include "base/text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct range {
	uint32_t first, last;
};

/* Characters that are valid but invisible, or that change how others are shown. Ascending. */
static const struct range hidden[] = {
	{0x0000, 0x001f}, /* C0: ESC, CR, LF, TAB, ... */
	{0x007f, 0x009f}, /* DEL and C1: CSI, OSC, ... */
	{0x00ad, 0x00ad}, /* soft hyphen */
	{0x034f, 0x034f}, /* combining grapheme joiner */
	{0x061c, 0x061c}, /* Arabic letter mark */
	{0x115f, 0x1160}, /* Hangul fillers */
	{0x17b4, 0x17b5}, /* Khmer inherent vowels */
	{0x180b, 0x180f}, /* Mongolian selectors and vowel separator */
	{0x200b, 0x200f}, /* zero width space, joiners, LRM, RLM */
	{0x2028, 0x202e}, /* line and paragraph separator; bidi embedding and override */
	{0x2060, 0x206f}, /* word joiner, invisible operators, bidi isolates, deprecated format characters */
	{0x3164, 0x3164}, /* Hangul filler */
	{0xfe00, 0xfe0f}, /* variation selectors */
	{0xfeff, 0xfeff}, /* byte order mark */
	{0xffa0, 0xffa0}, /* halfwidth Hangul filler */
	{0xfff0, 0xfffb}, /* unassigned, interlinear annotation */
	{0x1d173, 0x1d17a}, /* musical format controls */
	{0xe0000, 0xe0fff}, /* tags, variation selectors supplement */
};

static bool is_hidden(uint32_t character)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (character <= hidden[i].last)
			return character >= hidden[i].first;
	return false;
}

/* Length of the well-formed UTF-8 character at bytes (RFC 3629), 0 if there is none. */
static size_t character_read(const uint8_t *bytes, size_t len, uint32_t *out_character)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; /* less would be overlong */
	size_t need = bytes[0] < 0x80 ? 1 : bytes[0] < 0xc2 ? 0 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : bytes[0] < 0xf5 ? 4 : 0;
	uint32_t character = need > 1 ? bytes[0] & (0x7fu >> need) : bytes[0];

	if (!need || need > len)
		return 0;
	for (size_t i = 1; i < need; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (bytes[i] & 0x3fu);
	}
	if (character < least[need] || character > 0x10ffff || (character >= 0xd800 && character <= 0xdfff))
		return 0;
	*out_character = character;
	return need;
}

/* Bytes of the next unit; *out_clean says whether it may be shown as it is. */
static size_t unit_read(const uint8_t *bytes, size_t len, bool *out_clean)
{
	uint32_t character = 0;
	size_t size;

	*out_clean = true;
	if (bytes[0] > hidden[0].last && bytes[0] < hidden[1].first) /* nearly always */
		return 1;
	size = character_read(bytes, len, &character);
	*out_clean = size && !is_hidden(character);
	return size ? size : 1;
}

/* A unit is at most 4 bytes, each at most "\xNN". */
enum { UNIT_OUT_MAX = 16 };

static size_t unit_write(char out[UNIT_OUT_MAX], const uint8_t *bytes, size_t len, bool clean)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	if (clean && bytes[0] == '\\') {
		memcpy(out, "\\\\", 2);
		return 2;
	}
	if (clean) {
		memcpy(out, bytes, len);
		return len;
	}
	for (size_t i = 0; i < len; i++) {
		out[n++] = '\\';
		out[n++] = 'x';
		out[n++] = digits[bytes[i] >> 4];
		out[n++] = digits[bytes[i] & 15];
	}
	return n;
}

size_t text_escape(char *out, size_t out_size, const char *raw, size_t len)
{
	const uint8_t *bytes = (const uint8_t *)raw;
	char unit[UNIT_OUT_MAX];
	size_t written = 0;

	if (!out_size)
		return 0;
	if (len == SIZE_MAX)
		len = strlen(raw);
	while (len) {
		bool clean;
		size_t size = unit_read(bytes, len, &clean);
		size_t grown = unit_write(unit, bytes, size, clean);

		if (grown >= out_size - written)
			break;
		memcpy(out + written, unit, grown);
		written += grown;
		bytes += size;
		len -= size;
	}
	out[written] = 0;
	return written;
}

bool text_clean(const char *raw, size_t len)
{
	const uint8_t *bytes = (const uint8_t *)raw;

	if (len == SIZE_MAX)
		len = strlen(raw);
	while (len) {
		bool clean;
		size_t size = unit_read(bytes, len, &clean);

		if (!clean || bytes[0] == '\\')
			return false;
		bytes += size;
		len -= size;
	}
	return true;
}

char *text_address(char out[TEXT_ADDRESS_MAX], const uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (!memcmp(address, mapped, sizeof(mapped)))
		inet_ntop(AF_INET, address + 12, out, TEXT_ADDRESS_MAX);
	else
		inet_ntop(AF_INET6, address, out, TEXT_ADDRESS_MAX);
	return out;
}

char *text_mac(char out[TEXT_MAC_MAX], const uint8_t mac[6])
{
	snprintf(out, TEXT_MAC_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	return out;
}

char *text_time(char out[TEXT_TIME_MAX], uint64_t time_ns)
{
	time_t seconds = (time_t)(time_ns / 1000000000u);
	struct tm civil;
	char date[24];

	/* 64 bits of nanoseconds end in the year 2554: neither call can fail. */
	gmtime_r(&seconds, &civil);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &civil);
	snprintf(out, TEXT_TIME_MAX, "%s.%06uZ", date, (unsigned)(time_ns / 1000u % 1000000u));
	return out;
}
