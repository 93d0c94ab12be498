/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NTP, SNMP, CoAP and Ubiquiti discovery: what devices are asked and answer. */
#include "cases.h"

#include <stdio.h>

#include "dissect/ber.h"

#define Z4 "\0\0\0\0"
#define Z16 Z4 Z4 Z4 Z4
#define Z32 Z16 Z16

static const struct message_case ntp_cases[] = {
	{"asks", MESSAGE("\x23\0\6\xec" Z4 Z4 Z4 Z32), FW_READ_OK, "ntp_time 3|0|4|%00%00%00%00\n"},
	{"answers", MESSAGE("\x24\1\6\xec" Z4 Z4 "GPS\0" Z32 "trailer"), FW_READ_OK, "ntp_time 4|1|4|GPS%00\n"},
	{"read variables, asked", MESSAGE("\x16\2\0\1" Z4 Z4), FW_READ_OK, "ntp_control 2|0|2\n"},
	{"read variables, answered",
		MESSAGE("\x16\x82\0\1" Z4 "\0\0\0\x4c"
			"version=\"ntpd 4.2, x\", processor=\"arm\",\r\nleap=0, system=Linux/3.4, stratum=2"),
		FW_READ_OK,
		"ntp_control 2|1|2\nntp_variable 2|version|ntpd%204.2,%20x\nntp_variable 2|processor|arm\nntp_variable "
		"2|system|Linux/3.4\n"},
	{"quote without end",
		MESSAGE("\x16\x82\0\1" Z4 "\0\0\0\x0b"
			"version=\"ab"),
		FW_READ_OK, "ntp_control 2|1|2\n"},
	{"equals sign last",
		MESSAGE("\x16\x82\0\1" Z4 "\0\0\0\x08"
			"version="),
		FW_READ_OK, "ntp_control 2|1|2\n"},
	{"quote last",
		MESSAGE("\x16\x82\0\1" Z4 "\0\0\0\x09"
			"version=\""),
		FW_READ_OK, "ntp_control 2|1|2\n"},
	{"names without values, none at all",
		MESSAGE("\x16\x82\0\1" Z4 "\0\0\0\x0d"
			"a,system=b,,c"),
		FW_READ_OK, "ntp_control 2|1|2\nntp_variable 2|system|b\n"},
	{"a later part is not read",
		MESSAGE("\x16\x82\0\1" Z4 "\0\x10\0\x08"
			"system=b"),
		FW_READ_OK, "ntp_control 2|1|2\n"},
	{"another opcode",
		MESSAGE("\x16\x81\0\1" Z4 "\0\0\0\x08"
			"system=b"),
		FW_READ_OK, "ntp_control 1|1|2\n"},
	{"count that lies",
		MESSAGE("\x16\x82\0\1" Z4 "\0\0\xff\xff"
			"system=b"),
		FW_READ_SHORT, "ntp_control 2|1|2\n"},
	{"monlist, asked", MESSAGE("\x17\0\3\x2a" Z4), FW_READ_OK, "ntp_private 42|0|2\n"},
	{"monlist, answered", MESSAGE("\xd7\0\3\x2a\0\6\0\x48" Z16), FW_READ_OK, "ntp_private 42|1|2\n"},
	{"mode 0", MESSAGE("\x20\0\0\0" Z4), FW_READ_OTHER, ""},
	{"version 0", MESSAGE("\3\0\0\0" Z4), FW_READ_OTHER, ""},
	{"version 5", MESSAGE("\x2b\0\0\0" Z4), FW_READ_OTHER, ""},
};

static void ntp_facts(void **state)
{
	static struct message_case whole[] = {
		{"asks", MESSAGE("\x23\0\6\xec" Z4 Z4 Z4 Z32), FW_READ_OK, ""}, {"monlist", MESSAGE("\x17\0\3\x2a" Z4), FW_READ_OK, ""}};

	RUN_CASES(dissect_ntp, ntp_cases);
	RUN_CUTS(dissect_ntp, whole, true);
	run_cuts(dissect_ntp, ntp_cases + 2, 8, true);
}

