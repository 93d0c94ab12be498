/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said about a device: names in their order, clues in their bounds, guesses with their reasons. */
#include "inventory/inventory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inventory/name.h"
#include "inventory/words.h"

static const uint8_t MAC[6] = {0x00, 0x12, 0x34, 0xa1, 0xb2, 0xc3};
static const uint8_t RANDOM_MAC[6] = {0x02, 0x12, 0x34, 0xa1, 0xb2, 0xc3};
static const uint8_t ADDRESS[16] = {[10] = 0xff, [11] = 0xff, 192, 168, 0, 2};
static const uint8_t OTHER[16] = {[10] = 0xff, [11] = 0xff, 192, 168, 0, 3};
static const char REGISTRY[] = "Registry,Assignment,Organization Name,Organization Address\n"
			       "MA-L,001234,\"Example Cameras, Inc\",Somewhere\nMA-L,021234,Wrong,Nowhere\n";

static struct inventory *fresh(const uint8_t mac[6])
{
	struct inventory_config config = {.device_max = 8};
	struct inventory *inventory = NULL;

	assert_int_equal(inventory_new(&config, &inventory), 0);
	assert_int_equal(inventory_read_shipped(inventory), 0);
	assert_int_equal(inventory_tie(inventory, mac, ADDRESS, 1), 0);
	return inventory;
}

static struct slice slice_of(const char *text)
{
	return text ? (struct slice){(const uint8_t *)text, strlen(text)} : (struct slice){0};
}

struct said {
	enum fact_kind kind;
	const char *text, *name;
	const uint8_t *address;
	uint32_t number;
};

static void say(struct inventory *inventory, const struct said *said)
{
	struct fact fact = {.kind = said->kind, .text = slice_of(said->text), .name = slice_of(said->name), .number = said->number};

	if (said->address)
		memcpy(fact.addr, said->address, 16);
	inventory_note_fact(inventory, 0, &fact);
}

enum { SAID_MAX = 8 };

/* In order; FACT_COUNT ends the list. */
struct naming {
	const char *title;
	struct said said[SAID_MAX];
	const char *name;
	enum name_source source;
};

#define STOP \
	{ \
		FACT_COUNT, NULL, NULL, NULL, 0 \
	}

static const struct naming NAMINGS[] = {
	{"nothing said", {STOP}, "Example Cameras device a1b2c3", NAME_OUI},
	{"DHCP host name", {{FACT_DHCP_HOST_NAME, "front-door", NULL, NULL, 0}, STOP}, "front-door", NAME_DHCP},
	{"DHCP host name with a NUL behind it and spaces", {{FACT_DHCP_HOST_NAME, "  front-door \r\n", NULL, NULL, 0}, STOP}, "front-door",
		NAME_DHCP},
	{"DHCP rename", {{FACT_DHCP_HOST_NAME, "old", NULL, NULL, 0}, {FACT_DHCP_HOST_NAME, "new", NULL, NULL, 0}, STOP}, "new", NAME_DHCP},
	{"option 12 before 81",
		{{FACT_DHCP_FQDN, "cam.example.com.", NULL, NULL, 0}, {FACT_DHCP_HOST_NAME, "cam", NULL, NULL, 0},
			{FACT_DHCP_FQDN, "cam.example.com.", NULL, NULL, 0}, STOP},
		"cam", NAME_DHCP},
	{"option 81 alone", {{FACT_DHCP_FQDN, "cam.example.com.", NULL, NULL, 0}, STOP}, "cam.example.com", NAME_DHCP},
	{"mDNS never replaces DHCP",
		{{FACT_DHCP_HOST_NAME, "front-door", NULL, NULL, 0}, {FACT_MDNS_ADDRESS, NULL, "other.local", ADDRESS, 0}, STOP},
		"front-door", NAME_DHCP},
	{"DHCP replaces mDNS",
		{{FACT_MDNS_ADDRESS, NULL, "other.local", ADDRESS, 0}, {FACT_DHCP_HOST_NAME, "front-door", NULL, NULL, 0}, STOP},
		"front-door", NAME_DHCP},
	{"mDNS address of its own beats an SRV target",
		{{FACT_MDNS_ADDRESS, NULL, "kitchen.local", ADDRESS, 0}, {FACT_MDNS_HOST, "else.local", "x._ipp._tcp.local", NULL, 631},
			STOP},
		"kitchen", NAME_MDNS},
	{"mDNS address of another device is not its own", {{FACT_MDNS_ADDRESS, NULL, "kitchen.local", OTHER, 0}, STOP},
		"Example Cameras device a1b2c3", NAME_OUI},
	{"SSDP product",
		{{FACT_SSDP_METHOD, "NOTIFY", NULL, NULL, 0}, {FACT_SSDP_SERVER, "Linux/3.14 UPnP/1.0 IpBridge/1.26.0", NULL, NULL, 0},
			STOP},
		"IpBridge", NAME_SSDP},
	{"SSDP product that its maker did not fill in", {{FACT_SSDP_SERVER, "Unspecified, UPnP/1.0, Unspecified", NULL, NULL, 0}, STOP},
		"Example Cameras device a1b2c3", NAME_OUI},
	{"SSDP library is no name", {{FACT_SSDP_SERVER, "Linux, UPnP/1.0, Portable SDK for UPnP devices/1.6.6", NULL, NULL, 0}, STOP},
		"Example Cameras device a1b2c3", NAME_OUI},
	{"SSDP search names nobody",
		{{FACT_SSDP_METHOD, "M-SEARCH", NULL, NULL, 0}, {FACT_SSDP_SERVER, "X/1 UPnP/1.0 Thing/1", NULL, NULL, 0}, STOP},
		"Example Cameras device a1b2c3", NAME_OUI},
	{"maker and model by its own word", {{FACT_DHIP_VENDOR, "Dahua", NULL, NULL, 0}, {FACT_DHIP_TYPE, "IPC-HDBW", NULL, NULL, 0}, STOP},
		"Dahua IPC-HDBW", NAME_FINGERPRINT},
	{"model that begins with its maker",
		{{FACT_MDNS_TEXT, "manufacturer=Acme", NULL, NULL, 0}, {FACT_MDNS_TEXT, "md=Acme One", NULL, NULL, 0}, STOP}, "Acme One",
		NAME_FINGERPRINT},
	{"UPnP friendly name before an SSDP product",
		{{FACT_UPNP_NAME, "Bob&apos;s <TV> &amp; more", NULL, NULL, 0}, {FACT_SSDP_SERVER, "X/1 UPnP/1.0 Thing/1", NULL, NULL, 0},
			STOP},
		"Bob's <TV> & more", NAME_SSDP},
	{"UPnP friendly name that nobody set", {{FACT_UPNP_NAME, " Unknown ", NULL, NULL, 0}, STOP}, "Example Cameras device a1b2c3",
		NAME_OUI},
	{"brand and model of a description",
		{{FACT_HNAP_MAKER, "D-Link", NULL, NULL, 0}, {FACT_HNAP_MODEL, "DCS-935L", NULL, NULL, 0}, STOP}, "D-Link DCS-935L",
		NAME_FINGERPRINT},
	{"the brand people know before the maker inside",
		{{FACT_ONVIF_MAKER, "Lorex", NULL, NULL, 0}, {FACT_DHIP_VENDOR, "Dahua", NULL, NULL, 0},
			{FACT_DHIP_TYPE, "LNB", NULL, NULL, 0}, STOP},
		"Lorex LNB", NAME_FINGERPRINT},
};

