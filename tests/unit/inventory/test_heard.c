/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each kind of fact that is read off the wire is a clue, or somebody has said why it is none: a new one without either fails here.
 */
#include "inventory/inventory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inventory/words.h"
#include "one_device.h"

struct heard {
	const char *source; /* of the clue that it becomes */
	const char *none; /* or: none, because */
	const char *text, *name; /* NULL: "x1" */
	uint32_t number, code;
};

#define TIES "it ties addresses and MACs to devices, which identity.c does"
#define OTHERS "it is about somebody else: what is asked, not who asks"
#define SAYS_HOW "it says what the facts behind it mean, or that something was done"
#define SERIAL "a serial number is one device's, and opens some: it is shown nowhere"
#define NETWORK "it is the network's, the same for all in it"
#define LOGIN "a login is no clue, and a password is kept nowhere"
#define MANY "it is the same of very many makers' devices"

static const struct heard HEARD[FACT_COUNT] = {
	[FACT_ARP_SENDER] = {.none = TIES},
	[FACT_ARP_TARGET] = {.none = OTHERS},
	[FACT_ND_NEIGHBOUR] = {.none = TIES},
	[FACT_ND_SOLICIT] = {.none = OTHERS},
	[FACT_ND_ROUTER] = {.none = "it marks a router, which is more than a clue"},
	[FACT_ND_PREFIX] = {.none = NETWORK},
	[FACT_DHCP_MESSAGE] = {.none = TIES},
	[FACT_DHCP_HOST_NAME] = {"dhcp 12"},
	[FACT_DHCP_PARAMETERS] = {"dhcp 55"},
	[FACT_DHCP_VENDOR_CLASS] = {"dhcp 60"},
	[FACT_DHCP_CLIENT_ID] = {"dhcp 61"},
	[FACT_DHCP_REQUESTED] = {.none = TIES},
	[FACT_DHCP_SERVER] = {.none = NETWORK},
	[FACT_DHCP_ROUTER] = {.none = "it marks a router, which is more than a clue"},
	[FACT_DHCP_RESOLVER] = {.none = NETWORK},
	[FACT_DHCP_LEASE] = {.none = NETWORK},
	[FACT_DHCP_DOMAIN] = {.none = NETWORK},
	[FACT_DHCP_FQDN] = {"dhcp 81"},
	[FACT_DHCP_MUD_URL] = {"dhcp 161"},
	[FACT_DNS_QUESTION] = {"dns name", .name = "a1.tuyaeu.com", .number = 1},
	[FACT_DNS_RESPONSE] = {.none = OTHERS},
	[FACT_DNS_ADDRESS] = {.none = OTHERS},
	[FACT_MDNS_ADDRESS] = {"mdns host", .name = "cam.local"},
	[FACT_MDNS_SERVICE] = {"mdns service", .name = "_ipp._tcp.local"},
	[FACT_MDNS_HOST] = {"mdns host", .text = "cam.local"},
	[FACT_MDNS_TEXT] = {"mdns txt", .text = "model=X1"},
	[FACT_SSDP_METHOD] = {.none = SAYS_HOW},
	[FACT_SSDP_TARGET] = {"ssdp nt", .text = "urn:schemas-upnp-org:device:Printer:1"},
	[FACT_SSDP_USN] = {"ssdp usn"},
	[FACT_SSDP_SERVER] = {"ssdp server"},
	[FACT_SSDP_LOCATION] = {.none = "it is an address; what is described there is read when somebody fetches it"},
	[FACT_SSDP_AGENT] = {"ssdp agent"},
	[FACT_HTTP_REQUEST] = {.none = OTHERS},
	[FACT_HTTP_HOST] = {.none = "it was asked for by DNS before, mostly, and that is a clue"},
	[FACT_HTTP_AGENT] = {"http agent"},
	[FACT_HTTP_RESPONSE] = {.none = SAYS_HOW},
	[FACT_HTTP_SERVER] = {"http server"},
	[FACT_HTTP_REALM] = {"http realm", .text = "Basic realm=\"Camera\""},
	[FACT_LOGIN_TRY] = {.none = LOGIN},
	[FACT_LOGIN_RESULT] = {.none = LOGIN},
	[FACT_TELNET_BANNER] = {"telnet banner"},
	[FACT_TELNET_OPTION] = {.none = MANY},
	[FACT_FTP_BANNER] = {"ftp banner"},
	[FACT_FTP_COMMAND] = {.none = MANY},
	[FACT_FTP_REPLY] = {.none = MANY},
	[FACT_MQTT_CONNECT] = {"mqtt client"},
	[FACT_MQTT_CONNACK] = {.none = SAYS_HOW},
	[FACT_TLS_CLIENT_HELLO] = {.none = "the version stands in JA4, which is a clue"},
	[FACT_TLS_SERVER_NAME] = {"tls name", .text = "a1.tuyaeu.com"},
	[FACT_DHIP_METHOD] = {"dhip protocol", .text = "client.notifyDevInfo"},
	[FACT_DHIP_VENDOR] = {"dhip vendor"},
	[FACT_DHIP_CLASS] = {"dhip class"},
	[FACT_DHIP_TYPE] = {"dhip type"},
	[FACT_DHIP_VERSION] = {"dhip version"},
	[FACT_DHIP_MAC] = {.none = TIES},
	[FACT_DHIP_ADDRESS] = {.none = TIES},
	[FACT_TLS_JA4] = {"tls ja4"},
	[FACT_TLS_SERVER_HELLO] = {.none = "what a server chooses is half the client's doing"},
	[FACT_TLS_CERTIFICATE_ISSUER] = {.none = "who issued it is known of many; a fingerprint in recog's form makes a clue of it"},
	[FACT_TLS_CERTIFICATE_SUBJECT] = {"tls certificate"},
	[FACT_TLS_CERTIFICATE_ORGANISATION] = {"tls organisation"},
	[FACT_TLS_CERTIFICATE_NAME] = {"tls certificate name", .text = "fritz.box"},
	[FACT_SSH_SERVER] = {"ssh banner"},
	[FACT_SSH_CLIENT] = {.none = "it says which program runs, as JA4 does of more of them"},
	[FACT_ADB_DEVICE] = {"adb device", .text = "device::"},
	[FACT_ADB_SERVICE] = {.none = OTHERS},
	[FACT_OWN_PROTOCOL] = {"dvrip protocol"},
	[FACT_OWN_KIND] = {"dvrip kind"},
	[FACT_OWN_MODEL] = {"dvrip model"},
	[FACT_OWN_FIRMWARE] = {"dvrip firmware"},
	[FACT_OWN_NAME] = {"dvrip name"},
	[FACT_OWN_SERIAL] = {.none = SERIAL},
	[FACT_OWN_HARDWARE] = {"dvrip hardware"},
	[FACT_OWN_BRAND] = {"dvrip brand"},
	[FACT_OWN_MAC] = {.none = TIES},
	[FACT_HTTP_TITLE] = {"http title", .number = 200},
	[FACT_UPNP_TYPE] = {"upnp type"},
	[FACT_UPNP_NAME] = {"upnp name"},
	[FACT_UPNP_MAKER] = {"upnp manufacturer"},
	[FACT_UPNP_DESCRIPTION] = {"upnp description"},
	[FACT_UPNP_MODEL] = {"upnp model"},
	[FACT_UPNP_MODEL_NUMBER] = {"upnp model number"},
	[FACT_UPNP_SERIAL] = {.none = SERIAL},
	[FACT_UPNP_UDN] = {.none = SERIAL},
	[FACT_UPNP_FIRMWARE] = {"upnp firmware"},
	[FACT_UPNP_PORT_MAPPING] = {.none = SAYS_HOW},
	[FACT_UPNP_PORT_MAPPED] = {.none = SAYS_HOW},
	[FACT_WSD_MESSAGE] = {.none = SAYS_HOW},
	[FACT_WSD_ENDPOINT] = {.none = SERIAL},
	[FACT_WSD_TYPE] = {"wsd type", .text = "dn:NetworkVideoTransmitter"},
	[FACT_WSD_SCOPE] = {"onvif name", .text = "onvif://www.onvif.org/name/x1"},
	[FACT_WSD_XADDR] = {.none = "it is an address; what is described there is read when somebody fetches it"},
	[FACT_ONVIF_MAKER] = {"onvif manufacturer"},
	[FACT_ONVIF_MODEL] = {"onvif model"},
	[FACT_ONVIF_FIRMWARE] = {"onvif firmware"},
	[FACT_ONVIF_SERIAL] = {.none = SERIAL},
	[FACT_ONVIF_HARDWARE] = {"onvif hardware"},
	[FACT_HNAP_NAME] = {"hnap name"},
	[FACT_HNAP_MAKER] = {"hnap vendor"},
	[FACT_HNAP_DESCRIPTION] = {"hnap description"},
	[FACT_HNAP_MODEL] = {"hnap model"},
	[FACT_HNAP_FIRMWARE] = {"hnap firmware"},
	[FACT_HNAP_HARDWARE] = {"hnap hardware"},
	[FACT_CWMP_MAKER] = {"cwmp manufacturer"},
	[FACT_CWMP_OUI] = {"cwmp oui", .text = "001234"},
	[FACT_CWMP_CLASS] = {"cwmp product class"},
	[FACT_CWMP_SERIAL] = {.none = SERIAL},
	[FACT_CWMP_EVENT] = {.none = SAYS_HOW},
	[FACT_CWMP_MODEL] = {"cwmp model"},
	[FACT_CWMP_SOFTWARE] = {"cwmp software"},
	[FACT_CWMP_HARDWARE] = {"cwmp hardware"},
	[FACT_RTSP_REQUEST] = {.none = OTHERS},
	[FACT_RTSP_AGENT] = {"rtsp agent"},
	[FACT_RTSP_RESPONSE] = {.none = SAYS_HOW},
	[FACT_RTSP_SERVER] = {"rtsp server"},
	[FACT_RTSP_REALM] = {"rtsp realm", .text = "Basic realm=\"Camera\""},
	[FACT_DHCP6_MESSAGE] = {.none = TIES},
	[FACT_DHCP6_CLIENT_ID] = {"dhcpv6 1", .text = "\x02\xff\x01\x01x1"},
	[FACT_DHCP6_SERVER_ID] = {.none = NETWORK},
	[FACT_DHCP6_ADDRESS] = {.none = TIES},
	[FACT_DHCP6_PREFIX] = {.none = NETWORK},
	[FACT_DHCP6_PARAMETERS] = {"dhcpv6 6"},
	[FACT_DHCP6_VENDOR_CLASS] = {"dhcpv6 16"},
	[FACT_DHCP6_RESOLVER] = {.none = NETWORK},
	[FACT_DHCP6_FQDN] = {"dhcpv6 39"},
	[FACT_DHCP6_MUD_URL] = {"dhcpv6 112"},
	[FACT_LLDP_CHASSIS] = {.none = TIES},
	[FACT_LLDP_PORT] = {.none = TIES},
	[FACT_LLDP_NAME] = {"lldp name"},
	[FACT_LLDP_DESCRIPTION] = {"lldp description"},
	[FACT_LLDP_CAPABILITIES] = {"lldp capabilities", .code = 1u << 5},
	[FACT_LLDP_ADDRESS] = {.none = TIES},
	[FACT_LLDP_INVENTORY] = {"lldp model", .number = 10},
	[FACT_LLDP_MUD_URL] = {"lldp mud"},
	[FACT_NTP_TIME] = {.none = MANY},
	[FACT_NTP_CONTROL] = {.none = SAYS_HOW},
	[FACT_NTP_VARIABLE] = {"ntp version", .name = "version"},
	[FACT_NTP_PRIVATE] = {"ntp private", .number = 42, .code = 1},
	[FACT_SNMP_MESSAGE] = {.none = SAYS_HOW},
	[FACT_SNMP_ENGINE] = {"snmp engine", .number = 9},
	[FACT_SNMP_DESCRIPTION] = {"snmp description"},
	[FACT_SNMP_OBJECT_ID] = {"snmp object", .text = "1.3.6.1.4.1.9.1"},
	[FACT_SNMP_NAME] = {"snmp name"},
	[FACT_COAP_MESSAGE] = {.none = SAYS_HOW},
	[FACT_COAP_HOST] = {.none = OTHERS},
	[FACT_COAP_PATH] = {.none = OTHERS},
	[FACT_COAP_RESOURCE] = {"coap resource", .name = "/oic/res"},
	[FACT_UBNT_MESSAGE] = {.none = SAYS_HOW},
	[FACT_UBNT_MAC] = {.none = TIES},
	[FACT_UBNT_ADDRESS] = {.none = TIES},
	[FACT_UBNT_FIRMWARE] = {"ubiquiti version", .number = 22},
	[FACT_UBNT_HOST_NAME] = {"ubiquiti name"},
	[FACT_UBNT_PRODUCT] = {"ubiquiti product"},
	[FACT_UBNT_MODEL] = {"ubiquiti model", .number = 20},
	[FACT_OWN_ACTIVATED] = {"sadp activated", .text = "false", .number = OWN_SADP},
};

