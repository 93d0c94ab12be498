/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DHCPv6 and LLDP: what a neighbour on the link says of itself. */
#include "cases.h"

#include <stdio.h>

#define MAC "\x02\0\0\0\0\x11"
#define MAC_TEXT "02:00:00:00:00:11"
#define NO_MAC_TEXT "00:00:00:00:00:00"
#define Z4 "\0\0\0\0"
#define Z16 Z4 Z4 Z4 Z4
#define ADDRESS "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\x42" /* 2001:db8::42 */

/* option: code and length in two bytes each */
#define OPTION(code, len) "\0" code "\0" len
#define CLIENT OPTION("\1", "\x0a") "\0\3\0\1" MAC
#define CLIENT_TEXT "dhcp6_client_id " MAC_TEXT "|%00%03%00%01%02%00%00%00%00%11\n"
#define SOLICIT "\1\0\0\1"
#define REPLY "\7\0\0\1"
#define RELAY "\x0c\0" Z16 Z16
#define MESSAGE_TEXT(type) "dhcp6_message " MAC_TEXT "|" type "\n"

static const struct message_case dhcp6_cases[] = {
	{"solicit",
		MESSAGE(SOLICIT CLIENT OPTION("\x08", "\2") "\0\0" OPTION(
			"\x10", "\x0c") "\0\0\1\x37\0\6"
					"MSFT 5" OPTION("\x06", "\4") "\0\x17\0\x27" OPTION("\x27", "\6") "\1\4pc-A"),
		FW_READ_OK,
		MESSAGE_TEXT("1") CLIENT_TEXT "dhcp6_vendor_class " MAC_TEXT "|311|MSFT%205\ndhcp6_parameters " MAC_TEXT
					      "|%00%17%00'\ndhcp6_fqdn " MAC_TEXT "|pc-a\n"},
	{"reply: address, prefix, temporary address, resolvers",
		MESSAGE(REPLY CLIENT OPTION("\2", "\4") "\0\2\0\1" OPTION("\3", "\x28") Z4 Z4 Z4 OPTION("\5", "\x18") ADDRESS Z4
			"\0\0\x0e\x10" OPTION("\x19", "\x29") Z4 Z4 Z4 OPTION("\x1a", "\x19") Z4 "\0\0\0\x3c\x38" ADDRESS OPTION(
				"\4", "\x20") Z4 OPTION("\5", "\x18") ADDRESS Z4 "\xff\xff\xff\xff" OPTION("\x17", "\x20") ADDRESS Z16),
		FW_READ_OK,
		MESSAGE_TEXT("7") CLIENT_TEXT
		"dhcp6_server_id " MAC_TEXT "|%00%02%00%01\ndhcp6_address " MAC_TEXT "|2001:db8::42|7|3600\ndhcp6_prefix " MAC_TEXT
		"|2001:db8::42|7|56|60\ndhcp6_address " MAC_TEXT "|2001:db8::42|7|4294967295\ndhcp6_resolver " MAC_TEXT
		"|2001:db8::42\ndhcp6_resolver " MAC_TEXT "|::\n"},
	{"client last: all facts bear its MAC; DUID with a time",
		MESSAGE(SOLICIT OPTION("\x70", "\x0b") "https://m/ x" OPTION("\1", "\x0e") "\0\1\0\1\1\2\3\4" MAC), FW_READ_SHORT,
		"dhcp6_message " NO_MAC_TEXT "|1\ndhcp6_mud_url " NO_MAC_TEXT "|https://m/\n"},
	{"MUD URL with a remark", MESSAGE(SOLICIT OPTION("\x70", "\x0c") "https://m/ x" OPTION("\1", "\x0e") "\0\1\0\1\1\2\3\4" MAC),
		FW_READ_OK,
		MESSAGE_TEXT("1") "dhcp6_mud_url " MAC_TEXT "|https://m/\ndhcp6_client_id " MAC_TEXT
				  "|%00%01%00%01%01%02%03%04%02%00%00%00%00%11\n"},
	{"DUIDs without a MAC: another hardware, a UUID, one byte too many",
		MESSAGE(SOLICIT OPTION("\1", "\x0a") "\0\3\0\6" MAC OPTION("\1", "\x12") "\0\4" Z16 OPTION("\1", "\x0b") "\0\3\0\1" MAC
															 "\0"),
		FW_READ_OK,
		"dhcp6_message " NO_MAC_TEXT "|1\ndhcp6_client_id " NO_MAC_TEXT
		"|%00%03%00%06%02%00%00%00%00%11\ndhcp6_client_id " NO_MAC_TEXT
		"|%00%04%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00\ndhcp6_client_id " NO_MAC_TEXT
		"|%00%03%00%01%02%00%00%00%00%11%00\n"},
	{"relayed, and what the relay adds is passed over", MESSAGE(RELAY OPTION("\x09", "\x12") SOLICIT CLIENT OPTION("\x12", "\1") "e"),
		FW_READ_OK, "dhcp6_message " NO_MAC_TEXT "|12\n" MESSAGE_TEXT("1") CLIENT_TEXT},
	{"name of several labels with root, then rest", MESSAGE(SOLICIT OPTION("\x27", "\x0a") "\0\1a\3\x1b[2\0\1z"), FW_READ_OK,
		"dhcp6_message " NO_MAC_TEXT "|1\ndhcp6_fqdn " NO_MAC_TEXT "|a.%1B[2\n"},
	{"empty texts", MESSAGE(SOLICIT OPTION("\x27", "\1") "\0" OPTION("\x70", "\0") OPTION("\x10", "\4") Z4 OPTION("\x06", "\0")),
		FW_READ_OK, "dhcp6_message " NO_MAC_TEXT "|1\n"},
	{"compression in a name", MESSAGE(SOLICIT OPTION("\x27", "\3") "\0\xc0\x0c"), FW_READ_BAD, "dhcp6_message " NO_MAC_TEXT "|1\n"},
	{"label that reaches out", MESSAGE(SOLICIT OPTION("\x27", "\3") "\0\5a"), FW_READ_BAD, "dhcp6_message " NO_MAC_TEXT "|1\n"},
	{"association too short, and the next option all the same", MESSAGE(SOLICIT OPTION("\3", "\4") Z4 OPTION("\x70", "\1") "u"),
		FW_READ_BAD, "dhcp6_message " NO_MAC_TEXT "|1\ndhcp6_mud_url " NO_MAC_TEXT "|u\n"},
	{"address in an association that reaches out", MESSAGE(SOLICIT OPTION("\4", "\x08") Z4 OPTION("\5", "\x18") ADDRESS Z4 Z4),
		FW_READ_BAD, "dhcp6_message " NO_MAC_TEXT "|1\n"},
	{"address too short", MESSAGE(SOLICIT OPTION("\4", "\x18") Z4 OPTION("\5", "\x10") ADDRESS), FW_READ_BAD,
		"dhcp6_message " NO_MAC_TEXT "|1\n"},
	{"prefix of 200 bits", MESSAGE(REPLY OPTION("\x19", "\x29") Z4 Z4 Z4 OPTION("\x1a", "\x19") Z4 Z4 "\xc8" ADDRESS), FW_READ_BAD,
		"dhcp6_message " NO_MAC_TEXT "|7\n"},
	{"vendor classes whose length lies", MESSAGE(SOLICIT OPTION("\x10", "\x09") Z4 "\0\1a\xff\xff"), FW_READ_BAD,
		"dhcp6_message " NO_MAC_TEXT "|1\ndhcp6_vendor_class " NO_MAC_TEXT "|0|a\n"},
	{"vendor class without its number", MESSAGE(SOLICIT OPTION("\x10", "\2") "\0\0"), FW_READ_BAD, "dhcp6_message " NO_MAC_TEXT "|1\n"},
	{"half an address among resolvers", MESSAGE(REPLY OPTION("\x17", "\x18") ADDRESS Z4 Z4), FW_READ_BAD,
		"dhcp6_message " NO_MAC_TEXT "|7\ndhcp6_resolver " NO_MAC_TEXT "|2001:db8::42\n"},
	{"length of 65535", MESSAGE(SOLICIT "\0\1\xff\xff" MAC), FW_READ_SHORT, "dhcp6_message " NO_MAC_TEXT "|1\n"},
	{"relayed message cut in its option", MESSAGE(RELAY OPTION("\x09", "\6") SOLICIT "\0\1"), FW_READ_BAD,
		"dhcp6_message " NO_MAC_TEXT "|12\ndhcp6_message " NO_MAC_TEXT "|1\n"},
	{"type 0", MESSAGE("\0\0\0\0"), FW_READ_OTHER, ""},
	{"type 37", MESSAGE("\x25\0\0\0"), FW_READ_OTHER, ""},
	{"nothing", MESSAGE(""), FW_READ_OTHER, ""},
};

