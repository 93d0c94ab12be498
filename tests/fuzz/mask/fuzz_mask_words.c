/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a device says of itself through mask_device(): the first byte picks where the clue came from and whose name the device has, the rest
 * is the clue's text, up to a line feed, and its statement behind it. All texts end within their room; the device's MACs and its own
 * name are in none of them.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mask/mask.h"

static const char *const sources[] = {
	"oui", "dhcp 60", "http server", "ssdp server", "mdns txt", "mdns service", "dhcp 12", "a kind to come"};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* Raw bytes without a zero, as words_copy() leaves them. */
static void fill(char out[DEVICE_TEXT_MAX], const uint8_t *bytes, size_t len)
{
	size_t end = len < DEVICE_TEXT_MAX - 1 ? len : DEVICE_TEXT_MAX - 1;

	memset(out, 0, DEVICE_TEXT_MAX);
	for (size_t i = 0; i < end; i++)
		out[i] = bytes[i] ? (char)bytes[i] : ' ';
}

static bool holds(const char *text, const char *part)
{
	return strcasestr(text, part) != NULL;
}

/* Eight digits of a stand-in may hold any six by chance: once in some millions. */
static void blank_stand_ins(char out[DEVICE_TEXT_MAX], const char text[DEVICE_TEXT_MAX])
{
	memcpy(out, text, DEVICE_TEXT_MAX);
	for (const char *at = text; (at = strstr(at, "name-")); at++)
		for (size_t i = 0; i < 8 && at[5 + i]; i++)
			out[(at - text) + 5 + (ptrdiff_t)i] = '.';
}

static void check(const char text[DEVICE_TEXT_MAX], bool named)
{
	char rest[DEVICE_TEXT_MAX];

	must(strnlen(text, DEVICE_TEXT_MAX) < DEVICE_TEXT_MAX);
	blank_stand_ins(rest, text);
	must(!holds(rest, "3c7f64") && (!named || !holds(rest, "frontdoor")));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct device device = {.id = 7, .mac_count = 1, .macs = {{0xa0, 0xa0, 0xa0, 0x3c, 0x7f, 0x64}}, .clue_count = 1};
	const uint8_t *feed = len ? memchr(bytes + 1, '\n', len - 1) : NULL;
	size_t value_len = feed ? (size_t)(feed - bytes - 1) : len ? len - 1 : 0;
	struct mask mask;

	if (!len)
		return 0;
	device.clues[0].source = sources[bytes[0] & 7];
	device.name_source = bytes[0] & 8 ? NAME_FINGERPRINT : NAME_DHCP;
	fill(device.clues[0].value, bytes + 1, value_len);
	if (feed)
		fill(device.clues[0].says, feed + 1, len - value_len - 2);
	fill(device.model.name, bytes + 1, value_len);
	memcpy(device.name, "frontdoor", 10);
	if (bytes[0] & 8)
		fill(device.name, bytes + 1, value_len);
	mask_init(&mask, (const uint8_t *)"a key for fuzzing");
	mask_device(&mask, &device);
	check(device.clues[0].value, !(bytes[0] & 8));
	check(device.clues[0].says, !(bytes[0] & 8));
	check(device.model.name, !(bytes[0] & 8));
	check(device.name, !(bytes[0] & 8));
	return 0;
}