static void names_in_their_order(void **state)
{
	for (size_t i = 0; i < sizeof(NAMINGS) / sizeof(NAMINGS[0]); i++) {
		struct inventory *inventory = fresh(MAC);

		assert_int_equal(inventory_read_oui(inventory, "x", REGISTRY, strlen(REGISTRY), NULL), 0);
		inventory_see(inventory, NULL, OTHER, 1);
		for (const struct said *said = NAMINGS[i].said; said->kind != FACT_COUNT; said++)
			say(inventory, said);
		inventory_settle(inventory);
		inventory_settle(inventory);
		const struct device *device = inventory_device(inventory, 0);

		if (strcmp(device->name, NAMINGS[i].name) || device->name_source != NAMINGS[i].source)
			fail_msg("%s: named \"%s\" by %d", NAMINGS[i].title, device->name, device->name_source);
		inventory_free(inventory);
	}
}

static void junk_is_no_name(void **state)
{
	static const char *const junk[] = {"", "0", "7", " ", "--", "...", "12345", "localhost", "LocalHost", "localhost.localdomain",
		"(none)", "none", "unknown", "null", "192.168.1.1", "fe80::1", "[2001:db8::1]", "\t\r\n", "a"};
	static const char *const names[] = {"android-1a2b", "cam", "tv",
		"K\xc3\xbc"
		"che",
		"\xe5\xaf\x86", "none-of-them", "dead-beef", "10.0.0.5x"};

	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		struct inventory *inventory = fresh(MAC);
		const struct said said = {.kind = FACT_DHCP_HOST_NAME, .text = junk[i]};

		say(inventory, &said);
		inventory_settle(inventory);
		const struct device *device = inventory_device(inventory, 0);
		bool blank = !strlen(junk[i]) || strspn(junk[i], " \t\r\n") == strlen(junk[i]);

		if (device->name_source != NAME_PLACEHOLDER || device->clue_count != !blank)
			fail_msg("\"%s\" became a name or was not kept as a clue", junk[i]);
		inventory_free(inventory);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!name_usable(slice_of(names[i])))
			fail_msg("\"%s\" is a name", names[i]);
}

static void the_users_name_stays(void **state)
{
	struct inventory *inventory = fresh(MAC);

	inventory_note_user_name(inventory, 0, "Front door");
	say(inventory, &(struct said){.kind = FACT_DHCP_HOST_NAME, .text = "ipcam"});
	inventory_note_user_name(inventory, 0, "");
	inventory_note_user_name(inventory, DEVICE_NONE, "nobody");
	inventory_settle(inventory);
	assert_string_equal(inventory_device(inventory, 0)->name, "Front door");
	assert_int_equal(inventory_device(inventory, 0)->name_source, NAME_USER);
	inventory_note_user_name(inventory, 0, "0"); /* even that, if a person wants it */
	assert_string_equal(inventory_device(inventory, 0)->name, "0");
	inventory_free(inventory);
}