static void each_is_a_clue_or_has_a_reason(void **state)
{
	for (unsigned kind = 0; kind < FACT_COUNT; kind++) {
		const struct heard *heard = &HEARD[kind];
		struct inventory *inventory = fresh();
		const struct device *device = inventory_device(inventory, 0);
		const struct fact fact = {.kind = (enum fact_kind)kind,
			.text = words_of(heard->text ? heard->text : "x1"),
			.name = words_of(heard->name ? heard->name : "x1"),
			.number = heard->number,
			.code = heard->code};

		if (!heard->source == !heard->none)
			fail_msg("fact %u: which clue is it, or why is it none?", kind);
		inventory_note_fact(inventory, 0, &fact);
		if (device->clue_count != (heard->source != NULL))
			fail_msg("fact %u (%s): %u clues", kind, heard->source ? heard->source : heard->none, device->clue_count);
		if (heard->source)
			assert_string_equal(device->clues[0].source, heard->source);
		inventory_free(inventory);
	}
}

/* What stands for the maker in TR-069 is looked up; what is no such number is not kept. */
static void the_makers_block(void **state)
{
	static const char registry[] =
		"Registry,Assignment,Organization Name,Organization Address\nMA-L,00ABCD,\"Example Cameras, Inc\",Somewhere\n"
		"MA-L,000000,Zero,Somewhere\nMA-L,02ABCD,Chosen,Somewhere\nMA-L,00ABD0,Realtek Semiconductor,Somewhere\n"
		"MA-L,00ABD1,IEEE Registration Authority,Somewhere\nMA-M,00ABD10,A sixteenth,Somewhere\n"
		"MA-L,00ABD2,IEEE Registration Authority,Somewhere\nMA-S,00ABD2000,A little,Somewhere\n"
		"MA-M,00ABD2F,Another,Somewhere\n";
	static const struct {
		const char *text, *says;
	} cases[] = {{"00ABCD", "maker: Example Cameras, Inc"}, {"00abcd", "maker: Example Cameras, Inc"}, {"00ABCE", ""}, {"00ABC", NULL},
		/* not filled in; anybody's; of who sells parts; given out in parts */
		{"000000", ""}, {"02ABCD", ""}, {"00ABD0", ""}, {"00ABD1", ""}, {"00ABD2", ""}, {"00ABCDE", NULL}, {"00-ABC", NULL},
		{"", NULL}, {"\x1b[31m0", NULL}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct inventory *inventory = fresh();
		const struct device *device = inventory_device(inventory, 0);
		const struct fact fact = {.kind = FACT_CWMP_OUI, .text = words_of(cases[i].text)};

		assert_int_equal(inventory_read_oui(inventory, "x", registry, strlen(registry), NULL), 0);
		inventory_note_fact(inventory, 0, &fact);
		assert_int_equal(device->clue_count, cases[i].says != NULL);
		if (cases[i].says)
			assert_string_equal(device->clues[0].says, cases[i].says);
		inventory_settle(inventory);
		assert_string_equal(device->maker.name, cases[i].says && *cases[i].says ? "Example Cameras" : "");
		inventory_free(inventory);
	}
}

