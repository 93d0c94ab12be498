/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cases.h"

#include <stdio.h>

static const struct message_case ssdp_cases[] = {
	{"notify",
		MESSAGE("NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNT: upnp:rootdevice\r\nnts:ssdp:alive\r\nLocation: "
			"http://192.168.1.2:80/d.xml\r\n"
			"SERVER: Linux/2.6 UPnP/1.0 cam/1\r\nusn:  uuid:1::upnp:rootdevice \t\r\n\r\n"),
		FW_READ_OK,
		"ssdp_method NOTIFY\nssdp_target upnp:rootdevice\nssdp_location http://192.168.1.2:80/d.xml\n"
		"ssdp_server Linux/2.6%20UPnP/1.0%20cam/1\nssdp_usn uuid:1::upnp:rootdevice\n"},
	{"search", MESSAGE("M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nST: ssdp:all\r\nUser-Agent: x\r\n\r\n"), FW_READ_OK,
		"ssdp_method M-SEARCH\nssdp_target ssdp:all\nssdp_agent x\n"},
	{"answer, bare line feeds", MESSAGE("HTTP/1.1 200 OK\nST: a\n\n"), FW_READ_OK, "ssdp_method HTTP/1.1\nssdp_target a\n"},
	{"folded value", MESSAGE("NOTIFY * HTTP/1.1\r\nSERVER: a\r\n  b\r\n\tc \r\nNT: d\r\n\r\n"), FW_READ_OK,
		"ssdp_method NOTIFY\nssdp_server a%20b%20c\nssdp_target d\n"},
	{"folded from an empty first line", MESSAGE("NOTIFY * HTTP/1.1\r\nSERVER:\r\n b\r\n\r\n"), FW_READ_OK,
		"ssdp_method NOTIFY\nssdp_server b\n"},
	{"folded line of another field is none of ours", MESSAGE("NOTIFY * HTTP/1.1\r\nX: a\r\n NT: b\r\n\r\n"), FW_READ_OK,
		"ssdp_method NOTIFY\n"},
	{"empty value, no colon, empty name", MESSAGE("NOTIFY * HTTP/1.1\r\nNT:\r\nnothing\r\n: x\r\nNT : y\r\n\r\n"), FW_READ_OK,
		"ssdp_method NOTIFY\nssdp_target y\n"},
	{"escape in a value", MESSAGE("NOTIFY * HTTP/1.1\r\nSERVER: \x1b[2J\r\n\r\n"), FW_READ_OK,
		"ssdp_method NOTIFY\nssdp_server %1B[2J\n"},
	{"longer header name", MESSAGE("NOTIFY * HTTP/1.1\r\nSERVERS: a\r\nS: b\r\n\r\n"), FW_READ_OK, "ssdp_method NOTIFY\n"},
	{"no end", MESSAGE("NOTIFY * HTTP/1.1\r\nNT: a\r\nUSN: b"), FW_READ_SHORT, "ssdp_method NOTIFY\nssdp_target a\n"},
	{"other method", MESSAGE("GET / HTTP/1.1\r\n\r\n"), FW_READ_OTHER, ""},
	{"method in lower case", MESSAGE("notify * HTTP/1.1\r\n\r\n"), FW_READ_OTHER, ""},
	{"longer method", MESSAGE("NOTIFYX * HTTP/1.1\r\n\r\n"), FW_READ_OTHER, ""},
	{"bytes", MESSAGE("\0\0\0\0"), FW_READ_OTHER, ""},
};

static void ssdp_facts(void **state)
{
	RUN_CASES(dissect_ssdp, ssdp_cases);
	RUN_CUTS(dissect_ssdp, ssdp_cases, false);
}