static void the_better_name_survives_a_merge(void **state)
{
	struct inventory *inventory = fresh(MAC);
	static const uint8_t mac[6] = {0x00, 0x12, 0x34, 1, 2, 3};

	assert_int_equal(inventory_see(inventory, NULL, OTHER, 1), 1);
	const struct fact fact = {.kind = FACT_DHCP_HOST_NAME, .text = slice_of("printer")};

	inventory_note_fact(inventory, 1, &fact);
	assert_int_equal(inventory_tie(inventory, mac, (const uint8_t[16]){0}, 2), 2);
	assert_int_equal(inventory_tie(inventory, mac, OTHER, 3), 2);
	assert_string_equal(inventory_device(inventory, 2)->name, "printer");
	assert_int_equal(inventory_device(inventory, 2)->clue_count, 1);
	inventory_free(inventory);
}

static void a_placeholder_is_stable(void **state)
{
	struct inventory *inventory = fresh(RANDOM_MAC);
	char expected[32];

	assert_int_equal(inventory_read_oui(inventory, "x", REGISTRY, strlen(REGISTRY), NULL), 0);
	inventory_settle(inventory);
	const struct device *device = inventory_device(inventory, 0);

	snprintf(expected, sizeof(expected), "device-%06x", (unsigned)(device->id & 0xffffff));
	assert_string_equal(device->name, expected);
	assert_true(device->random_mac);
	assert_int_equal(device->maker.confidence, 0);
	assert_int_equal(device->clue_count, 0);
	inventory_free(inventory);
}

struct clue_case {
	struct said said;
	const char *source, *value, *says; /* source NULL: no clue */
};