#define SEQ "\x30"
#define OCTETS "\4"
#define INTEGER "\2\1"
#define COMMUNITY OCTETS "\6public"
#define STATE INTEGER "\1" INTEGER "\0" INTEGER "\0"
#define SYSTEM(which) "\6\x08\x2b\6\1\2\1\1" which "\0"

static const struct message_case snmp_cases[] = {
	{"get", MESSAGE(SEQ "\x26" INTEGER "\1" COMMUNITY "\xa0\x19" STATE SEQ "\x0e" SEQ "\x0c" SYSTEM("\1") "\5\0"), FW_READ_OK,
		"snmp_message 1|0\n"},
	{"response of all three, and another",
		MESSAGE(SEQ "\x5e" INTEGER "\0" COMMUNITY "\xa2\x51" STATE SEQ "\x46" SEQ "\x0f" SYSTEM("\1") OCTETS
			"\3Cam" SEQ "\x15" SYSTEM("\2") "\6\x09\x2b\6\1\4\1\x82\xc5\x58\1" SEQ
							"\x0d" SYSTEM("\3") "\x43\1\7" SEQ "\x0d" SYSTEM("\5") OCTETS "\1\x1b"),
		FW_READ_OK, "snmp_message 0|2\nsnmp_description Cam\nsnmp_object_id 1.3.6.1.4.1.41688.1\nsnmp_name %1B\n"},
	{"values of other types, none, other objects",
		MESSAGE(SEQ "\x4f" INTEGER "\1" COMMUNITY "\xa2\x42" STATE SEQ "\x37" SEQ "\x0d" SYSTEM("\1") INTEGER
			"\7" SEQ "\x0c" SYSTEM("\5") OCTETS "\0" SEQ "\x0c" SYSTEM("\2") "\x80\0" SEQ "\x0a\6\1\x2b" OCTETS "\5other"),
		FW_READ_OK, "snmp_message 1|2\n"},
	{"trap of v2", MESSAGE(SEQ "\x29" INTEGER "\1" COMMUNITY "\xa7\x1c" STATE SEQ "\x11" SEQ "\x0f" SYSTEM("\5") OCTETS "\3sw1"),
		FW_READ_OK, "snmp_message 1|7\nsnmp_name sw1\n"},
	{"trap of v1", MESSAGE(SEQ "\x0f" INTEGER "\0" COMMUNITY "\xa4\2\6\0"), FW_READ_OK, "snmp_message 0|4\n"},
	{"set: what is to be is not told as what is",
		MESSAGE(SEQ "\x29" INTEGER "\1" COMMUNITY "\xa3\x1c" STATE SEQ "\x11" SEQ "\x0f" SYSTEM("\5") OCTETS "\3sw1"), FW_READ_OK,
		"snmp_message 1|3\n"},
	{"lengths in two and four bytes",
		MESSAGE(SEQ "\x82\0\x2e" INTEGER "\1" COMMUNITY "\xa2\x84\0\0\0\x1d" STATE SEQ "\x81\x11" SEQ "\x0f" SYSTEM("\5") OCTETS
			"\3sw1"),
		FW_READ_OK, "snmp_message 1|2\nsnmp_name sw1\n"},
	{"v3 report",
		MESSAGE(SEQ "\x3f" INTEGER "\3" SEQ "\x0d" INTEGER "\1\2\2\5\xdc" OCTETS "\1\0" INTEGER "\3" OCTETS "\x18" SEQ "\x16" OCTETS
			    "\x0b\x80\0\x1f\x88\3\x02\0\0\0\0\x11" INTEGER "\1" INTEGER "\1" OCTETS "\1u" SEQ "\x11" OCTETS "\0" OCTETS "\0"
			    "\xa8\x0b" STATE SEQ "\0"),
		FW_READ_OK, "snmp_engine 02:00:00:00:00:11|8072|%80%00%1F%88%03%02%00%00%00%00%11\nsnmp_message 3|8\n"},
	{"v3 encrypted, engine as text",
		MESSAGE(SEQ "\x1b" INTEGER "\3" SEQ "\0" OCTETS "\x0a" SEQ "\x08" OCTETS "\6\x80\0\0\x09\4r" OCTETS "\6secret"), FW_READ_OK,
		"snmp_engine 00:00:00:00:00:00|9|%80%00%00%09%04r\nsnmp_message 3|255\n"},
	{"v3 without engine: discovery",
		MESSAGE(SEQ "\x1d" INTEGER "\3" SEQ "\0" OCTETS "\4" SEQ "\2" OCTETS "\0" SEQ "\x0e" OCTETS "\0" OCTETS "\0"
			    "\xa0\x08" INTEGER "\1" INTEGER "\0"
			    "\2\0"),
		FW_READ_BAD, "snmp_message 3|0\n"},
	{"v3 whose PDU is none", MESSAGE(SEQ "\x0b" INTEGER "\3" SEQ "\0" OCTETS "\0" INTEGER "\1\0"), FW_READ_BAD, ""},
	{"PDU 9", MESSAGE(SEQ "\x0d" INTEGER "\1" COMMUNITY "\xa9\0"), FW_READ_BAD, ""},
	{"no community", MESSAGE(SEQ "\5" INTEGER "\1\xa0\0"), FW_READ_BAD, ""},
	{"value list reaches out of its PDU", MESSAGE(SEQ "\x18" INTEGER "\1" COMMUNITY "\xa2\x0b" STATE SEQ "\x7f"), FW_READ_BAD,
		"snmp_message 1|2\n"},
	{"pair without value", MESSAGE(SEQ "\x24" INTEGER "\1" COMMUNITY "\xa2\x17" STATE SEQ "\x0c" SEQ "\x0a" SYSTEM("\5")), FW_READ_BAD,
		"snmp_message 1|2\n"},
	{"list without pairs", MESSAGE(SEQ "\x1b" INTEGER "\1" COMMUNITY "\xa2\x0e" STATE SEQ "\3" INTEGER "\1"), FW_READ_BAD,
		"snmp_message 1|2\n"},
	{"length without end", MESSAGE(SEQ "\x80" INTEGER "\1"), FW_READ_OTHER, ""},
	{"length of eight bytes", MESSAGE(SEQ "\x88\0\0\0\0\0\0\0\5" INTEGER "\1"), FW_READ_OTHER, ""},
	{"length of 4 GiB", MESSAGE(SEQ "\x84\xff\xff\xff\xff" INTEGER "\1" COMMUNITY "\xa0\x84\xff\xff\xff\xff" STATE), FW_READ_SHORT,
		"snmp_message 1|0\n"},
	{"tag of several bytes", MESSAGE("\x3f\x81\1\0"), FW_READ_OTHER, ""},
	{"version 2", MESSAGE(SEQ "\3" INTEGER "\2"), FW_READ_OTHER, ""},
	{"version below zero", MESSAGE(SEQ "\3" INTEGER "\xff"), FW_READ_OTHER, ""},
	{"version of five bytes", MESSAGE(SEQ "\7\2\5\0\0\0\0\1"), FW_READ_OTHER, ""},
	{"an item whose head reaches out", MESSAGE(SEQ "\1\2"), FW_READ_OTHER, ""},
	{"a length that reaches out", MESSAGE(SEQ "\3\2\x82\0"), FW_READ_OTHER, ""},
	{"bytes", MESSAGE("\0\0\0\0"), FW_READ_OTHER, ""},
};

