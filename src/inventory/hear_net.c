/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One function for each protocol, as in hear.c. A description says more than one thing; its clue shows the first of them in
 * the order maker, model, kind, system, and all of them are stated.
 */
#include "inventory/hear_net.h"

#include <stdio.h>
#include <string.h>

#include "inventory/describe.h"
#include "inventory/ear.h"
#include "inventory/identity.h"
#include "inventory/name.h"

/*
 * Percent. Ubiquiti's discovery is a maker's own protocol about itself. Descriptions, sysObjectID ("the vendor's authoritative identification",
 * RFC 3418) and LLDP-MED's inventory are fields meant for that and filled in by the maker. An SNMP engine is a part that may
 * have been bought; what a neighbour forwards is a role.
 */
enum { SURE_UBNT = 90, SURE_UBNT_BUILD = 85, SURE_FIELD = 70, SURE_ENGINE = 60, SURE_ROLE = 50 };

enum { HEX_SHOWN_MAX = 20, OPTIONS_SHOWN_MAX = 16, DUID_TIME = 1, DUID_LINK = 3 };
enum { NTP_MONLIST_OLD = 20, NTP_MONLIST = 42, MED_FIRMWARE = 6, MED_SOFTWARE = 7, MED_MAKER = 9, UBNT_BUILD = 3, UBNT_SHORT_MODEL = 21 };

static void keep_said(
	const struct ear *ear, enum clue_class class, const char *source, struct slice value, const char *head, struct slice what)
{
	char says[DEVICE_TEXT_MAX];

	words_join(says, head, what, "");
	keep(ear, class, source, value, what.len ? says : NULL);
}

static void keep_hex(const struct ear *ear, enum clue_class class, const char *source, struct slice raw)
{
	char text[HEX_SHOWN_MAX * 3 + 1] = "";
	size_t len = 0;

	for (size_t i = 0; i < raw.len && i < HEX_SHOWN_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%02x", i ? ":" : "", raw.bytes[i]);
	keep(ear, class, source, words_of(text), NULL);
}

/* Option numbers in the order asked for: a fingerprint, as option 55 of DHCPv4. */
static void hear_parameters(const struct ear *ear, struct slice list)
{
	char text[OPTIONS_SHOWN_MAX * 6 + 1] = "";
	size_t len = 0;

	for (size_t i = 0; i + 1 < list.len && i < 2 * OPTIONS_SHOWN_MAX; i += 2)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%u", i ? "," : "", list.bytes[i] << 8 | list.bytes[i + 1]);
	keep(ear, CLUE_DHCP, "dhcpv6 6", words_of(text), NULL);
}

static bool has_mac(const struct device *device, const uint8_t mac[6])
{
	for (unsigned i = 0; i < device->mac_count; i++)
		if (!memcmp(device->macs[i], mac, 6))
			return true;
	return false;
}

static void hear_dhcp6(const struct ear *ear, const struct fact *fact)
{
	struct slice text = words_trim(fact->text);

	switch (fact->kind) {
	case FACT_DHCP6_CLIENT_ID:
		/* with its own MAC in it, it says nothing new */
		if (!has_mac(ear->device, fact->mac))
			keep_hex(ear, CLUE_DHCP, "dhcpv6 1", fact->text);
		break;
	case FACT_DHCP6_PARAMETERS:
		hear_parameters(ear, fact->text);
		break;
	case FACT_DHCP6_VENDOR_CLASS:
		keep(ear, CLUE_DHCP, "dhcpv6 16", text, NULL);
		break;
	case FACT_DHCP6_FQDN:
		name_offer(ear->inventory, ear->number, NAME_DHCP, NAME_RANK_LOW, text);
		keep(ear, CLUE_DHCP, "dhcpv6 39", text, NULL);
		break;
	case FACT_DHCP6_MUD_URL:
		keep(ear, CLUE_DHCP, "dhcpv6 112", text, "its maker publishes a MUD profile");
		break;
	default:
		break;
	}
}

static void hear_description(const struct ear *ear, enum clue_class class, const char *source, struct slice text)
{
	struct description found = describe(text);
	struct slice said = found.maker.len ? found.maker : found.model.len ? found.model : found.kind.len ? found.kind : found.runs;
	const char *head = found.maker.len ? "maker: " : found.model.len ? "model: " : found.kind.len ? "kind: " : "runs: ";

	keep_said(ear, class, source, text, head, said);
	state(ear, class, TRAIT_MAKER, found.maker, SURE_FIELD);
	state(ear, class, TRAIT_KIND, found.kind, SURE_FIELD);
	state(ear, class, TRAIT_MODEL, found.model, SURE_FIELD);
	state(ear, class, TRAIT_FIRMWARE, found.firmware, SURE_FIELD);
}

/* Of what is enabled, the most telling: a telephone bridges, a router may do all. Bits of 802.1AB table 8-4. */
static void hear_capabilities(const struct ear *ear, uint32_t enabled)
{
	static const struct role {
		uint32_t bit;
		const char *kind;
	} roles[] = {{1u << 5, "telephone"}, {1u << 6, "cable modem"}, {1u << 4, "router"}, {1u << 3, "access point"},
		{1u << 2, "network switch"}};

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (!(enabled & roles[i].bit))
			continue;
		keep_said(ear, CLUE_DHIP, "lldp capabilities", words_of(roles[i].kind), "kind: ", words_of(roles[i].kind));
		state(ear, CLUE_DHIP, TRAIT_KIND, words_of(roles[i].kind), SURE_ROLE);
		return;
	}
}