static const struct clue_case CLUES[] = {
	{{FACT_DHCP_VENDOR_CLASS, "udhcp 1.24.1", NULL, NULL, 0}, "dhcp 60", "udhcp 1.24.1", "runs: BusyBox udhcpc"},
	{{FACT_DHCP_VENDOR_CLASS, "something else", NULL, NULL, 0}, "dhcp 60", "something else", ""},
	{{FACT_DHCP_PARAMETERS, "\x01\x03\x06\xff", NULL, NULL, 0}, "dhcp 55", "1,3,6,255", ""},
	{{FACT_DHCP_CLIENT_ID, "\x01\x02\x03\x04\x05\x06\x07", NULL, NULL, 0}, NULL, NULL, NULL},
	{{FACT_DHCP_CLIENT_ID, "\xff\x02", NULL, NULL, 0}, "dhcp 61", "ff:02", ""},
	{{FACT_DHCP_MUD_URL, "https://mud.example/cam.json", NULL, NULL, 0}, "dhcp 161", "https://mud.example/cam.json",
		"its maker publishes a MUD profile"},
	{{FACT_MDNS_SERVICE, "Kitchen TV", "_airplay._tcp.local", NULL, 0}, "mdns service", "_airplay._tcp Kitchen TV",
		"kind: media player"},
	{{FACT_MDNS_TEXT, "model=AppleTV3,2", NULL, NULL, 0}, "mdns txt", "model=AppleTV3,2", "model: AppleTV3,2"},
	{{FACT_MDNS_TEXT, "md=0,1,2", NULL, NULL, 0}, NULL, NULL, NULL},
	{{FACT_MDNS_TEXT, "deviceid=00:11", NULL, NULL, 0}, NULL, NULL, NULL},
	{{FACT_MDNS_TEXT, "model", NULL, NULL, 0}, NULL, NULL, NULL},
	{{FACT_SSDP_TARGET, "urn:schemas-upnp-org:device:InternetGatewayDevice:1", NULL, NULL, 0}, "ssdp nt",
		"urn:schemas-upnp-org:device:InternetGatewayDevice:1", "kind: router"},
	{{FACT_SSDP_TARGET, "upnp:rootdevice", NULL, NULL, 0}, NULL, NULL, NULL},
	{{FACT_SSDP_USN, "uuid:1234::upnp:rootdevice", NULL, NULL, 0}, "ssdp usn", "uuid:1234", ""},
	{{FACT_SSDP_SERVER, "POSIX UPnP/1.1 MiniUPnPd/1.9", NULL, NULL, 0}, "ssdp server", "POSIX UPnP/1.1 MiniUPnPd/1.9",
		"runs: MiniUPnPd/1.9"},
	{{FACT_SSDP_SERVER, "libupnp/1.6 UPnP/1.0 UPnP/1.0 Thing/1", NULL, NULL, 0}, "ssdp server", "libupnp/1.6 UPnP/1.0 UPnP/1.0 Thing/1",
		"runs: Thing/1"},
	{{FACT_MDNS_SERVICE, "_http", "_services._dns-sd._udp.local", NULL, 0}, NULL, NULL, NULL},
	{{FACT_TLS_JA4, "t13d1516h2_8daaf6152771_e5627efa2ab1", NULL, NULL, 0}, "tls ja4", "t13d1516h2_8daaf6152771_e5627efa2ab1",
		"runs: a browser of Chromium's family"},
	{{FACT_TLS_CERTIFICATE_SUBJECT, "router.lan", NULL, NULL, 0}, "tls certificate", "router.lan", ""},
	{{FACT_TLS_CERTIFICATE_ORGANISATION, "Acme", NULL, NULL, 0}, "tls organisation", "Acme", ""},
	{{FACT_TLS_CERTIFICATE_ISSUER, "Acme Root", NULL, NULL, 0}, NULL, NULL, NULL},
	{{FACT_TLS_SERVER_HELLO, NULL, NULL, NULL, 0x303}, NULL, NULL, NULL},
	{{FACT_SSH_SERVER, "SSH-2.0-dropbear_2019.78", NULL, NULL, 0}, "ssh banner", "SSH-2.0-dropbear_2019.78", "runs: Dropbear"},
	{{FACT_SSH_SERVER, "SSH-2.0-\x1b[31m", NULL, NULL, 0}, "ssh banner", "SSH-2.0-\x1b[31m", ""},
	{{FACT_SSH_CLIENT, "SSH-2.0-Go", NULL, NULL, 0}, NULL, NULL, NULL},
	{{FACT_ADB_DEVICE, "device::ro.product.name=x;ro.product.model=XBHG6760;ro.product.device=tv;", NULL, NULL, 0}, "adb model",
		"XBHG6760", "model: XBHG6760"},
	{{FACT_ADB_DEVICE, "device::", NULL, NULL, 0}, "adb device", "device::", "runs: Android"},
	{{FACT_ADB_SERVICE, "shell", NULL, NULL, 0}, NULL, NULL, NULL},
	{{FACT_HTTP_REALM, "Digest qop=\"auth\", realm=\"DVR\", nonce=\"abc\"", NULL, NULL, 0}, "http realm", "DVR", ""},
	{{FACT_HTTP_REALM, "Basic realm=Camera, charset=x", NULL, NULL, 0}, "http realm", "Camera", ""},
	{{FACT_HTTP_REALM, "Negotiate", NULL, NULL, 0}, NULL, NULL, NULL},
	{{FACT_TELNET_BANNER, "(none) login", NULL, NULL, 0}, "telnet banner", "(none) login", ""},
	{{FACT_DHIP_CLASS, "NVR", NULL, NULL, 0}, "dhip class", "NVR", "kind: video recorder"},
	{{FACT_DHIP_VENDOR, "Private", NULL, NULL, 0}, "dhip vendor", "Private", ""},
	{{FACT_DHIP_VENDOR, "QSee", NULL, NULL, 0}, "dhip vendor", "QSee", "brand: QSee"},
	{{FACT_DHIP_METHOD, "client.notifyDevInfo", NULL, NULL, 0}, "dhip protocol", "client.notifyDevInfo", "maker: Dahua"},
	{{FACT_DHIP_METHOD, "DHDiscover.search", NULL, NULL, 0}, NULL, NULL, NULL},
	{{FACT_DHIP_VERSION, "3.210", NULL, NULL, 0}, "dhip version", "3.210", "firmware: 3.210"},
	{{FACT_DNS_QUESTION, NULL, "a1.tuyaeu.com", NULL, 1}, "dns name", "a1.tuyaeu.com", "maker: Tuya"},
	{{FACT_DNS_QUESTION, NULL, "a1.tuyaeu.com", NULL, 12}, NULL, NULL, NULL},
	{{FACT_DNS_QUESTION, NULL, "printer.local", NULL, 1}, NULL, NULL, NULL},
	{{FACT_DNS_QUESTION, NULL, "wpad", NULL, 1}, NULL, NULL, NULL},
	{{FACT_DNS_QUESTION, NULL, ".", NULL, 1}, NULL, NULL, NULL},
	{{FACT_DNS_QUESTION, NULL, "..", NULL, 1}, NULL, NULL, NULL},
	{{FACT_DNS_QUESTION, NULL, ".com", NULL, 1}, NULL, NULL, NULL},
	{{FACT_TLS_SERVER_NAME, "api.example.co.uk", NULL, NULL, 0}, "tls name", "api.example.co.uk", ""},
	{{FACT_HTTP_TITLE, "NVR Login", NULL, NULL, 200}, "http title", "NVR Login", "kind: video recorder"},
	{{FACT_HTTP_TITLE, "404 Not Found", NULL, NULL, 404}, NULL, NULL, NULL},
	{{FACT_UPNP_TYPE, "urn:schemas-upnp-org:device:MediaRenderer:1", NULL, NULL, 0}, "upnp type",
		"urn:schemas-upnp-org:device:MediaRenderer:1", "kind: media player"},
	{{FACT_UPNP_TYPE, "urn:Belkin:device:controllee:1", NULL, NULL, 0}, "upnp type", "urn:Belkin:device:controllee:1",
		"kind: smart plug; model: WeMo Switch; maker: Belkin; brand: WeMo"},
	{{FACT_UPNP_TYPE, "urn:schemas-upnp-org:device:Basic:1", NULL, NULL, 0}, "upnp type", "urn:schemas-upnp-org:device:Basic:1", ""},
	{{FACT_UPNP_TYPE, "nonsense", NULL, NULL, 0}, "upnp type", "nonsense", ""},
	{{FACT_UPNP_NAME, "AT&amp;T &lt;&gt;&quot;&#65;&x", NULL, NULL, 0}, "upnp name", "AT&T <>\"&#65;&x", ""},
	{{FACT_UPNP_MAKER, "Acme", NULL, NULL, 0}, "upnp manufacturer", "Acme", "brand: Acme"},
	{{FACT_UPNP_MAKER, "unknown", NULL, NULL, 0}, "upnp manufacturer", "unknown", ""},
	{{FACT_UPNP_DESCRIPTION, "Plug", NULL, NULL, 0}, "upnp description", "Plug", ""},
	{{FACT_UPNP_FIRMWARE, "2", NULL, NULL, 0}, "upnp firmware", "2", "firmware: 2"},
	{{FACT_UPNP_SERIAL, "221", NULL, NULL, 0}, NULL, NULL, NULL},
	{{FACT_UPNP_UDN, "uuid:1", NULL, NULL, 0}, NULL, NULL, NULL},
	{{FACT_UPNP_PORT_MAPPING, "Teredo", "UDP", ADDRESS, 59085}, NULL, NULL, NULL},
	{{FACT_WSD_TYPE, "dn:NetworkVideoTransmitter", NULL, NULL, 0}, "wsd type", "dn:NetworkVideoTransmitter", "kind: camera"},
	{{FACT_WSD_TYPE, "Computer", NULL, NULL, 0}, "wsd type", "Computer", "kind: computer"},
	{{FACT_WSD_TYPE, "dn:NetworkVideoTransmitter", NULL, NULL, 1}, NULL, NULL, NULL},
	{{FACT_WSD_TYPE, "tds:Device", NULL, NULL, 0}, NULL, NULL, NULL},
	{{FACT_WSD_SCOPE, "onvif://www.onvif.org/hardware/DS-2CD%202", NULL, NULL, 0}, "onvif hardware", "DS-2CD 2", "model: DS-2CD 2"},
	{{FACT_WSD_SCOPE, "onvif://www.onvif.org/hardware/1", NULL, NULL, 0}, "onvif hardware", "1", ""},
	{{FACT_WSD_SCOPE, "onvif://www.onvif.org/name/Front%2xDoor%", NULL, NULL, 0}, "onvif name", "Front%2xDoor%", ""},
	{{FACT_WSD_SCOPE, "onvif://www.onvif.org/location/%1b[2J", NULL, NULL, 0}, "onvif location", "\x1b[2J", ""},
	{{FACT_WSD_SCOPE, "onvif://www.onvif.org/name/x", NULL, NULL, 1}, NULL, NULL, NULL},
	{{FACT_WSD_SCOPE, "onvif://www.onvif.org/type/video_encoder", NULL, NULL, 0}, "onvif type", "video_encoder", "kind: camera"},
	{{FACT_WSD_SCOPE, "onvif://www.onvif.org/type/Network%20Video%20Transmitter", NULL, NULL, 0}, "onvif type",
		"Network Video Transmitter", "kind: camera"},
	{{FACT_WSD_SCOPE, "onvif://www.onvif.org/type/audio_encoder", NULL, NULL, 0}, NULL, NULL, NULL},
	{{FACT_WSD_SCOPE, "onvif://www.onvif.org/type/video_encoder", NULL, NULL, 1}, NULL, NULL, NULL},
	{{FACT_WSD_SCOPE, "onvif://www.onvif.org/Profile/Streaming", NULL, NULL, 0}, "onvif profile", "Streaming", "kind: camera"},
	{{FACT_WSD_SCOPE, "onvif://www.onvif.org/Profile/Q/Operational", NULL, NULL, 0}, NULL, NULL, NULL},
	{{FACT_MDNS_TEXT, "DT=266", NULL, NULL, 0}, "mdns txt", "DT=266", "kind: smart plug"},
	{{FACT_MDNS_TEXT, "DT=2660", NULL, NULL, 0}, NULL, NULL, NULL},
	{{FACT_MDNS_TEXT, "ci=36", NULL, NULL, 0}, "mdns txt", "ci=36", "kind: media player"},
	{{FACT_MDNS_TEXT, "ci=1", NULL, NULL, 0}, NULL, NULL, NULL},
	{{FACT_DHCP_HOST_NAME, "DCH-S161", NULL, NULL, 0}, "dhcp 12", "DCH-S161", "kind: sensor; brand: D-Link"},
	{{FACT_DHCP_HOST_NAME, "DCH-S220", NULL, NULL, 0}, "dhcp 12", "DCH-S220", "kind: alarm system; brand: D-Link"},
	{{FACT_DNS_QUESTION, NULL, "devs.tplinkcloud.com", NULL, 1}, "dns name", "devs.tplinkcloud.com",
		"maker: TP-Link; brand: TP-Link; kind: smart plug"},
	{{FACT_DNS_QUESTION, NULL, "wap.tplinkcloud.com", NULL, 1}, "dns name", "wap.tplinkcloud.com", "maker: TP-Link; brand: TP-Link"},
	{{FACT_TLS_JA4, "t13d1715h2_5b57614c22b0_5c2c66f702b0", NULL, NULL, 0}, "tls ja4", "t13d1715h2_5b57614c22b0_5c2c66f702b0",
		"runs: Firefox"},
	{{FACT_TLS_JA4, "t13d2014h2_a09f3c656075_14788d8d241b", NULL, NULL, 0}, "tls ja4", "t13d2014h2_a09f3c656075_14788d8d241b",
		"runs: Apple's CFNetwork (Safari, apps); maker: Apple"},
	{{FACT_TLS_JA4, "t12i700500_d1ca360fb3a8_a1e935682795", NULL, NULL, 0}, "tls ja4", "t12i700500_d1ca360fb3a8_a1e935682795",
		"runs: OpenSSL 1.0.1 without Camellia and SEED"},
	{{FACT_TLS_JA4, "t12i080300_82fb0c9af471_dd24e09eae45", NULL, NULL, 0}, "tls ja4", "t12i080300_82fb0c9af471_dd24e09eae45",
		"maker: Tuya"},
	{{FACT_TLS_JA4, "t12d2014h2_a09f3c656076_14788d8d241b", NULL, NULL, 0}, "tls ja4", "t12d2014h2_a09f3c656076_14788d8d241b", ""},
	{{FACT_WSD_SCOPE, "ldap:///ou=x", NULL, NULL, 0}, NULL, NULL, NULL},
	{{FACT_WSD_XADDR, "http://10.0.0.5/", NULL, NULL, 0}, NULL, NULL, NULL},
	{{FACT_ONVIF_MODEL, "C1", NULL, NULL, 0}, "onvif model", "C1", "model: C1"},
	{{FACT_CWMP_CLASS, "HomeBox", NULL, NULL, 0}, "cwmp product class", "HomeBox", "model: HomeBox"},
	{{FACT_CWMP_SOFTWARE, "7.29", NULL, NULL, 0}, "cwmp software", "7.29", "firmware: 7.29"},
	{{FACT_RTSP_SERVER, "Rtsp Server/2.0", NULL, NULL, 0}, "rtsp server", "Rtsp Server/2.0", ""},
	{{FACT_RTSP_AGENT, "LibVLC/3.0", NULL, NULL, 0}, "rtsp agent", "LibVLC/3.0", ""},
	{{FACT_RTSP_REALM, "Digest realm=\"IP Camera\", nonce=\"1\"", NULL, NULL, 0}, "rtsp realm", "IP Camera", ""},
	{{FACT_RTSP_REQUEST, "rtsp://h/", "PLAY", NULL, 0}, NULL, NULL, NULL},
	{{FACT_LOGIN_TRY, "secret", "admin", NULL, 0}, NULL, NULL, NULL},
	{{FACT_ARP_SENDER, NULL, NULL, NULL, 1}, NULL, NULL, NULL},
};

