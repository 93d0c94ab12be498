/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What makers' own protocols say about a device: the maker of its inside, kind, model, firmware, name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inventory/inventory.h"

static const uint8_t MAC[6] = {0x00, 0x12, 0x34, 0xa1, 0xb2, 0xc3};
static const uint8_t ADDRESS[16] = {[10] = 0xff, [11] = 0xff, 192, 168, 0, 2};

static struct slice slice_of(const char *text)
{
	return (struct slice){(const uint8_t *)text, text ? strlen(text) : 0};
}

static struct inventory *fresh(bool with_mac)
{
	struct inventory_config config = {.device_max = 8};
	struct inventory *inventory = NULL;

	assert_int_equal(inventory_new(&config, &inventory), 0);
	assert_int_equal(inventory_read_shipped(inventory), 0);
	assert_int_equal(with_mac ? inventory_tie(inventory, MAC, ADDRESS, 1) : inventory_see(inventory, NULL, ADDRESS, 1), 0);
	return inventory;
}

static void say(struct inventory *inventory, enum fact_kind kind, uint32_t protocol, const char *text)
{
	struct fact fact = {.kind = kind, .number = protocol, .text = slice_of(text), .mac = {0x50, 0xc7, 0xbf, 0, 0xfc, 0xa3}};

	inventory_note_fact(inventory, 0, &fact);
}

static void who_made_the_inside(void **state)
{
	static const struct {
		enum own_protocol protocol;
		const char *maker, *source, *value, *says;
		uint8_t confidence;
	} cases[] = {
		{OWN_DVRIP, "Xiongmai", "dvrip protocol", "DVRIP", "maker: Xiongmai", 90},
		{OWN_DAHUA, "Dahua", "dahua protocol", "Dahua control", "maker: Dahua", 90},
		{OWN_TUYA, "Tuya", "tuya protocol", "Tuya", "maker: Tuya", 90},
		{OWN_TPLINK, "TP-Link", "tplink protocol", "TP-Link smart home", "maker: TP-Link", 90},
		{OWN_BAICHUAN, "Reolink", "baichuan protocol", "Baichuan", "maker: Reolink", 90},
		{OWN_MIIO, "Xiaomi", "miio protocol", "miIO", "maker: Xiaomi", 70},
		{OWN_SADP, "Hikvision", "sadp protocol", "SADP", "maker: Hikvision", 90},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct inventory *inventory = fresh(true);
		const struct device *device = inventory_device(inventory, 0);

		say(inventory, FACT_OWN_PROTOCOL, cases[i].protocol, NULL);
		say(inventory, FACT_OWN_PROTOCOL, cases[i].protocol, NULL);
		assert_int_equal(device->clue_count, 1);
		assert_string_equal(device->clues[0].source, cases[i].source);
		assert_string_equal(device->clues[0].value, cases[i].value);
		assert_string_equal(device->clues[0].says, cases[i].says);
		assert_string_equal(device->maker.name, cases[i].maker);
		assert_int_equal(device->maker.confidence, cases[i].confidence);
		inventory_free(inventory);
	}
}

