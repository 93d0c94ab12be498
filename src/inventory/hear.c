/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One function for each protocol. It keeps the clue as read, and only where a device states something plainly about itself
 * does it state what that says, with a fixed strength; unknown stays unknown. Clues are weighed against each other in weigh.c.
 */
#include "inventory/hear.h"

#include <stdio.h>
#include <string.h>

#include "inventory/asked.h"
#include "inventory/ear.h"
#include "inventory/hear_net.h"
#include "inventory/hear_secured.h"
#include "inventory/hear_web.h"
#include "inventory/identity.h"
#include "inventory/name.h"
#include "inventory/spoken.h"
#include "inventory/words.h"

/* Percent. A device knows itself; a maker's block tells who made the network chip's board, not who sold the device. */
enum { SURE_DHIP = 90, SURE_MDNS = 70, SURE_MDNS_PRODUCT = 60, SURE_OUI = 60 };
enum { SURE_DHIP_UNCHANGED = 60 }; /* sellers often leave their maker's name in as the brand */

enum { OPTIONS_SHOWN_MAX = 24, CLIENT_ID_SHOWN_MAX = 20, HARDWARE_ID_LEN = 7 };

/* Libraries that say UPnP is spoken, not by whom. */
static const char *const SSDP_LIBRARIES[] = {
	"Cling",
	"DLNADOC",
	"DMP",
	"GUPnP",
	"HTTP",
	"Intel",
	"jUPnP",
	"libupnp",
	"Linux",
	"Microsoft-",
	"miniupnp",
	"Platinum",
	"Portable SDK",
	"UPnP",
	"upnp",
};

