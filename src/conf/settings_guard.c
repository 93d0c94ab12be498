/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The section "guard": its lists, its devices and controllers, and what holds of its settings together. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/conf.h"
#include "conf/guard.h"
#include "conf/units.h"

enum { SHOWN_MAX = 48, FILTER_AS_MODE = 3, IFNAME_LEN_MAX = 15 };

/* Ports where devices are taken over, but for 22 and 8080: people use those. */
static const uint16_t login_ports[] = {23, 2323, 5555, 7547, 37215, 52869};

static int wrong(const struct guard_reading *reading, const char *path, const char *format, ...) __attribute__((format(printf, 3, 4)));
static int wrong(const struct guard_reading *reading, const char *path, const char *format, ...)
{
	char sentence[FAULT_SENTENCE_MAX], around[OUTLINE_PATH_MAX];
	const char *file;
	uint32_t line = parts_find(reading->parts, path, &file);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	/* what is missing has no line: that of the mapping it is missing in */
	snprintf(around, sizeof(around), "%s", path);
	if (!line && strrchr(around, '.')) {
		*strrchr(around, '.') = 0;
		line = parts_find(reading->parts, around, &file);
	}
	fault_set(reading->fault, file, line, 0, "%s %s", path, sentence);
	return -EINVAL;
}

/* ---- single words ---- */

static int hex_of(char digit)
{
	const char *digits = "0123456789abcdef", *at = digit ? strchr(digits, tolower((unsigned char)digit)) : NULL;

	return at ? (int)(at - digits) : -1;
}

