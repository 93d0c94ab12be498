/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makers' own protocols over UDP, and the recorded payloads of a camera with an XM530 board. */
#include "cases.h"

#include <stdio.h>

/* The length counts the JSON alone: a few bytes more than these have, where it is 0xff. */
#define DVRIP(id, len) "\xff\1\0\0\0\0\0\0\0\0\0\0\0\0" id len "\0\0\0"
#define SEARCH_ANSWER "\xfb\x05"

static const struct message_case dvrip_cases[] = {
	{"search answer",
		MESSAGE(DVRIP(SEARCH_ANSWER, "\xd0") "{ \"NetWork.NetCommon\" : { \"ChannelNum\" : 1, \"DeviceType\" : 24, \"HostName\" : "
						     "\"camera_743c\", \"MAC\" : \"dc:29:19:e2:74:3c\", \"SN\" : \"09d5\", "
						     "\"UseHSDownLoad\" : false, \"Version\" : \"V5.00.R02\" }, \"Ret\" : 100 }"),
		FW_READ_OK,
		"own_protocol 0|0\nown_name 0|camera_743c\nown_mac dc:29:19:e2:74:3c|0\nown_serial 0|09d5\nown_firmware 0|V5.00.R02\n"},
	{"search: who asks says nothing", MESSAGE(DVRIP("\xfa\x05", "\0")), FW_READ_OTHER, ""},
	{"no body", MESSAGE(DVRIP(SEARCH_ANSWER, "\0")), FW_READ_SHORT, "own_protocol 0|0\n"},
	{"length ends within", MESSAGE(DVRIP(SEARCH_ANSWER, "\5") "{\"a\":1}"), FW_READ_SHORT, "own_protocol 0|0\n"},
	{"escape in a name", MESSAGE(DVRIP(SEARCH_ANSWER, "\xff") "{\"NetWork.NetCommon\":{\"HostName\":\"\x1b[2J\"}}"), FW_READ_OK,
		"own_protocol 0|0\nown_name 0|%1B[2J\n"},
	{"nested without end", MESSAGE(DVRIP(SEARCH_ANSWER, "\xff") "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[["), FW_READ_BAD,
		"own_protocol 0|0\n"},
	{"not JSON", MESSAGE(DVRIP(SEARCH_ANSWER, "\xff") "hello"), FW_READ_BAD, "own_protocol 0|0\n"},
	{"a message id beyond all", MESSAGE(DVRIP("\xff\xff", "\0")), FW_READ_OTHER, ""},
	{"a length beyond all", MESSAGE("\xff\1\0\0\0\0\0\0\0\0\0\0\0\0" SEARCH_ANSWER "\xff\xff\xff\xff{}"), FW_READ_BAD, ""},
	{"telnet", MESSAGE("\xff\xfb\1"), FW_READ_OTHER, ""},
};

#define TUYA(command, len) "\0\0\x55\xaa\0\0\0\0\0\0\0" command "\0\0\0" len
#define TUYA_END "\1\2\3\4\0\0\xaa\x55"