static void snmp_facts(void **state)
{
	RUN_CASES(dissect_snmp, snmp_cases);
	RUN_CUTS(dissect_snmp, snmp_cases, true);
}

/* Neither community nor user is in any fact; the objects after the 64th are not read. */
static void snmp_ceilings(void **state)
{
	static struct taken taken;
	static const char pair[] = SEQ "\x0d" SYSTEM("\5") OCTETS "\1a";
	char message[2048] = SEQ "\x82\7\xf0" INTEGER "\1" COMMUNITY "\xa2\x82\7\xe0" STATE SEQ "\x82\7\xd0";
	size_t len = 4 + 3 + 8 + 4 + 9 + 4;

	for (int i = 0; i < 80; i++, len += sizeof(pair) - 1)
		memcpy(message + len, pair, sizeof(pair) - 1);
	assert_int_equal(run_message(dissect_snmp, message, len, &taken), FW_READ_SHORT);
	assert_int_equal(taken.count, 65);
	for (size_t i = 0; i < sizeof(snmp_cases) / sizeof(snmp_cases[0]); i++) {
		run_message(dissect_snmp, snmp_cases[i].bytes, snmp_cases[i].len, &taken);
		assert_null(strstr(taken.text, "public"));
		assert_null(strstr(taken.text, "secret"));
	}
}

