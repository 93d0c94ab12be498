/* SPDX-License-Identifier: GPL-2.0-or-later */
/* WS-Discovery messages as cameras, printers and Windows write them. */
#include "cases.h"

#define HEAD \
	"<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://www.w3.org/2003/05/soap-envelope\" " \
	"xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\"><SOAP-ENV:Header><wsa:Action>x</wsa:Action>" \
	"<wsa:EndpointReference><wsa:Address>urn:not-this</wsa:Address></wsa:EndpointReference></SOAP-ENV:Header><SOAP-ENV:Body>"
#define TAIL "</SOAP-ENV:Body></SOAP-ENV:Envelope>"
#define ENDPOINT(name) "<wsa:EndpointReference><wsa:Address>urn:uuid:" name "</wsa:Address></wsa:EndpointReference>"

static const struct message_case MESSAGES[] = {
	{"a camera answers",
		MESSAGE(HEAD "<d:ProbeMatches><d:ProbeMatch>" ENDPOINT(
			"1") "<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>"
			     "<d:Scopes MatchBy=\"x>y\">onvif://www.onvif.org/name/Front%20Door\n onvif://www.onvif.org/hardware/C1 "
			     "</d:Scopes>"
			     "<d:XAddrs>http://10.0.0.5/onvif/device_service http://[fe80::1]/onvif/device_service</d:XAddrs>"
			     "<d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches>" TAIL),
		FW_READ_OK,
		"wsd_message 0|ProbeMatches\nwsd_endpoint 0|urn:uuid:1\nwsd_type 0|dn:NetworkVideoTransmitter\nwsd_type 0|tds:Device\n"
		"wsd_scope 0|onvif://www.onvif.org/name/Front%2520Door\nwsd_scope 0|onvif://www.onvif.org/hardware/C1\n"
		"wsd_xaddr 0|http://10.0.0.5/onvif/device_service\nwsd_xaddr 0|http://[fe80::1]/onvif/device_service\n"},
	{"a hello", MESSAGE(HEAD "<d:Hello>" ENDPOINT("2") "<d:Types>pub:Computer</d:Types></d:Hello>" TAIL), FW_READ_OK,
		"wsd_message 0|Hello\nwsd_endpoint 0|urn:uuid:2\nwsd_type 0|pub:Computer\n"},
	{"a bye", MESSAGE(HEAD "<d:Bye>" ENDPOINT("2") "<d:Types>x</d:Types></d:Bye>" TAIL), FW_READ_OK,
		"wsd_message 0|Bye\nwsd_endpoint 0|urn:uuid:2\n"},
	{"found again",
		MESSAGE(HEAD "<d:ResolveMatches><d:ResolveMatch>" ENDPOINT("3") "<d:XAddrs>http://a/</d:XAddrs></d:ResolveMatch>"
										"</d:ResolveMatches>" TAIL),
		FW_READ_OK, "wsd_message 0|ResolveMatches\nwsd_endpoint 0|urn:uuid:3\nwsd_xaddr 0|http://a/\n"},
	{"what is looked for is not what is there",
		MESSAGE(HEAD "<d:Probe><d:Types>dn:Camera</d:Types><d:Scopes>s</d:Scopes></d:Probe>" TAIL), FW_READ_OK,
		"wsd_message 0|Probe\n"},
	{"resolve", MESSAGE(HEAD "<d:Resolve>" ENDPOINT("4") "</d:Resolve>" TAIL), FW_READ_OK, "wsd_message 0|Resolve\n"},
	{"what a device says over HTTP alone is not taken from a datagram",
		MESSAGE(HEAD "<GetDeviceInformationResponse><Model>x</Model></GetDeviceInformationResponse>"
			     "<AddPortMapping></AddPortMapping>" TAIL),
		FW_READ_OTHER, ""},
	{"terminal escapes pass as they are", MESSAGE(HEAD "<d:Hello><d:Types>\x1b[2J\0</d:Types></d:Hello>" TAIL), FW_READ_OK,
		"wsd_message 0|Hello\nwsd_type 0|%1B[2J%00\n"},
	{"tags that do not fit", MESSAGE(HEAD "<d:Hello><d:Types>a</d:Scopes><d:XAddrs>b</d:XAddrs></d:Hello>" TAIL), FW_READ_BAD,
		"wsd_message 0|Hello\nwsd_type 0|a\n"},
	{"no markup", MESSAGE("M-SEARCH * HTTP/1.1\r\n\r\n"), FW_READ_OTHER, ""},
	{"another document", MESSAGE("<root><device><UDN>x</UDN></device></root>"), FW_READ_OTHER, ""},
	{"empty", MESSAGE(""), FW_READ_OTHER, ""},
};

/* Cut off before its second match it can not be told from a device's own answer. */
static const struct message_case PROXIES[] = {
	{"several matches come from a proxy",
		MESSAGE(HEAD "<d:ProbeMatches><d:ProbeMatch>" ENDPOINT("1") "</d:ProbeMatch><d:ProbeMatch>" ENDPOINT(
			"2") "</d:ProbeMatch></d:ProbeMatches>" TAIL),
		FW_READ_OK, "wsd_message 0|ProbeMatches\n"},
};

static void test_messages(void **state)
{
	RUN_CASES(dissect_wsd, MESSAGES);
	RUN_CASES(dissect_wsd, PROXIES);
}

static enum fw_read by_port(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	return dissect_datagram(40000, 3702, bytes, len, sink);
}

static void test_port(void **state)
{
	assert_true(dissect_wants_datagram(3702, 40000));
	RUN_CASES(by_port, MESSAGES);
}

static void test_cuts(void **state)
{
	RUN_CUTS(dissect_wsd, MESSAGES, true);
}

/* Endless words and scopes: each is said, cut to its ceiling, in bounded time. */
static void test_long(void **state)
{
	static struct taken taken;
	static char message[65000];
	size_t len = sizeof(HEAD "<d:Hello><d:Scopes>") - 1;

	memset(message, 'a', sizeof(message));
	memcpy(message, HEAD "<d:Hello><d:Scopes>", len);
	assert_int_equal(run_message(dissect_wsd, message, sizeof(message), &taken), FW_READ_SHORT);
	assert_string_equal(taken.text, "wsd_message 0|Hello\n");
	message[sizeof(message) - 1] = ' ';
	assert_int_equal(run_message(dissect_wsd, message, sizeof(message), &taken), FW_READ_SHORT);
	assert_int_equal(taken.count, 2);
	assert_int_equal(taken.len, strlen("wsd_message 0|Hello\nwsd_scope 0|\n") + 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_port),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
