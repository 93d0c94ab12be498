/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-ins: addresses keep their kind and their neighbourhoods, names have one each, and of banners only what tells nobody stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include <cmocka.h>

#include "base/text.h"
#include "mask/inside.h"

static struct mask mask;

static int start(void **state)
{
	mask_init(&mask, (const uint8_t *)"0123456789abcdef");
	return 0;
}

static void read_address(const char *text, uint8_t out[16])
{
	memset(out, 0, 16);
	if (strchr(text, ':')) {
		assert_int_equal(inet_pton(AF_INET6, text, out), 1);
		return;
	}
	out[10] = out[11] = 0xff;
	assert_int_equal(inet_pton(AF_INET, text, out + 12), 1);
}

static unsigned shared_bits(const uint8_t *a, const uint8_t *b, unsigned size)
{
	unsigned at = 0;

	while (at < size && ((a[at / 8] ^ b[at / 8]) >> (7 - at % 8) & 1) == 0)
		at++;
	return at;
}

static void kinds_stay(void **state)
{
	static const struct {
		const char *address;
		unsigned kept; /* leading bits, of 32 or 128 */
	} cases[] = {{"10.1.2.3", 8}, {"172.31.255.254", 12}, {"192.168.1.64", 16}, {"169.254.9.9", 16}, {"100.64.0.7", 10},
		{"192.0.2.1", 24}, {"198.51.100.23", 24}, {"203.0.113.255", 24}, {"198.18.0.1", 15}, {"240.0.0.1", 4}, {"fe80::1234", 64},
		{"febf::1", 10}, {"fd00::1", 8}, {"fc00::1", 8}, {"2001:db8::1", 32}, {"2a00:1450::1", 3}, {"64:ff9b::1", 0},
		{"4000::1", 0}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t before[16], after[16];
		bool four = !strchr(cases[i].address, ':');
		unsigned skip = four ? 96 : 0;
		read_address(cases[i].address, before);
		memcpy(after, before, 16);
		mask_address(&mask, after);
		if (memcmp(before, after, 16) == 0)
			fail_msg("%s stays as it is", cases[i].address);
		if (shared_bits(before + skip / 8, after + skip / 8, 128 - skip) != cases[i].kept && cases[i].kept)
			fail_msg("%s keeps %u bits", cases[i].address, shared_bits(before + skip / 8, after + skip / 8, 128 - skip));
	}
}

static void who_is_nobody_stays(void **state)
{
	static const char *const cases[] = {
		"0.0.0.0", "127.0.0.1", "224.0.0.251", "239.255.255.250", "255.255.255.255", "::", "::1", "ff02::1", "ff02::fb", "ff05::2"};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t before[16], after[16];
		read_address(cases[i], before);
		memcpy(after, before, 16);
		mask_address(&mask, after);
		assert_memory_equal(before, after, 16);
	}
}

/* Each of a network's 65,536 addresses has a stand-in of its own, in the same network, with .0 and .255 where they were. */
static void a_network_is_mapped_onto_itself(void **state)
{
	static uint8_t seen[65536];

	memset(seen, 0, sizeof(seen));
	for (uint32_t i = 0; i < 65536; i++) {
		uint8_t address[4] = {192, 168, (uint8_t)(i >> 8), (uint8_t)i};
		mask_ipv4(&mask, address);
		assert_int_equal(address[0] << 8 | address[1], 192 << 8 | 168);
		assert_true(address[2] != i >> 8);
		assert_int_equal(seen[address[2] << 8 | address[3]]++, 0);
		if ((i & 255) == 0 || (i & 255) == 255)
			assert_int_equal(address[3], i & 255);
	}
}