static void object_identifiers(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *text;
	} cases[] = {
		{"\x2b\6\1", 3, "1.3.6.1"},
		{"\x01", 1, "0.1"},
		{"\x78", 1, "2.40"},
		{"\x88\x37\3", 3, "2.999.3"},
		{"\x2b\x8f\xff\xff\xff\x7f", 6, "1.3.4294967295"},
		{"\x2b\x90\x80\x80\x80\0", 6, ""},
		{"\x2b\xff\xff\xff\xff\xff\xff\x7f", 8, ""},
		{"\x2b\x81", 2, ""},
		{"", 0, ""},
	};
	char text[BER_OID_TEXT_MAX];
	uint8_t longest[BER_OID_BYTES_MAX + 1];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const uint8_t *bytes = (const uint8_t *)cases[i].bytes;
		const struct ber_item item = {BER_OID, {bytes, bytes + cases[i].len, false}};
		struct slice found = ber_oid_text(&item, text);

		if (found.len != strlen(cases[i].text) || (found.len && memcmp(found.bytes, cases[i].text, found.len)))
			fail_msg("case %zu: %.*s", i, (int)found.len, (const char *)found.bytes);
	}
	memset(longest, 0x7f, sizeof(longest));
	assert_in_range(ber_oid_text(&(struct ber_item){BER_OID, {longest, longest + BER_OID_BYTES_MAX, false}}, text).len, 240,
		BER_OID_TEXT_MAX - 1);
	assert_int_equal(ber_oid_text(&(struct ber_item){BER_OID, {longest, longest + BER_OID_BYTES_MAX + 1, false}}, text).len, 0);
}