static void what_it_calls_itself(void **state)
{
	static const struct {
		enum fact_kind kind;
		const char *text, *source, *says;
		const char *guessed_kind, *model, *firmware;
	} cases[] = {
		{FACT_OWN_KIND, "IPC", "tplink kind", "kind: camera", "camera", "", ""},
		{FACT_OWN_KIND, "HVR", "tplink kind", "kind: video recorder", "video recorder", "", ""},
		{FACT_OWN_KIND, "IOT.SMARTPLUGSWITCH", "tplink kind", "kind: smart plug", "smart plug", "", ""},
		{FACT_OWN_KIND, "IOT.SMARTBULB", "tplink kind", "kind: light", "light", "", ""},
		{FACT_OWN_KIND, "something new", "tplink kind", "", "", "", ""},
		{FACT_OWN_MODEL, " HS110(EU)\n", "tplink model", "model: HS110(EU)", "", "HS110(EU)", ""},
		{FACT_OWN_FIRMWARE, "V5.00.R02", "tplink firmware", "firmware: V5.00.R02", "", "", "V5.00.R02"},
		{FACT_OWN_HARDWARE, "2.0", "tplink hardware", "hardware: 2.0", "", "", ""},
		{FACT_OWN_BRAND, "Besder", "tplink brand", "brand: Besder", "", "", ""},
		{FACT_OWN_BRAND, "H264", NULL, NULL, "", "", ""},
		{FACT_OWN_SERIAL, "8006", NULL, NULL, "", "", ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct inventory *inventory = fresh(true);
		const struct device *device = inventory_device(inventory, 0);

		say(inventory, cases[i].kind, OWN_TPLINK, cases[i].text);
		assert_int_equal(device->clue_count, cases[i].source ? 1 : 0);
		if (cases[i].source) {
			assert_string_equal(device->clues[0].source, cases[i].source);
			assert_string_equal(device->clues[0].says, cases[i].says);
		}
		assert_string_equal(device->brand.name, cases[i].kind == FACT_OWN_BRAND && cases[i].source ? cases[i].text : "");
		assert_string_equal(device->kind.name, cases[i].guessed_kind);
		assert_string_equal(device->model.name, cases[i].model);
		assert_string_equal(device->firmware.name, cases[i].firmware);
		inventory_free(inventory);
	}
}

static void names(void **state)
{
	static const struct {
		const char *said, *name;
		enum name_source source;
	} cases[] = {
		{"hall", "hall", NAME_ANNOUNCED}, {"LocalHost", "TP-Link HS110", NAME_FINGERPRINT},
		{"\x1b[2J", "\x1b[2J", NAME_ANNOUNCED}, /* raw here: whoever shows it escapes it */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct inventory *inventory = fresh(true);

		say(inventory, FACT_OWN_PROTOCOL, OWN_TPLINK, NULL);
		say(inventory, FACT_OWN_MODEL, OWN_TPLINK, "HS110");
		say(inventory, FACT_OWN_NAME, OWN_TPLINK, cases[i].said);
		inventory_settle(inventory);
		assert_string_equal(inventory_device(inventory, 0)->name, cases[i].name);
		assert_int_equal(inventory_device(inventory, 0)->name_source, cases[i].source);
		inventory_free(inventory);
	}
}

/* Taken where the device is known by address alone and the MAC is nobody's. */
static void a_mac_of_its_own(void **state)
{
	static const uint8_t said[6] = {0x50, 0xc7, 0xbf, 0, 0xfc, 0xa3};
	struct inventory *inventory = fresh(false);

	say(inventory, FACT_OWN_MAC, OWN_TPLINK, NULL);
	assert_int_equal(inventory_device(inventory, 0)->mac_count, 1);
	assert_memory_equal(inventory_device(inventory, 0)->macs[0], said, 6);
	inventory_free(inventory);
	inventory = fresh(true);
	say(inventory, FACT_OWN_MAC, OWN_TPLINK, NULL);
	assert_int_equal(inventory_device(inventory, 0)->mac_count, 1);
	assert_memory_equal(inventory_device(inventory, 0)->macs[0], MAC, 6);
	inventory_free(inventory);
}

static void say_sadp(struct inventory *inventory, enum fact_kind kind, const char *text, const uint8_t mac[6])
{
	struct fact fact = {.kind = kind, .number = OWN_SADP, .text = slice_of(text)};

	memcpy(fact.mac, mac, 6);
	inventory_note_fact(inventory, 0, &fact);
}

/* The firmware is stated as ONVIF and advisories write it; whether a first password was set is shown where it was not. */
static void what_sadp_says(void **state)
{
	static const struct {
		enum fact_kind kind;
		const char *text, *source, *says, *of_kind, *model, *firmware, *brand;
	} cases[] = {
		{FACT_OWN_MODEL, "DS-2CD2032-I", "sadp model", "model: DS-2CD2032-I; kind: camera", "camera", "DS-2CD2032-I", "", ""},
		{FACT_OWN_MODEL, "DS-7804HQH-K1", "sadp model", "model: DS-7804HQH-K1; kind: video recorder", "video recorder",
			"DS-7804HQH-K1", "", ""},
		{FACT_OWN_MODEL, "DS-KH6210-L", "sadp model", "model: DS-KH6210-L; kind: door monitor", "door monitor", "DS-KH6210-L", "",
			""},
		{FACT_OWN_MODEL, "LTN8704", "sadp model", "model: LTN8704", "", "LTN8704", "", ""},
		{FACT_OWN_KIND, "IPCamera", "sadp kind", "kind: camera", "camera", "", "", ""},
		{FACT_OWN_KIND, "IP CAMERA", "sadp kind", "kind: camera", "camera", "", "", ""},
		{FACT_OWN_FIRMWARE, "V5.4.5build 170124", "sadp firmware", "firmware: V5.4.5 build 170124", "", "", "V5.4.5 build 170124",
			""},
		{FACT_OWN_FIRMWARE, "V5.4.5 build 170124", "sadp firmware", "firmware: V5.4.5 build 170124", "", "", "V5.4.5 build 170124",
			""},
		{FACT_OWN_FIRMWARE, "build 170124", "sadp firmware", "firmware: build 170124", "", "", "build 170124", ""},
		{FACT_OWN_FIRMWARE, "1234567890123456789012345build 1", "sadp firmware", "firmware: 1234567890123456789012345build 1", "",
			"", "1234567890123456789012345build 1", ""},
		{FACT_OWN_BRAND, "LTS", "sadp brand", "brand: LTS", "", "", "", "LTS"},
		{FACT_OWN_BRAND, "N/A", NULL, NULL, "", "", "", ""},
		{FACT_OWN_BRAND, "1", NULL, NULL, "", "", "", ""},
		{FACT_OWN_ACTIVATED, "false", "sadp activated", "no password was ever set", "", "", "", ""},
		{FACT_OWN_ACTIVATED, "true", NULL, NULL, "", "", "", ""},
		{FACT_OWN_SERIAL, "DS-2CD2032-I20140101AACH000000001", NULL, NULL, "", "", "", ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct inventory *inventory = fresh(true);
		const struct device *device = inventory_device(inventory, 0);

		say_sadp(inventory, cases[i].kind, cases[i].text, MAC);
		assert_int_equal(device->clue_count, cases[i].source ? 1 : 0);
		if (cases[i].source) {
			assert_string_equal(device->clues[0].source, cases[i].source);
			assert_string_equal(device->clues[0].value, cases[i].text);
			assert_string_equal(device->clues[0].says, cases[i].says);
		}
		assert_string_equal(device->kind.name, cases[i].of_kind);
		assert_string_equal(device->model.name, cases[i].model);
		assert_string_equal(device->firmware.name, cases[i].firmware);
		assert_string_equal(device->brand.name, cases[i].brand);
		inventory_free(inventory);
	}
}

/* Who answers with the MAC of another device of ours is believed about neither; with a MAC that nobody has, as its sender. */
static void who_answers_for_another(void **state)
{
	static const uint8_t other[6] = {0x44, 0x19, 0xb6, 0x11, 0x22, 0x33},
			     other_address[16] = {[10] = 0xff, [11] = 0xff, 192, 168, 0, 3};
	struct inventory *inventory = fresh(true);
	const struct device *device = inventory_device(inventory, 0);

	say_sadp(inventory, FACT_OWN_PROTOCOL, NULL, other);
	assert_string_equal(device->maker.name, "Hikvision");
	inventory_free(inventory);
	inventory = fresh(true);
	device = inventory_device(inventory, 0);
	assert_int_equal(inventory_tie(inventory, other, other_address, 1), 1);
	say_sadp(inventory, FACT_OWN_PROTOCOL, NULL, other);
	say_sadp(inventory, FACT_OWN_MODEL, "DS-2CD2032-I", other);
	say_sadp(inventory, FACT_OWN_MAC, NULL, other);
	say_sadp(inventory, FACT_OWN_ACTIVATED, "false", other);
	assert_int_equal(device->clue_count, 1);
	assert_string_equal(device->clues[0].source, "sadp mac");
	assert_string_equal(device->clues[0].value, "44:19:b6:11:22:33");
	assert_string_equal(device->clues[0].says, "answers for another device");
	assert_string_equal(device->maker.name, "");
	assert_string_equal(device->model.name, "");
	assert_int_equal(inventory_device(inventory, 1)->clue_count, 0);
	inventory_free(inventory);
}

/* Empty, 64 KiB, another one each time, a protocol that is none. */
static void hostile(void **state)
{
	struct inventory *inventory = fresh(true);
	const struct device *device = inventory_device(inventory, 0);
	static char text[65536];
	struct fact fact = {.kind = FACT_OWN_MODEL, .number = OWN_DVRIP, .text = {(const uint8_t *)text, sizeof(text)}};

	say(inventory, FACT_OWN_MODEL, OWN_DVRIP, "");
	say(inventory, FACT_OWN_PROTOCOL, OWN_COUNT, NULL);
	say(inventory, FACT_OWN_MODEL, UINT32_MAX, "x");
	assert_int_equal(device->clue_count, 0);
	assert_int_equal(device->model.confidence, 0);
	for (int i = 0; i < 100; i++) {
		memset(text, 'a' + i % 26, sizeof(text));
		inventory_note_fact(inventory, 0, &fact);
	}
	assert_int_equal(device->clue_count, 7);
	assert_true(strlen(device->model.name) < sizeof(device->model.name));
	inventory_free(inventory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_made_the_inside),
		cmocka_unit_test(what_it_calls_itself),
		cmocka_unit_test(names),
		cmocka_unit_test(a_mac_of_its_own),
		cmocka_unit_test(what_sadp_says),
		cmocka_unit_test(who_answers_for_another),
		cmocka_unit_test(hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
