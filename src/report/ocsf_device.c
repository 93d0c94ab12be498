/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device as OCSF has it: whose name is on it is its vendor, who made what is inside is the manufacturer of its hardware, and the firmware is
 * its operating system. How sure each of these is has no place there; it stands under `unmapped`.
 */
#include <string.h>
#include <strings.h>

#include "report/member.h"
#include "report/object.h"
#include "report/ocsf.h"
#include "report/view.h"

enum { TYPE_UNKNOWN = 0, TYPE_IOT = 7, TYPE_ROUTER = 12, TYPE_OTHER = 99, OS_OTHER = 99, INTERFACE_UNKNOWN = 0 };

/* Kinds that OCSF has a type for; most of the rest are things. */
static const struct device_type {
	const char *kind;
	int id;
	const char *caption;
} TYPES[] = {
	{"access point", TYPE_OTHER, "access point"},
	{"computer", 2, "Desktop"},
	{"mesh router", TYPE_ROUTER, "Router"},
	{"modem", TYPE_OTHER, "modem"},
	{"cable modem", TYPE_OTHER, "cable modem"},
	{"network switch", 10, "Switch"},
	{"router", TYPE_ROUTER, "Router"},
	{"smartphone", 5, "Mobile"},
	{"tablet", 4, "Tablet"},
};

json_t *ocsf_time(uint64_t time_ns)
{
	return member_number(time_ns / 1000000);
}

static void put_type(json_t **object, const struct device *device)
{
	struct device_type type = {
		.id = device->kind.name[0] ? TYPE_IOT : TYPE_UNKNOWN, .caption = device->kind.name[0] ? "IOT" : "Unknown"};

	if (!device->kind.name[0] && device->router)
		type = (struct device_type){.id = TYPE_ROUTER, .caption = "Router"};
	for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++)
		if (!strcasecmp(device->kind.name, TYPES[i].kind))
			type = TYPES[i];
	member_put(object, "type_id", json_integer(type.id));
	member_put(object, "type", json_string(type.caption));
}

static void put_text(json_t **object, const char *key, const char *raw)
{
	if (raw[0])
		member_put(object, key, member_text(raw, SIZE_MAX));
}

static json_t *interface_make(const uint8_t *mac, const uint8_t *address)
{
	json_t *object = json_object();

	if (address)
		member_put(&object, "ip", member_address(address, 128));
	if (mac)
		member_put(&object, "mac", member_mac(mac));
	member_put(&object, "type_id", json_integer(INTERFACE_UNKNOWN));
	member_put(&object, "type", json_string("Unknown"));
	return object;
}

/* Which address stands behind which of several MACs is not kept. */
static json_t *interfaces_make(const struct device *device)
{
	const uint8_t *only = device->mac_count == 1 ? device->macs[0] : NULL;
	json_t *array = json_array();

	for (size_t i = 0; i < device->address_count; i++)
		member_append(&array, interface_make(only, device->addresses[i]));
	for (size_t i = 0; i < device->mac_count && (!only || !device->address_count); i++)
		member_append(&array, interface_make(device->macs[i], NULL));
	return array;
}

static json_t *firmware_make(const struct device *device)
{
	json_t *object = json_object();

	member_put(&object, "name", json_string("firmware"));
	member_put(&object, "type_id", json_integer(OS_OTHER));
	member_put(&object, "type", json_string("firmware"));
	member_put(&object, "version", member_text(device->firmware.name, SIZE_MAX));
	return object;
}

static json_t *hardware_make(const struct device *device)
{
	json_t *object = json_object();

	member_put(&object, "vendor_name", member_text(device->maker.name, SIZE_MAX));
	return object;
}

static void put_risk(json_t **object, enum device_state state)
{
	static const struct {
		int id;
		const char *caption;
	} levels[] = {[STATE_CLEAN] = {0, "Info"},
		[STATE_EXPOSED] = {2, "Medium"},
		[STATE_SUSPECT] = {3, "High"},
		[STATE_HIJACKED] = {4, "Critical"}};

	member_put(object, "risk_level_id", json_integer(levels[state].id));
	member_put(object, "risk_level", json_string(levels[state].caption));
}

json_t *ocsf_device(const struct device *device)
{
	const uint8_t *address = view_address(device);
	json_t *object = json_object();

	member_put(&object, "uid", device_id_make(device));
	put_type(&object, device);
	put_text(&object, "name", device->name);
	if (address)
		member_put(&object, "ip", member_address(address, 128));
	if (device->mac_count)
		member_put(&object, "mac", member_mac(device->macs[0]));
	if (device->address_count || device->mac_count)
		member_put(&object, "network_interfaces", interfaces_make(device));
	put_text(&object, "vendor_name", device->brand.name[0] ? device->brand.name : device->maker.name);
	put_text(&object, "model", device->model.name);
	put_text(&object, "desc", device->kind.name);
	if (device->maker.name[0])
		member_put(&object, "hw_info", hardware_make(device));
	if (device->firmware.name[0])
		member_put(&object, "os", firmware_make(device));
	put_risk(&object, device->state);
	member_put(&object, "first_seen_time", ocsf_time(device->first_ns));
	member_put(&object, "last_seen_time", ocsf_time(device->last_ns));
	return object;
}
