/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What devices tell their network: DHCPv6, LLDP, NTP, SNMP, CoAP, Ubiquiti discovery. As test_clues.c. */
#include "inventory/inventory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inventory/describe.h"
#include "inventory/words.h"
#include "one_device.h"

static const uint8_t OTHER[16] = {[10] = 0xff, [11] = 0xff, 192, 168, 0, 3};

struct said {
	enum fact_kind kind;
	const char *text, *name;
	uint32_t number, code;
};

static void say(struct inventory *inventory, const struct said *said)
{
	struct fact fact = {.kind = said->kind, .number = said->number, .code = said->code};

	if (said->text)
		fact.text = words_of(said->text);
	if (said->name)
		fact.name = words_of(said->name);
	inventory_note_fact(inventory, 0, &fact);
}

struct clue_case {
	struct said said;
	const char *source, *value, *says; /* source NULL: no clue */
};

static const struct clue_case CLUES[] = {
	{{FACT_DHCP6_VENDOR_CLASS, "MSFT 5.0", NULL, 311, 0}, "dhcpv6 16", "MSFT 5.0", "runs: Windows"},
	{{FACT_DHCP6_VENDOR_CLASS, "dhcpcd-6.11.5:Linux-4.1.18", NULL, 40712, 0}, "dhcpv6 16", "dhcpcd-6.11.5:Linux-4.1.18",
		"runs: dhcpcd"},
	{{FACT_DHCP6_VENDOR_CLASS, "android-dhcp-13", NULL, 11129, 0}, "dhcpv6 16", "android-dhcp-13", "runs: Android"},
	{{FACT_DHCP6_VENDOR_CLASS, "else", NULL, 1, 0}, "dhcpv6 16", "else", ""},
	{{FACT_DHCP6_PARAMETERS, "\1\1\1\2\3", NULL, 0, 0}, "dhcpv6 6", "257,258", ""},
	{{FACT_DHCP6_FQDN, "pc.example", NULL, 0, 0}, "dhcpv6 39", "pc.example", ""},
	{{FACT_DHCP6_MUD_URL, "https://m.example/x", NULL, 0, 0}, "dhcpv6 112", "https://m.example/x", "its maker publishes a MUD profile"},
	{{FACT_DHCP6_CLIENT_ID, "\2\1", NULL, 0, 0}, "dhcpv6 1", "02:01", ""},
	{{FACT_DHCP6_RESOLVER, NULL, NULL, 0, 0}, NULL, NULL, NULL},
	{{FACT_LLDP_NAME, "sw-1", NULL, 0, 0}, "lldp name", "sw-1", ""},
	{{FACT_LLDP_DESCRIPTION, "Linux 5.10", NULL, 0, 0}, "lldp description", "Linux 5.10", "runs: Linux"},
	{{FACT_LLDP_DESCRIPTION, "my switch", NULL, 0, 0}, "lldp description", "my switch", ""},
	{{FACT_LLDP_CAPABILITIES, NULL, NULL, 0xffff, 0x24}, "lldp capabilities", "telephone", "kind: telephone"},
	{{FACT_LLDP_CAPABILITIES, NULL, NULL, 0x14, 0x14}, "lldp capabilities", "router", "kind: router"},
	{{FACT_LLDP_CAPABILITIES, NULL, NULL, 0x1c, 0x0c}, "lldp capabilities", "access point", "kind: access point"},
	{{FACT_LLDP_CAPABILITIES, NULL, NULL, 0x1c, 0x80}, NULL, NULL, NULL},
	{{FACT_LLDP_INVENTORY, "Acme", NULL, 9, 0}, "lldp manufacturer", "Acme", "maker: Acme"},
	{{FACT_LLDP_INVENTORY, "A-1", NULL, 10, 0}, "lldp model", "A-1", "model: A-1"},
	{{FACT_LLDP_INVENTORY, "1.2", NULL, 6, 0}, "lldp firmware", "1.2", "firmware: 1.2"},
	{{FACT_LLDP_MUD_URL, "https://m.example/x", NULL, 0, 0}, "lldp mud", "https://m.example/x", "its maker publishes a MUD profile"},
	{{FACT_LLDP_CHASSIS, "x", NULL, 7, 0}, NULL, NULL, NULL},
	{{FACT_NTP_VARIABLE, "ntpd 4.2.8", "version", 0, 0}, "ntp version", "ntpd 4.2.8", "runs: ntpd 4.2.8"},
	{{FACT_NTP_VARIABLE, "Linux/5.10", "system", 0, 0}, "ntp system", "Linux/5.10", "runs: Linux/5.10"},
	{{FACT_NTP_VARIABLE, "mips", "processor", 0, 0}, "ntp processor", "mips", ""},
	{{FACT_NTP_PRIVATE, NULL, NULL, 42, 1}, "ntp private", "monlist", "answers monlist, which floods are reflected with"},
	{{FACT_NTP_PRIVATE, NULL, NULL, 42, 0}, NULL, NULL, NULL},
	{{FACT_NTP_PRIVATE, NULL, NULL, 0, 1}, NULL, NULL, NULL},
	{{FACT_NTP_TIME, "GPS", NULL, 4, 1}, NULL, NULL, NULL},
	{{FACT_SNMP_MESSAGE, NULL, NULL, 1, 2}, NULL, NULL, NULL},
	{{FACT_SNMP_NAME, "sw-1", NULL, 0, 0}, "snmp name", "sw-1", ""},
	{{FACT_SNMP_DESCRIPTION, "HP ETHERNET MULTI-ENVIRONMENT,ROM none", NULL, 0, 0}, "snmp description",
		"HP ETHERNET MULTI-ENVIRONMENT,ROM none", "brand: HP; kind: printer"},
	{{FACT_SNMP_OBJECT_ID, "1.3.6.1.4.1.14988.1", NULL, 0, 0}, "snmp object", "1.3.6.1.4.1.14988.1", "maker: MikroTik"},
	{{FACT_SNMP_OBJECT_ID, "1.3.6.1.4.1.8072.3.2.10", NULL, 0, 0}, "snmp object", "1.3.6.1.4.1.8072.3.2.10", ""},
	{{FACT_SNMP_OBJECT_ID, "1.3.6.1.4.1.4294967305.1", NULL, 0, 0}, "snmp object", "1.3.6.1.4.1.4294967305.1", ""},
	{{FACT_SNMP_OBJECT_ID, "1.0", NULL, 0, 0}, NULL, NULL, NULL},
	{{FACT_SNMP_ENGINE, "raw", NULL, 9, 0}, "snmp engine", "9", "maker: Cisco"},
	{{FACT_SNMP_ENGINE, "raw", NULL, 8072, 0}, NULL, NULL, NULL},
	{{FACT_COAP_RESOURCE, "rt=\"x\"", "/oic/res", 0, 0}, "coap resource", "/oic/res", "speaks OCF"},
	{{FACT_COAP_RESOURCE, "rt=\"x\"", "/light", 0, 0}, "coap resource", "/light", ""},
	{{FACT_COAP_PATH, "/light", NULL, 0, 0}, NULL, NULL, NULL},
	{{FACT_UBNT_FIRMWARE, "XM.ar7240.v5.6.3.28591", NULL, 3, 0}, "ubiquiti build", "XM.ar7240.v5.6.3.28591", "firmware: 5.6.3.28591"},
	{{FACT_UBNT_FIRMWARE, "4.3.33", NULL, 22, 0}, "ubiquiti version", "4.3.33", "firmware: 4.3.33"},
	{{FACT_UBNT_MODEL, "NanoStation M5", NULL, 20, 0}, "ubiquiti model", "NanoStation M5", "model: NanoStation M5"},
	{{FACT_UBNT_PRODUCT, "N5N", NULL, 0, 0}, "ubiquiti product", "N5N", "model: N5N"},
	{{FACT_UBNT_HOST_NAME, "roof", NULL, 0, 0}, "ubiquiti name", "roof", ""},
	{{FACT_UBNT_MESSAGE, NULL, NULL, 1, 0}, NULL, NULL, NULL},
};

