/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "inventory/inventory.h"

static const struct {
	const char *name;
	enum fact_kind kind;
	uint32_t number;
	const char *text;
	const char *maker, *brand, *of_kind; /* NULL: nothing is said of it */
	enum junk_basis basis;
	bool neutral;
} HEARD[] = {
	{"answers in DHIP", FACT_DHIP_METHOD, 0, "client.notifyDevInfo", "Dahua", NULL, NULL, BASIS_PROTOCOL, false},
	{"asks in DHIP", FACT_DHIP_METHOD, 0, "DHDiscover.search", NULL, NULL, NULL, BASIS_PROTOCOL, false},
	{"a seller", FACT_DHIP_VENDOR, 0, "Intelbras", NULL, "Intelbras", NULL, BASIS_PROTOCOL, false},
	{"a seller who wanted no name", FACT_DHIP_VENDOR, 0, "Private", NULL, "Private", NULL, BASIS_PROTOCOL, true},
	{"and another", FACT_DHIP_VENDOR, 0, "General_Multi3", NULL, "General_Multi3", NULL, BASIS_PROTOCOL, true},
	{"a class", FACT_DHIP_CLASS, 0, "HCVR", NULL, NULL, "video recorder", BASIS_PROTOCOL, false},
	{"a class nobody knows", FACT_DHIP_CLASS, 0, "HolisHD 16ch", NULL, NULL, NULL, BASIS_PROTOCOL, false},
	{"Xiongmai's protocol", FACT_OWN_PROTOCOL, OWN_DVRIP, "", "Xiongmai", NULL, NULL, BASIS_PROTOCOL, false},
	{"Hikvision's protocol", FACT_OWN_PROTOCOL, OWN_SADP, "", "Hikvision", NULL, NULL, BASIS_PROTOCOL, false},
	{"an UPnP gateway", FACT_SSDP_TARGET, 0, "urn:schemas-upnp-org:device:InternetGatewayDevice:1", NULL, NULL, "router",
		BASIS_DESCRIBED, false},
	{"an agent", FACT_SNMP_DESCRIPTION, 0, "MikroTik RouterOS 6.49.6 (stable) CRS328", "MikroTik", NULL, NULL, BASIS_DESCRIBED, false},
	{"an engine", FACT_SNMP_ENGINE, 11863, "", "TP-Link", NULL, NULL, BASIS_DESCRIBED, false},
	{"a serial number", FACT_OWN_SERIAL, 0, "0011223344", NULL, NULL, NULL, BASIS_PROTOCOL, false},
	{"a name", FACT_MDNS_HOST, 0, "camera.local", NULL, NULL, NULL, BASIS_DESCRIBED, false},
	{"nothing", FACT_DHIP_VENDOR, 0, "", NULL, NULL, NULL, BASIS_PROTOCOL, false},
	{"blanks", FACT_DHIP_VENDOR, 0, " \t ", NULL, NULL, NULL, BASIS_PROTOCOL, false},
};

static struct inventory *fresh(uint32_t device_max)
{
	const struct inventory_config config = {.device_max = device_max};
	struct inventory *inventory;

	assert_int_equal(inventory_new(&config, &inventory), 0);
	assert_int_equal(inventory_read_shipped(inventory), 0);
	return inventory;
}

static void check(const struct sender_says *says, size_t count, enum junk_trait trait, const char *wanted)
{
	for (size_t i = 0; i < count; i++) {
		if (says[i].trait != trait)
			continue;
		assert_non_null(wanted);
		assert_int_equal(says[i].value.len, strlen(wanted));
		assert_memory_equal(says[i].value.bytes, wanted, strlen(wanted));
		assert_in_range(says[i].confidence, 1, 100);
		return;
	}
	assert_null(wanted);
}

/* Each fact stands alone: what the one before said is forgotten. No device comes of it. */
static void what_strangers_say(void **state)
{
	struct inventory *inventory = fresh(1);
	struct sender_says says[STRANGER_SAYS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(HEARD) / sizeof(HEARD[0]); i++) {
		const struct fact fact = {
			.kind = HEARD[i].kind, .number = HEARD[i].number, .text = {(const uint8_t *)HEARD[i].text, strlen(HEARD[i].text)}};
		size_t count = inventory_stranger(inventory, &fact, says);

		print_message("%s\n", HEARD[i].name);
		check(says, count, JUNK_MAKER, HEARD[i].maker);
		check(says, count, JUNK_BRAND, HEARD[i].brand);
		check(says, count, JUNK_KIND, HEARD[i].of_kind);
		for (size_t k = 0; k < count; k++) {
			assert_int_equal(says[k].basis, HEARD[i].basis);
			assert_int_equal(says[k].neutral, HEARD[i].neutral);
		}
	}
	assert_int_equal(inventory_count(inventory), 0);
	assert_int_equal(inventory_left_out(inventory), 0);
	inventory_free(inventory);
}

/* A stranger gets neither a place nor a clue, even when all are taken, and changes nothing about devices. */
static void strangers_take_no_place(void **state)
{
	static const uint8_t mac[6] = {0, 0x12, 0x34, 1, 2, 3};
	static const uint8_t address[16] = {[10] = 0xff, 0xff, 192, 168, 1, 2};
	struct inventory *inventory = fresh(1);
	struct sender_says says[STRANGER_SAYS_MAX];
	uint32_t number = inventory_see(inventory, mac, address, 1);
	struct device before;

	(void)state;
	memcpy(&before, inventory_device(inventory, number), sizeof(before));
	for (uint32_t i = 0; i < 100000; i++) {
		char text[32];
		struct fact fact = {.kind = FACT_DHIP_VENDOR + i % 2, .text = {(const uint8_t *)text, 0}};

		fact.text.len = (size_t)snprintf(text, sizeof(text), "\033[%um brand %u", i % 8, i);
		assert_in_range(inventory_stranger(inventory, &fact, says), 0, STRANGER_SAYS_MAX);
	}
	assert_int_equal(inventory_count(inventory), 1);
	assert_memory_equal(&before, inventory_device(inventory, number), sizeof(before));
	inventory_free(inventory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_strangers_say),
		cmocka_unit_test(strangers_take_no_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