static const struct message_case coap_cases[] = {
	{"get the list", MESSAGE("\x41\1\x12\x34\xaa\x37lamp.io\x8b.well-known\4core"), FW_READ_OK,
		"coap_message 1|0|4660\ncoap_host lamp.io\ncoap_path /.well-known/core\n"},
	{"the list", MESSAGE("\x60\x45\x12\x34\xc1\x28\xff</s>;ct=40;title=\"a, \\\"b\",\n</light>;rt=\"lamp\",</x>"), FW_READ_OK,
		"coap_message 69|2|4660\ncoap_resource /s|ct=40;title=\"a,%20\\\"b\"\ncoap_resource /light|rt=\"lamp\"\ncoap_resource "
		"/x|\n"},
	{"the first block of it", MESSAGE("\x60\x45\x12\x34\xc1\x28\xb1\x0a\xff</s>,</lig"), FW_READ_OK,
		"coap_message 69|2|4660\ncoap_resource /s|\n"},
	{"a later block", MESSAGE("\x60\x45\x12\x34\xc1\x28\xb1\x1a\xff</s>,</lig"), FW_READ_OK, "coap_message 69|2|4660\n"},
	{"another format", MESSAGE("\x60\x45\x12\x34\xc0\xff</s>"), FW_READ_OK, "coap_message 69|2|4660\n"},
	{"empty", MESSAGE("\x70\0\x12\x34"), FW_READ_OK, "coap_message 0|3|4660\n"},
	{"option numbers in one and two bytes more", MESSAGE("\x40\1\0\1\xd1\xf1q\xe0\0\1"), FW_READ_OK, "coap_message 1|0|1\n"},
	{"long option", MESSAGE("\x40\1\0\1\xbd\1abcdefghijklmn"), FW_READ_OK, "coap_message 1|0|1\ncoap_path /abcdefghijklmn\n"},
	{"no links",
		MESSAGE("\x60\x45\x12\x34\xc1\x28\xff"
			"text"),
		FW_READ_BAD, "coap_message 69|2|4660\n"},
	{"link without end", MESSAGE("\x60\x45\x12\x34\xc1\x28\xff<a"), FW_READ_BAD, "coap_message 69|2|4660\n"},
	{"nothing behind the mark", MESSAGE("\x60\x45\x12\x34\xff"), FW_READ_SHORT, "coap_message 69|2|4660\n"},
	{"delta 15", MESSAGE("\x40\1\0\1\xf0"), FW_READ_BAD, "coap_message 1|0|1\n"},
	{"length 15", MESSAGE("\x40\1\0\1\x0f"), FW_READ_BAD, "coap_message 1|0|1\n"},
	{"length of 65804",
		MESSAGE("\x40\1\0\1\xbe\xff\xff"
			"a"),
		FW_READ_SHORT, "coap_message 1|0|1\n"},
	{"length cut", MESSAGE("\x40\1\0\1\xbe\xff"), FW_READ_SHORT, "coap_message 1|0|1\n"},
	{"token of nine", MESSAGE("\x49\1\0\1\1\2\3\4\5\6\7\x08\x09"), FW_READ_OTHER, ""},
	{"version 2", MESSAGE("\x80\1\0\1"), FW_READ_OTHER, ""},
	{"class 7", MESSAGE("\x40\xe1\0\1"), FW_READ_OTHER, ""},
	{"class 3", MESSAGE("\x40\x60\0\1"), FW_READ_OTHER, ""},
	{"empty with something behind", MESSAGE("\x40\0\0\1\xff"), FW_READ_OTHER, ""},
};

static void coap_facts(void **state)
{
	RUN_CASES(dissect_coap, coap_cases);
	/* what ends with an option is a good message; the last one only is cut here */
	for (size_t len = 0; len < coap_cases[7].len; len++) {
		static struct taken taken;

		assert_int_equal(run_message(dissect_coap, coap_cases[7].bytes, len, &taken), len == 4 ? FW_READ_OK : FW_READ_SHORT);
	}
}

/* A path of more than 512 bytes keeps the pieces that fit; after 64 options and 64 links nothing is read; a target of 256 bytes is left out. */
static void coap_ceilings(void **state)
{
	static struct taken taken;
	static char message[8192];
	size_t len;

	memcpy(message, "\x40\1\0\1", 4);
	message[4] = (char)0xbd;
	message[5] = (char)187;
	memset(message + 6, 'a', 200);
	message[206] = 0x0d;
	message[207] = (char)187;
	memset(message + 208, 'b', 200);
	memcpy(message + 408, message + 206, 202);
	assert_int_equal(run_message(dissect_coap, message, 610, &taken), FW_READ_OK);
	assert_int_equal(taken.len, strlen("coap_message 1|0|1\ncoap_path \n") + 2 * 201);
	memset(message + 4, 0, 100);
	assert_int_equal(run_message(dissect_coap, message, 4 + 64, &taken), FW_READ_OK);
	assert_int_equal(run_message(dissect_coap, message, 4 + 65, &taken), FW_READ_BAD);
	memcpy(message, "\x60\x45\0\1\xc1\x28\xff", 7);
	for (len = 7; len < 7 + 5 * 80; len += 5)
		memcpy(message + len, "</a>,", 5);
	assert_int_equal(run_message(dissect_coap, message, len, &taken), FW_READ_OK);
	assert_int_equal(taken.count, 65);
	len = 7 + (size_t)snprintf(message + 7, sizeof(message) - 7, "<%0256d>,<%0255d>,<>", 0, 0);
	assert_int_equal(run_message(dissect_coap, message, len, &taken), FW_READ_OK);
	assert_int_equal(taken.count, 2);
}

#define UBNT_MAC "\x80\x2a\xa8\1\2\3"