static void hear_inventory(const struct ear *ear, uint32_t subtype, struct slice text)
{
	if (subtype == MED_MAKER) {
		keep_said(ear, CLUE_DHIP, "lldp manufacturer", text, "maker: ", text);
		state(ear, CLUE_DHIP, TRAIT_MAKER, text, SURE_FIELD);
	} else if (subtype == MED_FIRMWARE || subtype == MED_SOFTWARE) {
		keep_said(ear, CLUE_DHIP, subtype == MED_FIRMWARE ? "lldp firmware" : "lldp software", text, "firmware: ", text);
		/* the software is what is updated; firmware may be its loader's */
		state(ear, CLUE_DHIP, TRAIT_FIRMWARE, text, subtype == MED_FIRMWARE ? SURE_FIELD - 1 : SURE_FIELD);
	} else {
		keep_said(ear, CLUE_DHIP, "lldp model", text, "model: ", text);
		state(ear, CLUE_DHIP, TRAIT_MODEL, text, SURE_FIELD);
	}
}

static void hear_lldp(const struct ear *ear, const struct fact *fact)
{
	struct slice text = words_trim(fact->text);

	switch (fact->kind) {
	case FACT_LLDP_NAME:
		name_offer(ear->inventory, ear->number, NAME_ANNOUNCED, NAME_RANK_HIGH, text);
		keep(ear, CLUE_DHIP, "lldp name", text, NULL);
		break;
	case FACT_LLDP_DESCRIPTION:
		hear_description(ear, CLUE_DHIP, "lldp description", text);
		break;
	case FACT_LLDP_CAPABILITIES:
		hear_capabilities(ear, fact->code);
		break;
	case FACT_LLDP_INVENTORY:
		hear_inventory(ear, fact->number, text);
		break;
	case FACT_LLDP_MUD_URL:
		keep(ear, CLUE_DHCP, "lldp mud", text, "its maker publishes a MUD profile");
		break;
	default:
		break;
	}
}

static void hear_ntp(const struct ear *ear, const struct fact *fact)
{
	struct slice text = words_trim(fact->text);

	if (fact->kind == FACT_NTP_PRIVATE) {
		if (fact->code && (fact->number == NTP_MONLIST || fact->number == NTP_MONLIST_OLD))
			keep(ear, CLUE_BANNER, "ntp private", words_of("monlist"), "answers monlist, which floods are reflected with");
	} else if (words_same(fact->name, "processor")) {
		keep(ear, CLUE_BANNER, "ntp processor", text, NULL);
	} else {
		keep_said(ear, CLUE_BANNER, words_same(fact->name, "version") ? "ntp version" : "ntp system", text, "runs: ", text);
	}
}

/* 1.3.6.1.4.1.N: private enterprises (RFC 1155). */
static void hear_object_id(const struct ear *ear, struct slice text)
{
	static const char enterprises[] = "1.3.6.1.4.1.";
	struct slice rest = words_from(text, sizeof(enterprises) - 1);
	uint32_t number = 0;
	const char *maker;

	if (!words_start(text, enterprises))
		return;
	rest = words_until(rest, '.');
	for (size_t i = 0; i < rest.len && i < 9; i++)
		number = number * 10 + (rest.bytes[i] - '0');
	maker = rest.len < 9 ? describe_enterprise(number) : NULL;
	keep_said(ear, CLUE_BANNER, "snmp object", text, "maker: ", words_of(maker ? maker : ""));
	state(ear, CLUE_BANNER, TRAIT_MAKER, words_of(maker ? maker : ""), SURE_FIELD);
}