static void clues_and_what_they_say(void **state)
{
	for (size_t i = 0; i < sizeof(CLUES) / sizeof(CLUES[0]); i++) {
		struct inventory *inventory = fresh(MAC);
		const struct device *device = inventory_device(inventory, 0);

		say(inventory, &CLUES[i].said);
		say(inventory, &CLUES[i].said);
		if (device->clue_count != (CLUES[i].source ? 1 : 0))
			fail_msg("case %zu: %u clues", i, device->clue_count);
		if (CLUES[i].source) {
			assert_string_equal(device->clues[0].source, CLUES[i].source);
			assert_string_equal(device->clues[0].value, CLUES[i].value);
			assert_string_equal(device->clues[0].says, CLUES[i].says);
		}
		assert_int_equal(device->clues_left_out, 0);
		inventory_free(inventory);
	}
}

static unsigned count_source(const struct device *device, const char *source)
{
	unsigned count = 0;

	for (unsigned i = 0; i < device->clue_count; i++)
		count += !strcmp(device->clues[i].source, source);
	return count;
}

static void many_names_do_not_fill_the_list(void **state)
{
	struct inventory *inventory = fresh(MAC);
	const struct device *device = inventory_device(inventory, 0);
	char name[64];

	for (unsigned i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "x%u.victim.example", i); /* one domain */
		say(inventory, &(struct said){.kind = FACT_DNS_QUESTION, .name = name, .number = 1});
	}
	assert_int_equal(device->clue_count, 1);
	assert_int_equal(device->clues_left_out, 0);
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "cloud%u.com", i);
		say(inventory,
			&(struct said){.kind = i & 1 ? FACT_DNS_QUESTION : FACT_TLS_SERVER_NAME, .name = name, .text = name, .number = 1});
	}
	assert_int_equal(device->clue_count, 6);
	assert_in_range(device->clues_left_out, 60, 64);
	inventory_free(inventory);
}