/* Option 55 is the order in which a client wants its options: a fingerprint, readable as "1,3,6,15". */
static void hear_dhcp_parameters(const struct ear *ear, struct slice list)
{
	char text[OPTIONS_SHOWN_MAX * 4 + 1] = "";
	size_t len = 0;

	for (size_t i = 0; i < list.len && i < OPTIONS_SHOWN_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%u", i ? "," : "", list.bytes[i]);
	keep(ear, CLUE_DHCP, "dhcp 55", words_of(text), NULL);
}

/* Type 1 with six bytes is the MAC again; type 0 is text (RFC 2132 section 9.14); the rest is shown as hexadecimal. */
static void hear_dhcp_client(const struct ear *ear, struct slice id)
{
	char text[CLIENT_ID_SHOWN_MAX * 3 + 1] = "";
	size_t len = 0;

	if (!id.len || (id.bytes[0] == 1 && id.len == HARDWARE_ID_LEN))
		return;
	if (id.bytes[0] == 0) {
		keep(ear, CLUE_DHCP, "dhcp 61", words_from(id, 1), NULL);
		return;
	}
	for (size_t i = 0; i < id.len && i < CLIENT_ID_SHOWN_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%02x", i ? ":" : "", id.bytes[i]);
	keep(ear, CLUE_DHCP, "dhcp 61", words_of(text), NULL);
}

/* Remembered, because the router may only be seen later; inventory_settle() marks it. */
static void hear_dhcp_router(struct inventory *inventory, const uint8_t address[16])
{
	for (uint32_t i = 0; i < inventory->router_count; i++)
		if (!memcmp(inventory->routers[i], address, 16))
			return;
	if (inventory->router_count < ROUTER_NAMED_MAX)
		memcpy(inventory->routers[inventory->router_count++], address, 16);
	else
		inventory->left_out++;
}

static void hear_dhcp(const struct ear *ear, const struct fact *fact)
{
	struct slice text = words_trim(fact->text);

	switch (fact->kind) {
	case FACT_DHCP_HOST_NAME:
		name_offer(ear->inventory, ear->number, NAME_DHCP, NAME_RANK_HIGH, text);
		keep(ear, CLUE_DHCP, "dhcp 12", text, NULL);
		break;
	case FACT_DHCP_FQDN:
		if (words_end(text, "."))
			text.len--;
		name_offer(ear->inventory, ear->number, NAME_DHCP, NAME_RANK_LOW, text);
		keep(ear, CLUE_DHCP, "dhcp 81", text, NULL);
		break;
	case FACT_DHCP_PARAMETERS:
		hear_dhcp_parameters(ear, fact->text);
		break;
	case FACT_DHCP_VENDOR_CLASS:
		keep(ear, CLUE_DHCP, "dhcp 60", text, NULL);
		break;
	case FACT_DHCP_CLIENT_ID:
		hear_dhcp_client(ear, fact->text);
		break;
	case FACT_DHCP_MUD_URL:
		keep(ear, CLUE_DHCP, "dhcp 161", text, "its maker publishes a MUD profile");
		break;
	case FACT_DHCP_ROUTER:
		hear_dhcp_router(ear->inventory, fact->addr);
		break;
	default:
		break;
	}
}

static struct slice without_local(struct slice name)
{
	if (words_end(name, "."))
		name.len--;
	if (words_end(name, ".local"))
		name.len -= strlen(".local");
	return name;
}

/* An address of another device is not said of this one: sleep proxies and reflectors repeat what others are called. */
static void hear_mdns_address(const struct ear *ear, const struct fact *fact)
{
	uint32_t owner = identity_of_address(ear->inventory, fact->addr);
	struct slice host = without_local(fact->name);

	if (owner != DEVICE_NONE && owner != ear->number)
		return;
	name_offer(ear->inventory, ear->number, NAME_MDNS, owner == ear->number ? NAME_RANK_HIGH : NAME_RANK_MIDDLE, host);
	keep(ear, CLUE_MDNS, "mdns host", host, NULL);
}

/* Keys of TXT records that name a product: Cast and HomeKit md, AirPlay am and model, printers ty and usb_MDL (Bonjour Printing 1.2.1). */
static void hear_mdns_text(const struct ear *ear, struct slice text)
{
	static const struct telling {
		const char *key;
		bool maker;
		uint8_t confidence;
	} telling[] = {
		{"md", false, SURE_MDNS},
		{"model", false, SURE_MDNS},
		{"am", false, SURE_MDNS},
		{"usb_MDL", false, SURE_MDNS},
		{"ty", false, SURE_MDNS_PRODUCT},
		{"manufacturer", true, SURE_MDNS},
		{"usb_MFG", true, SURE_MDNS},
		{"vendor", true, SURE_MDNS},
	};
	struct slice key = words_until(text, '='), value;
	char says[DEVICE_TEXT_MAX];
	bool said = false;

	if (key.len == text.len)
		return;
	value = words_trim(words_from(text, key.len + 1));
	for (size_t i = 0; i < COUNT(telling); i++) {
		/* The metadata types of an audio receiver, md=0,1,2, are no model. */
		if (!words_same(key, telling[i].key) || !name_usable(value))
			continue;
		words_join(says, telling[i].maker ? "maker: " : "model: ", value, "");
		keep(ear, CLUE_MDNS, "mdns txt", text, says);
		said = true;
		state(ear, CLUE_MDNS, telling[i].maker ? TRAIT_MAKER : TRAIT_MODEL, value, telling[i].confidence);
	}
	if (!said && told_known(ear->inventory, "mdns txt", text))
		keep(ear, CLUE_MDNS, "mdns txt", text, NULL);
}

static void hear_mdns(const struct ear *ear, const struct fact *fact)
{
	char type[DEVICE_TEXT_MAX], service[DEVICE_TEXT_MAX];
	struct slice host;

	switch (fact->kind) {
	case FACT_MDNS_SERVICE:
		/* the list of service types (RFC 6763 section 9) repeats what the services say */
		if (words_start(fact->name, "_services."))
			break;
		words_join(type, "", without_local(fact->name), " ");
		words_join(service, type, fact->text, "");
		keep(ear, CLUE_MDNS, "mdns service", words_of(service), NULL);
		break;
	case FACT_MDNS_HOST:
		host = without_local(fact->text);
		name_offer(ear->inventory, ear->number, NAME_MDNS, NAME_RANK_MIDDLE, host);
		keep(ear, CLUE_MDNS, "mdns host", host, NULL);
		break;
	case FACT_MDNS_ADDRESS:
		hear_mdns_address(ear, fact);
		break;
	default:
		hear_mdns_text(ear, words_trim(fact->text));
		break;
	}
}

/* Where the last UPnP version starts, or SIZE_MAX. "libupnp/1.6" is none. */
static size_t ssdp_version(struct slice server)
{
	size_t found = SIZE_MAX;

	for (size_t at = 0; at < server.len; at++)
		if ((!at || server.bytes[at - 1] == ' ' || server.bytes[at - 1] == ',') && words_start(words_from(server, at), "UPnP/"))
			found = at;
	return found;
}

/* The product is what stands behind the UPnP version: "Linux/3.14 UPnP/1.0 IpBridge/1.26", also with commas. */
static struct slice ssdp_product(struct slice server)
{
	size_t at = ssdp_version(server);

	if (at == SIZE_MAX)
		return (struct slice){0};
	server = words_from(server, at + strlen("UPnP/"));
	while (server.len && ((server.bytes[0] >= '0' && server.bytes[0] <= '9') || server.bytes[0] == '.'))
		server = words_from(server, 1);
	while (server.len && (server.bytes[0] == ' ' || server.bytes[0] == ','))
		server = words_from(server, 1);
	return server;
}

static void hear_ssdp_server(const struct ear *ear, struct slice server)
{
	struct slice product = ssdp_product(server);

	if (!name_usable(product)) {
		keep(ear, CLUE_SSDP, "ssdp server", server, NULL);
		return;
	}
	char says[DEVICE_TEXT_MAX];

	words_join(says, "runs: ", product, "");
	keep(ear, CLUE_SSDP, "ssdp server", server, says);
	for (size_t i = 0; i < COUNT(SSDP_LIBRARIES); i++)
		if (words_start(product, SSDP_LIBRARIES[i]))
			return;
	name_offer(ear->inventory, ear->number, NAME_SSDP, NAME_RANK_LOW, words_until(product, '/'));
}

static void hear_ssdp_target(const struct ear *ear, struct slice target)
{
	if (words_find(target, ":device:") != SIZE_MAX)
		keep(ear, CLUE_SSDP, "ssdp nt", target, NULL);
}

/* The type in a search is what is looked for, not what is there. The method is always the first fact of a message. */
static void hear_ssdp(const struct ear *ear, const struct fact *fact)
{
	struct slice text = words_trim(fact->text);
	size_t at;

	switch (fact->kind) {
	case FACT_SSDP_METHOD:
		ear->inventory->ssdp_search = words_same(text, "M-SEARCH");
		break;
	case FACT_SSDP_AGENT:
		keep(ear, CLUE_SSDP, "ssdp agent", text, NULL);
		break;
	case FACT_SSDP_SERVER:
		if (!ear->inventory->ssdp_search)
			hear_ssdp_server(ear, text);
		break;
	case FACT_SSDP_TARGET:
		if (!ear->inventory->ssdp_search)
			hear_ssdp_target(ear, text);
		break;
	default:
		at = words_find(text, "::");
		if (!ear->inventory->ssdp_search)
			keep(ear, CLUE_SSDP, "ssdp usn", at == SIZE_MAX ? text : (struct slice){text.bytes, at}, NULL);
		break;
	}
}

/* It is the maker's own protocol: who answers in it has that maker's parts inside, whatever brand it names as its vendor. Anybody may ask. */
static void hear_dhip_method(const struct ear *ear, struct slice method)
{
	if (!words_start(method, "client."))
		return;
	keep(ear, CLUE_DHIP, "dhip protocol", method, "maker: Dahua");
	state(ear, CLUE_DHIP, TRAIT_MAKER, words_of("Dahua"), SURE_DHIP);
}

static void hear_dhip(const struct ear *ear, const struct fact *fact)
{
	struct slice text = words_trim(fact->text);

	switch (fact->kind) {
	case FACT_DHIP_METHOD:
		hear_dhip_method(ear, text);
		break;
	case FACT_DHIP_VENDOR:
		/* what recorders say whose seller wanted no name in it */
		if (!name_usable(text) || words_same(text, "private") || words_start(text, "general")) {
			keep(ear, CLUE_DHIP, "dhip vendor", text, NULL);
			break;
		}
		keep_stated(ear, CLUE_DHIP, "dhip vendor", text, "brand: ");
		state(ear, CLUE_DHIP, TRAIT_BRAND, text, words_same(text, "Dahua") ? SURE_DHIP_UNCHANGED : SURE_DHIP);
		break;
	case FACT_DHIP_CLASS:
		keep(ear, CLUE_DHIP, "dhip class", text, NULL);
		break;
	case FACT_DHIP_TYPE:
		keep_stated(ear, CLUE_DHIP, "dhip type", text, "model: ");
		state(ear, CLUE_DHIP, TRAIT_MODEL, text, SURE_DHIP);
		break;
	case FACT_DHIP_VERSION:
		keep_stated(ear, CLUE_DHIP, "dhip version", text, "firmware: ");
		state(ear, CLUE_DHIP, TRAIT_FIRMWARE, text, SURE_DHIP);
		break;
	default:
		identity_say_mac(ear->inventory, ear->number, fact->mac);
		break;
	}
}

void hear_fact(struct inventory *inventory, uint32_t number, const struct fact *fact)
{
	const struct ear ear = {.inventory = inventory, .number = number, .device = &inventory->devices[number]};

	switch (fact->kind) {
	case FACT_ND_ROUTER:
		ear.device->router = true;
		break;
	case FACT_DHCP_MESSAGE ... FACT_DHCP_MUD_URL:
		hear_dhcp(&ear, fact);
		break;
	case FACT_MDNS_ADDRESS ... FACT_MDNS_TEXT:
		hear_mdns(&ear, fact);
		break;
	case FACT_SSDP_METHOD:
	case FACT_SSDP_TARGET:
	case FACT_SSDP_USN:
	case FACT_SSDP_SERVER:
	case FACT_SSDP_AGENT:
		hear_ssdp(&ear, fact);
		break;
	case FACT_HTTP_SERVER:
		keep(&ear, CLUE_HTTP, "http server", fact->text, NULL);
		break;
	case FACT_HTTP_REALM:
		keep(&ear, CLUE_HTTP, "http realm", hear_realm(fact->text), NULL);
		break;
	case FACT_HTTP_AGENT:
		keep(&ear, CLUE_HTTP, "http agent", fact->text, NULL);
		break;
	case FACT_TELNET_BANNER:
	case FACT_FTP_BANNER:
		keep(&ear, CLUE_BANNER, fact->kind == FACT_FTP_BANNER ? "ftp banner" : "telnet banner", fact->text, NULL);
		break;
	case FACT_MQTT_CONNECT:
		keep(&ear, CLUE_MQTT, "mqtt client", fact->text, NULL);
		break;
	case FACT_DNS_QUESTION:
		asked_dns(inventory, number, fact->name, fact->number);
		break;
	case FACT_TLS_SERVER_NAME:
		asked_tls(inventory, number, fact->text);
		break;
	case FACT_DHIP_METHOD ... FACT_DHIP_MAC:
		hear_dhip(&ear, fact);
		break;
	case FACT_TLS_JA4 ... FACT_ADB_SERVICE:
		hear_secured(&ear, fact);
		break;
	case FACT_OWN_PROTOCOL ... FACT_OWN_MAC:
	case FACT_OWN_ACTIVATED:
		spoken_fact(inventory, number, fact);
		break;
	case FACT_HTTP_TITLE ... FACT_RTSP_REALM:
		hear_web(&ear, fact);
		break;
	case FACT_DHCP6_MESSAGE ... FACT_UBNT_MODEL:
		hear_net(inventory, number, fact);
		break;
	default:
		break;
	}
}

void hear_maker(struct inventory *inventory, uint32_t number)
{
	const struct ear ear = {.inventory = inventory, .number = number, .device = &inventory->devices[number]};
	const uint8_t *mac = ear.device->macs[0];
	struct signature signatures[SIGNATURE_MATCH_MAX];
	char prefix[12], says[DEVICE_TEXT_MAX] = "";
	const char *maker;
	size_t count;

	if (!ear.device->mac_count || ear.device->random_mac)
		return;
	maker = inventory_maker_of(inventory, mac);
	if (!maker)
		return;
	snprintf(prefix, sizeof(prefix), "%02x:%02x:%02x", mac[0], mac[1], mac[2]);
	count = signature_match(&inventory->signatures, "oui", words_of(maker), signatures);
	if (!told_radio(signatures, count)) {
		words_join(says, "maker: ", words_of(maker), "");
		state(&ear, CLUE_OUI, TRAIT_MAKER, words_of(maker), SURE_OUI);
	}
	told_state(inventory, number, CLUE_OUI, signatures, count);
	told_words(says, signatures, count);
	keep(&ear, CLUE_OUI, "oui", words_of(prefix), says);
}
