/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cases.h"

#define ARP_HEAD "\0\1\x08\0\6\4\0"
#define MAC "\x02\0\0\0\0\x11"
#define MAC_TEXT "02:00:00:00:00:11"
#define NO_MAC "\0\0\0\0\0\0"
#define NO_MAC_TEXT "00:00:00:00:00:00"

static const struct message_case arp_cases[] = {
	{"request", MESSAGE(ARP_HEAD "\1" MAC "\xc0\xa8\1\2" NO_MAC "\xc0\xa8\1\1"), FW_READ_OK,
		"arp_sender " MAC_TEXT "|192.168.1.2|1\narp_target 192.168.1.1|1\n"},
	{"reply", MESSAGE(ARP_HEAD "\2" MAC "\xc0\xa8\1\2" MAC "\xc0\xa8\1\1"), FW_READ_OK,
		"arp_sender " MAC_TEXT "|192.168.1.2|2\narp_target 192.168.1.1|2\n"},
	{"probe claims nothing", MESSAGE(ARP_HEAD "\1" MAC "\0\0\0\0" NO_MAC "\xc0\xa8\1\1"), FW_READ_OK, "arp_target 192.168.1.1|1\n"},
	{"reverse ARP", MESSAGE(ARP_HEAD "\3" MAC "\0\0\0\0" MAC "\0\0\0\0"), FW_READ_OTHER, ""},
	{"other protocol", MESSAGE("\0\1\x86\xdd\6\x10\0\1" MAC "\0\0\0\0" MAC "\0\0\0\0"), FW_READ_OTHER, ""},
	{"lengths that lie", MESSAGE("\0\1\x08\0\xff\xff\0\1" MAC "\0\0\0\0" MAC "\0\0\0\0"), FW_READ_BAD, ""},
};

#define TARGET "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1"