/* Of the names in a certificate, those of a router's own page, and no others. */
static void names_in_certificates(void **state)
{
	static const char *const names[] = {"www.example.com", "fritz.box", "x1.myfritz.net", "fritz.box.example.com", "", "*"};
	struct inventory *inventory = fresh();
	const struct device *device = inventory_device(inventory, 0);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct fact fact = {.kind = FACT_TLS_CERTIFICATE_NAME, .text = words_of(names[i])};

		inventory_note_fact(inventory, 0, &fact);
	}
	assert_int_equal(device->clue_count, 2);
	assert_string_equal(device->clues[0].says, "maker: AVM; kind: router");
	inventory_settle(inventory);
	assert_string_equal(device->maker.name, "AVM");
	assert_string_equal(device->kind.name, "router");
	inventory_free(inventory);
}

/* A server behind a FRITZ!Box with a certificate for the name that the box gave it is its own maker's all the same. */
static void a_name_that_was_lent(void **state)
{
	static const char registry[] =
		"Registry,Assignment,Organization Name,Organization Address\nMA-L,001234,\"Example Disks, Inc\",Somewhere\n";
	const struct fact fact = {.kind = FACT_TLS_CERTIFICATE_NAME, .text = words_of("disk.x1.myfritz.net")};
	const struct inventory_config config = {.device_max = 8};
	struct inventory *inventory = NULL;

	assert_int_equal(inventory_new(&config, &inventory), 0);
	assert_int_equal(inventory_read_shipped(inventory), 0);
	assert_int_equal(inventory_read_oui(inventory, "x", registry, strlen(registry), NULL), 0);
	assert_int_equal(inventory_tie(inventory, MAC, ADDRESS, 1), 0);
	inventory_note_fact(inventory, 0, &fact);
	inventory_settle(inventory);
	assert_string_equal(inventory_device(inventory, 0)->maker.name, "Example Disks");
	inventory_free(inventory);
}