static const struct message_case ubnt_cases[] = {
	{"announced",
		MESSAGE("\2\6\0\x55\2\0\x0a" UBNT_MAC "\xc0\xa8\1\1\1\0\6" UBNT_MAC
			"\x0a\0\4\0\0\1\0\x0b\0\4ubnt\x0c\0\4UGW3\3\0\x0bUGW.v4.3.33\x16\0\4"
			"4.3\0\x15\0\4UGW3\x14\0\4Gate\6\0\4root"),
		FW_READ_OK,
		"ubnt_message 2|6\nubnt_address 80:2a:a8:01:02:03|192.168.1.1\nubnt_mac 80:2a:a8:01:02:03\nubnt_host_name "
		"ubnt\nubnt_product UGW3\n"
		"ubnt_firmware 3|UGW.v4.3.33\nubnt_firmware 22|4.3\nubnt_model 21|UGW3\nubnt_model 20|Gate\n"},
	{"asked", MESSAGE("\1\0\0\0"), FW_READ_OK, "ubnt_message 1|0\n"},
	{"empty text", MESSAGE("\1\0\0\3\x0b\0\0"), FW_READ_OK, "ubnt_message 1|0\n"},
	{"MAC of five bytes, and the next field all the same", MESSAGE("\1\0\0\x0c\1\0\5\1\2\3\4\5\x0b\0\1n"), FW_READ_BAD,
		"ubnt_message 1|0\nubnt_host_name n\n"},
	{"field that reaches out", MESSAGE("\1\0\0\4\x0b\0\2n"), FW_READ_BAD, "ubnt_message 1|0\n"},
	{"more than it says", MESSAGE("\1\0\0\3\x0b\0\1n"), FW_READ_OTHER, ""},
	{"less than it says", MESSAGE("\1\0\xff\xff\x0b\0\1n"), FW_READ_SHORT, "ubnt_message 1|0\nubnt_host_name n\n"},
	{"version 3", MESSAGE("\3\0\0\0"), FW_READ_OTHER, ""},
	{"version 0", MESSAGE("\0\0\0\0"), FW_READ_OTHER, ""},
};

static void ubnt_facts(void **state)
{
	RUN_CASES(dissect_ubnt, ubnt_cases);
	for (size_t i = 0; i < 2; i++)
		for (size_t len = 1; len < ubnt_cases[i].len; len++) {
			static struct taken taken;

			assert_int_equal(run_message(dissect_ubnt, ubnt_cases[i].bytes, len, &taken), FW_READ_SHORT);
			assert_memory_equal(taken.text, ubnt_cases[i].facts, taken.len);
		}
}

static void count_fact(void *context, const struct fact *fact)
{
	++*(size_t *)context;
}

/* Which port leads where, either end; the order where both are known. */
static void device_ports(void **state)
{
	static const struct {
		uint16_t src, dst;
		const struct message_case *message;
	} cases[] = {
		{123, 123, &ntp_cases[0]},
		{50000, 123, &ntp_cases[0]},
		{161, 50000, &snmp_cases[1]},
		{50000, 162, &snmp_cases[3]},
		{5683, 50000, &coap_cases[1]},
		{50000, 10001, &ubnt_cases[0]},
		{10001, 161, &snmp_cases[0]},
		{10001, 123, &ntp_cases[0]},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t count = 0;
		struct fact_sink sink = {.take = count_fact, .context = &count};

		assert_true(dissect_wants_datagram(cases[i].src, cases[i].dst));
		assert_int_equal(dissect_datagram(cases[i].src, cases[i].dst, (const uint8_t *)cases[i].message->bytes,
					 cases[i].message->len, &sink),
			FW_READ_OK);
		assert_true(count > 0);
	}
	assert_false(dissect_wants_datagram(50000, 124));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ntp_facts),
		cmocka_unit_test(snmp_facts),
		cmocka_unit_test(snmp_ceilings),
		cmocka_unit_test(object_identifiers),
		cmocka_unit_test(coap_facts),
		cmocka_unit_test(coap_ceilings),
		cmocka_unit_test(ubnt_facts),
		cmocka_unit_test(device_ports),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