static void hear_engine(const struct ear *ear, uint32_t enterprise)
{
	const char *maker = describe_enterprise(enterprise);
	char text[16];

	if (!maker)
		return;
	snprintf(text, sizeof(text), "%u", enterprise);
	keep_said(ear, CLUE_BANNER, "snmp engine", words_of(text), "maker: ", words_of(maker));
	state(ear, CLUE_BANNER, TRAIT_MAKER, words_of(maker), SURE_ENGINE);
}

static void hear_snmp(const struct ear *ear, const struct fact *fact)
{
	struct slice text = words_trim(fact->text);

	switch (fact->kind) {
	case FACT_SNMP_ENGINE:
		hear_engine(ear, fact->number);
		break;
	case FACT_SNMP_DESCRIPTION:
		hear_description(ear, CLUE_BANNER, "snmp description", text);
		break;
	case FACT_SNMP_OBJECT_ID:
		hear_object_id(ear, text);
		break;
	default:
		name_offer(ear->inventory, ear->number, NAME_ANNOUNCED, NAME_RANK_MIDDLE, text);
		keep(ear, CLUE_BANNER, "snmp name", text, NULL);
		break;
	}
}

/* A build's name ends in its version: "UniFiSecurityGateway.ER-e120.v4.3.33.4936086". */
static void hear_ubnt_firmware(const struct ear *ear, uint32_t field, struct slice text)
{
	size_t at = words_find(text, ".v");
	struct slice version = at == SIZE_MAX ? text : words_from(text, at + 2);

	if (field != UBNT_BUILD)
		version = text;
	keep_said(ear, CLUE_DHIP, field == UBNT_BUILD ? "ubiquiti build" : "ubiquiti version", text, "firmware: ", version);
	state(ear, CLUE_DHIP, TRAIT_FIRMWARE, version, field == UBNT_BUILD ? SURE_UBNT_BUILD : SURE_UBNT);
}

static void hear_ubnt(const struct ear *ear, const struct fact *fact)
{
	struct slice text = words_trim(fact->text);

	switch (fact->kind) {
	case FACT_UBNT_MAC:
		identity_say_mac(ear->inventory, ear->number, fact->mac);
		break;
	case FACT_UBNT_FIRMWARE:
		hear_ubnt_firmware(ear, fact->number, text);
		break;
	case FACT_UBNT_HOST_NAME:
		name_offer(ear->inventory, ear->number, NAME_ANNOUNCED, NAME_RANK_MIDDLE, text);
		keep(ear, CLUE_DHIP, "ubiquiti name", text, NULL);
		break;
	case FACT_UBNT_MODEL:
		/* only its owner speaks it: the maker is said with the model */
		keep_said(ear, CLUE_DHIP, "ubiquiti model", text, "model: ", text);
		state(ear, CLUE_DHIP, TRAIT_MODEL, text, fact->number == UBNT_SHORT_MODEL ? SURE_UBNT - 1 : SURE_UBNT);
		state(ear, CLUE_DHIP, TRAIT_MAKER, words_of("Ubiquiti"), SURE_UBNT);
		break;
	case FACT_UBNT_PRODUCT:
		keep_said(ear, CLUE_DHIP, "ubiquiti product", text, "model: ", text);
		state(ear, CLUE_DHIP, TRAIT_MODEL, text, SURE_UBNT_BUILD);
		state(ear, CLUE_DHIP, TRAIT_MAKER, words_of("Ubiquiti"), SURE_UBNT);
		break;
	default:
		break;
	}
}

void hear_net(struct inventory *inventory, uint32_t number, const struct fact *fact)
{
	const struct ear ear = {.inventory = inventory, .number = number, .device = &inventory->devices[number]};

	switch (fact->kind) {
	case FACT_DHCP6_MESSAGE ... FACT_DHCP6_MUD_URL:
		hear_dhcp6(&ear, fact);
		break;
	case FACT_LLDP_CHASSIS ... FACT_LLDP_MUD_URL:
		hear_lldp(&ear, fact);
		break;
	case FACT_NTP_VARIABLE ... FACT_NTP_PRIVATE:
		hear_ntp(&ear, fact);
		break;
	case FACT_SNMP_ENGINE ... FACT_SNMP_NAME:
		hear_snmp(&ear, fact);
		break;
	case FACT_COAP_RESOURCE:
		keep(&ear, CLUE_HTTP, "coap resource", fact->name, words_start(fact->name, "/oic/") ? "speaks OCF" : NULL);
		break;
	case FACT_UBNT_MESSAGE ... FACT_UBNT_MODEL:
		hear_ubnt(&ear, fact);
		break;
	default:
		break;
	}
}