int mac_read(const char *word, uint8_t out[6])
{
	uint8_t mac[6];

	for (unsigned i = 0; i < 6; i++, word += 3) {
		int high = hex_of(word[0]), low = high < 0 ? -1 : hex_of(word[1]);
		if (low < 0 || (i < 5 ? word[2] != ':' && word[2] != '-' : word[2] != 0))
			return -EINVAL;
		mac[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(out, mac, sizeof(mac));
	return 0;
}

/* Of one card: not all zero, and no group address. */
static bool is_one_mac(const uint8_t mac[6])
{
	static const uint8_t none[6];

	return !(mac[0] & 1) && memcmp(mac, none, sizeof(none)) != 0;
}

static int read_mac(const struct guard_reading *reading, const char *path, const char *word, uint8_t out[6])
{
	if (!word)
		return wrong(reading, path, "is missing");
	if (mac_read(word, out) || !is_one_mac(out))
		return wrong(reading, path, "wants the MAC of a device such as 02:00:00:00:00:05, not '%.*s'", SHOWN_MAX, word);
	return 0;
}

static int read_address(const struct guard_reading *reading, const char *path, const char *word, uint8_t out[16])
{
	static const uint8_t none[16], none_4[16] = {[10] = 0xff, [11] = 0xff};
	struct prefix prefix;

	if (strchr(word, '/') || prefix_read(word, &prefix) || memcmp(prefix.address, none, 16) == 0 ||
		memcmp(prefix.address, none_4, 16) == 0)
		return wrong(reading, path, "wants an IPv4 or IPv6 address, not '%.*s'", SHOWN_MAX, word);
	memcpy(out, prefix.address, 16);
	return 0;
}

static int read_interface(const struct guard_reading *reading, const char *path, const char *word, char out[GUARD_INTERFACE_MAX])
{
	size_t len = strlen(word);

	if (!len || len > IFNAME_LEN_MAX || *word == '.' || *word == '-' ||
		word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:@-")])
		return wrong(reading, path, "is no name of an interface: '%.*s'", SHOWN_MAX, word);
	memcpy(out, word, len + 1);
	return 0;
}

/* Letters, digits, hyphens and underscores in labels of at most 63: what a device can ask for, too. In lower case, without the last dot. */
static int read_host(const struct guard_reading *reading, const char *path, const char *word, char out[GUARD_HOST_MAX])
{
	size_t len = strlen(word), label = 0, dots = 0;

	if (len && word[len - 1] == '.')
		len--;
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)word[i];
		label = byte == '.' ? 0 : label + 1;
		dots += byte == '.';
		if (label > 63 || (!isalnum(byte) && byte != '-' && byte != '_' && byte != '.') ||
			(byte == '.' && (i == 0 || i + 1 == len || word[i - 1] == '.')))
			len = 0;
	}
	if (!len || len > 253 || !dots)
		return wrong(reading, path, "wants the name of a host such as updates.example.com, not '%.*s'", SHOWN_MAX, word);
	for (size_t i = 0; i < len; i++)
		out[i] = (char)tolower((unsigned char)word[i]);
	out[len] = 0;
	return 0;
}

static int read_who(const struct guard_reading *reading, const char *path, const char *word, struct settings_who *out)
{
	out->by_mac = mac_read(word, out->mac) == 0 && is_one_mac(out->mac);
	return out->by_mac ? 0 : read_address(reading, path, word, out->address);
}

static int read_port(const struct guard_reading *reading, const char *path, const char *word, uint16_t *out)
{
	uint64_t number;

	if (number_read(word, &number) || !number || number > UINT16_MAX)
		return wrong(reading, path, "wants a port from 1 to 65535, not '%.*s'", SHOWN_MAX, word);
	*out = (uint16_t)number;
	return 0;
}

/* ---- lists ---- */

static const char *entry_path(char out[OUTLINE_PATH_MAX], const char *list, size_t index, const char *key)
{
	snprintf(out, OUTLINE_PATH_MAX, "%s[%zu]%s%s", list, index, *key ? "." : "", key);
	return out;
}

static int read_entry(const struct guard_reading *reading, const struct list *list, size_t index, const char *word)
{
	char *base = (char *)reading->settings + list->offset, path[OUTLINE_PATH_MAX];

	entry_path(path, list->path, index, "");
	switch (list->kind) {
	case LIST_INTERFACE:
		return read_interface(reading, path, word, base + index * GUARD_INTERFACE_MAX);
	case LIST_HOST:
		return read_host(reading, path, word, base + index * GUARD_HOST_MAX);
	case LIST_WHO:
		return read_who(reading, path, word, (struct settings_who *)(void *)base + index);
	case LIST_PORT:
		return read_port(reading, path, word, (uint16_t *)(void *)base + index);
	default:
		return 0;
	}
}

int guard_read_list(const struct guard_reading *reading, const struct list *list, const struct raw_list *raw)
{
	int error = 0;

	for (uint32_t i = 0; i < raw->count && !error; i++)
		error = read_entry(reading, list, i, raw->items[i]);
	*(uint32_t *)(void *)((char *)reading->settings + list->count_offset) = raw->count;
	return error;
}

/* ---- devices and controllers ---- */

/* Any text of people, but nothing that moves a terminal. */
static int read_text(const struct guard_reading *reading, const char *path, const char *word, char *out, size_t size)
{
	size_t len = strlen(word);

	if (!len || len >= size || !text_clean(word, len))
		return wrong(reading, path, "wants 1 to %zu bytes of plain text", size - 1);
	memcpy(out, word, len + 1);
	return 0;
}

static bool is_url(const char *word)
{
	return strncmp(word, "https://", 8) == 0 && word[8] && !word[strcspn(word, " \t")];
}

static int read_mud(const struct guard_reading *reading, const char *path, const char *word, char out[GUARD_MUD_MAX])
{
	if (*word != '/' && !is_url(word))
		return wrong(
			reading, path, "wants a URL that begins with https:// or a path from the root on, not '%.*s'", SHOWN_MAX, word);
	return read_text(reading, path, word, out, GUARD_MUD_MAX);
}

static int read_device(const struct guard_reading *reading, size_t index)
{
	const struct raw_device *raw = &reading->raw->devices[index];
	struct settings_device *device = &reading->settings->guard.devices[index];
	char path[OUTLINE_PATH_MAX];
	int error = read_mac(reading, entry_path(path, "guard.devices", index, "mac"), raw->mac, device->mac);

	for (size_t i = 0; i < index && !error; i++)
		if (memcmp(device->mac, reading->settings->guard.devices[i].mac, 6) == 0)
			error = wrong(reading, path, "is that of another device, too");
	if (!error && raw->name)
		error = read_text(reading, entry_path(path, "guard.devices", index, "name"), raw->name, device->name, sizeof(device->name));
	if (!error && raw->mud)
		error = read_mud(reading, entry_path(path, "guard.devices", index, "mud"), raw->mud, device->mud);
	if (!error && raw->admin && strcmp(raw->admin, "true") != 0 && strcmp(raw->admin, "false") != 0)
		error = wrong(
			reading, entry_path(path, "guard.devices", index, "admin"), "is false or true, not '%.*s'", SHOWN_MAX, raw->admin);
	device->admin = raw->admin && strcmp(raw->admin, "true") == 0;
	return error;
}

static int read_controller(const struct guard_reading *reading, size_t index)
{
	const struct raw_controller *raw = &reading->raw->controllers[index];
	struct settings_controller *controller = &reading->settings->guard.controllers[index];
	char path[OUTLINE_PATH_MAX], list[OUTLINE_PATH_MAX];
	int error;

	entry_path(path, "guard.controllers", index, "class");
	error = raw->name ? read_text(reading, path, raw->name, controller->name, sizeof(controller->name))
			  : wrong(reading, path, "is missing");
	entry_path(list, "guard.controllers", index, "addresses");
	if (!error && !raw->address_count)
		error = wrong(reading, list, "is missing");
	for (uint32_t i = 0; i < raw->address_count && !error; i++)
		error = read_address(
			reading, entry_path(path, "guard.controllers", index, "addresses"), raw->addresses[i], controller->addresses[i]);
	controller->address_count = raw->address_count;
	return error;
}

static int read_devices(const struct guard_reading *reading)
{
	struct settings_guard *guard = &reading->settings->guard;
	const struct raw *raw = reading->raw;
	int error = 0;

	guard->devices = raw->device_count ? calloc(raw->device_count, sizeof(*guard->devices)) : NULL;
	guard->controllers = raw->controller_count ? calloc(raw->controller_count, sizeof(*guard->controllers)) : NULL;
	if ((raw->device_count && !guard->devices) || (raw->controller_count && !guard->controllers))
		return -ENOMEM;
	for (; guard->device_count < raw->device_count && !error; guard->device_count++)
		error = read_device(reading, guard->device_count);
	for (; guard->controller_count < raw->controller_count && !error; guard->controller_count++)
		error = read_controller(reading, guard->controller_count);
	return error;
}

/* ---- together ---- */

static int check_brake(const struct guard_reading *reading)
{
	const struct settings_guard *guard = &reading->settings->guard;

	for (unsigned i = 0; i < FW_BRAKE_COUNT; i++)
		if (guard->brake[i].burst < 1500 && i == FW_BRAKE_UNANSWERED)
			return wrong(reading, "guard.brake.unanswered.burst", "is less than one packet (1500 bytes)");
	return 0;
}

static int check_twice(const struct guard_reading *reading)
{
	const struct settings_guard *guard = &reading->settings->guard;
	char path[OUTLINE_PATH_MAX];

	for (uint32_t i = 0; i < guard->interface_count; i++)
		for (uint32_t j = 0; j < i; j++)
			if (strcmp(guard->interfaces[i], guard->interfaces[j]) == 0)
				return wrong(reading, entry_path(path, "guard.interfaces", i, ""), "is named twice");
	return 0;
}

static int guard_check(const struct guard_reading *reading)
{
	struct settings_guard *guard = &reading->settings->guard;

	if (!guard->interface_count)
		return wrong(reading, "guard.interfaces", "is missing: where the devices are, such as [lan0]");
	if (guard->local_count > FW_GUARD_OURS_MAX)
		return wrong(reading, "guard.local", "has more prefixes than are kept (%u)", FW_GUARD_OURS_MAX);
	if (guard->quarantine_s && guard->quarantine_s < 60)
		return wrong(reading, "guard.quarantine.for", "is at least 1m, or 0 until a person releases the device");
	if (guard->device_count > guard->sizes.devices)
		return wrong(reading, "guard.devices", "are more than guard.sizes.devices has room for (%u)", guard->sizes.devices);
	for (unsigned i = 0; i < FW_GUARD_FILTER_COUNT; i++)
		if (guard->filter_mode[i] == FILTER_AS_MODE)
			guard->filter_mode[i] = guard->mode;
	if (!guard->login_port_count) {
		memcpy(guard->login_ports, login_ports, sizeof(login_ports));
		guard->login_port_count = sizeof(login_ports) / sizeof(login_ports[0]);
	}
	return check_twice(reading) ? -EINVAL : check_brake(reading);
}

bool settings_is_of(const char *path, enum settings_role role)
{
	static const char *const shield_only[] = {"interface", "dns_port", "only_dns", "stance", "filters.", "server.", "budgets.",
		"sizes.", "samples.", "protected", "trusted", "blocked"};

	if (strncmp(path, "guard.", 6) == 0)
		return role == ROLE_GUARD;
	for (size_t i = 0; i < sizeof(shield_only) / sizeof(shield_only[0]); i++)
		if (strncmp(path, shield_only[i], strlen(shield_only[i])) == 0)
			return role == ROLE_SHIELD;
	return true;
}

static int is_of_another(const struct guard_reading *reading, const char *path)
{
	bool guard = reading->settings->role == ROLE_GUARD;

	return wrong(reading, path, "is for the role %s, and this file is for the role %s", guard ? "shield" : "guard",
		guard ? "guard" : "shield");
}

/* A file with settings of both roles has an owner who believes something that is not so. */
static int check_role(const struct guard_reading *reading)
{
	const struct raw *raw = reading->raw;
	enum settings_role role = reading->settings->role;

	for (size_t i = 0; i < settings_scalar_count; i++)
		if (raw->scalar[i] && !settings_is_of(settings_scalars[i].path, role))
			return is_of_another(reading, settings_scalars[i].path);
	for (size_t i = 0; i < settings_list_count; i++)
		if (raw->list[i].count && !settings_is_of(settings_lists[i].path, role))
			return is_of_another(reading, settings_lists[i].path);
	if (role == ROLE_GUARD && (raw->key_count || raw->zone_count))
		return is_of_another(reading, raw->key_count ? "keys" : "zones");
	if (role == ROLE_SHIELD && (raw->device_count || raw->controller_count))
		return is_of_another(reading, raw->device_count ? "guard.devices" : "guard.controllers");
	return 0;
}

int guard_read(const struct guard_reading *reading)
{
	int error = check_role(reading);

	if (error || reading->settings->role != ROLE_GUARD)
		return error;
	error = read_devices(reading);
	return error ? error : guard_check(reading);
}