/* A device that says much of every kind: each kind keeps its share, and the registry's word still gets in at the end. */
static void a_full_list_is_shared(void **state)
{
	static const enum fact_kind kinds[] = {FACT_MDNS_SERVICE, FACT_SSDP_USN, FACT_HTTP_SERVER, FACT_TELNET_BANNER, FACT_DHCP_HOST_NAME,
		FACT_DHIP_VERSION, FACT_MQTT_CONNECT};
	struct inventory *inventory = fresh(MAC);
	const struct device *device = inventory_device(inventory, 0);
	char text[64];

	for (unsigned k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		for (unsigned i = 0; i < 20; i++) {
			snprintf(text, sizeof(text), "uuid-%u", i);
			say(inventory, &(struct said){.kind = kinds[k], .text = text, .name = "_x._tcp.local"});
		}
	}
	assert_int_equal(device->clue_count, DEVICE_CLUE_MAX);
	assert_int_equal(inventory_read_oui(inventory, "x", REGISTRY, strlen(REGISTRY), NULL), 0);
	inventory_settle(inventory);
	assert_int_equal(device->clue_count, DEVICE_CLUE_MAX);
	assert_int_equal(count_source(device, "oui"), 1);
	assert_int_equal(count_source(device, "mqtt client"), 2);
	assert_true(count_source(device, "mdns service") >= 2 && count_source(device, "telnet banner") >= 2);
	assert_true(count_source(device, "dhip version") >= 3);
	assert_true(device->clues_left_out > 0);
	inventory_free(inventory);
}