/* A value keeps its first 1024 bytes, folded or not; after 64 fields nothing is read. */
static void ssdp_ceilings(void **state)
{
	static struct taken taken;
	static char message[8192];
	size_t len = (size_t)snprintf(message, sizeof(message), "NOTIFY * HTTP/1.1\r\nSERVER: %02000d\r\nUSN: a\r\n %01500d\r\n\r\n", 0, 0);

	assert_int_equal(run_message(dissect_ssdp, message, len, &taken), FW_READ_OK);
	assert_int_equal(taken.len, strlen("ssdp_method NOTIFY\nssdp_server \nssdp_usn \n") + 2 * 1024 + 2);
	len = (size_t)snprintf(message, sizeof(message), "NOTIFY * HTTP/1.1\r\n");
	for (int i = 0; i < 70; i++)
		len += (size_t)snprintf(message + len, sizeof(message) - len, "NT: %d\r\n", i);
	len += (size_t)snprintf(message + len, sizeof(message) - len, "\r\n");
	assert_int_equal(run_message(dissect_ssdp, message, len, &taken), FW_READ_SHORT);
	assert_int_equal(taken.count, 65);
}

#define DHIP(len) "\x20\0\0\0DHIP\0\0\0\0\0\0\0\0" len "\0\0\0\0" len "\0\0\0\0"
#define DHIP_LONG DHIP("\xff\xff\xff\xff")

static const struct message_case dhip_cases[] = {
	{"notify",
		MESSAGE(DHIP("\x64\1\0\0") "{ \"mac\" : \"4C:11:bf:00:23:ce\", \"method\" : \"client.notifyDevInfo\", \"params\" : { "
					   "\"deviceInfo\" : { "
					   "\"AlarmInputChannels\" : 8, \"DeviceClass\" : \"NVR\", \"DeviceType\" : \"X-1\", "
					   "\"IPv4Address\" : { \"DhcpEnable\" : false, "
					   "\"IPAddress\" : \"192.168.1.24\" }, \"IPv6Address\" : { \"IPAddress\" : \"\\/64\", \"n\" : "
					   "null }, \"Port\" : -1.5e+3, "
					   "\"Vendor\" : \"Private\", \"Version\" : \"3.2\" } } }\n\0"),
		FW_READ_OK,
		"dhip_mac 4c:11:bf:00:23:ce\ndhip_method client.notifyDevInfo\ndhip_class NVR\ndhip_type X-1\ndhip_address 192.168.1.24\n"
		"dhip_vendor Private\ndhip_version 3.2\n"},
	{"search: keys elsewhere are others",
		MESSAGE(DHIP_LONG
			"{\"params\":{\"mac\":\"4c:11:bf:00:23:ce\",\"uni\":1,\"method\":\"x\"},\"method\":\"DHDiscover.search\"}"),
		FW_READ_OK, "dhip_method DHDiscover.search\n"},
	{"escapes", MESSAGE(DHIP_LONG "{\"method\":\"a\\\"\\\\\\/\\n\\u00e4\\ud83d\\ude00\\ud800x\\q\"}"), FW_READ_OK,
		"dhip_method a\"\\/%0A%C3%A4%F0%9F%98%80%EF%BF%BDxq\n"},
	{"escape byte passes", MESSAGE(DHIP_LONG "{\"method\":\"\x1b[2J\"}"), FW_READ_OK, "dhip_method %1B[2J\n"},
	{"arrays", MESSAGE(DHIP_LONG "{\"a\":[1,[],{},\"method\",[\"method\",\"x\"]],\"method\":\"y\"}"), FW_READ_OK, "dhip_method y\n"},
	{"half a MAC, no address, no texts",
		MESSAGE(DHIP_LONG "{\"mac\":\"4c:11:bf\",\"method\":\"\",\"deviceInfo\":{\"IPv4Address\":{\"IPAddress\":\"1.2.3.256\"}}}"),
		FW_READ_OK, ""},
	{"address with a tail", MESSAGE(DHIP_LONG "{\"IPv4Address\":{\"IPAddress\":\"1.2.3.4x\"}}"), FW_READ_OK, ""},
	{"value of another type", MESSAGE(DHIP_LONG "{\"method\":17,\"mac\":{}}"), FW_READ_OK, ""},
	{"empty object", MESSAGE(DHIP_LONG "{}"), FW_READ_OK, ""},
	{"wrong bracket", MESSAGE(DHIP_LONG "{\"a\":[}"), FW_READ_BAD, ""},
	{"comma at the end", MESSAGE(DHIP_LONG "{\"a\":1,}"), FW_READ_BAD, ""},
	{"no colon", MESSAGE(DHIP_LONG "{\"a\" 1}"), FW_READ_BAD, ""},
	{"no value", MESSAGE(DHIP_LONG "{\"a\":}"), FW_READ_BAD, ""},
	{"key that is none", MESSAGE(DHIP_LONG "{a:1}"), FW_READ_BAD, ""},
	{"array alone", MESSAGE(DHIP_LONG "[1]"), FW_READ_BAD, ""},
	{"bytes", MESSAGE(DHIP_LONG "\xff\xfe"), FW_READ_BAD, ""},
	{"deeper than 16", MESSAGE(DHIP_LONG "{\"a\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}"), FW_READ_BAD, ""},
	{"length ends within", MESSAGE(DHIP("\x05\0\0\0") "{\"method\":\"x\"}"), FW_READ_SHORT, ""},
	{"header alone", MESSAGE(DHIP("\0\0\0\0")), FW_READ_SHORT, ""},
	{"other start", MESSAGE("\x20\0\0\0DHIQ\0\0\0\0"), FW_READ_OTHER, ""},
};