/* What is public stays public, neighbours stay neighbours, and no two meet. */
static void public_addresses(void **state)
{
	static const uint8_t special[][4] = {{10}, {127}, {224}, {240}, {0}};
	uint32_t x = 1;

	for (uint32_t i = 0; i < 20000; i++) {
		uint8_t one[4], other[4], one_before[4], other_before[4];
		x = x * 1664525 + 1013904223;
		memcpy(one, &x, 4);
		one[0] = (uint8_t)(11 + one[0] % 80);
		memcpy(other, one, 4);
		unsigned bit = 24 + i % 8;
		other[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		memcpy(one_before, one, 4);
		memcpy(other_before, other, 4);
		mask_ipv4(&mask, one);
		mask_ipv4(&mask, other);
		assert_int_equal(shared_bits(one, other, 32), shared_bits(one_before, other_before, 32));
		for (size_t k = 0; k < sizeof(special) / sizeof(special[0]); k++)
			assert_true(one[0] != special[k][0]);
		assert_true(one[0] < 224 && !(one[0] == 192 && one[1] == 168) && !(one[0] == 172 && (one[1] & 0xf0) == 16));
	}
}

static void prefixes_and_their_addresses_go_together(void **state)
{
	static const struct {
		const char *prefix, *address;
		unsigned bits;
	} cases[] = {{"81.2.69.0", "81.2.69.160", 120}, {"192.168.4.0", "192.168.4.9", 120},
		{"2a00:1450:4001:800::", "2a00:1450:4001:800::200e", 64}, {"10.0.0.0", "10.99.1.1", 104}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t prefix[16], address[16];
		read_address(cases[i].prefix, prefix);
		read_address(cases[i].address, address);
		mask_prefix(&mask, prefix, cases[i].bits);
		mask_address(&mask, address);
		assert_memory_equal(prefix, address, cases[i].bits / 8);
		for (unsigned k = cases[i].bits / 8; k < 16; k++)
			assert_int_equal(prefix[k], 0);
	}
}

static void group_addresses_hold_no_host(void **state)
{
	uint8_t group[16], mac[6] = {0x33, 0x33, 0xff, 0x3c, 0x7f, 0x64};

	read_address("ff02::1:ff3c:7f64", group);
	mask_address(&mask, group);
	mask_mac(&mask, mac);
	assert_memory_equal(group, "\xff\x02\0\0\0\0\0\0\0\0\0\1\xff", 13);
	assert_memory_not_equal(group + 13, "\x3c\x7f\x64", 3);
	assert_memory_equal(group + 13, mac + 3, 3);
	read_address("ff3e:40:2001:db8:1:2:0:99", group);
	mask_address(&mask, group);
	assert_memory_equal(group, "\xff\x3e\0\0\0\0\0\0\0\0\0\0\0\0\0\x99", 16);
}

static void macs(void **state)
{
	static const struct {
		uint8_t mac[6];
		unsigned kept; /* bytes */
	} cases[] = {{{0xa0, 0xa0, 0xa0, 1, 2, 3}, 3}, {{0x02, 0x42, 0xac, 1, 2, 3}, 1}, {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 6},
		{{0}, 6}, {{0x01, 0x00, 0x5e, 0, 0, 0xfb}, 6}, {{0x33, 0x33, 0, 0, 0, 0xfb}, 6}, {{0x33, 0x33, 0xff, 1, 2, 3}, 3}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t mac[6], again[6];
		memcpy(mac, cases[i].mac, 6);
		memcpy(again, cases[i].mac, 6);
		mask_mac(&mask, mac);
		mask_mac(&mask, again);
		assert_memory_equal(mac, again, 6);
		assert_memory_equal(mac, cases[i].mac, cases[i].kept);
		assert_int_equal(memcmp(mac, cases[i].mac, 6) != 0, cases[i].kept < 6);
	}
}

static void one_thing_one_name(void **state)
{
	char one[MASK_NAME_LEN], other[MASK_NAME_LEN];

	mask_name(&mask, "BRN0080", 7, one);
	assert_int_equal(strlen(one), 13);
	assert_int_equal(strncmp(one, "name-", 5), 0);
	static const char *const same[] = {"brn0080", "BRN0080.local", "brn0080.LOCAL.", "brn0080."};
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		mask_name(&mask, same[i], strlen(same[i]), other);
		assert_string_equal(one, other);
	}
	mask_name(&mask, "brn0081", 7, other);
	assert_string_not_equal(one, other);
	mask_name(&mask, "", 0, other);
	assert_string_equal(other, "");
	char longest[5000];
	memset(longest, 'x', sizeof(longest));
	mask_name(&mask, longest, sizeof(longest), other);
	assert_int_equal(strlen(other), 13);
}