static void dhcp6_facts(void **state)
{
	RUN_CASES(dissect_dhcp6, dhcp6_cases);
}

/* Where an option ends, what is there is a good shorter message; elsewhere it is short. */
static void dhcp6_cut(void **state)
{
	static struct taken whole, part;
	static const size_t ends[] = {4, 18, 24, 40, 48};
	size_t end = 0;

	run_message(dissect_dhcp6, dhcp6_cases[0].bytes, dhcp6_cases[0].len, &whole);
	for (size_t len = 1; len < dhcp6_cases[0].len; len++) {
		enum fw_read result = run_message(dissect_dhcp6, dhcp6_cases[0].bytes, len, &part);
		bool at_end = end < sizeof(ends) / sizeof(ends[0]) && len == ends[end];

		if (at_end)
			end++;
		if (result != (at_end ? FW_READ_OK : FW_READ_SHORT))
			fail_msg("cut at %zu: %d", len, result);
		assert_true(part.count <= whole.count);
		/* the MAC is known as soon as the client is, which comes first */
		if (len >= 18)
			assert_memory_equal(whole.text, part.text, part.len);
	}
	assert_int_equal(end, sizeof(ends) / sizeof(ends[0]));
}

/* Relays in relays: eight are read, a ninth is not. */
static void dhcp6_relays(void **state)
{
	static struct taken taken;
	uint8_t message[16 * 38 + 4];

	for (size_t relays = 1; relays <= 12; relays++) {
		size_t at = 0, len = relays * 38 + 4;

		memset(message, 0, sizeof(message));
		for (size_t i = 0; i < relays; i++, at += 38) {
			message[at] = 12;
			message[at + 35] = 9;
			message[at + 36] = (uint8_t)((len - at - 38) >> 8);
			message[at + 37] = (uint8_t)(len - at - 38);
		}
		message[at] = 1;
		assert_int_equal(run_message(dissect_dhcp6, message, len, &taken), relays <= 8 ? FW_READ_OK : FW_READ_BAD);
		assert_int_equal(taken.count, relays <= 8 ? relays + 1 : 9);
	}
}