static void what_says_something_goes_first(void **state)
{
	struct inventory *inventory = fresh(MAC);
	const struct device *device = inventory_device(inventory, 0);
	char text[64];

	for (unsigned i = 0; i < 20; i++) {
		snprintf(text, sizeof(text), "instance %u", i);
		say(inventory, &(struct said){.kind = FACT_MDNS_SERVICE, .text = text, .name = "_x._tcp.local"});
	}
	say(inventory, &(struct said){.kind = FACT_MDNS_TEXT, .text = "md=Thing 5"});
	assert_int_equal(count_source(device, "mdns txt"), 1);
	assert_int_equal(count_source(device, "mdns service"), 7);
	assert_string_equal(device->model.name, "Thing 5");
	assert_int_equal(device->model.confidence, 70);
	inventory_free(inventory);
}

static void guesses_by_confidence(void **state)
{
	struct inventory *inventory = fresh(MAC);
	const struct device *device = inventory_device(inventory, 0);

	assert_int_equal(inventory_read_oui(inventory, "x", REGISTRY, strlen(REGISTRY), NULL), 0);
	inventory_settle(inventory);
	assert_string_equal(device->maker.name, "Example Cameras");
	assert_int_equal(device->maker.confidence, 60);
	say(inventory, &(struct said){.kind = FACT_DHIP_METHOD, .text = "client.notifyDevInfo"});
	say(inventory, &(struct said){.kind = FACT_DHIP_VENDOR, .text = "Intelbras"});
	say(inventory, &(struct said){.kind = FACT_DHIP_VERSION, .text = "1.0"});
	say(inventory, &(struct said){.kind = FACT_DHIP_VERSION, .text = "1.1"});
	say(inventory, &(struct said){.kind = FACT_MDNS_TEXT, .text = "manufacturer=Else"});
	inventory_settle(inventory);
	assert_string_equal(device->maker.name, "Dahua");
	assert_int_equal(device->maker.confidence, 65);
	assert_string_equal(device->brand.name, "Intelbras");
	assert_string_equal(device->firmware.name, "1.1");
	assert_string_equal(device->kind.name, "");
	assert_int_equal(device->kind.confidence, 0);
	inventory_free(inventory);
}

/* A description says who sells the device; who made what is inside, the MAC's block knows better. */
static void what_a_description_weighs(void **state)
{
	struct inventory *inventory = fresh(MAC);
	const struct device *device = inventory_device(inventory, 0);

	say(inventory, &(struct said){.kind = FACT_UPNP_MAKER, .text = "Seller"});
	assert_string_equal(device->brand.name, "Seller");
	assert_int_equal(device->brand.confidence, 70);
	assert_string_equal(device->maker.name, "Seller");
	assert_int_equal(device->maker.confidence, 50);
	assert_int_equal(inventory_read_oui(inventory, "x", REGISTRY, strlen(REGISTRY), NULL), 0);
	inventory_settle(inventory);
	assert_string_equal(device->maker.name, "Example Cameras");
	assert_int_equal(device->maker.confidence, 43);
	assert_string_equal(device->maker.rival, "Seller");
	assert_int_equal(device->maker.rival_confidence, 29);
	say(inventory, &(struct said){.kind = FACT_WSD_SCOPE, .text = "onvif://www.onvif.org/hardware/board"});
	assert_int_equal(device->model.confidence, 60);
	say(inventory, &(struct said){.kind = FACT_ONVIF_MODEL, .text = "C1"});
	say(inventory, &(struct said){.kind = FACT_WSD_SCOPE, .text = "onvif://www.onvif.org/hardware/board"});
	assert_string_equal(device->model.name, "C1");
	assert_int_equal(device->model.confidence, 70);
	say(inventory, &(struct said){.kind = FACT_WSD_TYPE, .text = "dn:NetworkVideoTransmitter"});
	assert_string_equal(device->kind.name, "camera");
	assert_int_equal(device->kind.confidence, 50);
	say(inventory, &(struct said){.kind = FACT_UPNP_FIRMWARE, .text = "1.1"});
	assert_string_equal(device->firmware.name, "1.1");
	inventory_free(inventory);
}