static const struct message_case tuya_cases[] = {
	{"in clear, with a return code",
		MESSAGE(TUYA("\0", "\x4a") "\0\0\0\0{\"ip\":\"192.168.1.20\",\"gwId\":\"0120\",\"active\":2,\"version\":\"3.1\"}" TUYA_END),
		FW_READ_OK, "own_protocol 2|21930\nown_serial 2|0120\n"},
	{"in clear, without", MESSAGE(TUYA("\0", "\x19") "{\"gwId\":\"\x1b[2J\\n\"}" TUYA_END), FW_READ_OK,
		"own_protocol 2|21930\nown_serial 2|%1B[2J%0A\n"},
	{"encrypted",
		MESSAGE(TUYA("\x13", "\x1c") "\0\0\0\0\x97\xb9\x3f\xee\x4b\x69\xc9\x5f\xee\xb3\xd3\x3b"
					     "abcd" TUYA_END),
		FW_READ_OK, "own_protocol 2|21930\n"},
	{"3.5",
		MESSAGE("\0\0\x66\x99\0\0\0\0\0\1\0\0\0\x13\0\0\0\x0c"
			"iv..tag.\0\0\x99\x66"),
		FW_READ_OK, "own_protocol 2|26265\n"},
	{"nothing but its end", MESSAGE(TUYA("\x13", "\x08") TUYA_END), FW_READ_OK, "own_protocol 2|21930\n"},
	{"another end", MESSAGE(TUYA("\x13", "\x08") "\1\2\3\4\0\0\x99\x66"), FW_READ_BAD, ""},
	{"a length of seven", MESSAGE(TUYA("\x13", "\x07") TUYA_END), FW_READ_BAD, ""},
	{"a length beyond all", MESSAGE("\0\0\x55\xaa\0\0\0\0\0\0\0\x13\xff\xff\xff\xff" TUYA_END), FW_READ_BAD, ""},
	{"longer than it is", MESSAGE(TUYA("\x13", "\x80") TUYA_END), FW_READ_SHORT, ""},
	{"JSON that breaks off", MESSAGE(TUYA("\0", "\x0f") "{\"gwId\"" TUYA_END), FW_READ_SHORT, "own_protocol 2|21930\n"},
	{"another start", MESSAGE("\0\0\x55\xab\0\0\0\0"), FW_READ_OTHER, ""},
};

static const struct message_case miio_cases[] = {
	{"a device",
		MESSAGE("\x21\x31\0\x20\0\0\0\0\x02\xf2\x4a\x1b\0\0\x12\x34"
			"0123456789abcdef"),
		FW_READ_OK, "own_protocol 5|0\nown_serial 5|49433115\n"},
	{"who searches",
		MESSAGE("\x21\x31\0\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
			"0123456789abcdef"),
		FW_READ_BAD, ""},
	{"nobody",
		MESSAGE("\x21\x31\0\x20\0\0\0\0\0\0\0\0\0\0\x12\x34"
			"0123456789abcdef"),
		FW_READ_BAD, ""},
	{"a length that lies",
		MESSAGE("\x21\x31\xff\xff\0\0\0\0\x02\xf2\x4a\x1b\0\0\x12\x34"
			"0123456789abcdef"),
		FW_READ_BAD, ""},
	{"another start", MESSAGE("\x21\x32"), FW_READ_OTHER, ""},
};

static const struct message_case tapo_cases[] = {
	{"a plug",
		MESSAGE("\2\0\0\1\0\x80\0\0\0\0\0\1\1\2\3\4{\"result\":{\"device_id\":\"8022\",\"device_type\":\"SMART.TAPOPLUG\","
			"\"device_model\":\"P110(EU)\",\"ip\":\"192.168.0.9\",\"mac\":\"50-C7-BF-00-FC-A3\"},\"error_code\":0}"),
		FW_READ_OK,
		"own_serial 3|8022\nown_kind 3|SMART.TAPOPLUG\nown_model 3|P110(EU)\nown_mac 50:c7:bf:00:fc:a3|3\nown_protocol 3|0\n"},
	{"who searches has a key in it, of another form", MESSAGE("\2\0\0\1\0\x80\0\0\0\0\0\1\1\2\3\4xx"), FW_READ_OTHER, ""},
	{"JSON of somebody else", MESSAGE("\2\0\0\1\0\x80\0\0\0\0\0\1\1\2\3\4{\"result\":{\"a\":\"b\"}}"), FW_READ_OK, ""},
	{"another start", MESSAGE("\3\0\0\1"), FW_READ_OTHER, ""},
};

static void dvrip_facts(void **state)
{
	RUN_CASES(dissect_dvrip, dvrip_cases);
	RUN_CUTS(dissect_dvrip, dvrip_cases, true);
}

static void tuya_facts(void **state)
{
	RUN_CASES(dissect_tuya, tuya_cases);
	RUN_CUTS(dissect_tuya, tuya_cases, false);
}