#define CHASSIS "\2\7\4" MAC
#define PORT "\4\4\7p-1"
#define TTL "\6\2\0\x78"
#define HEAD CHASSIS PORT TTL
#define END "\0\0"
#define HEAD_TEXT "lldp_chassis " MAC_TEXT "|::|4|%02%00%00%00%00%11\nlldp_port " NO_MAC_TEXT "|::|7|p-1\n"

static const struct message_case lldp_cases[] = {
	{"switch",
		MESSAGE(HEAD "\x08\3abc\x0a\4sw-1\x0c\6Acme 2\x0e\4\0\x1c\0\4\x10\x0c\5\1\xc0\xa8\1\2\2\0\0\0\1\0"
			     "\xfe\x0a\0\x12\xbb\x06v1.2\0\0\xfe\x08\0\x12\xbb\x0aM-77\xfe\x07\0\x12\xbb\x08SN1" END "padding"),
		FW_READ_OK,
		HEAD_TEXT "lldp_name sw-1\nlldp_description Acme%202\nlldp_capabilities 28|4\nlldp_address 192.168.1.2\n"
			  "lldp_inventory 6|v1.2\nlldp_inventory 10|M-77\n"},
	{"MUD URL, with a remark", MESSAGE(HEAD "\xfe\x10\0\0\x5e\1https://m/ x" END), FW_READ_OK, HEAD_TEXT "lldp_mud_url https://m/\n"},
	{"other organisations and subtypes", MESSAGE(HEAD "\xfe\5\0\0\x5e\2u\xfe\5\0\x12\xbb\1u\xfe\4\0\x80\xc2\1" END), FW_READ_OK,
		HEAD_TEXT},
	{"chassis and port by address, managed over IPv6",
		MESSAGE("\2\6\5\1\xc0\xa8\1\2\4\x12\4\2" ADDRESS TTL "\x10\x18\x11\2" ADDRESS "\2\0\0\0\1\0" END), FW_READ_OK,
		"lldp_chassis " NO_MAC_TEXT "|192.168.1.2|5|%01%C0%A8%01%02\nlldp_port " NO_MAC_TEXT
		"|2001:db8::42|4|%02%20%01%0D%B8%00%00%00%00%00%00%00%00%00%00%00B\nlldp_address 2001:db8::42\n"},
	{"port by MAC; a chassis MAC of seven bytes is none", MESSAGE("\2\x08\4" MAC "\0\4\7\3" MAC TTL END), FW_READ_OK,
		"lldp_chassis " NO_MAC_TEXT "|::|4|%02%00%00%00%00%11%00\nlldp_port " MAC_TEXT "|::|3|%02%00%00%00%00%11\n"},
	{"managed over something else", MESSAGE(HEAD "\x10\x0a\3\6\1\2\2\0\0\0\1\0" END), FW_READ_OK, HEAD_TEXT},
	{"escape in a name", MESSAGE(HEAD "\x0a\4\x1b[2J" END), FW_READ_OK, HEAD_TEXT "lldp_name %1B[2J\n"},
	{"name of 511 bytes that are not there",
		MESSAGE(HEAD "\x0b\xff"
			     "a"),
		FW_READ_SHORT, HEAD_TEXT},
	{"port before chassis", MESSAGE("\4\4\7p-1" CHASSIS TTL END), FW_READ_OTHER, ""},
	{"no port", MESSAGE(CHASSIS TTL END), FW_READ_BAD, "lldp_chassis " MAC_TEXT "|::|4|%02%00%00%00%00%11\n"},
	{"a second chassis", MESSAGE(HEAD CHASSIS END), FW_READ_BAD, HEAD_TEXT},
	{"end too early", MESSAGE(CHASSIS PORT END), FW_READ_BAD, HEAD_TEXT},
	{"address longer than its field, and the next field all the same", MESSAGE(HEAD "\x10\3\x20\1\1\x0a\1n" END), FW_READ_BAD,
		HEAD_TEXT "lldp_name n\n"},
	{"capabilities of three bytes", MESSAGE(HEAD "\x0e\3\0\0\0" END), FW_READ_BAD, HEAD_TEXT},
	{"organisation of three bytes", MESSAGE(HEAD "\xfe\3\0\0\x5e" END), FW_READ_BAD, HEAD_TEXT},
	{"time to live of one byte", MESSAGE(CHASSIS PORT "\6\1\0" END), FW_READ_BAD, HEAD_TEXT},
	{"chassis without identifier", MESSAGE("\2\1\4" PORT TTL END), FW_READ_BAD, "lldp_port " NO_MAC_TEXT "|::|7|p-1\n"},
	{"bytes", MESSAGE("\xff\xff\xff"), FW_READ_OTHER, ""},
};

static void lldp_facts(void **state)
{
	struct message_case whole = lldp_cases[0];

	RUN_CASES(dissect_lldp, lldp_cases);
	whole.len -= strlen("padding");
	run_cuts(dissect_lldp, &whole, 1, true);
	run_cuts(dissect_lldp, lldp_cases + 1, 6, true);
}

/* Fields of no length go on for as long as the frame does. */
static void lldp_endless(void **state)
{
	static struct taken taken;
	static uint8_t message[65536] = HEAD;

	for (size_t at = sizeof(HEAD) - 1; at + 1 < sizeof(message); at += 2)
		message[at] = 100 << 1;
	assert_int_equal(run_message(dissect_lldp, message, sizeof(message), &taken), FW_READ_BAD);
	assert_int_equal(taken.count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dhcp6_facts),
		cmocka_unit_test(dhcp6_cut),
		cmocka_unit_test(dhcp6_relays),
		cmocka_unit_test(lldp_facts),
		cmocka_unit_test(lldp_endless),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