static void words(void **state)
{
	struct device device = {
		.mac_count = 1, .macs = {{0xa0, 0xa0, 0xa0, 0x3c, 0x7f, 0x64}}, .name = "frontdoor cam", .name_source = NAME_DHCP};
	static const struct {
		const char *before, *after; /* "#": a stand-in */
	} cases[] = {
		{"Linux/3.14.0 UPnP/1.0 IpBridge/1.26.0", NULL},
		{"UPnP Stack/1.2.0.0 (BROADCOM INTERNAL)", NULL},
		{"DS-2CD2032F-I", NULL},
		{"V5.2.0 build 140721", NULL},
		{"V4.02.R11 20161021", NULL},
		{"b8:27:eb", NULL},
		{"1,3,6,12,15,28,42", NULL},
		{"urn:schemas-upnp-org:device:MediaServer:1", NULL},
		{"1.2.3.4.5", NULL},
		{"v10.0.0.1", NULL},
		{"Apache at 192.168.1.20 Port 80", "Apache at # Port 80"},
		{"at 8.8.8.8.", "at #."},
		{"on [2001:db8::1]:80", "on [#]:80"},
		{"fe80::1", "#"},
		{"mac b8:27:eb:c7:e9:c9!", "mac #!"},
		{"b8-27-eb-c7", "#"},
		{"SN 0080774E0A80", "SN #"},
		{"serial:12345678", "serial:#"},
		{"1234567", NULL},
		{"20161341", "#"},
		{"0a1b2c3d4", "#"},
		{"ABCDEF12345678Z", "#"},
		{"HF-LPB100-3C7F64", "HF-LPB100-#"},
		{"cam3c7f64x", "#"},
		{"http of FrontDoor Cam, ready", "#"},
		{"\xc3\xa9t\xc3\xa9", NULL},
		{"", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[DEVICE_TEXT_MAX] = "", found[DEVICE_TEXT_MAX] = "";
		snprintf(text, sizeof(text), "%s", cases[i].before);
		mask_words(&mask, &device, text);
		for (size_t at = 0, len = 0; text[at];) {
			bool stand_in = strncmp(text + at, "name-", 5) == 0;
			found[len++] = stand_in ? '#' : text[at];
			at += stand_in ? 13 : 1;
		}
		if (strcmp(found, cases[i].after ? cases[i].after : cases[i].before) != 0)
			fail_msg("%s became %s", cases[i].before, text);
	}
}

/* A text that grows by its stand-ins is cut, and ends. */
static void words_that_grow(void **state)
{
	char text[DEVICE_TEXT_MAX];

	for (size_t len = 0; len < DEVICE_TEXT_MAX; len++) {
		memset(text, 0, sizeof(text));
		for (size_t i = 0; i < len; i++)
			text[i] = i % 9 == 8 ? ' ' : (char)('1' + i % 8);
		mask_words(&mask, NULL, text);
		assert_true(strnlen(text, sizeof(text)) < sizeof(text));
		assert_true(len < 8 || strstr(text, "name-"));
	}
}

static struct device a_device(enum name_source source, const char *name)
{
	struct device device = {.id = 0x1234567890abcdef,
		.mac_count = 1,
		.address_count = 1,
		.macs = {{0xa0, 0xa0, 0xa0, 0x3c, 0x7f, 0x64}},
		.addresses = {{[10] = 0xff, 0xff, 192, 168, 1, 64}},
		.name_source = source,
		.maker = {.name = "A Maker", .confidence = 60},
		.kind = {.name = "camera", .confidence = 50}};

	snprintf(device.name, sizeof(device.name), "%s", name);
	return device;
}

static void names_of_devices(void **state)
{
	struct device device = a_device(NAME_DHCP, "frontdoor-cam");

	mask_device(&mask, &device);
	assert_int_equal(strncmp(device.name, "name-", 5), 0);
	assert_string_equal(device.maker.name, "A Maker");
	assert_true(device.id != 0x1234567890abcdef);
	char tail[8];
	device = a_device(NAME_OUI, "A Maker device 3c7f64");
	mask_device(&mask, &device);
	snprintf(tail, sizeof(tail), "%02x%02x%02x", device.macs[0][3], device.macs[0][4], device.macs[0][5]);
	assert_string_equal(device.name + strlen("A Maker device "), tail);
	assert_string_not_equal(tail, "3c7f64");
	device = a_device(NAME_PLACEHOLDER, "device-abcdef");
	mask_device(&mask, &device);
	snprintf(tail, sizeof(tail), "%06x", (unsigned)(device.id & 0xffffff));
	assert_string_equal(device.name + strlen("device-"), tail);
	device = a_device(NAME_FINGERPRINT, "A Maker CAM-3c7f64");
	mask_device(&mask, &device);
	assert_null(strstr(device.name, "3c7f64"));
	assert_non_null(strstr(device.name, "A Maker CAM-name-"));
}

static void clues(void **state)
{
	static const struct {
		const char *source, *value, *says;
		bool value_stays, says_stays;
	} cases[] = {
		{"oui", "a0:a0:a0", "maker: A Maker", true, true},
		{"dhcp 60", "udhcp 1.2.3", "runs: BusyBox udhcpc", true, true},
		{"dhcp 60", "PXEClient:Arch", "runs: PXE network boot", true, true},
		{"http server", "lighttpd/1.4", "", true, true},
		{"mdns txt", "md=BRAVIA 4K", "model: BRAVIA 4K", true, true},
		{"http server", "cam (+http://192.168.1.64/)", "", false, true},
		{"ssdp server", "Linux UPnP/1.0 cam/1.2.3.4", "", true, true},
		{"ntp private", "monlist", "answers monlist, which floods are reflected with", true, true},
		{"dvrip protocol", "DVRIP", "maker: Xiongmai", true, true},
		{"dvrip name", "Anna's room", "name: Anna's room", false, false},
		{"coap resource", "/oic/res", "speaks OCF", false, true},
		{"sadp activated", "false", "no password was ever set", false, true},
		{"sadp mac", "44:19:b6:11:22:33", "answers for another device", false, true},
		{"mdns txt", "fn=Anna's room", "", false, true},
		{"mdns txt", "no key", "", false, true},
		{"dhcp 12", "annas-phone", "", false, true},
		{"http agent", "Phone of Anna", "", false, true},
		{"a kind to come", "anything", "name: Anna's", false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct device device = a_device(NAME_PLACEHOLDER, "device-1");
		struct clue *clue = &device.clues[0];
		device.clue_count = 1;
		clue->source = cases[i].source;
		snprintf(clue->value, sizeof(clue->value), "%s", cases[i].value);
		snprintf(clue->says, sizeof(clue->says), "%s", cases[i].says);
		mask_device(&mask, &device);
		if ((strcmp(clue->value, cases[i].value) == 0) != cases[i].value_stays ||
			(strcmp(clue->says, cases[i].says) == 0) != cases[i].says_stays)
			fail_msg("%s: %s, %s", cases[i].source, clue->value, clue->says);
	}
	struct device device = a_device(NAME_PLACEHOLDER, "device-1");
	device.clue_count = 1;
	device.clues[0] = (struct clue){.source = "mdns service", .value = "_ipp._tcp Anna's printer"};
	mask_device(&mask, &device);
	assert_int_equal(strncmp(device.clues[0].value, "_ipp._tcp name-", 15), 0);
	device = a_device(NAME_PLACEHOLDER, "device-1");
	device.clue_count = 1;
	device.clues[0] = (struct clue){.source = "mdns service", .value = "_cam3c7f64._tcp a"};
	mask_device(&mask, &device);
	assert_null(strstr(device.clues[0].value, "3c7f64"));
	device = a_device(NAME_PLACEHOLDER, "device-1");
	device.clue_count = 1;
	device.clues[0].source = "mdns service";
	memset(device.clues[0].value, '_', DEVICE_TEXT_MAX - 1);
	device.clues[0].value[DEVICE_TEXT_MAX - 3] = ' ';
	mask_device(&mask, &device);
	assert_non_null(strstr(device.clues[0].value, " name-"));
}

static void findings(void **state)
{
	static const uint8_t source[16] = {[10] = 0xff, 0xff, 192, 168, 1, 64};
	static const uint8_t none[16];

	for (int id = 0; id < FINDING_ID_COUNT; id++) {
		struct finding finding = {
			.id = (enum finding_id)id, .severity = SEVERITY_HIGH, .count = 7, .has_source = true, .muted = "Anna said so"};
		memcpy(finding.source, source, 16);
		mask_finding(&mask, &finding);
		assert_memory_not_equal(finding.source, source, 16);
		assert_string_equal(finding.muted, "the reason is not shown");
		assert_true(finding.count == 7 && finding.severity == SEVERITY_HIGH);
	}
	struct finding login = {.id = FINDING_CLEARTEXT_LOGIN, .login = {.user = "anna"}};
	memcpy(login.login.peer, source, 16);
	mask_finding(&mask, &login);
	assert_int_equal(strncmp(login.login.user, "name-", 5), 0);
	assert_memory_not_equal(login.login.peer, source, 16);
	assert_memory_equal(login.source, none, 16);
	struct finding flood = {.id = FINDING_FLOOD, .flood = {.zone = "shop.example", .target_bits = 128}};
	mask_finding(&mask, &flood);
	assert_int_equal(strncmp(flood.flood.zone, "name-", 5), 0);
	struct finding forged = {.id = FINDING_FORGED_SOURCE, .forged = {.mac = {0xa0, 0xa0, 0xa0, 0x3c, 0x7f, 0x64}}};
	mask_finding(&mask, &forged);
	assert_memory_not_equal(forged.forged.mac, "\xa0\xa0\xa0\x3c\x7f\x64", 6);
}

static void keys(void **state)
{
	uint8_t one[16], other[16];
	struct mask second;
	char name[MASK_NAME_LEN], second_name[MASK_NAME_LEN];

	mask_key_of("a key of some length", 20, one);
	mask_key_of("a key of some lengtH", 20, other);
	assert_memory_not_equal(one, other, 16);
	assert_memory_not_equal(one, one + 8, 8);
	mask_init(&second, one);
	mask_name(&mask, "anna", 4, name);
	mask_name(&second, "anna", 4, second_name);
	assert_string_not_equal(name, second_name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_stay),
		cmocka_unit_test(who_is_nobody_stays),
		cmocka_unit_test(a_network_is_mapped_onto_itself),
		cmocka_unit_test(public_addresses),
		cmocka_unit_test(prefixes_and_their_addresses_go_together),
		cmocka_unit_test(group_addresses_hold_no_host),
		cmocka_unit_test(macs),
		cmocka_unit_test(one_thing_one_name),
		cmocka_unit_test(words),
		cmocka_unit_test(words_that_grow),
		cmocka_unit_test(names_of_devices),
		cmocka_unit_test(clues),
		cmocka_unit_test(findings),
		cmocka_unit_test(keys),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