static void miio_facts(void **state)
{
	RUN_CASES(dissect_miio, miio_cases);
	RUN_CUTS(dissect_miio, miio_cases, true);
}

static void tapo_facts(void **state)
{
	RUN_CASES(dissect_tapo, tapo_cases);
	RUN_CUTS(dissect_tapo, tapo_cases, false);
}

/* Each byte XORed with the one before it on the wire, the first with 171. */
static size_t cover(const char *text, char *out)
{
	size_t len = strlen(text);
	char key = (char)171;

	for (size_t i = 0; i < len; i++)
		key = out[i] = (char)(text[i] ^ key);
	return len;
}

static void tplink_facts(void **state)
{
	static const struct message_case plain[] = {
		{"a plug",
			MESSAGE("{\"system\":{\"get_sysinfo\":{\"sw_ver\":\"1.2.5\",\"hw_ver\":\"1.0\",\"model\":\"HS100(EU)\",\"mic_mac\":"
				"\"50C7BF00FCA3\","
				"\"alias\":\"\x1b[2Jx\"}}}"),
			FW_READ_OK,
			"own_firmware 3|1.2.5\nown_hardware 3|1.0\nown_model 3|HS100(EU)\nown_mac 50:c7:bf:00:fc:a3|3\n"
			"own_name 3|%1B[2Jx\nown_protocol 3|0\n"},
		{"no MAC: eleven digits, a letter", MESSAGE("{\"get_sysinfo\":{\"mac\":\"50C7BF00FCA\",\"mic_mac\":\"50C7BF00FCAX\"}}"),
			FW_READ_OK, ""},
		{"not JSON", MESSAGE("{\"x\"x"), FW_READ_BAD, ""},
		{"something else", MESSAGE("hello"), FW_READ_OTHER, ""},
	};
	static char covered[4][512];
	struct message_case cases[4];

	for (size_t i = 0; i < 4; i++) {
		cases[i] = plain[i];
		cases[i].bytes = covered[i];
		cases[i].len = cover(plain[i].bytes, covered[i]);
	}
	RUN_CASES(dissect_tplink, cases);
	RUN_CUTS(dissect_tplink, cases, false);
}

static void no_fact(void *context, const struct fact *fact)
{
	++*(size_t *)context;
}

/* What a device sends is read; what is sent to it, is not. */
static void maker_ports(void **state)
{
	static const struct {
		uint16_t src, dst;
		const struct message_case *message;
		enum fw_read result;
	} cases[] = {
		{34569, 34569, &dvrip_cases[0], FW_READ_OK}, {50000, 34569, &dvrip_cases[0], FW_READ_OTHER},
		{49154, 6667, &tuya_cases[2], FW_READ_OK}, {49154, 6666, &tuya_cases[0], FW_READ_OK},
		{6667, 50000, &tuya_cases[0], FW_READ_OTHER}, {54321, 50000, &miio_cases[0], FW_READ_OK},
		{50000, 54321, &miio_cases[0], FW_READ_OTHER}, {20002, 50000, &tapo_cases[0], FW_READ_OK},
		{50000, 20002, &tapo_cases[0], FW_READ_OTHER}, {9999, 50000, &tapo_cases[0], FW_READ_OTHER},
		{20002, 37020, &tapo_cases[0], FW_READ_OK}, /* asked from the port of SADP */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t count = 0;
		struct fact_sink sink = {.take = no_fact, .context = &count};

		assert_true(dissect_wants_datagram(cases[i].src, cases[i].dst));
		enum fw_read result = dissect_datagram(
			cases[i].src, cases[i].dst, (const uint8_t *)cases[i].message->bytes, cases[i].message->len, &sink);
		if (result != cases[i].result || !count != (result != FW_READ_OK))
			fail_msg("ports %u to %u: result %d, %zu facts", cases[i].src, cases[i].dst, result, count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dvrip_facts),
		cmocka_unit_test(tuya_facts),
		cmocka_unit_test(miio_facts),
		cmocka_unit_test(tapo_facts),
		cmocka_unit_test(tplink_facts),
		cmocka_unit_test(maker_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