static void clues_and_what_they_say(void **state)
{
	for (size_t i = 0; i < sizeof(CLUES) / sizeof(CLUES[0]); i++) {
		struct inventory *inventory = fresh();
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
		inventory_free(inventory);
	}
}

static bool is(struct slice found, const char *text)
{
	return found.len ? words_same(found, text) : !text[0];
}

/* Descriptions as devices gave them, shortened. */
static void descriptions(void **state)
{
	static const struct {
		const char *text, *maker, *kind, *model, *firmware, *runs;
	} cases[] = {
		{"Cisco IOS Software, 1841 Software (C1841-IPBASE-M), Version 12.4(1c), RELEASE SOFTWARE (fc1)\r\nTechnical", "Cisco", "",
			"", "12.4(1c)", ""},
		{"Cisco Adaptive Security Appliance", "Cisco", "", "", "", ""},
		{"Cisco IOS, Version unknown", "Cisco", "", "", "", ""},
		{"MikroTik RouterOS 6.49.6 (stable) CRS328", "MikroTik", "", "", "6.49.6", "RouterOS"},
		{"RouterOS CCR1009-8G", "MikroTik", "", "", "", "RouterOS"},
		{"Hardware: x86 Family 6 Model 8 - Software: Windows 2000", "", "", "", "", "Windows"},
		{"Linux router 2.6.19 #7 mips", "", "", "", "", "Linux"},
		{"EMTA Reference Design <<HW_REV: V1.0; VENDOR: Broadcom; BOOTR: 2.1.7f; SW_REV: 3.9.21.1; MODEL: BCM96772>>", "Broadcom",
			"cable modem", "BCM96772", "3.9.21.1", ""},
		{"a <<HW_REV:", "", "cable modem", "", "", ""},
		{"a << b", "", "", "", "", ""},
		{"SonicWALL TZ 400 (SonicOS Enhanced 6.5)", "SonicWall", "router", "", "", ""},
		{"my Cisco, Version 1", "", "", "", "", ""},
		{"", "", "", "", "", ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct description found = describe(words_of(cases[i].text));

		if (!is(found.maker, cases[i].maker) || !is(found.kind, cases[i].kind) || !is(found.model, cases[i].model) ||
			!is(found.firmware, cases[i].firmware) || !is(found.runs, cases[i].runs))
			fail_msg("%s: maker %.*s, firmware %.*s", cases[i].text, (int)found.maker.len, (const char *)found.maker.bytes,
				(int)found.firmware.len, (const char *)found.firmware.bytes);
	}
	assert_null(describe_enterprise(0));
	assert_string_equal(describe_enterprise(48690), "Teltonika");
}

static void guesses_by_confidence(void **state)
{
	struct inventory *inventory = fresh();
	const struct device *device = inventory_device(inventory, 0);

	say(inventory, &(struct said){.kind = FACT_SNMP_ENGINE, .text = "raw", .number = 9});
	assert_string_equal(device->maker.name, "Cisco");
	assert_int_equal(device->maker.confidence, 60);
	say(inventory, &(struct said){.kind = FACT_SNMP_OBJECT_ID, .text = "1.3.6.1.4.1.41112.1"});
	assert_string_equal(device->maker.name, "Ubiquiti");
	assert_int_equal(device->maker.confidence, 35);
	say(inventory, &(struct said){.kind = FACT_LLDP_CAPABILITIES, .code = 4});
	assert_int_equal(device->kind.confidence, 50);
	say(inventory, &(struct said){.kind = FACT_LLDP_INVENTORY, .text = "2.0", .number = 7});
	say(inventory, &(struct said){.kind = FACT_LLDP_INVENTORY, .text = "boot 1", .number = 6});
	assert_string_equal(device->firmware.name, "2.0");
	say(inventory, &(struct said){.kind = FACT_UBNT_FIRMWARE, .text = "XM.v5.6", .number = 3});
	assert_string_equal(device->firmware.name, "5.6");
	say(inventory, &(struct said){.kind = FACT_UBNT_FIRMWARE, .text = "5.6.1", .number = 22});
	say(inventory, &(struct said){.kind = FACT_UBNT_FIRMWARE, .text = "XM.v5.6", .number = 3});
	assert_string_equal(device->firmware.name, "5.6.1");
	say(inventory, &(struct said){.kind = FACT_UBNT_MODEL, .text = "NanoStation M5", .number = 20});
	say(inventory, &(struct said){.kind = FACT_UBNT_MODEL, .text = "N5N", .number = 21});
	say(inventory, &(struct said){.kind = FACT_UBNT_PRODUCT, .text = "N5N"});
	assert_string_equal(device->model.name, "NanoStation M5");
	assert_int_equal(device->maker.confidence, 95); /* SNMP says so, too, among other things */
	inventory_free(inventory);
}

struct naming {
	struct said said[4];
	const char *name;
	enum name_source source;
};

static void names_in_their_order(void **state)
{
	static const struct naming namings[] = {
		{{{FACT_DHCP6_FQDN, "pc.example", NULL, 0, 0}, {FACT_LLDP_NAME, "sw", NULL, 0, 0}, {FACT_COUNT, NULL, NULL, 0, 0}},
			"pc.example", NAME_DHCP},
		{{{FACT_DHCP6_FQDN, "pc.example", NULL, 0, 0}, {FACT_DHCP_HOST_NAME, "pc", NULL, 0, 0}, {FACT_COUNT, NULL, NULL, 0, 0}},
			"pc", NAME_DHCP},
		{{{FACT_LLDP_NAME, "sw", NULL, 0, 0}, {FACT_SNMP_NAME, "other", NULL, 0, 0}, {FACT_COUNT, NULL, NULL, 0, 0}}, "sw",
			NAME_ANNOUNCED},
		{{{FACT_SNMP_NAME, "agent", NULL, 0, 0}, {FACT_COUNT, NULL, NULL, 0, 0}}, "agent", NAME_ANNOUNCED},
		{{{FACT_SNMP_NAME, "agent", NULL, 0, 0}, {FACT_SSDP_SERVER, "Linux UPnP/1.0 Thing/1", NULL, 0, 0},
			 {FACT_COUNT, NULL, NULL, 0, 0}},
			"Thing", NAME_SSDP},
		{{{FACT_UBNT_MODEL, "M5", NULL, 20, 0}, {FACT_UBNT_HOST_NAME, "roof", NULL, 0, 0}, {FACT_COUNT, NULL, NULL, 0, 0}}, "roof",
			NAME_ANNOUNCED},
		{{{FACT_UBNT_MODEL, "M5", NULL, 20, 0}, {FACT_UBNT_HOST_NAME, "ubnt", NULL, 0, 0}, {FACT_SNMP_NAME, "DEFAULT", NULL, 0, 0},
			 {FACT_COUNT, NULL, NULL, 0, 0}},
			"Ubiquiti M5", NAME_FINGERPRINT},
	};

	for (size_t i = 0; i < sizeof(namings) / sizeof(namings[0]); i++) {
		struct inventory *inventory = fresh();

		for (const struct said *said = namings[i].said; said->kind != FACT_COUNT; said++)
			say(inventory, said);
		inventory_settle(inventory);
		if (strcmp(inventory_device(inventory, 0)->name, namings[i].name) ||
			inventory_device(inventory, 0)->name_source != namings[i].source)
			fail_msg("case %zu: named %s", i, inventory_device(inventory, 0)->name);
		inventory_free(inventory);
	}
}

static void identifiers(void **state)
{
	struct inventory *inventory = fresh();
	struct fact fact = {.kind = FACT_DHCP6_CLIENT_ID, .text = words_of("duid"), .mac = {0x00, 0x12, 0x34, 0xa1, 0xb2, 0xc3}};

	/* a DUID with its own MAC says nothing new */
	inventory_note_fact(inventory, 0, &fact);
	assert_int_equal(inventory_device(inventory, 0)->clue_count, 0);
	fact = (struct fact){.kind = FACT_UBNT_MAC, .mac = {0x00, 0x12, 0x34, 9, 9, 9}};
	assert_int_equal(inventory_see(inventory, NULL, OTHER, 2), 1);
	inventory_note_fact(inventory, 1, &fact);
	assert_int_equal(inventory_find_mac(inventory, fact.mac), 1);
	inventory_note_fact(inventory, 0, &fact); /* another may not take it */
	assert_int_equal(inventory_find_mac(inventory, fact.mac), 1);
	inventory_free(inventory);
}

/* Each kind of fact, with every hostile text, over and over: bounded, terminated, and the list never grows past its end. */
static void hostile_texts(void **state)
{
	static char longest[65537];
	const char *texts[] = {
		"", " ", "\x1b[2J", longest, ",,,", "<<HW_REV:;VENDOR:;MODEL:>>", "<<HW_REV: >", "Cisco , Version ", ".v", "1.3.6.1.4.1."};
	struct inventory *inventory = fresh();
	const struct device *device = inventory_device(inventory, 0);

	memset(longest, 'x', sizeof(longest) - 1);
	for (unsigned round = 0; round < 100; round++)
		for (enum fact_kind kind = FACT_DHCP6_MESSAGE; kind <= FACT_UBNT_MODEL; kind++)
			for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
				longest[round] = (char)('a' + round % 26);
				say(inventory,
					&(struct said){.kind = kind, .text = texts[i], .name = texts[i], .number = round, .code = round});
			}
	inventory_settle(inventory);
	assert_true(device->clue_count <= DEVICE_CLUE_MAX);
	for (unsigned i = 0; i < device->clue_count; i++)
		assert_true(strnlen(device->clues[i].value, DEVICE_TEXT_MAX) < DEVICE_TEXT_MAX && device->clues[i].value[0]);
	inventory_free(inventory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clues_and_what_they_say),
		cmocka_unit_test(descriptions),
		cmocka_unit_test(guesses_by_confidence),
		cmocka_unit_test(names_in_their_order),
		cmocka_unit_test(identifiers),
		cmocka_unit_test(hostile_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