static void dhip_facts(void **state)
{
	RUN_CASES(dissect_dhip, dhip_cases);
}

static void dhip_cut(void **state)
{
	/* the first one's end, line feed and NUL, may be missing */
	struct message_case whole = dhip_cases[0];

	whole.len -= 2;
	run_cuts(dissect_dhip, &whole, 1, true);
	run_cuts(dissect_dhip, dhip_cases + 1, 3, true);
}

static void dhip_long_text(void **state)
{
	static struct taken taken;
	static const char head[] = DHIP_LONG;
	static char message[4096];

	memcpy(message, head, sizeof(head) - 1);
	size_t len = sizeof(head) - 1;
	len += (size_t)snprintf(message + len, sizeof(message) - len, "{\"method\":\"%02000d\"}", 0);
	assert_int_equal(run_message(dissect_dhip, message, len, &taken), FW_READ_OK);
	assert_int_equal(taken.count, 1);
	assert_true(taken.len <= 256 + strlen("dhip_method \n"));
}

static void no_fact(void *context, const struct fact *fact)
{
	++*(size_t *)context;
}

/* Which port leads where. */
static void datagram_ports(void **state)
{
	static const struct message_case query = {MESSAGE("\0\1\1\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1")};
	static const struct message_case answer = {MESSAGE("\0\0\x84\0\0\0\0\1\0\0\0\0\1a\0\0\1\0\1\0\0\0\1\0\4\1\2\3\4")};
	static const struct message_case nothing = {MESSAGE("")};
	static const struct {
		uint16_t src, dst;
		const struct message_case *message;
		bool wants;
		enum fw_read result;
	} cases[] = {
		{50000, 1900, &ssdp_cases[0], true, FW_READ_OK},
		{1900, 50000, &ssdp_cases[2], true, FW_READ_OK},
		{50000, 50001, &ssdp_cases[0], false, FW_READ_OTHER},
		{37810, 30120, &dhip_cases[0], true, FW_READ_OK},
		{37810, 1900, &dhip_cases[0], true, FW_READ_OK},
		{37810, 1900, &ssdp_cases[0], true, FW_READ_OK},
		{37810, 30120, &ssdp_cases[0], true, FW_READ_OTHER},
		{67, 68, &ssdp_cases[0], true, FW_READ_OTHER},
		{53, 5353, &query, true, FW_READ_OK},
		{5353, 5353, &answer, true, FW_READ_OK},
		{5353, 40000, &answer, true, FW_READ_OK},
		{40000, 53, &nothing, true, FW_READ_OTHER},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t count = 0;
		struct fact_sink sink = {.take = no_fact, .context = &count};
		enum fw_read result = dissect_datagram(
			cases[i].src, cases[i].dst, (const uint8_t *)cases[i].message->bytes, cases[i].message->len, &sink);

		if (result != cases[i].result || dissect_wants_datagram(cases[i].src, cases[i].dst) != cases[i].wants ||
			!count != (result != FW_READ_OK))
			fail_msg("ports %u to %u: result %d, %zu facts", cases[i].src, cases[i].dst, result, count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ssdp_facts),
		cmocka_unit_test(ssdp_ceilings),
		cmocka_unit_test(dhip_facts),
		cmocka_unit_test(dhip_cut),
		cmocka_unit_test(dhip_long_text),
		cmocka_unit_test(datagram_ports),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