static void offers(struct inventory *inventory, uint32_t number, const char *ja4)
{
	const struct fact fact = {.kind = FACT_TLS_JA4, .text = words_of(ja4)};

	inventory_note_fact(inventory, number, &fact);
}

/* That a list without TLS 1.2 is not all that it offers is told, also where another device turns out to be this one. */
static void what_the_list_does_not_hold(void **state)
{
	static const char *const old[] = {"t10i04_a", "t10i04_b", "t10i04_c", "t10i04_d"};
	static const uint8_t other[16] = {[10] = 0xff, [11] = 0xff, 192, 168, 0, 3};
	struct inventory *inventory = fresh();

	assert_int_equal(inventory_see(inventory, NULL, other, 1), 1);
	for (uint32_t number = 0; number < 2; number++)
		for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++)
			offers(inventory, number, old[i]);
	assert_false(inventory_device(inventory, 1)->tls_left_out);
	offers(inventory, 1, "t12i04_e");
	assert_true(inventory_device(inventory, 1)->tls_left_out);
	assert_false(inventory_device(inventory, 0)->tls_left_out);
	assert_int_equal(inventory_tie(inventory, MAC, other, 2), 0);
	assert_true(inventory_device(inventory, 0)->tls_left_out);
	inventory_free(inventory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_is_a_clue_or_has_a_reason), cmocka_unit_test(the_makers_block),
		cmocka_unit_test(names_in_certificates), cmocka_unit_test(a_name_that_was_lent),
		cmocka_unit_test(what_the_list_does_not_hold)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