/* 64 KiB of anything is cut, and never more than a share of the list. */
static void hostile_descriptions(void **state)
{
	struct inventory *inventory = fresh(MAC);
	const struct device *device = inventory_device(inventory, 0);
	static uint8_t bytes[65536];

	for (enum fact_kind kind = FACT_HTTP_TITLE; kind <= FACT_RTSP_REALM; kind++)
		for (unsigned i = 0; i < 256; i++) {
			memset(bytes, (int)i, sizeof(bytes));
			struct fact fact = {.kind = kind, .number = i % 2 ? 200 : 0, .text = {bytes, i % 3 ? sizeof(bytes) : i % 5}};
			memcpy(bytes, "onvif://www.onvif.org/name/%&amp", 32);
			inventory_note_fact(inventory, 0, &fact);
		}
	assert_true(device->clue_count <= DEVICE_CLUE_MAX);
	assert_true(strlen(device->name) < DEVICE_TEXT_MAX);
	inventory_free(inventory);
}

static void routers_are_marked(void **state)
{
	struct inventory *inventory = fresh(MAC);

	say(inventory, &(struct said){.kind = FACT_DHCP_ROUTER, .address = OTHER});
	inventory_settle(inventory);
	inventory_see(inventory, NULL, OTHER, 2); /* seen after it was named */
	assert_false(inventory_device(inventory, 1)->router);
	inventory_settle(inventory);
	assert_true(inventory_device(inventory, 1)->router);
	assert_false(inventory_device(inventory, 0)->router);
	say(inventory, &(struct said){.kind = FACT_ND_ROUTER});
	assert_true(inventory_device(inventory, 0)->router);
	inventory_free(inventory);
}

/* Sixteen are remembered until they are seen; the next ones are counted. */
static void more_routers_than_places(void **state)
{
	struct inventory *inventory = fresh(MAC);

	for (uint8_t i = 0; i < 20; i++) {
		uint8_t address[16];

		memcpy(address, OTHER, 16);
		address[15] = (uint8_t)(100 + i);
		say(inventory, &(struct said){.kind = FACT_DHCP_ROUTER, .address = address});
	}
	assert_int_equal(inventory_left_out(inventory), 4);
	inventory_free(inventory);
}

static void a_device_without_mac_says_its_own(void **state)
{
	struct inventory *inventory = fresh(MAC);
	struct fact fact = {.kind = FACT_DHIP_MAC, .mac = {0x00, 0x12, 0x34, 9, 9, 9}};

	assert_int_equal(inventory_see(inventory, NULL, OTHER, 2), 1);
	inventory_note_fact(inventory, 1, &fact);
	assert_int_equal(inventory_find_mac(inventory, fact.mac), 1);
	inventory_note_fact(inventory, 0, &fact); /* another may not take it */
	assert_int_equal(inventory_find_mac(inventory, fact.mac), 1);
	inventory_free(inventory);
}

static void text_is_cut_at_whole_characters(void **state)
{
	struct inventory *inventory = fresh(MAC);
	const struct device *device = inventory_device(inventory, 0);
	char text[200] = "";

	for (unsigned i = 0; i < 60; i++)
		memcpy(text + 1 + 3 * i, "\xe2\x82\xac", 4);
	text[0] = 'x';
	say(inventory, &(struct said){.kind = FACT_FTP_BANNER, .text = text});
	assert_int_equal(strlen(device->clues[0].value), 94);
	memset(text, 0x80, 150); /* not UTF-8 at all */
	text[150] = '\0';
	say(inventory, &(struct said){.kind = FACT_FTP_BANNER, .text = text});
	assert_int_equal(strlen(device->clues[1].value), 95);
	const struct fact nul = {.kind = FACT_FTP_BANNER, .text = {(const uint8_t *)"\0a\0b\0", 5}};

	inventory_note_fact(inventory, 0, &nul);
	assert_string_equal(device->clues[2].value, "a b");
	inventory_free(inventory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_in_their_order),
		cmocka_unit_test(junk_is_no_name),
		cmocka_unit_test(the_users_name_stays),
		cmocka_unit_test(the_better_name_survives_a_merge),
		cmocka_unit_test(a_placeholder_is_stable),
		cmocka_unit_test(clues_and_what_they_say),
		cmocka_unit_test(many_names_do_not_fill_the_list),
		cmocka_unit_test(a_full_list_is_shared),
		cmocka_unit_test(what_says_something_goes_first),
		cmocka_unit_test(guesses_by_confidence),
		cmocka_unit_test(what_a_description_weighs),
		cmocka_unit_test(hostile_descriptions),
		cmocka_unit_test(routers_are_marked),
		cmocka_unit_test(more_routers_than_places),
		cmocka_unit_test(a_device_without_mac_says_its_own),
		cmocka_unit_test(text_is_cut_at_whole_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