static const struct message_case nd_cases[] = {
	{"solicitation", MESSAGE("\x87\0\0\0\0\0\0\0" TARGET "\1\1" MAC), FW_READ_OK, "nd_solicit " MAC_TEXT "|fe80::1\n"},
	{"advertisement, option second", MESSAGE("\x88\0\0\0\x60\0\0\0" TARGET "\x0e\1" NO_MAC "\2\1" MAC), FW_READ_OK,
		"nd_neighbour " MAC_TEXT "|fe80::1\n"},
	{"other link layer's address", MESSAGE("\x88\0\0\0\x60\0\0\0" TARGET "\2\2" MAC NO_MAC "\0\0"), FW_READ_OK,
		"nd_neighbour " NO_MAC_TEXT "|fe80::1\n"},
	{"router with two prefixes",
		MESSAGE("\x86\0\0\0\x40\0\7\x08\0\0\0\0\0\0\0\0"
			"\1\1" MAC "\3\4\x40\xc0\0\0\0\1\0\0\0\1\0\0\0\0\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\0"
			"\3\4\x40\0\0\0\0\1\0\0\0\1\0\0\0\0\x20\1\xd\xb8\0\1\0\0\0\0\0\0\0\0\0\0" /* neither on-link nor autonomous */
			"\3\4\x40\x80\0\0\0\1\0\0\0\1\0\0\0\0\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
		FW_READ_OK, "nd_router " MAC_TEXT "\nnd_prefix 2001:db8::|64\nnd_prefix fd00::|64\n"},
	{"router solicitation", MESSAGE("\x85\0\0\0\0\0\0\0"), FW_READ_OK, ""},
	{"redirect", MESSAGE("\x89\0\0\0\0\0\0\0"), FW_READ_OTHER, ""},
	{"echo", MESSAGE("\x80\0\0\0\0\0\0\0"), FW_READ_OTHER, ""},
	{"code", MESSAGE("\x87\1\0\0\0\0\0\0" TARGET), FW_READ_BAD, ""},
	{"option of length zero", MESSAGE("\x87\0\0\0\0\0\0\0" TARGET "\1\1" MAC "\1\0" NO_MAC), FW_READ_BAD, ""},
	{"router, option of length zero", MESSAGE("\x86\0\0\0\x40\0\7\x08\0\0\0\0\0\0\0\0\1\0"), FW_READ_BAD, ""},
	{"option of length 255", MESSAGE("\x87\0\0\0\0\0\0\0" TARGET "\1\1" MAC "\1\xff" NO_MAC), FW_READ_SHORT,
		"nd_solicit " MAC_TEXT "|fe80::1\n"},
	{"prefix of 200 bits",
		MESSAGE("\x86\0\0\0\x40\0\7\x08\0\0\0\0\0\0\0\0"
			"\3\4\xc8\xc0\0\0\0\1\0\0\0\1\0\0\0\0" TARGET),
		FW_READ_OK, "nd_router " NO_MAC_TEXT "\n"},
};

static void arp_facts(void **state)
{
	RUN_CASES(dissect_arp, arp_cases);
	RUN_CUTS(dissect_arp, arp_cases, true);
}

static void nd_facts(void **state)
{
	RUN_CASES(dissect_nd, nd_cases);
}

/* Cut where an option ends, a message is a good shorter one: only the fixed part is cut at every byte. */
static void nd_cut(void **state)
{
	static struct taken taken;

	for (size_t len = 0; len < nd_cases[3].len; len++) {
		enum fw_read result = run_message(dissect_nd, nd_cases[3].bytes, len, &taken);
		assert_int_equal(result, len >= 16 && (len == 16 || len == 24 || len % 32 == 24) ? FW_READ_OK : FW_READ_SHORT);
		assert_true(taken.count <= 3);
	}
}

#define Z4 "\0\0\0\0"
#define Z16 Z4 Z4 Z4 Z4
#define Z64 Z16 Z16 Z16 Z16
#define BOOT(op, htype) \
	op htype "\6\0" \
		 "\1\2\3\4" Z4
#define CHADDR Z4 Z4 MAC "\0\0" Z4 Z4 /* siaddr, giaddr, chaddr */
#define COOKIE "\x63\x82\x53\x63"
#define REQUEST BOOT("\1", "\1") Z4 Z4 CHADDR Z64 Z64 Z64 COOKIE
#define OFFER BOOT("\2", "\1") Z4 "\xc0\xa8\1\x09" CHADDR Z64 Z64 Z64 COOKIE
#define M MAC_TEXT "|"

static const struct message_case dhcp_cases[] = {
	{"discover with names",
		MESSAGE(REQUEST "\x35\1\1"
				"\x0c\6camera"
				"\x37\4\1\3\6\xff"
				"\x3c\x08udhcp 1."
				"\x3d\7\1" MAC "\x32\4\xc0\xa8\1\x09"
				"\xff"),
		FW_READ_OK,
		"dhcp_message " M "::|1\ndhcp_host_name " M "camera\ndhcp_parameters " M "%01%03%06%FF\ndhcp_vendor_class " M "udhcp%201.\n"
		"dhcp_client_id " M "%01%02%00%00%00%00%11\ndhcp_requested " M "192.168.1.9\n"},
	{"offer",
		MESSAGE(OFFER "\x35\1\2"
			      "\x36\4\xc0\xa8\1\1"
			      "\3\x08\xc0\xa8\1\1\xc0\xa8\1\2"
			      "\6\4\x08\x08\x08\x08"
			      "\x33\4\xff\xff\xff\xff"
			      "\x0f\5home\0"
			      "\xff"),
		FW_READ_OK,
		"dhcp_message " M "192.168.1.9|2\ndhcp_server " M "192.168.1.1\ndhcp_router " M "192.168.1.1\ndhcp_router " M
		"192.168.1.2\n"
		"dhcp_resolver " M "8.8.8.8\ndhcp_lease " M "4294967295\ndhcp_domain " M "home\n"},
	{"client address where yours is none", MESSAGE(BOOT("\1", "\1") "\xc0\xa8\1\7" Z4 CHADDR Z64 Z64 Z64 COOKIE "\x35\1\7\xff"),
		FW_READ_OK, "dhcp_message " M "192.168.1.7|7\n"},
	{"pads, unknown options, nothing after the end", MESSAGE(REQUEST "\0\0\x35\1\3\0\x99\2ab\0\xff\x0c\1x"), FW_READ_OK,
		"dhcp_message " M "::|3\n"},
	{"no MAC where the hardware is none", MESSAGE(BOOT("\1", "\x20") Z4 Z4 CHADDR Z64 Z64 Z64 COOKIE "\x35\1\1\xff"), FW_READ_OK,
		"dhcp_message " NO_MAC_TEXT "|::|1\n"},
	{"escape in the name", MESSAGE(REQUEST "\x0c\5\x1b[2Jx\xff"), FW_READ_OK, "dhcp_host_name " M "%1B[2Jx\n"},
	{"an option in three pieces", MESSAGE(REQUEST "\x3c\2ab\x0c\1h\x3c\0\x3c\3cde\xff"), FW_READ_OK,
		"dhcp_host_name " M "h\ndhcp_vendor_class " M "abcde\n"},
	{"overload: options, file, sname in this order",
		MESSAGE(BOOT("\1", "\1") Z4 Z4 CHADDR "\x3c\1c\x0f\3lan\xff" Z4 Z4 Z16 Z16 Z4 Z4 Z4 "\0\0\0" /* sname, 64 */
						      "\x3c\1b\x0c\3cam\xff" Z4 Z4 Z16 Z64 Z16 Z4 Z4 Z4 "\0\0\0" /* file, 128 */
			COOKIE "\x34\1\3\x3c\1a\x35\1\1\xff"),
		FW_READ_OK, "dhcp_message " M "::|1\ndhcp_host_name " M "cam\ndhcp_vendor_class " M "abc\ndhcp_domain " M "lan\n"},
	{"overload of file without end", MESSAGE(REQUEST "\x34\1\1\x35\1\1\xff"), FW_READ_BAD, "dhcp_message " M "::|1\n"},
	{"full name as text",
		MESSAGE(REQUEST "\x51\x0b\0\0\0cam.home"
				"\xff"),
		FW_READ_OK, "dhcp_fqdn " M "cam.home\n"},
	{"full name as labels", MESSAGE(REQUEST "\x51\x0d\5\xff\xff\3Cam\4home\0\xff"), FW_READ_OK, "dhcp_fqdn " M "cam.home\n"},
	{"full name as labels, unended", MESSAGE(REQUEST "\x51\7\4\0\0\3cam\xff"), FW_READ_OK, "dhcp_fqdn " M "cam\n"},
	{"full name as labels, with a pointer", MESSAGE(REQUEST "\x51\5\4\0\0\xc0\0\xff"), FW_READ_BAD, ""},
	{"full name of two bytes", MESSAGE(REQUEST "\x51\2\0\0\xff"), FW_READ_BAD, ""},
	{"MUD URL, what follows a space", MESSAGE(REQUEST "\xa1\x15https://m.test/a more\xff"), FW_READ_OK,
		"dhcp_mud_url " M "https://m.test/a\n"},
	{"wrong lengths, the others stay", MESSAGE(REQUEST "\x35\2\1\1\x33\1\1\3\5\1\2\3\4\5\x0c\1h\xff"), FW_READ_BAD,
		"dhcp_host_name " M "h\ndhcp_router " M "1.2.3.4\n"},
	{"empty options", MESSAGE(REQUEST "\x0c\0\x37\0\x3c\0\xa1\0\xff"), FW_READ_OK, ""},
	{"option length past the end", MESSAGE(REQUEST "\x35\1\1\x0c\xffh"), FW_READ_SHORT, "dhcp_message " M "::|1\n"},
	{"other cookie", MESSAGE(BOOT("\1", "\1") Z4 Z4 CHADDR Z64 Z64 Z64 "\x63\x82\x53\x64\x35\1\1\xff"), FW_READ_OTHER, ""},
	{"neither request nor reply", MESSAGE("\7" REQUEST), FW_READ_OTHER, ""},
};

static const struct message_case dhcp_cut_cases[] = {
	{"discover",
		MESSAGE(REQUEST "\x35\1\1"
				"\x0c\6camera"
				"\x37\4\1\3\6\xff"
				"\x3c\x08udhcp 1."
				"\xff"),
		FW_READ_OK, ""},
};

static void dhcp_facts(void **state)
{
	RUN_CASES(dissect_dhcp, dhcp_cases);
}

static void dhcp_cut(void **state)
{
	RUN_CUTS(dissect_dhcp, dhcp_cut_cases, true);
}

/* A joined option keeps its first 1024 bytes. */
static void dhcp_joined_ceiling(void **state)
{
	static struct taken taken;
	uint8_t message[240 + 6 * 257 + 1] = REQUEST;
	uint8_t *at = message + 240;

	for (int i = 0; i < 6; i++, at += 257) {
		at[0] = 60;
		at[1] = 255;
		memset(at + 2, 'a' + i, 255);
	}
	*at = 255;
	assert_int_equal(run_message(dissect_dhcp, message, sizeof(message), &taken), FW_READ_OK);
	assert_int_equal(taken.count, 1);
	assert_int_equal(taken.len, strlen("dhcp_vendor_class " M "\n") + 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arp_facts),
		cmocka_unit_test(nd_facts),
		cmocka_unit_test(nd_cut),
		cmocka_unit_test(dhcp_facts),
		cmocka_unit_test(dhcp_cut),
		cmocka_unit_test(dhcp_joined_ceiling),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
