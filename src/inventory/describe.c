/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A system description (sysDescr, RFC 3418; system description, IEEE 802.1AB section 8.5.7) is one line of free text that the
 * maker fills in, so only beginnings that are one maker's habit count here, and three forms that are fixed:
 *
 *   Cisco IOS Software, 1841 Software (C1841-IPBASE-M), Version 12.4(1c), RELEASE ...      version behind its word
 *   MikroTik RouterOS 6.49.6 (stable) CRS328                                               version behind its name
 *   ... <<HW_REV: V1.0; VENDOR: Acme; BOOTR: 2.1; SW_REV: 3.9; MODEL: A1>>                 cable modems (DOCSIS OSSI)
 *
 * The beginnings were read off some hundred answers in captures. "HP ETHERNET MULTI-ENVIRONMENT" is what other makers'
 * print servers say too, so that they are found by the same drivers: it tells the kind, not the maker.
 */
#include "inventory/describe.h"

#include <stddef.h>

#include "inventory/words.h"

static const struct beginning {
	const char *head, *maker, *kind, *runs;
} BEGINNINGS[] = {
	{"AXIS ", "Axis", NULL, NULL},
	{"Apple AirPort", "Apple", "access point", NULL},
	{"Apple Base Station", "Apple", "access point", NULL},
	{"ArubaOS ", "Aruba", NULL, NULL},
	{"Brother NC-", "Brother", "printer", NULL},
	{"Canon ", "Canon", "printer", NULL},
	{"Cisco ", "Cisco", NULL, NULL},
	{"EdgeOS ", "Ubiquiti", "router", "EdgeOS"},
	{"EdgeSwitch ", "Ubiquiti", "network switch", NULL},
	{"H3C ", "H3C", NULL, NULL},
	{"HP ETHERNET MULTI-ENVIRONMENT", NULL, "printer", NULL},
	{"Hardware: ", NULL, NULL, "Windows"},
	{"Hikvision ", "Hikvision", NULL, NULL},
	{"Juniper Networks", "Juniper", NULL, NULL},
	{"KYOCERA ", "Kyocera", "printer", NULL},
	{"Lexmark ", "Lexmark", "printer", NULL},
	{"Linux ", NULL, NULL, "Linux"},
	{"MikroTik RouterOS", "MikroTik", NULL, "RouterOS"},
	{"Netopia ", "Netopia", NULL, NULL},
	{"ProCurve ", "HP", "network switch", NULL},
	{"RICOH ", "Ricoh", "printer", NULL},
	{"RouterOS ", "MikroTik", NULL, "RouterOS"},
	{"SonicWALL ", "SonicWall", "router", NULL},
	{"Ubuntu ", NULL, NULL, "Linux"},
	{"VxWorks ", NULL, NULL, "VxWorks"},
	{"Xerox ", "Xerox", "printer", NULL},
	{"ZXR10 ", "ZTE", NULL, NULL},
	{"ZyWALL ", "Zyxel", "router", NULL},
};

static const struct enterprise {
	uint32_t number;
	const char *maker;
} ENTERPRISES[] = {
	{9, "Cisco"},
	{11, "HP"},
	{43, "3Com"},
	{171, "D-Link"},
	{207, "Allied Telesis"},
	{236, "Samsung"},
	{253, "Xerox"},
	{318, "APC"},
	{367, "Ricoh"},
	{368, "Axis"},
	{641, "Lexmark"},
	{674, "Dell"},
	{890, "Zyxel"},
	{1248, "Epson"},
	{1347, "Kyocera"},
	{1602, "Canon"},
	{1916, "Extreme Networks"},
	{2011, "Huawei"},
	{2435, "Brother"},
	{2636, "Juniper"},
	{3902, "ZTE"},
	{3955, "Linksys"},
	{4526, "Netgear"},
	{4881, "Ruijie"},
	{6574, "Synology"},
	{8691, "Moxa"},
	{11863, "TP-Link"},
	{12356, "Fortinet"},
	{14823, "Aruba"},
	{14988, "MikroTik"},
	{17713, "Cambium Networks"},
	{18334, "Konica Minolta"},
	{24681, "QNAP"},
	{25461, "Palo Alto Networks"},
	{25506, "H3C"},
	{29671, "Meraki"},
	{30065, "Arista"},
	{35265, "Eltex"},
	{39165, "Hikvision"},
	{41112, "Ubiquiti"},
	{47196, "HP"},
	{48690, "Teltonika"},
};

const char *describe_enterprise(uint32_t number)
{
	for (size_t i = 0; i < sizeof(ENTERPRISES) / sizeof(ENTERPRISES[0]); i++)
		if (ENTERPRISES[i].number == number)
			return ENTERPRISES[i].maker;
	return NULL;
}

static struct slice constant(const char *text)
{
	return text ? words_of(text) : (struct slice){0};
}

/* What stands behind head, up to the first of these bytes; empty where head is not there. */
static struct slice behind(struct slice text, const char *head, const char *stops)
{
	size_t at = words_find(text, head);
	struct slice found;

	if (at == SIZE_MAX)
		return (struct slice){0};
	found = words_from(text, at + words_of(head).len);
	for (; *stops; stops++)
		found = words_until(found, *stops);
	return words_trim(found);
}

static bool starts_with_digit(struct slice text)
{
	return text.len && text.bytes[0] >= '0' && text.bytes[0] <= '9';
}

/* Fields of a cable modem: in double angle brackets, each "NAME: value" and a semicolon between. */
static void describe_modem(struct slice text, struct description *out)
{
	struct slice fields = behind(text, "<<", ">");

	if (words_find(fields, "HW_REV:") == SIZE_MAX)
		return;
	out->kind = words_of("cable modem");
	out->maker = behind(fields, "VENDOR:", ";");
	out->model = behind(fields, "MODEL:", ";");
	out->firmware = behind(fields, "SW_REV:", ";");
}

struct description describe(struct slice text)
{
	struct description found = {0};
	struct slice version;

	for (size_t i = 0; i < sizeof(BEGINNINGS) / sizeof(BEGINNINGS[0]); i++) {
		if (!words_start(text, BEGINNINGS[i].head))
			continue;
		found.maker = constant(BEGINNINGS[i].maker);
		found.kind = constant(BEGINNINGS[i].kind);
		found.runs = constant(BEGINNINGS[i].runs);
	}
	version = words_start(text, "Cisco ") ? behind(text, ", Version ", ", \r\n") : behind(text, "MikroTik RouterOS ", " ");
	if (starts_with_digit(version))
		found.firmware = version;
	describe_modem(text, &found);
	return found;
}
