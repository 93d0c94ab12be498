/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words in which something may hide. A banner such as "Linux/3.14 UPnP/1.0 IpBridge/1.26" is what makes a report worth sharing,
 * and may yet hold the device's serial number, its MAC or its address. It is read as runs of letters and digits; a run is replaced if
 *
 *	it is a number of 8 or more places (a date of 8 digits is none), or hexadecimal with a digit and 9 or more
 *	it has 10 or more places, 5 of them digits
 *	it holds the last half of one of the device's MACs
 *	it is the device's name, or the device's name stands across runs: then the whole text goes
 *	it starts a MAC (four or more pairs with one separator), an IPv6 address, or an IPv4 address that no single '/' makes a version
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "mask/inside.h"

enum { NUMBER_LEN = 8, HEX_LEN = 9, MIXED_LEN = 10, MIXED_DIGITS = 5, PAIRS_MIN = 4, NAME_LEN_MIN = 4, QUAD_PARTS = 4 };

struct piece {
	size_t start, len; /* within the text */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_run(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static size_t run_len(const char *text)
{
	size_t len = 0;

	while (is_run(text[len]))
		len++;
	return len;
}

/* 20161021: firmware bears its date. */
static bool is_date(const char *run, size_t len)
{
	int year, month, day;

	if (len != 8 || strspn(run, "0123456789") < len || sscanf(run, "%4d%2d%2d", &year, &month, &day) != 3)
		return false;
	return year >= 1990 && year < 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static bool is_serial(const char *run, size_t len)
{
	size_t hex = 0, digits = 0;

	for (size_t i = 0; i < len; i++) {
		hex += is_hex(run[i]);
		digits += is_digit(run[i]);
	}
	if (digits == len && len >= NUMBER_LEN)
		return !is_date(run, len);
	if (hex == len && digits && len >= HEX_LEN)
		return true;
	return len >= MIXED_LEN && digits >= MIXED_DIGITS;
}

static bool holds(const char *run, size_t len, const char *part, size_t part_len)
{
	for (size_t i = 0; part_len && i + part_len <= len; i++)
		if (strncasecmp(run + i, part, part_len) == 0)
			return true;
	return false;
}

static bool holds_mac(const struct device *device, const char *run, size_t len)
{
	char tail[8];

	for (unsigned i = 0; device && i < device->mac_count; i++) {
		const uint8_t *mac = device->macs[i];
		snprintf(tail, sizeof(tail), "%02x%02x%02x", mac[3], mac[4], mac[5]);
		if (holds(run, len, tail, 6))
			return true;
	}
	return false;
}

/* Length of "aa:bb:cc:dd", or with '-', of any number of pairs; 0 where there are too few. */
static size_t pairs_len(const char *text)
{
	size_t len = 0, pairs = 0;

	while (is_hex(text[len]) && is_hex(text[len + 1]) && !is_run(text[len + 2])) {
		pairs++;
		len += 2;
		if ((text[len] != ':' && text[len] != '-') || text[len] != text[2])
			break;
		len++;
	}
	if (len && !is_run(text[len - 1]))
		len--;
	return pairs >= PAIRS_MIN ? len : 0;
}

/* Length of what has the form of an IPv6 address: groups of up to four hexadecimal digits, "::" once or three colons at least. */
static size_t groups_len(const char *text)
{
	size_t len = 0, colons = 0;
	bool gap = false;

	for (size_t digits = 0; is_hex(text[len]) || text[len] == ':'; len++) {
		digits = text[len] == ':' ? 0 : digits + 1;
		colons += text[len] == ':';
		gap |= len && text[len] == ':' && text[len - 1] == ':';
		if (digits > 4)
			return 0;
	}
	return !is_run(text[len]) && (gap || colons >= 3) ? len : 0;
}

/* Length of "1.2.3.4" with nothing more behind it; 0 where there is none. */
static size_t quad_len(const char *text)
{
	size_t len = 0;

	for (unsigned part = 0; part < QUAD_PARTS; part++) {
		size_t digits = 0;
		while (digits < 4 && is_digit(text[len + digits]))
			digits++;
		if (!digits || digits > 3)
			return 0;
		len += digits;
		if (part + 1 < QUAD_PARTS && text[len++] != '.')
			return 0;
	}
	return is_run(text[len]) || (text[len] == '.' && is_digit(text[len + 1])) ? 0 : len;
}

static bool is_version(const char *text, size_t at)
{
	if (at > 1 && text[at - 1] == '/' && text[at - 2] == '/') /* "http://192.168.1.64" */
		return false;
	return at && (text[at - 1] == '/' || text[at - 1] == 'v' || text[at - 1] == 'V' || text[at - 1] == '.');
}

/* The piece at the start of a run, replaced or not. */
static bool is_telling(const struct device *device, const char *text, struct piece *piece)
{
	size_t len;

	if ((len = pairs_len(text + piece->start)) || (len = groups_len(text + piece->start)) ||
		(!is_version(text, piece->start) && (len = quad_len(text + piece->start)))) {
		piece->len = len;
		return true;
	}
	return is_serial(text + piece->start, piece->len) || holds_mac(device, text + piece->start, piece->len);
}

/* Names that the program made itself say nothing new. */
static bool holds_name(const struct device *device, const char *text)
{
	size_t len = device ? strlen(device->name) : 0;

	return len >= NAME_LEN_MIN && device->name_source < NAME_FINGERPRINT && holds(text, strlen(text), device->name, len);
}

void mask_whole(const struct mask *mask, char text[DEVICE_TEXT_MAX])
{
	char stand_in[MASK_NAME_LEN];

	mask_name(mask, text, strlen(text), stand_in);
	memcpy(text, stand_in, sizeof(stand_in));
}

/* As snprintf(), from at on; returns the new end. */
static size_t add(char out[DEVICE_TEXT_MAX], size_t at, const char *text, size_t len)
{
	size_t room = DEVICE_TEXT_MAX - 1 - at;

	if (len > room)
		len = room;
	memcpy(out + at, text, len);
	out[at + len] = 0;
	return at + len;
}

void mask_words(const struct mask *mask, const struct device *device, char text[DEVICE_TEXT_MAX])
{
	char out[DEVICE_TEXT_MAX] = "", stand_in[MASK_NAME_LEN];
	size_t at = 0, end = 0;

	if (holds_name(device, text)) {
		mask_whole(mask, text);
		return;
	}
	while (text[at]) {
		struct piece piece = {at, run_len(text + at)};
		if (!piece.len) {
			end = add(out, end, text + at++, 1);
			continue;
		}
		if (is_telling(device, text, &piece)) {
			mask_name(mask, text + at, piece.len, stand_in);
			end = add(out, end, stand_in, strlen(stand_in));
		} else {
			end = add(out, end, text + at, piece.len);
		}
		at += piece.len;
	}
	memcpy(text, out, sizeof(out));
}
